"""What the home pages add up: money, findings, visits, the person's own deeds; and that what is kept never outlives a change."""

import datetime
import re
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from funds.models import PaymentState
from penxi_pilot.home.board import make_board, period_name
from penxi_pilot.home.deeds import deed_counts, deeds_of
from penxi_pilot.home.drawing import flow_chart, flow_finding
from penxi_pilot.home.leader import attention_words
from pilots import record_memory
from pilots.models import Pilot, Programme
from supervision.calendar import duty_calendar
from supervision.queries import MonthFlow
from tests.conftest import TODAY
from tests.funds import records as money
from tests.supervision import records as visits

pytestmark = pytest.mark.django_db


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


@pytest.fixture
def autumn(pilot):
    """广福: 400,000 given, 32,600 paid, one application on its way, one finding overdue, one visit of November."""
    p2 = pilot("P2")
    money.given(p2, "400000")
    contract = money.contract_on(money.line_of(p2, "120000", name="楼道文化墙"), "100000")
    money.advance(money.drafted(p2, "32600", contract=contract), PaymentState.FILED)
    waiting = money.advance(money.drafted(p2, "20000", contract=contract), PaymentState.FINANCE_CHECK)
    visits.submit("P2", "2022-11-15")
    visits.register("P2", "2022-10-10", title="第一笔支付缺发票")
    return waiting


def test_the_office_reads_money_findings_and_visits(as_person, autumn):
    page = words(as_person("office").get("/"))
    assert "3.26 万元" in page and "下达到试点 40.00 万元" in page
    assert "逾期 1 个" in page and "累计 1 个" in page and "/ 6 个试点" in page
    assert "11月督导" in page and "六试点亮灯" in page and "问题发现与销号" in page


def test_a_community_reads_its_money_and_its_finding(as_person, autumn):
    page = words(as_person("guangfu").get("/"))
    assert "1 笔用款办理中，财政所复核" in page and "第一笔支付缺发票" in page
    assert "还没有登记项目" in words(as_person("dongjie").get("/"))


def test_finance_people_read_their_money_first(as_person, autumn):
    todos = as_person("puan_finance").get("/").content.decode()
    assert "用款复核" in todos.partition('class="figures')[0] and "资金情况" in todos
    assert "用款复核" not in as_person("chicheng_finance").get("/").content.decode()


def test_the_leader_reads_five_sentences(as_person, autumn):
    page = words(as_person("leader").get("/"))
    for sentence in ("总体进展", "3.26 / 40.00 万元", "六个试点", "1 个逾期在广福社区：第一笔支付缺发票", "最新报告", "批示登记"):
        assert sentence in page, sentence
    assert "重点关注：" in page


def test_the_leader_is_told_the_worst_two_pilots_with_their_figures(as_person, pilot):
    """All six are red here: who has findings past their date comes first, then tasks past their date, then how far behind."""
    for code, count in (("P6", 2), ("P2", 1)):
        for number in range(count):
            visits.register(code, "2022-10-10", title=f"问题 {code} {number}")
    board = make_board(Pilot.objects.all(), Programme.objects.get(), datetime.date(2023, 3, 31), county=True)
    order = [(row.overdue, row.standing.overdue, row.standing.behind) for row in board.attention]
    assert len(order) == 6 and order == sorted(order, reverse=True)
    assert [row.pilot.code for row in board.attention[:2]] == ["P6", "P2"]
    said = attention_words(board)
    assert (
        said.startswith("南北街社区，逾期问题 2 个、逾期任务 ") and "；广福社区，逾期问题 1 个、逾期任务 " in said and said.count("；") == 1
    )
    page = words(as_person("leader").get("/", {"as_of": "2023-03-31"}))
    assert "重点关注：" in page and "等 6 个" not in page


def test_a_pilot_without_overdue_findings_is_told_by_its_tasks(as_person, pilot):
    board = make_board(Pilot.objects.filter(code="P5"), Programme.objects.get(), datetime.date(2023, 3, 31), county=True)
    row = board.attention[0]
    assert attention_words(board) == f"东街社区，逾期任务 {row.standing.overdue_words}、滞后 {row.standing.behind} 个百分点"
    early = make_board(Pilot.objects.filter(code="P5"), Programme.objects.get(), datetime.date(2022, 8, 15), county=True)
    assert (attention_words(early) == "") == (not early.attention)


def test_an_earlier_day_shows_what_stood_then(as_person, autumn):
    page = words(as_person("office").get("/", {"as_of": "2022-10-05"}))
    assert "累计 0 个" in page and "还没有发现问题" in page


@pytest.mark.parametrize("tab", ["done", "mine", "nonsense"])
def test_own_deeds_are_listed_with_their_pages(as_person, autumn, office, tab):
    client = as_person("office")
    page = client.get("/", {"tab": tab})
    assert page.status_code == 200
    for address in re.findall(r'class="tt clip" href="([^"]+)"', page.content.decode()):
        assert client.get(address).status_code == 200, address
    assert deed_counts(office)["done"] > 0 and deed_counts(office)["mine"] > 0
    moments = [deed.at for deed in deeds_of(office, "mine")]
    assert moments == sorted(moments, reverse=True) and {moment.year for moment in moments} == {2022}, "the day it was done, not loaded"


