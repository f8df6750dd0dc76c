"""What pages, workbooks and reports ask about supervision. All figures as of a day, from steps and submissions up to it; nothing is stored.

Each function runs a constant number of queries, however many pilots, months and findings.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.db.models.functions import TruncMonth

from accounts.models import User
from accounts.together import together
from funds.queries import FundLight, fund_lights
from pilots.models import Pilot, RecurringPeriod
from pilots.plan_memory import of_plan
from pilots.standings import PilotStanding
from pilots.states import Light, percent
from supervision.lights import mark
from supervision.models import (
    OPEN_STATES,
    Aspect,
    Finding,
    FindingAction,
    FindingFile,
    FindingState,
    FindingStep,
    Severity,
    Visit,
    VisitState,
)
from supervision.visits import month_of

MONTHLY = "RC1"
"""The plan's code of 每月督导; 跟踪监管 (RC6) and 定期跟踪督导 (RC7) are answered by the same record."""
FEW = 100
"""Up to so many pilots a query names each, above it reads all and picks."""
_FUND_WORDS = {Light.LATE: "严重滞后", Light.WARN: "预警", Light.OK: "正常", Light.NONE: "未下达"}
_WORST = (Light.LATE, Light.WARN, Light.OK, Light.NONE)


# --- counts of findings -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FindingCounts:
    """累计, 已销号, 其中逾期 of some findings on a day; `waiting` 待复核, `asked` 延期待审批, `severe` open ones of severity 严重."""

    total: int = 0
    closed: int = 0
    overdue: int = 0
    waiting: int = 0
    asked: int = 0
    severe: int = 0

    @property
    def open(self) -> int:
        return self.total - self.closed

    @property
    def rate(self) -> Decimal | None:
        """销号率＝已销号÷累计 in percent, one decimal; None without findings."""
        return percent(self.closed, self.total) if self.total else None

    def __add__(self, other: "FindingCounts") -> "FindingCounts":
        return FindingCounts(
            self.total + other.total,
            self.closed + other.closed,
            self.overdue + other.overdue,
            self.waiting + other.waiting,
            self.asked + other.asked,
            self.severe + other.severe,
        )


@dataclass(frozen=True)
class Stand:
    """One finding as its last step up to the day left it."""

    finding: int
    pilot: int
    aspect: str
    severity: str
    source: str
    state: str
    deadline: datetime.date
    asked: bool

    def counts(self, day: datetime.date) -> FindingCounts:
        closed = self.state == FindingState.CLOSED
        return FindingCounts(
            total=1,
            closed=int(closed),
            overdue=int(not closed and self.deadline < day),
            waiting=int(self.state == FindingState.RECHECKING),
            asked=int(self.asked and not closed),
            severe=int(not closed and self.severity == Severity.SEVERE),
        )


def stands(pilots: Iterable[Pilot], as_of: datetime.date) -> list[Stand]:
    """Every finding of the pilots known by `as_of`, as it stood then; one query."""
    keys = {pilot.pk for pilot in pilots}
    known = FindingStep.objects.filter(on__lte=as_of)
    if len(keys) <= FEW:
        known = known.filter(finding__pilot__in=keys)
    last = known.order_by().values("finding").annotate(last=Max("id")).values("last")
    rows = FindingStep.objects.filter(pk__in=last).values_list(
        *("finding_id", "finding__pilot_id", "finding__aspect", "finding__severity", "finding__source"),
        *("state", "deadline", "asked_until"),
    )
    return [Stand(*row[:-1], row[-1] is not None) for row in rows if row[1] in keys]


def findings_by_pilot(pilots: Iterable[Pilot], as_of: datetime.date) -> dict[int, FindingCounts]:
    """按试点: counts by pilot id, every pilot given; one query. The sum of the values is the county's line."""
    pilots = list(pilots)
    return _by_pilot(pilots, stands(pilots, as_of), as_of)


def _by_pilot(pilots: list[Pilot], known: Iterable[Stand], as_of: datetime.date) -> dict[int, FindingCounts]:
    found = {pilot.pk: FindingCounts() for pilot in pilots}
    for stand in known:
        found[stand.pilot] += stand.counts(as_of)
    return found


def findings_by_aspect(pilots: Iterable[Pilot], as_of: datetime.date) -> dict[tuple[int, str], FindingCounts]:
    """Counts by (pilot id, aspect), only where there are findings; one query."""
    return _by_aspect(stands(pilots, as_of), as_of)


