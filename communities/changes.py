"""What changed in a record, field by field, in words."""

import datetime
import itertools
from dataclasses import dataclass

from communities.models import Activity
from pilots.models import ReviewState

SHOWN = (
    "title",
    "category",
    "day",
    "start_time",
    "place",
    "organiser",
    "participants",
    "volunteers",
    "content",
    "guardian_consent",
)


@dataclass(frozen=True)
class Change:
    """One field that differs: its name, what it was, what it is."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Edit:
    """One saving by one person."""

    at: datetime.datetime
    who: str
    changes: list[Change]


def said(value: object) -> str:
    """A value of a field as people read it."""
    if value is None or value == "":
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    return str(value)


def label_of(name: str) -> str:
    return str(Activity._meta.get_field(name).verbose_name)


def differences(before: Activity, after: Activity) -> list[Change]:
    """The fields in which two versions of a record differ."""
    found = []
    for name in SHOWN:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            found.append(Change(label_of(name), said(old), said(new)))
    return found


def changes_of(activity: Activity, *, most: int = 20) -> list[Edit]:
    """The last `most` savings that changed something people filled in, newest first; drafts before the first hand-in are one entry."""
    rows = list(activity.history.select_related("history_user", "category").order_by("-history_id")[: most * 3])
    edits = []
    for after, before in itertools.pairwise(rows):
        if before.state == ReviewState.DRAFT and after.state == ReviewState.DRAFT:
            continue
        changes = differences(before, after)
        if changes:
            edits.append(Edit(after.history_date, after.history_user.name if after.history_user else "", changes))
    return edits[:most]
