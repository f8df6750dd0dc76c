"""What is checked, and the visits that check it. A submitted visit never changes (supervision/locks.py)."""

import datetime
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts import clock
from accounts.access import units_visible_to
from accounts.constraints import Check
from accounts.models import Role, User, sample_mode
from pilots.models import Pilot, StoredFile


class Aspect(models.TextChoices):
    """The three aspects of section 四（二）: 项目实施、资金使用、档案资料."""

    WORK = "implementation", "项目实施"
    FUNDS = "funds", "资金使用"
    ARCHIVES = "archives", "档案资料"


class ChecklistItem(models.Model):
    """One of the 24 items of the checklist, as the plan file has it. `metric` names the figure that pre-answers it, where there is one."""

    code = models.SlugField("编号", unique=True)
    order = models.PositiveSmallIntegerField("顺序")
    aspect = models.CharField("方面", max_length=20, choices=Aspect)
    wording = models.CharField("检查项", max_length=120)
    clauses = models.CharField("条款", max_length=100, blank=True, help_text="条款的中文编号，如 四（二）-4")
    metric = models.SlugField("系统取数", blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "督导检查项"
        verbose_name_plural = "督导检查项"
        ordering = ("order",)

    def __str__(self) -> str:
        return f"{self.code} {self.wording}"


class VisitKind(models.TextChoices):
    MONTHLY = "monthly", "每月督导"
    MIDTERM = "midterm", "中期评估"
    INSPECTION = "inspection", "初查"


class VisitState(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已提交"


class VisitQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "VisitQuerySet":
        """Visits of visible pilots; drafts for the leading group office only."""
        rows = self.filter(pilot__unit__in=units_visible_to(user))
        if not user.is_authenticated or user.role == Role.OFFICE:
            return rows
        return rows.filter(state=VisitState.SUBMITTED)

    def submitted_by(self, day: datetime.date) -> "VisitQuerySet":
        """Visits handed in up to and including `day`."""
        return self.filter(state=VisitState.SUBMITTED, submitted_on__lte=day)


class Visit(models.Model):
    """One visit to one pilot: one record for 每月督导, 跟踪监管 and 定期跟踪督导. The items are copied into it when it is opened."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="表单的一次性编号：重复提交只成一条")
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="visits", verbose_name="试点")
    kind = models.CharField("类别", max_length=12, choices=VisitKind, default=VisitKind.MONTHLY)
    month = models.DateField("月份", help_text="当月第一天")
    visited_on = models.DateField("督导日期")
    visited_at = models.TimeField("到达时间", null=True, blank=True)
    inspectors = models.CharField("督导人员", max_length=60)
    conclusion = models.CharField("总体情况", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=VisitState, default=VisitState.DRAFT, editable=False, db_index=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")
    created_at = models.DateTimeField("填写时间", default=clock.now)
    saved_at = models.DateTimeField("保存时间", default=clock.now, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提交人"
    )
    submitted_on = models.DateField("提交日期", null=True, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False, help_text="每次保存加一；旧表单不能盖掉新内容")
    sample = models.BooleanField("示例数据", default=sample_mode, editable=False)
    history = HistoricalRecords(excluded_fields=["version", "saved_at"])
    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = "督导记录"
        verbose_name_plural = "督导记录"
        ordering = ("-month", "pilot__order", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("pilot", "month", "kind"),
                name="visit_once_per_pilot_month_and_kind",
                violation_error_message="这个试点本月已有同类督导记录，请打开已有的那一份继续填写",
            ),
            Check(
                condition=Q(state=VisitState.DRAFT)
                | Q(submitted_on__isnull=False, submitted_at__isnull=False, submitted_by__isnull=False, submitted_on__gte=F("visited_on")),
                name="submitted_visit_says_when",
                violation_error_message="提交日期不能早于督导日期",
            ),
            Check(
                condition=Q(visited_on__gte=F("month")),
                name="visit_in_its_month",
                violation_error_message="督导日期须在督导月份之内",
            ),
            Check(condition=Q(month__day=1), name="visit_month_is_first_day", violation_error_message="月份须为当月第一天"),
        ]

    def __str__(self) -> str:
        return f"{self.pilot} {self.month.year}年{self.month.month}月{self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("visit_detail", args=[self.pk])

    @property
    def submitted(self) -> bool:
        return self.state == VisitState.SUBMITTED


class Answer(models.TextChoices):
    YES = "yes", "符合"
    PARTLY = "partly", "基本符合"
    NO = "no", "不符合"
    NA = "na", "不适用"


class VisitAnswer(models.Model):
    """One item of a visit: the item as it read then, the figure beside it, and the inspector's answer.

    While the answer is 不符合 the finding it will open is drafted here: problem, requirement, severity, deadline."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="answers")
    item = models.ForeignKey(ChecklistItem, models.PROTECT, related_name="+", verbose_name="检查项")
    order = models.PositiveSmallIntegerField("顺序")
    code = models.CharField("编号", max_length=50)
    aspect = models.CharField("方面", max_length=20, choices=Aspect)
    wording = models.CharField("检查项", max_length=120)
    clauses = models.CharField("条款", max_length=100, blank=True)
    metric = models.CharField(max_length=50, blank=True)
    figure = models.CharField("系统数据", max_length=40, blank=True, help_text="77.8%；空为现场核实")
    figure_note = models.CharField("数据说明", max_length=100, blank=True, help_text="节点按期率，7 / 9 个")
    prefilled = models.CharField("按数据预填", max_length=10, choices=Answer, blank=True)
    answer = models.CharField("结论", max_length=10, choices=Answer, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    confirmed_at = models.DateTimeField("核对时间", null=True, blank=True)
    remark = models.CharField("备注", max_length=200, blank=True)
    problem_title = models.CharField("问题", max_length=60, blank=True, help_text="台账上的短标题，可不填")
    problem = models.CharField("问题描述", max_length=200, blank=True)
    requirement = models.CharField("整改要求", max_length=200, blank=True)
    severity = models.CharField("严重程度", max_length=10, blank=True)
    deadline = models.DateField("整改时限", null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "督导检查结论"
        ordering = ("order", "id")
        constraints = [
            models.UniqueConstraint(fields=("visit", "item"), name="visit_item_once", violation_error_message="这一项已在本次督导中")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.get_answer_display() or '未填'}"

    @property
    def from_data(self) -> bool:
        """Whether the answer still is the one the figure proposed and nobody has confirmed it yet."""
        return bool(self.answer) and self.answer == self.prefilled and self.confirmed_by_id is None


class VisitPhoto(models.Model):
    """A photo taken for an item; photos of a 不符合 become 整改前 of the finding."""

    answer = models.ForeignKey(VisitAnswer, models.CASCADE, related_name="photos")
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="visit_photo")
    caption = models.CharField("说明", max_length=40, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "督导照片"
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.caption or "督导照片"
