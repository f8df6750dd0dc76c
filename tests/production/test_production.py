"""Two web and two worker processes and beat against one PostgreSQL and one Redis, started with the commands of docker-compose.yml."""

import datetime
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from types import SimpleNamespace
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tests.production.portal import ROOT, ProductionPortal, command_of, health_command_of
from tests.servers import Servers
from tests.story_year import issue_money
from tests.visitor import Visitor


@pytest.fixture(scope="module")
def servers():
    """Servers of our own: some tests stop them for a while."""
    with Servers() as servers:
        yield servers


@pytest.fixture(scope="module")
def portal(servers):
    with ProductionPortal(servers.postgres_url, servers.redis_url, web=2, worker=2) as portal:
        yield portal


def get(address, path, **headers):
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode(errors="replace")
    finally:
        connection.close()


def eventually(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


def test_every_web_process_is_ready(portal):
    for address in portal.addresses:
        status, body = portal.readiness(address)
        assert (status, set(body["parts"].values())) == (200, {"ok"})


def test_the_administrator_is_shown_once(portal):
    assert "账号  admin" in portal.prepared.stdout
    again = subprocess.run(command_of("prepare"), cwd=ROOT, env=portal.environment, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (0, "")


def test_plain_http_is_sent_to_https_and_health_is_not(portal):
    status, headers, _ = get(portal.addresses[0], "/login/")
    assert (status, headers["Location"]) == (301, f"https://{urlsplit(portal.addresses[0]).netloc}/login/")
    assert get(portal.addresses[0], "/healthz")[0] == 200
    assert get(portal.addresses[0], "/readyz", Host="10.0.0.7")[0] == 200


def test_behind_the_proxy_pages_and_cookies_are_those_of_https(portal):
    status, headers, body = get(portal.addresses[0], "/login/", X_Forwarded_Proto="https")
    assert status == 200
    assert "max-age=31536000; includeSubDomains" in headers["Strict-Transport-Security"]
    assert headers["Content-Security-Policy"]
    cookies = headers.get_all("Set-Cookie") or []
    assert cookies
    assert all(cookie.startswith("__Host-") and "Secure" in cookie and "Path=/" in cookie for cookie in cookies)
    assert "/static/" in body


def test_static_files_have_names_that_may_be_kept_for_ever(portal):
    _, _, body = get(portal.addresses[0], "/login/", X_Forwarded_Proto="https")
    sheet = body.split('rel="stylesheet" href="')[1].split('"')[0]
    status, headers, _ = get(portal.addresses[1], sheet, X_Forwarded_Proto="https")
    assert status == 200
    assert "immutable" in headers["Cache-Control"]


@pytest.mark.parametrize("header", [{"Host": "evil.example"}])
def test_foreign_hosts_are_refused(portal, header):
    assert get(portal.addresses[0], "/login/", X_Forwarded_Proto="https", **header)[0] == 400


def test_the_answer_to_a_wrong_address_tells_nothing(portal):
    for path in ("/.git/config", "/.env", "/static/", "/media/", "/admin/", "/data/"):
        status, _, body = get(portal.addresses[0], path, X_Forwarded_Proto="https")
        assert status in (302, 404), path
        assert "Traceback" not in body
        assert "penxi_pilot" not in body


@pytest.mark.parametrize("service", ["worker", "beat"])
def test_health_commands_of_the_containers(portal, service):
    assert subprocess.run(health_command_of(service), cwd=ROOT, env=portal.environment, check=False).returncode == 0
    nobody = {**portal.environment, "PENXI_VAR": str(portal.folder)}
    assert subprocess.run(health_command_of(service), cwd=ROOT, env=nobody, capture_output=True, check=False).returncode == 1


def newcomer(portal, username, password, fresh):
    """Logged in over HTTPS with a password of their own, every request to the other web process than the one before."""
    visitor = Visitor(*portal.addresses, https=True)
    page = visitor.login(username, password)
    page = visitor.send(page, page.form(), old=password, new=fresh, again=fresh)
    assert page.path == "/", page.words[:600]
    return visitor


@pytest.fixture(scope="module")
def office(portal):
    """A person of the office, let in by the administrator."""
    admin = newcomer(portal, "admin", re.search(r"口令  (\S+)", portal.prepared.stdout)[1], "Guanli-Yuan-7741x")
    page = admin.get("/people/new/")
    form = page.form()
    unit = next(value for words, value in form.options["unit"].items() if words.split(" · ")[-1] == "领导小组办公室")
    role = form.options["role"]["领导小组办公室"]
    page = admin.send(page, form, username="office", name="办公室经办人", unit=unit, role=role, post="经办人", valid_until="")
    slip = re.search(r'id="new-password">([^<]+)<', page.text)[1]
    return newcomer(portal, "office", slip, f"{slip[:9]}-Zijide-9")


@pytest.fixture
def today():
    """The real day of the county: production knows no other."""
    return datetime.datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()


def test_what_is_entered_after_the_end_of_the_programme_is_seen(office, today):
    """Figures stand at the end of the programme, lists show what was entered since."""
    issue_money(SimpleNamespace(office=office, portal=SimpleNamespace(day=today)))
    assert "100,000.00" in office.get("/funds/sources/").words
    overview = office.get("/funds/").words
    assert "试点期已于 2023-03-31 届满" in overview
    assert "100,000" not in overview
    home = office.get("/")
    form = next(form for form in home.forms() if form.action == "/as-of/")
    office.send(home, form, as_of=today)
    overview = office.get("/funds/").words
    assert "100,000.00" in overview
    assert "届满" not in overview


CLIENTS, PRESSES = 8, 12


def test_a_database_that_restarts_under_load_loses_and_doubles_nothing(portal, servers, office, today):
    """R11: eight people register documents while PostgreSQL is restarted; each presses again what was not answered."""
    page = office.get("/funds/sources/new/")
    form = page.form()
    level = next(value for value in form.options["level"].values() if value)
    failures, others, ready = [], [], []

    def register(number):
        visitor = Visitor(*portal.addresses, https=True)
        visitor.cookies = dict(office.cookies)
        for press in range(PRESSES):
            token, name = str(uuid.uuid4()), f"重启演练〔2022〕{number}-{press}号"
            for _ in range(400):
                try:
                    answer = visitor.send(
                        page, form, once=token, level=level, document_number=name, name="并发登记", issued_on=today, amount="1.23", note=""
                    )
                except OSError:
                    failures.append(time.monotonic())
                    continue
                if answer.status == 200 and re.fullmatch(r"/funds/sources/[0-9]+/", answer.path):
                    break
                failures.append(time.monotonic())
                if answer.status != 503 or "retry-after" not in answer.headers:
                    others.append((answer.status, answer.words[:300]))
                time.sleep(0.05)

    clients = [threading.Thread(target=register, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    time.sleep(1.5)
    servers.postgres.send_signal(signal.SIGINT)  # "fast": sessions are cut
    servers.postgres.wait(20)
    time.sleep(0.5)
    servers.start_postgres()
    ready.append(time.monotonic())
    for client in clients:
        client.join(120)
    assert not any(client.is_alive() for client in clients)
    assert failures, "the restart was not felt: nothing was tested"
    assert not others, "".join(portal.output(name)[-4000:] for name in ("web1", "web2"))
    assert max(failures) - ready[0] < 5
    with psycopg.connect(portal.environment["DATABASE_URL"].replace("postgres://", "postgresql://")) as connection:
        kept = connection.execute(
            "SELECT count(*), count(DISTINCT document_number), sum(amount) FROM funds_fundsource WHERE name = '并发登记'"
        ).fetchone()
    assert kept == (CLIENTS * PRESSES, CLIENTS * PRESSES, CLIENTS * PRESSES * 123)


def pause(process):
    os.killpg(process.pid, signal.SIGSTOP)


def go_on(process):
    os.killpg(process.pid, signal.SIGCONT)


def test_a_redis_that_hangs_is_named_within_a_second(portal, servers):
    pause(servers.redis)
    try:
        began = time.monotonic()
        status, body = portal.readiness()
        assert time.monotonic() - began < 1
        assert (status, body["parts"]["broker"]) == (503, "任务队列没有应答") or body["parts"]["broker"] == "没有应答"
        assert body["parts"]["database"] == "ok"
    finally:
        go_on(servers.redis)
    assert eventually(lambda: portal.readiness()[0] == 200)


def test_a_redis_that_went_away_is_forgiven(portal, servers):
    servers.redis.terminate()
    servers.redis.wait()
    status, body = portal.readiness()
    assert (status, body["parts"]["broker"]) == (503, "任务队列没有应答")
    servers.start_redis()
    assert eventually(lambda: portal.readiness()[0] == 200)


def test_a_postgresql_that_hangs_is_named_within_a_second(portal, servers):
    backends = _children(servers.postgres.pid)
    for pid in (*backends, servers.postgres.pid):
        os.kill(pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        status, body = portal.readiness()
        assert time.monotonic() - began < 1
        assert (status, body["parts"]["database"]) == (503, "没有应答")
        assert get(portal.addresses[0], "/healthz")[0] == 200
    finally:
        for pid in (*backends, servers.postgres.pid):
            os.kill(pid, signal.SIGCONT)
    assert eventually(lambda: portal.readiness()[0] == 200)


def _children(pid):
    import psutil

    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def test_a_database_restart_is_forgiven(portal, servers):
    servers.postgres.send_signal(signal.SIGINT)  # "fast": sessions are cut
    servers.postgres.wait(20)
    assert portal.readiness()[0] == 503
    servers.start_postgres()
    began = time.monotonic()
    assert eventually(lambda: all(portal.readiness(address)[1]["parts"]["database"] == "ok" for address in portal.addresses))
    assert time.monotonic() - began < 10
    assert eventually(lambda: all(portal.readiness(address)[0] == 200 for address in portal.addresses))


def test_web_processes_are_replaced_without_a_failed_request(portal):
    """A rolling restart: what one process refuses while it stops, its neighbour answers, as a proxy would arrange it."""
    failures, answers, done = [], [], threading.Event()

    def visit():
        while not done.is_set():
            for address in portal.addresses * 2:  # a connection waiting at the door of a process that stops is cut once
                try:
                    status, _, _ = get(address, "/login/", X_Forwarded_Proto="https")
                except OSError:
                    continue
                answers.append(status)
                break
            else:
                failures.append(time.monotonic())
            time.sleep(0.02)

    visitor = threading.Thread(target=visit)
    visitor.start()
    try:
        for number in (1, 2):
            portal.processes[f"web{number}"].terminate()
            assert portal.processes[f"web{number}"].wait(35) == 0
            portal.start("web", number)
            assert eventually(lambda number=number: portal.readiness(portal.addresses[number - 1])[0] == 200)
    finally:
        done.set()
        visitor.join()
    assert not failures
    assert set(answers) == {200}


def test_a_killed_worker_leaves_no_child_and_the_other_goes_on(portal):
    worker = portal.processes["worker1"]
    children = _children(worker.pid)
    assert children
    worker.kill()
    worker.wait()
    import psutil

    assert eventually(lambda: not any(psutil.pid_exists(pid) for pid in children), 15)
    assert portal.readiness()[0] == 200
    portal.start("worker", 1)
    assert eventually(lambda: "ready" in portal.output("worker1").rsplit("Connected to", 1)[-1])


def test_a_second_beat_takes_over():
    """On servers of its own: after the faults of the other tests it is anybody's guess which of two beats leads."""
    with Servers() as own, ProductionPortal(own.postgres_url, own.redis_url, web=1, worker=1) as portal:
        assert eventually(lambda: "leading" in portal.output("beat1"))
        second = portal.start("beat", 2)
        assert eventually(lambda: "standing by" in portal.output("beat2"))
        assert "leading" not in portal.output("beat2")
        portal.processes["beat1"].kill()
        portal.processes["beat1"].wait()
        assert eventually(lambda: "leading" in portal.output("beat2"))
        assert second.poll() is None
        assert eventually(lambda: portal.readiness()[0] == 200)


@pytest.mark.parametrize("service", ["prepare", "web", "worker", "beat"])
def test_a_real_database_is_refused_by_the_sample_mode(portal, service):
    env = {
        **portal.environment,
        "PENXI_ENV": "embedded",
        "PENXI_MODE": "sample",
        "PENXI_VAR": str(portal.folder / "other"),
        "WEB_BIND": "127.0.0.1:0",
    }
    refused = subprocess.run(command_of(service), cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert refused.returncode == 3
    assert "无法启动：这个数据库是正式数据" in refused.stderr


def test_a_database_that_was_not_prepared_is_refused(portal, servers):
    with psycopg.connect(servers.postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE bare")
    env = {**portal.environment, "DATABASE_URL": urlsplit(servers.postgres_url)._replace(path="/bare").geturl()}
    refused = subprocess.run(command_of("worker"), cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert refused.returncode == 3
    assert "penxi_pilot.prepare" in refused.stderr


def test_logs_are_json_and_hold_no_secret(portal):
    """The last test of this portal: everything above has been logged."""
    secrets = (portal.environment["SECRET_KEY"], urlsplit(portal.server_url).password)
    for name in list(portal.processes):
        text = portal.output(name)
        assert not any(secret in text for secret in secrets), name
        if name.startswith("web"):
            rows = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
            assert rows
            assert all(row["at"].endswith("+08:00") for row in rows)
    log = (portal.folder / "data" / "logs" / "web.log").read_text("utf8")
    assert any(json.loads(line).get("event") == "answered" for line in log.splitlines())


def test_termination_is_quick_and_clean(portal):
    for process in portal.processes.values():
        if process.poll() is None:
            process.terminate()
    for name, process in portal.processes.items():
        assert process.wait(40) in (0, -signal.SIGKILL), (name, portal.output(name)[-500:])


def test_servers_leave_nothing(tmp_path):
    """tests/servers.py runs a command, hands its code on and ends the servers."""
    program = "import os, sys; print(os.environ['TEST_POSTGRES_URL'], os.environ['TEST_REDIS_URL']); sys.exit(7)"
    done = subprocess.run(
        [sys.executable, "tests/servers.py", "--", sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 7
    postgres, redis = done.stdout.split()
    for url in (postgres, redis):
        with pytest.raises(OSError):
            http.client.HTTPConnection(urlsplit(url).netloc.rsplit("@", 1)[-1], timeout=1).connect()
