"""问题发现与销号 as a drawing made by the server: plain SVG attributes, so that it prints, zooms and passes the strict CSP."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from supervision.queries import MonthFlow

WIDTH, HEAD, BOTTOM, HEIGHT = 368, 20, 258, 304
LEFT, RIGHT = 26, 364
MOST_MONTHS = 9


@dataclass(frozen=True)
class Column:
    """One month: two bars with their counts, and how many were open at its end."""

    flow: MonthFlow
    middle: Decimal
    found_x: Decimal
    found_y: Decimal
    closed_x: Decimal
    closed_y: Decimal

    @property
    def found_height(self) -> Decimal:
        return BOTTOM - self.found_y

    @property
    def closed_height(self) -> Decimal:
        return BOTTOM - self.closed_y

    @property
    def label(self) -> str:
        return f"{self.flow.month.month}月"


@dataclass(frozen=True)
class FlowChart:
    """Bars from zero, the axis labelled at even numbers; `bar` is the width of one bar."""

    columns: tuple[Column, ...]
    ticks: tuple[tuple[Decimal, int], ...]
    bar: Decimal
    narrow: bool
    left: int = LEFT
    right: int = RIGHT
    bottom: int = BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def flow_chart(flows: Sequence[MonthFlow]) -> FlowChart:
    """The last months of `flows` (in order); counts, no unit but 个."""
    shown = list(flows)[-MOST_MONTHS:]
    highest = max([*(flow.found for flow in shown), *(flow.closed for flow in shown), 1])
    step = max(1, -(-highest // 4))
    top = step * -(-highest // step) if highest > step else step * 2
    gap = Decimal(RIGHT - LEFT) / max(len(shown), 1)
    bar = min(Decimal(18), (gap - 6) / 2).quantize(Decimal("0.1"))

    def y(count: int) -> Decimal:
        return (BOTTOM - Decimal(BOTTOM - HEAD) * count / top).quantize(Decimal("0.1"))

    columns = []
    for place, flow in enumerate(shown):
        middle = (LEFT + gap * place + gap / 2).quantize(Decimal("0.1"))
        columns.append(Column(flow, middle, middle - bar - 1, y(flow.found), middle + 1, y(flow.closed)))
    ticks = tuple((y(count), count) for count in range(0, top + 1, step))
    return FlowChart(tuple(columns), ticks, bar, narrow=len(shown) > 6)


def flow_finding(flows: Sequence[MonthFlow]) -> tuple[str, str]:
    """(words, bold words): 11 月新发现、销号各 6 个，未销号停在 9 个."""
    if not flows or not any(flow.found for flow in flows):
        return "还没有发现问题", ""
    last, before = flows[-1], flows[-2].open if len(flows) > 1 else 0
    month = f"{last.month.month} 月"
    if last.found == last.closed:
        said = f"{month}新发现、销号各 {last.found} 个，" if last.found else f"{month}没有新发现，也没有销号，"
    else:
        said = f"{month}新发现 {last.found} 个、销号 {last.closed} 个，"
    if last.open == 0:
        return said, "已全部销号"
    moved = "停在" if last.open == before else "升至" if last.open > before else "降至"
    return said, f"未销号{moved} {last.open} 个"
