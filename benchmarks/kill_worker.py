"""kill -9 of the worker at many moments of making a report: no stuck job, no torn file, one result.

    python benchmarks/kill_worker.py --moments 20                          SQLite and the queue file
    DATABASE_URL=postgres://… REDIS_URL=redis://… python benchmarks/kill_worker.py --moments 20

A real worker (prefork, one child, a process session of its own) takes the job; at the chosen moment the whole session is killed; another
worker takes over, with the sweep run each second as beat runs it each minute. Everything lies in a throw-away PENXI_VAR and database.
Ends with 1 and says what was wrong when any moment left anything behind.
"""

import argparse
import contextlib
import datetime
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 150.0
STALE_SECONDS = 8


def own_environment() -> None:
    """A throw-away folder and, on PostgreSQL, a database of our own; before Django is loaded."""
    os.environ["PENXI_VAR"] = tempfile.mkdtemp(prefix="px-kill-", dir="/tmp")
    os.environ["DJANGO_SETTINGS_MODULE"] = "penxi_pilot.settings"
    os.environ["JOB_STALE_SECONDS"] = str(STALE_SECONDS)
    sys.path.insert(0, str(ROOT))
    address = os.environ.get("DATABASE_URL", "")
    if address:
        import psycopg

        name = f"kill_{os.getpid()}"
        with psycopg.connect(address, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        os.environ["DATABASE_URL"] = urlunsplit(urlsplit(address)._replace(path=f"/{name}"))


def prepare():
    """Tables, plan, people and one draft of a single pilot."""
    import django

    django.setup()
    from django.core.management import call_command

    from accounts import clock
    from accounts.models import DatabaseStamp, User
    from accounts.sample import create_accounts
    from pilots.models import Pilot
    from reports import services

    call_command("migrate", verbosity=0)
    call_command("load_plan", verbosity=0)
    create_accounts(password="Shili-Mima-2022")
    DatabaseStamp.objects.get_or_create(id=1, defaults={"mode": "sample"})
    office = User.objects.select_related("unit").get(username="office")
    day = datetime.date(2022, 11, 30)
    with clock.at(day):
        return services.start_report("midterm", by=office, pilot=Pilot.objects.get(code="P3"), as_of=day), office


class Worker:
    """One Celery worker in a session of its own; `kill()` is kill -9 of parent and child at once."""

    def __init__(self) -> None:
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "penxi_pilot",
            "worker",
            "-P",
            "prefork",
            "-c",
            "1",
            "--without-gossip",
            "--without-mingle",
        ]
        self.process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def wait_for(job, states, *, sweep: bool, patience: float = PATIENCE) -> bool:
    """Until the job is in one of `states`; the sweep stands in for beat."""
    from reports.jobs import sweep_jobs

    end, swept = time.monotonic() + patience, 0.0
    while time.monotonic() < end:
        job.refresh_from_db()
        if job.state in states:
            return True
        if sweep and time.monotonic() - swept > 1:
            sweep_jobs()
            swept = time.monotonic()
        time.sleep(0.05)
    return False


def wrong_after(job) -> list[str]:
    """What is not as it must be; empty when all is well."""
    from django.conf import settings
    from django.utils import timezone

    from accounts.models import Notice
    from reports.files import FileDamaged, sweep_orphans, verified_bytes
    from reports.models import OPEN_JOB, ReportFile, ReportJob

    found = []
    if job.state not in ("done", "failed"):
        found.append(f"job stuck: {job.state}")
    if job.state == "failed" and not job.error:
        found.append("failed without a reason")
    if ReportJob.objects.filter(state__in=OPEN_JOB).exists():
        found.append("another job is open")
    files = sorted(job.files.values_list("format", flat=True))
    if files != (["docx", "pdf", "xlsx"] if job.state == "done" else []):
        found.append(f"files of the job: {files}")
    for file in ReportFile.objects.all():
        try:
            verified_bytes(file)
        except FileDamaged as damage:
            found.append(f"{file.path}: {damage}")
    sweep_orphans(timezone.now() + datetime.timedelta(days=1))
    on_disk = {p.relative_to(settings.MEDIA_ROOT).as_posix() for p in Path(settings.MEDIA_ROOT, "reports").rglob("*") if p.is_file()}
    if on_disk != set(ReportFile.objects.values_list("path", flat=True)):
        found.append("files on disk are not those of the rows")
    told = Notice.objects.filter(key__startswith=f"report-job-{job.pk}-").count()
    if told != 1:
        found.append(f"{told} notices")
    return found


def new_job(report, office):
    from reports.jobs import request_generation

    return request_generation(report, by=office, take_snapshot=True)


def usual_seconds(report, office) -> float:
    """One generation undisturbed, from claimed to done."""
    worker = Worker()
    try:
        job = new_job(report, office)
        if not wait_for(job, ("done",), sweep=True):
            raise SystemExit(f"not even an undisturbed job ends: {job.state} {job.step} {job.error}")
        return (job.finished_at - job.started_at).total_seconds()
    finally:
        worker.kill()


def one_moment(report, office, share: float, whole: float) -> tuple[str, list[str]]:
    """Kill at `share` of the usual time; what step it was, and what was wrong afterwards."""
    worker = Worker()
    job = new_job(report, office)
    try:
        wait_for(job, ("running", "done", "failed"), sweep=True)
        time.sleep(share * whole)
        job.refresh_from_db()
        step = f"{job.state} {job.step}"
    finally:
        worker.kill()
    second = Worker()
    try:
        wait_for(job, ("done", "failed"), sweep=True)
    finally:
        second.kill()
    return step, wrong_after(job)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--moments", type=int, default=20)
    moments = parser.parse_args().moments
    own_environment()
    report, office = prepare()
    whole = usual_seconds(report, office)
    print(f"undisturbed: {whole:.1f} s", flush=True)
    bad = 0
    for number in range(moments):
        share = (number + 0.5) / moments
        began = time.monotonic()
        step, wrong = one_moment(report, office, share, whole)
        bad += bool(wrong)
        print(
            f"{number + 1:2d}/{moments} killed at {share:4.0%} ({step}): {'; '.join(wrong) or 'one result'} after {time.monotonic() - began:.1f} s",
            flush=True,
        )
    print(f"{moments - bad} of {moments} moments left one result")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
