"""佐证材料: handed in once for every task it proves, then reviewed by pilots/review.py."""

import uuid

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import audit, once
from accounts.access import Action, may
from accounts.models import AuditKind, Role, User
from accounts.pinyin import search_key
from pilots import review
from pilots.models import Entry, Evidence, EvidenceType, Pilot, ReviewState, StoredFile, Task

RELATIONS = ("unit", "pilot", "type", "file", "created_by", "supersedes", "waiting_at")
"""Set from rows that were read: not looked up once more."""


def tasks_for(user: User) -> QuerySet[Task]:
    """The tasks a person's unit may prove: its own, but for those the office proves for everybody (`entry: office`)."""
    by_office = Q(obligation__entry=Entry.OFFICE)
    own = Q(unit=user.unit_id) & ~by_office
    rows = Task.objects.visible_to(user).filter(own | by_office if user.role == Role.OFFICE else own)
    return rows.select_related("obligation", "pilot__unit", "unit").order_by("obligation__order", "unit__order")


def types_for(user: User) -> QuerySet[EvidenceType]:
    """The kinds of evidence that the tasks a person may prove ask for."""
    asked = tasks_for(user).order_by().values("obligation__evidence_types")
    return EvidenceType.objects.filter(pk__in=asked).order_by("order")


def tasks_proved_by(user: User, kind: EvidenceType) -> QuerySet[Task]:
    """Which of a person's tasks ask for this kind of evidence."""
    return tasks_for(user).filter(obligation__evidence_types=kind)


def check_tasks(user: User, tasks: list[Task]) -> None:
    """Refuse tasks that are not the unit's own, and an empty choice."""
    if not tasks:
        raise ValidationError({"tasks": "请选择这份材料对应的任务，至少一项"})
    own = set(tasks_for(user).values_list("pk", flat=True))
    if any(task.pk not in own for task in tasks):
        raise ValidationError({"tasks": "所选任务不属于本单位，请重新选择"})


@transaction.atomic
def save_evidence(
    evidence: Evidence | None,
    *,
    by: User,
    uid: uuid.UUID | None = None,
    expected_version: int | None = None,
    type: EvidenceType,
    title: str,
    dated,
    note: str,
    tasks: list[Task],
    file: StoredFile | None = None,
    supersedes: Evidence | None = None,
) -> Evidence:
    """Make or change a draft. A second press with the same `uid` gives the same record; a stale form is refused with code `stale`.

    Refuses tasks of other units, records that are no longer drafts, and a successor of what is still valid.
    """
    if not may(by, Action.HAND_IN_EVIDENCE):
        raise PermissionDenied("社区和街道、镇的经办人员可以上传佐证材料。")
    check_tasks(by, tasks)
    if evidence is None:
        once.one_press_at_a_time(by)
        known = Evidence.objects.filter(uid=uid, unit=by.unit_id).first() if uid else None
        if known is not None:
            return known
        pilot = Pilot.objects.filter(unit=by.unit_id).first()
        evidence = Evidence(uid=uid or uuid.uuid4(), unit=by.unit, pilot=pilot, created_by=by)
        if supersedes is not None:
            if supersedes.unit_id != by.unit_id or supersedes.state != ReviewState.VOID:
                raise ValidationError("只有本单位已作废的材料可以由新材料替代")
            evidence.supersedes = supersedes
    else:
        if evidence.unit_id != by.unit_id:
            raise PermissionDenied("只能修改本单位的佐证材料。")
        review.bump_version(evidence, expected=expected_version)
        if not evidence.editable():
            raise ValidationError(f"这份材料现在是“{evidence.get_state_display()}”，不能修改。需要修改时请先撤回，或请审核单位退回")
    evidence.type, evidence.title, evidence.dated, evidence.note = type, title, dated, note
    evidence.search = search_key(title)
    if file is not None:
        evidence.file = file
    evidence.clean_fields(exclude=RELATIONS)
    evidence.clean()
    evidence.validate_unique()
    evidence.validate_constraints()
    evidence.save()
    evidence.tasks.set(tasks)
    return evidence


@transaction.atomic
def delete_draft(evidence: Evidence, *, by: User) -> None:
    """Delete a draft that was never handed in. Everything else stays: it is returned, voided or replaced, not deleted."""
    if evidence.unit_id != by.unit_id or not may(by, Action.HAND_IN_EVIDENCE):
        raise PermissionDenied("只能删除本单位的草稿。")
    if evidence.state != ReviewState.DRAFT or evidence.steps.exists():
        raise ValidationError("只有从未提交过的草稿可以删除。已提交过的材料请撤回修改")
    audit.record(AuditKind.VOID, user=by, about=evidence, draft_deleted=True)
    evidence.delete()
