"""Deeds on findings: register, assign, start, rectify, close, send back, extend, reopen. Each adds a step; steps never change.

Who may: the office finds, assigns, re-checks, decides on extensions and reopens; the responsible unit starts, rectifies and asks for more
time. 复核 is never done by somebody who rectified. A deadline never falls on a day off: it moves to the first working day after.
"""

import datetime
import uuid
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts import audit, clock, notices, once
from accounts.access import Action, may, roles_named
from accounts.models import AuditKind, Role, Unit, User
from accounts.pinyin import search_key
from accounts.plaintext import quoted
from pilots import files
from pilots.models import Pilot, StoredFile
from supervision import workdays
from supervision.models import (
    Finding,
    FindingAction,
    FindingCounter,
    FindingFile,
    FindingState,
    FindingStep,
    Severity,
    Source,
    VisitAnswer,
)
from supervision.rules import MOST_EXTENSIONS, MOST_PHOTOS

FARTHEST_DAYS = 120
"""No deadline lies further ahead than this."""

MOVES: dict[FindingAction, frozenset[FindingState]] = {
    FindingAction.ASSIGN: frozenset({FindingState.FOUND}),
    FindingAction.START: frozenset({FindingState.ASSIGNED}),
    FindingAction.RECTIFY: frozenset({FindingState.ASSIGNED, FindingState.RECTIFYING}),
    FindingAction.CLOSE: frozenset({FindingState.RECHECKING}),
    FindingAction.RETURN: frozenset({FindingState.RECHECKING}),
    FindingAction.ASK: frozenset({FindingState.ASSIGNED, FindingState.RECTIFYING}),
    FindingAction.GRANT: frozenset({FindingState.ASSIGNED, FindingState.RECTIFYING}),
    FindingAction.REFUSE: frozenset({FindingState.ASSIGNED, FindingState.RECTIFYING}),
    FindingAction.REOPEN: frozenset({FindingState.CLOSED}),
}
"""From which states a deed may start."""

ALLOWED_BY: dict[FindingAction, Action] = {
    FindingAction.FIND: Action.SUPERVISE,
    FindingAction.ASSIGN: Action.SUPERVISE,
    FindingAction.START: Action.RECTIFY,
    FindingAction.RECTIFY: Action.RECTIFY,
    FindingAction.CLOSE: Action.RECHECK,
    FindingAction.RETURN: Action.RECHECK,
    FindingAction.ASK: Action.RECTIFY,
    FindingAction.GRANT: Action.DECIDE_EXTENSION,
    FindingAction.REFUSE: Action.DECIDE_EXTENSION,
    FindingAction.REOPEN: Action.RECHECK,
}
OF_UNIT = frozenset({FindingAction.START, FindingAction.RECTIFY, FindingAction.ASK})
"""Deeds of the responsible unit."""
RECHECKS = frozenset({FindingAction.CLOSE, FindingAction.RETURN})
AUDIT = {
    FindingAction.RECTIFY: AuditKind.SUBMIT,
    FindingAction.CLOSE: AuditKind.APPROVE,
    FindingAction.GRANT: AuditKind.APPROVE,
    FindingAction.RETURN: AuditKind.RETURN,
    FindingAction.REFUSE: AuditKind.RETURN,
}


# --- who may what -------------------------------------------------------------------------------------------------------------------


def forbidden(user: User, finding: Finding, action: FindingAction) -> str:
    """Why this person may not do it whatever the state, in one sentence; empty when they may."""
    if not may(user, ALLOWED_BY[action]):
        return f"{roles_named(ALLOWED_BY[action])}可以{action.label}。您的角色是{user.get_role_display()}。"
    if action in OF_UNIT and user.unit_id != finding.unit_id:
        return f"这个问题由{finding.unit.short_name}整改，其他单位不能{action.label}。"
    if action in RECHECKS and user.pk in _rectifiers(finding):
        return f"您参加了 {finding.number} 的整改，整改与复核不能是同一人。领导小组办公室其他人员可以复核。"
    return ""


def refusal(user: User, finding: Finding, action: FindingAction) -> str:
    """Why this person may not do it now: the person first, then the state of the finding; empty when they may."""
    return forbidden(user, finding, action) or _untimely(finding, action)


