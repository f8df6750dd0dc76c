"""Plain text: quotation marks."""

from accounts.plaintext import quoted


def test_quotation_marks_inside_become_single_ones():
    assert quoted("“我们的节日·元宵”游园会") == "“‘我们的节日·元宵’游园会”"
    assert quoted("议事会") == "“议事会”"
