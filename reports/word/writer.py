"""Puts a report's `Document` into a Word file: editable text under real styles, native tables and charts, the page of GB/T 9704."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml.etree import _Element

from accounts.packing import SteadyZip
from accounts.plaintext import clean
from reports.document import Annex, AnnexList, Block, Chart, Document, Heading, Paragraph, Photos, Signature, Table
from reports.word import front
from reports.word.charts import chart_block_height, chart_blocks, chart_space
from reports.word.front import Entry, end_line
from reports.word.oxml import LINE, MM, paragraph, run
from reports.word.pages import Pages
from reports.word.pagination import PageCounter, line_count, lines_kept
from reports.word.pictures import PAIR_HEIGHT, photo_blocks
from reports.word.stylesheet import font_table_xml, settings_xml, styles_xml
from reports.word.tables import block_height, block_space, caption_of, kept_whole, table_blocks
from reports.written import WrittenFile, write_whole

_UNUSED_PARTS = ("stylesWithEffects", "customXml", "numbering", "webSettings", "theme")


def write_word(document: Document, target: Path, *, chart_images: Mapping[str, bytes] | None = None) -> WrittenFile:
    """Write `document` as .docx under `target`, whole or not at all; the same document gives the same bytes.

    `chart_images` maps a chart's `code` to a PNG that replaces the native, editable chart. A photo whose file is missing is named in words."""
    return write_whole(_Writer(document, chart_images or {}).make(), target)


