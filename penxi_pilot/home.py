"""工作台: the home page lives in the wiring, because only the wiring sees every room. One arrangement per kind of person."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts import clock
from accounts.access import COUNTY
from accounts.models import AuditEvent, AuditKind, Role, User
from accounts.todos import todos_for
from pilots.cards import pilot_cards
from pilots.models import Phase, Pilot
from pilots.queries import Completeness, phases_of, time_progress
from pilots.standings import ARCHIVE_OK, BEHIND_WARN, PilotStanding, pilot_standings, whole
from pilots.states import Light
from reports.queries import signed_reports

SHOWN_TO_COMMUNITY = 5
"""practice: a community sees at most five things to do."""
LATEST_REPORTS = 5
SHOWN_PILOTS = 30
"""Above so many pilots the table of lights shows the worst ones and leads to the list of all."""


@dataclass(frozen=True)
class Card:
    """One of a community's ten cards: a name and one phrase of what is missing, never a percentage."""

    title: str
    url: str
    state: Light
    phrase: str


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


def _community(request: HttpRequest) -> HttpResponse:
    todos = todos_for(request.user)
    pilot = Pilot.objects.visible_to(request.user).select_related("unit", "accountable", "type").first()
    context = {"pilot": pilot, "todos": todos[:SHOWN_TO_COMMUNITY], "todo_count": len(todos), "later": todos[SHOWN_TO_COMMUNITY:]}
    if pilot is not None:
        cards, archive = pilot_cards(pilot, request.as_of)
        context["cards"] = [*cards, _money_card(), _archive_card(archive)]
    return render(request, "home_community.html", context)


def _money_card() -> Card:
    return Card("项目与用款", "", Light.NONE, "项目和资金登记册尚未启用")


def _archive_card(archive: Completeness) -> Card:
    url = reverse("evidence_list")
    if archive.missing:
        return Card("公示与资料", url, Light.WARN, f"还缺 {archive.missing} 份佐证材料")
    if archive.waiting:
        return Card("公示与资料", url, Light.OK, f"{archive.waiting} 份佐证材料待审核")
    return Card("公示与资料", url, Light.OK, "佐证材料已齐全")


def _contractor(request: HttpRequest) -> HttpResponse:
    todos = todos_for(request.user)
    return render(request, "home_contractor.html", {"todos": todos, "todo_count": len(todos)})


def _workbench(request: HttpRequest) -> HttpResponse:
    """Office, street and town, county finance, departments, audit: 待办 first, then figures that open their rows, then the pilots."""
    todos = todos_for(request.user)
    return render(
        request, "home.html", {"todos": todos, "todo_count": len(todos), "county": request.user.role in COUNTY, **_overview(request)}
    )


def _leader(request: HttpRequest) -> HttpResponse:
    """Signed reports first, then how the pilots stand, in sentences."""
    reports = signed_reports(request.user)[:LATEST_REPORTS]
    context = {"reports": reports, **_overview(request)}
    return render(request, "home_leader.html", context)


def _overview(request: HttpRequest) -> dict:
    """Standings of the visible pilots, the figure strip and the course of the phases, as of the chosen day."""
    phases = phases_of(request.programme)
    phase = next((p for p in phases if p.start), None)
    standings = pilot_standings(Pilot.objects.visible_to(request.user), request.as_of, phase)
    progress, archive = whole(standings)
    share = time_progress(phase, request.as_of)
    shown = standings if len(standings) <= SHOWN_PILOTS else sorted(standings, key=_urgency)[:SHOWN_PILOTS]
    return {
        "standings": shown,
        "more_pilots": len(standings) - len(shown),
        "attention": [s.pilot for s in standings if s.light == Light.LATE],
        "progress": progress,
        "archive": archive,
        "time_share": share,
        "behind": share - progress.rate,
        "days_to_end": (request.programme.due - request.as_of).days if request.programme else None,
        "figures": _figures(standings, progress, archive, share),
        "phases": _course(phases, request.as_of, progress.rate, share),
        "phase_line": _phase_line(phases, request.as_of),
    }


def _urgency(standing: PilotStanding) -> tuple[int, Decimal, int]:
    """Worst light first, then the furthest behind."""
    return (Light.LATE, Light.WARN, Light.OK, Light.NONE).index(standing.light), -standing.behind, standing.pilot.order


def _figures(standings: list[PilotStanding], progress, archive: Completeness, share) -> list[dict]:
    behind = share - progress.rate
    work = Light.LATE if progress.late else Light.WARN if behind >= BEHIND_WARN else Light.OK
    late = sum(s.overdue for s in standings)
    tasks = reverse("task_list")
    return [
        {
            "name": "试点任务完成率", "value": progress.rate, "unit": "%", "detail": f"{progress.done} / {progress.total} 项", "url": f"{tasks}?state=done",
            "state": work, "share": progress.rate, "tick": share,
            "note": f"滞后于序时进度 {behind} 个百分点" if behind > 0 else f"快于序时进度 {-behind} 个百分点" if behind < 0 else "与序时进度持平",
        },
        {
            "name": "待审核任务", "value": progress.submitted, "unit": "项", "detail": f"进行中 {progress.in_progress - progress.submitted} 项",
            "url": f"{tasks}?state=submitted", "state": "", "note": f"未开始 {progress.not_started} 项",
        },
        {
            "name": "档案资料齐全率", "value": archive.rate if archive.rate is not None else "—", "unit": "%", "detail": f"{archive.approved} / {archive.required} 份",
            "url": reverse("evidence_list"), "state": Light.OK if archive.rate is not None and archive.rate >= ARCHIVE_OK else Light.WARN, "share": archive.rate,
            "note": f"待审 {archive.waiting} 份，缺 {archive.missing} 份",
        },
        {
            "name": "逾期任务", "value": late, "unit": "项", "detail": "含实施步骤和保障措施", "url": f"{tasks}?kind=all&light=late", "state": Light.LATE if late else Light.OK,
            "word": f"逾期 {late} 项" if late else "正常", "note": "期限已过仍未完成的任务",
        },
    ]  # fmt: skip


def _course(phases: list[Phase], as_of: datetime.date, rate, share) -> list[dict]:
    """试点进程: phases before the day are done, the one the day lies in carries the meter."""
    rows = []
    current = next((p for p in phases if as_of <= p.due), None)
    for phase in phases:
        row = {
            "name": phase.name,
            "when": f"{phase.due.year}年{phase.due.month}月底前",
            "state": "now" if phase is current else "done" if phase.due < as_of else "",
        }
        if phase is current:
            row |= {"share": rate, "tick": share, "text": f"任务 {rate}%，序时进度 {share}%"}
        rows.append(row)
    return rows


def _phase_line(phases: list[Phase], as_of: datetime.date) -> str:
    current = next((p for p in phases if as_of <= p.due), None)
    if current is None:
        return "试点期已结束"
    left = (current.due - as_of).days
    day = f"第 {(as_of - current.start).days + 1} 天，" if current.start and current.start <= as_of else ""
    return f"{current.name}{day}距 {current.due.year}年{current.due.month}月底前还有 {left} 天"


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
