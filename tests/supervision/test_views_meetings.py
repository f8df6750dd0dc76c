"""The calendar, 每季调度, 批示 and a pilot's tab over HTTP."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from pilots.models import RecurringPeriod
from pilots.sample_documents import sheet_pdf
from supervision import meetings
from supervision.models import DispatchMeeting, Instruction
from tests.conftest import TODAY
from tests.supervision.records import day, register, submit, who

pytestmark = pytest.mark.django_db


def text_of(answer):
    return answer.content.decode()


def scan():
    return SimpleUploadedFile("纪要.pdf", sheet_pdf("会议纪要", "示例", TODAY), content_type="application/pdf")


def quarter():
    return RecurringPeriod.objects.filter(duty__code="RC2").order_by("due").first()


# --- calendar and tab ---------------------------------------------------------------------------------------------------------------


def test_the_calendar_tells_done_due_and_missed(as_person):
    submit("P2", "2022-10-20")
    submit("P3", "2022-11-23")
    page = text_of(as_person("office").get("/supervision/"))
    assert "10月20日" in page and "11月23日" in page and "未督导" in page and "今天到期" in page and "未到期" in page
    assert "每季调度" in page and "半年小结" in page
    mine = text_of(as_person("guangfu").get("/supervision/"))
    assert "10月20日" in mine and "11月23日" not in mine and "竹林桥" not in mine


def test_a_pilots_tab(as_person):
    submit("P2", "2022-10-20", wrong={"CK02": {"problem_title": "形象进度不符"}})
    page = text_of(as_person("guangfu").get("/pilots/P2/supervision/"))
    assert "形象进度不符" in page and "10月20日的记录" in page
    assert as_person("dongjie").get("/pilots/P2/supervision/").status_code == 404
    assert "督导整改</a>" in text_of(as_person("puan").get("/pilots/P2/"))


def test_a_past_day_shows_what_was_known_then(as_person):
    submit("P2", "2022-11-23")
    page = text_of(as_person("office").get("/supervision/?as_of=2022-11-10"))
    assert "11月23日" not in page


# --- 每季调度 -----------------------------------------------------------------------------------------------------------------------


def test_a_meeting_is_registered_once_and_read_by_all(as_person):
    form = {
        "uid": str(uuid.uuid4()), "period": quarter().pk, "held_on": "2022-10-10", "place": "县政府", "chair": "示例领导",
        "attendees": "普安街道、赤城镇", "items": "一、加快支付",
    }  # fmt: skip
    client = as_person("office")
    first = client.post("/supervision/meetings/new/", form | {"minutes": scan()})
    again = client.post("/supervision/meetings/new/", form | {"minutes": scan()})
    meeting = DispatchMeeting.objects.get()
    assert first["Location"] == again["Location"] == meeting.get_absolute_url()
    for username in ("office", "guangfu", "puan", "leader", "auditor"):
        assert "一、加快支付" in text_of(as_person(username).get(meeting.get_absolute_url()))
        assert as_person(username).get(f"{meeting.get_absolute_url()}minutes/?inline=1").status_code == 200
    assert "县政府" in text_of(as_person("office").get(meeting.get_absolute_url()))


@pytest.mark.parametrize("changes", [{"held_on": "2023-01-01"}, {"attendees": ""}, {"period": "0"}, {"held_on": "乱写"}])
def test_wrong_meetings_keep_what_was_typed(changes, as_person):
    form = {"period": quarter().pk, "held_on": "2022-10-10", "attendees": "普安街道", "items": "独一无二的事项"} | changes
    answer = as_person("office").post("/supervision/meetings/new/", form)
    assert answer.status_code == 422 and "独一无二的事项" in text_of(answer) and not DispatchMeeting.objects.exists()


def test_minutes_are_checked(as_person):
    form = {"period": quarter().pk, "held_on": "2022-10-10", "attendees": "普安街道"}
    bad = SimpleUploadedFile("纪要.exe", b"MZ", content_type="application/pdf")
    answer = as_person("office").post("/supervision/meetings/new/", form | {"minutes": bad})
    assert answer.status_code == 422 and "不支持" in text_of(answer) and not DispatchMeeting.objects.exists()


@pytest.mark.parametrize("username", ["leader", "guangfu", "puan", "auditor"])
def test_only_the_office_registers_meetings(username, as_person):
    assert as_person(username).get("/supervision/meetings/new/").status_code == 403
    assert as_person(username).post("/supervision/meetings/new/", {"attendees": "甲"}).status_code == 403


# --- 批示 ---------------------------------------------------------------------------------------------------------------------------


def test_a_leader_enters_and_the_office_answers(as_person):
    form = {"uid": str(uuid.uuid4()), "about": "中期评估报告", "words": "抓紧整改。", "given_on": "2022-11-30", "pilot": "P3"}
    leader, office = as_person("leader"), as_person("office")
    first = leader.post("/supervision/instructions/new/", form)
    again = leader.post("/supervision/instructions/new/", form)
    row = Instruction.objects.get()
    assert first["Location"] == again["Location"] == row.get_absolute_url()
    empty = office.post(f"{row.get_absolute_url()}answer/", {"answer": " "})
    assert empty.status_code == 422 and "请写明办理情况" in text_of(empty)
    done = office.post(f"{row.get_absolute_url()}answer/", {"answer": "已召开专题会。"}, follow=True)
    assert "批示已办结" in text_of(done) and "已召开专题会" in text_of(leader.get(row.get_absolute_url()))
    twice = office.post(f"{row.get_absolute_url()}answer/", {"answer": "再写一次"})
    assert twice.status_code == 422 and Instruction.objects.get().answer == "已召开专题会。"


@pytest.mark.parametrize("changes", [{"words": ""}, {"given_on": "2022-12-01"}, {"url": "https://evil.example/"}, {"pilot": "P9"}])
def test_wrong_instructions_are_refused(changes, as_person):
    form = {"about": "独一无二的事项", "words": "抓紧整改。", "given_on": "2022-11-30"} | changes
    answer = as_person("leader").post("/supervision/instructions/new/", form)
    assert answer.status_code == 422 and "独一无二的事项" in text_of(answer) and not Instruction.objects.exists()


def test_who_enters_who_answers_who_reads(as_person):
    row = meetings.enter_instruction(by=who("leader"), words="抓紧整改。", given_on=day("2022-11-30"), about="中期评估报告")
    for username in ("office", "auditor", "finance", "department"):
        assert as_person(username).get("/supervision/instructions/").status_code == 200
        assert as_person(username).post("/supervision/instructions/new/", {"about": "甲"}).status_code == 403
    for username in ("guangfu", "puan", "chicheng"):
        assert as_person(username).get("/supervision/instructions/").status_code == 403
        assert as_person(username).get(row.get_absolute_url()).status_code == 403
    assert as_person("leader").post(f"{row.get_absolute_url()}answer/", {"answer": "甲"}).status_code == 403


def test_pages_ask_few_questions(as_person):
    pages = ("/supervision/", "/supervision/meetings/", "/supervision/instructions/", "/pilots/P2/supervision/")
    client = as_person("office")

    def asked():
        found = []
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as seen:
                client.get(page)
            found.append(len(seen))
        return found

    submit("P2", "2022-10-20", wrong={"CK02": {}})
    meetings.register_meeting(by=who("office"), period=quarter(), held_on=day("2022-10-10"), attendees="普安街道")
    meetings.enter_instruction(by=who("leader"), words="抓紧整改。", given_on=day("2022-11-30"), about="中期评估报告")
    one = asked()
    for code in ("P3", "P5"):
        submit(code, "2022-11-23", wrong={"CK01": {}})
    with clock.at(day("2022-11-30")):
        register("P2")
        meetings.register_meeting(by=who("office"), period=quarter(), held_on=day("2022-10-11"), attendees="赤城镇")
        meetings.enter_instruction(by=who("leader"), words="再抓紧。", given_on=day("2022-11-30"), about="督导通报")
    many = asked()
    assert one == many and max(many[:-1]) <= 12, dict(zip(pages, many, strict=True))
    client.get("/pilots/P2/tasks/")
    with CaptureQueriesContext(connection) as frame:
        client.get("/pilots/P2/tasks/")
    assert many[-1] <= len(frame) + 2  # the tab's own: visits and findings
