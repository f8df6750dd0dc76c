"""Who and when of every history row: the business clock while it is pinned, and the acting person where no request tells.

Requests name their person through simple_history's middleware; Celery jobs and sample loading say it with `acting_as`.
"""

import contextlib
import contextvars
from collections.abc import Iterator

from simple_history.signals import pre_create_historical_record

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


def connect() -> None:
    pre_create_historical_record.connect(stamp, dispatch_uid="accounts.history.stamp")
