"""The register of measurable figures by code, filled by every app's `metrics.py`: so a lower floor shows figures whose rows live higher up.

A metric is set-based: `f(pilots, as_of, **params) -> {pilot_id: Figure}` in one query per code and parameters, with a second function
for the rows behind it. A code nobody registered is 未登记: its register does not exist yet, which is not the same as 0.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.module_loading import autodiscover_modules

from pilots.models import Basis, Indicator, Pilot


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

Compute = Callable[..., Mapping[int, Figure]]


@dataclass(frozen=True)
class Registered:
    """`compute` gives the figures, `rows` the queryset behind them (for 每个数字打开它的明细), `url_name` the list that shows those rows."""

    code: str
    compute: Compute
    rows: Callable | None = None


REGISTER: dict[str, Registered] = {}


def metric(code: str, *, rows: Callable | None = None) -> Callable[[Compute], Compute]:
    """Decorator: register the computation of a metric of the plan file under its code."""

    def add(compute: Compute) -> Compute:
        REGISTER[code] = Registered(code, compute, rows)
        return compute

    return add


def registered(code: str) -> Registered | None:
    autodiscover_modules("metrics")
    return REGISTER.get(code)


def figures(code: str, pilots: Iterable[Pilot], as_of: datetime.date, **params) -> dict[int, Figure]:
    """Figures of `code` for the pilots as of a day, by pilot id; 未登记 where no room keeps such rows yet."""
    pilots = list(pilots)
    found = registered(code)
    if found is None:
        return {pilot.pk: UNREGISTERED for pilot in pilots}
    computed = found.compute(pilots, as_of, **params)
    return {pilot.pk: computed.get(pilot.pk, Figure(Decimal(0))) for pilot in pilots}


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
