"""用款申请: written by the community, decided desk by desk (funds/chain.py), paid, filed; corrected by reversal only.

Every deed holds the pilot's lock, looks at the application as it stands then, and measures the balance again: when it is handed in, at each
desk, and when it is paid. Who may do what now says `refusal`; the page asks the same function.
"""

import datetime
import uuid
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts import audit, clock, notices, once
from accounts.access import Action, may
from accounts.models import AuditKind, Role, User
from accounts.pinyin import search_key
from funds import chain
from funds.balances import lock_pilot, next_number
from funds.cases import case_of, desk_case, refuse_uncovered, refuse_unfit
from funds.models import (
    EDITABLE,
    IN_TRANSIT,
    PAID_STATES,
    Contract,
    LedgerEntry,
    Payment,
    PaymentAction,
    PaymentFile,
    PaymentInvoice,
    PaymentState,
    PaymentStep,
)
from pilots.models import Pilot, StoredFile
from pilots.money import ZERO, checked_money, signed, total, yuan

RELATIONS = ("pilot", "unit", "project", "line", "contract", "created_by")
"""Set from rows that were read, never from numbers a form brought: not looked up once more."""
FIELDS = ("contract", "line", "amount", "purpose", "payee", "bank", "account_tail", "is_prepayment", "witness", "explanation")
OWN_KINDS = frozenset({PaymentFile.Kind.ACCEPTANCE, PaymentFile.Kind.INVOICE, PaymentFile.Kind.MINUTES, PaymentFile.Kind.OTHER})
DESK_KINDS = frozenset({PaymentFile.Kind.MINUTES, PaymentFile.Kind.APPROVAL_SCAN, PaymentFile.Kind.OTHER})
AUDIT = {
    PaymentAction.SUBMIT: AuditKind.SUBMIT,
    PaymentAction.WITHDRAW: AuditKind.WITHDRAW,
    PaymentAction.RETURN: AuditKind.RETURN,
    PaymentAction.APPROVE: AuditKind.APPROVE,
    PaymentAction.REJECT: AuditKind.RETURN,
    PaymentAction.PAY: AuditKind.CHANGE,
    PaymentAction.FILE: AuditKind.APPROVE,
    PaymentAction.REVERSE: AuditKind.VOID,
    PaymentAction.REFUND: AuditKind.CHANGE,
}

# --- who may do what ----------------------------------------------------------------------------------------------------------------


def may_apply(user: User, pilot: Pilot | None) -> bool:
    """Whether `user` may write applications of `pilot`: its own unit's people."""
    return pilot is not None and may(user, Action.APPLY_PAYMENT) and user.unit_id == pilot.unit_id


def refusal(user: User, payment: Payment, action: PaymentAction) -> str:
    """Why `user` may not do `action` to `payment` now, in one sentence; empty when they may."""
    action = PaymentAction(action)
    if action in (PaymentAction.SUBMIT, PaymentAction.WITHDRAW):
        return _refusal_of_applicant(user, payment, action)
    if action in (PaymentAction.REVERSE, PaymentAction.REFUND):
        return _refusal_of_correction(user, payment, action)
    desk = chain.desk_at(payment.state)
    if desk is None or not _answers(desk, action):
        return _wrong_state(payment, action)
    name = chain.desk_name(desk, payment)
    if not may(user, desk.action) or (desk.place == chain.TOWN and user.unit_id != payment.pilot.accountable_id):
        return f"{payment.number} 现在由{name}办理。"
    steps = list(payment.steps.order_by("-id").values_list("action", "actor_id"))
    if user.pk in {payment.created_by_id, *(actor for done, actor in steps if done == PaymentAction.SUBMIT)}:
        return f"您是 {payment.number} 的经办人，经办与审核不能是同一人。{name}由其他人员办理。"
    if steps and steps[0] == (PaymentAction.APPROVE, user.pk):
        return f"您刚办理了 {payment.number} 的上一环节，相邻两个环节不能是同一人。请{payment.pilot.accountable.short_name}其他人员办理。"
    return ""


def allowed_actions(user: User, payment: Payment) -> list[PaymentAction]:
    """What `user` may do to `payment` now, in the order of the buttons."""
    return [action for action in PaymentAction if not refusal(user, payment, action)]


