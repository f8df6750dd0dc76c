"""Generating a report: the job row is the truth, the queue is disposable.

A job is claimed by a conditional UPDATE with a claim of its own; whoever lost the claim (cancelled, taken up elsewhere after a silence) may
write nothing more. Files are written under a name of this claim (temporary name, fsync, rename) and count from the one database commit that
ends the job. So the same task may arrive three times and a worker may die at any moment: one result, no torn file, no stuck job.
"""

import datetime
import errno
import hashlib
import threading
import uuid
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import Error as DatabaseFault
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import KombuError, OperationalError
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from accounts import audit, notices
from accounts.access import Action, may
from accounts.models import AuditKind, User
from reports.assembly import TEMPLATE_VERSION, build_document
from reports.files import FOLDER, media_path, narrative_mark, sweep_orphans, written_sections
from reports.models import OPEN_JOB, FileFormat, JobState, Report, ReportFile, ReportJob, ReportState, Snapshot

log = structlog.get_logger("reports.jobs")

MAX_ATTEMPTS = 3
BEAT_SECONDS = 5
RESEND_AFTER = datetime.timedelta(seconds=60)
STEPS = ("正在取数", "正在排版 PDF", "正在生成 Word", "正在生成 Excel", "正在核对")
DONE, UNCHANGED = "已完成", "已完成，重新取数后数字没有变化"
"""The last words of a job; the editor shows the second ones, or nobody would know that the figures were asked again."""
PUBLISH_ONCE_MORE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
"""With the socket timeouts of the settings a broker that hangs costs four seconds. (`retry=False` costs six: the client then retries by itself.)"""
BROKER_FAULTS = (OperationalError, KombuError, RedisError, SQLAlchemyError, OSError)


def stale_after() -> datetime.timedelta:
    """How long a running job may be silent before it counts as abandoned (setting JOB_STALE_SECONDS, nine missed beats)."""
    return datetime.timedelta(seconds=settings.JOB_STALE_SECONDS)


class JobLost(Exception):
    """This claim no longer holds the job: it was cancelled or taken up again elsewhere."""


# --- asking, sending ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def request_generation(report: Report, *, by: User, take_snapshot: bool, send: bool = True) -> ReportJob:
    """Ask for the files of a report; a second press while a job is open gives that same job.

    Refused from 定稿 on; new figures only for a draft. The job is sent when the transaction commits, and waits when the broker is away.
    With `send` off the caller carries it out itself (sample data)."""
    if not may(by, Action.PREPARE_REPORT):
        raise PermissionDenied("领导小组办公室可以编制报告。")
    report = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if report.locked or report.state == ReportState.VOID:
        raise ValidationError(f"报告{report.get_state_display()}，文件不再改变")
    if take_snapshot and report.state != ReportState.DRAFT:
        raise ValidationError("正在核稿，不能重新取数。请先退回修改")
    job = _open_job(report)
    if job is None:
        try:
            with transaction.atomic():
                job = ReportJob.objects.create(report=report, take_snapshot=take_snapshot, requested_by=by)
        except IntegrityError:
            return _open_job(report)
        audit.record(AuditKind.GENERATE, user=by, about=report, job=job.pk, new_figures=take_snapshot)
        if send:
            transaction.on_commit(partial(send_job, job.pk))
    elif take_snapshot and not job.take_snapshot and job.state == JobState.QUEUED:
        job.take_snapshot = True
        job.save(update_fields=["take_snapshot"])
    return job


def _open_job(report: Report) -> ReportJob | None:
    return ReportJob.objects.filter(report=report, state__in=OPEN_JOB).first()


def send_job(job_id: int) -> bool:
    """Put the job into the queue; False when the broker does not answer (the sweep sends it later). Never raises for a broker's sake."""
    from reports.tasks import generate_report

    try:
        generate_report.apply_async(args=[job_id], retry=True, retry_policy=PUBLISH_ONCE_MORE)
    except BROKER_FAULTS as fault:
        log.warning("broker does not answer, job waits", job=job_id, reason=type(fault).__name__)
        return False
    ReportJob.objects.filter(pk=job_id, state=JobState.QUEUED).update(sent_at=timezone.now())
    return True


