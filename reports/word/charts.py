"""CH1 as a native chart (DrawingML) with its workbook inside: it stays editable in Word and WPS and needs no picture."""

from __future__ import annotations

import io
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

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
from reports.document import StackedBars, show
from reports.word.oxml import HEI, LINE, QUARTER, TEXT_WIDTH_MM, node, paragraph, run

_FILLS = ("1D4F91", "B9CCE3", "FFFFFF", "8A8A8A", "D9D9D9")
_INK = ("FFFFFF", "1A1A1A", "1A1A1A", "FFFFFF", "1A1A1A")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def bars_height(chart: StackedBars) -> float:
    """Height in points of the drawing: a bar every 16 points with legend and axis, in quarters of the grid line."""
    return max(4, -(-(len(chart.bars) * 17 + 52) // QUARTER)) * QUARTER


def chart_block_height(chart: StackedBars) -> float:
    """Height of drawing and caption in full grid lines."""
    return -(-(bars_height(chart) + QUARTER * 4 - 0.1) // LINE) * LINE


def chart_space(chart: StackedBars) -> float:
    """Air around drawing and caption together, in points; half of it above."""
    return chart_block_height(chart) - bars_height(chart) - QUARTER * 3


def chart_blocks(word: WordDocument, chart: StackedBars, number: int, image: bytes | None, caption: str) -> list[_Element]:
    """Drawing and caption. `image` (PNG) is used instead of the native chart when given."""
    free = chart_space(chart)
    if image is not None:
        inline = word.part.new_pic_inline(io.BytesIO(image), width=round(TEXT_WIDTH_MM * 36000))
        describe(inline, number, caption, alt_text(chart))
        drawing = node("w:r", node("w:drawing", inline))
    else:
        drawing = _native(word, chart, number, caption)
    return [
        paragraph("Picture", drawing, before=free / 2),
        paragraph("FigureCaption", run(caption), after=free / 2),
    ]


def alt_text(chart: StackedBars) -> str:
    """The figures of the chart in words, for those who cannot see it."""
    bars = "；".join(
        f"{bar.label}："
        + "，".join(f"{name}{count}" for name, count in zip(chart.series, bar.parts, strict=False))
        + _rate(chart, bar.value)
        for bar in chart.bars
    )
    return clean(f"{chart.finding}。{bars}。")


def describe(inline: _Element, number: int, name: str, alt: str) -> None:
    """Number, name and alternative text of a drawing."""
    properties = inline.docPr
    properties.set("id", str(number))
    properties.set("name", clean(name)[:200])
    properties.set("descr", clean(alt)[:2000])


def _rate(chart: StackedBars, value: Decimal | None) -> str:
    return "" if value is None else f"，{chart.value_title}{show(value, 'percent')}"


def _native(word: WordDocument, chart: StackedBars, number: int, caption: str) -> _Element:
    package = word.part.package
    workbook = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), _XLSX, _workbook(chart), package)
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), CONTENT_TYPE.DML_CHART, b"", package)
    part._blob = _chart_xml(chart, part.relate_to(workbook, RELATIONSHIP_TYPE.PACKAGE))
    relation = word.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    drawing = parse_xml(
        '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        f' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="{_A}" xmlns:r="{_R}">'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{round(TEXT_WIDTH_MM * 36000)}" cy="{round(bars_height(chart) * 12700)}"/>'
        f'<wp:effectExtent l="0" t="0" r="0" b="0"/><wp:docPr id="{number}" name={quoteattr(clean(caption)[:200])} descr={quoteattr(alt_text(chart)[:2000])}/>'
        f'<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="{_C}"><c:chart xmlns:c="{_C}" r:id="{relation}"/></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing>"
    )
    return node("w:r", drawing)


def _label(chart: StackedBars, index: int) -> str:
    """The name at the left with its rate: 普安街道　45.0%."""
    bar = chart.bars[index]
    return clean(bar.label) + ("" if bar.value is None else f"　{show(bar.value, 'percent')}")


