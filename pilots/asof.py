"""数据截止日期: the day every figure on a page speaks of. Kept in the session, set by the switch in the top bar, overridden by ?as_of=.

Two days stand on a request. `as_of` is that of figures (home, overviews, reports): without a choice the earlier of today and the end of the
programme, so that rates and lights stop moving when the plan has run out. `records_day` is that of lists and single records: without a choice
it is today, so that what is paid, rectified or accepted after the end is seen by those who work on it. A chosen day holds for both.
"""

import datetime

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import clock
from accounts.together import together
from pilots import plan_memory, record_memory, review
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
        if request.method not in ("GET", "HEAD"):
            programmes = _programmes()
            self._mark(request, programmes)
            with plan_memory.knowing(programmes):
                return self.get_response(request)
        with record_memory.reading():
            programmes, request.carries_pilot, *_ = together(
                _programmes, lambda: _carries_pilot(request), record_memory.state_now, review.know_kinds
            )
            self._mark(request, programmes)
            with plan_memory.knowing(programmes):
                return self.get_response(request)

    @staticmethod
    def _mark(request: HttpRequest, programmes: list[Programme]) -> None:
        request.programme = programme = programmes[0] if programmes else None
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
        "carries_pilot": SimpleLazyObject(lambda: _asked_with_the_page(request)),
    }


def _carries_pilot(request: HttpRequest) -> bool:
    """Whether the person's own unit is a pilot (赤城镇 is not)."""
    return request.user.is_authenticated and Pilot.objects.filter(unit=request.user.unit_id).exists()


def _asked_with_the_page(request: HttpRequest) -> bool:
    """The same, known already where the page is only read."""
    return request.carries_pilot if hasattr(request, "carries_pilot") else _carries_pilot(request)


def _programmes() -> list[Programme]:
    return list(Programme.objects.defer("plan_text").order_by("pk"))
