"""Where each task stood on a day: state, light, indicators, evidence; derived from records, nothing is stored.

The rules stand in `task_states`; it runs a constant number of queries, however many tasks and pilots.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import partial

from django.apps import apps
from django.db.models import QuerySet

from accounts.together import together
from pilots.documents import documents_on
from pilots.metrics import NOT_APPLICABLE, UNREGISTERED, ZERO, Figure, FigureState, Measurement, Standing, standing
from pilots.models import (
    Basis,
    Entry,
    Evidence,
    EvidenceType,
    Indicator,
    Metric,
    Obligation,
    ObligationKind,
    Pilot,
    Reviewable,
    ReviewState,
    Task,
    TaskConfirmation,
)
from pilots.plan_memory import of_plan

WARN_DAYS = 10
"""Days before the due date from which a task is 预警."""

MANY = 900
"""Above so many tasks a query reads all rows instead of naming each task."""


class TaskStatus(StrEnum):
    NOT_STARTED = "未开始"
    IN_PROGRESS = "进行中"
    SUBMITTED = "待审核"
    DONE = "已完成"


class Light(StrEnum):
    """The codes the templates draw; None stands for no light (external steps)."""

    OK = "ok"
    WARN = "warn"
    LATE = "late"
    NONE = "none"


@dataclass(frozen=True)
class Measured:
    """An indicator with its figure as of the day."""

    indicator: Indicator
    figure: Figure
    standing: Standing

    @property
    def judged(self) -> bool:
        """Whether the target counts (方案, 试点方案, 推导); a target of source 建议 is 目标待核定 and never blocks."""
        return self.indicator.source != Basis.PROPOSED

    @property
    def blocks(self) -> bool:
        """未登记 is not 0 and not met either: nobody can vouch for a figure whose register does not exist. 不适用 does not block."""
        return self.judged and self.standing in (Standing.NOT_MET, Standing.UNREGISTERED)

    @property
    def actual(self) -> str:
        """The figure in words: 4 家, 60.0%, 是, 未登记."""
        if not self.figure.known:
            return self.figure.state.value
        return self._words(self.figure.value)

    @property
    def number(self) -> str:
        """The figure without its unit, for “4 / ≥3 家”."""
        unit = self.indicator.metric.unit
        return self.actual.removesuffix(unit).strip() if self.figure.known and unit not in ("", "%") else self.actual

    @property
    def wanted(self) -> str:
        """The target in words: ≥3 家, 是."""
        if self.indicator.metric.value_type == Metric.ValueType.BOOL:
            return self._words(self.indicator.target)
        return f"{self.indicator.get_comparator_display()}{self._words(self.indicator.target)}"

    def _words(self, value: Decimal) -> str:
        metric = self.indicator.metric
        if metric.value_type == Metric.ValueType.BOOL:
            return "是" if value else "否"
        number = f"{value.normalize():,f}"
        return f"{number}%" if metric.unit == "%" else f"{number} {metric.unit}".strip()

    @property
    def short_by(self) -> Decimal | None:
        """How much is missing to the target, None where that cannot be said."""
        if self.standing != Standing.NOT_MET or self.indicator.comparator != Indicator.Comparator.AT_LEAST:
            return None
        return self.indicator.target - self.figure.value


@dataclass(frozen=True)
class Slot:
    """One kind of evidence a task asks for, with the best state any file of it had on the day; `from_record`: an activity record serves as it."""

    type: EvidenceType
    state: ReviewState | None = None
    from_record: bool = False

    @property
    def approved(self) -> bool:
        return self.state == ReviewState.APPROVED

    @property
    def waiting(self) -> bool:
        return self.state == ReviewState.SUBMITTED

    @property
    def word(self) -> str:
        """How a list names it: 已通过, 待审核, 已退回, 未上传."""
        if self.state in (ReviewState.APPROVED, ReviewState.SUBMITTED, ReviewState.RETURNED):
            return self.state.label
        return "未上传"


@dataclass(frozen=True)
class TaskState:
    """Where a task stood on a day."""

    task_id: int
    status: TaskStatus
    light: Light | None
    days_left: int
    measures: tuple[Measured, ...]
    slots: tuple[Slot, ...]
    activities: int
    confirmed: bool

    @property
    def done(self) -> bool:
        return self.status == TaskStatus.DONE

    @property
    def late(self) -> bool:
        return self.light == Light.LATE

    @property
    def approved_slots(self) -> int:
        return sum(slot.approved for slot in self.slots)

    @property
    def missing_slots(self) -> list[Slot]:
        """Kinds of evidence that nobody has handed in, or that were returned."""
        return [slot for slot in self.slots if not slot.approved and not slot.waiting]

    @property
    def blocking_measures(self) -> list[Measured]:
        return [measured for measured in self.measures if measured.blocks]

    @property
    def ready(self) -> bool:
        """Whether nothing but the reviewer's word is missing."""
        return not self.blocking_measures and all(slot.approved for slot in self.slots)


