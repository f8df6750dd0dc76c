"""What supervision wants from a person today."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.todos import todos_for
from supervision import meetings
from supervision.models import FindingAction
from tests.supervision.records import day, do, open_visit, register, submit, who

pytestmark = pytest.mark.django_db
A = FindingAction
TAGS = ("督导", "整改", "复核", "延期", "问题", "督促", "批示", "交办")


def mine(username, on="2022-11-30"):
    with clock.at(day(on)):
        return [(t.tag, t.title, t.verb, t.due) for t in todos_for(who(username)) if t.tag in TAGS]


def test_visits_of_an_ending_month():
    assert mine("office", "2022-11-15") == []
    assert mine("office") == [("督导", "11月督导还有 6 个试点尚未开展", "去督导", day("2022-11-30"))]
    for number, code in enumerate("P1 P2 P3 P4".split()):
        submit(code, f"2022-11-{14 + number}")
    open_visit("P5", "2022-11-23")
    assert [title for _, title, _, _ in mine("office")] == ["东街社区 11月督导记录还没有提交", "南北街社区 11月督导尚未开展"]
    assert mine("guangfu") == [] and mine("leader") == []
    assert [t for t in mine("office", "2022-12-06") if "11月" in t[1]] == []


def test_the_way_of_a_finding_through_the_lists():
    finding = register("P2", "2022-11-10", title="值班表无人签到", assign=False)
    on = "2022-11-14"
    assert mine("office", on) == [("交办", "广福社区：值班表无人签到", "交办", day("2022-11-25"))] and mine("guangfu", on) == []
    do(finding, A.ASSIGN, "2022-11-10")
    assert mine("guangfu", on) == [("整改", "值班表无人签到", "去整改", day("2022-11-25"))] and mine("office", on) == []
    finding = do(finding, A.ASK, on, until=day("2022-12-20"), text="材料在外地")
    assert mine("office", on)[0][:2] == ("延期", "广福社区申请把 WT-2022-11-001 延至 12 月 20 日")
    do(finding, A.RECTIFY, on)
    assert mine("office", on)[0][:2] == ("复核", "广福社区：值班表无人签到") and mine("guangfu", on) == []
    do(finding, A.RETURN, on, text="缺期满照片")
    with clock.at(day(on)):
        (todo,) = [t for t in todos_for(who("guangfu")) if t.tag == "整改"]
    assert todo.returned and todo.source == "复核退回：缺期满照片"
    assert [t[0] for t in mine("office", "2022-12-01") if t[0] != "督导"] == ["问题"]
    assert [t[1] for t in mine("puan", "2022-12-01")] == ["辖区 1 个问题已过整改时限，请督促"]
    assert mine("dongjie", "2022-12-01") == [] and mine("chicheng", "2022-12-01") == []


def test_instructions_wait_for_the_office():
    with clock.at(day("2022-11-14")):
        note = meetings.enter_instruction(by=who("leader"), words="抓紧整改", given_on=day("2022-11-14"), about="三无小区托管")
    assert mine("office", "2022-11-14") == [("批示", "批示：三无小区托管", "办理", None)] and mine("leader", "2022-11-14") == []
    meetings.answer_instruction(note, by=who("office"), answer="已办结")
    assert mine("office", "2022-11-14") == []


def test_as_many_questions_for_many_findings():
    def asked(name):
        with clock.at(day("2022-12-20")):
            person = who(name)
            todos_for(person)
            with CaptureQueriesContext(connection) as seen:
                todos_for(person)
        return len(seen)

    register("P2", "2022-11-10")
    few = {name: asked(name) for name in ("office", "guangfu", "puan")}
    for _ in range(4):
        register("P2", "2022-11-10")
    assert {name: asked(name) for name in few} == few
    assert sum(t[0] == "问题" for t in mine("office", "2022-12-20")) == 5
    register("P2", "2022-11-10")
    assert [t[1] for t in mine("office", "2022-12-20") if t[0] == "问题"] == ["6 个问题已过整改时限"]
