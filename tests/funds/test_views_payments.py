"""The pages of 用款申请 over HTTP: who sees what, the form that loses nothing, the deeds of the desks, exports equal to the page."""

import io
import uuid
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, AuditKind
from funds.models import LedgerEntry, Payment, PaymentFile, PaymentState
from pilots.models import StoredFile
from pilots.sample_documents import sheet_pdf
from tests.conftest import TODAY
from tests.funds.records import advance, contract_on, drafted, given, line_of

pytestmark = pytest.mark.django_db
PAGES = "/funds/payments/"


def pdf(name="发票.pdf"):
    return SimpleUploadedFile(name, sheet_pdf("发票", "示例", TODAY), content_type="application/pdf")


@pytest.fixture
def contract(pilot):
    """A contract of 100,000.00 of the pilot P4 (下河街, under 赤城镇)."""
    given(pilot("P4"), "300000")
    return contract_on(line_of(pilot("P4"), "150000"), "100000")


def full(contract, **more):
    return {
        "contract": contract.pk,
        "amount": "１０，０００.00",
        "purpose": "第三期：送餐、入户照护",
        "invoices": "05100001、05100002",
        "witness": "示例证明人",
        "uid": str(uuid.uuid4()),
        "deed": "save",
    } | more


def papers():
    return {"file_invoice": pdf(), "file_acceptance": pdf("验收单.pdf")}


