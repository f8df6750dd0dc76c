"""The form of a 用款申请, and the small forms of its desks."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from accounts import clock
from accounts.fields import DayField, LineField, TextField, halfwidth, line_input
from accounts.forms import DraftFields
from funds.forms import LineChoice, PaperField, PlainForm, money_field, reason_field
from funds.models import BudgetLine, Contract

_SEPARATORS = re.compile(r"[,，、;；\s]+")
_INVOICE = re.compile(r"[0-9A-Za-z-]{4,40}")
MOST_INVOICES = 20


class ContractChoice(forms.ModelChoiceField):
    def label_from_instance(self, contract: Contract) -> str:
        return f"{contract.number}　{contract.name}　{contract.contractor}"


class InvoicesField(LineField):
    """Invoice numbers, several with 、 or a space between; cleans to a list without repeats."""

    def clean(self, value) -> list[str]:
        text = halfwidth(super().clean(value) or "")
        numbers = list(dict.fromkeys(part for part in _SEPARATORS.split(text) if part))
        for number in numbers:
            if not _INVOICE.fullmatch(number):
                raise ValidationError(f"发票号码“{number[:40]}”不对，只填数字和字母，多张之间用顿号隔开")
        if len(numbers) > MOST_INVOICES:
            raise ValidationError(f"一份申请最多填 {MOST_INVOICES} 张发票")
        return numbers

    def prepare_value(self, value):
        return "、".join(value) if isinstance(value, list | tuple) else value


class PaymentForm(DraftFields, PlainForm):
    """What the community knows. Payee and account come from the contract; everything may be missing in a draft."""

    NEEDED = ("line", "amount", "purpose", "payee", "witness")

    uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    contract = ContractChoice(label="合同", queryset=Contract.objects.none(), empty_label="没有合同的小额直接支出", required=False)
    line = LineChoice(
        label="项目与用途类别",
        queryset=BudgetLine.objects.none(),
        empty_label="请选择项目和用途类别",
        required=False,
    )
    amount = money_field("申请金额", attrs={"class": "money big", "data-capital": "payment-capital"})
    purpose = LineField(label="期次与用途", max_length=80, widget=line_input("如：第三期：送餐、入户照护阶段服务"))
    payee = LineField(label="收款单位", max_length=80, required=False, widget=line_input("与发票一致的全称"))
    bank = LineField(label="开户银行", max_length=60, required=False, widget=line_input())
    account_tail = LineField(label="账号后四位", max_length=4, required=False, widget=line_input("0217", inputmode="numeric", maxlength=4))
    is_prepayment = forms.BooleanField(
        label="这笔是合同约定的预付款", required=False, help_text="预付款可以先付款后开票，不超过合同约定的比例"
    )
    invoices = InvoicesField(
        label="发票号码",
        max_length=300,
        required=False,
        widget=line_input("多张之间用顿号隔开"),
        help_text="同一张发票不能用两次",
    )
    witness = LineField(label="证明人", max_length=40, widget=line_input("在场验收的另一人"))
    explanation = TextField(
        label="情况说明",
        max_length=300,
        required=False,
        help_text="自动核对有“提示”的，在这里说明",
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
    )

    def __init__(self, *args, contracts: QuerySet[Contract], lines: QuerySet[BudgetLine], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contract"].queryset = contracts
        self.fields["line"].queryset = lines
        self.mark_needed(True)

    def clean_account_tail(self) -> str:
        tail = halfwidth(self.cleaned_data["account_tail"])
        if tail and not (tail.isascii() and tail.isdigit() and len(tail) == 4):
            raise ValidationError("只填账号的后四位数字")
        return tail

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("contract"):
            cleaned["line"] = cleaned["contract"].line
        return cleaned


# --- desks ----------------------------------------------------------------------------------------------------------------------


class OpinionForm(PlainForm):
    """审核、复核: an opinion, which a refusal needs."""

    opinion = reason_field("意见", "同意；或写明要补什么", required=False)


class ReasonForm(PlainForm):
    """退回、不予支付: the opinion is needed."""

    opinion = reason_field("意见", "写明原因，对方会看到")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opinion"].error_messages["required"] = "请写明原因，让对方知道怎么改"


class InvoiceForm(PlainForm):
    """补登发票号码."""

    number = LineField(label="发票号码", max_length=40, widget=line_input())

    def clean_number(self) -> str:
        number = halfwidth(self.cleaned_data["number"])
        if not _INVOICE.fullmatch(number):
            raise ValidationError("发票号码只填数字和字母")
        return number


class HeadApprovalForm(PlainForm):
    """主要负责人审批登记: decided on paper, registered here."""

    approver = LineField(label="审批人", max_length=40, widget=line_input("主要负责人姓名"))
    approved_on = DayField(label="审批日期", past=True)
    opinion = reason_field("审批意见", "如：同意支付", required=False)
    scan = PaperField(label="审批单扫描件", required=False, help_text="签字的审批单，PDF 或照片")


class PayForm(PlainForm):
    """支付登记: after the treasury has paid."""

    paid_on = DayField(label="付款日期", past=True)
    voucher_no = LineField(label="凭证号", max_length=30, widget=line_input("如：记-1147"))
    voucher_file = PaperField(label="银行付款凭证", required=False, help_text="电子回单或照片；没有的可以稍后补传，补传前资料不全")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paid_on"].initial = clock.today


class ReverseForm(PlainForm):
    """冲正: a payment that was entered wrongly."""

    reason = reason_field("冲正原因", "写明错在哪里、按什么更正")
    voucher_no = LineField(label="冲正凭证号", max_length=30, widget=line_input("如：记-1203"))


class RefundForm(PlainForm):
    """退款登记: money that came back."""

    amount = money_field("退款金额")
    paid_on = DayField(label="到账日期", past=True)
    voucher_no = LineField(label="凭证号", max_length=30, widget=line_input("如：记-1203"))
    reason = reason_field("退款原因", "如：服务减少 3 人次，退回多付部分")
