"""Two people, or one person twice, in the same moment: one step, one record, one job.

Each pair runs on two connections to a copy of the test database and is made to meet where it hurts: just before the statement that matters,
each waits a moment for the other. With the lock the second stands outside and then reads what the first has done; the control on PostgreSQL
takes the lock out of the statement and shows what would happen.
"""

import contextlib
import contextvars
import os
import re
import sqlite3
import threading
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import User
from communities.models import Activity
from pilots import evidence as evidence_services
from pilots import review
from pilots.models import Evidence, ReviewAction, ReviewState
from reports import jobs, services
from reports.models import OPEN_JOB, Report, ReportAction
from tests.access_world import World, scan
from tests.conftest import TODAY, fill_database

pytestmark = pytest.mark.both_databases
WAIT = 0.7
"""Seconds to wait for the other one; who holds a lock waits in vain and goes on."""


@pytest.mark.django_db
def test_the_plan_is_there(person):
    """Asks pytest-django for the database that the others copy."""
    assert person("guangfu").unit.pilot.code == "P2"


@pytest.fixture(scope="module")
def copy(django_db_setup, django_db_blocker, tmp_path_factory):
    """This module works on a copy of the test database, where things are really committed."""
    own = connections.settings["default"]
    kept, name = connections["default"], own["NAME"]
    with django_db_blocker.unblock(), clock.at(TODAY):
        fill_database()
        if kept.vendor == "sqlite":
            own["NAME"] = str(tmp_path_factory.mktemp("race") / "race.sqlite3")
            kept.ensure_connection()
            with contextlib.closing(sqlite3.connect(own["NAME"])) as target:
                kept.connection.backup(target)
        else:
            kept.close()
            own["NAME"] = f"race_{uuid.uuid4().hex[:8]}"
            _on_server(f'CREATE DATABASE {own["NAME"]} TEMPLATE "{name}"')
        del connections["default"]
        try:
            yield
        finally:
            connections["default"].close()
            if kept.vendor != "sqlite":
                _on_server(f"DROP DATABASE {own['NAME']} WITH (FORCE)")
            own["NAME"] = name
            connections["default"] = kept


def _on_server(statement):
    import psycopg

    with psycopg.connect(os.environ["TEST_POSTGRES_URL"], autocommit=True) as server:
        server.execute(statement)


@pytest.fixture
def world(copy):
    return World(people={person.username: person for person in User.objects.select_related("unit")})


class Meeting:
    """Where the two meet: before their first statement that matches `where`. `unlocked` takes FOR UPDATE out of every statement."""

    def __init__(self, where, *, after=False, unlocked=False):
        self.where, self.after, self.unlocked = re.compile(where), after, unlocked
        self.barrier = threading.Barrier(2)

    def wait(self):
        with contextlib.suppress(threading.BrokenBarrierError):
            self.barrier.wait(WAIT)

    def watch(self):
        met = []

        def look(execute, sql, params, many, context):
            here = not met and self.where.search(sql)
            if here:
                met.append(sql)
            if here and not self.after:
                self.wait()
            if self.unlocked:
                sql = re.sub(r' FOR UPDATE(?: OF [\w".]+)?', "", sql)
            found = execute(sql, params, many, context)
            if here and self.after:
                self.wait()
            return found

        return connection.execute_wrapper(look)


def at_once(meeting, *deeds):
    """What each deed answered; a ValidationError is an answer."""
    answers = [None] * len(deeds)

    def run(number):
        try:
            with meeting.watch():
                answers[number] = deeds[number]()
        except Exception as refusal:
            answers[number] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=contextvars.copy_context().run, args=(run, number)) for number in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    wrong = [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, ValidationError)]
    assert not wrong, wrong
    return answers


def refusals(answers):
    return [answer for answer in answers if isinstance(answer, ValidationError)]


def steps_of(row):
    return list(row.steps.order_by("id").values_list("action", flat=True))


def decide(row, by, deed):
    fresh = Evidence.objects.get(pk=row.pk)
    return review.approve(fresh, by=by) if deed == "approve" else review.send_back(fresh, by=by, opinion="请补")


READING = r'SELECT .*FROM "pilots_evidence" INNER JOIN'


