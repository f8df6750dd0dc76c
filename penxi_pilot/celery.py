"""The Celery application. Every periodic job stands in BEAT_SCHEDULE, nowhere else."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penxi_pilot.settings")

app = Celery("penxi_pilot")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "beat-tick": {"task": "accounts.tasks.beat_tick", "schedule": 30.0},
    "sweep-report-jobs": {"task": "reports.tasks.sweep_jobs", "schedule": 60.0},
}