def possible_actions(user: User, finding: Finding) -> list[FindingAction]:
    """What this person may do with the finding now, in the order of its way."""
    return [action for action in FindingAction if action != FindingAction.FIND and not refusal(user, finding, action)]


def _untimely(finding: Finding, action: FindingAction) -> str:
    if finding.state not in MOVES[action]:
        return f"{finding.number} 现在是“{finding.get_state_display()}”，不能{action.label}。请刷新页面看最新情况"
    if action in (FindingAction.GRANT, FindingAction.REFUSE) and finding.asked_until is None:
        return f"{finding.number} 没有待审批的延期申请"
    if action == FindingAction.ASK:
        return _no_extension(finding)
    return ""


def _no_extension(finding: Finding) -> str:
    if finding.asked_until is not None:
        return f"延期至 {finding.asked_until.isoformat()} 的申请正在审批，不用再次申请"
    if finding.deadline < clock.today():
        return f"整改时限 {finding.deadline.isoformat()} 已过，不能再申请延期。延期须在时限之前申请"
    if extensions_granted(finding) >= MOST_EXTENSIONS:
        return f"已经延期 {MOST_EXTENSIONS} 次，不能再延。请按时限 {finding.deadline.isoformat()} 完成整改"
    return ""


def extensions_granted(finding: Finding) -> int:
    """How many extensions were granted since the finding was last (re)opened."""
    actions = [step.action for step in finding.steps.all()]
    reopened = max((n for n, action in enumerate(actions) if action == FindingAction.REOPEN), default=-1)
    return sum(action == FindingAction.GRANT for action in actions[reopened + 1 :])


def _rectifiers(finding: Finding) -> set[int]:
    """People who handed in or prepared a rectification of this finding."""
    steps = {step.actor_id for step in finding.steps.all() if step.action in (FindingAction.RECTIFY, FindingAction.START)}
    return steps | {file.added_by_id for file in finding.files.all() if file.kind != FindingFile.Kind.BEFORE}


def responsible_units(pilot: Pilot) -> list[Unit]:
    """Who may be made responsible for a finding at this pilot: the pilot's own unit, and the street or town above it."""
    return list(dict.fromkeys([pilot.unit, pilot.accountable]))


# --- finding and assigning ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def register_finding(
    *,
    by: User,
    pilot: Pilot,
    aspect: str,
    severity: str,
    title: str,
    description: str,
    requirement: str = "",
    found_on: datetime.date | None = None,
    source: str = Source.OTHER,
    unit: Unit | None = None,
    person: str = "",
    deadline: datetime.date | None = None,
    answer: VisitAnswer | None = None,
    photos: Iterable = (),
    uid: uuid.UUID | None = None,
    assign: bool = True,
) -> Finding:
    """登记问题, numbered WT-2022-11-002 within the month it was found in, and assigned at once unless `assign` is off.

    `unit` is the pilot's own unless said otherwise; `deadline` follows the severity. `photos` are stored files taken when it was found.
    A second press with the same `uid` answers the same finding. Raises ValidationError (fields: found_on, unit, deadline, title …)."""
    if not may(by, Action.SUPERVISE):
        raise PermissionDenied(f"{roles_named(Action.SUPERVISE)}可以登记问题。您的角色是{by.get_role_display()}。")
    if uid is not None:
        once.one_press_at_a_time(by)
        known = Finding.objects.filter(uid=uid, created_by=by).first()
        if known is not None:
            return known
    found_on, unit = found_on or clock.today(), unit or pilot.unit
    _check_found(found_on, unit, pilot, severity)
    finding = Finding(
        uid=uid or uuid.uuid4(),
        pilot=pilot,
        aspect=aspect,
        severity=severity,
        source=source,
        answer=answer,
        title=(title.strip() or description.strip().rstrip("。"))[:60],
        description=description.strip(),
        requirement=requirement.strip(),
        found_on=found_on,
        unit=unit,
        person=person.strip(),
        first_deadline=_fitting(deadline, workdays.deadline(max(found_on, clock.today()), severity)),
        created_by=by,
    )
    finding.deadline = finding.first_deadline
    finding.search = search_key(finding.title)
    finding.number = "WT"  # the number is taken last, so that nobody waits for the counter while this form is checked
    finding.full_clean(exclude=["number", "answer"])
    finding.number = _next_number(found_on)
    finding.save()
    _add_step(finding, FindingAction.FIND, by)
    for photo in photos:
        _attach(finding, photo.file, by=by, kind=FindingFile.Kind.BEFORE, caption=photo.caption, dated=found_on)
    audit.record(AuditKind.CREATE, user=by, about=finding, label=str(finding))
    return assign_finding(finding, by=by) if assign else finding


