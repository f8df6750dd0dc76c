"""The calendar of section 五（一）: every cadence of the plan as dated slots, per pilot or for the county; done, due or missed on a day.

What answers a slot: a visit (每月督导, 跟踪监管), a meeting (每季调度), a posting (定期公示), and what a room above registers with `answers` in
its `duties.py` (reports: 半年小结). A cadence nobody answers yet is 未登记, which is not the same as missed.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from django.db.models import Min
from django.urls import reverse
from django.utils.module_loading import autodiscover_modules

from accounts.models import Role
from accounts.together import together
from funds.metrics import quarter_of
from funds.models import Disclosure
from pilots.models import Pilot, RecurringDuty, RecurringPeriod
from pilots.plan_memory import of_plan
from pilots.states import Light
from supervision.models import DispatchMeeting, Visit
from supervision.queries import MONTHLY, visits_by_month
from supervision.visits import month_of

WARN_DAYS = 10
"""Days before its date from which a slot is 预警."""


@dataclass(frozen=True)
class Done:
    """What answers a slot: the day it was there, its page, its name."""

    on: datetime.date
    url: str
    label: str


Key = tuple[int, int | None]
"""(period id, pilot id; None for the county)."""
Answers = Mapping[Key, Done]
Answerer = Callable[[list[RecurringPeriod], list[Pilot], datetime.date], Answers]
_answerers: dict[str, Answerer] = {}


def answers(*codes: str) -> Callable[[Answerer], Answerer]:
    """Decorator for a room's `duties.py`: what answers the cadences with these codes of the plan (RC3, RC4, RC5)."""

    def add(answerer: Answerer) -> Answerer:
        for code in codes:
            _answerers[code] = answerer
        return answerer

    return add


@dataclass(frozen=True)
class Slot:
    """One duty, one period, one pilot (or the county): what the plan wants by `period.due`."""

    duty: RecurringDuty
    period: RecurringPeriod
    pilot: Pilot | None
    done: Done | None
    light: Light
    word: str

    @property
    def late(self) -> bool:
        """Done, but after its date."""
        return self.done is not None and self.done.on > self.period.due


@dataclass(frozen=True)
class PeriodLine:
    """One period of a cadence with its slots: 11月督导　5 / 6 个试点."""

    period: RecurringPeriod
    slots: tuple[Slot, ...]

    @property
    def done(self) -> int:
        return sum(slot.done is not None for slot in self.slots)

    @property
    def total(self) -> int:
        return len(self.slots)

    @property
    def missing(self) -> list[str]:
        """Who is asked for now and has not answered: units by their short names, the office for the county's own."""
        near = (slot for slot in self.slots if slot.light in (Light.WARN, Light.LATE))
        return [slot.pilot.unit.short_name if slot.pilot else Role.OFFICE.label for slot in near]

    @property
    def light(self) -> Light:
        return min((slot.light for slot in self.slots), key=(Light.LATE, Light.WARN, Light.NONE, Light.OK).index)

    @property
    def word(self) -> str:
        return next(slot.word for slot in self.slots if slot.light == self.light)


@dataclass(frozen=True)
class DutyLine:
    """A cadence with its periods; `registered` is False while no room keeps what would answer it."""

    duty: RecurringDuty
    periods: tuple[PeriodLine, ...]
    registered: bool


def duty_calendar(pilots: Iterable[Pilot], as_of: datetime.date) -> list[DutyLine]:
    """All cadences with their dated slots for the pilots (county slots always), as of a day; a constant number of queries."""
    autodiscover_modules("duties")
    pilots = list(pilots)
    grouped: dict[int, list[RecurringPeriod]] = defaultdict(list)
    for period in periods_of_duties():
        grouped[period.duty_id].append(period)
    lines = []
    answered = together(*(partial(_answered, periods, pilots, as_of) for periods in grouped.values()))
    for periods, done in zip(grouped.values(), answered, strict=True):
        registered = done is not None
        slots = tuple(_line(p, pilots, done or {}, as_of, registered) for p in periods)
        lines.append(DutyLine(periods[0].duty, slots, registered))
    return sorted(lines, key=lambda line: line.duty.code)


def periods_of_duties() -> list[RecurringPeriod]:
    """The dated slots of every cadence of the plan."""
    return of_plan("periods of duties", lambda: list(RecurringPeriod.objects.select_related("duty").order_by("due")))


def _answered(periods: list[RecurringPeriod], pilots: list[Pilot], as_of: datetime.date) -> Answers | None:
    """What answers the periods of one cadence; None where no room does."""
    answerer = _answerers.get(periods[0].duty.code)
    return answerer(periods, pilots, as_of) if answerer else None


