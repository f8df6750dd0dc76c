"""Deeds on visits: open (items and figures are copied in), answer, add items and photos, submit. Submitted visits never change.

Only the leading group office supervises. A month closes a few days after its end (rules.MONTH_CLOSES_AFTER): after that its visits
can neither be opened nor handed in, so that a month that was reported stays as reported.
"""

import calendar
import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from accounts import audit, clock, once
from accounts.access import Action, may, roles_named
from accounts.models import AuditKind, User
from pilots import files
from pilots.models import Pilot
from supervision import workdays
from supervision.findings import register_finding
from supervision.models import (
    Answer,
    ChecklistItem,
    Finding,
    Severity,
    Source,
    Visit,
    VisitAnswer,
    VisitKind,
    VisitPhoto,
    VisitState,
)
from supervision.prefill import prefill
from supervision.rotation import items_for
from supervision.rules import MONTH_CLOSES_AFTER, MOST_PHOTOS

FIELDS = ("visited_on", "visited_at", "inspectors", "conclusion")
DRAFTED = ("problem_title", "problem", "requirement", "severity", "deadline")
ANSWERED = ("answer", "remark", "confirmed_by", "confirmed_at")
SOURCE_OF = {VisitKind.MONTHLY: Source.SUPERVISION, VisitKind.MIDTERM: Source.MIDTERM, VisitKind.INSPECTION: Source.INSPECTION}


@dataclass(frozen=True)
class Missing:
    """One thing without which a visit is not handed in: the item to go to (None: the head of the sheet) and the sentence."""

    answer: VisitAnswer | None
    text: str


def month_of(day: datetime.date) -> datetime.date:
    return day.replace(day=1)


def month_end(month: datetime.date) -> datetime.date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def closes_on(month: datetime.date) -> datetime.date:
    """The last day on which a visit of this month may be handed in."""
    return workdays.first_workday(month_end(month) + datetime.timedelta(days=MONTH_CLOSES_AFTER))


def month_closed(month: datetime.date) -> bool:
    return clock.today() > closes_on(month)


# --- opening ------------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def open_visit(
    *,
    by: User,
    pilot: Pilot,
    visited_on: datetime.date,
    inspectors: str,
    kind: str = VisitKind.MONTHLY,
    visited_at: datetime.time | None = None,
    uid: uuid.UUID | None = None,
) -> Visit:
    """A draft sheet with the items of its turn, pre-answered from the figures as of the day of the visit.

    One per pilot, month and kind: refused in words when there is one already. A second press with the same `uid` answers the same sheet."""
    _supervisor(by)
    if uid is not None:
        once.one_press_at_a_time(by)
        known = Visit.objects.filter(uid=uid, created_by=by).first()
        if known is not None:
            return known
    _open_month(visited_on)
    visit = Visit(
        uid=uid or uuid.uuid4(),
        pilot=pilot,
        kind=kind,
        month=month_of(visited_on),
        visited_on=visited_on,
        visited_at=visited_at,
        inspectors=inspectors.strip(),
        created_by=by,
    )
    visit.full_clean()
    try:
        with transaction.atomic():
            visit.save()
    except IntegrityError:
        raise ValidationError("这个试点本月已有同类督导记录，请打开已有的那一份")
    _copy_items(visit, items_for(kind, visit.month, ChecklistItem.objects.all()), by)
    audit.record(AuditKind.CREATE, user=by, about=visit)
    return visit


def _supervisor(by: User) -> None:
    if not may(by, Action.SUPERVISE):
        raise PermissionDenied(f"{roles_named(Action.SUPERVISE)}可以开展督导、填写督导记录。您的角色是{by.get_role_display()}。")


def _open_month(day: datetime.date) -> None:
    month = month_of(day)
    if month_closed(month):
        raise ValidationError(
            f"{month.year}年{month.month}月的督导记录已于 {closes_on(month).isoformat()} 封存，不能再新增或修改", code="closed_month"
        )
    if month > month_of(clock.today()):
        raise ValidationError({"visited_on": "督导日期不能晚于本月"})


