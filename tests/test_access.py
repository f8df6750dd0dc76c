"""Every address × account × method: who gets in, who is told they may not (403), for whom it does not exist (404), who must log in first.

`TABLE` names every address of the portal with the objects it takes; a new address without a line here fails. A line says which accounts
a GET serves, which a POST serves, and whose POST changes anything (`by`; the others of `post` read a sentence why not). Everybody else is
refused, by every method, and nothing is written. No answer, served or refused, carries the mark of a record its reader may not see.
"""

# ruff: noqa: F811 - fixtures are imported

import datetime
from dataclasses import dataclass, field

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Role
from pilots.models import EvidenceType
from tests import access_money
from tests.access_world import (
    ALL,
    BUSINESS,
    CHICHENG,
    COMMUNITIES,
    COUNTY,
    OFFICE,
    PASSWORD,
    PUAN,
    READ_ONLY,
    foreign,
    media,  # noqa: F401 - a fixture
    photo,
    scan,
    undone,
    watched,
    world,  # noqa: F401 - a fixture
)
from tests.conftest import PEOPLE

pytestmark = pytest.mark.django_db
GUANGFU, SYSADMIN = {"guangfu"}, {"sysadmin"}
READERS = COUNTY | PUAN | GUANGFU
CLERKS_AND_LEADERS = {"puan", "puan2", "chicheng", "chicheng2"}
REVIEWERS = OFFICE | CLERKS_AND_LEADERS | COMMUNITIES
RECORDERS = COMMUNITIES | {"puan", "contractor"}
"""Who records activities. The clerk of 赤城镇 may by role, but the town carries no pilot."""
HANDING_IN = COMMUNITIES | OFFICE | {"puan", "chicheng"}
ANYBODY = ALL | {None}
SERVED = {200, 302, 409, 422}
REFUSED = {403, 404}
NOT_HERE = {405}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Line:
    """One address with one set of objects (`args` is a name in the world). None: the page has no such method."""

    name: str
    args: str = ""
    get: frozenset | None = None
    post: frozenset | None = None
    by: frozenset = frozenset()
    data: dict = field(default_factory=dict, hash=False)

    @property
    def id(self) -> str:
        return f"{self.name} {self.args}".strip()


def get(name, readers, args="", /):
    return Line(name, args, get=frozenset(readers))


def post(name, served, args="", /, *, by=None, **data):
    return Line(name, args, post=frozenset(served), by=frozenset(served if by is None else by), data=data)


def both(name, served, args="", /, *, by=None, **data):
    return Line(name, args, get=frozenset(served), post=frozenset(served), by=frozenset(served if by is None else by), data=data)


def activity_form(**changes):
    return {"title": "义诊", "deed": "save", **changes}


FINDING = {
    "pilot": "P2",
    "aspect": "archives",
    "source": "other",
    "title": "资料不全",
    "description": "缺签到表",
    "found_on": "2022-11-30",
    "severity": "minor",
}
EXTENSION = {"ask-until": "2022-12-26", "ask-text": "请延期"}

