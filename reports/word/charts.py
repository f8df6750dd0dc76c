"""Charts of the Word file, native (DrawingML) with their workbook inside: they stay editable in Word and WPS. CH5 is a table of lights."""

from __future__ import annotations

import io
from decimal import Decimal
from xml.sax.saxutils import quoteattr

from docx.document import Document as WordDocument
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.parser import parse_xml
from lxml.etree import _Element
from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from accounts.packing import SteadyZip
from accounts.plaintext import clean
from reports.document import SHAPES, Chart, HeatMap, MonthBars, RateBars, StackedBars, chart_table, show
from reports.word.chart_xml import XML_A, XML_C, XML_R, Sheet, months_xml, rates_xml, stacked_xml
from reports.word.heat_table import heat_height, heat_table
from reports.word.oxml import LINE, QUARTER, TEXT_WIDTH_MM, node, paragraph, run

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS_HEIGHT = QUARTER * 24


def drawing_height(chart: Chart) -> float:
    """Height in points of the drawing, in quarters of the grid line; lying bars take 16 points each with legend and axis."""
    if isinstance(chart, StackedBars):
        return max(4, -(-(len(chart.bars) * 17 + 52) // QUARTER)) * QUARTER
    return heat_height(chart) if isinstance(chart, HeatMap) else _COLUMNS_HEIGHT


def chart_block_height(chart: Chart) -> float:
    """Height of drawing and caption in full grid lines."""
    return -(-(drawing_height(chart) + QUARTER * 4 - 0.1) // LINE) * LINE


def chart_space(chart: Chart) -> float:
    """Air around drawing and caption together, in points; half of it above."""
    return chart_block_height(chart) - drawing_height(chart) - QUARTER * 3


def chart_blocks(word: WordDocument, chart: Chart, number: int, image: bytes | None, caption: str) -> list[_Element]:
    """Drawing and caption. `image` (PNG) is used instead of the native chart when given."""
    free = chart_space(chart)
    below = paragraph("FigureCaption", run(caption), after=free / 2)
    if image is None and isinstance(chart, HeatMap):
        return [*heat_table(chart, before=free / 2, title=alt_text(chart)), below]
    if image is not None:
        inline = word.part.new_pic_inline(io.BytesIO(image), width=round(TEXT_WIDTH_MM * 36000))
        describe(inline, number, caption, alt_text(chart))
        drawing = node("w:r", node("w:drawing", inline))
    else:
        drawing = _native(word, chart, number, caption)
    return [paragraph("Picture", drawing, before=free / 2), below]


def alt_text(chart: Chart) -> str:
    """The figures of the chart in words, for those who cannot see it."""
    if isinstance(chart, StackedBars):
        bars = "；".join(
            f"{bar.label}："
            + "，".join(f"{name}{count}" for name, count in zip(chart.series, bar.parts, strict=False))
            + _rate(chart, bar.value)
            for bar in chart.bars
        )
        return clean(f"{chart.finding}。{bars}。")
    columns, rows = chart_table(chart)
    said = "；".join(
        f"{row[0]}：" + "，".join(f"{c.title}{show(v, c.fmt)}" for c, v in zip(columns[1:], row[1:], strict=True) if v is not None)
        for row in rows
    )
    return clean(f"{chart.finding}。{said}。")


def describe(inline: _Element, number: int, name: str, alt: str) -> None:
    """Number, name and alternative text of a drawing."""
    properties = inline.docPr
    properties.set("id", str(number))
    properties.set("name", clean(name)[:200])
    properties.set("descr", clean(alt)[:2000])


def _rate(chart: StackedBars, value: Decimal | None) -> str:
    return "" if value is None else f"，{chart.value_title}{show(value, 'percent')}"


def _native(word: WordDocument, chart: Chart, number: int, caption: str) -> _Element:
    package = word.part.package
    workbook = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), _XLSX, _workbook(_sheet(chart)), package)
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), CONTENT_TYPE.DML_CHART, b"", package)
    part._blob = _xml(chart, part.relate_to(workbook, RELATIONSHIP_TYPE.PACKAGE))
    relation = word.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    drawing = parse_xml(
        '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        f' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="{XML_A}" xmlns:r="{XML_R}">'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{round(TEXT_WIDTH_MM * 36000)}" cy="{round(drawing_height(chart) * 12700)}"/>'
        f'<wp:effectExtent l="0" t="0" r="0" b="0"/><wp:docPr id="{number}" name={quoteattr(clean(caption)[:200])} descr={quoteattr(alt_text(chart)[:2000])}/>'
        f'<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="{XML_C}"><c:chart xmlns:c="{XML_C}" r:id="{relation}"/></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing>"
    )
    return node("w:r", drawing)


def _sheet(chart: Chart) -> Sheet:
    """What the chart draws: names at the left, a column for each series."""
    if isinstance(chart, StackedBars):
        return Sheet(tuple(clean(name) for name in chart.series), tuple((_stacked_label(bar), bar.parts) for bar in chart.bars))
    if isinstance(chart, MonthBars):
        return Sheet(
            tuple(clean(name) for name in chart.series), tuple((clean(m.label), (m.found, m.closed, m.open)) for m in chart.months)
        )
    lines = tuple(f"{clean(line.label)} {show(line.value, 'percent')}" for line in chart.lines)
    values = tuple(line.value for line in chart.lines)
    return Sheet((chart.value_title, *lines), tuple((_rate_label(bar), (bar.value, *values)) for bar in chart.bars))


def _stacked_label(bar) -> str:
    """The name at the left with its rate: 普安街道　45.0%."""
    return clean(bar.label) + ("" if bar.value is None else f"　{show(bar.value, 'percent')}")


def _rate_label(bar) -> str:
    """The name with its state below: 竹林桥社区 / ■滞后."""
    return clean(bar.label) + (f"\n{SHAPES[bar.state]}{clean(bar.word)}" if bar.state else "")


def _xml(chart: Chart, workbook: str) -> bytes:
    if isinstance(chart, StackedBars):
        return stacked_xml(_sheet(chart), workbook)
    if isinstance(chart, RateBars):
        return rates_xml(_sheet(chart), workbook, tuple(bar.state for bar in chart.bars), tuple(line.style for line in chart.lines))
    return months_xml(_sheet(chart), workbook)


def _workbook(sheet: Sheet) -> bytes:
    """The chart's own workbook, opened by 编辑数据."""
    book = Workbook()
    page = book.active
    page.title = "Sheet1"
    rows = [["", *sheet.series], *([label, *values] for label, values in sheet.rows)]
    for row_number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = page.cell(row_number, column)
            cell.value = clean(value) if isinstance(value, str) else float(value) if isinstance(value, Decimal) else value
            if isinstance(value, str):
                cell.data_type = "s"
    book.properties.creator = None
    book.properties.created = book.properties.modified = book.properties.created.replace(2000, 1, 1, 0, 0, 0, 0)
    stream = io.BytesIO()
    ExcelWriter(book, SteadyZip(stream)).save()
    return stream.getvalue()
