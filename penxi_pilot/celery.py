"""The Celery application. Every periodic job stands in `beat_schedule`, nowhere else."""

import os
import signal
import sys
import threading
import time
import warnings
from pathlib import Path

from celery import Celery, signals
from celery.platforms import SecurityWarning
from celery.schedules import crontab
from kombu.transport import sqlalchemy as embedded_transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penxi_pilot.settings")
if Path(sys.argv[0]).name in ("celery", "__main__.py"):
    os.environ.setdefault("PENXI_PROCESS", next((part for part in ("worker", "beat") if part in sys.argv), "command"))

# `penxi_pilot.prepare` has run Django's checks; a worker that repeats them loads every page for nothing.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

# In a container and on one's own machine the worker runs as whoever started it. Only JSON is accepted, so nothing in the queue can run as code.
warnings.simplefilter("ignore", SecurityWarning)

# The queue file is asked five times a second instead of once. As a transport option kombu refuses the value.
embedded_transport.Transport.polling_interval = 0.2

app = Celery("penxi_pilot")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "sweep-report-jobs": {"task": "reports.tasks.sweep_jobs", "schedule": 60.0},
    "sweep-finding-reminders": {"task": "supervision.tasks.sweep_reminders", "schedule": 1800.0},
    "sweep-orphan-files": {"task": "pilots.tasks.sweep_orphans", "schedule": crontab(hour=3, minute=20)},
    "sweep-door": {"task": "accounts.tasks.sweep_door", "schedule": crontab(hour=3, minute=40)},
}

# Sent once when a worker is ready: what a worker that died left behind is taken up without waiting for the next round.
AT_WORKER_START = ["reports.tasks.sweep_jobs", "supervision.tasks.sweep_reminders"]
PULSE_SECONDS = 15


@signals.setup_logging.connect
def keep_own_logging(**_):
    """Celery leaves logging alone when somebody answers this signal; settings.LOGGING holds for it as well."""


@signals.worker_init.connect
@signals.beat_init.connect
def refuse_foreign_database(**_):
    from penxi_pilot.stamp import check_stamp_or_exit

    check_stamp_or_exit()


@signals.worker_ready.connect
def begin_work(sender, **_):
    threading.Thread(target=_pulse, name="pulse", daemon=True).start()
    for name in AT_WORKER_START:
        sender.app.send_task(name)


def _pulse() -> None:
    """Leave a heartbeat of this worker every 15 s, on a connection of its own that is never open while a child is forked for long."""
    import structlog
    from django.conf import settings
    from django.db import Error, connection

    from accounts.models import Heartbeat
    from penxi_pilot import alive

    log = structlog.get_logger("penxi_pilot.worker")
    while True:
        try:
            Heartbeat.tick("worker")
            alive.mark("worker", settings.PENXI_VAR)
        except Error as fault:
            log.warning("heartbeat not written", reason=str(fault))
        finally:
            connection.close()
        time.sleep(PULSE_SECONDS)


@signals.worker_process_init.connect
def follow_parent(**_):
    """A child whose worker was killed outright ends at once: its job is taken up again elsewhere, and must not run twice."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="follow-parent", daemon=True).start()
