"""Photos: read, checked, turned upright and written anew, so that nothing but the pixels remains (no EXIF, no GPS, nothing appended)."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO

import pillow_heif
from django.conf import settings
from django.core.exceptions import ValidationError
from PIL import Image, ImageFile, ImageOps

pillow_heif.register_heif_opener(thumbnails=False)

LONG_SIDE = 1600
PREVIEW_SIDE = 480
QUALITY = 80
READERS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "heic": "HEIF"}
HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
ACTIVE_MARKS = (b"<?php", b"<script", b"<html", b"<!doctype html", b"<svg", b"<iframe", b"%pdf-")
# Of a tail only its two ends are searched: a long video would hold four of these letters by chance.
TAIL_READ = 32 * 1024
# What the decoders raise on files made to break them.
DECODER_FAULTS = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error, RuntimeError)


@dataclass(frozen=True)
class Picture:
    """A photo written anew. `data` is at most 1,600 px on its long side, `preview` (always JPEG) at most 480 px."""

    data: bytes
    preview: bytes
    content_type: str
    suffix: str
    width: int
    height: int


def looks_like(head: bytes, suffix: str) -> bool:
    """Whether the first bytes are those of the format the suffix names."""
    if suffix in ("jpg", "jpeg"):
        return head.startswith(b"\xff\xd8\xff")
    if suffix == "png":
        return head.startswith(b"\x89PNG\r\n\x1a\n")
    return head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS


def read_picture(file: BinaryIO, suffix: str) -> Picture:
    """The photo in `file`, checked and written anew. Refuses what is torn, too large in pixels, or carries another file inside."""
    _refuse_stowaways(file, suffix)
    file.seek(0)
    # WeasyPrint, once imported in this process, lets Pillow fill up what is missing of a torn picture.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(file, formats=[READERS[suffix]]) as image:
            _refuse_size(image)
            upright = _flat(ImageOps.exif_transpose(_shrunk(image)))
    except Image.DecompressionBombError:
        raise _too_many_pixels()
    except MemoryError:
        raise ValidationError("图片太大，读不出来。请缩小后再上传", code="pixels")
    except DECODER_FAULTS:
        raise ValidationError("图片打不开，可能已损坏或没有传完整。请重新拍照或另选一张", code="damaged")
    return _written(upright, png=suffix == "png")


def turned(data: bytes, *, clockwise: bool) -> Picture:
    """A stored photo turned by 90 degrees."""
    with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as image:
        png = image.format == "PNG"
        image.load()
        step = Image.Transpose.ROTATE_270 if clockwise else Image.Transpose.ROTATE_90
        return _written(_flat(image.transpose(step)), png=png)


def _refuse_size(image: Image.Image) -> None:
    width, height = image.size
    if width < 1 or height < 1 or width * height > settings.PHOTO_MAX_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> ValidationError:
    return ValidationError(f"图片像素超过 {settings.PHOTO_MAX_PIXELS // 10_000} 万，请缩小后再上传", code="pixels")


def _shrunk(image: Image.Image) -> Image.Image:
    """At most 1,600 px, before anything is copied: a JPEG is then decoded at half or quarter size from the start."""
    if image.mode.startswith(("I", "F")):
        image = image.point(lambda value: value / 256).convert("L")
    elif image.mode in ("1", "P", "PA"):
        image = image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    image.load()
    return image


def _flat(image: Image.Image) -> Image.Image:
    """The pixels alone on a new RGB canvas; transparent parts become white."""
    canvas = Image.new("RGB", image.size, "white")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        canvas.paste(layer, mask=layer.getchannel("A"))
    else:
        canvas.paste(image.convert("RGB"))
    return canvas


def _written(image: Image.Image, *, png: bool) -> Picture:
    small = image.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS)
    full = _encoded(image, "PNG") if png else _encoded(image, "JPEG")
    return Picture(
        data=full,
        preview=_encoded(small, "JPEG"),
        content_type="image/png" if png else "image/jpeg",
        suffix="png" if png else "jpg",
        width=image.width,
        height=image.height,
    )


def _encoded(image: Image.Image, form: str) -> bytes:
    target = io.BytesIO()
    if form == "PNG":
        image.save(target, "PNG", optimize=False, compress_level=6)
    else:
        image.save(target, "JPEG", quality=QUALITY, progressive=True)
    return target.getvalue()


# --- files within files -------------------------------------------------------------------------------------------------------


def _refuse_stowaways(file: BinaryIO, suffix: str) -> None:
    """Refuse a picture that is also an archive or carries a page or program in its headers or behind its end.

    Phones append harmless video or a second picture, so a tail as such is no reason.
    """
    file.seek(0)
    data = file.read()
    headers, tail = {"png": _beside_png, "heic": _beside_heic}.get(suffix, _beside_jpeg)(data)
    beside = (headers + tail[:TAIL_READ] + tail[-TAIL_READ:]).lower()
    if any(mark in beside for mark in ACTIVE_MARKS):
        raise ValidationError("图片里夹带了网页或程序内容，不能上传。请重新拍照", code="polyglot")
    if zipfile.is_zipfile(io.BytesIO(data)):
        raise ValidationError("图片后面夹带了压缩包，不能上传。请重新拍照", code="polyglot")


def _beside_jpeg(data: bytes) -> tuple[bytes, bytes]:
    """Headers (APPn, COM) before the scan and whatever follows the end mark."""
    at, end = 2, len(data)
    while at + 4 <= end and data[at] == 0xFF:
        mark, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if mark == 0xDA:
            break
        at += 2 + length
    finish = data.find(b"\xff\xd9", at)
    return data[:at], data[finish + 2 :] if finish >= 0 else b""


def _beside_png(data: bytes) -> tuple[bytes, bytes]:
    """All chunks but the pixels, and whatever follows IEND."""
    kept, at = [], 8
    while at + 12 <= len(data):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if name != b"IDAT":
            kept.append(data[at : at + 12 + min(length, 1_000_000)])
        at += 12 + length
        if name == b"IEND":
            break
    return b"".join(kept), data[at:]


def _beside_heic(data: bytes) -> tuple[bytes, bytes]:
    """All top boxes but the pixels (mdat), and a tail that is no box."""
    kept, at = [], 0
    while at + 8 <= len(data):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        if length == 0 and name == b"mdat":
            return b"".join(kept), b""
        if length < 8 or at + length > len(data):
            break
        if name != b"mdat":
            kept.append(data[at : at + length])
        at += length
    return b"".join(kept), data[at:]
