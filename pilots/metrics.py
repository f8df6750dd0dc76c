"""The register of measurable figures by code, filled by every app's `metrics.py`: so a lower floor shows figures whose rows live higher up.

A metric is set-based: `f(pilots, as_of, **params) -> {pilot_id: Figure}` in one query per code and parameters, with a second function
for the rows behind it. A code nobody registered is 未登记: its register does not exist yet, which is not the same as 0.

A page shows dozens of figures. Metrics that read the same rows name a common `source(pilots, as_of)`, which a `Measurement` runs once
for all of them; their computation is `f(rows, **params) -> {pilot_id: Figure}` without a query:

    def approved_activities(pilots, as_of): ...one query, grouped by pilot and category...

    @metric("activity_count", source=approved_activities)
    def activity_count(rows, category=None): ...
"""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache, partial
from importlib import import_module

from django.utils.module_loading import autodiscover_modules

from accounts.together import only_once, together
from pilots.models import Basis, Indicator, Pilot
from pilots.record_memory import remembered


class FigureState(StrEnum):
    VALUE = "有值"
    UNREGISTERED = "未登记"
    NOT_APPLICABLE = "不适用"


@dataclass(frozen=True)
class Figure:
    """A measured value of one pilot as of a day; a rate carries what it was divided from."""

    value: Decimal | None
    state: FigureState = FigureState.VALUE
    numerator: int | Decimal | None = None
    denominator: int | Decimal | None = None

    @property
    def known(self) -> bool:
        return self.state == FigureState.VALUE


UNREGISTERED = Figure(None, FigureState.UNREGISTERED)
NOT_APPLICABLE = Figure(None, FigureState.NOT_APPLICABLE)
ZERO = Figure(Decimal(0))

Compute = Callable[..., Mapping[int, Figure]]
Source = Callable[[list[Pilot], datetime.date], object]


@dataclass(frozen=True)
class Registered:
    """`compute` gives the figures, `rows(pilot, as_of, **params)` the queryset behind one (每个数字打开它的明细), `source` the shared query."""

    code: str
    compute: Compute
    rows: Callable | None = None
    source: Source | None = None


REGISTER: dict[str, Registered] = {}


def metric(code: str, *, rows: Callable | None = None, source: Source | None = None) -> Callable[[Compute], Compute]:
    """Decorator: register the computation of a metric of the plan file under its code."""

    def add(compute: Compute) -> Compute:
        REGISTER[code] = Registered(code, compute, rows, source)
        return compute

    return add


@cache
def _discover() -> None:
    """Let every app register its figures, once per process."""
    autodiscover_modules("metrics")


def registered(code: str) -> Registered | None:
    """The computation of `code`, None where no room keeps such rows yet."""
    for own in ("pilots.plan_figures", "pilots.project_figures"):  # this room's own; they read pilots.queries, which read this register
        import_module(own)
    _discover()
    return REGISTER.get(code)


class Measurement:
    """The figures of some pilots as of one day. Each source is read once, each figure computed once; make one per page or report."""

    def __init__(self, pilots: Iterable[Pilot], as_of: datetime.date) -> None:
        self.pilots, self.as_of = list(pilots), as_of
        self._whose = tuple(pilot.pk for pilot in self.pilots)
        self._sources: dict[Source, object] = {}
        self._figures: dict[tuple, dict[int, Figure]] = {}

    def figures(self, code: str, **params) -> dict[int, Figure]:
        """Figures of `code` by pilot id: 0 where nothing was recorded, 未登记 where no room keeps such rows yet."""
        key = (code, repr(sorted(params.items())))
        if key not in self._figures:
            self._figures[key] = only_once((*key, self._whose, self.as_of), partial(self._compute, registered(code), params))
        return self._figures[key]

    def prepare(self, indicators: Iterable[Indicator]) -> None:
        """The figures of these indicators, their sources asked together; `figures` then finds them."""
        wanted = {(i.metric.code, repr(i.params)): i.params for i in indicators}
        together(*(partial(self.figures, code, **params) for (code, _), params in wanted.items()))

    def read(self, source: Source) -> object:
        """What a shared source gives, read once."""
        if source not in self._sources:
            key = (source.__module__, source.__qualname__, self._whose, self.as_of)
            self._sources[source] = remembered(key, lambda: source(self.pilots, self.as_of))
        return self._sources[source]

    def _compute(self, found: Registered | None, params: dict) -> dict[int, Figure]:
        if found is None or not self.pilots:
            return {pilot.pk: UNREGISTERED for pilot in self.pilots}
        if found.source is None:
            key = ("metric", found.code, repr(sorted(params.items())), self._whose, self.as_of)
            computed = remembered(key, lambda: found.compute(self.pilots, self.as_of, **params))
        else:
            computed = found.compute(self.read(found.source), **params)
        return {pilot.pk: computed.get(pilot.pk, ZERO) for pilot in self.pilots}


def figures(code: str, pilots: Iterable[Pilot], as_of: datetime.date, **params) -> dict[int, Figure]:
    """Figures of one code for the pilots as of a day, by pilot id."""
    return Measurement(pilots, as_of).figures(code, **params)


class Standing(StrEnum):
    """How a figure stands to its target."""

    MET = "已达标"
    NOT_MET = "未达标"
    PENDING = "目标待核定"
    UNREGISTERED = "未登记"
    NOT_APPLICABLE = "不适用"


def standing(indicator: Indicator, figure: Figure) -> Standing:
    """Judge a figure. A target of source 建议 is never judged; 未登记 is never 0."""
    if indicator.source == Basis.PROPOSED:
        return Standing.PENDING
    if figure.state == FigureState.UNREGISTERED:
        return Standing.UNREGISTERED
    if figure.state == FigureState.NOT_APPLICABLE or figure.value is None:
        return Standing.NOT_APPLICABLE
    value, target = figure.value, indicator.target
    met = {
        Indicator.Comparator.AT_LEAST: value >= target,
        Indicator.Comparator.MORE: value > target,
        Indicator.Comparator.AT_MOST: value <= target,
        Indicator.Comparator.EQUAL: value == target,
    }[Indicator.Comparator(indicator.comparator)]
    return Standing.MET if met else Standing.NOT_MET
