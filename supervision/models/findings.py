"""Findings: 发现 → 交办 → 整改 → 复核 → 销号. Steps are the truth and only ever added (supervision/locks.py)."""

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
from accounts.models import Unit, User, sample_mode
from pilots.models import Pilot, StoredFile
from supervision.models.visits import Aspect, VisitAnswer


class Severity(models.TextChoices):
    MINOR = "minor", "一般"
    MAJOR = "major", "较重"
    SEVERE = "severe", "严重"


class Source(models.TextChoices):
    """The codes of the plan file's vocabulary issue_source, and what was found elsewhere."""

    SUPERVISION = "supervision", "督导"
    MIDTERM = "midterm", "中期评估"
    INSPECTION = "inspection", "初查"
    OTHER = "other", "其他"


class FindingState(models.TextChoices):
    FOUND = "found", "待交办"
    ASSIGNED = "assigned", "待整改"
    RECTIFYING = "rectifying", "整改中"
    RECHECKING = "rechecking", "待复核"
    CLOSED = "closed", "已销号"


OPEN_STATES = (FindingState.FOUND, FindingState.ASSIGNED, FindingState.RECTIFYING, FindingState.RECHECKING)


class FindingAction(models.TextChoices):
    FIND = "find", "发现"
    ASSIGN = "assign", "交办"
    START = "start", "开始整改"
    RECTIFY = "rectify", "提交整改"
    CLOSE = "close", "复核通过，销号"
    RETURN = "return", "退回重改"
    ASK = "ask", "申请延期"
    GRANT = "grant", "同意延期"
    REFUSE = "refuse", "不同意延期"
    REOPEN = "reopen", "重新打开"


class FindingQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "FindingQuerySet":
        """Findings of visible pilots; a unit below the office reads them from 交办 on."""
        rows = self.filter(pilot__unit__in=units_visible_to(user))
        if user.is_authenticated and user.unit.kind in ("subdistrict", "town", "community", "contractor"):
            return rows.exclude(state=FindingState.FOUND)
        return rows

    def on_day(self, day: datetime.date) -> "FindingQuerySet":
        """Findings known by `day`, each with `state_on`, `deadline_on`, `asked_on` as its last step up to and including `day` left them."""
        last = FindingStep.objects.filter(finding=models.OuterRef("pk"), on__lte=day).order_by("-id")
        return self.annotate(
            state_on=models.Subquery(last.values("state")[:1]),
            deadline_on=models.Subquery(last.values("deadline")[:1]),
            asked_on=models.Subquery(last.values("asked_until")[:1]),
        ).filter(state_on__isnull=False)

    def open_on(self, day: datetime.date) -> "FindingQuerySet":
        """Findings not 已销号 at the end of `day`."""
        return self.on_day(day).exclude(state_on=FindingState.CLOSED)

    def overdue_on(self, day: datetime.date) -> "FindingQuerySet":
        """Open on `day` with a deadline before it. 逾期 is computed, never stored."""
        return self.open_on(day).filter(deadline_on__lt=day)


