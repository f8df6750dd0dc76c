"""The classes of one document: spacings, heights and widths become rules of its style sheet, so no element carries a style attribute."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from reports.typeset.compose import NOMINAL, Line, Piece
from reports.typeset.measures import Q

MARK_CLASSES = {"●": "mk mk-ok", "▲": "mk mk-warn", "■": "mk mk-late", "○": "mk mk-open"}
BREAK = format_html("<{}>", "br")
USUAL_SPACING = NOMINAL * 16
_MARKS = re.compile("([●▲■○])")


class Styles:
    """Collects the rules while the parts are built; `rules()` goes into the style sheet."""

    def __init__(self):
        self._rules: dict[str, str] = {}
        self._ruled: dict[str, str] = {}

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

    def ruling(self, address: str) -> str:
        """The drawing behind a table; tables ruled alike share it."""
        name = self._ruled.setdefault(address, f"t{len(self._ruled)}")
        self._rules[f"{name}::before"] = f"content:url({address})"
        return name

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


def _classes(piece: Piece, role: str) -> list[str]:
    if piece.fallback:
        return ["fb"]
    if piece.half:
        return [f"hf-{piece.role}"]
    return [f"ft-{piece.role}"] if piece.role != role else []


def _line(pieces: Sequence[Piece], role: str) -> SafeString:
    """The pieces of a line; plain text needs no element, and the space beside a number stands on the number's own one."""
    classes = [_classes(piece, role) for piece in pieces]
    for i, piece in enumerate(pieces):
        if piece.gap and (piece.text[0].isascii() or classes[i]):
            classes[i].append("gp")
        elif piece.gap:
            classes[i - 1].append("ga")
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<span class="{}">{}</span>', " ".join(names), _inner(piece.text)) if names else _inner(piece.text),)
            for piece, names in zip(pieces, classes, strict=True)
        ),
    )


def set_lines(lines: Sequence[Line], styles: Styles, role: str) -> SafeString:
    """Justified lines as HTML, each ended by a line feed that the style sheet keeps; `role` is the face of the paragraph around them.

    A line in the usual spacing, the page's own, needs no element.
    """
    made = []
    for i, line in enumerate(lines):
        html = format_html("{}{}", _line(line.pieces, role), "\n" if i + 1 < len(lines) else "")
        usual = abs(line.spacing - USUAL_SPACING) < 0.0005
        made.append(html if usual else format_html('<span class="{}">{}</span>', styles.spacing(line.spacing), html))
    return format_html_join("", "{}", ((html,) for html in made))


def set_cell(lines: Sequence[Line], role: str) -> SafeString:
    """Ragged lines as HTML for a cell, parted by line feeds that the style sheet keeps: no element for a line."""
    return format_html_join("\n", "{}", ((_line(line.pieces, role),) for line in lines))


def set_plain(lines: Sequence[Line], role: str) -> SafeString:
    """Ragged lines as HTML, for captions and titles."""
    return format_html_join(BREAK, "{}", ((_line(line.pieces, role),) for line in lines))
