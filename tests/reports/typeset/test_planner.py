"""The page planner on bare items."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.typeset.planner import KEEP, PAGE_Q, Item, Section, plan


def heading():
    return Item("heading", 4, "heading", {})


def text(lines):
    return Item("text", 4 * lines, "text", {})


def block(lines):
    return Item("block", 4 * lines, "table", {})


def signature():
    return Item("fixed", 12, "signature", {}, tail=True)


def lines_per_page(placed):
    """Quarter lines on each page; a text that flows over is shared out as the renderer does."""
    pages: dict[int, int] = {}
    for one in placed:
        q = one.item.q if one.end is None else (one.end - one.start) * 4
        page = one.page
        while q:
            room = PAGE_Q - pages.get(page, 0)
            part = min(room, q) if q <= room else min(room, q - KEEP * 4)
            pages[page] = pages.get(page, 0) + part
            q -= part
            page += 1 if q else 0
    return pages


def test_a_table_waits_for_the_next_page_while_the_text_runs_on():
    placed = plan(Section("body", [text(16), block(9), text(10)]))
    assert [(one.item.kind, one.page, one.start, one.end) for one in placed] == [
        ("text", 0, 0, 16),
        ("text", 0, 0, 6),
        ("block", 1, 0, None),
        ("text", 1, 6, 10),
    ]
    assert placed[2].fresh and not placed[3].fresh


def test_a_paragraph_is_not_cut_when_nothing_waits():
    placed = plan(Section("body", [text(20), text(6), text(3)]))
    assert [(one.page, one.start, one.end) for one in placed] == [(0, 0, 20), (0, 0, 6), (1, 0, 3)]


def test_headings_stay_with_two_lines():
    placed = plan(Section("body", [text(19), heading(), heading(), text(4)]))
    assert [one.page for one in placed] == [0, 1, 1, 1] and placed[1].fresh


def test_a_heading_stays_with_a_paragraph_too_short_to_be_cut():
    placed = plan(Section("body", [text(19), heading(), text(3)]))
    assert [one.page for one in placed] == [0, 1, 1]


def test_a_heading_goes_with_the_short_last_paragraph_and_the_signature():
    """A paragraph too short to be cut is taken over for the signature; its heading never stays behind alone."""
    placed = plan(Section("body", [text(17), heading(), text(2), signature()]))
    assert [one.page for one in placed] == [0, 1, 1, 1]
    assert [one.page for one in plan(Section("body", [text(15), heading(), text(2), signature()]))] == [0, 0, 0, 0]


def test_a_heading_without_text_goes_with_its_table():
    placed = plan(Section("body", [text(18), heading(), block(9)]))
    assert [one.page for one in placed] == [0, 1, 1]


def test_a_signature_takes_two_lines_of_text_along():
    placed = plan(Section("body", [text(14), text(6), signature()]))
    assert [(one.page, one.start, one.end) for one in placed] == [(0, 0, 14), (0, 0, 4), (1, 4, 6), (1, 0, None)]


def test_what_waits_comes_before_the_last_paragraph_and_the_signature():
    placed = plan(Section("body", [text(15), block(9), text(3), signature()]))
    assert [one.item.template for one in placed] == ["text", "table", "text", "signature"]


def test_the_foot_stands_on_the_last_two_lines():
    placed = plan(Section("body", [text(5), Item("foot", 8, "end", {})]))
    assert placed[-1].gap_q == PAGE_Q - 20 - 8


KINDS = st.one_of(
    st.integers(1, 30).map(text),
    st.integers(3, 22).map(block),
    st.just(0).map(lambda _zero: heading()),
)


@given(st.lists(KINDS, min_size=1, max_size=30))
@settings(max_examples=200, deadline=None)
def test_every_item_stands_once_and_no_page_overflows(items):
    placed = plan(Section("body", items))
    assert all(q <= PAGE_Q for q in lines_per_page(placed).values())
    shown = {id(item): 0 for item in items}
    for one in placed:
        shown[id(one.item)] += one.item.q if one.end is None else (one.end - one.start) * 4
    assert all(shown[id(item)] == item.q for item in items)
    texts = [id(one.item) for one in placed if one.item.kind != "block" and one.start == 0]
    assert texts == [id(item) for item in items if item.kind != "block"]
    blocks = [id(one.item) for one in placed if one.item.kind == "block"]
    assert blocks == [id(item) for item in items if item.kind == "block"]
