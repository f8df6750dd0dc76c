"""Sections of the Word file: page size and margins, the grid, running marks and page numbers."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml.etree import _Element

from reports.word.oxml import LINE, MM, field, node, paragraph, run, twips

TOP, RIGHT, BOTTOM, LEFT = 37, 26, 35, 28
_PAGE = (210, 297)
_FOOTER_FROM_EDGE = 24.8
"""mm from the lower edge to the foot of the page number's line: its dash then stands 7 mm below the type area."""
_HEADER_FROM_EDGE = 26.0
SAMPLE_MARK = "示例数据"


class Pages:
    """Header and footer parts, made once and shared by the sections that need them."""

    def __init__(self, word: WordDocument, *, sample: bool, end_line: str) -> None:
        self.part = word.part
        self.sample = sample
        self.end_line = end_line
        self._made: dict[str, str] = {}

    def section(self, kind: str, *, start: int | None = None, last: bool = False) -> _Element:
        """sectPr of a `front` (no numbers), `body`, `wide` (landscape) or `internal` section."""
        wide = kind == "wide"
        width, height = reversed(_PAGE) if wide else _PAGE
        margins = (LEFT, TOP, RIGHT, BOTTOM) if wide else (TOP, RIGHT, BOTTOM, LEFT)
        section = node("w:sectPr")
        for place in ("default", "even"):
            section.append(self._reference("header", "wide" if wide else "body", place))
        for place in ("default", "even"):
            section.append(self._reference("footer", "front" if wide else kind, place))
        section.append(node("w:type", val="nextPage"))
        size = {"w": _mm(width), "h": _mm(height)}
        section.append(node("w:pgSz", **size, **({"orient": "landscape"} if wide else {})))
        top, right, bottom, left = (_mm(value) for value in margins)
        header = _mm(LEFT - 11) if wide else _mm(_HEADER_FROM_EDGE)
        section.append(
            node("w:pgMar", top=top, right=right, bottom=bottom, left=left, header=header, footer=_mm(_FOOTER_FROM_EDGE), gutter=0)
        )
        if start is not None:
            section.append(node("w:pgNumType", start=start))
        # Lines only: a grid of 28 narrowed characters makes LibreOffice give each character two cells; the styles set the 28 characters instead.
        section.append(node("w:docGrid", type="lines", linePitch=twips(LINE)))
        return section

    def _reference(self, part: str, kind: str, place: str) -> _Element:
        key = f"{part}-{kind}-{place}"
        if key not in self._made:
            made, relation = self.part.add_header_part() if part == "header" else self.part.add_footer_part()
            root = made.element
            for child in list(root):
                root.remove(child)
            root.append(self._header(kind, place) if part == "header" else self._footer(kind, place))
            self._made[key] = relation
        reference = node(f"w:{part}Reference", type=place)
        reference.set(qn("r:id"), self._made[key])
        return reference

    def _header(self, kind: str, place: str) -> _Element:
        content = [run(SAMPLE_MARK)] if self.sample else []
        if kind == "wide":
            content.append(_turned_number(place == "even"))
        return paragraph("Header", *content)

    def _footer(self, kind: str, place: str) -> _Element:
        if kind == "internal":
            return paragraph("EndLine", run(f"{self.end_line}　本页不随报告印发"), align="center")
        if kind != "body":
            return paragraph("Footer")
        number = [run("— "), *field("PAGE", "1"), run(" —")]
        if place == "even":
            return paragraph("Footer", *number, align="left", left=14)
        return paragraph("Footer", *number, align="right", right=14)


def _mm(value: float) -> int:
    return twips(value * MM)


def _turned_number(even: bool) -> _Element:
    """The page number of a landscape page where the bound, portrait sheet has it: turned, in the left margin, low on odd pages, high on even ones."""
    across, tall = 8.0, 40.0
    x = TOP_EDGE_OF_TURNED - across
    y = RIGHT + 4.9 if even else 210 - LEFT - 4.9 - tall
    content = paragraph("Footer", run("— "), *field("PAGE", "1"), run(" —"), align="right" if even else "left")
    shape = parse_xml(
        '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>'
        '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1">'
        '<wp:simplePos x="0" y="0"/>'
        f'<wp:positionH relativeFrom="page"><wp:posOffset>{_emu(x)}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="page"><wp:posOffset>{_emu(y)}</wp:posOffset></wp:positionV>'
        f'<wp:extent cx="{_emu(across)}" cy="{_emu(tall)}"/><wp:wrapNone/><wp:docPr id="{9001 if even else 9002}" name="页码" descr="页码"/>'
        '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>'
        f'<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{_emu(across)}" cy="{_emu(tall)}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        "<a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr><wps:txbx><w:txbxContent/></wps:txbx>"
        '<wps:bodyPr vert="vert" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing>'
        "</mc:Choice></mc:AlternateContent></w:r>"
    )
    next(shape.iter(qn("w:txbxContent"))).append(content)
    return shape


TOP_EDGE_OF_TURNED = BOTTOM - 4.0
"""mm from the left edge to the inner side of the turned number: the left margin of the landscape page is the foot of the portrait sheet."""


def _emu(millimetres: float) -> int:
    return round(millimetres * 36000)
