"""The ledger of findings over HTTP: walls, tabs, the finding beside the list, every deed without scripts, export equal to the page."""

import datetime
import io
import json
import re
import uuid

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import AuditEvent, AuditKind
from supervision.models import Finding, FindingAction, FindingFile, FindingState
from tests.pilots.bad_uploads import jpeg
from tests.supervision.records import bring_to, day, do, register, submit

pytestmark = pytest.mark.django_db
A = FindingAction


@pytest.fixture(autouse=True)
def first_of_november():
    with clock.at(day("2022-11-01")):
        yield


def photo(number=1):
    return SimpleUploadedFile(f"整改后{number}.jpg", jpeg(320, 240), content_type="image/jpeg")


def text_of(answer):
    return answer.content.decode()


def act(client, finding, deed, **data):
    return client.post(f"/supervision/findings/{finding.pk}/{deed}/", data)


# --- walls --------------------------------------------------------------------------------------------------------------------------


def test_each_sees_its_own(as_person):
    mine, other = register("P2", title="广福的问题"), register("P5", title="东街的问题")
    for username in ("office", "leader", "auditor", "finance", "department"):
        page = text_of(as_person(username).get("/supervision/findings/"))
        assert "广福的问题" in page and "东街的问题" in page
    for username in ("guangfu", "puan", "puan2", "puan_finance"):
        client = as_person(username)
        for query in ("", "?tab=all", "?q=东街", "?pilot=P5", f"?open={other.pk}", "?tab=all&q=WT"):
            assert "东街的问题" not in text_of(client.get(f"/supervision/findings/{query}"))
        assert client.get(f"/supervision/findings/{mine.pk}/").status_code == 200
        assert client.get(f"/supervision/findings/{other.pk}/").status_code == 404
        assert client.get(f"/supervision/findings/{other.pk}/?beside=1").status_code == 404
    for username in ("contractor", "sysadmin"):
        assert as_person(username).get("/supervision/findings/").status_code == 403


@pytest.mark.parametrize("username", ["leader", "auditor", "finance", "department", "puan_finance", "puan2"])
def test_readers_change_nothing(username, as_person):
    finding = register("P2")
    client = as_person(username)
    assert "提交整改" not in text_of(client.get(f"/supervision/findings/{finding.pk}/"))
    for deed in ("start", "rectify", "close", "return", "ask", "grant", "refuse", "reopen", "assign"):
        assert act(client, finding, deed, **{f"{deed}-text": "改写"}).status_code == 403
    assert client.post("/supervision/findings/new/", {"pilot": "P2"}).status_code == 403
    assert client.post(f"/supervision/findings/{finding.pk}/files/", {"file": photo()}).status_code == 403
    assert Finding.objects.get().state == FindingState.ASSIGNED


def test_what_was_found_but_not_assigned_stays_with_the_office(as_person):
    finding = register("P2", assign=False, title="还没有交办的问题")
    assert as_person("guangfu").get(f"/supervision/findings/{finding.pk}/").status_code == 404
    assert "还没有交办的问题" in text_of(as_person("office").get("/supervision/findings/"))
    act(as_person("office"), finding, "assign")
    assert as_person("guangfu").get(f"/supervision/findings/{finding.pk}/").status_code == 200


def test_the_street_does_not_rectify_for_the_community(as_person):
    finding = register("P2")
    assert act(as_person("puan"), finding, "rectify", **{"rectify-text": "代为整改"}).status_code == 403
    assert Finding.objects.get().state == FindingState.ASSIGNED


# --- the list -----------------------------------------------------------------------------------------------------------------------


def test_tabs_counts_and_the_table_by_pilot_agree(as_person):
    with clock.at(day("2022-11-30")):
        bring_to(register("P2", title="待复核的"), A.START, A.RECTIFY, on="2022-11-05")
        bring_to(register("P3", title="已销号的"), A.START, A.RECTIFY, A.CLOSE, on="2022-11-06")
        register("P5", title="逾期的")
        register("P6", on="2022-11-29", title="没到期的")
        page = text_of(as_person("office").get("/supervision/findings/"))
        counts = dict(re.findall(r'>(未销号|逾期|待我复核|延期申请|已销号) <span class="cnt q">(\d+)</span>', page))
        assert counts == {"未销号": "3", "逾期": "2", "待我复核": "1", "延期申请": "0", "已销号": "1"}
        assert "累计 4 个，已销号 1 个，未销号 3 个，其中逾期 2 个" in page
        foot = re.search(r"<tfoot>(.*?)</tfoot>", page, re.S).group(1)
        assert re.findall(r">([\d.]+%?)</td>", foot) == ["4", "1", "3", "2", "25.0%"]
        assert "已销号的" not in page.partition("finding-panel")[0].partition("<tbody>")[2].partition("</tbody>")[0]
        closed = text_of(as_person("office").get("/supervision/findings/?tab=closed"))
        assert "已销号的" in closed and "逾期的" not in closed