class _Writer:
    """Holds the growing body, the current section and the forecast of pages."""

    def __init__(self, document: Document, images: Mapping[str, bytes]) -> None:
        self.document, self.images = document, images
        self.word = _blank()
        self.body: list[_Element] = []
        self.entries: list[Entry] = []
        self.pages = Pages(self.word, sample=document.sample, end_line=end_line(document))
        self.counter = PageCounter()
        self.kind = "body"
        self.numbered = False
        self.drawings = 0
        self.bookmarks = 0
        self.ended = False
        self.waiting: list[Table | Chart] = []
        self.waiting_since = 0

    def make(self) -> bytes:
        for element in front.title_blocks(self.document):
            self.body.append(element)
        self._count_title()
        for index, block in enumerate(self.document.blocks):
            self._enter_section(block, self.document.blocks[index + 1 : index + 2])
            self._add(block, self.document.blocks[index + 1 :])
        self._place_waiting()
        self._end_line()
        body = self.word.element.body
        for child in list(body):
            body.remove(child)
        for element in [*self._front(), *self.body]:
            body.append(element)
        body.append(self._section())
        self._properties()
        return _steady(self.word)

    def _front(self) -> list[_Element]:
        document = self.document
        blocks = front.cover_blocks(document) if document.cover else []
        if document.contents and self.entries:
            blocks += front.contents_blocks(self.entries, new_page=bool(blocks))
        if blocks:
            blocks[-1].pPr.append(self.pages.section("front"))
        return blocks

    def _count_title(self) -> None:
        lines = len(front.title_lines(self.document))
        self.counter.used += (4 if self.document.cover else 1 + lines) * LINE
        if self.document.addressee:
            self.counter.text(self.document.addressee, indent=0)

    def _section(self) -> _Element:
        """sectPr of the section just finished; numbering starts with the first one after the front."""
        start = None if self.numbered else 1
        self.numbered = True
        return self.pages.section(self.kind, start=start)

    def _enter_section(self, block: Block, following: Sequence[Block] = ()) -> None:
        """Close the running section where the block needs another page: a landscape table (with the title of its annex), an internal annex,
        or what follows one."""
        kind = self.kind
        if isinstance(block, Annex):
            wide = any(isinstance(one, Table) and one.landscape for one in following)
            kind = "internal" if block.internal else "wide" if wide else "body"
        elif isinstance(block, Table):
            kind = "wide" if block.landscape else "body" if kind == "wide" else kind
        elif kind == "wide":
            kind = "body"
        if kind == self.kind:
            return
        self._place_waiting()
        if kind == "internal":
            self._end_line()
        self._close_section()
        self.kind = kind
        self.counter.section(156 * MM if kind == "wide" else 22 * LINE)

    def _close_section(self) -> None:
        if not self.body:
            return
        last = self.body[-1]
        if last.tag != qn("w:p") or last.pPr is None:
            last = paragraph("Spacer")
            self.body.append(last)
        last.pPr.append(self._section())

    def _add(self, block: Block, rest: Sequence[Block]) -> None:
        following = rest[0] if rest else None
        if self.waiting and self._must_place_before(block):
            self._place_waiting()
        match block:
            case Heading():
                self._heading(block, self._kept_after(rest))
            case Paragraph():
                self._paragraph(block, keep_next=isinstance(following, Signature | AnnexList))
            case _ if isinstance(block, Table | Chart):
                self._table_or_chart(block)
            case Photos():
                self._photos(block)
            case Annex():
                self._annex(block)
            case AnnexList():
                signed = isinstance(following, Signature)
                self.counter.ending(LINE * (1 + len(block.titles) + (3 if signed else 0)))
                self.body += front.annex_list_blocks(block, keep_next=signed)
            case Signature():
                if not self._after_annex_list():
                    self.counter.ending(LINE * 3)
                self.body += front.signature_blocks(block)
            case _:
                raise TypeError(f"no Word form for {type(block).__name__}")
        if self.waiting and self.counter.page > self.waiting_since:
            self._place_waiting()

    def _after_annex_list(self) -> bool:
        return bool(self.body) and self.body[-1].pPr is not None and self.body[-1].pPr.style == "AnnexList"

    def _kept_after(self, rest: Sequence[Block]) -> float:
        """Height that must stand under a heading on its page: further headings and the first lines of text."""
        height = 0.0
        for block in rest:
            if isinstance(block, Heading):
                height += LINE
                continue
            return height + (LINE * lines_kept(line_count(block.text)) if isinstance(block, Paragraph) else LINE * 2)
        return height

    def _must_place_before(self, block: Block) -> bool:
        """Tables and charts wait only while plain text can fill the page."""
        if isinstance(block, Heading):
            return not self.counter.fits(LINE * 4)
        if isinstance(block, Paragraph):
            return not self.counter.fits(LINE * 2)
        return not isinstance(block, Table | Chart) or (isinstance(block, Table) and block.landscape)

    def _table_or_chart(self, block: Table | Chart) -> None:
        """Where the page has no room for it, a short table or a chart waits for the top of the next page while the text runs on."""
        height = block_height(block) if isinstance(block, Table) else chart_block_height(block)
        movable = self.kind == "body" and (isinstance(block, Chart) or kept_whole(block))
        if movable and (self.waiting or not self.counter.fits(height)):
            if not self.waiting:
                self.waiting_since = self.counter.page
            self.waiting.append(block)
            return
        self._set(block)

    def _place_waiting(self) -> None:
        blocks, self.waiting = self.waiting, []
        for block in blocks:
            self._set(block)

    def _set(self, block: Table | Chart) -> None:
        if isinstance(block, Chart):
            self._chart(block)
            return
        self.counter.block(block_height(block), whole=kept_whole(block), above=block_space(block)[0])
        self.body += table_blocks(block)

    def _anchor(self) -> str:
        self.bookmarks += 1
        return f"_Toc{self.bookmarks:06d}"

    def _heading(self, block: Heading, kept: float) -> None:
        level = min(max(block.level, 1), 2)
        page = self.counter.text(block.text, stays_with_next=kept)
        anchor = self._anchor()
        self.body.append(front.heading(f"Heading{level}", block.text, anchor, self.bookmarks))
        if self.kind != "internal":
            self.entries.append(Entry(level, clean(block.text), anchor, page))

    def _paragraph(self, block: Paragraph, *, keep_next: bool) -> None:
        self.counter.text(block.text)
        runs = [run(block.lead, style="Lead")] if block.lead else []
        runs += [run(piece.text) for piece in block.runs]
        self.body.append(paragraph("BodyText", *runs, keep_next=keep_next))

    def _chart(self, block: Chart) -> None:
        self.counter.block(chart_block_height(block), above=chart_space(block) / 2)
        self.drawings += 1
        caption = caption_of(block.number, block.finding, "图")
        self.body += chart_blocks(self.word, block, self.drawings, self.images.get(block.code), caption)

    def _photos(self, block: Photos) -> None:
        if block.title:
            self.counter.text(block.title, indent=0, stays_with_next=PAIR_HEIGHT)
        for _ in range(0, len(block.photos), 2):
            self.counter.block(PAIR_HEIGHT)
        self.body += photo_blocks(self.word, block, self.drawings + 1)
        self.drawings += len(block.photos)

    def _annex(self, block: Annex) -> None:
        fresh = bool(self.body) and self.body[-1].tag == qn("w:p") and self.body[-1].pPr.find(qn("w:sectPr")) is not None
        if not fresh:
            self.counter.new_page()
        anchor = self._anchor()
        mark = block.number or "附件"
        self.body += front.annex_heading(
            mark, block.title, internal=block.internal, anchor=anchor, number=self.bookmarks, new_page=not fresh
        )
        if not block.internal:
            self.entries.append(Entry(1, clean(f"{mark}　{block.title}"), anchor, self.counter.page))
        self.counter.used += 4 * LINE

    def _end_line(self) -> None:
        """As-of date, edition and check code, once, under the last numbered page."""
        if not self.ended:
            self.body.append(paragraph("EndLine", run(end_line(self.document)), before=LINE))
            self.ended = True

    def _properties(self) -> None:
        """Core properties name the issuing unit, never a person, and carry the date of the report, not of the machine."""
        document, properties = self.document, self.word.core_properties
        moment = datetime.datetime.combine(document.issued_on, datetime.time())
        properties.author = clean(document.issuer)[:255]
        properties.last_modified_by = ""
        properties.title = clean("".join(front.title_lines(document)))[:255]
        properties.subject = clean(document.subject)[:255]
        properties.keywords = clean("，".join(document.keywords))[:255]
        properties.comments = ""
        properties.category = ""
        properties.language = "zh-CN"
        properties.revision = 1
        properties.created = properties.modified = moment