# --- walls ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["guangfu", "dongjie", "puan", "puan2", "puan_finance"])
def test_other_units_find_nothing_of_it(username, contract, pilot, as_person):
    row = advance(drafted(pilot("P4"), contract=contract, purpose="独一无二的用途"), PaymentState.TOWN_REVIEW)
    paper, client = row.files.first(), as_person(username)
    for path in ("", f"files/{paper.pk}/"):
        assert client.get(f"{PAGES}{row.pk}/{path}").status_code == 404
    for deed in (
        "edit",
        "delete",
        "withdraw",
        "approve",
        "return",
        "reject",
        "pay",
        "reverse",
        "refund",
        "files",
        f"files/{paper.pk}/remove",
    ):
        assert client.post(f"{PAGES}{row.pk}/{deed}/", {"opinion": "x", "file": pdf()}).status_code in (403, 404)
    for query in ("", "?q=独一无二", "?pilot=P4", f"?contract={contract.pk}", "?tab=transit", "?export=xlsx"):
        answer = client.get(PAGES + query)
        assert "独一无二的用途" not in (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode(errors="ignore")
    row.refresh_from_db()
    assert row.state == PaymentState.TOWN_REVIEW


@pytest.mark.parametrize("username", ["leader", "auditor", "finance", "department", "chicheng", "chicheng2", "chicheng_finance", "office"])
def test_readers_of_the_pilot_read_it(username, contract, pilot, as_person):
    row = advance(drafted(pilot("P4"), contract=contract), PaymentState.TOWN_REVIEW)
    text = as_person(username).get(f"{PAGES}{row.pk}/").content.decode()
    assert row.number in text and "壹万元整" in text and "本台账为辅助台账，以财政会计账为准" in text


@pytest.mark.parametrize("username", ["leader", "auditor", "department", "finance"])
def test_readers_change_nothing(username, contract, pilot, as_person):
    row = advance(drafted(pilot("P4"), contract=contract), PaymentState.TOWN_REVIEW)
    client = as_person(username)
    for deed in ("approve", "return", "reject", "pay", "register", "reverse", "refund", "withdraw", "delete"):
        assert client.post(f"{PAGES}{row.pk}/{deed}/", {"opinion": "x"}).status_code == 403
    assert client.get(f"{PAGES}new/").status_code == 403
    row.refresh_from_db()
    assert row.state == PaymentState.TOWN_REVIEW


def test_a_draft_is_nobody_elses_business(contract, pilot, as_person):
    row = drafted(pilot("P4"), contract=contract, purpose="还在想的用途")
    for username in ("office", "chicheng", "chicheng2", "dongjie", "leader"):
        assert as_person(username).get(f"{PAGES}{row.pk}/").status_code == 404
        assert "还在想的用途" not in as_person(username).get(PAGES).content.decode()


def test_a_town_without_a_pilot_is_told_who_applies(as_person):
    answer = as_person("chicheng").get(f"{PAGES}new/")
    assert answer.status_code == 403 and "赤城镇没有承担试点" in answer.content.decode()


# --- the form ---------------------------------------------------------------------------------------------------------------------


def test_the_plain_form_with_papers_hands_in(contract, as_person):
    client = as_person("xiahejie")
    answer = client.post(f"{PAGES}new/", full(contract, deed="submit") | papers(), follow=True)
    row = Payment.objects.get()
    assert row.state == PaymentState.TOWN_REVIEW and row.number == "YK-2022-11-001" and row.amount == Decimal("10000.00")
    assert (row.payee, row.account_tail, row.line_id) == ("示例社工服务中心", "0217", contract.line_id)
    assert sorted(row.invoices.values_list("number", flat=True)) == ["05100001", "05100002"]
    assert "提交成功，等待赤城镇分管领导审核" in answer.content.decode()


def test_a_double_press_makes_one(contract, as_person):
    client, data = as_person("xiahejie"), full(contract, deed="submit")
    client.post(f"{PAGES}new/", data | papers())
    again = client.post(f"{PAGES}new/", data | papers())
    assert Payment.objects.count() == 1 and again.status_code == 302 and again["Location"].endswith(f"{Payment.objects.get().pk}/")


def test_too_much_is_refused_with_the_balance_and_one_press_repairs_it(contract, pilot, as_person):
    advance(drafted(pilot("P4"), "17600", contract=contract), PaymentState.TOWN_REVIEW)
    client = as_person("xiahejie")
    answer = client.post(f"{PAGES}new/", full(contract, amount="96,000.00", deed="submit") | papers())
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "申请金额 96,000.00 元超出可用余额 82,400.00 元，超 13,600.00 元" in text and "先办理合同变更（不超过原合同的 10%）" in text
    assert "改为 82,400.00" in text and 'value="96,000.00"' in text and "第三期：送餐" in text and "还不能提交，有 1 处要处理" in text
    row = Payment.objects.get(state=PaymentState.DRAFT)
    form = full(contract, amount="96,000.00", deed="repair:82400.00", uid=row.uid, version=row.version)
    client.post(f"{PAGES}{row.pk}/edit/", form)
    row.refresh_from_db()
    assert row.amount == Decimal("82400.00") and row.state == PaymentState.DRAFT


def test_every_reason_links_to_its_field(contract, as_person):
    form = full(contract, deed="submit", invoices="", witness="", purpose="")
    text = as_person("xiahejie").post(f"{PAGES}new/", form).content.decode()
    for link in ("#file-invoice", "#id_witness", "#id_purpose", "#id_explanation"):
        assert f'href="{link}"' in text
    assert "缺发票" in text and "先票后款" in text and Payment.objects.get().state == PaymentState.DRAFT


def test_money_without_a_contract_needs_a_payee(contract, pilot, as_person):
    line = line_of(pilot("P4"), "20000")
    form = full(contract, deed="submit", line=line.pk, explanation="零星用品") | {"contract": ""}
    text = as_person("xiahejie").post(f"{PAGES}new/", form | papers()).content.decode()
    assert "请填写收款单位，与发票一致" in text and 'href="#pay-payee"' in text
    assert Payment.objects.get().state == PaymentState.DRAFT


def test_where_nothing_is_left_no_smaller_amount_is_proposed(contract, pilot, as_person):
    advance(drafted(pilot("P4"), "100000", contract=contract), PaymentState.TOWN_REVIEW)
    text = as_person("xiahejie").post(f"{PAGES}new/", full(contract, deed="submit") | papers()).content.decode()
    assert (
        "合同金额已全部支付或在途，先办理合同变更后再申请" in text and "改为" not in text.partition("</form>")[0].partition("合同变更")[0]
    )


def test_a_desk_shows_sum_and_payee_before_it_decides(contract, pilot, as_person):
    row = advance(drafted(pilot("P4"), "17600", contract=contract), PaymentState.TOWN_REVIEW)
    text = as_person("chicheng2").get(f"{PAGES}{row.pk}/").content.decode()
    asked = text.partition('id="ask-deed"')[2].partition("</dialog>")[0]
    assert "17,600.00 元" in asked and "壹万柒仟陆佰元整" in asked and "示例社工服务中心" in asked and 'form="deed-form"' in asked
    back = text.partition('id="ask-return"')[2].partition("</dialog>")[0]
    assert f'formaction="{PAGES}{row.pk}/return/"' in back


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-5", "金额不能是负数"),
        ("3.001", "最多两位小数"),
        ("1e308", "科学计数法"),
        ("壹仟", "阿拉伯数字"),
        ("abc", "金额须是数字"),
        ("0", "金额须大于零"),
        ("100000000", "单笔金额不超过"),
    ],
)
def test_a_wrong_amount_is_answered_in_words_and_nothing_is_stored(typed, sentence, contract, as_person):
    answer = as_person("xiahejie").post(f"{PAGES}new/", full(contract, amount=typed))
    text = answer.content.decode()
    assert answer.status_code == 422 and sentence in text and f'value="{typed}"' in text and "第三期：送餐" in text
    assert not Payment.objects.exists()