def _answers(desk: chain.Desk, action: PaymentAction) -> bool:
    if action == PaymentAction.RETURN:
        return desk.may_return
    if action == PaymentAction.REJECT:
        return desk.may_reject
    return action == desk.deed


def _applicants(payment: Payment) -> set[int]:
    """Who wrote the application and who handed it in."""
    handed_in = payment.steps.filter(action=PaymentAction.SUBMIT).values_list("actor_id", flat=True)
    return {payment.created_by_id, *handed_in}


def _wrong_state(payment: Payment, action: PaymentAction) -> str:
    return f"{payment}现在是“{payment.get_state_display()}”，不能{action.label}。请刷新页面看最新情况。"


def _refusal_of_applicant(user: User, payment: Payment, action: PaymentAction) -> str:
    if not may_apply(user, payment.pilot):
        return f"{payment.unit.short_name}的填报人员可以{action.label}这份用款申请。"
    if action == PaymentAction.SUBMIT:
        return "" if payment.state in EDITABLE else _wrong_state(payment, action)
    if payment.state not in IN_TRANSIT:
        return _wrong_state(payment, action)
    last = payment.steps.order_by("-id").select_related("unit").first()
    if last is not None and last.action != PaymentAction.SUBMIT:
        return f"{last.unit.short_name}已经办理，不能撤回。需要修改时请办理环节退回。"
    return ""


def _refusal_of_correction(user: User, payment: Payment, action: PaymentAction) -> str:
    if payment.state not in PAID_STATES:
        return _wrong_state(payment, action)
    if not may(user, Action.PAY) or user.unit_id != payment.pilot.accountable_id:
        return f"{payment.pilot.accountable.short_name}财政所可以办理{action.label}。"
    if action == PaymentAction.REVERSE and payment.entries.filter(kind=LedgerEntry.Kind.REFUND).exists():
        return "这笔支付已有退款，不能再冲正。余下的部分请按退款登记。"
    if action == PaymentAction.REFUND and _left(payment) <= ZERO:
        return "这笔支付已全部退回，不能再登记退款。"
    return ""


def _left(payment: Payment) -> Decimal:
    """What of a payment has not come back, in 元."""
    return payment.entries.aggregate(found=total(signed()))["found"]


# --- the draft ----------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_payment(
    payment: Payment | None,
    *,
    by: User,
    uid: uuid.UUID | None = None,
    expected_version: int | None = None,
    invoices: list[str] | None = None,
    **values,
) -> Payment:
    """Write or change a draft; `values` are those of FIELDS, `invoices` the numbers. Payee and account come from the contract where there is one.

    A second press with the same `uid` gives the same record; a stale form is refused with code `stale`. Refuses lines and contracts of other
    pilots and whatever is handed in. A draft may have holes: what is missing to hand in, `submit_payment` says."""
    if payment is None:
        pilot = Pilot.objects.select_related("unit", "accountable").filter(unit=by.unit_id).first()
        if not may_apply(by, pilot):
            raise PermissionDenied("试点社区和承担试点的街道可以填报用款申请。")
        once.one_press_at_a_time(by)
        known = Payment.objects.filter(uid=uid, unit=by.unit_id).first() if uid else None
        if known is not None:
            return known
        payment = Payment(uid=uid or uuid.uuid4(), pilot=pilot, unit=by.unit, created_by=by)
    else:
        payment = _locked(payment)
        if not may_apply(by, payment.pilot):
            raise PermissionDenied("只能修改本单位的用款申请。")
        if expected_version is not None and payment.version != expected_version:
            raise ValidationError("这份申请在您打开后已被修改。您填写的内容还在下面，请对照最新内容后再保存", code="stale")
        if not payment.editable():
            raise ValidationError(
                f"这份申请现在是“{payment.get_state_display()}”，不能修改。需要修改时请先撤回，已支付的只能冲正后重新申请"
            )
        payment.version += 1
    _fill(payment, values)
    payment.clean_fields(exclude=RELATIONS)
    payment.validate_constraints()
    payment.save()
    if invoices is not None:
        _keep_invoices(payment, invoices)
    return payment


