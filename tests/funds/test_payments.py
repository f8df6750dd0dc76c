"""The way of a 用款申请 through its desks, and back; who may do what in which state (S38)."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts import clock
from accounts.models import Notice, User
from accounts.todos import todos_for
from funds import payments
from funds.balances import balances_of
from funds.contracts import change_contract, change_line, end_contract, open_line, sign_contract
from funds.models import LedgerEntry, Payment, PaymentAction, PaymentFile, PaymentState, UseCategory
from funds.queries import fund_chain
from funds.sources import allocate, reverse_allocation, reverse_source
from tests.conftest import PEOPLE, TODAY
from tests.funds import records

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
State, Action = PaymentState, PaymentAction
TOMORROW = TODAY + datetime.timedelta(days=1)


@pytest.fixture
def contract(pilot):
    p4 = pilot("P4")
    records.given(p4)
    return records.contract_on(records.line_of(p4))


def words(refused) -> str:
    return " ".join(refused.value.messages)


def test_from_draft_to_filed(contract):
    payment = records.advance(records.drafted(contract.pilot, "60000", contract=contract), State.FILED)
    assert payment.number == "YK-2022-11-001" and payment.payee == contract.contractor
    assert [s.state for s in payment.steps.all()] == ["town_review", "finance_check", "head_approval", "to_pay", "paid", "filed"]
    chain = fund_chain([contract.pilot], TODAY)
    assert str(chain.total.paid) == "60000.00" and chain.total.contracts == 1 and chain.total.payments == 1
    assert Notice.objects.filter(recipient__username="office", title__contains="待领导小组办公室备案").exists()


# --- state × action × role ------------------------------------------------------------------------------------------------------------

TOWN = {"chicheng", "chicheng2", "chicheng_finance"}
MAY = {
    (State.DRAFT, Action.SUBMIT): {"xiahejie"},
    (State.RETURNED, Action.SUBMIT): {"xiahejie"},
    (State.TOWN_REVIEW, Action.WITHDRAW): {"xiahejie"},
    (State.TOWN_REVIEW, Action.APPROVE): {"chicheng2"},
    (State.TOWN_REVIEW, Action.RETURN): {"chicheng2"},
    (State.TOWN_REVIEW, Action.REJECT): {"chicheng2"},
    (State.FINANCE_CHECK, Action.APPROVE): {"chicheng_finance"},
    (State.FINANCE_CHECK, Action.RETURN): {"chicheng_finance"},
    (State.HEAD_APPROVAL, Action.APPROVE): {"chicheng", "chicheng2"},
    (State.HEAD_APPROVAL, Action.RETURN): {"chicheng", "chicheng2"},
    (State.HEAD_APPROVAL, Action.REJECT): {"chicheng", "chicheng2"},
    (State.TO_PAY, Action.PAY): {"chicheng_finance"},
    (State.TO_PAY, Action.RETURN): {"chicheng_finance"},
    (State.PAID, Action.FILE): {"office", "office2"},
    (State.PAID, Action.REVERSE): {"chicheng_finance"},
    (State.PAID, Action.REFUND): {"chicheng_finance"},
    (State.FILED, Action.REVERSE): {"chicheng_finance"},
    (State.FILED, Action.REFUND): {"chicheng_finance"},
}
"""The documented table: whoever stands nowhere is refused. 10 states × 9 actions × 19 people."""


def deed(action, payment, by):
    finance = {"voucher_no": "记-越权", "reason": "试"}
    return {
        Action.SUBMIT: lambda: payments.submit_payment(payment, by=by),
        Action.WITHDRAW: lambda: payments.withdraw_payment(payment, by=by),
        Action.RETURN: lambda: payments.return_payment(payment, by=by, opinion="试"),
        Action.APPROVE: lambda: payments.approve_payment(payment, by=by, approver="试", approved_on=TODAY),
        Action.REJECT: lambda: payments.reject_payment(payment, by=by, opinion="试"),
        Action.PAY: lambda: payments.pay_payment(payment, by=by, paid_on=TODAY, voucher_no="记-越权"),
        Action.FILE: lambda: payments.file_payment(payment, by=by),
        Action.REVERSE: lambda: payments.reverse_payment(payment, by=by, **finance),
        Action.REFUND: lambda: payments.refund_payment(payment, by=by, amount=Decimal(1), **finance),
    }[action]()


def in_state(contract, state):
    payment = records.drafted(contract.pilot, "1000", contract=contract)
    if state == State.RETURNED:
        payment = records.advance(payment, State.TOWN_REVIEW)
        payments.return_payment(payment, by=records.person("chicheng2"), opinion="补验收单")
    elif state == State.REJECTED:
        payment = records.advance(payment, State.TOWN_REVIEW)
        payments.reject_payment(payment, by=records.person("chicheng2"), opinion="不在范围")
    elif state == State.REVERSED:
        payment = records.advance(payment, State.PAID)
        payments.reverse_payment(payment, by=records.person("chicheng_finance"), reason="账户有误", voucher_no="记-冲")
    else:
        payment = records.advance(payment, state)
    return Payment.objects.select_related("pilot__accountable", "unit").get(pk=payment.pk)


@pytest.mark.parametrize("state", list(State))
def test_who_may_do_what(contract, state):
    payment = in_state(contract, state)
    people = {p.username: p for p in User.objects.select_related("unit").filter(username__in=PEOPLE)}
    for action in Action:
        allowed = {name for name, user in people.items() if not payments.refusal(user, payment, action)}
        assert allowed == MAY.get((state, action), set()), (state, action)


@pytest.mark.parametrize("state", list(State))
def test_who_may_not_leaves_nothing(contract, state):
    """Every deed by the wrong people of every kind of role: a sentence, no step, no row of the ledger."""
    payment = in_state(contract, state)
    before = payment.steps.count(), LedgerEntry.objects.count(), payment.version
    for name in ("xiahejie", "guangfu", "puan2", "chicheng", "chicheng2", "chicheng_finance", "office", "finance", "leader", "auditor"):
        for action in Action:
            if name in MAY.get((state, action), ()):
                continue
            with pytest.raises(ValidationError) as refused:
                deed(action, payment, records.person(name))
            assert "。" in words(refused)
    payment = Payment.objects.get(pk=payment.pk)
    assert (payment.steps.count(), LedgerEntry.objects.count(), payment.version) == before and payment.state == state


def test_the_street_clerk_does_not_handle_the_streets_own_application(pilot):
    p1 = pilot("P1")
    records.given(p1)
    line = records.line_of(p1)
    payment = records.advance(records.drafted(p1, "900", line=line), State.HEAD_APPROVAL)
    clerk, leader = records.person("puan"), records.person("puan2")
    assert "经办与审核不能是同一人" in payments.refusal(clerk, payment, Action.APPROVE)
    assert payments.refusal(leader, payment, Action.APPROVE) == ""


def test_no_two_neighbouring_desks(contract, settings):
    settings.FUNDS_CHAIN = ["town_review", "head_approval", "to_pay", "paid"]
    payment = records.advance(records.drafted(contract.pilot, "900", contract=contract), State.HEAD_APPROVAL)
    assert "相邻两个环节不能是同一人" in payments.refusal(records.person("chicheng2"), payment, Action.APPROVE)
    assert payments.refusal(records.person("chicheng"), payment, Action.APPROVE) == ""


# --- refusals at submit, approval, payment ----------------------------------------------------------------------------------------------


def test_overspending_names_the_balance(contract):
    records.advance(records.drafted(contract.pilot, "30000", contract=contract), State.PAID)
    records.advance(records.drafted(contract.pilot, "20000", contract=contract), State.TOWN_REVIEW)
    late = records.drafted(contract.pilot, "50000.01", contract=contract)
    with pytest.raises(ValidationError) as refused:
        payments.submit_payment(late, by=records.person("xiahejie"))
    assert "申请金额 50,000.01 元超出可用余额 50,000.00 元，超 0.01 元" in words(refused)
    assert Payment.objects.get(pk=late.pk).number is None
    balance = balances_of(late).of_contract
    assert (balance.total, balance.paid, balance.in_transit) == (Decimal(100000), Decimal(30000), Decimal(20000))
    assert (balance.paid_count, balance.in_transit_count) == (1, 1)


def test_direct_outlays_take_what_no_contract_has_bound(contract):
    direct = records.drafted(contract.pilot, "100000.01", line=contract.line)
    with pytest.raises(ValidationError, match=r"可用余额 100,000\.00 元"):
        payments.submit_payment(direct, by=records.person("xiahejie"))


def test_all_reasons_at_once_and_nothing_lost(contract):
    row = records.drafted(contract.pilot, "200000", contract=contract, papers=False)
    with pytest.raises(ValidationError) as refused:
        payments.submit_payment(row, by=records.person("xiahejie"))
    assert {"amount", "invoices", "explanation"} <= refused.value.message_dict.keys()
    assert Payment.objects.get(pk=row.pk).amount == Decimal(200000)


def test_large_sums_wait_for_the_minutes(contract):
    payment = records.advance(records.drafted(contract.pilot, "50000", contract=contract), State.HEAD_APPROVAL)
    clerk = records.person("chicheng")
    with pytest.raises(ValidationError, match="集体研究纪要"):
        payments.approve_payment(payment, by=clerk, approver="示例镇长", approved_on=TODAY)
    payments.attach_payment_file(payment, by=clerk, kind="minutes", file=records.stored(clerk))
    payments.approve_payment(payment, by=clerk, approver="示例镇长", approved_on=TODAY)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"approver": "", "approved_on": TODAY}, "请填写审批人"),
        ({"approver": "甲", "approved_on": None}, "请填写审批日期"),
        ({"approver": "甲", "approved_on": TOMORROW}, "不能晚于今天"),
        ({"approver": "甲", "approved_on": TODAY - datetime.timedelta(days=1)}, "不能早于申请日期"),
    ],
)
def test_days_and_names_of_the_approval(contract, values, sentence):
    payment = records.advance(records.drafted(contract.pilot, "100", contract=contract), State.HEAD_APPROVAL)
    with pytest.raises(ValidationError, match=sentence):
        payments.approve_payment(payment, by=records.person("chicheng"), **values)


@pytest.mark.parametrize(
    ("paid_on", "voucher", "sentence"),
    [
        (TOMORROW, "记-1", "不能晚于今天"),
        (TODAY - datetime.timedelta(days=400), "记-1", "不能早于合同签订"),
        (TODAY - datetime.timedelta(days=3), "记-1", "不能早于审批日期"),
        (TODAY, " ", "请填写凭证号"),
        (TODAY, "记-重号", "本年度已用于"),
    ],
)
def test_days_and_vouchers_of_the_payment(contract, paid_on, voucher, sentence):
    records.advance(records.drafted(contract.pilot, "200", contract=contract), State.PAID, voucher="记-重号")
    payment = records.advance(records.drafted(contract.pilot, "100", contract=contract), State.TO_PAY)
    with pytest.raises(ValidationError, match=sentence):
        payments.pay_payment(payment, by=records.person("chicheng_finance"), paid_on=paid_on, voucher_no=voucher)
    assert Payment.objects.get(pk=payment.pk).state == State.TO_PAY


def test_an_invoice_is_used_once_and_free_after_the_return(contract):
    first = records.advance(records.drafted(contract.pilot, "100", contract=contract, invoices=["0510009"]), State.TOWN_REVIEW)
    second = records.drafted(contract.pilot, "200", contract=contract, invoices=["0510009"])
    with pytest.raises(ValidationError, match="发票 0510009 已用于 YK-2022-11-001"):
        payments.submit_payment(second, by=records.person("xiahejie"))
    payments.return_payment(first, by=records.person("chicheng2"), opinion="换发票")
    payments.submit_payment(second, by=records.person("xiahejie"))


def test_the_same_amount_within_a_week_asks_for_words(contract):
    records.advance(records.drafted(contract.pilot, "100", contract=contract), State.PAID)
    again = records.drafted(contract.pilot, "100", contract=contract)
    by = records.person("xiahejie")
    with pytest.raises(ValidationError, match="7 日内已有同一收款单位"):
        payments.submit_payment(again, by=by)
    again = payments.save_payment(again, by=by, explanation="两期服务金额相同")
    payments.submit_payment(again, by=by)


# --- editing, returning, correcting -------------------------------------------------------------------------------------------------------


def test_returned_corrected_and_handed_in_again(contract):
    payment = records.advance(records.drafted(contract.pilot, "100", contract=contract), State.FINANCE_CHECK)
    with pytest.raises(ValidationError, match="退回须写明意见"):
        payments.return_payment(payment, by=records.person("chicheng_finance"), opinion=" ")
    payments.return_payment(payment, by=records.person("chicheng_finance"), opinion="金额与发票不一致")
    by = records.person("xiahejie")
    assert any(todo.returned and "金额与发票不一致" in todo.source for todo in todos_for(by))
    assert balances_of(payment).of_contract.in_transit == 0
    payment = payments.save_payment(payment, by=by, amount=Decimal(90), expected_version=Payment.objects.get(pk=payment.pk).version)
    payment = records.advance(payment, State.FILED)
    assert payment.number == "YK-2022-11-001" and LedgerEntry.objects.get().amount == Decimal(90)


def test_what_is_handed_in_is_not_edited(contract):
    payment = records.advance(records.drafted(contract.pilot, "100", contract=contract), State.TOWN_REVIEW)
    by = records.person("xiahejie")
    with pytest.raises(ValidationError, match="不能修改"):
        payments.save_payment(payment, by=by, amount=Decimal(90))
    with pytest.raises(ValidationError, match="附件不能删除"):
        payments.remove_payment_file(payment.files.first(), by=by)
    with pytest.raises(ValidationError, match="从未提交"):
        payments.delete_draft(payment, by=by)
    payments.withdraw_payment(payment, by=by)
    payments.save_payment(payment, by=by, amount=Decimal(90))
    with pytest.raises(ValidationError, match="从未提交"):
        payments.delete_draft(payment, by=by)


def test_a_draft_is_deleted_and_a_stale_form_refused(contract):
    draft, by = records.drafted(contract.pilot, "100", contract=contract), records.person("xiahejie")
    with pytest.raises(ValidationError) as refused:
        payments.save_payment(draft, by=by, expected_version=draft.version + 7, amount=Decimal(1))
    assert refused.value.code == "stale"
    with pytest.raises(PermissionDenied):
        payments.delete_draft(draft, by=records.person("guangfu"))
    payments.delete_draft(draft, by=by)
    assert not Payment.objects.exists() and not PaymentFile.objects.exists()


def test_lines_and_contracts_of_others_are_refused(contract, pilot):
    """S04: the numbers of another pilot's rows, brought along in a form."""
    records.given(pilot("P2"))
    with pytest.raises(ValidationError, match="不属于本试点"):
        records.drafted(pilot("P2"), "100", contract=contract)
    with pytest.raises(ValidationError, match="不属于本试点"):
        records.drafted(pilot("P2"), "100", line=contract.line)


