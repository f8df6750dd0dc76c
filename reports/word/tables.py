"""Tables of the Word file: open sides, three weights of rules, caption and unit line above, notes below."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from lxml.etree import _Element

from accounts.spreadsheet import label_span
from reports.document import Column, Table, Value, show
from reports.word.oxml import GREY, LINE, MM, QUARTER, node, paragraph, run, text_width, twips

CellMaker = Callable[[bool], _Element]
"""Makes a cell once it is known whether its row stays with the next one."""

PORTRAIT_WIDTH, LANDSCAPE_WIDTH = 156.0, 225.0
_RIGHT = frozenset({"int", "percent", "wan", "yuan"})
_CENTRED = frozenset({"code", "mark", "date"})
_PADDING, _NUMBER_PADDING = 2.6, 4.0
_SHAPES = {"●": "1E7B4F", "▲": "9A6700", "■": "B3261E", "○": "8A8A8A"}
_KEPT_WHOLE = 16
"""A table of at most this many rows is kept on one page; a longer one repeats its head."""


def caption_of(number: str, title: str, word: str = "表") -> str:
    """表1　试点任务完成情况汇总表; a bare number gets its word."""
    label = f"{word}{number}" if number.isdigit() else number
    return f"{label}　{title}" if label else title


def table_blocks(table: Table) -> list[_Element]:
    """Caption, unit line, table and notes, spaced so that the whole is a multiple of the grid line."""
    widths = column_widths(table)
    above, below = block_space(table)
    blocks = [paragraph("Caption", run(caption_of(table.number, table.title)), before=above)]
    blocks.append(paragraph("UnitLine", run(unit_line(table))))
    blocks.append(_table(table, widths))
    notes = list(table.notes)
    for index, note in enumerate(notes):
        text = note if note.startswith(("注：", "注:")) or index else f"注：{note}"
        blocks.append(paragraph("TableNote", run(text if not index else f"　　{text}"), after=below if index == len(notes) - 1 else None))
    if not notes:
        blocks.append(paragraph("Spacer", after=max(below - 1, 0)))
    return blocks


def unit_line(table: Table) -> str:
    """单位：万元; nothing where the table has no unit."""
    return table.unit if not table.unit or table.unit.startswith("单位") else f"单位：{table.unit}"


def column_widths(table: Table) -> list[float]:
    """Widths in mm that add up to the measure exactly, in the proportion the columns ask for."""
    room = _measure(table)
    asked = sum(column.width for column in table.columns) or 1
    widths = _eased(table, [column.width * room / asked for column in table.columns])
    rounded = [round(width, 2) for width in widths]
    rounded[-1] = round(room - sum(rounded[:-1]), 2)
    return rounded


def _eased(table: Table, widths: list[float]) -> list[float]:
    """Room moved from columns with space to spare to those whose longest text just fails to stand on one line."""
    size = 9.5 if table.dense else 10.5
    need = []
    for index, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
        texts = [column.title, *(show(row[index], column.fmt) for row in table.rows if index < len(row))]
        longest = max(text_width(line) for text in texts for line in text.split("\n"))
        natural = (longest * size + 2 * _PADDING + 5) / MM
        need.append(natural if natural <= width * 1.3 else width)
    lack = [max(0.0, wanted - width) for wanted, width in zip(need, widths, strict=True)]
    spare = [max(0.0, width - wanted) for wanted, width in zip(need, widths, strict=True)]
    moved = min(sum(lack), sum(spare))
    if not moved:
        return widths
    return [width + moved * short / sum(lack) - moved * free / sum(spare) for width, short, free in zip(widths, lack, spare, strict=True)]


def block_height(table: Table) -> float:
    """Height in points of the whole block, rounded up to full grid lines with at least two quarters of air."""
    return math.ceil((_bare_height(table) + QUARTER * 2) / (QUARTER * 4) - 0.01) * QUARTER * 4


def block_space(table: Table) -> tuple[float, float]:
    """Air above the caption and below the last line, in points."""
    free = block_height(table) - _bare_height(table)
    above = min(free, QUARTER * 3) if free >= QUARTER * 2 else free
    return above, free - above


def kept_whole(table: Table) -> bool:
    """Is the table short enough to stay on one page?"""
    return len(table.rows) <= _KEPT_WHOLE and not any(group.title for group in table.groups) and _bare_height(table) < 20 * LINE


def _bare_height(table: Table) -> float:
    rows = sum(height for _, height in _row_heights(table))
    return QUARTER * (5 + 2 * sum(math.ceil(text_width(note) * 9 / (_measure(table) * MM)) for note in table.notes)) + rows


def _measure(table: Table) -> float:
    return LANDSCAPE_WIDTH if table.landscape else PORTRAIT_WIDTH


def _row_heights(table: Table) -> Iterator[tuple[str, float]]:
    """Kind and height in points of each row in order."""
    widths = column_widths(table)
    for height in head_heights(table, widths):
        yield "head", height
    for group in table.groups:
        if group.title:
            yield "group", QUARTER * 3
        for row in group.rows:
            yield "row", row_height(table, widths, row)
    if table.total is not None:
        yield "total", QUARTER * 3
    for _ in table.closing:
        yield "closing", QUARTER * 3


def head_heights(table: Table, widths: Sequence[float]) -> list[float]:
    """One head row, or two where columns share an upper cell."""
    if any(column.over for column in table.columns):
        return [QUARTER * 3, max(QUARTER * 3, head_height(table, widths) - QUARTER * 1)]
    return [head_height(table, widths)]


def head_height(table: Table, widths: Sequence[float]) -> float:
    return _height(
        max(_lines(column.title, width, 9.5 if table.dense else 10.5) for column, width in zip(table.columns, widths, strict=True))
    )


def row_height(table: Table, widths: Sequence[float], row: Sequence[Value]) -> float:
    size = 9.5 if table.dense else 10.5
    cells = zip(table.columns, widths, row, strict=False)
    return _height(max((_lines(show(value, column.fmt), width, size) for column, width, value in cells), default=1))


def _height(lines: int) -> float:
    """One line 3q, two 4q, three 6q, each further line 2q."""
    return QUARTER * (3 if lines == 1 else 2 * lines)


def _lines(text: str, width: float, size: float) -> int:
    """How many lines a cell of `width` mm needs."""
    room = (width * MM - 2 * _PADDING) / size + 0.05
    return sum(max(1, math.ceil(text_width(line) / room)) for line in text.split("\n"))


def _table(table: Table, widths: Sequence[float]) -> _Element:
    element = node("w:tbl", _table_properties(table), node("w:tblGrid", *(node("w:gridCol", w=twips(width * MM)) for width in widths)))
    rows = list(_rows(table, widths))
    kept = kept_whole(table)
    for index, (kind, cells, height) in enumerate(rows):
        properties = node("w:trPr", node("w:cantSplit"), node("w:trHeight", val=twips(height), hRule="atLeast"))
        if kind == "head":
            properties.append(node("w:tblHeader"))
        keep = (kept and index < len(rows) - 1) or kind in ("head", "group") or (index == len(rows) - 1 and bool(table.notes))
        element.append(node("w:tr", properties, *(cell(keep) for cell in cells)))
    return element


def _table_properties(table: Table) -> _Element:
    title = caption_of(table.number, table.title)
    return node(
        "w:tblPr",
        node("w:tblW", w=twips(_measure(table) * MM), type="dxa"),
        node("w:jc", val="center"),
        node(
            "w:tblBorders",
            node("w:top", val="single", sz=8, space=0, color="000000"),
            node("w:bottom", val="single", sz=8, space=0, color="000000"),
            node("w:insideH", val="single", sz=3, space=0, color=GREY),
            node("w:insideV", val="single", sz=3, space=0, color=GREY),
        ),
        node("w:tblLayout", type="fixed"),
        node("w:tblCellMar", node("w:left", w=twips(_PADDING), type="dxa"), node("w:right", w=twips(_PADDING), type="dxa")),
        node("w:tblLook", val="0420", firstRow=1, lastRow=0, firstColumn=0, lastColumn=0, noHBand=1, noVBand=1),
        node("w:tblCaption", val=title),
    )


def _rows(table: Table, widths: Sequence[float]) -> Iterator[tuple[str, list[CellMaker], float]]:
    """Kind, cell builders and height of each row; a cell builder takes whether to stay with the next row."""
    body = "TableDense" if table.dense else "TableText"
    edges = _group_edges(table)
    for cells, height in zip(_head_rows(table, widths), head_heights(table, widths), strict=True):
        yield "head", cells, height
    for group in table.groups:
        if group.title:
            yield "group", [_cell(run(group.title), sum(widths), style="TableGroup", span=len(widths), shade=True)], QUARTER * 3
        for row in group.rows:
            padded = [*row, *[None] * (len(widths) - len(row))]
            each = zip(padded, table.columns, widths, edges, strict=True)
            cells = [_value_cell(value, column, width, body, rule_left=edge) for value, column, width, edge in each]
            yield "row", cells, row_height(table, widths, row)
    if table.total is not None:
        yield "total", list(_total_cells(table, widths, table.total)), QUARTER * 3
    for label, text in table.closing:
        span = min(2, len(widths) - 1)
        left = _cell(run(label), sum(widths[:span]), style="TableHead", span=span, shade=True)
        right = _cell(run(text), sum(widths[span:]), style="TableHead", align="left", span=len(widths) - span, shade=True)
        yield "closing", [left, right], QUARTER * 3


def _head_rows(table: Table, widths: Sequence[float]) -> list[list[CellMaker]]:
    """One row of titles, or two where neighbours stand under a common cell; other columns then reach over both."""
    columns = list(zip(table.columns, widths, strict=True))
    size = 9.5 if table.dense else 0
    if not any(column.over for column in table.columns):
        return [[_cell(run(column.title, size=size), width, style="TableHead", rule_below=True) for column, width in columns]]
    upper: list[CellMaker] = []
    lower: list[CellMaker] = []
    for number, (over, members) in enumerate(groupby(columns, key=lambda pair: pair[0].over)):
        pairs = list(members)
        if over:
            width = sum(width for _, width in pairs)
            upper.append(_cell(run(over, size=size), width, style="TableHead", span=len(pairs), rule_left=number > 0))
        for index, (column, width) in enumerate(pairs):
            look = {"style": "TableHead", "rule_left": number > 0 and index == 0}
            if over:
                lower.append(_cell(run(column.title, size=size), width, rule_below=True, **look))
            else:
                upper.append(_cell(run(column.title, size=size), width, joined="restart", **look))
                lower.append(_cell(run(""), width, joined="continue", rule_below=True, **look))
    return [upper, lower]


def _group_edges(table: Table) -> list[bool]:
    """Which columns begin under another common head cell than the one before: they get a stronger rule at the left."""
    return [index > 0 and column.over != table.columns[index - 1].over for index, column in enumerate(table.columns)]


def _total_cells(table: Table, widths: Sequence[float], total: Sequence[Value]) -> Iterator[CellMaker]:
    """The label over the leading empty cells; words under a common head cell run over the empty cells after them."""
    at = label_span(total, table.total_label)
    edges = _group_edges(table)
    if at:
        yield _cell(run(table.total_label), sum(widths[:at]), style="TableHead", span=at, shade=True, rule_above=True)
    while at < len(widths):
        column, value, end = table.columns[at], total[at] if at < len(total) else None, at + 1
        if column.over and isinstance(value, str) and value:
            while end < len(widths) and total[end] in (None, "") and table.columns[end].over == column.over:
                end += 1
        look = {"shade": True, "rule_above": True, "rule_left": edges[at]}
        if end - at > 1:
            yield _cell(run(show(value, column.fmt)), sum(widths[at:end]), style="TableHead", span=end - at, **look)
        else:
            yield _value_cell(value, column, widths[at], "TableHead", **look)
        at = end


def _value_cell(value: Value, column: Column, width: float, style: str, **look: bool) -> CellMaker:
    shown = show(value, column.fmt)
    align = column.align or ("right" if column.fmt in _RIGHT else "center" if column.fmt in _CENTRED else "left")
    shape = shown[:1] if column.fmt == "mark" else ""
    content = [run(shape, colour=_SHAPES[shape]), run(shown[1:])] if shape in _SHAPES else [run(shown)]
    return _cell(content, width, style=style, align=align, number=align == "right", **look)


def _cell(
    content: _Element | list[_Element],
    width: float,
    *,
    style: str,
    align: str = "",
    span: int = 1,
    number: bool = False,
    shade: bool = False,
    rule_below: bool = False,
    rule_above: bool = False,
    rule_left: bool = False,
    joined: str = "",
) -> CellMaker:
    """A cell of one paragraph; `joined` is restart or continue for a cell over several rows."""
    runs = content if isinstance(content, list) else [content]

    def make(keep_next: bool) -> _Element:
        properties = node("w:tcPr", node("w:tcW", w=twips(width * MM), type="dxa"))
        if span > 1:
            properties.append(node("w:gridSpan", val=span))
        if joined:
            properties.append(node("w:vMerge", val=joined))
        edges = [name for name, drawn in (("w:top", rule_above), ("w:left", rule_left), ("w:bottom", rule_below)) if drawn]
        if edges:
            properties.append(node("w:tcBorders", *(node(edge, val="single", sz=5, space=0, color="000000") for edge in edges)))
        if shade:
            properties.append(node("w:shd", val="clear", color="auto", fill="F1F1F1"))
        if number:
            properties.append(node("w:tcMar", node("w:right", w=twips(_NUMBER_PADDING), type="dxa")))
        properties.append(node("w:vAlign", val="center"))
        return node("w:tc", properties, paragraph(style, *runs, align=align, keep_next=keep_next))

    return make
