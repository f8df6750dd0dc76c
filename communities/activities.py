"""Activity records: written once by the unit that held the activity, with photos, then reviewed by pilots/review.py."""

import contextlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet

from accounts import audit, clock, once
from accounts.access import Action, may
from accounts.models import AuditKind, Role, User
from accounts.pinyin import search_key
from communities.models import Activity, ActivityPhoto
from pilots import files, review
from pilots.models import Pilot, ReviewState, ReviewStep, Task

FIELDS = ("category", "title", "day", "start_time", "place", "organiser", "participants", "volunteers", "content", "guardian_consent")
RELATIONS = ("unit", "pilot", "category", "created_by", "supersedes", "waiting_at")
"""Set from rows that were read: not looked up once more."""
MOST_PEOPLE = 100_000


@dataclass(frozen=True)
class Missing:
    """One thing without which an activity is not handed in: the field to go to, its name, and the sentence."""

    field: str
    label: str
    text: str


def pilot_of(user: User) -> Pilot | None:
    """The pilot a person records activities for: its unit's own, a contractor's that of the community it works for; None for others."""
    if not may(user, Action.RECORD_ACTIVITY):
        return None
    unit_id = user.unit.parent_id if user.role == Role.CONTRACTOR else user.unit_id
    return Pilot.objects.select_related("unit").filter(unit_id=unit_id).first()


def tasks_for(pilot: Pilot) -> QuerySet[Task]:
    """The tasks an activity of this pilot may serve."""
    return Task.objects.filter(pilot=pilot).select_related("obligation").order_by("obligation__order")


def check_day(day) -> None:
    """Refuse a date after today or before the earliest sensible day (setting ACTIVITY_EARLIEST)."""
    if day and day > clock.today():
        raise ValidationError(f"活动日期不能晚于今天（{clock.today().isoformat()}）。活动办完再记", code="future")
    if day and day < settings.ACTIVITY_EARLIEST:
        raise ValidationError(f"活动日期早于 {settings.ACTIVITY_EARLIEST.isoformat()}，请核对年份", code="too_early")


@transaction.atomic
def save_activity(
    activity: Activity | None,
    *,
    by: User,
    values: dict,
    tasks: Iterable[Task] | None = None,
    uid: uuid.UUID | None = None,
    expected_version: int | None = None,
    supersedes: Activity | None = None,
) -> Activity:
    """Make or change a draft from the fields in `values` (only those named in FIELDS count; others stay).

    A second press with the same `uid` changes the same record. A form started from an older version is refused with code `stale`.
    Refuses other units' tasks and records no longer open for change. Unit, pilot, state and people never come from `values`.
    """
    pilot = pilot_of(by)
    if pilot is None:
        raise PermissionDenied(f"{by.unit.short_name}没有承担试点，不记录活动。社区、承担试点的街道经办人员和承接组织可以记录。")
    if activity is None and uid is not None:
        once.one_press_at_a_time(by)
        activity = _known(uid, by)
    if activity is None:
        activity = Activity(uid=uid or uuid.uuid4(), unit=by.unit, pilot=pilot, created_by=by)
        _replace(activity, supersedes, by)
    else:
        _open_for_change(activity, by, expected_version)
    _refuse_foreign_tasks(tasks, pilot)
    for name in FIELDS:
        if name in values:
            setattr(activity, name, values[name])
    check_day(activity.day)
    activity.search = search_key(activity.title)
    activity.clean_fields(exclude=RELATIONS)
    activity.clean()
    activity.validate_unique()
    activity.validate_constraints()
    activity.save()
    if tasks is not None:
        activity.tasks.set(tasks)
    return activity


def _known(uid: uuid.UUID, by: User) -> Activity | None:
    known = Activity.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    if known is not None and known.unit_id != by.unit_id:
        raise ValidationError("表单已失效，请重新打开“记活动”。填写的内容还在下面", code="foreign")
    return known


def _replace(activity: Activity, supersedes: Activity | None, by: User) -> None:
    if supersedes is None:
        return
    if supersedes.unit_id != by.unit_id or supersedes.state != ReviewState.VOID:
        raise ValidationError("只有本单位已作废的活动记录可以重新填报替代")
    activity.supersedes = supersedes


def _open_for_change(activity: Activity, by: User, expected_version: int | None) -> None:
    if activity.unit_id != by.unit_id:
        raise PermissionDenied("只能修改本单位的活动记录。")
    review.bump_version(activity, expected=activity.version if expected_version is None else expected_version)
    if not activity.editable():
        raise ValidationError(
            f"这条活动记录现在是“{activity.get_state_display()}”，不能修改。需要修改时请先撤回，或请审核单位退回", code="closed"
        )


def _refuse_foreign_tasks(tasks: Iterable[Task] | None, pilot: Pilot) -> None:
    if any(task.pilot_id != pilot.pk for task in tasks or ()):
        raise ValidationError({"tasks": "所选任务不属于本试点，请重新选择"})


