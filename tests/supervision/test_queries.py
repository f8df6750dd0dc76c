"""Figures as of a day: what happens later changes nothing of the past, and no list asks more for many than for one."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import Unit, UnitKind
from pilots import plan_memory
from pilots.models import Pilot, Programme
from pilots.states import Light
from supervision import queries
from supervision.lights import light_of
from supervision.models import Aspect, FindingAction, FindingState, Severity
from supervision.queries import AspectLight, FindingCounts, MonthFlow, VisitCell, worsened
from tests.supervision.records import bring_to, day, do, open_visit, register, submit, who

pytestmark = pytest.mark.django_db
A = FindingAction
NOVEMBER = day("2022-11-30")


def pilots():
    return list(Pilot.objects.select_related("unit"))


def counts(code, as_of):
    pilot = next(p for p in pilots() if p.code == code)
    return queries.findings_by_pilot(pilots(), as_of)[pilot.pk]


@pytest.fixture
def year():
    """Two findings of P2 and one of P3, with a way that goes on after November."""
    closed = bring_to(register("P2", "2022-10-10"), A.RECTIFY, on="2022-10-20")
    do(closed, A.CLOSE, "2022-10-24")
    late = register("P2", "2022-11-01", severity=Severity.MAJOR, aspect=Aspect.FUNDS)
    asked = do(register("P3", "2022-11-20"), A.ASK, "2022-11-25", until=day("2022-12-20"))
    return closed, late, asked


# --- as of ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_counts_as_of_a_day(year):
    assert counts("P2", NOVEMBER) == FindingCounts(total=2, closed=1, overdue=1)
    assert counts("P3", NOVEMBER) == FindingCounts(total=1, asked=1)
    assert counts("P2", day("2022-10-09")) == FindingCounts()
    assert counts("P2", day("2022-10-23")) == FindingCounts(total=1, waiting=1)
    assert counts("P2", NOVEMBER).rate == 50
    assert counts("P2", day("2022-11-11")).overdue == 0
    assert counts("P2", day("2022-11-12")).overdue == 1


@pytest.mark.both_databases
def test_later_deeds_do_not_change_november(year):
    closed, late, asked = year
    before = snapshot()
    do(late, A.RECTIFY, "2022-12-02")
    do(late, A.CLOSE, "2022-12-05")
    do(closed, A.REOPEN, "2022-12-06", text="复查反弹")
    do(asked, A.GRANT, "2022-12-01")
    register("P2", "2022-12-08")
    with clock.at(day("2022-12-08")):
        register("P4", "2022-12-08", found_on=day("2022-11-15"))
    submit("P2", "2022-12-14")
    assert snapshot() == before


def snapshot():
    """Everything the pages show of November."""
    with clock.at(day("2022-12-20")):
        overview = queries.supervision_overview(pilots(), NOVEMBER)
        rows = queries.finding_ledger(who("office"), NOVEMBER)
        tabs = queries.tab_counts(queries.finding_rows(who("office"), NOVEMBER), NOVEMBER)
        return (
            overview.by_pilot,
            [(f.month, f.found, f.closed, f.reopened, f.open) for f in overview.flows],
            [(c.month, c.done, c.light, c.word) for row in overview.matrix for c in row.cells],
            [(r.number, r.status, r.due, r.due_words, r.light, r.rectified, r.closed_day) for r in rows],
            tabs,
        )


def test_what_was_entered_late_counts_from_the_day_it_was_entered():
    with clock.at(day("2022-12-08")):
        register("P4", "2022-12-08", found_on=day("2022-11-15"))
    assert counts("P4", NOVEMBER).total == 0
    assert counts("P4", day("2022-12-08")).total == 1


@pytest.mark.both_databases
def test_months_add_up(year):
    flows = queries.findings_by_month(pilots(), NOVEMBER)
    assert [f.month.month for f in flows] == [8, 9, 10, 11]
    assert flows[2:] == [
        MonthFlow(datetime.date(2022, 10, 1), found=1, closed=1, reopened=0, open=0),
        MonthFlow(datetime.date(2022, 11, 1), found=2, closed=0, reopened=0, open=2),
    ]


@pytest.mark.both_databases
def test_tabs_and_ledger(year):
    rows = queries.finding_rows(who("office"), NOVEMBER)
    assert queries.tab_counts(rows, NOVEMBER) == {"open": 2, "overdue": 1, "recheck": 0, "asked": 1, "closed": 1, "all": 3}
    for tab, count in queries.tab_counts(rows, NOVEMBER).items():
        assert queries.in_tab(rows, tab, NOVEMBER).count() == count
    ledger = queries.finding_ledger(who("office"), NOVEMBER)
    assert [r.due_words for r in ledger] == ["已销号", "逾期 19 天", "剩 5 天"]
    assert (ledger[0].rectified, ledger[0].rechecker, ledger[0].closed_day) == ("已办理", "示例经办人", day("2022-10-24"))


@pytest.mark.parametrize(
    "name, numbers",
    [("office", 3), ("leader", 3), ("auditor", 3), ("guangfu", 2), ("puan2", 3), ("chicheng", 0), ("dongjie", 0), ("sysadmin", 0)],
)
def test_rows_of_a_person(year, name, numbers):
    assert len(queries.finding_rows(who(name), NOVEMBER)) == numbers
    seen = queries.finding_whole(who(name), year[0].pk, NOVEMBER)
    assert (seen is not None) == (numbers > 0)


# --- visits -----------------------------------------------------------------------------------------------------------------------


def cell(code, month, as_of, **options) -> VisitCell:
    row = next(row for row in queries.visit_matrix(pilots(), day(as_of), **options) if row.pilot.code == code)
    return next(cell for cell in row.cells if cell.month.month == month)


def test_visits_done_due_and_missed():
    submit("P2", "2022-11-23")
    open_visit("P3", "2022-11-23")
    assert (cell("P2", 11, "2022-11-30").light, cell("P2", 11, "2022-11-30").done) == (Light.OK, True)
    assert (cell("P2", 11, "2022-11-22").word, cell("P2", 11, "2022-11-22").done) == ("剩 8 天", False)
    assert (cell("P3", 11, "2022-11-30").word, cell("P3", 11, "2022-11-30").visit) == ("今天到期", None)
    assert cell("P3", 11, "2022-11-30", drafts=True).visit is not None
    assert (cell("P2", 10, "2022-11-30").light, cell("P2", 12, "2022-11-30").light) == (Light.LATE, Light.NONE)
    overview = queries.supervision_overview(pilots(), NOVEMBER)
    assert (overview.visited_this_month, overview.due_visits, len(overview.unvisited)) == (1, (1, 24), 5)


# --- lights -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "left, light, word",
    [(-5, "late", "逾期 5 天"), (-1, "late", "逾期 1 天"), (0, "warn", "今天到期"), (10, "warn", "剩 10 天"), (11, "none", "剩 11 天")],
)
def test_light_by_days_left(left, light, word):
    assert light_of(FindingState.RECTIFYING, NOVEMBER + datetime.timedelta(days=left), NOVEMBER) == (light, word)
    assert light_of(FindingState.CLOSED, NOVEMBER + datetime.timedelta(days=left), NOVEMBER) == ("ok", "已销号")


def test_a_light_is_worsened_by_overdue_and_severe_findings_only():
    plain = AspectLight(Light.OK, "正常", "完成 55.0%")
    assert worsened(plain, FindingCounts(total=3, closed=1, waiting=1)) == plain
    assert worsened(plain, FindingCounts(total=2, overdue=1)) == AspectLight(Light.LATE, "有逾期问题", "完成 55.0%，逾期 1 个")
    assert worsened(plain, FindingCounts(total=2, severe=1)).word == "有严重问题"


def test_six_pilots_by_three_aspects(year):
    from pilots.queries import phases_of
    from pilots.standings import pilot_standings

    phase = next(p for p in phases_of(Programme.objects.get()) if p.start)
    standings = pilot_standings(Pilot.objects.all(), NOVEMBER, phase)
    lights = queries.aspect_lights(standings, NOVEMBER)
    assert len(lights) == 6
    own = next(one for one in lights.values() if one.pilot.code == "P2")
    assert own.funds.word == "有逾期问题" and own.funds.reason.endswith("逾期 1 个")
    assert own.whole.light == Light.LATE


# --- how many questions -------------------------------------------------------------------------------------------------------------

READS = {
    "overview": lambda: queries.supervision_overview(Pilot.objects.select_related("unit"), NOVEMBER),
    "ledger": lambda: queries.finding_ledger(who("office"), NOVEMBER),
    "tabs": lambda: queries.tab_counts(queries.finding_rows(who("office"), NOVEMBER), NOVEMBER),
    "aspects": lambda: queries.findings_by_aspect(pilots(), NOVEMBER),
}


def asked(read):
    with plan_memory.knowing(Programme.objects.all()):
        read()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            read()
    return len(seen)


@pytest.mark.parametrize("name", list(READS))
def test_as_many_questions_for_three_as_for_one(name):
    submit("P2", "2022-11-01", wrong={"CK04": {}})
    few = asked(READS[name])
    submit("P3", "2022-11-02", wrong={"CK04": {}, "CK12": {}, "CK20": {}})
    submit("P4", "2022-11-03", wrong={"CK04": {}})
    assert asked(READS[name]) == few <= 6


def test_many_pilots(year):
    """130 pilots: the same questions, and the rows are picked in one go."""
    few = {name: asked(read) for name, read in READS.items()}
    programme, sort = Programme.objects.get(), Pilot.objects.first().type
    town = Unit.objects.get(code="puan_street")
    for number in range(130):
        unit = Unit.objects.create(
            code=f"many-{number}", name=f"社区{number}", short_name=f"社区{number}", kind=UnitKind.COMMUNITY, parent=town
        )
        Pilot.objects.create(
            programme=programme, code=f"M{number}", order=100 + number, clause="三", name=unit.name, unit=unit, accountable=town, type=sort
        )
    assert {name: asked(read) for name, read in READS.items()} == few
    assert len(queries.findings_by_pilot(pilots(), NOVEMBER)) == 136
    assert counts("P2", NOVEMBER).total == 2
    assert len(queries.visit_matrix(pilots(), NOVEMBER)) == 136
