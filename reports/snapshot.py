"""The figures of a report, collected once under one as-of day: plain JSON, hashed, never changed afterwards.

    {"kind", "pilot", "as_of", "facts": {…}, "figures": {key: {…}}, "tables": {code: {…}}, "charts": {code: {…}}, "photos": [{…}]}

Only text, whole numbers, booleans, lists and objects stand in it (an exact decimal is {"d": "46.2"}, a day {"on": "2022-11-30"}), so that
the same data give the same bytes and the same SHA-256 on every machine. The check code (核验码) is its first eight hexadecimal digits.
"""

import contextlib
import datetime
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from django.db import connection, transaction

from reports.document import (
    Bar,
    Chart,
    Column,
    Group,
    HeatCell,
    HeatMap,
    HeatRow,
    MonthBars,
    MonthCounts,
    RateBar,
    RateBars,
    RateLine,
    StackedBars,
    Table,
    Value,
)

FigureFormat = Literal["int", "percent", "points", "day", "text", "wan", "yuan"]
"""int 104 · percent 46.2% · points 11.3 (百分点) · day 2022年11月30日 · text as it is · wan 万元 with two decimals (value in 元) ·
yuan 元 with two decimals."""


def day_words(day: datetime.date) -> str:
    """2022年11月30日, the way of documents."""
    return f"{day.year}年{day.month}月{day.day}日"


def figure_text(value: Value, fmt: FigureFormat) -> str:
    """A figure as every page and file prints it; rounding is half up."""
    if value is None:
        return "未登记"
    if fmt == "day":
        return day_words(value)
    if fmt in ("percent", "points"):
        rounded = Decimal(value).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return f"{rounded}%" if fmt == "percent" else str(rounded)
    if fmt == "wan":
        return f"{(Decimal(value) / 10000).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    if fmt == "yuan":
        return f"{Decimal(value).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    return f"{int(value):,}" if fmt == "int" else str(value)


@dataclass
class Collected:
    """What the collectors of a kind put together; `plain()` is the snapshot."""

    kind: str
    pilot: str | None
    as_of: datetime.date
    facts: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, dict] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    charts: dict[str, Chart] = field(default_factory=dict)
    photos: list[dict] = field(default_factory=list)

    def figure(
        self,
        key: str,
        name: str,
        value: Value,
        fmt: FigureFormat = "int",
        unit: str = "",
        *,
        definition: str = "",
        page: str = "",
        query: dict | None = None,
        count: int | None = None,
        words: tuple[str, ...] = (),
        pilot: str = "",
    ) -> None:
        """Add a figure. `name` is unique in a snapshot (the editor speaks of figures by name); `page`, `query` and `count` lead to its rows;
        `words` are the phrases after which a hand-typed number would mean this figure; `pilot` is the code of the pilot it belongs to."""
        self.figures[key] = {
            "name": name,
            "value": plain(value),
            "format": fmt,
            "unit": unit,
            "text": figure_text(value, fmt),
            "definition": definition,
            "page": page,
            "query": query or {},
            "count": count,
            "words": list(words),
            "pilot": pilot,
        }

    def plain(self) -> dict:
        """The snapshot as plain JSON values."""
        return {
            "kind": self.kind,
            "pilot": self.pilot,
            "as_of": self.as_of.isoformat(),
            "facts": self.facts,
            "figures": self.figures,
            "tables": {code: table_to_plain(table) for code, table in self.tables.items()},
            "charts": {code: chart_to_plain(chart) for code, chart in self.charts.items()},
            "photos": self.photos,
        }


def plain(value: Value) -> Any:
    """A cell as JSON: exact decimals and days keep their kind."""
    if isinstance(value, Decimal):
        return {"d": str(value)}
    if isinstance(value, datetime.date):
        return {"on": value.isoformat()}
    return value


def value_of(stored: Any) -> Value:
    """The reverse of `plain`."""
    if isinstance(stored, dict):
        return Decimal(stored["d"]) if "d" in stored else datetime.date.fromisoformat(stored["on"])
    return stored


def table_to_plain(table: Table) -> dict:
    return {
        "title": table.title,
        "unit": table.unit,
        "columns": [[column.title, column.fmt, plain(Decimal(str(column.width))), column.align, column.over] for column in table.columns],
        "groups": [{"title": group.title, "rows": [[plain(cell) for cell in row] for row in group.rows]} for group in table.groups],
        "total": None if table.total is None else [plain(cell) for cell in table.total],
        "total_label": table.total_label,
        "notes": list(table.notes),
        "closing": [list(row) for row in table.closing],
        "landscape": table.landscape,
        "dense": table.dense,
    }


def table_from_plain(code: str, stored: dict, number: str) -> Table:
    """A table of the snapshot as the writers take it; `number` is its place in this document (表1)."""
    total = stored["total"]
    return Table(
        code=code,
        number=number,
        title=stored["title"],
        unit=stored["unit"],
        columns=tuple(Column(title, fmt, float(value_of(width)), align, over) for title, fmt, width, align, over in stored["columns"]),
        groups=tuple(Group(g["title"], tuple(tuple(value_of(c) for c in row) for row in g["rows"])) for g in stored["groups"]),
        total=None if total is None else tuple(value_of(cell) for cell in total),
        total_label=stored["total_label"],
        notes=tuple(stored["notes"]),
        closing=tuple((label, text) for label, text in stored["closing"]),
        landscape=stored["landscape"],
        dense=stored["dense"],
    )


