"""The story the portal is for, over HTTP, with every process of its own: from an empty database to a signed report in a leader's hands.

On SQLite as `bin/run --empty` starts it (web, worker, beat, the queue file); on PostgreSQL and Redis by the commands of docker-compose.yml,
with two web and two worker processes, every request to the other web process than the one before. Both stand on a day of the programme;
what production adds (HTTPS, the real day, which is after the programme's end) is in tests/production.
"""

import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest

from pilots.sample_documents import sheet_pdf
from tests import story_year as year
from tests.conftest import TODAY
from tests.pilots.bad_uploads import jpeg
from tests.visitor import Page, Visitor, until
from tests.wiring.starts import ROOT, environment

pytestmark = pytest.mark.both_databases
FIRST, SECOND, LATER = 317, 428, 9000
"""参加人次 of three activities: sums nobody else makes."""
PEOPLE = {
    "guangfu": ("社区专干", "广福社区", "社区"),
    "puan": ("经办人", "普安街道", "街道/镇经办"),
    "puan2": ("分管领导", "普安街道", "街道/镇分管领导"),
    "puan_finance": ("财政所人员", "普安街道", "财政所"),
    "office": ("经办人", "领导小组办公室", "领导小组办公室"),
    "office2": ("核稿人", "领导小组办公室", "领导小组办公室"),
    "leader": ("成员", "领导小组", "领导小组"),
}


class Embedded:
    """`bin/run --empty` without the set-up before it, on a day of the programme."""

    https, day = False, TODAY.isoformat()

    def __init__(self, var: Path):
        self.errors = (var / "portal.log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-P", "penxi_pilot/supervisor.py", "--port", "0", "--empty"],
            cwd=ROOT,
            env=environment(var / "data", PENXI_TODAY=self.day),
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            start_new_session=True,
        )
        self.said = ""

    def __enter__(self):
        for line in self.process.stdout:
            self.said += line
            if line.startswith("数据在"):
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                self.addresses = [re.search(r"READY (\S+)/", self.said)[1]]
                return self
        self.errors.seek(0)
        raise RuntimeError(f"the portal did not start: {self.errors.read()[-2000:]}")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.errors.close()


class SideBySide:
    """Two web and two worker processes on PostgreSQL and Redis. Production refuses a pinned day, so the environment says embedded."""

    https, day = False, TODAY.isoformat()

    def __enter__(self):
        from tests.production.portal import ProductionPortal

        pinned = {"PENXI_ENV": "embedded", "PENXI_MODE": "real", "PENXI_TODAY": self.day}
        servers = os.environ["TEST_POSTGRES_URL"], os.environ["TEST_REDIS_URL"]
        self.portal = ProductionPortal(*servers, web=2, worker=2, settings=pinned).__enter__()
        self.addresses, self.said = self.portal.addresses, self.portal.prepared.stdout
        return self

    def __exit__(self, *_):
        self.portal.stop()


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    from django.conf import settings

    on_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    with SideBySide() if on_postgres else Embedded(tmp_path_factory.mktemp("story")) as running:
        yield running


@dataclass
class Story:
    """Who is there, and what has happened so far."""

    portal: object
    people: dict[str, Visitor] = field(default_factory=dict)
    activities: list[str] = field(default_factory=list)
    report: str = ""
    second: str = ""
    payment: str = ""
    finding: str = ""
    figures: list[dict] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def visitor(self) -> Visitor:
        return Visitor(*self.portal.addresses, https=self.portal.https)

    def __getattr__(self, name: str) -> Visitor:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name)


@pytest.fixture(scope="module")
def story(portal):
    return Story(portal)


def first_login(story, username, password, fresh):
    """The password of the slip of paper opens one page only: the one that replaces it."""
    visitor = story.visitor()
    page = visitor.login(username, password)
    assert page.path == "/me/password/", page.path
    assert visitor.get("/activities/").path == "/me/password/"
    page = visitor.send(page, page.form(), old=password, new=fresh, again=fresh)
    assert page.path == "/", page.words[:600]
    story.people[username] = visitor
    return visitor


