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


Chart = StackedBars


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


Block = Heading | Paragraph | Table | StackedBars | Photos | Annex | Signature | AnnexList


@dataclass(frozen=True)
class Document:
    """A whole report. `title` may have two lines; `addressee` (主送) may be empty; `edition` counts from 1; `code` is the check code (核验码)."""

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

    def tables(self) -> tuple[Table, ...]:
        return tuple(b for b in self.blocks if isinstance(b, Table))

    def charts(self) -> tuple[StackedBars, ...]:
        return tuple(b for b in self.blocks if isinstance(b, StackedBars))
