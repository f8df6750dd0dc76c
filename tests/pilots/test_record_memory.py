"""What is kept between pages and when it is read afresh."""

import datetime

import pytest

from pilots import record_memory
from pilots.metrics import Measurement
from pilots.models import Pilot, ReviewAction, ReviewState, ReviewStep
from tests.conftest import TODAY

pytestmark = pytest.mark.django_db


def counting():
    """A reading that answers how often it was asked."""
    calls = []
    return lambda: calls.append(1) or len(calls)


def test_outside_a_page_everything_is_read_afresh():
    read = counting()
    assert [record_memory.remembered("figure", read) for _ in range(3)] == [1, 2, 3]


def test_a_page_and_the_next_one_read_once():
    read = counting()
    for _ in range(2):
        with record_memory.reading():
            assert record_memory.remembered("figure", read) == 1


def test_a_record_in_between_is_seen(task, office):
    read = counting()
    with record_memory.reading():
        record_memory.remembered("figure", read)
    ReviewStep.objects.create(
        subject=task("T1.1"), action=ReviewAction.SUBMIT, state=ReviewState.SUBMITTED, actor=office, unit=office.unit, on=TODAY
    )
    with record_memory.reading():
        assert record_memory.remembered("figure", read) == 2


def test_a_refused_deed_reads_what_is_kept_and_keeps_nothing(task, office):
    read = counting()
    assert [record_memory.recalled("figure", read) for _ in range(2)] == [1, 2], "nothing is kept by it"
    with record_memory.reading():
        assert record_memory.remembered("figure", read) == 3
    assert record_memory.recalled("figure", read) == 3
    ReviewStep.objects.create(
        subject=task("T1.1"), action=ReviewAction.SUBMIT, state=ReviewState.SUBMITTED, actor=office, unit=office.unit, on=TODAY
    )
    assert record_memory.recalled("figure", read) == 4


def test_figures_are_kept_by_pilot_and_day(django_assert_num_queries):
    pilots = list(Pilot.objects.order_by("order"))
    with record_memory.reading():
        first = Measurement(pilots, TODAY).figures("activity_count")
    with record_memory.reading(), django_assert_num_queries(1):
        assert Measurement(pilots, TODAY).figures("activity_count") == first
    with record_memory.reading():
        other = Measurement(pilots[:1], TODAY - datetime.timedelta(days=1)).figures("activity_count")
    assert list(other) == [pilots[0].pk]


def test_apps_say_themselves_whether_figures_rest_on_their_rows():
    tables = record_memory._question()
    for name in (
        "pilots_reviewstep",
        "communities_historicalactivity",
        "funds_paymentstep",
        "supervision_findingstep",
        "reports_reportstep",
    ):
        assert f'"{name}"' in tables
    assert '"accounts_historicalunit"' in tables and '"pilots_historicalpilot"' in tables
    for name in ("accounts_auditevent", "accounts_historicaluser", "django_session", '"pilots_pilot"'):
        assert name not in tables
