"""试点资金用款申请（审批）单: one payment as the paper that is signed and kept with the voucher. Opinions and days come from the steps."""

import datetime
from decimal import Decimal

from accounts import clock
from accounts.amounts import capital
from accounts.models import UnitKind
from funds.balances import contract_total, line_total
from funds.models import LedgerEntry, Payment, PaymentAction, PaymentFile, PaymentState, PaymentStep
from pilots.money import signed, total, yuan
from reports.document import Document, Form, FormCell

WIDTHS = (22.5, 27.5, 22.5, 27.5, 22.5, 33.5)
ROW_Q, AMOUNT_Q, PURPOSE_Q, SIGN_Q = 5, 6, 6, 6
NO_DATE = "年　　月　　日"
NOTES = (
    "注：1.先取得发票、完成验收，再申请用款；发票、验收单不齐的，不予受理。",
    "　　2.金额大写由系统按小写生成；经办人、证明人、审批人不得为同一人；本单一式两份。",
    "　　3.意见和日期为系统登记，签名由本人手签。",
)
NAMED = {
    PaymentFile.Kind.INVOICE: ("发票", "张"),
    PaymentFile.Kind.ACCEPTANCE: ("验收单", "份"),
    PaymentFile.Kind.MINUTES: ("集体研究纪要", "份"),
}


def payment_form(payment: Payment) -> Document:
    """The form of one application; it must have an amount, a project and a budget line (a complete draft or anything later)."""
    rows = (*_about(payment), *_amounts(payment), *_purpose(payment), *_signatures(payment))
    number = payment.number or "（提交后编号）"
    return Document(
        programme="",
        title="试点资金用款申请（审批）单",
        as_of=clock.today(),
        issuer=payment.unit.name,
        issued_on=payment.submitted_on or clock.today(),
        edition=1,
        code=payment.number or "",
        blocks=(Form(WIDTHS, rows, left=f"编号：{number}", right="单位：元", notes=NOTES),),
        sample=payment.sample,
        cover=False,
        contents=False,
        subject=f"{payment} {payment.purpose}",
    )


def _pair(label: str, value: str, label_two: str, value_two: str, *, money: bool = False) -> tuple[tuple[FormCell, ...], int]:
    last = FormCell(value_two, role="money" if money else "value")
    return (FormCell(label, role="label"), FormCell(value, 3), FormCell(label_two, role="label"), last), ROW_Q


def _about(payment: Payment) -> list:
    contract = payment.contract
    town = payment.unit.parent.short_name if payment.unit.kind == UnitKind.COMMUNITY and payment.unit.parent_id else ""
    tasks = list(payment.project.tasks.select_related("obligation").order_by("obligation__order"))
    first = tasks[0].obligation if tasks else None
    many = f"{first.code}等{len(tasks)}项" if len(tasks) > 1 else ""
    task = many or (f"{first.sentence.partition('-')[0]}　{first.code}" if first else "—")
    method = (
        contract.get_method_display().replace("自行采购", "").replace("（比选）", "比选").partition("（")[0] if contract else "直接支出"
    )
    return [
        _pair("申请单位", f"{town}{payment.unit.short_name}", "申请日期", _day(payment.submitted_on) or "—"),
        _pair("试点项目", payment.project.name, "对应任务", task),
        _pair("收款单位", payment.payee, "采购方式", method),
        _pair(
            "合同编号",
            contract.number if contract else "无合同",
            "合同金额",
            _yuan(contract_total(contract)) if contract else "—",
            money=True,
        ),
    ]


def _amounts(payment: Payment) -> list:
    """预算金额, what was paid of the contract (or the line) before, what is left after; then this payment in both ways of writing."""
    before, limit = paid_before(payment), line_total(payment.line)
    whole = contract_total(payment.contract) if payment.contract_id else limit
    label = {"role": "label"}
    return [
        (
            (
                *(FormCell("预算金额", **label), FormCell(_yuan(limit), role="money")),
                *(FormCell("累计已付", **label), FormCell(_yuan(before), role="money")),
                *(FormCell("本次后余额", **label), FormCell(_yuan(whole - before - payment.amount), role="money")),
            ),
            ROW_Q,
        ),
        (
            (
                *(FormCell("本次用款", **label), FormCell(f"（大写）{capital(payment.amount, prefix='人民币')}", 3)),
                *(FormCell("（小写）", **label), FormCell(_yuan(payment.amount), role="money")),
            ),
            AMOUNT_Q,
        ),
    ]


