"""Signs of life of the machinery."""

from celery import shared_task

from accounts.models import Heartbeat


@shared_task
def beat_tick() -> None:
    """Sent by beat, run by a worker: both are alive when it arrives."""
    Heartbeat.tick("beat")
    Heartbeat.tick("worker")