def test_the_list_of_today_is_a_workbook(as_person, autumn):
    answer = as_person("office").get("/", {"export": "xlsx"})
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert b"".join(answer.streaming_content).startswith(b"PK")


def test_a_deed_is_seen_by_the_next_visitor(as_person, autumn):
    before = words(as_person("office").get("/"))
    assert "累计 1 个" in before
    visits.register("P4", "2022-11-20", title="台账不全")
    assert "累计 2 个" in words(as_person("office").get("/"))
    money.advance(autumn, PaymentState.PAID)
    assert "5.26 万元" in words(as_person("office").get("/"))
    assert "用款备案" in words(as_person("office").get("/"))


def test_what_is_kept_is_valid_only_while_no_record_changes(autumn):
    state, calls = record_memory.records_state(), []
    read = lambda: calls.append(1) or len(calls)  # noqa: E731
    assert [record_memory.kept(state, "figure", read) for _ in range(3)] == [1, 1, 1]
    visits.register("P5", "2022-11-20")
    assert record_memory.records_state().numbers != state.numbers
    assert record_memory.kept(record_memory.records_state(), "figure", read) == 2
    unquiet = record_memory.RecordsState((0,), quiet=False)
    assert [record_memory.kept(unquiet, "other", read) for _ in range(2)] == [3, 4]


def test_memory_does_not_grow_for_ever():
    state = record_memory.RecordsState((1,), quiet=True)
    for number in range(record_memory.MOST + 50):
        record_memory.kept(state, ("x", number), lambda: 0)
    assert len(record_memory._held) == record_memory.MOST


def test_a_change_of_a_row_changes_the_state(pilot):
    """Every business table writes history or is only ever added to; either is a higher number somewhere."""
    before = record_memory.records_state().numbers
    row = pilot("P3").unit
    row.phone = "0825-1234567" if hasattr(row, "phone") else ""
    row.save()
    assert record_memory.records_state().numbers != before


@pytest.mark.parametrize("username", ["office", "leader", "puan", "guangfu", "finance", "auditor"])
def test_the_page_asks_little_while_nothing_changes(as_person, autumn, username):
    client = as_person(username)
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    assert len(queries) <= 12, [q["sql"][:100] for q in queries]


def test_a_fresh_computation_asks_the_same_for_one_pilot_of_a_type_and_for_two(autumn):
    """Pilots of different types are measured by different figures; another one of the same type costs no question."""
    counts: list[list[str]] = []
    for rows in (Pilot.objects.exclude(code="P5"), Pilot.objects.all()):
        with CaptureQueriesContext(connection) as queries:
            make_board(rows, Programme.objects.first(), TODAY, county=True)
        counts.append([re.sub(r"\d+", "n", query["sql"])[:80] for query in queries])
    assert len(counts[0]) == len(counts[1]), Counter(counts[1]) - Counter(counts[0])


def test_cadences_are_named_as_people_say():
    names = {period_name(line) for duty in duty_calendar(Pilot.objects.all(), TODAY) for line in duty.periods}
    assert {"11月督导", "第四季度调度", "第四季度公示", "半年小结", "年终总评"} <= names


def flow(month, found, closed, still):
    return MonthFlow(datetime.date(2022, month, 1), found, closed, 0, still)


@pytest.mark.parametrize(
    ("flows", "said"),
    [
        ([], "还没有发现问题"),
        ([flow(11, 0, 0, 0)], "还没有发现问题"),
        ([flow(10, 7, 5, 9), flow(11, 6, 6, 9)], "11 月新发现、销号各 6 个，未销号停在 9 个"),
        ([flow(10, 7, 5, 9), flow(11, 2, 6, 5)], "11 月新发现 2 个、销号 6 个，未销号降至 5 个"),
        ([flow(10, 7, 5, 2), flow(11, 0, 2, 0)], "11 月新发现 0 个、销号 2 个，已全部销号"),
    ],
)
def test_the_chart_says_what_it_finds(flows, said):
    assert "".join(flow_finding(flows)) == said
    chart = flow_chart(flows)
    assert all(0 <= column.found_y <= chart.bottom for column in chart.columns)


def test_every_address_of_the_page_is_served(as_person, autumn):
    for username in ("office", "leader", "finance", "guangfu", "puan2"):
        client = as_person(username)
        page = client.get("/").content.decode()
        own = page[page.index("<main") :]
        for address in dict.fromkeys(re.findall(r'href="(/[^"]*)"', own)):
            assert client.get(address.replace("&amp;", "&")).status_code in (200, 302), (username, address)
    assert reverse("home") == "/"
