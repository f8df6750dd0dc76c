"""CH2: bars of a rate against 序时进度 and the limits that follow from it; state word and shape at the right."""

from __future__ import annotations

from reports.document import RateBar, RateBars, RateLine, show
from reports.typeset.drawing import (
    AXIS_SIZE,
    AXIS_TEXT,
    BAR_SHARE,
    BASE,
    CASING,
    DARK,
    DROP,
    FOOT,
    GRID,
    LABEL_SIZE,
    LABEL_X,
    LEGEND_SIZE,
    PLOT_LEFT,
    PLOT_TOP,
    ROW,
    SUM,
    VALUE_SIZE,
    WIDTH,
    Box,
    Mark,
    Path,
    Plot,
    Rule,
    fitting,
    hatching,
    shape,
    spoken,
)
from reports.typeset.text import clean

RIGHT, VALUE_X, SHAPE_X, WORD_X = 372.0, 392.0, 415.5, 422.5
LINE_LABEL_Y, LINE_SIZE, APART = 15.5, 8.0, 62.0
HATCH = {"warn": (4.0, "#8a5c00"), "late": (2.6, "#b3261e")}
DASHES = {"solid": "", "dashed": "3 2", "dotted": "1 1.6"}


def _at(value) -> float:
    return PLOT_LEFT + (RIGHT - PLOT_LEFT) * min(max(float(value), 0.0), 100.0) / 100


def plot_rates(chart: RateBars) -> Plot:
    """One bar for each pilot, the total last under a rule across the figure."""
    bottom = PLOT_TOP + ROW * len(chart.bars)
    rules = [Rule(_at(share), PLOT_TOP, _at(share), bottom, GRID) for share in (0, 25, 50, 75, 100)]
    marks = [Mark(f"{share}%", _at(share), bottom + 12, AXIS_SIZE, fill=AXIS_TEXT) for share in (0, 25, 50, 75, 100)]
    boxes: list[Box] = []
    paths: list[Path] = []
    over = [Rule(PLOT_LEFT, PLOT_TOP, PLOT_LEFT, bottom, BASE)]
    for i, bar in enumerate(chart.bars):
        top = PLOT_TOP + ROW * i
        if bar.total and i:
            over.insert(0, Rule(0, top, WIDTH, top, SUM))
        _bar(bar, top + ROW / 2, boxes, paths, marks)
    drawn = [line for line in chart.lines if 0 < line.value <= 100]
    for line, x in zip(drawn, _label_places([_at(line.value) for line in drawn]), strict=True):
        _line(line, x, bottom, over, paths, marks)
    rows = [f"{clean(bar.label)}{chart.value_title}{show(bar.value, 'percent')}{bar.word}" for bar in chart.bars]
    alt = spoken(f"{chart.number}　{chart.finding}", rows)
    return Plot(round(bottom + FOOT, 3), alt, tuple(rules), tuple(boxes), tuple(over), tuple(paths), tuple(marks))


def _bar(bar: RateBar, middle: float, boxes: list[Box], paths: list[Path], marks: list[Mark]) -> None:
    height = ROW * BAR_SHARE
    x, y, width = PLOT_LEFT, round(middle - height / 2, 3), round(_at(bar.value or 0) - PLOT_LEFT, 3)
    if width > 0 and bar.state in HATCH:
        step, ink = HATCH[bar.state]
        boxes.append(Box(x + 0.25, y + 0.25, max(width - 0.5, 0.1), round(height - 0.5, 3), ("#ffffff", ink)))
        paths.append(hatching(x, y, width, height, step, ink))
    elif width > 0:
        boxes.append(Box(x, y, width, round(height, 3), DARK))
    marks.append(Mark(fitting(clean(bar.label)), LABEL_X, middle + DROP, LABEL_SIZE, "end"))
    marks.append(Mark(show(bar.value, "percent"), VALUE_X, middle + DROP, VALUE_SIZE))
    if bar.state:
        paths.append(shape(bar.state, SHAPE_X, middle))
        marks.append(Mark(clean(bar.word), WORD_X, middle + DROP, LEGEND_SIZE, "start"))


def _line(line: RateLine, label_x: float, bottom: float, over: list[Rule], paths: list[Path], marks: list[Mark]) -> None:
    x = round(_at(line.value), 3)
    paths.append(Path(f"M{x} {PLOT_TOP}V{bottom:.3f}", stroke=CASING[0], width=CASING[1]))
    paths.append(Path(f"M{x} {PLOT_TOP - 5}V{bottom:.3f}", stroke="#1a1a1a", width=1.1, dash=DASHES[line.style]))
    marks.append(Mark(f"{clean(line.label)} {show(line.value, 'percent')}", label_x, LINE_LABEL_Y, LINE_SIZE))


def _label_places(places: list[float]) -> list[float]:
    """Where the labels stand above their lines: moved apart where two would meet, the last one within the figure."""
    found = list(places)
    for i in range(len(found) - 2, -1, -1):
        found[i] = min(found[i], found[i + 1] - APART)
    return [round(x, 3) for x in found]
