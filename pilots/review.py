"""The one review mechanism: hand in, withdraw, return, approve, void. For activities, evidence and whatever is reviewed later.

Routed by the unit tree: contractor → its community → the street/town; community → street/town; street/town → leading group office;
what the office itself hands in is read by its second reader.
Never reviewed by the person who handed in. Steps are rows with business dates, only ever added.
"""

import datetime
from collections import Counter
from collections.abc import Iterable

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet, Value

from accounts import audit, clock, notices
from accounts.access import Action, may
from accounts.models import AuditKind, Role, Unit, UnitKind, User
from accounts.plaintext import quoted
from pilots.models import MOVES, Reviewable, ReviewAction, ReviewState, ReviewStep

AUDIT = {
    ReviewAction.SUBMIT: AuditKind.SUBMIT,
    ReviewAction.WITHDRAW: AuditKind.WITHDRAW,
    ReviewAction.RETURN: AuditKind.RETURN,
    ReviewAction.APPROVE: AuditKind.APPROVE,
    ReviewAction.VOID: AuditKind.VOID,
}


def reviewer_after(unit: Unit) -> Unit | None:
    """The unit that reviews what `unit` handed in or passed on; None for units that hand nothing in."""
    if unit.kind in (UnitKind.CONTRACTOR, UnitKind.COMMUNITY):
        return unit.parent
    if unit.kind in (UnitKind.SUBDISTRICT, UnitKind.TOWN):
        return Unit.objects.get(kind=UnitKind.OFFICE)
    return unit if unit.kind == UnitKind.OFFICE else None


def next_desk(subject: Reviewable) -> Unit | None:
    """Where an approval at `subject.waiting_at` sends it: a contractor's record goes on from the community to the town, all else is done."""
    at = subject.waiting_at
    return reviewer_after(at) if at is not None and at.kind == UnitKind.COMMUNITY else None


def reviewables() -> list[type[Reviewable]]:
    """Every model that goes through this review, in the order of the rooms."""
    return [model for model in apps.get_models() if issubclass(model, Reviewable)]


def know_kinds() -> None:
    """Read the content types of what is reviewed, all in one question; Django keeps them per process."""
    ContentType.objects.get_for_models(*reviewables())


def who_handed_in(subject: Reviewable) -> User | None:
    """The person of the latest hand-in."""
    step = subject.steps.filter(action=ReviewAction.SUBMIT).order_by("-id").select_related("actor").first()
    return step.actor if step else None


def may_review(user: User, subject: Reviewable) -> bool:
    """Whether `user` may decide on `subject` now: it waits at their unit and they did not hand it in or record it."""
    return refusal(user, subject) == ""


def refusal(user: User, subject: Reviewable) -> str:
    """Why `user` may not decide on `subject` now, in one sentence; empty when they may."""
    if subject.state != ReviewState.SUBMITTED or subject.waiting_at_id is None:
        return f"{subject._meta.verbose_name}现在是“{subject.get_state_display()}”，不在待审核状态"
    if not may(user, Action.REVIEW) or user.unit_id != subject.waiting_at_id:
        return f"这份{subject._meta.verbose_name}由{subject.waiting_at.short_name}审核"
    submitter = who_handed_in(subject)
    if user.pk in {subject.created_by_id, submitter.pk if submitter else None}:
        return f"您是这份{subject._meta.verbose_name}的填报人，填报与审核不能是同一人。{subject.waiting_at.short_name}其他人员可以审核"
    return ""


def waiting_for(user: User, rows: QuerySet) -> QuerySet:
    """The rows of `rows` that `user` may decide on now."""
    if not may(user, Action.REVIEW):
        return rows.none()
    return rows.filter(state=ReviewState.SUBMITTED, waiting_at=user.unit_id).exclude(created_by=user.pk)


