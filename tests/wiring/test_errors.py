"""The pages of a fault: a number that stands in the log too, no detail, and 503 while the database is away."""

import logging
import re

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.db import DatabaseError, OperationalError
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from penxi_pilot import errors

handler500 = "penxi_pilot.errors.server_error"


def fault(request):
    raise ValueError("SELECT geheim FROM /srv/penxi")


def away(request):
    raise OperationalError("connection to server at 10.0.0.5 failed")


fault.login_required = away.login_required = False
urlpatterns = [path("fault/", fault), path("away/", away)]


@pytest.fixture
def visitor(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("address", "status"), [("/fault/", 500), ("/away/", 503)])
def test_a_fault_shows_its_number_and_nothing_else(visitor, db, caplog, address, status):
    with caplog.at_level(logging.ERROR):
        answer = visitor.get(address)
    body = answer.content.decode()
    number = re.search(r"\d{4}-[2-9a-z]{4}", body)
    assert answer.status_code == status
    assert number
    assert "编号" in body
    for detail in ("Traceback", "SELECT", "geheim", "/srv/", "10.0.0.5", "ValueError"):
        assert detail not in body
    assert any(record.exc_info for record in caplog.records)
    assert answer.has_header("Retry-After") is (status == 503)


def test_fault_pages_need_neither_session_nor_database():
    """No `db` fixture: a query here would be an error."""
    request = RequestFactory().get("/")
    try:
        raise OperationalError
    except OperationalError:
        assert errors.server_error(request).status_code == 503
    assert errors.server_error(request).status_code == 500


def interrupted_by(cause):
    """What the middleware of sessions raises when the row could not be written."""
    try:
        try:
            try:
                raise cause
            except DatabaseError:
                raise UpdateError
        except UpdateError:
            raise SessionInterrupted("The request's session was deleted before the request completed.")
    except SessionInterrupted as interrupted:
        return interrupted


def test_a_session_lost_with_the_database_is_a_503():
    answer = errors.bad_request(RequestFactory().post("/funds/"), interrupted_by(OperationalError("terminating connection")))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_a_session_that_was_ended_leads_to_the_login_page(as_person):
    """Ended by another one (a limit, a reset password) while the request was under way."""
    client = as_person("office")
    key = client.session.session_key

    class Ends:
        def __init__(self, get_response):
            self.get_response = get_response

        def __call__(self, request):
            response = self.get_response(request)
            request.session["touched"] = True
            Session.objects.filter(pk=key).delete()
            return response

    with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, f"{__name__}.Ends"]):
        globals()["Ends"] = Ends
        answer = client.get("/tasks/?q=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login/?next=%2Ftasks%2F%3Fq%3D1&why=ended"
