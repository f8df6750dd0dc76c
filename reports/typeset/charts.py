"""Charts as own SVG: CH1 is drawn here, the others in files of their own; every one gets its caption and its place on the grid."""

from __future__ import annotations

from decimal import Decimal

from reports.document import Chart, HeatMap, MonthBars, RateBars, StackedBars, show
from reports.typeset.chart_lights import plot_lights
from reports.typeset.chart_months import plot_months
from reports.typeset.chart_rates import plot_rates
from reports.typeset.compose import compose_ragged
from reports.typeset.drawing import (
    ABOVE_Q,
    BAR_SHARE,
    BASE,
    CAPTION_Q,
    CAPTION_SIZE,
    CASING,
    COUNT_SIZE,
    DARK,
    DROP,
    FOOT,
    LABEL_SIZE,
    LABEL_X,
    LEGEND_SIZE,
    LIGHT_TEXT,
    OPEN,
    PALE,
    PLOT_LEFT,
    PLOT_RIGHT,
    PLOT_TOP,
    ROW,
    SERIES_INKS,
    SUM,
    TEXT,
    TIME,
    VALUE_SIZE,
    VALUE_X,
    WIDTH,
    Box,
    ChartLayout,
    Mark,
    Plot,
    Rule,
    fitting,
    legend,
    percent_axis,
)
from reports.typeset.fonts import HEI, FontSet
from reports.typeset.measures import MEASURE, Q, whole_lines
from reports.typeset.styles import Styles, set_plain
from reports.typeset.tables import MAX_CAPTION_CHARS, caption_text
from reports.typeset.text import clean, shortened

__all__ = ["DARK", "LABEL_X", "OPEN", "PALE", "PLOT_LEFT", "PLOT_RIGHT", "draw", "plot"]


def draw(chart: Chart, fonts: FontSet, styles: Styles) -> ChartLayout:
    """A chart with its caption, on the grid."""
    drawing = plot(chart)
    caption = compose_ragged(
        [(shortened(caption_text(chart.number, chart.finding, "图"), MAX_CAPTION_CHARS), HEI)],
        fonts=fonts,
        measure=MEASURE,
        size=CAPTION_SIZE,
        balanced=True,
    )
    q = round(drawing.height / Q + 0.49)
    lines = whole_lines(ABOVE_Q + q + CAPTION_Q * max(1, len(caption)))
    return ChartLayout(drawing, set_plain(caption, HEI), styles.height(q), lines)


def plot(chart: Chart) -> Plot:
    """The drawing alone, as the page's preview shows it too."""
    if isinstance(chart, RateBars):
        return plot_rates(chart)
    if isinstance(chart, MonthBars):
        return plot_months(chart)
    return plot_lights(chart) if isinstance(chart, HeatMap) else plot_stacked(chart)


def plot_stacked(chart: StackedBars) -> Plot:
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
        marks.append(Mark(fitting(clean(bar.label)), LABEL_X, middle + DROP, LABEL_SIZE, "end"))
        if bar.value is not None:
            marks.append(Mark(show(bar.value, "percent"), VALUE_X, middle + DROP, VALUE_SIZE))
        bar_boxes, bar_marks = _stack(bar.parts, middle)
        boxes += bar_boxes
        marks += bar_marks
    if chart.time_mark is not None:
        rules, mark = _time_mark(chart, bottom)
        over += rules
        marks.append(mark)
    height = round(bottom + FOOT, 3)
    return Plot(height, _alt(chart), tuple(grid), tuple(boxes), tuple(over), (), tuple(marks))


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


def _alt(chart: StackedBars) -> str:
    bars = "；".join(
        f"{clean(bar.label)}"
        + "、".join(f"{clean(name)}{count}" for name, count in zip(chart.series, bar.parts, strict=False))
        + (f"，{clean(chart.value_title)}{show(bar.value, 'percent')}" if bar.value is not None else "")
        for bar in chart.bars
    )
    return shortened(f"{caption_text(chart.number, chart.finding, '图')}。{bars}。", 1000)
