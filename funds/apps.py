from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FundsConfig(AppConfig):
    name = "funds"
    verbose_name = "资金"
    keeps_records = True

    def ready(self) -> None:
        post_migrate.connect(_prepare, sender=self)


def _prepare(using: str = "default", **_) -> None:
    """After every migrate: the triggers (funds/locks.py) and the list of use categories (funds/categories.py)."""
    from funds import categories, locks

    locks.install(using)
    categories.ensure(using)