def may_void(user: User, subject: Reviewable) -> bool:
    """Whether `user` may void this approved record: the reviewing unit's or the office's people, never who recorded it."""
    if subject.state != ReviewState.APPROVED or user.role not in (Role.OFFICE, Role.TOWN_CLERK, Role.TOWN_LEADER):
        return False
    unit = subject.unit.parent if subject.unit.kind == UnitKind.CONTRACTOR else subject.unit
    return user.pk != subject.created_by_id and (user.role == Role.OFFICE or user.unit_id == unit.parent_id)


def waiting_since(rows: list[Reviewable]) -> dict[tuple[type, int], datetime.datetime]:
    """When each row was last handed in or passed on, by (model, pk); one query."""
    moments = {}
    wanted = Q(pk__in=())
    for model in {type(row) for row in rows}:
        keys = [row.pk for row in rows if type(row) is model]
        wanted |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=keys)
    for step in ReviewStep.objects.filter(wanted).select_related("content_type").order_by("id"):
        moments[step.content_type.model_class(), step.object_id] = step.at
    return moments


def attach_subjects(steps: Iterable[ReviewStep]) -> None:
    """Fetch the records behind steps, one query per kind (steps keep their record on `step.about`)."""
    steps = list(steps)
    found = {}
    for model in {step.content_type.model_class() for step in steps}:
        keys = {step.object_id for step in steps if step.content_type.model_class() is model}
        found |= {(model, row.pk): row for row in model.objects.select_related("unit").filter(pk__in=keys)}
    for step in steps:
        step.about = found.get((step.content_type.model_class(), step.object_id))


def waiting_counts(user: User) -> list[tuple[type[Reviewable], int]]:
    """How many records of each kind wait for this person's decision, kinds with none left out; one query for all kinds."""
    models = reviewables()
    marked = [
        waiting_for(user, model.objects.order_by()).annotate(kind=Value(number)).values_list("kind", flat=True)
        for number, model in enumerate(models)
    ]
    found = Counter(marked[0].union(*marked[1:], all=True))
    return [(models[number], count) for number, count in sorted(found.items())]


@transaction.atomic
def submit(subject: Reviewable, *, by: User) -> ReviewStep:
    """Hand in a draft or a returned record. Refuses what is not the person's own unit's, incomplete, or already handed in."""
    subject = _locked(subject)
    _own(subject, by)
    desk = reviewer_after(subject.unit)
    if desk is None:
        raise ValidationError(f"{subject.unit.short_name}没有上级审核单位，不能提交")
    step = _move(subject, ReviewAction.SUBMIT, ReviewState.SUBMITTED, desk=desk, by=by)
    notices.notify(
        [p for p in notices.people_of(desk) if may(p, Action.REVIEW) and p.pk != by.pk],
        key=f"review-{step.pk}",
        title=f"{subject.unit.short_name}提交了{subject._meta.verbose_name}{quoted(subject)}，请审核",
        url=subject.get_absolute_url(),
    )
    return step


@transaction.atomic
def withdraw(subject: Reviewable, *, by: User) -> ReviewStep:
    """Take back what nobody has decided on yet; it becomes a draft again."""
    subject = _locked(subject)
    _own(subject, by)
    last = subject.steps.order_by("-id").first()
    if last is not None and last.action == ReviewAction.APPROVE and subject.waiting_at is not None:
        raise ValidationError(f"{last.unit.short_name}已经审核通过，不能撤回。需要修改时请{subject.waiting_at.short_name}退回")
    return _move(subject, ReviewAction.WITHDRAW, ReviewState.DRAFT, desk=None, by=by)


@transaction.atomic
def send_back(subject: Reviewable, *, by: User, opinion: str) -> ReviewStep:
    """Return to the unit that handed in, with an opinion (required)."""
    subject = _locked(subject)
    _reviewer(subject, by)
    if not opinion.strip():
        raise ValidationError({"opinion": "退回须写明意见，让对方知道怎么改"})
    step = _move(subject, ReviewAction.RETURN, ReviewState.RETURNED, desk=None, by=by, opinion=opinion)
    _tell_unit(subject, step, f"{by.unit.short_name}退回了{subject._meta.verbose_name}{quoted(subject)}：{opinion}")
    return step


