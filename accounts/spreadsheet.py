"""The one Excel writer of the portal: lists, ledgers and report annexes all leave through `write_workbook`.

Conventions (domain reference, section 8): merged title in 黑体 16, a second line with unit, as-of date and money unit, a bold grey head row with a
filter, frozen panes, thin borders, numbers as numbers, dates as dates, codes as text, totals stored as numbers, print set-up for A4.
No cell is ever a formula. Rows are streamed, so memory does not grow with the length of a list. The same sheets give the same bytes.
"""

from __future__ import annotations

import datetime
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import BinaryIO, Literal

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.writer.excel import ExcelWriter

from accounts.packing import SteadyZip, whole_file
from accounts.plaintext import clean, looks_like_formula

CellFormat = Literal["text", "int", "number", "percent", "wan", "yuan", "date", "datetime", "code", "mark"]
"""How a column is stored: percent = 45.0 meaning 45.0 %, wan = given in 元 and stored in 万元 rounded half up, yuan with two decimals,
code = centred text that never becomes a number, mark = a state word."""

SAMPLE_LINE = "示例数据：仅供演示，不作为工作依据"
CUT_MARK = "……（内容过长，已截断）"
CELL_LIMIT = 32_767
SHEET_NAME_LIMIT = 31
_UNDATED = datetime.date(2000, 1, 1)
_MEASURED_ROWS = 200
_HEAD_WRAPS = 12
_LANDSCAPE_FROM = 9

_NUMBER_FORMATS: dict[str, str] = {
    "int": "#,##0",
    "number": "General",
    "percent": "0.0%",
    "wan": "#,##0.00",
    "yuan": "#,##0.00",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
    "code": "@",
    "text": "General",
    "mark": "General",
}
_RIGHT = frozenset({"int", "number", "percent", "wan", "yuan"})
_CENTRED = frozenset({"date", "datetime", "code", "mark"})

_THIN = Side(style="thin", color="FF7F7F7F")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_GREY = PatternFill("solid", fgColor="FFD9D9D9")
_PALE = PatternFill("solid", fgColor="FFF1F1F1")
_BODY = Font(name="宋体", size=10.5)
_BOLD = Font(name="宋体", size=10.5, bold=True)
_LINK = Font(name="宋体", size=10.5, color="FF1D4F91", underline="single")
_SMALL = Font(name="宋体", size=10)
_TITLE = Font(name="黑体", size=16)
_MARK = Font(name="黑体", size=10.5, color="FF8A5C00")


@dataclass(frozen=True)
class Col:
    """One column: head text, how cells are stored, width in characters (measured from the content when None), alignment against the format's."""

    title: str
    fmt: CellFormat = "text"
    width: float | None = None
    align: Literal["", "left", "center", "right"] = ""


@dataclass(frozen=True)
class Band:
    """A row over the whole width that heads the rows after it (one clause, one pilot)."""

    title: str


@dataclass(frozen=True)
class Link:
    """A cell that leads to another sheet of the same workbook; `sheet` is that sheet's `title`."""

    text: str
    sheet: str


Item = str | int | Decimal | bool | datetime.date | datetime.datetime | Link | None


@dataclass(frozen=True)
class Sheet:
    """One sheet. `rows` may be a generator and is read once; `total` has the width of a row, its leading empty cells take `total_label`;
    `empty` is written where a value is missing (— in reports, nothing in lists). `lines` are further lines under the subheading."""

    title: str
    heading: str
    columns: Sequence[Col]
    rows: Iterable[Sequence[Item] | Band]
    subheading: str = ""
    total: Sequence[Item] | None = None
    total_label: str = "合计"
    notes: Sequence[str] = ()
    lines: Sequence[str] = ()
    empty: str = ""
    filtered: bool = True


