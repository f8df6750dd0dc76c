"""What pages, workbooks and reports ask about the plan: progress of pilots, 序时进度, evidence, sentences, cards.

Everything is derived from records as they stood on a day (last review step up to and including it); nothing is stored. Each function
runs a constant number of queries, however many tasks and pilots. The rules of a task's state stand in `task_states` (pilots/states.py).
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from pilots.models import ActivityCategory, Evidence, Indicator, ObligationKind, Phase, Pilot, Programme, ReviewAction, ReviewStep, Task
from pilots.plan_memory import of_plan
from pilots.plan_text import Sentence, plan_text
from pilots.states import TaskState, TaskStatus, archived, percent, record_models, task_states

# --- progress of pilots ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How many tasks stand where. `in_progress` includes 待审核 (`submitted` says how many); `late` overlaps with the open ones."""

    total: int = 0
    done: int = 0
    in_progress: int = 0
    submitted: int = 0
    not_started: int = 0
    late: int = 0

    @property
    def rate(self) -> Decimal:
        """完成率 in percent, one decimal."""
        return percent(self.done, self.total)

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(
            self.total + other.total,
            self.done + other.done,
            self.in_progress + other.in_progress,
            self.submitted + other.submitted,
            self.not_started + other.not_started,
            self.late + other.late,
        )


def progress_of(states: Iterable[TaskState]) -> Progress:
    """The counts of some states."""
    states = list(states)
    by_status = {status: sum(s.status == status for s in states) for status in TaskStatus}
    return Progress(
        total=len(states),
        done=by_status[TaskStatus.DONE],
        in_progress=by_status[TaskStatus.IN_PROGRESS] + by_status[TaskStatus.SUBMITTED],
        submitted=by_status[TaskStatus.SUBMITTED],
        not_started=by_status[TaskStatus.NOT_STARTED],
        late=sum(s.late for s in states),
    )


def task_progress(pilots: Iterable[Pilot], as_of: datetime.date) -> dict[int, Progress]:
    """TB1: per pilot id the counts over its 试点任务 (104 in all); other obligations stand apart (`other_progress`)."""
    return _progress(pilots, as_of, pilot_tasks=True)


def other_progress(pilots: Iterable[Pilot], as_of: datetime.date) -> dict[int, Progress]:
    """The same counts over a pilot's other obligations (实施步骤、保障措施), without the steps above the county."""
    return _progress(pilots, as_of, pilot_tasks=False)


def _progress(pilots: Iterable[Pilot], as_of: datetime.date, *, pilot_tasks: bool) -> dict[int, Progress]:
    pilots = list(pilots)
    tasks = Task.objects.filter(pilot__in=pilots, obligation__external=False)
    kind = {"obligation__kind": ObligationKind.PILOT_TASK}
    tasks = list((tasks.filter(**kind) if pilot_tasks else tasks.exclude(**kind)).select_related("obligation", "pilot"))
    states = task_states(tasks, as_of)
    grouped: dict[int, list[TaskState]] = {pilot.pk: [] for pilot in pilots}
    for task in tasks:
        grouped[task.pilot_id].append(states[task.pk])
    return {pilot: progress_of(found) for pilot, found in grouped.items()}


# --- 序时进度 -------------------------------------------------------------------------------------------------------------------


def phases_of(programme: Programme | None) -> list[Phase]:
    """The phases in the order of their ends; none without a programme."""
    return [phase for phase in all_phases() if phase.programme_id == programme.pk] if programme else []


def all_phases() -> list[Phase]:
    """The phases of every programme in the order of their ends."""
    return of_plan("phases", lambda: list(Phase.objects.order_by("due")))


def implementation_phase(programme: Programme) -> Phase | None:
    """The phase 序时进度 is measured in: the first one whose start is known, 具体实施阶段 (2022-08-01 to 2023-02-28)."""
    return next((phase for phase in phases_of(programme) if phase.start), None)


def time_progress(phase: Phase | None, as_of: datetime.date) -> Decimal:
    """序时进度 in percent, one decimal: days gone ÷ days of the phase, first and last day counted, within 0 to 100.

    2022-11-30 is day 122 of the 212 of 具体实施阶段: 57.5.
    """
    if phase is None or phase.start is None:
        return Decimal("0.0")
    days = (phase.due - phase.start).days + 1
    gone = (as_of - phase.start).days + 1
    return percent(min(max(gone, 0), days), days)


# --- evidence -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Completeness:
    """TB7: how many kinds of evidence (per task) are asked for, approved, waiting for review and missing (returned ones among these)."""

    required: int = 0
    approved: int = 0
    waiting: int = 0

    @property
    def missing(self) -> int:
        return self.required - self.approved - self.waiting

    @property
    def rate(self) -> Decimal | None:
        """齐全率 in percent, one decimal; None where nothing is asked for."""
        return percent(self.approved, self.required) if self.required else None

    def __add__(self, other: "Completeness") -> "Completeness":
        return Completeness(self.required + other.required, self.approved + other.approved, self.waiting + other.waiting)


def completeness_of(states: Iterable[TaskState]) -> Completeness:
    slots = [slot for state in states for slot in state.slots]
    return Completeness(len(slots), sum(slot.approved for slot in slots), sum(slot.waiting for slot in slots))


