"""What the system's figures answer beforehand: the figure beside an item, its note, and the answer it proposes by rules.PRE_ANSWERS.

A metric nobody registered, and an item without one, is 现场核实: no figure, no answer proposed.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from pilots.metrics import Figure, FigureState, Measurement
from pilots.models import Pilot
from pilots.queries import implementation_phase, time_progress
from supervision.models import Answer, ChecklistItem
from supervision.rules import PRE_ANSWERS, PreAnswer

ON_SITE = "系统不取数，以现场为准"
NOT_REGISTERED = "系统尚未登记，以现场为准"
MONTHLY_COUNTS = ("activity_count",)
"""Counts shown for the month of the visit, against the month before."""


@dataclass(frozen=True)
class Prefilled:
    """`figure` empty means 现场核实; `answer` empty means nothing is proposed."""

    figure: str = ""
    note: str = ON_SITE
    answer: str = ""


def prefill(pilot: Pilot, items: Iterable[ChecklistItem], day: datetime.date) -> dict[str, Prefilled]:
    """Figure, note and proposed answer of each item by its code, as of `day`."""
    share = time_progress(implementation_phase(pilot.programme), day)
    now = Measurement([pilot], day)
    found = {}
    for item in items:
        if not item.metric:
            found[item.code] = Prefilled()
        elif item.metric in MONTHLY_COUNTS:
            found[item.code] = _month_count(pilot, item.metric, day, now)
        else:
            found[item.code] = _one(item.metric, now.figures(item.metric)[pilot.pk], share)
    return found


def _one(metric: str, figure: Figure, share: Decimal) -> Prefilled:
    rule = PRE_ANSWERS.get(metric)
    if figure.state == FigureState.UNREGISTERED or rule is None:
        return Prefilled(note=NOT_REGISTERED)
    if not figure.known:
        return Prefilled(figure="不适用", note=f"{rule.name}，还没有可计算的记录")
    if metric == "separate_ledger":
        return Prefilled("是" if figure.value else "否", rule.name, Answer.YES if figure.value else Answer.NO)
    if metric == "budget_execution_rate":
        return Prefilled(f"{figure.value:.1f}%", f"{rule.name}，序时进度 {share:.1f}%", rule.judge(figure.value - share) or "")
    if rule.yes is None:
        return Prefilled(f"{_number(figure.value)} {rule.counter}", rule.name)
    note = rule.name
    if not figure.value and not figure.denominator:
        return Prefilled("无记录", f"{note}，还没有可计算的记录")
    if figure.denominator:
        note += f"，{_number(figure.numerator)} / {_number(figure.denominator)} {rule.counter}"
    return Prefilled(f"{figure.value:.1f}%", note, rule.judge(figure.value) or "")


def _month_count(pilot: Pilot, metric: str, day: datetime.date, now: Measurement) -> Prefilled:
    """11月活动 12 场，比10月少 3 场: the count of the month so far and of the whole month before."""
    rule: PreAnswer = PRE_ANSWERS[metric]
    before = day.replace(day=1) - datetime.timedelta(days=1)
    earlier = before.replace(day=1) - datetime.timedelta(days=1)
    totals = [now.figures(metric)[pilot.pk], *(Measurement([pilot], end).figures(metric)[pilot.pk] for end in (before, earlier))]
    if not all(figure.known for figure in totals):
        return Prefilled(note=NOT_REGISTERED)
    this, last = totals[0].value - totals[1].value, totals[1].value - totals[2].value
    change = "与{}月持平" if this == last else "比{}月多 {} {}" if this > last else "比{}月少 {} {}"
    note = f"{day.month}月活动，" + change.format(before.month, _number(abs(this - last)), rule.counter)
    return Prefilled(f"{_number(this)} {rule.counter}", note)


def _number(value: Decimal | int | None) -> str:
    return "0" if value is None else f"{Decimal(value).normalize():,f}"
