"""The classes of one document: spacings, heights and widths become rules of its style sheet, so no element carries a style attribute."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from reports.typeset.compose import Line, Piece
from reports.typeset.measures import Q

MARK_CLASSES = {"●": "mk mk-ok", "▲": "mk mk-warn", "■": "mk mk-late", "○": "mk mk-open"}
BREAK = SafeString("<br>")
_MARKS = re.compile("([●▲■○])")


class Styles:
    """Collects the rules while the parts are built; `rules()` goes into the style sheet."""

    def __init__(self):
        self._rules: dict[str, str] = {}

    def _class(self, prefix: str, value: int, declaration: str) -> str:
        name = f"{prefix}{value}" if value >= 0 else f"{prefix}m{-value}"
        self._rules[name] = declaration
        return name

    def spacing(self, points: float) -> str:
        value = round(points * 1000)
        return self._class("s", value, f"letter-spacing:{value / 1000}pt")

    def height(self, q: int) -> str:
        return self._class("h", q, f"height:{q * Q:.4f}pt")

    def width(self, mm: float) -> str:
        value = round(mm * 1000)
        return self._class("w", value, f"width:{value / 1000}mm")

    def left(self, points: float) -> str:
        value = round(points * 100)
        return self._class("l", value, f"padding-left:{value / 100}pt")

    def rules(self) -> list[tuple[str, str]]:
        return sorted(self._rules.items())


def _inner(text: str) -> SafeString:
    """Escaped text with its state shapes marked for size and colour."""
    if not any(mark in text for mark in MARK_CLASSES):
        return conditional_escape(text)
    parts = (part for part in _MARKS.split(text) if part)
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<span class="{}">{}</span>', MARK_CLASSES[part], part) if part in MARK_CLASSES else conditional_escape(part),)
            for part in parts
        ),
    )


def _piece(piece: Piece, role: str) -> SafeString:
    classes = []
    if piece.fallback:
        classes.append("fb")
    elif piece.half:
        classes.append(f"hf-{piece.role}")
    elif piece.role != role:
        classes.append(f"ft-{piece.role}")
    if piece.gap:
        classes.append("gp")
    if not classes:
        return _inner(piece.text)
    return format_html('<span class="{}">{}</span>', " ".join(classes), _inner(piece.text))


def _line(pieces: Iterable[Piece], role: str) -> SafeString:
    return format_html_join("", "{}", ((_piece(piece, role),) for piece in pieces))


def set_lines(lines: Sequence[Line], styles: Styles, role: str) -> SafeString:
    """Justified lines as HTML; `role` is the face of the paragraph around them."""
    return format_html_join(
        BREAK,
        '<span class="ln {}">{}</span>',
        ((styles.spacing(line.spacing), _line(line.pieces, role)) for line in lines),
    )


def set_plain(lines: Sequence[Line], role: str) -> SafeString:
    """Ragged lines as HTML, for cells, captions and titles."""
    return format_html_join(BREAK, "{}", ((_line(line.pieces, role),) for line in lines))