TABLE = [
    # the door and the own account
    both("login", ANYBODY, by=()),
    post("logout", ANYBODY, by=()),
    get("home", ALL),
    get("search", ALL),
    get("me", ALL),
    both("me_password", ALL, old=PASSWORD, new="Xin-Mima-Hao-77", again="Xin-Mima-Hao-77"),
    post("me_end_sessions", ALL),
    get("notice_list", ALL),
    post("notice_read_all", ALL),
    post("notice_open", GUANGFU, "notice"),
    post("as_of_set", ALL, by=(), as_of="2022-11-01"),
    # people, units, audit log
    get("person_list", SYSADMIN),
    both("person_new", SYSADMIN, username="xin", name="新人", role="office", unit="office"),
    get("person_detail", SYSADMIN, "person"),
    both("person_edit", SYSADMIN, "person", by=(), name="别名", role="office"),
    post("person_reset_password", SYSADMIN, "person"),
    post("person_disable", SYSADMIN, "person"),
    post("person_enable", SYSADMIN, "person", by=()),
    post("person_unlock", SYSADMIN, "person", by=()),
    get("unit_list", SYSADMIN),
    both("unit_new", SYSADMIN, kind="third_party", name="第三方示例"),
    both("unit_edit", SYSADMIN, "unit", by=(), name="别名"),
    get("audit_list", {"sysadmin", "auditor"}),
    # the plan, tasks, pilots
    get("plan_text", BUSINESS),
    get("task_list", BUSINESS),
    *(get(name, READERS, "task") for name in ("task_detail", "task_activities", "task_history")),
    *(get(name, COUNTY | PUAN, "task_street") for name in ("task_detail", "task_activities", "task_history")),
    *(get(name, COUNTY | CHICHENG, "task_town") for name in ("task_detail", "task_activities", "task_history")),
    *(get(name, COUNTY, "task_county") for name in ("task_detail", "task_activities", "task_history")),
    get("task_figure", READERS, "figure_of_task"),
    get("task_figure", COUNTY | PUAN, "figure_of_task_street"),
    post("task_confirm", {"puan", "puan2"}, "task", by=()),
    post("task_confirm", OFFICE, "task_street", by=()),
    post("task_revoke", {"puan", "puan2"}, "task", by=()),
    get("pilot_list", BUSINESS),
    *(get(name, READERS, "P2") for name in ("pilot_detail", "pilot_tasks", "pilot_evidence")),
    *(get(name, COUNTY | PUAN, "P1") for name in ("pilot_detail", "pilot_tasks", "pilot_evidence")),
    get("card_detail", READERS, "card_P2"),
    get("card_detail", COUNTY | PUAN, "card_P1"),
    # evidence
    get("evidence_list", BUSINESS),
    both("evidence_new", HANDING_IN, by=()),
    get("evidence_tasks", HANDING_IN),
    get("evidence_detail", READERS, "evidence"),
    get("evidence_detail", GUANGFU, "evidence_draft"),
    get("evidence_detail", COUNTY | PUAN, "evidence_street"),
    get("evidence_detail", COUNTY | CHICHENG, "evidence_chicheng"),
    get("evidence_detail", COUNTY, "evidence_office"),
    both("evidence_edit", GUANGFU, "evidence_draft", by=(), title="别名"),
    both("evidence_edit", GUANGFU, "evidence", by=(), title="别名"),
    both("evidence_edit", {"puan"}, "evidence_street", by=(), title="别名"),
    post("evidence_delete", GUANGFU, "evidence_draft"),
    post("evidence_delete", GUANGFU, "evidence", by=()),
    get("evidence_file", READERS, "evidence"),
    get("evidence_file", GUANGFU, "evidence_draft"),
    get("evidence_file", COUNTY | PUAN, "evidence_street"),
    get("evidence_file", COUNTY, "evidence_office"),
    # reviews
    get("review_desk", REVIEWERS),
    post("review_act", OFFICE | {"puan", "puan2"} | GUANGFU, "approve_evidence_evidence", by={"puan", "puan2"}),
    post("review_act", OFFICE | {"puan", "puan2"} | GUANGFU, "return_evidence_evidence", by={"puan", "puan2"}, opinion="请补"),
    post("review_act", GUANGFU, "withdraw_evidence_evidence"),
    post("review_act", GUANGFU, "withdraw_evidence_evidence_approved", by=()),
    post("review_act", OFFICE | {"puan", "puan2"}, "void_evidence_evidence_approved", opinion="有误"),
    post("review_act", OFFICE | {"puan", "puan2"} | GUANGFU, "approve_activity_activity", by={"puan", "puan2"}),
    post(
        "review_act",
        OFFICE | {"chicheng", "chicheng2", "xiahejie", "contractor"},
        "approve_activity_activity_contractor",
        by={"xiahejie"},
    ),
    post("review_act", OFFICE | {"puan", "puan2"}, "approve_activity_activity_street", by=OFFICE),
    post("review_act", OFFICE, "approve_evidence_evidence_office", by={"office2"}),
    post("review_act", GUANGFU, "approve_activity_activity_draft", by=()),
    post("review_act", (), "delete_evidence_evidence"),
    post("review_act", (), "approve_report_evidence"),
    # activities
    get("activity_list", BUSINESS | {"contractor"}),
    both("activity_new", RECORDERS, **activity_form()),
    get("activity_tasks", RECORDERS),
    get("activity_detail", READERS, "activity"),
    get("activity_detail", GUANGFU, "activity_draft"),
    get("activity_detail", COUNTY | PUAN, "activity_street"),
    get("activity_detail", COUNTY | CHICHENG | {"xiahejie"}, "activity_xiahejie"),
    get("activity_detail", COUNTY | CHICHENG | {"xiahejie", "contractor"}, "activity_contractor"),
    both("activity_edit", GUANGFU, "activity_returned", by=(), **activity_form()),
    both("activity_edit", GUANGFU, "activity", by=(), **activity_form()),
    both("activity_edit", {"contractor"}, "activity_contractor", by=(), **activity_form()),
    post("activity_delete", GUANGFU, "activity_draft"),
    post("activity_delete", GUANGFU, "activity", by=()),
    post("activity_photo_upload", GUANGFU, "activity_draft", kind="scene"),
    post("activity_photo_upload", GUANGFU, "activity", by=(), kind="scene"),
    get("activity_photo", READERS, "photo_of_activity"),
    get("activity_photo", GUANGFU, "photo_of_activity_draft"),
    get("activity_photo", COUNTY | CHICHENG | {"xiahejie", "contractor"}, "photo_of_activity_contractor"),
    *(
        post(name, GUANGFU, "photo_of_activity_draft", kind="other")
        for name in ("activity_photo_delete", "activity_photo_rotate", "activity_photo_kind")
    ),
    *(
        post(name, GUANGFU, "photo_of_activity", by=(), kind="other")
        for name in ("activity_photo_delete", "activity_photo_rotate", "activity_photo_kind")
    ),
    get("service_worker", RECORDERS | {"chicheng"}),
    # reports
    get("report_center", OFFICE),
    both("report_new", OFFICE, kind="summary", as_of="2022-11-20"),
    get("report_issued", BUSINESS),
    get("report_verify", BUSINESS),
    get("report_detail", OFFICE, "report_draft"),
    get("report_detail", OFFICE, "report_final"),
    get("report_detail", COUNTY, "report_county"),
    get("report_detail", READERS, "report_pilot"),
    get("report_edit", OFFICE, "report_editable"),
    get("report_edit", OFFICE, "report_pilot"),
    get("report_compare", OFFICE, "report_second"),
    post("report_section", OFFICE, "section", text="改写", version="2"),
    post("report_section", OFFICE, "section_pilot", by=(), text="改写", version="2"),
    post("report_answer", OFFICE, "section", by=(), mark="x"),
    post("report_restore", OFFICE, "section", version="2"),
    post("report_generate", OFFICE, "report_editable"),
    post("report_generate", OFFICE, "report_pilot", by=()),
    post("report_dated", OFFICE, "report_editable", dated="2022-12-05"),
    post("report_dated", OFFICE, "report_pilot", by=(), dated="2022-12-05"),
    post("report_send", OFFICE, "report_editable"),
    post("report_return", OFFICE, "report_checking", opinion="再改"),
    post("report_finalise", OFFICE, "report_checking", by={"office2"}),
    post("report_finalise", OFFICE, "report_editable", by=()),
    post("report_sign", OFFICE, "report_final", signer="示例签发人", signed_on="2022-11-30"),
    post("report_sign", OFFICE, "report_pilot", by=()),
    post("report_correct", OFFICE, "report_county", reason="数字有误"),
    post("report_void", OFFICE, "report_editable", reason="编错了"),
    post("report_void", OFFICE, "report_pilot", by=(), reason="编错了"),
    get("report_scan", COUNTY, "report_county"),
    get("report_scan", READERS, "report_pilot"),
    get("report_file", COUNTY, "file_county"),
    get("report_file", READERS, "file_pilot"),
    get("report_file", OFFICE, "file_final"),
    get("job_progress", OFFICE, "job_open"),
    post("job_cancel", OFFICE, "job_open"),
    post("job_retry", OFFICE, "job_failed"),
    # supervision
    get("supervision_calendar", BUSINESS),
    get("pilot_supervision", READERS, "P2"),
    get("pilot_supervision", COUNTY | PUAN, "P1"),
    get("visit_list", BUSINESS),
    get("visit_rotation", BUSINESS),
    both("visit_new", OFFICE, pilot="P6", kind="monthly", visited_on="2022-11-30", inspectors="示例督导一"),
    both("visit_detail", OFFICE, "visit_draft", deed="save", visited_on="2022-11-23", inspectors="示例督导一"),
    Line(
        "visit_detail",
        "visit",
        get=frozenset(READERS),
        post=OFFICE,
        data={"deed": "submit", "visited_on": "2022-11-23", "inspectors": "甲"},
    ),
    get("visit_detail", COUNTY | CHICHENG | {"dongjie"}, "visit_dongjie"),
    both("visit_items", OFFICE, "visit_draft", items="CK02"),
    get("visit_print", OFFICE, "visit_draft"),
    get("visit_print", READERS, "visit"),
    get("visit_figure", READERS, "figure_of_visit"),
    get("visit_figure", OFFICE, "figure_of_visit_draft"),
    post("visit_discard", OFFICE, "visit_draft"),
    post("visit_discard", OFFICE, "visit", by=()),
    post("visit_photo_upload", OFFICE, "answer_of_visit_draft"),
    post("visit_photo_upload", OFFICE, "answer_of_visit", by=()),
    get("visit_photo", READERS, "photo_of_visit"),
    get("visit_photo", OFFICE, "photo_of_visit_draft"),
    post("visit_photo_delete", OFFICE, "photo_of_visit_draft"),
    post("visit_photo_delete", OFFICE, "photo_of_visit", by=()),
    get("finding_list", BUSINESS),
    get("finding_print", BUSINESS),
    get("findings_print", BUSINESS),
    both("finding_new", OFFICE, **FINDING),
    get("finding_detail", READERS, "finding"),
    get("finding_detail", COUNTY, "finding_found"),
    get("finding_detail", COUNTY | PUAN, "finding_street"),
    get("finding_detail", COUNTY | CHICHENG | {"dongjie"}, "finding_dongjie"),
    *(post("finding_act", GUANGFU, f"{deed}_finding", **EXTENSION, **{"rectify-text": "已整改"}) for deed in ("start", "rectify", "ask")),
    post("finding_act", {"puan"}, "rectify_finding_street", **{"rectify-text": "已整改"}),
    *(post("finding_act", OFFICE, f"{deed}_finding_rechecking", **{"close-text": "属实"}) for deed in ("close", "return")),
    *(post("finding_act", OFFICE, f"{deed}_finding_asked", **{"grant-text": "属实"}) for deed in ("grant", "refuse")),
    post("finding_act", OFFICE, "reopen_finding_closed", **{"reopen-text": "反弹"}),
    post("finding_act", OFFICE, "assign_finding_found"),
    post("finding_act", OFFICE, "close_finding", by=()),
    post("finding_act", (), "find_finding"),
    post("finding_file_upload", GUANGFU, "finding"),
    get("finding_file", GUANGFU, "file_pending"),
    get("finding_file", READERS, "file_handed"),
    post("finding_file_delete", GUANGFU, "file_pending"),
    post("finding_file_delete", GUANGFU, "file_handed", by=()),
    get("meeting_list", BUSINESS),
    both("meeting_new", OFFICE, held_on="2022-11-30", attendees="各试点单位"),
    get("meeting_detail", BUSINESS, "meeting"),
    get("meeting_minutes", BUSINESS, "meeting"),
    get("instruction_list", COUNTY),
    both("instruction_new", {"leader"}, about="督导通报", words="抓紧整改。", given_on="2022-11-30"),
    get("instruction_detail", COUNTY, "instruction"),
    post("instruction_answer", OFFICE, "instruction", answer="已办理"),
    post("instruction_answer", OFFICE, "instruction_handled", by=(), answer="再办"),
    *access_money.money_lines(get, post, both),
]
OWN_ACCOUNT = {"login", "logout", "me_password", "me_end_sessions", "notice_read_all", "notice_open", "as_of_set"}
OWN_DEEDS = {"leader": {"instruction_new"}, **access_money.OWN_DEEDS}
"""The one thing a leader enters, and the deeds of the finance people."""
ENDS_SESSION = {"login", "logout", "me_password", "me_end_sessions"}
NAMES_RECORDS = {"audit_list"}
"""The audit log says on what a deed was done, to the two who read it."""


