"""What charts are drawn of: texts, boxes, lines, shapes, hatching. Lengths are points of the viewBox, 442 wide.

Values are always printed, so no reader has to measure; three steps of lightness keep the series apart in grey.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.typeset.text import clean, shortened

WIDTH = 442.0
PLOT_LEFT, PLOT_RIGHT, PLOT_TOP = 78.0, 392.0, 24.0
FOOT = 16.0
ROW = 18.066
BAR_SHARE = 0.62
LABEL_X, VALUE_X = 72.0, 423.0
LABEL_SIZE, AXIS_SIZE, COUNT_SIZE, VALUE_SIZE, LEGEND_SIZE = 9.5, 8.0, 8.5, 10.0, 9.0
DROP = 3.23
"""From the middle of a bar to the baseline of its texts."""
DARK, PALE, OPEN = ("#1d4f91", "none"), ("#b9cce3", "none"), ("#ffffff", "#777777")
SERIES_INKS = (DARK, PALE, OPEN)
"""(fill, stroke): 28 % and 78 % lightness and white with outline are never confused in grey."""
TEXT, AXIS_TEXT, LIGHT_TEXT = "#1a1a1a", "#444444", "#ffffff"
GRID, BASE, SUM, TIME, CASING = ("#c8c8c8", 0.4), ("#555555", 0.6), ("#555555", 0.5), ("#1a1a1a", 1.1), ("#ffffff", 2.7)
"""(stroke, width in points) of grid lines, the axis, the rule over the totals, 序时进度 and the casing round it."""
CAPTION_Q, CAPTION_SIZE, ABOVE_Q = 3, 10.5, 1


@dataclass(frozen=True)
class Mark:
    """A text in a chart; anchor is start, middle or end."""

    text: str
    x: float
    y: float
    size: float
    anchor: str = "middle"
    fill: str = TEXT


@dataclass(frozen=True)
class Box:
    """A rectangle in a chart."""

    x: float
    y: float
    width: float
    height: float
    ink: tuple[str, str]


@dataclass(frozen=True)
class Rule:
    """A straight line in a chart."""

    x1: float
    y1: float
    x2: float
    y2: float
    ink: tuple[str, float]


@dataclass(frozen=True)
class Path:
    """A closed or open shape; `dash` as in SVG."""

    d: str
    fill: str = "none"
    stroke: str = "none"
    width: float = 0.5
    dash: str = ""


@dataclass(frozen=True)
class Plot:
    """A drawing without its caption: what stands below, the boxes, what stands over them, shapes, texts; with all figures in words."""

    height: float
    alt: str
    rules: tuple[Rule, ...] = ()
    boxes: tuple[Box, ...] = ()
    over: tuple[Rule, ...] = ()
    paths: tuple[Path, ...] = ()
    marks: tuple[Mark, ...] = ()
    width: float = WIDTH


@dataclass(frozen=True)
class ChartLayout:
    """A drawn figure on the grid: what the SVG template prints, its caption and its height in lines."""

    plot: Plot
    caption: str
    svg_class: str
    block_lines: int


SHAPE_INKS = {"ok": ("#5fae86", "#1e7b4f"), "warn": ("#c98a00", "#7a5400"), "late": ("#b3261e", "#b3261e"), "none": ("#ffffff", "#8a8a8a")}
"""(fill, stroke) of the shapes of a state: green and amber are equal in grey, so the shape carries the meaning."""


def shape(state: str, x: float, y: float, size: float = 7.0) -> Path:
    """● ▲ ■ ○ of `size` points around a middle."""
    fill, stroke = SHAPE_INKS[state]
    r = size / 2
    if state == "warn":
        d = f"M{x:.2f} {y - r:.2f}L{x + r * 1.12:.2f} {y + r * 0.92:.2f}H{x - r * 1.12:.2f}Z"
    elif state == "late":
        d = f"M{x - r * 0.88:.2f} {y - r * 0.88:.2f}h{size * 0.88:.2f}v{size * 0.88:.2f}h-{size * 0.88:.2f}Z"
    else:
        d = f"M{x - r:.2f} {y:.2f}a{r:.2f} {r:.2f} 0 1 0 {size:.2f} 0a{r:.2f} {r:.2f} 0 1 0 -{size:.2f} 0Z"
    return Path(d, fill, stroke, 0.7)


def hatching(x: float, y: float, width: float, height: float, step: float, ink: str) -> Path:
    """Slanting lines inside a rectangle, `step` points apart: a warning that is read without its colour."""
    moves, at = [], step
    while at < width + height:
        x1, y1 = (x + at, y) if at <= width else (x + width, y + at - width)
        x2, y2 = (x, y + at) if at <= height else (x + at - height, y + height)
        moves.append(f"M{x1:.2f} {y1:.2f}L{x2:.2f} {y2:.2f}")
        at += step * 1.414
    return Path("".join(moves), "none", ink, 0.9)


def percent_axis(bottom: float) -> tuple[list[Rule], list[Mark]]:
    """Upright grid lines at 0 to 100 % with their texts under the plot."""
    rules, marks = [], []
    for share in (0, 25, 50, 75, 100):
        x = PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) * share / 100
        rules.append(Rule(x, PLOT_TOP, x, bottom, GRID))
        marks.append(Mark(f"{share}%", x, bottom + 12, AXIS_SIZE, fill=AXIS_TEXT))
    return rules, marks


def legend(names: tuple[str, ...]) -> tuple[list[Box], list[Mark]]:
    """Squares with names above the plot, left-aligned with it."""
    boxes, marks, x = [], [], PLOT_LEFT
    for name, ink in zip(names, SERIES_INKS, strict=False):
        inset = 0.25 if ink == OPEN else 0
        boxes.append(Box(x + inset, 4.5 + inset, 9 - 2 * inset, 9 - 2 * inset, ink))
        marks.append(Mark(clean(name), x + 12.7, 12.5, LEGEND_SIZE, "start"))
        x += 35 + LEGEND_SIZE * len(name)
    return boxes, marks


def fitting(label: str) -> str:
    """A label that stays within its 72 points."""
    return label if len(label) <= 7 else f"{label[:6]}…"


def spoken(finding: str, rows: list[str]) -> str:
    """The alternative text of a chart: what it shows, then its figures."""
    return shortened(f"{finding}。{'；'.join(rows)}。", 1000)