def task_states(tasks: QuerySet[Task] | Iterable[Task], as_of: datetime.date, *, whole: bool = False) -> dict[int, TaskState]:
    """The state of each task as of a day, by task id. `whole`: the tasks given are all tasks of their pilots (saves reading the others).

    已完成 (practice: 指标、材料、确认三样都齐): every indicator whose target is of source 方案, 试点方案 or 推导 is met, every kind of evidence
    asked for has an approved file linked to the task, and the reviewer's last word up to the day is a confirmation. 建议 targets never
    block. A target whose register does not exist (未登记) is not met. A figure that is 不适用 does not block.
    待审核: everything is handed in and the targets are met; what is missing is a reviewer's decision on a file, or the confirmation.
    进行中: something was handed in for the task by then (a draft is nobody's record yet), or one of its figures is above zero.
    未开始: none of these.

    One record serves everything (为基层减负): an approved activity linked to the task is its 活动记录表, with photos its 活动照片, and by its
    category its 服务记录, 培训记录, 居民议事会记录 or 党建活动记录; nobody uploads these again.

    Lights: done 正常; due date passed 逾期 (due on the day itself is not); 0–10 days left 预警; something returned 预警; begun 正常; else
    未到期. Steps above the county (`external`) have no light; a proposed date never makes 逾期 or 预警. Where nothing is missing but a
    figure whose register does not exist, nobody has failed: 预警 instead of 逾期.

    Tasks of a street or town and of the county have no pilot: their figures are those of the pilots below them added up (rates: numerators
    over denominators), documents those linked to the task itself.
    """
    return _States(tasks, as_of, whole).compute()


_RECORD_TYPES = {"party_building": "party_record", "discussion": "discussion_minutes", "training": "training_record"}
_ORDER = {ReviewState.APPROVED: 3, ReviewState.SUBMITTED: 2, ReviewState.RETURNED: 1}
_COMPUTED_HERE = ("task_completed_rate", "archive_complete_rate")


