"""资金总览, 台账, 资金来源, 预算, 合同, 公示, 规则 over HTTP: who sees what, forms that keep what was typed, workbooks equal to pages."""

import datetime
import io
import uuid
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from funds import queries, views
from funds.models import Allocation, BudgetEntry, Contract, ContractChange, Disclosure, FundSource, PaymentState
from pilots.models import Pilot, StoredFile
from tests.conftest import TODAY
from tests.funds.records import advance, contract_on, drafted, given, issued, line_of
from tests.pilots.bad_uploads import jpeg

pytestmark = pytest.mark.django_db
LISTS = ("/funds/", "/funds/ledger/", "/funds/sources/", "/funds/budget/", "/funds/contracts/", "/funds/disclosures/", "/funds/rules/")
READERS = ["office", "finance", "leader", "department", "auditor", "puan", "puan2", "puan_finance", "chicheng", "guangfu", "xiahejie"]


def photo(name="公示栏.jpg"):
    return SimpleUploadedFile(name, jpeg(320, 240), content_type="image/jpeg")


def token():
    return {"once": str(uuid.uuid4())}


@pytest.fixture
def money(pilot):
    """P4: a contract of 100,000 with one payment of 10,000.10; P2: one payment of 20,000.20, on lines of their own."""
    made = {}
    for code, amount in (("P4", "10000.10"), ("P2", "20000.20")):
        given(pilot(code), "300000")
        contract = contract_on(line_of(pilot(code), "150000"), "100000", contractor=f"示例{code}承接单位")
        made[code] = advance(drafted(pilot(code), amount, contract=contract, purpose=f"{code}独有用途"), PaymentState.PAID)
    return made


def rows_of(answer):
    workbook = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [[cell for cell in row if cell is not None] for row in workbook.active.iter_rows(values_only=True)]


# --- who sees what ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", READERS)
def test_readers_read_every_page(username, money, as_person):
    client = as_person(username)
    for path in LISTS:
        answer = client.get(path)
        assert answer.status_code == 200, path
    sees_p2 = username not in ("chicheng", "xiahejie")
    sees_p4 = username not in ("puan", "puan2", "puan_finance", "guangfu")
    text = client.get("/funds/contracts/").content.decode()
    assert ("示例P2承接单位" in text) is sees_p2 and ("示例P4承接单位" in text) is sees_p4
    for path in ("/funds/ledger/", "/funds/", "/funds/ledger/?q=示例P2", "/funds/ledger/?pilot=P2"):
        assert ("示例P2承接单位" in client.get(path).content.decode()) is sees_p2, path
    assert (client.get(f"/funds/contracts/{money['P2'].contract_id}/").status_code == 200) is sees_p2
    assert (client.get("/pilots/P2/funds/").status_code == 200) is sees_p2
    assert (client.get(f"/funds/budget/{money['P4'].line_id}/").status_code == 200) is sees_p4


@pytest.mark.parametrize("username", ["contractor", "sysadmin"])
def test_money_is_not_for_these(username, money, as_person):
    client = as_person(username)
    assert all(client.get(path).status_code == 403 for path in (*LISTS, "/pilots/P2/funds/", "/funds/payments/"))


def test_a_community_sees_its_own_share_of_a_document_only(money, as_person):
    source = money["P4"].pilot.allocations.first().source
    given(Pilot.objects.get(code="P5"), "77000", source=source)
    text = as_person("xiahejie").get(f"/funds/sources/{source.pk}/").content.decode()
    assert "300,000.00" in text and "77,000.00" not in text and "3,000,000.00" not in text
    assert "77,000.00" in as_person("finance").get(f"/funds/sources/{source.pk}/").content.decode()


# --- overview and ledger ----------------------------------------------------------------------------------------------------------


def test_the_overview_says_its_sums_and_its_findings(money, as_person):
    text = as_person("office").get("/funds/").content.decode()
    for words in (
        "6,000,000.00",
        "600,000.00",
        "200,000.00",
        "30,000.30",
        "5,969,999.70",
        "本台账为辅助台账，以财政会计账为准",
        "查看数据",
    ):
        assert words in text, words
    assert "执行率 5.0%" in text and "低于预警线 37.5%" in text and "登记资金下达" in text
    assert "大写：叁万元叁角整" in text or "大写：叁万元零叁角整" in text
    assert "11 月支付 3.00 万元" in text
    page = as_person("xiahejie").get("/funds/").content.decode()
    assert "300,000.00" in page and "6,000,000.00" not in page and "用款申请" in page


