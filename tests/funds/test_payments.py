"""The way of a 用款申请 through its desks, and back."""

import pytest

from funds.models import PaymentState
from funds.queries import fund_chain
from tests.conftest import TODAY
from tests.funds import records

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_from_draft_to_filed(pilot):
    p4 = pilot("P4")
    records.given(p4)
    contract = records.contract_on(records.line_of(p4))
    payment = records.advance(records.drafted(p4, "60000", contract=contract), PaymentState.FILED)
    assert payment.number == "YK-2022-11-001"
    assert [s.state for s in payment.steps.all()] == ["town_review", "finance_check", "head_approval", "to_pay", "paid", "filed"]
    chain = fund_chain([p4], TODAY)
    assert str(chain.total.paid) == "60000.00" and str(chain.issued) == "3000000.00" and chain.total.contracts == 1