def test_the_finding_asked_for_stands_beside_the_list(as_person):
    register("P2", title="第一个问题")
    second = register("P5", title="第二个问题")
    client = as_person("office")
    panel = text_of(client.get(f"/supervision/findings/?open={second.pk}")).partition('id="finding-panel"')[2]
    assert second.number in panel and "第一个问题" not in panel
    alone = text_of(client.get(f"/supervision/findings/{second.pk}/?beside=1&from=tab%3Dopen"))
    assert second.number in alone and "<html" not in alone
    bring_to(second, A.START, A.RECTIFY)
    alone = text_of(client.get(f"/supervision/findings/{second.pk}/?beside=1&from=tab%3Dopen"))
    assert 'name="back" value="tab=open"' in alone and "复核通过，销号" in alone


@pytest.mark.parametrize(
    "query", ["?tab=乱写", "?open=abc", "?open=99999999999999", "?pilot=P9", "?aspect=x", "?month=2022-13", "?page=-1"]
)
def test_odd_addresses_are_answered(query, as_person):
    register("P2")
    assert as_person("office").get(f"/supervision/findings/{query}").status_code == 200


def test_as_of_a_past_day_the_list_and_the_finding_stand_as_then(as_person):
    finding = register("P2", "2022-11-01", title="后来销号的")
    bring_to(finding, A.START, A.RECTIFY, A.CLOSE, on="2022-11-20")
    with clock.at(day("2022-11-30")):
        client = as_person("office")
        page = text_of(client.get("/supervision/findings/?as_of=2022-11-10"))
        assert "后来销号的" in page and "待整改" in page and "复核通过，销号" not in page
        assert "登记问题" not in page.partition('class="split"')[0]
        now = text_of(client.get("/supervision/findings/"))
        assert "后来销号的" not in now


