"""The content of a report, free of any layout: what the PDF, Word and Excel writers all read.

A kind builds a `Document` from one snapshot and its narrative; the three writers are pure functions of it, so they cannot disagree.
Cells keep raw values (`int`, `Decimal`, `date`, `str`, `None`); each writer formats them by the column's `fmt`, through `show()` below.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Format = Literal["text", "int", "percent", "wan", "yuan", "date", "code", "mark"]
"""How a cell is shown: percent with one decimal, wan = 万元 with two decimals (value in 元), yuan with two decimals, code = centred short text,
mark = a state word with its shape (●▲■○) in front."""

Value = str | int | Decimal | datetime.date | None
EMPTY = "—"


def show(value: Value, fmt: Format) -> str:
    """Text of a cell as printed. Empty is —, a real zero is 0; rounding is half up (domain conventions, tables and numbers)."""
    if value is None or value == "":
        return EMPTY
    if fmt == "percent":
        return f"{Decimal(value).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"
    if fmt == "wan":
        return f"{(Decimal(value) / 10000).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    if fmt == "yuan":
        return f"{Decimal(value).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if fmt == "int":
        return f"{int(value):,}"
    return str(value)


@dataclass(frozen=True)
class Run:
    """A stretch of text inside a paragraph. `key` names the figure of the snapshot it was filled from, None for typed text."""

    text: str
    key: str | None = None


@dataclass(frozen=True)
class Heading:
    """level 1 = 一、  level 2 = （一）. The number is part of the text."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `lead` is a run-in heading （一）评估依据。 set in 楷体 before the text."""

    runs: tuple[Run, ...]
    lead: str = ""

    @property
    def text(self) -> str:
        return self.lead + "".join(r.text for r in self.runs)


@dataclass(frozen=True)
class Column:
    """One column; `width` in mm on a portrait page (156 mm in all) or a landscape one (225 mm in all), as relative weight otherwise.

    `align` overrules the format's; neighbours of the same `over` stand under one head cell of that text.
    """

    title: str
    fmt: Format = "text"
    width: float = 20
    align: Literal["", "left", "center", "right"] = ""
    over: str = ""


@dataclass(frozen=True)
class Group:
    """A group row inside a long table (one clause, one pilot)."""

    title: str
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class Table:
    """A numbered table. `code` is the domain's (TB1 …) and the name of its sheet; `total` is a row of the same width or None.

    Leading empty cells of `total` are covered by `total_label`, words in a head group run over the empty cells after them; `closing` are
    rows (label, text) under it, such as 支出合计（大写）.
    """

    code: str
    number: str
    title: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    unit: str = ""
    total: tuple[Value, ...] | None = None
    notes: tuple[str, ...] = ()
    landscape: bool = False
    dense: bool = False
    total_label: str = "合计"
    closing: tuple[tuple[str, str], ...] = ()

    @property
    def rows(self) -> tuple[tuple[Value, ...], ...]:
        return tuple(row for group in self.groups for row in group.rows)


@dataclass(frozen=True)
class Bar:
    """One bar of a stacked bar chart: label, counts per series, and the value printed at the right."""

    label: str
    parts: tuple[int, ...]
    value: Decimal | None = None
    total: bool = False


@dataclass(frozen=True)
class StackedBars:
    """CH1: horizontal bars stacked to 100 %, counts inside, a rate at the right; `finding` is the caption's sentence."""

    code: str
    number: str
    finding: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    time_mark: Decimal | None = None
    value_title: str = "完成率"


State = Literal["", "ok", "warn", "late", "none"]
"""正常 ●, 预警 ▲, 滞后或逾期 ■, 未到期 ○; empty where nothing is judged."""
SHAPES: dict[str, str] = {"ok": "●", "warn": "▲", "late": "■", "none": "○"}


@dataclass(frozen=True)
class RateBar:
    """One bar of CH2: a rate in percent with its state in a word."""

    label: str
    value: Decimal | None
    state: State = ""
    word: str = ""
    total: bool = False


@dataclass(frozen=True)
class RateLine:
    """An upright line across the bars: 序时进度 solid, 预警线 dashed, 滞后线 dotted."""

    label: str
    value: Decimal
    style: Literal["solid", "dashed", "dotted"] = "solid"


@dataclass(frozen=True)
class RateBars:
    """CH2: horizontal bars of a rate against the lines of 序时进度 and its limits."""

    code: str
    number: str
    finding: str
    bars: tuple[RateBar, ...]
    lines: tuple[RateLine, ...] = ()
    value_title: str = "执行率"


@dataclass(frozen=True)
class MonthCounts:
    label: str
    found: int
    closed: int
    open: int


@dataclass(frozen=True)
class MonthBars:
    """CH3: problems found and closed in each month as pairs of bars, those open at its end as a line."""

    code: str
    number: str
    finding: str
    months: tuple[MonthCounts, ...]
    series: tuple[str, str, str] = ("当月新发现", "当月销号", "月末未销号")
    unit: str = "个"


