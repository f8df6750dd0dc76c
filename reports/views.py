"""Pages of the reports: centre, new, detail, comparison, signed ones, check of a printed copy; and the deeds on a state."""

import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import clock, once
from accounts.access import Action, may, requires
from accounts.together import together
from reports import queries, services
from reports.forms import CodeForm, NewReportForm, OpinionForm, ReasonForm, SignForm, VoidForm
from reports.jobs import request_generation
from reports.kinds import KINDS
from reports.models import Download, Report, ReportAction, ReportState
from reports.narrative import plain_text
from reports.outline import places
from reports.periods import period_at
from reports.snapshot import compare

PER_PAGE = 20


def _own(request: HttpRequest, pk: int) -> Report:
    """A report the person may see; what they may not see does not exist."""
    return get_object_or_404(Report.objects.visible_to(request.user).select_related("pilot__unit", "created_by", "corrects"), pk=pk)


def say(request: HttpRequest, refused: ValidationError, title: str = "还不能办理", *, places: dict[str, str] | None = None) -> None:
    """Show why a deed was refused: one sentence as it is, several under a title with their number. `places`: addresses where to put it right,
    by the code of the refusal."""
    said = [_sentence(error, places or {}) for error in getattr(refused, "error_list", ())] or refused.messages
    if len(said) == 1:
        messages.error(request, said[0])
        return
    items = format_html_join("", "<li>{}</li>", ((sentence,) for sentence in said))
    messages.error(request, format_html("<h2>{}，有 {} 处要处理</h2><ol>{}</ol>", title, len(said), items))


def _sentence(error: ValidationError, places: dict[str, str]) -> str:
    sentence, address = error.messages[0], places.get(error.code or "")
    return format_html('<a href="{}">{}</a>', address, sentence) if address else sentence


@require_GET
@requires(Action.PREPARE_REPORT)
def report_center(request: HttpRequest) -> HttpResponse:
    """报告中心: what is being made, what the plan asks for, every edition."""
    return _center(request)


def _center(request: HttpRequest, sign_form: SignForm | None = None, signing: int | None = None) -> HttpResponse:
    """The page; with `sign_form` the refused registration of `signing` stands open on it."""
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    rows = queries.reports_for(request.user)
    if kind in KINDS:
        rows = rows.filter(kind=kind)
    rows = rows.filter(state=state) if state in ReportState.values else rows.exclude(state=ReportState.VOID)
    found = Paginator(rows.order_by("-as_of", "kind", queries.COUNTY_FIRST, "-edition"), PER_PAGE)
    (page, versions), jobs, required = together(
        lambda: _versions(found.get_page(request.GET.get("page"))),
        lambda: [queries.job_view(job) for job in queries.jobs_to_show()],
        lambda: queries.required_reports(request.user),
    )
    wanted = request.GET.get("sign", "")
    signing = signing or (int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else None)
    to_sign = next((v.report for v in versions if v.report.pk == signing and v.report.state == ReportState.FINAL), None)
    context = {
        "jobs": jobs,
        "required": required,
        "page": page,
        "versions": versions,
        "kinds": KINDS.values(),
        "states": ReportState.choices,
        "kind": kind,
        "state": state,
        "signing": to_sign.pk if to_sign else None,
        "sign_form": sign_form or (SignForm(report=to_sign) if to_sign else None),
    }
    return render(request, "reports/report_center.html", context, status=422 if sign_form else 200)


def _versions(page: Page) -> tuple[Page, list[queries.Version]]:
    return page, [queries.version_row(report) for report in page]


@require_http_methods(["GET", "POST"])
@requires(Action.PREPARE_REPORT)
def report_new(request: HttpRequest) -> HttpResponse:
    """编制报告: which, of whom, as of which day. An edition already begun is opened, not doubled."""
    kind = request.GET.get("kind", "midterm")
    kind = kind if kind in KINDS else "midterm"
    form = NewReportForm(request.POST or None, user=request.user, programme=request.programme, initial=_usual(request, kind))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def deed() -> str:
            report = services.start_report(data["kind"], by=request.user, pilot=data["pilot"], as_of=data["as_of"], period=data["period"])
            if report.state != ReportState.DRAFT:
                messages.warning(
                    request,
                    f"{report}（数据截止 {report.as_of.isoformat()}）已有第{report.edition}版，现在是“{services.state_words(report)}”",
                )
                return reverse("report_detail", args=[report.pk])
            if report.steps.last().action == ReportAction.RESUME:
                messages.info(request, "这份报告的草稿曾经作废，已恢复，从上次的数字和文字继续")
            if report.snapshots.first() is None:
                request_generation(report, by=request.user, take_snapshot=True)
            return reverse("report_edit", args=[report.pk])

        try:
            return once.redirect(request, deed)
        except ValidationError as refused:
            form.add_error(None, refused)
    return render(request, "reports/report_new.html", {"form": form}, status=422 if form.errors else 200)


