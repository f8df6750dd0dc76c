"""Deeds on 每季调度 meetings and on 批示."""

import datetime
import uuid

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts import audit, clock, notices, once
from accounts.access import Action, may, roles_named
from accounts.models import AuditKind, Role, User
from pilots import files
from pilots.models import Pilot, RecurringPeriod
from supervision.models import DispatchMeeting, Finding, Instruction


def _allowed(by: User, action: Action) -> None:
    if not may(by, action):
        raise PermissionDenied(f"{roles_named(action)}可以{action.value}。您的角色是{by.get_role_display()}。")


def _not_ahead(name: str, day: datetime.date | None, words: str) -> None:
    if day is None or day > clock.today():
        raise ValidationError({name: f"{words}不能晚于今天（{clock.today().isoformat()}）"})


@transaction.atomic
def register_meeting(
    *,
    by: User,
    period: RecurringPeriod,
    held_on: datetime.date,
    attendees: str,
    items: str = "",
    place: str = "",
    chair: str = "",
    minutes: UploadedFile | None = None,
    uid: uuid.UUID | None = None,
) -> DispatchMeeting:
    """Register a 每季调度 meeting with its 协调事项; the minutes may be any document or a photo."""
    _allowed(by, Action.SUPERVISE)
    if uid is not None:
        once.one_press_at_a_time(by)
        known = DispatchMeeting.objects.filter(uid=uid, created_by=by).first()
        if known is not None:
            return known
    _not_ahead("held_on", held_on, "会议日期")
    meeting = DispatchMeeting(
        uid=uid or uuid.uuid4(),
        period=period,
        held_on=held_on,
        place=place.strip(),
        chair=chair.strip(),
        attendees=attendees.strip(),
        items=items.strip(),
        created_by=by,
    )
    meeting.full_clean(exclude=["minutes"])
    if minutes is None:
        meeting.save()
    else:
        with files.stored_upload(minutes, by=by, kinds=files.ALL_KINDS) as stored:
            meeting.minutes = stored
            meeting.save()
    audit.record(AuditKind.CREATE, user=by, about=meeting)
    return meeting


@transaction.atomic
def enter_instruction(
    *,
    by: User,
    words: str,
    given_on: datetime.date,
    about: str,
    url: str = "",
    pilot: Pilot | None = None,
    finding: Finding | None = None,
    uid: uuid.UUID | None = None,
) -> Instruction:
    """批示登记 by a leader; the office is told."""
    _allowed(by, Action.ENTER_INSTRUCTION)
    if uid is not None:
        once.one_press_at_a_time(by)
        known = Instruction.objects.filter(uid=uid, entered_by=by).first()
        if known is not None:
            return known
    _not_ahead("given_on", given_on, "批示日期")
    if url and not (url.startswith("/") and not url.startswith("//")):
        raise ValidationError({"url": "只能指向本平台的页面"})
    instruction = Instruction(
        uid=uid or uuid.uuid4(),
        words=words.strip(),
        given_on=given_on,
        about=about.strip(),
        url=url,
        pilot=pilot,
        finding=finding,
        entered_by=by,
    )
    instruction.full_clean()
    instruction.save()
    audit.record(AuditKind.CREATE, user=by, about=instruction)
    office = User.objects.filter(role=Role.OFFICE, is_active=True)
    title = f"批示：{instruction.about}，请办理"
    notices.notify(office, key=f"instruction-{instruction.pk}", title=title, url=instruction.get_absolute_url(), body=instruction.words)
    return instruction


@transaction.atomic
def answer_instruction(instruction: Instruction, *, by: User, answer: str) -> Instruction:
    """办结 with what was done; the leader who entered it is told."""
    _allowed(by, Action.ANSWER_INSTRUCTION)
    instruction = Instruction.objects.select_for_update(of=("self",)).select_related("entered_by").get(pk=instruction.pk)
    if instruction.state == Instruction.State.HANDLED:
        raise ValidationError("这条批示已经办结，请刷新页面看办理情况")
    if not answer.strip():
        raise ValidationError({"answer": "请写明办理情况"})
    instruction.answer, instruction.answered_by, instruction.answered_on = answer.strip(), by, clock.today()
    instruction.state = Instruction.State.HANDLED
    instruction.full_clean()
    instruction.save()
    audit.record(AuditKind.CHANGE, user=by, about=instruction, handled=True)
    key, title = f"instruction-{instruction.pk}-answer", f"批示已办结：{instruction.about}"
    notices.notify([instruction.entered_by], key=key, title=title, url=instruction.get_absolute_url(), body=instruction.answer)
    return instruction