def paid_before(payment: Payment) -> Decimal:
    """What had been paid of the same contract (of the same line, where there is none) before this payment, in 元."""
    rows = LedgerEntry.objects.exclude(payment=payment)
    rows = rows.filter(payment__contract=payment.contract) if payment.contract_id else rows.filter(payment__line=payment.line)
    own = payment.entries.filter(kind=LedgerEntry.Kind.PAYMENT).first()
    if own is not None:
        rows = rows.filter(pk__lt=own.pk)
    return rows.aggregate(found=total(signed()))["found"]


def _purpose(payment: Payment) -> list:
    text = payment.purpose + (f"。{payment.explanation}" if payment.explanation else "")
    return [
        ((FormCell("用途说明", role="label"), FormCell(text, 5)), PURPOSE_Q),
        ((FormCell("所附资料", role="label"), FormCell(_papers(payment), 5)), ROW_Q),
    ]


def _papers(payment: Payment) -> str:
    """☑合同　☑发票1张　☑验收单1份　☐其他."""
    counts: dict[str, int] = {}
    for file in payment.files.all():
        counts[file.kind] = counts.get(file.kind, 0) + 1
    parts = ["☑合同" if payment.contract_id else "☐合同"]
    for kind, (word, unit) in NAMED.items():
        count = counts.pop(kind, 0)
        if count or kind != PaymentFile.Kind.MINUTES:
            parts.append(f"☑{word}{count}{unit}" if count else f"☐{word}")
    other = sum(count for kind, count in counts.items() if kind == PaymentFile.Kind.OTHER)
    parts.append(f"☑其他{other}份" if other else "☐其他")
    return "　".join(parts)


# --- signatures ---------------------------------------------------------------------------------------------------------------------


def _signatures(payment: Payment) -> list:
    """Seven cells, read from left to right. What a desk has answered since the last submission stands in its cell with its day; names are
    never printed there: the paper is signed by hand, the portal signs nothing."""
    steps = _valid_steps(payment)
    unit = "社区" if payment.unit.kind == UnitKind.COMMUNITY else "街道" if payment.unit.kind == UnitKind.SUBDISTRICT else "镇"
    handed = steps.get(PaymentAction.SUBMIT)
    handler, witness = _signed("签名：", handed), FormCell("签名：", 2, "signature", NO_DATE)
    head = steps.get(PaymentState.HEAD_APPROVAL)
    head_cell = _signed("意见及签名：", head, payment.approved_on)
    return [
        _sign_row(f"{unit}经办人", handler, "证明人\n（验收人）", witness),
        _sign_row(
            f"{unit}负责人",
            FormCell("意见及签名：", 2, "signature", NO_DATE),
            "街镇\n分管领导",
            _signed("意见及签名：", steps.get(PaymentState.TOWN_REVIEW)),
        ),
        _sign_row("财政所", _signed("意见及签名：", steps.get(PaymentState.FINANCE_CHECK)), "主要负责人", head_cell),
        ((FormCell("办公室备案", role="label"), _signed("签名：", steps.get(PaymentState.PAID), span=5)), SIGN_Q),
    ]


def _sign_row(label: str, cell: FormCell, label_two: str, cell_two: FormCell) -> tuple[tuple[FormCell, ...], int]:
    return (FormCell(label, role="label"), cell, FormCell(label_two, role="label"), cell_two), SIGN_Q


def _valid_steps(payment: Payment) -> dict[str, PaymentStep]:
    """The answers that count: those since the last submission, by the desk they were given at; the submission itself under its action."""
    found: dict[str, PaymentStep] = {}
    for step in payment.steps.select_related("actor").order_by("id"):
        if step.action == PaymentAction.SUBMIT:
            found = {PaymentAction.SUBMIT: step}
        elif step.action in (PaymentAction.APPROVE, PaymentAction.FILE, PaymentAction.REJECT):
            found[step.desk] = step
        elif step.action in (PaymentAction.RETURN, PaymentAction.WITHDRAW):
            found = {}
    return found


def _signed(lead: str, step: PaymentStep | None, on: datetime.date | None = None, *, span: int = 2) -> FormCell:
    """意见及签名：同意 with its day; blank for the pen where nothing has been answered."""
    if step is None:
        return FormCell(lead, span, "signature", NO_DATE)
    refused = "不予支付：" if step.action == PaymentAction.REJECT else ""
    return FormCell(f"{lead}{refused}{step.opinion or ''}", span, "signature", _day(on or step.on))


def _yuan(amount: Decimal) -> str:
    return f"¥{yuan(amount)}"


def _day(day: datetime.date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
