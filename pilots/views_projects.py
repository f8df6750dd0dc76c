"""Pages of projects: list, form, detail with 形象进度 and milestones. Money of a project has its own room."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit, clock, once
from accounts.access import TOWN, Action, may, requires
from accounts.changes import changes_of
from accounts.exports import workbook_response
from accounts.models import AuditKind, Role
from accounts.spreadsheet import Col, Sheet
from pilots import projects as services
from pilots.forms_projects import CancelForm, MilestoneDoneForm, MilestoneForm, ProjectForm, ProjectStepForm
from pilots.models import Milestone, Pilot, Project, ProjectStep

PAGE_SIZE = 20
STEPS = (("none", "未启动"), ("started", "已启动"), ("progress", "实施中"), ("completed", "已完工"), ("accepted", "已验收"))
_WORDS = dict(STEPS) | {None: "未启动"}
_TONES = {None: "none", "started": "go", "progress": "go", "completed": "ok", "accepted": "ok"}


def _rows(request: HttpRequest) -> QuerySet[Project]:
    """Projects in sight with their progress as of the day; on a past day those on the list then."""
    rows = (
        Project.objects.visible_to(request.user)
        .with_progress(request.records_day)
        .select_related("pilot__unit", "pilot__accountable", "unit")
    )
    return rows if request.as_of_is_default else rows.filter(on__lte=request.records_day)


def _worded(project: Project) -> Project:
    project.word, project.tone = _WORDS[project.step_on], _TONES[project.step_on]
    return project


def _own_pilots(request: HttpRequest) -> QuerySet[Pilot]:
    """The pilots whose projects the person may enter."""
    user = request.user
    if not may(user, Action.MANAGE_PROJECTS):
        return Pilot.objects.none()
    own = Q(unit=user.unit_id) | Q(accountable=user.unit_id) if user.role in TOWN else Q(unit=user.unit_id)
    return Pilot.objects.visible_to(user).filter(own).select_related("unit", "accountable").order_by("order")


def _filtered(request: HttpRequest) -> tuple[QuerySet[Project], dict]:
    """The rows the filter row asks for; unknown or malformed values are as if they were not asked."""
    asked = {name: request.GET.get(name, "").replace("\x00", "").strip()[:60] for name in ("pilot", "kind", "step", "q")}
    rows = _rows(request)
    if asked["pilot"]:
        rows = rows.filter(pilot__code=asked["pilot"])
    if asked["kind"] in Project.Kind.values:
        rows = rows.filter(kind=asked["kind"])
    if asked["step"] in dict(STEPS):
        rows = rows.filter(step_on__isnull=True) if asked["step"] == "none" else rows.filter(step_on=asked["step"])
    if asked["q"]:
        pinyin = asked["q"].lower().replace(" ", "")
        rows = rows.filter(Q(name__contains=asked["q"]) | Q(code__iexact=asked["q"]) | Q(search__contains=pinyin))
    return rows, asked


@require_GET
@requires(Action.VIEW_PILOTS)
def project_list(request: HttpRequest) -> HttpResponse:
    rows, asked = _filtered(request)
    rows = rows.annotate(task_count=Count("tasks", distinct=True)).order_by("pilot__order", "code")
    if request.GET.get("export") == "xlsx" and may(request.user, Action.EXPORT):
        return _export(request, rows, asked)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = [_worded(row) for row in page.object_list]
    pilots = list(Pilot.objects.visible_to(request.user).select_related("unit").order_by("order"))
    context = {
        "page": page,
        "asked": asked,
        "filtered": any(asked.values()),
        "pilots": pilots,
        "several": len(pilots) > 1,
        "kinds": Project.Kind.choices,
        "steps": STEPS,
        "may_enter": _own_pilots(request).exists(),
    }
    return render(request, "pilots/project_list.html", context)


def _export(request: HttpRequest, rows: QuerySet[Project], asked: dict) -> HttpResponse:
    """Exactly what is filtered."""
    pilots = dict(Pilot.objects.filter(code=asked["pilot"]).values_list("code", "unit__short_name"))
    filters = audit.filter_words(
        asked, pilot=("试点", pilots), kind=("类别", dict(Project.Kind.choices)), step=("进展", dict(STEPS)), q=("查找", {})
    )
    rows = rows.prefetch_related("tasks__obligation")
    columns = [
        *(Col("序号", "int"), Col("编号", "code"), Col("项目"), Col("试点"), Col("类别", "code"), Col("实施单位"), Col("负责人")),
        *(Col("计划开工", "date"), Col("计划完工", "date"), Col("形象进度", "percent"), Col("进展", "mark"), Col("对应任务", width=48)),
    ]
    found = list(rows)
    cells = (
        (
            number,
            row.code,
            row.name,
            row.pilot.unit.short_name,
            row.get_kind_display(),
            row.unit.short_name,
            row.responsible,
            row.planned_start,
            row.planned_end,
            row.percent_on,
            "已取消" if row.cancelled_on else _WORDS[row.step_on],
            "、".join(task.obligation.title for task in row.tasks.all()),
        )
        for number, row in enumerate(found, 1)
    )
    audit.record(AuditKind.EXPORT, user=request.user, request=request, label="项目清单", rows=len(found), filters=filters)
    subheading = f"填报单位：{request.user.unit.name}　数据截止日期：{request.records_day.isoformat()}"
    sheet = Sheet("项目清单", heading="项目清单", subheading=subheading, columns=columns, rows=cells)
    name = f"{request.user.unit.short_name}_项目清单_{request.records_day.isoformat()}.xlsx"
    return workbook_response([sheet], name, sample=settings.SAMPLE_MODE, author=request.user.unit.name, dated=request.records_day)


# --- the form -------------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires(Action.MANAGE_PROJECTS)
def project_new(request: HttpRequest) -> HttpResponse:
    pilots = _own_pilots(request)
    own = list(pilots[:2])
    if not own:
        raise PermissionDenied(f"{request.user.unit.short_name}没有承担试点，也不是试点所在的街道、镇，不登记项目。")
    only = own[0] if len(own) == 1 else None
    form = ProjectForm(request.POST or None, pilots=pilots, pilot=only)
    if request.method == "POST" and form.is_valid():
        pilot = only or form.cleaned_data["pilot"]
        try:
            return once.redirect(request, lambda: _save(request, form, None, pilot).get_absolute_url())
        except ValidationError as refusal:
            _add_errors(form, refusal)
    return _form_page(request, form, None)


@require_http_methods(["GET", "POST"])
@requires(Action.MANAGE_PROJECTS)
def project_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(_rows(request), pk=pk)
    if not services.may_manage(request.user, row.pilot):
        raise PermissionDenied("试点社区和所在街道、镇的经办人可以维护本试点的项目清单。")
    form = ProjectForm(request.POST or None, instance=row, pilots=Pilot.objects.none(), pilot=row.pilot)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form, row, None)
        except ValidationError as refusal:
            _add_errors(form, refusal)
        else:
            messages.success(request, "保存成功")
            return redirect(saved)
    return _form_page(request, form, row)


def _save(request: HttpRequest, form: ProjectForm, row: Project | None, pilot: Pilot | None) -> Project:
    data = form.cleaned_data
    values = {name: data[name] for name in services.FIELDS}
    version = form.opened_version if row else None
    return services.save_project(row, by=request.user, tasks=list(data["tasks"]), pilot=pilot, expected_version=version, **values)


def _form_page(request: HttpRequest, form: ProjectForm, row: Project | None) -> HttpResponse:
    status = 409 if form.stale else 422 if form.is_bound and form.errors else 200
    return render(request, "pilots/project_form.html", {"form": form, "row": row}, status=status)


def _add_errors(form: Form, refusal: ValidationError) -> None:
    """A refusal of the service beside its field, or above the form."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


