"""Which page a heading is expected on. Word lays the pages out itself; the grid of 22 lines of 28 characters makes a good forecast possible,
so that the contents are right before anybody updates the field."""

from __future__ import annotations

import math

from reports.word.oxml import LINE, text_width

LINES_PER_PAGE = 22
_CHARACTERS = 28


class PageCounter:
    """Follows the text down the pages in points; `page` is the number printed."""

    def __init__(self) -> None:
        self.page = 1
        self.used = 0.0
        self.room = LINES_PER_PAGE * LINE

    def text(self, text: str, *, indent: int = 2, stays_with_next: float = 0) -> int:
        """A paragraph that may run over pages; the page it starts on. `stays_with_next` is the height that must follow it."""
        lines = max(1, math.ceil((text_width(text) + indent) / _CHARACTERS - 0.001))
        if self.used + LINE + stays_with_next > self.room + 0.5:
            self.new_page()
        first = self.page
        for _ in range(lines):
            if self.used + LINE > self.room + 0.5:
                self.new_page()
            self.used += LINE
        return first

    def block(self, height: float, *, whole: bool = True) -> int:
        """Something that stays in one piece, unless it is higher than a page or not `whole`; the page it starts on."""
        if self.used and whole and self.used + min(height, self.room) > self.room + 0.5:
            self.new_page()
        first = self.page
        rest = height
        while self.used + rest > self.room + 0.5:
            rest -= self.room - self.used
            self.new_page()
        self.used += rest
        return first

    def new_page(self) -> None:
        self.page += 1
        self.used = 0.0

    def section(self, room: float = LINES_PER_PAGE * LINE) -> None:
        """A new section on a new page, such as a landscape page with its own height."""
        if self.used:
            self.new_page()
        self.room = room