def names(patterns=None):
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.name


def test_the_table_names_every_address():
    found = list(names())
    assert len(found) == len(set(found)), "two addresses share a name"
    assert {line.name for line in TABLE} == set(found)


def test_the_table_is_wide_enough(person):
    assert {person(username).role for username in ONE_OF_EACH_ROLE} == set(Role)
    assert sum(len(list(cells(username))) for username in (*PEOPLE, None)) >= 7_000


@pytest.mark.parametrize("username", READ_ONLY)
def test_readers_change_nothing_but_their_own_account(username):
    """By the table; that the portal does as the table says, the cells below show."""
    own = OWN_ACCOUNT | OWN_DEEDS.get(username, set())
    assert {line.name for line in TABLE if username in (line.post or ())} <= own


ONE_OF_EACH_ROLE = (
    "sysadmin",
    "office",
    "leader",
    "department",
    "finance",
    "puan",
    "puan2",
    "puan_finance",
    "guangfu",
    "contractor",
    "auditor",
)


def cells(username=None):
    """Line by line: every method for one account of each role and for strangers, GET and POST for their colleagues. What a page never
    answers is asked once per address, its further objects only as it answers them."""
    seen = set()
    every = username is None or username in ONE_OF_EACH_ROLE
    for line in TABLE:
        if line.name in seen:
            methods = [method for method, served in (("GET", line.get), ("POST", line.post)) if served is not None]
        else:
            methods = METHODS if every else ("GET", "POST")
        seen.add(line.name)
        yield from ((line, method) for method in methods)