def test_somebody_elses_contract_cannot_be_chosen(contract, pilot, as_person):
    given(pilot("P2"), "300000")
    foreign = contract_on(line_of(pilot("P2")), contractor="别人的承接单位")
    answer = as_person("xiahejie").post(f"{PAGES}new/", full(foreign))
    assert answer.status_code == 422 and "别人的承接单位" not in answer.content.decode() and not Payment.objects.exists()
    answer = as_person("xiahejie").post(f"{PAGES}new/", full(contract) | {"contract": "", "line": foreign.line_id})
    assert answer.status_code == 422 and not Payment.objects.exists()
    assert "别人的承接单位" not in as_person("xiahejie").get(f"{PAGES}contract/?contract={foreign.pk}").content.decode()


def test_further_fields_set_nothing(contract, pilot, as_person, guangfu):
    extra = {
        "state": "paid", "number": "YK-1", "approver": "我", "approved_on": "2022-11-30", "payee": "别的单位", "account_tail": "9999",
        "unit": guangfu.unit_id, "pilot": pilot("P2").pk, "created_by": guangfu.pk, "submitted_on": "2022-01-01", "sample": "1", "project": "1",
    }  # fmt: skip
    as_person("xiahejie").post(f"{PAGES}new/", full(contract) | extra)
    row = Payment.objects.get()
    assert (row.state, row.number, row.approver, row.submitted_on) == (PaymentState.DRAFT, None, "", None)
    assert (row.payee, row.account_tail, row.pilot.code, row.created_by.username) == ("示例社工服务中心", "0217", "P4", "xiahejie")


def test_a_stale_form_shows_both_and_saves_on_the_second_press(contract, pilot, as_person):
    row = drafted(pilot("P4"), contract=contract)
    client, address = as_person("xiahejie"), f"{PAGES}{row.pk}/edit/"
    old = full(contract, uid=row.uid, version=row.version, purpose="先打开的")
    client.post(address, full(contract, uid=row.uid, version=row.version, purpose="先保存的"))
    answer = client.post(address, old)
    text = answer.content.decode()
    assert answer.status_code == 409 and "先保存的" in text and "先打开的" in text
    row.refresh_from_db()
    assert row.purpose == "先保存的"
    client.post(address, old | {"version": row.version})
    row.refresh_from_db()
    assert row.purpose == "先打开的"


def test_the_draft_brings_the_balance_of_its_line(contract, pilot, as_person):
    form = full(contract, line=line_of(pilot("P4"), "20000").pk, deed="autosave") | {"contract": ""}
    answer = as_person("xiahejie").post(f"{PAGES}new/", form, headers={"accept": "application/json"}).json()
    assert 'id="pay-balance"' in answer["balance"] and "20,000.00" in answer["balance"]