class _States:
    """One computation: tasks, what the plan asks of them, what was recorded for them, then the rules."""

    def __init__(self, tasks: QuerySet[Task] | Iterable[Task], as_of: datetime.date, whole: bool) -> None:
        if isinstance(tasks, QuerySet):
            tasks = tasks.select_related("obligation", "pilot").with_confirmation(as_of)
        self.asked, self.as_of, self.whole = list(tasks), as_of, whole
        self.tasks = {task.pk: task for task in self.asked}
        self.slots: dict[int, tuple[Slot, ...]] = {}
        self.states: dict[int, TaskState] = {}
        self.rates: dict[str, dict[int, Figure]] = {}
        self.found: dict[int, dict[int, Figure]] = {}

    def compute(self) -> dict[int, TaskState]:
        if not self.tasks:
            return {}
        (self.indicators, self.required), self.pilots = together(plan_of_states, self._pilots)
        if not self.whole and any(i.metric.code in _COMPUTED_HERE for i in self._all_indicators()):
            self._widen()
        self.measurement = Measurement(self.pilots.values(), self.as_of)
        self._load_records()
        for task in sorted(self.tasks.values(), key=self._needs_others):
            self.slots[task.pk] = self._slots(task)
        for task in sorted(self.tasks.values(), key=self._needs_others):
            self.states[task.pk] = self._state(task)
        return {task.pk: self.states[task.pk] for task in self.asked}

    # --- reading ----------------------------------------------------------------------------------------------------------------

    def _all_indicators(self) -> Iterable[Indicator]:
        return (indicator for task in self.asked for indicator in self.indicators.get(task.obligation_id, ()))

    def _pilots(self) -> dict[int, Pilot]:
        """The pilots whose figures are needed: those of the tasks, and all of the programme where a task stands above the pilots."""
        if any(task.pilot_id is None for task in self.tasks.values()):
            return {pilot.pk: pilot for pilot in Pilot.objects.all()}
        return {task.pilot_id: task.pilot for task in self.tasks.values()}

    def _widen(self) -> None:
        """Completion and archive rates are made of other tasks of the same pilots: take these in as well."""
        others = Task.objects.filter(pilot__in=self.pilots.values()).select_related("obligation", "pilot").with_confirmation(self.as_of)
        for task in others:
            self.tasks.setdefault(task.pk, task)

    def _load_records(self) -> None:
        documents, self.confirmed, _, *linked = together(
            partial(self.measurement.read, documents_on),
            self._confirmed,
            partial(self.measurement.prepare, [i for i in self._needed() if i.metric.code not in _COMPUTED_HERE]),
            *(partial(self._linked, model, "category__code", "category__min_photos") for model in record_models()),
        )
        self.evidence = {task: [(kind, state) for kind, state, _ in documents.links.get(task, ())] for task in self.tasks}
        self.activities: dict[int, list[tuple[str, int, str]]] = defaultdict(list)
        for task, category, photos, state in (row for rows in linked for row in rows):
            self.activities[task].append((category, photos, state))

    def _needed(self) -> Iterable[Indicator]:
        """The indicators of all tasks, those taken in as well."""
        obligations = {task.obligation_id for task in self.tasks.values()}
        return (indicator for obligation in obligations for indicator in self.indicators.get(obligation, ()))

    def _confirmed(self) -> dict[int, bool]:
        """The reviewer's last word by task id; with the tasks themselves where they were read so."""
        if all(hasattr(task, "confirmed_on") for task in self.tasks.values()):
            return {task.pk: bool(task.confirmed_on) for task in self.tasks.values()}
        rows = TaskConfirmation.objects.filter(on__lte=self.as_of).order_by("id")
        return dict(self._restricted(rows, "task").values_list("task_id", "confirmed"))

    def _linked(self, model: type[Reviewable], *fields: str) -> list[tuple]:
        """(task id, fields…, state on the day) of every record of `model` linked to a task and handed in by then."""
        rows = self._restricted(model.objects.with_state_on(self.as_of), "tasks")
        return [row for row in rows.order_by().values_list("tasks", *fields, "state_on") if row[0] in self.tasks and row[-1] is not None]

    def _restricted(self, rows: QuerySet, field: str) -> QuerySet:
        if len(self.tasks) > MANY:
            return rows.filter(**{f"{field}__isnull": False})
        return rows.filter(**{f"{field}__in": list(self.tasks)})

    # --- rules ------------------------------------------------------------------------------------------------------------------

    def _needs_others(self, task: Task) -> int:
        """Pilot tasks first, then what is made of them."""
        return any(i.metric.code in _COMPUTED_HERE for i in self.indicators.get(task.obligation_id, ()))

    def _slots(self, task: Task) -> tuple[Slot, ...]:
        best: dict[int, str] = {}
        for kind, state in self.evidence[task.pk]:
            if _ORDER.get(state, 0) > _ORDER.get(best.get(kind), 0):
                best[kind] = state
        served: dict[str, str] = {}
        for category, photos, state in self.activities[task.pk]:
            for code in _served_types(category, photos):
                if _ORDER.get(state, 0) > _ORDER.get(served.get(code), 0):
                    served[code] = state
        slots = []
        for kind in self.required.get(task.obligation_id, ()):
            own, record = best.get(kind.pk), served.get(kind.code)
            from_record = _ORDER.get(record, 0) > _ORDER.get(own, 0)
            state = record if from_record else own
            slots.append(Slot(kind, ReviewState(state) if state else None, from_record))
        return tuple(slots)

    def _state(self, task: Task) -> TaskState:
        measures = tuple(self._measured(task, indicator) for indicator in self.indicators.get(task.obligation_id, ()))
        slots, confirmed = self.slots[task.pk], self.confirmed.get(task.pk, False)
        status = self._status(task, measures, slots, confirmed)
        return TaskState(
            task_id=task.pk,
            status=status,
            light=light_of(task, status, self.as_of, returned=self._returned(task), only_unregistered=_only_unregistered(measures, slots)),
            days_left=(task.obligation.due - self.as_of).days,
            measures=measures,
            slots=slots,
            activities=sum(row[-1] in _ORDER for row in self.activities[task.pk]),
            confirmed=confirmed,
        )

    def _returned(self, task: Task) -> bool:
        states = [row[-1] for row in (*self.evidence[task.pk], *self.activities[task.pk])]
        return ReviewState.RETURNED in states

    def _status(self, task: Task, measures: tuple[Measured, ...], slots: tuple[Slot, ...], confirmed: bool) -> TaskStatus:
        targets_met = not any(measured.blocks for measured in measures)
        if targets_met and confirmed and all(slot.approved for slot in slots):
            return TaskStatus.DONE
        if targets_met and all(slot.approved or slot.waiting for slot in slots):
            return TaskStatus.SUBMITTED
        handed_in = any(row[-1] in _ORDER for row in (*self.evidence[task.pk], *self.activities[task.pk]))
        if handed_in or any(m.figure.known and m.figure.value > 0 for m in measures):
            return TaskStatus.IN_PROGRESS
        return TaskStatus.NOT_STARTED

    def _measured(self, task: Task, indicator: Indicator) -> Measured:
        figure = self._figure(task, indicator)
        return Measured(indicator, figure, standing(indicator, figure))

    def _figure(self, task: Task, indicator: Indicator) -> Figure:
        code = indicator.metric.code
        if task.pilot_id is None and code == "document_count":
            return self._own_documents(task)
        if indicator.pk not in self.found:
            self.found[indicator.pk] = self._rates(code) if code in _COMPUTED_HERE else self.measurement.figures(code, **indicator.params)
        found = self.found[indicator.pk]
        if task.pilot_id is not None:
            return found[task.pilot_id]
        below = [figure for pilot, figure in found.items() if self._stands_above(task, self.pilots[pilot])]
        return added_up(below, is_rate=indicator.metric.value_type == indicator.metric.ValueType.PERCENT)

    def _own_documents(self, task: Task) -> Figure:
        return Figure(Decimal(sum(state == ReviewState.APPROVED for _, state in self.evidence[task.pk])))

    @staticmethod
    def _stands_above(task: Task, pilot: Pilot) -> bool:
        return task.obligation.scope == "county" or pilot.accountable_id == task.unit_id

    def _rates(self, code: str) -> dict[int, Figure]:
        """A figure made of the other tasks, for every pilot at once; first asked for when all of these have their state."""
        if code not in self.rates:
            rate = self._completed if code == "task_completed_rate" else self._archive
            own: dict[int, list[Task]] = {pilot: [] for pilot in self.pilots}
            for task in self.tasks.values():
                if task.pilot_id is not None:
                    own[task.pilot_id].append(task)
            self.rates[code] = {pilot: rate(tasks) for pilot, tasks in own.items()}
        return self.rates[code]

    def _completed(self, tasks: list[Task]) -> Figure:
        own = [self.states[t.pk] for t in tasks if t.obligation.kind == ObligationKind.PILOT_TASK]
        return ratio(sum(state.done for state in own), len(own))

    def _archive(self, tasks: list[Task]) -> Figure:
        slots = [slot for t in tasks if t.obligation.due <= self.as_of and archived(t) for slot in self.slots[t.pk]]
        return ratio(sum(slot.approved for slot in slots), len(slots))


