"""The job row is the truth: claims, redelivery, lost brokers, dead workers, poison jobs, cancelling, full disks."""

import datetime
import os
import socket
import time
import uuid
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, AuditKind, Notice
from reports import jobs
from reports.files import sweep_orphans
from reports.models import JobState, ReportFile, ReportJob
from reports.tasks import generate_report

LONG_AGO = timezone.now() - datetime.timedelta(hours=1)


@pytest.fixture
def job(draft, office):
    return jobs.request_generation(draft, by=office, take_snapshot=True, send=False)


def files_on_disk(media):
    return sorted(path.name for path in Path(media, "reports").rglob("*") if path.is_file()) if Path(media, "reports").is_dir() else []


def test_two_presses_make_one_job(draft, office, office2, job):
    assert jobs.request_generation(draft, by=office2, take_snapshot=False) == job
    assert ReportJob.objects.count() == 1


def test_the_database_refuses_a_second_open_job(draft, office, job):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        ReportJob.objects.create(report=draft, requested_by=office)


def test_redelivery_gives_one_result(draft, job, media):
    """The same task three times: one result, one notice."""
    for _ in range(3):
        generate_report(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.percent) == (JobState.DONE, 1, 100)
    assert sorted(draft.files.values_list("format", flat=True)) == ["docx", "pdf", "xlsx"]
    assert len(files_on_disk(media)) == 3
    assert Notice.objects.filter(key__startswith="report-job-").count() == 1


def test_only_one_claims(job):
    assert jobs.claim_job(job.pk) is not None
    assert jobs.claim_job(job.pk) is None


def test_a_silent_job_is_taken_up_again(job):
    """kill -9: the heartbeat grows old, the sweep queues it again, the second attempt is done."""
    lost = jobs.claim_job(job.pk)
    ReportJob.objects.filter(pk=job.pk).update(heartbeat_at=LONG_AGO)
    assert jobs.sweep_jobs()["requeued"] == 1
    with pytest.raises(jobs.JobLost):
        jobs.show_step(lost, "正在排版 PDF", 50)
    assert jobs.run_job(job.pk) == JobState.DONE
    job.refresh_from_db()
    assert job.attempts == 2


def test_who_lost_the_claim_writes_nothing(job, media):
    """A worker thought dead wakes up after another has taken over: neither its rows nor its files count."""
    lost = jobs.claim_job(job.pk)
    ReportJob.objects.filter(pk=job.pk).update(claim=uuid.uuid4())
    assert jobs.carry_out(lost) is None
    assert ReportFile.objects.count() == 0
    assert files_on_disk(media) == []


def test_a_job_that_dies_three_times_fails_with_reason(job, office):
    for _ in range(3):
        assert jobs.claim_job(job.pk)
        ReportJob.objects.filter(pk=job.pk).update(heartbeat_at=LONG_AGO)
        jobs.sweep_jobs()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "中断了 3 次" in job.error
    assert Notice.objects.filter(recipient=office, title__contains="生成未成功").exists()
    again = jobs.retry_job(job, by=office)
    assert again.pk != job.pk and again.state == JobState.QUEUED


def test_a_live_job_is_left_alone(job):
    jobs.claim_job(job.pk)
    assert jobs.sweep_jobs()["requeued"] == 0
    job.refresh_from_db()
    assert job.state == JobState.RUNNING


def test_sweep_sends_what_was_never_or_long_ago_sent(job):
    assert jobs.sweep_jobs()["sent"] == 1
    assert jobs.sweep_jobs()["sent"] == 0
    ReportJob.objects.filter(pk=job.pk).update(sent_at=LONG_AGO)
    assert jobs.sweep_jobs()["sent"] == 1


def test_broker_away_the_job_waits(draft, office, django_capture_on_commit_callbacks, closed_broker):
    """A refused port: the press is answered in time, the job waits, the page says so."""
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.request_generation(draft, by=office, take_snapshot=True)
    assert time.monotonic() - began < 5
    job.refresh_from_db()
    assert job.state == JobState.QUEUED and job.sent_at is None
    from reports.queries import job_view

    assert "任务队列暂时连不上" in job_view(job).text


def test_a_broker_that_hangs_holds_the_press_five_seconds_at_most(draft, office, django_capture_on_commit_callbacks, hanging_broker):
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.request_generation(draft, by=office, take_snapshot=True)
    assert time.monotonic() - began < 5.5
    job.refresh_from_db()
    assert job.sent_at is None


