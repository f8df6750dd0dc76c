"""The pages of a fault: a number that stands in the log too, no detail, and 503 while the database is away."""

import logging
import re

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
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
