from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SupervisionConfig(AppConfig):
    name = "supervision"
    verbose_name = "督导整改"
    keeps_records = True

    def ready(self) -> None:
        post_migrate.connect(_lock, sender=self)


def _lock(using: str = "default", **_) -> None:
    """After every migrate: see supervision/locks.py."""
    from supervision import locks

    locks.install(using)
