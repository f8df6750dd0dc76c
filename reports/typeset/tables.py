"""Tables with heights known before rendering: every cell is composed, every row a whole number of quarter lines."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from reports.document import EMPTY, Column, Table, Value, show
from reports.typeset.compose import Line, compose_ragged
from reports.typeset.fonts import FANG, HEI, KAI, SONG, FontSet
from reports.typeset.measures import BLOCK_LIMIT_Q, LANDSCAPE_MM, MEASURE, MM, PORTRAIT_MM, WIDE_MEASURE, WIDE_Q, quarters, whole_lines
from reports.typeset.styles import Styles, set_plain
from reports.typeset.text import clean

SIZE, DENSE_SIZE, LEADING = 10.5, 9.5, 12.6
CAPTION_SIZE, NOTE_SIZE = 12.0, 9.0
CAPTION_Q, UNIT_Q, NOTE_Q, ROW_Q, WIDE_ROW_Q = 3, 2, 2, 3, 5
PADDING, NUMBER_PADDING = 2.6, 4.0
MAX_CELL_LINES = 14
"""A taller row is continued in the next one, so that no row is higher than a page."""
LEFT, CENTRE, RIGHT = "a-l", "a-c", "a-r"
ALIGNMENT = {"int": RIGHT, "percent": RIGHT, "wan": RIGHT, "yuan": RIGHT, "date": CENTRE, "code": CENTRE, "mark": CENTRE, "text": LEFT}
NAMED = {"left": LEFT, "center": CENTRE, "right": RIGHT}


@dataclass(frozen=True)
class Cell:
    """A cell ready to print: its HTML, its class of alignment, and how many columns and rows it spans."""

    html: str
    align: str
    span: int = 1
    rows: int = 1


@dataclass(frozen=True)
class Row:
    """A row of exact height; kind is body, group, total, words or cont (the next part of a row too high for one)."""

    cells: tuple[Cell, ...]
    q: int
    kind: str = "body"
    height: str = ""


@dataclass(frozen=True)
class TableLayout:
    """A table with all heights in quarter lines; `parts()` cuts it into pages, `block_lines` is its height when it is kept whole."""

    table: Table
    caption: str
    unit: str
    columns: tuple[str, ...]
    head: tuple[Row, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    caption_q: int
    notes_q: int
    dense: bool
    wide: bool

    @property
    def above_q(self) -> int:
        return self.caption_q + (UNIT_Q if self.unit else 0)

    @property
    def head_q(self) -> int:
        return sum(row.q for row in self.head)

    @property
    def content_q(self) -> int:
        return self.above_q + self.head_q + sum(row.q for row in self.rows) + self.notes_q

    @property
    def block_lines(self) -> int:
        return whole_lines(self.content_q + 2)

    @property
    def space_q(self) -> int:
        """Blank above the caption: two quarters where the rounding leaves four, one otherwise."""
        return min(2, (self.block_lines * 4 - self.content_q) // 2)

    @property
    def whole(self) -> bool:
        return not self.wide and self.block_lines * 4 <= BLOCK_LIMIT_Q

    def parts(self, first_q: int, page_q: int) -> list[tuple[int, int, int]]:
        """Row ranges page by page with their heights: (first row, end, quarters). A group row stays with the row after it,
        the total with the row before it, the notes with the last row."""
        parts: list[tuple[int, int, int]] = []
        start, used = 0, 1 + self.above_q + self.head_q
        limit = first_q
        for i, row in enumerate(self.rows):
            need = self._need(i)
            if used + need > limit and i > start:
                parts.append((start, i, used))
                start, used, limit = i, self.head_q, page_q
            used += row.q
        return [*parts, (start, len(self.rows), used + self.notes_q)]

    def _need(self, i: int) -> int:
        """Quarters that must fit before row `i` may stay on the page."""
        need, k = self.rows[i].q, i
        while k + 1 < len(self.rows) and (self.rows[k].kind == "group" or self.rows[k + 1].kind in ("total", "words")):
            k += 1
            need += self.rows[k].q
        return need + (self.notes_q if k == len(self.rows) - 1 else 0)


class _Setter:
    """Composes the cells of one table."""

    def __init__(self, table: Table, fonts: FontSet, styles: Styles, landscape: bool):
        self.table, self.fonts, self.styles = table, fonts, styles
        self.wide = landscape
        self.size = DENSE_SIZE if table.dense or landscape else SIZE
        self.min_q = WIDE_ROW_Q if landscape else ROW_Q
        self.shown = [[show(value, column.fmt) for value, column in zip(row, table.columns, strict=True)] for row in table.rows]
        self.widths = self._fit_widths(LANDSCAPE_MM if landscape else PORTRAIT_MM)

    def align(self, column: Column) -> str:
        return NAMED.get(column.align) or ALIGNMENT[column.fmt]

    def lines(self, text: str, width_mm: float, role: str) -> list[Line]:
        width = width_mm * MM - 2 * PADDING
        parts = [clean(part) for part in text.split("\n")]
        return [
            line
            for part in parts
            if part
            for line in compose_ragged([(part, role)], fonts=self.fonts, measure=max(width, self.size), size=self.size)
        ]

    def _fit_widths(self, total: float) -> list[float]:
        """Widths in mm that add up to `total`; a column of numbers too narrow for its longest one takes from the widest columns of text."""
        columns = self.table.columns
        scale = total / sum(column.width for column in columns)
        widths = [column.width * scale for column in columns]
        need = [self._need_mm(i) for i in range(len(columns))]
        lack = sum(max(0.0, n - w) for n, w in zip(need, widths, strict=True))
        spare = [max(0.0, w - max(n, 14.0)) for n, w in zip(need, widths, strict=True)]
        if lack and sum(spare) >= lack:
            share = lack / sum(spare)
            widths = [max(w, n) - s * share for w, n, s in zip(widths, need, spare, strict=True)]
        rounded = [round(width, 3) for width in widths]
        rounded[-1] = round(total - sum(rounded[:-1]), 3)
        return rounded

    def _need_mm(self, i: int) -> float:
        column = self.table.columns[i]
        if self.align(column) == LEFT or column.fmt == "text":
            return 0.0
        texts = [row[i] for row in self.shown]
        if self.table.total and len(self.table.total) > i:
            texts.append(show(self.table.total[i], column.fmt))
        metrics = self.fonts[SONG].metrics
        longest = max((sum(metrics.advance(ch) for ch in text) for text in texts), default=0.0)
        return (longest * self.size + NUMBER_PADDING + PADDING + 0.5) / MM

    def row_q(self, lines: int) -> int:
        return max(self.min_q, 4 if lines == 2 else 0, quarters(LEADING * lines + 2))

    def row(self, cells: list[tuple[list[Line], str, int]], kind: str, role: str) -> list[Row]:
        """One row, or several when a cell has more lines than a row may have."""
        rows, start = [], 0
        highest = max((len(lines) for lines, _align, _span in cells), default=1)
        while start == 0 or start < highest:
            part = [(lines[start : start + MAX_CELL_LINES], align, span) for lines, align, span in cells]
            q = self.row_q(max((len(lines) for lines, _align, _span in part), default=1))
            made = tuple(Cell(set_plain(lines, role), align, span) for lines, align, span in part)
            rows.append(Row(made, q, kind if start == 0 else "cont", self.styles.height(q)))
            start += MAX_CELL_LINES
        return rows

    def head(self) -> tuple[Row, ...]:
        columns = self.table.columns
        if not any(column.over for column in columns):
            cells = [(self.lines(column.title, width, HEI), CENTRE, 1) for column, width in zip(columns, self.widths, strict=True)]
            highest = max(len(lines) for lines, _align, _span in cells)
            q = max(ROW_Q, quarters(LEADING * highest + 2))
            return (Row(tuple(Cell(set_plain(lines, HEI), CENTRE) for lines, _a, _s in cells), q, "head", self.styles.height(q)),)
        upper, lower = [], []
        at = 0
        for over, group in groupby(columns, key=lambda column: column.over):
            members = list(group)
            if over:
                width = sum(self.widths[at : at + len(members)])
                upper.append(Cell(set_plain(self.lines(over, width, HEI), HEI), CENTRE, len(members)))
                lower += [
                    Cell(set_plain(self.lines(column.title, self.widths[at + k], HEI), HEI), CENTRE) for k, column in enumerate(members)
                ]
            else:
                upper += [
                    Cell(set_plain(self.lines(column.title, self.widths[at + k], HEI), HEI), CENTRE, 1, 2)
                    for k, column in enumerate(members)
                ]
            at += len(members)
        height = self.styles.height(ROW_Q)
        return Row(tuple(upper), ROW_Q, "head", height), Row(tuple(lower), ROW_Q, "head", height)

    def body(self) -> tuple[Row, ...]:
        rows: list[Row] = []
        shown = iter(self.shown)
        total_width = sum(self.widths)
        for group in self.table.groups:
            if group.title:
                rows += self.row([(self.lines(group.title, total_width, KAI), LEFT, len(self.widths))], "group", KAI)
            for _row in group.rows:
                cells = [
                    (self.lines(text, width, SONG), self.align(column), 1)
                    for text, width, column in zip(next(shown), self.widths, self.table.columns, strict=True)
                ]
                rows += self.row(cells, "body", SONG)
        return tuple(rows)

    def total(self) -> list[Row]:
        total = self.table.total
        if total is None:
            return []
        span = _label_span(total, self.table.total_label)
        cells = [(self.lines(self.table.total_label, sum(self.widths[:span]), HEI), CENTRE, span)]
        for value, width, column in list(zip(total, self.widths, self.table.columns, strict=True))[span:]:
            cells.append((self.lines(show(value, column.fmt), width, HEI), self.align(column), 1))
        return self.row(cells, "total", HEI)

    def words(self) -> list[Row]:
        rows = []
        for label, text in self.table.closing:
            span = min(2, len(self.widths) - 1)
            left, right = sum(self.widths[:span]), sum(self.widths[span:])
            cells = [(self.lines(label, left, HEI), CENTRE, span), (self.lines(text, right, HEI), LEFT, len(self.widths) - span)]
            rows += self.row(cells, "words", HEI)
        return rows


def _label_span(total: tuple[Value, ...], label: str) -> int:
    """The label covers the leading cells that hold nothing of their own (序号 and name)."""
    span = 0
    while span < len(total) - 1 and total[span] in (None, "", EMPTY, label):
        span += 1
    return max(1, span)


def lay_out(table: Table, fonts: FontSet, styles: Styles, *, landscape: bool) -> TableLayout:
    """Compose a table. `landscape` says whether it stands on a landscape page (225 mm) or in the text (156 mm)."""
    setter = _Setter(table, fonts, styles, landscape)
    measure = WIDE_MEASURE if landscape else MEASURE
    rows = setter.body() + tuple(setter.total()) + tuple(setter.words())
    head = setter.head()
    if landscape and sum(row.q for row in rows) + sum(row.q for row in head) + 16 > WIDE_Q:
        setter.min_q = ROW_Q
        rows = setter.body() + tuple(setter.total()) + tuple(setter.words())
    caption = compose_ragged(
        [(caption_text(table.number, table.title, "表"), HEI)], fonts=fonts, measure=measure, size=CAPTION_SIZE, balanced=True
    )
    notes = _notes(table.notes, fonts, measure)
    return TableLayout(
        table=table,
        caption=set_plain(caption, HEI),
        unit=clean(f"单位：{table.unit}") if table.unit and not table.unit.startswith("单位") else clean(table.unit),
        columns=tuple(styles.width(width) for width in setter.widths),
        head=head,
        rows=rows,
        notes=tuple(set_plain([line], FANG) for line in notes),
        caption_q=CAPTION_Q * max(1, len(caption)),
        notes_q=NOTE_Q * len(notes),
        dense=setter.size == DENSE_SIZE,
        wide=landscape,
    )


def caption_text(number: str, title: str, word: str) -> str:
    """表1　title: the word is put before a bare number, a full-width space between number and title."""
    number = clean(number)
    return f"{word if number[:1].isdigit() else ''}{number}\u3000{clean(title)}" if number else clean(title)


def _notes(notes: tuple[str, ...], fonts: FontSet, measure: float) -> list[Line]:
    lines: list[Line] = []
    for i, note in enumerate(notes):
        text = clean(note).removeprefix("注：")
        text = f"注：{text}" if i == 0 else f"\u3000\u3000{text}"
        lines += compose_ragged([(text, FANG)], fonts=fonts, measure=measure, size=NOTE_SIZE)
    return lines
