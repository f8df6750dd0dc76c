"""Figures of activities as of a day, counted once, and what forms and reports ask of them."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from communities.models import Activity, ActivityPhoto
from pilots.models import ActivityCategory, Indicator, Pilot, Task, TaskGroup
from pilots.plan_memory import of_plan
from pilots.queries import tasks_of_category

# Metrics that count one category without naming it.
CATEGORY_OF_METRIC = {"discussion_count": "discussion", "training_count": "training"}


def _wanted_by(metric: str, params: dict) -> set[str]:
    """The categories an indicator counts; empty when it counts any."""
    named = {params.get("category"), *params.get("categories", ()), CATEGORY_OF_METRIC.get(metric)}
    return named - {None}


def all_categories() -> list[ActivityCategory]:
    """Every category in the order of the plan's list."""
    return of_plan("activity categories", lambda: list(ActivityCategory.objects.order_by("order")))


def categories_of(pilot: Pilot) -> list[ActivityCategory]:
    """The categories that the pilot's own tasks ask for, in the order of the plan's list."""
    wanted = of_plan(f"categories asked of pilot {pilot.pk}", lambda: _categories_asked(pilot))
    return [category for category in all_categories() if category.code in wanted]


def _categories_asked(pilot: Pilot) -> frozenset[str]:
    wanted: set[str] = set()
    for metric, params in Indicator.objects.filter(obligation__tasks__pilot=pilot).values_list("metric__code", "params"):
        wanted |= _wanted_by(metric, params or {})
    return frozenset(wanted)


def brought_tasks(pilot: Pilot, category: ActivityCategory | None) -> list[Task]:
    """The tasks a category brings with it (pilots.queries.tasks_of_category), with what a form shows of them."""
    return list(tasks_of_category(pilot, category).select_related("obligation")) if category else []


def card_names(pilot: Pilot) -> dict[int, str]:
    """The card (one of the pilot's eight groups) of each obligation, by obligation id."""
    return of_plan(f"card names of pilot {pilot.pk}", lambda: _card_names(pilot))


def _card_names(pilot: Pilot) -> dict[int, str]:
    links = TaskGroup.obligations.through.objects.filter(taskgroup__pilot=pilot).order_by("-taskgroup__order")
    return dict(links.values_list("obligation_id", "taskgroup__name"))


def with_photo_counts(rows: QuerySet[Activity]) -> QuerySet[Activity]:
    """`rows` with `photo_count`, without grouping them (a grouped query forgets the order of the list)."""
    photos = ActivityPhoto.objects.filter(activity=OuterRef("pk")).order_by().values("activity").annotate(n=Count("pk")).values("n")
    return rows.annotate(photo_count=Coalesce(Subquery(photos), 0))


@dataclass(frozen=True)
class Tally:
    """场次、参加人次、志愿者人次 of some activities; an activity is counted once."""

    sessions: int = 0
    participants: int = 0
    volunteers: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.sessions + other.sessions, self.participants + other.participants, self.volunteers + other.volunteers)


def tally(rows: QuerySet[Activity]) -> Tally:
    """The sums of a list, in one query."""
    found = rows.order_by().aggregate(n=Count("pk"), p=Sum("participants"), v=Sum("volunteers"))
    return Tally(found["n"], found["p"] or 0, found["v"] or 0)


def counted(pilots: Iterable[Pilot], as_of: datetime.date) -> QuerySet[Activity]:
    """The activities that count as of a day: held by then and approved by then, not voided."""
    return Activity.objects.filter(pilot__in=list(pilots), day__lte=as_of).approved_by(as_of)


def tallies(pilots: Iterable[Pilot], as_of: datetime.date) -> dict[tuple[int, str], Tally]:
    """TB11: 场次、人次、志愿者人次 by (pilot id, category code), in one query."""
    rows = (
        counted(pilots, as_of)
        .order_by()
        .values_list("pilot_id", "category__code")
        .annotate(n=Count("pk"), p=Sum("participants"), v=Sum("volunteers"))
    )
    return {(pilot, category): Tally(n, p or 0, v or 0) for pilot, category, n, p, v in rows}


def monthly_tallies(pilots: Iterable[Pilot], as_of: datetime.date) -> dict[tuple[int, int], Tally]:
    """场次、人次、志愿者人次 of the counted activities by (year, month) of the activity's day."""
    rows = (
        counted(pilots, as_of)
        .order_by()
        .values_list("day__year", "day__month")
        .annotate(n=Count("pk"), p=Sum("participants"), v=Sum("volunteers"))
    )
    return {(year, month): Tally(n, p or 0, v or 0) for year, month, n, p, v in rows}


def photos_for_report(pilots: Iterable[Pilot], as_of: datetime.date) -> QuerySet[ActivityPhoto]:
    """Photos of counted activities that may be shown in reports: never sign-in sheets, and with the guardians' consent where minors are seen.

    Plan order of pilots, then day, then the order of the record.
    """
    usable = Q(activity__category__about_minors=False) | Q(activity__guardian_consent=True)
    return (
        ActivityPhoto.objects.filter(usable, activity__in=counted(pilots, as_of).order_by().values("pk"))
        .exclude(kind=ActivityPhoto.Kind.SIGN_IN)
        .select_related("file", "activity__category", "activity__pilot__unit")
        .order_by("activity__pilot__order", "activity__day", "activity_id", "order", "id")
    )
