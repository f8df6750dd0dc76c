"""Sums as of a day, figures by their codes, and how many questions they cost."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from funds import queries, todos
from funds.balances import balances_of
from funds.cases import case_of
from funds.contracts import change_contract, change_line
from funds.models import Allocation, BudgetLine, Contract, FundSource, LedgerEntry, Payment, PaymentState
from funds.payments import refund_payment, reverse_payment
from pilots import plan_memory
from pilots.metrics import FigureState, Measurement
from pilots.models import Pilot, Programme
from pilots.projects import add_step, finish_milestone
from pilots.states import Light
from tests.conftest import TODAY
from tests.funds import records

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DECEMBER, NEXT = datetime.date(2022, 12, 20), datetime.date(2022, 12, 21)
CODES = (
    "budget_execution_rate fund_purpose_rate voucher_complete_rate separate_ledger contract_complete_rate procurement_compliance_rate"
    " matched_fund_amount disclosure_count disclosure_on_time_rate project_count project_started_rate project_completed_rate"
    " milestone_on_time_rate"
).split()


@pytest.fixture
def contract(pilot):
    p4 = pilot("P4")
    records.given(p4, "450000")
    return records.contract_on(records.line_of(p4), "100000")


def everything(day):
    """What November says: sums, months, figures."""
    pilots = list(Pilot.objects.order_by("order"))
    found = queries.fund_chain(pilots, day)
    measured = Measurement(pilots, day)
    return (
        found,
        queries.by_month(pilots, day),
        [(row.issued, row.given) for row in queries.sources(day)],
        queries.in_transit(pilots, day),
        queries.lacking_papers(pilots, day),
        {code: measured.figures(code) for code in CODES},
    )


def test_later_deeds_do_not_change_november(contract):
    paid = records.advance(records.drafted(contract.pilot, "40000", contract=contract), PaymentState.PAID)
    waiting = records.advance(records.drafted(contract.pilot, "9000", contract=contract), PaymentState.FINANCE_CHECK)
    before = everything(TODAY)
    with clock.at(DECEMBER):
        records.issued("70000")
        records.given(contract.pilot, "30000", FundSource.objects.latest("id"))
        change_contract(contract, by=records.person("chicheng"), amount=Decimal(500), sign=1, reason="增加")
        change_line(contract.line, by=records.person("office"), amount=Decimal(500), sign=1, reason="增加")
        records.advance(waiting, PaymentState.FILED)
        reverse_payment(paid, by=records.person("chicheng_finance"), reason="账户有误", voucher_no="记-冲")
        add_step(contract.line.project, by=records.person("xiahejie"), kind="started", day=TODAY)
    with clock.at(NEXT):
        assert everything(TODAY) == before
        assert everything(NEXT) != before
        assert str(queries.fund_chain([contract.pilot], NEXT).total.paid) == "9000.00"


def test_the_chain_adds_up(contract, pilot):
    records.given(pilot("P2"), "150000", FundSource.objects.get())
    records.advance(records.drafted(contract.pilot, "60000", contract=contract), PaymentState.PAID)
    found = queries.fund_chain(Pilot.objects.order_by("order"), TODAY)
    assert (found.issued, found.total.allocated, found.unallocated) == (Decimal(3000000), Decimal(600000), Decimal(2400000))
    assert found.balance == Decimal(2940000) and found.total.balance == Decimal(540000)
    assert found.of(contract.pilot).rate == Decimal("13.3") and found.total.rate == Decimal("10.0")
    assert found.time_rate == Decimal("57.5") and found.warn_rate == Decimal("37.5")
    assert [row.pilot.code for row in found.rows] == ["P1", "P2", "P3", "P4", "P5", "P6"]
    own = queries.fund_chain([contract.pilot], TODAY, whole=False)
    assert own.issued == Decimal(450000)


@pytest.mark.parametrize(
    ("paid", "light"),
    [("100000", Light.OK), ("37600", Light.OK), ("37500", Light.WARN), ("17600", Light.WARN), ("17500", Light.LATE), ("0", Light.LATE)],
)
def test_lights_against_time(paid, light):
    row = queries.PilotFunds(None, allocated=Decimal(100000), paid=Decimal(paid), time_rate=Decimal("57.5"))
    assert row.light == light
    assert queries.PilotFunds(None).light == Light.NONE and queries.PilotFunds(None).rate is None


def test_ledger_filters_and_its_total(contract):
    paid = [records.advance(records.drafted(contract.pilot, str(n * 1000), contract=contract), PaymentState.PAID) for n in (1, 2, 3)]
    with clock.at(DECEMBER):
        reverse_payment(paid[0], by=records.person("chicheng_finance"), reason="账户有误", voucher_no="记-冲")
        refund_payment(paid[1], by=records.person("chicheng_finance"), amount=Decimal("0.01"), reason="多付", voucher_no="记-退")
        rows = queries.ledger([contract.pilot], DECEMBER)
        assert queries.ledger_total(rows) == queries.LedgerTotal(Decimal("4999.99"), 5, 2)
        assert queries.ledger_total(queries.ledger([contract.pilot], DECEMBER, month="2022-11")).amount == Decimal(6000)
        assert queries.ledger_total(queries.ledger([contract.pilot], DECEMBER, month="2022-12")).amount == Decimal("-1000.01")
        for filters, count in [
            ({"pilot": "P2"}, 0),
            ({"text": "记-冲"}, 1),
            ({"text": "示例社工"}, 5),
            ({"text": paid[2].number}, 1),
            ({"category": "purchased_service"}, 5),
            ({"category": "training"}, 0),
            ({"contract": contract.pk}, 5),
            ({"project": contract.line.project_id}, 5),
            ({"lacking": True}, 0),
        ]:
            assert queries.ledger([contract.pilot], DECEMBER, **filters).count() == count, filters
        months = queries.by_month([contract.pilot], DECEMBER)
        assert [(m.code, m.paid, m.count) for m in months[-2:]] == [("2022-11", Decimal(6000), 3), ("2022-12", Decimal("-1000.01"), -1)]
        assert months[-1].so_far == Decimal("4999.99")


def test_papers_and_what_is_missing(pilot):
    p2 = pilot("P2")
    records.given(p2)
    contract = records.contract_on(records.line_of(p2), "100000", prepayment_percent=50)
    row = records.drafted(p2, "50000", contract=contract, papers=False, is_prepayment=True, explanation="备料")
    records.advance(row, PaymentState.PAID)
    entry = queries.ledger([p2], TODAY).get()
    assert queries.papers_of(entry).words == "缺发票"
    assert queries.lacking_papers([p2], TODAY) == {p2.pk: 1}
    assert queries.fund_lights([p2], TODAY)[p2.pk].light == Light.LATE  # 10 % against 57.5
    figures = Measurement([p2], TODAY)
    assert figures.figures("voucher_complete_rate")[p2.pk].value == 0
    assert figures.figures("separate_ledger")[p2.pk].value == 1


def test_figures_of_nothing(pilot):
    measured = Measurement([pilot("P3")], TODAY)
    states = {code: measured.figures(code)[pilot("P3").pk].state for code in CODES}
    assert (
        states["budget_execution_rate"] == states["voucher_complete_rate"] == states["milestone_on_time_rate"] == FigureState.NOT_APPLICABLE
    )
    assert measured.figures("project_count")[pilot("P3").pk].value == 0
    assert measured.figures("disclosure_on_time_rate")[pilot("P3").pk].value == 0


def test_procurement_figures(pilot):
    p5 = pilot("P5")
    records.given(p5)
    records.contract_on(records.line_of(p5, "1000", kind="goods"), "900", method="inquiry")
    records.contract_on(records.line_of(p5, "1000", kind="service"), "900", method="inquiry", name="服务询价")
    measured = Measurement([p5], TODAY)
    assert measured.figures("procurement_compliance_rate")[p5.pk].value == Decimal("50.0")
    assert measured.figures("contract_complete_rate")[p5.pk].value == 0


def test_steps_and_milestones_of_projects(pilot):
    p2 = pilot("P2")
    by = records.person("guangfu")
    project = records.project_of(p2, kind="works", works="culture_square")
    from pilots.projects import add_milestone

    rows = [add_milestone(project, by=by, name=f"节点{n}", due=TODAY - datetime.timedelta(days=n)) for n in (1, 5)]
    add_step(project, by=by, kind="started", day=TODAY)
    add_step(project, by=by, kind="progress", day=TODAY, percent=40)
    finish_milestone(rows[0], by=by, done_on=TODAY - datetime.timedelta(days=2), proof="验收")
    finish_milestone(rows[1], by=by, done_on=TODAY, proof="晚了")
    measured = Measurement([p2], TODAY)
    assert measured.figures("renovation_progress", project_kind="culture_square")[p2.pk].value == Decimal("40.0")
    assert measured.figures("renovation_progress", project_kind="other")[p2.pk].state == FigureState.UNREGISTERED
    assert measured.figures("milestone_on_time_rate")[p2.pk].value == Decimal("50.0")
    assert measured.figures("project_started_rate")[p2.pk].value == Decimal("100.0")


# --- how many questions ---------------------------------------------------------------------------------------------------------------


def cost(ask) -> int:
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len(asked)


def lists(pilots, day):
    office = records.person("office")
    return {
        "chain": lambda: queries.fund_chain(pilots, day),
        "months": lambda: queries.by_month(pilots, day),
        "sources": lambda: list(queries.sources(day)),
        "contracts": lambda: [c.total_on for c in queries.contracts(Contract.objects.all(), day)],
        "lines": lambda: queries.line_funds(BudgetLine.objects.select_related("project", "category"), day),
        "ledger": lambda: [
            (queries.papers_of(e), e.payment.pilot.unit, e.payment.line.category, e.unit) for e in queries.ledger(pilots, day)
        ],
        "payments": lambda: [p.unit.name for p in queries.payment_list(Payment.objects.all(), day)],
        "in transit": lambda: queries.in_transit(pilots, day),
        "lights": lambda: queries.fund_lights(pilots, day),
        "todos": lambda: [*todos.payments_at_my_desk(office), *todos.own_payments(office)],
        "figures": lambda: [Measurement(pilots, day).figures(code) for code in CODES],
    }


def test_the_same_number_of_questions_for_one_row_and_for_three(contract):
    pilots = list(Pilot.objects.select_related("unit").order_by("order"))

    def one_more():
        records.advance(records.drafted(contract.pilot, "1000", contract=contract, explanation="分期"), PaymentState.PAID)
        records.advance(records.drafted(contract.pilot, "1000", contract=contract, explanation="分期"), PaymentState.TO_PAY)
        records.contract_on(contract.line, "100")
        records.issued("10")

    one_more()
    first = {name: cost(ask) for name, ask in lists(pilots, TODAY).items()}
    one_more()
    one_more()
    assert {name: cost(ask) for name, ask in lists(pilots, TODAY).items()} == first
    with plan_memory.knowing(Programme.objects.all()):  # as in a page, where the plan is remembered
        lists(pilots, TODAY)["chain"]()
        assert cost(lists(pilots, TODAY)["chain"]) == 5
    one_pilot = {name: cost(ask) for name, ask in lists(pilots[:1], TODAY).items()}
    assert one_pilot == first


def test_what_the_form_costs(contract):
    row = records.drafted(contract.pilot, "1000", contract=contract)
    row = Payment.objects.select_related("pilot", "contract", "line__category", "project", "created_by").get(pk=row.pk)
    assert cost(lambda: balances_of(row)) == 4
    assert cost(lambda: case_of(row)) <= 10


def test_walls(contract, pilot):
    records.advance(records.drafted(contract.pilot, "1000", contract=contract), PaymentState.PAID)
    records.drafted(contract.pilot, "500", contract=contract)
    seen = {}
    for name in ("xiahejie", "guangfu", "chicheng2", "puan_finance", "office", "auditor", "sysadmin", "contractor"):
        user = records.person(name)
        seen[name] = tuple(
            model.objects.visible_to(user).count() for model in (FundSource, Allocation, BudgetLine, Contract, Payment, LedgerEntry)
        )
    assert seen["xiahejie"] == (1, 1, 1, 1, 2, 1)
    assert seen["chicheng2"] == seen["office"] == seen["auditor"] == (1, 1, 1, 1, 1, 1)
    assert seen["guangfu"] == seen["puan_finance"] == seen["sysadmin"] == seen["contractor"] == (0, 0, 0, 0, 0, 0)
