"""督导日历 with the months × pilots, 每季调度 meetings, 批示, and a pilot's tab."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import clock
from accounts.access import Action, may, requires
from accounts.together import together
from pilots import files
from pilots.models import Pilot, RecurringPeriod, StoredFile
from pilots.states import Light
from pilots.upload_handler import refusals
from pilots.views import pilot_page
from supervision import meetings, queries
from supervision.calendar import duty_calendar
from supervision.forms_meetings import InstructionForm, MeetingForm, ReplyForm
from supervision.lights import mark
from supervision.models import DispatchMeeting, Instruction
from supervision.rules import LEGEND

PAGE_SIZE = 20
DISPATCH = "RC2"
"""The plan's code of 每季调度."""


def _add_errors(form, refusal: ValidationError) -> None:
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


# --- the calendar -----------------------------------------------------------------------------------------------------------------


@require_GET
@requires(Action.VIEW_SUPERVISION)
def supervision_calendar(request: HttpRequest) -> HttpResponse:
    """Months × pilots, then every cadence of the plan with its dated slots: done, due or missed as of the day."""
    page = Paginator(list(Pilot.objects.visible_to(request.user).select_related("unit")), PAGE_SIZE).get_page(request.GET.get("page"))
    pilots = list(page.object_list)
    overview, lines = together(
        lambda: queries.supervision_overview(pilots, request.records_day), lambda: duty_calendar(pilots, request.records_day)
    )
    done, due = overview.due_visits
    context = {
        "page": page,
        "overview": overview,
        "months": [month for month, _ in queries.supervision_months()],
        "this_month": request.records_day.replace(day=1),
        "visits_done": done,
        "visits_due": due,
        "lines": lines,
        "figures": _figures(overview),
    }
    return render(request, "supervision/calendar.html", context)


def _figures(overview: queries.Overview) -> list[dict]:
    """The strip: coverage of visits, findings and their state; each leads to its rows."""
    done, due = overview.due_visits
    missed = sum(cell.light == Light.LATE for row in overview.matrix for cell in row.cells)
    counts = overview.counts
    ledger = reverse("finding_list")
    share = round(done * 100 / due, 1) if due else None
    return [
        {
            "name": "督导覆盖", "value": done, "unit": "次", "detail": f"/ {due} 次", "url": reverse("visit_list"), "share": share,
            "state": "late" if missed else "ok", "word": f"漏 {missed} 次" if missed else "没有缺漏",
            "note": f"本月已督导 {overview.visited_this_month} / {len(overview.this_month)} 个试点" if overview.this_month else "本月不安排督导",
        },
        {"name": "累计问题", "value": counts.total, "unit": "个", "url": f"{ledger}?tab=all", "note": f"已销号 {counts.closed} 个"},
        {
            "name": "未销号", "value": counts.open, "unit": "个", "url": f"{ledger}?tab=open", "state": "late" if counts.overdue else "ok",
            "word": f"逾期 {counts.overdue} 个" if counts.overdue else "没有逾期", "note": f"待复核 {counts.waiting} 个，延期申请 {counts.asked} 个",
        },
        {
            "name": "销号率", "value": counts.rate if counts.rate is not None else "—", "unit": "%" if counts.rate is not None else "",
            "url": f"{ledger}?tab=closed", "share": counts.rate, "note": "销号率＝已销号÷累计",
        },
    ]  # fmt: skip


@require_GET
@requires(Action.VIEW_SUPERVISION)
def pilot_supervision(request: HttpRequest, code: str) -> HttpResponse:
    """督导整改 of one pilot: its visits and its findings."""
    page = pilot_page(request, code, "supervision", lambda pilot: _supervision_of(request, pilot))
    return render(request, "supervision/pilot_supervision.html", page)


def _supervision_of(request: HttpRequest, pilot: Pilot) -> dict:
    rows = queries.finding_rows(request.user, request.as_of).filter(pilot=pilot)
    found, matrix = together(lambda: mark(rows, request.as_of), lambda: queries.visit_matrix([pilot], request.as_of))
    return {
        "cells": matrix[0].cells,
        "open_findings_here": [row for row in found if row.status != "closed"],
        "closed_findings": sorted((row for row in found if row.status == "closed"), key=lambda row: row.number, reverse=True),
        "counts": queries.counts_of(found, request.as_of),
        "legend": LEGEND,
        "may_supervise": may(request.user, Action.SUPERVISE),
    }


# --- 每季调度 ---------------------------------------------------------------------------------------------------------------------


@require_GET
@requires(Action.VIEW_SUPERVISION)
def meeting_list(request: HttpRequest) -> HttpResponse:
    """The quarters of the plan with their meetings."""
    rows = DispatchMeeting.objects.filter(held_on__lte=request.records_day).select_related("period", "minutes")
    held = {}
    for row in rows:
        held.setdefault(row.period_id, []).append(row)
    quarters = [(period, held.get(period.pk, [])) for period in _quarters()]
    return render(request, "supervision/meeting_list.html", {"quarters": quarters, "count": len(rows)})


