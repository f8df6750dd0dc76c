"""Where the money comes from (资金来源) and which pilot it is given to (下达到试点)."""

import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts.access import COUNTY, units_visible_to
from accounts.constraints import Check
from accounts.models import Role, User
from funds.models.entries import Booked, Entry
from pilots.models import Pilot, Programme, StoredFile
from pilots.money import MoneyField


class OfPilotQuerySet(models.QuerySet):
    """Rows that belong to a pilot by a field named `pilot`."""

    pilot_path = "pilot"

    def visible_to(self, user: User) -> "OfPilotQuerySet":
        """Rows of visible pilots: a community its own, a street or town those below it, county roles all. Nobody else sees money."""
        if not user.is_authenticated or user.role in (Role.SYSADMIN, Role.CONTRACTOR):
            return self.none()
        return self.filter(**{f"{self.pilot_path}__unit__in": units_visible_to(user)})

    def up_to(self, day: datetime.date) -> "OfPilotQuerySet":
        """Rows entered up to and including `day`."""
        return self.filter(on__lte=day)


class Level(models.TextChoices):
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"
    DEPARTMENT = "department", "整合部门"
    SOCIETY = "society", "社会"


class FundSourceQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "FundSourceQuerySet":
        """County roles see all sources; the others those their pilots got money from."""
        if not user.is_authenticated or user.role in (Role.SYSADMIN, Role.CONTRACTOR):
            return self.none()
        if user.role in COUNTY:
            return self
        return self.filter(pk__in=Allocation.objects.visible_to(user).values("source")).distinct()

    def up_to(self, day: datetime.date) -> "FundSourceQuerySet":
        return self.filter(on__lte=day)


class FundSource(Entry):
    """资金下达: one document that issues money, with its number and day. A reversal repeats the number and names the first."""

    Level = Level

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="fund_sources", verbose_name="试点工作")
    level = models.CharField("来源", max_length=12, choices=Level)
    document_number = models.CharField("文号", max_length=60)
    issued_on = models.DateField("下达日期")
    name = models.CharField("文件名称", max_length=100)
    note = models.CharField("说明", max_length=200, blank=True)
    scan = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件扫描件")
    reversed_on = models.DateField("冲正日期", null=True, blank=True, editable=False)
    history = HistoricalRecords()
    objects = FundSourceQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = "资金来源"
        verbose_name_plural = "资金来源"
        ordering = ("issued_on", "id")
        constraints = [
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=("document_number",),
                condition=Q(reverses__isnull=True, reversed_on__isnull=True),
                name="document_number_once",
                violation_error_message="这个文号已经登记过，同一份下达文件只登记一次",
            ),
            Check(
                condition=Q(sign=1, reverses__isnull=True) | Q(sign=-1, reverses__isnull=False),
                name="source_minus_is_reversal",
                violation_error_message="资金来源只能用冲正来减少",
            ),
            Check(
                condition=Q(issued_on__lte=models.F("on")),
                name="source_issued_before_entered",
                violation_error_message="下达日期不能晚于今天",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_number} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("fund_source_detail", args=[self.reverses_id or self.pk])


class Allocation(Entry):
    """下达到试点: a part of a source given to one pilot. Σ of a source never exceeds what it issued (FR03)."""

    source = models.ForeignKey(FundSource, models.PROTECT, related_name="allocations", verbose_name="资金来源")
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="allocations", verbose_name="试点")
    document_number = models.CharField("分配文号", max_length=60, blank=True)
    allocated_on = models.DateField("分配日期")
    note = models.CharField("说明", max_length=200, blank=True)
    reversed_on = models.DateField("冲正日期", null=True, blank=True, editable=False)
    history = HistoricalRecords()
    objects = OfPilotQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = "下达到试点"
        verbose_name_plural = "下达到试点"
        ordering = ("pilot__order", "id")
        indexes = [models.Index(fields=("pilot", "on"), name="allocation_of_pilot")]
        constraints = [
            *Entry.Meta.constraints,
            Check(
                condition=Q(sign=1, reverses__isnull=True) | Q(sign=-1, reverses__isnull=False),
                name="allocation_minus_is_reversal",
                violation_error_message="下达到试点的额度只能用冲正来减少",
            ),
            Check(
                condition=Q(allocated_on__lte=models.F("on")),
                name="allocated_before_entered",
                violation_error_message="分配日期不能晚于今天",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot} {self.amount:,.2f} 元"


class MatchedFund(Booked):
    """整合部门（社会）资金到位: money or things from others than the grant. A ledger of its own; never part of the 执行率."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", "整合部门"
        SOCIETY = "society", "社会"
        RESIDENTS = "residents", "居民众筹"

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="matched_funds", verbose_name="试点")
    kind = models.CharField("来源", max_length=12, choices=Kind)
    giver = models.CharField("出资单位", max_length=80)
    amount = MoneyField("金额")
    sign = models.SmallIntegerField("方向", default=1, choices=[(1, "到位"), (-1, "冲正")], editable=False)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="reversal", verbose_name="冲正的记录"
    )
    in_kind = models.BooleanField("实物折价", default=False)
    received_on = models.DateField("到位日期")
    note = models.CharField("说明", max_length=200, blank=True)
    history = HistoricalRecords()
    objects = OfPilotQuerySet.as_manager()

    class Meta:
        verbose_name = "整合资金"
        verbose_name_plural = "整合资金"
        ordering = ("-received_on", "-id")
        constraints = [
            Check(condition=Q(amount__gt=0), name="matched_positive", violation_error_message="金额须大于零"),
            Check(
                condition=Q(sign=1, reverses__isnull=True) | Q(sign=-1, reverses__isnull=False),
                name="matched_minus_is_reversal",
                violation_error_message="整合资金只能用冲正来减少",
            ),
            Check(
                condition=Q(received_on__lte=models.F("on")),
                name="matched_received_before_entered",
                violation_error_message="到位日期不能晚于今天",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver} {self.amount:,.2f} 元"
