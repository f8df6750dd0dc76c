"""Pages of 资金来源 and 下达到试点: the list, one document with what was given out of it, registering, giving, reversing."""

import datetime
from collections.abc import Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import once
from accounts.access import COUNTY, Action, may, requires
from accounts.amounts import capital
from accounts.models import User
from accounts.spreadsheet import Col
from funds import queries, sources
from funds.forms import AllocationForm, FundSourceForm, ReversalForm
from funds.models import Allocation, FundSource
from funds.pages import PAGE_SIZE, asked_words, done, export, set_out, visible_pilots
from funds.queries import SourceRow
from pilots import files
from pilots.files import Checked
from pilots.models import Pilot
from pilots.money import ZERO, signed, total

LIST = "资金来源与下达"


def _issues(request: HttpRequest) -> bool:
    return may(request.user, Action.ISSUE_FUNDS) and request.as_of_is_default


def _amounts_shown(user: User) -> bool:
    """What a whole document holds is the county's; a street or community sees what was given to its own pilots."""
    return user.role in COUNTY


def _sources(request: HttpRequest) -> list[SourceRow]:
    """The documents in sight as of the day."""
    return queries.sources(request.records_day, FundSource.objects.visible_to(request.user))


def _given(request: HttpRequest) -> QuerySet[Allocation]:
    """What was given to the pilots in sight by the day; reversals stand as rows of their own."""
    rows = Allocation.objects.visible_to(request.user).up_to(request.records_day).select_related("source", "pilot__unit", "by")
    return rows.order_by("pilot__order", "allocated_on", "id")


def _marked(rows: Iterable[Allocation], day: datetime.date) -> list[Allocation]:
    """Rows with `gone`: whether they were reversed by the day."""
    rows = list(rows)
    for row in rows:
        row.gone = row.reversed_on is not None and row.reversed_on <= day
    return rows


@require_GET
@requires(Action.VIEW_FUNDS)
def fund_source_list(request: HttpRequest) -> HttpResponse:
    rows = _sources(request)
    pilots, asked = visible_pilots(request), asked_words(request.GET, "pilot")
    given = _given(request)
    if any(pilot.code == asked["pilot"] for pilot in pilots):
        given = given.filter(pilot__code=asked["pilot"])
    if request.GET.get("export") == "xlsx" and may(request.user, Action.EXPORT):
        return _export(request, given, asked)
    page = Paginator(given, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = _marked(page.object_list, request.records_day)
    shown = given.aggregate(found=total(signed()))["found"]
    issued, allocated = sum((row.issued for row in rows), ZERO), sum((row.given for row in rows), ZERO)
    context = {
        "sources": rows,
        "show_amounts": _amounts_shown(request.user),
        "total": issued,
        "total_allocated": allocated,
        "total_rest": issued - allocated,
        "page": page,
        "asked": asked,
        "pilots": pilots,
        "allocated_total": shown,
        "allocated_words": capital(shown),
        "may_register": _issues(request),
    }
    return render(request, "funds/fund_source_list.html", context)


def _export(request: HttpRequest, given: QuerySet[Allocation], asked: dict) -> HttpResponse:
    """TB4 down to the pilots: every sum given to a pilot with its document."""
    columns = [
        *(Col("序号", "int"), Col("来源", "code"), Col("文号"), Col("文件名称"), Col("下达日期", "date"), Col("试点")),
        *(Col("分配文号"), Col("分配日期", "date"), Col("金额", "yuan"), Col("情况", "mark"), Col("说明")),
    ]
    rows = _marked(given, request.records_day)
    cells = (
        (
            number,
            row.source.get_level_display(),
            row.source.document_number,
            row.source.name,
            row.source.issued_on,
            row.pilot.unit.short_name,
            row.document_number,
            row.allocated_on,
            row.signed_amount,
            "冲正" if row.is_reversal else "已冲正" if row.gone else "已下达",
            row.reason or row.note,
        )
        for number, row in enumerate(rows, 1)
    )
    sums = ("", "", "", "", "", "", "", "", sum((row.signed_amount for row in rows), ZERO), "", "")
    conditions = f"试点：{rows[0].pilot.unit.short_name}" if asked["pilot"] and rows else ""
    return export(request, LIST, columns, cells, count=len(rows), conditions=conditions, total=sums)


# --- registering ----------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires(Action.ISSUE_FUNDS)
def fund_source_new(request: HttpRequest) -> HttpResponse:
    form = FundSourceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        answer = done(form, lambda: once.redirect(request, lambda: _register(request, form.cleaned_data).get_absolute_url()))
        if answer is not None:
            messages.success(request, "已登记，可以分配到试点了。")
            return answer
    context = {
        "title": "登记资金下达",
        "sub": "照下达（指标）文件登记；登记后不能修改，有误的用冲正更正",
        "crumbs": [(reverse("fund_source_list"), LIST)],
        "back_to": reverse("fund_source_list"),
        "form": form,
        "groups": set_out(form, ("level", "issued_on"), ("document_number",), ("name",), ("amount",), ("note",), ("scan",)),
        "refused": "还不能登记",
        "verb": "登记",
        "once": True,
    }
    return render(request, "funds/plain_form.html", context, status=422 if form.is_bound and form.errors else 200)


def _register(request: HttpRequest, data: dict) -> FundSource:
    checked: Checked | None = data["scan"]
    if checked is None:
        return sources.register_source(by=request.user, **data)
    with files.keeping(checked, by=request.user) as stored:
        return sources.register_source(by=request.user, **data | {"scan": stored})


# --- one document -----------------------------------------------------------------------------------------------------------------


@require_GET
@requires(Action.VIEW_FUNDS)
def fund_source_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, _source(request, pk))


