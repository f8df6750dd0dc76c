"""Parts of the pages of 用款申请 that its form and its detail share: attachments by kind, 流转记录, reasons with their links."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.forms import Form

from accounts.models import UnitKind, User
from funds import chain, payments
from funds.models import EDITABLE, PAID_STATES, Payment, PaymentAction, PaymentFile, PaymentState, PaymentStep
from funds.pages import add_errors
from pilots.models import StoredFile

Kind = PaymentFile.Kind
PAPER_KINDS = frozenset(StoredFile.Kind)
ICONS = {
    Kind.ACCEPTANCE: "file-earmark-check",
    Kind.INVOICE: "receipt",
    Kind.MINUTES: "people",
    Kind.APPROVAL_SCAN: "pencil-square",
    Kind.VOUCHER: "bank",
    Kind.OTHER: "paperclip",
}
SIZE_HINT = "PDF、OFD、JPG，每份不超过 20 MB"


# --- attachments ------------------------------------------------------------------------------------------------------------------


def file_rows(user: User | None, payment: Payment | None, *, pilot=None) -> list[dict]:
    """The attachments by kind in the order of the page: what is there, what is missing, and whether `user` may add one (None: nobody may).

    Without a payment the rows of a new application are those its writer will see."""
    found = list(payment.files.select_related("file")) if payment is not None else []
    shown = Payment(pilot=pilot) if payment is None else payment
    return [row for kind in Kind if (row := _file_row(user, shown, kind, [paper for paper in found if paper.kind == kind]))]


def _file_row(user: User | None, payment: Payment, kind: Kind, own: list[PaymentFile]) -> dict | None:
    closed = payment.state in (PaymentState.REJECTED, PaymentState.REVERSED)
    may_add = user is not None and not closed and payments.may_attach(user, payment, kind)
    for paper in own:
        paper.late = payment.submitted_on is not None and paper.on > payment.submitted_on and kind in (Kind.INVOICE, Kind.ACCEPTANCE)
    state, word, note = _standing(payment, kind, own, may_add)
    optional = kind in (Kind.MINUTES, Kind.APPROVAL_SCAN, Kind.OTHER)
    large = kind == Kind.MINUTES and payment.amount is not None and chain.is_large(payment.amount)
    if optional and not own and not may_add and not large:
        return None
    tone = "late" if state == "late" else ""
    row = {"kind": kind.value, "word": kind.label, "icon": ICONS[kind], "files": own, "may_add": may_add}
    return row | {"state": state, "state_word": word, "note": note, "tone": tone}


def _standing(payment: Payment, kind: Kind, own: list, may_add: bool) -> tuple[str, str, str]:
    """(light, word, note) of a kind of which there is none; a kind that is there needs none."""
    hint = SIZE_HINT if may_add else ""
    if own:
        return "ok", "", hint
    if kind == Kind.INVOICE:
        if payment.is_prepayment:
            return "none", "待补", f"预付款，收到发票后补传{'。' + hint if hint else ''}"
        return "late", "缺", f"未上传{'。' + hint if hint else ''}"
    if kind == Kind.ACCEPTANCE:
        return ("none", "预付款不需要", hint) if payment.is_prepayment else ("warn", "缺", f"未上传{'。' + hint if hint else ''}")
    if kind == Kind.VOUCHER:
        paid = payment.state in PAID_STATES
        return ("late", "缺", "支付登记后未上传") if paid else ("none", "待支付登记", "支付登记时由财政所上传")
    if kind == Kind.MINUTES and payment.amount is not None and chain.is_large(payment.amount):
        return "warn", "大额须有", f"审批前上传{'。' + hint if hint else ''}"
    return "none", "", f"没有的可以不传{'。' + hint if hint else ''}"


# --- 流转记录 ---------------------------------------------------------------------------------------------------------------------

BACK = (PaymentAction.RETURN, PaymentAction.REJECT, PaymentAction.REVERSE)


def flow_of(payment: Payment, steps: Iterable[PaymentStep]) -> list[dict]:
    """What was done in its order, where the application stands now, and the desks still to come."""
    applied = "社区用款申请" if payment.unit.kind == UnitKind.COMMUNITY else f"{payment.unit.short_name}用款申请"
    rows = [_done(payment, step, applied) for step in steps]
    desk = chain.desk_at(payment.state)
    if payment.state in EDITABLE:
        who = payment.created_by.name
        title = f"待{payment.unit.short_name}修改后提交" if rows else applied
        rows.append({"state": "now", "title": title, "who": who, "at": None if rows else payment.created_at, "opinion": ""})
        coming = chain.desks()
    elif desk is not None:
        rows.append({"state": "now", "title": f"待{chain.desk_name(desk, payment)}", "who": desk.hint, "at": None, "opinion": ""})
        order = chain.desks()
        coming = order[order.index(desk) + 1 :]
    else:
        coming = []
    return rows + [
        {"state": "", "title": chain.desk_name(later, payment), "who": later.hint, "at": None, "opinion": ""} for later in coming
    ]


def _done(payment: Payment, step: PaymentStep, applied: str) -> dict:
    desk = chain.DESKS.get(step.desk)
    title = {
        PaymentAction.SUBMIT: applied,
        PaymentAction.WITHDRAW: "撤回",
        PaymentAction.RETURN: f"{step.unit.short_name}退回",
        PaymentAction.REJECT: f"{step.unit.short_name}不予支付",
        PaymentAction.REVERSE: "冲正",
        PaymentAction.REFUND: "退款登记",
    }.get(step.action) or (chain.desk_name(desk, payment) if desk else step.get_action_display())
    who = f"{step.approver}（{step.actor.name}登记）" if step.approver else step.actor.name
    return {"state": "back" if step.action in BACK else "done", "title": title, "who": who, "at": step.at, "opinion": step.opinion}


# --- reasons ----------------------------------------------------------------------------------------------------------------------

ANCHORS = {"contract": "id_contract", "payee": "pay-payee", "line": "pay-line", "minutes": "file-minutes", "amount": "id_amount"}


PLACES = {"minutes": "file-minutes"}
"""Where on the page of an application stands what a desk may miss but does not ask for in its form."""


def take_refusal(form: Form, refusal: ValidationError) -> list[dict]:
    """Put a refusal at its fields. What the form has no field for but the page has a place comes back as reasons that lead there."""
    return [_reason(PLACES[name], sentence) for name, sentence in add_errors(form, refusal, elsewhere=PLACES)]


def ask_for_files_again(form: Form) -> None:
    """A refused form comes back with all that was typed, but a browser never sends a chosen file back to its field: say so beside it."""
    for name in form.fields:
        if form.files.get(name) is not None and name not in form.errors:
            form.add_error(name, "刚才选的文件没有保存，请重新选择")


def said_reasons(form: Form) -> list[dict]:
    """The errors of a form as sentences: the first clause is the link to the field, the rest says what to do."""
    found = [_reason("", sentence) for sentence in form.non_field_errors()]
    for name in form.fields:
        found += [_reason(_anchor(form, name, sentence), sentence) for sentence in form.errors.get(name, [])]
    return found


def _anchor(form: Form, name: str, sentence: str) -> str:
    if name == "invoices" and sentence.startswith("缺发票") and not sentence.startswith("缺发票号码"):
        return "file-invoice"
    return ANCHORS.get(name) or form[name].id_for_label or form[name].auto_id


def _reason(anchor: str, sentence: str) -> dict:
    first, dot, rest = sentence.partition("。")
    return {"url": f"#{anchor}" if anchor else "", "link": first, "rest": dot + rest}