def test_the_draft_keeps_itself(contract, as_person):
    client = as_person("xiahejie")
    answer = client.post(f"{PAGES}new/", full(contract, deed="autosave", amount="abc")).json()
    row = Payment.objects.get()
    assert answer["edit"] == f"{PAGES}{row.pk}/edit/" and answer["version"] == row.version and "不通过" in answer["checks"]
    assert row.amount is None and row.purpose.startswith("第三期")
    refused = client.post(answer["edit"], full(contract, deed="autosave", uid=row.uid, version=0))
    assert refused.status_code == 409 and "已被修改" in refused.json()["message"]


def test_what_is_handed_in_is_not_edited(contract, pilot, as_person):
    row = advance(drafted(pilot("P4"), contract=contract), PaymentState.TOWN_REVIEW)
    client = as_person("xiahejie")
    assert client.get(f"{PAGES}{row.pk}/edit/").status_code == 302
    client.post(f"{PAGES}{row.pk}/edit/", full(contract, amount="1", uid=row.uid))
    assert client.post(f"{PAGES}{row.pk}/edit/", full(contract, deed="autosave")).status_code == 409
    row.refresh_from_db()
    assert row.amount == Decimal("10000.00")


def test_uploads_one_at_a_time_and_bad_ones_leave_nothing(contract, pilot, as_person):
    row = drafted(pilot("P4"), contract=contract, papers=False)
    client, address = as_person("xiahejie"), f"{PAGES}{row.pk}/files/"
    before = StoredFile.objects.count()
    bad = SimpleUploadedFile("发票.pdf", b"MZ\x00\x00" * 50, content_type="application/pdf")
    answer = client.post(address, {"kind": "invoice", "file": bad}, headers={"Accept": "application/json"})
    assert answer.status_code == 422 and answer.json()["reason"] and StoredFile.objects.count() == before
    for kind in ("voucher", "approval_scan", "nonsense"):
        answer = client.post(address, {"kind": kind, "file": pdf()}, headers={"Accept": "application/json"})
        assert answer.status_code in (403, 422)
    assert StoredFile.objects.count() == before and not row.files.exists()
    answer = client.post(address, {"kind": "invoice", "file": pdf()}, headers={"Accept": "application/json"})
    assert answer.status_code == 200 and "发票.pdf" in answer.json()["files"]
    paper = row.files.get()
    assert client.get(f"{address}{paper.pk}/").status_code == 200
    client.post(f"{address}{paper.pk}/remove/")
    assert not row.files.exists()


def test_a_contract_brings_payee_and_balance(contract, as_person):
    text = as_person("xiahejie").get(f"{PAGES}contract/?contract={contract.pk}").content.decode()
    assert "示例社工服务中心" in text and "**** **** 0217" in text and "100,000.00" in text and "可用余额（元）" in text
    text = as_person("xiahejie").get(f"{PAGES}new/?contract={contract.pk}").content.decode()
    assert "示例社工服务中心" in text and "提交前自动核对" in text


# --- the desks --------------------------------------------------------------------------------------------------------------------


def test_the_whole_way_over_http(contract, pilot, as_person):
    row = advance(drafted(pilot("P4"), contract=contract), PaymentState.TOWN_REVIEW)
    address = f"{PAGES}{row.pk}/"

    def press(username, deed, **data):
        answer = as_person(username).post(f"{address}{deed}/", data, follow=True)
        row.refresh_from_db()
        return answer.content.decode()

    assert "审核通过" in as_person("chicheng2").get(address).content.decode()
    assert "审核通过" not in as_person("chicheng_finance").get(address).content.decode()
    press("chicheng2", "approve", opinion="同意")
    assert row.state == PaymentState.FINANCE_CHECK
    press("chicheng_finance", "approve")
    assert row.state == PaymentState.HEAD_APPROVAL
    assert "请填写审批人" in press("chicheng", "approve", approver="", approved_on="2022-11-30")
    assert row.state == PaymentState.HEAD_APPROVAL
    press("chicheng", "approve", approver="示例主要负责人", approved_on="2022-11-30", opinion="同意支付")
    assert row.state == PaymentState.TO_PAY
    assert "不能晚于今天" in press("chicheng_finance", "pay", paid_on="2022-12-01", voucher_no="记-1")
    press("chicheng_finance", "pay", paid_on="2022-11-30", voucher_no="记-1147", voucher_file=pdf("回单.pdf"))
    assert row.state == PaymentState.PAID and LedgerEntry.objects.get().voucher_no == "记-1147"
    text = press("office", "register", opinion="")
    assert row.state == PaymentState.FILED and "示例主要负责人" in text and "记-1147" in text
    assert row.files.filter(kind=PaymentFile.Kind.VOUCHER).exists()