@transaction.atomic
def cancel_job(job: ReportJob, *, by: User) -> None:
    """Stop an open job; a worker in the middle of it notices at its next step and removes its files."""
    if not may(by, Action.PREPARE_REPORT):
        raise PermissionDenied("领导小组办公室可以编制报告。")
    stopped = ReportJob.objects.filter(pk=job.pk, state__in=OPEN_JOB).update(
        state=JobState.CANCELLED, claim=None, finished_at=timezone.now(), error=""
    )
    if not stopped:
        raise ValidationError("这次生成已经结束，不用取消")
    audit.record(AuditKind.GENERATE, user=by, about=job.report, job=job.pk, cancelled=True)


@transaction.atomic
def retry_job(job: ReportJob, *, by: User) -> ReportJob:
    """Generate again after 生成未成功 or 已取消; gives the open job when there already is one."""
    if job.state not in (JobState.FAILED, JobState.CANCELLED):
        raise ValidationError("只有生成未成功的才需要重试")
    report = job.report
    return request_generation(report, by=by, take_snapshot=job.take_snapshot and report.state == ReportState.DRAFT)


# --- working ------------------------------------------------------------------------------------------------------------------------


def claim_job(job_id: int) -> ReportJob | None:
    """Take a queued job for this process alone; None when it is not queued (any more)."""
    now, claim = timezone.now(), uuid.uuid4()
    taken = ReportJob.objects.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.RUNNING,
        claim=claim,
        attempts=F("attempts") + 1,
        started_at=now,
        heartbeat_at=now,
        step=STEPS[0],
        percent=1,
        error="",
    )
    return ReportJob.objects.select_related("report", "report__pilot__unit", "requested_by").get(pk=job_id) if taken else None


def show_step(job: ReportJob, step: str, percent: int) -> None:
    """Write step and heartbeat. Raises JobLost when the claim is gone."""
    kept = ReportJob.objects.filter(pk=job.pk, claim=job.claim, state=JobState.RUNNING).update(
        step=step[:80], percent=percent, heartbeat_at=timezone.now()
    )
    if not kept:
        raise JobLost


class Pulse(threading.Thread):
    """Keeps the heartbeat of a claimed job while one long step is at work; stops by itself when the claim is lost."""

    def __init__(self, job: ReportJob) -> None:
        super().__init__(name=f"pulse-{job.pk}", daemon=True)
        self.job, self.over = job, threading.Event()

    def run(self) -> None:
        try:
            while not self.over.wait(BEAT_SECONDS):
                if not self._beat():
                    return
        finally:
            connection.close()

    def _beat(self) -> bool:
        """False when the claim is lost. A database that does not answer is asked again at the next beat."""
        mine = ReportJob.objects.filter(pk=self.job.pk, claim=self.job.claim, state=JobState.RUNNING)
        try:
            return bool(mine.update(heartbeat_at=timezone.now()))
        except DatabaseFault as fault:
            log.warning("heartbeat not written", job=self.job.pk, reason=str(fault))
            connection.close()
            return True

    def stop(self) -> None:
        self.over.set()
        self.join(BEAT_SECONDS)


def run_job(job_id: int, *, pulse: bool = False) -> JobState | None:
    """Claim and carry out one job; what the worker and the sample data call. None when there was nothing to claim."""
    job = claim_job(job_id)
    return carry_out(job, pulse=pulse) if job else None