def write_workbook(
    target: Path | BinaryIO,
    sheets: Iterable[Sheet],
    *,
    sample: bool,
    author: str = "",
    title: str = "",
    dated: datetime.date | None = None,
) -> None:
    """Write `sheets` in order. A path is written whole or not at all; a stream is left open. `author` is a unit, never a person; without
    `dated` the file is stamped 2000-01-01, for the moment of writing must not change the bytes. Raises ValueError when there is no sheet or a row is wider than its columns."""
    sheets = list(sheets)
    if not sheets:
        raise ValueError("没有可导出的内容")
    if isinstance(target, Path):
        with whole_file(target) as stream:
            _save(_fill(sheets, sample), stream, author, title, dated)
    else:
        _save(_fill(sheets, sample), target, author, title, dated)


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Names a workbook accepts for these titles: forbidden characters out, at most 31 characters, no two alike (case ignored)."""
    names: list[str] = []
    taken = {"history"}
    for title in titles:
        stem = re.sub(r"[\[\]:*?/\\\n]", " ", clean(title)).strip().strip("'").strip() or "工作表"
        name, number = _fit(stem, SHEET_NAME_LIMIT), 1
        while name.lower() in taken:
            number += 1
            name = _fit(stem, SHEET_NAME_LIMIT - len(f"（{number}）")) + f"（{number}）"
        taken.add(name.lower())
        names.append(name)
    return names


def safe_filename(name: str) -> str:
    """A file name for Windows, Linux and the archive alike: `下河街社区_任务完成情况_2022-11-30.xlsx` stays as it is, `/\\:*?"<>|` and control
    characters become _, at most 180 bytes of UTF-8 with the ending kept."""
    text = re.sub(r'[/\\:*?"<>|\n\t]', "_", clean(name)).strip(" .")
    stem, dot, ending = text.rpartition(".")
    if not dot or len(ending) > 5 or not ending.isalnum():
        stem, dot, ending = text, "", ""
    if re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)", stem):
        stem += "_"
    room = 180 - len((dot + ending).encode())
    stem = stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") or "导出"
    return stem + dot + ending


class _StreamedSheet(WriteOnlyWorksheet):
    """openpyxl's streaming sheet, taking rows of ready cells: its own way raises and catches an exception for each styled cell."""

    def _values_to_row(self, values: Sequence[Cell | None], row_idx: int) -> Iterator[Cell]:
        for column, cell in enumerate(values, 1):
            if cell is not None:
                cell.row, cell.column = row_idx, column
                yield cell


class _CellMaker:
    """Ready styled cells of one column, made once and filled again for each row (a cell is written before the next row is built)."""

    def __init__(self, ws: WriteOnlyWorksheet, col: Col, *, wrap: bool, empty: str, total: bool = False) -> None:
        self.fmt, self.empty = col.fmt, empty
        font, fill = (_BOLD, _PALE) if total else (_BODY, None)
        figures = _alignment(col, wrap)
        words = _alignment(col, wrap, "center" if col.fmt in _RIGHT else "")
        number_format = "General" if col.fmt == "code" else _NUMBER_FORMATS[col.fmt]
        self.value_cell = _styled(ws, font, fill=fill, align=figures, number_format=number_format)
        self.text_cell = _styled(ws, font, fill=fill, align=words, number_format="@" if col.fmt == "code" else "General")
        self.quoted_cell = _styled(ws, font, fill=fill, align=words, number_format="@")
        self.quoted_cell.quotePrefix = True
        self.link_cell = _styled(ws, _LINK, align=words)

    def fill(self, value: Item) -> Cell:
        """The column's cell holding `value`: a number or date where the format says so, else text that cannot become a formula."""
        if isinstance(value, bool):
            value = "是" if value else "否"
        if value is None or value == "":
            return self._text(self.empty)
        if isinstance(value, Link):
            return _put(self.link_cell, clean(value.text), "s")
        if isinstance(value, datetime.datetime):
            return (
                _put(self.value_cell, value.replace(tzinfo=None), "d")
                if self.fmt == "datetime"
                else self._text(value.strftime("%Y-%m-%d %H:%M"))
            )
        if isinstance(value, datetime.date):
            return _put(self.value_cell, value, "d") if self.fmt in ("date", "datetime") else self._text(value.isoformat())
        if isinstance(value, int | Decimal) and self.fmt not in ("date", "datetime") and abs(value) < 10**15:
            return _put(self.value_cell, stored(value, self.fmt), "n")
        return self._text(value if isinstance(value, str) else str(value))

    def _text(self, text: str) -> Cell:
        text = shortened(clean(text))
        return _put(self.quoted_cell if looks_like_formula(text) else self.text_cell, text, "s")


