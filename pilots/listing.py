"""The task list as a person asks for it: what the address says, the rows that answer, counts for the tabs. Page and workbook share it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict

from accounts.models import Role, User
from accounts.together import together
from pilots.models import Basis, Entry, ObligationKind, Pilot, Task
from pilots.queries import missing_words
from pilots.states import Light, TaskState, TaskStatus, plan_of_states, task_states

PAGE_SIZE = 20
SOON_DAYS = 30
WHOLE_UP_TO = 2000
"""Up to so many visible tasks every state is computed, so that tabs carry counts; above it only what the page needs."""

OPEN = "未完成"
TABS = {"all": "全部试点任务", "other": "其他职责", "due": "30 天内到期", "missing": "缺佐证材料的"}
STATES = (OPEN, *(status.value for status in TaskStatus))
LIGHTS = {"ok": "正常", "warn": "预警", "late": "逾期", "none": "未到期"}
SOURCES = {basis.value: basis.label for basis in (Basis.PLAN, Basis.SCHEME, Basis.DERIVED, Basis.PROPOSED)}
SORTS = ("plan", "due", "-due", "title")


@dataclass(frozen=True)
class Asked:
    """What the address asks for; anything unknown or malformed is left out, never an error."""

    tab: str = "all"
    pilot: str = ""
    state: str = ""
    clause: str = ""
    source: str = ""
    entry: str = ""
    light: str = ""
    sentence: str = ""
    q: str = ""
    sort: str = "plan"

    @classmethod
    def from_query(cls, query: QueryDict) -> "Asked":
        given = {f.name: " ".join(query.get(f.name, "").replace("\x00", "").split())[:60] for f in fields(cls)}
        allowed = {"tab": TABS, "state": STATES, "source": SOURCES, "entry": Entry.values, "light": LIGHTS, "sort": SORTS}
        for name, values in allowed.items():
            if given[name] not in values:
                given[name] = ""
        return cls(**{name: value for name, value in given.items() if value})

    def conditions(self, pilot_names: dict[str, str]) -> list[tuple[str, str]]:
        """(name, words) of each active filter, without the tab and the order."""
        words = {
            "pilot": ("试点", pilot_names.get(self.pilot, self.pilot)),
            "state": ("状态", self.state),
            "clause": ("条款", self.clause),
            "sentence": ("句", self.sentence),
            "source": ("来源", SOURCES.get(self.source, "")),
            "entry": ("由什么产生", Entry(self.entry).label if self.entry else ""),
            "light": ("亮灯", LIGHTS.get(self.light, "")),
            "q": ("检索", self.q),
        }
        return [(name, f"{label}：{value}") for name, (label, value) in words.items() if value]


@dataclass(frozen=True)
class Row:
    """A task with its state, and the two phrases a list shows of it."""

    task: Task
    state: TaskState

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """At most one (figure, source, note)."""
        found = figure_words(self.state)
        return [found] if found else []

    @property
    def missing(self) -> str:
        return missing_words([(self.task, self.state)])


class TaskListing:
    """The tasks a person sees as of a day, narrowed by what they ask for."""

    def __init__(self, user: User, as_of: datetime.date, asked: Asked) -> None:
        self.user, self.as_of, self.asked = user, as_of, asked

    @cached_property
    def visible(self) -> QuerySet[Task]:
        """A community never sees the county's other duties as a list: they come to it as cards, packs and 待办 (为基层减负)."""
        rows = Task.objects.visible_to(self.user).select_related("obligation", "pilot__unit", "unit", "accountable")
        if self.user.role == Role.COMMUNITY:
            rows = rows.filter(obligation__kind=ObligationKind.PILOT_TASK)
        return rows.with_confirmation(self.as_of)

    @cached_property
    def tabs(self) -> dict[str, str]:
        return {key: label for key, label in TABS.items() if key != "other" or self.user.role != Role.COMMUNITY}

    @cached_property
    def total(self) -> int:
        return len(self._all) if self.whole else self.visible.count()

    @cached_property
    def whole(self) -> bool:
        """Whether there are few enough tasks to know all of them."""
        return self._all is not None

    @cached_property
    def _all(self) -> list[Task] | None:
        more, _ = together(self.visible.order_by()[WHOLE_UP_TO : WHOLE_UP_TO + 1].exists, plan_of_states)
        return None if more else list(self.visible)

    @cached_property
    def _states(self) -> dict[int, TaskState]:
        return task_states(self._all, self.as_of, whole=True)

    @cached_property
    def counts(self) -> dict[str, int | None]:
        """How many tasks each tab holds, before the filters; None where counting would mean reading everything."""
        if not self.whole:
            whole, pilot_tasks = together(self.visible.count, self.visible.filter(obligation__kind=ObligationKind.PILOT_TASK).count)
            return {"all": pilot_tasks, "other": whole - pilot_tasks, "due": None, "missing": None}
        return {tab: sum(self._in_tab(tab, task, self._states[task.pk]) for task in self._all) for tab in self.tabs}

    @cached_property
    def rows(self) -> list[Row]:
        """Every row that answers, in the order asked for."""
        if self.whole:
            tasks, states = self._all, self._states
        else:
            tasks = list(self._narrowed())
            states = task_states(tasks, self.as_of)
        found = [Row(task, states[task.pk]) for task in tasks if self._matches(task, states[task.pk])]
        return self._sorted(found)

    def page(self, number: str | None) -> Page:
        """20 rows. With too many tasks to know all, plain filters are answered by the database and only this page's states computed."""
        if self.whole or not self._plain():
            return Paginator(self.rows, PAGE_SIZE).get_page(number)
        order = {"due": ("obligation__due",), "-due": ("-obligation__due",), "title": ("obligation__title",)}.get(self.asked.sort, ())
        narrowed = self._narrowed()
        page = Paginator(narrowed.order_by(*order, *Task._meta.ordering) if order else narrowed, PAGE_SIZE).get_page(number)
        tasks = list(page.object_list)
        states = task_states(tasks, self.as_of)
        page.object_list = [Row(task, states[task.pk]) for task in tasks]
        return page

    def pilots(self) -> list[Pilot]:
        """The pilots to choose from, in plan order."""
        if self.whole:
            return sorted({task.pilot for task in self._all if task.pilot}, key=lambda pilot: pilot.order)
        return list(Pilot.objects.visible_to(self.user).select_related("unit"))

    def conditions(self) -> list[tuple[str, str]]:
        """The active filters in words."""
        return self.asked.conditions({pilot.code: pilot.unit.short_name for pilot in self.pilots()} if self.asked.pilot else {})

    # --- conditions ---------------------------------------------------------------------------------------------------------------

    def _plain(self) -> bool:
        asked = self.asked
        return asked.tab in ("all", "other") and not (asked.state or asked.light or asked.source or asked.q)

    def _narrowed(self) -> QuerySet[Task]:
        """The conditions a database answers alone; the others are matched afterwards (`_matches` holds all of them)."""
        asked, rows = self.asked, self.visible
        pilot_task = {"obligation__kind": ObligationKind.PILOT_TASK}
        rows = rows.exclude(**pilot_task) if asked.tab == "other" else rows.filter(**pilot_task)
        exact = {"pilot__code": asked.pilot, "obligation__clause": asked.clause, "obligation__sentence": asked.sentence}
        exact["obligation__entry"] = asked.entry
        return rows.filter(**{name: value for name, value in exact.items() if value})

    def _in_tab(self, tab: str, task: Task, state: TaskState) -> bool:
        pilot_task = task.obligation.kind == ObligationKind.PILOT_TASK
        if tab == "other":
            return not pilot_task
        if tab == "due":
            return pilot_task and not state.done and 0 <= state.days_left <= SOON_DAYS
        if tab == "missing":
            return pilot_task and not state.done and bool(state.missing_slots)
        return pilot_task

    def _matches(self, task: Task, state: TaskState) -> bool:
        asked, obligation = self.asked, task.obligation
        return (
            self._in_tab(asked.tab, task, state)
            and (not asked.pilot or (task.pilot is not None and task.pilot.code == asked.pilot))
            and (not asked.clause or obligation.clause == asked.clause)
            and (not asked.sentence or obligation.sentence == asked.sentence)
            and (not asked.entry or obligation.entry == asked.entry)
            and (not asked.light or state.light == asked.light)
            and (not asked.source or any(measured.indicator.source == asked.source for measured in state.measures))
            and (not asked.state or (not state.done if asked.state == OPEN else state.status == asked.state))
            and (not asked.q or self._has_words(task))
        )

    def _has_words(self, task: Task) -> bool:
        obligation, text = task.obligation, self.asked.q.lower()
        if obligation.code.lower() == text:
            return True
        return any(text in field for field in (obligation.title.lower(), obligation.quote.lower(), obligation.search))

    def _sorted(self, rows: list[Row]) -> list[Row]:
        sort = self.asked.sort
        if sort in ("due", "-due"):
            return sorted(rows, key=lambda row: row.task.obligation.due, reverse=sort == "-due")
        if sort == "title":
            return sorted(rows, key=lambda row: row.task.obligation.search)
        return rows

    def without_one(self) -> tuple[str, int, str] | None:
        """For an empty answer: the filter to drop, how many rows there are then, its name; None when none would help."""
        for name, words in reversed(self.conditions()):
            left = TaskListing(self.user, self.as_of, replace(self.asked, **{name: ""}))
            if self.whole:
                left.__dict__.update(_all=self._all, _states=self._states)
            if left.rows:
                return words, len(left.rows), name
        return None


