"""Photos of an annex: two across, each with its caption and alternative text; metadata of the camera never get into the file."""

from __future__ import annotations

import io
from pathlib import Path

from docx.document import Document as WordDocument
from lxml.etree import _Element
from PIL import Image, ImageOps, UnidentifiedImageError

from reports.document import Photo, Photos
from reports.word.charts import describe
from reports.word.oxml import LINE, MM, QUARTER, TEXT_WIDTH_MM, node, paragraph, run, twips

_WIDTH_MM, _HEIGHT_MM = 75.0, 56.25
_LONGEST_SIDE = 1250
PAIR_HEIGHT = 7 * LINE


def photo_blocks(word: WordDocument, photos: Photos, first_number: int) -> list[_Element]:
    """The group line and one table without rules per pair of photos. Drawings are numbered from `first_number`."""
    blocks = [paragraph("PhotoGroup", run(photos.title))] if photos.title else []
    for start in range(0, len(photos.photos), 2):
        pair = photos.photos[start : start + 2]
        blocks.append(_pair(word, pair, first_number + start))
        blocks.append(paragraph("Spacer"))
    return blocks


def _pair(word: WordDocument, pair: tuple[Photo, ...], number: int) -> _Element:
    width = TEXT_WIDTH_MM / 2
    pictures = [_picture_cell(word, photo, number + index, width) for index, photo in enumerate(pair)]
    captions = [_cell(width, paragraph("FigureCaption", run(photo.caption), before=QUARTER / 2)) for photo in pair]
    while len(pictures) < 2:
        pictures.append(_cell(width, paragraph("Picture")))
        captions.append(_cell(width, paragraph("FigureCaption")))
    return node(
        "w:tbl",
        node(
            "w:tblPr",
            node("w:tblW", w=twips(TEXT_WIDTH_MM * MM), type="dxa"),
            node("w:jc", val="center"),
            node("w:tblLayout", type="fixed"),
        ),
        node("w:tblGrid", *(node("w:gridCol", w=twips(width * MM)) for _ in range(2))),
        node("w:tr", node("w:trPr", node("w:cantSplit"), node("w:trHeight", val=twips(6 * LINE), hRule="atLeast")), *pictures),
        node("w:tr", node("w:trPr", node("w:cantSplit"), node("w:trHeight", val=twips(LINE - 1), hRule="atLeast")), *captions),
    )


def _cell(width: float, content: _Element) -> _Element:
    return node("w:tc", node("w:tcPr", node("w:tcW", w=twips(width * MM), type="dxa"), node("w:vAlign", val="bottom")), content)


def _picture_cell(word: WordDocument, photo: Photo, number: int, width: float) -> _Element:
    data = plain_jpeg(Path(photo.path))
    if data is None:
        return _cell(width, paragraph("Picture", run(f"（照片文件缺失：{Path(photo.path).name}）")))
    pixels = Image.open(io.BytesIO(data)).size
    scale = min(_WIDTH_MM / pixels[0], _HEIGHT_MM / pixels[1])
    inline = word.part.new_pic_inline(io.BytesIO(data), round(pixels[0] * scale * 36000), round(pixels[1] * scale * 36000))
    describe(inline, number, photo.caption, photo.alt or photo.caption)
    return _cell(width, paragraph("Picture", node("w:r", node("w:drawing", inline))))


def plain_jpeg(path: Path) -> bytes | None:
    """The picture as a JPEG without metadata, at most 1,250 pixels long; None when the file is missing or not a picture."""
    try:
        with Image.open(path) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, UnidentifiedImageError):
        return None
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    stream = io.BytesIO()
    bare.save(stream, "JPEG", quality=80)
    return stream.getvalue()
