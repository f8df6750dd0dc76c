"""Periodic jobs of supervision; their times stand in penxi_pilot/celery.py."""

import structlog
from celery import shared_task

from supervision import sweep

log = structlog.get_logger("supervision.tasks")


@shared_task
def sweep_reminders() -> None:
    """Every half hour and at the start of a worker: whoever was away is told at once what was missed."""
    sent = sweep.sweep_reminders()
    if sent:
        log.info("reminders of findings sent", sent=sent)
