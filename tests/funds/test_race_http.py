"""Eight people press at once, over HTTP against two web processes: the balance is never exceeded (R01).

An application takes up the balance when it is handed in, so the race is there: eight drafts of 60 % of what is left, handed in in one moment.
One is taken, seven read the balance, none breaks; on both databases. The control, on PostgreSQL, runs the same server without its row locks
and overspends.
The number of rounds: PENXI_RACE_ROUNDS (ordinarily 5; 50 when run in full).
"""

import contextlib
import http.client
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from accounts import clock
from accounts.models import DatabaseStamp
from funds.models import IN_TRANSIT, Payment, PaymentState
from pilots.models import Pilot
from tests.conftest import TODAY
from tests.funds import records
from tests.servers import free_port
from tests.test_races import copy  # noqa: F401 - a fixture
from tests.wiring.starts import ROOT, environment

pytestmark = pytest.mark.both_databases
ROUNDS = int(os.environ.get("PENXI_RACE_ROUNDS", "5"))
PRESSES = 8


@pytest.mark.django_db
def test_the_plan_is_there(person):
    """Asks pytest-django for the database that the others copy."""
    assert person("xiahejie").unit.pilot.code == "P4"


class Web:
    """gunicorn with two processes on the copied database."""

    def __init__(self, folder, locks):
        self.port = free_port()
        name = connection.settings_dict["NAME"]
        address = f"sqlite:///{name}" if connection.vendor == "sqlite" else re.sub(r"/[^/]+$", f"/{name}", os.environ["TEST_POSTGRES_URL"])
        self.log = (folder / f"web-{locks}.log").open("w+")
        env = environment(
            folder / "var",
            DATABASE_URL=address,
            PENXI_TODAY=TODAY.isoformat(),
            WEB_BIND=f"127.0.0.1:{self.port}",
            WEB_CONCURRENCY="2",
            PENXI_TEST_LOCKS=locks,
            PENXI_SAMPLE_PASSWORD=secrets.token_hex(8),
            SECRET_KEY=settings.SECRET_KEY,
            PYTHONPATH=str(ROOT),
        )
        command = [sys.executable, "-m", "gunicorn", "-c", "penxi_pilot/gunicorn.py", "tests.funds.unlocked:application"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=self.log, stderr=self.log, start_new_session=True)

    def __enter__(self):
        for _ in range(240):
            with contextlib.suppress(OSError):
                door = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                door.request("GET", "/login/")
                if door.getresponse().status == 200:
                    return self
            assert self.process.poll() is None, self.said()
            time.sleep(0.5)
        raise AssertionError(self.said())

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.log.close()

    def said(self):
        self.log.seek(0)
        return self.log.read()[-3000:]

    def press(self, path, session, fields):
        """(status, page) of one form sent by the person of `session`."""
        token = secrets.token_hex(16)
        body = urlencode([("csrfmiddlewaretoken", token), *fields])
        door = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"sessionid={session}; csrftoken={token}"}
        door.request("POST", path, body, headers)
        answer = door.getresponse()
        return answer.status, answer.read().decode("utf8", "replace")


def session_of(user):
    store = SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), "accounts.auth.AccountBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store.session_key


def filled_in(row):
    """The fields of the form of a draft that is handed in. Read before the race: a thread that asks the database keeps a connection."""
    fields = {"deed": "submit", "contract": row.contract_id, "amount": "60000.00", "purpose": row.purpose, "witness": row.witness}
    fields |= {"explanation": "并发测试", "uid": row.uid, "version": row.version, "invoices": row.invoices.get().number}
    return list(fields.items())


def race(web, contract, sessions):
    """Eight drafts of 60 % of what is left, handed in at once; their answers and how many are 在途 now."""
    drafts = [records.drafted(contract.pilot, "60000", contract=contract, explanation="并发测试") for _ in range(PRESSES)]
    forms = [filled_in(row) for row in drafts]
    answers, start = [None] * PRESSES, threading.Barrier(PRESSES)

    def press(number):
        start.wait()
        answers[number] = web.press(f"/funds/payments/{drafts[number].pk}/edit/", sessions[number], forms[number])

    prepared = [threading.Thread(target=press, args=(number,)) for number in range(PRESSES)]
    for thread in prepared:
        thread.start()
    for thread in prepared:
        thread.join(90)
    return answers, Payment.objects.filter(contract=contract, state__in=IN_TRANSIT).count()


@pytest.fixture
def county(request):
    """A line of 90,000,000 of P4 and eight sessions of its community, in the copy of the database (tests/test_races.py)."""
    request.getfixturevalue("copy")
    with clock.at(TODAY):
        DatabaseStamp.objects.get_or_create(id=1, defaults={"mode": "sample"})
        p4 = Pilot.objects.select_related("unit", "accountable").get(code="P4")
        records.given(p4, "90000000", records.issued("90000000"))
        line = records.line_of(p4, "90000000")
        by = records.applicant_of(p4)
        yield line, [session_of(by) for _ in range(PRESSES)]


def test_of_eight_at_once_one_is_taken(county, tmp_path):
    line, sessions = county
    with Web(tmp_path, "kept") as web:
        for _ in range(ROUNDS):
            contract = records.contract_on(line, "100000")
            answers, taken = race(web, contract, sessions)
            assert taken == 1, web.said()
            statuses = sorted(status for status, _ in answers)
            assert statuses == [302] + [422] * (PRESSES - 1), (statuses, web.said())
            refused = [page for status, page in answers if status == 422]
            assert all("超出可用余额 40,000.00 元" in page for page in refused)
        paid_twice(web, contract, sessions)


def paid_twice(web, contract, sessions):
    """One application, one payment: eight presses on 登记支付."""
    payment = Payment.objects.get(contract=contract, state=PaymentState.TOWN_REVIEW)
    payment = records.advance(payment, PaymentState.TO_PAY)
    cashier = [session_of(records.town_of(contract.pilot)["town_finance"]) for _ in range(PRESSES)]
    answers, start = [None] * PRESSES, threading.Barrier(PRESSES)

    def press(number):
        start.wait()
        fields = [("paid_on", TODAY.isoformat()), ("voucher_no", f"记-并{number}")]
        answers[number] = web.press(f"/funds/payments/{payment.pk}/pay/", cashier[number], fields)

    pressing = [threading.Thread(target=press, args=(number,)) for number in range(PRESSES)]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join(90)
    assert max(status for status, _ in answers) < 500, answers
    assert [row.signed_amount for row in payment.entries.all()] == [Decimal(60000)]


@pytest.mark.postgres
def test_without_the_locks_they_would_overspend(county, tmp_path):
    line, sessions = county
    overspent = 0
    with Web(tmp_path, "taken out") as web:
        for _ in range(ROUNDS):
            overspent += race(web, records.contract_on(line, "100000"), sessions)[1] > 1
    assert overspent, "the control does not show what the lock is for"