def stored(value: int | Decimal, fmt: CellFormat) -> int | Decimal:
    """The number a cell keeps for a value: 45.0 as 0.450 under percent, 元 as 万元 under wan, both rounded as printed."""
    if fmt == "percent":
        return Decimal(value).quantize(Decimal("0.1"), ROUND_HALF_UP) / 100
    if fmt == "wan":
        return (Decimal(value) / 10000).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if fmt == "yuan":
        return Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return value


def shortened(text: str) -> str:
    """`text` within Excel's 32,767 UTF-16 units, with a visible mark where something was cut (Excel would cut it silently)."""
    return text if len(text) <= CELL_LIMIT // 2 or _units(text) <= CELL_LIMIT else _fit(text, CELL_LIMIT - len(CUT_MARK)) + CUT_MARK


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _fit(text: str, limit: int) -> str:
    """The longest beginning of `text` of at most `limit` UTF-16 units."""
    return text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore").rstrip()


def _put(cell: Cell, value: object, data_type: str) -> Cell:
    cell._value = value
    cell.data_type = data_type
    return cell


def _styled(
    ws, font: Font, *, fill=None, align: Alignment | None = None, border: Border | None = _BORDER, number_format: str = "General"
) -> Cell:
    cell = WriteOnlyCell(ws)
    cell.font = font
    cell.number_format = number_format
    if border is not None:
        cell.border = border
    if fill is not None:
        cell.fill = fill
    if align is not None:
        cell.alignment = align
    return cell


def _alignment(col: Col, wrap: bool, horizontal: str = "") -> Alignment:
    side = col.align or horizontal or ("right" if col.fmt in _RIGHT else "center" if col.fmt in _CENTRED else "left")
    return Alignment(horizontal=side, vertical="center", wrap_text=wrap and col.fmt not in _RIGHT)


def _fill(sheets: Sequence[Sheet], sample: bool) -> Workbook:
    book = Workbook(write_only=True)
    names = sheet_names([sheet.title for sheet in sheets])
    places = dict(zip((sheet.title for sheet in sheets), names, strict=True))
    try:
        for sheet, name in zip(sheets, names, strict=True):
            ws = _StreamedSheet(book, name)
            book._add_sheet(ws)
            _SheetFiller(ws, sheet, sample, places).run()
    except BaseException:
        _abandon(book)
        raise
    return book


def _abandon(book: Workbook) -> None:
    """Remove the temporary files of a workbook that could not be finished."""
    for ws in book.worksheets:
        if ws._writer is not None:
            if not ws.closed:
                ws.close()
            ws._writer.cleanup()


