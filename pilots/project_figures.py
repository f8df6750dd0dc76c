"""The figures of the 项目清单: how many projects, how many begun and completed, milestones on time, progress of the refits."""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from pilots.metrics import NOT_APPLICABLE, UNREGISTERED, Figure, metric
from pilots.models import Milestone, Pilot, Project, ProjectStep
from pilots.states import percent, ratio

DONE = (ProjectStep.Kind.COMPLETED, ProjectStep.Kind.ACCEPTED)


@dataclass(frozen=True)
class ProjectRow:
    """One project on the list, as far as figures need it; `step` is its last step up to the day, empty without one."""

    pilot: int
    works: str
    step: str
    percent: int


def project_rows(pilots: list[Pilot], as_of: datetime.date) -> list[ProjectRow]:
    """The shared source: one query."""
    rows = projects_of(pilots, as_of).with_progress(as_of).order_by()
    return [ProjectRow(*row) for row in rows.values_list("pilot_id", "works", "step_on", "percent_on")]


def projects_of(pilots: list[Pilot], as_of: datetime.date) -> QuerySet[Project]:
    return Project.objects.filter(pilot__in=pilots).known_on(as_of)


def rows_of(pilot: Pilot, as_of: datetime.date, project_kind: str = "", **_) -> QuerySet[Project]:
    """The projects behind a figure."""
    rows = projects_of([pilot], as_of)
    return rows.filter(works=project_kind) if project_kind else rows


def _grouped(rows: list[ProjectRow]) -> dict[int, list[ProjectRow]]:
    found = defaultdict(list)
    for row in rows:
        found[row.pilot].append(row)
    return found


@metric("project_count", rows=rows_of, source=project_rows)
def project_count(rows: list[ProjectRow]) -> dict[int, Figure]:
    """个: projects on the list, cancelled ones left out."""
    return {pilot: Figure(Decimal(len(own))) for pilot, own in _grouped(rows).items()}


@metric("project_started_rate", rows=rows_of, source=project_rows)
def project_started_rate(rows: list[ProjectRow]) -> dict[int, Figure]:
    """%: projects begun ÷ projects; 0 without a project (on_empty: zero)."""
    return {pilot: ratio(sum(bool(row.step) for row in own), len(own)) for pilot, own in _grouped(rows).items()}


@metric("project_completed_rate", rows=rows_of, source=project_rows)
def project_completed_rate(rows: list[ProjectRow]) -> dict[int, Figure]:
    """%: projects completed or accepted ÷ projects."""
    return {pilot: ratio(sum(row.step in DONE for row in own), len(own)) for pilot, own in _grouped(rows).items()}


@metric("renovation_progress", rows=rows_of, source=project_rows)
def renovation_progress(rows: list[ProjectRow], project_kind: str = "") -> dict[int, Figure]:
    """%: mean 形象进度 of the projects marked as this refit; 0 where none is on the list. A kind this register does not know is 未登记."""
    if project_kind not in Project.Works.values:
        return {row.pilot: UNREGISTERED for row in rows}
    figures = {}
    for pilot, own in _grouped([row for row in rows if row.works == project_kind]).items():
        done, whole = sum(row.percent for row in own), 100 * len(own)
        figures[pilot] = Figure(percent(done, whole), numerator=done, denominator=whole)
    return figures


def milestone_rows(pilot: Pilot, as_of: datetime.date, **_) -> QuerySet[Milestone]:
    """The milestones due by the day."""
    return Milestone.objects.filter(project__in=projects_of([pilot], as_of), on__lte=as_of, due__lte=as_of)


@metric("milestone_on_time_rate", rows=milestone_rows)
def milestone_on_time_rate(pilots: list[Pilot], as_of: datetime.date) -> dict[int, Figure]:
    """%: milestones met on time ÷ milestones due; 不适用 while none is due. What was registered later does not count for this day."""
    whole, met = defaultdict(int), defaultdict(int)
    rows = Milestone.objects.filter(project__in=projects_of(pilots, as_of), on__lte=as_of, due__lte=as_of)
    for pilot, due, done, recorded in rows.values_list("project__pilot", "due", "done_on", "recorded_on"):
        whole[pilot] += 1
        met[pilot] += bool(done and recorded <= as_of and done <= due)
    return {pilot.pk: ratio(met[pilot.pk], whole[pilot.pk]) if whole[pilot.pk] else NOT_APPLICABLE for pilot in pilots}
