"""工作台 of each kind of person: what waits for them first, then how things stand on the chosen day."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import audit, clock
from accounts.access import COUNTY, TOWN
from accounts.exports import workbook_response
from accounts.models import AuditEvent, AuditKind, Role, User
from accounts.spreadsheet import Col, Sheet
from accounts.todos import Todo
from accounts.together import together
from penxi_pilot.home.badges import FINANCE, own_todos
from penxi_pilot.home.board import Board, figures_of, make_board
from penxi_pilot.home.community import ten_cards
from penxi_pilot.home.deeds import TABS, Deed, deed_counts, deeds_of
from penxi_pilot.home.drawing import flow_chart, flow_finding
from penxi_pilot.home.leader import county_first, latest_files, leader_sentences
from pilots import record_memory
from pilots.models import Pilot
from pilots.plan_memory import of_plan
from reports.queries import signed_reports

SHOWN_TO_COMMUNITY = 5
"""practice: a community sees at most five things to do."""
LATEST_REPORTS = 3


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    if request.user.role == Role.SYSADMIN:
        return _administration(request)
    if request.user.role == Role.CONTRACTOR:
        return _contractor(request)
    if request.user.role == Role.COMMUNITY:
        return _community(request)
    if request.user.role == Role.LEADER:
        return _leader(request)
    return _workbench(request)


# --- what is kept while no record changes --------------------------------------------------------------------------------------------


def _plan(request: HttpRequest) -> str:
    return request.programme.plan_sha256 if request.programme else ""


def _board(request: HttpRequest, state: record_memory.RecordsState) -> Board:
    user = request.user
    sight = user.unit_id if user.role in TOWN else "county"
    key = ("board", sight, _plan(request), request.as_of, clock.today())
    pilots = Pilot.objects.visible_to(user)
    return record_memory.kept(state, key, lambda: make_board(pilots, request.programme, request.as_of, county=user.role in COUNTY))


# --- one page for each kind of person --------------------------------------------------------------------------------------------------


def _community(request: HttpRequest) -> HttpResponse:
    state = record_memory.state_now()
    (pilot, cards), todos, deeds, rows = together(
        lambda: _cards(request, state), lambda: own_todos(request.user), lambda: _deed_counts(request, state), lambda: _deeds(request)
    )
    context = {"pilot": pilot, "todos": todos[:SHOWN_TO_COMMUNITY], "todo_count": len(todos), "later": todos[SHOWN_TO_COMMUNITY:]}
    if pilot is not None:
        context["cards"] = cards
    return _tabbed(request, "home_community.html", context, deeds, rows)


def _cards(request: HttpRequest, state: record_memory.RecordsState) -> tuple[Pilot | None, list]:
    """The community's pilot with its ten cards."""
    own = of_plan("pilots by unit", lambda: {p.unit_id: p for p in Pilot.objects.select_related("unit", "accountable", "type")})
    pilot = own.get(request.user.unit_id)
    if pilot is None:
        return None, []
    key = ("cards", pilot.pk, _plan(request), request.as_of, clock.today())
    return pilot, record_memory.kept(state, key, lambda: ten_cards(pilot, request.as_of))


def _contractor(request: HttpRequest) -> HttpResponse:
    todos = own_todos(request.user)
    return render(request, "home_contractor.html", {"todos": todos, "todo_count": len(todos)})


def _workbench(request: HttpRequest) -> HttpResponse:
    """Office, street and town, county finance, departments, audit: 待办 first, then figures that open their rows, then the pilots."""
    state = record_memory.state_now()
    if "export" in request.GET:
        return _export(request, own_todos(request.user))
    board, todos, deeds, rows = together(
        lambda: _board(request, state), lambda: own_todos(request.user), lambda: _deed_counts(request, state), lambda: _deeds(request)
    )
    figures, flows = figures_of(board), board.supervision.flows
    order = ("funds", "work", "archive", "visits", "findings") if request.user.role in FINANCE else tuple(figures)
    context = {
        "board": board,
        "figures": [figures[name] for name in order],
        "chart": flow_chart(flows),
        "finding": flow_finding(flows),
        "todos": todos,
        "todo_count": len(todos),
        "county": request.user.role in COUNTY,
        "money_first": request.user.role in FINANCE,
    }
    return _tabbed(request, "home.html", context, deeds, rows)


def _export(request: HttpRequest, todos: list[Todo]) -> HttpResponse:
    """今日待办 as a workbook, in the order of the page; recorded in the audit log."""
    unit, today = request.user.unit, clock.today()
    audit.record(AuditKind.EXPORT, user=request.user, request=request, label="今日待办", rows=len(todos))
    columns = [
        Col("序号", "int"),
        Col("类别", "code"),
        Col("事项", width=50),
        Col("说明", width=50),
        Col("期限", "date"),
        Col("剩余天数", "int"),
    ]
    rows = [
        (number, todo.tag, todo.title, todo.source, todo.due, (todo.due - today).days if todo.due else None)
        for number, todo in enumerate(todos, 1)
    ]
    heading = f"{unit.short_name}今日待办"
    sheet = Sheet("今日待办", heading=heading, subheading=f"填报单位：{unit.name}　日期：{today.isoformat()}", columns=columns, rows=rows)
    name = f"{unit.short_name}_今日待办_{today.isoformat()}.xlsx"
    return workbook_response([sheet], name, sample=settings.SAMPLE_MODE, author=unit.name, dated=today)


def _deed_counts(request: HttpRequest, state: record_memory.RecordsState) -> dict[str, int]:
    return record_memory.kept(state, ("deeds", request.user.pk), lambda: deed_counts(request.user))


def _tab(request: HttpRequest) -> str:
    tab = request.GET.get("tab", "")
    return tab if tab in TABS else ""


def _deeds(request: HttpRequest) -> list[Deed]:
    tab = _tab(request)
    return deeds_of(request.user, tab) if tab else []


def _tabbed(request: HttpRequest, template: str, context: dict, counts: dict[str, int], rows: list[Deed]) -> HttpResponse:
    """待办, or one of the two lists of the person's own deeds (?tab=done, ?tab=mine)."""
    tabs = [(code, words, counts[code]) for code, (words, _) in TABS.items()]
    return render(request, template, context | {"deeds": counts, "tab": _tab(request), "deed_tabs": tabs, "rows": rows})


def _leader(request: HttpRequest) -> HttpResponse:
    """Five numbered sentences as of the day, the signed reports with their files, and the place to register a 批示."""
    state = record_memory.state_now()
    board, reports = together(
        lambda: _board(request, state),
        lambda: record_memory.kept(state, ("signed", request.user.pk), lambda: county_first(signed_reports(request.user))[:LATEST_REPORTS]),
    )
    key = ("leader", _plan(request), request.as_of, clock.today())
    said = record_memory.kept(state, key, lambda: leader_sentences(board, request.user))
    context = {"board": board, "figures": figures_of(board), "said": said, "reports": reports, "files": latest_files(reports)}
    return render(request, "home_leader.html", context)


def _administration(request: HttpRequest) -> HttpResponse:
    """The system administrator has no business data: people, units, what happened at the door."""
    people = User.objects.all()
    context = {
        "people": people.count(),
        "disabled": people.filter(is_active=False).count(),
        "never_changed": people.filter(must_change_password=True, is_active=True).count(),
        "events": AuditEvent.objects.filter(
            kind__in=(AuditKind.LOGIN_FAILED, AuditKind.LOCKED, AuditKind.REFUSED, AuditKind.ROLE, AuditKind.PASSWORD_RESET)
        )[:8],
        "now": clock.now(),
    }
    return render(request, "home_administration.html", context)
