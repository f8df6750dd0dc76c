"""数据截止日期: the day every figure on a page speaks of. Kept in the session, set by the switch in the top bar, overridden by ?as_of=.

Two days stand on a request. `as_of` is that of figures (home, overviews, reports): without a choice the earlier of today and the end of the
programme, so that rates and lights stop moving when the plan has run out. `records_day` is that of lists and single records: without a choice
it is today, so that what is paid, rectified or accepted after the end is seen by those who work on it. A chosen day holds for both.
"""

import contextlib
import datetime

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import clock
from pilots import plan_memory, record_memory
from pilots.models import Pilot, Programme

SESSION_KEY = "as_of"


def parse_day(text: str | None) -> datetime.date | None:
    """A day from 2022-11-30 text; None when there is none or it is malformed."""
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def default_as_of(programme: Programme | None) -> datetime.date:
    """The earlier of today and the end of the programme."""
    return min(clock.today(), programme.due) if programme else clock.today()


class AsOfMiddleware:
    """Puts `as_of`, `records_day`, `as_of_is_default` and `programme` on each request of a logged-in person; the programme is read once."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        if not request.user.is_authenticated:
            return self.get_response(request)
        programmes = list(Programme.objects.defer("plan_text").order_by("pk"))
        self._mark(request, programmes[0] if programmes else None)
        reading = record_memory.reading() if request.method in ("GET", "HEAD") else contextlib.nullcontext()
        with plan_memory.knowing(programmes), reading:
            return self.get_response(request)

    @staticmethod
    def _mark(request: HttpRequest, programme: Programme | None) -> None:
        request.programme = programme
        default = default_as_of(programme)
        chosen = parse_day(request.GET.get("as_of")) or parse_day(request.session.get(SESSION_KEY))
        request.as_of = min(chosen, clock.today()) if chosen else default
        request.as_of_is_default = chosen is None or request.as_of == clock.today()
        request.records_day = clock.today() if request.as_of_is_default else request.as_of


def frame(request: HttpRequest) -> dict:
    """Context of the top bar and of the menus."""
    return {
        "as_of": getattr(request, "as_of", None),
        "as_of_is_default": getattr(request, "as_of_is_default", True),
        "programme": getattr(request, "programme", None),
        "today": clock.today(),
        "records_day": getattr(request, "records_day", None),
        "carries_pilot": SimpleLazyObject(lambda: _carries_pilot(request)),
    }


def _carries_pilot(request: HttpRequest) -> bool:
    """Whether the person's own unit is a pilot (赤城镇 is not)."""
    units = plan_memory.of_plan("units with a pilot", lambda: frozenset(Pilot.objects.values_list("unit_id", flat=True)))
    return request.user.is_authenticated and request.user.unit_id in units
