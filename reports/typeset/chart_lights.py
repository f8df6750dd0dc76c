"""CH5: a light for every pilot and month, with the number of open problems; months to come are hollow."""

from __future__ import annotations

from reports.document import HeatCell, HeatMap
from reports.typeset.drawing import (
    BASE,
    DROP,
    LABEL_SIZE,
    LABEL_X,
    LEGEND_SIZE,
    PLOT_LEFT,
    SUM,
    WIDTH,
    Box,
    Mark,
    Path,
    Plot,
    Rule,
    fitting,
    shape,
    spoken,
)
from reports.typeset.text import clean

TOP, ROW, FOOT = 29.0, 18.4, 4.0
GROUNDS = {"warn": "#fdf0cf", "late": "#e7b5b0"}
"""Cells darken with severity: white, 94 %, 76 %."""
LINES = ("#6b6b6b", 0.5)
LEGEND = (("ok", "正常"), ("warn", "预警"), ("late", "逾期"), ("none", "未到期"))
CELL_SIZE = 9.0


def plot_lights(chart: HeatMap) -> Plot:
    """Rows in plan order, the total last under a rule; a dashed line at the as-of day."""
    column = (WIDTH - PLOT_LEFT) / max(1, len(chart.columns))
    bottom = round(TOP + ROW * len(chart.rows), 3)
    marks = [Mark(clean(chart.note), WIDTH, 10, 8.5, "end")]
    paths: list[Path] = []
    for i, (state, word) in enumerate(LEGEND):
        paths.append(shape(state, PLOT_LEFT + 6 + 56 * i, 7))
        marks.append(Mark(word, PLOT_LEFT + 13 + 56 * i, 10, LEGEND_SIZE, "start"))
    boxes: list[Box] = []
    over = [Rule(PLOT_LEFT + column * i, TOP, PLOT_LEFT + column * i, bottom, LINES) for i in range(1, len(chart.columns) + 1)]
    marks += [Mark(clean(name), PLOT_LEFT + column * (i + 0.5), TOP - 4.5, LABEL_SIZE) for i, name in enumerate(chart.columns)]
    for k, row in enumerate(chart.rows):
        y = TOP + ROW * k
        over.append(Rule(0 if row.total else PLOT_LEFT, y, WIDTH, y, SUM if row.total or k == 0 else LINES))
        marks.append(Mark(fitting(clean(row.label)), LABEL_X, y + ROW / 2 + DROP, LABEL_SIZE, "end"))
        for i, cell in enumerate(row.cells):
            _cell(cell, PLOT_LEFT + column * i, y, column, boxes, paths, marks)
    over += [Rule(PLOT_LEFT, bottom, WIDTH, bottom, SUM), Rule(PLOT_LEFT, TOP, PLOT_LEFT, bottom, BASE)]
    if 0 < chart.past < len(chart.columns):
        x = round(PLOT_LEFT + column * chart.past, 3)
        paths.append(Path(f"M{x} {TOP - 14}V{bottom}", stroke="#000000", width=1.1, dash="2.4 1.8"))
    rows = [f"{clean(row.label)}" + "，".join(_said(n, c) for n, c in zip(chart.columns, row.cells, strict=False)) for row in chart.rows]
    alt = spoken(f"{chart.number}　{chart.finding}", rows)
    return Plot(round(bottom + FOOT, 3), alt, (), tuple(boxes), tuple(over), tuple(paths), tuple(marks))


def _said(month: str, cell: HeatCell) -> str:
    return f"{clean(month)}{clean(cell.text)}"


def _cell(cell: HeatCell, x: float, y: float, width: float, boxes: list[Box], paths: list[Path], marks: list[Mark]) -> None:
    middle = y + ROW / 2
    if cell.state in GROUNDS:
        boxes.append(Box(round(x, 3), round(y, 3), round(width, 3), ROW, (GROUNDS[cell.state], "none")))
    if cell.state == "none":
        paths.append(shape("none", x + width / 2, middle, 7))
        return
    if not cell.state:
        marks.append(Mark(clean(cell.word), x + width / 2, middle + DROP, CELL_SIZE))
        return
    size = min(CELL_SIZE, (width - 17) / 3.4)
    paths.append(shape(cell.state, x + 9, middle))
    marks.append(Mark(clean(cell.text), x + 15.5, middle + DROP, round(size, 2), "start"))