def carry_out(job: ReportJob, *, pulse: bool = False) -> JobState | None:
    """Make the files of a claimed job; None when the claim was lost on the way.

    `pulse` keeps the heartbeat in a thread (in a worker). Known faults end 生成未成功 with a reason; an unknown one is raised to the task."""
    made: list[Path] = []
    beating = Pulse(job) if pulse else None
    if beating:
        beating.start()
    finished = False
    try:
        _produce(job, made)
        finished = True
        return JobState.DONE
    except JobLost:
        log.info("claim lost, nothing written", job=job.pk)
        return None
    except DatabaseFault:
        made.clear()  # whether the last commit arrived is not known: files nobody owns go with the sweep
        raise
    except SoftTimeLimitExceeded:
        return fail_job(job, f"生成超过 {settings.CELERY_TASK_SOFT_TIME_LIMIT} 秒，已停止。内容可能太多，请减少照片后重试")
    except ValidationError as refused:
        return fail_job(job, "；".join(refused.messages))
    except OSError as fault:
        log.warning("files not written", job=job.pk, reason=str(fault))
        full = fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        return fail_job(
            job, "磁盘空间不足，文件没有写成。请联系系统管理员清理后重试" if full else "文件没有写成，请联系系统管理员检查附件目录后重试"
        )
    finally:
        if beating:
            beating.stop()
        if not finished:
            for path in made:
                path.unlink(missing_ok=True)


def fail_job(job: ReportJob, reason: str) -> JobState | None:
    """End a claimed job as 生成未成功 and tell who asked. None when the claim is no longer ours."""
    with transaction.atomic():
        ended = ReportJob.objects.filter(pk=job.pk, claim=job.claim, state=JobState.RUNNING).update(
            state=JobState.FAILED, error=reason[:300], finished_at=timezone.now()
        )
        if not ended:
            return None
        _tell(job, f"{job.report}生成未成功：{reason}", "failed")
        audit.record(AuditKind.GENERATE, user=job.requested_by, about=job.report, succeeded=False, job=job.pk, reason=reason)
    return JobState.FAILED


def _produce(job: ReportJob, made: list[Path]) -> None:
    """All steps of one job; every file it makes is noted in `made` before it is begun."""
    from reports.kinds import KINDS

    report, kind = job.report, KINDS[job.report.kind]
    show_step(job, STEPS[0], 5)
    before = job.report.snapshots.first()
    snapshot = _snapshot_for(job)
    written = written_sections(report)
    mark = narrative_mark(report, snapshot, written)
    document = build_document(report, kind, snapshot.data, snapshot.sha256, written)
    show_step(job, STEPS[1], 15)
    files = _write_files(job, document, made)
    show_step(job, STEPS[4], 94)
    for file in files:
        _check_whole(file)
        file.snapshot, file.narrative_sha256 = snapshot, mark
    _finish(job, files, UNCHANGED if job.take_snapshot and snapshot == before else DONE)


def _snapshot_for(job: ReportJob) -> Snapshot:
    """New figures when asked for or when there are none yet; otherwise the last ones."""
    from reports.services import store_snapshot
    from reports.snapshot import collect_data

    last = job.report.snapshots.first()
    if last is not None and not job.take_snapshot:
        return last
    data = collect_data(job.report)
    with transaction.atomic():
        _mine(job)
        return store_snapshot(job.report, data, by=job.requested_by)


def _write_files(job: ReportJob, document, made: list[Path]) -> list[ReportFile]:
    from reports.typeset.pdf import render_pdf
    from reports.word import write_word
    from reports.workbook import write_report_workbook

    def target(fmt: FileFormat) -> tuple[str, Path]:
        relative = f"{FOLDER}/{job.report.uid}/{job.pk}-{job.claim.hex[:8]}.{fmt.value}"
        path = media_path(relative)
        path.parent.mkdir(parents=True, exist_ok=True)
        made.append(path)
        return relative, path

    relative, path = target(FileFormat.PDF)
    pdf = render_pdf(document, path, progress=_pdf_progress(job))
    fonts = {"used": list(pdf.fonts), "substituted": list(pdf.substituted)}
    files = [_file(job, FileFormat.PDF, relative, pdf.bytes, pdf.sha256, pages=pdf.pages, fonts=fonts)]
    show_step(job, STEPS[2], 72)
    relative, path = target(FileFormat.WORD)
    word = write_word(document, path)
    files.append(_file(job, FileFormat.WORD, relative, word.bytes, word.sha256))
    show_step(job, STEPS[3], 84)
    relative, path = target(FileFormat.EXCEL)
    book = write_report_workbook(document, path)
    files.append(_file(job, FileFormat.EXCEL, relative, book.bytes, book.sha256))
    return files


