"""Celery: thin, ids in, nothing out, safe to run twice."""

import structlog
from celery import shared_task
from django.db import Error as DatabaseFault

from reports import jobs

log = structlog.get_logger("reports.tasks")


@shared_task
def generate_report(job_id: int) -> None:
    """Carry out one job. Whatever nobody foresaw ends 生成未成功 and stands in the log; the row is the truth."""
    job = jobs.claim_job(job_id)
    if job is None:
        return
    try:
        jobs.carry_out(job, pulse=True)
    except DatabaseFault as fault:
        log.warning("database does not answer, the sweep takes the job up again", job=job_id, reason=str(fault))
    except Exception:
        log.exception("report not made", job=job_id)
        jobs.fail_job(job, f"生成程序出错，已记入日志（任务编号 {job_id}）。请重试；仍不成功请把编号告诉系统管理员")


@shared_task
def sweep_jobs() -> None:
    """Each minute and at the start of a worker."""
    done = jobs.sweep_jobs()
    if any(done.values()):
        log.info("report jobs swept", **done)