def test_the_administrator_lets_people_in(story):
    password = re.search(r"口令  (\S+)", story.portal.said)[1]
    admin = first_login(story, "admin", password, "Guanli-Yuan-7741x")
    slips = {}
    for username, (post, unit, role) in PEOPLE.items():
        page = admin.get("/people/new/")
        form = page.form()
        shown = form.options["unit"]
        unit_id = next(value for words, value in shown.items() if words.split(" · ")[-1] == unit)
        page = admin.send(
            page, form, username=username, name=f"{unit}{post}", unit=unit_id, role=form.options["role"][role], post=post, valid_until=""
        )
        slips[username] = re.search(r'id="new-password">([^<]+)<', page.text)[1]
    for username, slip in slips.items():
        first_login(story, username, slip, f"{slip[:9]}-Zijide-9")
    assert "新增" in admin.get("/audit/").words
    assert admin.get("/activities/").status == 403


def pdf(title):
    return ("upload", f"{title}.pdf", sheet_pdf(title, "广福社区", TODAY), "application/pdf")


def record(story, participants, volunteers, title):
    """记活动: a draft with two photos, then handed in. Answers the address of the record."""
    page = story.guangfu.get("/activities/new/")
    form = page.form()
    photos = [("photos", f"现场{number}.jpg", jpeg(320 + number, 240), "image/jpeg") for number in (1, 2)]
    category = form.option("category", "社区文化")
    page = story.guangfu.send(
        page, form, photos, title=title, category=category, day=story.portal.day, start_time="09:30", place="党群服务中心二楼",
        organiser="广福社区居民委员会", participants=participants, volunteers=volunteers, content="居民一起布置社区文化墙。", deed="save",
    )  # fmt: skip
    assert page.path.endswith("/edit/") and page.status == 200, page.words[:600]
    draft = page.path.removesuffix("edit/")
    assert len(re.findall(r"/photos/\d+/\?size=preview", page.text)) >= 2
    assert story.puan.get(draft).status == 404
    page = story.guangfu.send(page, page.form(), deed="submit")
    assert page.path == draft and "等待普安街道审核" in page.words, page.words[:600]
    return draft


def decide(visitor, where, deed, opinion=""):
    page = visitor.get(where)
    number, kind = where.strip("/").split("/")[-1], "activity" if "activities" in where else "evidence"
    form = page.form(f"/reviews/{kind}/{number}/approve/")
    form.action = f"/reviews/{kind}/{number}/{deed}/"
    return visitor.send(page, form, opinion=opinion, then=None)


def test_a_community_records_an_activity(story):
    home = story.guangfu.get("/")
    cards = home.text.partition('<div class="ten">')[2]
    assert cards.count("<b>") == 10, (home.status, home.path, home.words[:800])
    assert "本周待办" in home.words
    story.activities.append(record(story, FIRST, 21, "文化墙共绘第一期"))


def test_the_street_returns_it_and_she_corrects_it(story):
    where = story.activities[0]
    assert "文化墙共绘第一期" in story.puan.get("/reviews/").words
    assert "活动记录" in story.puan.get("/").words
    page = decide(story.puan, where, "return")
    assert "退回须写明意见" in page.words
    page = decide(story.puan, where, "return", "请补充活动效果")
    assert "已退回" in page.words
    assert "请补充活动效果" in story.guangfu.get("/messages/").words
    page = story.guangfu.get(where + "edit/")
    assert "请补充活动效果" in page.words
    page = story.guangfu.send(page, page.form(), content="居民一起布置社区文化墙，三百余人参观，反响良好。", deed="submit")
    assert page.path == where
    page = decide(story.puan, where, "approve", "同意")
    assert "已通过" in page.words


def test_every_step_stands_in_the_record(story):
    page = story.guangfu.get(story.activities[0])
    flow = re.search(r'(?s)<ol class="flow">(.*?)</ol>', page.text)[1]
    titles = re.findall(r"<li class=\"\w*\">(?:<span[^>]*>)?([^<]+)", flow)
    steps = [re.search(r"提交|退回|通过", title)[0] for title in titles if re.search(r"提交|退回|通过", title)]
    assert steps[::-1][:4] == ["提交", "退回", "提交", "通过"], titles
    assert "请补充活动效果" in flow and "同意" in flow
    assert story.office.get(story.activities[0]).status == 200
    assert story.portal.day in page.text


