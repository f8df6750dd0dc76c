"""Lines of Chinese text, composed before rendering because the renderer justifies at spaces only.

Dynamic programming over break points: kinsoku, half-width marks, 0.08 em between Chinese and digits, numbers kept with their units.
All lengths are in points. Costs: squared deviation of the letter spacing in steps of 0.35 pt, plus the prices below.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from reports.typeset.fonts import FontSet
from reports.typeset.marks import CLOSING_MARKS, NOT_AT_END, NOT_AT_START, OPENING_MARKS

UNITS = frozenset(
    "年月日时分秒天周岁个项家人名位户场次万亿千百元角份类笔件条款句号楼幢栋层处支条级期季届批套台张册页部辆间所组队班轮倍点成度米里亩吨"
)
AFTER_LARGE = frozenset("元人个户次平")
LARGE = frozenset("万亿")
NUMBERED = frozenset("表图第件")
PAIRED = frozenset("—…")
WORD_JOINERS = frozenset(".,:/-_@+&#~'\"()[]{}%=*|\\!?;<>^`$")

GAP = 0.08
"""em between Chinese and digits or Latin; 0.125 looks loose and some readers then copy a space."""
NOMINAL, TIGHTEST, LOOSEST = -0.207 / 16, -0.62 / 16, 1.5 / 16
"""Letter spacing in em: 28 characters in 156 mm, the least allowed, and the most before it is punished."""
STEP = 0.35 / 16
LONELY, LONELY_CHARS = 6.0, 2
HALF_AT_END = 0.3
HYPHEN, EMERGENCY, LOOSE = 12.0, 60.0, 100.0
EMERGENCY_CHARS = 4
PAUSES, NO_PAUSE = frozenset("，、；：。！？） \u3000"), 1.5
"""A title or caption of several lines breaks rather after a pause."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a line in one face. `half` = companion face, `fallback` = a face outside the report's own, `gap` = space before it."""

    text: str
    role: str
    half: bool = False
    fallback: bool = False
    gap: bool = False


@dataclass(frozen=True)
class Line:
    """A composed line and its letter spacing in points."""

    pieces: tuple[Piece, ...]
    spacing: float

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


class _Text:
    """Characters with their widths, gaps and break prices: what the search below looks at."""

    def __init__(self, runs: Sequence[tuple[str, str]], size: float, fonts: FontSet, *, gaps: bool):
        self.size = size
        self.chars = [ch for text, _role in runs for ch in text]
        self.roles = [role for text, role in runs for _ch in text]
        self.fallback = [False] * len(self.chars)
        self.half = [False] * len(self.chars)
        widths = [self._width(i, fonts) for i in range(len(self.chars))]
        self.gaps = [0.0] * len(self.chars)
        for i in range(1, len(self.chars)):
            before, after = self.chars[i - 1], self.chars[i]
            self._squeeze(i, before, after, widths)
            if gaps and _wants_gap(before, after):
                self.gaps[i] = GAP * size
        self.widths = widths
        self.ends = [0.0, *accumulate(width + gap for width, gap in zip(widths, self.gaps, strict=True))]

    def _width(self, i: int, fonts: FontSet) -> float:
        ch, metrics = self.chars[i], fonts[self.roles[i]].metrics
        if ord(ch) in metrics.covered:
            return metrics.advance(ch) * self.size
        for other in fonts.fallback_metrics:
            if ord(ch) in other.covered:
                self.fallback[i] = True
                return other.advance(ch) * self.size
        self.chars[i] = "〓"
        return self.size

    def _squeeze(self, i: int, before: str, after: str, widths: list[float]) -> None:
        """Two marks in a row: the first of two closing ones, or an opening one after another mark, is half width."""
        if before in CLOSING_MARKS and after in CLOSING_MARKS:
            self._halve(i - 1, widths)
        elif after in OPENING_MARKS and (before in CLOSING_MARKS or before in OPENING_MARKS):
            self._halve(i, widths)

    def _halve(self, i: int, widths: list[float]) -> None:
        if not self.half[i] and not self.fallback[i] and widths[i] > 0.9 * self.size:
            self.half[i] = True
            widths[i] = self.size / 2

    def can_halve(self, i: int) -> bool:
        """Whether the mark at a line's end may give up its blank half."""
        return self.chars[i] in CLOSING_MARKS and not self.half[i] and not self.fallback[i] and self.widths[i] > 0.9 * self.size

    def natural(self, start: int, end: int) -> float:
        """Width of a line without letter spacing: no gap at its start, a squeezed opening mark there is whole again, no space at its end."""
        width = self.ends[end] - self.ends[start] - (self.gaps[start] if start else 0.0)
        if self.half[start] and self.chars[start] in OPENING_MARKS:
            width += self.size / 2
        if end - start > 1 and self.chars[end - 1] == " ":
            width -= self.widths[end - 1]
        return width