def plan_of_states() -> tuple[dict[int, list[Indicator]], dict[int, list[EvidenceType]]]:
    """Indicators and required kinds of evidence of every obligation."""
    return together(partial(of_plan, "indicators", _read_indicators), partial(of_plan, "required kinds of evidence", _read_required))


def _read_indicators() -> dict[int, list[Indicator]]:
    found: dict[int, list[Indicator]] = defaultdict(list)
    for indicator in Indicator.objects.select_related("metric").order_by("obligation_id", "order"):
        found[indicator.obligation_id].append(indicator)
    return dict(found)


def _read_required() -> dict[int, list[EvidenceType]]:
    """Which kinds of evidence the obligations ask for, in the order of the list of kinds."""
    found: dict[int, list[EvidenceType]] = defaultdict(list)
    links = Obligation.evidence_types.through.objects.select_related("evidencetype").order_by("evidencetype__order")
    for link in links:
        found[link.obligation_id].append(link.evidencetype)
    return dict(found)


def record_models() -> list[type[Reviewable]]:
    """Reviewed records of higher rooms that are linked to tasks and have a category (activities); this floor does not import them."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, Reviewable) and model is not Evidence and {"tasks", "category"} <= {f.name for f in model._meta.get_fields()}
    ]


def _served_types(category: str, photos: int) -> list[str]:
    """The kinds of evidence an activity record stands for. `photos`: how many its category asks for at least."""
    found = ["activity_record", "service_record"]
    if photos:
        found.append("activity_photo")
    if category in _RECORD_TYPES:
        found.append(_RECORD_TYPES[category])
    return found


def _only_unregistered(measures: tuple[Measured, ...], slots: tuple[Slot, ...]) -> bool:
    """Whether all that can be handed in is approved and every figure that is known is met, while some target's register does not exist."""
    blocking = [measured for measured in measures if measured.blocks]
    return bool(blocking) and not any(m.figure.known for m in blocking) and all(slot.approved for slot in slots)