class _SheetFiller:
    """Writes one sheet top to bottom; a streamed sheet needs its widths and frozen rows before the first row."""

    def __init__(self, ws: WriteOnlyWorksheet, sheet: Sheet, sample: bool, places: dict[str, str]) -> None:
        self.ws, self.sheet, self.places = ws, sheet, places
        self.width = max(len(sheet.columns), 1)
        self.row = 0
        self.top_lines = [clean(sheet.subheading)] if sheet.subheading else []
        self.top_lines += [clean(line) for line in sheet.lines]
        self.sample = sample
        self.head_row = 1 + len(self.top_lines) + (1 if sample else 0) + 1

    def run(self) -> None:
        rows = iter(self.sheet.rows)
        first = list(itertools.islice(rows, _MEASURED_ROWS))
        widths = self._widths(first)
        for index, width in enumerate(widths, 1):
            self.ws.column_dimensions[get_column_letter(index)].width = width
        _set_up_print(self.ws, self.head_row, self.width)
        self._top()
        self._head()
        self._body(itertools.chain(first, rows), widths)
        for note in self.sheet.notes:
            self._wide(clean(note), _SMALL, align=Alignment(horizontal="left", vertical="center", wrap_text=True), height=None)
        self.ws.close()

    def _top(self) -> None:
        centre, left = (
            Alignment(horizontal="center", vertical="center", wrap_text=True),
            Alignment(horizontal="left", vertical="center", wrap_text=True),
        )
        self._wide(clean(self.sheet.heading), _TITLE, align=centre, height=30)
        for line in self.top_lines:
            self._wide(line, _SMALL, align=left, height=18)
        if self.sample:
            self._wide(SAMPLE_LINE, _MARK, align=left, height=18)

    def _head(self) -> None:
        align = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cells = [_put(_styled(self.ws, _BOLD, fill=_GREY, align=align), shortened(clean(col.title)), "s") for col in self.sheet.columns]
        lines = max(sum(-(-_display_width(part) // _HEAD_WRAPS) for part in clean(col.title).split("\n")) for col in self.sheet.columns)
        self._append(cells, height=24 if lines <= 1 else 16 * min(lines, 6))

    def _body(self, rows: Iterable[Sequence[Item] | Band], widths: Sequence[float]) -> None:
        ws, sheet = self.ws, self.sheet
        makers = [_CellMaker(ws, col, wrap=width >= 12, empty=sheet.empty) for col, width in zip(sheet.columns, widths, strict=True)]
        for row in rows:
            if isinstance(row, Band):
                self._wide(
                    clean(row.title), _BOLD, align=Alignment(horizontal="left", vertical="center"), fill=_PALE, border=_BORDER, height=20
                )
                continue
            if len(row) > self.width:
                raise ValueError("一行的单元格多于表头")
            cells: list[Cell] = [maker.fill(value) for maker, value in zip(makers, [*row, *[None] * (self.width - len(row))], strict=True)]
            self._append(cells, height=_row_height(cells, widths))
            self._link(row)
        if sheet.filtered and self.row > self.head_row:
            ws.auto_filter.ref = f"A{self.head_row}:{get_column_letter(self.width)}{self.row}"
        if sheet.total is not None:
            self._total()

    def _total(self) -> None:
        sheet = self.sheet
        makers = [_CellMaker(self.ws, col, wrap=False, empty=sheet.empty, total=True) for col in sheet.columns]
        values: list[Item] = list(sheet.total or ())
        for index in range(label_span(values, sheet.total_label)):
            values[index] = sheet.total_label if index == 0 else None
            makers[index] = _CellMaker(self.ws, Col("", "mark"), wrap=False, empty="", total=True)
        self._append([maker.fill(value) for maker, value in zip(makers, values, strict=False)], height=20)

    def _link(self, row: Sequence[Item]) -> None:
        for column, value in enumerate(row, 1):
            if isinstance(value, Link) and value.sheet in self.places:
                name = self.places[value.sheet].replace("'", "''")
                self.ws._hyperlinks.append(
                    Hyperlink(ref=f"{get_column_letter(column)}{self.row}", location=f"'{name}'!A1", display=clean(value.text))
                )

    def _append(self, cells: Sequence[Cell | None], height: float | None = None) -> None:
        self.row += 1
        if height is not None:
            self.ws.row_dimensions[self.row].height = height
        self.ws.append(list(cells))
        self.ws.row_dimensions.pop(self.row, None)

    def _wide(self, text: str, font: Font, *, align: Alignment, fill=None, border: Border | None = None, height: float | None = 18) -> None:
        """One merged row over all columns."""
        first = _styled(self.ws, font, fill=fill, align=align, border=border)
        first.quotePrefix = looks_like_formula(text)
        rest = [_styled(self.ws, font, fill=fill, border=border) if border is not None else None for _ in range(self.width - 1)]
        if height is None:
            height = 15 * max(1, -(-_display_width(text) // max(int(self.total_width), 1)))
        self._append([_put(first, shortened(text), "s"), *rest], height=height)
        if self.width > 1:
            self.ws.merged_cells.add(f"A{self.row}:{get_column_letter(self.width)}{self.row}")

    def _widths(self, rows: Sequence[Sequence[Item] | Band]) -> list[float]:
        """Widths in characters from the head and the first rows; long text wraps, sooner where there are many columns."""
        widest = 46 if self.width <= 6 else 30
        arrow = 3 if self.sheet.filtered else 0
        widths: list[float] = []
        for index, col in enumerate(self.sheet.columns):
            if col.width is not None:
                widths.append(col.width)
                continue
            longest = min(max(map(_display_width, clean(col.title).split("\n"))), _HEAD_WRAPS) + arrow
            for row in [*rows, *([self.sheet.total] if self.sheet.total is not None else [])]:
                if not isinstance(row, Band) and index < len(row):
                    longest = max(longest, _display_width(_sketch(row[index], col.fmt)))
            widths.append(float(min(max(longest + 2, 7), widest)))
        lacking = min(_display_width(clean(self.sheet.heading)) * 1.6, 90) - sum(widths)
        if lacking > 0:
            widths = [round(width + lacking / self.width, 1) for width in widths]
        self.total_width = sum(widths) or 1
        return widths


def _row_height(cells: Sequence[Cell], widths: Sequence[float]) -> float | None:
    """Height of a row whose text wraps, in points; None for the usual one. Stated in the file because not every reader works it out itself."""
    lines = 1
    for cell, width in zip(cells, widths, strict=True):
        text = cell._value
        if isinstance(text, str) and (len(text) * 2 > width or "\n" in text):
            lines = max(lines, sum(max(1, -(-_display_width(part) // max(int(width) - 1, 1))) for part in text[:3000].split("\n")))
    return None if lines == 1 else min(14.5 * lines + 4, 400)


def label_span(total: Sequence[Item], label: str) -> int:
    """How many leading cells of a total row are empty or already hold its label."""
    span = 0
    while span < len(total) - 1 and total[span] in (None, "", "—", label):
        span += 1
    return span


def _sketch(value: Item, fmt: CellFormat) -> str:
    """Roughly what the cell will show, to measure it."""
    if isinstance(value, Link):
        return value.text
    if isinstance(value, datetime.date):
        return "2022-01-01 00:00" if fmt == "datetime" else "2022-01-01"
    if isinstance(value, int | Decimal) and fmt in _RIGHT:
        number = stored(value, fmt)
        return f"{number:,.2f}" if fmt in ("wan", "yuan") else f"{number:.1%}" if fmt == "percent" else f"{number:,}"
    return str(value or "")[:200].split("\n")[0]


def _display_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def _set_up_print(ws: WriteOnlyWorksheet, head_row: int, columns: int) -> None:
    """A4, landscape from nine columns, one page wide, head row on each page, page numbers; the head row stays on the screen."""
    ws.freeze_panes = f"A{head_row + 1}"
    ws.print_title_rows = f"1:{head_row}" if head_row <= 4 else f"{head_row}:{head_row}"
    ws.sheet_properties.pageSetUpPr.fitToPage = True
    ws.page_setup.paperSize = ws.PAPERSIZE_A4 if hasattr(ws, "PAPERSIZE_A4") else 9
    ws.page_setup.orientation = "landscape" if columns >= _LANDSCAPE_FROM else "portrait"
    ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = 1, 0
    ws.print_options.horizontalCentered = True
    ws.sheet_format.defaultRowHeight, ws.sheet_format.customHeight = 18, True
    ws.page_margins.left = ws.page_margins.right = 0.6
    ws.page_margins.top, ws.page_margins.bottom = 0.8, 0.8
    ws.oddFooter.center.text = "第 &P 页 共 &N 页"


def _save(book: Workbook, stream: BinaryIO, author: str, title: str, dated: datetime.date | None) -> None:
    properties = book.properties
    properties.creator = clean(author) or None
    properties.title = clean(title) or None
    properties.lastModifiedBy = None
    properties.created = properties.modified = datetime.datetime.combine(dated or _UNDATED, datetime.time())
    ExcelWriter(book, SteadyZip(stream)).save()