def test_reversed_and_paid_anew(contract):
    paid = records.advance(records.drafted(contract.pilot, "100000", contract=contract, invoices=["0510008"]), State.FILED)
    finance = records.person("chicheng_finance")
    with pytest.raises(ValidationError, match="冲正须写明原因"):
        payments.reverse_payment(paid, by=finance, reason="", voucher_no="记-冲2")
    with clock.at(TOMORROW):
        payments.reverse_payment(paid, by=finance, reason="账户有误", voucher_no="记-冲2")
        anew = records.drafted(contract.pilot, "100000", contract=contract, invoices=["0510008"], explanation="冲正后重新支付")
        records.advance(anew, State.PAID)
    assert str(fund_chain([contract.pilot], TODAY).total.paid) == "100000.00"
    later = fund_chain([contract.pilot], TOMORROW).total
    assert (str(later.paid), later.payments) == ("100000.00", 1) and LedgerEntry.objects.count() == 3


def test_a_refund_frees_a_part(contract):
    paid = records.advance(records.drafted(contract.pilot, "1000", contract=contract), State.PAID)
    finance = records.person("chicheng_finance")
    with pytest.raises(ValidationError, match="超过这笔支付尚未退回"):
        payments.refund_payment(paid, by=finance, amount=Decimal("1000.01"), reason="人数减少", voucher_no="记-退1")
    payments.refund_payment(paid, by=finance, amount=Decimal(300), reason="人数减少", voucher_no="记-退1")
    assert balances_of(Payment(pilot=contract.pilot, contract=contract)).of_contract.paid == Decimal(700)
    with pytest.raises(ValidationError, match="已有退款"):
        payments.reverse_payment(paid, by=finance, reason="账户有误", voucher_no="记-冲3")


