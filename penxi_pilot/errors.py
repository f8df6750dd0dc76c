"""A reference number for every request: printed on the error page, written in the log, so that a caller and an operator find each other."""

import secrets
import sys
import time
from collections.abc import Callable, Iterator

import structlog
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from accounts import views_errors
from accounts.middleware import ask_for_login

log = structlog.get_logger("penxi_pilot.request")

# Letters and digits that cannot be misread over the telephone.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_reference() -> str:
    """编号 MMDD-xxxx, the day in Asia/Shanghai."""
    return f"{timezone.localtime():%m%d}-" + "".join(secrets.choice(ALPHABET) for _ in range(4))


class ReferenceMiddleware:
    """Give each request its number (`request.reference`) and write one log line when it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.reference = new_reference()
        began = time.monotonic()
        with structlog.contextvars.bound_contextvars(reference=request.reference, method=request.method, path=request.path):
            response = self.get_response(request)
            log.info("answered", status=response.status_code, milliseconds=round((time.monotonic() - began) * 1000))
        return response


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: a database that is away or too busy is 503 with Retry-After, everything else the page of a fault. Both bear the number.

    The pages are made without the frame of the other pages: what fails may be the very thing the frame asks for.
    """
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return _database_away(request)
    return HttpResponse(render_to_string("500.html", _facts(request)), status=500)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400. A session that could not be kept is no mistake of the person, and the deed itself may be done: while the database is away
    503 as elsewhere (the form sent again finds its record by its one-time token), when the session was ended meanwhile the login page."""
    if not isinstance(exception, SessionInterrupted):
        return views_errors.bad_request(request, exception)
    if any(isinstance(cause, OperationalError | InterfaceError) for cause in _causes(exception)):
        return _database_away(request)
    request.login_why = "ended"
    return ask_for_login(request)


def _causes(exception: BaseException | None) -> Iterator[BaseException]:
    while exception is not None:
        yield exception
        exception = exception.__cause__ or exception.__context__


def _database_away(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("503.html", _facts(request)), status=503, headers={"Retry-After": "5"})


def _facts(request: HttpRequest) -> dict[str, str]:
    return {"fault_number": getattr(request, "reference", "")}
