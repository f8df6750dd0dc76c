"""Visits: the list, opening one, taking a draft away, the printed sheet, the rotation, the rows behind a figure."""

import datetime
import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import clock
from accounts.access import Action, may, requires
from pilots.metrics import registered
from pilots.models import Milestone, Pilot
from supervision import queries, visits
from supervision.filters import month_asked
from supervision.forms_visits import OpenVisitForm
from supervision.models import Answer, Aspect, ChecklistItem, Visit, VisitAnswer, VisitKind
from supervision.rotation import items_for, quarter_end, rotation_table
from supervision.rules import PRE_ANSWERS
from supervision.views_sheet import ORDINALS, visits_for

PAGE_SIZE = 20
ROWS_SHOWN = 200


@require_GET
@requires(Action.VIEW_SUPERVISION)
def visit_list(request: HttpRequest) -> HttpResponse:
    """督导记录, newest month first; the office also sees its drafts and which pilots of this month are still to be visited."""
    pilots = list(Pilot.objects.visible_to(request.user).select_related("unit"))
    pilot = next((p for p in pilots if p.code == request.GET.get("pilot")), None)
    month = month_asked(request.GET.get("month", ""))
    kind = request.GET.get("kind") if request.GET.get("kind") in VisitKind.values else ""
    rows = _counted(visits_for(request))
    if not request.as_of_is_default:
        rows = rows.submitted_by(request.records_day)
    rows = rows.filter(**{name: value for name, value in (("pilot", pilot), ("month", month), ("kind", kind)) if value})
    months = queries.supervision_months()
    context = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "pilots": pilots,
        "months": [m for m, _ in months if m <= request.records_day],
        "kinds": VisitKind.choices,
        "asked": {"pilot": pilot, "month": month, "kind": kind},
        "filtered": bool(pilot or month or kind),
        "row_of_month": _this_month(pilots, request.records_day, may(request.user, Action.SUPERVISE)),
    }
    return render(request, "supervision/visit_list.html", context)