def _is_latin(ch: str) -> bool:
    return (ch.isascii() and ch.isalnum()) or (ch.isalpha() and ord(ch) < 0x2E80)


def _is_hanzi(ch: str) -> bool:
    return ch >= "⺀" and unicodedata.category(ch) == "Lo"


def _wants_gap(before: str, after: str) -> bool:
    return (_is_hanzi(before) and _is_latin(after)) or ((_is_latin(before) or before == "%") and _is_hanzi(after))


def _price(chars: list[str], i: int) -> float | None:
    """Price of a break before character `i`, None where it is not allowed."""
    before, after = chars[i - 1], chars[i]
    if after in NOT_AT_START or before in NOT_AT_END or after == " " or (before in PAIRED and after in PAIRED):
        return None
    if before == " ":
        return 0.0
    if before.isdigit() and after in UNITS:
        return None
    if after.isdigit() and before in NUMBERED:
        return None
    if before in LARGE and after in AFTER_LARGE and i > 1 and chars[i - 2].isdigit():
        return None
    if (_is_latin(before) or before in WORD_JOINERS) and (_is_latin(after) or after in WORD_JOINERS):
        return HYPHEN if before in "-/" and not _between_digits(chars, i) else None
    return 0.0


def _between_digits(chars: list[str], i: int) -> bool:
    """A hyphen in a plain number range; one inside a code such as WT-2022-09-005 may be broken after, at a price."""
    start = i
    while start and (_is_latin(chars[start - 1]) or chars[start - 1] in WORD_JOINERS):
        start -= 1
    return not any(ch.isalpha() for ch in chars[start:i])


def _breaks(text: _Text, measure: float) -> list[tuple[int, float]]:
    """Allowed breaks as (position, price), the end included. A stretch longer than a line gets dear breaks inside."""
    found: list[tuple[int, float]] = [(0, 0.0)]
    total = len(text.chars)
    for i in range(1, total + 1):
        price = 0.0 if i == total else _price(text.chars, i)
        if price is None:
            continue
        last = found[-1][0]
        if text.ends[i] - text.ends[last] > measure:
            found.extend((k, EMERGENCY) for k in range(last + EMERGENCY_CHARS, i, EMERGENCY_CHARS))
        found.append((i, price))
    return found


def compose(runs: Sequence[tuple[str, str]], *, fonts: FontSet, measure: float, size: float = 16.0, indent: float = 0.0) -> list[Line]:
    """Justified lines of `runs` (text, role): flush both sides at `measure` points, the first line shorter by `indent`."""
    text = _Text(runs, size, fonts, gaps=True)
    if not text.chars:
        return []
    breaks = _breaks(text, measure - indent)

    def fit(start: int, end: int, width: float, last: bool) -> tuple[float, float, bool]:
        return _justified(text, start, end, width, last)

    return _search(text, breaks, measure, indent, fit)


def compose_ragged(runs: Sequence[tuple[str, str]], *, fonts: FontSet, measure: float, size: float, balanced: bool = False) -> list[Line]:
    """Lines set without stretching, as few as possible: for cells, captions and titles. `balanced` evens their lengths (titles).

    There is no extra space between Chinese and digits here: short texts look better closed.
    """
    text = _Text(runs, size, fonts, gaps=False)
    if not text.chars:
        return []

    def fit(start: int, end: int, width: float, last: bool) -> tuple[float, float, bool]:
        return _ragged(text, start, end, width, last, balanced)

    breaks = _breaks(text, measure)
    if balanced:
        breaks = [(i, price + (0.0 if i == 0 or text.chars[i - 1] in PAUSES else NO_PAUSE)) for i, price in breaks]
    return _search(text, breaks, measure, 0.0, fit)