def _pdf_progress(job: ReportJob) -> Callable:
    """Called by the typesetter with what it is at (and how far, 0 to 100)."""

    def progress(*said) -> None:
        words = next((str(s) for s in said if isinstance(s, str)), "")
        share = next((s for s in said if isinstance(s, int) and not isinstance(s, bool)), None)
        percent = 15 + (55 * min(max(share, 0), 100) // 100 if share is not None else 15)
        show_step(job, f"{STEPS[1]}：{words}" if words else STEPS[1], percent)

    return progress


def _file(job: ReportJob, fmt: FileFormat, path: str, size: int, sha256: str, **more) -> ReportFile:
    return ReportFile(
        report=job.report, job=job, format=fmt, path=path, size=size, sha256=sha256, template_version=TEMPLATE_VERSION, **more
    )


def _check_whole(file: ReportFile) -> None:
    """What lies on disk is what the writer says it wrote, and opens. Raises ValidationError."""
    path = media_path(file.path)
    data = path.read_bytes()
    sound = len(data) == file.size and hashlib.sha256(data).hexdigest() == file.sha256
    if sound and file.format == FileFormat.PDF:
        sound = data.startswith(b"%PDF-") and b"%%EOF" in data[-1024:] and bool(file.pages)
    elif sound:
        with zipfile.ZipFile(path) as package:
            sound = package.testzip() is None
    if not sound:
        raise ValidationError(f"{FileFormat(file.format).label} 文件核对不一致，请重试")


def _mine(job: ReportJob) -> ReportJob:
    """The job row under a lock, still ours. Raises JobLost. Call inside atomic()."""
    row = ReportJob.objects.select_for_update().filter(pk=job.pk, claim=job.claim, state=JobState.RUNNING).first()
    if row is None:
        raise JobLost
    return row


@transaction.atomic
def _finish(job: ReportJob, files: list[ReportFile], said: str) -> None:
    """The one commit that makes the files count."""
    row = _mine(job)
    report = Report.objects.select_for_update(of=("self",)).get(pk=row.report_id)
    if report.locked:
        raise ValidationError("报告已定稿，文件不再改变")
    for file in files:
        file.save(force_insert=True)
    row.state, row.step, row.percent, row.finished_at = JobState.DONE, said, 100, timezone.now()
    row.save(update_fields=["state", "step", "percent", "finished_at"])
    _tell(row, f"{report}已生成，Word、PDF、Excel 可以下载", "done")


def _tell(job: ReportJob, title: str, outcome: str) -> None:
    report = job.report
    notices.notify(
        {job.requested_by, report.created_by},
        key=f"report-job-{job.pk}-{outcome}",
        title=title,
        url=reverse("report_edit", args=[report.pk]),
    )


# --- keeping order ------------------------------------------------------------------------------------------------------------------


def sweep_jobs() -> dict[str, int]:
    """Re-send what was lost, take back what fell silent, give up what died three times, remove files nobody owns. Safe to run at any time."""
    now = timezone.now()
    silent = ReportJob.objects.filter(state=JobState.RUNNING).filter(Q(heartbeat_at__lt=now - stale_after()) | Q(heartbeat_at__isnull=True))
    given_up = requeued = 0
    for job in silent.select_related("report", "requested_by", "report__created_by"):
        if job.attempts >= MAX_ATTEMPTS:
            reason = f"生成程序中断了 {MAX_ATTEMPTS} 次，已停止。可以重试；仍不成功请联系系统管理员"
            given_up += fail_job(job, reason) is not None
        else:
            requeued += ReportJob.objects.filter(pk=job.pk, claim=job.claim, state=JobState.RUNNING, heartbeat_at=job.heartbeat_at).update(
                state=JobState.QUEUED, claim=None, sent_at=None, step="中断后重新排队", percent=0
            )
    waiting = ReportJob.objects.filter(state=JobState.QUEUED).filter(Q(sent_at__isnull=True) | Q(sent_at__lt=now - RESEND_AFTER))
    sent = sum(1 for pk in waiting.order_by("id").values_list("pk", flat=True)[:100] if send_job(pk))
    return {"sent": sent, "requeued": requeued, "given_up": given_up, "orphans": sweep_orphans()}
