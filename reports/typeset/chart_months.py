"""CH3: problems found and closed in each month as pairs of bars, those open at its end as a line."""

from __future__ import annotations

from reports.document import MonthBars
from reports.typeset.drawing import (
    AXIS_SIZE,
    AXIS_TEXT,
    BASE,
    DARK,
    GRID,
    LABEL_SIZE,
    LEGEND_SIZE,
    LIGHT_TEXT,
    TEXT,
    Box,
    Mark,
    Path,
    Plot,
    Rule,
    spoken,
)
from reports.typeset.text import clean

LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 34.0, 434.0, 25.0, 146.0, 166.5
OUTLINED = ("#ffffff", "#1d4f91")
WIDEST, VALUE_SIZE = 26.0, 8.5
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def step_of(most: int) -> int:
    """The distance of the grid lines: five of them at most."""
    return next((step for step in STEPS if step * 5 >= most), STEPS[-1])


def plot_months(chart: MonthBars) -> Plot:
    """Zero-based; values inside the bars at the top, above them where a bar is too low."""
    most = max((max(m.found, m.closed, m.open) for m in chart.months), default=0)
    step = step_of(max(most, 1))
    top = step * max(1, -(-max(most, 1) // step))

    def y(count: int) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * count / top, 3)

    rules = [Rule(LEFT, y(n), RIGHT, y(n), GRID) for n in range(step, top + 1, step)]
    marks = [Mark(str(n), LEFT - 5, y(n) + 2.8, AXIS_SIZE, "end", AXIS_TEXT) for n in range(0, top + 1, step)]
    boxes, paths = _legend(chart, marks)
    room = (RIGHT - LEFT) / max(1, len(chart.months))
    width = min(WIDEST, room * 0.26)
    points = []
    for i, month in enumerate(chart.months):
        start = LEFT + room * i + room * 0.38 - width
        for value, x, ink, text in ((month.found, start, DARK, LIGHT_TEXT), (month.closed, start + width + 1, OUTLINED, TEXT)):
            _bar(value, round(x, 3), width, y(value), ink, text, boxes, marks)
        points.append((round(LEFT + room * (i + 0.84), 3), y(month.open), month.open))
        marks.append(Mark(clean(month.label), round(LEFT + room * (i + 0.5), 3), BOTTOM + 13, LABEL_SIZE))
    paths += _course(points, marks)
    rows = [f"{clean(m.label)}新发现{m.found}、销号{m.closed}，月末未销号{m.open}" for m in chart.months]
    over = (Rule(LEFT, BOTTOM, RIGHT, BOTTOM, BASE),)
    alt = spoken(f"{chart.number}　{chart.finding}", rows)
    return Plot(HEIGHT, alt, tuple(rules), tuple(boxes), over, tuple(paths), tuple(marks))


def _bar(value: int, x: float, width: float, top: float, ink: tuple[str, str], text: str, boxes: list[Box], marks: list[Mark]) -> None:
    height = BOTTOM - top
    if value:
        inset = 0.25 if ink == OUTLINED else 0
        boxes.append(Box(x + inset, top + inset, round(width - 2 * inset, 3), round(height - inset, 3), ink))
    inside = height >= 13
    marks.append(Mark(str(value), round(x + width / 2, 3), top + 9.5 if inside else top - 2.5, VALUE_SIZE, fill=text if inside else TEXT))


def _course(points: list[tuple[float, float, int]], marks: list[Mark]) -> list[Path]:
    """The line with a white casing, hollow squares on it, each value on a white chip above."""
    line = "M" + "L".join(f"{x} {y}" for x, y, _ in points) if points else ""
    paths = [Path(line, stroke="#ffffff", width=3.0), Path(line, stroke=TEXT, width=1.1)] if len(points) > 1 else []
    for x, y, value in points:
        half = 3 + 2.4 * len(str(value))
        paths.append(Path(f"M{x - half:.2f} {y - 14:.2f}h{2 * half:.2f}v9.5h-{2 * half:.2f}Z", fill="#ffffff"))
        paths.append(Path(f"M{x - 2.5:.2f} {y - 2.5:.2f}h5v5h-5Z", "#ffffff", TEXT, 1.0))
        marks.append(Mark(str(value), x, y - 6, VALUE_SIZE))
    return paths


def _legend(chart: MonthBars, marks: list[Mark]) -> tuple[list[Box], list[Path]]:
    marks.append(Mark(f"单位：{clean(chart.unit)}", 4, 12.5, LEGEND_SIZE, "start"))
    x, boxes = 150.0, []
    for name, ink in zip(chart.series[:2], (DARK, OUTLINED), strict=True):
        inset = 0.25 if ink == OUTLINED else 0
        boxes.append(Box(x + inset, 4.5 + inset, 9 - 2 * inset, 9 - 2 * inset, ink))
        marks.append(Mark(clean(name), x + 12.7, 12.5, LEGEND_SIZE, "start"))
        x += 32 + LEGEND_SIZE * len(name)
    line = [Path(f"M{x} 9h18", stroke=TEXT, width=1.1), Path(f"M{x + 6.5} 6.5h5v5h-5Z", "#ffffff", TEXT, 1.0)]
    marks.append(Mark(clean(chart.series[2]), x + 22, 12.5, LEGEND_SIZE, "start"))
    return boxes, line
