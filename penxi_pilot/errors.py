"""A reference number for every request: printed on the error page, written in the log, so that a caller and an operator find each other."""

import secrets
import sys
import time
from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

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
    facts = {"fault_number": getattr(request, "reference", "")}
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html", facts), status=503, headers={"Retry-After": "5"})
    return HttpResponse(render_to_string("500.html", facts), status=500)
