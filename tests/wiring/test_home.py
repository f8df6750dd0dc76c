"""工作台 of each kind of person, and the search box."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilots import evidence, files, review
from pilots.models import EvidenceType, StoredFile
from pilots.sample_documents import sheet_pdf
from tests.conftest import PEOPLE, TODAY
from tests.supervision.records import register

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed_in(guangfu):
    """A cooperation agreement of 广福, waiting at 普安街道."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    kind = EvidenceType.objects.get(code="cooperation_agreement")
    upload = SimpleUploadedFile("协议.pdf", sheet_pdf("共建协议", "广福社区", TODAY), content_type="application/pdf")
    row = evidence.save_evidence(
        None,
        by=guangfu,
        type=kind,
        title="与学校共建协议",
        dated=TODAY,
        note="",
        tasks=list(evidence.tasks_proved_by(guangfu, kind)),
        file=files.store_upload(upload, by=guangfu, kinds=frozenset(StoredFile.Kind)),
    )
    review.submit(row, by=guangfu)
    return row


@pytest.mark.parametrize("username", PEOPLE)
def test_every_person_has_a_home_within_twelve_queries(as_person, handed_in, username):
    client = as_person(username)
    client.get(reverse("home"))
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(reverse("home"))
    assert answer.status_code == 200
    assert len(queries) <= 12, [q["sql"][:100] for q in queries]


def test_a_community_sees_ten_cards_without_percentages_or_task_numbers(as_person):
    page = as_person("guangfu").get(reverse("home")).content.decode()
    shown = re.sub(r"<[^>]+>", " ", page[page.index("试点工作</h2>") :])
    cards = page[page.index('class="ten"') :].split("<b>")[1:]
    assert len(cards) == 10
    assert "%" not in shown and not re.search(r"\bT\d+\.\d+", shown)
    assert "项目与用款" in shown and "公示与资料" in shown


def test_what_waits_for_a_decision_is_the_reviewers_to_do_and_nobody_elses(as_person, handed_in):
    assert "1 份佐证材料待审核" in as_person("puan").get(reverse("home")).content.decode()
    for username in ("chicheng", "office", "zhulinqiao", "leader"):
        assert "份佐证材料待审核" not in as_person(username).get(reverse("home")).content.decode(), username


def test_a_returned_record_stands_first_with_the_reviewers_words(as_person, handed_in, puan):
    review.send_back(handed_in, by=puan, opinion="缺签字页，请补齐")
    page = as_person("guangfu").get(reverse("home")).content.decode()
    assert "佐证材料被退回：与学校共建协议" in page and "缺签字页，请补齐" in page


def test_findings_to_work_on_are_counted_at_their_entry_of_the_menu(as_person):
    register("P2", TODAY.isoformat())
    answer = as_person("guangfu").get(reverse("home"))
    assert answer.context["open_findings"] == 1
    entries = re.findall(r'<span class="word">(督导整改|整改)</span><span class="cnt">(\d+)</span>', answer.content.decode())
    assert entries == [("督导整改", "1"), ("整改", "1")]  # left menu and bottom bar
    assert as_person("zhulinqiao").get(reverse("home")).context["open_findings"] == 0


def test_the_administrator_sees_no_business_data(as_person, handed_in):
    page = as_person("sysadmin").get(reverse("home")).content.decode()
    assert "与学校共建协议" not in page and "试点任务完成率" not in page


def test_figures_link_to_their_rows(as_person):
    page = as_person("office").get(reverse("home")).content.decode()
    for address in re.findall(r'class="nl" href="([^"]+)"', page):
        assert as_person("office").get(address.replace("&amp;", "&")).status_code == 200, address


@pytest.mark.parametrize(
    ("words", "username", "found"),
    [
        ("共建协议", "guangfu", True),
        ("yxxgjxy", "puan", True),
        ("共建协议", "zhulinqiao", False),
        ("共建协议", "chicheng", False),
        ("共建协议", "contractor", False),
        ("共建协议", "office", True),
    ],
)
def test_search_finds_only_what_a_person_may_see(as_person, handed_in, words, username, found):
    page = as_person(username).get(reverse("search"), {"q": words}).content.decode()
    assert ("与学校共建协议" in page) is found


@pytest.mark.parametrize("words", ["", " ", "%", "_", "'", "\\", "<script>", "{{7*7}}", "ﷺ", "长" * 5000, "a\x00b", "T4.4", "xhjsq"])
def test_search_answers_whatever_is_typed(as_person, words):
    answer = as_person("office").get(reverse("search"), {"q": words})
    assert answer.status_code in (200, 400) and b"<script>alert" not in answer.content


@pytest.mark.parametrize("name", ["task_list", "activity_list", "me"])
def test_the_menu_of_every_page_counts_what_the_home_page_lists(as_person, handed_in, name):
    register("P2")
    with_badges = {username: as_person(username).get(reverse(name)).content.decode() for username in ("puan", "guangfu", "leader")}
    badge = re.compile(r'title="工作台".*?<span class="cnt">(\d+)</span>', re.DOTALL)
    for username in ("puan", "guangfu"):
        home = as_person(username).get(reverse("home")).content.decode()
        assert badge.search(with_badges[username])[1] == badge.search(home)[1] != "0", username
    assert not re.search(r'title="工作台"[^/]*</span><span class="cnt">', with_badges["leader"])


def test_a_refused_form_keeps_the_counts(as_person, handed_in):
    answer = as_person("puan").post(reverse("me_password"), {})
    assert answer.status_code in (200, 422)
    assert re.search(r'title="工作台".*?<span class="cnt">1</span>', answer.content.decode(), re.DOTALL)