def chart_to_plain(chart: Chart) -> dict:
    """`form` names the kind of chart; a stacked bar chart, the first there was, has none."""
    form = {} if isinstance(chart, StackedBars) else {"form": type(chart).__name__}
    return form | {f.name: _deep(getattr(chart, f.name)) for f in fields(chart) if f.name not in ("code", "number")}


def _deep(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_deep(one) for one in value]
    return {f.name: _deep(getattr(value, f.name)) for f in fields(value)} if is_dataclass(value) else plain(value)


_PARTS: dict[str, tuple[type, dict[str, Any]]] = {
    "": (StackedBars, {"bars": Bar}),
    "RateBars": (RateBars, {"bars": RateBar, "lines": RateLine}),
    "MonthBars": (MonthBars, {"months": MonthCounts}),
    "HeatMap": (HeatMap, {"rows": HeatRow}),
}


def chart_from_plain(code: str, stored: dict, number: str) -> Chart:
    """A chart of the snapshot as the writers take it; `number` is its place in this document (图1)."""
    made, parts = _PARTS[stored.get("form", "")]
    values: dict[str, Any] = {}
    for name, value in stored.items():
        if name in parts:
            values[name] = tuple(_part(parts[name], one) for one in value)
        elif name != "form":
            values[name] = tuple(value) if isinstance(value, list) else value_of(value)
    return made(code=code, number=number, **values)


def _part(made: type, stored: dict) -> Any:
    values = {name: tuple(value) if isinstance(value, list) else value_of(value) for name, value in stored.items() if name != "cells"}
    if "cells" in stored:
        values["cells"] = tuple(HeatCell(**cell) for cell in stored["cells"])
    return made(**values)


def canonical(data: Any) -> bytes:
    """JSON with sorted keys and no spaces: the bytes that are hashed."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sha256_of(data: Any) -> str:
    return hashlib.sha256(canonical(data)).hexdigest()


def check_code(sha256: str) -> str:
    """核验码: the first eight hexadecimal digits of the SHA-256 of the data, in two groups: 7c1e 92af."""
    return f"{sha256[:4]} {sha256[4:8]}"


@contextlib.contextmanager
def one_moment() -> Iterator[None]:
    """All reads inside see the database as it stood at one moment, and hold up nobody who writes.

    PostgreSQL: REPEATABLE READ; SQLite: a deferred transaction on the write-ahead log. Inside an outer transaction it changes nothing."""
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor == "sqlite":
        usual, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
        try:
            with transaction.atomic():
                yield
        finally:
            connection.transaction_mode = usual
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def collect_data(report) -> dict:
    """Every figure of `report` at its as-of day, read at one moment. Saves nothing."""
    from reports.kinds import KINDS

    with one_moment():
        return KINDS[report.kind].collect(report).plain()


@dataclass(frozen=True)
class Change:
    """One thing a new snapshot says differently, in words."""

    name: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.name}：{self.old} → {self.new}"


def compare(old: dict, new: dict) -> list[Change]:
    """What changed between two snapshots: figures by name, cells of tables, photos. Empty when nothing did."""
    changes = []
    for key in sorted(set(old["figures"]) | set(new["figures"])):
        before, after = old["figures"].get(key), new["figures"].get(key)
        if before and after and before["text"] == after["text"]:
            continue
        changes.append(Change((after or before)["name"], _said(before, "没有这项"), _said(after, "不再有这项")))
    for code in sorted(set(old["tables"]) | set(new["tables"])):
        change = _table_change(old["tables"].get(code), new["tables"].get(code))
        if change:
            changes.append(change)
    photos_before, photos_after = _photo_marks(old), _photo_marks(new)
    if photos_before != photos_after:
        same = len(photos_before & photos_after)
        changes.append(Change("现场照片", f"{len(photos_before)} 张", f"{len(photos_after)} 张（其中 {same} 张不变）"))
    return changes


def _said(figure: dict | None, absent: str) -> str:
    return f"{figure['text']}{_unit_after(figure)}" if figure else absent


def _unit_after(figure: dict) -> str:
    return f" {figure['unit']}" if figure["unit"] and figure["format"] != "percent" else ""


def _table_change(before: dict | None, after: dict | None) -> Change | None:
    if before is None or after is None:
        title = (after or before)["title"]
        return Change(title, "有" if before else "没有这张表", "有" if after else "不再有这张表")
    old_rows, new_rows = _rows(before), _rows(after)
    if old_rows == new_rows:
        return None
    if len(old_rows) != len(new_rows):
        return Change(after["title"], f"{len(old_rows)} 行", f"{len(new_rows)} 行")
    cells = sum(a != b for old_row, new_row in zip(old_rows, new_rows, strict=True) for a, b in zip(old_row, new_row, strict=False))
    return Change(after["title"], "原表", f"{cells} 格有变化")


def _rows(table: dict) -> list[list]:
    rows = [row for group in table["groups"] for row in group["rows"]]
    return rows + ([table["total"]] if table["total"] else [])


def _photo_marks(data: dict) -> set[str]:
    return {photo["sha256"] for group in data["photos"] for photo in group["photos"]}
