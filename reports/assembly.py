"""From snapshot and narrative to the layout-free document all three writers read."""

import datetime
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError

from reports.document import Annex, AnnexList, Block, Document, Heading, Paragraph, Photo, Photos, Signature, Table
from reports.models import Report
from reports.narrative import resolve
from reports.outline import AnnexSpec, Kind, Place, numbers, places
from reports.snapshot import chart_from_plain, check_code, table_from_plain

TEMPLATE_VERSION = "2022.4"
"""Recorded with every file. Raise it when the same snapshot and text would give another file."""


def section_blocks(place: Place, data: dict, paragraphs: list, numbered: Mapping[str, str]) -> list[Block]:
    """Heading, text, tables and charts of one section."""
    blocks: list[Block] = [Heading(place.heading, place.level)] if place.heading else []
    blocks += resolve(paragraphs, data["figures"])
    blocks += [table_from_plain(code, data["tables"][code], numbered[code]) for code in place.tables if code in data["tables"]]
    blocks += [chart_from_plain(code, data["charts"][code], numbered[code]) for code in place.charts if code in data["charts"]]
    return blocks


APART = "（电子表格另附）"
MOST_PRINTED_ROWS = 400
"""Some fifteen landscape pages; a ledger that is longer is read in the workbook, not on paper."""


def annex_titles(kind: Kind, data: dict) -> list[tuple[str, str]]:
    """(附件1, title) of every annex that has something to show, without reading a file; what is only in the workbook comes last, as one."""
    shown, apart = [], []
    for spec in kind.annexes:
        if any(code in data["tables"] for code in spec.tables) or (spec.photos and any(group["photos"] for group in data["photos"])):
            (apart if _is_apart(spec, data) else shown).append(spec.title)
    if apart:
        shown.append("、".join(apart) + APART)
    return [(_mark(number, len(shown)), title) for number, title in enumerate(shown, 1)]


def _mark(number: int, whole: int) -> str:
    """附件1; a single annex has no number (GB/T 9704)."""
    return f"附件{number}" if whole > 1 else "附件"


def _is_apart(spec: AnnexSpec, data: dict) -> bool:
    tables = [data["tables"][code] for code in spec.tables if code in data["tables"]]
    return sum(len(group["rows"]) for table in tables for group in table["groups"]) > MOST_PRINTED_ROWS


def tables_apart(kind: Kind, data: dict, numbered: Mapping[str, str]) -> tuple[Table, ...]:
    """The tables that only the workbook has."""
    codes = (code for spec in kind.annexes if _is_apart(spec, data) for code in spec.tables if code in data["tables"])
    return tuple(table_from_plain(code, data["tables"][code], numbered[code]) for code in codes)


def annexes_of(kind: Kind, data: dict) -> list[tuple[str, str, list[Block]]]:
    """(附件1, title, blocks) of every printed annex that has something to show."""
    numbered, whole = numbers(kind, data), len(annex_titles(kind, data))
    found: list[tuple[str, str, list[Block]]] = []
    for spec in kind.annexes:
        if _is_apart(spec, data):
            continue
        blocks: list[Block] = [table_from_plain(c, data["tables"][c], numbered[c]) for c in spec.tables if c in data["tables"]]
        if spec.photos:
            blocks += [_photos(group) for group in data["photos"] if group["photos"]]
        if blocks:
            found.append((_mark(len(found) + 1, whole), spec.title, blocks))
    return found


def _photos(group: dict) -> Photos:
    photos = []
    for photo in group["photos"]:
        path = Path(settings.MEDIA_ROOT) / photo["path"]
        if not path.is_file():
            raise ValidationError(f"现场照片“{photo['caption']}”的文件不在了，请重新取数")
        photos.append(Photo(str(path), photo["caption"], photo["alt"]))
    return Photos(group["title"], tuple(photos))


def build_document(report: Report, kind: Kind, data: dict, sha256: str, written: Mapping[str, list]) -> Document:
    """The whole document; `written` holds the paragraphs by section key. Raises ValidationError when a photo is gone."""
    facts = data["facts"]
    numbered = numbers(kind, data)
    blocks: list[Block] = []
    for place in places(kind, data):
        blocks += section_blocks(place, data, written.get(place.key, []), numbered)
    annexes = annexes_of(kind, data)
    if annex_titles(kind, data):
        blocks.append(AnnexList(tuple(title for _, title in annex_titles(kind, data))))
    blocks.append(Signature(facts["issuer"], report.dated))
    for number, title, parts in annexes:
        blocks += [Annex(number, title), *parts]
    place_name = facts["pilot_name"]
    return Document(
        programme=facts["programme"],
        title=kind.title(data) if kind.title else f"{facts['programme']}\n{place_name}{kind.name}",
        as_of=datetime.date.fromisoformat(data["as_of"]),
        issuer=facts["issuer"],
        issued_on=report.dated,
        edition=report.edition,
        code=check_code(sha256),
        blocks=tuple(blocks),
        sample=report.sample,
        addressee=kind.addressee(data) if kind.addressee else "",
        cover=kind.cover,
        contents=kind.cover,
        subject=f"{facts['programme']}{place_name}{kind.name}",
        keywords=(facts["county"], "城乡社区治理试点", kind.name),
        correction_of=_correction(report),
        apart=tables_apart(kind, data, numbered),
    )


def _correction(report: Report) -> str:
    return f"第{report.corrects.edition}版，原因：{report.correction_reason}" if report.corrects_id else ""


def text_of(document: Document) -> str:
    """The running text, one paragraph a line: what a person would proof-read."""
    return "\n".join(block.text for block in document.blocks if isinstance(block, Heading | Paragraph))
