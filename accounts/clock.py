"""Two clocks, never mixed.

`today()` and `now()` are the business clock in Asia/Shanghai: pinned in the sample mode, in tests and while sample data are loaded.
Machinery (sessions, lockout, heartbeats, audit log) uses `django.utils.timezone.now()`.
"""

import contextlib
import contextvars
import datetime
import zoneinfo
from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from accounts.together import only_once

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
_pinned: contextvars.ContextVar[datetime.datetime | None] = contextvars.ContextVar("pinned_clock", default=None)


def now() -> datetime.datetime:
    """The business moment, aware, in Asia/Shanghai. A pinned day keeps the real time of day. It stands still while a page reads together."""
    pinned = _pinned.get()
    if pinned is not None:
        return pinned
    real = only_once("now", timezone.now).astimezone(SHANGHAI)
    if settings.PENXI_TODAY:
        return datetime.datetime.combine(settings.PENXI_TODAY, real.timetz())
    return real


def pinned() -> bool:
    """Whether the business clock stands (sample mode, tests, loading of sample data)."""
    return _pinned.get() is not None or settings.PENXI_TODAY is not None


def today() -> datetime.date:
    """The business day."""
    return now().date()


def moment(day: datetime.date, hour: int = 9, minute: int = 0) -> datetime.datetime:
    """A moment of `day` in Asia/Shanghai."""
    return datetime.datetime.combine(day, datetime.time(hour, minute), SHANGHAI)


@contextlib.contextmanager
def at(when: datetime.date | datetime.datetime) -> Iterator[datetime.datetime]:
    """Pin the business clock inside the block; a bare day stands at 09:00."""
    if not isinstance(when, datetime.datetime):
        when = moment(when)
    token = _pinned.set(when.astimezone(SHANGHAI))
    try:
        yield when
    finally:
        _pinned.reset(token)