def _usual(request: HttpRequest, code: str) -> dict:
    """What the form of a kind starts from: the latest month or quarter that is over. The day stays open: each kind has its usual one."""
    kind = KINDS[code]
    if kind.every:
        before = period_at(clock.today(), kind.every).first - datetime.timedelta(days=1)
        return {"kind": code, "period": request.GET.get("period", "") or period_at(before, kind.every).code}
    return {"kind": code}


@require_GET
@requires(Action.VIEW_REPORTS)
def report_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One edition: state, facts, files, 流转记录, who downloaded."""
    return _detail(request, pk)


def _detail(request: HttpRequest, pk: int, *, status: int = 200, **refused: forms.Form) -> HttpResponse:
    """The page; `refused` are forms that come back with what was typed and why it was not taken."""
    report = get_object_or_404(queries.reports_for(request.user).select_related("created_by"), pk=pk)
    office = may(request.user, Action.PREPARE_REPORT)
    steps = list(report.steps.select_related("actor__unit").order_by("id"))
    downloads = Download.objects.filter(file__report=report).select_related("person__unit", "file")[:20] if office else []
    context = {
        "report": report,
        "version": queries.version_row(report),
        "snapshot": report.snapshots.defer("data").first(),
        "flow": [_flow_step(step, index == len(steps) - 1) for index, step in enumerate(steps)][::-1],
        "downloads": downloads,
        "office": office,
        "correction": Report.objects.visible_to(request.user).filter(corrects=report).exclude(state=ReportState.VOID).first(),
        "own_sending": office and report.state == ReportState.CHECKING and services.who_sent(report) == request.user,
        "opinion_form": OpinionForm(),
        "reason_form": ReasonForm(),
        "void_form": VoidForm(),
        "sign_form": SignForm(report=report) if office and report.state == ReportState.FINAL else None,
        "job": next((queries.job_view(job) for job in report.jobs.order_by("-id")[:1]), None) if office else None,
        **refused,
    }
    return render(request, "reports/report_detail.html", context, status=status)


def _flow_step(step, newest: bool) -> dict:
    return {
        "state": "back" if step.action == "return" else "now" if newest else "done",
        "title": step.get_action_display(),
        "who": f"{step.actor.unit.short_name} {step.actor.name}",
        "at": step.at,
        "opinion": step.opinion,
    }


@require_GET
@requires(Action.VIEW_REPORTS)
def report_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """与第1版对比: the edition beside the one it corrects, figures and text."""
    second = _own(request, pk)
    first = get_object_or_404(Report.objects.visible_to(request.user), pk=second.corrects_id)
    old, new = first.snapshots.first(), second.snapshots.first()
    texts = []
    old_texts = {s.key: plain_text(s.paragraphs, old.data["figures"]) for s in first.sections.all()}
    new_texts = {s.key: plain_text(s.paragraphs, new.data["figures"]) for s in second.sections.all()}
    for place in places(KINDS[second.kind], new.data):
        before, after = old_texts.get(place.key, ""), new_texts.get(place.key, "")
        if before != after:
            texts.append({"heading": place.heading or place.spec.title, "before": before, "after": after})
    context = {"first": first, "second": second, "changes": compare(old.data, new.data), "texts": texts}
    return render(request, "reports/report_compare.html", context)


@require_GET
@requires(Action.VIEW_REPORTS)
def report_issued(request: HttpRequest) -> HttpResponse:
    """已签发报告: what the leading group and the towns read, the newest first, one click each for PDF, Excel, Word."""
    return render(request, "reports/report_issued.html", {"versions": queries.signed_reports(request.user)})


@require_GET
@requires(Action.VIEW_REPORTS)
def report_verify(request: HttpRequest) -> HttpResponse:
    """Which report and edition a printed copy is, by its check code."""
    form = CodeForm(request.GET) if "code" in request.GET else CodeForm()
    found = None
    if form.is_bound and form.is_valid():
        found = [queries.version_row(report) for report in queries.of_code(request.user, form.cleaned_data["code"])]
    return render(request, "reports/report_verify.html", {"form": form, "found": found})


# --- deeds --------------------------------------------------------------------------------------------------------------------------


@require_POST
@requires(Action.PREPARE_REPORT)
def report_send(request: HttpRequest, pk: int) -> HttpResponse:
    report = _own(request, pk)
    try:
        services.send_for_checking(report, by=request.user)
    except ValidationError as refused:
        desk = reverse("report_edit", args=[pk])
        keys = report.sections.values_list("key", flat=True)
        say(request, refused, "还不能送核稿", places={key: f"{desk}?section={key}" for key in keys})
        return redirect("report_edit", pk)
    messages.success(request, "已送核稿，等待另一位同志核对")
    return redirect("report_detail", pk)


@require_POST
@requires(Action.PREPARE_REPORT)
def report_return(request: HttpRequest, pk: int) -> HttpResponse:
    report = _own(request, pk)
    try:
        services.return_to_draft(report, by=request.user, opinion=request.POST.get("opinion", "")[:200])
    except ValidationError as refused:
        return _refused_beside(request, pk, refused, opinion_form=OpinionForm(request.POST))
    messages.success(request, "已退回修改")
    return redirect("report_detail", pk)


@require_POST
@requires(Action.PREPARE_REPORT)
def report_finalise(request: HttpRequest, pk: int) -> HttpResponse:
    report = _own(request, pk)
    try:
        locked = services.finalise_report(report, by=request.user)
    except ValidationError as refused:
        say(request, refused)
        return redirect("report_detail", pk)
    if locked:
        messages.success(request, "已定稿，数据、文字和文件不再改变")
    else:
        messages.warning(request, "文字在上次生成后有改动，正在按最终文字重新生成文件。生成完成后请再按一次“定稿”")
    return redirect("report_detail", pk)


@require_POST
@requires(Action.PREPARE_REPORT)
def report_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """签发登记, from the row of the centre or from the report's page."""
    report = _own(request, pk)
    form = SignForm(request.POST, request.FILES, report=report)
    if form.is_valid():
        try:
            services.sign_report(report, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            _add_refusal(form, refused)
        else:
            messages.success(request, f"{report}已登记签发，领导小组可以查看和下载")
            return redirect("report_detail", pk)
    return _center(request, sign_form=form, signing=report.pk)


def _refused_beside(request: HttpRequest, pk: int, refused: ValidationError, **forms_by_name: forms.Form) -> HttpResponse:
    """The page again, the reason at the field it is about; a reason about the report itself leads to its fresh page."""
    (form,) = forms_by_name.values()
    if not hasattr(refused, "error_dict"):
        say(request, refused)
        return redirect("report_detail", pk)
    form.errors.clear()
    _add_refusal(form, refused)
    return _detail(request, pk, status=422, **forms_by_name)


def _add_refusal(form: forms.Form, refused: ValidationError) -> None:
    """To the field named in the refusal; a refusal of the upload belongs to the scan."""
    if hasattr(refused, "error_dict"):
        for name, errors in refused.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    else:
        form.add_error("scan" if getattr(refused, "code", None) else None, refused)


@require_POST
@requires(Action.PREPARE_REPORT)
def report_void(request: HttpRequest, pk: int) -> HttpResponse:
    """作废 of a draft begun by mistake."""
    report = _own(request, pk)
    try:
        services.void_report(report, by=request.user, reason=request.POST.get("reason", "")[:200])
    except ValidationError as refused:
        return _refused_beside(request, pk, refused, void_form=VoidForm(request.POST))
    messages.success(request, f"{report}已作废。再编制同一份报告时，从这份草稿继续")
    return redirect("report_center")


@require_POST
@requires(Action.PREPARE_REPORT)
def report_correct(request: HttpRequest, pk: int) -> HttpResponse:
    report = _own(request, pk)
    try:
        second = services.correct_report(report, by=request.user, reason=request.POST.get("reason", "")[:200])
    except ValidationError as refused:
        return _refused_beside(request, pk, refused, reason_form=ReasonForm(request.POST))
    messages.success(request, f"已开始编制第{second.edition}版")
    return redirect("report_edit", second.pk)
