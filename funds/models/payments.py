"""用款申请, its steps, attachments and invoices, and the ledger of what was paid."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts import clock
from accounts.access import units_visible_to
from accounts.constraints import Check
from accounts.models import Role, Unit, User, sample_mode
from funds.models.contracts import BudgetLine, Contract
from funds.models.entries import Entry
from funds.models.sources import OfPilotQuerySet
from pilots.models import Pilot, Project, StoredFile
from pilots.money import MoneyField


class PaymentState(models.TextChoices):
    """The states are named for where the application stands; the desks and their order are in funds/chain.py."""

    DRAFT = "draft", "草稿"
    TOWN_REVIEW = "town_review", "待分管领导审核"
    FINANCE_CHECK = "finance_check", "待财政所复核"
    HEAD_APPROVAL = "head_approval", "待主要负责人审批"
    TO_PAY = "to_pay", "待支付"
    PAID = "paid", "已支付"
    FILED = "filed", "已备案"
    RETURNED = "returned", "已退回"
    REJECTED = "rejected", "不予支付"
    REVERSED = "reversed", "已冲正"


IN_TRANSIT = (PaymentState.TOWN_REVIEW, PaymentState.FINANCE_CHECK, PaymentState.HEAD_APPROVAL, PaymentState.TO_PAY)
"""在途: handed in and not paid, returned or rejected; it takes up the balance."""
EDITABLE = (PaymentState.DRAFT, PaymentState.RETURNED)
PAID_STATES = (PaymentState.PAID, PaymentState.FILED)


class PaymentAction(models.TextChoices):
    SUBMIT = "submit", "提交"
    WITHDRAW = "withdraw", "撤回"
    RETURN = "return", "退回"
    APPROVE = "approve", "通过"
    REJECT = "reject", "不予支付"
    PAY = "pay", "支付登记"
    FILE = "file", "备案"
    REVERSE = "reverse", "冲正"
    REFUND = "refund", "退款登记"


class PaymentQuerySet(OfPilotQuerySet):
    def visible_to(self, user: User) -> "PaymentQuerySet":
        """Applications of visible pilots; a draft only for the unit that writes it."""
        if not user.is_authenticated or user.role in (Role.SYSADMIN, Role.CONTRACTOR):
            return self.none()
        rows = self.filter(pilot__unit__in=units_visible_to(user))
        return rows.filter(~Q(state=PaymentState.DRAFT) | Q(unit_id=user.unit_id))

    def with_state_on(self, day) -> "PaymentQuerySet":
        """Each application with `state_on`: what its last step up to `day` left it in, None without a step by then."""
        last = PaymentStep.objects.filter(payment=models.OuterRef("pk"), on__lte=day).order_by("-id").values("state")[:1]
        return self.annotate(state_on=models.Subquery(last))

    def in_transit(self) -> "PaymentQuerySet":
        """在途 now."""
        return self.filter(state__in=IN_TRANSIT)


class Payment(models.Model):
    """用款申请. Drafts and returned ones are edited; once handed in, amount and payee stand still (the database refuses to change them)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="表单的一次性编号：重复提交只成一条")
    number = models.CharField("编号", max_length=20, unique=True, null=True, editable=False, help_text="首次提交时生成，如 YK-2022-11-021")
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="payments", verbose_name="试点")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="申请单位")
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="项目")
    line = models.ForeignKey(BudgetLine, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="预算科目")
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="合同")
    payee = models.CharField("收款单位", max_length=80, blank=True, help_text="有合同的由合同带出")
    bank = models.CharField("开户银行", max_length=60, blank=True)
    account_tail = models.CharField("账号后四位", max_length=4, blank=True)
    amount = MoneyField("申请金额", null=True, blank=True)
    purpose = models.CharField("期次与用途", max_length=80, blank=True)
    is_prepayment = models.BooleanField("合同约定的预付款", default=False)
    witness = models.CharField("证明人", max_length=40, blank=True)
    explanation = models.CharField("情况说明", max_length=300, blank=True, help_text="有提示事项时填写")
    approver = models.CharField("审批人", max_length=40, blank=True, editable=False, help_text="主要负责人，线下审批后登记")
    approved_on = models.DateField("审批日期", null=True, blank=True, editable=False)
    state = models.CharField("状态", max_length=16, choices=PaymentState, default=PaymentState.DRAFT, editable=False, db_index=True)
    returned_from = models.CharField("退回前所在环节", max_length=16, choices=PaymentState, blank=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    created_at = models.DateTimeField("填写时间", default=clock.now, editable=False)
    submitted_on = models.DateField("申请日期", null=True, editable=False, help_text="最近一次提交的日期")
    version = models.PositiveIntegerField(default=1, editable=False, help_text="每次保存加一；旧表单不能盖掉新内容")
    sample = models.BooleanField("示例数据", default=sample_mode, editable=False)
    search = models.CharField(max_length=400, blank=True, editable=False, help_text="用途、收款单位的全拼与首字母")
    history = HistoricalRecords(excluded_fields=["search", "version"])
    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "用款申请"
        verbose_name_plural = "用款申请"
        ordering = ("-id",)
        indexes = [
            models.Index(fields=("pilot", "state"), name="payment_of_pilot"),
            models.Index(fields=("line", "state"), name="payment_of_line"),
            models.Index(fields=("contract", "state"), name="payment_of_contract"),
        ]
        constraints = [
            Check(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="payment_positive", violation_error_message="申请金额须大于零"),
            Check(
                condition=Q(state=PaymentState.DRAFT)
                | (
                    Q(number__isnull=False, project__isnull=False, line__isnull=False, amount__isnull=False, submitted_on__isnull=False)
                    & ~Q(payee="")
                    & ~Q(purpose="")
                    & ~Q(witness="")
                ),
                name="handed_in_payment_is_complete",
                violation_error_message="项目、预算科目、收款单位、金额、期次与用途和证明人填写后才能提交",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"用款申请草稿：{self.purpose or '未写用途'}"

    def get_absolute_url(self) -> str:
        return reverse("payment_detail", args=[self.pk])

    def editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def is_paid(self) -> bool:
        return self.state in PAID_STATES

    @property
    def account(self) -> str:
        """开户银行 and the masked account."""
        tail = f"**** **** {self.account_tail}" if self.account_tail else ""
        return f"{self.bank}　{tail}".strip("　 ")


class PaymentStep(models.Model):
    """One step of an application: who, when, what, at which desk, with which opinion. Only ever added; ordered by id."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="steps", verbose_name="用款申请")
    action = models.CharField("动作", max_length=10, choices=PaymentAction)
    desk = models.CharField("办理环节", max_length=16, choices=PaymentState, help_text="办理前的状态")
    state = models.CharField("办理后状态", max_length=16, choices=PaymentState)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="办理单位")
    on = models.DateField("日期", default=clock.today, db_index=True)
    at = models.DateTimeField("时间", default=clock.now)
    opinion = models.CharField("意见", max_length=200, blank=True)
    approver = models.CharField("审批人", max_length=40, blank=True, help_text="主要负责人审批登记时填写")

    class Meta:
        verbose_name = "用款流转记录"
        ordering = ("id",)
        indexes = [models.Index(fields=("payment", "id"), name="step_of_payment")]
        constraints = [
            Check(
                condition=~Q(action__in=("return", "reject", "reverse", "refund")) | ~Q(opinion=""),
                name="payment_step_needs_opinion",
                violation_error_message="退回、不予支付、冲正和退款须写明原因",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name}{self.get_action_display()}"


class PaymentFile(models.Model):
    """An attachment of an application."""

    class Kind(models.TextChoices):
        ACCEPTANCE = "acceptance", "验收单"
        INVOICE = "invoice", "发票"
        MINUTES = "minutes", "集体研究纪要"
        APPROVAL_SCAN = "approval_scan", "审批单扫描件"
        VOUCHER = "voucher", "银行付款凭证"
        OTHER = "other", "其他"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="files", verbose_name="用款申请")
    kind = models.CharField("类别", max_length=14, choices=Kind)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    on = models.DateField("上传日期", default=clock.today, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")

    class Meta:
        verbose_name = "用款附件"
        ordering = ("kind", "id")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.file}"


class PaymentInvoice(models.Model):
    """An invoice number of an application. While the application is on its way or paid (`active`) nobody else may use the number (FR12)."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="invoices", verbose_name="用款申请")
    number = models.CharField("发票号码", max_length=40)
    active = models.BooleanField("占用", default=False, editable=False)
    on = models.DateField("登记日期", default=clock.today, editable=False)

    class Meta:
        verbose_name = "发票"
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=("payment", "number"), name="invoice_once_per_payment", violation_error_message="同一张发票填了两次"
            ),
            models.UniqueConstraint(
                fields=("number",),
                condition=Q(active=True),
                name="invoice_used_once",
                violation_error_message="这张发票已用于另一笔用款申请",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class LedgerQuerySet(OfPilotQuerySet):
    pilot_path = "payment__pilot"


class LedgerEntry(Entry):
    """支出台账的一行: a payment, its reversal, or money that came back. This ledger is auxiliary; the financial accounts decide."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", "支付"
        REVERSAL = "reversal", "冲正"
        REFUND = "refund", "退款"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="entries", verbose_name="用款申请")
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.PAYMENT)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="记账单位", help_text="支付资金的街道、镇")
    paid_on = models.DateField("付款日期", help_text="银行付款（退款）的日期，不晚于登记日期")
    year = models.PositiveSmallIntegerField("会计年度", editable=False)
    voucher_no = models.CharField("凭证号", max_length=30)
    history = HistoricalRecords()
    objects = LedgerQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = "支出台账"
        verbose_name_plural = "支出台账"
        ordering = ("-on", "-id")
        indexes = [models.Index(fields=("payment", "on"), name="ledger_of_payment")]
        constraints = [
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=("unit", "year", "voucher_no"), name="voucher_once_a_year", violation_error_message="这个凭证号本年度已经用过"
            ),
            models.UniqueConstraint(
                fields=("payment",), condition=Q(kind="payment"), name="paid_once", violation_error_message="这份用款申请已经登记过支付"
            ),
            Check(
                condition=Q(kind="payment", sign=1, reverses__isnull=True)
                | Q(kind="reversal", sign=-1, reverses__isnull=False)
                | Q(kind="refund", sign=-1, reverses__isnull=True),
                name="ledger_kind_and_sign",
                violation_error_message="冲正和退款是减少，支付是增加",
            ),
            Check(condition=Q(paid_on__lte=models.F("on")), name="paid_before_entered", violation_error_message="付款日期不能晚于今天"),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_no} {self.signed_amount:,.2f} 元"


class NumberCounter(models.Model):
    """The last number given out under a key such as `YK-2022-11`; counted up under a lock."""

    key = models.CharField(max_length=40, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key} {self.last}"