def _workbook(chart: StackedBars) -> bytes:
    """The chart's own workbook, opened by 编辑数据."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Sheet1"
    rows = [["", *chart.series], *([_label(chart, index), *bar.parts] for index, bar in enumerate(chart.bars))]
    for row_number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(row_number, column)
            cell.value = clean(value) if isinstance(value, str) else value
            if isinstance(value, str):
                cell.data_type = "s"
    book.properties.creator = None
    book.properties.created = book.properties.modified = book.properties.created.replace(2000, 1, 1, 0, 0, 0, 0)
    stream = io.BytesIO()
    ExcelWriter(book, SteadyZip(stream)).save()
    return stream.getvalue()


def _chart_xml(chart: StackedBars, workbook: str) -> bytes:
    series = "".join(_series(chart, index) for index in range(len(chart.series)))
    text = f'<a:latin typeface="{HEI}"/><a:ea typeface="{HEI}"/>'
    line = '<a:ln w="5080"><a:solidFill><a:srgbClr val="C8C8C8"/></a:solidFill></a:ln>'
    axis_line = '<a:ln w="7620"><a:solidFill><a:srgbClr val="555555"/></a:solidFill></a:ln>'
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace xmlns:c="{_C}" xmlns:a="{_A}" xmlns:r="{_R}">'
        '<c:date1904 val="0"/><c:lang val="zh-CN"/><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        f'<c:barChart><c:barDir val="bar"/><c:grouping val="percentStacked"/><c:varyColors val="0"/>{series}'
        '<c:gapWidth val="55"/><c:overlap val="100"/><c:axId val="101"/><c:axId val="102"/></c:barChart>'
        '<c:catAx><c:axId val="101"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/><c:axPos val="l"/>'
        '<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        f'<c:spPr>{axis_line}</c:spPr>{_text(9, "1A1A1A", text)}<c:crossAx val="102"/><c:crosses val="autoZero"/><c:auto val="1"/><c:lblAlgn val="ctr"/>'
        '<c:lblOffset val="100"/><c:noMultiLvlLbl val="1"/></c:catAx>'
        '<c:valAx><c:axId val="102"/><c:scaling><c:orientation val="minMax"/><c:max val="1"/><c:min val="0"/></c:scaling><c:delete val="0"/><c:axPos val="b"/>'
        f'<c:majorGridlines><c:spPr>{line}</c:spPr></c:majorGridlines><c:numFmt formatCode="0%" sourceLinked="0"/><c:majorTickMark val="none"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:spPr><a:ln><a:noFill/></a:ln></c:spPr>'
        f'{_text(8, "444444", text)}<c:crossAx val="101"/><c:crosses val="max"/><c:crossBetween val="between"/><c:majorUnit val="0.25"/></c:valAx>'
        "<c:spPr><a:noFill/></c:spPr></c:plotArea>"
        f'<c:legend><c:legendPos val="t"/><c:overlay val="0"/>{_text(9, "1A1A1A", text)}</c:legend><c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{_text(9, '1A1A1A', text)}"
        f'<c:externalData r:id="{workbook}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    ).encode()


def _text(size: float, colour: str, face: str) -> str:
    fill = f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'
    return f'<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{round(size * 100)}" b="0">{fill}{face}</a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'


def _series(chart: StackedBars, index: int) -> str:
    column = chr(ord("B") + index)
    last = len(chart.bars) + 1
    names = "".join(f'<c:pt idx="{i}"><c:v>{escape(_label(chart, i))}</c:v></c:pt>' for i in range(len(chart.bars)))
    counts = "".join(f'<c:pt idx="{i}"><c:v>{bar.parts[index]}</c:v></c:pt>' for i, bar in enumerate(chart.bars))
    fill, ink = _FILLS[index % len(_FILLS)], _INK[index % len(_INK)]
    edge = "555555" if fill == "FFFFFF" else fill
    face = f'<a:latin typeface="{HEI}"/><a:ea typeface="{HEI}"/>'
    return (
        f'<c:ser><c:idx val="{index}"/><c:order val="{index}"/><c:tx><c:strRef><c:f>Sheet1!${column}$1</c:f><c:strCache><c:ptCount val="1"/>'
        f'<c:pt idx="0"><c:v>{escape(clean(chart.series[index]))}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
        f'<c:spPr><a:solidFill><a:srgbClr val="{fill}"/></a:solidFill><a:ln w="7620"><a:solidFill><a:srgbClr val="{edge}"/></a:solidFill></a:ln></c:spPr>'
        f'<c:invertIfNegative val="0"/><c:dLbls><c:numFmt formatCode="0;;;" sourceLinked="0"/><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{_text(9, ink, face)}'
        '<c:dLblPos val="ctr"/><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/>'
        '<c:showBubbleSize val="0"/></c:dLbls>'
        f'<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${last}</c:f><c:strCache><c:ptCount val="{len(chart.bars)}"/>{names}</c:strCache></c:strRef></c:cat>'
        f'<c:val><c:numRef><c:f>Sheet1!${column}$2:${column}${last}</c:f><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="{len(chart.bars)}"/>'
        f"{counts}</c:numCache></c:numRef></c:val></c:ser>"
    )
