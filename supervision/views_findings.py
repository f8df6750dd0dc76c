"""问题整改台账: the list with its tabs, one finding beside it or on its own page, print and Excel; registering a finding by hand."""

import contextlib
import json
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts import audit, clock
from accounts.access import Action, may, requires
from accounts.exports import workbook_response
from accounts.models import AuditKind
from accounts.spreadsheet import Col, Sheet
from accounts.together import together
from pilots import files
from pilots.listing import LIGHTS
from pilots.models import Pilot, StoredFile
from supervision import findings, queries, workdays
from supervision.filters import TABS, Asked, narrowed, understood
from supervision.forms_findings import FindingForm
from supervision.lights import mark
from supervision.models import Aspect, Finding, Severity
from supervision.rules import LEGEND, SEVERITY_DAYS
from supervision.views_finding import finding_context

PAGE_SIZE = 20


@dataclass
class Ledger:
    """What the address asks of the findings a person sees as of the day; page, print and workbook share it."""

    request: HttpRequest

    def __post_init__(self) -> None:
        user, self.as_of = self.request.user, self.request.records_day
        self.pilots: list[Pilot] = list(Pilot.objects.visible_to(user).select_related("unit", "accountable"))
        self.asked: Asked = understood(self.request, self.pilots)
        self.known: QuerySet[Finding] = narrowed(queries.finding_rows(user, self.as_of), self.asked)

    @property
    def rows(self) -> QuerySet[Finding]:
        rows = queries.in_tab(self.known, self.asked.tab, self.as_of)
        return rows.order_by("-number") if self.asked.tab in ("closed", "all") else rows

    def tabs(self) -> list[tuple[str, str, int]]:
        """(code, words, count) under the filters asked for."""
        counts = queries.tab_counts(self.known, self.as_of)
        mine = may(self.request.user, Action.RECHECK)
        return [(code, "待我复核" if code == "recheck" and mine else word, counts[code]) for code, word in TABS.items() if code != "all"]

    @property
    def scope(self) -> str:
        """What is listed, in words."""
        return "；".join([TABS[self.asked.tab], *(words for _, words in self.asked.conditions())])


@require_GET
@requires(Action.VIEW_SUPERVISION)
def finding_list(request: HttpRequest) -> HttpResponse:
    ledger = Ledger(request)
    if request.GET.get("export") == "xlsx" and may(request.user, Action.EXPORT):
        return _export(ledger)
    page, by_pilot, tabs = together(
        lambda: _page(request, ledger), lambda: queries.findings_by_pilot(ledger.pilots, request.records_day), ledger.tabs
    )
    opened = _opened(request, page)
    context = {
        "page": page,
        "asked": ledger.asked,
        "tabs": tabs,
        "conditions": ledger.asked.conditions(),
        "pilots": ledger.pilots,
        "aspects": Aspect.choices,
        "severities": Severity.choices,
        "by_pilot": [(pilot, by_pilot[pilot.pk]) for pilot in ledger.pilots if by_pilot[pilot.pk].total or len(ledger.pilots) <= PAGE_SIZE],
        "total": queries.total_of(by_pilot),
        "legend": LEGEND,
        "opened": opened,
    }
    if opened is not None:
        context |= finding_context(request, opened, back=_address(request))
    return render(request, "supervision/finding_list.html", context)


