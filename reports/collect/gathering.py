"""What one collection reads once and several figures and tables use."""

import datetime
from decimal import Decimal
from functools import cached_property

from communities import queries as activities
from pilots.metrics import Measurement
from pilots.models import ActivityCategory, ObligationKind, Phase, Pilot, Programme, Task
from pilots.queries import Completeness, Progress, evidence_completeness, implementation_phase, progress_of, time_progress
from pilots.states import TaskState, task_states
from reports.models import Report
from reports.outline import numbers
from reports.snapshot import Collected, figure_text

FAR_BEHIND = 20
"""Percentage points behind 序时进度 from which a pilot is 需重点推进; the warning line of the charts."""


class Gathering:
    """One collection for one report. What a subject needs is read when it is first asked for, and once."""

    def __init__(self, report: Report) -> None:
        from reports.kinds import KINDS

        self.report, self.kind, self.as_of = report, KINDS[report.kind], report.as_of
        wanted = Pilot.objects.select_related("unit", "unit__parent", "accountable", "type", "programme")
        self.pilots = list(wanted.filter(pk=report.pilot_id) if report.pilot_id else wanted)
        self.programme: Programme = self.pilots[0].programme
        self.phase: Phase | None = implementation_phase(self.programme)
        self.time = time_progress(self.phase, self.as_of)
        self.found = Collected(report.kind, self.pilots[0].code if report.pilot_id else None, self.as_of)

    @property
    def whole(self) -> bool:
        """Whether it is the county's report, not one pilot's."""
        return not self.report.pilot_id

    @cached_property
    def tasks(self) -> list[Task]:
        rows = Task.objects.filter(pilot__in=self.pilots, obligation__external=False, obligation__kind=ObligationKind.PILOT_TASK)
        return list(rows.select_related("obligation", "pilot").order_by("pilot__order", "obligation__order"))

    @cached_property
    def states(self) -> dict[int, TaskState]:
        return task_states(self.tasks, self.as_of)

    @cached_property
    def progress(self) -> dict[int, Progress]:
        return {p.pk: progress_of(self.states[t.pk] for t in self.tasks if t.pilot_id == p.pk) for p in self.pilots}

    @cached_property
    def total(self) -> Progress:
        return sum(self.progress.values(), Progress())

    @cached_property
    def measure(self) -> Measurement:
        return Measurement(self.pilots, self.as_of)

    @cached_property
    def evidence(self) -> dict[int, Completeness]:
        return evidence_completeness(self.pilots, self.as_of)

    @cached_property
    def tallies(self) -> dict[tuple[int, str], activities.Tally]:
        return activities.tallies(self.pilots, self.as_of)

    @cached_property
    def categories(self) -> dict[str, str]:
        return {c.code: c.name for c in ActivityCategory.objects.all()}

    def rows(self, **query) -> dict:
        """Address of the task list behind a figure: same day, same pilot."""
        if self.report.pilot_id:
            query.setdefault("pilot", self.pilots[0].code)
        return {"page": "task_list", "query": {**query, "as_of": self.as_of.isoformat()}}

    def tally(self, pilot: Pilot) -> activities.Tally:
        return sum((t for (p, _), t in self.tallies.items() if p == pilot.pk), activities.Tally())

    def kinds_of(self, pilot: Pilot) -> list[str]:
        """Names of the categories a pilot held activities in, the most frequent first."""
        own = [(-t.sessions, code) for (p, code), t in self.tallies.items() if p == pilot.pk]
        return [self.categories[code] for _, code in sorted(own)]

    def behind(self, progress: Progress) -> Decimal:
        """Percentage points behind 序时进度; negative when ahead."""
        return self.time - progress.rate

    def finish(self) -> Collected:
        """The collection with the number of every table and chart as a figure (见表1)."""
        for code, number in numbers(self.kind, self.found.plain()).items():
            self.found.figure(f"ref.{code}", f"{code}的编号", number, "text")
        return self.found

    def open_titles(self, pilot: Pilot) -> list[str]:
        """Short titles of unfinished tasks: late ones first, then those nobody has begun."""
        order = {"未开始": 0, "进行中": 1, "待审核": 2}
        own = [(t, self.states[t.pk]) for t in self.tasks if t.pilot_id == pilot.pk and not self.states[t.pk].done]
        own.sort(key=lambda pair: (not pair[1].late, order[pair[1].status], pair[0].obligation.order))
        return [task.obligation.title for task, _ in own]


def day_words(day: datetime.date) -> str:
    return figure_text(day, "day")
