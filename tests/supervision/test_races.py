"""Two sweeps, two re-checks, two registrations in the same moment, on connections of their own."""

import pytest

from accounts import clock
from accounts.models import Notice, User
from supervision import findings, visits
from supervision.models import Aspect, Finding, FindingAction, Reminder, Severity, Visit
from supervision.sweep import sweep_reminders
from tests.supervision.records import bring_to, day, fill, open_visit, pilot_of, register, who
from tests.test_races import Meeting, at_once, copy, refusals, test_the_plan_is_there  # noqa: F401 - fixtures and the database they copy

pytestmark = pytest.mark.both_databases


@pytest.fixture
def world(copy):  # noqa: F811
    User.objects.count()


def test_two_beats_send_each_rung_once(world):
    finding = register()

    def beat():
        with clock.at(day("2022-11-19")):
            return sweep_reminders()

    before = Notice.objects.count()
    sent = at_once(Meeting(r"INSERT INTO .supervision_reminder"), beat, beat)
    rungs = list(Reminder.objects.filter(finding=finding).values_list("rung", flat=True))
    assert sorted(rungs) == [-7, -3, 0, 1, 3]
    assert sum(sent) == 5
    assert Notice.objects.count() - before == 3 * 1 + 3 + 5


def test_two_rechecks_make_one_step(world):
    finding = bring_to(register(), FindingAction.RECTIFY)
    meeting = Meeting(r"SELECT .* FROM .supervision_finding. .*")
    answers = at_once(
        meeting,
        lambda: findings.close_finding(finding, by=who("office")),
        lambda: findings.send_back(finding, by=who("office2"), text="请补充照片"),
    )
    assert len(refusals(answers)) == 1 and "请刷新页面" in refusals(answers)[0].messages[0]
    assert finding.steps.filter(action__in=("close", "return")).count() == 1


def test_numbers_are_given_once(world):
    before = Finding.objects.count()

    def new():
        return findings.register_finding(
            by=who("office"), pilot=pilot_of("P3"), aspect=Aspect.WORK, severity=Severity.MINOR, title="同时登记", description="同时登记"
        )

    answers = at_once(Meeting(r"supervision_findingcounter"), new, new)
    numbers = [answer.number for answer in answers]
    assert len(set(numbers)) == 2 and Finding.objects.count() == before + 2


def test_two_submissions_lock_once(world):
    visit = open_visit("P5", "2022-11-23")
    with clock.at(day("2022-11-23")):
        fill(visit, wrong={"CK04": {}})

        def hand_in():
            return visits.submit_visit(visit, by=who("office"))

        answers = at_once(Meeting(r"FROM .supervision_visit."), hand_in, hand_in)
    assert len(refusals(answers)) == 1
    assert Finding.objects.filter(answer__visit=visit).count() == 1


def test_one_sheet_per_month_however_many_press(world):
    def press():
        return visits.open_visit(by=who("office"), pilot=pilot_of("P6"), visited_on=day("2022-11-30"), inspectors="示例督导一")

    answers = at_once(Meeting(r"INSERT INTO .supervision_visit. "), press, press)
    assert len(refusals(answers)) == 1 and "本月已有" in refusals(answers)[0].messages[0]
    assert Visit.objects.filter(pilot__code="P6").count() == 1
