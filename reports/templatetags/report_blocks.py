"""The blocks of a document on a page: what a template cannot decide by itself."""

from decimal import Decimal

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports.document import StackedBars, Table, Value, show

register = template.Library()

_LEFT, _WIDTH, _ROW, _BAR = 78, 300, 18, 11


@register.simple_tag
def block_kind(block: object) -> str:
    """Heading, Paragraph, Table, StackedBars …"""
    return type(block).__name__


@register.simple_tag
def shown_cell(table: Table, index: int, value: Value) -> SafeString:
    """A cell as printed: numbers right, text left, codes centred."""
    fmt = table.columns[index].fmt
    kind = "n" if fmt in ("int", "percent", "wan", "yuan") else "l" if fmt == "text" else ""
    return format_html('<td class="{}">{}</td>', kind, show(value, fmt))


@register.simple_tag
def total_cells(table: Table) -> SafeString:
    """The 合计 row: its label over the leading empty cells."""
    total = table.total or ()
    empty = next((i for i, value in enumerate(total) if value is not None), len(total))
    label = format_html('<td colspan="{}">{}</td>', empty, table.total_label) if empty else ""
    rest = format_html_join("", "{}", ((shown_cell(table, i, total[i]),) for i in range(empty, len(total))))
    return format_html("{}{}", label, rest)


@register.simple_tag
def small_bars(chart: StackedBars) -> SafeString:
    """CH1 as a small drawing: stacked bars to 100 %, counts inside, the rate at the right. Attributes only (strict CSP)."""
    rows = []
    for order, bar in enumerate(chart.bars):
        whole, x, y = sum(bar.parts) or 1, Decimal(_LEFT), order * _ROW + 4
        parts = []
        for series, count in enumerate(bar.parts):
            width = (Decimal(_WIDTH) * count / whole).quantize(Decimal("0.1"))
            if count:
                parts.append(
                    format_html(
                        '<rect class="s{}" x="{}" y="{}" width="{}" height="{}"></rect><text class="{}" x="{}" y="{}" text-anchor="middle">{}</text>',
                        series,
                        x,
                        y,
                        width,
                        _BAR,
                        "white" if series == 0 else "",
                        x + width / 2,
                        y + _BAR - 2,
                        count,
                    )
                )
            x += width
        rows.append(
            format_html(
                '<text x="{}" y="{}" text-anchor="end">{}</text>{}<text x="{}" y="{}">{}</text>',
                _LEFT - 5,
                y + _BAR - 2,
                bar.label,
                format_html_join("", "{}", ((part,) for part in parts)),
                _LEFT + _WIDTH + 6,
                y + _BAR - 2,
                show(bar.value, "percent"),
            )
        )
    height = len(chart.bars) * _ROW + 6
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        _LEFT + _WIDTH + 50,
        height,
        f"{chart.finding}。深色已完成，浅色进行中，白色未开始",
        format_html_join("", "{}", ((row,) for row in rows)),
    )
