"""How supervision stood at the end of each month: the same list of problems behind TB8, CH3 and CH5, so they cannot disagree."""

import calendar
import datetime
from collections import defaultdict
from dataclasses import dataclass

from pilots.models import Pilot
from supervision.models import Aspect, Finding, FindingState, Visit
from supervision.queries import Stand, stands, supervision_months, visits_by_month
from supervision.visits import month_of

WORDS = {"ok": "正常", "warn": "预警", "late": "逾期"}
ASPECTS = ((Aspect.WORK, "项"), (Aspect.FUNDS, "资"), (Aspect.ARCHIVES, "档"))


@dataclass(frozen=True)
class Cell:
    """One pilot at the end of one month: state of each aspect and of the whole, problems found in the month and open at its end."""

    visit: Visit | None
    states: dict[str, str]
    found: int
    open: int

    @property
    def whole(self) -> str:
        """The worst of the three aspects; empty where nobody was there and nothing is open."""
        return next((state for state in ("late", "warn", "ok") if state in self.states.values()), "")


@dataclass(frozen=True)
class Month:
    """`end` is the last day of the month, or the as-of day where that comes first."""

    first: datetime.date
    end: datetime.date
    due: datetime.date
    cells: dict[int, Cell]

    @property
    def label(self) -> str:
        return f"{self.first.month}月"

    @property
    def visits(self) -> int:
        return sum(cell.visit is not None for cell in self.cells.values())

    @property
    def found(self) -> int:
        return sum(cell.found for cell in self.cells.values())

    @property
    def end_words(self) -> str:
        """11月末; 截至11月15日 where the month is not over."""
        last = calendar.monthrange(self.end.year, self.end.month)[1]
        return f"{self.end.month}月末" if self.end.day == last else f"截至{self.end.month}月{self.end.day}日，"


def months_until(pilots: list[Pilot], as_of: datetime.date) -> list[Month]:
    """Every month of the plan's supervision up to the as-of day; three queries and one for each month."""
    visits = visits_by_month(pilots, as_of)
    found: dict[tuple[int, datetime.date], int] = defaultdict(int)
    rows = Finding.objects.filter(pilot__in=pilots).on_day(as_of).order_by()
    for pilot, day in rows.values_list("pilot", "found_on"):
        found[pilot, month_of(day)] += 1
    months = []
    for first, due in supervision_months():
        if first > as_of:
            break
        end = min(first.replace(day=calendar.monthrange(first.year, first.month)[1]), as_of)
        by_pilot: dict[int, list[Stand]] = defaultdict(list)
        for stand in stands(pilots, end):
            by_pilot[stand.pilot].append(stand)
        cells = {p.pk: _cell(visits.get((p.pk, first)), by_pilot[p.pk], found[p.pk, first], end) for p in pilots}
        months.append(Month(first, end, due, cells))
    return months


def _cell(visit: Visit | None, stand: list[Stand], found: int, end: datetime.date) -> Cell:
    still_open = [one for one in stand if one.state != FindingState.CLOSED]
    states = {aspect.value: _state([one for one in still_open if one.aspect == aspect], end) for aspect, _ in ASPECTS}
    if visit is None and not found and not still_open:
        states = {}
    return Cell(visit, states, found, len(still_open))


def _state(still_open: list[Stand], end: datetime.date) -> str:
    """逾期 with a problem past its deadline, 预警 with any open one, else 正常."""
    if any(one.deadline < end for one in still_open):
        return "late"
    return "warn" if still_open else "ok"