@pytest.mark.parametrize("deeds", [("approve", "approve"), ("approve", "return"), ("return", "return")])
def test_two_reviewers_at_once_make_one_step(world, deeds):
    row = world.evidence("guangfu", "抢")
    who = world.people["puan"], world.people["puan2"]
    answers = at_once(Meeting(READING, after=True), *(lambda n=n: decide(row, who[n], deeds[n]) for n in (0, 1)))
    assert len(refusals(answers)) == 1
    assert "不在待审核状态" in refusals(answers)[0].messages[0]
    assert len(steps_of(row)) == 2
    row.refresh_from_db()
    assert row.state == (ReviewState.APPROVED if steps_of(row)[1] == ReviewAction.APPROVE else ReviewState.RETURNED)


@pytest.mark.postgres
def test_without_the_lock_there_would_be_two(world):
    """Control: the same meeting, the same code, FOR UPDATE taken out."""
    row = world.evidence("guangfu", "抢")
    who = world.people["puan"], world.people["puan2"]
    answers = at_once(Meeting(READING, after=True, unlocked=True), *(lambda n=n: decide(row, who[n], "approve") for n in (0, 1)))
    assert not refusals(answers)
    assert steps_of(row) == ["submit", "approve", "approve"]


def test_handing_in_twice_is_one_step(world):
    row = world.evidence("guangfu", "抢", submit=False)
    by = world.people["guangfu"]
    answers = at_once(Meeting(READING, after=True), *[lambda: review.submit(Evidence.objects.get(pk=row.pk), by=by)] * 2)
    assert len(refusals(answers)) == 1 and steps_of(row) == ["submit"]


def test_withdrawing_and_approving_at_once_leave_one_of_them(world):
    row = world.evidence("guangfu", "抢")
    answers = at_once(
        Meeting(READING, after=True),
        lambda: review.withdraw(Evidence.objects.get(pk=row.pk), by=world.people["guangfu"]),
        lambda: decide(row, world.people["puan"], "approve"),
    )
    assert len(refusals(answers)) == 1 and len(steps_of(row)) == 2


def test_what_is_approved_is_not_withdrawn_any_more(world):
    """The slower of the two above, in peace: a sentence, not a fault."""
    row = world.evidence("guangfu", "抢")
    decide(row, world.people["puan"], "approve")
    with pytest.raises(ValidationError, match=r"已通过.*不能撤回"):
        review.withdraw(Evidence.objects.get(pk=row.pk), by=world.people["guangfu"])


def test_of_two_saves_from_one_version_one_is_refused(world):
    row = world.evidence("guangfu", "抢", submit=False)
    values = {"by": world.people["guangfu"], "expected_version": row.version, "type": row.type, "dated": row.dated, "note": ""}
    values["tasks"] = list(row.tasks.all())

    def save(title):
        return evidence_services.save_evidence(Evidence.objects.get(pk=row.pk), title=title, **values)

    meeting = Meeting(r'SELECT "pilots_evidence"."version"', after=True)
    answers = at_once(meeting, lambda: save("第一人改"), lambda: save("第二人改"))
    assert [refusal.code for refusal in refusals(answers)] == ["stale"]
    row.refresh_from_db()
    assert row.version == values["expected_version"] + 1 and row.title in ("第一人改", "第二人改")


def post_twice(world, username, name, data, table):
    """The same form sent twice in one moment, by two tabs of one person; the addresses both are led to."""
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(world.people[username], backend="accounts.auth.AccountBackend")
    meeting = Meeting(rf'INSERT INTO "{table}"')
    answers = at_once(meeting, *(lambda client=client: client.post(reverse(name), data) for client in clients))
    assert {answer.status_code for answer in answers} == {302}, [(answer.status_code, answer.content.decode()[:300]) for answer in answers]
    return {answer["Location"] for answer in answers}


def test_one_form_of_an_activity_sent_twice_is_one_record(world):
    uid = uuid.uuid4()
    places = post_twice(world, "guangfu", "activity_new", {"uid": str(uid), "title": "义诊", "deed": "save"}, "communities_activity")
    assert Activity.objects.filter(uid=uid).count() == 1
    assert places == {reverse("activity_edit", args=[Activity.objects.get(uid=uid).pk])}


