"""资金使用情况公示: what was posted, where, from when to when, with photos."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts import clock
from accounts.constraints import Check
from accounts.models import sample_mode
from funds.models.sources import OfPilotQuerySet
from pilots.models import Pilot, StoredFile


class Disclosure(models.Model):
    """One posting of one pilot for one quarter. `on` is the business day it was entered; figures count it from then."""

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="disclosures", verbose_name="试点")
    year = models.PositiveSmallIntegerField("年度")
    quarter = models.PositiveSmallIntegerField("季度", choices=[(1, "第一季度"), (2, "第二季度"), (3, "第三季度"), (4, "第四季度")])
    posted_on = models.DateField("公示开始")
    until = models.DateField("公示结束", help_text="公示期不少于 5 个工作日")
    place = models.CharField("公示地点", max_length=80)
    telephone = models.CharField("监督电话", max_length=40)
    note = models.CharField("说明", max_length=200, blank=True)
    text_file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="公示文本")
    start_photo = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="张贴照片")
    end_photo = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="期满照片")
    on = models.DateField("登记日期", default=clock.today, editable=False, db_index=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    version = models.PositiveIntegerField(default=1, editable=False, help_text="每次保存加一；旧表单不能盖掉新内容")
    sample = models.BooleanField("示例数据", default=sample_mode, editable=False)
    history = HistoricalRecords(excluded_fields=["version"])
    objects = OfPilotQuerySet.as_manager()

    class Meta:
        verbose_name = "资金公示"
        verbose_name_plural = "资金公示"
        ordering = ("-posted_on", "pilot__order")
        constraints = [
            models.UniqueConstraint(
                fields=("pilot", "year", "quarter"),
                name="disclosure_once_a_quarter",
                violation_error_message="这个试点本季度的公示已经登记",
            ),
            Check(
                condition=Q(until__gte=models.F("posted_on")),
                name="disclosure_ends_after_start",
                violation_error_message="公示结束不能早于公示开始",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot} {self.year}年{self.get_quarter_display()}资金公示"

    def get_absolute_url(self) -> str:
        return reverse("disclosure_detail", args=[self.pk])
