"""What the review mechanism wants from a person today: returned records of their unit, and what waits for their decision."""

from collections.abc import Iterator

from django.urls import reverse

from accounts.access import Action, may
from accounts.models import User
from accounts.todos import Todo, register
from pilots import review
from pilots.models import Evidence, ReviewAction, ReviewState, ReviewStep


@register
def evidence_returned(user: User) -> Iterator[Todo]:
    """佐证材料 sent back to the person's unit, with the reviewer's words."""
    if not may(user, Action.HAND_IN_EVIDENCE):
        return
    rows = list(Evidence.objects.filter(unit=user.unit_id, state=ReviewState.RETURNED).select_related("type"))
    if not rows:
        return
    opinions = {
        step.object_id: step
        for step in ReviewStep.objects.filter(
            content_type__app_label="pilots",
            content_type__model="evidence",
            object_id__in=[row.pk for row in rows],
            action=ReviewAction.RETURN,
        )
        .select_related("unit")
        .order_by("id")
    }
    for row in rows:
        step = opinions.get(row.pk)
        said = f"{step.unit.short_name}：{step.opinion}" if step else row.type.name
        yield Todo("退回", f"佐证材料被退回：{row.title}", said, reverse("evidence_edit", args=[row.pk]), "去补正", returned=True)


@register
def waiting_for_review(user: User) -> Iterator[Todo]:
    """One line per kind: how many records wait for this person's decision."""
    if not may(user, Action.REVIEW):
        return
    for model, count in review.waiting_counts(user):
        yield Todo("审核", f"{count} 份{model._meta.verbose_name}待审核", "下级单位已提交", reverse("review_desk"), "审核")
