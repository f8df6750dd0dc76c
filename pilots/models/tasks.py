"""A duty as one unit carries it out, who stands in which role for it, and the word that it is done."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts import clock
from accounts.access import COUNTY, units_visible_to
from accounts.models import Role, Unit, User
from pilots.models.plan import Obligation, Pilot


class TaskQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "TaskQuerySet":
        """Tasks of visible pilots; a town's own tasks; county tasks for county roles and those who carry out or co-operate."""
        if not user.is_authenticated or user.role in (Role.SYSADMIN, Role.CONTRACTOR):
            return self.none()
        if user.role in COUNTY:
            return self
        units = units_visible_to(user)
        return self.filter(Q(pilot__unit__in=units) | Q(pilot__isnull=True, unit__in=units))

    def with_confirmation(self, day: datetime.date) -> "TaskQuerySet":
        """Each task with `confirmed_on`: the reviewer's last word up to and including `day` (True, False, None)."""
        last = TaskConfirmation.objects.filter(task=models.OuterRef("pk"), on__lte=day).order_by("-id").values("confirmed")[:1]
        return self.annotate(confirmed_on=models.Subquery(last))


class Task(models.Model):
    """An obligation as one unit carries it out: of a pilot, of a street/town (`unit`), or of the county (`unit` = the office)."""

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="tasks", verbose_name="方案任务")
    pilot = models.ForeignKey(Pilot, models.PROTECT, null=True, related_name="tasks", verbose_name="试点")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="tasks", verbose_name="实施单位")
    accountable = models.ForeignKey(Unit, models.PROTECT, related_name="accountable_tasks", verbose_name="主体责任单位")
    history = HistoricalRecords()
    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = "任务"
        ordering = (F("pilot__order").asc(nulls_last=True), "obligation__order", "unit__order")
        constraints = [
            models.UniqueConstraint(fields=("obligation", "unit"), name="task_once_per_obligation_and_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.obligation.code} {self.obligation.title}"

    def get_absolute_url(self) -> str:
        return reverse("task_detail", args=[self.pk])


class TaskRole(models.Model):
    """Who stands in which role for a task: 实施、配合、建议配合、督导 (主体责任 is a column of the task)."""

    class Kind(models.TextChoices):
        EXECUTOR = "executor", "实施"
        COLLABORATOR = "collaborator", "配合"
        SUGGESTED = "suggested", "建议配合"
        SUPERVISOR = "supervisor", "督导"

    task = models.ForeignKey(Task, models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=12, choices=Kind)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="task_roles")

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=("task", "kind", "unit"), name="task_role_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.unit.short_name}"


class TaskConfirmation(models.Model):
    """The reviewer's word that a task is done, or its withdrawal. Only ever added; the last one up to a day counts."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="confirmations")
    confirmed = models.BooleanField("确认完成")
    on = models.DateField("日期", default=clock.today)
    at = models.DateTimeField("时间", default=clock.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="审核人")
    opinion = models.CharField("意见", max_length=200, blank=True)

    class Meta:
        verbose_name = "任务完成确认"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.task} {'已确认' if self.confirmed else '撤销确认'}"
