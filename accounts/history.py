"""Who and when of every history row: the business clock while it is pinned, and the acting person where no request tells.

Requests name their person through simple_history's middleware; Celery jobs and sample loading say it with `acting_as`.
"""

import contextlib
import contextvars
from collections.abc import Iterator

from django.apps import apps
from django.db.models import Model
from simple_history.manager import HistoryDescriptor
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record
from simple_history.utils import get_m2m_field_name

from accounts import clock
from accounts.models import User

_acting: contextvars.ContextVar[tuple[User, str] | None] = contextvars.ContextVar("acting_person", default=None)


@contextlib.contextmanager
def acting_as(person: User, *, reason: str = "") -> Iterator[None]:
    """Inside the block history rows name `person` (and `reason`) unless a request names somebody."""
    token = _acting.set((person, reason))
    try:
        yield
    finally:
        _acting.reset(token)


def stamp(sender, *, history_instance, **kwargs) -> None:
    """Give a new history row its business time and its person."""
    if clock.pinned():
        history_instance.history_date = clock.now()
    acting = _acting.get()
    if acting is not None:
        person, reason = acting
        if history_instance.history_user_id is None:
            history_instance.history_user = person
        if reason and not history_instance.history_change_reason:
            history_instance.history_change_reason = reason


class LinkedRecords(HistoricalRecords):
    """History of a model whose links (`m2m_fields`) are kept with each row: copied by their numbers, the linked records are not read."""

    def create_historical_record_m2ms(self, history_instance: Model, instance: Model) -> None:
        for field in history_instance._history_m2m_fields:
            kept, through = self.m2m_models[field], field.remote_field.through
            links = through.objects.filter(**{get_m2m_field_name(field): instance}).values(*(f.attname for f in through._meta.fields))
            kept.objects.bulk_create([kept(history=history_instance, **link) for link in links])


class OneManagerClass(HistoryDescriptor):
    """`record.history`. simple_history makes a manager class at every access, also at every save; one per model does."""

    def __init__(self, usual: HistoryDescriptor) -> None:
        super().__init__(usual.model, usual.manager_class, usual.queryset_class)
        self.made = usual.manager_class.from_queryset(usual.queryset_class)

    def __get__(self, instance, owner):
        return self.made(self.model, instance)


def connect() -> None:
    """Start-up: every model's history has one manager class, every history row its time and person."""
    for model in apps.get_models(include_auto_created=True):
        for name, usual in list(vars(model).items()):
            if type(usual) is HistoryDescriptor:
                setattr(model, name, OneManagerClass(usual))
    pre_create_historical_record.connect(stamp, dispatch_uid="accounts.history.stamp")
