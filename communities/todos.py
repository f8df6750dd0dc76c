"""What activity records want from a person today: returned ones, and drafts that lie. What waits for a decision stands in pilots/todos.py."""

import datetime
from collections.abc import Iterator

from django.urls import reverse

from accounts import clock
from accounts.access import Action, may
from accounts.models import User
from accounts.todos import Todo, register
from communities.models import Activity
from pilots.models import ReviewAction, ReviewState, ReviewStep

DRAFT_DAYS = 3
"""A draft older than this many days is forgotten rather than unfinished."""


@register
def activities_returned(user: User) -> Iterator[Todo]:
    """Activities sent back to the person's unit, with the reviewer's words."""
    if not may(user, Action.RECORD_ACTIVITY):
        return
    rows = list(Activity.objects.filter(unit=user.unit_id, state=ReviewState.RETURNED))
    steps = ReviewStep.objects.filter(
        content_type__app_label="communities",
        content_type__model="activity",
        object_id__in=[row.pk for row in rows],
        action=ReviewAction.RETURN,
    )
    last = {step.object_id: step for step in steps.select_related("unit").order_by("id")}
    for row in rows:
        step = last.get(row.pk)
        said = f"{step.unit.short_name}：{step.opinion}" if step else "请按审核意见修改"
        yield Todo("退回", f"活动记录被退回：{row}", said, reverse("activity_edit", args=[row.pk]), "去补正", returned=True)


@register
def drafts_left(user: User) -> Iterator[Todo]:
    """Drafts of the person's unit that have been lying for more than three days, as one line."""
    if not may(user, Action.RECORD_ACTIVITY):
        return
    before = clock.now() - datetime.timedelta(days=DRAFT_DAYS)
    rows = list(Activity.objects.filter(unit=user.unit_id, state=ReviewState.DRAFT, created_at__lt=before).order_by("created_at"))
    if len(rows) == 1:
        yield Todo("草稿", f"活动记录还没有提交：{rows[0]}", "已暂存超过 3 天", reverse("activity_edit", args=[rows[0].pk]), "续写")
    elif rows:
        yield Todo("草稿", f"{len(rows)} 条活动记录还没有提交", "已暂存超过 3 天", f"{reverse('activity_list')}?state=draft", "续写")
