"""Text made safe to set: what a font cannot show, or a reader must not meet, is cleaned before a line is composed."""

import re
import unicodedata

GETA = "〓"
"""Printed where no face has the character (the printer's mark for a missing sort)."""

_SPACES = re.compile(r"[ \t\r\n\v\f\u0085\u2028\u2029]+")
_BESIDE_HANZI = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[0-9A-Za-z])|(?<=[0-9A-Za-z%]) (?=[\u4e00-\u9fff])")
_DROPPED = {"Cc", "Cf", "Cs", "Cn"}


def clean(text: str) -> str:
    """One line of printable text: white space folded, control, formatting, unpaired and unassigned characters dropped, private ones marked.

    A space typed between Chinese and a number (5 个工作日) falls away: official papers have none, and lines make the gap themselves."""
    folded = _SPACES.sub(" ", text)
    if folded.isascii() and folded.isprintable():
        return folded
    kept = []
    for ch in folded:
        category = unicodedata.category(ch)
        if category in _DROPPED:
            continue
        kept.append(GETA if category == "Co" else ch)
    return _BESIDE_HANZI.sub("", "".join(kept))


def chinese_date(day) -> str:
    """2022年12月5日: Arabic digits, full year, no leading zero (GB/T 9704)."""
    return f"{day.year}年{day.month}月{day.day}日"


def shortened(text: str, length: int) -> str:
    """Clean text of at most `length` characters, the last one … where something was cut: for bookmarks and metadata."""
    plain = clean(text)
    return plain if len(plain) <= length else plain[: length - 1] + "…"