def test_evidence_is_handed_in_and_reviewed_by_the_same_desk(story):
    page = story.guangfu.get("/evidence/new/")
    form = page.form()
    words, kind = next((words, value) for words, value in form.options["type"].items() if value)
    tasks = re.findall(r'name="tasks"[^>]*value="(\d+)"', story.guangfu.get(f"/evidence/tasks/?type={kind}").text)
    assert tasks, words
    page = story.guangfu.send(
        page, form, [pdf("共建协议")], type=kind, title="与学校共建协议", dated=story.portal.day, note="", tasks=tasks, deed="submit"
    )
    assert re.fullmatch(r"/evidence/\d+/", page.path) and "等待普安街道审核" in page.words, page.words[:600]
    assert "已通过" in decide(story.puan, page.path, "approve").words
    mine = story.guangfu.get(page.path + "file/")
    assert mine.content.startswith(b"%PDF") and mine.headers["content-disposition"].startswith("attachment")
    assert story.leader.get(page.path).status == 200


def test_money_is_issued_planned_and_contracted(story):
    year.issue_money(story)
    year.plan_project(story)
    assert "100,000.00" in story.office.get("/funds/sources/").words


def test_a_payment_goes_from_the_community_to_the_files_of_the_office(story):
    story.payment = year.apply_for_payment(story)
    assert story.puan.get(story.payment).status == 200
    year.pay_and_file(story, story.payment)
    ledger = story.leader.get("/funds/ledger/").words
    assert year.PAID in ledger and year.PAYEE in ledger


def test_a_visit_finds_a_problem_that_is_returned_once_and_closed(story):
    story.finding = year.visit_the_pilot(story)
    year.rectify(story, story.finding)
    assert "已全部销号" in story.leader.get("/").words


def made(visitor, page: Page) -> None:
    """Wait at the page of a job until it is done, as the page itself does."""
    where = re.search(r'data-progress="([^"]+)"', page.text)
    assert where, page.words[:600]
    seen = []

    def done():
        answer = visitor.get(where[1], **{"X-Polling": "1"}).json()
        seen.append(answer["percent"])
        assert not answer["failed"], answer
        return answer["done"]

    until(done, 240)
    assert seen == sorted(seen)


def edit_page(story, key="", where=""):
    return story.office.get(f"{where or story.report}edit/" + (f"?section={key}" if key else ""))


def test_the_office_begins_the_midterm_report(story):
    page = story.office.get("/reports/new/")
    form = page.form()
    page = story.office.send(page, form, kind="midterm", pilot="", as_of=story.portal.day)
    assert re.fullmatch(r"/reports/\d+/edit/", page.path), page.words[:600]
    story.report = page.path.removesuffix("edit/")
    again = story.office.get("/reports/new/")
    assert story.office.send(again, again.form(), kind="midterm", pilot="", as_of=story.portal.day).path == page.path
    made(story.office, story.office.get("/reports/") if "data-progress" not in page.text else page)
    page = edit_page(story)
    assert "中期评估报告" in page.words and page.links(r"/reports/files/\d+/")
    assert story.leader.get(story.report).status == 404


def test_new_figures_show_what_changed(story):
    where = record(story, SECOND, 34, "文化墙共绘第二期")
    assert "已通过" in decide(story.puan, where, "approve").words
    page = edit_page(story)
    page = story.office.send(page, page.form(f"{story.report}generate/"), figures="new")
    made(story.office, page if "data-progress" in page.text else story.office.get("/reports/"))
    page = edit_page(story)
    assert re.search(r"\d+ 处有变化", page.words), page.words[:800]
    changes = re.search(r"(?s)处有变化</summary><ul>(.*?)</ul>", page.text)[1]
    assert str(FIRST) in changes and str(FIRST + SECOND) in changes, changes


