"""A document as PDF: planned, set by templates, rendered by WeasyPrint, written whole or not at all."""

from __future__ import annotations

import gc
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.template.loader import render_to_string

from reports.document import Document
from reports.typeset.elements import Builder, Parts, end_line, text_html, title_lines
from reports.typeset.fetcher import local_fetcher
from reports.typeset.fonts import FANG, HEI, KAI, SONG, TITLE, FontSet, load_fonts
from reports.typeset.measures import LINE, Q
from reports.typeset.planner import Placed, plan
from reports.typeset.styles import Styles
from reports.typeset.text import chinese_date, clean, shortened

COVER_MOST = 10
"""Characters of the report's name that stand in one line of the cover at its full size; a longer name is set smaller, as in Word."""

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class PdfFile:
    """What was written: `bytes` is the size, `fonts` role, file and digest of each face, `substituted` the roles in a system face."""

    pages: int
    bytes: int
    sha256: str
    fonts: tuple[str, ...]
    substituted: tuple[str, ...]


@dataclass(frozen=True)
class Pages:
    """A document ready to render: markup, style sheet, its pictures by their address, how many pages are planned after the contents, and
    the page number of every entry of the contents by its anchor."""

    html: str
    css: str
    pictures: dict[str, Path]
    planned: int
    numbers: dict[str, int]


@dataclass(frozen=True)
class Sheet:
    """A section ready for the template: its page kind and its placed parts."""

    page: str
    parts: tuple[dict, ...]


def render_pdf(document: Document, target: Path, *, variant: str = "pdf/ua-1", progress: Progress | None = None) -> PdfFile:
    """Render `document` to the file `target`, replaced in one step. The same document and fonts give the same bytes.

    `variant` is a PDF variant of WeasyPrint (pdf/ua-1 for downloads, pdf/a-3a for the archive); `progress` hears a Chinese word and a
    percentage. Raises OSError when the file cannot be written.
    """
    tell = progress or _silent
    tell("排版", 10)
    fonts = load_fonts()
    pages = compose_pages(document, fonts)
    tell("生成PDF", 40)
    with _collector_off():
        data, count = _render_as_planned(document, pages, fonts, variant)
    tell("写入文件", 90)
    _write_whole(target, data)
    return PdfFile(count, len(data), hashlib.sha256(data).hexdigest(), fonts.names, fonts.substituted)


def compose_pages(document: Document, fonts: FontSet, numbers: dict[str, int] | None = None) -> Pages:
    """The markup and the style sheet of a document, planned to the line. The contents print `numbers`, else those planned."""
    styles = Styles()
    parts = Builder(document, fonts, styles).build()
    sheets, pages, planned = _sheets(parts, styles)
    numbers = numbers or planned
    context = {
        "document": document,
        "title": shortened("".join(title_lines(document)) or document.subject, 200),
        "cover_lines": [line for line in title_lines(document) if line != clean(document.programme)],
        "cover_long": any(len(line) > COVER_MOST for line in title_lines(document) if line != clean(document.programme)),
        "programme": clean(document.programme),
        "issuer": clean(document.issuer),
        "as_of": chinese_date(document.as_of),
        "issued_on": chinese_date(document.issued_on),
        "created": document.issued_on.isoformat(),
        "correction_of": clean(document.correction_of),
        "subject": shortened(document.subject, 200),
        "keywords": "，".join(shortened(word, 40) for word in document.keywords),
        "entries": [(entry, numbers[entry.anchor]) for entry in parts.entries] if document.contents else (),
        "sheets": sheets,
        "hei_family": fonts[HEI].family,
    }
    html = render_to_string("reports/print/document.html", context)
    css = render_to_string(
        "reports/print/print.css",
        {
            "faces": list(fonts.faces.values()),
            "title_face": fonts[TITLE],
            "fang": fonts[FANG],
            "hei": fonts[HEI],
            "kai": fonts[KAI],
            "song": fonts[SONG],
            "rules": styles.rules(),
            "sample": document.sample,
            "numbered": document.cover or pages > 1,
            "line": LINE,
            "contents_line": _contents_line(len(context["entries"])),
            "q": Q,
            "number_top": "3.85mm" if fonts[SONG].substitute else "4.6mm",
            "foot": css_text(f"{end_line(document)}\u3000本页不随报告印发"),
        },
    )
    return Pages(html, css, parts.pictures, pages, numbers)


