"""Figures of supervision in the register: coverage by aspect, number of visits, closed and overdue findings."""

from decimal import Decimal

import pytest

from pilots.metrics import Figure, FigureState, Measurement, registered
from pilots.models import Pilot
from supervision.models import FindingAction, Severity, Source
from tests.supervision.records import bring_to, day, register, submit

pytestmark = pytest.mark.django_db


def figures(code, as_of="2022-11-30", **params):
    pilots = list(Pilot.objects.order_by("order"))
    found = Measurement(pilots, day(as_of)).figures(code, **params)
    return {pilot.code: found[pilot.pk] for pilot in pilots}


def test_coverage_counts_months_due_by_the_day():
    submit("P2", "2022-10-24")
    submit("P2", "2022-11-23")
    assert figures("supervision_coverage_rate")["P2"] == Figure(Decimal("50.0"), numerator=2, denominator=4)
    assert figures("supervision_coverage_rate", "2022-11-29")["P2"] == Figure(Decimal("33.3"), numerator=1, denominator=3)
    assert figures("supervision_coverage_rate", aspect="funds")["P2"].numerator == 2
    assert figures("supervision_coverage_rate")["P3"].value == 0
    assert figures("supervision_visit_count")["P2"].value == 2
    assert registered("supervision_coverage_rate").rows(Pilot.objects.get(code="P2"), day("2022-10-31")).count() == 1


def test_closed_and_overdue():
    done = bring_to(register("P2", "2022-11-01"), FindingAction.RECTIFY, FindingAction.CLOSE, on="2022-11-05")
    register("P2", "2022-11-01", severity=Severity.SEVERE)
    register("P2", "2022-11-25", source=Source.MIDTERM)
    assert figures("issue_open_overdue")["P2"].value == 1
    assert figures("issue_closed_rate")["P2"] == Figure(Decimal("50.0"), numerator=1, denominator=2)
    assert figures("issue_closed_rate", source="midterm")["P2"].state == FigureState.NOT_APPLICABLE
    assert figures("issue_closed_rate", "2022-11-03")["P2"].state == FigureState.NOT_APPLICABLE
    rows = registered("issue_open_overdue").rows(Pilot.objects.get(code="P2"), day("2022-11-30"))
    assert rows.count() == 1 and done not in rows


def test_without_findings_it_is_full_only_where_somebody_looked():
    submit("P3", "2022-11-21")
    assert figures("issue_closed_rate")["P3"].value == 100
    assert figures("issue_closed_rate")["P4"].state == FigureState.NOT_APPLICABLE