def test_the_workbook_holds_exactly_what_is_filtered(as_person):
    submit("P2", "2022-10-25", wrong={"CK02": {"problem": "=危险的公式"}, "CK15": {}})
    register("P5", title="东街的问题")
    client = as_person("office")
    answer = client.get("/supervision/findings/?tab=all&pilot=P2&export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(row for row in rows if row[0] == "序号")
    wanted = ["试点", "方面", "问题", "发现日期", "整改措施", "责任单位", "责任人", "时限", "整改情况", "复核人", "销号日期", "灯色"]
    assert set(wanted) <= set(head)
    body = [row for row in rows if isinstance(row[0], int)]
    assert len(body) == 2 and all(row[head.index("试点")] == "广福社区" for row in body)
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    shown = text_of(client.get("/supervision/findings/?tab=all&pilot=P2"))
    assert all(row[head.index("编号")] in shown for row in body)
    event = AuditEvent.objects.filter(kind=AuditKind.EXPORT).latest("pk")
    assert event.user.username == "office"
    mine = as_person("guangfu").get("/supervision/findings/?tab=all&export=xlsx")
    assert "东街" not in str(
        [[c.value for c in r] for r in openpyxl.load_workbook(io.BytesIO(b"".join(mine.streaming_content))).active.iter_rows()]
    )


def test_the_printed_ledger_has_every_column(as_person):
    register("P2", requirement="补齐签到")
    page = text_of(as_person("office").get("/supervision/findings/print/"))
    for column in (
        "序号",
        "试点",
        "方面",
        "问题",
        "发现日期",
        "整改措施",
        "责任单位",
        "责任人",
        "时限",
        "整改情况",
        "复核人",
        "销号日期",
        "灯色",
    ):
        assert f">{column}</th>" in page
    assert "补齐签到" in page


# --- the way of a finding, without scripts ----------------------------------------------------------------------------------------------


def test_from_registration_to_closing_with_one_return(as_person):
    office, community = as_person("office"), as_person("guangfu")
    form = {
        "uid": str(uuid.uuid4()), "pilot": "P2", "aspect": "archives", "source": "other", "title": "公示照片缺期满张", "description": "没有期满照片。",
        "requirement": "重新公示", "found_on": "2022-11-01", "severity": "major", "deadline": "", "unit": "", "person": "示例社区干部",
    }  # fmt: skip
    first = office.post("/supervision/findings/new/", form | {"photos": [photo(1)]})
    again = office.post("/supervision/findings/new/", form | {"photos": [photo(1)]})
    finding = Finding.objects.get()
    assert first["Location"] == again["Location"] == f"/supervision/findings/?open={finding.pk}"
    assert finding.deadline == day("2022-11-11") and finding.person == "示例社区干部" and finding.files.filter(kind="before").count() == 1
    assert act(community, finding, "start").status_code == 302
    sent = community.post(
        f"/supervision/findings/{finding.pk}/rectify/", {"rectify-text": "已重新公示。", "photos": [photo(2)], "papers": []}, follow=True
    )
    assert "提交成功，等待领导小组办公室复核" in text_of(sent)
    back = act(office, finding, "return", **{"close-text": "还差一张照片", "beside": "1", "back": "tab=recheck"})
    assert back["Location"] == "/supervision/findings/?tab=recheck"
    returned = text_of(community.get(f"/supervision/findings/{finding.pk}/"))
    assert "还差一张照片" in returned and "领导小组办公室退回重改" in returned
    act(community, finding, "rectify", **{"rectify-text": "照片已补。"})
    assert "领导小组办公室退回重改" not in text_of(community.get(f"/supervision/findings/{finding.pk}/"))
    act(office, finding, "close", **{"close-text": "现场核实属实"})
    page = text_of(community.get(f"/supervision/findings/{finding.pk}/"))
    assert "已销号" in page and "现场核实属实" in page and "整改后" in page
    act(office, finding, "reopen", **{"reopen-text": "问题反弹"})
    assert Finding.objects.get().state == FindingState.ASSIGNED


def test_extension_asked_granted_and_refused(as_person):
    finding = register("P2")
    office, community = as_person("office"), as_person("guangfu")
    act(community, finding, "ask", **{"ask-until": "2022-11-26", "ask-text": "供应商未到"})
    finding.refresh_from_db()
    assert finding.asked_until == day("2022-11-28")  # a Saturday moves to Monday
    assert "2022-11-28" in text_of(office.get("/supervision/findings/?tab=asked"))
    assert act(office, finding, "grant", **{"grant-until": "2022-11-25", "grant-text": ""}).status_code == 302
    finding.refresh_from_db()
    assert finding.deadline == day("2022-11-25") and finding.asked_until is None
    act(community, finding, "ask", **{"ask-until": "2022-12-05", "ask-text": "再延"})
    empty = act(office, finding, "refuse", **{"grant-text": ""})
    assert empty.status_code == 422 and "请写明不同意的理由" in text_of(empty)
    act(office, finding, "refuse", **{"grant-text": "不宜再延"})
    finding.refresh_from_db()
    assert finding.deadline == day("2022-11-25")


def test_refusals_keep_what_was_typed(as_person):
    finding = register("P2")
    community, office = as_person("guangfu"), as_person("office")
    late = act(community, finding, "ask", **{"ask-until": "2022-11-02", "ask-text": "独一无二的理由"})
    assert late.status_code == 422 and "须晚于现在的时限" in text_of(late) and "独一无二的理由" in text_of(late)
    empty = act(community, finding, "rectify", **{"rectify-text": " "})
    assert empty.status_code == 422 and "请写明整改情况" in text_of(empty)
    do(finding, A.RECTIFY)
    returned = act(office, finding, "return", **{"close-text": ""})
    assert returned.status_code == 422 and "退回须写明意见" in text_of(returned)
    assert Finding.objects.get().state == FindingState.RECHECKING


def test_a_second_press_reads_what_has_happened(as_person):
    finding = bring_to(register("P2"), A.START, A.RECTIFY)
    office = as_person("office")
    act(office, finding, "close", **{"close-text": "属实"})
    again = act(office, finding, "close", **{"close-text": "属实"})
    assert again.status_code == 422 and "现在是“已销号”，不能复核通过，销号" in text_of(again)
    assert finding.steps.filter(action=A.CLOSE).count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""},
        {"pilot": "P9"},
        {"aspect": ""},
        {"found_on": "2022-12-01"},
        {"deadline": "2022-10-01"},
        {"severity": "x"},
        {"unit": "999999"},
    ],
)
def test_wrong_registrations_keep_what_was_typed(changes, as_person):
    form = {
        "pilot": "P2", "aspect": "archives", "source": "other", "title": "标题", "description": "独一无二的描述", "found_on": "2022-11-01",
        "severity": "minor",
    } | changes  # fmt: skip
    answer = as_person("office").post("/supervision/findings/new/", form)
    assert answer.status_code == 422 and "独一无二的描述" in text_of(answer) and not Finding.objects.exists()


