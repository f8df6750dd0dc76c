"""The line composer: kinsoku, half-width marks, spacing, numbers with their units."""

import re
import time
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reports.typeset.compose import LARGE, NOMINAL, TIGHTEST, UNITS, compose, compose_ragged
from reports.typeset.fonts import FANG, KAI
from reports.typeset.marks import CLOSING_MARKS, NOT_AT_END, NOT_AT_START, OPENING_MARKS
from reports.typeset.measures import INDENT, MEASURE
from reports.typeset.text import clean

FIRST = "根据《蓬溪县2022年省级城乡社区治理试点工作实施方案》（以下简称《方案》）“开展项目中期评估，形成中期评估报告”的要求，领导小组办公室对六个试点单位截至2022年11月30日的工作开展了中期评估。现将有关情况报告如下。"
HANZI = "社区治理试点工作项目资金督导整改居民服务街道完成情况年月日个项万元次"
WORDS = st.one_of(
    st.text(alphabet=HANZI, min_size=1, max_size=12),
    st.integers(0, 999999).map(str),
    st.integers(0, 99999).map(lambda n: f"{n / 100:.2f}万元"),
    st.integers(0, 999).map(lambda n: f"{n / 10:.1f}%"),
    st.sampled_from(
        [
            "2022年11月30日",
            "WT-2022-09-005",
            "（见表3）",
            "“五社联动”",
            "《方案》）",
            "12个",
            "3家、4家，",
            "；",
            "。",
            "，《",
            "：",
            "T4.10",
        ]
    ),
)


def lines_of(text, fonts, **options):
    return compose([(text, FANG)], fonts=fonts, measure=MEASURE, indent=INDENT, **options)


def width_of(line, fonts, size=16.0):
    """The width a line takes in the page, letter spacing and gaps included."""
    total = 0.0
    for piece in line.pieces:
        total += 0.08 * size if piece.gap else 0.0
        for ch in piece.text:
            total += size * (0.5 if piece.half else fonts[piece.role].metrics.advance(ch)) + line.spacing
    return total


def test_first_paragraph_breaks_as_in_the_design(fandol):
    assert [line.text for line in lines_of(FIRST, fandol)] == [
        "根据《蓬溪县2022年省级城乡社区治理试点工作实施方案》",
        "（以下简称《方案》）“开展项目中期评估，形成中期评估报告”",
        "的要求，领导小组办公室对六个试点单位截至2022年11月30日的",
        "工作开展了中期评估。现将有关情况报告如下。",
    ]


def test_two_marks_in_a_row_share_one_em(plain_fonts):
    pieces = [(piece.text, piece.half) for line in lines_of("（《方案》）：“（好）”。", plain_fonts) for piece in line.pieces]
    assert [text for text, half in pieces if half] == ["《", "》）", "“（", "）”"]


def test_28_characters_fill_a_line_at_the_nominal_spacing(plain_fonts):
    lines = compose([("社" * 56, FANG)], fonts=plain_fonts, measure=MEASURE)
    assert [len(line.text) for line in lines] == [28, 28]
    assert lines[0].spacing == pytest.approx(NOMINAL * 16, abs=0.01)


def test_digits_beside_hanzi_get_a_gap_but_not_beside_marks_or_at_the_line_start(plain_fonts):
    (line,) = lines_of("共24个（12）3家", plain_fonts)
    assert [(piece.text, piece.gap) for piece in line.pieces] == [("共", False), ("24", True), ("个（12）3", True), ("家", True)]


def test_a_run_in_heading_keeps_its_face(plain_fonts):
    lines = compose([("（一）评估依据。", KAI), ("按方案进行。", FANG)], fonts=plain_fonts, measure=MEASURE, indent=INDENT)
    assert [(piece.text, piece.role) for piece in lines[0].pieces] == [("（一）评估依据。", KAI), ("按方案进行。", FANG)]


@given(st.lists(WORDS, min_size=1, max_size=40))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_obey_the_rules_and_lose_nothing(plain_fonts, words):
    text = clean("".join(words))
    assume(not re.search(rf"[{re.escape(CLOSING_MARKS + OPENING_MARKS)}]{{6}}|[!-~]{{24}}", text))
    lines = lines_of(text, plain_fonts)
    assert "".join(line.text for line in lines) == text
    for k, line in enumerate(lines):
        measure = MEASURE - (INDENT if k == 0 else 0)
        assert width_of(line, plain_fonts) <= measure + 0.02
        assert line.spacing >= TIGHTEST * 16 - 1e-9
    for before, after in pairwise(lines):
        assert after.text[0] not in NOT_AT_START
        assert before.text[-1] not in NOT_AT_END
        assert not (before.text[-1].isdigit() and (after.text[0].isdigit() or after.text[0] in UNITS))
        assert not (before.text[-1] in LARGE and before.text[-2:-1].isdigit() and after.text[0] == "元")


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_composed_whole(plain_fonts, text):
    plain = clean(text)
    assert "".join(line.text for line in lines_of(plain, plain_fonts)) == plain
    ragged = compose_ragged([(plain, FANG)], fonts=plain_fonts, measure=60, size=10.5)
    assert "".join(line.text for line in ragged) == plain


def test_justified_lines_reach_the_right_edge(plain_fonts):
    text = "下河街社区、东街社区推进较好，普安街道、广福社区需加快支付和资料归集，" * 12
    lines = lines_of(text, plain_fonts)
    for k, line in enumerate(lines[:-1]):
        assert width_of(line, plain_fonts) == pytest.approx(MEASURE - (INDENT if k == 0 else 0), abs=0.05)
        assert -0.62 <= line.spacing <= 1.5


def test_no_last_line_of_one_character_where_it_can_be_helped(plain_fonts):
    lines = compose([("社" * 27 + "区" * 28 + "案。", FANG)], fonts=plain_fonts, measure=MEASURE)
    assert len(lines[-1].text) > 2 or len(lines) == 2


def test_cells_avoid_a_last_line_of_one_character(plain_fonts):
    lines = compose_ragged([("带动就业（参与）人数", FANG)], fonts=plain_fonts, measure=9 * 10.5, size=10.5)
    assert [line.text for line in lines] == ["带动就业（参与）", "人数"]


@pytest.mark.parametrize("text", ["a" * 20000, "，" * 5000, "1" * 20000, "社区，" * 7000])
def test_long_unbroken_text_is_quick(plain_fonts, text):
    begun = time.process_time()
    assert "".join(line.text for line in lines_of(text, plain_fonts)) == text
    assert time.process_time() - begun < 5


def test_rare_names_come_from_a_fallback_face(fonts):
    (line,) = lines_of("喆堃珺玥祎昇镕", fonts)
    assert line.text == "喆堃珺玥祎昇镕"
    if not fonts.substituted:
        assert any(piece.fallback for piece in line.pieces)


def test_a_character_no_face_has_is_marked(noto):
    (line,) = lines_of("甲\U0002fa1d乙\U000e0fff丙", noto)
    assert line.text[0] == "甲" and line.text[-1] == "丙" and "〓" in line.text
