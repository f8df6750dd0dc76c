"""Figures of a day worked out by hand: states, lights, progress, evidence, 序时进度, cards."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts import clock
from pilots import review, services
from pilots.cards import group_cards
from pilots.metrics import NOT_APPLICABLE, UNREGISTERED, Figure, Standing, figures, standing
from pilots.models import ActivityCategory, Indicator, Phase, Pilot, Programme, Task, TaskConfirmation
from pilots.queries import (
    Completeness,
    Progress,
    evidence_completeness,
    implementation_phase,
    recent_moves,
    sentence_progress,
    task_progress,
    tasks_of_category,
    time_progress,
)
from pilots.states import Light, TaskStatus, added_up, percent, ratio, task_states
from tests.pilots.records import day, hand_in, hold, reviewer_of

pytestmark = pytest.mark.django_db


def state(task, on):
    return task_states([task], day(on))[task.pk]


@pytest.fixture
def science(task):
    """儿童科普实验室项目: held 2022-09-17, handed in 09-20, approved 09-22, confirmed 10-08."""
    found = task("T4.6")
    hold(found, "children_science", "2022-09-17", submitted="2022-09-20", approved="2022-09-22")
    with clock.at(day("2022-10-08")):
        services.confirm_task(found, by=reviewer_of(found))
    return found


@pytest.mark.parametrize(
    ("on", "status", "light", "activities"),
    [
        ("2022-07-31", "未开始", "none", 0),  # before the first step
        ("2022-09-19", "未开始", "none", 0),  # held, not handed in
        ("2022-09-20", "进行中", "ok", 1),  # handed in: the figure is still 0
        ("2022-09-21", "进行中", "ok", 1),
        ("2022-09-22", "待审核", "ok", 1),  # approved: target met, evidence there, the word is missing
        ("2022-10-07", "待审核", "ok", 1),
        ("2022-10-08", "已完成", "ok", 1),
        ("2023-03-31", "已完成", "ok", 1),
    ],
)
def test_a_task_through_the_year(science, on, status, light, activities):
    found = state(science, on)
    assert (found.status, found.light, found.activities) == (status, light, activities)


def test_one_activity_record_is_its_own_evidence(science):
    found = state(science, "2022-09-30")
    assert [(slot.type.code, slot.approved, slot.from_record) for slot in found.slots] == [
        ("activity_record", True, True),
        ("activity_photo", True, True),
    ]
    assert [(m.actual, m.wanted, m.standing) for m in found.measures] == [("1 场", "≥1 场", Standing.MET)]


@pytest.mark.parametrize(
    ("on", "light", "left"),
    [
        ("2022-07-31", "none", 212),
        ("2023-02-17", "none", 11),
        ("2023-02-18", "warn", 10),
        ("2023-02-28", "warn", 0),  # due on the day itself is not overdue
        ("2023-03-01", "late", -1),
    ],
)
def test_light_of_a_task_nobody_began(task, on, light, left):
    found = state(task("T4.6"), on)
    assert (found.status, found.light, found.days_left) == ("未开始", light, left)


def test_returned_is_a_warning_until_it_is_handed_in_again(task):
    duty = task("T5.19")
    file = hand_in(duty, "planning_map", "2022-10-10", returned="2022-10-12")
    assert state(duty, "2022-10-11").light == "ok"
    assert (state(duty, "2022-10-12").light, state(duty, "2022-10-12").slots[0].word) == ("warn", "已退回")
    with clock.at(day("2022-10-20")):
        review.submit(file, by=file.created_by)
    assert (state(duty, "2022-10-20").light, state(duty, "2022-10-19").light) == ("ok", "warn")


def test_voided_evidence_counts_until_the_day_it_was_voided(task, office):
    duty = task("T5.19")
    file = hand_in(duty, "planning_map", "2022-10-10", approved="2022-10-12")
    with clock.at(day("2022-10-20")):
        services.confirm_task(duty, by=reviewer_of(duty))
    with clock.at(day("2022-11-15")):
        review.void(file, by=office, opinion="图纸有误")
    assert state(duty, "2022-11-14").status == TaskStatus.DONE
    assert state(duty, "2022-11-15").status == TaskStatus.NOT_STARTED
    assert state(duty, "2022-11-15").slots[0].state is None or not state(duty, "2022-11-15").slots[0].approved


def test_a_confirmation_taken_back_opens_the_task(task):
    duty = task("T5.19")
    hand_in(duty, "planning_map", "2022-10-10", approved="2022-10-12")
    person = reviewer_of(duty)
    for on, deed in (("2022-10-20", "confirm"), ("2022-10-25", "revoke"), ("2022-11-01", "confirm")):
        with clock.at(day(on)):
            services.confirm_task(duty, by=person) if deed == "confirm" else services.revoke_confirmation(duty, by=person, opinion="核对")
    assert [state(duty, on).done for on in ("2022-10-19", "2022-10-20", "2022-10-25", "2022-11-01")] == [False, True, False, True]


def test_an_unregistered_target_is_neither_met_nor_zero_nor_a_delay(task):
    duty = task("T4.4")
    assert state(duty, "2022-11-30").measures[0].standing == Standing.UNREGISTERED
    assert state(duty, "2023-03-01").light == Light.LATE  # nothing handed in
    hand_in(duty, "org_certificate", "2022-10-10", approved="2022-10-12")
    found = state(duty, "2023-03-01")
    assert (found.status, found.light, found.approved_slots) == ("进行中", "warn", 1)
    assert not found.ready


def test_proposed_targets_never_block(task):
    duty = task("T5.1")
    hand_in(duty, "mechanism_doc", "2022-10-10", approved="2022-10-12")
    found = state(duty, "2022-10-12")
    assert [m.standing for m in found.measures] == [Standing.PENDING]
    assert found.ready and found.status == TaskStatus.SUBMITTED


def test_steps_above_the_county_have_no_light_and_never_are_late(task):
    for code in ("S3.8", "S3.9"):
        assert state(task(code), "2023-06-30").light is None


def test_duties_of_a_town_add_up_the_pilots_below_it(task):
    street, town = task("B2.10", "puan_street"), task("B2.10", "chicheng_town")
    duty = task("T4.6")
    hold(duty, "children_science", "2022-09-17", approved="2022-09-22")
    with clock.at(day("2022-10-08")):
        services.confirm_task(duty, by=reviewer_of(duty))
    states = task_states([street, town, task("G4")], day("2022-11-30"))
    assert states[street.pk].measures[0].figure == ratio(0, 45)
    assert states[town.pk].measures[0].figure == Figure(Decimal("1.7"), numerator=1, denominator=59)
    assert states[task("G4").pk].measures[0].figure == Figure(Decimal("1.0"), numerator=1, denominator=104)


def test_documents_of_a_town_are_those_of_its_own_task(task):
    duty = task("B2.3", "chicheng_town")
    hand_in(duty, "duty_list", "2022-09-01", approved="2022-09-05")
    assert state(duty, "2022-09-05").measures[0].actual == "1 份"
    assert state(task("B2.3", "puan_street"), "2022-09-05").measures[0].actual == "0 份"


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2022-09-19", Progress(total=20, done=0, in_progress=0, submitted=0, not_started=20, late=0)),
        ("2022-09-22", Progress(total=20, done=0, in_progress=2, submitted=1, not_started=18, late=0)),
        ("2022-10-08", Progress(total=20, done=1, in_progress=1, submitted=0, not_started=18, late=0)),
        ("2023-02-28", Progress(total=20, done=1, in_progress=1, submitted=0, not_started=18, late=0)),
        ("2023-03-01", Progress(total=20, done=1, in_progress=1, submitted=0, not_started=18, late=19)),
    ],
)
def test_progress_of_a_pilot_on_five_days(science, task, pilot, on, expected):
    hand_in(task("T4.2"), "contract", "2022-09-22", approved="2022-09-25")
    row = pilot("P4")
    assert task_progress([row], day(on))[row.pk] == expected


def test_progress_counts_the_104_pilot_tasks_only():
    found = task_progress(Pilot.objects.all(), day("2022-11-30"))
    assert [found[p.pk].total for p in Pilot.objects.all()] == [20, 14, 11, 20, 20, 19]
    assert sum(found.values(), Progress()).total == 104


@pytest.mark.parametrize(
    ("on", "share"),
    [
        ("2022-07-31", "0.0"),
        ("2022-08-01", "0.5"),  # 1 of 212 days
        ("2022-11-30", "57.5"),  # 122 of 212
        ("2023-02-27", "99.5"),
        ("2023-02-28", "100.0"),
        ("2023-03-31", "100.0"),
    ],
)
def test_time_progress_counts_both_ends(on, share):
    phase = implementation_phase(Programme.objects.get())
    assert (phase.code, time_progress(phase, day(on))) == ("S2", Decimal(share))


def test_time_progress_without_a_known_start():
    assert time_progress(Phase.objects.get(code="S1"), day("2022-07-15")) == 0
    assert time_progress(None, day("2022-07-15")) == 0


@given(a=st.dates(datetime.date(2022, 1, 1), datetime.date(2024, 1, 1)), b=st.dates(datetime.date(2022, 1, 1), datetime.date(2024, 1, 1)))
def test_time_progress_never_runs_backwards(a, b):
    phase = Phase(start=datetime.date(2022, 8, 1), due=datetime.date(2023, 2, 28))
    early, late = sorted((a, b))
    assert 0 <= time_progress(phase, early) <= time_progress(phase, late) <= 100


@given(part=st.integers(0, 500), more=st.integers(0, 500))
def test_percent_is_between_0_and_100_with_one_decimal(part, more):
    found = percent(part, part + more)
    assert 0 <= found <= 100
    assert found.as_tuple().exponent == -1


def test_evidence_completeness(task, pilot):
    row = pilot("P5")
    hand_in(task("T5.19"), "planning_map", "2022-10-10", approved="2022-10-12")
    hand_in(task("T5.17"), "venue_photo", "2022-10-20")
    hand_in(task("T5.17"), "project_acceptance", "2022-10-20", returned="2022-10-21")
    before = evidence_completeness([row], day("2022-10-11"))[row.pk]
    after = evidence_completeness([row], day("2022-10-31"))[row.pk]
    assert (before.approved, before.waiting) == (0, 1)
    assert after == Completeness(required=55, approved=1, waiting=1)
    assert (after.missing, after.rate) == (53, Decimal("1.8"))


def test_archive_rate_speaks_of_what_is_due(task, pilot):
    row = pilot("P5")
    hand_in(
        task("S1.2", "dongjie"),
        "survey_report",
        "2022-07-20",
        approved="2022-07-25",
        tasks=[task("S1.1", "dongjie"), task("S1.2", "dongjie")],
    )
    found = figures("archive_complete_rate", [row], day("2022-11-30"))[row.pk]
    # 前期任务 of a community: S1.1 1, S1.2 1, S1.3 3, S1.4 1, S1.11 2, S1.12 1, S1.13 1 = 10 kinds, two of them approved
    assert (found.numerator, found.denominator, found.value) == (2, 10, Decimal("20.0"))
    assert figures("archive_complete_rate", [row], day("2022-07-30"))[row.pk] == NOT_APPLICABLE


def test_three_lists_and_mechanisms_come_from_approved_files(task, pilot):
    row, duty = pilot("P1"), task("S1.3", "puan_street")
    for kind, approved in (("resource_list", "2022-07-20"), ("need_list", "2022-07-22"), ("issue_list", "")):
        hand_in(duty, kind, "2022-07-18", approved=approved)
    assert figures("list_kind_covered", [row], day("2022-07-21"))[row.pk].value == 1
    assert figures("list_kind_covered", [row], day("2022-07-31"))[row.pk].value == 2
    hand_in(task("T1.2"), "mechanism_doc", "2022-09-01", approved="2022-09-02")
    hand_in(task("T1.9"), "mechanism_doc", "2022-09-01", approved="2022-09-02")
    for params, expected in (({}, 2), ({"topic": "five_society_linkage"}, 1), ({"topic": "volunteer"}, 1), ({"topic": "fund"}, 0)):
        assert figures("mechanism_count", [row], day("2022-09-02"), **params)[row.pk].value == expected


def test_first_pass_rate(task, pilot):
    row = pilot("P5")
    hand_in(task("T5.19"), "planning_map", "2022-10-10", approved="2022-10-12")
    hand_in(task("T5.17"), "project_acceptance", "2022-10-20", returned="2022-10-21")
    found = figures("archive_first_pass_rate", [row], day("2022-10-31"))[row.pk]
    assert (found.numerator, found.denominator) == (1, 2)
    assert figures("archive_first_pass_rate", [row], day("2022-10-20"))[row.pk].numerator == 1


def test_attainment_is_eight_parts_figure_and_two_parts_evidence(task, pilot):
    row = pilot("P5")
    hand_in(task("T5.1"), "mechanism_doc", "2022-10-10", approved="2022-10-12")
    hold(task("T5.9"), "environment", "2022-10-09", approved="2022-10-12")  # figure met, one of two kinds of evidence
    for on, clauses, expected in (
        ("2022-10-11", ["T5.1"], "0.000"),
        ("2022-10-12", ["T5.1"], "1.000"),
        ("2022-10-12", ["T5.9"], "0.900"),
        ("2022-10-12", ["T5.1", "T5.9"], "0.950"),
    ):
        assert figures("task_attainment", [row], day(on), clauses=clauses)[row.pk].value == Decimal(expected)
    assert figures("task_attainment", [row], day("2022-10-31"), clauses=["T5.1", "T5.3"])[row.pk] == UNREGISTERED


@pytest.mark.parametrize(
    ("comparator", "value", "met"),
    [
        (">=", 3, True),
        (">=", 2, False),
        (">=", 4, True),
        (">", 0, False),
        (">", 1, True),
        ("<=", 0, True),
        ("<=", 1, False),
        ("==", 1, True),
    ],
)
def test_comparators_include_the_number_itself(comparator, value, met):
    target = {">=": 3, ">": 0, "<=": 0, "==": 1}[comparator]
    indicator = Indicator(comparator=comparator, target=Decimal(target), source="plan")
    assert standing(indicator, Figure(Decimal(value))) == (Standing.MET if met else Standing.NOT_MET)


def test_added_up():
    assert added_up([Figure(Decimal(2)), Figure(Decimal(3))], is_rate=False).value == 5
    assert added_up([ratio(1, 2), ratio(1, 8)], is_rate=True) == ratio(2, 10)
    assert added_up([ratio(1, 2), UNREGISTERED], is_rate=True) == UNREGISTERED
    assert added_up([NOT_APPLICABLE, NOT_APPLICABLE], is_rate=True) == NOT_APPLICABLE


@pytest.mark.parametrize(
    ("pilot_code", "category", "codes"),
    [
        ("P1", "party_building", ["T1.1", "T1.18"]),
        ("P1", "training", ["T1.11", "T1.12", "T1.18"]),
        ("P2", "charity", ["T2.10"]),
        ("P2", "meal_delivery", ["T2.2"]),
        ("P2", "volunteer", []),
        ("P4", "meal_delivery", ["T4.12"]),
        ("P4", "discussion", ["T4.18"]),
        ("P6", "supervision", ["T6.10", "T6.14"]),
    ],
)
def test_a_category_brings_its_tasks(pilot, pilot_code, category, codes):
    found = tasks_of_category(pilot(pilot_code), ActivityCategory.objects.get(code=category))
    assert list(found.values_list("obligation__code", flat=True)) == codes


def test_sentences_of_a_pilot(science, pilot):
    tasks = list(Task.objects.filter(pilot=pilot("P4"), obligation__kind="pilot_task").select_related("obligation", "pilot"))
    found = sentence_progress(Programme.objects.get(), tasks, task_states(tasks, day("2022-11-30")))
    assert [(s.sentence.number, s.progress.done, s.progress.total) for s in found] == [
        (1, 0, 5),
        (2, 1, 4),
        (3, 0, 4),
        (4, 0, 3),
        (5, 0, 4),
    ]
    assert found[1].missing.endswith("等3项") and "残疾人运动比赛" not in found[0].missing


def test_recent_moves_are_newest_first_and_end_on_the_day(science, task, pilot):
    hand_in(task("T4.4"), "org_certificate", "2022-10-10", returned="2022-10-12")
    moves = recent_moves(pilot("P4"), day("2022-10-11"))
    assert [move.at.date().isoformat() for move in moves] == ["2022-10-10", "2022-09-22", "2022-09-20"]
    assert recent_moves(pilot("P4"), day("2022-10-12"))[0].returned


def card(pilot, name, on):
    return next(card for card in group_cards(pilot, day(on)) if card.title == name)


def test_cards_say_what_is_missing_and_lead_to_the_deed(task, pilot):
    row = pilot("P4")
    assert [c.title for c in group_cards(row, day("2022-11-30"))][2] == "3个以上注册或备案社区社会组织"
    four = card(row, "面向各类居民的四类活动", "2022-11-30")
    assert (four.phrase, four.deed.verb, four.state) == ("儿童科普实验室还没有活动等4项", "记活动", "none")
    assert "category=children_science" in four.deed.url
    assert card(row, "3个以上注册或备案社区社会组织", "2022-11-30").phrase == "还缺1份社会组织登记证书或备案表"
    hand_in(task("T4.4"), "org_certificate", "2022-10-10", returned="2022-10-12")
    assert card(row, "3个以上注册或备案社区社会组织", "2022-11-30").phrase == "社会组织登记证书或备案表被退回，待补正"


def test_a_card_that_rests_on_proposed_targets_never_says_reached(task, pilot):
    row, duty = pilot("P5"), task("T5.3")
    for kind in ("service_list", "service_record"):
        hand_in(duty, kind, "2022-10-10", approved="2022-10-12")
    assert card(row, "宜居宜业服务功能", "2022-11-30").phrase == "有2类材料"
    with clock.at(day("2022-10-20")):
        services.confirm_task(duty, by=reviewer_of(duty))
    done = card(row, "宜居宜业服务功能", "2022-11-30")
    assert (done.phrase, done.state, done.reached) == ("有2类材料", "ok", True)


def test_a_card_with_judged_targets_is_reached_when_confirmed(task, pilot):
    row, duty = pilot("P5"), task("T5.19")
    hand_in(duty, "planning_map", "2022-10-10", approved="2022-10-12")
    waits = card(row, "15分钟基本公共服务圈", "2022-11-30")
    assert (waits.phrase, waits.state) == ("已达到，待确认完成", "ok")
    later = card(row, "15分钟基本公共服务圈", "2023-03-31")
    assert (later.phrase, later.state) == ("已达到，待确认完成", "ok")  # the community has nothing left to do: not late for it
    with clock.at(day("2022-10-20")):
        services.confirm_task(duty, by=reviewer_of(duty))
    assert card(row, "15分钟基本公共服务圈", "2022-11-30").phrase == "已达到"


def test_no_card_shows_a_percentage_or_a_task_number(pilot):
    for row in Pilot.objects.select_related("unit"):
        for found in group_cards(row, day("2022-11-30")):
            assert "%" not in found.phrase and "T" not in found.phrase


def test_states_cost_the_same_queries_for_one_task_and_for_all(science):
    def cost(tasks):
        with CaptureQueriesContext(connection) as captured:
            task_states(tasks, day("2022-11-30"))
        return len(captured)

    cost([science])
    one = cost([science])
    every = cost(list(Task.objects.filter(obligation__kind="pilot_task").select_related("obligation", "pilot")))
    assert one <= every <= 10  # the indicators of the others read the registers of projects and findings too


def test_statuses_and_counts_agree(science):
    pilots = list(Pilot.objects.all())
    for progress in task_progress(pilots, day("2023-03-31")).values():
        assert progress.done + progress.in_progress + progress.not_started == progress.total
        assert progress.submitted <= progress.in_progress
    assert TaskConfirmation.objects.count() == 1