def test_page_workbook_and_query_agree(money, as_person, today):
    client = as_person("office")
    for query, expected in (
        ("", "30000.30"),
        ("pilot=P2", "20000.20"),
        ("month=2022-11", "30000.30"),
        ("month=2022-10", "0"),
        ("q=P4", "10000.10"),
    ):
        page = client.get(f"/funds/ledger/?{query}")
        assert page.context["total"] == Decimal(expected)
        assert sum((row.signed_amount for row in page.context["page"].object_list), Decimal(0)) == Decimal(expected)
        if Decimal(expected):
            rows = rows_of(client.get(f"/funds/ledger/?{query}&export=xlsx"))
            amounts = [Decimal(str(cell)) for row in rows if row and isinstance(row[0], int) for cell in row if isinstance(cell, float)]
            assert sum(amounts) == Decimal(expected)
    heads = next(row for row in rows_of(client.get("/funds/ledger/?month=2022-11&export=xlsx")) if row[0] == "序号")
    assert heads[1:3] == ["登记日期", "付款日期"]  # the filter goes by the first: the day a row counts from
    whole = queries.fund_chain(Pilot.objects.order_by("order"), today)
    rows = rows_of(client.get("/funds/?export=xlsx"))
    total = next(row for row in rows if "合计" in row)
    assert Decimal(str(total[4])) == whole.total.paid == Decimal("30000.30")


def test_a_kept_sum_follows_the_next_entry(money, pilot, as_person):
    client = as_person("office")
    for path in ("/funds/ledger/", "/funds/"):
        assert client.get(path).context["total"] == client.get(path).context["total"] == Decimal("30000.30")
    given(pilot("P2"), "1000")
    advance(drafted(pilot("P2"), "100", contract=contract_on(line_of(pilot("P2"), "500"), "400")), PaymentState.PAID)
    for path in ("/funds/ledger/", "/funds/"):
        context = client.get(path).context
        assert context["total"] == Decimal("30100.30") and context["page"].paginator.count == len(context["page"].object_list)
    assert sum(month.paid or 0 for month in client.get("/funds/").context["course_months"]) == Decimal("30100.30")


@pytest.mark.parametrize("query", ["month=2022-13", "month=x", "pilot=P99", "papers=?", "contract=abc", "page=-1"])
def test_malformed_filters_are_ignored(query, money, as_person):
    answer = as_person("office").get(f"/funds/ledger/?{query}")
    assert answer.status_code == 200 and answer.context["total"] == Decimal("30000.30")


def test_what_lacks_papers_is_found_and_said(money, as_person):
    money["P4"].files.all().delete()
    text = as_person("office").get("/funds/ledger/?papers=missing").content.decode()
    assert "缺发票" in text and "P4承接" in text and "P2承接" not in text


def test_no_money_yet_is_said(as_person):
    for path, words in (("/funds/", "还没有支出"), ("/funds/sources/", "还没有资金来源"), ("/funds/budget/", "还没有预算")):
        assert words in as_person("office").get(path).content.decode()
    assert "还没有下达到试点的资金" in as_person("office").get("/funds/").content.decode()


@pytest.mark.parametrize("username", ["office", "guangfu"])
def test_pages_ask_the_same_for_one_row_and_for_three(username, money, pilot, as_person):
    client, counts = as_person(username), []
    paths = ("/funds/", "/funds/ledger/", "/funds/sources/", "/funds/budget/", "/funds/contracts/", "/funds/disclosures/")
    for more in (0, 2):
        for number in range(more):
            given(pilot("P2"), "1000")
            line = line_of(pilot("P2"), "500")
            advance(drafted(pilot("P2"), str(100 + number), contract=contract_on(line, "400")), PaymentState.PAID)
        found = []
        for path in paths:
            client.get(path)
            with CaptureQueriesContext(connection) as seen:
                client.get(path)
            found.append(len(seen))
        counts.append(found)
    assert counts[0] == counts[1]
    assert dict(zip(paths, counts[0], strict=True)) == {path: count for path, count in zip(paths, counts[0], strict=True) if count <= 20}
    assert max(counts[0][1:]) <= 12


