"""How the pilots stand on a day: progress, evidence and lights of each, from one computation of task states.

Lights [proposed by the county's practice, thresholds are settings here]: 滞后 = 序时进度 minus 完成率 in percentage points.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from accounts.together import together
from pilots.models import Obligation, ObligationKind, Phase, Pilot, Task
from pilots.plan_memory import of_plan
from pilots.queries import Completeness, Progress, completeness_of, progress_of, time_progress
from pilots.states import Light, archived, plan_of_states, task_states

BEHIND_WARN, BEHIND_LATE = Decimal(10), Decimal(30)
"""滞后 from which 项目实施 is 预警, and beyond which it is 严重滞后, in percentage points."""
ARCHIVE_OK, ARCHIVE_LATE = Decimal(80), Decimal(60)
"""齐全率 from which 档案资料 is 正常, and below which it is 严重滞后, in percent (of what was due by the day)."""

FEW = 100
"""Up to so many pilots a query names each, above it reads the tasks of all."""

_WORST = (Light.LATE, Light.WARN, Light.OK, Light.NONE)


@dataclass(frozen=True)
class PilotStanding:
    """One pilot on one day. `archive` is about everything asked for, `archive_due` about tasks whose due date has come."""

    pilot: Pilot
    progress: Progress
    other: Progress
    archive: Completeness
    archive_due: Completeness
    time_share: Decimal

    @property
    def behind(self) -> Decimal:
        """Percentage points behind 序时进度; negative when ahead."""
        return self.time_share - self.progress.rate

    @property
    def work_light(self) -> Light:
        if self.progress.late or self.other.late or self.behind > BEHIND_LATE:
            return Light.LATE
        return Light.WARN if self.behind >= BEHIND_WARN else Light.OK

    @property
    def work_word(self) -> str:
        if self.overdue:
            return "有逾期问题"
        return {Light.LATE: "严重滞后", Light.WARN: "预警", Light.OK: "正常"}[self.work_light]

    @property
    def overdue(self) -> int:
        """Tasks past their due date, of all kinds."""
        return self.progress.late + self.other.late

    @property
    def overdue_words(self) -> str:
        """3 项（含其他职责 2 项）: the counts of pilot tasks beside it leave the other duties out, so they are named here."""
        return f"{self.overdue} 项（含其他职责 {self.other.late} 项）" if self.other.late else f"{self.overdue} 项"

    @property
    def work_reason(self) -> str:
        """The light's reason in one short phrase."""
        parts = [f"滞后 {self.behind} 个百分点" if self.behind > 0 else f"完成 {self.progress.rate}%"]
        if self.overdue:
            parts.append(f"逾期 {self.overdue_words}")
        return "，".join(parts)

    @property
    def archive_light(self) -> Light:
        rate = self.archive_due.rate
        if rate is None:
            return Light.NONE
        if rate < ARCHIVE_LATE:
            return Light.LATE
        return Light.OK if rate >= ARCHIVE_OK else Light.WARN

    @property
    def archive_word(self) -> str:
        return {Light.LATE: "严重滞后", Light.WARN: "预警", Light.OK: "正常", Light.NONE: "未到期"}[self.archive_light]

    @property
    def light(self) -> Light:
        """The worse of its aspects."""
        return min((self.work_light, self.archive_light), key=_WORST.index)

    @property
    def word(self) -> str:
        return self.work_word if _WORST.index(self.work_light) <= _WORST.index(self.archive_light) else self.archive_word


def pilot_standings(pilots: QuerySet[Pilot], as_of: datetime.date, phase: Phase | None) -> list[PilotStanding]:
    """The standing of each of the pilots, in plan order; a constant number of queries."""
    tasks = tasks_of_pilots(pilots.select_related("unit", "type"), as_of)
    states = task_states([task for own in tasks.values() for task in own], as_of, whole=True)
    share = time_progress(phase, as_of)
    return [standing_of(pilot, own, states, as_of, share) for pilot, own in tasks.items() if own]


def tasks_of_pilots(pilots: Iterable[Pilot], as_of: datetime.date) -> dict[Pilot, list[Task]]:
    """All tasks of some pilots by pilot, in plan order, each with its last confirmation. Tasks of one duty share one Obligation and tasks of
    one pilot one Pilot: making a row of each for every task costs more than everything else where pilots are many."""
    given, obligations = together(lambda: list(pilots), _obligations)
    found: dict[int, tuple[Pilot, list[Task]]] = {pilot.pk: (pilot, []) for pilot in sorted(given, key=lambda pilot: pilot.order)}
    rows = Task.objects.filter(pilot__in=list(found)) if len(found) <= FEW else Task.objects.filter(pilot__isnull=False)
    for task in rows.order_by("obligation__order", "pk").with_confirmation(as_of):
        if task.pilot_id in found:
            task.pilot, own = found[task.pilot_id]
            if task.obligation_id in obligations:
                task.obligation = obligations[task.obligation_id]
            if task.unit_id == task.pilot.unit_id:
                task.unit = task.pilot.unit
            own.append(task)
    return dict(found.values())


def _obligations() -> dict[int, Obligation]:
    return of_plan("obligations", lambda: {row.pk: row for row in Obligation.objects.select_related("phase")})


def plan_of_standings() -> tuple:
    """What the standings take from the plan, read together (and remembered with it): a page asks it beside its pilots."""
    return together(_obligations, plan_of_states)


def standing_of(pilot: Pilot, tasks: list[Task], states: dict, as_of: datetime.date, share: Decimal) -> PilotStanding:
    """One pilot's standing from the states of all its tasks; `share` is 序时进度 in percent."""
    inner = [task for task in tasks if not task.obligation.external]
    own = [states[t.pk] for t in inner if t.obligation.kind == ObligationKind.PILOT_TASK]
    rest = [states[t.pk] for t in inner if t.obligation.kind != ObligationKind.PILOT_TASK]
    kept = [task for task in tasks if archived(task)]
    return PilotStanding(
        pilot=pilot,
        progress=progress_of(own),
        other=progress_of(rest),
        archive=completeness_of(states[t.pk] for t in kept),
        archive_due=completeness_of(states[t.pk] for t in kept if t.obligation.due <= as_of),
        time_share=share,
    )


def whole(standings: Iterable[PilotStanding]) -> tuple[Progress, Completeness]:
    """六个试点合计: counts added up, rates taken from the sums."""
    standings = list(standings)
    return sum((s.progress for s in standings), Progress()), sum((s.archive for s in standings), Completeness())
