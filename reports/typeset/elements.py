"""From the layout-free document to the sections and items of the page planner: every text composed, every height known."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

import segno
from django.utils.safestring import SafeString

from reports.document import Annex, AnnexList, Chart, Document, Form, Heading, Paragraph, Photo, Photos, Signature, Table
from reports.typeset import charts
from reports.typeset.compose import Line, compose, compose_ragged
from reports.typeset.fetcher import may_load
from reports.typeset.fonts import FANG, HEI, KAI, TITLE, FontSet
from reports.typeset.forms import lay_out_form
from reports.typeset.measures import CHAR, INDENT, LINE, MEASURE, MM, PAGE_LINES, WIDE_MEASURE, WIDE_Q, whole_lines
from reports.typeset.planner import Item, Section
from reports.typeset.ruling import rule
from reports.typeset.styles import Styles, set_lines, set_plain
from reports.typeset.tables import TableLayout, lay_out
from reports.typeset.text import chinese_date, clean, shortened

ANNEX_Q, PHOTO_Q, FOOT_Q = 16, 28, 8
PHOTO_MM = 75.0
ENTRY_CHARS, MARK_CHARS = 26, 80
"""A line of the contents holds 26 characters beside its leaders."""
TITLE_SIZE, TITLE_LEADING, MAX_TITLE_LINES = 22.0, 33.0, 4
_TRAILING_BRACKET = re.compile(r"（[^（）]*）$")


@dataclass(frozen=True)
class Entry:
    """A line of the contents page and a bookmark."""

    text: str
    level: int
    anchor: str


@dataclass
class Parts:
    """The sections of a document in order, the entries of its contents, and its pictures by their address."""

    sections: list[Section] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    pictures: dict[str, Path] = field(default_factory=dict)


class Builder:
    """Walks the blocks of a document once."""

    def __init__(self, document: Document, fonts: FontSet, styles: Styles):
        self.document, self.fonts, self.styles = document, fonts, styles
        self.parts = Parts([Section("body")])
        self.in_annex = False

    @property
    def section(self) -> Section:
        return self.parts.sections[-1]

    def build(self) -> Parts:
        self._title()
        if self.document.addressee:
            text = clean(self.document.addressee).rstrip("：:") + "："
            self._text([(text, FANG)], "p-flush", indent=0.0)
        blocks = self.document.blocks
        for i, block in enumerate(blocks):
            following = blocks[i + 1] if i + 1 < len(blocks) else None
            self._block(block, following)
        if self.document.cover:
            self._end_block()
        self.parts.sections = [section for section in self.parts.sections if section.items]
        return self.parts

    def _block(self, block, following) -> None:
        if isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Paragraph):
            self._paragraph(block)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Chart):
            self._chart(block)
        elif isinstance(block, Photos):
            self._photos(block)
        elif isinstance(block, Annex):
            self._annex(block, following)
        elif isinstance(block, AnnexList):
            self._annex_list(block)
        elif isinstance(block, Signature):
            self._signature(block)
        elif isinstance(block, Form):
            q, data = lay_out_form(block, self.fonts, self.styles)
            self._add(Item("fixed", q, "form", data))

    def _add(self, item: Item) -> None:
        if self.section.page == "wide" and not item.data.get("wide"):
            self.parts.sections.append(Section("body"))
        self.section.items.append(item)

    # --- text ---------------------------------------------------------------------------------------------------------------

    def _title(self) -> None:
        document = self.document
        if not title_lines(document):
            return
        lines = [
            line
            for part in title_lines(document)
            for line in compose_ragged([(part, TITLE)], fonts=self.fonts, measure=MEASURE, size=TITLE_SIZE, balanced=True)
        ][:MAX_TITLE_LINES]
        height = TITLE_LEADING * len(lines)
        q = 4 * whole_lines(int((14 + height + LINE) // (LINE / 4))) if document.cover else 4 * int((5 + height) // LINE + 1)
        number = f"机关代字〔{document.issued_on.year}〕\u3000号" if document.addressee and not document.cover else ""
        data = {
            "lines": set_plain(lines, TITLE),
            "mark": shortened("".join(title_lines(document)), MARK_CHARS),
            "height": self.styles.height(q),
            "cover": document.cover,
            "number": number,
        }
        self.section.items.append(Item("fixed", q, "title", data))

    def _text(self, runs: list[tuple[str, str]], kind: str, *, indent: float = INDENT) -> None:
        runs = [(text, role) for text, role in runs if text]
        lines = compose(runs, fonts=self.fonts, measure=MEASURE, indent=indent)
        if lines:
            self._add(Item("text", 4 * len(lines), "text", {"lines": lines, "kind": kind}))

    def _paragraph(self, block: Paragraph) -> None:
        text = clean("".join(run.text for run in block.runs))
        self._text([(clean(block.lead), KAI), (text, FANG)], "p-body")

    def _heading(self, block: Heading) -> None:
        role = HEI if block.level == 1 else KAI
        text = clean(block.text)
        lines = compose([(text, role)], fonts=self.fonts, measure=MEASURE, indent=INDENT)
        short = text if block.level == 1 else _TRAILING_BRACKET.sub("", text)
        anchor = "" if self.in_annex else self._entry(short, block.level)
        data = {"html": set_lines(lines, self.styles, role), "level": block.level, "anchor": anchor, "mark": shortened(text, MARK_CHARS)}
        self._add(Item("heading", 4 * len(lines), "heading", data))

    def _entry(self, text: str, level: int) -> str:
        anchor = f"e{len(self.parts.entries) + 1}"
        self.parts.entries.append(Entry(shortened(text, ENTRY_CHARS), level, anchor))
        return anchor

    def _annex_list(self, block: AnnexList) -> None:
        numbered = len(block.titles) > 1
        rows = []
        for i, title in enumerate(block.titles):
            text = f"{i + 1}.{clean(title)}" if numbered else clean(title)
            lines = compose_ragged([(text, FANG)], fonts=self.fonts, measure=MEASURE - 6 * CHAR, size=16.0)
            rows += [("附件：" if i == k == 0 else "", k > 0 and numbered, set_plain([line], FANG)) for k, line in enumerate(lines)]
        data = {"rows": [{"lead": lead, "hang": hang, "html": html} for lead, hang, html in rows]}
        self._add(Item("fixed", 4 * (1 + len(rows)), "annex_list", data, tail=True))

    def _signature(self, block: Signature) -> None:
        issuer, date = clean(block.issuer), chinese_date(block.date)
        lines = compose_ragged([(issuer, FANG)], fonts=self.fonts, measure=MEASURE - 2 * CHAR, size=16.0, balanced=True)
        width = max((self._width(line) for line in lines), default=0.0)
        left = MEASURE - 2 * CHAR - width
        date_width = self._width(compose_ragged([(date, FANG)], fonts=self.fonts, measure=MEASURE, size=16.0)[0])
        overhang = max(0.0, left + 2 * CHAR + date_width - (MEASURE - 2 * CHAR))
        data = {
            "issuer": set_plain(lines, FANG),
            "date": date,
            "issuer_left": self.styles.left(max(0.0, left - overhang)),
            "date_left": self.styles.left(max(0.0, left + 2 * CHAR - overhang)),
        }
        self._add(Item("fixed", 4 * (2 + len(lines)), "signature", data, tail=True))

    def _width(self, line: Line) -> float:
        """Width of a line at the body's letter spacing."""
        ems = sum(0.5 if piece.half else self.fonts[piece.role].metrics.advance(ch) for piece in line.pieces for ch in piece.text)
        return 16 * ems - 0.207 * len(line.text)

    # --- tables and pictures ------------------------------------------------------------------------------------------------

    def _table(self, table: Table) -> None:
        wide = table.landscape and self.section.page != "internal"
        layout = lay_out(table, self.fonts, self.styles, landscape=wide)
        if layout.whole:
            q = 4 * layout.block_lines
            data = table_data(layout, self.styles, 0, len(layout.rows), q, layout.space_q, first=True)
            self._add(Item("block", q, "table", data))
            return
        if wide and not self._open_wide_annex():
            self.parts.sections.append(Section("wide"))
        self._long_table(layout)

    def _open_wide_annex(self) -> bool:
        """A landscape page that so far holds only the head of its annex."""
        return self.section.page == "wide" and all(item.template == "annex" for item in self.section.items)

    def _long_table(self, layout: TableLayout) -> None:
        """One item per page; text never follows on the last one, so its height need not be whole lines."""
        capacity = WIDE_Q if layout.wide else PAGE_LINES * 4
        after_annex = all(item.template == "annex" for item in self.section.items)
        space = 0 if self.section.items and after_annex else 1
        first = capacity - (0 if space else ANNEX_Q)
        parts = layout.parts(first, capacity, space)
        for k, (start, end, q) in enumerate(parts):
            data = table_data(layout, self.styles, start, end, q, 0 if k else space, first=k == 0)
            self.section.items.append(Item("fixed", q, "table", data, fresh=not (k == 0 and after_annex)))
        self.parts.sections.append(Section("internal" if self.section.page == "internal" else "body"))

    def _chart(self, chart: Chart) -> None:
        layout = charts.draw(chart, self.fonts, self.styles)
        q = 4 * layout.block_lines
        self._add(Item("block", q, "chart", {"chart": layout, "height": self.styles.height(q)}))

    def _photos(self, block: Photos) -> None:
        pairs = [block.photos[i : i + 2] for i in range(0, len(block.photos), 2)]
        for k, pair in enumerate(pairs):
            data = {
                "title": clean(block.title) if k == 0 else "",
                "photos": [self._photo(photo) for photo in pair],
                "height": self.styles.height(PHOTO_Q),
            }
            self._add(Item("fixed", PHOTO_Q + (4 if k == 0 else 0), "photos", data))

    def _photo(self, photo: Photo) -> dict:
        caption = compose_ragged([(clean(photo.caption), HEI)], fonts=self.fonts, measure=PHOTO_MM * MM, size=10.5, balanced=True)
        path, url = Path(photo.path), ""
        if path.is_absolute() and may_load(path):
            # named by content, so that the bytes of the PDF do not depend on where the media folder is
            url = f"picture:{hashlib.sha256(path.read_bytes()).hexdigest()}"
            self.parts.pictures[url] = path
        return {
            "url": url,
            "alt": clean(photo.alt or photo.caption),
            "caption": set_plain(caption[:2], HEI),
        }

    # --- annexes and the end -------------------------------------------------------------------------------------------------

    def _annex(self, block: Annex, following) -> None:
        wide = isinstance(following, Table) and following.landscape and not block.internal
        self.parts.sections.append(Section("internal" if block.internal else "wide" if wide else "body"))
        self.in_annex = True
        number, title = clean(block.number), clean(block.title)
        number = f"附件{number}" if number[:1].isdigit() else number
        measure = WIDE_MEASURE if wide else MEASURE
        lines = compose_ragged([(title, TITLE)], fonts=self.fonts, measure=measure, size=TITLE_SIZE, balanced=True)
        anchor = "" if block.internal else self._entry(f"{number}\u3000{title}", 1)
        data = {
            "number": number,
            "lines": set_plain(lines[:2], TITLE),
            "two": len(lines) > 1,
            "internal": block.internal,
            "anchor": anchor,
            "mark": shortened(f"{number}\u3000{title}", MARK_CHARS),
            "wide": wide,
        }
        self.section.items.append(Item("fixed", ANNEX_Q, "annex", data))

    def _end_block(self) -> None:
        """As-of date, edition, check code and their QR on the foot of the last numbered page."""
        numbered = [section for section in self.parts.sections if section.items and section.page != "internal"]
        data = {"line": end_line(self.document), "qr": qr_path(self.document), "wide": numbered[-1].page == "wide"}
        numbered[-1].items.append(Item("foot", FOOT_Q, "end", data))