def address(world, line):
    return reverse(line.name, args=world.args[line.args] if line.args else ())


def expected(line, method, username):
    """The statuses a cell may answer."""
    if method in ("PUT", "PATCH", "DELETE"):
        return REFUSED | NOT_HERE
    served = line.post if method == "POST" else line.get
    if served is None:
        return REFUSED | NOT_HERE
    if username in served:
        return SERVED | (NOT_HERE if method == "HEAD" else set())
    return REFUSED | (NOT_HERE if method == "HEAD" else set())


def send(client, world, line, method):
    where = address(world, line)
    if method == "POST":
        data = dict(line.data)
        if line.name == "report_sign":
            prefix = f"sign-{world.args[line.args][0]}-"
            data = {prefix + key: value for key, value in data.items()} | {f"{prefix}scan": scan()}
        elif line.name == "activity_photo_upload" or line.name in ("visit_photo_upload", "finding_file_upload"):
            data["file"] = photo()
        elif line.name in access_money.UPLOADS:
            data["file"] = scan()
        elif line.name == "meeting_new":
            data["period"] = world.args["quarter"][0]
        elif line.name == "person_new":
            data["unit"] = world.people["office"].unit_id
        return client.post(where, data)
    return getattr(client, method.lower())(where)


def faults(username, line, method, response, written):
    """What is wrong with one answer to an account."""
    status, may_write = response.status_code, method == "POST" and username in line.by
    if status not in expected(line, method, username):
        yield str(status)
    if status == 302 and response["Location"].startswith("/login/") and line.name not in ("login", "logout"):
        yield "sent to the door"
    if line.name not in NAMES_RECORDS and (shown := foreign(username, response)):
        yield f"shows {shown}"
    if method == "GET" and line.name == "report_file" and status == 200:
        written = written - {"reports_download"}
    if written and not may_write:
        yield f"wrote {sorted(written)}"
    if may_write and not written:
        yield f"changed nothing ({status})"


