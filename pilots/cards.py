"""The cards a community sees instead of tasks: per named group of its pilot one light, one phrase of what is missing, one deed that supplies it.

No percentages, no ranks, no task numbers (为基层减负). A group that rests only on 建议 targets says what there is, never 已达到.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from accounts.together import together
from pilots.models import ActivityCategory, Metric, Pilot, ReviewState, Task, TaskGroup
from pilots.plan_memory import of_plan
from pilots.queries import Completeness, completeness_of
from pilots.states import Light, Measured, Slot, TaskState, TaskStatus, archived, plan_of_states, task_states

BY_DOCUMENT = ("document_count", "mechanism_count", "list_kind_covered")
"""Figures that count files: what is missing is said as the missing file."""

BY_RECORD = ("activity_record", "activity_photo")
"""Kinds of evidence that an activity record supplies by itself."""


@dataclass(frozen=True)
class Deed:
    """The one thing to press: a verb and where it leads."""

    verb: str
    url: str


@dataclass(frozen=True)
class Card:
    """One named group as of a day."""

    group: TaskGroup
    tasks: tuple[Task, ...]
    states: tuple[TaskState, ...]
    state: Light
    phrase: str
    deed: Deed | None

    @property
    def title(self) -> str:
        return self.group.name

    @property
    def url(self) -> str:
        return reverse("card_detail", args=[self.group.pilot.code, self.group.order])

    @property
    def reached(self) -> bool:
        """Whether every task of the group is done."""
        return all(state.done for state in self.states)


def group_cards(pilot: Pilot, as_of: datetime.date) -> list[Card]:
    """The eight cards of a pilot in the order of the plan file."""
    return pilot_cards(pilot, as_of)[0]


def pilot_cards(pilot: Pilot, as_of: datetime.date) -> tuple[list[Card], Completeness]:
    """The eight cards and how complete the pilot's evidence is, from one computation."""
    rows = Task.objects.filter(pilot=pilot).select_related("obligation", "pilot").with_confirmation(as_of)
    tasks, categories, groups_of, _ = together(
        lambda: {task.obligation_id: task for task in rows},
        lambda: of_plan("category names", category_names),
        lambda: of_plan("groups", _read_groups),
        plan_of_states,
    )
    states = task_states(tasks.values(), as_of, whole=True)
    groups = groups_of.get(pilot.pk, ())
    cards = [make_card(group, [tasks[o] for o in members if o in tasks], states, categories) for group, members in groups]
    return cards, completeness_of(states[task.pk] for task in tasks.values() if archived(task))


def _read_groups() -> dict[int, list[tuple[TaskGroup, list[int]]]]:
    """Groups with the obligations in each, by pilot id, in the order of the plan file."""
    members: dict[int, list[int]] = defaultdict(list)
    groups: dict[int, TaskGroup] = {}
    links = TaskGroup.obligations.through.objects.select_related("taskgroup__pilot")
    for link in links.order_by("taskgroup__pilot__order", "taskgroup__order", "obligation__order"):
        groups.setdefault(link.taskgroup_id, link.taskgroup)
        members[link.taskgroup_id].append(link.obligation_id)
    found: dict[int, list[tuple[TaskGroup, list[int]]]] = defaultdict(list)
    for key, group in groups.items():
        found[group.pilot_id].append((group, members[key]))
    return dict(found)


def category_names() -> dict[str, str]:
    return dict(ActivityCategory.objects.values_list("code", "name"))


def make_card(group: TaskGroup, tasks: Iterable[Task], states: dict[int, TaskState], categories: dict[str, str]) -> Card:
    """One card from the states of its tasks."""
    tasks = tuple(tasks)
    own = tuple(states[task.pk] for task in tasks)
    phrase, deed = _phrase(own, categories)
    return Card(group, tasks, own, _light(own), phrase, deed)


def _light(states: tuple[TaskState, ...]) -> Light:
    """What the community has still to do colours its card; where only the reviewer's word is missing nothing is late for it."""
    if all(state.done or (state.ready and state.status != TaskStatus.NOT_STARTED) for state in states):
        return Light.OK
    lights = {state.light for state in states}
    if Light.LATE in lights:
        return Light.LATE
    if Light.WARN in lights:
        return Light.WARN
    if all(state.status == TaskStatus.NOT_STARTED for state in states):
        return Light.NONE
    complete = all(not state.missing_slots and not state.blocking_measures for state in states)
    return Light.OK if complete else Light.WARN