def _fill(payment: Payment, values: dict) -> None:
    for name in FIELDS:
        if name in values:
            setattr(payment, name, values[name])
    for name in ("contract", "line"):
        row = getattr(payment, name)
        if row is not None and row.pilot_id != payment.pilot_id:
            raise ValidationError({name: "所选的合同或预算不属于本试点，请重新选择"})
    if payment.amount is not None:
        try:
            payment.amount = checked_money(payment.amount)
        except ValidationError as refused:
            raise ValidationError({"amount": refused.messages})
    if payment.contract is not None:
        contract: Contract = payment.contract
        payment.line = contract.line
        payment.payee, payment.bank, payment.account_tail = contract.contractor, contract.bank, contract.account_tail
    payment.project = payment.line.project if payment.line is not None else None
    payment.search = search_key(f"{payment.purpose} {payment.payee}")


def _keep_invoices(payment: Payment, numbers: list[str]) -> None:
    wanted = list(dict.fromkeys(number.strip() for number in numbers if number.strip()))
    known = {row.number: row for row in payment.invoices.all()}
    for number, row in known.items():
        if number not in wanted:
            row.delete()
    for number in wanted:
        if number not in known:
            PaymentInvoice.objects.create(payment=payment, number=number, on=clock.today())


@transaction.atomic
def delete_draft(payment: Payment, *, by: User) -> None:
    """Delete an application that was never handed in. Everything else stays."""
    payment = _locked(payment)
    if not may_apply(by, payment.pilot):
        raise PermissionDenied("只能删除本单位的草稿。")
    if payment.state != PaymentState.DRAFT or payment.number:
        raise ValidationError("只有从未提交过的草稿可以删除。已提交过的申请请撤回修改，已支付的只能冲正")
    audit.record(AuditKind.VOID, user=by, about=payment, draft_deleted=True)
    payment.files.all().delete()
    payment.invoices.all().delete()
    payment.delete()


@transaction.atomic
def attach_payment_file(payment: Payment, *, by: User, kind: str, file: StoredFile) -> PaymentFile:
    """Add an attachment. The applicant's unit: 验收单, 发票, 纪要, 其他, also later (a late invoice); the desks of the street or town: 纪要 and
    审批单扫描件; the finance office: 银行付款凭证. Adding is never refused for the state, but for rejected and reversed ones."""
    payment, kind = _locked(payment), PaymentFile.Kind(kind)
    if payment.state in (PaymentState.REJECTED, PaymentState.REVERSED):
        raise ValidationError(f"申请{payment.get_state_display()}，不再接收附件")
    if not may_attach(by, payment, kind):
        raise PermissionDenied(f"您不能上传这份申请的{kind.label}。")
    row = PaymentFile.objects.create(payment=payment, kind=kind, file=file, on=clock.today(), by=by)
    audit.record(AuditKind.UPLOAD, user=by, about=payment, file=file.original_name, paper=kind.label)
    return row


def may_attach(user: User, payment: Payment, kind: str) -> bool:
    """Whether `user` may add an attachment of this kind."""
    if may_apply(user, payment.pilot) and kind in OWN_KINDS:
        return True
    if user.unit_id != payment.pilot.accountable_id:
        return False
    if kind == PaymentFile.Kind.VOUCHER:
        return may(user, Action.PAY) and payment.state in (PaymentState.TO_PAY, *PAID_STATES)
    desks = (Action.REVIEW_PAYMENT, Action.CHECK_PAYMENT, Action.REGISTER_APPROVAL)
    return kind in DESK_KINDS and payment.state != PaymentState.DRAFT and any(may(user, action) for action in desks)


@transaction.atomic
def add_late_invoice(payment: Payment, *, by: User, number: str) -> PaymentInvoice:
    """The number of an invoice that came after a 预付款 was paid. Refuses a number in use (FR12)."""
    payment = _locked(payment)
    if not may_apply(by, payment.pilot) or payment.editable() or payment.state in (PaymentState.REJECTED, PaymentState.REVERSED):
        raise PermissionDenied("申请单位可以在提交后补登发票号码。")
    row = PaymentInvoice(payment=payment, number=number.strip(), on=clock.today())
    row.full_clean()
    row.save()
    _claim_invoices(payment)
    return row


@transaction.atomic
def remove_payment_file(row: PaymentFile, *, by: User) -> None:
    """Take back an attachment while the application can be edited."""
    payment = _locked(row.payment)
    if not may_apply(by, payment.pilot):
        raise PermissionDenied("只能删除本单位申请的附件。")
    if not payment.editable():
        raise ValidationError("申请已提交，附件不能删除，可以补传")
    audit.record(AuditKind.VOID, user=by, about=payment, file=row.file.original_name)
    row.delete()


