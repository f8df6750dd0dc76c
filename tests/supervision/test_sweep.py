"""Reminders: once per finding and rung, whoever was away and however many sweep at once; up to the town and the office as days pass."""

import datetime

import pytest

from accounts import clock
from accounts.models import Notice
from supervision.models import FindingAction, Reminder
from supervision.sweep import desk_of, rungs_reached, sweep_reminders
from supervision.tasks import sweep_reminders as task
from tests.supervision.records import day, do, register

pytestmark = pytest.mark.django_db
A = FindingAction
DUE = day("2022-11-16")


def sweep(on):
    with clock.at(day(on)):
        return sweep_reminders()


def rungs(finding, deadline=DUE):
    return [reminder.rung for reminder in Reminder.objects.filter(finding=finding, deadline=deadline)]


def test_rungs_between_the_days():
    since = DUE - datetime.timedelta(days=15)
    reached = lambda left: list(rungs_reached(DUE, since, DUE - datetime.timedelta(days=left)))  # noqa: E731
    assert reached(8) == []
    assert reached(7) == [-7]
    assert reached(0) == [-7, -3, 0]
    assert reached(-7) == [-7, -3, 0, 1, 3, 7]
    assert reached(-30) == [-7, -3, 0, 1, 3, 7, 28]
    assert list(rungs_reached(DUE, DUE - datetime.timedelta(days=5), DUE)) == [-3, 0]
    assert [desk_of(rung) for rung in (-7, 0, 1, 3, 14)] == ["unit", "unit", "town", "office", "office"]


def test_every_day_once():
    finding = register()
    sent = [sweep(f"2022-11-{n:02d}") + sweep(f"2022-11-{n:02d}") for n in range(1, 30)]
    assert sum(sent) == 6
    assert rungs(finding) == [-7, -3, 0, 1, 3, 7]
    assert (
        Notice.objects.filter(key__startswith="finding-", recipient__username="guangfu").exclude(key__startswith="finding-step").count()
        == 6
    )


def test_nothing_is_lost_in_three_days_without_beat():
    """Away from the day before the deadline to two days after it: the deadline's own rung and that of the first day come late, once."""
    finding = register()
    sweep("2022-11-14")
    assert rungs(finding) == [-7, -3]
    assert sweep("2022-11-18") == 2
    assert rungs(finding) == [-7, -3, 0, 1]
    assert sweep("2022-11-18") == 0


def test_who_is_told_by_day():
    register()
    for number, day_ in ((0, "2022-11-16"), (1, "2022-11-17"), (3, "2022-11-19")):
        sweep(day_)
        told = Notice.objects.filter(key__endswith=f"-{DUE.isoformat()}-{number}").values_list("recipient__username", flat=True)
        assert set(told) == {0: {"guangfu"}, 1: {"guangfu", "puan", "puan2"}, 3: {"guangfu", "puan", "puan2", "office", "office2"}}[number]
    title = Notice.objects.get(recipient__username="office", key__endswith="-3").title
    assert title == "广福社区：WT-2022-11-001“值班表无人签到”整改时限 2022-11-16，已逾期 3 天，请抓紧整改"


def test_handed_in_and_closed_are_left_alone():
    finding = do(register(), A.RECTIFY, "2022-11-05")
    assert sweep("2022-11-20") == 0
    do(finding, A.RETURN, "2022-11-18")
    assert sweep("2022-11-18") == 0 and rungs(finding) == []
    assert sweep("2022-11-20") == 1 and rungs(finding) == [3]
    assert sweep("2022-11-23") == 1 and rungs(finding) == [3, 7]


def test_a_new_deadline_has_a_ladder_of_its_own():
    finding = register()
    sweep("2022-11-13")
    finding = do(do(finding, A.ASK, "2022-11-14", until=day("2022-11-25")), A.GRANT, "2022-11-15")
    assert sweep("2022-11-15") == 0
    assert sweep("2022-11-22") == 2
    assert rungs(finding, day("2022-11-25")) == [-7, -3]


def test_the_task_runs():
    register()
    with clock.at(DUE):
        task()
    assert Reminder.objects.count() == 3
