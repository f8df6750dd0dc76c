"""The DrawingML of the native charts: stacked bars (CH1), columns with lines (CH2), pairs of columns with a course (CH3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape

from reports.word.oxml import HEI

XML_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
XML_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
XML_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FILLS = ("1D4F91", "B9CCE3", "FFFFFF", "8A8A8A", "D9D9D9")
_INK = ("FFFFFF", "1A1A1A", "1A1A1A", "FFFFFF", "1A1A1A")
_HATCHED = {"warn": ("wdUpDiag", "8A5C00"), "late": ("dkUpDiag", "B3261E")}
_DASHES = {"solid": "solid", "dashed": "dash", "dotted": "sysDot"}
_FACE = f'<a:latin typeface="{HEI}"/><a:ea typeface="{HEI}"/>'
_WHITE = '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'
_NO_LINE = "<a:ln><a:noFill/></a:ln>"


@dataclass(frozen=True)
class Sheet:
    """The data of a chart as its own workbook holds them: names of the series, then a label and its values in each row."""

    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int | Decimal | None, ...]], ...]

    def column(self, index: int) -> tuple[int | Decimal | None, ...]:
        return tuple(values[index] for _, values in self.rows)


def stacked_xml(sheet: Sheet, workbook: str) -> bytes:
    """Lying bars stacked to 100 %."""
    series = "".join(_bars(sheet, i, _fill(i), 'formatCode="0;;;"', "ctr", _INK[i % len(_INK)]) for i in range(len(sheet.series)))
    plot = (
        f'<c:barChart><c:barDir val="bar"/><c:grouping val="percentStacked"/><c:varyColors val="0"/>{series}'
        '<c:gapWidth val="55"/><c:overlap val="100"/><c:axId val="101"/><c:axId val="102"/></c:barChart>'
    )
    scale = '<c:max val="1"/><c:min val="0"/>'
    axes = _names_axis("l", "maxMin") + _values_axis("b", scale, "0%", '<c:crosses val="max"/>', '<c:majorUnit val="0.25"/>')
    return _space(plot + axes, workbook)


def rates_xml(sheet: Sheet, workbook: str, states: Sequence[str], styles: Sequence[str]) -> bytes:
    """Standing columns of a rate in percent, hatched where it lags, with a level line for 序时进度 and each limit."""
    points = "".join(
        f'<c:dPt><c:idx val="{i}"/><c:invertIfNegative val="0"/><c:bubble3D val="0"/>{_hatch(*_HATCHED[state])}</c:dPt>'
        for i, state in enumerate(states)
        if state in _HATCHED
    )
    bars = _bars(sheet, 0, _fill(0), 'formatCode="0.0&quot;%&quot;"', "outEnd", "1A1A1A", points)
    lines = "".join(_line(sheet, i + 1, "1A1A1A", _DASHES[style]) for i, style in enumerate(styles))
    plot = (
        f'<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>{bars}'
        '<c:gapWidth val="90"/><c:axId val="101"/><c:axId val="102"/></c:barChart>'
    )
    if lines:
        plot += (
            f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{lines}'
            '<c:marker val="1"/><c:axId val="101"/><c:axId val="102"/></c:lineChart>'
        )
    scale = '<c:max val="100"/><c:min val="0"/>'
    axes = _names_axis("b") + _values_axis("l", scale, '0"%"', '<c:crosses val="autoZero"/>', '<c:majorUnit val="25"/>')
    return _space(plot + axes, workbook)


def months_xml(sheet: Sheet, workbook: str) -> bytes:
    """Pairs of columns and the course of what stayed open."""
    labels = ('formatCode="General"', "inEnd")
    pairs = _bars(sheet, 0, _fill(0), *labels, "FFFFFF") + _bars(sheet, 1, _outlined(), *labels, "1A1A1A")
    plot = (
        f'<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>{pairs}'
        '<c:gapWidth val="100"/><c:overlap val="0"/><c:axId val="101"/><c:axId val="102"/></c:barChart>'
        f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{_line(sheet, 2, "1A1A1A", "solid", marked=True)}'
        '<c:marker val="1"/><c:axId val="101"/><c:axId val="102"/></c:lineChart>'
    )
    axes = _names_axis("b") + _values_axis("l", '<c:min val="0"/>', "0", '<c:crosses val="autoZero"/>', "")
    return _space(plot + axes, workbook)


def _space(plot: str, workbook: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace xmlns:c="{XML_C}" xmlns:a="{XML_A}" xmlns:r="{XML_R}">'
        '<c:date1904 val="0"/><c:lang val="zh-CN"/><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        f"{plot}<c:spPr><a:noFill/></c:spPr></c:plotArea>"
        f'<c:legend><c:legendPos val="t"/><c:overlay val="0"/>{_text(9, "1A1A1A")}</c:legend><c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"<c:spPr><a:noFill/>{_NO_LINE}</c:spPr>{_text(9, '1A1A1A')}"
        f'<c:externalData r:id="{workbook}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    ).encode()


def _names_axis(place: str, direction: str = "minMax") -> str:
    line = '<a:ln w="7620"><a:solidFill><a:srgbClr val="555555"/></a:solidFill></a:ln>'
    return (
        f'<c:catAx><c:axId val="101"/><c:scaling><c:orientation val="{direction}"/></c:scaling><c:delete val="0"/><c:axPos val="{place}"/>'
        '<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        f'<c:spPr>{line}</c:spPr>{_text(9, "1A1A1A")}<c:crossAx val="102"/><c:crosses val="autoZero"/><c:auto val="1"/><c:lblAlgn val="ctr"/>'
        '<c:lblOffset val="100"/><c:noMultiLvlLbl val="1"/></c:catAx>'
    )


def _values_axis(place: str, scale: str, code: str, crosses: str, unit: str) -> str:
    line = '<a:ln w="5080"><a:solidFill><a:srgbClr val="C8C8C8"/></a:solidFill></a:ln>'
    return (
        f'<c:valAx><c:axId val="102"/><c:scaling><c:orientation val="minMax"/>{scale}</c:scaling><c:delete val="0"/><c:axPos val="{place}"/>'
        f'<c:majorGridlines><c:spPr>{line}</c:spPr></c:majorGridlines><c:numFmt formatCode="{escape(code, {chr(34): "&quot;"})}" sourceLinked="0"/>'
        f'<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:spPr>{_NO_LINE}</c:spPr>'
        f'{_text(8, "444444")}<c:crossAx val="101"/>{crosses}<c:crossBetween val="between"/>{unit}</c:valAx>'
    )


def _text(size: float, colour: str) -> str:
    fill = f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'
    return f'<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{round(size * 100)}" b="0">{fill}{_FACE}</a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'


def _fill(index: int) -> str:
    fill = _FILLS[index % len(_FILLS)]
    return _shape(f'<a:solidFill><a:srgbClr val="{fill}"/></a:solidFill>', "555555" if fill == "FFFFFF" else fill)


def _outlined() -> str:
    return _shape(_WHITE, "1D4F91")


def _hatch(pattern: str, ink: str) -> str:
    fill = (
        f'<a:pattFill prst="{pattern}"><a:fgClr><a:srgbClr val="{ink}"/></a:fgClr><a:bgClr><a:srgbClr val="FFFFFF"/></a:bgClr></a:pattFill>'
    )
    return _shape(fill, ink)


def _shape(fill: str, edge: str) -> str:
    return f'<c:spPr>{fill}<a:ln w="7620"><a:solidFill><a:srgbClr val="{edge}"/></a:solidFill></a:ln></c:spPr>'


def _head(sheet: Sheet, index: int) -> str:
    column = chr(ord("B") + index)
    return (
        f'<c:idx val="{index}"/><c:order val="{index}"/><c:tx><c:strRef><c:f>Sheet1!${column}$1</c:f><c:strCache><c:ptCount val="1"/>'
        f'<c:pt idx="0"><c:v>{escape(sheet.series[index])}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
    )


def _data(sheet: Sheet, index: int) -> str:
    column, count = chr(ord("B") + index), len(sheet.rows)
    names = "".join(f'<c:pt idx="{i}"><c:v>{escape(label)}</c:v></c:pt>' for i, (label, _) in enumerate(sheet.rows))
    values = "".join(f'<c:pt idx="{i}"><c:v>{value}</c:v></c:pt>' for i, value in enumerate(sheet.column(index)) if value is not None)
    return (
        f'<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${count + 1}</c:f><c:strCache><c:ptCount val="{count}"/>{names}</c:strCache></c:strRef></c:cat>'
        f"<c:val><c:numRef><c:f>Sheet1!${column}$2:${column}${count + 1}</c:f><c:numCache><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{count}"/>{values}</c:numCache></c:numRef></c:val>'
    )


def _labels(code: str, place: str, ink: str) -> str:
    return (
        f'<c:dLbls><c:numFmt {code} sourceLinked="0"/><c:spPr><a:noFill/>{_NO_LINE}</c:spPr>{_text(9, ink)}'
        f'<c:dLblPos val="{place}"/><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/>'
        '<c:showBubbleSize val="0"/></c:dLbls>'
    )


def _bars(sheet: Sheet, index: int, shape: str, code: str, place: str, ink: str, points: str = "") -> str:
    return (
        f'<c:ser>{_head(sheet, index)}{shape}<c:invertIfNegative val="0"/>{points}{_labels(code, place, ink)}{_data(sheet, index)}</c:ser>'
    )


def _line(sheet: Sheet, index: int, ink: str, dash: str, *, marked: bool = False) -> str:
    shape = f'<c:spPr><a:ln w="13970"><a:solidFill><a:srgbClr val="{ink}"/></a:solidFill><a:prstDash val="{dash}"/></a:ln></c:spPr>'
    marker = f'<c:marker><c:symbol val="square"/><c:size val="5"/>{_shape(_WHITE, ink)}</c:marker>'
    plain = '<c:marker><c:symbol val="none"/></c:marker>'
    labels = _labels('formatCode="General"', "t", "1A1A1A") if marked else ""
    return f'<c:ser>{_head(sheet, index)}{shape}{marker if marked else plain}{labels}{_data(sheet, index)}<c:smooth val="0"/></c:ser>'