def test_steps_cannot_be_skipped(contract, pilot, as_person):
    row = advance(drafted(pilot("P4"), contract=contract), PaymentState.TOWN_REVIEW)
    for username, deed in (("chicheng_finance", "pay"), ("office", "register"), ("chicheng_finance", "reverse"), ("chicheng", "approve")):
        answer = as_person(username).post(f"{PAGES}{row.pk}/{deed}/", {"paid_on": "2022-11-30", "voucher_no": "记-1", "reason": "x"})
        assert answer.status_code == 422 and "还不能办理" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == PaymentState.TOWN_REVIEW and not LedgerEntry.objects.exists()


def test_the_applicant_of_the_street_may_not_decide(pilot, as_person):
    given(pilot("P1"), "300000")
    row = advance(drafted(pilot("P1"), line=line_of(pilot("P1"))), PaymentState.HEAD_APPROVAL)
    answer = as_person("puan").post(f"{PAGES}{row.pk}/approve/", {"approver": "示例主要负责人", "approved_on": "2022-11-30"})
    assert answer.status_code == 422 and "经办与审核不能是同一人" in answer.content.decode()
    assert "经办与审核不能是同一人" in as_person("puan").get(f"{PAGES}{row.pk}/").content.decode()


def test_a_return_needs_words_and_comes_back_with_them(contract, pilot, as_person):
    row = advance(drafted(pilot("P4"), contract=contract), PaymentState.TOWN_REVIEW)
    assert as_person("chicheng2").post(f"{PAGES}{row.pk}/return/", {"opinion": " "}).status_code == 422
    as_person("chicheng2").post(f"{PAGES}{row.pk}/return/", {"opinion": "请补验收单签字"})
    row.refresh_from_db()
    assert row.state == PaymentState.RETURNED
    text = as_person("xiahejie").get(f"{PAGES}{row.pk}/edit/").content.decode()
    assert "赤城镇退回" in text and "请补验收单签字" in text
    client = as_person("xiahejie")
    client.post(f"{PAGES}{row.pk}/edit/", full(contract, uid=row.uid, version=row.version, deed="submit", invoices="05109999"))
    row.refresh_from_db()
    assert row.state == PaymentState.TOWN_REVIEW and row.number == "YK-2022-11-001"


def test_withdrawing_deleting_reversing_and_refunding(contract, pilot, as_person):
    client = as_person("xiahejie")
    row = advance(drafted(pilot("P4"), contract=contract), PaymentState.TOWN_REVIEW)
    client.post(f"{PAGES}{row.pk}/withdraw/")
    row.refresh_from_db()
    assert row.state == PaymentState.DRAFT
    client.post(f"{PAGES}{row.pk}/delete/")
    assert Payment.objects.filter(pk=row.pk).exists()  # it has a number
    fresh = drafted(pilot("P4"), contract=contract)
    client.post(f"{PAGES}{fresh.pk}/delete/")
    assert not Payment.objects.filter(pk=fresh.pk).exists()
    paid = advance(row, PaymentState.FILED, voucher="记-2001")
    finance = as_person("chicheng_finance")
    finance.post(f"{PAGES}{paid.pk}/refund/", {"amount": "1000", "paid_on": "2022-11-30", "voucher_no": "记-2002", "reason": "退回多付"})
    assert finance.post(f"{PAGES}{paid.pk}/reverse/", {"reason": "有误", "voucher_no": "记-2003"}).status_code == 422
    text = finance.get(f"{PAGES}{paid.pk}/").content.decode()
    assert "-1,000.00" in text and "9,000.00" in text and "退回多付" in text
    assert "已有退款，不能再冲正" in text and "冲正这笔支付" not in text  # what would be refused is not offered
    assert 'data-ask="ask-refund"' in text
    finance.post(f"{PAGES}{paid.pk}/refund/", {"amount": "9000", "paid_on": "2022-11-30", "voucher_no": "记-2004", "reason": "全部退回"})
    assert "登记退款" not in finance.get(f"{PAGES}{paid.pk}/").content.decode()


