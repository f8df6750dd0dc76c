"""The Excel annex of a report: a cover sheet, every table on a sheet of its own, the figures behind the charts.

Figures are those of the printed report: 万元 with two decimals, percentages with one, stored as numbers so that they can be reckoned with.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from accounts.spreadsheet import Band, CellFormat, Col, Item, Link, Sheet, write_workbook
from reports.document import EMPTY, Chart, Column, Document, Format, Table, Value, chart_lines, chart_table
from reports.written import WrittenFile, write_whole

COVER_SHEET = "封面"
_FORMATS: dict[Format, CellFormat] = {
    "text": "text",
    "int": "int",
    "percent": "percent",
    "wan": "wan",
    "yuan": "yuan",
    "date": "date",
    "code": "code",
    "mark": "mark",
}


def write_report_workbook(document: Document, target: Path) -> WrittenFile:
    """Write the tables of `document` as .xlsx under `target`, whole or not at all; the same document gives the same bytes."""
    stream = io.BytesIO()
    title = _one_line(document.title)
    sheets = list(report_sheets(document))
    write_workbook(stream, sheets, sample=document.sample, author=document.issuer, title=title, dated=document.issued_on)
    return write_whole(stream.getvalue(), target)


def report_sheets(document: Document) -> Iterator[Sheet]:
    """Cover, one sheet per table, and the data of the charts where there are any."""
    names = [sheet_title(table) for table in document.tables()]
    yield _cover(document, names)
    for table, name in zip(document.tables(), names, strict=True):
        yield _table(document, table, name)
    for chart in document.charts():
        yield _chart(document, chart)


def sheet_title(table: Table) -> str:
    """TB1 试点任务完成情况汇总表: code and caption, without the number it has in this report."""
    return f"{table.code} {table.title}".strip()


def chart_sheet(chart: Chart) -> str:
    """CH1 图表数据: the sheet with the figures of one chart."""
    return f"{chart.code} 图表数据"


def _cover(document: Document, names: list[str]) -> Sheet:
    tables = document.tables()
    rows: list[tuple[Item, ...]] = [
        (index, _number(table.number, "表"), Link(_one_line(table.title), name), len(table.rows))
        for index, (table, name) in enumerate(zip(tables, names, strict=True), 1)
    ]
    for chart in document.charts():
        link = Link(_one_line(chart.finding), chart_sheet(chart))
        rows.append((len(rows) + 1, _number(chart.number, "图"), link, len(chart_table(chart)[1])))
    lines = [
        f"数据截止日期：{document.as_of.isoformat()}",
        f"编制日期：{document.issued_on.isoformat()}",
        f"版次：第{document.edition}版　　核验码：{document.code}",
    ]
    if document.correction_of:
        lines.append(f"更正件：第{document.edition}版，更正{document.correction_of}")
    return Sheet(
        title=COVER_SHEET,
        heading=_one_line(document.title),
        subheading=f"编制单位：{document.issuer}",
        lines=lines,
        columns=(Col("序号", "code", 8), Col("编号", "code", 14), Col("工作表", "text", 52), Col("行数", "int", 10)),
        rows=rows,
        notes=("点击表名可转到相应工作表。本表各项数据与报告一致，均为数值，可直接计算。",),
        filtered=False,
    )


def _table(document: Document, table: Table, name: str) -> Sheet:
    parts = [f"编制单位：{document.issuer}", f"数据截止日期：{document.as_of.isoformat()}"]
    if table.unit:
        parts.append(table.unit if table.unit.startswith("单位") else f"单位：{table.unit}")
    notes = [note if index or note.startswith("注") else f"注：{note}" for index, note in enumerate(table.notes)]
    return Sheet(
        title=name,
        heading=f"{_number(table.number, '表')}　{_one_line(table.title)}",
        subheading="　　".join(parts),
        columns=tuple(_column(column) for column in table.columns),
        rows=_rows(table),
        total=table.total,
        total_label=table.total_label,
        notes=(*(f"{label}：{text}" for label, text in table.closing), *notes),
        empty=EMPTY,
    )


def _column(column: Column) -> Col:
    """A column under a common head cell carries its text too, for a sheet with a filter has one head row."""
    title = column.title.replace("\n", "")
    return Col(f"{column.over}\n{title}" if column.over else title, _FORMATS[column.fmt], align=column.align)


def _rows(table: Table) -> Iterable[tuple[Value, ...] | Band]:
    for group in table.groups:
        if group.title:
            yield Band(group.title)
        yield from group.rows


def _chart(document: Document, chart: Chart) -> Sheet:
    """The figures a chart is drawn from."""
    columns, rows = chart_table(chart)
    return Sheet(
        title=chart_sheet(chart),
        heading=f"{_number(chart.number, '图')}　{_one_line(chart.finding)}",
        subheading=f"编制单位：{document.issuer}　　数据截止日期：{document.as_of.isoformat()}",
        columns=tuple(_column(column) for column in columns),
        rows=rows,
        notes=chart_lines(chart),
        empty=EMPTY,
    )


def _number(number: str, word: str) -> str:
    return f"{word}{number}" if number.isdigit() else number


def _one_line(text: str) -> str:
    return "".join(line.strip() for line in text.split("\n"))