def test_many_pilots_come_in_pages_with_the_sum_of_all(money, as_person, monkeypatch):
    monkeypatch.setattr(views, "PILOTS_SHOWN", 4)
    client = as_person("office")
    first, second = client.get("/funds/"), client.get("/funds/?pilots=2")
    assert [row["name"] for row in second.context["pilot_page"].object_list] == ["东街社区", "南北街社区"]
    assert "第 1/2 页；合计是全部试点的" in first.content.decode()
    assert first.context["whole"] == second.context["whole"] and len(first.context["rate_rows"]) == 6


# --- sources ----------------------------------------------------------------------------------------------------------------------


def source_form(**more):
    return {
        "level": "province",
        "document_number": "川民发〔2022〕9号",
        "name": "关于下达补助资金的通知",
        "issued_on": "2022-11-01",
        "amount": "1,000,000.00",
    } | token() | more  # fmt: skip


def test_a_source_is_registered_once_and_given_out(pilot, as_person):
    client, form = as_person("finance"), source_form()
    for _ in range(2):
        client.post("/funds/sources/new/", form)
    source = FundSource.objects.get()
    answer = client.post("/funds/sources/new/", source_form())
    assert answer.status_code == 422 and "这个文号已经登记过" in answer.content.decode()
    address = f"/funds/sources/{source.pk}/allocate/"
    data = {"pilot": pilot("P2").pk, "amount": "600000", "allocated_on": "2022-11-02"}
    client.post(address, data | token())
    answer = client.post(address, data | token())
    text = answer.content.decode()
    assert answer.status_code == 422 and "超出未分配余额 400,000.00 元" in text and 'value="600000"' in text
    assert Allocation.objects.count() == 1
    row = Allocation.objects.get()
    assert client.post(f"/funds/sources/{source.pk}/reverse/", {"reason": "有误"}).status_code == 422
    assert client.post(f"/funds/allocations/{row.pk}/reverse/", {"reason": ""}).status_code == 422
    client.post(f"/funds/allocations/{row.pk}/reverse/", {"reason": "试点写错"})
    client.post(f"/funds/sources/{source.pk}/reverse/", {"reason": "文号写错"})
    assert Allocation.objects.count() == 2 and FundSource.objects.count() == 2
    assert "已冲正" in client.get("/funds/sources/").content.decode()


@pytest.mark.parametrize("username", ["leader", "auditor", "department", "puan", "guangfu", "puan_finance"])
def test_others_register_no_money(username, money, as_person):
    client, source = as_person(username), FundSource.objects.first()
    assert client.get("/funds/sources/new/").status_code == 403
    for path in ("new/", f"{source.pk}/allocate/", f"{source.pk}/reverse/"):
        assert client.post(f"/funds/sources/{path}", source_form()).status_code == 403
    assert client.post("/funds/budget/new/", {}).status_code == 403
    assert FundSource.objects.count() == 2


def test_a_refused_source_keeps_what_was_typed(as_person):
    answer = as_person("office").post("/funds/sources/new/", source_form(issued_on="2022-12-01", amount="-1", name=""))
    text = answer.content.decode()
    assert answer.status_code == 422 and "川民发〔2022〕9号" in text and "下达日期不能晚于今天" in text and "请填写文件名称" in text
    assert "金额不能是负数" in text and 'value="-1"' in text and not FundSource.objects.exists()


# --- budgets and contracts --------------------------------------------------------------------------------------------------------


