"""The page planner: which line stands on which page, decided before rendering.

A table or figure that does not fit waits for the top of the next page while the text runs on. Headings stay with two lines of what follows.
A paragraph is cut in two only where waiting blocks come between. Pages are filled in quarter lines, 88 to a page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from reports.typeset.measures import PAGE_LINES, WIDE_Q

Kind = Literal["heading", "text", "block", "fixed", "foot"]
PAGE_Q = PAGE_LINES * 4
KEEP = 2
"""Lines of a paragraph that stay together at a cut, and that a heading or a signature keeps with it."""


@dataclass
class Item:
    """One part of the flow: heading and text flow, a block may wait for the next page, fixed stands where it is.

    `q` is its height in quarter lines, `tail` marks what closes the text (annex list, signature), `data` is what its template prints.
    """

    kind: Kind
    q: int
    template: str
    data: dict
    tail: bool = False
    fresh: bool = False

    @property
    def lines(self) -> int:
        return self.q // 4


@dataclass
class Placed:
    """An item where it was put: lines `start` to `end` of a text, `fresh` when it begins a page."""

    item: Item
    page: int
    start: int = 0
    end: int | None = None
    fresh: bool = False
    gap_q: int = 0


@dataclass
class Section:
    """A run of pages of one kind: body, wide (landscape) or internal."""

    page: str
    items: list[Item] = field(default_factory=list)

    @property
    def capacity(self) -> int:
        return WIDE_Q if self.page == "wide" else PAGE_Q


def plan(section: Section) -> list[Placed]:
    """Place the items of one section; pages count from 0."""
    planner = _Planner(section.capacity)
    for i, item in enumerate(section.items):
        planner.put(item, section.items[i + 1 :])
    planner.flush()
    return planner.placed


class _Planner:
    def __init__(self, capacity: int):
        self.capacity = capacity
        self.placed: list[Placed] = []
        self.waiting: list[Item] = []
        self.page = 0
        self.used = 0
        self.turned = False

    @property
    def free(self) -> int:
        return self.capacity - self.used

    def put(self, item: Item, following: list[Item]) -> None:
        if item.kind == "block":
            self._put_block(item)
        elif item.kind == "heading":
            self._put_heading(item, following)
        elif item.kind == "text":
            self._put_text(item, following)
        elif item.kind == "foot":
            self._put_foot(item)
        else:
            self._put_fixed(item)

    def flush(self) -> None:
        """Place everything that still waits."""
        while self.waiting:
            if self.waiting[0].q > self.free and self.used:
                self._turn()
            else:
                self._add(self.waiting.pop(0))

    def _add(self, item: Item, start: int = 0, end: int | None = None, gap_q: int = 0) -> None:
        self.placed.append(Placed(item, self.page, start, end, self.turned, gap_q))
        self.turned = False
        self.used += gap_q + (item.q if end is None else (end - start) * 4)

    def _flow(self, item: Item, start: int) -> None:
        """Set a text that the renderer itself carries over the page, two lines at least on either side."""
        left = item.lines - start
        self._add(item, start, item.lines)
        self.used -= left * 4
        while left > self.free // 4:
            left -= min(self.free // 4, left - KEEP)
            self.page += 1
            self.used = 0
        self.used += left * 4

    def _turn(self) -> None:
        """Begin a page; waiting blocks stand at its top, in their order, as many as fit."""
        self.page += 1
        self.used, self.turned = 0, True
        while self.waiting and (self.waiting[0].q <= self.free or not self.used):
            self._add(self.waiting.pop(0))

    def _put_block(self, item: Item) -> None:
        if self.waiting or item.q > self.free:
            self.waiting.append(item)
        else:
            self._add(item)

    def _put_fixed(self, item: Item) -> None:
        self.flush()
        if self.used and (item.fresh or item.q > self.free):
            self._turn()
        self._add(item)

    def _put_foot(self, item: Item) -> None:
        self.flush()
        if item.q > self.free:
            self._turn()
        self._add(item, gap_q=self.free - item.q)

    def _put_heading(self, item: Item, following: list[Item]) -> None:
        need = item.q
        for i, other in enumerate(following):
            if other.kind == "heading":
                need += other.q
                continue
            short = other.lines < 2 * KEEP
            need += KEEP * 4 if other.kind == "text" and not short else other.q
            if other.kind == "text" and short:
                need += _tail_q(following[i + 1 :])  # too short to be cut: it goes with the signature, and its heading with it
            if other.kind == "block":
                self.flush()
            break
        while need > self.free and self.used:
            self._turn()
            if need > self.capacity:
                break
        self._add(item)

    def _put_text(self, item: Item, following: list[Item]) -> None:
        tail = _tail_q(following)
        if tail and self.waiting:
            self.flush()
        if tail and item.q <= self.free < item.q + tail:
            self._cut_for_tail(item)
            return
        start, total = 0, item.lines
        while True:
            left = total - start
            room = self.free // 4
            if left <= room:
                self._add(item, start, total)
                return
            cut = min(room, left - KEEP)
            if cut < KEEP:
                self._turn()
                continue
            if not self.waiting:
                self._flow(item, start)
                return
            self._add(item, start, start + cut)
            self._turn()
            start += cut

    def _cut_for_tail(self, item: Item) -> None:
        """Take two lines of the last paragraph over, so that a signature never stands on a page without text."""
        cut = min(self.free // 4, item.lines - KEEP)
        if cut >= KEEP:
            self._add(item, 0, cut)
            self._turn()
            self._add(item, cut, item.lines)
        else:
            if self.used:
                self._turn()
            self._add(item)


def _tail_q(following: list[Item]) -> int:
    """Height of the annex list and signature that come right after a paragraph, 0 when text follows."""
    height = 0
    for item in following:
        if not item.tail:
            break
        height += item.q
    return height
