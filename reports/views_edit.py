"""The editor: outline, text with bound figures, preview, hand-typed numbers, new figures."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import Action, requires
from reports import narrative, queries, services
from reports.assembly import annex_titles, section_blocks
from reports.files import files_match
from reports.forms import DatedForm
from reports.jobs import UNCHANGED, request_generation
from reports.kinds import KINDS
from reports.models import OPEN_JOB, Report, ReportState, Section, Snapshot
from reports.outline import Place, numbers, places
from reports.snapshot import compare
from reports.views import say


def _report(request: HttpRequest, pk: int) -> Report:
    return get_object_or_404(Report.objects.visible_to(request.user).select_related("pilot__unit", "corrects"), pk=pk)


@require_GET
@requires(Action.PREPARE_REPORT)
def report_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft on the desk: one section at a time."""
    report = _report(request, pk)
    if report.state != ReportState.DRAFT:
        return redirect("report_detail", pk)
    snapshots = list(report.snapshots.all()[:2])
    job = report.jobs.order_by("-id").first()
    context = {"report": report, "job": queries.job_view(job) if job else None, "job_open": bool(job and job.state in OPEN_JOB)}
    context["unchanged"] = bool(job and job.step == UNCHANGED)
    if not snapshots:
        return render(request, "reports/report_waiting.html", context)
    return render(request, "reports/report_edit.html", context | _desk(request, report, snapshots))


def _desk(request: HttpRequest, report: Report, snapshots: list[Snapshot], *, typed: str | None = None, key: str = "") -> dict:
    """Everything the editor shows; `typed` is text that could not be saved and must not be lost."""
    snapshot, kind = snapshots[0], KINDS[report.kind]
    outline = places(kind, snapshot.data)
    sections = {section.key: section for section in report.sections.all()}
    writable = [place for place in outline if place.writable]
    wanted = key or request.GET.get("section", "")
    place = next((p for p in writable if p.key == wanted), writable[0])
    section = sections.get(place.key) or Section(report=report, key=place.key)
    figures = snapshot.data["figures"]
    rows = [_outline_row(p, sections.get(p.key), figures) for p in outline]
    changes = compare(snapshots[1].data, snapshot.data) if len(snapshots) > 1 else []
    return {
        "place": place,
        "section": section,
        "text": narrative.serialise(section.paragraphs, figures) if typed is None else typed,
        "unsaved": typed is not None,
        "outline": rows,
        "written": sum(row["written"] for row in rows if row["place"].writable),
        "writable": len(writable),
        "figures": figure_list(snapshot, place.pilot),
        "lost": narrative.lost_keys(section.paragraphs, figures),
        "disagreements": narrative.disagreements(section.paragraphs, figures, pilot=place.pilot),
        "disagreement_total": sum(row["disagreements"] for row in rows),
        "suggestion": bool(place.spec.suggest(snapshot.data, place.pilot)),
        "words": len("".join(narrative.plain_text(section.paragraphs, figures).split())),
        "snapshot": snapshot,
        "previous": snapshots[1] if len(snapshots) > 1 else None,
        "changes": changes,
        "preview": section_blocks(place, snapshot.data, section.paragraphs, numbers(kind, snapshot.data)),
        "annexes": annex_titles(kind, snapshot.data),
        "stored": [table["title"] for code, table in snapshot.data["tables"].items() if code in place.tables],
        "drawn": [snapshot.data["charts"][code]["finding"] for code in place.charts if code in snapshot.data["charts"]],
        "files_match": files_match(report),
        "version": queries.version_row(queries.reports_for(request.user).get(pk=report.pk)),
        "dated_form": DatedForm(initial={"dated": report.dated}),
        "kind": kind,
    }


def _outline_row(place: Place, section: Section | None, figures: dict) -> dict:
    paragraphs = section.paragraphs if section else []
    return {
        "place": place,
        "written": narrative.is_written(paragraphs),
        "lost": bool(narrative.lost_keys(paragraphs, figures)),
        "disagreements": len(narrative.disagreements(paragraphs, figures, pilot=place.pilot)),
    }


def figure_list(snapshot: Snapshot, pilot: str) -> list[dict]:
    """The figures for the editor's pop-over and its list: those of the section's pilot first."""
    taken = f"快照 {clock_words(snapshot)} 取数"
    found = [
        {
            "key": key,
            "name": figure["name"],
            "text": figure["text"],
            "unit": "" if figure["format"] == "percent" else figure["unit"],
            "definition": figure["definition"],
            "taken": taken,
            "url": rows_url(figure),
            "count": figure["count"],
            "pilot": figure["pilot"],
        }
        for key, figure in snapshot.data["figures"].items()
    ]
    return sorted(found, key=lambda f: (f["pilot"] != pilot, bool(f["pilot"]), f["pilot"]))


def clock_words(snapshot: Snapshot) -> str:
    return f"{snapshot.taken_at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"


def rows_url(figure: dict) -> str:
    """The list that shows the rows behind a figure; empty where there is none."""
    if not figure["page"]:
        return ""
    try:
        address = reverse(figure["page"])
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(figure['query'], doseq=True)}" if figure["query"] else address