def light_of(task: Task, status: TaskStatus, as_of: datetime.date, *, returned: bool, only_unregistered: bool) -> Light | None:
    """The light of one task; the rules stand in `task_states`."""
    obligation = task.obligation
    if obligation.external:
        return None
    if status == TaskStatus.DONE:
        return Light.OK
    if obligation.due_basis not in (Basis.PROPOSED, Basis.ASSUMED):
        left = (obligation.due - as_of).days
        if left < 0:
            return Light.WARN if only_unregistered else Light.LATE
        if left <= WARN_DAYS:
            return Light.WARN
    if returned:
        return Light.WARN
    return Light.NONE if status == TaskStatus.NOT_STARTED else Light.OK


def ratio(part: int | Decimal, whole: int | Decimal) -> Figure:
    """`part` of `whole` in percent, one decimal half up; 不适用 where there is nothing to divide by."""
    if not whole:
        return NOT_APPLICABLE
    return Figure(percent(part, whole), FigureState.VALUE, part, whole)


def percent(part: int | Decimal, whole: int | Decimal) -> Decimal:
    """`part` of `whole` in percent with one decimal, rounded half up; 0 of 0 is 0."""
    if not whole:
        return Decimal("0.0")
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def added_up(figures: list[Figure], *, is_rate: bool) -> Figure:
    """One figure for several pilots: counts are added, rates are numerators over denominators. 未登记 as soon as one is."""
    if any(figure.state == FigureState.UNREGISTERED for figure in figures):
        return UNREGISTERED
    known = [figure for figure in figures if figure.known]
    if not known:
        return NOT_APPLICABLE if figures else ZERO
    if not is_rate:
        return Figure(sum((figure.value for figure in known), Decimal(0)))
    parts = [(f.numerator, f.denominator) for f in known if f.denominator]
    return ratio(sum(n for n, _ in parts), sum(d for _, d in parts))


def archived(task: Task) -> bool:
    """Whether a pilot's task counts in its archive: not what the office writes, nor the steps above the county."""
    return not task.obligation.external and task.obligation.entry != Entry.OFFICE
