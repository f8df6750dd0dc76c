"""佐证材料."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.access import Action
from accounts.constraints import Check
from accounts.history import LinkedRecords
from pilots.models.files import StoredFile
from pilots.models.plan import EvidenceType, Pilot
from pilots.models.review import Reviewable, ReviewableQuerySet, ReviewState
from pilots.models.tasks import Task


class Evidence(Reviewable):
    """佐证材料: one file, uploaded once, serving every task it proves. It becomes 档案 only when archived."""

    entered_under = Action.HAND_IN_EVIDENCE

    pilot = models.ForeignKey(Pilot, models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name="试点")
    type = models.ForeignKey(EvidenceType, models.PROTECT, related_name="evidence", verbose_name="材料类型")
    title = models.CharField("名称", max_length=80)
    dated = models.DateField("形成日期")
    note = models.CharField("说明", max_length=200, blank=True)
    search = models.CharField(max_length=300, blank=True, editable=False, help_text="名称的全拼与首字母")
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="evidence", null=True, blank=True, verbose_name="文件")
    tasks = models.ManyToManyField(Task, related_name="evidence", verbose_name="对应任务")
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="successor", verbose_name="替代")
    history = LinkedRecords(m2m_fields=[tasks], excluded_fields=["search"])
    objects = ReviewableQuerySet.as_manager()

    class Meta:
        verbose_name = "佐证材料"
        verbose_name_plural = "佐证材料"
        ordering = ("-dated", "-id")
        constraints = [
            Check(
                condition=Q(state=ReviewState.DRAFT) | Q(file__isnull=False),
                name="evidence_has_file",
                violation_error_message="请先上传文件再提交",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evidence_detail", args=[self.pk])