def _blank() -> docx.document.Document:
    """An empty Word file with our styles, fonts and settings and nothing of python-docx's own template."""
    word = docx.Document()
    part = word.part
    for relation in list(part.rels.values()):
        if relation.reltype.rsplit("/", 1)[-1] in _UNUSED_PARTS:
            del part.rels[relation.rId]
        elif relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
            relation.target_part._blob = font_table_xml()
    _replace(part.part_related_by(RELATIONSHIP_TYPE.STYLES).element, styles_xml())
    _replace(word.settings.element, settings_xml())
    package = part.package
    for relation in list(package.rels.values()):
        if relation.reltype.endswith(("/thumbnail", "/extended-properties")):
            del package.rels[relation.rId]
    return word


def _replace(element: _Element, xml: bytes) -> None:
    """Exchange all children of a part's root for those of `xml`."""
    for child in list(element):
        element.remove(child)
    for child in list(parse_xml(xml)):
        element.append(child)


def _steady(word: docx.document.Document) -> bytes:
    """The package with fixed time stamps, its parts in a fixed order, content types first."""
    raw, packed = io.BytesIO(), io.BytesIO()
    word.save(raw)
    with zipfile.ZipFile(raw) as source, SteadyZip(packed) as target:
        for name in sorted(source.namelist(), key=lambda part: (part != "[Content_Types].xml", part)):
            target.writestr(name, source.read(name))
    return packed.getvalue()
