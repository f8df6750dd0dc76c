"""A throw-away PostgreSQL and Redis on free ports, gone without a trace afterwards.

    python tests/servers.py -- command …        run a command with TEST_POSTGRES_URL and TEST_REDIS_URL set

or, in Python, `with Servers() as servers: servers.postgres_url …`. Works as root (PostgreSQL then runs as its own user) and as anyone else.
The servers end with this process, however it ends.
"""

import contextlib
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """A server is missing or did not come up; the text says which."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _postgres_programs() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    if not found:
        raise CannotStart("PostgreSQL is missing: apt-get install postgresql")
    return Path(found).resolve().parent


class Servers:
    """PostgreSQL with a database `penxi`, and Redis. The names of the processes' folders lie directly below /tmp: socket paths are short."""

    def __init__(self):
        self.folder: Path | None = None
        self.postgres: subprocess.Popen | None = None
        self.redis: subprocess.Popen | None = None
        self.postgres_port, self.redis_port = free_port(), free_port()
        self.password = secrets.token_hex(12)
        # PostgreSQL refuses to run as root.
        self.account = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}

    @property
    def postgres_url(self) -> str:
        return f"postgres://penxi:{self.password}@127.0.0.1:{self.postgres_port}/penxi"

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.redis_port}/0"

    def __enter__(self) -> "Servers":
        self.folder = Path(tempfile.mkdtemp(prefix="px-", dir="/tmp"))
        try:
            if self.account:
                owner = pwd.getpwnam("postgres")
                os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.start_redis()
            self._make_cluster()
            self.start_postgres()
            self._make_database()
        except KeyError:
            self.stop()
            raise CannotStart("PostgreSQL is missing: apt-get install postgresql") from None
        except PermissionError as fault:
            self.stop()
            raise CannotStart(f"the user postgres may not run {fault.filename}: is the root folder closed to others?") from None
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def _make_cluster(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password)
        if self.account:
            shutil.chown(secret, "postgres", "postgres")
        self._run(
            _postgres_programs() / "initdb", "-D", self.folder / "data", "-U", "penxi", "-A", "scram-sha-256", "--pwfile", secret,
            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
        )  # fmt: skip

    def start_postgres(self) -> None:
        settings = {
            "port": self.postgres_port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": 200,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.postgres = self._start(_postgres_programs() / "postgres", "-D", self.folder / "data", *options)
        self._wait(self.postgres, self.postgres_port, "PostgreSQL")

    def start_redis(self) -> None:
        program = shutil.which("redis-server")
        if not program:
            raise CannotStart("Redis is missing: apt-get install redis-server")
        self.redis = self._start(
            program, "--port", self.redis_port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", self.folder
        )
        self._wait(self.redis, self.redis_port, "Redis")

    def _make_database(self) -> None:
        deadline = time.monotonic() + 30
        while True:  # the port opens a moment before logins are taken
            created = subprocess.run(
                [_postgres_programs() / "psql", "-h", "127.0.0.1", "-p", str(self.postgres_port), "-U", "penxi", "-d", "postgres", "-qc", "CREATE DATABASE penxi"],
                env=dict(os.environ, PGPASSWORD=self.password), cwd="/", capture_output=True, text=True, check=False,
            )  # fmt: skip
            if created.returncode == 0:
                return
            if time.monotonic() > deadline or "starting up" not in created.stderr:
                raise CannotStart(f"PostgreSQL: {created.stderr.strip()}")
            time.sleep(0.1)

    def stop(self) -> None:
        for server, number in ((self.postgres, signal.SIGQUIT), (self.redis, signal.SIGTERM)):
            if server and server.poll() is None:
                server.send_signal(number)
        for server in (self.postgres, self.redis):
            if server:
                try:
                    server.wait(10)
                except subprocess.TimeoutExpired:
                    server.kill()
                    server.wait()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, *command) -> subprocess.Popen:
        with (self.folder / "server.log").open("ab") as log:
            return subprocess.Popen(
                [str(part) for part in command], cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=_end_with_parent, **self.account,
            )  # fmt: skip

    def _run(self, *command) -> None:
        done = subprocess.run([str(part) for part in command], cwd="/", capture_output=True, text=True, check=False, **self.account)
        if done.returncode:
            raise CannotStart(done.stderr.strip() or done.stdout.strip())

    def _wait(self, server: subprocess.Popen, port: int, name: str) -> None:
        deadline = time.monotonic() + 30
        while server.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.05)
        raise CannotStart(f"{name}: {(self.folder / 'server.log').read_text(errors='replace')[-400:]}")


def main() -> int:
    if len(sys.argv) < 3 or sys.argv[1] != "--":
        sys.stderr.write(__doc__)
        return 2

    def leave(_number, _frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    try:
        with Servers() as servers:
            environment = dict(os.environ, TEST_POSTGRES_URL=servers.postgres_url, TEST_REDIS_URL=servers.redis_url)
            command = subprocess.Popen(sys.argv[2:], env=environment)
            while True:
                try:
                    return command.wait()
                except KeyboardInterrupt:
                    command.terminate()
    except CannotStart as reason:
        sys.stderr.write(f"cannot start the servers for the tests: {reason}\n")
        return 3


if __name__ == "__main__":
    sys.exit(main())
