"""The plan's cadences as dated slots."""

import pytest

from accounts import clock
from funds.models import Disclosure
from pilots.models import Pilot, RecurringPeriod
from pilots.states import Light
from reports.models import Report, ReportAction, ReportStep
from supervision import meetings
from supervision.calendar import duty_calendar, slots_near
from tests.supervision.records import day, pilot_of, submit, who

pytestmark = pytest.mark.django_db
PILOTS = "P1 P2 P3 P4 P5 P6".split()


def line(code, as_of="2022-11-30"):
    return next(one for one in duty_calendar(Pilot.objects.select_related("unit"), day(as_of)) if one.duty.code == code)


def period(code, name, as_of="2022-11-30"):
    return next(one for one in line(code, as_of).periods if one.period.period == name)


def test_every_cadence_of_the_plan_has_its_slots():
    lines = duty_calendar(Pilot.objects.select_related("unit"), day("2022-11-30"))
    counts = {one.duty.code: sum(len(p.slots) for p in one.periods) for one in lines}
    assert counts == {"RC1": 48, "RC2": 3, "RC3": 7, "RC4": 7, "RC5": 18, "RC6": 8}


def test_visits_answer_their_month():
    for number, code in enumerate(PILOTS[:5]):
        submit(code, f"2022-11-{14 + number}" if number < 5 else "2022-11-30")
    november = period("RC1", "2022-11")
    assert (november.done, november.total, november.light, november.word) == (5, 6, Light.WARN, "今天到期")
    assert november.missing == ["南北街社区"] and period("RC1", "2022-12").missing == []
    assert period("RC3", "2022H2", "2023-01-05").missing[-1] == "领导小组办公室"
    assert period("RC1", "2022-11", "2022-12-02").word == "逾期 2 天"
    assert period("RC1", "2022-12").word == "未到期"
    assert period("RC6", "2022-11").done == 0
    with clock.at(day("2022-12-01")):
        submit("P6", "2022-11-30")
    assert period("RC1", "2022-11", "2022-12-02").light == Light.OK
    assert period("RC6", "2022-11", "2022-12-02").done == 1


def test_a_meeting_answers_its_quarter_and_may_be_late():
    quarter = RecurringPeriod.objects.get(duty__code="RC2", period="2022Q3")
    with clock.at(day("2022-10-12")):
        meetings.register_meeting(by=who("office"), period=quarter, held_on=day("2022-10-12"), attendees="六个试点")
    slot = period("RC2", "2022Q3").slots[0]
    assert (slot.late, slot.word, slot.done.label) == (True, "逾期完成", "调度会议纪要")
    assert period("RC2", "2022Q3", "2022-10-11").word == "逾期 1 天"


def test_a_posting_answers_its_quarter():
    values = {
        "pilot": pilot_of("P2"),
        "place": "公示栏",
        "telephone": "0825-000000",
        "created_by": who("guangfu"),
        "year": 2022,
        "quarter": 3,
    }
    Disclosure.objects.create(**values, posted_on=day("2022-10-09"), until=day("2022-10-14"), on=day("2022-10-09"))
    third = period("RC5", "2022Q3")
    assert (third.done, third.total, third.light) == (1, 6, Light.LATE)
    assert next(slot for slot in third.slots if slot.pilot.code == "P2").done.label == "资金公示"
    assert period("RC5", "2022Q3", "2022-10-08").done == 0


def test_the_midterm_report_is_the_half_year_summary_too():
    office = who("office")
    report = Report.objects.create(kind="midterm", as_of=day("2022-11-30"), dated=day("2022-12-05"), created_by=office)
    ReportStep.objects.create(report=report, action=ReportAction.FINALISE, state="final", actor=office, on=day("2022-12-05"))
    half = period("RC3", "2022H2", "2022-12-05")
    assert (half.done, half.total) == (1, 7)
    assert period("RC3", "2022H2", "2022-12-04").done == 0


def test_what_no_room_answers_yet_is_not_missed():
    appraisal = line("RC4", "2023-03-31")
    assert not appraisal.registered
    assert {slot.word for one in appraisal.periods for slot in one.slots} == {"未登记"}


def test_near_dates_of_the_home_page():
    near = slots_near(duty_calendar(Pilot.objects.select_related("unit"), day("2022-11-30")), day("2022-11-30"))
    assert [(one.period.duty.code, one.period.period) for one in near if one.period.due >= day("2022-11-30")][:2] == [
        ("RC1", "2022-11"),
        ("RC6", "2022-11"),
    ]
