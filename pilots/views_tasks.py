"""Pages of tasks: the list, one task with its indicators, evidence, activities and history, and the reviewer's word on it."""

import datetime
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.access import Action, may, requires
from accounts.changes import changes_of
from accounts.exports import workbook_response
from accounts.models import AuditKind, Role
from accounts.spreadsheet import Col, Sheet
from accounts.together import together
from pilots import services
from pilots.listing import LIGHTS, SOURCES, STATES, Asked, TaskListing, export_rows
from pilots.metrics import registered
from pilots.models import Entry, Evidence, Reviewable, ReviewState, Task, TaskRole
from pilots.plan_memory import of_plan
from pilots.plan_text import plan_text
from pilots.states import Measured, TaskState, plan_of_states, record_models, task_states

REMEMBERED = "task_list"


@require_GET
@requires(Action.VIEW_PLAN)
def task_list(request: HttpRequest) -> HttpResponse:
    """任务清单. The filter is the address; it is remembered for the session until 重置."""
    if "reset" in request.GET:
        request.session.pop(REMEMBERED, None)
        return redirect("task_list")
    if not request.GET and request.session.get(REMEMBERED):
        return redirect(f"{reverse('task_list')}?{request.session[REMEMBERED]}")
    asked = Asked.from_query(request.GET)
    listing = TaskListing(request.user, request.records_day, asked)
    if request.GET.get("export") == "xlsx" and may(request.user, Action.EXPORT):
        return _export(request, listing)
    _remember(request)
    page, clauses, pilots, *_ = together(
        lambda: listing.page(request.GET.get("page")),
        lambda: plan_text(request.programme).clauses() if request.programme else [],
        listing.pilots,
        lambda: listing.counts,
    )
    context = {
        "page": page,
        "listing": listing,
        "asked": asked,
        "tabs": [(key, label, listing.counts.get(key)) for key, label in listing.tabs.items()],
        "chips": [(words, _without(request, name)) for name, words in listing.conditions()],
        "pilots": pilots,
        "clauses": clauses,
        "states": STATES,
        "sources": SOURCES.items(),
        "entries": Entry.choices,
        "lights": LIGHTS.items(),
        "show_codes": request.user.role != Role.COMMUNITY,
        "drop": _drop(request, listing) if not page.object_list else None,
    }
    return render(request, "pilots/task_list.html", context)


def _without(request: HttpRequest, name: str) -> str:
    """The address without one of its conditions."""
    query = request.GET.copy()
    for gone in (name, "page"):
        query.pop(gone, None)
    return f"?{query.urlencode()}"


def _drop(request: HttpRequest, listing: TaskListing) -> dict | None:
    """For an empty answer: the condition to drop, how many rows there are then, and the address."""
    found = listing.without_one()
    return {"words": found[0], "left": found[1], "url": _without(request, found[2])} if found else None


def _remember(request: HttpRequest) -> None:
    """Keep the filter for the next visit; a page number and an as-of day are not part of it."""
    query = request.GET.copy()
    for name in ("page", "export", "as_of"):
        query.pop(name, None)
    kept = query.urlencode()[:500]
    if request.session.get(REMEMBERED, "") != kept:
        request.session[REMEMBERED] = kept


def _export(request: HttpRequest, listing: TaskListing) -> HttpResponse:
    """Exactly the rows that are filtered, in their order; recorded in the audit log."""
    rows = listing.rows
    columns = [
        *(Col("序号", "int"), Col("试点"), Col("编号", "code"), Col("任务"), Col("条款", "code"), Col("方案原文", width=40)),
        *(Col("实施单位"), Col("主体责任单位"), Col("期限", "date"), Col("期限依据", "code"), Col("指标"), Col("来源", "code")),
        *(Col("目标", "code"), Col("实际", "code"), Col("是否达标", "code"), Col("应有佐证类数", "int"), Col("已通过", "int")),
        *(Col("待补材料"), Col("状态", "mark"), Col("亮灯", "mark"), Col("由什么产生")),
    ]
    title = listing.tabs[listing.asked.tab]
    conditions = "、".join(words for _, words in listing.conditions())
    filters = "、".join(filter(None, (listing.tabs.get(listing.asked.tab, ""), conditions)))
    audit.record(AuditKind.EXPORT, user=request.user, request=request, label="任务清单", rows=len(rows), filters=filters)
    sheet = Sheet(
        "任务清单",
        heading=f"{request.programme.short_name}任务清单",
        subheading=f"填报单位：{request.user.unit.name}　数据截止日期：{request.records_day.isoformat()}",
        lines=[f"范围：{title}{'；' + conditions if conditions else ''}"],
        columns=columns,
        rows=export_rows(rows),
        notes=["来源为“建议”的目标尚未核定，只列实际值，不判定是否达标。“以上”含本数。"],
    )
    name = f"{request.user.unit.short_name}_任务清单_{request.records_day.isoformat()}.xlsx"
    return workbook_response([sheet], name, sample=settings.SAMPLE_MODE, author=request.user.unit.name, dated=request.records_day)


