"""The sample year, loaded as `load_sample` does: the figures every page of the design agrees on, and something to show on every page."""

import datetime
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts import clock
from funds.queries import fund_chain
from penxi_pilot.home.board import make_board
from pilots.models import Pilot, Programme
from reports.management.commands import load_sample
from supervision.queries import supervision_overview

pytestmark = pytest.mark.django_db
NOVEMBER, MARCH = datetime.date(2022, 11, 30), datetime.date(2023, 3, 31)
LISTS = ("project_list", "payment_list", "contract_list", "budget_list", "fund_source_list", "disclosure_list", "fund_ledger", "visit_list",
         "finding_list", "meeting_list", "instruction_list", "activity_list", "evidence_list", "task_list")  # fmt: skip
NOTHING = 'class="blank'


def load_year():
    """Everything but the reports, which tests/reports makes of the same records."""
    with load_sample.quickly():
        for name, load, _ in load_sample.STEPS:
            if name != "报告":
                load()


def test_the_year(as_person, settings):
    with clock.at(clock.moment(MARCH, 9, 0)):
        load_year()
        _november()
        _march()
        _every_page_has_something(as_person)


def _november():
    pilots = list(Pilot.objects.select_related("unit"))
    money, checks = fund_chain(pilots, NOVEMBER), supervision_overview(pilots, NOVEMBER)
    assert (money.issued, money.total.allocated) == (Decimal(3200000), Decimal(3050000))
    assert (money.total.contracted, money.total.paid, money.total.rate) == (Decimal(2486500), Decimal(1462380), Decimal("47.9"))
    counts = checks.counts
    assert (counts.total, counts.closed, counts.open, counts.overdue) == (23, 14, 9, 2)
    assert checks.visited_this_month == 5 and [p.unit.short_name for p in checks.unvisited] == ["南北街社区"]
    assert [(f.found, f.closed, f.open) for f in checks.flows] == [(4, 0, 4), (6, 3, 7), (7, 5, 9), (6, 6, 9)]


def _march():
    board = make_board(Pilot.objects.all(), Programme.objects.first(), MARCH, county=True)
    assert board.funds.total.paid > Decimal(2500000) and board.funds.balance > 0
    assert all(row.funds.balance >= 0 for row in board.rows)
    assert board.supervision.counts.open == 3 and len(board.supervision.flows) == 8
    assert board.supervision.counts.total == sum(flow.found for flow in board.supervision.flows)


def _every_page_has_something(as_person):
    office = as_person("office")
    for name in LISTS:
        page = office.get(reverse(name)).content.decode()
        assert NOTHING not in page, name
    for username in ("office", "puan", "puan2", "guangfu", "zhulinqiao", "leader", "finance", "chicheng_finance", "auditor"):
        home = as_person(username).get("/", {"as_of": NOVEMBER.isoformat()})
        assert home.status_code == 200, username
        shown = home.content.decode()
        if username in ("office", "finance", "auditor"):
            assert "146.24 万元" in shown and "累计 23 个" in shown, username
    leader = " ".join(re.sub(r"<[^>]+>", " ", as_person("leader").get("/", {"as_of": NOVEMBER.isoformat()}).content.decode()).split())
    assert "2 个逾期都在竹林桥社区" in leader and "146.24 / 305.00 万元" in leader
    assert "用款" in as_person("chicheng_finance").get("/").content.decode()
    for words in ("HT-2022-P4-002", "YK-2022-11", "WT-2022-11-002", "儿童科普"):
        assert NOTHING not in office.get(reverse("search"), {"q": words}).content.decode(), words
    assert "没有找到" in as_person("guangfu").get(reverse("search"), {"q": "HT-2022-P4-002"}).content.decode()