def test_a_prepayment_without_an_invoice_and_the_invoice_later(pilot):
    p2 = pilot("P2")
    records.given(p2)
    contract = records.contract_on(records.line_of(p2), "100000", prepayment_percent=30)
    too_much = records.drafted(p2, "30000.01", contract=contract, papers=False, is_prepayment=True)
    with pytest.raises(ValidationError, match=r"还可预付 30,000\.00 元"):
        payments.submit_payment(too_much, by=records.person("guangfu"))
    paid = records.advance(payments.save_payment(too_much, by=records.person("guangfu"), amount=Decimal(30000)), State.PAID)
    assert any(todo.tag == "发票" for todo in todos_for(records.person("guangfu")))
    payments.attach_payment_file(paid, by=records.person("guangfu"), kind="invoice", file=records.stored(records.person("guangfu")))
    payments.add_late_invoice(paid, by=records.person("guangfu"), number="05100777")
    assert not any(todo.tag == "发票" for todo in todos_for(records.person("guangfu")))


def test_one_press_twice_is_one_record(contract):
    import uuid

    uid = uuid.uuid4()
    rows = [payments.save_payment(None, by=records.person("xiahejie"), uid=uid, purpose="一") for _ in range(2)]
    assert rows[0].pk == rows[1].pk


# --- sources, budgets, contracts -----------------------------------------------------------------------------------------------------------


