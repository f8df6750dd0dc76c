"""每季调度 meetings and the leader's 批示."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts import clock
from accounts.access import COUNTY, units_visible_to
from accounts.constraints import Check
from accounts.models import User, sample_mode
from pilots.models import Pilot, RecurringPeriod, StoredFile
from supervision.models.findings import Finding


class DispatchMeeting(models.Model):
    """每季调度: one meeting answers one period of the plan's cadence."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    period = models.ForeignKey(RecurringPeriod, models.PROTECT, related_name="meetings", verbose_name="调度季度")
    held_on = models.DateField("会议日期")
    place = models.CharField("地点", max_length=60, blank=True)
    chair = models.CharField("主持人", max_length=40, blank=True)
    attendees = models.CharField("参加单位和人员", max_length=300)
    items = models.TextField("协调事项", max_length=1000, blank=True)
    minutes = models.OneToOneField(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="dispatch_meeting", verbose_name="会议纪要"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", default=clock.now)
    registered_on = models.DateField("登记日期", default=clock.today)
    sample = models.BooleanField("示例数据", default=sample_mode, editable=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "调度会议"
        verbose_name_plural = "调度会议"
        ordering = ("-held_on", "-id")

    def __str__(self) -> str:
        return f"{self.period.label}调度会议"

    def get_absolute_url(self) -> str:
        return reverse("meeting_detail", args=[self.pk])


class InstructionQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "InstructionQuerySet":
        """County roles read all; others what is about a pilot they see."""
        if user.is_authenticated and user.role in COUNTY:
            return self
        return self.filter(pilot__unit__in=units_visible_to(user))


class Instruction(models.Model):
    """批示: the words of a leader, registered; the office answers and marks it handled."""

    class State(models.TextChoices):
        OPEN = "open", "待办理"
        HANDLED = "handled", "已办结"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    words = models.CharField("批示内容", max_length=500)
    given_on = models.DateField("批示日期")
    about = models.CharField("批示事项", max_length=100, help_text="如：中期评估报告、竹林桥社区问题整改")
    url = models.CharField(max_length=300, blank=True, help_text="所批文件或记录的地址")
    pilot = models.ForeignKey(Pilot, models.PROTECT, null=True, blank=True, related_name="instructions", verbose_name="试点")
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="instructions", verbose_name="问题")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    entered_on = models.DateField("登记日期", default=clock.today)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN, editable=False)
    answer = models.CharField("办理情况", max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    answered_on = models.DateField("办理日期", null=True, blank=True)
    sample = models.BooleanField("示例数据", default=sample_mode, editable=False)
    history = HistoricalRecords()
    objects = InstructionQuerySet.as_manager()

    class Meta:
        verbose_name = "批示"
        verbose_name_plural = "批示"
        ordering = ("-given_on", "-id")
        constraints = [
            Check(
                condition=Q(state="open") | (~Q(answer="") & Q(answered_by__isnull=False, answered_on__isnull=False)),
                name="handled_instruction_says_how",
                violation_error_message="办结须写明办理情况",
            )
        ]

    def __str__(self) -> str:
        return self.about

    def get_absolute_url(self) -> str:
        return reverse("instruction_detail", args=[self.pk])
