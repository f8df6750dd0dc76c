"""Figures that rest on visits and findings, registered for the whole portal (pilots/metrics.py)."""

import datetime
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from django.db.models import QuerySet

from pilots.metrics import NOT_APPLICABLE, Figure, metric
from pilots.models import Pilot
from supervision.models import Finding, FindingState, Visit, VisitAnswer, VisitState
from supervision.queries import FEW, Stand, stands, supervision_months


class Supervised:
    """What all figures of supervision share; each part is read once, and only when a figure asks for it: one query each."""

    def __init__(self, pilots: list[Pilot], as_of: datetime.date) -> None:
        self.asked, self.as_of = pilots, as_of
        self.pilots = tuple(pilot.pk for pilot in pilots)

    @cached_property
    def seen(self) -> frozenset[tuple[int, int, datetime.date, str]]:
        """The submitted visits as (visit, pilot, month, aspect it looked at)."""
        answered = VisitAnswer.objects.filter(visit__state=VisitState.SUBMITTED, visit__submitted_on__lte=self.as_of)
        if len(self.pilots) <= FEW:
            answered = answered.filter(visit__pilot__in=self.pilots)
        return frozenset(answered.order_by().values_list("visit_id", "visit__pilot_id", "visit__month", "aspect").distinct())

    @cached_property
    def stands(self) -> list[Stand]:
        """Every finding as it stood on the day."""
        return stands(self.asked, self.as_of)

    @cached_property
    def months(self) -> tuple[datetime.date, ...]:
        """The months the plan asks a visit for, due by the day (remembered with the plan)."""
        return tuple(month for month, due in supervision_months() if due <= self.as_of)


def supervised(pilots: list[Pilot], as_of: datetime.date) -> Supervised:
    """The shared source."""
    return Supervised(pilots, as_of)


def visit_rows(pilot: Pilot, as_of: datetime.date, **_) -> QuerySet[Visit]:
    return Visit.objects.filter(pilot=pilot).submitted_by(as_of)


def finding_rows(pilot: Pilot, as_of: datetime.date, source: str | None = None, **_) -> QuerySet[Finding]:
    rows = Finding.objects.filter(pilot=pilot).on_day(as_of)
    return rows.filter(source=source) if source else rows


def overdue_rows(pilot: Pilot, as_of: datetime.date, **_) -> QuerySet[Finding]:
    return Finding.objects.filter(pilot=pilot).overdue_on(as_of)


@metric("supervision_visit_count", rows=visit_rows, source=supervised)
def supervision_visit_count(known: Supervised) -> dict[int, Figure]:
    """督导次数: submitted visits of any kind."""
    counted: dict[int, int] = defaultdict(int)
    for _, pilot in {(visit, pilot) for visit, pilot, _, _ in known.seen}:
        counted[pilot] += 1
    return {pilot: Figure(Decimal(number)) for pilot, number in counted.items()}


@metric("supervision_coverage_rate", rows=visit_rows, source=supervised)
def supervision_coverage_rate(known: Supervised, aspect: str | None = None) -> dict[int, Figure]:
    """Of the months due by the day those with a submitted visit (that looked at the aspect, where one is named), in percent."""
    done = {(pilot, month) for _, pilot, month, seen in known.seen if aspect in (None, seen)}
    return {pilot: _percent(sum((pilot, month) in done for month in known.months), len(known.months)) for pilot in known.pilots}


@metric("issue_open_overdue", rows=overdue_rows, source=supervised)
def issue_open_overdue(known: Supervised) -> dict[int, Figure]:
    """逾期未整改问题数: open with a deadline before the day."""
    counted: dict[int, int] = defaultdict(int)
    for stand in known.stands:
        counted[stand.pilot] += stand.counts(known.as_of).overdue
    return {pilot: Figure(Decimal(number)) for pilot, number in counted.items()}


@metric("issue_closed_rate", rows=finding_rows, source=supervised)
def issue_closed_rate(known: Supervised, /, source: str | None = None) -> dict[int, Figure]:
    """问题整改（销号）率: 已销号 ÷ 已到期 (deadline reached, or closed before it). Without one: 100 where the pilot was visited, else 不适用.

    `source` narrows it to findings of 督导, 中期评估 or 初查."""
    due, closed = defaultdict(int), defaultdict(int)
    for stand in known.stands:
        if source and stand.source != source:
            continue
        is_closed = stand.state == FindingState.CLOSED
        due[stand.pilot] += is_closed or stand.deadline <= known.as_of
        closed[stand.pilot] += is_closed
    figures = {pilot: _percent(closed[pilot], number) for pilot, number in due.items() if number}
    if len(figures) < len(known.pilots):
        visited = {pilot for _, pilot, _, _ in known.seen}
        for pilot in set(known.pilots) - set(figures):
            figures[pilot] = Figure(Decimal(100)) if pilot in visited else NOT_APPLICABLE
    return figures


def _percent(part: int, whole: int) -> Figure:
    if not whole:
        return Figure(Decimal(0), numerator=0, denominator=0)
    share = (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Figure(share, numerator=part, denominator=whole)