def test_allocations_stay_within_the_source(pilot):
    source = records.issued("1000")
    records.given(pilot("P1"), "700", source)
    with pytest.raises(ValidationError, match=r"超出未分配余额 300\.00 元，超 0\.01 元"):
        records.given(pilot("P2"), "300.01", source)
    with pytest.raises(ValidationError, match="不能早于下达日期"):
        allocate(source, by=records.person("office"), pilot=pilot("P2"), amount=Decimal(1), allocated_on=datetime.date(2022, 1, 1))
    with pytest.raises(ValidationError, match=r"已下达到试点 700\.00 元"):
        reverse_source(source, by=records.person("finance"), reason="文号有误")


def test_a_source_is_reversed_and_registered_again(pilot):
    source = records.issued("1000")
    back = reverse_source(source, by=records.person("finance"), reason="金额有误")
    assert back.signed_amount + source.amount == 0
    with pytest.raises(ValidationError, match="已于 2022-11-30 冲正"):
        reverse_source(source, by=records.person("finance"), reason="再一次")
    with pytest.raises(ValidationError, match="不能再分配"):
        records.given(pilot("P1"), "1", source)
    with pytest.raises(PermissionDenied):
        reverse_source(source, by=records.person("puan"), reason="越权")


def test_budgets_stay_within_the_allocation(pilot):
    p4 = pilot("P4")
    allocation = records.given(p4, "1000")
    line = records.line_of(p4, "900")
    with pytest.raises(ValidationError, match=r"未安排的 100\.00 元"):
        records.line_of(p4, "100.01")
    with pytest.raises(ValidationError, match="未安排的"):
        change_line(line, by=records.person("office"), amount=Decimal(200), sign=1, reason="增加")
    contract = records.contract_on(line, "800")
    with pytest.raises(ValidationError, match=r"只有 100\.00 元没有签合同"):
        change_line(line, by=records.person("office"), amount=Decimal(101), sign=-1, reason="减少")
    with pytest.raises(ValidationError, match="低于已安排的预算"):
        reverse_allocation(allocation, by=records.person("office"), reason="误")
    with pytest.raises(ValidationError, match=r"可用余额 100\.00 元"):
        records.contract_on(line, "100.01")
    assert contract.number == "HT-2022-P4-001"