def test_one_form_of_evidence_sent_twice_is_one_record(world):
    uid, by = uuid.uuid4(), world.people["guangfu"]
    kind = evidence_services.types_for(by).first()
    tasks = [task.pk for task in evidence_services.tasks_proved_by(by, kind)]
    form = {"uid": str(uid), "type": kind.pk, "title": "协议", "dated": "2022-11-20", "note": "", "tasks": tasks, "deed": "save"}
    places = post_twice(world, "guangfu", "evidence_new", form, "pilots_evidence")
    assert Evidence.objects.filter(uid=uid).count() == 1
    assert places == {reverse("evidence_edit", args=[Evidence.objects.get(uid=uid).pk])}


def test_one_form_of_a_report_sent_twice_is_one_report(world):
    form = {"kind": "midterm", "pilot": "", "as_of": "2022-11-16", "once": str(uuid.uuid4())}
    places = post_twice(world, "office", "report_new", form, "accounts_spentform")
    report = Report.objects.get(kind="midterm", as_of="2022-11-16")
    assert places == {reverse("report_edit", args=[report.pk])} and report.jobs.count() == 1


def test_two_tabs_that_begin_the_same_report_find_one(world):
    by = world.people["office"]
    day = TODAY.replace(day=15)
    deeds = [lambda: services.start_report("midterm", by=by, pilot=None, as_of=day)] * 2
    first, second = at_once(Meeting(r'INSERT INTO "reports_report"'), *deeds)
    assert first.pk == second.pk and Report.objects.filter(as_of=day).count() == 1


def test_two_presses_of_generate_make_one_job(world):
    report = world.draft_report("P3", "抢")
    press = [lambda: jobs.request_generation(report, by=world.people["office"], take_snapshot=True, send=False)] * 2
    first, second = at_once(Meeting(r'SELECT .*FROM "reports_report" ', after=True), *press)
    assert first.pk == second.pk and report.jobs.filter(state__in=OPEN_JOB).count() == 1


def test_two_workers_that_take_one_job_are_one(world):
    report = world.draft_report("P4", "抢")
    job = jobs.request_generation(report, by=world.people["office"], take_snapshot=False, send=False)
    answers = at_once(Meeting(r'UPDATE "reports_reportjob"'), *[lambda: jobs.claim_job(job.pk)] * 2)
    assert sum(answer is not None for answer in answers) == 1
    job.refresh_from_db()
    assert job.attempts == 1


def ready(world, pilot):
    report = world.draft_report(pilot, "抢")
    world.make_files(report, "抢")
    return services.send_for_checking(report, by=world.people["office"])


def test_two_who_finalise_make_one_step(world, tmp_path):
    report = ready(world, "P5")
    answers = at_once(
        Meeting(r'SELECT .*FROM "reports_report" ', after=True), *[lambda: services.finalise_report(report, by=world.people["office2"])] * 2
    )
    assert answers.count(True) == 1 and len(refusals(answers)) == 1
    assert report.steps.filter(action=ReportAction.FINALISE).count() == 1


def test_finalising_and_returning_leave_one_of_them(world):
    report = ready(world, "P6")
    answers = at_once(
        Meeting(r'SELECT .*FROM "reports_report" ', after=True),
        lambda: services.finalise_report(report, by=world.people["office2"]),
        lambda: services.return_to_draft(report, by=world.people["office"], opinion="再改"),
    )
    assert len(refusals(answers)) == 1
    assert report.steps.filter(action__in=(ReportAction.FINALISE, ReportAction.RETURN)).count() == 1


def test_two_signings_register_one_scan(world):
    report = ready(world, "P2")
    services.finalise_report(report, by=world.people["office2"])

    def press():
        return services.sign_report(report, by=world.people["office"], signer="示例签发人", signed_on=TODAY, scan=scan())

    answers = at_once(Meeting(r'SELECT .*FROM "reports_report" .*FOR UPDATE|UPDATE "reports_report"'), press, press)
    assert len(refusals(answers)) == 1
    assert report.steps.filter(action=ReportAction.SIGN).count() == 1
    report.refresh_from_db()
    assert report.scan_id and report.state == "signed"


def test_two_corrections_are_one_second_edition(world):
    report = ready(world, "P1")
    services.finalise_report(report, by=world.people["office2"])
    press = [lambda: services.correct_report(report, by=world.people["office"], reason="数字有误")] * 2
    first, second = at_once(Meeting(r'SELECT .*FROM "reports_report" ', after=True), *press)
    assert first.pk == second.pk and Report.objects.filter(corrects=report).count() == 1