# --- the steps ----------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def submit_payment(payment: Payment, *, by: User) -> PaymentStep:
    """Hand in. Refuses with every reason at its field: rules that block, warnings without an explanation. The number is given the first time."""
    payment = _permitted(payment, by, PaymentAction.SUBMIT)
    refuse_unfit(case_of(payment))
    if payment.number is None:
        key = f"YK-{clock.today():%Y-%m}"
        payment.number = f"{key}-{next_number(key):03d}"
    payment.submitted_on = clock.today()
    _claim_invoices(payment)
    return _move(payment, PaymentAction.SUBMIT, chain.first_state(), by=by)


@transaction.atomic
def withdraw_payment(payment: Payment, *, by: User) -> PaymentStep:
    """Take back what nobody has decided on; it is a draft again and takes up no balance."""
    payment = _permitted(payment, by, PaymentAction.WITHDRAW)
    _release_invoices(payment)
    return _move(payment, PaymentAction.WITHDRAW, PaymentState.DRAFT, by=by)


@transaction.atomic
def return_payment(payment: Payment, *, by: User, opinion: str) -> PaymentStep:
    """Send back to the applicant with an opinion (required); the balance is free until it is handed in again."""
    payment = _permitted(payment, by, PaymentAction.RETURN)
    if not opinion.strip():
        raise ValidationError({"opinion": "退回须写明意见，让对方知道怎么改"})
    payment.returned_from = payment.state
    _release_invoices(payment)
    return _move(payment, PaymentAction.RETURN, PaymentState.RETURNED, by=by, opinion=opinion)


@transaction.atomic
def reject_payment(payment: Payment, *, by: User, opinion: str) -> PaymentStep:
    """不予支付, for good, with a reason."""
    payment = _permitted(payment, by, PaymentAction.REJECT)
    if not opinion.strip():
        raise ValidationError({"opinion": "不予支付须写明原因"})
    _release_invoices(payment)
    return _move(payment, PaymentAction.REJECT, PaymentState.REJECTED, by=by, opinion=opinion)


@transaction.atomic
def approve_payment(
    payment: Payment,
    *,
    by: User,
    opinion: str = "",
    approver: str = "",
    approved_on: datetime.date | None = None,
    scan: StoredFile | None = None,
) -> PaymentStep:
    """Send on to the next desk. At 主要负责人审批 the decision made on paper is registered: `approver` and `approved_on` are needed there, and
    for large sums the minutes of the collective decision. The balance is measured again."""
    payment = _permitted(payment, by, PaymentAction.APPROVE)
    deciding = payment.state == PaymentState.HEAD_APPROVAL
    refuse_uncovered(desk_case(payment), deciding=deciding)
    if deciding:
        _register_head(payment, approver, approved_on)
        if scan is not None:
            attach_payment_file(payment, by=by, kind=PaymentFile.Kind.APPROVAL_SCAN, file=scan)
    return _move(payment, PaymentAction.APPROVE, chain.state_after(payment.state), by=by, opinion=opinion, approver=approver.strip())


def _register_head(payment: Payment, approver: str, approved_on: datetime.date | None) -> None:
    if not approver.strip():
        raise ValidationError({"approver": "请填写审批人（主要负责人）"})
    if approved_on is None:
        raise ValidationError({"approved_on": "请填写审批日期"})
    if approved_on > clock.today():
        raise ValidationError({"approved_on": "审批日期不能晚于今天"})
    if approved_on < payment.submitted_on:
        raise ValidationError({"approved_on": f"审批日期不能早于申请日期（{payment.submitted_on:%Y-%m-%d}）"})
    payment.approver, payment.approved_on = approver.strip(), approved_on


@transaction.atomic
def pay_payment(
    payment: Payment, *, by: User, paid_on: datetime.date, voucher_no: str, voucher_file: StoredFile | None = None, opinion: str = ""
) -> LedgerEntry:
    """支付登记: the money has left the treasury. Writes the ledger's row; it counts from today on. Refuses a voucher number used this year, a day
    before the contract or the approval or in the future (FR08), and once more what exceeds the balance."""
    payment = _permitted(payment, by, PaymentAction.PAY)
    refuse_uncovered(desk_case(payment), deciding=True)
    _payable_on(payment, paid_on)
    entry = _enter(payment, LedgerEntry.Kind.PAYMENT, payment.amount, paid_on, voucher_no, by=by)
    if voucher_file is not None:
        attach_payment_file(payment, by=by, kind=PaymentFile.Kind.VOUCHER, file=voucher_file)
    _move(payment, PaymentAction.PAY, PaymentState.PAID, by=by, opinion=opinion)
    return entry