def test_a_line_needs_a_task_and_an_allowed_use(pilot):
    p4 = pilot("P4")
    records.given(p4)
    project = records.project_of(p4, tasks=[])
    with pytest.raises(ValidationError, match="还没有对应试点任务"):
        records.line_of(p4, project=project)
    with pytest.raises(ValidationError, match="不在允许范围内"):
        open_line(
            records.project_of(p4), by=records.person("office"), category=UseCategory.objects.get(code="reception"), amount=Decimal(1)
        )
    with pytest.raises(PermissionDenied):
        open_line(
            records.project_of(p4), by=records.person("xiahejie"), category=UseCategory.objects.get(code="activity"), amount=Decimal(1)
        )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"party": "filed_team"}, "不是法人"),
        ({"signed_on": TOMORROW}, "不能晚于今天"),
        ({"awarded_on": TODAY, "signed_on": TODAY - datetime.timedelta(days=1)}, "不能早于成交日期"),
        ({"account_tail": "12a4"}, "后四位数字"),
    ],
)
def test_contracts_that_are_refused(pilot, values, sentence):
    p4 = pilot("P4")
    records.given(p4)
    with pytest.raises(ValidationError, match=sentence):
        records.contract_on(records.line_of(p4), **values)


def test_contract_changes_stay_within_a_tenth(contract):
    by = records.person("chicheng")
    with pytest.raises(ValidationError, match=r"10%（10,000\.00 元）"):
        change_contract(contract, by=by, amount=Decimal("10000.01"), sign=1, reason="增加")
    change_contract(contract, by=by, amount=Decimal(6000), sign=1, reason="增加")
    with pytest.raises(ValidationError, match=r"已变更 6,000\.00 元"):
        change_contract(contract, by=by, amount=Decimal(4001), sign=1, reason="再增加")
    records.advance(records.drafted(contract.pilot, "50000", contract=contract), State.PAID)
    end = end_contract(contract, by=by, reason="提前终止")
    assert end.signed_amount == Decimal(-56000)
    with pytest.raises(ValidationError, match="已解除"):
        change_contract(contract, by=by, amount=Decimal(1), sign=1, reason="再")
    assert sign_contract.__doc__ and str(fund_chain([contract.pilot], TODAY).total.contracted) == "50000.00"
