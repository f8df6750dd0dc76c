"""What people type, understood or refused in words."""

import pytest

from communities.forms import ActivityForm

pytestmark = pytest.mark.django_db


@pytest.fixture
def typed(pilot):
    def make(**data):
        form = ActivityForm(data, pilot=pilot("P2"))
        form.is_valid()
        return form

    return make


@pytest.mark.parametrize("text, number", [("26", 26), ("２６", 26), ("1,234", 1234), (" 26 人次", 26), ("26人", 26), ("", None), ("0", 0)])
def test_numbers_of_people(typed, text, number):
    assert typed(participants=text).cleaned_data["participants"] == number


@pytest.mark.parametrize(
    "text, reason",
    [
        ("-5", "不能是负数"),
        ("－５", "不能是负数"),
        ("3.5", "请填整数"),
        ("很多", "请填整数"),
        ("999999999", "不超过"),
        ("9" * 40, "请填整数"),
        ("1e3", "请填整数"),
    ],
)
def test_numbers_refused_in_words(typed, text, reason):
    assert reason in typed(participants=text).errors["participants"][0]


@pytest.mark.parametrize("text", ["2022-11-12", "2022/11/12", "２０２２-11-12", "2022年11月12日", "2022.11.12"])
def test_days(typed, text):
    assert typed(day=text).cleaned_data["day"].isoformat() == "2022-11-12"


@pytest.mark.parametrize("text", ["2022-13-45", "昨天", "2023-01-01", "0001-01-01"])
def test_days_refused(typed, text):
    assert "day" in typed(day=text).errors


def test_control_characters_leave_text_and_lines_stay_lines(typed):
    form = typed(title="义\u202e诊\t\n活动", content="第一行\r\n第二行\x0b")
    assert form.cleaned_data["title"] == "义诊 活动"
    assert form.cleaned_data["content"] == "第一行\n第二行"


def test_too_long_is_refused_in_words(typed):
    form = typed(title="长" * 41, content="长" * 501)
    assert "40" in form.errors["title"][0] and "500" in form.errors["content"][0]


def test_tasks_and_categories_of_nobody_are_refused(typed, task):
    form = typed(tasks=[task("T4.6").pk], category="999999")
    assert {"tasks", "category"} <= set(form.errors)
