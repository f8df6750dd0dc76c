"""Tables with heights known before rendering: every cell is composed, every row a whole number of quarter lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from math import ceil

from reports.document import Column, Table, Value, show
from reports.typeset.compose import Line, compose_ragged
from reports.typeset.fonts import FANG, HEI, KAI, SONG, FontSet
from reports.typeset.measures import BLOCK_LIMIT_Q, LANDSCAPE_MM, MEASURE, MM, PORTRAIT_MM, WIDE_MEASURE, WIDE_Q, quarters, whole_lines
from reports.typeset.styles import Styles, set_cell, set_plain
from reports.typeset.text import clean, shortened

SIZE, DENSE_SIZE, LEADING = 10.5, 9.5, 12.6
CAPTION_SIZE, NOTE_SIZE = 12.0, 9.0
CAPTION_Q, UNIT_Q, NOTE_Q, ROW_Q, WIDE_ROW_Q = 3, 2, 2, 3, 5
PADDING, HEAD_PADDING, NUMBER_PADDING = 2.6, 0.3, 4.0
MAX_CELL_LINES = 14
"""A taller row is continued in the next one, so that no row is higher than a page."""
WHOLE_CELL_LINES, WHOLE_CELL_CHARS = 3 * MAX_CELL_LINES, 3000
"""Beyond this a text is no cell of a printed table; the workbook has it whole."""
LEAST_ROWS = 3
"""Rows on the last page of a table of several."""
FIXED_CHARS, FLEXIBLE_MM, SAMPLED_ROWS = 7, 18.0, 200
"""Text columns of longer entries share their width by need, down to 18 mm, as the first rows need it."""
MAX_HEAD_LINES, MAX_NOTE_CHARS, MAX_CAPTION_CHARS = 5, 400, 120
CELL_CUT = "……（余文见电子表格）"
LEFT, CENTRE, RIGHT = "a-l", "a-c", "a-r"
ALIGNMENT = {"int": RIGHT, "percent": RIGHT, "wan": RIGHT, "yuan": RIGHT, "date": CENTRE, "code": CENTRE, "mark": CENTRE, "text": LEFT}
_UNBROKEN = re.compile(r"[!-~]+")
NAMED = {"left": LEFT, "center": CENTRE, "right": RIGHT}


@dataclass(frozen=True)
class Cell:
    """A cell ready to print: its HTML, its class of alignment, how many columns and rows it spans; `edge` = a head group begins or ends here."""

    html: str
    align: str
    span: int = 1
    rows: int = 1
    edge: bool = False


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
    widths: tuple[float, ...]
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

    def parts(self, first_q: int, page_q: int, space_q: int) -> list[tuple[int, int, int]]:
        """Row ranges page by page with their heights: (first row, end, quarters), `space_q` blank above the first.

        A cell of two lines over both rows of the head makes the lower one a little higher than a quarter line counts.

        A group row stays with the row after it, the total with the row before it, the notes with the last row.
        """
        parts: list[tuple[int, int, int]] = []
        head_q = self.head_q + any(cell.rows > 1 and "\n" in cell.html for row in self.head for cell in row.cells)
        start, used = 0, space_q + self.above_q + head_q
        limit = first_q
        for i, row in enumerate(self.rows):
            need = self._need(i)
            if used + need > limit and i > start:
                parts.append((start, i, used))
                start, used, limit = i, head_q, page_q
            used += row.q
        return self._balanced([*parts, (start, len(self.rows), used + self.notes_q)])

    def _balanced(self, parts: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """No last page with a lonely row or two: the page before gives some of its own."""
        if len(parts) < 2:
            return parts
        (first, cut, used), (_cut, end, rest) = parts[-2:]
        while end - cut < LEAST_ROWS and cut - first > LEAST_ROWS:
            q = self.rows[cut - 1].q
            cut, used, rest = cut - 1, used - q, rest + q
        while self.rows[cut].kind in ("cont", "total", "words") or self.rows[cut - 1].kind == "group":
            if cut - first <= 1:
                return parts
            q = self.rows[cut - 1].q
            cut, used, rest = cut - 1, used - q, rest + q
        return [*parts[:-2], (first, cut, used), (cut, end, rest)]

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
        self.edges = _edges(table.columns)
        self.shown = [[show(value, column.fmt) for value, column in zip(row, table.columns, strict=True)] for row in table.rows]
        self.widths = self._fit_widths(LANDSCAPE_MM if landscape else PORTRAIT_MM)

    def align(self, column: Column) -> str:
        return NAMED.get(column.align) or ALIGNMENT[column.fmt]

    def lines(self, text: str, width_mm: float, role: str) -> list[Line]:
        """Lines of a cell; a newline in the text is a break made by hand."""
        measure = max(width_mm * MM - 2 * PADDING, self.size)
        lines: list[Line] = []
        for part in text[:WHOLE_CELL_CHARS].split("\n"):
            lines += compose_ragged([(clean(part), role)], fonts=self.fonts, measure=measure, size=self.size)
        if len(text) <= WHOLE_CELL_CHARS and len(lines) <= WHOLE_CELL_LINES:
            return lines
        cut = compose_ragged([(CELL_CUT, role)], fonts=self.fonts, measure=measure, size=self.size)
        return lines[: WHOLE_CELL_LINES - len(cut)] + cut

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
        widths = self._shared(widths, need)
        rounded = [round(width, 3) for width in widths]
        rounded[-1] = round(total - sum(rounded[:-1]), 3)
        return rounded

    def _shared(self, widths: list[float], need: list[float]) -> list[float]:
        """Columns of running text share their width so that the rows come out lowest: millimetre after millimetre goes where it saves a line."""
        flexible = [
            i
            for i, column in enumerate(self.table.columns)
            if self.align(column) == LEFT and any(len(row[i]) > FIXED_CHARS for row in self.shown)
        ]
        if len(flexible) < 2:
            return widths
        metrics = self.fonts[SONG].metrics
        lengths = [[sum(map(metrics.advance, row[i])) * self.size for i in flexible] for row in self.shown[:SAMPLED_ROWS]]

        def height(shares: list[float]) -> tuple[int, float]:
            """Lines of all rows, and with a trace of how full they are, so that the way there leads downhill."""
            filled = [
                [length / (share * MM - 2 * PADDING - self.size / 2) for length, share in zip(row, shares, strict=True)] for row in lengths
            ]
            made = sum(ceil(max(row)) for row in filled)
            return made, made + 0.1 * sum(max(row) for row in filled)

        shares = [widths[i] for i in flexible]
        least, best = height(shares)
        at_first = least
        pairs = [(a, b) for a in range(len(flexible)) for b in range(len(flexible)) if a != b]
        for _step in range(30):
            tried = []
            for a, b in pairs:
                if shares[a] - 1 >= max(FLEXIBLE_MM, need[flexible[a]]):
                    moved = [share + (k == b) - (k == a) for k, share in enumerate(shares)]
                    tried.append((*height(moved)[::-1], moved))
            if not tried or min(tried)[0] >= best:
                break
            best, least, shares = min(tried)
        if least >= at_first:
            return widths
        for i, share in zip(flexible, shares, strict=True):
            widths[i] = share
        return widths

    def _need_mm(self, i: int) -> float:
        """Width of the longest number or mark of a column; of other text, of the longest stretch that has no place to break."""
        column = self.table.columns[i]
        texts = [row[i] for row in self.shown]
        if self.align(column) == RIGHT and self.table.total:
            texts.append(show(self.table.total[i], column.fmt))
        if self.align(column) != RIGHT and column.fmt != "mark":
            texts = [word for text in texts for word in _UNBROKEN.findall(text) if len(word) <= 12]
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
            made = tuple(self._cells(part, role))
            rows.append(Row(made, q, kind if start == 0 else "cont", self.styles.height(q)))
            start += MAX_CELL_LINES
        return rows

    def _cells(self, part: list[tuple[list[Line], str, int]], role: str) -> Iterator[Cell]:
        at = 0
        for lines, align, span in part:
            yield Cell(set_cell(lines, role), align, span, edge=at in self.edges)
            at += span

    def _head_cell(self, text: str, width: float, *, span: int = 1, rows: int = 1, edge: bool = False) -> tuple[Cell, int]:
        """A cell of the head and its number of lines; it may use nearly the whole width of its column."""
        lines = self.lines(text, width + 2 * (PADDING - HEAD_PADDING) / MM, HEI)[:MAX_HEAD_LINES]
        return Cell(set_cell(lines, HEI), CENTRE, span, rows, edge), len(lines)

    def head(self) -> tuple[Row, ...]:
        columns = self.table.columns
        if not any(column.over for column in columns):
            made = [self._head_cell(column.title, width) for column, width in zip(columns, self.widths, strict=True)]
            q = max(ROW_Q, quarters(LEADING * max(lines for _cell, lines in made) + 2))
            return (Row(tuple(cell for cell, _lines in made), q, "head", self.styles.height(q)),)
        upper, lower, tallest = [], [], 1
        at = 0
        for over, group in groupby(columns, key=lambda column: column.over):
            members = list(group)
            widths = self.widths[at : at + len(members)]
            rows = 1 if over else 2
            made = [self._head_cell(column.title, widths[k], rows=rows, edge=at + k in self.edges) for k, column in enumerate(members)]
            if over:
                upper.append(self._head_cell(over, sum(widths), span=len(members), edge=at in self.edges)[0])
                lower += [cell for cell, _lines in made]
                tallest = max(tallest, *(2 * lines - 1 for _cell, lines in made))
            else:
                upper += [cell for cell, _lines in made]
                tallest = max(tallest, *(lines for _cell, lines in made))
            at += len(members)
        q = ROW_Q if tallest < 3 else quarters(LEADING * (tallest + 1) / 2 + 2)
        height = self.styles.height(q)
        return Row(tuple(upper), q, "head", height), Row(tuple(lower), q, "head", height)

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
        at = span
        while at < len(total):
            column = self.table.columns[at]
            wide = _word_span(total, self.table.columns, at)
            align = CENTRE if wide > 1 else self.align(column)
            cells.append(
                (self.lines(show(total[at], "text" if wide > 1 else column.fmt), sum(self.widths[at : at + wide]), HEI), align, wide)
            )
            at += wide
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
    """The label covers the leading cells that hold nothing of their own (序号 and name); a written — stays a cell."""
    span = 0
    while span < len(total) - 1 and total[span] in (None, "", label):
        span += 1
    return max(1, span)


def _word_span(total: tuple[Value, ...], columns: tuple[Column, ...], at: int) -> int:
    """Words in the total of a head group (督导6次) run over the empty cells after them, within the group."""
    span = 1
    if isinstance(total[at], str) and columns[at].over:
        while at + span < len(total) and total[at + span] is None and columns[at + span].over == columns[at].over:
            span += 1
    return span


def _edges(columns: tuple[Column, ...]) -> frozenset[int]:
    """Columns with a strong rule at their left: where a head group ends, in a table of several groups (months)."""
    if len({column.over for column in columns if column.over}) < 2:
        return frozenset()
    return frozenset(i for i in range(1, len(columns)) if columns[i - 1].over and columns[i - 1].over != columns[i].over)


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
        [(shortened(caption_text(table.number, table.title, "表"), MAX_CAPTION_CHARS), HEI)],
        fonts=fonts,
        measure=measure,
        size=CAPTION_SIZE,
        balanced=True,
    )
    notes = _notes(table.notes, fonts, measure)
    return TableLayout(
        table=table,
        caption=set_plain(caption, HEI),
        unit=clean(f"单位：{table.unit}") if table.unit and not table.unit.startswith("单位") else clean(table.unit),
        columns=tuple(styles.width(width) for width in setter.widths),
        widths=tuple(setter.widths),
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
        text = shortened(note, MAX_NOTE_CHARS).removeprefix("注：")
        text = f"注：{text}" if i == 0 else f"\u3000\u3000{text}"
        lines += compose_ragged([(text, FANG)], fonts=fonts, measure=measure, size=NOTE_SIZE)
    return lines
