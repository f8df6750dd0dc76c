"""Review: one mechanism for activities, evidence and whatever is handed in. Its deeds are in pilots/review.py."""

import datetime
import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from accounts import clock
from accounts.access import Action, units_visible_to
from accounts.constraints import Check
from accounts.models import Unit, User, sample_mode


class ReviewState(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已通过"
    VOID = "void", "已作废"


class ReviewAction(models.TextChoices):
    SUBMIT = "submit", "提交"
    WITHDRAW = "withdraw", "撤回"
    RETURN = "return", "退回"
    APPROVE = "approve", "通过"
    VOID = "void", "作废"


MOVES: dict[ReviewAction, frozenset[ReviewState]] = {
    ReviewAction.SUBMIT: frozenset({ReviewState.DRAFT, ReviewState.RETURNED}),
    ReviewAction.WITHDRAW: frozenset({ReviewState.SUBMITTED}),
    ReviewAction.RETURN: frozenset({ReviewState.SUBMITTED}),
    ReviewAction.APPROVE: frozenset({ReviewState.SUBMITTED}),
    ReviewAction.VOID: frozenset({ReviewState.APPROVED}),
}
"""From which states an action may start. An approved row is never edited: it is voided and followed by its successor."""


class ReviewStep(models.Model):
    """One step of a review: who, when (business time), what, with which opinion. Only ever added; ordered by id."""

    content_type = models.ForeignKey(ContentType, models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey()
    action = models.CharField("动作", max_length=10, choices=ReviewAction)
    state = models.CharField("办理后状态", max_length=10, choices=ReviewState)
    waiting_at = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="待办单位")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="办理单位")
    on = models.DateField("日期", default=clock.today, db_index=True)
    at = models.DateTimeField("时间", default=clock.now)
    opinion = models.CharField("意见", max_length=200, blank=True)

    class Meta:
        verbose_name = "流转记录"
        ordering = ("id",)
        indexes = [models.Index(fields=("content_type", "object_id", "id"), name="review_step_of_subject")]
        constraints = [
            Check(
                condition=~Q(action=ReviewAction.RETURN) | ~Q(opinion=""),
                name="return_needs_opinion",
                violation_error_message="退回须写明意见",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name}{self.get_action_display()}"


class ReviewableQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ReviewableQuerySet":
        """Rows of visible units; drafts only for the unit that writes them. County readers see no draft of a community."""
        rows = self.filter(unit__in=units_visible_to(user))
        return rows.filter(~Q(state=ReviewState.DRAFT) | Q(unit_id=user.unit_id)) if user.is_authenticated else rows.none()

    def approved_by(self, day: datetime.date) -> "ReviewableQuerySet":
        """Rows whose last step up to and including `day` left them approved (figures as of a day are computed from steps)."""
        return self.in_state_on(day, ReviewState.APPROVED)

    def in_state_on(self, day: datetime.date, *states: ReviewState) -> "ReviewableQuerySet":
        """Rows whose last step up to and including `day` left them in one of `states`; rows without a step by then are in none."""
        return self.with_state_on(day).filter(state_on__in=states)

    def with_state_on(self, day: datetime.date) -> "ReviewableQuerySet":
        """Each row with `state_on`: what its last step up to and including `day` left it in, None without a step by then."""
        last = (
            ReviewStep.objects.filter(
                content_type=ContentType.objects.get_for_model(self.model), object_id=models.OuterRef("pk"), on__lte=day
            )
            .order_by("-id")
            .values("state")[:1]
        )
        return self.annotate(state_on=models.Subquery(last))


class Reviewable(models.Model):
    """What is handed in and reviewed. `state` and `waiting_at` follow the last step and are written by pilots/review.py only."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="表单的一次性编号：重复提交只成一条")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="填报单位")
    state = models.CharField("状态", max_length=10, choices=ReviewState, default=ReviewState.DRAFT, editable=False, db_index=True)
    waiting_at = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name="待办单位")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填报人")
    created_at = models.DateTimeField("填报时间", default=clock.now)
    version = models.PositiveIntegerField(default=1, editable=False, help_text="每次保存加一；旧表单不能盖掉新内容")
    sample = models.BooleanField("示例数据", default=sample_mode, editable=False)
    steps = GenericRelation(ReviewStep)

    entered_under: Action
    """Which action lets a role enter such records."""

    class Meta:
        abstract = True

    def editable(self) -> bool:
        return self.state in (ReviewState.DRAFT, ReviewState.RETURNED)

    @property
    def review_name(self) -> str:
        """What it is called on the review desk: 活动记录, 佐证材料."""
        return str(self._meta.verbose_name)
