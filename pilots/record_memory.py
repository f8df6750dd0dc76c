"""What a page computed from the records is kept, in each process, until any record changes.

Nothing computed is stored. But between two records nothing can change except the day, so what was computed for one page is valid as long as the records stand as they stood. How they stand is told by one query: the highest number in every table of rows that are
only ever added (steps, entries) and in every history table; each deed adds to one of them, whichever process, job or command did it.

On PostgreSQL a number may be taken by a transaction that commits later than a higher one. Therefore nothing is kept that was computed
while a writing transaction was under way; it is computed again by the next visitor.
"""

import contextlib
import contextvars
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from django.apps import apps
from django.db import connection
from django.db.models import AutoField, BigAutoField, Model, SmallAutoField

from accounts.together import asking_together, only_once

T = TypeVar("T")
MOST = 300
"""So many computations are kept at most; the one unused for longest goes first."""

_held: OrderedDict[Hashable, tuple["RecordsState", object]] = OrderedDict()
_lock = threading.Lock()
_request: contextvars.ContextVar[list["RecordsState"] | None] = contextvars.ContextVar("records_state", default=None)


@dataclass(frozen=True)
class RecordsState:
    """How all records stand: the highest number of each table. `quiet`: nobody was in the middle of writing."""

    numbers: tuple[int | None, ...]
    quiet: bool


def _is_record(model: type[Model]) -> bool:
    """Whether figures rest on the rows of a model: its app says so for all of its models, or the model (of a history: that of the rows) itself."""
    whose = getattr(model, "instance_type", model)
    return getattr(apps.get_app_config(model._meta.app_label), "keeps_records", False) or getattr(whose, "keeps_records", False)


@cache
def _question() -> str:
    """The one SELECT over all tables whose highest number grows with every deed."""
    models = [model for model in apps.get_models(include_auto_created=True) if _is_record(model)]
    numbered = [model for model in models if isinstance(model._meta.pk, AutoField | BigAutoField | SmallAutoField)]
    quote = connection.ops.quote_name
    asked = [f"(SELECT MAX({quote(m._meta.pk.column)}) FROM {quote(m._meta.db_table)})" for m in numbered if not hasattr(m, "history")]  # noqa: S608
    if connection.vendor == "postgresql":
        asked.append("pg_snapshot_xmin(pg_current_snapshot()) = pg_snapshot_xmax(pg_current_snapshot())")
    return f"SELECT {', '.join(asked)}"


def records_state() -> RecordsState:
    """How the records stand now; one query of index look-ups."""
    with connection.cursor() as cursor:
        cursor.execute(_question())
        row = cursor.fetchone()
    if connection.vendor == "postgresql":
        return RecordsState(tuple(row[:-1]), bool(row[-1]))
    return RecordsState(tuple(row), True)


def kept(state: RecordsState, key: Hashable, read: Callable[[], T]) -> T:
    """What `read` answers, from memory while the records stand as in `state`. `key` names everything else it depends on (person, days, plan).
    What is returned is shared: never change it."""
    with _lock:
        held = _held.get(key)
        if held is not None and held[0].numbers == state.numbers:
            _held.move_to_end(key)
            return held[1]
    answer = only_once((key, state), read)
    if state.quiet:
        with _lock:
            _held[key] = (state, answer)
            _held.move_to_end(key)
            while len(_held) > MOST:
                _held.popitem(last=False)
    return answer


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Inside the block nothing is written (a page that is only read): sources of figures may come from memory, and what is read together is
    asked together (accounts/together.py)."""
    token = _request.set([])
    try:
        with asking_together():
            yield
    finally:
        _request.reset(token)


def remembered(key: Hashable, read: Callable[[], T]) -> T:
    """`read()`, from memory inside a `reading` block; elsewhere, in a deed or a job, always read afresh."""
    return read() if _request.get() is None else kept(state_now(), key, read)


def recalled(key: Hashable, read: Callable[[], T]) -> T:
    """`read()`, or what is kept under `key` while the records stand as they stood then; nothing new is kept. For the page of a refused deed,
    whose own rows may still be taken back."""
    with _lock:
        held = _held.get(key)
    if held is not None and held[0].numbers == records_state().numbers:
        return held[1]
    return read()


def state_now() -> RecordsState:
    """How the records stand, asked once in a `reading` block."""
    asked = _request.get()
    if asked is None:
        return records_state()
    if not asked:
        asked.append(records_state())
    return asked[0]


def forget() -> None:
    """Drop everything (tests whose database is rolled back)."""
    with _lock:
        _held.clear()