def _check_found(found_on: datetime.date, unit: Unit, pilot: Pilot, severity: str) -> None:
    if found_on > clock.today():
        raise ValidationError({"found_on": f"发现日期不能晚于今天（{clock.today().isoformat()}）"})
    if found_on < settings.ACTIVITY_EARLIEST:
        raise ValidationError({"found_on": f"发现日期早于 {settings.ACTIVITY_EARLIEST.isoformat()}，请核对年份"})
    if severity not in Severity.values:
        raise ValidationError({"severity": "请选择严重程度：一般、较重或严重"})
    if unit not in responsible_units(pilot):
        names = "、".join(one.short_name for one in responsible_units(pilot))
        raise ValidationError({"unit": f"{pilot}的问题由{names}整改，请重新选择责任单位"})


def _fitting(wanted: datetime.date | None, proposed: datetime.date) -> datetime.date:
    """The deadline a person chose, moved off days off; the proposed one where they chose none."""
    if wanted is None:
        return proposed
    today = clock.today()
    if wanted < today:
        raise ValidationError({"deadline": f"整改时限不能早于今天（{today.isoformat()}）"})
    if wanted > today + datetime.timedelta(days=FARTHEST_DAYS):
        raise ValidationError({"deadline": f"整改时限不能超过 {FARTHEST_DAYS} 天，请核对年月"})
    return workdays.first_workday(wanted)


def _next_number(day: datetime.date) -> str:
    """The month's next number, under a row lock: no number twice, and none lost when the deed fails."""
    month = f"{day:%Y-%m}"
    FindingCounter.objects.get_or_create(month=month)
    counter = FindingCounter.objects.select_for_update().get(month=month)
    counter.last += 1
    counter.save()
    return f"WT-{month}-{counter.last:03d}"


@transaction.atomic
def assign_finding(finding: Finding, *, by: User, deadline: datetime.date | None = None) -> Finding:
    """交办 to the responsible unit, with a copy to the street or town above it."""
    finding = _ready(finding, FindingAction.ASSIGN, by)
    if deadline is not None:
        finding.first_deadline = finding.deadline = _fitting(deadline, finding.deadline)
    step = _move(finding, FindingAction.ASSIGN, FindingState.ASSIGNED, by)
    told = [*_people_of(finding.unit), *_people_of(finding.pilot.accountable)]
    _tell(told, step, f"交办问题 {finding.number}{quoted(finding.title)}，请在 {finding.deadline.isoformat()} 前完成整改")
    return finding


# --- the responsible unit -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def start_rectifying(finding: Finding, *, by: User) -> Finding:
    """开始整改: the unit has read it and is at work."""
    finding = _ready(finding, FindingAction.START, by)
    _move(finding, FindingAction.START, FindingState.RECTIFYING, by)
    return finding


def add_finding_file(
    finding: Finding,
    uploaded: UploadedFile,
    *,
    by: User,
    kind: str = FindingFile.Kind.AFTER,
    caption: str = "",
    uid: uuid.UUID | None = None,
) -> FindingFile:
    """Keep a photo (整改后) or paper (整改材料) for the next 提交整改; the same `uid` twice makes one. Only the responsible unit, only before."""
    reason = refusal(by, finding, FindingAction.RECTIFY)
    if reason:
        raise (PermissionDenied if forbidden(by, finding, FindingAction.RECTIFY) else ValidationError)(reason)
    if kind not in (FindingFile.Kind.AFTER, FindingFile.Kind.PAPER):
        raise ValidationError("整改时上传整改后的照片或整改材料")
    if uid is not None:
        known = FindingFile.objects.filter(finding=finding, file__uid=uid).first()
        if known is not None:
            return known
    if finding.files.filter(step__isnull=True).count() >= MOST_PHOTOS:
        raise ValidationError(f"每次整改最多 {MOST_PHOTOS} 个文件，请先删除不用的")
    kinds = files.PHOTOS if kind == FindingFile.Kind.AFTER else files.ALL_KINDS
    with files.stored_upload(uploaded, by=by, kinds=kinds, uid=uid) as stored:
        return _attach(finding, stored, by=by, kind=kind, caption=caption)


