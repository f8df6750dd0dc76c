"""The filter row of the activity list: what was asked, understood once for the page, its sums and its export."""

import datetime
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from communities.models import Activity
from pilots.asof import parse_day
from pilots.models import ActivityCategory, Pilot, ReviewState


@dataclass(frozen=True)
class Asked:
    """Unknown or malformed values are as if they were not asked."""

    pilot: Pilot | None
    category: ActivityCategory | None
    state: str
    since: datetime.date | None
    until: datetime.date | None
    text: str
    task: int | None
    counted: bool

    def conditions(self, as_of: datetime.date) -> list[tuple[str, str]]:
        """(parameter, words) of each active condition, for the chips above the list."""
        found = []
        if self.pilot:
            found.append(("pilot", f"试点：{self.pilot}"))
        if self.category:
            found.append(("category", f"类别：{self.category}"))
        if self.state:
            found.append(("state", f"状态：{ReviewState(self.state).label}"))
        if self.since:
            found.append(("since", f"{self.since.isoformat()} 起"))
        if self.until:
            found.append(("until", f"{self.until.isoformat()} 止"))
        if self.text:
            found.append(("q", f"含“{self.text}”"))
        if self.task:
            found.append(("task", "对应所选任务"))
        if self.counted:
            found.append(("counted", f"截至 {as_of.isoformat()} 已计入统计"))
        return found


def understood(request: HttpRequest, pilots: list[Pilot], categories: list[ActivityCategory]) -> Asked:
    """The conditions of the address."""

    def text(name: str) -> str:
        return request.GET.get(name, "").replace("\x00", "").strip()[:80]

    task = text("task")
    return Asked(
        pilot=next((pilot for pilot in pilots if pilot.code == text("pilot")), None),
        category=next((category for category in categories if category.code == text("category")), None),
        state=text("state") if text("state") in ReviewState.values else "",
        since=parse_day(text("since")),
        until=parse_day(text("until")),
        text=text("q"),
        task=int(task) if task.isascii() and task.isdigit() and len(task) < 12 else None,
        counted=text("counted") == "1",
    )


def as_they_were(rows: QuerySet[Activity], day: datetime.date) -> QuerySet[Activity]:
    """The rows handed in by `day`, each with the state it had then (`state_on`)."""
    return rows.filter(day__lte=day).in_state_on(day, *(state for state in ReviewState if state != ReviewState.DRAFT))


def filtered(rows: QuerySet[Activity], asked: Asked, as_of: datetime.date, *, past: bool = False) -> QuerySet[Activity]:
    """`rows` as asked; on a past as-of day as they were then."""
    if past:
        rows = as_they_were(rows, as_of)
    if asked.pilot:
        rows = rows.filter(pilot=asked.pilot)
    if asked.category:
        rows = rows.filter(category=asked.category)
    if asked.state:
        rows = rows.filter(**{"state_on" if past else "state": asked.state})
    if asked.since:
        rows = rows.filter(day__gte=asked.since)
    if asked.until:
        rows = rows.filter(day__lte=asked.until)
    if asked.text:
        pinyin = asked.text.lower().replace(" ", "")
        rows = rows.filter(
            Q(title__contains=asked.text)
            | Q(search__contains=pinyin)
            | Q(place__contains=asked.text)
            | Q(organiser__contains=asked.text)
            | Q(content__contains=asked.text)
        )
    if asked.task:
        rows = rows.filter(tasks=asked.task)
    if asked.counted and past:
        rows = rows.filter(state_on=ReviewState.APPROVED)
    elif asked.counted:
        rows = rows.filter(day__lte=as_of).approved_by(as_of)
    return rows