class Finding(models.Model):
    """One problem. `state`, `deadline`, `asked_until` follow the last step and are written by supervision/findings.py only."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="表单的一次性编号：重复提交只成一条")
    number = models.CharField("编号", max_length=20, unique=True, editable=False)
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="findings", verbose_name="试点")
    aspect = models.CharField("方面", max_length=20, choices=Aspect)
    severity = models.CharField("严重程度", max_length=10, choices=Severity)
    source = models.CharField("来源", max_length=12, choices=Source, default=Source.SUPERVISION)
    answer = models.OneToOneField(VisitAnswer, models.PROTECT, null=True, blank=True, related_name="finding", verbose_name="督导检查结论")
    title = models.CharField("问题", max_length=60)
    description = models.CharField("问题描述", max_length=500)
    requirement = models.CharField("整改要求", max_length=200, blank=True)
    found_on = models.DateField("发现日期")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="findings", verbose_name="责任单位")
    person = models.CharField("责任人", max_length=40, blank=True)
    first_deadline = models.DateField("交办时限", help_text="延期前的时限")
    state = models.CharField("状态", max_length=12, choices=FindingState, default=FindingState.FOUND, editable=False, db_index=True)
    deadline = models.DateField("整改时限", editable=False, db_index=True)
    asked_until = models.DateField("申请延期至", null=True, blank=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", default=clock.now)
    search = models.CharField(max_length=400, blank=True, editable=False, help_text="标题的全拼与首字母")
    sample = models.BooleanField("示例数据", default=sample_mode, editable=False)
    history = HistoricalRecords(excluded_fields=["search"])
    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = "问题"
        verbose_name_plural = "问题"
        ordering = ("deadline", "number")
        constraints = [
            Check(
                condition=Q(first_deadline__gte=F("found_on")),
                name="finding_deadline_after_found",
                violation_error_message="整改时限不能早于发现日期",
            ),
            Check(
                condition=Q(deadline__gte=F("first_deadline")),
                name="finding_deadline_only_later",
                violation_error_message="延期后的时限不能早于原时限",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("finding_detail", args=[self.pk])


class FindingStep(models.Model):
    """One step of a finding with what it left: state, deadline, and the day an undecided 延期 asks for. Only ever added; ordered by id."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="steps")
    action = models.CharField("动作", max_length=10, choices=FindingAction)
    state = models.CharField("办理后状态", max_length=12, choices=FindingState)
    deadline = models.DateField("办理后时限")
    asked_until = models.DateField("申请延期至", null=True, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="办理单位")
    on = models.DateField("日期", default=clock.today, db_index=True)
    at = models.DateTimeField("时间", default=clock.now)
    text = models.CharField("内容", max_length=500, blank=True, help_text="整改情况、复核意见、理由")

    class Meta:
        verbose_name = "问题流转记录"
        ordering = ("id",)
        indexes = [models.Index(fields=("finding", "id"), name="finding_step_of_finding")]
        constraints = [
            Check(
                condition=~Q(action__in=("rectify", "return", "ask", "refuse", "reopen")) | ~Q(text=""),
                name="finding_step_needs_words",
                violation_error_message="请写明整改情况、意见或理由",
            ),
            models.UniqueConstraint(
                fields=("finding",), condition=Q(action="find"), name="finding_found_once", violation_error_message="这个问题已经登记"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name}{self.get_action_display()}"


class FindingFile(models.Model):
    """A photo or paper of a finding. Without a step it is not handed in yet and may still be taken away."""

    class Kind(models.TextChoices):
        BEFORE = "before", "整改前"
        AFTER = "after", "整改后"
        PAPER = "paper", "整改材料"

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="files")
    step = models.ForeignKey(FindingStep, models.PROTECT, null=True, blank=True, related_name="files")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="finding_files")
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.AFTER)
    caption = models.CharField("说明", max_length=40, blank=True)
    dated = models.DateField("日期", default=clock.today)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    history = HistoricalRecords()

    class Meta:
        verbose_name = "整改材料"
        ordering = ("kind", "id")
        constraints = [models.UniqueConstraint(fields=("finding", "file"), name="finding_file_once")]

    def __str__(self) -> str:
        return self.caption or self.get_kind_display()


class FindingCounter(models.Model):
    """The last number given in a month, taken under a row lock: WT-2022-11-002."""

    month = models.CharField(max_length=7, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.month} {self.last}"


class Reminder(models.Model):
    """One rung reached by one finding under one deadline: sent once, however often and however late the sweep runs."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="reminders")
    deadline = models.DateField()
    rung = models.SmallIntegerField(help_text="距时限的天数：-7、-3、0 为提前和当天，正数为逾期天数")
    on = models.DateField(default=clock.today)
    at = models.DateTimeField(default=clock.now)
    desk = models.CharField(max_length=10, help_text="送到哪一级：unit、town、office")

    class Meta:
        verbose_name = "催办提醒"
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=("finding", "deadline", "rung"), name="reminder_once_per_rung")]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.rung:+d}"