def _phrase(states: tuple[TaskState, ...], categories: dict[str, str]) -> tuple[str, Deed | None]:
    """What is missing, the most pressing first, and the deed that supplies it."""
    judged = any(measured.judged for state in states for measured in state.measures)
    if all(state.done for state in states):
        return ("已达到", None) if judged else (what_there_is(states), None)
    returned = [slot for state in states for slot in state.slots if slot.state == ReviewState.RETURNED]
    if returned:
        return f"{returned[0].type.name}被退回，待补正", evidence_deed(returned[0], "去补正")
    unmet = [m for state in states for m in state.blocking_measures if m.figure.known and m.indicator.metric.code not in BY_DOCUMENT]
    if unmet:
        return unmet_phrase(unmet, categories), measure_deed(unmet[0])
    missing = {slot.type.pk: slot for state in states for slot in state.missing_slots}
    if missing:
        first = min(missing.values(), key=_by_record)
        return missing_phrase(sorted(missing.values(), key=_by_record)), evidence_deed(first)
    unknown = [m for state in states for m in state.blocking_measures if not m.figure.known]
    if unknown:
        return f"材料已齐，{unknown[0].indicator.metric.name}未登记", None
    if any(slot.waiting for state in states for slot in state.slots):
        return "材料已交，待审核", None
    if judged:
        return "已达到，待确认完成", None
    return what_there_is(states), None


def unmet_phrase(unmet: list[Measured], categories: dict[str, str]) -> str:
    """残疾人运动比赛还没有活动; 还差2家; several: 还差3项，先办……."""
    first = unmet[0]
    metric, params = first.indicator.metric, first.indicator.params
    subject = categories.get(str(params.get("category", "")), metric.name)
    if metric.value_type == Metric.ValueType.INT and first.figure.value == 0:
        phrase = f"{subject}还没有{'活动' if metric.unit == '场' else '记录'}"
    elif first.short_by is not None and metric.value_type == Metric.ValueType.INT:
        phrase = f"{subject}还差{plain(first.short_by)}{metric.unit}"
    else:
        phrase = f"{subject}未达到"
    return phrase if len(unmet) == 1 else f"{phrase}等{len(unmet)}项"


def missing_phrase(missing: list[Slot]) -> str:
    """还缺1份合同; 还缺3份材料：合同等; 还没有活动记录 where only an activity is wanting."""
    if all(_by_record(slot) for slot in missing):
        return "还没有活动记录"
    if len(missing) == 1:
        return f"还缺1份{missing[0].type.name}"
    return f"还缺{len(missing)}份材料：{missing[0].type.name}等"


def _by_record(slot: Slot) -> bool:
    return slot.type.code in BY_RECORD


def what_there_is(states: Iterable[TaskState]) -> str:
    """For groups that rest on 建议 targets only: 有3场活动，2份材料."""
    states = list(states)
    parts = []
    activities = max((state.activities for state in states), default=0)
    if activities:
        parts.append(f"{activities}场活动")
    files = len({slot.type.pk for state in states for slot in state.slots if slot.approved and not slot.from_record})
    if files:
        parts.append(f"{files}类材料")
    return "有" + "、".join(parts) if parts else "还没有记录"


def evidence_deed(slot: Slot, verb: str = "上传资料") -> Deed | None:
    """Handing in the missing kind of evidence; an activity where its record would serve."""
    if _by_record(slot):
        return _deed("记活动", "activity_new")
    return _deed(verb, "evidence_new", type=slot.type.code)


def measure_deed(measured: Measured) -> Deed | None:
    """What raises a figure: recording an activity of its category; None where its register does not exist."""
    params = measured.indicator.params
    code = measured.indicator.metric.code
    if code.startswith("activity") or code in ("discussion_count", "training_count"):
        known = {"discussion_count": "discussion", "training_count": "training"}.get(code) or params.get("category")
        return _deed("记活动", "activity_new", **({"category": known} if known else {}))
    return None


def _deed(verb: str, name: str, **query: str) -> Deed | None:
    """A deed of a page that exists; None while its room does not."""
    try:
        url = reverse(name)
    except NoReverseMatch:
        return None
    return Deed(verb, f"{url}?{urlencode(query)}" if query else url)


def plain(value: Decimal) -> str:
    """3 rather than 3.00."""
    return f"{value.normalize():f}"
