"""/healthz says that this process answers, /readyz that the whole portal can work: JSON, 200 or 503, within a second, without login.

The middleware stands before everything else, so neither sessions, the redirect to https nor the list of allowed hosts can stop a monitor.
"""

import ctypes
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer
from functools import cache
from pathlib import Path

import redis
from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from accounts.models import Heartbeat

ANSWER_SECONDS = 0.8
# Worker and beat leave a heartbeat every 10 to 15 s; a minute of silence is a fault.
SILENCE_SECONDS = 60
FREE_SHARE = 0.10
FREE_BYTES = 10 * 1024**3
PANGO = "libpangoft2-1.0.so.0"
CJK_FACES = ("NotoSansCJK*", "NotoSerifCJK*", "Fandol*", "SourceHan*")
SYSTEM_FONTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


class Broken(Exception):
    """A part that does not work; the text is shown to anyone and names nothing but the part's state."""


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@cache
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def check_migrations() -> None:
    missing = _migrations_on_disk() - set(MigrationRecorder(connection).applied_migrations())
    if missing:
        raise Broken(f"{len(missing)} 个迁移没有执行")


def check_media() -> None:
    try:
        with tempfile.TemporaryFile(dir=settings.MEDIA_ROOT) as file:
            file.write(b"x")
            file.flush()
    except OSError as fault:
        raise Broken("附件目录不能写入") from fault


def check_broker() -> None:
    try:
        if settings.REDIS_URL:
            with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5) as client:
                client.ping()
        else:
            queue = sqlite3.connect(f"file:{settings.PENXI_VAR / 'queue.sqlite3'}?mode=rw", uri=True, timeout=0.3)
            try:
                queue.execute("SELECT count(*) FROM sqlite_master")
            finally:
                queue.close()
    except (redis.RedisError, sqlite3.Error, OSError) as fault:
        raise Broken("任务队列没有应答") from fault


def _check_heartbeat(name: str) -> None:
    age = Heartbeat.age(name)
    if age is None:
        raise Broken("还没有心跳")
    if age.total_seconds() > SILENCE_SECONDS:
        raise Broken(f"{age.total_seconds():.0f} 秒没有心跳")


def check_worker() -> None:
    _check_heartbeat("worker")


def check_beat() -> None:
    _check_heartbeat("beat")


def check_disk(share: float = FREE_SHARE, free_bytes: int = FREE_BYTES) -> None:
    """Free space under 10 % is a fault, except on a disk so large that 10 GB are still free."""
    usage = shutil.disk_usage(settings.PENXI_VAR)
    if usage.free < share * usage.total and usage.free < free_bytes:
        raise Broken(f"磁盘只剩 {usage.free * 100 // usage.total}%")


def check_fonts(system_fonts: tuple[Path, ...] = SYSTEM_FONTS, pango: str = PANGO) -> None:
    """Pango and one Chinese face: what a PDF needs at least."""
    try:
        ctypes.CDLL(pango)
    except OSError as fault:
        raise Broken("缺少 Pango，不能生成 PDF：apt-get install libpango-1.0-0 libpangoft2-1.0-0") from fault
    folders = [folder for folder in (settings.PENXI_VAR / "fonts", *system_fonts) if folder.is_dir()]
    if not any(next(folder.rglob(pattern), None) for folder in folders for pattern in CJK_FACES):
        raise Broken("没有中文字体，不能生成 PDF：apt-get install fonts-noto-cjk")


PARTS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "migrations": check_migrations,
    "media": check_media,
    "broker": check_broker,
    "worker": check_worker,
    "beat": check_beat,
    "disk": check_disk,
    "fonts": check_fonts,
}
NEEDS_DATABASE = {"database", "migrations", "worker", "beat"}


class Probe:
    """Runs each part in a thread of its own, one at a time: a part that hangs costs one thread, however often it is asked."""

    def __init__(self, parts: dict[str, Callable[[], None]]):
        self.parts = parts
        self.threads: ThreadPoolExecutor | None = None
        self.running: dict[str, Future] = {}
        self.lock = threading.Lock()

    def ask(self) -> dict[str, str]:
        """State of every part: "ok", or what is wrong. Takes at most ANSWER_SECONDS."""
        deadline = time.monotonic() + ANSWER_SECONDS
        with self.lock:
            if self.threads is None:
                self.threads = ThreadPoolExecutor(len(self.parts), thread_name_prefix="health")
            for name, check in self.parts.items():
                if name not in self.running or self.running[name].done():
                    self.running[name] = self.threads.submit(_state, name, check)
            asked = dict(self.running)
        return {name: _answer(future, deadline) for name, future in asked.items()}


def _answer(future: Future, deadline: float) -> str:
    try:
        return future.result(max(0, deadline - time.monotonic()))
    except NoAnswer:
        return "没有应答"


def _state(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except Broken as broken:
        return str(broken)
    except (DatabaseFault, OSError):
        return "没有应答"
    finally:
        if name in NEEDS_DATABASE:
            connection.close()
    return "ok"


probe = Probe(PARTS)


def _fatal(part: str) -> bool:
    """Without fonts the embedded default runs with PDF switched off, and says so; production does not."""
    return part != "fonts" or settings.PRODUCTION


def readyz() -> HttpResponse:
    parts = probe.ask()
    ready = all(state == "ok" or not _fatal(part) for part, state in parts.items())
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503, json_dumps_params={"ensure_ascii": False})


def healthz() -> HttpResponse:
    return JsonResponse({"alive": True})


PAGES = {"/healthz": healthz, "/readyz": readyz}


class HealthMiddleware:
    """Answers the two pages before anything else sees the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        page = PAGES.get(request.path_info.rstrip("/"))
        if page is None:
            return self.get_response(request)
        response = page() if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "HEAD"])
        response["Cache-Control"] = "no-store"
        # The body says what is wrong; a line per question would bury everything else in the log.
        response._has_been_logged = True
        response["X-Content-Type-Options"] = "nosniff"
        return response