def evidence_completeness(pilots: Iterable[Pilot], as_of: datetime.date, *, due_only: bool = False) -> dict[int, Completeness]:
    """TB7 per pilot id, over all obligations the pilot itself proves (without steps above the county and what the office writes).

    应有类数 counts each kind of evidence once per task that asks for it. With `due_only` only tasks whose due date has come (到期任务):
    that is the metric archive_complete_rate.
    """
    pilots = list(pilots)
    tasks = Task.objects.filter(pilot__in=pilots)
    if due_only:
        tasks = tasks.filter(obligation__due__lte=as_of)
    tasks = [task for task in tasks.select_related("obligation", "pilot") if archived(task)]
    states = task_states(tasks, as_of)
    grouped: dict[int, list[TaskState]] = {pilot.pk: [] for pilot in pilots}
    for task in tasks:
        grouped[task.pilot_id].append(states[task.pk])
    return {pilot: completeness_of(found) for pilot, found in grouped.items()}


# --- what an activity serves ------------------------------------------------------------------------------------------------------


def tasks_of_category(pilot: Pilot, category: ActivityCategory) -> QuerySet[Task]:
    """The tasks of a pilot that an activity of this category serves, in plan order: those whose indicators count this category, meetings of
    residents or trainings where the category is one, services where it is one, and those that count activities of any kind."""
    served = of_plan(f"obligations served by {category.code}", lambda: _obligations_served(category))
    return Task.objects.filter(pilot=pilot, obligation__kind=ObligationKind.PILOT_TASK, obligation__in=served).order_by("obligation__order")


def _obligations_served(category: ActivityCategory) -> list[int]:
    counts = Q(metric__code="activity_count") & (Q(params__category=category.code) | Q(params={}))
    counts |= Q(metric__code="service_visit_count", params__category=category.code)
    if category.code == "discussion":
        counts |= Q(metric__code="discussion_count")
    if category.code == "training":
        counts |= Q(metric__code="training_count")
    if Indicator.objects.filter(metric__code="service_visit_count", params__category=category.code).exists():
        counts |= Q(metric__code="service_visit_count", params={})
    return list(Indicator.objects.filter(counts).values_list("obligation", flat=True).distinct())


# --- sentences and what happened --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SentenceProgress:
    """One sentence of the plan with how many of its tasks are done and what is missing most."""

    sentence: Sentence
    tasks: tuple[Task, ...]
    progress: Progress
    missing: str


def sentence_progress(programme: Programme, tasks: Iterable[Task], states: dict[int, TaskState]) -> list[SentenceProgress]:
    """按方案逐句看进展: the sentences the tasks come from, in the order of the text. No query beyond the official text (read once)."""
    text, grouped = plan_text(programme), {}
    for task in tasks:
        grouped.setdefault(task.obligation.sentence, []).append(task)
    found = []
    for key, own in grouped.items():
        sentence = text.sentence(key)
        if sentence is None:
            continue
        progress = progress_of(states[task.pk] for task in own)
        found.append(SentenceProgress(sentence, tuple(own), progress, missing_words([(t, states[t.pk]) for t in own])))
    return found


def missing_words(pairs: list[tuple[Task, TaskState]]) -> str:
    """待完善事项 of some tasks in one line: figures that fall short first, then evidence; empty when all is done."""
    words: list[str] = []
    for task, state in pairs:
        if state.done:
            continue
        unmet = [m for m in state.blocking_measures if m.figure.known]
        unknown = [m for m in state.blocking_measures if not m.figure.known]
        if unmet:
            words.append(f"{task.obligation.title}未达标")
        elif state.missing_slots:
            words.append(f"{task.obligation.title}缺{state.missing_slots[0].type.name}")
        elif unknown:
            words.append(f"{unknown[0].indicator.metric.name}未登记")
        else:
            words.append(f"{task.obligation.title}待审核")
    said = list(dict.fromkeys(words))
    if len(said) > 2:
        return f"{said[0]}；{said[1]}等{len(words)}项"
    return "；".join(said)


@dataclass(frozen=True)
class Move:
    """Something that happened: 下河街社区提交社区儿童科普实验室第六课."""

    at: datetime.datetime
    title: str
    url: str
    unit: str
    returned: bool


def recent_moves(pilot: Pilot, as_of: datetime.date, limit: int = 6) -> list[Move]:
    """近期动态: the latest review steps on a pilot's evidence and records up to a day, newest first."""
    wanted = Q()
    for model in (Evidence, *record_models()):
        kind = ContentType.objects.get_for_model(model)
        wanted |= Q(content_type=kind, object_id__in=model.objects.filter(pilot=pilot).order_by().values("pk"))
    steps = (
        ReviewStep.objects.filter(wanted, on__lte=as_of).select_related("unit").prefetch_related("subject").order_by("-at", "-id")[:limit]
    )
    return [
        Move(
            at=step.at,
            title=f"{step.unit.short_name}{step.get_action_display()}{step.subject._meta.verbose_name}：{step.subject}",
            url=step.subject.get_absolute_url(),
            unit=step.unit.short_name,
            returned=step.action == ReviewAction.RETURN,
        )
        for step in steps
        if step.subject is not None
    ]
