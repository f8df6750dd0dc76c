"""What the money is meant for: use categories, budget lines of projects, contracts and their changes."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts.constraints import Check
from accounts.models import sample_mode
from funds.models.entries import Booked, Entry
from funds.models.sources import OfPilotQuerySet
from pilots.models import Pilot, Project, StoredFile
from pilots.money import MoneyField


class UseCategory(models.Model):
    """资金用途类别. The list is a proposal the office edits; categories that are not allowed stay listed so that nobody asks twice (FR02)."""

    code = models.SlugField("代码", unique=True)
    name = models.CharField("名称", max_length=40)
    kind = models.CharField("性质", max_length=10, choices=Project.Kind, blank=True)
    allowed = models.BooleanField("允许使用", default=True)
    order = models.PositiveSmallIntegerField("顺序", default=0)
    basis = models.CharField("依据", max_length=100, default="建议，由县里核定")
    history = HistoricalRecords()

    class Meta:
        verbose_name = "用途类别"
        verbose_name_plural = "用途类别"
        ordering = ("order",)

    def __str__(self) -> str:
        return f"{self.name}（{self.get_kind_display()}）" if self.kind else self.name


class BudgetLine(models.Model):
    """预算科目: one use category of one project. What it holds is the sum of its entries."""

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="budget_lines", verbose_name="试点")
    project = models.ForeignKey(Project, models.PROTECT, related_name="budget_lines", verbose_name="项目")
    category = models.ForeignKey(UseCategory, models.PROTECT, related_name="budget_lines", verbose_name="用途类别")
    sample = models.BooleanField("示例数据", default=sample_mode, editable=False)
    history = HistoricalRecords()
    objects = OfPilotQuerySet.as_manager()

    class Meta:
        verbose_name = "预算科目"
        verbose_name_plural = "预算科目"
        ordering = ("pilot__order", "project__code", "category__order")
        constraints = [
            models.UniqueConstraint(
                fields=("project", "category"),
                name="budget_line_once",
                violation_error_message="这个项目已有这一用途类别的预算，请调整原预算",
            )
        ]

    def __str__(self) -> str:
        return f"{self.project.name} · {self.category.name}"

    def get_absolute_url(self) -> str:
        return reverse("budget_line_detail", args=[self.pk])


class BudgetEntry(Entry):
    """预算金额及其调整: the first amount of a line and every change of it, up or down with a reason."""

    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="entries", verbose_name="预算科目")
    history = HistoricalRecords()

    class Meta(Entry.Meta):
        verbose_name = "预算金额"
        ordering = ("id",)
        constraints = [*Entry.Meta.constraints]

    def __str__(self) -> str:
        return f"{self.line} {self.signed_amount:,.2f} 元"


class Contract(Booked):
    """合同. Its amount is the first one; changes are rows of their own, so the contract itself never changes."""

    class Party(models.TextChoices):
        """Who may be a contractor. A team that is only 备案 has no contract, invoice or account of its own (FR38)."""

        COMPANY = "company", "企业"
        ORGANISATION = "organisation", "登记的社会组织"
        INSTITUTION = "institution", "事业单位"
        COLLECTIVE = "collective", "居民委员会、村集体"
        INDIVIDUAL = "individual", "个人、个体工商户"
        FILED_TEAM = "filed_team", "备案的社区社会组织"

    class Method(models.TextChoices):
        OPEN_TENDER = "open_tender", "公开招标"
        INVITED_TENDER = "invited_tender", "邀请招标"
        NEGOTIATION = "negotiation", "竞争性谈判"
        CONSULTATION = "consultation", "竞争性磋商"
        INQUIRY = "inquiry", "询价"
        SINGLE_SOURCE = "single_source", "单一来源"
        FRAMEWORK = "framework", "框架协议"
        COMPARISON = "comparison", "限额以下自行采购（比选）"
        DIRECT = "direct", "直接委托（居民自治项目）"

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="contracts", verbose_name="试点")
    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="contracts", verbose_name="预算科目")
    number = models.CharField("合同编号", max_length=40, unique=True, error_messages={"unique": "这个合同编号已经用过"})
    name = models.CharField("合同名称", max_length=60)
    contractor = models.CharField("承接单位", max_length=80)
    party = models.CharField("承接单位类别", max_length=12, choices=Party)
    method = models.CharField("采购方式", max_length=16, choices=Method)
    awarded_on = models.DateField("成交日期")
    signed_on = models.DateField("签订日期")
    amount = MoneyField("合同金额")
    prepayment_percent = models.PositiveSmallIntegerField("合同约定的预付款比例", default=0, help_text="百分比；没有约定填 0")
    bank = models.CharField("开户银行", max_length=60, blank=True)
    account_tail = models.CharField("账号后四位", max_length=4, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    search = models.CharField(max_length=300, blank=True, editable=False, help_text="名称、承接单位的全拼与首字母")
    history = HistoricalRecords(excluded_fields=["search"])
    objects = OfPilotQuerySet.as_manager()

    class Meta:
        verbose_name = "合同"
        verbose_name_plural = "合同"
        ordering = ("pilot__order", "number")
        indexes = [models.Index(fields=("pilot", "on"), name="contract_of_pilot")]
        constraints = [
            Check(condition=Q(amount__gt=0), name="contract_positive", violation_error_message="合同金额须大于零"),
            Check(
                condition=Q(signed_on__gte=models.F("awarded_on")),
                name="contract_signed_after_award",
                violation_error_message="合同签订日期不能早于成交日期",
            ),
            Check(
                condition=Q(signed_on__lte=models.F("on")),
                name="contract_signed_before_entered",
                violation_error_message="合同签订日期不能晚于今天",
            ),
            Check(
                condition=~Q(party="filed_team"),
                name="contract_not_with_filed_team",
                violation_error_message="备案的社区社会组织不是法人，不能作为合同承接单位",
            ),
            Check(condition=Q(prepayment_percent__lte=100), name="prepayment_to_100", violation_error_message="预付款比例在 0 至 100 之间"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("contract_detail", args=[self.pk])

    @property
    def account(self) -> str:
        """开户银行 and the masked account, as pages and forms show it."""
        tail = f"**** **** {self.account_tail}" if self.account_tail else ""
        return f"{self.bank}　{tail}".strip("　 ")


class ContractChange(Entry):
    """合同变更 (within 10 % of the first amount, FR05) or 解除: what has not been paid is given back."""

    class Kind(models.TextChoices):
        CHANGE = "change", "变更"
        END = "end", "解除"

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="changes", verbose_name="合同")
    kind = models.CharField("类别", max_length=8, choices=Kind, default=Kind.CHANGE)
    signed_on = models.DateField("签订日期")
    history = HistoricalRecords()

    class Meta(Entry.Meta):
        verbose_name = "合同变更"
        ordering = ("id",)
        constraints = [
            *Entry.Meta.constraints,
            Check(condition=~Q(reason=""), name="contract_change_reason", violation_error_message="合同变更须写明原因"),
            Check(
                condition=Q(kind="change") | Q(sign=-1), name="contract_end_is_minus", violation_error_message="解除合同只会减少合同金额"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract.number} {self.get_kind_display()} {self.signed_amount:,.2f} 元"


class ContractFile(models.Model):
    """一份合同资料. 采购文件, 成交通知 and 合同 belong to every contract, 验收单 once the work is done."""

    class Kind(models.TextChoices):
        PROCUREMENT = "procurement", "采购文件"
        AWARD = "award", "成交通知"
        CONTRACT = "contract", "合同"
        ACCEPTANCE = "acceptance", "验收单"
        OTHER = "other", "其他"

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="files", verbose_name="合同")
    kind = models.CharField("类别", max_length=12, choices=Kind)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    on = models.DateField("上传日期", db_index=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "合同资料"
        ordering = ("kind", "id")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.file}"
