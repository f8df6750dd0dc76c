"""What the communities do: activity records with photos."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts.access import Action
from accounts.constraints import Check
from accounts.history import LinkedRecords
from pilots.models import ActivityCategory, Pilot, Reviewable, ReviewableQuerySet, ReviewState, StoredFile, Task


class Activity(Reviewable):
    """One activity, recorded once and serving every task, ledger and report that counts it."""

    entered_under = Action.RECORD_ACTIVITY

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="activities", verbose_name="试点")
    category = models.ForeignKey(ActivityCategory, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name="类别")
    title = models.CharField("活动名称", max_length=40, blank=True)
    day = models.DateField("日期", null=True, blank=True)
    start_time = models.TimeField("开始时间", null=True, blank=True)
    place = models.CharField("地点", max_length=60, blank=True)
    organiser = models.CharField("主办单位", max_length=60, blank=True)
    participants = models.PositiveIntegerField("参加人次", null=True, blank=True)
    volunteers = models.PositiveIntegerField("志愿者", null=True, blank=True)
    content = models.TextField("活动内容", max_length=500, blank=True)
    guardian_consent = models.BooleanField("监护人同意", default=False, help_text="照片中的未成年人，已取得监护人同意")
    tasks = models.ManyToManyField(Task, related_name="activities", blank=True, verbose_name="对应试点任务")
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="successor", verbose_name="替代")
    search = models.CharField(max_length=400, blank=True, editable=False, help_text="活动名称的全拼与首字母")
    history = LinkedRecords(m2m_fields=[tasks], excluded_fields=["search"])
    objects = ReviewableQuerySet.as_manager()

    class Meta:
        verbose_name = "活动记录"
        verbose_name_plural = "活动记录"
        ordering = ("-day", "-id")
        constraints = [
            Check(
                condition=Q(state=ReviewState.DRAFT)
                | (
                    ~Q(title="")
                    & ~Q(place="")
                    & ~Q(content="")
                    & Q(day__isnull=False)
                    & Q(category__isnull=False)
                    & Q(participants__isnull=False)
                ),
                name="handed_in_activity_is_complete",
                violation_error_message="活动名称、类别、日期、地点、参加人次和活动内容填写后才能提交",
            )
        ]

    def __str__(self) -> str:
        return self.title or "未命名活动"

    def get_absolute_url(self) -> str:
        return reverse("activity_detail", args=[self.pk])


class ActivityPhoto(models.Model):
    """A photo of an activity; it may be shown in public or in a report only with the guardians' consent where minors are seen."""

    class Kind(models.TextChoices):
        SCENE = "scene", "全景"
        PROCESS = "process", "活动过程"
        SIGN_IN = "sign_in", "签到表"
        OTHER = "other", "其他"

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="photos")
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="activity_photo")
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.PROCESS)
    order = models.PositiveSmallIntegerField(default=0)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "活动照片"
        ordering = ("order", "id")

    def __str__(self) -> str:
        return f"{self.activity} {self.get_kind_display()}"
