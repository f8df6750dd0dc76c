"""Which items a visit asks: eight in rotation, all at quarter-end, at 中期评估 and at 初查. Over a quarter every item comes round."""

import datetime
from collections.abc import Iterable

from supervision.models import ChecklistItem, VisitKind
from supervision.rules import ROTATION


def group_of(item: ChecklistItem) -> int:
    """0, 1 or 2: in which month of a quarter the item's turn is. An item the setting does not name takes its turn by its place in the list."""
    named = next((number for number, codes in enumerate(ROTATION) if item.code in codes), None)
    return item.order % len(ROTATION) if named is None else named


def quarter_end(month: datetime.date) -> bool:
    """March, June, September, December."""
    return month.month % 3 == 0


def items_for(kind: str, month: datetime.date, items: Iterable[ChecklistItem]) -> list[ChecklistItem]:
    """The items a visit of this kind and month asks, in the order of the list."""
    items = sorted(items, key=lambda item: item.order)
    if kind != VisitKind.MONTHLY or quarter_end(month):
        return items
    return [item for item in items if group_of(item) == (month.month - 1) % 3]


def rotation_table(items: Iterable[ChecklistItem]) -> list[tuple[ChecklistItem, int]]:
    """看轮换表: each item with the month of the quarter (1, 2, 3) of its turn."""
    return [(item, group_of(item) + 1) for item in sorted(items, key=lambda item: item.order)]