def outline(page):
    """Section key → whether it is written."""
    rows = re.findall(r'(?s)<a href="\?section=([\w-]+)"[^>]*>(.*?)</a>', page.text)
    return {key: "未写" not in words for key, words in rows}


def test_the_office_writes_and_sends_it_for_checking(story):
    keys = outline(edit_page(story))
    for key, written in keys.items():
        if written and key != "overall":
            continue
        page = edit_page(story, key)
        form = page.form(f"/sections/{key}/")
        page = story.office.send(page, form, text=form.value("text") + "\n各单位分工明确，工作有序推进。")
        assert page.status == 200, page.words[:600]
    page = edit_page(story)
    assert all(outline(page).values())
    story.figures = json.loads(re.search(r'(?s)id="figures-data"[^>]*>(.*?)</script>', page.text)[1])
    page = story.office.send(page, page.form(f"{story.report}send/"))
    assert page.path == story.report and "核稿" in page.words, page.words[:800]
    made(story.office, page)
    assert "送核稿与定稿不能是同一人" in finalise(story.office, story.report, page).words


def finalise(visitor, where, seen=None):
    """Press 定稿; who is not offered the button sends what the button would send."""
    page = visitor.get(where)
    if any(form.action.endswith("/finalise/") for form in page.forms()):
        return visitor.send(page, page.form("/finalise/"))
    token = next(form.value("csrfmiddlewaretoken") for form in page.forms() if form.value("csrfmiddlewaretoken"))
    return visitor.post(f"{where}finalise/", [("csrfmiddlewaretoken", token)])


def sign(story, where):
    page = story.office.get(where)
    form = page.form("/sign/")
    prefix = form.files[0].removesuffix("scan")
    scan = (form.files[0], "签发页.pdf", sheet_pdf("签发页", "领导小组办公室", TODAY), "application/pdf")
    page = story.office.send(page, form, [scan], **{f"{prefix}signer": "张组长", f"{prefix}signed_on": story.portal.day})
    assert page.path == where and "已登记签发" in page.words, page.words[:800]
    return page


def test_another_one_finalises_and_the_signing_is_registered(story):
    page = finalise(story.office2, story.report)
    assert "已定稿" in page.words, page.words[:800]
    assert story.leader.get(story.report).status == 404
    page = sign(story, story.report)
    assert "张组长" in page.words


def test_the_leader_reads_it_first_and_downloads_all_three(story):
    home = story.leader.get("/")
    assert "总体进展" in home.words and "中期评估报告" in home.words
    links = home.links(r"/reports/files/\d+/")
    assert len(links) == 3
    for link in links:
        answer = story.leader.get(link)
        assert answer.status == 200
        name = re.search(r"filename=\"report\.(\w+)\"", answer.headers["content-disposition"])[1]
        story.files[name], story.hashes[link] = answer.content, hashlib.sha256(answer.content).hexdigest()
    assert set(story.files) == {"pdf", "docx", "xlsx"}
    detail = story.leader.get(story.report).text
    assert all(digest[:8] in detail.replace(" ", "") for digest in story.hashes.values())
    recorded = story.office.get(story.report).words.rsplit("下载记录", 1)[1]
    assert recorded.count("领导小组成员") == 3
    assert story.leader.get(f"{story.report}edit/").status == 403
    assert story.guangfu.get(links[0]).status == 404


def squeezed(text):
    return re.sub(r"[\s,，]", "", text)


def pdf_text(visitor, where):
    """The words of the first PDF a page offers."""
    files = (visitor.get(link).content for link in visitor.get(where).links(r"/reports/files/\d+/"))
    content = next(content for content in files if content.startswith(b"%PDF"))
    return squeezed("".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(content)).pages))


