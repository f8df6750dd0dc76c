"""What only `load_plan` changes is read once per process and plan, not once per page: indicators, kinds of evidence asked for, groups, phases.

A request knows the loaded plans by the check sums of their files (read with the programme, see pilots/asof.py); under the same check sums the
held reading is valid, in every process. Outside requests (commands, jobs) everything is read afresh.
"""

import contextlib
import contextvars
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from pilots.models import Programme

T = TypeVar("T")
PlanKey = tuple[tuple[int, str], ...]

_key: contextvars.ContextVar[PlanKey | None] = contextvars.ContextVar("plan_key", default=None)
_held: dict[str, tuple[PlanKey, object]] = {}


@contextlib.contextmanager
def knowing(programmes: Iterable[Programme]) -> Iterator[None]:
    """Inside the block readings of exactly these plans may be remembered."""
    token = _key.set(tuple((programme.pk, programme.plan_sha256) for programme in programmes))
    try:
        yield
    finally:
        _key.reset(token)


def of_plan(name: str, read: Callable[[], T]) -> T:
    """The reading called `name`, from memory where the plan is known and unchanged. What is returned is shared: never change it."""
    key = _key.get()
    if not key:
        return read()
    held = _held.get(name)
    if held is None or held[0] != key:
        held = _held[name] = (key, read())
    return held[1]


def forget() -> None:
    """Drop all readings."""
    _held.clear()
