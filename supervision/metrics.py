"""Figures that rest on visits and findings, registered for the whole portal (pilots/metrics.py)."""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import QuerySet

from pilots.metrics import NOT_APPLICABLE, Figure, metric
from pilots.models import Pilot
from supervision.models import Finding, FindingState, Visit, VisitAnswer, VisitState
from supervision.queries import FEW, Stand, stands, supervision_months


@dataclass(frozen=True)
class Supervised:
    """What the figures of visits share: (pilot, month, aspect) of every submitted visit, the number of visits, the months due by the day."""

    aspects: frozenset[tuple[int, datetime.date, str]]
    visits: Mapping[int, int]
    months: tuple[datetime.date, ...]
    pilots: tuple[int, ...]


def supervised(pilots: list[Pilot], as_of: datetime.date) -> Supervised:
    """Two queries whatever the number of figures (the months of the plan are remembered)."""
    keys = [pilot.pk for pilot in pilots]
    visits = Visit.objects.submitted_by(as_of)
    answered = VisitAnswer.objects.filter(visit__state=VisitState.SUBMITTED, visit__submitted_on__lte=as_of)
    if len(keys) <= FEW:
        visits, answered = visits.filter(pilot__in=keys), answered.filter(visit__pilot__in=keys)
    counted: dict[int, int] = defaultdict(int)
    for pilot in visits.order_by().values_list("pilot_id", flat=True):
        counted[pilot] += 1
    aspects = frozenset(answered.order_by().values_list("visit__pilot_id", "visit__month", "aspect").distinct())
    return Supervised(aspects, counted, tuple(month for month, due in supervision_months() if due <= as_of), tuple(keys))


def visit_rows(pilot: Pilot, as_of: datetime.date, **_) -> QuerySet[Visit]:
    return Visit.objects.filter(pilot=pilot).submitted_by(as_of)


def finding_rows(pilot: Pilot, as_of: datetime.date, source: str | None = None, **_) -> QuerySet[Finding]:
    rows = Finding.objects.filter(pilot=pilot).on_day(as_of)
    return rows.filter(source=source) if source else rows


def overdue_rows(pilot: Pilot, as_of: datetime.date, **_) -> QuerySet[Finding]:
    return Finding.objects.filter(pilot=pilot).overdue_on(as_of)


@metric("supervision_visit_count", rows=visit_rows, source=supervised)
def supervision_visit_count(source: Supervised) -> dict[int, Figure]:
    """督导次数: submitted visits of any kind."""
    return {pilot: Figure(Decimal(number)) for pilot, number in source.visits.items()}


@metric("supervision_coverage_rate", rows=visit_rows, source=supervised)
def supervision_coverage_rate(source: Supervised, aspect: str | None = None) -> dict[int, Figure]:
    """Of the months due by the day those with a submitted visit (that looked at the aspect, where one is named), in percent."""
    figures = {}
    for pilot in source.pilots:
        done = sum(_seen(source, pilot, month, aspect) for month in source.months)
        figures[pilot] = _percent(done, len(source.months))
    return figures


def _seen(source: Supervised, pilot: int, month: datetime.date, aspect: str | None) -> bool:
    if aspect:
        return (pilot, month, aspect) in source.aspects
    return any((pilot, month, one) in source.aspects for one in ("implementation", "funds", "archives"))


@dataclass(frozen=True)
class Stood:
    """How every finding stood on the day, and which pilots had been visited at all."""

    stands: list[Stand]
    visited: frozenset[int]
    pilots: tuple[int, ...]
    as_of: datetime.date


def stood(pilots: list[Pilot], as_of: datetime.date) -> Stood:
    """Two queries."""
    visited = Visit.objects.submitted_by(as_of).order_by().values_list("pilot_id", flat=True).distinct()
    return Stood(stands(pilots, as_of), frozenset(visited), tuple(pilot.pk for pilot in pilots), as_of)


@metric("issue_open_overdue", rows=overdue_rows, source=stood)
def issue_open_overdue(source: Stood) -> dict[int, Figure]:
    """逾期未整改问题数: open with a deadline before the day."""
    counted: dict[int, int] = defaultdict(int)
    for stand in source.stands:
        counted[stand.pilot] += stand.counts(source.as_of).overdue
    return {pilot: Figure(Decimal(number)) for pilot, number in counted.items()}


@metric("issue_closed_rate", rows=finding_rows, source=stood)
def issue_closed_rate(known: Stood, /, source: str | None = None) -> dict[int, Figure]:
    """问题整改（销号）率: 已销号 ÷ 已到期 (deadline reached, or closed before it). Without one: 100 where the pilot was visited, else 不适用.

    `source` narrows it to findings of 督导, 中期评估 or 初查."""
    due, closed = defaultdict(int), defaultdict(int)
    for stand in known.stands:
        if source and stand.source != source:
            continue
        is_closed = stand.state == FindingState.CLOSED
        due[stand.pilot] += is_closed or stand.deadline <= known.as_of
        closed[stand.pilot] += is_closed
    figures = {}
    for pilot in known.pilots:
        if due[pilot]:
            figures[pilot] = _percent(closed[pilot], due[pilot])
        else:
            figures[pilot] = Figure(Decimal(100)) if pilot in known.visited else NOT_APPLICABLE
    return figures


def _percent(part: int, whole: int) -> Figure:
    if not whole:
        return Figure(Decimal(0), numerator=0, denominator=0)
    share = (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Figure(share, numerator=part, denominator=whole)