@dataclass(frozen=True)
class Neighbours:
    """One task among those of its unit: the whole group in plan order."""

    task: Task
    tasks: list[Task]

    @property
    def before(self) -> Task | None:
        place = self.tasks.index(self.task)
        return self.tasks[place - 1] if place else None

    @property
    def after(self) -> Task | None:
        place = self.tasks.index(self.task)
        return self.tasks[place + 1] if place + 1 < len(self.tasks) else None

    @property
    def of_sentence(self) -> list[Task]:
        return [task for task in self.tasks if task.obligation.sentence == self.task.obligation.sentence]


def _neighbours(request: HttpRequest, pk: int) -> Neighbours:
    """The task and the tasks of the same unit and kind, in one query; 404 outside the person's sight."""
    one = Task.objects.filter(pk=pk)
    rows = (
        Task.objects.visible_to(request.user)
        .filter(unit__in=one.values("unit"), obligation__kind__in=one.values("obligation__kind"))
        .select_related("obligation__phase", "pilot__unit", "pilot__type", "unit__parent", "accountable")
        .with_confirmation(request.records_day)
    )
    tasks = list(rows)
    task = next((task for task in tasks if task.pk == pk), None)
    if task is None:
        raise Http404
    return Neighbours(task, tasks)


@dataclass(frozen=True)
class Shown:
    """An indicator as a row of a page: the task it belongs to, its figure, and the light of its standing."""

    task: Task
    measured: Measured

    @property
    def light(self) -> str:
        return {"已达标": "ok", "未达标": "warn"}.get(self.measured.standing.value, "none")

    @property
    def word(self) -> str:
        short = self.measured.short_by
        if short is not None and self.measured.indicator.metric.unit != "%":
            return f"还差 {short.normalize():f} {self.measured.indicator.metric.unit}".strip()
        return self.measured.standing.value


def _shown(tasks: list[Task], states: dict[int, TaskState]) -> list[Shown]:
    return [Shown(task, measured) for task in tasks for measured in states[task.pk].measures]


def _detail(request: HttpRequest, pk: int, tab: str, around: Neighbours | None = None, **extra) -> HttpResponse:
    """What all tabs of a task share: quotation, roles, dates, state, the reviewer's panel."""
    around = around or _neighbours(request, pk)
    task = around.task
    states, sentence, confirming, roles, words = together(
        lambda: task_states(around.of_sentence, request.records_day),
        lambda: plan_text(request.programme).sentence(task.obligation.sentence),
        lambda: services.confirming_unit(task),
        lambda: _roles(task),
        lambda: list(task.confirmations.select_related("actor__unit").filter(on__lte=request.records_day)),
    )
    state = states[pk]
    past = not request.as_of_is_default
    mine = services.may_confirm(request.user, confirming) and not past
    context = {
        "task": task,
        "state": state,
        "tab": tab,
        "around": around,
        "sentence": sentence,
        "roles": roles,
        "own": _shown([task], states),
        "siblings": _shown([other for other in around.of_sentence if other.pk != pk], states),
        "words": words,
        "checks": services.checks_of(state),
        "confirming_unit": confirming,
        "may_confirm": mine and not state.confirmed,
        "may_revoke": mine and state.confirmed,
        "show_codes": request.user.role != Role.COMMUNITY,
        "may_hand_in": may(request.user, Action.HAND_IN_EVIDENCE) and request.user.unit_id == task.unit_id and not past,
        **extra,
    }
    return render(request, "pilots/task_detail.html", context)


def _roles(task: Task) -> list[tuple[str, str]]:
    """主体责任, 实施, 配合, 督导, 建议配合 (to be confirmed by the county), in this order; an empty role is —."""
    named: dict[str, list[str]] = {}
    for role in task.roles.select_related("unit"):
        named.setdefault(role.kind, []).append(role.unit.short_name)
    kind = TaskRole.Kind
    found = [("主体责任", task.accountable.short_name)]
    for key, label in ((kind.EXECUTOR, "实施单位"), (kind.COLLABORATOR, "配合单位"), (kind.SUPERVISOR, "督导单位")):
        found.append((label, "、".join(named.get(key, [])) or "—"))
    if named.get(kind.SUGGESTED):
        found.append(("建议配合", f"{'、'.join(named[kind.SUGGESTED])}（待县里确认）"))
    return found