@pytest.mark.parametrize("username", PEOPLE)
def test_cells_of_an_account(world, username):
    """Each cell in a transaction of its own that is undone; a deed that is nobody's but others' writes no row."""
    wrong = []
    for line, method in cells(username):
        client = world.client(username)
        with undone(), watched() as written:
            response = send(client, world, line, method)
        if line.name in ENDS_SESSION:
            del world.clients[username]
        wrong += [f"{username} {method} {line.id}: {fault}" for fault in faults(username, line, method, response, written)]
    assert not wrong, "\n".join(wrong)


def test_cells_of_a_stranger(world):
    """To the door, or refused; not a word of a record, nothing written."""
    wrong = []
    for line, method in cells():
        with undone(), watched() as written:
            response = send(Client(), world, line, method)
        public = line.name in ("login", "logout")
        allowed = {401, 403, 404, 405} | ({200, 302} if public else {302})
        if response.status_code not in allowed or written or foreign("", response):
            wrong.append(f"{method} {line.id}: {response.status_code} {written} {foreign('', response)}")
        if response.status_code == 302 and not response["Location"].startswith("/login/"):
            wrong.append(f"{method} {line.id}: to {response['Location']}")
        if not public and response.status_code == 302 and response.content:
            wrong.append(f"{method} {line.id}: says {response.content[:60]}")
    assert not wrong, "\n".join(wrong)


