"""Figures of activities by hand, as of three days; photos that reports may show; what waits on the home page."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.todos import todos_for
from communities import queries
from pilots import review
from pilots.metrics import FigureState, Measurement
from pilots.models import Pilot

pytestmark = pytest.mark.django_db

SEPTEMBER, OCTOBER, NOVEMBER = datetime.date(2022, 9, 30), datetime.date(2022, 10, 31), datetime.date(2022, 11, 30)


@pytest.fixture
def year(approved, submitted, person):
    """广福: 2 in September (one voided in November), 1 in October, 1 handed in only; 下河街: 1 training for social workers' town, 1 science."""
    approved(on=datetime.date(2022, 9, 10), participants=30, volunteers=3, code="community_culture")
    voided = approved(on=datetime.date(2022, 9, 20), participants=20, volunteers=2, code="charity")
    approved(on=datetime.date(2022, 10, 15), participants=75, volunteers=5, code="charity", start_time=None)
    submitted(day=datetime.date(2022, 11, 1), participants=99)
    approved("xiahejie", on=datetime.date(2022, 9, 5), participants=12, volunteers=4, code="children_science", guardian_consent=True)
    approved("xiahejie", on=datetime.date(2022, 9, 6), participants=10, volunteers=0, code="youth_sport")
    approved("puan", on=datetime.date(2022, 9, 7), participants=40, volunteers=1, code="training")
    with clock.at(datetime.date(2022, 11, 10)):
        review.void(voided, by=person("puan"), opinion="重复填报")


def value(code, pilot, day, **params):
    return Measurement([pilot], day).figures(code, **params)[pilot.pk].value


def test_counts_as_of_three_days(year, pilot):
    guangfu = pilot("P2")
    assert [value("activity_count", guangfu, day) for day in (SEPTEMBER, OCTOBER, NOVEMBER)] == [2, 3, 2]
    assert [value("activity_count", guangfu, day, category="charity") for day in (SEPTEMBER, OCTOBER, NOVEMBER)] == [1, 2, 1]
    assert [value("activity_participants", guangfu, day) for day in (SEPTEMBER, OCTOBER, NOVEMBER)] == [50, 125, 105]
    both = ["charity", "community_culture", "volunteer"]
    assert value("activity_category_covered", guangfu, OCTOBER, categories=both) == 2


def test_training_is_counted_with_its_task(year, pilot):
    street = pilot("P1")
    assert value("training_count", street, OCTOBER) == 1
    assert value("training_count", street, OCTOBER, audience="social_worker") == 1
    assert value("training_count", street, OCTOBER, audience="nobody") == 0
    assert value("training_count", pilot("P3"), OCTOBER) == 0


def test_complete_records_in_percent(year, pilot):
    figure = Measurement([pilot("P2")], OCTOBER).figures("activity_record_complete_rate")[pilot("P2").pk]
    assert (figure.value, figure.numerator, figure.denominator) == (Decimal("66.7"), 2, 3)


def test_growth_compares_whole_quarters(year, pilot, approved):
    guangfu = pilot("P2")
    assert Measurement([guangfu], NOVEMBER).figures("participant_growth")[guangfu.pk].state == FigureState.NOT_APPLICABLE
    assert value("participant_growth", guangfu, datetime.date(2022, 12, 31)) == Decimal("150.0")


def test_figures_open_their_rows(year, pilot):
    from pilots.metrics import registered

    for code, params in (
        ("activity_count", {"category": "charity"}),
        ("activity_participants", {}),
        ("training_count", {}),
        ("discussion_count", {}),
    ):
        rows = registered(code).rows(pilot("P2"), OCTOBER, **params)
        if code != "activity_participants":
            assert rows.count() == value(code, pilot("P2"), OCTOBER, **params)


def test_one_table_counts_each_activity_once(year, pilot):
    found = queries.tallies(Pilot.objects.all(), OCTOBER)
    assert found[pilot("P2").pk, "charity"] == queries.Tally(2, 95, 7)
    assert sum(found.values(), queries.Tally()) == queries.tally(queries.counted(Pilot.objects.all(), OCTOBER)) == queries.Tally(6, 187, 15)
    assert queries.monthly_tallies(Pilot.objects.all(), OCTOBER)[2022, 10] == queries.Tally(1, 75, 5)


def test_all_figures_of_a_page_share_two_queries(year):
    pilots = list(Pilot.objects.all())
    with CaptureQueriesContext(connection) as seen:
        figures = Measurement(pilots, OCTOBER)
        for code in ("activity_count", "activity_participants", "activity_record_complete_rate", "participant_growth", "discussion_count"):
            figures.figures(code)
        figures.figures("training_count", audience="social_worker")
    assert len(seen) <= 2


def test_reports_show_minors_only_with_consent(year, pilot):
    shown = {photo.activity.category.code for photo in queries.photos_for_report(Pilot.objects.all(), OCTOBER)}
    assert shown == {"community_culture", "charity", "children_science", "training"}
    assert {photo.kind for photo in queries.photos_for_report([pilot("P2")], OCTOBER)} == {"scene", "process"}


def test_home_page_names_returned_and_forgotten(submitted, recorded, person, puan, guangfu):
    review.send_back(submitted(title="义诊"), by=puan, opinion="缺签到表照片，请补传。")
    with clock.at(datetime.date(2022, 11, 20)):
        recorded(title="邻里节", day=datetime.date(2022, 11, 19))
    recorded(title="今天的草稿")
    todos = {todo.title: todo for todo in todos_for(guangfu)}
    assert todos["活动记录被退回：义诊"].source == "普安街道：缺签到表照片，请补传。" and todos["活动记录被退回：义诊"].returned
    assert "活动记录还没有提交：邻里节" in todos
    assert not any("今天的草稿" in title for title in todos)
    assert not any("活动记录被退回" in todo.title or "还没有提交" in todo.title for todo in todos_for(person("zhulinqiao")))
