"""The sample year agrees with the design: 23 findings, 14 closed, 9 open, 2 overdue on 2022-11-30, per pilot and per month."""

import datetime

import pytest

from accounts import clock
from pilots.models import Pilot
from supervision import queries
from supervision.models import DispatchMeeting, Finding, FindingAction, FindingStep, Instruction, Visit, VisitState
from supervision.sample import load_supervision
from supervision.workdays import is_workday

NOVEMBER, CLOSING = datetime.date(2022, 11, 30), datetime.date(2023, 3, 31)


@pytest.fixture
def year(db):
    load_supervision()
    with clock.at(CLOSING):
        yield list(Pilot.objects.order_by("order"))


def test_the_year(year):
    """One load, many looks: loading is what costs."""
    overview = queries.supervision_overview(year, NOVEMBER)
    assert (overview.counts.total, overview.counts.closed, overview.counts.open, overview.counts.overdue) == (23, 14, 9, 2)
    assert str(overview.counts.rate) == "60.9"
    per_pilot = [(c.total, c.closed, c.open, c.overdue) for c in overview.by_pilot.values()]
    assert per_pilot == [(5, 3, 2, 0), (4, 2, 2, 0), (4, 2, 2, 2), (3, 2, 1, 0), (5, 3, 2, 0), (2, 2, 0, 0)]
    assert [(f.found, f.closed, f.open) for f in overview.flows] == [(4, 0, 4), (6, 3, 7), (7, 5, 9), (6, 6, 9)]
    assert [str(p) for p in overview.unvisited] == ["南北街社区"] and overview.visited_this_month == 5
    _ledger_of_november()
    _whole_year(year)


def _ledger_of_november():
    rows = queries.finding_rows(_office(), NOVEMBER)
    assert queries.tab_counts(rows, NOVEMBER) == {"open": 9, "overdue": 2, "recheck": 2, "asked": 1, "closed": 14, "all": 23}
    ledger = queries.finding_ledger(_office(), NOVEMBER, queries.in_tab(rows, "open", NOVEMBER))
    assert [(r.number[-7:], r.unit.short_name, r.due.isoformat()[5:], r.due_words, r.state_word) for r in ledger] == [
        ("-10-005", "竹林桥社区", "11-25", "逾期 5 天", "整改中"),
        ("-10-007", "竹林桥社区", "11-28", "逾期 2 天", "待整改"),
        ("-11-002", "东街社区", "12-02", "剩 2 天", "待复核"),
        ("-11-003", "东街社区", "12-02", "剩 2 天", "整改中"),
        ("-11-001", "普安街道", "12-05", "剩 5 天", "待复核"),
        ("-11-004", "广福社区", "12-05", "剩 5 天", "整改中"),
        ("-11-006", "下河街社区", "12-07", "剩 7 天", "整改中"),
        ("-11-005", "广福社区", "12-13", "剩 13 天", "待整改"),
        ("-10-006", "普安街道", "12-15", "剩 15 天", "待整改"),
    ]


def _office():
    from accounts.models import User

    return User.objects.get(username="office")


def _whole_year(year):
    assert Visit.objects.count() == 48 and Visit.objects.filter(state=VisitState.SUBMITTED).count() == 47
    taken = set(FindingStep.objects.values_list("action", flat=True))
    assert taken == set(FindingAction.values)
    assert DispatchMeeting.objects.count() == 3 and Instruction.objects.count() == 2
    assert all(is_workday(due) for due in FindingStep.objects.values_list("deadline", flat=True).distinct())
    assert all(is_workday(day) for day in Visit.objects.values_list("visited_on", flat=True))
    assert all(is_workday(day) for day in FindingStep.objects.values_list("on", flat=True).distinct())
    assert all(row.sample for row in (*Visit.objects.all(), *Finding.objects.all()))
    closing = queries.supervision_overview(year, CLOSING)
    assert (closing.counts.open, closing.counts.overdue, closing.due_visits) == (3, 1, (47, 48))
    for finding in Finding.objects.filter(steps__action="close").prefetch_related("steps"):
        actors = {step.action: step.actor_id for step in finding.steps.all()}
        assert actors["close"] != actors["rectify"]