def _payable_on(payment: Payment, day: datetime.date) -> None:
    if day > clock.today():
        raise ValidationError({"paid_on": "付款日期不能晚于今天"})
    if payment.contract is not None and day < payment.contract.signed_on:
        raise ValidationError({"paid_on": f"付款日期不能早于合同签订日期（{payment.contract.signed_on:%Y-%m-%d}）"})
    if payment.approved_on is not None and day < payment.approved_on:
        raise ValidationError({"paid_on": f"付款日期不能早于审批日期（{payment.approved_on:%Y-%m-%d}）"})
    if day < payment.submitted_on:
        raise ValidationError({"paid_on": f"付款日期不能早于申请日期（{payment.submitted_on:%Y-%m-%d}）"})


@transaction.atomic
def file_payment(payment: Payment, *, by: User, opinion: str = "") -> PaymentStep:
    """备案 by the leading group office, never an approval."""
    payment = _permitted(payment, by, PaymentAction.FILE)
    return _move(payment, PaymentAction.FILE, PaymentState.FILED, by=by, opinion=opinion)


# --- corrections --------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def reverse_payment(payment: Payment, *, by: User, reason: str, voucher_no: str) -> LedgerEntry:
    """冲正: a row of the same amount with minus; the pair sums to zero, both stay, the balance is free again. The right payment is applied for
    anew. Refuses one of which money already came back (then the rest is a refund, too)."""
    payment = _permitted(payment, by, PaymentAction.REVERSE)
    if not reason.strip():
        raise ValidationError({"reason": "冲正须写明原因"})
    first = payment.entries.get(kind=LedgerEntry.Kind.PAYMENT)
    entry = _enter(payment, LedgerEntry.Kind.REVERSAL, first.amount, clock.today(), voucher_no, by=by, reason=reason, reverses=first)
    _release_invoices(payment)
    _move(payment, PaymentAction.REVERSE, PaymentState.REVERSED, by=by, opinion=reason)
    return entry


@transaction.atomic
def refund_payment(
    payment: Payment, *, by: User, amount: Decimal, reason: str, voucher_no: str, paid_on: datetime.date | None = None
) -> LedgerEntry:
    """退款登记: a part (or all) of a payment came back from the payee; the balance is free again by so much. `amount` in 元."""
    payment = _permitted(payment, by, PaymentAction.REFUND)
    if not reason.strip():
        raise ValidationError({"reason": "退款须写明原因"})
    try:
        amount = checked_money(amount)
    except ValidationError as refused:
        raise ValidationError({"amount": refused.messages})
    left = _left(payment)
    if amount > left:
        raise ValidationError({"amount": f"退款金额 {yuan(amount)} 元超过这笔支付尚未退回的 {yuan(left)} 元"})
    day = paid_on or clock.today()
    if day > clock.today():
        raise ValidationError({"paid_on": "退款日期不能晚于今天"})
    if day < payment.entries.get(kind=LedgerEntry.Kind.PAYMENT).paid_on:
        raise ValidationError({"paid_on": "退款日期不能早于付款日期"})
    entry = _enter(payment, LedgerEntry.Kind.REFUND, amount, day, voucher_no, by=by, reason=reason)
    _move(payment, PaymentAction.REFUND, PaymentState(payment.state), by=by, opinion=reason)
    return entry


