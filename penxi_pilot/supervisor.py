"""The embedded default on one machine: web server, worker and beat, started, watched and stopped together. `bin/run` calls it.

Only the standard library is imported here, so that a missing package is a sentence and not a traceback.
"""

import argparse
import contextlib
import ctypes
import errno
import fcntl
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 150
# After TERM the worker may finish its job this long; then it gives the job back, and what is left is ended.
FINISH_SECONDS = 40
GIVE_BACK_SECONDS = 6
# A child that ends by itself this often in a row, each time soon after its start, is not started again.
CRASHES = 5
SOON_SECONDS = 20
LOG_BYTES = 10 * 1024 * 1024

PR_SET_PDEATHSIG = 1


class CannotRun(Exception):
    """Why the portal cannot run, in one line."""


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def complain(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def end_with_parent() -> None:
    """In a child, before its program starts: TERM arrives when the supervisor is gone, even by kill -9. Linux only."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One server process, leader of a session of its own."""

    name: str
    command: list[str]
    files: tuple[int, ...] = ()
    process: subprocess.Popen | None = None
    started: float = 0
    crashes: int = 0
    not_before: float = 0

    def start(self, environment: dict[str, str], logs: Path) -> None:
        """Log lines come to the terminal; a traceback from before logging was set up goes to a file beside the log."""
        self.started = time.monotonic()
        with (logs / f"{self.name}.err").open("ab") as errors:
            self.process = subprocess.Popen(  # noqa: S603 - our own fixed commands
                self.command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=self.files,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )

    def send(self, number: int) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def end_session(self) -> None:
        """End whatever the child left behind in its session."""
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Portal:
    """Everything bin/run holds while it runs."""

    host: str
    port: int
    empty: bool
    var: Path
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    children: list[Child] = field(default_factory=list)
    stopping: bool = False
    lock: int | None = None

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.on_signal)
        self.make_folders()
        self.take_lock()
        listener = take_port(self.host, self.port)
        self.port = listener.getsockname()[1]
        self.set_environment()
        self.clear_traces()
        said = self.prepare()
        if self.stopping:
            return 0
        self.children = [Child(*row) for row in commands(listener.fileno())]
        try:
            for child in self.children:
                child.start(self.environment, self.var / "logs")
            self.wait_ready()
            if not self.stopping:
                self.greet(said)
            while not self.stopping:
                self.watch()
                time.sleep(0.2)
        finally:
            self.stop()
        return 0

    def on_signal(self, _number, _frame) -> None:
        if self.stopping:  # asked twice: at once
            for child in self.children:
                child.send(signal.SIGKILL)
        self.stopping = True

    def make_folders(self) -> None:
        try:
            for name in ("run", "logs", "media", "fonts"):
                (self.var / name).mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise CannotRun(f"不能写入目录 {self.var}：{fault.strerror}") from fault

    def take_lock(self) -> None:
        """One portal per folder. The kernel gives the lock up with this process, however it ends."""
        path = self.var / "run" / "portal.lock"
        self.lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise CannotRun(f"目录 {self.var} 里的系统已在运行，不能再启动一个：换一个 PENXI_VAR，或先停掉它") from taken

    def set_environment(self) -> None:
        own = self.environment
        if own.get("PENXI_ENV", "embedded") != "embedded":
            raise CannotRun("bin/run 只用于单机方式；生产环境的启动方法见 docs/operations.md")
        own["PENXI_VAR"] = str(self.var)
        own["PENXI_MODE"] = "real" if self.empty else own.get("PENXI_MODE") or "sample"
        own["PYTHONUNBUFFERED"] = "1"
        own.setdefault("ALLOWED_HOSTS", ",".join(own_names(self.host)))

    def clear_traces(self) -> None:
        """The queue is disposable: a new one at each start. Logs of earlier days are kept once."""
        queue = self.var / "queue.sqlite3"
        for suffix in ("", "-wal", "-shm", "-journal"):
            queue.with_name(queue.name + suffix).unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(queue)) as fresh:
            fresh.execute("PRAGMA journal_mode=WAL")
        for log in (self.var / "logs").iterdir():
            if log.suffix in (".log", ".err") and log.stat().st_size > LOG_BYTES:
                log.replace(f"{log}.1")

    def prepare(self) -> str:
        """Run penxi_pilot.prepare; returns what it wants told after READY."""
        process = subprocess.Popen(
            [sys.executable, "-m", "penxi_pilot.prepare"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        while True:
            try:
                said, _ = process.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                if self.stopping:
                    process.terminate()
        if process.returncode and not self.stopping:
            raise CannotRun("")  # it has said why
        return said

    def wait_ready(self) -> None:
        deadline, parts = time.monotonic() + READY_SECONDS, {}
        while not self.stopping:
            self.watch()
            code, parts = ask_ready(self.host, self.port)
            if code == 200:
                return
            if time.monotonic() > deadline:
                wrong = "，".join(f"{name}：{state}" for name, state in parts.items() if state != "ok") or "网页服务没有应答"
                raise CannotRun(f"{READY_SECONDS} 秒内没有就绪（{wrong}），详见 {self.var / 'logs'}")
            time.sleep(0.2)

    def greet(self, said: str) -> None:
        name = f"[{self.host}]" if ":" in self.host else self.host
        say(f"READY http://{name}:{self.port}/")
        if self.host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
            say("在本机打开：" + f"http://127.0.0.1:{self.port}/")
        else:
            say(f"在浏览器打开：http://{name}:{self.port}/")
        if said:
            say(said.rstrip("\n"))
        say(f"数据在 {self.var}；按 Ctrl-C 停止")

    def watch(self) -> None:
        """Start again what ended; give up on a child that cannot stay up."""
        for child in self.children:
            if child.running or self.stopping:
                continue
            now = time.monotonic()
            if child.process is not None:
                code = child.process.returncode
                child.end_session()
                child.process = None
                # Killed from outside (code < 0) is bad luck, an early end by itself is a fault that will come again.
                child.crashes = child.crashes + 1 if code >= 0 and now - child.started < SOON_SECONDS else 0
                if child.crashes >= CRASHES or (code == 3 and child.crashes):
                    raise CannotRun(f"{child.name} 无法启动（代码 {code}），详见 {self.var / 'logs' / child.name}.log 和 .err")
                complain(f"{child.name} 意外结束（代码 {code}），重新启动")
                child.not_before = now + child.crashes
            if now >= child.not_before:
                child.start(self.environment, self.var / "logs")

    def stop(self) -> None:
        """TERM to each, time to finish, then QUIT to the worker so that it gives its job back, then the end."""
        self.stopping = True
        for child in self.children:
            child.send(signal.SIGTERM)
        self.wait_ended(FINISH_SECONDS)
        for child in self.children:
            child.send(signal.SIGQUIT)
        self.wait_ended(GIVE_BACK_SECONDS)
        for child in self.children:
            child.end_session()

    def wait_ended(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and any(child.running for child in self.children):
            time.sleep(0.1)


def commands(listener: int) -> list[tuple]:
    """Name, command and inherited files of the three servers. docker-compose.yml runs the same programs."""
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "penxi_pilot"]
    return [
        (
            "web",
            [sys.executable, "-m", "gunicorn", "-c", "penxi_pilot/gunicorn.py", "-b", f"fd://{listener}", "penxi_pilot.wsgi"],
            (listener,),
        ),
        (
            "worker",
            [*celery, "worker", "-P", "prefork", "-c", "1", "--without-gossip", "--without-mingle", "-n", f"worker-{os.getpid()}@%h"],
        ),
        ("beat", [*celery, "beat"]),
    ]


def take_port(host: str, port: int) -> socket.socket:
    """A bound socket that the web server inherits: nobody can take the port between the check and the start."""
    if not 0 <= port <= 65535:  # getaddrinfo would take the remainder
        raise CannotRun(f"地址 {host}:{port} 不能用：端口须在 0 到 65535 之间")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (socket.gaierror, UnicodeError) as fault:
        raise CannotRun(f"地址 {host}:{port} 不能用：{fault}") from fault
    listener = socket.socket(family, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as fault:
        listener.close()
        if fault.errno == errno.EADDRINUSE:
            raise CannotRun(f"端口 {port} 已被占用：用 --port 换一个，或停掉占用它的程序") from fault
        raise CannotRun(f"地址 {host}:{port} 不能用：{fault.strerror}") from fault
    return listener


def own_names(host: str) -> list[str]:
    """Host names under which a browser may call: this machine, the given address, and all its addresses when it listens on all."""
    names = ["127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        names.append(socket.gethostname())
        with contextlib.suppress(OSError):
            names += socket.gethostbyname_ex(socket.gethostname())[2]
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # sends nothing; names the address of the way out
            names.append(probe.getsockname()[0])
    return list(dict.fromkeys(names))


def ask_ready(host: str, port: int) -> tuple[int, dict[str, str]]:
    """Status and parts of /readyz; (0, {}) while nobody answers."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(host, port, timeout=3)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()).get("parts", {})
    except (OSError, http.client.HTTPException, ValueError):
        return 0, {}
    finally:
        connection.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/run", description="在一台机器上运行：网页、后台任务、定时任务。")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认 127.0.0.1；0.0.0.0 为所有网卡")
    parser.add_argument("--port", type=int, default=8000, help="端口，默认 8000；0 为任选一个空闲端口")
    parser.add_argument("--empty", action="store_true", help="只载入方案，不载入示例数据，并建立系统管理员 admin")
    given = parser.parse_args()
    var = Path(os.environ.get("PENXI_VAR") or ROOT / "var").expanduser()
    try:
        return Portal(given.host, given.port, given.empty, var if var.is_absolute() else Path.cwd() / var).run()
    except CannotRun as reason:
        if str(reason):
            complain(f"无法启动：{reason}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
