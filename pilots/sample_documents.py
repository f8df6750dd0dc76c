"""Sheets drawn for the sample year: one page with a title, plainly marked 示例材料. Never anything of a real office."""

import datetime
import io
import subprocess
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE = (620, 877)


@cache
def cjk_font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The system's Chinese face in `size` pixels; Pillow's own face where there is none (the sheet then shows boxes, nothing fails)."""
    try:
        found = subprocess.run(
            ["fc-match", "-f", "%{file}", "Noto Sans CJK SC"],  # noqa: S607 - fontconfig, as installed
            capture_output=True,
            text=True,
            check=True,
            timeout=5,
        ).stdout
        return ImageFont.truetype(found, size) if Path(found).is_file() else ImageFont.load_default(size)
    except (OSError, subprocess.SubprocessError):
        return ImageFont.load_default(size)


def sheet(title: str, unit: str, day: datetime.date, lines: tuple[str, ...] = ()) -> Image.Image:
    """A page with title, unit, day and grey lines where text would stand."""
    page = Image.new("RGB", SIZE, "#ffffff")
    draw = ImageDraw.Draw(page)
    draw.text((SIZE[0] / 2, 110), title, font=cjk_font(26), fill="#1a2330", anchor="mm")
    draw.text((SIZE[0] / 2, 160), f"{unit}　{day.year}年{day.month}月{day.day}日", font=cjk_font(15), fill="#445062", anchor="mm")
    top = 220
    for line in lines:
        draw.text((70, top), line, font=cjk_font(15), fill="#1a2330")
        top += 34
    while top < 700:
        draw.rectangle((70, top, 550 if (top // 34) % 4 else 380, top + 8), fill="#e3e8ee")
        top += 34
    draw.rectangle((70, 740, 550, 790), outline="#bf8000", width=2)
    draw.text((SIZE[0] / 2, 765), "示例材料　仅供演示，不作为工作依据", font=cjk_font(17), fill="#9a6700", anchor="mm")
    return page


def sheet_pdf(title: str, unit: str, day: datetime.date, lines: tuple[str, ...] = ()) -> bytes:
    """The same page as a one-page PDF."""
    out = io.BytesIO()
    sheet(title, unit, day, lines).save(out, "PDF", resolution=75, quality=60, title=title)
    return out.getvalue()


def sheet_jpeg(title: str, unit: str, day: datetime.date, lines: tuple[str, ...] = ()) -> bytes:
    """The same page as a photographed sheet."""
    out = io.BytesIO()
    sheet(title, unit, day, lines).save(out, "JPEG", quality=70)
    return out.getvalue()
