"""The blocks of a document on a page: what a template cannot decide by itself."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports.document import Chart, Table, Value, show
from reports.typeset.charts import plot
from reports.typeset.drawing import Plot

register = template.Library()


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
def plot_of(chart: Chart) -> Plot:
    """The drawing of a chart, the very one that is printed."""
    return plot(chart)