def test_every_deed_asks_for_the_token_of_its_page(world):
    """Without the token, and with one from elsewhere, nothing happens (S11)."""
    wrong = []
    for line in TABLE:
        if line.post is None or not (doers := sorted(who for who in line.by or line.post if who)):
            continue
        for extra in ({}, {"HTTP_ORIGIN": "http://elsewhere.example", "HTTP_X_CSRFTOKEN": "a" * 64}):
            client = Client(enforce_csrf_checks=True, **extra)
            client.force_login(world.people[doers[0]], backend="accounts.auth.AccountBackend")
            with undone(), watched() as written:
                response = send(client, world, line, "POST")
            if response.status_code != 403 or written:
                wrong.append(f"{line.id}: {response.status_code} {written}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", ["/media/", "/media-is-never-served/", "/protected/", "/files/", "/var/media/"])
def test_files_have_no_address_of_their_own(world, path):
    stored = world.rows["evidence"].file
    for username in ("guangfu", "office", "sysadmin"):
        client = world.client(username)
        for name in (stored.path, world.rows["file_pilot"].path, "../db.sqlite3", "%2e%2e/db.sqlite3"):
            assert client.get(path + name).status_code == 404
    assert Client().get(path + stored.path).status_code in (302, 404)


def test_the_neighbours_of_a_number_are_somebody_elses(world):
    """id ± 5 of what a community may open: either its own, or it does not exist."""
    for username in ("guangfu", "zhulinqiao", "xiahejie", "contractor", "chicheng", "puan_finance"):
        for name, key in (
            ("report_file", "file_pilot"),
            ("evidence_file", "evidence"),
            ("report_scan", "report_pilot"),
            ("activity_detail", "activity"),
            ("evidence_detail", "evidence"),
            ("report_detail", "report_pilot"),
            ("task_detail", "task"),
        ):
            middle, client = world.args[key][0], world.client(username)
            for pk in range(max(1, middle - 5), middle + 6):
                with undone():
                    response = client.get(reverse(name, args=[pk]))
                assert response.status_code in (200, 403, 404), (username, name, pk)
                assert not foreign(username, response), (username, name, pk)


def test_downloads_are_attachments_of_a_fixed_kind(world):
    for name, key, kind in (
        ("report_file", "file_pilot", None),
        ("evidence_file", "evidence", "application/pdf"),
        ("report_scan", "report_pilot", "application/pdf"),
    ):
        client = world.client("guangfu")
        with undone():
            response = client.get(reverse(name, args=world.args[key]))
        assert response.status_code == 200
        assert response["Content-Disposition"].startswith("attachment")
        assert "filename*=" in response["Content-Disposition"].replace("utf-8", "UTF-8")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        if kind:
            assert response["Content-Type"].startswith(kind)
        assert b"".join(response)  # read to its end, the client closes the file


def test_the_world_is_as_the_table_takes_it(world):
    """The objects differ in state as their names say; without that the cells would be of one colour."""
    states = {name: row.state for name, row in world.rows.items() if hasattr(row, "state")}
    assert states["evidence"] == states["activity"] == "submitted"
    assert states["activity_returned"] == "returned" and states["evidence_void"] == "void"
    assert (states["report_checking"], states["report_final"], states["report_pilot"]) == ("checking", "final", "signed")
    assert (states["job_open"], states["job_failed"]) == ("queued", "failed")
    assert EvidenceType.objects.exists() and connection.vendor == "sqlite"
    assert datetime.date(2022, 11, 30) == world.rows["report_pilot"].as_of