def _page(request: HttpRequest, ledger: Ledger) -> Page:
    page = Paginator(ledger.rows, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = mark(page.object_list, request.records_day)
    return page


def _opened(request: HttpRequest, page: Page) -> Finding | None:
    """The finding beside the list: the one asked for, else the first of the page."""
    asked = request.GET.get("open", "")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 12 else None
    found = queries.finding_whole(request.user, wanted, request.records_day) if wanted else None
    if found is None and page.object_list:
        found = queries.finding_whole(request.user, page.object_list[0].pk, request.records_day)
    return found


def _address(request: HttpRequest) -> str:
    """The query of the list without the finding beside it, so that a deed comes back to the same rows."""
    query = request.GET.copy()
    for name in ("open", "export", "as_of"):
        query.pop(name, None)
    return query.urlencode()[:300]


@require_GET
@requires(Action.VIEW_SUPERVISION)
def finding_print(request: HttpRequest) -> HttpResponse:
    """问题整改台账 with every column, to be printed on A4 landscape."""
    ledger = Ledger(request)
    rows = queries.finding_ledger(request.user, request.records_day, ledger.rows)
    return render(request, "supervision/finding_print.html", {"rows": rows, "scope": ledger.scope, "legend": LEGEND})


def _export(ledger: Ledger) -> HttpResponse:
    """TB9 of exactly the rows that are filtered, in their order; recorded in the audit log."""
    request = ledger.request
    rows = queries.finding_ledger(request.user, request.records_day, ledger.rows)
    audit.record(AuditKind.EXPORT, user=request.user, request=request, label="问题整改台账", rows=len(rows), filters=ledger.scope)
    columns = [
        *(Col("序号", "int"), Col("编号", "code"), Col("试点"), Col("方面", "code"), Col("严重程度", "code"), Col("问题", width=32)),
        *(
            Col("发现日期", "date"),
            Col("整改措施", width=28),
            Col("责任单位"),
            Col("责任人"),
            Col("时限", "date"),
            Col("整改情况", width=36),
        ),
        *(Col("状态", "mark"), Col("复核人"), Col("销号日期", "date"), Col("灯色", "mark"), Col("灯色说明", "mark")),
    ]
    sheet = Sheet(
        "问题整改台账",
        heading="问题整改台账",
        subheading=f"填报单位：{request.user.unit.name}　数据截止日期：{request.records_day.isoformat()}",
        lines=[f"范围：{ledger.scope}"],
        columns=columns,
        rows=(_cells(number, row) for number, row in enumerate(rows, 1)),
        notes=[
            "时限遇周末、节假日顺延到第一个工作日；延期最多两次，须在时限前申请。",
            "灯色：已销号为正常；10 天内到期为预警；超过时限为逾期；其余为未到期。",
        ],
    )
    name = f"{request.user.unit.short_name}_问题整改台账_{request.records_day.isoformat()}.xlsx"
    return workbook_response([sheet], name, sample=settings.SAMPLE_MODE, author=request.user.unit.name, dated=request.records_day)


def _cells(number: int, row: Finding) -> tuple:
    return (
        *(number, row.number, row.pilot.unit.short_name, row.get_aspect_display(), row.get_severity_display(), f"{row.title}\n{row.description}"),
        *(row.found_on, row.requirement, row.unit.short_name, row.person, row.due, row.rectified),
        *(row.state_word, row.rechecker, row.closed_day, LIGHTS[row.light], row.due_words),
    )  # fmt: skip


# --- registering by hand ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires(Action.SUPERVISE)
def finding_new(request: HttpRequest) -> HttpResponse:
    """登记问题 that no visit sheet carries."""
    pilots = list(Pilot.objects.visible_to(request.user).select_related("unit", "accountable"))
    asked = next((pilot for pilot in pilots if pilot.code == request.GET.get("pilot")), None)
    initial = {"uid": uuid.uuid4(), "found_on": clock.today(), "pilot": asked}
    form = FindingForm(request.POST or None, request.FILES or None, pilots=pilots, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            found = _register(request, form)
        except ValidationError as refusal:
            if hasattr(refusal, "error_dict"):
                for name, errors in refusal.error_dict.items():
                    form.add_error(name if name in form.fields else None, errors)
            else:
                form.add_error(None, refusal)
        else:
            messages.success(request, f"已登记 {found.number}，并交办{found.unit.short_name}，时限 {found.deadline.isoformat()}。")
            return redirect(f"{reverse('finding_list')}?open={found.pk}")
    day = clock.today()
    limits = {key: {"day": workdays.deadline(day, key).isoformat(), "said": workdays.deadline_words(day, key)} for key in Severity.values}
    context = {
        "form": form,
        "limits_json": json.dumps(limits),
        "days": [(Severity(key).label, days) for key, days in SEVERITY_DAYS.items()],
    }
    return render(request, "supervision/finding_new.html", context, status=422 if form.is_bound and form.errors else 200)


@dataclass(frozen=True)
class Shot:
    """A photo taken where the finding was found."""

    file: StoredFile
    caption: str = ""


def _register(request: HttpRequest, form: FindingForm) -> Finding:
    """The finding with its photos, all or nothing."""
    data = form.cleaned_data
    with contextlib.ExitStack() as stack:
        stack.enter_context(transaction.atomic())
        known = Finding.objects.filter(uid=data["uid"], created_by=request.user).first() if data["uid"] else None
        checked = () if known else data["photos"] or ()
        shots = [Shot(stack.enter_context(files.keeping(one, by=request.user))) for one in checked]
        return findings.register_finding(
            by=request.user,
            **{name: data[name] for name in ("pilot", "aspect", "severity", "title", "description", "requirement", "found_on", "source")},
            **{name: data[name] for name in ("unit", "person", "deadline", "uid")},
            photos=shots,
        )
