"""Cover, contents, title and closing lines of the Word file."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.etree import _Element

from accounts.plaintext import clean
from reports.document import AnnexList, Document, Signature
from reports.word.oxml import LINE, MM, PITCH, TEXT_HEIGHT_MM, bookmark, field, node, paragraph, run, text_width

_CHARACTERS = 28


@dataclass(frozen=True)
class Entry:
    """A line of the contents: level 1 or 2, its text, the bookmark it leads to, and the page it is expected on."""

    level: int
    text: str
    anchor: str
    page: int


def chinese_date(day: datetime.date) -> str:
    """2022年8月12日"""
    return f"{day.year}年{day.month}月{day.day}日"


def end_line(document: Document) -> str:
    """As-of date, edition and check code in one line."""
    return f"数据截止{chinese_date(document.as_of)}　第{document.edition}版　核验码 {document.code}"


def title_lines(document: Document) -> list[str]:
    return [line.strip() for line in document.title.split("\n") if line.strip()]


def cover_names(document: Document) -> tuple[str, str]:
    """The programme's line and the report's name as the cover shows them."""
    lines = title_lines(document)
    if len(lines) > 1:
        return "".join(lines[:-1]), lines[-1]
    name = lines[0] if lines else ""
    return document.programme, name.removeprefix(document.programme) or name


def cover_blocks(document: Document) -> list[_Element]:
    """The cover, filling one page: what is not used by longer names is taken from the white space above the issuer."""
    programme, name = cover_names(document)
    size = 36 if text_width(name) <= 10 else 26
    used = 3 * LINE + 88 + 40 * _lines(programme, 26) + 14.7 + 56 * _lines(name, size + 5) + 13.3 + LINE
    below = [document.issuer, chinese_date(document.issued_on)]
    gap = max(LINE, TEXT_HEIGHT_MM * MM - used - LINE * (1 + _lines(document.issuer, 18)) - LINE)
    blocks = [
        paragraph("CoverNumber", run("（文号由发文机关编排）"), before=2 * LINE),
        paragraph("CoverProgramme", run(programme), before=88),
        paragraph("CoverTitle", run(name, size=size if size != 36 else 0), before=14.7),
        paragraph("CoverLine", run(f"（数据截止日期：{chinese_date(document.as_of)}）"), before=13.3),
    ]
    if document.correction_of:
        blocks.append(paragraph("CoverLine", run(correction_line(document))))
        gap = max(LINE, gap - LINE)
    blocks += [paragraph("CoverIssuer", run(line), before=gap if index == 0 else None) for index, line in enumerate(below)]
    return blocks


def correction_line(document: Document) -> str:
    """That this edition corrects another one, in the words the printed report uses."""
    return f"（更正件：第{document.edition}版，更正{document.correction_of}）"


def contents_blocks(entries: Sequence[Entry], *, new_page: bool) -> list[_Element]:
    """目录 as a field that Word and WPS can bring up to date, with its entries already filled in."""
    blocks = [paragraph("ContentsTitle", run("目", spacing=44), run("录"), page_break=new_page)]
    opening, *_ = field('TOC \\o "1-2" \\f \\h \\z', "")
    code = node("w:instrText")
    code.text = ' TOC \\o "1-2" \\f \\h \\z '
    code.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    start = [opening, node("w:r", code), node("w:r", node("w:fldChar", fldCharType="separate"))]
    finish = node("w:r", node("w:fldChar", fldCharType="end"))
    for index, entry in enumerate(entries):
        link = node(
            "w:hyperlink", run(f"{entry.text} \t "), *field(f"PAGEREF {entry.anchor} \\h", str(entry.page)), anchor=entry.anchor, history=1
        )
        last = index == len(entries) - 1
        blocks.append(paragraph(f"TOC{entry.level}", *(start if index == 0 else []), link, *([finish] if last else [])))
    return blocks


def heading(style: str, text: str, anchor: str, number: int) -> _Element:
    """A heading with the bookmark its contents entry leads to."""
    start, finish = bookmark(anchor, number)
    return paragraph(style, start, run(text), finish)


def annex_heading(mark: str, title: str, *, internal: bool, anchor: str, number: int, new_page: bool) -> list[_Element]:
    """附件1 flush left (内部资料 framed at the right), the title centred two lines lower. A hidden TC field puts both into the contents."""
    start, finish = bookmark(anchor, number)
    first: list[_Element] = [run(mark)]
    if internal:
        frame = run("内部资料")
        frame.rPr.append(node("w:bdr", val="single", sz=6, space=1, color="000000"))
        first += [run("\t"), frame]
    head = paragraph("AnnexMark", *first, page_break=new_page)
    if internal:
        head.pPr.append(node("w:tabs", node("w:tab", val="right", pos=8820)))
        _order_tabs(head)
        return [head, paragraph("AnnexTitle", run(title))]
    return [head, paragraph("AnnexTitle", start, *_hidden_entry(f"{mark}　{title}"), run(title), finish)]


def _order_tabs(element: _Element) -> None:
    """Tabs stand before spacing in the schema's order of paragraph properties."""
    properties = element.pPr
    tabs = properties[-1]
    for child in properties:
        if child.tag.endswith(("}spacing", "}ind", "}jc")):
            child.addprevious(tabs)
            return


