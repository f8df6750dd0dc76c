"""Projects of a pilot: what is built, bought, commissioned or held for its tasks, how far it is, and its milestones."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts import clock
from accounts.access import units_visible_to
from accounts.constraints import Check
from accounts.history import LinkedRecords
from accounts.models import Role, Unit, User, sample_mode
from pilots.models.evidence import Evidence
from pilots.models.plan import Pilot
from pilots.models.tasks import Task


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ProjectQuerySet":
        """Projects of visible pilots; nothing for contractors and the system administrator."""
        if not user.is_authenticated or user.role in (Role.SYSADMIN, Role.CONTRACTOR):
            return self.none()
        return self.filter(pilot__unit__in=units_visible_to(user))

    def known_on(self, day: datetime.date) -> "ProjectQuerySet":
        """Projects on the list as of a day: entered by then and not cancelled by then."""
        return self.filter(on__lte=day).filter(Q(cancelled_on__isnull=True) | Q(cancelled_on__gt=day))

    def with_progress(self, day: datetime.date) -> "ProjectQuerySet":
        """Each project with its last step up to a day: `step_on` (its kind, None without one) and `percent_on` (0 without one)."""
        last = ProjectStep.objects.filter(project=models.OuterRef("pk"), on__lte=day).order_by("-id")
        return self.annotate(
            step_on=models.Subquery(last.values("kind")[:1]),
            percent_on=models.functions.Coalesce(models.Subquery(last.values("percent")[:1]), 0),
        )


class Project(models.Model):
    """A project of the 项目清单. Money is spent on projects only, and on those that serve at least one task (FR01)."""

    class Kind(models.TextChoices):
        WORKS = "works", "工程"
        GOODS = "goods", "货物"
        SERVICE = "service", "服务"
        ACTIVITY = "activity", "活动"

    class Works(models.TextChoices):
        """The refits the plan measures (改造工程进度); the codes are those of its indicators."""

        CULTURE_SQUARE = "culture_square", "文化广场提升改造"
        COMMUNITY_VENUE = "community_venue", "社区阵地亲民化改造"

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="projects", verbose_name="试点")
    code = models.CharField("项目编号", max_length=20, unique=True, editable=False, help_text="如 P4-03，由系统生成")
    name = models.CharField("项目名称", max_length=60)
    kind = models.CharField("类别", max_length=10, choices=Kind)
    works = models.CharField("改造内容", max_length=20, choices=Works, blank=True, help_text="对应方案的改造工程时选择")
    tasks = models.ManyToManyField(Task, related_name="projects", blank=True, verbose_name="对应任务")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="projects", verbose_name="实施单位")
    responsible = models.CharField("负责人", max_length=40, blank=True)
    planned_start = models.DateField("计划开工", null=True, blank=True)
    planned_end = models.DateField("计划完工", null=True, blank=True)
    budget_note = models.CharField("预算说明", max_length=200, blank=True)
    on = models.DateField("列入日期", default=clock.today, editable=False)
    cancelled_on = models.DateField("取消日期", null=True, blank=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", default=clock.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False, help_text="每次保存加一；旧表单不能盖掉新内容")
    sample = models.BooleanField("示例数据", default=sample_mode, editable=False)
    search = models.CharField(max_length=300, blank=True, editable=False, help_text="名称的全拼与首字母")
    history = LinkedRecords(m2m_fields=[tasks], excluded_fields=["search", "version"])
    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "项目"
        verbose_name_plural = "项目"
        ordering = ("pilot__order", "code")
        constraints = [
            Check(
                condition=Q(planned_start__isnull=True) | Q(planned_end__isnull=True) | Q(planned_end__gte=models.F("planned_start")),
                name="project_ends_after_it_starts",
                violation_error_message="计划完工不能早于计划开工",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("project_detail", args=[self.pk])


class ProjectStep(models.Model):
    """One step of a project. Only ever added; 形象进度 as of a day is that of the last step registered up to it."""

    class Kind(models.TextChoices):
        STARTED = "started", "启动"
        PROGRESS = "progress", "进度"
        COMPLETED = "completed", "完工"
        ACCEPTED = "accepted", "验收"

    project = models.ForeignKey(Project, models.PROTECT, related_name="steps", verbose_name="项目")
    kind = models.CharField("环节", max_length=10, choices=Kind)
    percent = models.PositiveSmallIntegerField("形象进度", default=0, help_text="百分比，0 至 100")
    day = models.DateField("发生日期")
    on = models.DateField("登记日期", default=clock.today, db_index=True)
    at = models.DateTimeField("登记时间", default=clock.now)
    note = models.CharField("说明", max_length=200, blank=True)
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="佐证材料")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="登记单位")

    class Meta:
        verbose_name = "项目环节"
        ordering = ("id",)
        indexes = [models.Index(fields=("project", "id"), name="step_of_project")]
        constraints = [
            Check(condition=Q(percent__lte=100), name="percent_to_100", violation_error_message="形象进度在 0 至 100 之间"),
            Check(
                condition=~Q(kind__in=("completed", "accepted")) | Q(percent=100),
                name="completed_is_100",
                violation_error_message="完工和验收的形象进度是 100",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.percent}%"


class Milestone(models.Model):
    """节点: a dated step of a project that is met or missed."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="milestones", verbose_name="项目")
    name = models.CharField("节点", max_length=60)
    due = models.DateField("计划日期")
    done_on = models.DateField("完成日期", null=True, blank=True)
    recorded_on = models.DateField("登记完成日期", null=True, blank=True, editable=False)
    proof = models.CharField("完成依据", max_length=200, blank=True)
    on = models.DateField("列入日期", default=clock.today, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    sample = models.BooleanField("示例数据", default=sample_mode, editable=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "项目节点"
        ordering = ("due", "id")
        constraints = [
            Check(
                condition=Q(done_on__isnull=True, recorded_on__isnull=True)
                | Q(done_on__isnull=False, recorded_on__gte=models.F("done_on")),
                name="milestone_done_and_recorded",
                violation_error_message="完成日期不能晚于登记日期",
            )
        ]

    def __str__(self) -> str:
        return self.name
