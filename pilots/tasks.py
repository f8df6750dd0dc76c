"""Periodic jobs of the plan's room; their times stand in penxi_pilot/celery.py."""

from celery import shared_task

from pilots import files


@shared_task
def sweep_orphans() -> int:
    """Remove files that a crash left without a row. Returns how many."""
    return files.sweep_orphans()