@dataclass(frozen=True)
class HeatCell:
    state: State
    word: str
    count: int | None = None

    @property
    def text(self) -> str:
        """预警 2; a state without a number is its word."""
        return f"{self.word} {self.count}" if self.count else self.word


@dataclass(frozen=True)
class HeatRow:
    label: str
    cells: tuple[HeatCell, ...]
    total: bool = False


@dataclass(frozen=True)
class HeatMap:
    """CH5: a light for every pilot and month; `past` columns stand before the as-of day."""

    code: str
    number: str
    finding: str
    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    past: int
    note: str = "数字为月末未销号问题数"


Chart = StackedBars | RateBars | MonthBars | HeatMap


def chart_table(chart: Chart) -> tuple[tuple[Column, ...], tuple[tuple[Value, ...], ...]]:
    """The data of a chart as columns and rows: what the workbook keeps and alternative texts read out."""
    if isinstance(chart, StackedBars):
        columns = (Column("名称"), *(Column(name, "int") for name in chart.series), Column(chart.value_title, "percent"))
        return columns, tuple((bar.label, *bar.parts, bar.value) for bar in chart.bars)
    if isinstance(chart, RateBars):
        columns = (Column("名称"), Column(chart.value_title, "percent"), Column("状态", "mark"))
        return columns, tuple((bar.label, bar.value, f"{SHAPES.get(bar.state, '')}{bar.word}" or None) for bar in chart.bars)
    if isinstance(chart, MonthBars):
        columns = (Column("月份"), *(Column(name, "int") for name in chart.series))
        return columns, tuple((month.label, month.found, month.closed, month.open) for month in chart.months)
    columns = (Column("名称"), *(Column(month, "mark") for month in chart.columns))
    rows = ((row.label, *(f"{SHAPES.get(cell.state, '')}{cell.text}" or None for cell in row.cells)) for row in chart.rows)
    return columns, tuple(rows)


def chart_lines(chart: Chart) -> tuple[str, ...]:
    """The lines drawn across a chart, in words: 序时进度 57.5%."""
    if isinstance(chart, StackedBars):
        return (f"序时进度 {chart.time_mark}%",) if chart.time_mark is not None else ()
    return tuple(f"{line.label} {show(line.value, 'percent')}" for line in chart.lines) if isinstance(chart, RateBars) else ()


@dataclass(frozen=True)
class FormCell:
    """A cell of a form over `span` columns. A label is set in 黑体 and centred, an amount in 宋体; `foot` stands at the right of the last
    line (the date beside a signature)."""

    text: str
    span: int = 1
    role: Literal["label", "value", "money", "signature"] = "value"
    foot: str = ""


@dataclass(frozen=True)
class Form:
    """A printed form: closed frame, labelled cells. `widths` in mm add up to 156, each row is (cells, height in quarter lines at least)."""

    widths: tuple[float, ...]
    rows: tuple[tuple[tuple[FormCell, ...], int], ...]
    left: str = ""
    right: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Photo:
    """A picture of the annex: `path` is an absolute file of the media folder (JPEG, already shrunk), caption holds date and what is shown."""

    path: str
    caption: str
    alt: str = ""


@dataclass(frozen=True)
class Photos:
    """A group of pictures under one line of text, two across."""

    title: str
    photos: tuple[Photo, ...]


@dataclass(frozen=True)
class Annex:
    """Starts a new page: 附件1 flush left, its title centred; what follows belongs to it. `internal` pages carry 内部资料 and no number."""

    number: str
    title: str
    internal: bool = False


@dataclass(frozen=True)
class Signature:
    """Issuer and date under the text (without seal)."""

    issuer: str
    date: datetime.date


@dataclass(frozen=True)
class AnnexList:
    """附件：1.… 2.… under the text, before the signature."""

    titles: tuple[str, ...]


Block = Heading | Paragraph | Table | Chart | Form | Photos | Annex | Signature | AnnexList


@dataclass(frozen=True)
class Document:
    """A whole report. `title` may have two lines; `addressee` (主送) may be empty; `edition` counts from 1; `code` is the check code (核验码).

    `apart` are tables of the workbook alone (另附), named in the list of annexes."""

    programme: str
    title: str
    as_of: datetime.date
    issuer: str
    issued_on: datetime.date
    edition: int
    code: str
    blocks: tuple[Block, ...]
    addressee: str = ""
    sample: bool = False
    cover: bool = True
    contents: bool = True
    subject: str = ""
    keywords: tuple[str, ...] = field(default_factory=tuple)
    correction_of: str = ""
    apart: tuple[Table, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Every table of the workbook: the printed ones, then those too long to print."""
        return (*(b for b in self.blocks if isinstance(b, Table)), *self.apart)

    def charts(self) -> tuple[Chart, ...]:
        return tuple(b for b in self.blocks if isinstance(b, Chart))
