"""Text made safe for XML files (Word, Excel, PDF tags): control characters, lone surrogates and text-direction overrides taken out."""

from __future__ import annotations

import re

# Not allowed in XML 1.0 (controls, FFFE, FFFF), or invisible and able to reorder what a reader sees (direction marks, BOM).
_UNSAFE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_INNER_QUOTES = str.maketrans("“”", "‘’")
_FORMULA_STARTS = tuple("=+-@＝＋－＠\t")


def clean(text: str) -> str:
    """`text` as every writer can take it: line breaks become \\n, surrogate pairs are joined, a lone surrogate becomes U+FFFD, what is left of
    control characters and direction overrides is dropped. Rare characters and emoji stay."""
    if _SURROGATES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _UNSAFE.sub("", _BREAKS.sub("\n", text))


def inner_quotes(text: object) -> str:
    """Text that will stand between “ ”: its own quotation marks become single ones (GB/T 15834-2011, 4.8.3)."""
    return str(text).translate(_INNER_QUOTES)


def quoted(text: object) -> str:
    """“text”; quotation marks inside it become single ones."""
    return f"“{inner_quotes(text)}”"


def looks_like_formula(text: str) -> bool:
    """Would a spreadsheet take this text for a formula? (= + - @, their full-width forms, a leading tab)"""
    return text.lstrip(" \n").startswith(_FORMULA_STARTS)