def _copy_items(visit: Visit, items: Iterable[ChecklistItem], by: User) -> None:
    """The items as they read today, each with figure and proposed answer."""
    items = list(items)
    if not items:
        return
    found = prefill(visit.pilot, items, min(visit.visited_on, clock.today()))
    rows = [
        VisitAnswer(
            visit=visit,
            item=item,
            order=item.order,
            code=item.code,
            aspect=item.aspect,
            wording=item.wording,
            clauses=item.clauses,
            metric=item.metric,
            figure=found[item.code].figure[:40],
            figure_note=found[item.code].note[:100],
            prefilled=found[item.code].answer,
            answer=found[item.code].answer,
        )
        for item in items
    ]
    bulk_create_with_history(rows, VisitAnswer, default_user=by, default_date=clock.now())


# --- filling in ---------------------------------------------------------------------------------------------------------------------


def _draft(visit: Visit, by: User, expected: int | None = None) -> Visit:
    """The sheet under a lock, open for this person; a save started from an older version is refused with code `stale`."""
    _supervisor(by)
    visit = (
        Visit.objects.select_for_update(of=("self",))
        .select_related("pilot__unit", "pilot__accountable", "pilot__programme")
        .get(pk=visit.pk)
    )
    if visit.submitted:
        raise ValidationError("督导记录已经提交，不能再修改。新发现的问题请在问题台账登记", code="locked")
    if expected is not None and visit.version != expected:
        raise ValidationError("这份督导记录在您打开后已被修改。您填写的内容还在下面，请对照最新内容后再保存", code="stale")
    _open_month(visit.visited_on)
    return visit


def _saved(visit: Visit) -> None:
    visit.version += 1
    visit.saved_at = clock.now()
    visit.save()


@transaction.atomic
def update_visit(visit: Visit, *, by: User, values: dict, expected_version: int | None = None) -> Visit:
    """Change the head of a draft (visited_on, visited_at, inspectors, conclusion; other keys do not count)."""
    visit = _draft(visit, by, expected_version)
    for name in FIELDS:
        if name in values:
            setattr(visit, name, values[name])
    if visit.visited_on is not None and month_of(visit.visited_on) != visit.month:
        raise ValidationError({"visited_on": f"督导日期须在{visit.month.year}年{visit.month.month}月之内"})
    visit.full_clean()
    _saved(visit)
    return visit


@transaction.atomic
def answer_item(answer: VisitAnswer, *, by: User, value: str, remark: str = "", drafted: dict | None = None) -> VisitAnswer:
    """Answer one item; whoever does so has confirmed it. `drafted` carries the finding a 不符合 will open: problem_title, problem,
    requirement, severity, deadline (by the severity unless chosen; moved off days off). Incomplete drafts are kept; 提交 asks for the rest."""
    visit = _draft(answer.visit, by)
    answer = VisitAnswer.objects.get(pk=answer.pk, visit=visit)
    _give(answer, visit, by, value, remark, drafted or {})
    answer.save()
    _saved(visit)
    return answer


@transaction.atomic
def answer_items(visit: Visit, *, by: User, given: dict[str, dict], expected_version: int | None = None) -> Visit:
    """The whole sheet in one save, all or nothing: by item code the keywords of `answer_item` (value, remark, drafted). Items not named stay.

    Raises ValidationError with one sentence per refused item, each beginning with its code."""
    visit = _draft(visit, by, expected_version)
    answers = list(visit.answers.filter(code__in=given))
    was_no = {answer.pk: answer.answer == Answer.NO for answer in answers}
    refused = []
    for answer in answers:
        one = given[answer.code]
        try:
            _give(answer, visit, by, one["value"], one.get("remark", ""), one.get("drafted") or {})
        except ValidationError as problem:
            refused += [f"{answer.code}：{sentence}" for sentence in problem.messages]
    if refused:
        raise ValidationError(refused)
    drafts = any(answer.answer == Answer.NO or was_no[answer.pk] for answer in answers)
    fields = [*ANSWERED, *DRAFTED] if drafts else [*ANSWERED]
    bulk_update_with_history(answers, VisitAnswer, fields, default_user=by, default_date=clock.now())
    _saved(visit)
    return visit


