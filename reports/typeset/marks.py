"""Punctuation whose glyph fills half its em: what may be set half width, and what may not begin or end a line."""

CLOSING_MARKS = "。，、；：！？）》〉」』】〕”’"
OPENING_MARKS = "（《〈「『【〔“‘"
HALF_MARKS = CLOSING_MARKS + OPENING_MARKS
NOT_AT_START = frozenset(CLOSING_MARKS + "%‰℃—…～·.,:;!?)]}")
NOT_AT_END = frozenset(OPENING_MARKS + "([{¥＄≥≤＞＜±")
