"""Reminders of deadlines, sent by a sweep: each rung (rules.RUNGS) of each finding once, none lost when the sweep was away, none twice
when two run at once.

A rung is reached on its day and stays reached: the next sweep sends whatever has been reached and not been sent, however late. What makes
it once is the row (finding, deadline, rung), which the database keeps unique; row and message stand in one transaction. A new deadline (延期,
重新打开) begins its own ladder. Rungs from before the finding came into the unit's hands (交办, 退回, 延期, 重新打开) are not sent.
"""

import datetime
from collections.abc import Iterator

from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from accounts import clock, notices
from accounts.models import Role, User
from accounts.plaintext import quoted
from supervision.models import Finding, FindingAction, FindingState, Reminder
from supervision.rules import OFFICE_FROM, RUNGS, TOWN_FROM, WEEKLY_AFTER

_HANDED = (FindingAction.ASSIGN, FindingAction.RETURN, FindingAction.GRANT, FindingAction.REOPEN)


def rungs_reached(deadline: datetime.date, since: datetime.date, today: datetime.date) -> Iterator[int]:
    """The rungs whose day lies between `since` and `today`, both included; after the last one a rung each week, of which only the latest
    is sent: who was away for a month need not read four times that it is late."""
    past = (today - deadline).days
    weekly = list(range(RUNGS[-1] + WEEKLY_AFTER, past + 1, WEEKLY_AFTER))[-1:]
    first = (since - deadline).days
    return (rung for rung in (*RUNGS, *weekly) if first <= rung <= past)


def desk_of(rung: int) -> str:
    """How far up a rung is told: the unit, then the street or town as well, then the office as well."""
    if rung >= OFFICE_FROM:
        return "office"
    return "town" if rung >= TOWN_FROM else "unit"


def sweep_reminders() -> int:
    """Send every reminder that is due and was not sent; how many. Safe to run at any time, twice, and side by side."""
    today, sent = clock.today(), 0
    waiting = Finding.objects.filter(state__in=(FindingState.ASSIGNED, FindingState.RECTIFYING)).annotate(
        since=Max("steps__on", filter=Q(steps__action__in=_HANDED))
    )
    known = set(Reminder.objects.filter(finding__in=waiting.values("pk")).values_list("finding_id", "deadline", "rung"))
    for finding in waiting.select_related("unit", "pilot__accountable").order_by("pk"):
        for rung in rungs_reached(finding.deadline, finding.since or today, today):
            if (finding.pk, finding.deadline, rung) not in known:
                sent += _send(finding, rung)
    return sent


def _send(finding: Finding, rung: int) -> bool:
    """One rung of one finding; False when another sweep was quicker, or the finding has moved on meanwhile."""
    try:
        with transaction.atomic():
            still = Finding.objects.select_for_update(of=("self",)).filter(
                pk=finding.pk, deadline=finding.deadline, state__in=(FindingState.ASSIGNED, FindingState.RECTIFYING)
            )
            if not still.exists():
                return False
            Reminder.objects.create(finding=finding, deadline=finding.deadline, rung=rung, desk=desk_of(rung))
            key = f"finding-{finding.pk}-{finding.deadline.isoformat()}-{rung}"
            notices.notify(_people(finding, rung), key=key, title=_title(finding, rung), url=finding.get_absolute_url())
    except IntegrityError:
        return False
    return True


def _people(finding: Finding, rung: int) -> list[User]:
    people = notices.people_of(finding.unit, Role.COMMUNITY, Role.TOWN_CLERK)
    if rung >= TOWN_FROM:
        people += notices.people_of(finding.pilot.accountable, Role.TOWN_CLERK, Role.TOWN_LEADER)
    if rung >= OFFICE_FROM:
        people += User.objects.filter(role=Role.OFFICE, is_active=True)
    return list(dict.fromkeys(people))


def _title(finding: Finding, rung: int) -> str:
    """The words of the rung as it was meant for its own day, with the date, so that a late message misleads nobody."""
    due = finding.deadline.isoformat()
    if rung < 0:
        return f"{finding.unit.short_name}：{finding.number}{quoted(finding.title)}整改时限 {due}，提前 {-rung} 天提醒"
    if rung == 0:
        return f"{finding.unit.short_name}：{finding.number}{quoted(finding.title)}整改时限 {due} 到期"
    return f"{finding.unit.short_name}：{finding.number}{quoted(finding.title)}整改时限 {due}，已逾期 {rung} 天，请抓紧整改"