def test_a_budget_line_is_opened_and_changed(pilot, as_person):
    given(pilot("P2"), "300000")
    line = line_of(pilot("P2"), "200000")
    client = as_person("office")
    answer = client.post(f"/funds/budget/{line.pk}/change/", {"sign": "1", "amount": "200000", "reason": "增加"} | token())
    assert answer.status_code == 422 and "超出下达额度中未安排的 100,000.00 元" in answer.content.decode()
    client.post(f"/funds/budget/{line.pk}/change/", {"sign": "-1", "amount": "50000", "reason": "调减"} | token())
    assert BudgetEntry.objects.count() == 2
    text = client.get(f"/funds/budget/{line.pk}/").content.decode()
    assert "150,000.00" in text and "-50,000.00" in text
    again = client.post("/funds/budget/new/", {"project": line.project_id, "category": line.category_id, "amount": "1"} | token())
    assert again.status_code == 422 and "这个项目已有这一用途类别的预算" in again.content.decode()
    assert as_person("puan").post(f"/funds/budget/{line.pk}/change/", {"sign": "1"}).status_code == 403


def contract_form(line, **more):
    return {
        "line": line.pk, "name": "助餐服务", "contractor": "示例餐饮公司", "party": "company", "method": "comparison", "awarded_on": "2022-11-01",
        "signed_on": "2022-11-05", "amount": "60000", "prepayment_percent": "30", "bank": "示例银行", "account_tail": "0217",
    } | token() | more  # fmt: skip


def test_a_contract_is_registered_changed_and_its_papers_kept(pilot, as_person):
    given(pilot("P2"), "300000")
    line, client = line_of(pilot("P2"), "100000"), as_person("puan")
    for wrong, words in (
        ({"amount": "100000.01"}, "超出预算"),
        ({"signed_on": "2022-10-31"}, "签订日期不能早于成交日期"),
        ({"party": "filed_team"}, "备案的社区社会组织不是法人"),
        ({"account_tail": "62220217"}, "至多 4 个字符"),
        ({"signed_on": "2022-12-09"}, "不能晚于今天"),
    ):
        answer = client.post("/funds/contracts/new/", contract_form(line, **wrong))
        assert answer.status_code == 422 and "示例餐饮公司" in answer.content.decode(), wrong
        assert words in answer.content.decode() or wrong == {"account_tail": "62220217"}, wrong
    assert not Contract.objects.exists()
    form = contract_form(line)
    for _ in range(2):
        client.post("/funds/contracts/new/", form)
    row = Contract.objects.get()
    assert row.number == "HT-2022-P2-001" and row.by.username == "puan"
    answer = client.post(
        f"/funds/contracts/{row.pk}/change/",
        {"kind": "change", "sign": "1", "amount": "6000.01", "signed_on": "2022-11-20", "reason": "增加"} | token(),
    )
    assert answer.status_code == 422 and "10%" in answer.content.decode()
    client.post(
        f"/funds/contracts/{row.pk}/change/",
        {"kind": "change", "sign": "1", "amount": "6000", "signed_on": "2022-11-20", "reason": "增加"} | token(),
    )
    assert ContractChange.objects.count() == 1
    assert "66,000.00" in client.get(f"/funds/contracts/{row.pk}/").content.decode()
    before = StoredFile.objects.count()
    assert (
        client.post(f"/funds/contracts/{row.pk}/files/", {"kind": "x", "file": photo()}, headers={"Accept": "application/json"}).status_code
        == 422
    )
    assert StoredFile.objects.count() == before
    answer = client.post(
        f"/funds/contracts/{row.pk}/files/", {"kind": "contract", "file": photo("合同.jpg")}, headers={"Accept": "application/json"}
    )
    assert "合同.jpg" in answer.json()["files"]
    paper = row.files.get()
    assert client.get(f"/funds/contracts/{row.pk}/files/{paper.pk}/").status_code == 200
    assert as_person("xiahejie").get(f"/funds/contracts/{row.pk}/files/{paper.pk}/").status_code == 404
    for username in ("guangfu", "leader", "finance"):
        assert as_person(username).post(f"/funds/contracts/{row.pk}/files/", {"kind": "other", "file": photo()}).status_code == 403


def test_a_line_of_another_town_cannot_be_chosen(pilot, as_person):
    given(pilot("P4"), "300000")
    line = line_of(pilot("P4"), "100000")
    answer = as_person("puan").post("/funds/contracts/new/", contract_form(line))
    assert answer.status_code == 422 and not Contract.objects.exists()


