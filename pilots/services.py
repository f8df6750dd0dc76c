"""Deeds on tasks: the reviewer's word that a task is done, and its withdrawal. Words are only ever added."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q

from accounts import audit, clock, notices
from accounts.access import Action, may
from accounts.models import AuditKind, Role, Unit, User
from pilots.models import Evidence, ReviewAction, ReviewStep, Task, TaskConfirmation
from pilots.review import reviewer_after
from pilots.states import Light, TaskState, record_models, task_states


@dataclass(frozen=True)
class Check:
    """One condition stated before the button: a light and a sentence; `url` leads to where it is mended."""

    state: Light
    text: str
    url: str = ""

    @property
    def passed(self) -> bool:
        return self.state == Light.OK


def confirming_unit(task: Task) -> Unit | None:
    """Who confirms: the street or town for its communities' tasks, the office for a street's or town's and (its second person) for its own."""
    return reviewer_after(task.unit)


def checks_of(state: TaskState) -> list[Check]:
    """What must hold before a task can be confirmed, each said in words. 建议 targets are shown on the page and never checked."""
    checks = []
    for measured in state.measures:
        if not measured.judged:
            continue
        name = measured.indicator.metric.name
        if not measured.figure.known:
            word = measured.figure.state.value
            text = f"{name}{word}，登记后自动取数" if measured.blocks else f"{name}{word}"
        else:
            text = f"{name}{'未达标' if measured.blocks else '已达标'}"
        checks.append(Check(Light.WARN if measured.blocks else Light.OK, text))
    missing = [slot.type.name for slot in state.missing_slots]
    waiting = [slot.type.name for slot in state.slots if slot.waiting]
    if missing:
        checks.append(Check(Light.WARN, f"还缺{len(missing)}类佐证材料：{'、'.join(missing)}"))
    if waiting:
        checks.append(Check(Light.WARN, f"还有{len(waiting)}类佐证材料待审，须先审完：{'、'.join(waiting)}"))
    if not missing and not waiting:
        checks.append(Check(Light.OK, f"应有的{len(state.slots)}类佐证材料都已通过"))
    return checks


def may_confirm(user: User, unit: Unit | None) -> bool:
    """Whether a task that `unit` confirms is this person's to confirm at all (what is still missing is said by the checks)."""
    return may(user, Action.CONFIRM_TASK) and unit is not None and user.unit_id == unit.pk


@transaction.atomic
def confirm_task(task: Task, *, by: User, opinion: str = "") -> TaskConfirmation:
    """Confirm that a task is done today. Refuses others than the reviewing unit, whoever handed in a record of it, and an open check."""
    task = _locked(task)
    _reviewer(task, by)
    state = task_states([task], clock.today())[task.pk]
    if state.confirmed:
        raise ValidationError("这项任务已经确认完成")
    reasons = [check.text for check in checks_of(state) if not check.passed]
    if reasons:
        raise ValidationError(reasons)
    if by.pk in _submitters(task):
        raise ValidationError(f"您提交过这项任务的材料，提交与确认不能是同一人。{by.unit.short_name}其他人员可以确认")
    return _add(task, confirmed=True, by=by, opinion=opinion)


@transaction.atomic
def revoke_confirmation(task: Task, *, by: User, opinion: str) -> TaskConfirmation:
    """Take a confirmation back, with a reason; the task is open again from today on."""
    task = _locked(task)
    _reviewer(task, by)
    last = task.confirmations.first()
    if last is None or not last.confirmed:
        raise ValidationError("这项任务还没有确认完成，不需要撤销")
    if not opinion.strip():
        raise ValidationError({"opinion": "撤销须写明原因"})
    return _add(task, confirmed=False, by=by, opinion=opinion)


def _locked(task: Task) -> Task:
    return Task.objects.select_for_update(of=("self",)).select_related("unit__parent", "obligation", "pilot").get(pk=task.pk)


def _reviewer(task: Task, by: User) -> None:
    unit = confirming_unit(task)
    if not may_confirm(by, unit):
        who = f"由{unit.short_name}确认完成" if unit else "由领导小组办公室办理，不需要确认"
        raise PermissionDenied(f"{task.unit.short_name}的这项任务{who}。")


def _submitters(task: Task) -> set[int]:
    """Who handed in records of the task."""
    records = Q()
    for model in (Evidence, *record_models()):
        records |= Q(content_type__app_label=model._meta.app_label, content_type__model=model._meta.model_name) & Q(
            object_id__in=model.objects.filter(tasks=task).order_by().values("pk")
        )
    return set(ReviewStep.objects.filter(records, action=ReviewAction.SUBMIT).values_list("actor", flat=True))


def _add(task: Task, *, confirmed: bool, by: User, opinion: str) -> TaskConfirmation:
    word = TaskConfirmation(task=task, confirmed=confirmed, on=clock.today(), at=clock.now(), actor=by, opinion=opinion.strip())
    word.full_clean()
    word.save()
    audit.record(AuditKind.APPROVE if confirmed else AuditKind.WITHDRAW, user=by, about=task, opinion=opinion, confirmed=confirmed)
    title = f"{by.unit.short_name}{'确认完成' if confirmed else '撤销了完成确认'}：{task.obligation.title}"
    notices.notify(
        notices.people_of(task.unit, Role.COMMUNITY, Role.TOWN_CLERK),
        key=f"confirm-{word.pk}",
        title=title if confirmed else f"{title}（{opinion.strip()}）"[:200],
        url=task.get_absolute_url(),
    )
    return word
