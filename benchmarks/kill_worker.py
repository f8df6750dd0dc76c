"""kill -9 of the worker at twenty moments of report building: no stuck job, no torn file, one result, on both backends.

    .venv/bin/python -m benchmarks.kill_worker [--moments 20] [--only embedded|production] [--var FOLDER]

`embedded` is SQLite with the queue file, `production` PostgreSQL with Redis; both run web, worker and beat as `bin/run` does. The moments are
spread evenly over the time a whole job takes; at each the worker and its child are killed, the supervisor starts it again, the sweep takes
the job up. Afterwards: the job is done, its files are whole (size and SHA-256 as recorded, the PDF opens, the packages test well), there is
one row per format for the job, and no other file of the report lies in the media folder once the sweep has been. The time a job may be
silent is set to ten seconds, so that twenty rounds take minutes; the default is 45.
"""

import argparse
import contextlib
import hashlib
import os
import signal
import time
import zipfile
from pathlib import Path

from benchmarks.measure import machine, sample_var, say, spread, start_django, table
from benchmarks.portals import Portal, Visitor, draft_report, open_job, running, wait_until

SILENT_SECONDS = 10
PATIENCE = 150


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kill_worker", description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--only", choices=["embedded", "production"])
    parser.add_argument("--var", type=Path, help="a folder prepared before, with sample data (embedded only)")
    given = parser.parse_args()
    print(machine(), "\n")
    rows = []
    for backend in ["embedded", "production"] if not given.only else [given.only]:
        rows.append((backend, *_run_apart(backend, given)))
    table(("backend", "killed", "in a job", "done", "failed with reason", "stuck", "torn", "double", "left over", "back after s"), rows)


def _run_apart(backend: str, given: argparse.Namespace) -> tuple:
    """In a child process: Django is set up for one database only."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        try:
            with contextlib.ExitStack() as stack:
                row = "\t".join(str(cell) for cell in _backend(stack, backend, given))
            os.write(writer, row.encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        found = stream.read()
    os.waitpid(child, 0)
    if not found:
        raise RuntimeError(f"{backend}: no result")
    return tuple(found.split("\t"))


def _backend(stack: contextlib.ExitStack, backend: str, given: argparse.Namespace) -> tuple:
    settings = {"JOB_STALE_SECONDS": str(SILENT_SECONDS)}
    if backend == "production":
        from tests.servers import Servers

        servers = stack.enter_context(Servers())
        settings |= {"DATABASE_URL": servers.postgres_url, "REDIS_URL": servers.redis_url}
        from benchmarks.measure import folder

        var = stack.enter_context(folder()) / "var"
        var.mkdir()
    else:
        var = stack.enter_context(sample_var(given.var))
    portal = stack.enter_context(running(var, **settings))
    start_django(var, **settings)
    return _Trial(portal, given.moments).run()


class _Trial:
    def __init__(self, portal: Portal, moments: int) -> None:
        self.portal, self.moments = portal, moments
        self.office = Visitor(portal.address, "office")
        self.report = draft_report(self.office)
        self.counts = dict.fromkeys(("killed", "in a job", "done", "failed", "stuck", "torn", "double"), 0)
        self.back: list[float] = []

    def run(self) -> tuple:
        whole = self._whole_job()
        for number in range(self.moments):
            self._once(whole * number / self.moments)
            say(f"moment {number + 1} of {self.moments}: {self.counts}")
        return (*self.counts.values(), self._left_over(), spread(self.back, 1))

    def _press(self) -> int:
        return open_job(self.office.post(f"/reports/{self.report}/generate/", figures="new", section="situation"))

    def _ended(self, job: int) -> bool:
        shown = self.office.json(f"/reports/jobs/{job}/progress/")
        return shown["done"] or shown["failed"]

    def _whole_job(self) -> float:
        """How long an undisturbed job takes, the second of two."""
        for _ in range(2):
            job = self._press()
            seconds = wait_until(lambda job=job: self._ended(job), PATIENCE)
        return seconds

    def _once(self, delay: float) -> None:
        wait_until(lambda: len(self.portal.workers()) > 1, PATIENCE)
        job = self._press()
        time.sleep(delay)
        self.counts["in a job"] += not self._ended(job)
        for pid in self.portal.workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.counts["killed"] += 1
        began = time.perf_counter()
        try:
            wait_until(lambda: self._ended(job), PATIENCE, every=0.2)
        except TimeoutError:
            self.counts["stuck"] += 1
            return
        self.back.append(time.perf_counter() - began)
        self._look(job)

    def _look(self, job: int) -> None:
        from django.db import connection

        from reports.files import media_path
        from reports.models import JobState, ReportFile, ReportJob

        connection.close()
        row = ReportJob.objects.get(pk=job)
        self.counts["done"] += row.state == JobState.DONE
        self.counts["failed"] += row.state == JobState.FAILED and bool(row.error)
        files = list(ReportFile.objects.filter(job=row))
        wanted = ["docx", "pdf", "xlsx"] if row.state == JobState.DONE else []
        self.counts["double"] += sorted(file.format for file in files) != wanted
        self.counts["torn"] += sum(not whole(media_path(file.path), file) for file in files)

    def _left_over(self) -> int:
        """Files of reports that no row names, after a sweep for which all are old enough."""
        from reports.files import FOLDER, media_path, sweep_orphans
        from reports.models import ReportFile

        folder = media_path(FOLDER)
        owned = {media_path(path) for path in ReportFile.objects.values_list("path", flat=True)}
        for path in folder.rglob("*"):
            if path.is_file() and path not in owned:
                os.utime(path, (1, 1))
        sweep_orphans()
        return sum(path.is_file() and path not in owned for path in folder.rglob("*"))


def whole(path: Path, file) -> bool:
    """Whether the bytes on disk are those the row names, and open."""
    if not path.is_file():
        return False
    data = path.read_bytes()
    if len(data) != file.size or hashlib.sha256(data).hexdigest() != file.sha256:
        return False
    if file.format == "pdf":
        from pypdf import PdfReader

        return len(PdfReader(path).pages) == file.pages
    with zipfile.ZipFile(path) as package:
        return package.testzip() is None


if __name__ == "__main__":
    main()