def test_a_rolled_back_press_sends_nothing(draft, office, django_capture_on_commit_callbacks):
    from django.db import transaction

    with django_capture_on_commit_callbacks() as callbacks, pytest.raises(RuntimeError), transaction.atomic():
        jobs.request_generation(draft, by=office, take_snapshot=True)
        raise RuntimeError
    assert callbacks == []
    assert not ReportJob.objects.exists()


def test_cancelled_before_and_in_the_middle(job, office, media):
    running = jobs.claim_job(job.pk)
    jobs.cancel_job(job, by=office)
    assert jobs.carry_out(running) is None
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert files_on_disk(media) == []


def test_a_disk_that_cannot_be_written_fails_with_reason(job, media):
    Path(media, "reports").write_text("a file where the folder should be")
    assert jobs.run_job(job.pk) == JobState.FAILED
    job.refresh_from_db()
    assert "文件没有写成" in job.error
    Path(media, "reports").unlink()
    assert ReportFile.objects.count() == 0


def test_a_full_disk_is_named(job, media, office):
    """RLIMIT_FSIZE stands for the full disk: the first file is larger than what may be written. (The database writes nothing here: the
    test's transaction never ends.)"""
    import resource
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    usual = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        assert jobs.run_job(job.pk) == JobState.FAILED
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, usual)
    job.refresh_from_db()
    assert "磁盘空间不足" in job.error
    assert files_on_disk(media) == []
    assert jobs.retry_job(job, by=office).state == JobState.QUEUED


def test_a_fault_nobody_foresaw_ends_failed(job, draft):
    """A photo that vanished is foreseen; a broken snapshot is not: both end with a reason, none hangs."""
    from reports.models import Snapshot

    snapshot = draft.snapshots.first()
    broken = Snapshot(report=draft, data={"kind": "midterm"}, sha256="0" * 64, taken_by=draft.created_by)
    broken.save()
    ReportJob.objects.filter(pk=job.pk).update(take_snapshot=False)
    generate_report(job.pk)  # the log keeps the trace
    job.refresh_from_db()
    assert job.state == JobState.FAILED and f"任务编号 {job.pk}" in job.error
    assert snapshot.pk < broken.pk
    assert AuditEvent.objects.filter(kind=AuditKind.GENERATE, succeeded=False).exists()


def test_orphans_go_after_a_while_and_owned_files_stay(job, media):
    assert jobs.run_job(job.pk) == JobState.DONE
    folder = Path(media, "reports", str(job.report.uid))
    young, old = folder / "young.pdf", folder / ".old.part"
    for path in (young, old):
        path.write_bytes(b"x")
    os.utime(old, (1, 1))
    for owned in ReportFile.objects.all():
        os.utime(Path(media, owned.path), (1, 1))
    assert sweep_orphans() == 1
    assert young.exists() and not old.exists()
    assert all(Path(media, file.path).exists() for file in ReportFile.objects.all())


def test_same_data_keep_the_snapshot(job, draft, office, generate):
    assert jobs.run_job(job.pk) == JobState.DONE
    assert draft.snapshots.count() == 1
    generate(draft, office, take_snapshot=True)
    assert draft.snapshots.count() == 1


@pytest.fixture
def closed_broker():
    """Celery points at a port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    yield from _pointing_at(f"redis://127.0.0.1:{port}/0")


@pytest.fixture
def hanging_broker():
    """A port that accepts and never answers."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        yield from _pointing_at(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")


def _pointing_at(url):
    from penxi_pilot.celery import app

    names = ("broker_url", "broker_write_url", "broker_transport_options")
    before = {name: getattr(app.conf, name) for name in names}
    fresh = {"broker_url": url, "broker_write_url": url, "broker_transport_options": {"socket_timeout": 2, "socket_connect_timeout": 2}}
    for values in (fresh, before):
        for name, value in values.items():
            setattr(app.conf, name, value)
        app._pool = None
        app.amqp._producer_pool = None
        if values is fresh:
            yield


def test_figures_that_did_not_change_are_said_so(job, draft, as_person):
    generate_report(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE and job.step == jobs.UNCHANGED
    assert "数字没有变化" in as_person("office").get(f"/reports/{draft.pk}/edit/").content.decode()
