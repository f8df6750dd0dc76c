"""The rules and shades of a table as one drawing behind its cells.

Widths and heights are known before rendering, so no cell needs a border of its own: a few strokes take the place of hundreds of them, in a
fraction of the time. Three weights: 1 pt at top and bottom, 0.6 pt under the head and over totals, 0.4 pt grey inside; the sides are open.
The drawing is generated content, not a background: some readers draw a background as a group of its own, and thin rules in it come out pale.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from itertools import accumulate

from reports.typeset.measures import MM, Q
from reports.typeset.tables import LEADING, Row

THICK, STRONG, FINE = 1.0, 0.6, 0.4
INKS = {FINE: "#6b6b6b", STRONG: "#000", THICK: "#000"}
SHADE = "#f1f1f1"
SHADED = frozenset({"group", "total", "words"})


def rule(widths: Sequence[float], rows: Sequence[Row], *, last: bool) -> str:
    """The address of an SVG that rules the rows of one page, head rows first; `widths` in mm. `last` = the table ends here, else goes on.

    It is half a rule higher than the rows at top and at bottom.
    """
    grid = _Grid(widths, rows, THICK / 2)
    strokes: dict[float, list[str]] = {FINE: [], STRONG: [], THICK: []}
    for weight, d in (*grid.uprights(), *grid.levels(last=last)):
        strokes[weight].append(d)
    width, height = grid.x[-1], grid.y[-1] + THICK / 2
    shades = "".join(_bar(0, y, width, height) for y, height in grid.shades())
    paths = [f'<path fill="{SHADE}" d="{shades}"/>'] if shades else []
    paths += [f'<path fill="none" stroke="{INKS[w]}" stroke-width="{w}" d="{"".join(d)}"/>' for w, d in strokes.items() if d]
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.3f}pt" height="{height:.3f}pt" viewBox="0 0 {width:.3f} {height:.3f}">{"".join(paths)}</svg>'
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


class _Grid:
    """Where the lines of a table lie, and which cell covers what."""

    def __init__(self, widths: Sequence[float], rows: Sequence[Row], top: float):
        self.rows = rows
        self.x = [0.0, *accumulate(width * MM for width in widths)]
        self.y = [top, *(top + y for y in accumulate(self._heights()))]
        self.owner: list[list[object]] = [[None] * len(widths) for _row in rows]
        self.edges: set[tuple[int, int]] = set()
        for k, row in enumerate(rows):
            at = 0
            for cell in row.cells:
                while at < len(widths) and self.owner[k][at] is not None:
                    at += 1
                for below in range(k, min(k + cell.rows, len(rows))):
                    self.owner[below][at : at + cell.span] = [(k, at)] * cell.span
                    if cell.edge:
                        self.edges.add((below, at))
                at += cell.span

    def _heights(self) -> Iterator[float]:
        """Points of each row; the renderer makes the last row of a cell over several rows at least as high as that cell's text."""
        spanning: dict[int, int] = {}
        for k, row in enumerate(self.rows):
            for cell in row.cells:
                if cell.rows > 1:
                    end = k + cell.rows - 1
                    spanning[end] = max(spanning.get(end, 1), cell.html.count("\n") + 1)
            yield max(row.q * Q, LEADING * spanning.get(k, 0))

    def uprights(self) -> Iterator[tuple[float, str]]:
        """Rules between neighbouring cells of a row, joined where they go on in the next row."""
        for i in range(1, len(self.x) - 1):
            weights = [
                0.0 if owners[i - 1] == owners[i] else STRONG if (k, i) in self.edges else FINE for k, owners in enumerate(self.owner)
            ]
            for start, end, weight in _runs(weights):
                yield weight, f"M{self.x[i]:.3f} {self.y[start]:.3f}V{self.y[end]:.3f}"

    def levels(self, *, last: bool) -> Iterator[tuple[float, str]]:
        """Rules between rows: none inside a cell over two rows, nor between the parts of a row too high for one."""
        for k in range(len(self.y)):
            weight = self._level(k, last)
            inside = 0 < k < len(self.rows)
            weights = [0.0 if inside and self.owner[k - 1][i] == self.owner[k][i] else weight for i in range(len(self.x) - 1)]
            for start, end, found in _runs(weights):
                yield found, f"M{self.x[start]:.3f} {self.y[k]:.3f}H{self.x[end]:.3f}"

    def _level(self, k: int, last: bool) -> float:
        if k == 0 or (k == len(self.rows) and last):
            return THICK
        if k == len(self.rows):
            return FINE
        before, after = self.rows[k - 1].kind, self.rows[k].kind
        if after == "cont":
            return 0.0
        return STRONG if after in ("total", "words") or (before == "head" and after != "head") else FINE

    def shades(self) -> Iterator[tuple[float, float]]:
        for k, row in enumerate(self.rows):
            if row.kind in SHADED:
                yield self.y[k], self.y[k + 1] - self.y[k]


def _bar(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:.3f} {y:.3f}h{width:.3f}v{height:.3f}h-{width:.3f}z"


def _runs(weights: Sequence[float]) -> Iterator[tuple[int, int, float]]:
    """(start, end, weight) of stretches of equal weight, those of none left out."""
    start = 0
    for i in range(1, len(weights) + 1):
        if i == len(weights) or weights[i] != weights[start]:
            if weights[start]:
                yield start, i, weights[start]
            start = i
