"""bin/run as a newcomer uses it: one READY line, one clear line when it cannot run, and nothing left when it ends."""

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request

import psutil
import pytest

from tests.wiring.starts import ROOT, environment


class Run:
    """A bin/run process and what it printed so far."""

    def __init__(self, var, *arguments, **settings):
        self.var = var
        self.process = subprocess.Popen(
            [str(ROOT / "bin/run"), *arguments],
            cwd=var,
            env=environment(var, HOME=os.environ.get("HOME", "/"), **settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self.reader = threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")), daemon=True)
        self.reader.start()

    @property
    def text(self):
        return "".join(self.lines)

    def ready(self, seconds=240):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(r"^READY (\S+)\n", self.text, re.MULTILINE)
            if found and "按 Ctrl-C 停止" in self.text:
                return found[1]
            time.sleep(0.1)
        pytest.fail(f"no READY: {self.text}")

    def ended(self, seconds=60):
        code = self.process.wait(seconds)
        self.reader.join(5)
        return code

    def servers(self):
        """Name → process of web, worker and beat."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            try:
                words = child.cmdline()
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue  # ended, and not yet collected by its parent
            for name, word in (("web", "gunicorn"), ("worker", "worker"), ("beat", "beat")):
                if word in words:
                    found[name] = child
        return found

    def all_processes(self):
        return psutil.Process(self.process.pid).children(recursive=True)


def readiness(address):
    try:
        with urllib.request.urlopen(address + "readyz", timeout=5) as answer:
            return answer.status, json.load(answer)["parts"]
    except urllib.error.HTTPError as answer:
        return answer.code, json.load(answer)["parts"]
    except OSError:
        return 0, {}


def eventually(condition, seconds=40):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """An empty portal: plan and administrator."""
    run = Run(tmp_path_factory.mktemp("run"), "--port", "0", "--empty")
    run.address = run.ready()
    yield run
    with contextlib.suppress(ProcessLookupError):
        run.process.send_signal(signal.SIGTERM)
    run.process.wait(60)


def test_ready_line_comes_when_everything_works(portal):
    status, parts = readiness(portal.address)
    assert status == 200
    assert set(parts.values()) == {"ok"}
    assert set(parts) == {"database", "migrations", "media", "broker", "worker", "beat", "disk", "fonts"}


def test_the_administrator_and_a_password_are_shown_once(portal):
    assert "账号  admin" in portal.text
    assert re.search(r"口令  \S{16,}", portal.text)
    assert "示例" not in portal.text


def test_three_servers_each_in_a_session_of_its_own(portal):
    servers = portal.servers()
    assert set(servers) == {"web", "worker", "beat"}
    assert all(os.getsid(process.pid) == process.pid for process in servers.values())


def test_a_second_portal_in_the_same_folder_is_refused(portal):
    second = Run(portal.var, "--port", "0", "--empty")
    assert second.ended() == 1
    assert second.text.count("无法启动") == 1
    assert "已在运行" in second.text


def test_a_taken_port_ends_with_one_line(portal, tmp_path):
    port = portal.address.rstrip("/").rsplit(":", 1)[1]
    second = Run(tmp_path, "--port", port)
    assert second.ended() == 1
    assert second.text.strip() == f"无法启动：端口 {port} 已被占用：用 --port 换一个，或停掉占用它的程序"


@pytest.mark.parametrize("arguments", [("--port", "70000"), ("--host", "no.such.host.invalid"), ("--host", "192.0.2.1")])
def test_an_address_that_cannot_be_used_ends_with_one_line(tmp_path, arguments):
    run = Run(tmp_path, *arguments)
    assert run.ended() == 1
    assert len(run.text.strip().splitlines()) == 1
    assert "不能用" in run.text


def test_production_is_not_started_this_way(tmp_path):
    run = Run(tmp_path, "--port", "0", PENXI_ENV="production")
    assert run.ended() == 1
    assert "docs/operations.md" in run.text


def test_a_queue_that_does_not_answer_is_named_and_forgiven(portal):
    queue = portal.var / "queue.sqlite3"
    aside = queue.with_suffix(".aside")
    queue.rename(aside)
    try:
        status, parts = readiness(portal.address)
        assert (status, parts["broker"]) == (503, "任务队列没有应答")
    finally:
        aside.rename(queue)
    assert eventually(lambda: readiness(portal.address)[0] == 200)


@pytest.mark.parametrize("name", ["worker", "beat", "web"])
def test_a_killed_server_comes_back(portal, name):
    before = portal.servers()
    children = before[name].children(recursive=True)
    before[name].kill()
    assert eventually(lambda: portal.servers().get(name) not in (None, before[name]))
    assert eventually(lambda: not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children))
    assert eventually(lambda: readiness(portal.address)[0] == 200)
    others = {other: process for other, process in portal.servers().items() if other != name}
    assert others == {other: process for other, process in before.items() if other != name}


def test_a_second_beat_stands_by(portal):
    program = [str(ROOT / ".venv/bin/python"), "-m", "celery", "--quiet", "-A", "penxi_pilot", "beat"]
    env = environment(portal.var, PENXI_MODE="real", PENXI_PROCESS="beat2")
    second = subprocess.Popen(program, cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
    log = portal.var / "logs" / "beat2.log"
    try:
        assert eventually(lambda: log.exists() and "standing by" in log.read_text("utf8"))
        assert "leading" not in log.read_text("utf8")
    finally:
        second.terminate()
        assert second.wait(15) == 0


def test_silent_clients_do_not_stop_the_portal(portal):
    """Twenty clients send half a request and then nothing."""
    host, port = portal.address.removeprefix("http://").rstrip("/").split(":")
    silent = [socket.create_connection((host, int(port)), timeout=5) for _ in range(20)]
    try:
        for connection in silent:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0")
        time.sleep(0.5)
        began = time.monotonic()
        with urllib.request.urlopen(portal.address + "healthz", timeout=5) as answer:
            assert answer.status == 200
        assert time.monotonic() - began < 1
    finally:
        for connection in silent:
            connection.close()


def test_termination_ends_everything(portal):
    """The last test of this portal: TERM to bin/run alone."""
    processes = portal.all_processes()
    portal.process.send_signal(signal.SIGTERM)
    assert portal.ended() == 0
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)
    assert "Traceback" not in portal.text


def test_a_real_database_does_not_start_with_sample_data(portal):
    assert portal.process.poll() is not None
    run = Run(portal.var, "--port", "0")
    assert run.ended() == 1
    refusal = [line for line in run.text.splitlines() if line.startswith("无法启动")]
    assert len(refusal) == 1
    assert "正式数据" in refusal[0]


def test_nothing_outlives_a_killed_supervisor(tmp_path):
    run = Run(tmp_path, "--port", "0", "--empty")
    run.ready()
    processes = run.all_processes()
    run.process.kill()
    run.process.wait()
    assert eventually(lambda: not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes))
    # The folder is free again, and the administrator's password is not shown a second time.
    again = Run(tmp_path, "--port", "0", "--empty")
    again.ready()
    assert "口令" not in again.text
    again.process.send_signal(signal.SIGINT)
    assert again.ended() == 0


def test_a_database_of_another_folder_is_not_touched(tmp_path):
    """A sample stamp refuses the real mode before any table changes."""
    with contextlib.closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database, database:
        database.execute("CREATE TABLE accounts_databasestamp (id integer primary key, mode text, stamped_at text, sample_loaded_at text)")
        database.execute("INSERT INTO accounts_databasestamp VALUES (1, 'sample', '2026-01-01 00:00:00', NULL)")
    run = Run(tmp_path, "--port", "0", "--empty")
    assert run.ended() == 1
    assert "示例数据" in run.text
    with contextlib.closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"accounts_databasestamp"}