def _source(request: HttpRequest, pk: int) -> SourceRow:
    row = next(
        iter(queries.sources(request.records_day, FundSource.objects.visible_to(request.user).filter(pk=pk).select_related("by"))), None
    )
    if row is None:
        raise Http404
    return row


def _detail(request: HttpRequest, found: SourceRow, *, status: int = 200, **context) -> HttpResponse:
    row = found.source
    context = {
        "row": row,
        "gone": found.reversed,
        "show_amounts": _amounts_shown(request.user),
        "amount_words": capital(row.amount),
        "allocated": found.given,
        "rest": found.left,
        "allocations": _marked(_given(request).filter(source=row), request.records_day),
        "reversal": FundSource.objects.filter(reverses=row, on__lte=request.records_day).select_related("by").first(),
        "may_register": _issues(request),
        "form": AllocationForm(pilots=_pilots(request)),
        "reversal_form": ReversalForm(),
        **context,
    }
    return render(request, "funds/fund_source_detail.html", context, status=status)


def _pilots(request: HttpRequest) -> QuerySet[Pilot]:
    return Pilot.objects.visible_to(request.user).select_related("unit").order_by("order")


@require_POST
@requires(Action.ISSUE_FUNDS)
def allocation_new(request: HttpRequest, pk: int) -> HttpResponse:
    found = _source(request, pk)
    form = AllocationForm(request.POST, pilots=_pilots(request))
    if form.is_valid():
        answer = done(form, lambda: once.redirect(request, lambda: _give(request, found.source, form.cleaned_data)))
        if answer is not None:
            messages.success(request, "已下达到试点。")
            return answer
    return _detail(request, found, status=422, form=form)


def _give(request: HttpRequest, row: FundSource, data: dict) -> str:
    sources.allocate(row, by=request.user, **data)
    return row.get_absolute_url()


@require_POST
@requires(Action.ISSUE_FUNDS)
def fund_source_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    found = _source(request, pk)
    form = ReversalForm(request.POST)
    if form.is_valid() and done(form, lambda: sources.reverse_source(found.source, by=request.user, reason=form.cleaned_data["reason"])):
        messages.success(request, "已冲正，两笔都保留在台账里。")
        return redirect(found.source)
    return _detail(request, found, status=422, reversal_form=form)


@require_http_methods(["GET", "POST"])
@requires(Action.ISSUE_FUNDS)
def allocation_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """冲正 of what was given to a pilot, on a page of its own because it asks for a reason."""
    row = get_object_or_404(Allocation.objects.visible_to(request.user).select_related("source", "pilot__unit"), pk=pk)
    form = ReversalForm(request.POST or None)

    def reverse_it() -> Allocation:
        return sources.reverse_allocation(row, by=request.user, reason=form.cleaned_data["reason"])

    if request.method == "POST" and form.is_valid() and done(form, reverse_it):
        messages.success(request, "已冲正，两笔都保留在台账里。")
        return redirect(row.source)
    context = {
        "title": "冲正分配",
        "sub": f"{row.source.document_number}　·　{row.pilot.unit.short_name}　·　{row.amount:,.2f} 元",
        "crumbs": [(reverse("fund_source_list"), LIST), (row.source.get_absolute_url(), row.source.document_number)],
        "back_to": row.source.get_absolute_url(),
        "form": form,
        "groups": set_out(form, ("reason",)),
        "refused": "还不能冲正",
        "verb": "冲正",
        "notes": ["冲正记一笔同样金额的负数，两笔都保留，不能撤销。"],
    }
    return render(request, "funds/plain_form.html", context, status=422 if form.is_bound and form.errors else 200)


@require_GET
@requires(Action.VIEW_FUNDS)
def fund_source_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """The scan of the document, for the county; a document names other pilots' money too."""
    rows = FundSource.objects.visible_to(request.user).filter(scan__isnull=False)
    if not _amounts_shown(request.user):
        rows = rows.none()
    return files.serve_file(request, get_object_or_404(rows.select_related("scan"), pk=pk).scan)