def _by_aspect(known: Iterable[Stand], as_of: datetime.date) -> dict[tuple[int, str], FindingCounts]:
    found: dict[tuple[int, str], FindingCounts] = defaultdict(FindingCounts)
    for stand in known:
        found[stand.pilot, stand.aspect] += stand.counts(as_of)
    return dict(found)


def counts_of(rows: Iterable[Finding], as_of: datetime.date) -> FindingCounts:
    """Counts of findings already at hand, marked by lights.mark as of the day; no query."""
    found = FindingCounts()
    for row in rows:
        asked = getattr(row, "asked_on", row.asked_until) is not None
        found += Stand(row.pk, row.pilot_id, row.aspect, row.severity, row.source, row.status, row.due, asked).counts(as_of)
    return found


def total_of(counts: dict[object, FindingCounts]) -> FindingCounts:
    """合计."""
    return sum(counts.values(), FindingCounts())


@dataclass(frozen=True)
class MonthFlow:
    """One month: findings newly found, closed and reopened in it, and how many were open at its end (or on the as-of day)."""

    month: datetime.date
    found: int
    closed: int
    reopened: int
    open: int


def findings_by_month(pilots: Iterable[Pilot], as_of: datetime.date) -> list[MonthFlow]:
    """问题发现与销号 by month, from the first month with a finding (or the plan's first month of supervision) to that of `as_of`; two
    queries. open = open before + found + reopened − closed."""
    keys = {pilot.pk for pilot in pilots}
    steps = FindingStep.objects.filter(on__lte=as_of, action__in=(FindingAction.FIND, FindingAction.CLOSE, FindingAction.REOPEN))
    steps = steps.filter(finding__pilot__in=keys) if len(keys) <= FEW else steps
    rows = steps.order_by().annotate(m=TruncMonth("on")).values_list("m", "action").annotate(n=Count("pk"))
    listed, months = together(lambda: list(rows), supervision_months)
    counted: dict[tuple[datetime.date, str], int] = {(month, action): number for month, action, number in listed}
    first = min([month for month, _ in counted] + [month for month, _ in months if month <= as_of], default=month_of(as_of))
    flows, still_open, month = [], 0, first
    while month <= as_of:
        found, closed, reopened = (counted.get((month, a), 0) for a in (FindingAction.FIND, FindingAction.CLOSE, FindingAction.REOPEN))
        still_open += found + reopened - closed
        flows.append(MonthFlow(month, found, closed, reopened, still_open))
        month = month_of(month + datetime.timedelta(days=31))
    return flows


# --- lists of findings --------------------------------------------------------------------------------------------------------------

TABS = (("open", "未销号"), ("overdue", "逾期"), ("recheck", "待我复核"), ("asked", "延期申请"), ("closed", "已销号"))


def finding_rows(user: User, as_of: datetime.date) -> QuerySet[Finding]:
    """The findings a person sees as of a day, with `state_on`, `deadline_on`, `asked_on`; 逾期 first (by deadline)."""
    rows = Finding.objects.visible_to(user).on_day(as_of).select_related("pilot__unit", "unit", "answer")
    return rows.order_by("deadline_on", "number")


def in_tab(rows: QuerySet[Finding], tab: str, as_of: datetime.date) -> QuerySet[Finding]:
    """The rows of one tab; an unknown tab is that of all rows."""
    if tab == "open":
        return rows.filter(state_on__in=OPEN_STATES)
    if tab == "overdue":
        return rows.filter(state_on__in=OPEN_STATES, deadline_on__lt=as_of)
    if tab == "recheck":
        return rows.filter(state_on=FindingState.RECHECKING)
    if tab == "asked":
        return rows.filter(asked_on__isnull=False, state_on__in=OPEN_STATES)
    return rows.filter(state_on=FindingState.CLOSED) if tab == "closed" else rows


def tab_counts(rows: QuerySet[Finding], as_of: datetime.date) -> dict[str, int]:
    """How many rows stand under each tab; one query."""
    open_ = Q(state_on__in=OPEN_STATES)
    return rows.order_by().aggregate(
        open=Count("pk", filter=open_),
        overdue=Count("pk", filter=open_ & Q(deadline_on__lt=as_of)),
        recheck=Count("pk", filter=Q(state_on=FindingState.RECHECKING)),
        asked=Count("pk", filter=open_ & Q(asked_on__isnull=False)),
        closed=Count("pk", filter=Q(state_on=FindingState.CLOSED)),
        all=Count("pk"),
    )