@require_GET
@requires(Action.VIEW_PLAN)
def task_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One task: indicators with their standing, the other indicators of the sentence, evidence as of the day."""
    files, around, _ = together(lambda: _files(request, pk), lambda: _neighbours(request, pk), plan_of_states)
    return _detail(request, pk, "indicators", around, files=files)


def _files(request: HttpRequest, pk: int) -> list[Evidence]:
    """The evidence linked to a task that was handed in by the as-of day (drafts of the own unit today), each with its state then."""
    rows = Evidence.objects.visible_to(request.user).filter(tasks=pk).with_state_on(request.records_day)
    rows = list(rows.select_related("type", "file", "created_by").order_by("-dated", "-pk"))
    for row in rows:
        row.state_then = row.state_on or (row.state if request.as_of_is_default else None)
        row.word_then = ReviewState(row.state_then).label if row.state_then else ""
    return [row for row in rows if row.state_then]


@require_GET
@requires(Action.VIEW_ACTIVITIES)
def task_activities(request: HttpRequest, pk: int) -> HttpResponse:
    """The activity records linked to a task, as they stood on the day."""
    *found, around, _ = together(
        *(partial(_records, request, model, pk) for model in record_models()), lambda: _neighbours(request, pk), plan_of_states
    )
    return _detail(request, pk, "activities", around, records=[row for rows in found for row in rows])


def _records(request: HttpRequest, model: type[Reviewable], pk: int) -> list[Reviewable]:
    rows = model.objects.visible_to(request.user).filter(tasks=pk).with_state_on(request.records_day).filter(state_on__isnull=False)
    rows = list(rows.select_related("category").order_by(F("day").desc(nulls_last=True), "-pk"))
    for row in rows:
        row.word_then = ReviewState(row.state_on).label
    return rows


@require_GET
@requires(Action.VIEW_PLAN)
def task_history(request: HttpRequest, pk: int) -> HttpResponse:
    """What was changed on the task and on its duty, field by field."""
    around, _ = together(lambda: _neighbours(request, pk), plan_of_states)
    duty = around.task.obligation
    of_task, of_duty = together(lambda: changes_of(around.task), lambda: of_plan(f"history of {duty.pk}", lambda: changes_of(duty)))
    changes = sorted([*of_task, *of_duty], key=lambda change: change.at, reverse=True)
    return _detail(request, pk, "history", around, changes=changes)


@require_GET
@requires(Action.VIEW_PLAN)
def task_figure(request: HttpRequest, pk: int, order: int) -> HttpResponse:
    """The rows behind one figure of a task (每个数字打开它的明细), with its definition."""
    around = _neighbours(request, pk)
    task = around.task
    state = task_states([task], request.records_day)[pk]
    measured = next((m for m in state.measures if m.indicator.order == order), None)
    if measured is None:
        raise Http404
    context = {
        "task": task,
        "shown": Shown(task, measured),
        "rows": _figure_rows(request, task, measured),
        "show_codes": request.user.role != Role.COMMUNITY,
    }
    return render(request, "pilots/task_figure.html", context)


def _figure_rows(request: HttpRequest, task: Task, measured: Measured) -> list | None:
    """Dated, named rows with links; None where the figure's register does not exist or the figure is made of other figures."""
    found = registered(measured.indicator.metric.code)
    if found is None or found.rows is None or task.pilot is None:
        return None
    rows = found.rows(task.pilot, request.records_day, **measured.indicator.params)
    return [_figure_row(row) for row in rows.select_related("unit")[:200]]


def _figure_row(row) -> tuple[datetime.date | None, str, str, str]:
    return getattr(row, "day", None) or getattr(row, "dated", None), str(row), row.unit.short_name, row.get_absolute_url()


@require_POST
@requires(Action.CONFIRM_TASK)
def task_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """确认完成. Refusals come back as a list beside the button, the opinion is kept."""
    task = get_object_or_404(Task.objects.visible_to(request.user).select_related("unit__parent"), pk=pk)
    opinion = request.POST.get("opinion", "")[:200]
    try:
        services.confirm_task(task, by=request.user, opinion=opinion)
    except ValidationError as refusal:
        return _detail(request, pk, "indicators", files=_files(request, pk), reasons=refusal.messages, opinion=opinion)
    messages.success(request, f"已确认完成，并通知{task.unit.short_name}")
    return redirect(task)


@require_POST
@requires(Action.CONFIRM_TASK)
def task_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """撤销确认, with a reason."""
    task = get_object_or_404(Task.objects.visible_to(request.user).select_related("unit__parent"), pk=pk)
    opinion = request.POST.get("opinion", "")[:200]
    try:
        services.revoke_confirmation(task, by=request.user, opinion=opinion)
    except ValidationError as refusal:
        return _detail(request, pk, "indicators", files=_files(request, pk), reasons=refusal.messages, opinion=opinion)
    messages.success(request, f"已撤销确认，并通知{task.unit.short_name}")
    return redirect(task)
