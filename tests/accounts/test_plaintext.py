"""Plain text: quotation marks."""

from accounts.plaintext import inner_quotes, quoted


def test_quotation_marks_inside_become_single_ones():
    assert quoted("“我们的节日·元宵”游园会") == "“‘我们的节日·元宵’游园会”"
    assert quoted("议事会") == "“议事会”"


def test_a_title_between_marks_of_the_page_keeps_its_own_as_single_ones():
    assert inner_quotes("构建“五社联动”治理机制") == "构建‘五社联动’治理机制"
