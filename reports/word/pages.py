"""Sections of the Word file: page size and margins, the grid, running marks and page numbers."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.oxml.ns import qn
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
            for element in self._header(kind, place) if part == "header" else [self._footer(kind, place)]:
                root.append(element)
            self._made[key] = relation
        reference = node(f"w:{part}Reference", type=place)
        reference.set(qn("r:id"), self._made[key])
        return reference

    def _header(self, kind: str, place: str) -> list[_Element]:
        mark = paragraph("Header", *([run(SAMPLE_MARK)] if self.sample else []))
        return [_turned_number(place == "even"), mark] if kind == "wide" else [mark]

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
    """The page number of a landscape page where the bound, portrait sheet has it: turned, in the left margin, low on odd pages, high on even ones.
    A floating table with a turned cell: LibreOffice misplaces a text box here, and every writer knows the table."""
    across, tall = 10.0, 40.0
    left = BOTTOM - 4.0 - across
    top = RIGHT + 4.9 if even else _PAGE[0] - LEFT - 4.9 - tall
    number = paragraph("Footer", run("— "), *field("PAGE", "1"), run(" —"), align="left" if even else "right")
    position = {"vertAnchor": "page", "horzAnchor": "page", "tblpX": _mm(left), "tblpY": _mm(top)}
    return node(
        "w:tbl",
        node(
            "w:tblPr",
            node("w:tblpPr", leftFromText=0, rightFromText=0, **position),
            node("w:tblOverlap", val="overlap"),
            node("w:tblW", w=_mm(across), type="dxa"),
            node("w:tblLayout", type="fixed"),
        ),
        node("w:tblGrid", node("w:gridCol", w=_mm(across))),
        node(
            "w:tr",
            node("w:trPr", node("w:trHeight", val=_mm(tall), hRule="exact")),
            node(
                "w:tc",
                node(
                    "w:tcPr", node("w:tcW", w=_mm(across), type="dxa"), node("w:textDirection", val="tbRl"), node("w:vAlign", val="center")
                ),
                number,
            ),
        ),
    )
