"""What the review mechanism wants from a person today, whatever is reviewed: returned records and forgotten drafts of their unit, and what
waits for their decision. Three queries for the own records of all kinds, one for the decisions."""

import datetime
from collections.abc import Iterator
from functools import partial

from django.contrib.contenttypes.models import ContentType
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from accounts import clock
from accounts.access import Action, may
from accounts.models import User
from accounts.todos import Todo, register
from accounts.together import together
from pilots import review
from pilots.models import Reviewable, ReviewAction, ReviewState, ReviewStep

DRAFT_DAYS = 3
"""A draft older than this many days is forgotten rather than unfinished."""


@register
def own_records(user: User) -> Iterator[Todo]:
    """Records sent back to the person's unit with the reviewer's words, and drafts that have been lying for more than three days."""
    kinds = [model for model in review.reviewables() if may(user, model.entered_under)]
    before = clock.now() - datetime.timedelta(days=DRAFT_DAYS)
    wanted = Q(state=ReviewState.RETURNED) | Q(state=ReviewState.DRAFT, created_at__lt=before)
    for model, found in zip(kinds, together(*(partial(_own, model, user, wanted) for model in kinds)), strict=True):
        name = model._meta.verbose_name
        for row in found:
            if row.state == ReviewState.RETURNED:
                said = f"{row.returned_by}：{row.opinion}" if row.opinion else "请按审核意见修改"
                yield Todo("退回", f"{name}被退回：{row}", said, _edit(row), "去补正", returned=True)
        drafts = [row for row in found if row.state == ReviewState.DRAFT]
        if len(drafts) == 1:
            yield Todo("草稿", f"{name}还没有提交：{drafts[0]}", "已暂存超过 3 天", _edit(drafts[0]), "续写")
        elif drafts:
            yield Todo(
                "草稿",
                f"{len(drafts)} 份{name}还没有提交",
                "已暂存超过 3 天",
                f"{reverse(f'{model._meta.model_name}_list')}?state=draft",
                "续写",
            )


def _own(model: type[Reviewable], user: User, wanted: Q) -> list[Reviewable]:
    return list(_with_opinion(model.objects.filter(wanted, unit=user.unit_id)).order_by("created_at"))


def _edit(row: Reviewable) -> str:
    return reverse(f"{row._meta.model_name}_edit", args=[row.pk])


def _with_opinion(rows: QuerySet) -> QuerySet:
    """The rows with the words of their last return and the unit that returned them."""
    kind = ContentType.objects.get_for_model(rows.model)
    last = ReviewStep.objects.filter(content_type=kind, object_id=OuterRef("pk"), action=ReviewAction.RETURN).order_by("-id")
    return rows.annotate(opinion=Subquery(last.values("opinion")[:1]), returned_by=Subquery(last.values("unit__short_name")[:1]))


@register
def waiting_for_review(user: User) -> Iterator[Todo]:
    """One line per kind: how many records wait for this person's decision."""
    if not may(user, Action.REVIEW):
        return
    for model, count in review.waiting_counts(user):
        yield Todo("审核", f"{count} 份{model._meta.verbose_name}待审核", "下级单位已提交", reverse("review_desk"), "审核")