CONTENTS_LINES = 20
"""Entries of the contents that stand on one page below its title, a grid line each."""
CLOSEST_LINE = 20.0
"""pt; closer lines of 16 pt cannot be read."""


def _contents_line(entries: int) -> float:
    """Line height of the contents in pt: some entries more than a page holds move together rather than run over."""
    return max(CLOSEST_LINE, round(LINE * min(1.0, CONTENTS_LINES / max(entries, 1)), 2))


def css_text(text: str) -> str:
    """Text for a string of a style sheet: every ASCII mark written as an escape, so that none can end the string."""
    return "".join(ch if ch.isalnum() or ord(ch) > 127 else f"\\{ord(ch):06x}" for ch in text)


def _sheets(parts: Parts, styles: Styles) -> tuple[list[Sheet], int, dict[str, int]]:
    """Planned sections for the template, the number of pages they take, and the page number of every anchor."""
    sheets, pages, numbers = [], 0, {}
    for section in parts.sections:
        placed = plan(section)
        numbers |= {one.item.data["anchor"]: pages + one.page + 1 for one in placed if one.item.data.get("anchor")}
        pages += placed[-1].page + 1
        sheets.append(Sheet(section.page, tuple(_part(one, styles) for one in placed)))
    return sheets, pages, numbers


def _part(placed: Placed, styles: Styles) -> dict:
    item = placed.item
    part = {**item.data, "template": f"reports/print/_{item.template}.html", "fresh": placed.fresh, "continued": placed.start > 0}
    if item.kind == "text":
        part["html"] = text_html(item.data, placed.start, placed.end, styles)
    if item.kind == "foot":
        part["gap"] = styles.height(placed.gap_q)
    return part


def _render_as_planned(document: Document, pages: Pages, fonts: FontSet, variant: str) -> tuple[bytes, int]:
    """The PDF and its number of pages. The contents carry planned numbers, which spares the renderer a second layout; should it ever have
    filled a page otherwise, the document is set once more with the numbers found."""
    laid_out = _laid_out(pages, fonts, variant)
    found = _found(laid_out, pages)
    if document.contents and found != pages.numbers:
        laid_out = _laid_out(compose_pages(document, fonts, found), fonts, variant)
    return laid_out.write_pdf(pdf_variant=variant, pdf_identifier=_identifier(document)), len(laid_out.pages)


def _laid_out(pages: Pages, fonts: FontSet, variant: str):
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fetcher = local_fetcher(fonts.files, pages.pictures)
    configuration = FontConfiguration()
    sheet = CSS(string=pages.css, font_config=configuration, url_fetcher=fetcher)
    return HTML(string=pages.html, url_fetcher=fetcher).render(stylesheets=[sheet], font_config=configuration, pdf_variant=variant)


def _found(laid_out, pages: Pages) -> dict[str, int]:
    """The page number of every entry of the contents as it was laid out; the first entry's page is numbered as planned."""
    sheets = {anchor: index for index, page in enumerate(laid_out.pages) for anchor in page.anchors if anchor in pages.numbers}
    if not sheets:
        return {}
    first = min(sheets, key=sheets.get)
    return {anchor: index - sheets[first] + pages.numbers[first] for anchor, index in sheets.items()}


def _identifier(document: Document) -> bytes:
    """The file identifier of the PDF: the same for the same edition of a document, wherever it is rendered."""
    named = f"{document.title}|{document.as_of}|{document.edition}|{document.code}"
    return hashlib.md5(named.encode("utf-8", "replace"), usedforsecurity=False).digest()


@contextmanager
def _collector_off() -> Iterator[None]:
    """Garbage collection off during a render and one collection after it: a quarter faster, and the memory is given back.

    What was there before is set aside meanwhile, so that the collection looks at the leavings of the render alone
    (unless somebody keeps things aside already).
    """
    enabled, aside = gc.isenabled(), gc.get_freeze_count() == 0
    gc.disable()
    if aside:
        gc.freeze()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
        gc.collect()
        if aside:
            gc.unfreeze()


def _write_whole(target: Path, data: bytes) -> None:
    """Write beside the target, flush to disk, then rename: a reader meets the old file or the whole new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _silent(_word: str, _percent: int) -> None:
    """Nobody listens."""