def title_lines(document: Document) -> list[str]:
    """The lines of the title on the first body page: the programme line first on a report with a cover."""
    lines = [clean(line) for line in document.title.split("\n") if clean(line)]
    if document.cover and clean(document.programme) and (not lines or lines[0] != clean(document.programme)):
        lines.insert(0, clean(document.programme))
    return lines


def code_text(code: str) -> str:
    """The check code in groups of four, as printed."""
    plain = clean(code).replace(" ", "")
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def end_line(document: Document) -> str:
    return f"数据截止{chinese_date(document.as_of)}\u3000第{document.edition}版\u3000核验码 {code_text(document.code)}"


def qr_path(document: Document) -> dict[str, str]:
    """The QR of as-of date, edition and code as one SVG path, with a border of four modules."""
    text = f"截止{document.as_of.isoformat()} 第{document.edition}版 {clean(document.code).replace(' ', '')}"
    matrix = segno.make(text, error="m", micro=False).matrix
    moves = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            run = 1
            while row[x] and x + run < len(row) and row[x + run]:
                run += 1
            if row[x]:
                moves.append(f"M{x + 4} {y + 4}h{run}v1h-{run}z")
            x += run
    return {"path": "".join(moves), "size": str(len(matrix) + 8), "text": text}


def table_data(layout: TableLayout, styles: Styles, start: int, end: int, q: int, space_q: int, *, first: bool) -> dict:
    """What the template of a table prints: the rows of one page of it."""
    last = end == len(layout.rows)
    rows = layout.rows[start:end]
    return {
        "caption": layout.caption if first else "",
        "unit": layout.unit if first else "",
        "space": styles.height(space_q),
        "caption_height": styles.height(layout.caption_q),
        "height": styles.height(q),
        "columns": layout.columns,
        "head": layout.head,
        "rows": rows,
        "ruling": styles.ruling(rule(layout.widths, (*layout.head, *rows), last=last)),
        "notes": layout.notes if last else (),
        "dense": layout.dense,
        "wide": layout.wide,
    }


def text_html(data: dict, start: int, end: int | None, styles: Styles) -> SafeString:
    """The lines of a paragraph that stand on one page."""
    return set_lines(data["lines"][start:end], styles, FANG)