@require_GET
@requires(Action.MANAGE_PROJECTS)
def project_tasks(request: HttpRequest) -> HttpResponse:
    """The tasks of a chosen pilot as ticks (fetched when the pilot changes)."""
    form = ProjectForm(pilots=_own_pilots(request), pilot=None, initial={"pilot": request.GET.get("pilot", "")})
    return render(request, "pilots/_project_tasks.html", {"form": form})


# --- one project ----------------------------------------------------------------------------------------------------------------


@require_GET
@requires(Action.VIEW_PILOTS)
def project_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, get_object_or_404(_rows(request), pk=pk))


def _detail(request: HttpRequest, row: Project, *, status: int = 200, **context) -> HttpResponse:
    _worded(row)
    now = request.as_of_is_default
    mine = now and services.may_manage(request.user, row.pilot) and row.cancelled_on is None
    milestones = list(row.milestones.filter(on__lte=request.records_day))
    if not now:
        for item in milestones:
            if item.recorded_on and item.recorded_on > request.records_day:
                item.done_on = None
    context = {
        "row": row,
        "tasks": list(row.tasks.select_related("obligation").order_by("obligation__order")),
        "steps": list(row.steps.filter(on__lte=request.records_day).select_related("actor", "evidence").order_by("-id")),
        "milestones": milestones,
        "milestones_done": sum(1 for item in milestones if item.done_on),
        "changes": changes_of(row),
        "may_edit": mine,
        "may_step": mine and row.step_on != ProjectStep.Kind.ACCEPTED,
        "show_codes": request.user.role != Role.COMMUNITY,
        "step_form": ProjectStepForm(project=row, initial={"kind": _next_kind(row)}),
        "milestone_form": MilestoneForm(),
        "cancel_form": CancelForm(),
        **context,
    }
    return render(request, "pilots/project_detail.html", context, status=status)


