"""Each part of /readyz broken in turn, in this process; tests/wiring/test_run.py and tests/production do it with real servers."""

import datetime
import json
import socket
import sqlite3
import threading
import time

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import Heartbeat
from penxi_pilot import health


def page(path, **extra):
    middleware = health.HealthMiddleware(lambda request: pytest.fail("the request went past the health pages"))
    return middleware(RequestFactory().generic(extra.pop("method", "GET"), path, **extra))


def test_healthz_asks_nobody():
    assert page("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/healthz/"])
def test_health_pages_ignore_host_and_scheme(path):
    answer = page(path, HTTP_HOST="evil.example", secure=False)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_health_pages_are_read_only(method):
    assert page("/readyz", method=method).status_code == 405


def test_other_pages_pass():
    passed = health.HealthMiddleware(lambda request: "passed")
    assert passed(RequestFactory().get("/healthzz")) == "passed"


def test_database_and_migrations_are_fine(db):
    health.check_database()
    health.check_migrations()


@pytest.mark.postgres
def test_a_migration_that_was_not_applied_is_counted(db):
    MigrationRecorder(connection).record_unapplied("accounts", "0001_initial")
    with pytest.raises(health.Broken, match="1 个迁移"):
        health.check_migrations()


@pytest.mark.parametrize(("part", "check"), [("worker", health.check_worker), ("beat", health.check_beat)])
def test_heartbeats(db, part, check):
    Heartbeat.objects.all().delete()
    with pytest.raises(health.Broken, match="还没有心跳"):
        check()
    Heartbeat.objects.create(name=part, at=timezone.now() - datetime.timedelta(seconds=61))
    with pytest.raises(health.Broken, match="秒没有心跳"):
        check()
    Heartbeat.tick(part)
    check()


def test_media_folder(settings, tmp_path):
    health.check_media()
    settings.MEDIA_ROOT = tmp_path / "absent"
    with pytest.raises(health.Broken, match="附件目录"):
        health.check_media()


def test_queue_file(settings, tmp_path):
    settings.REDIS_URL, settings.PENXI_VAR = "", tmp_path
    with pytest.raises(health.Broken, match="任务队列"):
        health.check_broker()
    sqlite3.connect(tmp_path / "queue.sqlite3").execute("CREATE TABLE t (x)").connection.close()
    health.check_broker()
    (tmp_path / "queue.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(health.Broken, match="任务队列"):
        health.check_broker()


def test_redis_refused(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(health.Broken, match="任务队列"):
        health.check_broker()


def test_redis_that_hangs_is_given_up_within_a_second(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()
        with pytest.raises(health.Broken, match="任务队列"):
            health.check_broker()
        assert time.monotonic() - began < 1.3


def test_disk():
    health.check_disk(share=0.0)
    health.check_disk(share=1.0, free_bytes=0)
    with pytest.raises(health.Broken, match="磁盘只剩"):
        health.check_disk(share=1.0, free_bytes=2**62)


def test_fonts(settings, tmp_path):
    settings.PENXI_VAR = tmp_path
    health.check_fonts()
    with pytest.raises(health.Broken, match="fonts-noto-cjk"):
        health.check_fonts(system_fonts=(tmp_path / "absent",))
    with pytest.raises(health.Broken, match="libpango"):
        health.check_fonts(pango="libabsent.so.0")
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "FandolSong-Regular.otf").touch()
    health.check_fonts(system_fonts=())


@pytest.mark.parametrize(("production", "fatal"), [(True, True), (False, False)])
def test_missing_fonts_stop_production_only(settings, production, fatal):
    """The embedded default goes on with PDF switched off and says so; production must be able to make a report."""
    settings.PRODUCTION = production
    assert health._fatal("fonts") is fatal
    assert health._fatal("database") is True


def test_a_part_that_hangs_costs_one_thread_and_less_than_a_second():
    release, entered = threading.Event(), []

    def hang():
        entered.append(1)
        release.wait(30)

    probe = health.Probe({"database": hang, "disk": lambda: None})
    try:
        for _ in range(3):
            began = time.monotonic()
            assert probe.ask() == {"database": "没有应答", "disk": "ok"}
            assert time.monotonic() - began < 1
        assert len(entered) == 1
    finally:
        release.set()
    time.sleep(0.1)
    assert probe.ask() == {"database": "ok", "disk": "ok"}


def test_answers_name_parts_and_no_secrets(settings):
    settings.REDIS_URL = "redis://:Geheim4711@127.0.0.1:1/0"
    answer = health.Probe({"broker": health.check_broker}).ask()
    assert set(answer) == {"broker"}
    assert "Geheim4711" not in json.dumps(answer)