def test_a_unit_of_another_pilot_is_refused(as_person, pilot):
    form = {
        "pilot": "P2",
        "aspect": "archives",
        "source": "other",
        "title": "标题",
        "description": "描述",
        "found_on": "2022-11-01",
        "severity": "minor",
    }
    answer = as_person("office").post("/supervision/findings/new/", form | {"unit": pilot("P5").unit_id})
    assert answer.status_code == 422 and "请重新选择责任单位" in text_of(answer) and not Finding.objects.exists()


def test_extra_fields_change_nothing(as_person):
    finding = register("P2")
    extra = {"state": "closed", "deadline": "2023-03-01", "unit": "1", "number": "WT-1", "rectify-deadline": "2023-03-01", "actor": "1"}
    act(as_person("guangfu"), finding, "rectify", **{"rectify-text": "已整改"} | extra)
    after = Finding.objects.get()
    assert (after.state, after.deadline, after.number, after.unit_id) == ("rechecking", finding.deadline, finding.number, finding.unit_id)
    assert act(as_person("office"), finding, "find").status_code == 404


# --- files --------------------------------------------------------------------------------------------------------------------------


def test_photos_one_at_a_time_until_handed_in(as_person):
    finding = register("P2")
    community = as_person("guangfu")
    address, uid = f"/supervision/findings/{finding.pk}/files/", str(uuid.uuid4())
    receipt = json.loads(community.post(address, {"file": photo(), "uid": uid}).content)
    assert json.loads(community.post(address, {"file": photo(), "uid": uid}).content)["id"] == receipt["id"]
    assert community.get(receipt["url"]).status_code == 200
    assert as_person("office").get(receipt["url"]).status_code == 404  # not handed in yet
    second = json.loads(community.post(address, {"file": photo(2)}).content)
    assert community.post(second["delete"], headers={"accept": "application/json"}).status_code == 200
    act(community, finding, "rectify", **{"rectify-text": "已整改"})
    assert as_person("office").get(receipt["url"]).status_code == 200
    assert as_person("dongjie").get(receipt["url"]).status_code == 404
    kept = community.post(receipt["delete"], headers={"accept": "application/json"})
    assert kept.status_code == 422 and FindingFile.objects.count() == 1


def test_files_of_another_finding_are_not_reached(as_person):
    mine, other = register("P2"), register("P5")
    receipt = json.loads(as_person("dongjie").post(f"/supervision/findings/{other.pk}/files/", {"file": photo()}).content)
    assert as_person("guangfu").get(f"/supervision/findings/{mine.pk}/files/{receipt['id']}/").status_code == 404
    assert as_person("guangfu").post(f"/supervision/findings/{other.pk}/files/", {"file": photo()}).status_code == 404
    bad = SimpleUploadedFile("程序.exe", b"MZ", content_type="image/jpeg")
    refused = as_person("guangfu").post(f"/supervision/findings/{mine.pk}/files/", {"file": bad})
    assert refused.status_code == 422 and "不支持" in json.loads(refused.content)["reason"]


# --- queries ------------------------------------------------------------------------------------------------------------------------


def queries_of(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_pages_ask_few_questions(as_person):
    first = bring_to(register("P2"), A.START)
    office, community = as_person("office"), as_person("guangfu")
    pages = (
        "/supervision/findings/",
        "/supervision/findings/print/",
        f"/supervision/findings/{first.pk}/",
        "/supervision/",
    )
    one = [queries_of(office, page) for page in pages]
    for code in ("P2", "P3", "P5"):
        bring_to(register(code), A.START)
    many = [queries_of(office, page) for page in pages]
    assert one == many and max(many) <= 12, dict(zip(pages, many, strict=True))
    assert queries_of(community, "/supervision/findings/") <= 12 and queries_of(community, f"/supervision/findings/{first.pk}/") <= 12


def test_the_urging_text_is_there_to_copy(as_person):
    finding = register("P2", title="值班表无人签到")
    with clock.at(day("2022-11-30")):
        page = text_of(as_person("office").get(f"/supervision/findings/{finding.pk}/"))
        assert "【督导催办】广福社区" in page and f'data-copy="urge-{finding.pk}"' in page and "已逾期 14 天" in page
        assert "督导催办" not in text_of(as_person("guangfu").get(f"/supervision/findings/{finding.pk}/"))
    assert finding.deadline == datetime.date(2022, 11, 16)
