"""CH1: the drawing says what the data say."""

from dataclasses import replace

import pytest

from reports.document import Bar
from reports.typeset.charts import DARK, LABEL_X, OPEN, PALE, PLOT_LEFT, PLOT_RIGHT, draw
from reports.typeset.styles import Styles

from .county import COMPLETION, COUNTS


@pytest.fixture
def layout(plain_fonts):
    return draw(COMPLETION, plain_fonts, Styles())


def test_it_takes_seven_lines(layout):
    assert layout.block_lines == 7


def test_bars_are_as_long_as_their_shares(layout):
    bars = [box for box in layout.plot.boxes if box.y > 20]
    whole = PLOT_RIGHT - PLOT_LEFT
    for ink, k in ((DARK, 0), (PALE, 1)):
        lengths = [box.width for box in bars if box.ink == ink]
        assert lengths[:6] == pytest.approx([whole * parts[k] / sum(parts) for parts in COUNTS], abs=0.01)
    assert len([box for box in bars if box.ink == OPEN]) == 7


def test_every_count_and_rate_is_printed(layout):
    texts = [mark.text for mark in layout.plot.marks]
    for parts in COUNTS:
        assert all(str(count) in texts for count in parts)
    assert "60.0%" in texts and "27.3%" in texts and "51.0%" in texts
    assert [mark.text for mark in layout.plot.marks if mark.x == LABEL_X][-1] == "六个试点合计"


def test_the_time_line_is_named_in_the_legend(layout, plain_fonts):
    assert "序时进度57.5%" in [mark.text for mark in layout.plot.marks]
    without = draw(replace(COMPLETION, time_mark=None), plain_fonts, Styles())
    assert not any("序时进度" in mark.text for mark in without.plot.marks)


def test_the_alternative_text_holds_the_figures(layout):
    assert "竹林桥社区已完成3、进行中5、未开始3，完成率27.3%" in layout.plot.alt


def test_a_bar_without_tasks_is_empty(plain_fonts):
    chart = replace(COMPLETION, bars=(Bar("甲社区", (0, 0, 0), None),))
    layout = draw(chart, plain_fonts, Styles())
    assert [box for box in layout.plot.boxes if box.y > 20] == []