def _hidden_entry(text: str) -> list[_Element]:
    code = node("w:instrText")
    code.text = ' TC "{}" \\l 1 '.format(clean(text).replace("\n", " ").replace('"', "”").replace("\\", "＼"))
    code.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    hidden = [node("w:r", node("w:rPr", node("w:vanish")), content) for content in (node("w:fldChar", fldCharType="begin"), code)]
    return [*hidden, node("w:r", node("w:rPr", node("w:vanish")), node("w:fldChar", fldCharType="end"))]


def title_blocks(document: Document) -> list[_Element]:
    """The title over the text: a block of four lines under a cover, of two or three on a document without one."""
    lines = title_lines(document)
    height = 33 * sum(_lines(line, 22) for line in lines)
    above = 14.0 if document.cover else 5.0
    block = (4 if document.cover else 2) * LINE
    while block < height + above:
        block += LINE
    below = block - above - height
    blocks = [
        paragraph("Title", run(line), before=above if index == 0 else None, after=below if index == len(lines) - 1 else None)
        for index, line in enumerate(lines)
    ]
    if document.correction_of and not document.cover:
        blocks.append(paragraph("Subtitle", run(correction_line(document))))
    if document.addressee:
        name = document.addressee if document.addressee.endswith(("：", ":")) else f"{document.addressee}："
        blocks.append(paragraph("Addressee", run(name)))
    return blocks


def annex_list_blocks(annexes: AnnexList, *, keep_next: bool) -> list[_Element]:
    """附件：1.… one blank line under the text, the names under each other."""
    if len(annexes.titles) == 1:
        return [
            paragraph("AnnexList", run(f"附件：{annexes.titles[0]}"), before=LINE, left=5 * PITCH, hanging=3 * PITCH, keep_next=keep_next)
        ]
    return [
        paragraph(
            "AnnexList", run(f"附件：{index}.{title}" if index == 1 else f"{index}.{title}"), keep_next=keep_next, **_annex_indent(index)
        )
        for index, title in enumerate(annexes.titles, 1)
    ]


def _annex_indent(index: int) -> dict[str, float]:
    if index == 1:
        return {"before": LINE, "left": 6 * PITCH, "hanging": 4 * PITCH}
    return {"left": 6 * PITCH, "hanging": PITCH}


def signature_blocks(signature: Signature) -> list[_Element]:
    """Issuer two characters from the right, the date two characters right of its first one; a date at least as long as the issuer ends two
    characters from the right and the issuer moves left (GB/T 9704 7.3.5)."""
    date = chinese_date(signature.date)
    issuer_width, date_width = text_width(signature.issuer), text_width(date)
    if date_width >= issuer_width:
        date_left = _CHARACTERS - 2 - date_width
        issuer_left = date_left - 2
    else:
        issuer_left = max(_CHARACTERS - 2 - issuer_width, 0)
        date_left = issuer_left + 2
    return [
        paragraph("Signature", run(signature.issuer), before=LINE, left=issuer_left * PITCH, keep_next=True),
        paragraph("Signature", run(date), left=date_left * PITCH),
    ]


def _lines(text: str, pitch: float) -> int:
    """Lines a centred text of this character width takes on the measure."""
    return max(1, -(-int(text_width(text) * pitch) // int(156 * MM)))
