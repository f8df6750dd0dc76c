"""调度会议 and 批示."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Notice
from pilots.models import RecurringPeriod
from pilots.sample_documents import sheet_pdf
from supervision import meetings
from supervision.models import DispatchMeeting, Instruction
from tests.conftest import PEOPLE, TODAY
from tests.supervision.records import pilot_of, who

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + datetime.timedelta(days=1)


def period():
    return RecurringPeriod.objects.get(duty__code="RC2", period="2022Q3")


def test_a_meeting_with_its_minutes():
    page = SimpleUploadedFile("纪要.pdf", sheet_pdf("纪要", "办公室", TODAY), content_type="application/pdf")
    uid = "6f9619ff-8b86-4d01-b42d-00cf4fc964fc"
    values = {"by": who("office"), "period": period(), "held_on": TODAY, "attendees": "六个试点", "uid": uid}
    meeting = meetings.register_meeting(**values, minutes=page)
    assert meeting.minutes.kind == "pdf" and str(meeting) == "2022年第三季度调度会议"
    assert meetings.register_meeting(**values).pk == meeting.pk
    with pytest.raises(ValidationError):
        meetings.register_meeting(by=who("office"), period=period(), held_on=TOMORROW, attendees="六个试点")
    with pytest.raises(ValidationError):
        meetings.register_meeting(by=who("office"), period=period(), held_on=TODAY, attendees="  ")
    assert DispatchMeeting.objects.count() == 1


def test_only_the_office_registers_meetings_and_only_a_leader_enters_words():
    for username in PEOPLE:
        person = who(username)
        if username not in ("office", "office2"):
            with pytest.raises(PermissionDenied):
                meetings.register_meeting(by=person, period=period(), held_on=TODAY, attendees="六个试点")
        if username != "leader":
            with pytest.raises(PermissionDenied):
                meetings.enter_instruction(by=person, words="抓紧", given_on=TODAY, about="整改")
    assert not DispatchMeeting.objects.exists() and not Instruction.objects.exists()


def test_words_of_a_leader_are_answered_once():
    note = meetings.enter_instruction(
        by=who("leader"), words="抓紧整改", given_on=TODAY, about="三无小区托管", pilot=pilot_of("P3"), url="/pilots/P3/"
    )
    assert set(Notice.objects.filter(title__contains="请办理").values_list("recipient__username", flat=True)) == {"office", "office2"}
    for words in ("", "  "):
        with pytest.raises(ValidationError):
            meetings.answer_instruction(note, by=who("office"), answer=words)
    with pytest.raises(PermissionDenied):
        meetings.answer_instruction(note, by=who("leader"), answer="已办")
    assert meetings.answer_instruction(note, by=who("office"), answer="已办结").state == "handled"
    with pytest.raises(ValidationError, match="已经办结"):
        meetings.answer_instruction(note, by=who("office2"), answer="再答一次")
    assert Notice.objects.filter(recipient=who("leader"), title="批示已办结：三无小区托管").exists()


@pytest.mark.parametrize("more", [{"words": " "}, {"about": ""}, {"given_on": TOMORROW}, {"url": "https://example.org/"}, {"url": "//x"}])
def test_bad_words_are_refused(more):
    values = {"words": "抓紧", "given_on": TODAY, "about": "整改"} | more
    with pytest.raises(ValidationError):
        meetings.enter_instruction(by=who("leader"), **values)
    assert not Instruction.objects.exists()


def test_who_reads_instructions():
    about = meetings.enter_instruction(by=who("leader"), words="抓紧", given_on=TODAY, about="托管", pilot=pilot_of("P3"))
    general = meetings.enter_instruction(by=who("leader"), words="抓紧", given_on=TODAY, about="验收")
    seen = lambda name: set(Instruction.objects.visible_to(who(name)))  # noqa: E731
    assert seen("office") == seen("leader") == {about, general}
    assert seen("zhulinqiao") == seen("puan") == {about} and seen("guangfu") == seen("contractor") == set()
