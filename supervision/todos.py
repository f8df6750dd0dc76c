"""What supervision wants from a person today: visits of this month, findings to rectify, to re-check, extensions to decide, 批示 to answer."""

import datetime
from collections.abc import Iterator

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse

from accounts import clock
from accounts.access import Action, may
from accounts.models import User
from accounts.todos import Todo, register
from accounts.together import together
from pilots.models import Pilot
from supervision.models import Finding, FindingAction, FindingState, FindingStep, Instruction, Visit, VisitState
from supervision.queries import supervision_months, visits_by_month
from supervision.visits import month_closed

NAMED = 5
"""Above so many findings that wait for the same deed the office reads one line that leads to the list."""
VISITS_NAMED = 3
"""Up to so many pilots still to be visited are named one by one."""
DUE_SOON = 10
"""Days before its end from which a month's missing visits are asked for."""


@register
def visits_to_make(user: User) -> Iterator[Todo]:
    """The office: pilots not yet visited in a month that is ending or has just ended, and drafts to hand in."""
    if not may(user, Action.SUPERVISE):
        return
    today = clock.today()
    months, pilots = together(supervision_months, lambda: list(Pilot.objects.select_related("unit")))
    due = [(m, d) for m, d in months if m <= today and (d - today).days <= DUE_SOON and not month_closed(m)]
    if not due:
        return
    found = visits_by_month(pilots, today, drafts=True, months=[month for month, _ in due])
    for month, day in due:
        missing = [p for p in pilots if not _done(found.get((p.pk, month)))]
        if len(missing) > VISITS_NAMED:
            title = f"{month.month}月督导还有 {len(missing)} 个试点尚未开展"
            yield Todo("督导", title, "五（一）每月督导", reverse("visit_list"), "去督导", due=day)
            continue
        for pilot in missing:
            yield _visit_todo(pilot, month, day, found.get((pilot.pk, month)))


def _done(visit: Visit | None) -> bool:
    return visit is not None and visit.state == VisitState.SUBMITTED


def _visit_todo(pilot: Pilot, month: datetime.date, day: datetime.date, draft: Visit | None) -> Todo:
    if draft is not None:
        return Todo("督导", f"{pilot} {month.month}月督导记录还没有提交", "五（一）每月督导", draft.get_absolute_url(), "续填", due=day)
    url = f"{reverse('visit_new')}?pilot={pilot.code}&month={month:%Y-%m}"
    return Todo("督导", f"{pilot} {month.month}月督导尚未开展", "五（一）每月督导", url, "去督导", due=day)


def _last_words(action: str) -> Subquery:
    return Subquery(FindingStep.objects.filter(finding=OuterRef("pk"), action=action).order_by("-id").values("text")[:1])


@register
def findings_to_rectify(user: User) -> Iterator[Todo]:
    """The responsible unit: what is to be rectified, with the words of the last 退回."""
    if not may(user, Action.RECTIFY):
        return
    rows = Finding.objects.filter(unit=user.unit_id, state__in=(FindingState.ASSIGNED, FindingState.RECTIFYING)).select_related("pilot")
    last = FindingStep.objects.filter(finding=OuterRef("pk")).order_by("-id").values("action")[:1]
    for row in rows.annotate(last=Subquery(last), said=_last_words(FindingAction.RETURN)).order_by("deadline"):
        returned = row.last == FindingAction.RETURN
        source = f"复核退回：{row.said}" if returned else f"{row.number} · {row.get_aspect_display()} · {row.get_severity_display()}"
        yield Todo("整改", row.title, source, row.get_absolute_url(), "去整改", due=row.deadline, returned=returned)


@register
def findings_of_the_office(user: User) -> Iterator[Todo]:
    """The office: to assign, to re-check, extensions to decide, and overdue ones to urge; one query."""
    if not may(user, Action.RECHECK):
        return
    today = clock.today()
    wanted = Q(state__in=(FindingState.FOUND, FindingState.RECHECKING)) | Q(asked_until__isnull=False)
    wanted |= Q(state__in=(FindingState.ASSIGNED, FindingState.RECTIFYING), deadline__lt=today)
    reason = FindingStep.objects.filter(finding=OuterRef("pk"), action=FindingAction.ASK).order_by("-id").values("text")[:1]
    rows = list(Finding.objects.filter(wanted).select_related("unit").annotate(reason=Subquery(reason)).order_by("deadline"))
    for pick, line in _OFFICE_LINES:
        mine = [row for row in rows if pick(row, today)]
        if len(mine) > NAMED:
            tag, words, tab, verb = line
            yield Todo(
                tag, f"{len(mine)} 个问题{words}", "五（一）跟踪监管", f"{reverse('finding_list')}?tab={tab}", verb, due=mine[0].deadline
            )
        else:
            yield from (_office_todo(row, line[0], line[3]) for row in mine)


def _to_urge(row: Finding, today: datetime.date) -> bool:
    return row.deadline < today and row.state in (FindingState.ASSIGNED, FindingState.RECTIFYING)


_OFFICE_LINES = (
    (lambda row, today: row.state == FindingState.FOUND, ("交办", "还没有交办", "open", "交办")),
    (lambda row, today: row.state == FindingState.RECHECKING, ("复核", "待复核", "recheck", "复核")),
    (lambda row, today: row.asked_until is not None, ("延期", "申请延期", "asked", "审批")),
    (_to_urge, ("问题", "已过整改时限", "overdue", "督办")),
)
"""What waits for the office: which findings, and the tag, words, tab and verb of its line."""


def _office_todo(row: Finding, tag: str, verb: str) -> Todo:
    who, url = row.unit.short_name, row.get_absolute_url()
    title, source = f"{who}：{row.title}", f"{row.number} · {row.get_aspect_display()} · {row.get_severity_display()}"
    if tag == "延期":
        title = f"{who}申请把 {row.number} 延至 {row.asked_until.month} 月 {row.asked_until.day} 日"
        source = f"理由：{row.reason}"
    elif tag == "复核":
        source = f"{row.number} · 整改材料已提交"
    elif tag == "问题":
        title, source = f"{title}，已过整改时限", f"{row.number} · 五（一）跟踪监管 · {row.get_severity_display()}"
    return Todo(tag, title, source, url, verb, due=row.deadline)


@register
def late_findings_below(user: User) -> Iterator[Todo]:
    """The street or town: its communities' overdue findings, in one line."""
    if not may(user, Action.RECTIFY) or user.unit.kind not in ("subdistrict", "town"):
        return
    rows = Finding.objects.filter(
        pilot__accountable=user.unit_id, state__in=(FindingState.ASSIGNED, FindingState.RECTIFYING), deadline__lt=clock.today()
    ).exclude(unit=user.unit_id)
    dates = list(rows.order_by("deadline").values_list("deadline", flat=True))
    if dates:
        title = f"辖区 {len(dates)} 个问题已过整改时限，请督促"
        yield Todo("督促", title, "五（一）跟踪监管", f"{reverse('finding_list')}?tab=overdue", "查看", due=dates[0])


@register
def instructions_to_answer(user: User) -> Iterator[Todo]:
    """The office: 批示 that wait for an answer."""
    if not may(user, Action.ANSWER_INSTRUCTION):
        return
    for row in Instruction.objects.filter(state=Instruction.State.OPEN).order_by("given_on"):
        said = row.words if len(row.words) <= 40 else f"{row.words[:40]}……"
        yield Todo("批示", f"批示：{row.about}", said, row.get_absolute_url(), "办理")