def test_a_large_sum_waits_for_its_minutes_and_the_refusal_leads_to_their_place(contract, pilot, as_person):
    row = advance(drafted(pilot("P4"), "60000", contract=contract), PaymentState.TOWN_REVIEW)
    address, chicheng = f"{PAGES}{row.pk}/", as_person("chicheng")
    assert "请先上传集体研究纪要" in as_person("chicheng2").get(address).content.decode()  # said at every desk, asked for at the decision
    as_person("chicheng2").post(f"{address}approve/", {"opinion": "同意"})
    as_person("chicheng_finance").post(f"{address}approve/", {"opinion": ""})
    form = {"approver": "示例主要负责人", "approved_on": "2022-11-30", "opinion": "同意支付"}
    refused = chicheng.post(f"{address}approve/", form | {"scan": pdf("审批单.pdf")})
    text = refused.content.decode()
    assert refused.status_code == 422 and 'href="#file-minutes"' in text and 'id="file-minutes"' in text
    assert "示例主要负责人" in text and "刚才选的文件没有保存，请重新选择" in text
    upload = {"kind": "minutes", "file": pdf("集体研究纪要.pdf")}
    answer = chicheng.post(f"{address}files/", upload, headers={"accept": "application/json"}).json()
    assert "大额资金已集体研究" in answer["checks"] and "不通过" not in answer["checks"]
    chicheng.post(f"{address}approve/", form | {"scan": pdf("审批单.pdf")})
    row.refresh_from_db()
    assert row.state == PaymentState.TO_PAY and row.files.filter(kind=PaymentFile.Kind.APPROVAL_SCAN).count() == 1


# --- lists ------------------------------------------------------------------------------------------------------------------------


def sheet(answer):
    workbook = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [[cell for cell in row if cell is not None] for row in workbook.active.iter_rows(values_only=True)]


def test_the_workbook_is_the_filtered_list(contract, pilot, as_person):
    advance(drafted(pilot("P4"), "1000.01", contract=contract, purpose="=第一期"), PaymentState.TOWN_REVIEW)
    advance(drafted(pilot("P4"), "2000.02", contract=contract, purpose="第二期"), PaymentState.PAID)
    client = as_person("office")
    for query, amounts in (("", [2000.02, 1000.01]), ("tab=paid", [2000.02]), ("q=第一", [1000.01]), ("state=returned", [])):
        page = client.get(f"{PAGES}?{query}")
        assert [float(row.amount) for row in page.context["page"].object_list] == amounts
        rows = sheet(client.get(f"{PAGES}?{query}&export=xlsx"))
        found = [row for row in rows if row and isinstance(row[0], int)]
        assert [next(c for c in row if isinstance(c, float)) for row in found] == amounts
        if amounts:
            assert any(abs(float(cell) - sum(amounts)) < 0.005 for row in rows if "合计" in row for cell in row if isinstance(cell, float))
    assert AuditEvent.objects.filter(kind=AuditKind.EXPORT).count() == 4


@pytest.mark.parametrize("username", ["office", "xiahejie", "chicheng_finance"])
def test_lists_ask_the_same_for_one_row_and_for_three(username, contract, pilot, as_person):
    client, counts = as_person(username), []
    for number in (1, 2):
        for place in range(number):
            row = advance(drafted(pilot("P4"), str(100 * number + place), contract=contract), PaymentState.FINANCE_CHECK)
        client.get(PAGES)
        with CaptureQueriesContext(connection) as seen:
            client.get(PAGES)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12
    with CaptureQueriesContext(connection) as seen:
        client.get(f"{PAGES}{row.pk}/")
    assert len(seen) <= 26


def test_the_past_shows_what_was_then(contract, pilot, as_person):
    row = advance(drafted(pilot("P4"), contract=contract), PaymentState.TOWN_REVIEW)
    client = as_person("office")
    client.post("/as-of/", {"as_of": "2022-11-01", "next": PAGES})
    assert row.number not in client.get(PAGES).content.decode()
