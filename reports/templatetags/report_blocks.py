"""The blocks of a document on a page: what a template cannot decide by itself."""

from dataclasses import replace
from itertools import groupby

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports.document import Chart, Table, Value, show
from reports.typeset.charts import plot

register = template.Library()

_SCREEN = 1.65
"""From the points of the print to pixels of the screen: the smallest text of a chart, 7.5 points, becomes 12 pixels."""
_STATES = {"●": "ok", "▲": "warn", "■": "late", "○": "none"}


@register.simple_tag
def block_kind(block: object) -> str:
    """Heading, Paragraph, Table, StackedBars …"""
    return type(block).__name__


@register.simple_tag
def shown_cell(table: Table, index: int, value: Value) -> SafeString:
    """A cell as printed: numbers right, text left, codes centred."""
    fmt = table.columns[index].fmt
    kind = "n" if fmt in ("int", "percent", "wan", "yuan") else "l" if fmt == "text" else ""
    shown = show(value, fmt)
    if fmt == "mark" and shown[:1] in _STATES:
        return format_html('<td><span class="st-{}">{}</span>{}</td>', _STATES[shown[:1]], shown[:1], shown[1:])
    return format_html('<td class="{}">{}</td>', kind, shown)


@register.simple_tag
def total_cells(table: Table) -> SafeString:
    """The 合计 row: its label over the leading empty cells."""
    total = table.total or ()
    empty = next((i for i, value in enumerate(total) if value is not None), len(total))
    label = format_html('<td colspan="{}">{}</td>', empty, table.total_label) if empty else ""
    rest = format_html_join("", "{}", ((shown_cell(table, i, total[i]),) for i in range(empty, len(total))))
    return format_html("{}{}", label, rest)


@register.inclusion_tag("reports/_chart_preview.html")
def chart_preview(chart: Chart) -> dict:
    """The drawing of a chart, the very one that is printed, its texts at a size that can be read on a screen."""
    drawing = plot(chart)
    marks = [
        replace(mark, x=round(mark.x * _SCREEN, 2), y=round(mark.y * _SCREEN, 2), size=round(mark.size * _SCREEN, 2))
        for mark in drawing.marks
    ]
    return {
        "plot": drawing,
        "marks": marks,
        "scale": _SCREEN,
        "width": drawing.width * _SCREEN,
        "height": round(drawing.height * _SCREEN, 2),
    }


@register.simple_tag
def head_groups(table: Table) -> list[tuple[str, int]]:
    """The upper row of a head in two rows: (words, columns); empty where the head has one row."""
    if not any(column.over for column in table.columns):
        return []
    return [(over, len(list(members))) for over, members in groupby(table.columns, key=lambda column: column.over)]