def _give(answer: VisitAnswer, visit: Visit, by: User, value: str, remark: str, drafted: dict) -> None:
    if value not in Answer.values and value != "":
        raise ValidationError("请选择符合、基本符合、不符合或不适用")
    answer.answer, answer.remark = value, remark.strip()
    answer.confirmed_by, answer.confirmed_at = (by, clock.now()) if value else (None, None)
    if value == Answer.NO:
        _draft_finding(answer, visit, drafted)
    else:
        for name in DRAFTED:
            setattr(answer, name, None if name == "deadline" else "")
    answer.clean_fields(exclude=["visit", "item"])


def _draft_finding(answer: VisitAnswer, visit: Visit, drafted: dict) -> None:
    for name in DRAFTED[:4]:
        if name in drafted:
            setattr(answer, name, (drafted[name] or "").strip())
    if answer.severity and answer.severity not in Severity.values:
        raise ValidationError({"severity": "请选择严重程度：一般、较重或严重"})
    chosen = drafted.get("deadline")
    if chosen is not None:
        if chosen < visit.visited_on:
            raise ValidationError({"deadline": f"整改时限不能早于督导日期 {visit.visited_on.isoformat()}"})
        answer.deadline = workdays.first_workday(chosen)
    elif answer.severity:
        answer.deadline = workdays.deadline(visit.visited_on, answer.severity)


@transaction.atomic
def add_items(visit: Visit, *, by: User, codes: Iterable[str]) -> Visit:
    """本月加查其他项: put further items of the checklist on a draft; items that are on it already stay as they are."""
    visit = _draft(visit, by)
    have = set(visit.answers.values_list("item_id", flat=True))
    _copy_items(visit, ChecklistItem.objects.filter(code__in=list(codes)).exclude(pk__in=have), by)
    _saved(visit)
    return visit


@transaction.atomic
def retake_figures(visit: Visit, *, by: User) -> Visit:
    """重新取数 for a draft: figures and proposed answers anew; what a person answered stays."""
    visit = _draft(visit, by)
    answers = list(visit.answers.select_related("item"))
    found = prefill(visit.pilot, [answer.item for answer in answers], min(visit.visited_on, clock.today()))
    for answer in answers:
        one = found[answer.item.code]
        answer.figure, answer.figure_note = one.figure[:40], one.note[:100]
        if answer.confirmed_by_id is None:
            answer.answer = one.answer
        answer.prefilled = one.answer
        answer.save()
    _saved(visit)
    return visit


def add_visit_photo(
    answer: VisitAnswer, uploaded: UploadedFile, *, by: User, caption: str = "", uid: uuid.UUID | None = None
) -> VisitPhoto:
    """Keep a photo for an item of a draft; the same `uid` twice makes one."""
    with transaction.atomic():
        _draft(answer.visit, by)
    if uid is not None:
        known = VisitPhoto.objects.filter(answer=answer, file__uid=uid).first()
        if known is not None:
            return known
    with files.stored_upload(uploaded, by=by, kinds=files.PHOTOS, uid=uid) as stored:
        return keep_visit_photo(answer, stored, by=by, caption=caption)


@transaction.atomic
def keep_visit_photo(answer: VisitAnswer, stored, *, by: User, caption: str = "") -> VisitPhoto:
    """Attach a stored photo to an item of a draft."""
    _draft(answer.visit, by)
    count = answer.photos.count()
    if count >= MOST_PHOTOS:
        raise ValidationError(f"每项最多 {MOST_PHOTOS} 张照片，请先删除不用的")
    photo = VisitPhoto(answer=answer, file=stored, caption=caption.strip(), order=count + 1)
    photo.full_clean(exclude=["answer", "file"])
    photo.save()
    return photo