def _counted(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    """Each visit with how many items were asked, and answered 符合, 基本符合, 不符合."""
    return rows.annotate(
        asked=Count("answers"),
        yes=Count("answers", filter=Q(answers__answer=Answer.YES)),
        partly=Count("answers", filter=Q(answers__answer=Answer.PARTLY)),
        no=Count("answers", filter=Q(answers__answer=Answer.NO)),
    ).order_by("-month", "pilot__order", "pk")


def _this_month(pilots: list[Pilot], as_of: datetime.date, drafts: bool) -> dict | None:
    """The month of the as-of day: which pilots were visited; None where the plan asks for no visit in it."""
    month = visits.month_of(as_of)
    if len(pilots) > PAGE_SIZE or month not in [m for m, _ in queries.supervision_months()]:
        return None
    matrix = queries.visit_matrix(pilots, as_of, drafts=drafts)
    cells = [(row.pilot, next(cell for cell in row.cells if cell.month == month)) for row in matrix]
    return {"month": month, "cells": cells, "done": sum(cell.done for _, cell in cells), "whole": quarter_end(month)}


@require_http_methods(["GET", "POST"])
@requires(Action.SUPERVISE)
def visit_new(request: HttpRequest) -> HttpResponse:
    """开始督导: the sheet is made with its items and figures. An open draft of the same pilot and month is led to instead."""
    pilots = list(Pilot.objects.visible_to(request.user).select_related("unit"))
    asked = next((p for p in pilots if p.code == request.GET.get("pilot")), None)
    day = _day_in(month_asked(request.GET.get("month", "")))
    form = OpenVisitForm(request.POST or None, pilots=pilots, initial={"uid": uuid.uuid4(), "pilot": asked, "visited_on": day})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            visit = visits.open_visit(by=request.user, **data)
        except ValidationError as refusal:
            for name, errors in (refusal.error_dict if hasattr(refusal, "error_dict") else {"": refusal}).items():
                form.add_error(name if name in form.fields else None, errors)
        else:
            return redirect(visit)
    context = {"form": form, "known": _known(form) if form.is_bound and form.errors else _draft_of(asked, day)}
    return render(request, "supervision/visit_new.html", context, status=422 if form.is_bound and form.errors else 200)


def _day_in(month: datetime.date | None) -> datetime.date:
    """Today, or the last day of an earlier month that is asked for."""
    today = clock.today()
    return today if month is None or month >= visits.month_of(today) else visits.month_end(month)


def _draft_of(pilot: Pilot | None, day: datetime.date) -> Visit | None:
    """The monthly visit there is already."""
    if pilot is None:
        return None
    return Visit.objects.filter(pilot=pilot, month=visits.month_of(day), kind=VisitKind.MONTHLY).select_related("pilot__unit").first()


def _known(form: OpenVisitForm) -> Visit | None:
    data = form.cleaned_data
    if not data.get("pilot") or not data.get("visited_on"):
        return None
    rows = Visit.objects.filter(pilot=data["pilot"], month=visits.month_of(data["visited_on"]), kind=data.get("kind") or VisitKind.MONTHLY)
    return rows.select_related("pilot__unit").first()


@require_POST
@requires(Action.SUPERVISE)
def visit_discard(request: HttpRequest, pk: int) -> HttpResponse:
    visit = get_object_or_404(visits_for(request), pk=pk)
    try:
        visits.discard_visit(visit, by=request.user)
    except ValidationError as refusal:
        messages.error(request, "；".join(refusal.messages))
        return redirect(visit)
    messages.success(request, "督导记录草稿已删除。")
    return redirect("visit_list")


@require_GET
@requires(Action.VIEW_SUPERVISION)
def visit_print(request: HttpRequest, pk: int) -> HttpResponse:
    """打印空表 of a draft (figures in, answers to tick), or the filled sheet once it is submitted."""
    visit = get_object_or_404(visits_for(request), pk=pk)
    answers = list(visit.answers.all())
    parts = [
        (ordinal, aspect.label, [answer for answer in answers if answer.aspect == aspect])
        for ordinal, aspect in zip(ORDINALS, Aspect, strict=True)
    ]
    context = {"visit": visit, "parts": [part for part in parts if part[2]], "choices": Answer.choices, "blank": not visit.submitted}
    return render(request, "supervision/visit_print.html", context)


@require_GET
@requires(Action.VIEW_SUPERVISION)
def visit_rotation(request: HttpRequest) -> HttpResponse:
    """看轮换表: which item has its turn in which month of the plan, and how the figures pre-answer."""
    items = list(ChecklistItem.objects.all())
    months = [month for month, _ in queries.supervision_months()]
    asked = {month: {item.pk for item in items_for(VisitKind.MONTHLY, month, items)} for month in months}
    rows = [
        (item, PRE_ANSWERS.get(item.metric), [(month, item.pk in asked[month]) for month in months]) for item, _ in rotation_table(items)
    ]
    context = {"rows": rows, "months": [(month, len(asked[month])) for month in months]}
    return render(request, "supervision/visit_rotation.html", context)


@require_GET
@requires(Action.VIEW_SUPERVISION)
def visit_figure(request: HttpRequest, pk: int, answer_pk: int) -> HttpResponse:
    """The rows behind the figure of an item, as of the day of the visit."""
    visit = get_object_or_404(visits_for(request), pk=pk)
    answer = get_object_or_404(VisitAnswer, pk=answer_pk, visit=visit)
    found = registered(answer.metric) if answer.metric else None
    if found is None:
        raise Http404
    day = min(visit.visited_on, clock.today())
    rows = list(found.rows(visit.pilot, day)[:ROWS_SHOWN]) if found.rows else None
    if rows and isinstance(rows[0], Milestone):
        prefetch_related_objects(rows, "project")
    shown = rows and [_milestone_row(row, day) if isinstance(row, Milestone) else _row(row) for row in rows]
    context = {"visit": visit, "answer": answer, "day": day, "rows": shown, "named": found.rows is not None}
    return render(request, "supervision/visit_figure.html", context)


def _milestone_row(row: Milestone, day: datetime.date) -> tuple[datetime.date, str, str]:
    """A milestone under its planned day, with its project and how it stood on the day of the visit: its name alone tells neither."""
    if row.done_on is None or row.recorded_on > day:
        stood = "到期未完成"
    else:
        stood = f"{row.done_on:%Y-%m-%d} {'逾期完成' if row.done_on > row.due else '按期完成'}"
    return row.due, f"{row.project.name}：{row.name}，{stood}", row.project.get_absolute_url()


def _row(row) -> tuple[datetime.date | None, str, str]:
    """Day, name and address of a row behind a figure."""
    days = (getattr(row, name, None) for name in ("day", "dated", "found_on", "visited_on", "due", "on", "signed_on"))
    url = row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""
    return next((day for day in days if isinstance(day, datetime.date)), None), str(row), url
