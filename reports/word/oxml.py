"""Small builders of WordprocessingML. Lengths are points unless a name says otherwise; Word itself counts in twentieths of a point."""

from __future__ import annotations

import re

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml.etree import _Element

from accounts.plaintext import clean

FANG, HEI, KAI, SONG, XIAOBIAO = "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体", "方正小标宋简体"
LINE = 28.95
"""One line of the grid in points (22 to a page)."""
QUARTER = LINE / 4
PITCH = 15.75
"""Width of one character of the text in points (28 to a line of 156 mm): 16 pt drawn together by a quarter of a point, which Word can count."""
MM = 72 / 25.4
TEXT_WIDTH_MM, TEXT_HEIGHT_MM = 156, 225
GREY, MARK_GREY, FOOT_GREY = "6B6B6B", "8A8A8A", "6B6B6B"


def node(tag: str, *children: _Element | None, **attributes: object) -> _Element:
    """An element such as node("w:jc", val="center"); attributes are in the w: namespace, None children are left out."""
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), clean(str(value)))
    for child in children:
        if child is not None:
            element.append(child)
    return element


def twips(points: float) -> int:
    return round(points * 20)


def fonts(face: str) -> _Element:
    return node("w:rFonts", ascii=face, hAnsi=face, eastAsia=face, cs=face, hint="eastAsia")


def run(text: str, *, face: str = "", size: float = 0, colour: str = "", style: str = "", spacing: float = 0) -> _Element:
    """A run; quotation marks and dashes take the Chinese face (hint eastAsia). Line breaks and tabs inside the text are kept."""
    properties = node("w:rPr")
    if style:
        properties.append(node("w:rStyle", val=style))
    properties.append(fonts(face) if face else node("w:rFonts", hint="eastAsia"))
    if colour:
        properties.append(node("w:color", val=colour))
    if spacing:
        properties.append(node("w:spacing", val=twips(spacing)))
    if size:
        properties.append(node("w:sz", val=round(size * 2)))
        properties.append(node("w:szCs", val=round(size * 2)))
    element = node("w:r", properties)
    for number, line in enumerate(clean(text).split("\n")):
        if number:
            element.append(node("w:br"))
        for index, piece in enumerate(line.split("\t")):
            if index:
                element.append(node("w:tab"))
            if piece:
                words = node("w:t")
                words.text = piece
                words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                element.append(words)
    return element


def paragraph(
    style: str,
    *content: _Element,
    before: float | None = None,
    after: float | None = None,
    left: float | None = None,
    right: float | None = None,
    hanging: float | None = None,
    align: str = "",
    keep_next: bool = False,
    page_break: bool = False,
) -> _Element:
    """A paragraph of a named style with the few settings that differ from it."""
    properties = node("w:pPr", node("w:pStyle", val=style))
    if keep_next:
        properties.append(node("w:keepNext"))
    if page_break:
        properties.append(node("w:pageBreakBefore"))
    spacing = {name: twips(value) for name, value in (("before", before), ("after", after)) if value is not None}
    if spacing:
        properties.append(node("w:spacing", **spacing))
    indent = {name: twips(value) for name, value in (("left", left), ("right", right), ("hanging", hanging)) if value is not None}
    if indent:
        properties.append(node("w:ind", **indent))
    if align:
        properties.append(node("w:jc", val=align))
    return node("w:p", properties, *content)


def field(instruction: str, shown: str, **look: object) -> list[_Element]:
    """A complex field with its result already filled in."""
    code = node("w:instrText")
    code.text = f" {instruction} "
    code.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return [
        node("w:r", node("w:fldChar", fldCharType="begin")),
        node("w:r", code),
        node("w:r", node("w:fldChar", fldCharType="separate")),
        run(shown, **look),
        node("w:r", node("w:fldChar", fldCharType="end")),
    ]


def bookmark(name: str, number: int) -> tuple[_Element, _Element]:
    """Start and end of a bookmark."""
    return node("w:bookmarkStart", id=number, name=name), node("w:bookmarkEnd", id=number)


_GAPS = re.compile(r"(?<=[\u3400-\u9fff])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z%])(?=[\u3400-\u9fff])")


def text_width(text: str) -> float:
    """Width of a line in characters: Latin letters and digits count half, and a quarter is set between them and Chinese characters."""
    return sum(0.5 if " " <= char <= "~" else 1.0 for char in text) + 0.25 * len(_GAPS.findall(text))