def _next_kind(row: Project) -> str:
    """The step that comes next, proposed in the form."""
    after = {None: "started", "started": "progress", "progress": "progress", "completed": "accepted"}
    return after.get(row.step_on, "")


def _deed(request: HttpRequest, pk: int, form_name: str, make_form, deed, done: str) -> HttpResponse:
    """One of the small forms on the page of a project: done once, or shown again with what was typed."""
    row = get_object_or_404(_rows(request), pk=pk)
    form = make_form(row)
    if form.is_valid():
        try:
            url = once.run(request, lambda: deed(row, form.cleaned_data) and row.get_absolute_url())
            messages.success(request, done)
            return redirect(url)
        except ValidationError as refusal:
            _add_errors(form, refusal)
    return _detail(request, row, status=422, **{form_name: form})


@require_POST
@requires(Action.MANAGE_PROJECTS)
def project_step(request: HttpRequest, pk: int) -> HttpResponse:
    """登记进度."""

    def deed(row: Project, data: dict) -> ProjectStep:
        return services.add_step(row, by=request.user, **data)

    return _deed(request, pk, "step_form", lambda row: ProjectStepForm(request.POST, project=row), deed, "进度已登记")


@require_POST
@requires(Action.MANAGE_PROJECTS)
def milestone_new(request: HttpRequest, pk: int) -> HttpResponse:
    def deed(row: Project, data: dict) -> Milestone:
        return services.add_milestone(row, by=request.user, name=data["name"], due=data["due"])

    return _deed(request, pk, "milestone_form", lambda row: MilestoneForm(request.POST), deed, "节点已增加")


@require_POST
@requires(Action.MANAGE_PROJECTS)
def milestone_done(request: HttpRequest, pk: int, milestone_pk: int) -> HttpResponse:
    row = get_object_or_404(_rows(request), pk=pk)
    milestone = get_object_or_404(Milestone.objects.select_related("project"), pk=milestone_pk, project=row)
    form = MilestoneDoneForm(request.POST)
    if form.is_valid():
        try:
            services.finish_milestone(milestone, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            _add_errors(form, refusal)
        else:
            messages.success(request, "已登记完成")
            return redirect(row)
    return _detail(request, row, status=422, done_form=form, open_milestone=milestone.pk)


@require_POST
@requires(Action.MANAGE_PROJECTS)
def project_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    def deed(row: Project, data: dict) -> Project:
        return services.cancel_project(row, by=request.user, reason=data["reason"])

    return _deed(request, pk, "cancel_form", lambda row: CancelForm(request.POST), deed, f"项目已取消（{clock.today().isoformat()}）")