def _quarters():
    return RecurringPeriod.objects.filter(duty__code=DISPATCH).select_related("duty").order_by("due")


@require_http_methods(["GET", "POST"])
@requires(Action.SUPERVISE)
def meeting_new(request: HttpRequest) -> HttpResponse:
    periods = _quarters()
    asked = next((period for period in periods if period.period == request.GET.get("period")), None)
    initial = {"uid": uuid.uuid4(), "held_on": clock.today(), "period": asked}
    form = MeetingForm(request.POST or None, request.FILES or None, periods=periods, initial=initial)
    if request.method == "POST":
        for refusal in refusals(request):
            form.add_error("minutes", refusal)
        if form.is_valid():
            try:
                meeting = meetings.register_meeting(by=request.user, **form.cleaned_data)
            except ValidationError as refusal:
                _add_errors(form, refusal)
            else:
                messages.success(request, "调度会议已登记。")
                return redirect(meeting)
    return render(request, "supervision/meeting_new.html", {"form": form}, status=422 if form.is_bound and form.errors else 200)


def _meeting(request: HttpRequest, pk: int) -> DispatchMeeting:
    return get_object_or_404(DispatchMeeting.objects.select_related("period__duty", "minutes", "created_by__unit"), pk=pk)


@require_GET
@requires(Action.VIEW_SUPERVISION)
def meeting_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "supervision/meeting_detail.html", {"meeting": _meeting(request, pk)})


@require_GET
@requires(Action.VIEW_SUPERVISION)
def meeting_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes: photos and PDF in the page with `?inline=1`, else a download."""
    meeting = get_object_or_404(DispatchMeeting.objects.select_related("minutes"), pk=pk, minutes__isnull=False)
    inline = request.GET.get("inline") == "1" and meeting.minutes.kind in (StoredFile.Kind.IMAGE, StoredFile.Kind.PDF)
    return files.serve_file(request, meeting.minutes, inline=inline)


# --- 批示 -------------------------------------------------------------------------------------------------------------------------


def _instructions(request: HttpRequest):
    rows = Instruction.objects.visible_to(request.user).select_related("pilot__unit", "finding", "entered_by", "answered_by")
    return rows.filter(entered_on__lte=request.records_day) if not request.as_of_is_default else rows


@require_GET
@requires(Action.VIEW_INSTRUCTIONS)
def instruction_list(request: HttpRequest) -> HttpResponse:
    rows = _instructions(request)
    tab = request.GET.get("tab") if request.GET.get("tab") in Instruction.State.values else ""
    counts = {state: sum(row.state == state for row in rows) for state in Instruction.State.values}
    shown = [row for row in rows if not tab or row.state == tab]
    context = {
        "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page")),
        "tab": tab,
        "total": len(rows),
        "tabs": [(state.value, state.label, counts[state.value]) for state in Instruction.State],
    }
    return render(request, "supervision/instruction_list.html", context)


@require_http_methods(["GET", "POST"])
@requires(Action.ENTER_INSTRUCTION)
def instruction_new(request: HttpRequest) -> HttpResponse:
    """批示登记, the one thing a leader enters."""
    pilots = list(Pilot.objects.visible_to(request.user).select_related("unit"))
    asked = next((pilot for pilot in pilots if pilot.code == request.GET.get("pilot")), None)
    about = " ".join(request.GET.get("about", "").replace("\x00", "").split())[:100]
    initial = {"uid": uuid.uuid4(), "given_on": clock.today(), "pilot": asked, "about": about, "url": request.GET.get("url", "")[:300]}
    form = InstructionForm(request.POST or None, pilots=pilots, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            instruction = meetings.enter_instruction(by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            _add_errors(form, refusal)
        else:
            messages.success(request, "批示已登记，并通知领导小组办公室办理。")
            return redirect(instruction)
    return render(request, "supervision/instruction_new.html", {"form": form}, status=422 if form.is_bound and form.errors else 200)


@require_GET
@requires(Action.VIEW_INSTRUCTIONS)
def instruction_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _instruction_page(request, get_object_or_404(_instructions(request), pk=pk), ReplyForm())


def _instruction_page(request: HttpRequest, row: Instruction, form: ReplyForm, status: int = 200) -> HttpResponse:
    may_answer = row.state == Instruction.State.OPEN and may(request.user, Action.ANSWER_INSTRUCTION)
    return render(request, "supervision/instruction_detail.html", {"row": row, "form": form, "may_answer": may_answer}, status=status)


@require_POST
@requires(Action.ANSWER_INSTRUCTION)
def instruction_answer(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(_instructions(request), pk=pk)
    form = ReplyForm(request.POST)
    if form.is_valid():
        try:
            meetings.answer_instruction(row, by=request.user, answer=form.cleaned_data["answer"])
        except ValidationError as refusal:
            _add_errors(form, refusal)
        else:
            messages.success(request, "批示已办结，并通知登记人。")
            return redirect(row)
    return _instruction_page(request, row, form, status=422)