def keep_finding_file(finding: Finding, stored: StoredFile, *, by: User, kind: str, caption: str = "") -> FindingFile:
    """Attach a stored file for the next 提交整改 (photos of the sample year come this way)."""
    return _attach(finding, stored, by=by, kind=kind, caption=caption)


def _attach(
    finding: Finding, stored: StoredFile, *, by: User, kind: str, caption: str = "", dated: datetime.date | None = None
) -> FindingFile:
    file = FindingFile(finding=finding, file=stored, kind=kind, caption=caption.strip(), dated=dated or clock.today(), added_by=by)
    file.clean_fields(exclude=["finding", "file", "added_by"])
    if kind == FindingFile.Kind.BEFORE:
        file.step = finding.steps.get(action=FindingAction.FIND)
    file.save()
    return file


@transaction.atomic
def remove_finding_file(file: FindingFile, *, by: User) -> None:
    """Take away what was not handed in yet."""
    file = FindingFile.objects.select_for_update(of=("self",)).select_related("finding__unit").get(pk=file.pk)
    if by.unit_id != file.finding.unit_id or not may(by, Action.RECTIFY):
        raise PermissionDenied(f"只有{file.finding.unit.short_name}可以删除这个文件。")
    if file.step_id is not None:
        raise ValidationError("已经提交的整改材料不能删除")
    stored = file.file
    file.delete()
    files.discard(stored)


@transaction.atomic
def rectify_finding(finding: Finding, *, by: User, text: str) -> Finding:
    """提交整改 with what was done; the files kept so far go with it. A pending 延期申请 lapses."""
    finding = _ready(finding, FindingAction.RECTIFY, by)
    _words(text, "请写明整改情况：做了什么，结果如何")
    finding.asked_until = None
    step = _move(finding, FindingAction.RECTIFY, FindingState.RECHECKING, by, text)
    for file in finding.files.filter(step__isnull=True):
        file.step = step
        file.save()
    _tell(_office(by), step, f"{finding.unit.short_name}提交了 {finding.number}{quoted(finding.title)}的整改，请复核")
    return finding


@transaction.atomic
def ask_extension(finding: Finding, *, by: User, until: datetime.date, text: str) -> Finding:
    """申请延期 with a reason: at most two, before the deadline. The day moves to the first working day."""
    finding = _ready(finding, FindingAction.ASK, by)
    _words(text, "请写明延期理由")
    finding.asked_until = _later(finding, until)
    step = _move(finding, FindingAction.ASK, finding.state, by, text)
    _tell(_office(by), step, f"{finding.unit.short_name}申请把 {finding.number} 延至 {finding.asked_until.isoformat()}，请审批")
    return finding


def _later(finding: Finding, until: datetime.date | None) -> datetime.date:
    if until is None or until <= finding.deadline:
        raise ValidationError({"until": f"延期后的时限须晚于现在的时限 {finding.deadline.isoformat()}"})
    try:
        return _fitting(until, until)
    except ValidationError as refused:
        raise ValidationError({"until": refused.messages})


# --- the office ---------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def grant_extension(finding: Finding, *, by: User, until: datetime.date | None = None, text: str = "") -> Finding:
    """同意延期, to the day asked for or another one."""
    finding = _ready(finding, FindingAction.GRANT, by)
    finding.deadline = _later(finding, until or finding.asked_until)
    finding.asked_until = None
    step = _move(finding, FindingAction.GRANT, finding.state, by, text)
    _tell(_people_of(finding.unit), step, f"{finding.number} 同意延期，整改时限为 {finding.deadline.isoformat()}")
    return finding


