"""Drawn scenes without people for the sample year, each with its caption strip: 示例照片, date, kind. Never a real photo."""

import datetime
import io
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw

from pilots.files import Checked, Kind
from pilots.imaging import PREVIEW_SIDE
from pilots.sample_documents import cjk_font

DRAWN, SIZE = (800, 600), (640, 480)
Draw = ImageDraw.ImageDraw


def _hall(d: Draw) -> None:
    d.rectangle((0, 0, 800, 430), fill="#efe8dc")
    d.rectangle((0, 430, 800, 600), fill="#cbb79b")
    d.rectangle((130, 80, 670, 200), fill="#b8473d")
    for x in range(180, 620, 40):
        d.rectangle((x, 132, x + 24, 148), fill="#f2d9a8")
    for x in (90, 330, 570):
        d.rectangle((x, 330, x + 150, 352), fill="#a98d68")
        d.rectangle((x + 12, 352, x + 24, 440), fill="#8d7352")
        d.rectangle((x + 126, 352, x + 138, 440), fill="#8d7352")


def _courtyard(d: Draw) -> None:
    d.rectangle((0, 0, 800, 380), fill="#dce9f2")
    d.polygon([(0, 250), (200, 150), (380, 250), (530, 170), (800, 280), (800, 400), (0, 400)], fill="#c4d4c6")
    d.rectangle((0, 390, 800, 600), fill="#d6d0c4")
    d.rectangle((460, 190, 750, 420), fill="#efe9df")
    d.polygon([(430, 200), (605, 110), (780, 200)], fill="#8d6f60")
    d.rectangle((560, 290, 640, 420), fill="#b39a86")
    d.rectangle((160, 250, 184, 420), fill="#8a7458")
    d.ellipse((90, 120, 260, 300), fill="#8fae86")


def _board(d: Draw) -> None:
    d.rectangle((0, 0, 800, 440), fill="#e9edf0")
    d.rectangle((0, 440, 800, 600), fill="#c2c7c9")
    d.rectangle((90, 60, 710, 390), fill="#f8fafb", outline="#6d88a8", width=12)
    for x in (130, 320, 510):
        d.rectangle((x, 100, x + 160, 330), fill="#ffffff", outline="#c7d0da", width=4)
        for y in range(130, 300, 26):
            d.rectangle((x + 20, y, x + 140 - (y % 52), y + 6), fill="#aab6c4")


def _ground(d: Draw) -> None:
    d.rectangle((0, 0, 800, 300), fill="#dce9f2")
    d.rectangle((0, 300, 800, 600), fill="#c98f6f")
    d.ellipse((80, 330, 720, 640), outline="#f4ece2", width=8)
    d.rectangle((120, 130, 140, 330), fill="#7f8b99")
    d.rectangle((60, 110, 200, 190), fill="#f7f9fb", outline="#7f8b99", width=6)
    d.polygon([(520, 300), (520, 160), (640, 200), (520, 230)], fill="#b8473d")


def _garden(d: Draw) -> None:
    d.rectangle((0, 0, 800, 260), fill="#e3edf2")
    d.rectangle((0, 260, 800, 600), fill="#a9c09a")
    d.polygon([(330, 600), (390, 260), (430, 260), (560, 600)], fill="#d9d2c3")
    for x, y in ((90, 300), (220, 360), (620, 310), (700, 420), (130, 470)):
        d.ellipse((x, y, x + 110, y + 90), fill="#7f9f72")
        d.ellipse((x + 30, y + 20, x + 60, y + 50), fill="#d7a24f")


def _desk(d: Draw) -> None:
    d.rectangle((0, 0, 800, 330), fill="#dfe7ee")
    d.rectangle((0, 330, 800, 600), fill="#c9b79c")
    d.rectangle((60, 60, 330, 230), fill="#f7f9fb")
    for y in range(95, 200, 32):
        d.rectangle((90, y, 300 - y // 2, y + 10), fill="#9fb2c6")
    d.rectangle((100, 360, 700, 410), fill="#a98d68")
    d.polygon([(480, 360), (480, 280), (462, 240), (552, 240), (534, 280), (534, 360)], fill="#8fb3cf")
    d.rectangle((590, 300, 640, 360), fill="#b7cfa8")


def _sheet(d: Draw) -> None:
    d.rectangle((0, 0, 800, 600), fill="#cfd6dd")
    d.rectangle((180, 30, 620, 560), fill="#ffffff", outline="#c7d0da", width=3)
    for y in range(110, 540, 42):
        d.line((210, y, 590, y), fill="#c7d0da", width=2)
    for x in (210, 270, 420, 590):
        d.line((x, 110, x, 530), fill="#c7d0da", width=2)
    d.text((400, 70), "活动签到表（示例）", font=cjk_font(28), fill="#445062", anchor="mm")


SCENES: dict[str, Callable[[Draw], None]] = {
    "hall": _hall,
    "courtyard": _courtyard,
    "board": _board,
    "ground": _ground,
    "garden": _garden,
    "desk": _desk,
    "sheet": _sheet,
}


@cache
def _scene(name: str) -> Image.Image:
    picture = Image.new("RGB", DRAWN, "#ffffff")
    SCENES[name](ImageDraw.Draw(picture))
    return picture.resize(SIZE, Image.Resampling.LANCZOS)


@cache
def photo(scene: str, day: datetime.date, kind: str) -> Checked:
    """A scene with its strip, ready to be kept; `kind` is the word of the photo's kind. Equal arguments share their bytes."""
    picture = _scene(scene).copy()
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 442, 640, 480), fill="#f8f5ec")
    draw.text((16, 461), f"示例照片　{day.isoformat()}　{kind}", font=cjk_font(21), fill="#6b4700", anchor="lm")
    small = picture.resize((PREVIEW_SIDE, PREVIEW_SIDE * 3 // 4), Image.Resampling.BILINEAR)
    return Checked(
        Kind.IMAGE,
        f"示例照片_{day.isoformat()}_{kind}.jpg",
        "jpg",
        "image/jpeg",
        _jpeg(picture),
        _jpeg(small),
        width=SIZE[0],
        height=SIZE[1],
    )


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=72)
    return out.getvalue()