def missing_for_submit(activity: Activity) -> list[Missing]:
    """What still has to be filled in, in the order of the form."""
    needed = (
        ("title", "活动名称", "请填写活动名称"),
        ("category", "类别", "请选择活动类别"),
        ("day", "日期", "请填写活动日期"),
        ("place", "地点", "请填写活动地点"),
        ("participants", "参加人次", "请填写参加人次，没有人参加请填 0"),
        ("content", "活动内容", "请用一两句话写活动内容"),
    )
    found = [Missing(name, label, text) for name, label, text in needed if getattr(activity, name) in (None, "")]
    least = activity.category.min_photos if activity.category else 0
    have = activity.photos.count() if activity.pk else 0
    if have < least:
        found.append(Missing("photos", "照片", f"这类活动至少 {least} 张照片，现在有 {have} 张"))
    return found


def submit_activity(activity: Activity, *, by: User) -> ReviewStep:
    """Hand in a draft or a returned record. Refuses an incomplete one with every reason under its field."""
    missing = missing_for_submit(activity)
    if missing:
        raise ValidationError({reason.field: reason.text for reason in missing})
    check_day(activity.day)
    return review.submit(activity, by=by)


@transaction.atomic
def delete_draft(activity: Activity, *, by: User) -> None:
    """Delete a draft that was never handed in, with its photos. What was handed in once stays."""
    if activity.unit_id != by.unit_id or not may(by, Action.RECORD_ACTIVITY):
        raise PermissionDenied("只能删除本单位的草稿。")
    activity = Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk)
    if activity.state != ReviewState.DRAFT or activity.steps.exists():
        raise ValidationError("只有从未提交过的草稿可以删除。已提交过的记录请撤回修改，或由审核单位作废")
    audit.record(AuditKind.CHANGE, user=by, about=activity, deleted_draft=True)
    for photo in activity.photos.select_related("file"):
        _drop(photo)
    activity.delete()


# --- photos -------------------------------------------------------------------------------------------------------------------


def _photos_open(activity: Activity, by: User) -> None:
    if activity.unit_id != by.unit_id or not may(by, Action.RECORD_ACTIVITY):
        raise PermissionDenied("只能修改本单位活动的照片。")
    if not activity.editable():
        raise ValidationError(f"这条活动记录现在是“{activity.get_state_display()}”，照片不能再改", code="closed")


def add_photo(activity: Activity, uploaded, *, by: User, kind: str = "", uid: uuid.UUID | None = None) -> ActivityPhoto:
    """Check and keep one photo. Sent twice with the same `uid` it is one photo. At most FILES_PER_RECORD per record."""
    _photos_open(activity, by)
    if uid is not None:
        known = ActivityPhoto.objects.select_related("file").filter(file__uid=uid).first()
        if known is not None:
            if known.activity_id != activity.pk:
                raise ValidationError("这张照片已用在别的活动里，请重新选择", code="foreign")
            return known
    checked = files.check_upload(uploaded, kinds=files.PHOTOS)
    return keep_photos(activity, [(checked, kind, uid)], by=by)[0]


def keep_photos(activity: Activity, photos: list[tuple[files.Checked, str, uuid.UUID | None]], *, by: User) -> list[ActivityPhoto]:
    """Keep checked photos, all or none."""
    kept = []
    with contextlib.ExitStack() as stack:
        stack.enter_context(transaction.atomic())
        locked = Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk)
        _photos_open(locked, by)
        have = locked.photos.count()
        if have + len(photos) > settings.FILES_PER_RECORD:
            raise ValidationError(f"一条记录最多 {settings.FILES_PER_RECORD} 张照片，已有 {have} 张", code="too_many")
        for number, (checked, kind, uid) in enumerate(photos, have):
            stored = stack.enter_context(files.keeping(checked, by=by, uid=uid))
            photo = ActivityPhoto(activity=locked, file=stored, kind=_kind(kind, number), order=number)
            photo.clean_fields(exclude=("activity", "file"))
            photo.validate_unique()
            photo.validate_constraints()
            photo.save()
            kept.append(photo)
    audit.record(AuditKind.UPLOAD, user=by, about=activity, photos=len(kept))
    return kept


def _kind(kind: str, number: int) -> str:
    """The first photo is usually the whole scene, the rest show what went on."""
    if kind in ActivityPhoto.Kind.values:
        return kind
    return ActivityPhoto.Kind.PROCESS if number else ActivityPhoto.Kind.SCENE


@transaction.atomic
def set_photo_kind(photo: ActivityPhoto, *, by: User, kind: str) -> ActivityPhoto:
    _photos_open(photo.activity, by)
    if kind not in ActivityPhoto.Kind.values:
        raise ValidationError("请选择照片类别")
    photo.kind = kind
    photo.save()
    return photo


@transaction.atomic
def rotate_photo(photo: ActivityPhoto, *, by: User, clockwise: bool = True) -> ActivityPhoto:
    _photos_open(photo.activity, by)
    files.rotate_image(photo.file, clockwise=clockwise)
    return photo


@transaction.atomic
def remove_photo(photo: ActivityPhoto, *, by: User) -> None:
    _photos_open(photo.activity, by)
    audit.record(AuditKind.CHANGE, user=by, about=photo.activity, removed_photo=photo.file.original_name)
    _drop(photo)


def _drop(photo: ActivityPhoto) -> None:
    stored = photo.file
    photo.delete()
    files.discard(stored)
