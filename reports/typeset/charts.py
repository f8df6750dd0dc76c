"""Charts as own SVG, 442 pt wide: the geometry is worked out here, the drawing is a template. Lengths are points of the viewBox.

Values are always printed, so no reader has to measure; three steps of lightness keep the series apart in grey.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reports.document import StackedBars, show
from reports.typeset.compose import compose_ragged
from reports.typeset.fonts import HEI, FontSet
from reports.typeset.measures import MEASURE, Q, whole_lines
from reports.typeset.styles import Styles, set_plain
from reports.typeset.tables import MAX_CAPTION_CHARS, caption_text
from reports.typeset.text import clean, shortened

WIDTH = 442.0
PLOT_LEFT, PLOT_RIGHT, PLOT_TOP = 78.0, 392.0, 24.0
FOOT = 16.0
ROW = 18.066
BAR_SHARE = 0.62
LABEL_X, VALUE_X = 72.0, 423.0
LABEL_SIZE, AXIS_SIZE, COUNT_SIZE, VALUE_SIZE, LEGEND_SIZE = 9.5, 8.0, 8.5, 10.0, 9.0
DROP = 3.23
"""From the middle of a bar to the baseline of its texts."""
DARK, PALE, OPEN = ("#1d4f91", "none"), ("#b9cce3", "none"), ("#ffffff", "#777777")
SERIES_INKS = (DARK, PALE, OPEN)
"""(fill, stroke): 28 % and 78 % lightness and white with outline are never confused in grey."""
TEXT, AXIS_TEXT, LIGHT_TEXT = "#1a1a1a", "#444444", "#ffffff"
GRID, BASE, SUM, TIME, CASING = ("#c8c8c8", 0.4), ("#555555", 0.6), ("#555555", 0.5), ("#1a1a1a", 1.1), ("#ffffff", 2.7)
"""(stroke, width in points) of grid lines, the axis, the rule over the totals, 序时进度 and the casing round it."""
CAPTION_Q, CAPTION_SIZE, ABOVE_Q = 3, 10.5, 1


@dataclass(frozen=True)
class Mark:
    """A text in a chart; anchor is start, middle or end."""

    text: str
    x: float
    y: float
    size: float
    anchor: str = "middle"
    fill: str = TEXT


@dataclass(frozen=True)
class Box:
    """A rectangle in a chart."""

    x: float
    y: float
    width: float
    height: float
    ink: tuple[str, str]


@dataclass(frozen=True)
class Rule:
    """A straight line in a chart."""

    x1: float
    y1: float
    x2: float
    y2: float
    ink: tuple[str, float]


@dataclass(frozen=True)
class ChartLayout:
    """A drawn figure: what the SVG template prints, its alternative text with all figures, and its height on the grid."""

    caption: str
    alt: str
    height: float
    svg_class: str
    boxes: tuple[Box, ...]
    rules: tuple[Rule, ...]
    marks: tuple[Mark, ...]
    block_lines: int
    width: float = WIDTH
    over: tuple[Rule, ...] = ()


def percent_axis(bottom: float) -> tuple[list[Rule], list[Mark]]:
    """Upright grid lines at 0 to 100 % with their texts under the plot."""
    rules, marks = [], []
    for share in (0, 25, 50, 75, 100):
        x = PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) * share / 100
        rules.append(Rule(x, PLOT_TOP, x, bottom, GRID))
        marks.append(Mark(f"{share}%", x, bottom + 12, AXIS_SIZE, fill=AXIS_TEXT))
    return rules, marks


def legend(names: tuple[str, ...]) -> tuple[list[Box], list[Mark]]:
    """Squares with names above the plot, left-aligned with it."""
    boxes, marks, x = [], [], PLOT_LEFT
    for name, ink in zip(names, SERIES_INKS, strict=False):
        inset = 0.25 if ink == OPEN else 0
        boxes.append(Box(x + inset, 4.5 + inset, 9 - 2 * inset, 9 - 2 * inset, ink))
        marks.append(Mark(clean(name), x + 12.7, 12.5, LEGEND_SIZE, "start"))
        x += 35 + LEGEND_SIZE * len(name)
    return boxes, marks


def draw(chart: StackedBars, fonts: FontSet, styles: Styles) -> ChartLayout:
    """CH1: bars stacked to 100 %, counts inside, the rate at the right; totals stand last under a rule across the figure."""
    bottom = PLOT_TOP + ROW * len(chart.bars)
    grid, marks = percent_axis(bottom)
    boxes, texts = legend(_names(chart.series))
    marks += [*texts, Mark(clean(chart.value_title), VALUE_X, 12.5, LEGEND_SIZE)]
    over = [Rule(PLOT_LEFT, PLOT_TOP, PLOT_LEFT, bottom, BASE)]
    for i, bar in enumerate(chart.bars):
        top = PLOT_TOP + ROW * i
        middle = top + ROW / 2
        if bar.total and i:
            over.insert(0, Rule(0, top, WIDTH, top, SUM))
        marks.append(Mark(_fitting(clean(bar.label)), LABEL_X, middle + DROP, LABEL_SIZE, "end"))
        if bar.value is not None:
            marks.append(Mark(show(bar.value, "percent"), VALUE_X, middle + DROP, VALUE_SIZE))
        bar_boxes, bar_marks = _stack(bar.parts, middle)
        boxes += bar_boxes
        marks += bar_marks
    if chart.time_mark is not None:
        rules, mark = _time_mark(chart, bottom)
        over += rules
        marks.append(mark)
    caption = compose_ragged(
        [(shortened(caption_text(chart.number, chart.finding, "图"), MAX_CAPTION_CHARS), HEI)],
        fonts=fonts,
        measure=MEASURE,
        size=CAPTION_SIZE,
        balanced=True,
    )
    height = bottom + FOOT
    q = round(height / Q + 0.49)
    return ChartLayout(
        caption=set_plain(caption, HEI),
        alt=_alt(chart),
        height=round(height, 3),
        svg_class=styles.height(q),
        boxes=tuple(boxes),
        rules=tuple(grid),
        marks=tuple(marks),
        block_lines=whole_lines(ABOVE_Q + q + CAPTION_Q * max(1, len(caption))),
        over=tuple(over),
    )


def _stack(parts: tuple[int, ...], middle: float) -> tuple[list[Box], list[Mark]]:
    total = sum(parts)
    height = ROW * BAR_SHARE
    boxes, marks = [], []
    x = PLOT_LEFT
    for count, ink in zip(parts, SERIES_INKS, strict=False):
        width = (PLOT_RIGHT - PLOT_LEFT) * count / total if total else 0
        if width <= 0:
            continue
        inset = 0.25 if ink == OPEN else 0
        boxes.append(
            Box(round(x + inset, 3), round(middle - height / 2 + inset, 3), round(width - 2 * inset, 3), round(height - 2 * inset, 3), ink)
        )
        if width >= COUNT_SIZE * 0.55 * len(str(count)) + 2:
            marks.append(Mark(str(count), round(x + width / 2, 3), middle + DROP, COUNT_SIZE, fill=LIGHT_TEXT if ink == DARK else TEXT))
        x += width
    return boxes, marks


def _time_mark(chart: StackedBars, bottom: float) -> tuple[list[Rule], Mark]:
    """序时进度 as an upright line with a white casing, named in the legend so that its text never meets another."""
    share = Decimal(chart.time_mark or 0)
    x = float(Decimal(PLOT_LEFT) + Decimal(PLOT_RIGHT - PLOT_LEFT) * share / 100)
    start = PLOT_LEFT + sum(35 + LEGEND_SIZE * len(name) for name in _names(chart.series))
    rules = [Rule(x, PLOT_TOP, x, bottom, CASING), Rule(x, PLOT_TOP, x, bottom, TIME), Rule(start + 4, 4, start + 4, 14, TIME)]
    return rules, Mark(f"序时进度{show(share, 'percent')}", start + 9, 12.5, LEGEND_SIZE, "start")


def _names(series: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the series as the legend has room for them."""
    return tuple(shortened(name, 8) for name in series[: len(SERIES_INKS)])


def _fitting(label: str) -> str:
    """A label that stays within its 72 points."""
    return label if len(label) <= 7 else f"{label[:6]}…"


def _alt(chart: StackedBars) -> str:
    bars = "；".join(
        f"{clean(bar.label)}"
        + "、".join(f"{clean(name)}{count}" for name, count in zip(chart.series, bar.parts, strict=False))
        + (f"，{clean(chart.value_title)}{show(bar.value, 'percent')}" if bar.value is not None else "")
        for bar in chart.bars
    )
    return shortened(f"{caption_text(chart.number, chart.finding, '图')}。{bars}。", 1000)