def finding_ledger(user: User, as_of: datetime.date, rows: QuerySet[Finding] | None = None) -> list[Finding]:
    """整改台账: marked rows (lights.mark) with `rectified` (last 整改情况), `rechecker` and `closed_day` as of the day; two queries."""
    rows = finding_rows(user, as_of) if rows is None else rows
    steps = FindingStep.objects.filter(on__lte=as_of).select_related("actor").order_by("id")
    found = mark(rows.prefetch_related(Prefetch("steps", queryset=steps, to_attr="steps_on")), as_of)
    for row in found:
        done = [step for step in row.steps_on if step.action == FindingAction.RECTIFY]
        checks = [step for step in row.steps_on if step.action in (FindingAction.CLOSE, FindingAction.RETURN)]
        row.rectified = done[-1].text if done else ""
        row.rechecker = checks[-1].actor.name if checks else ""
        closed = row.status == FindingState.CLOSED
        row.closed_day = checks[-1].on if closed and checks else None
        row.extensions = sum(step.action == FindingAction.GRANT for step in row.steps_on)
    return found


def finding_whole(user: User, pk: int, as_of: datetime.date) -> Finding | None:
    """One finding with all its steps and files in up to four queries; None where the person does not see it. The present state, not the
    past one: deeds are done on what is."""
    rows = Finding.objects.visible_to(user).select_related("pilot__unit", "pilot__accountable", "unit", "answer__visit", "created_by")
    steps = FindingStep.objects.select_related("actor", "unit").order_by("id")
    held = FindingFile.objects.select_related("file")
    finding = rows.prefetch_related(Prefetch("steps", queryset=steps), Prefetch("files", queryset=held)).filter(pk=pk).first()
    return mark([finding], as_of)[0] if finding else None


# --- visits -------------------------------------------------------------------------------------------------------------------------


def supervision_months() -> list[tuple[datetime.date, datetime.date]]:
    """(first day of the month, due day) of every month the plan asks a visit for, in order."""
    return of_plan("months of supervision", _read_months)


def _read_months() -> list[tuple[datetime.date, datetime.date]]:
    rows = RecurringPeriod.objects.filter(duty__code=MONTHLY).order_by("due").values_list("due", flat=True)
    return [(month_of(due), due) for due in rows]


@dataclass(frozen=True)
class VisitCell:
    """One pilot in one month: `visit` the submitted one (or the open draft, where drafts are asked for)."""

    month: datetime.date
    due: datetime.date
    visit: Visit | None
    light: Light
    word: str

    @property
    def done(self) -> bool:
        return self.visit is not None and self.visit.state == VisitState.SUBMITTED


@dataclass(frozen=True)
class VisitRow:
    pilot: Pilot
    cells: tuple[VisitCell, ...]


def visit_matrix(pilots: Iterable[Pilot], as_of: datetime.date, *, drafts: bool = False) -> list[VisitRow]:
    """Months × pilots: done, due or missed on `as_of`; a visit of any kind answers its month. Two queries."""
    pilots = list(pilots)
    found, months = together(lambda: visits_by_month(pilots, as_of, drafts=drafts), supervision_months)
    return [VisitRow(pilot, tuple(_cell(month, due, found.get((pilot.pk, month)), as_of) for month, due in months)) for pilot in pilots]


def visits_by_month(
    pilots: list[Pilot], as_of: datetime.date, *, drafts: bool = False, months: Iterable[datetime.date] | None = None
) -> dict[tuple[int, datetime.date], Visit]:
    """The visit that answers each (pilot, month), of all months or some: the monthly one before others, a submitted one before a draft."""
    wanted = Q(state=VisitState.SUBMITTED, submitted_on__lte=as_of)
    if drafts:
        wanted |= Q(state=VisitState.DRAFT) | Q(state=VisitState.SUBMITTED, submitted_on__gt=as_of, visited_on__lte=as_of)
    rows = Visit.objects.filter(wanted).only("pilot_id", "month", "kind", "state", "submitted_on", "visited_on")
    if len(pilots) <= FEW:
        rows = rows.filter(pilot__in=pilots)
    if months is not None:
        rows = rows.filter(month__in=list(months))
    found: dict[tuple[int, datetime.date], Visit] = {}
    for visit in sorted(rows, key=lambda v: (v.state == VisitState.SUBMITTED, v.kind == "monthly", -v.pk)):
        found[visit.pilot_id, visit.month] = visit
    return found


def _cell(month: datetime.date, due: datetime.date, visit: Visit | None, as_of: datetime.date) -> VisitCell:
    if visit is not None and visit.state == VisitState.SUBMITTED and visit.submitted_on <= as_of:
        return VisitCell(month, due, visit, Light.OK, "已督导")
    if due < as_of:
        return VisitCell(month, due, visit, Light.LATE, "未督导")
    if month > as_of:
        return VisitCell(month, due, visit, Light.NONE, "未到期")
    return VisitCell(month, due, visit, Light.WARN, "今天到期" if due == as_of else f"剩 {(due - as_of).days} 天")


