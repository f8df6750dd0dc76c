"""Tables: widths that add up, rows of whole quarter lines, pages of long ones."""

from dataclasses import replace
from decimal import Decimal

import pytest

from reports.document import Column, Group, Table
from reports.typeset.measures import PAGE_LINES, WIDE_Q
from reports.typeset.styles import Styles
from reports.typeset.tables import CELL_CUT, lay_out

from .county import CLAUSES, PROBLEMS, TASKS, VISITS


def widths(layout, styles):
    rules = dict(styles.rules())
    return [Decimal(rules[name].removeprefix("width:").removesuffix("mm")) for name in layout.columns]


@pytest.mark.parametrize(
    ("table", "landscape", "total"), [(TASKS, False, 156), (VISITS, False, 156), (CLAUSES, False, 156), (PROBLEMS, True, 225)]
)
def test_column_widths_add_up(plain_fonts, table, landscape, total):
    styles = Styles()
    assert sum(widths(lay_out(table, plain_fonts, styles, landscape=landscape), styles)) == total


def test_six_rows_come_to_nine_lines(plain_fonts):
    layout = lay_out(TASKS, plain_fonts, Styles(), landscape=False)
    assert layout.block_lines == 9 and layout.space_q == 2 and layout.whole
    assert [row.q for row in layout.rows] == [3] * 7


def test_a_number_too_wide_for_its_column_takes_from_the_text(plain_fonts):
    styles = Styles()
    table = Table(
        "X", "表1", "题", (Column("项目", "text", 140), Column("金额", "yuan", 16)), (Group("", (("甲", Decimal("123456789.12")),)),)
    )
    assert widths(lay_out(table, plain_fonts, styles, landscape=False), styles)[1] > 25


def test_total_label_spans_the_empty_cells_and_a_dash_stays(plain_fonts):
    layout = lay_out(CLAUSES, plain_fonts, Styles(), landscape=False)
    total = layout.rows[-1]
    assert total.kind == "total" and total.cells[0].span == 3
    assert [str(cell.html) for cell in total.cells] == ["合计（60项）", "—", "60", "330"]


def test_head_groups_span_and_their_totals_run_over_empty_cells(plain_fonts):
    layout = lay_out(VISITS, plain_fonts, Styles(), landscape=False)
    assert [(cell.span, cell.rows) for cell in layout.head[0].cells] == [(1, 2), (4, 1), (4, 1), (1, 2)]
    assert [cell.span for cell in layout.rows[-1].cells] == [1, 3, 1, 3, 1, 1]
    assert [cell.edge for cell in layout.head[0].cells] == [False, False, True, True]


def test_a_long_table_is_cut_into_pages_with_its_total_and_notes_kept(plain_fonts):
    layout = lay_out(CLAUSES, plain_fonts, Styles(), landscape=False)
    assert not layout.whole
    parts = layout.parts(PAGE_LINES * 4 - 16, PAGE_LINES * 4, 0)
    assert parts[0][0] == 0 and parts[-1][1] == len(layout.rows)
    assert [end for _start, end, _q in parts[:-1]] == [start for start, _end, _q in parts[1:]]
    assert all(q <= PAGE_LINES * 4 for _start, _end, q in parts)
    for _start, end, _q in parts[:-1]:
        assert layout.rows[end - 1].kind != "group" and layout.rows[end].kind != "total"


def test_no_last_page_with_a_lonely_row(plain_fonts):
    layout = lay_out(CLAUSES, plain_fonts, Styles(), landscape=False)
    whole = sum(row.q for row in layout.rows)
    parts = layout.parts(layout.above_q + layout.head_q + whole - layout.rows[-2].q, PAGE_LINES * 4, 0)
    assert len(parts) == 2 and parts[1][1] - parts[1][0] >= 3
    assert parts[0][1] == parts[1][0]


def test_columns_of_running_text_share_their_width_by_need(plain_fonts):
    rows = tuple((1, "短短的一句话共十二个字呀", "长" * 90) for _row in range(4))
    table = Table("TB9", "", "", (Column("序号", "code", 10), Column("甲", "text", 73), Column("乙", "text", 73)), (Group("", rows),))
    layout = lay_out(table, plain_fonts, Styles(), landscape=False)
    assert layout.widths[2] > layout.widths[1] + 10
    assert sum(layout.widths) == pytest.approx(156)


def test_landscape_rows_are_five_quarters_and_fit_the_page(plain_fonts):
    layout = lay_out(PROBLEMS, plain_fonts, Styles(), landscape=True)
    assert all(row.q >= 5 for row in layout.rows)
    assert len(layout.parts(WIDE_Q, WIDE_Q, 1)) == 1


def test_many_landscape_rows_are_lower(plain_fonts):
    table = replace(PROBLEMS, groups=PROBLEMS.groups * 3)
    layout = lay_out(table, plain_fonts, Styles(), landscape=True)
    assert min(row.q for row in layout.rows) == 3


def test_a_huge_cell_is_continued_and_then_cut(plain_fonts):
    table = Table("X", "", "", (Column("甲", "text", 40), Column("乙", "text", 116)), (Group("", (("社" * 20000, "x"),)),))
    layout = lay_out(table, plain_fonts, Styles(), landscape=False)
    assert [row.kind for row in layout.rows] == ["body", "cont", "cont"]
    assert str(layout.rows[-1].cells[0].html).replace("\n", "").endswith(CELL_CUT)
    assert all(row.q <= 30 for row in layout.rows)


def test_text_of_cells_is_escaped(plain_fonts):
    table = Table(
        "X",
        "1",
        "<b>",
        (Column("<i>", "text", 40), Column("乙", "text", 116)),
        (Group("<u>", (("<script>alert(1)</script>", "{{7*7}}"),)),),
    )
    layout = lay_out(table, plain_fonts, Styles(), landscape=False)
    html = "".join(str(cell.html) for row in (*layout.head, *layout.rows) for cell in row.cells) + str(layout.caption)
    assert "<script" not in html and "&lt;script&gt;" in html and "{{7*7}}" in html and str(layout.caption).startswith("表1")


def test_state_shapes_are_coloured_text(plain_fonts):
    layout = lay_out(PROBLEMS, plain_fonts, Styles(), landscape=True)
    assert '<span class="mk mk-warn">▲</span>预警' in str(layout.rows[0].cells[-1].html)