def slots_near(lines: Iterable[DutyLine], as_of: datetime.date, *, days: int = 45) -> list[PeriodLine]:
    """周期工作 on the home page: the periods that are missed or fall within `days`, nearest date first, what is done left out unless it was
    this month's."""
    near = []
    for line in lines:
        for period in line.periods:
            this_month = month_of(period.period.due) == month_of(as_of)
            unfinished = period.done < period.total and (period.period.due - as_of).days <= days
            if line.registered and (this_month or unfinished):
                near.append(period)
    return sorted(near, key=lambda one: (one.period.due, one.period.duty.code))


def _line(period: RecurringPeriod, pilots: list[Pilot], done: Answers, as_of: datetime.date, registered: bool) -> PeriodLine:
    scope = period.duty.scope
    whose: list[Pilot | None] = list(pilots) if scope in ("per_pilot", "county_and_pilot") else []
    if scope in ("county", "county_and_pilot"):
        whose.append(None)
    return PeriodLine(
        period, tuple(_slot(period, pilot, done.get((period.pk, pilot.pk if pilot else None)), as_of, registered) for pilot in whose)
    )


def _slot(period: RecurringPeriod, pilot: Pilot | None, done: Done | None, as_of: datetime.date, registered: bool) -> Slot:
    left = (period.due - as_of).days
    if done is not None and done.on <= as_of:
        light, word = Light.OK, "已完成" if done.on <= period.due else "逾期完成"
    elif not registered:
        done, light, word = None, Light.NONE, "未登记"
    elif left < 0:
        done, light, word = None, Light.LATE, f"逾期 {-left} 天"
    elif left <= WARN_DAYS:
        done, light, word = None, Light.WARN, "今天到期" if left == 0 else f"剩 {left} 天"
    else:
        done, light, word = None, Light.NONE, "未到期"
    return Slot(period.duty, period, pilot, done, light, word)


# --- what this room answers ---------------------------------------------------------------------------------------------------------


@answers(MONTHLY)
def _visits(periods: list[RecurringPeriod], pilots: list[Pilot], as_of: datetime.date) -> dict[Key, Done]:
    found = visits_by_month(pilots, as_of)
    done = {}
    for period in periods:
        for pilot in pilots:
            visit = found.get((pilot.pk, month_of(period.due)))
            if visit is not None:
                done[period.pk, pilot.pk] = Done(visit.submitted_on, visit.get_absolute_url(), "督导记录")
    return done


@answers("RC6")
def _follow_up(periods: list[RecurringPeriod], pilots: list[Pilot], as_of: datetime.date) -> dict[Key, Done]:
    """跟踪监管 is the county's: kept once every pilot was visited in the month, for each visit carries the state of its findings."""
    rows = Visit.objects.submitted_by(as_of).order_by().values("month", "pilot").annotate(first=Min("submitted_on"))
    everyone, visited = together(lambda: of_plan("number of pilots", Pilot.objects.count), lambda: list(rows))
    days: dict[datetime.date, list[datetime.date]] = defaultdict(list)
    for row in visited:
        days[row["month"]].append(row["first"])
    done = {}
    for period in periods:
        found = days[month_of(period.due)]
        if found and len(found) >= everyone:
            done[period.pk, None] = Done(max(found), reverse("finding_list"), "问题整改台账")
    return done


@answers("RC2")
def _meetings(periods: list[RecurringPeriod], pilots: list[Pilot], as_of: datetime.date) -> dict[Key, Done]:
    rows = DispatchMeeting.objects.filter(period__in=periods, held_on__lte=as_of, registered_on__lte=as_of).order_by("-held_on")
    return {(row.period_id, None): Done(row.held_on, row.get_absolute_url(), "调度会议纪要") for row in rows}


@answers("RC5")
def _disclosures(periods: list[RecurringPeriod], pilots: list[Pilot], as_of: datetime.date) -> dict[Key, Done]:
    """定期公示: the posting of the quarter, from the day it was posted (and entered)."""
    by_quarter = {quarter_of(period.period): period for period in periods}
    done = {}
    for row in Disclosure.objects.filter(on__lte=as_of, posted_on__lte=as_of, pilot__in=pilots):
        period = by_quarter.get((row.year, row.quarter))
        if period is not None:
            done[period.pk, row.pilot_id] = Done(row.posted_on, row.get_absolute_url(), "资金公示")
    return done
