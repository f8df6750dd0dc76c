"""Which page a heading is expected on. Word lays the pages out itself; the grid of 22 lines of 28 characters makes a good forecast possible,
so that the contents are right before anybody updates the field."""

from __future__ import annotations

import re

from reports.word.oxml import LINE, text_width

LINES_PER_PAGE = 22
_CHARACTERS = 28
_UNITS = re.compile(r"[（《“‘〔【「『]*(?:[!-~]+|.)[，。、；：！？）》”’〕】」』]*", re.S)
_CLOSING = frozenset("，。、；：！？）》”’〕】」』")


def line_count(text: str, indent: int = 2) -> int:
    """Lines of a paragraph on the measure: numbers and words stay whole, brackets stay with what they enclose, one mark may hang in the margin."""
    return sum(_count(part, indent if number == 0 else 0) for number, part in enumerate(text.split("\n")))


def _count(text: str, indent: int) -> int:
    lines, used, before = 1, float(indent), ""
    for unit in _UNITS.findall(text):
        width = text_width(before + unit) - (text_width(before) if before else 0)
        hanging = 1 if unit[-1] in _CLOSING else 0
        if used + width - hanging > _CHARACTERS + 0.05 and used:
            lines, used, width = lines + 1, 0.0, text_width(unit)
        used += width
        before = unit[-1]
    return lines


def lines_kept(lines: int) -> int:
    """How many lines of a paragraph must stand together with a heading above it: none may be left alone."""
    return lines if lines <= 3 else 2


class PageCounter:
    """Follows the text down the pages in points; `page` is the number printed."""

    def __init__(self) -> None:
        self.page = 1
        self.used = 0.0
        self.room = LINES_PER_PAGE * LINE

    def text(self, text: str, *, indent: int = 2, stays_with_next: float = 0) -> int:
        """A paragraph that may run over pages, never leaving a single line alone; the page it starts on. `stays_with_next` is the height that must follow it."""
        lines = line_count(text, indent)
        free = int((self.room - self.used + 0.5) // LINE)
        if not self.fits(LINE + stays_with_next) or (lines > free and (free < 2 or (free == 2 and lines == 3))):
            self.new_page()
            free = int((self.room + 0.5) // LINE)
        first = self.page
        while lines > free:
            lines -= free - (1 if lines - free == 1 else 0)
            self.new_page()
            free = int((self.room + 0.5) // LINE)
        self.used += lines * LINE
        return first

    def block(self, height: float, *, whole: bool = True, above: float = 0) -> int:
        """Something that stays in one piece, unless it is higher than a page or not `whole`; the page it starts on. The space `above` falls
        away at the top of a page."""
        if self.used and whole and not self.fits(min(height, self.room)):
            self.new_page()
        first = self.page
        rest = height if self.used else height - above
        while not self.fits(rest):
            rest -= self.room - self.used
            self.new_page()
        self.used += rest
        return first

    def ending(self, height: float) -> None:
        """Closing lines that never stand on a page without two lines of text above them."""
        if not self.fits(height):
            self.new_page()
            self.used += 2 * LINE
        self.used += height

    def fits(self, height: float) -> bool:
        """Is there room for this height on the current page?"""
        return self.used + height <= self.room + 0.5

    def new_page(self) -> None:
        self.page += 1
        self.used = 0.0

    def section(self, room: float = LINES_PER_PAGE * LINE) -> None:
        """A new section on a new page, such as a landscape page with its own height."""
        if self.used:
            self.new_page()
        self.room = room