# --- disclosures ------------------------------------------------------------------------------------------------------------------


def posting(**more):
    return {
        "period": "2022-3",
        "posted_on": "2022-10-10",
        "until": "2022-10-14",
        "place": "社区公示栏",
        "telephone": "0825-5420000",
        "start_photo": photo(),
    } | token() | more  # fmt: skip


def test_a_posting_is_registered_and_completed(pilot, as_person):
    client = as_person("guangfu")
    form = posting(pilot=pilot("P2").pk)
    answer = client.post("/funds/disclosures/new/", form)
    row = Disclosure.objects.get()
    assert answer.status_code == 302 and row.start_photo_id and (row.year, row.quarter) == (2022, 3)
    again = client.post("/funds/disclosures/new/", posting(pilot=pilot("P2").pk))
    assert again.status_code == 422 and "本季度的公示已经登记" in again.content.decode()
    assert "缺期满照片" in client.get(f"/funds/disclosures/{row.pk}/").content.decode()
    edit = {"posted_on": "2022-10-10", "until": "2022-10-14", "place": "公示栏", "telephone": "1", "version": row.version}
    client.post(f"/funds/disclosures/{row.pk}/edit/", edit | {"end_photo": photo("期满.jpg")})
    row.refresh_from_db()
    assert row.end_photo_id and row.place == "公示栏"
    stale = client.post(f"/funds/disclosures/{row.pk}/edit/", edit | {"place": "别处"})
    assert stale.status_code == 422 and "已被修改" in stale.content.decode() and "别处" in stale.content.decode()
    assert client.get(f"/funds/disclosures/{row.pk}/files/start/?size=preview").status_code == 200
    assert client.get(f"/funds/disclosures/{row.pk}/files/text/").status_code == 404
    for username, status in (("xiahejie", 404), ("chicheng", 404), ("puan", 200), ("office", 200)):
        assert as_person(username).get(f"/funds/disclosures/{row.pk}/").status_code == status
        assert as_person(username).get(f"/funds/disclosures/{row.pk}/files/start/").status_code == status


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"until": "2022-10-13"}, "公示期只有 4 个工作日"),
        ({"posted_on": "2022-10-01", "until": "2022-10-08"}, "公示期只有 1 个工作日"),
        ({"posted_on": "2022-12-01", "until": "2022-12-08"}, "不能晚于今天"),
        ({"posted_on": "2022-06-01", "until": "2022-06-10"}, "早于所公示季度的第一天"),
        ({"until": "2022-10-09"}, "公示结束不能早于公示开始"),
        ({"place": ""}, "请填写公示地点"),
    ],
)
def test_a_wrong_posting_is_answered_in_words(wrong, words, pilot, as_person):
    answer = as_person("guangfu").post("/funds/disclosures/new/", posting(pilot=pilot("P2").pk) | wrong)
    assert answer.status_code == 422 and words in answer.content.decode() and "0825-5420000" in answer.content.decode()
    assert not Disclosure.objects.exists() and not StoredFile.objects.exists()


def test_another_pilots_posting_cannot_be_registered(pilot, as_person):
    answer = as_person("guangfu").post("/funds/disclosures/new/", posting(pilot=pilot("P3").pk))
    assert answer.status_code == 422 and not Disclosure.objects.exists()
    assert as_person("office").post("/funds/disclosures/new/", posting()).status_code == 403


def test_the_register_of_rules_is_shown_with_its_basis(as_person):
    text = as_person("guangfu").get("/funds/rules/").content.decode()
    for words in ("FR01", "FR37", "政府采购法第49条", "建议", "需县财政局核定", "人员工资福利津补贴"):
        assert words in text


def test_the_past_is_read_only_and_as_it_was(pilot, as_person):
    with clock.at(TODAY - datetime.timedelta(days=10)):
        source = issued("100000")
    client = as_person("office")
    client.post("/as-of/", {"as_of": "2022-11-10", "next": "/"})
    assert source.document_number not in client.get("/funds/sources/").content.decode()
    text = client.get("/funds/").content.decode()
    assert "登记资金下达" not in text and "历史数据" in text
