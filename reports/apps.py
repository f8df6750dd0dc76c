from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "报告"
    keeps_records = True

    def ready(self) -> None:
        post_migrate.connect(_lock, sender=self)


def _lock(using: str = "default", **_) -> None:
    """After every migrate: see reports/locks.py."""
    from reports import locks

    locks.install(using)
