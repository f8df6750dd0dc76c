"""项目清单: entered by the communities and the streets and towns for their own pilots; steps and milestones are only ever added or met."""

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts import audit, clock
from accounts.access import TOWN, Action, may
from accounts.models import AuditKind, User
from accounts.pinyin import search_key
from pilots.models import Evidence, Milestone, Pilot, Project, ProjectStep, Task

FIELDS = ("name", "kind", "works", "unit", "responsible", "planned_start", "planned_end", "budget_note")
_ORDER = [ProjectStep.Kind.STARTED, ProjectStep.Kind.PROGRESS, ProjectStep.Kind.COMPLETED, ProjectStep.Kind.ACCEPTED]


def may_manage(user: User, pilot: Pilot) -> bool:
    """Whether `user` may enter projects of `pilot`: its own unit's people, and the clerk of its street or town."""
    if not may(user, Action.MANAGE_PROJECTS):
        return False
    return user.unit_id == pilot.unit_id or (user.role in TOWN and user.unit_id == pilot.accountable_id)


@transaction.atomic
def save_project(
    project: Project | None, *, by: User, tasks: list[Task], pilot: Pilot | None = None, expected_version: int | None = None, **values
) -> Project:
    """Enter or change a project; `values` are those of FIELDS. The code P4-03 is given once.

    Refuses other people's pilots, tasks of another pilot, cancelled projects and, with code `stale`, a form opened before the last save."""
    pilot = project.pilot if project is not None else pilot
    if pilot is None or not may_manage(by, pilot):
        raise PermissionDenied("试点社区和所在街道、镇的经办人可以维护本试点的项目清单。")
    Pilot.objects.select_for_update(no_key=True).values_list("pk").get(pk=pilot.pk)
    if any(task.pilot_id != pilot.pk for task in tasks):
        raise ValidationError({"tasks": "所选任务不属于这个试点，请重新选择"})
    if project is None:
        project = Project(pilot=pilot, code=_next_code(pilot), created_by=by, unit=pilot.unit)
    else:
        project = Project.objects.select_for_update(of=("self",)).select_related("pilot").get(pk=project.pk)
        if project.cancelled_on:
            raise ValidationError("项目已取消，不能修改")
        if expected_version is not None and project.version != expected_version:
            raise ValidationError("这个项目在您打开后已被修改。您填写的内容还在下面，请对照最新内容后再保存", code="stale")
        project.version += 1
    for name in FIELDS:
        if name in values:
            setattr(project, name, values[name])
    project.search = search_key(project.name)
    project.full_clean()
    project.save()
    project.tasks.set(tasks)
    return project


def _next_code(pilot: Pilot) -> str:
    """P4-03. Call under the pilot's lock."""
    last = Project.objects.filter(pilot=pilot).order_by("-code").values_list("code", flat=True).first()
    return f"{pilot.code}-{int(last.rsplit('-', 1)[1]) + 1 if last else 1:02d}"


@transaction.atomic
def cancel_project(project: Project, *, by: User, reason: str) -> Project:
    """Take a project off the list with a reason; it stays readable. Refuses one that has a budget (the funds room asks before it lets go)."""
    project = _locked(project, by)
    if not reason.strip():
        raise ValidationError({"reason": "取消项目须写明原因"})
    if project.cancelled_on:
        raise ValidationError("项目已经取消")
    if any(getattr(project, name).exists() for name in ("budget_lines", "payments") if hasattr(project, name)):
        raise ValidationError("项目已有预算或用款，不能取消。请先把预算调减为零并说明情况")
    project.cancelled_on = clock.today()
    project._change_reason = reason.strip()[:100]
    project.version += 1
    project.save()
    audit.record(AuditKind.VOID, user=by, about=project, reason=reason)
    return project


@transaction.atomic
def add_step(
    project: Project,
    *,
    by: User,
    kind: str,
    day: datetime.date,
    percent: int | None = None,
    note: str = "",
    evidence: Evidence | None = None,
) -> ProjectStep:
    """Register that a project was started, got on to `percent`, was completed or accepted. It counts from today on.

    Refuses a day in the future, a step back in the order 启动、进度、完工、验收, a falling percentage and another pilot's evidence."""
    project = _locked(project, by)
    kind = ProjectStep.Kind(kind)
    last = project.steps.order_by("-id").first()
    _refuse_order(kind, last, day)
    if kind == ProjectStep.Kind.PROGRESS:
        if percent is None or not last.percent <= percent < 100:
            raise ValidationError({"percent": f"形象进度须在 {last.percent} 至 99 之间，完工请登记“完工”"})
    else:
        percent = 0 if kind == ProjectStep.Kind.STARTED else 100
    if evidence is not None and evidence.pilot_id != project.pilot_id:
        raise ValidationError({"evidence": "所选佐证材料不属于这个试点"})
    step = ProjectStep(
        project=project, kind=kind, percent=percent, day=day, on=clock.today(), note=note.strip(), evidence=evidence, actor=by, unit=by.unit
    )
    step.full_clean()
    step.save()
    audit.record(AuditKind.CHANGE, user=by, about=project, step=kind.label, percent=percent)
    return step


def _refuse_order(kind: ProjectStep.Kind, last: ProjectStep | None, day: datetime.date) -> None:
    if day > clock.today():
        raise ValidationError({"day": "日期不能晚于今天"})
    if last is None:
        if kind != ProjectStep.Kind.STARTED:
            raise ValidationError({"kind": "项目还没有启动，请先登记“启动”"})
        return
    before, now = _ORDER.index(last.kind), _ORDER.index(kind)
    again = kind == last.kind == ProjectStep.Kind.PROGRESS
    if now <= before and not again:
        raise ValidationError({"kind": f"项目已登记“{last.get_kind_display()}”，不能再登记“{kind.label}”"})
    if kind == ProjectStep.Kind.ACCEPTED and last.kind != ProjectStep.Kind.COMPLETED:
        raise ValidationError({"kind": "项目完工后才能登记验收"})
    if day < last.day:
        raise ValidationError({"day": f"日期不能早于上一环节（{last.day:%Y-%m-%d}）"})


@transaction.atomic
def add_milestone(project: Project, *, by: User, name: str, due: datetime.date) -> Milestone:
    """Add a dated step to a project."""
    project = _locked(project, by)
    row = Milestone(project=project, name=name.strip(), due=due, created_by=by)
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def finish_milestone(milestone: Milestone, *, by: User, done_on: datetime.date, proof: str = "") -> Milestone:
    """Register that a milestone was met on a day up to today; once."""
    project = _locked(milestone.project, by)
    milestone = Milestone.objects.select_for_update(of=("self",)).get(pk=milestone.pk, project=project)
    if milestone.done_on:
        raise ValidationError(f"这个节点已登记完成（{milestone.done_on:%Y-%m-%d}）")
    if done_on > clock.today():
        raise ValidationError({"done_on": "完成日期不能晚于今天"})
    milestone.done_on, milestone.recorded_on, milestone.proof = done_on, clock.today(), proof.strip()
    milestone.full_clean()
    milestone.save()
    return milestone


def _locked(project: Project, by: User) -> Project:
    found = Project.objects.select_for_update(of=("self",)).select_related("pilot__unit", "pilot__accountable").get(pk=project.pk)
    if not may_manage(by, found.pilot):
        raise PermissionDenied("试点社区和所在街道、镇的经办人可以维护本试点的项目清单。")
    return found
