"""The sample year of money says what the pictures say, on 2022-11-30 and at its end."""

import datetime
from decimal import Decimal

import pytest

from accounts import clock
from funds import queries
from funds.models import FundSource, LedgerEntry, Payment, PaymentState
from funds.sample import create_funds
from pilots.models import Pilot
from pilots.states import Light
from tests.conftest import TODAY
from tests.funds import records

pytestmark = pytest.mark.django_db
END = datetime.date(2023, 3, 31)

# 下达额度, 合同, 支付, 执行率, light, contracts, payments: picture 08
NOVEMBER = {
    "P1": ("800000", "648000", "412600", "51.6", Light.OK, 7, 14),
    "P2": ("500000", "436500", "248300", "49.7", Light.OK, 5, 10),
    "P3": ("450000", "262000", "118000", "26.2", Light.WARN, 4, 5),
    "P4": ("450000", "398000", "261480", "58.1", Light.OK, 6, 12),
    "P5": ("450000", "412000", "166500", "37.0", Light.WARN, 5, 7),
    "P6": ("400000", "330000", "255500", "63.9", Light.OK, 4, 10),
}


def test_the_year_of_money():
    with clock.at(END):
        assert create_funds() == Payment.objects.count() > 100
        assert create_funds() == 0
        pilots = list(Pilot.objects.order_by("order"))
        found = queries.fund_chain(pilots, TODAY)
        for row in found.rows:
            given, contracted, paid, rate, light, contracts, payments = NOVEMBER[row.pilot.code]
            assert (row.allocated, row.contracted, row.paid) == (Decimal(given), Decimal(contracted), Decimal(paid))
            assert (row.rate, row.light, row.contracts, row.payments) == (Decimal(rate), light, contracts, payments)
        assert (found.issued, found.total.allocated, found.balance) == (Decimal(3200000), Decimal(3050000), Decimal(1737620))
        assert (found.total.contracts, found.total.payments, found.total.rate) == (31, 58, Decimal("47.9"))
        assert dict(found.by_level) == {"省级": Decimal(2800000), "县级": Decimal(400000)}
        november = queries.by_month(pilots, TODAY)[-1]
        assert (november.paid, november.count, november.so_far) == (Decimal(521400), 6, Decimal(1462380))
        assert november.planned - november.so_far == Decimal(291370)
        six = queries.ledger(pilots, TODAY, month="2022-11")
        assert [row.voucher_no for row in six] == ["记-1147", "记-1139", "记-1121", "记-1116", "记-1102", "记-1093"]
        assert [queries.papers_of(row).words for row in six] == ["齐全", "齐全", "齐全", "缺发票", "齐全", "齐全"]
        assert queries.lacking_papers(pilots, END) == {}
        _the_special_ones()
        later = queries.fund_chain(pilots, END)
        assert later.of(pilots[2]).light == Light.LATE and later.total.rate == Decimal("82.4")
        assert sum((entry.signed_amount for entry in LedgerEntry.objects.all()), Decimal(0)) == later.total.paid
        assert all(row.sample for row in (*FundSource.objects.all(), *Payment.objects.all()))


def _the_special_ones():
    states = set(Payment.objects.values_list("state", flat=True))
    assert states == set(PaymentState), set(PaymentState) - states
    care = Payment.objects.filter(contract__number="HT-2022-P4-002")
    on_day = {p.purpose: p.state_on for p in care.with_state_on(TODAY)}
    assert on_day["日间照料专项"] == PaymentState.FINANCE_CHECK and on_day["第三期：送餐、入户照护阶段服务"] is None
    assert care.get(purpose__startswith="第三期").amount == Decimal(82400)
    spent = queries.line_funds([Payment.objects.get(amount=Decimal(32600)).line], END)[0]
    assert spent.left == Decimal(2400)
    pair = LedgerEntry.objects.filter(payment__state=PaymentState.REVERSED)
    assert sum(entry.signed_amount for entry in pair) == 0 and pair.count() == 2
    assert LedgerEntry.objects.filter(kind="refund").get().amount == Decimal(1200)
    assert Payment.objects.filter(steps__action="return").exclude(state=PaymentState.RETURNED).exists()
    assert records.person("office")