# --- the overview -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Overview:
    """What the supervision page, the home pages and the reports show first."""

    as_of: datetime.date
    by_pilot: dict[int, FindingCounts]
    flows: list[MonthFlow]
    matrix: list[VisitRow]
    counts: FindingCounts = field(default_factory=FindingCounts)
    stands: tuple[Stand, ...] = ()

    @property
    def this_month(self) -> tuple[VisitCell, ...]:
        """The cells of the as-of day's month, one per pilot; empty where the plan asks for no visit in it."""
        month = month_of(self.as_of)
        return tuple(cell for row in self.matrix for cell in row.cells if cell.month == month)

    @property
    def visited_this_month(self) -> int:
        return sum(cell.done for cell in self.this_month)

    @property
    def unvisited(self) -> list[Pilot]:
        """Pilots without a submitted visit in the month of the as-of day."""
        month = month_of(self.as_of)
        return [row.pilot for row in self.matrix if any(cell.month == month and not cell.done for cell in row.cells)]

    @property
    def due_visits(self) -> tuple[int, int]:
        """(done, due) of all months due by the as-of day: 督导覆盖."""
        due = [cell for row in self.matrix for cell in row.cells if cell.due <= self.as_of]
        return sum(cell.done for cell in due), len(due)


def supervision_overview(pilots: Iterable[Pilot], as_of: datetime.date) -> Overview:
    """Findings and visits of the pilots as of a day; five queries."""
    pilots = list(pilots)
    known, flows, matrix = together(
        lambda: stands(pilots, as_of), lambda: findings_by_month(pilots, as_of), lambda: visit_matrix(pilots, as_of)
    )
    by_pilot = _by_pilot(pilots, known, as_of)
    return Overview(as_of, by_pilot, flows, matrix, total_of(by_pilot), tuple(known))


# --- lights -------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AspectLight:
    """One cell of the 6 × 3 matrix: light, its word, and the reason in one short phrase."""

    light: Light
    word: str
    reason: str


@dataclass(frozen=True)
class PilotLights:
    """The three aspects of a pilot; `whole` is the worst of them."""

    pilot: Pilot
    work: AspectLight
    funds: AspectLight
    archives: AspectLight

    @property
    def whole(self) -> AspectLight:
        return min((self.work, self.funds, self.archives), key=lambda one: _WORST.index(one.light))


def aspect_lights(
    standings: Iterable[PilotStanding],
    as_of: datetime.date,
    *,
    money: Mapping[int, FundLight] | None = None,
    known: Iterable[Stand] | None = None,
) -> dict[int, PilotLights]:
    """六试点亮灯 by pilot id: 项目实施 and 档案资料 from the standings, 资金使用 from the funds, each worsened by its open findings: an
    overdue one makes it 有逾期问题, an open 严重 one 有严重问题.

    Pass the standings, and the fund lights and the findings (`stands`), where the page has read them already."""
    standings = list(standings)
    pilots = [s.pilot for s in standings]
    counts, funds_of = together(
        lambda: findings_by_aspect(pilots, as_of) if known is None else _by_aspect(known, as_of),
        lambda: fund_lights(pilots, as_of) if money is None else money,
    )
    found = {}
    for s in standings:
        own = {aspect: counts.get((s.pilot.pk, aspect), FindingCounts()) for aspect in Aspect}
        funds = funds_of[s.pilot.pk]
        work = AspectLight(s.work_light, s.work_word, s.work_reason)
        archives = AspectLight(s.archive_light, s.archive_word, _archive_reason(s))
        found[s.pilot.pk] = PilotLights(
            s.pilot,
            worsened(work, own[Aspect.WORK]),
            worsened(AspectLight(funds.light, _FUND_WORDS[funds.light], funds.words), own[Aspect.FUNDS]),
            worsened(archives, own[Aspect.ARCHIVES]),
        )
    return found


def worsened(plain: AspectLight, counts: FindingCounts) -> AspectLight:
    """A light with its open findings taken in."""
    if counts.overdue:
        return AspectLight(Light.LATE, "有逾期问题", f"{plain.reason}，逾期 {counts.overdue} 个")
    if counts.severe:
        return AspectLight(Light.LATE, "有严重问题", f"{plain.reason}，严重 {counts.severe} 个")
    return plain


def _archive_reason(s: PilotStanding) -> str:
    return "还没有到期任务" if s.archive_due.rate is None else f"齐全 {s.archive_due.rate}%"
