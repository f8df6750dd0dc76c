"""The drawing behind a table: which rules stand where."""

import base64
import re
from dataclasses import replace

import pytest

from reports.typeset.measures import MM, Q
from reports.typeset.ruling import rule
from reports.typeset.styles import Styles
from reports.typeset.tables import lay_out

from .county import CLAUSES, TASKS, VISITS


def drawn(layout, *, last=True, rows=None):
    """(shades, fine, strong, thick) as lists of path moves, with the whole SVG."""
    address = rule(layout.widths, (*layout.head, *(layout.rows if rows is None else rows)), last=last)
    svg = base64.b64decode(address.partition(",")[2]).decode()
    paths = dict(re.findall(r'stroke-width="([\d.]+)" d="([^"]*)"', svg))
    shade = re.search(r'fill="#f1f1f1" d="([^"]*)"', svg)
    split = {weight: re.findall(r"M[^M]+", paths.get(weight, "")) for weight in ("0.4", "0.6", "1.0")}
    return re.findall(r"M[^M]+", shade.group(1)) if shade else [], split, svg


@pytest.fixture
def tasks(plain_fonts):
    return lay_out(TASKS, plain_fonts, Styles(), landscape=False)


def test_thick_rules_above_and_below_and_open_sides(tasks):
    shades, rules, svg = drawn(tasks)
    bottom = 0.5 + sum(row.q for row in (*tasks.head, *tasks.rows)) * Q
    assert [move.partition("H")[0] for move in rules["1.0"]] == ["M0.000 0.500", f"M0.000 {bottom:.3f}"]
    assert len(rules["0.6"]) == 2 and len(shades) == 1  # under the head, over the total, which is shaded
    assert not [move for move in rules["0.4"] if "V" in move and move.startswith(("M0.000", f"M{156 * MM:.3f}"))]
    assert f'width="{156 * MM:.3f}pt"' in svg


def test_an_upright_rule_goes_through_in_one_stroke_and_stops_at_a_spanning_cell(tasks):
    _shades, rules, _svg = drawn(tasks)
    uprights = [move for move in rules["0.4"] if "V" in move]
    assert len(uprights) == len(tasks.widths) - 1
    short = min(float(move.partition("V")[2]) for move in uprights)  # beside 合计, which covers the first two columns
    assert short == pytest.approx(0.5 + (sum(row.q for row in tasks.head) + sum(row.q for row in tasks.rows[:-1])) * Q, abs=0.01)


def test_where_a_table_goes_on_there_is_no_thick_rule(tasks):
    _shades, rules, _svg = drawn(tasks, last=False, rows=tasks.rows[:3])
    assert len(rules["1.0"]) == 1


def test_head_groups_part_by_a_strong_rule_and_a_cell_over_two_rows_is_not_cut(plain_fonts):
    layout = lay_out(VISITS, plain_fonts, Styles(), landscape=False)
    _shades, rules, _svg = drawn(layout)
    assert len([move for move in rules["0.6"] if "V" in move]) == 2
    between = f" {0.5 + layout.head[0].q * Q:.3f}H"
    cut = next(move for move in rules["0.4"] if between in move)
    assert float(cut[1:].split()[0]) == pytest.approx(layout.widths[0] * MM, abs=0.01)  # not through 试点单位


def test_group_rows_are_shaded(plain_fonts):
    layout = lay_out(CLAUSES, plain_fonts, Styles(), landscape=False)
    shades, _rules, _svg = drawn(layout)
    assert len(shades) == sum(row.kind in ("group", "total") for row in layout.rows)


def test_parts_of_a_row_too_high_for_one_are_not_parted(plain_fonts):
    long = replace(TASKS, groups=(replace(TASKS.groups[0], rows=((1, "社" * 400, 1, 1, 0, 0, None),)),), total=None)
    layout = lay_out(long, plain_fonts, Styles(), landscape=False)
    assert [row.kind for row in layout.rows][1:] == ["cont"] * (len(layout.rows) - 1)
    _shades, rules, _svg = drawn(layout)
    assert not [move for move in rules["0.4"] if "H" in move]
