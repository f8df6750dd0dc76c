"""A running portal over a folder of data, and a visitor who comes by HTTP: what the benchmarks of jobs press against."""

import contextlib
import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import PASSWORD, ROOT, environment


class Portal:
    """web, worker and beat as `bin/run` starts them; `address` once READY."""

    def __init__(self, var: Path, **settings: str) -> None:
        self.var = var
        self.log = (var.parent / "portal.log").open("w+")
        command = [sys.executable, "-P", "penxi_pilot/supervisor.py", "--port", "0"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment(var, **settings), stdout=subprocess.PIPE, stderr=self.log, text=True, start_new_session=True
        )
        self.address = self._wait_ready()
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def _wait_ready(self) -> str:
        for line in self.process.stdout:
            if line.startswith("READY "):
                return line.split()[1].rstrip("/")
        self.log.seek(0)
        raise RuntimeError(f"the portal did not start: {self.log.read()[-2000:]}")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.log.close()


@contextlib.contextmanager
def running(var: Path, **settings: str) -> Iterator[Portal]:
    portal = Portal(var, **settings)
    try:
        yield portal
    finally:
        portal.stop()


class Visitor:
    """A person at a browser without pages: cookies and the form's token, nothing else."""

    def __init__(self, address: str, username: str) -> None:
        self.address = address
        self.cookies = http.cookiejar.CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.get("/login/")
        self.post("/login/", username=username, password=PASSWORD)
        if not any(cookie.name == "sessionid" for cookie in self.cookies):
            raise RuntimeError(f"{username} could not log in")

    def get(self, path: str) -> str:
        return self._open(urllib.request.Request(self.address + path))

    def json(self, path: str) -> dict:
        return json.loads(self._open(urllib.request.Request(self.address + path, headers={"X-Polling": "1"})))

    def post(self, path: str, **fields: str) -> str:
        token = next((cookie.value for cookie in self.cookies if cookie.name == "csrftoken"), "")
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        return self._open(urllib.request.Request(self.address + path, data=body, headers={"Referer": self.address + path}))

    def _open(self, request: urllib.request.Request) -> str:
        try:
            with self.browser.open(request, timeout=60) as answer:
                return answer.read().decode("utf8", "replace")
        except urllib.error.HTTPError as refused:
            raise RuntimeError(f"{request.full_url}: {refused.code} {refused.read()[:300].decode('utf8', 'replace')}") from refused


def draft_report(visitor: Visitor) -> int:
    """The id of the draft of the sample's summary report, from the report centre."""
    page = visitor.get("/reports/?state=draft")
    return int(re.search(r"/reports/(\d+)/edit/", page)[1])


def open_job(page: str) -> int:
    """The id of the job a page shows at work, from the address its progress is asked at."""
    found = re.search(r"/reports/jobs/(\d+)/progress/", page)
    if not found:
        raise RuntimeError("no job is open")
    return int(found[1])
