"""Cleaning of text before it is set."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from reports.typeset.text import chinese_date, clean, shortened


def test_control_bidi_and_surrogate_characters_go():
    assert clean("甲\x00乙\x1b[31m\u202e丙\ud800丁\ufeff\u200b") == "甲乙[31m丙丁"


def test_white_space_is_one_space_and_private_characters_are_marked():
    assert clean("甲\r\n\t乙\ue000") == "甲 乙〓"


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


def test_date_and_shortened():
    assert chinese_date(datetime.date(2022, 8, 1)) == "2022年8月1日"
    assert shortened("一二三四五", 4) == "一二三…" and shortened("一二", 4) == "一二"