def test_the_figures_are_the_same_in_all_four(story):
    page = story.office.get(story.report)
    verification = re.search(r"核验码</dt><dd class=\"num\">(\w{4}) (\w{4})", page.text)
    in_pdf = squeezed("".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(story.files["pdf"])).pages))
    document = docx.Document(io.BytesIO(story.files["docx"]))
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    in_word = squeezed("".join(paragraph.text for paragraph in document.paragraphs) + "".join("".join(row) for row in rows))
    book = openpyxl.load_workbook(io.BytesIO(story.files["xlsx"]))
    cells = [cell.value for sheet in book for row in sheet for cell in row if cell.value is not None]
    participants, volunteers = FIRST + SECOND, 21 + 34
    shown = story.guangfu.get(f"/activities/?counted=1&as_of={story.portal.day}").words
    assert f"{participants}" in shown and f"{volunteers}" in shown
    assert participants in cells and volunteers in cells
    assert f"{participants}" in in_word
    assert f"{participants}" in in_pdf and f"{volunteers}" in in_pdf
    assert any("2" in row and f"{participants}" in row and f"{volunteers}" in row for row in rows)
    assert "".join(verification.groups()) in in_pdf
    figures = {figure["key"]: figure["text"] for figure in story.figures}
    assert figures["activities.count"] == "2" and figures["activities.participants"] == str(participants)
    for key in ("tasks.total", "tasks.rate", "evidence.required", "evidence.rate"):
        text = squeezed(figures[key])
        assert text in in_pdf and text in in_word, (key, text)
        if text.isdigit():
            assert int(text) in cells, (key, text)


def test_later_records_change_nothing_that_was_signed(story):
    where = record(story, LATER, 1, "文化墙共绘第三期")
    decide(story.puan, where, "approve")
    for link, digest in story.hashes.items():
        assert hashlib.sha256(story.leader.get(link).content).hexdigest() == digest
    page = story.office.get(story.report)
    token = page.forms()[0].value("csrfmiddlewaretoken")
    refused = story.office.post(f"{story.report}generate/", [("csrfmiddlewaretoken", token), ("figures", "new")])
    assert "不再改变" in refused.words


def test_a_correction_names_the_first_edition(story):
    page = story.office.get(story.report)
    page = story.office.send(page, page.form("/correct/"), reason="参加人次漏计一场")
    assert re.fullmatch(r"/reports/\d+/edit/", page.path), page.words[:600]
    story.second = page.path.removesuffix("edit/")
    page = story.office.send(page, page.form(f"{story.second}generate/"), figures="new")
    made(story.office, page if "data-progress" in page.text else story.office.get("/reports/"))
    page = story.office.get(f"{story.second}edit/")
    story.office.send(page, page.form(f"{story.second}send/"))
    page = story.office.get(story.second)
    if "data-progress" in page.text:
        made(story.office, page)
    assert "已定稿" in finalise(story.office2, story.second).words
    page = sign(story, story.second)
    assert "本版更正第1版" in page.words and "参加人次漏计一场" in page.words
    first = story.leader.get(story.report)
    assert "已更正（见第2版）" in first.words
    text = pdf_text(story.leader, "/")
    assert "第2版" in text and "第1版" in text and str(FIRST + SECOND + LATER) in text
    for link, digest in story.hashes.items():
        assert hashlib.sha256(story.leader.get(link).content).hexdigest() == digest


def test_the_acceptance_report_holds_money_and_findings_and_reaches_the_leader(story):
    page = story.office.get("/reports/new/")
    page = story.office.send(page, page.form(), kind="summary", pilot="", as_of=story.portal.day)
    where = page.path.removesuffix("edit/")
    made(story.office, page if "data-progress" in page.text else story.office.get("/reports/"))
    for key, written in outline(edit_page(story, where=where)).items():
        if not written:
            page = edit_page(story, key, where)
            form = page.form(f"/sections/{key}/")
            story.office.send(page, form, text=form.value("text") + "\n各单位分工明确，工作有序推进。")
    page = edit_page(story, where=where)
    page = story.office.send(page, page.form(f"{where}send/"))
    made(story.office, page)
    assert "已定稿" in finalise(story.office2, where).words
    sign(story, where)
    assert "试点工作总结报告" in story.leader.get("/").words
    text = pdf_text(story.leader, where)
    for words in (squeezed(year.PAID), year.PROBLEM, year.PROJECT):
        assert words in text, words
