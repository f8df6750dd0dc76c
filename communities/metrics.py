"""Figures that rest on activity records alone. An activity counts once it was held and approved, up to the as-of day."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import QuerySet

from communities.models import Activity
from communities.queries import counted, with_photo_counts
from pilots.metrics import NOT_APPLICABLE, Figure, metric
from pilots.models import Indicator, Pilot


@dataclass(frozen=True)
class Row:
    """One counted activity, as far as figures need it."""

    pk: int
    pilot: int
    category: str
    day: datetime.date
    participants: int
    complete: bool


@dataclass(frozen=True)
class Counted:
    """What all activity figures of a page share: the rows, and which trainings serve which audience."""

    rows: list[Row]
    pilots: list[int]
    as_of: datetime.date
    trainings: Mapping[str, frozenset[int]]


def counted_rows(pilots: list[Pilot], as_of: datetime.date) -> Counted:
    """The shared source: two queries whatever the number of figures."""
    found = (
        with_photo_counts(counted(pilots, as_of))
        .order_by()
        .values_list(
            "pk", "pilot_id", "category__code", "day", "participants", "photo_count", "category__min_photos", "organiser", "start_time"
        )
    )
    rows = [
        Row(pk, pilot, category, day, people or 0, bool(photos >= least and organiser and start))
        for pk, pilot, category, day, people, photos, least, organiser, start in found
    ]
    return Counted(rows, [pilot.pk for pilot in pilots], as_of, _audiences([row.pk for row in rows if row.category == "training"]))


def _audiences(trainings: list[int]) -> dict[str, frozenset[int]]:
    """A training's audience is known by the task it was recorded for: the task whose indicator counts trainings of that audience."""
    if not trainings:
        return {}
    found = defaultdict(set)
    pairs = Activity.objects.filter(pk__in=trainings, tasks__obligation__indicators__metric__code="training_count").values_list(
        "pk", "tasks__obligation__indicators__params"
    )
    for pk, params in pairs:
        found[(params or {}).get("audience", "")].add(pk)
    return {audience: frozenset(keys) for audience, keys in found.items()}


def _counts(rows: Iterable[Row]) -> dict[int, Figure]:
    found = defaultdict(int)
    for row in rows:
        found[row.pilot] += 1
    return {pilot: Figure(Decimal(number)) for pilot, number in found.items()}


def rows_of(
    pilot: Pilot, as_of: datetime.date, category: str | None = None, categories: list[str] | None = None, **_
) -> QuerySet[Activity]:
    """The activities behind a figure."""
    rows = counted([pilot], as_of)
    if category:
        rows = rows.filter(category__code=category)
    if categories:
        rows = rows.filter(category__code__in=categories)
    return rows


def discussion_rows(pilot: Pilot, as_of: datetime.date, **_) -> QuerySet[Activity]:
    return rows_of(pilot, as_of, category="discussion")


def training_rows(pilot: Pilot, as_of: datetime.date, audience: str | None = None, **_) -> QuerySet[Activity]:
    rows = rows_of(pilot, as_of, category="training")
    if audience:
        wanted = Indicator.objects.filter(metric__code="training_count", params__audience=audience)
        rows = rows.filter(tasks__obligation__indicators__in=wanted).distinct()
    return rows


@metric("activity_count", rows=rows_of, source=counted_rows)
def activity_count(source: Counted, category: str | None = None) -> dict[int, Figure]:
    """场次, of one category where named."""
    return _counts(row for row in source.rows if category is None or row.category == category)


@metric("activity_category_covered", rows=rows_of, source=counted_rows)
def activity_category_covered(source: Counted, categories: list[str] | None = None) -> dict[int, Figure]:
    """How many of `categories` have at least one activity."""
    found = defaultdict(set)
    for row in source.rows:
        if categories is None or row.category in categories:
            found[row.pilot].add(row.category)
    return {pilot: Figure(Decimal(len(codes))) for pilot, codes in found.items()}


@metric("activity_participants", rows=rows_of, source=counted_rows)
def activity_participants(source: Counted, category: str | None = None) -> dict[int, Figure]:
    """参与人次."""
    found = defaultdict(int)
    for row in source.rows:
        if category is None or row.category == category:
            found[row.pilot] += row.participants
    return {pilot: Figure(Decimal(people)) for pilot, people in found.items()}


@metric("training_count", rows=training_rows, source=counted_rows)
def training_count(source: Counted, audience: str | None = None) -> dict[int, Figure]:
    """培训场次; with an audience those recorded for the task that trains it."""
    chosen = source.trainings.get(audience, frozenset()) if audience else None
    return _counts(row for row in source.rows if row.category == "training" and (chosen is None or row.pk in chosen))


@metric("discussion_count", rows=discussion_rows, source=counted_rows)
def discussion_count(source: Counted) -> dict[int, Figure]:
    """居民议事次数: activities of the category 居民议事协商."""
    return _counts(row for row in source.rows if row.category == "discussion")


@metric("activity_record_complete_rate", rows=rows_of, source=counted_rows)
def activity_record_complete_rate(source: Counted) -> dict[int, Figure]:
    """Records with time, organiser and the photos their category asks for, in percent of all; place, people and content a record has anyway."""
    whole, complete = defaultdict(int), defaultdict(int)
    for row in source.rows:
        whole[row.pilot] += 1
        complete[row.pilot] += row.complete
    return {pilot: _percent(complete[pilot], number) for pilot, number in whole.items()}


@metric("participant_growth", rows=rows_of, source=counted_rows)
def participant_growth(source: Counted) -> dict[int, Figure]:
    """人次 of the last whole quarter up to the as-of day against the quarter before, in percent; 不适用 while the earlier one has none."""
    last = _whole_quarter(source.as_of)
    now, before = defaultdict(int), defaultdict(int)
    for row in source.rows:
        quarter = _quarter(row.day)
        if quarter == last:
            now[row.pilot] += row.participants
        elif quarter == last - 1:
            before[row.pilot] += row.participants
    figures = {}
    for pilot in source.pilots:
        if before[pilot]:
            change = Decimal(now[pilot] - before[pilot]) * 100 / before[pilot]
            figures[pilot] = Figure(change.quantize(Decimal("0.1"), ROUND_HALF_UP), numerator=now[pilot], denominator=before[pilot])
        else:
            figures[pilot] = NOT_APPLICABLE
    return figures


def _quarter(day: datetime.date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def _whole_quarter(as_of: datetime.date) -> int:
    """The last quarter that is over on `as_of`; the quarter's last day itself ends it."""
    return _quarter(as_of + datetime.timedelta(days=1)) - 1


def _percent(part: int, whole: int) -> Figure:
    share = (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Figure(share, numerator=part, denominator=whole)
