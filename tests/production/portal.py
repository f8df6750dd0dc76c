"""The production portal by hand: the very commands of docker-compose.yml, as processes of this machine, against one PostgreSQL and Redis.

with Servers() as servers, ProductionPortal(servers.postgres_url, servers.redis_url, web=2, worker=2) as portal:
    portal.addresses    # one per web process group
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import yaml

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent


def compose() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf8"))


def command_of(service: str) -> list[str]:
    """The command of a service, its program taken from the environment that runs the tests."""
    program, *arguments = compose()["services"][service]["command"]
    return [str(PROGRAMS / program), *arguments]


def health_command_of(service: str) -> list[str]:
    _kind, program, *arguments = compose()["services"][service]["healthcheck"]["test"]
    return [str(PROGRAMS / program), *arguments]


class ProductionPortal:
    """A prepared database and running web, worker and beat processes. `processes` maps a name (web1, worker2, beat1 …) to its process."""

    def __init__(
        self, postgres_url: str, redis_url: str, *, web: int = 2, worker: int = 2, beat: int = 1, settings: dict[str, str] | None = None
    ):
        self.server_url = postgres_url
        self.folder = Path(tempfile.mkdtemp(prefix="px-prod-"))
        self.database = f"px_{secrets.token_hex(4)}"
        self.counts = {"web": web, "worker": worker, "beat": beat}
        self.ports = [free_port() for _ in range(web)]
        self.processes: dict[str, subprocess.Popen] = {}
        address = urlsplit(postgres_url)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "PENXI_ENV": "production",
            "PENXI_VAR": str(self.folder / "data"),
            "STATIC_ROOT": str(self.folder / "static"),
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "DATABASE_URL": address._replace(path=f"/{self.database}").geturl(),
            # A Redis database of its own among the sixteen.
            "REDIS_URL": redis_url.rsplit("/", 1)[0] + f"/{secrets.randbelow(15) + 1}",
            # The tests are the reverse proxy: they send X-Forwarded-Proto.
            "TRUSTED_PROXIES": "127.0.0.1",
            **(settings or {}),
        }

    @property
    def addresses(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self.ports]

    def __enter__(self) -> "ProductionPortal":
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {self.database}")
        try:
            self.run("manage.py", "collectstatic", "--noinput", "-v", "0")
            self.prepared = subprocess.run(
                command_of("prepare"), cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=300
            )
            if self.prepared.returncode:
                raise RuntimeError(f"prepare: {self.prepared.stderr}")
            for service, count in self.counts.items():
                for number in range(1, count + 1):
                    self.start(service, number)
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """A command of the project under the portal's environment."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stderr[-2000:]}")
        return done

    def start(self, service: str, number: int) -> subprocess.Popen:
        environment, command = dict(self.environment), command_of(service)
        if service == "web":
            environment["WEB_BIND"] = f"127.0.0.1:{self.ports[number - 1]}"
        if service == "worker":  # containers have host names of their own, processes of one machine need the name
            command += ["-n", f"worker{number}@%h"]
        with (self.folder / f"{service}{number}.out").open("ab") as out:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        self.processes[f"{service}{number}"] = process
        return process

    def output(self, name: str) -> str:
        return (self.folder / f"{name}.out").read_text("utf8", errors="replace")

    def readiness(self, address: str | None = None) -> tuple[int, dict]:
        """Status and body of /readyz; (0, {}) while nobody answers."""
        try:
            with urllib.request.urlopen(f"{address or self.addresses[0]}/readyz", timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as answer:
            return answer.code, json.load(answer)
        except OSError:
            return 0, {}

    def wait_ready(self, seconds: float = 180) -> None:
        deadline = time.monotonic() + seconds
        waiting = list(self.addresses)
        while waiting:
            status, body = self.readiness(waiting[0])
            if status == 200:
                waiting.pop(0)
                continue
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise RuntimeError(f"{name} ended with {process.returncode}: {self.output(name)[-2000:]}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"not ready: {body}")
            time.sleep(0.2)

    def stop(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        shutil.rmtree(self.folder, ignore_errors=True)
