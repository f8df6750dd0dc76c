"""CH5 in Word: a table of lights, so that every word of it can be copied and changed."""

from __future__ import annotations

from lxml.etree import _Element

from reports.document import SHAPES, HeatCell, HeatMap
from reports.word.oxml import HEI, MM, QUARTER, TEXT_WIDTH_MM, node, paragraph, run, twips

_COLOURS = {"ok": "1E7B4F", "warn": "9A6700", "late": "B3261E", "none": "8A8A8A"}
_GROUNDS = {"warn": "FDF0CF", "late": "E7B5B0"}
_LEGEND = (("ok", "正常"), ("warn", "预警"), ("late", "逾期"), ("none", "未到期"))
_NAME_MM, _SIZE = 27.5, 9.0


def heat_height(chart: HeatMap) -> float:
    """Height in points: the legend, the months and a row for every pilot."""
    return QUARTER * (2 + 3 * (len(chart.rows) + 1))


def heat_table(chart: HeatMap, *, before: float, title: str) -> list[_Element]:
    """Legend line and table; a thick rule stands at the as-of day, the total under a rule."""
    legend: list[_Element] = []
    for state, word in _LEGEND:
        legend += [run(SHAPES[state], face=HEI, size=_SIZE, colour=_COLOURS[state]), run(f"{word}　　", face=HEI, size=_SIZE)]
    legend.append(run(chart.note, face=HEI, size=8.5))
    width = (TEXT_WIDTH_MM - _NAME_MM) / max(1, len(chart.columns))
    widths = [_NAME_MM, *([width] * len(chart.columns))]
    rows = [_row([_cell([run("", size=_SIZE)], _NAME_MM), *(_head(chart, i, width) for i in range(len(chart.columns)))])]
    for row in chart.rows:
        name = _cell([run(row.label, face=HEI, size=_SIZE)], _NAME_MM, align="right", over=row.total)
        rows.append(_row([name, *(_light(chart, i, cell, width, over=row.total) for i, cell in enumerate(row.cells))]))
    properties = node(
        "w:tblPr",
        node("w:tblW", w=twips(TEXT_WIDTH_MM * MM), type="dxa"),
        node("w:jc", val="center"),
        node(
            "w:tblBorders",
            *(node(f"w:{edge}", val="single", sz=4, space=0, color="6B6B6B") for edge in ("bottom", "right", "insideH", "insideV")),
        ),
        node("w:tblLayout", type="fixed"),
        node("w:tblCellMar", node("w:left", w=40, type="dxa"), node("w:right", w=40, type="dxa")),
        node("w:tblCaption", val=chart.finding[:200]),
        node("w:tblDescription", val=title[:1000]),
    )
    grid = node("w:tblGrid", *(node("w:gridCol", w=twips(one * MM)) for one in widths))
    return [paragraph("Picture", *legend, before=before, keep_next=True), node("w:tbl", properties, grid, *rows)]


def _row(cells: list[_Element]) -> _Element:
    return node("w:tr", node("w:trPr", node("w:cantSplit"), node("w:trHeight", val=twips(QUARTER * 3), hRule="exact")), *cells)


def _head(chart: HeatMap, index: int, width: float) -> _Element:
    return _cell([run(chart.columns[index], face=HEI, size=_SIZE)], width, now=index + 1 == chart.past < len(chart.columns))


def _light(chart: HeatMap, index: int, cell: HeatCell, width: float, *, over: bool) -> _Element:
    shape = SHAPES.get(cell.state, "")
    content = [run(shape, face=HEI, size=_SIZE, colour=_COLOURS[cell.state])] if shape else []
    if cell.state != "none":
        content.append(run(cell.text, face=HEI, size=_SIZE))
    return _cell(content, width, fill=_GROUNDS.get(cell.state, ""), over=over, now=index + 1 == chart.past < len(chart.columns))


def _cell(
    content: list[_Element], width: float, *, align: str = "center", fill: str = "", over: bool = False, now: bool = False
) -> _Element:
    properties = node("w:tcPr", node("w:tcW", w=twips(width * MM), type="dxa"))
    edges = [node("w:top", val="single", sz=5, space=0, color="000000")] if over else []
    edges += [node("w:right", val="dashed", sz=8, space=0, color="000000")] if now else []
    if edges:
        properties.append(node("w:tcBorders", *edges))
    if fill:
        properties.append(node("w:shd", val="clear", color="auto", fill=fill))
    properties.append(node("w:vAlign", val="center"))
    return node("w:tc", properties, paragraph("TableText", *content, align=align, keep_next=True))