@transaction.atomic
def refuse_extension(finding: Finding, *, by: User, text: str) -> Finding:
    """不同意延期, with a reason; the deadline stays."""
    finding = _ready(finding, FindingAction.REFUSE, by)
    _words(text, "请写明不同意的理由")
    finding.asked_until = None
    step = _move(finding, FindingAction.REFUSE, finding.state, by, text)
    _tell(_people_of(finding.unit), step, f"{finding.number} 不同意延期：{text}")
    return finding


@transaction.atomic
def close_finding(finding: Finding, *, by: User, text: str = "") -> Finding:
    """复核通过，销号; never by somebody who rectified."""
    finding = _ready(finding, FindingAction.CLOSE, by)
    step = _move(finding, FindingAction.CLOSE, FindingState.CLOSED, by, text)
    _tell(_people_of(finding.unit), step, f"{finding.number}{quoted(finding.title)}复核通过，已销号")
    return finding


@transaction.atomic
def send_back(finding: Finding, *, by: User, text: str) -> Finding:
    """退回重改 with a reason; the deadline stays."""
    finding = _ready(finding, FindingAction.RETURN, by)
    _words(text, "退回须写明意见，让对方知道怎么改")
    step = _move(finding, FindingAction.RETURN, FindingState.RECTIFYING, by, text)
    _tell(_people_of(finding.unit), step, f"{finding.number}{quoted(finding.title)}退回重改：{text}")
    return finding


@transaction.atomic
def reopen_finding(finding: Finding, *, by: User, text: str, deadline: datetime.date | None = None) -> Finding:
    """重新打开 with a reason and a deadline that follows the severity unless one is given."""
    finding = _ready(finding, FindingAction.REOPEN, by)
    _words(text, "请写明重新打开的理由")
    finding.deadline = max(_fitting(deadline, workdays.deadline(clock.today(), finding.severity)), finding.first_deadline)
    step = _move(finding, FindingAction.REOPEN, FindingState.ASSIGNED, by, text)
    _tell(_people_of(finding.unit), step, f"{finding.number} 重新打开，请在 {finding.deadline.isoformat()} 前完成整改：{text}")
    return finding


# --- steps --------------------------------------------------------------------------------------------------------------------------


def _ready(finding: Finding, action: FindingAction, by: User) -> Finding:
    """The finding as it stands now, under a lock (PostgreSQL; SQLite's IMMEDIATE transaction is one already), checked for this deed."""
    rows = Finding.objects.select_for_update(of=("self",)).select_related("unit", "pilot__unit", "pilot__accountable")
    finding = rows.get(pk=finding.pk)
    reason = forbidden(by, finding, action)
    if reason:
        raise PermissionDenied(reason)
    reason = _untimely(finding, action)
    if reason:
        raise ValidationError(reason)
    return finding


def _words(text: str, sentence: str) -> None:
    if not text.strip():
        raise ValidationError({"text": sentence})


def _move(finding: Finding, action: FindingAction, state: str, by: User, text: str = "") -> FindingStep:
    finding.state = state
    finding.save()
    step = _add_step(finding, action, by, text)
    audit.record(AUDIT.get(action, AuditKind.CHANGE), user=by, about=finding, label=str(finding), action=action.label, text=text)
    return step


def _add_step(finding: Finding, action: FindingAction, by: User, text: str = "") -> FindingStep:
    step = FindingStep(
        finding=finding,
        action=action,
        state=finding.state,
        deadline=finding.deadline,
        asked_until=finding.asked_until,
        actor=by,
        unit=by.unit,
        on=clock.today(),
        at=clock.now(),
        text=text.strip(),
    )
    step.clean_fields(exclude=["finding", "actor", "unit"])  # the constraints hold by what the deeds check
    step.save()
    return step


def _people_of(unit: Unit) -> list[User]:
    return notices.people_of(unit, Role.COMMUNITY, Role.TOWN_CLERK)


def _office(by: User) -> list[User]:
    return [person for person in User.objects.filter(role=Role.OFFICE, is_active=True) if person.pk != by.pk]


def _tell(people: Iterable[User], step: FindingStep, title: str) -> None:
    notices.notify(people, key=f"finding-step-{step.pk}", title=title, url=step.finding.get_absolute_url())
