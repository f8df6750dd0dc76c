"""The light of a finding on a day: days left below 0 逾期, 0 to 10 预警, more 未到期; 已销号 正常. The legend stands in rules.LEGEND."""

import datetime
from collections.abc import Iterable

from pilots.states import Light
from supervision.models import Finding, FindingState
from supervision.rules import WARN_DAYS


def light_of(state: str, deadline: datetime.date, day: datetime.date) -> tuple[Light, str]:
    """Light and its exact word: 逾期 5 天, 今天到期, 剩 3 天, 已销号."""
    if state == FindingState.CLOSED:
        return Light.OK, "已销号"
    left = (deadline - day).days
    if left < 0:
        return Light.LATE, f"逾期 {-left} 天"
    word = "今天到期" if left == 0 else f"剩 {left} 天"
    return (Light.WARN if left <= WARN_DAYS else Light.NONE), word


def mark(findings: Iterable[Finding], day: datetime.date) -> list[Finding]:
    """Put on each finding how it stood on `day`: `light`, `due_words`, `days_left`, `state_word`, `due`. Takes the figures of `on_day`
    where the rows carry them, else the present state."""
    rows = list(findings)
    for row in rows:
        state, row.due = getattr(row, "state_on", row.state), getattr(row, "deadline_on", row.deadline)
        row.light, row.due_words = light_of(state, row.due, day)
        row.days_left = (row.due - day).days
        row.state_word = FindingState(state).label
        row.status = state
    return rows