@transaction.atomic
def approve(subject: Reviewable, *, by: User, opinion: str = "") -> ReviewStep:
    """Pass. The last desk's approval makes the record count from this business day on."""
    subject = _locked(subject)
    _reviewer(subject, by)
    desk = next_desk(subject)
    state = ReviewState.SUBMITTED if desk else ReviewState.APPROVED
    step = _move(subject, ReviewAction.APPROVE, state, desk=desk, by=by, opinion=opinion)
    if desk is None:
        _tell_unit(subject, step, f"{by.unit.short_name}审核通过了{subject._meta.verbose_name}{quoted(subject)}")
    return step


@transaction.atomic
def void(subject: Reviewable, *, by: User, opinion: str) -> ReviewStep:
    """Void an approved record with a reason (the reviewing unit or the office); it stays readable and stops counting from this day on."""
    subject = _locked(subject)
    if subject.state == ReviewState.APPROVED and not may_void(by, subject):
        raise PermissionDenied("审核单位或领导小组办公室可以作废已通过的记录，填报人本人不能作废。")
    if not opinion.strip():
        raise ValidationError({"opinion": "作废须写明原因"})
    step = _move(subject, ReviewAction.VOID, ReviewState.VOID, desk=None, by=by, opinion=opinion)
    _tell_unit(subject, step, f"{by.unit.short_name}作废了{subject._meta.verbose_name}{quoted(subject)}：{opinion}")
    return step


def _locked(subject: Reviewable) -> Reviewable:
    """The row as it stands now, under a lock (PostgreSQL; SQLite's IMMEDIATE transaction is one already)."""
    return type(subject).objects.select_for_update(of=("self",)).select_related("unit__parent", "waiting_at").get(pk=subject.pk)


def _own(subject: Reviewable, by: User) -> None:
    if by.unit_id != subject.unit_id or not may(by, subject.entered_under):
        raise PermissionDenied(f"只有{subject.unit.short_name}可以提交和撤回这份{subject._meta.verbose_name}。")


def _reviewer(subject: Reviewable, by: User) -> None:
    reason = refusal(by, subject)
    if reason:
        raise ValidationError(reason)


def _move(subject: Reviewable, action: ReviewAction, state: ReviewState, *, desk: Unit | None, by: User, opinion: str = "") -> ReviewStep:
    if subject.state not in MOVES[action]:
        raise ValidationError(
            f"{subject._meta.verbose_name}现在是“{subject.get_state_display()}”，不能{action.label}。请刷新页面看最新情况"
        )
    subject.state, subject.waiting_at = state, desk
    subject.version += 1
    subject.validate_constraints()
    subject.save()
    step = ReviewStep(
        subject=subject, action=action, state=state, waiting_at=desk, actor=by, unit=by.unit, on=clock.today(), opinion=opinion.strip()
    )
    step.validate_constraints()
    step.save()
    audit.record(AUDIT[action], user=by, about=subject, opinion=opinion)
    return step


def _tell_unit(subject: Reviewable, step: ReviewStep, title: str) -> None:
    notices.notify(
        [p for p in notices.people_of(subject.unit) if p.role in (Role.COMMUNITY, Role.TOWN_CLERK, Role.CONTRACTOR)],
        key=f"review-{step.pk}",
        title=title,
        url=subject.get_absolute_url(),
    )


def bump_version(subject: Reviewable, *, expected: int) -> None:
    """Take the next version for a save started from version `expected`; refuses when somebody saved in between (call inside atomic)."""
    current = type(subject).objects.select_for_update().filter(pk=subject.pk).values_list("version", flat=True).get()
    if current != expected:
        raise ValidationError("这条记录在您打开后已被修改。您填写的内容还在下面，请对照最新内容后再保存", code="stale")
    subject.version = current + 1