def _justified(text: _Text, start: int, end: int, width: float, last: bool) -> tuple[float, float, bool]:
    """(cost, spacing, half mark at the end) of one line; cost is infinite where the line is too long."""
    size, count = text.size, end - start
    natural = text.natural(start, end)
    nominal = NOMINAL * size
    spacing = (width - natural) / count
    if last and spacing >= nominal:
        return (LONELY if count <= LONELY_CHARS and start else 0.0), nominal, False
    cost = _deviation(spacing, size)
    if text.can_halve(end - 1):
        tight = (width - natural + size / 2) / count
        cost_half = _deviation(tight, size) + HALF_AT_END
        if cost_half < cost:
            return cost_half, tight, True
    if cost >= LOOSE and spacing > 0:
        return cost, nominal, False
    return cost, spacing, False


def _deviation(spacing: float, size: float) -> float:
    if spacing < TIGHTEST * size:
        return float("inf")
    if spacing > LOOSEST * size:
        return LOOSE + spacing / size * 100
    return ((spacing / size - NOMINAL) / STEP) ** 2


def _ragged(text: _Text, start: int, end: int, width: float, last: bool, balanced: bool) -> tuple[float, float, bool]:
    slack = width - text.natural(start, end)
    if slack < -0.01:
        return float("inf"), 0.0, False
    cost = 1000.0
    if not last or balanced:
        cost += 10 * (slack / width) ** 2
    if last and start and end - start <= 1:
        cost += 30
    return cost, 0.0, False


def _search(text: _Text, breaks: list[tuple[int, float]], measure: float, indent: float, fit) -> list[Line]:
    """Cheapest way through the breaks. From each break only line ends near the measure are tried, so the work grows with the text alone."""
    positions = [position for position, _price in breaks]
    reach = [text.ends[position] for position in positions]
    best: list[tuple[float, int, float, bool]] = [(float("inf"), -1, 0.0, False)] * len(breaks)
    best[0] = (0.0, -1, 0.0, False)
    final = len(breaks) - 1
    for b, start in enumerate(positions[:-1]):
        if best[b][0] == float("inf"):
            continue
        width = measure - (indent if start == 0 else 0.0)
        furthest = min(bisect_right(reach, reach[b] + width * 1.06 + 2 * text.size), final)
        tried = 0
        for e in range(furthest, b, -1):
            end = positions[e]
            cost, spacing, half = fit(start, end, width, e == final)
            if cost == float("inf") and e > b + 1:
                continue
            if cost == float("inf"):
                cost = 1e6  # a single unbreakable stretch wider than the line: set it all the same
            total = best[b][0] + cost + breaks[e][1]
            if total < best[e][0]:
                best[e] = (total, b, spacing, half)
            tried += 1
            if tried > 6 and cost > LOOSE:
                break
    return _lines(text, positions, best)


def _lines(text: _Text, positions: list[int], best: list[tuple[float, int, float, bool]]) -> list[Line]:
    lines: list[Line] = []
    at = len(positions) - 1
    while at > 0:
        _cost, before, spacing, half = best[at]
        lines.append(Line(_pieces(text, positions[before], positions[at], half), spacing))
        at = before
    return lines[::-1]


def _pieces(text: _Text, start: int, end: int, half_at_end: bool) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for i in range(start, end):
        half = (text.half[i] and not (i == start and text.chars[i] in OPENING_MARKS)) or (half_at_end and i == end - 1)
        gap = text.gaps[i] > 0 and i > start
        style = (text.roles[i], half, text.fallback[i])
        if pieces and not gap and style == (pieces[-1].role, pieces[-1].half, pieces[-1].fallback):
            pieces[-1] = Piece(pieces[-1].text + text.chars[i], *style, pieces[-1].gap)
        else:
            pieces.append(Piece(text.chars[i], *style, gap))
    return tuple(pieces)
