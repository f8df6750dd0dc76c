"""The printed 用款申请（审批）单 and 整改台账: what stands on them, in which faces, and who may have them."""

import datetime
import io
import re

import pypdf
import pytest

from accounts import clock
from funds.models import PaymentState
from funds.payments import return_payment
from reports.prints.payment_form import paid_before
from tests.funds import records as money
from tests.supervision import records as visits

TODAY = datetime.date(2022, 11, 30)


def text_of(response):
    assert response.status_code == 200, response.status_code
    assert response["Content-Type"] == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(response.content))
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages)), reader


@pytest.fixture
def contract(pilot):
    p4 = pilot("P4")
    money.given(p4, "350000")
    line = money.line_of(p4, "120000", project=money.project_of(p4, name="青少年运动公益比赛"))
    return money.contract_on(line, "100000", contractor="示例体育协会")


def test_a_paid_form_has_amounts_in_both_ways_and_every_opinion(contract, pilot, as_person):
    money.advance(money.drafted(pilot("P4"), "10000", contract=contract), PaymentState.PAID)
    payment = money.advance(money.drafted(pilot("P4"), "32600.08", contract=contract, purpose="比赛组织费用"), PaymentState.FILED)
    text, reader = text_of(as_person("xiahejie").get(f"/funds/payments/{payment.pk}/form.pdf"))
    assert len(reader.pages) == 1
    for said in (
        *("试点资金用款申请（审批）单", payment.number, "赤城镇下河街社区", "青少年运动公益比赛", "示例体育协会", contract.number),
        *("¥100,000.00", "¥120,000.00", "¥10,000.00", "¥57,399.92", "¥32,600.08", "人民币叁万贰仟陆佰元零捌分"),
        *("同意", "2022年11月30日", "签名由本人手签", "☑合同", "☑发票1张", "☑验收单1份", "示例数据"),
    ):
        assert said in text, said
    assert "年月日" in text  # the head of the community signs by hand
    for name in ("示例证明人", "示例主要负责人", *{step.actor.name for step in payment.steps.all()}):
        assert name not in text, f"{name}: the portal signs for nobody"
    fonts = {str(font) for page in reader.pages for font in page["/Resources"]["/Font"].values()}
    assert fonts


def test_what_was_paid_before_leaves_out_this_and_later_payments(contract, pilot):
    first = money.advance(money.drafted(pilot("P4"), "10000", contract=contract), PaymentState.PAID)
    second = money.advance(money.drafted(pilot("P4"), "20000", contract=contract), PaymentState.PAID)
    assert [paid_before(first), paid_before(second)] == [0, 10000]


def test_opinions_before_a_return_do_not_count(contract, pilot, as_person):
    payment = money.advance(money.drafted(pilot("P4"), "5000", contract=contract), PaymentState.FINANCE_CHECK)
    return_payment(payment, by=money.actor_at(payment), opinion="发票抬头有误")
    text, _ = text_of(
        as_person("puan_finance" if payment.pilot.code == "P1" else "chicheng_finance").get(f"/funds/payments/{payment.pk}/form.pdf")
    )
    assert "同意" not in text and "发票抬头有误" not in text


@pytest.mark.parametrize(
    ("who", "status"), [("guangfu", 404), ("puan", 404), ("sysadmin", 403), ("contractor", 403), ("auditor", 200), ("chicheng2", 200)]
)
def test_only_who_sees_the_payment_prints_it(contract, pilot, as_person, who, status):
    payment = money.advance(money.drafted(pilot("P4"), "5000", contract=contract), PaymentState.TOWN_REVIEW)
    assert as_person(who).get(f"/funds/payments/{payment.pk}/form.pdf").status_code == status


def test_a_draft_has_no_form(contract, pilot, as_person):
    draft = money.drafted(pilot("P4"), "5000", contract=contract)
    assert as_person("xiahejie").get(f"/funds/payments/{draft.pk}/form.pdf").status_code == 404


def test_the_ledger_prints_what_the_person_sees_under_the_filters(as_person):
    visits.register("P2", "2022-11-01", title="值班表无人签到")
    visits.register("P4", "2022-11-02", title="送餐记录缺签收")
    with clock.at(TODAY):
        everything, reader = text_of(as_person("office").get("/supervision/findings.pdf"))
        own, _ = text_of(as_person("guangfu").get("/supervision/findings.pdf"))
        one, _ = text_of(as_person("office").get("/supervision/findings.pdf?pilot=P4"))
    assert float(reader.pages[0].mediabox.width) > float(reader.pages[0].mediabox.height)
    assert "值班表无人签到" in everything and "送餐记录缺签收" in everything and "问题整改台账" in everything
    assert "值班表无人签到" in own and "送餐记录缺签收" not in own
    assert "送餐记录缺签收" in one and "值班表无人签到" not in one