@require_POST
@requires(Action.PREPARE_REPORT)
def report_section(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Save one section; asked by the page itself (autosave) it answers JSON, else it leads back to the section."""
    report = _report(request, pk)
    text, expected = request.POST.get("text", ""), _number(request.POST.get("version"))
    asked_by_page = request.headers.get("Accept", "").startswith("application/json")
    try:
        section = services.save_section(report, key=key, text=text, expected=expected, by=request.user)
    except ValidationError as refused:
        stale = getattr(refused, "code", "") == "stale"
        if asked_by_page:
            return JsonResponse({"error": "；".join(refused.messages), "stale": stale}, status=409 if stale else 422)
        snapshots = list(report.snapshots.all()[:2])
        if not snapshots or report.state != ReportState.DRAFT:
            say(request, refused)
            return redirect("report_detail", pk)
        say(request, refused)
        context = {"report": report, "job": None, "job_open": False}
        context |= _desk(request, report, snapshots, typed=text, key=key)
        return render(request, "reports/report_edit.html", context, status=409 if stale else 422)
    if not asked_by_page:
        messages.success(request, "保存成功")
        return redirect(_section_url(report, key))
    return JsonResponse(_saved(request, report, section))


def _saved(request: HttpRequest, report: Report, section: Section) -> dict:
    """What the page needs after an autosave: version, time, fresh preview and notices."""
    snapshot, kind = report.snapshots.first(), KINDS[report.kind]
    place = next(p for p in places(kind, snapshot.data) if p.key == section.key)
    figures = snapshot.data["figures"]
    context = {
        "report": report,
        "section": section,
        "place": place,
        "disagreements": narrative.disagreements(section.paragraphs, figures, pilot=place.pilot),
        "lost": narrative.lost_keys(section.paragraphs, figures),
    }
    blocks = section_blocks(place, snapshot.data, section.paragraphs, numbers(kind, snapshot.data))
    return {
        "version": section.version,
        "saved": f"{clock.now():%H:%M}",
        "written": narrative.is_written(section.paragraphs),
        "words": len("".join(narrative.plain_text(section.paragraphs, figures).split())),
        "preview": render_to_string("reports/_preview.html", {"preview": blocks}),
        "notices": render_to_string("reports/_disagreements.html", context, request),
    }


def _section_url(report: Report, key: str) -> str:
    return f"{reverse('report_edit', args=[report.pk])}?{urlencode({'section': key})}"


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


@require_POST
@requires(Action.PREPARE_REPORT)
def report_answer(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """改用系统数 or 保留并说明 for one hand-typed number."""
    report, mark = _report(request, pk), request.POST.get("mark", "")
    try:
        services.answer_disagreement(
            report,
            key=key,
            mark=mark,
            expected=_number(request.POST.get("version")),
            by=request.user,
            use_system=request.POST.get("answer") == "system",
            note=request.POST.get("note", "")[:60],
        )
        messages.success(request, "保存成功")
    except ValidationError as refused:
        if not hasattr(refused, "error_dict"):
            say(request, refused)
            return redirect(_section_url(report, key))
        context = {"report": report, "job": None, "job_open": False, "refused_mark": mark, "note_refused": "；".join(refused.messages)}
        context |= _desk(request, report, list(report.snapshots.all()[:2]), key=key)
        return render(request, "reports/report_edit.html", context, status=422)
    return redirect(_section_url(report, key))


@require_POST
@requires(Action.PREPARE_REPORT)
def report_restore(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """换成建议文字: the words of the present figures back into a section."""
    report = _report(request, pk)
    try:
        services.restore_suggestion(report, key=key, expected=_number(request.POST.get("version")), by=request.user)
        messages.success(request, "已换成按最新数据写的建议文字")
    except ValidationError as refused:
        say(request, refused)
    except StopIteration as missing:
        raise Http404 from missing
    return redirect(_section_url(report, key))


@require_POST
@requires(Action.PREPARE_REPORT)
def report_generate(request: HttpRequest, pk: int) -> HttpResponse:
    """重新取数 (figures=new) or 生成文件 with the present figures."""
    report = _report(request, pk)
    try:
        request_generation(report, by=request.user, take_snapshot=request.POST.get("figures") == "new")
    except ValidationError as refused:
        say(request, refused)
        return redirect("report_detail", pk)
    back = request.POST.get("section", "")
    return redirect(_section_url(report, back) if back else reverse("report_center"))


@require_POST
@requires(Action.PREPARE_REPORT)
def report_dated(request: HttpRequest, pk: int) -> HttpResponse:
    """成文日期 of a draft."""
    report = _report(request, pk)
    form = DatedForm(request.POST)
    try:
        if form.is_valid():
            services.set_dated(report, dated=form.cleaned_data["dated"], by=request.user)
            messages.success(request, "成文日期已改")
        else:
            messages.error(request, "成文日期请写成 2022-12-05 的样子")
    except ValidationError as refused:
        say(request, refused)
    back = request.POST.get("section", "")
    return redirect(_section_url(report, back) if back else reverse("report_edit", args=[pk]))