def _enter(
    payment: Payment,
    kind: LedgerEntry.Kind,
    amount: Decimal,
    paid_on: datetime.date,
    voucher_no: str,
    *,
    by: User,
    reason: str = "",
    reverses: LedgerEntry | None = None,
) -> LedgerEntry:
    """Add the row of the ledger; a voucher number used this year is refused in words."""
    if not voucher_no.strip():
        raise ValidationError({"voucher_no": "请填写凭证号"})
    unit = payment.pilot.accountable
    entry = LedgerEntry(
        payment=payment,
        kind=kind,
        sign=1 if kind == LedgerEntry.Kind.PAYMENT else -1,
        amount=amount,
        unit=unit,
        paid_on=paid_on,
        year=paid_on.year,
        voucher_no=voucher_no.strip(),
        reason=reason.strip(),
        reverses=reverses,
        on=clock.today(),
        by=by,
    )
    taken = LedgerEntry.objects.filter(unit=unit, year=entry.year, voucher_no=entry.voucher_no).select_related("payment").first()
    if taken is not None:
        raise ValidationError({"voucher_no": f"凭证号 {entry.voucher_no} 本年度已用于 {taken.payment.number}，请核对"})
    entry.clean_fields(exclude=("payment", "unit", "reverses", "by"))
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError as fault:
        if "voucher" in str(fault):  # another pilot of the same street or town took the number in this moment
            raise ValidationError({"voucher_no": f"凭证号 {entry.voucher_no} 本年度已经用过，请核对"})
        raise
    return entry


# --- what all have in common ----------------------------------------------------------------------------------------------------------


def _locked(payment: Payment) -> Payment:
    """The application as it stands now, under its pilot's lock."""
    lock_pilot(payment.pilot_id)
    related = ("pilot__unit", "pilot__accountable", "line__category", "contract")
    locked = Payment.objects.select_for_update(of=("self",), no_key=True).select_related(*related).get(pk=payment.pk)
    locked.unit = locked.pilot.unit  # an application is its pilot's own unit's, see save_payment
    return locked


def _permitted(payment: Payment, by: User, action: PaymentAction) -> Payment:
    """Lock, then refuse who may not (403) and what is not due (a sentence)."""
    payment = _locked(payment)
    reason = refusal(by, payment, action)
    if reason:
        raise ValidationError(reason, code="refused")
    return payment


def _claim_invoices(payment: Payment) -> None:
    """Mark the application's invoice numbers as used. Two applications that claim one in the same moment: the second reads why not."""
    try:
        with transaction.atomic():
            for row in payment.invoices.filter(active=False).order_by("number"):  # one order for all: no deadlock
                row.active = True
                row.save()
    except IntegrityError:
        raise ValidationError({"invoices": "发票已用于另一笔用款申请。同一张发票不能用两次，请核对发票号码。"})


def _release_invoices(payment: Payment) -> None:
    for row in payment.invoices.filter(active=True):
        row.active = False
        row.save()


def _move(payment: Payment, action: PaymentAction, state: PaymentState, *, by: User, opinion: str = "", approver: str = "") -> PaymentStep:
    desk, payment.state = payment.state, state
    payment.version += 1
    if action == PaymentAction.SUBMIT:
        payment.validate_constraints()
    payment.save()
    step = PaymentStep(
        payment=payment,
        action=action,
        desk=desk,
        state=state,
        actor=by,
        unit=by.unit,
        on=clock.today(),
        opinion=opinion.strip(),
        approver=approver,
    )
    step.clean_fields(exclude=("payment", "actor", "unit"))
    step.save()
    audit.record(AUDIT[action], user=by, about=payment, opinion=opinion, amount=yuan(payment.amount or 0), step=action.label)
    _tell(payment, step)
    return step


def _tell(payment: Payment, step: PaymentStep) -> None:
    """A message to the desk where it waits now, or to the applicant when it comes back or is paid."""
    desk = chain.desk_at(payment.state) if payment.state in (*IN_TRANSIT, PaymentState.PAID) else None
    if desk is not None and step.action != PaymentAction.REFUND:
        own = _applicants(payment)
        people = [p for p in notices.people_of(chain.unit_of(desk, payment)) if may(p, desk.action) and p.pk not in own]
        title = f"{payment.unit.short_name}用款申请 {payment.number}（{yuan(payment.amount)} 元）待{desk.title}"
        notices.notify(people, key=f"payment-{step.pk}", title=title, url=payment.get_absolute_url())
    if step.action in (PaymentAction.RETURN, PaymentAction.REJECT, PaymentAction.PAY, PaymentAction.REVERSE):
        own = [p for p in notices.people_of(payment.unit) if p.role in (Role.COMMUNITY, Role.TOWN_CLERK)]
        words = f"{step.unit.short_name}{step.get_action_display()}了用款申请 {payment.number}"
        notices.notify(
            own, key=f"payment-{step.pk}-own", title=f"{words}：{step.opinion}" if step.opinion else words, url=payment.get_absolute_url()
        )