@transaction.atomic
def remove_visit_photo(photo: VisitPhoto, *, by: User) -> None:
    """Take a photo off a draft."""
    _draft(photo.answer.visit, by)
    stored = photo.file
    photo.delete()
    files.discard(stored)


@transaction.atomic
def discard_visit(visit: Visit, *, by: User) -> None:
    """Delete a draft with its photos; a submitted sheet is never deleted."""
    visit = _draft(visit, by)
    photos = [photo.file for photo in VisitPhoto.objects.filter(answer__visit=visit).select_related("file")]
    audit.record(AuditKind.CHANGE, user=by, about=visit, deleted=True)
    visit.delete()
    for stored in photos:
        files.discard(stored)


# --- handing in ---------------------------------------------------------------------------------------------------------------------


def missing_for_submit(visit: Visit) -> list[Missing]:
    """What still has to be filled in, in the order of the sheet."""
    found = []
    if visit.visited_on > clock.today():
        found.append(Missing(None, f"督导日期 {visit.visited_on.isoformat()} 还没有到，现场督导后再提交"))
    for answer in visit.answers.all():
        if not answer.answer:
            found.append(Missing(answer, f"{answer.code} 还没有填结论：{answer.wording}"))
        elif answer.answer == Answer.NO:
            lacking = [label for name, label in (("problem", "问题描述"), ("severity", "严重程度")) if not getattr(answer, name)]
            if lacking:
                found.append(Missing(answer, f"{answer.code} 不符合，还要填写{'、'.join(lacking)}"))
    return found


@transaction.atomic
def submit_visit(visit: Visit, *, by: User, assign: bool = True, expected_version: int | None = None) -> list[Finding]:
    """提交督导记录: locks the sheet and opens a finding for every 不符合, assigned at once unless `assign` is off. Answers the findings.

    Answers still as the figures proposed them count as given by who submits. Refuses with one sentence per missing thing."""
    visit = _draft(visit, by, expected_version)
    missing = missing_for_submit(visit)
    if missing:
        raise ValidationError([one.text for one in missing])
    now = clock.now()
    answers = list(visit.answers.prefetch_related("photos__file"))
    as_proposed = [answer for answer in answers if answer.confirmed_by_id is None]
    for answer in as_proposed:
        answer.confirmed_by, answer.confirmed_at = by, now
    bulk_update_with_history(as_proposed, VisitAnswer, ["confirmed_by", "confirmed_at"], default_user=by, default_date=now)
    found = [_open_finding(visit, answer, by, assign) for answer in answers if answer.answer == Answer.NO]
    visit.state, visit.submitted_by, visit.submitted_on, visit.submitted_at = VisitState.SUBMITTED, by, clock.today(), now
    visit.validate_constraints()
    _saved(visit)
    audit.record(AuditKind.SUBMIT, user=by, about=visit, findings=[finding.number for finding in found])
    return found


def _open_finding(visit: Visit, answer: VisitAnswer, by: User, assign: bool) -> Finding:
    proposed = workdays.deadline(visit.visited_on, answer.severity)
    chosen = answer.deadline not in (None, proposed) and answer.deadline >= clock.today()
    return register_finding(
        by=by,
        pilot=visit.pilot,
        aspect=answer.aspect,
        severity=answer.severity,
        title=answer.problem_title,
        description=answer.problem,
        requirement=answer.requirement,
        found_on=visit.visited_on,
        source=SOURCE_OF[VisitKind(visit.kind)],
        deadline=answer.deadline if chosen else None,  # a proposed one runs from 交办
        answer=answer,
        photos=answer.photos.all(),
        assign=assign,
    )
