"""The sample year, loaded as `load_sample` does: the figures every page of the design agrees on, and something to show on every page."""

import datetime
import html
import re
from decimal import Decimal
from urllib.parse import urljoin

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve, reverse

from accounts import clock
from funds.queries import fund_chain
from penxi_pilot.home.board import make_board
from pilots import plan_memory, plan_text, record_memory
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
        _no_page_asks_more_than_twelve_questions(as_person)


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


MOST_QUESTIONS = 12
SIGHTS = ("office", "leader", "puan", "guangfu", "puan_finance", "contractor", "sysadmin", "auditor")
"""One person of each kind of sight."""
NOT_PAGES = ("logout", "static")
LEAST_PAGES = 90
"""So many addresses are found at least: a walk that finds fewer has lost its way."""


def _no_page_asks_more_than_twelve_questions(as_person):
    """Every address a person of each sight is led to, once, as a process that has just begun would answer it: nothing is remembered of the
    plan, of its text, of the records, of the kinds of records. Session and person are counted, and so is keeping the session."""
    too_many, seen = [], set()
    for username in SIGHTS:
        client, found, ways = as_person(username), set(), ["/"]
        while ways:
            way = ways.pop(0)
            name = _page_name(way)
            if name is None or name in found:
                continue
            found.add(name)
            _remember_nothing()
            with CaptureQueriesContext(connection) as asked:
                response = client.get(way)
            if len(asked) > MOST_QUESTIONS:
                too_many.append(f"{username} {way} ({name}): {len(asked)}")
            if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
                ways += [urljoin(way, html.unescape(found_way)) for found_way in LINKS.findall(response.content.decode())]
            elif response.status_code == 302:
                ways.append(response["Location"])
            if response.streaming:
                list(response)  # read to its end, the client closes the file
        seen |= found
    assert not too_many, "\n".join(too_many)
    assert len(seen) >= LEAST_PAGES, sorted(seen)


LINKS = re.compile(r'(?:href|src|hx-get|data-url)="((?:/(?!static/|/)|\?)[^"#]*)')


def _page_name(way: str) -> tuple[str, bool] | None:
    """What is asked for: the name of the address, and whether with words behind it; None for what is no page."""
    path, _, query = way.partition("?")
    try:
        name = resolve(path).url_name
    except Resolver404:
        return None
    return None if name in NOT_PAGES or "print" in name else (name, bool(query))


def _remember_nothing():
    plan_memory.forget()
    record_memory.forget()
    plan_text._parsed.clear()
    ContentType.objects.clear_cache()