def figure_words(state: TaskState) -> tuple[str, str, str] | None:
    """The figure a list shows: (0 / ≥1 项, source, note); the first that is judged, else the first. None without indicators."""
    measured = next((m for m in state.measures if m.judged), next(iter(state.measures), None))
    if measured is None:
        return None
    more = f"等 {len(state.measures)} 项指标" if len(state.measures) > 1 else ""
    if not measured.judged:
        return measured.actual, measured.indicator.source, "目标待核定"
    return f"{measured.number} / {measured.wanted}", measured.indicator.source, more


def light_word(light: Light | None) -> str:
    return LIGHTS.get(light, "—") if light else "—"


def export_rows(rows: Iterable[Row]) -> Iterable[tuple]:
    """The columns of the workbook, one row per task; several indicators stand below each other in a cell."""
    for number, row in enumerate(rows, 1):
        task, state, obligation = row.task, row.state, row.task.obligation
        yield (
            number,
            task.pilot.unit.short_name if task.pilot else "",
            obligation.code,
            obligation.title,
            obligation.clause,
            obligation.quote,
            task.unit.short_name,
            task.accountable.short_name,
            obligation.due,
            obligation.get_due_basis_display(),
            "\n".join(m.indicator.metric.name for m in state.measures),
            "\n".join(m.indicator.get_source_display() for m in state.measures),
            "\n".join(m.wanted if m.judged else "目标待核定" for m in state.measures),
            "\n".join(m.actual for m in state.measures),
            "\n".join(m.standing.value for m in state.measures),
            len(state.slots),
            state.approved_slots,
            "、".join(slot.type.name for slot in state.missing_slots),
            state.status.value,
            light_word(state.light),
            obligation.get_entry_display(),
        )
