"""No deadline falls on a day off."""

import datetime

import pytest

from supervision import workdays
from supervision.models import Severity


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    "text, worked",
    [
        ("2022-09-10", False),  # 中秋
        ("2022-09-12", False),
        ("2022-10-01", False),
        ("2022-10-07", False),
        ("2022-10-08", True),  # 调休: a Saturday and a Sunday that are worked
        ("2022-10-09", True),
        ("2022-11-26", False),
        ("2022-12-31", False),  # 元旦
        ("2023-01-02", False),
        ("2023-01-03", True),
        ("2023-01-21", False),  # 春节
        ("2023-01-27", False),
        ("2023-01-28", True),
        ("2023-01-29", True),
        ("2023-04-05", False),  # 清明
        ("2023-04-06", True),
    ],
)
def test_table_of_holidays_and_shifted_days(text, worked):
    assert workdays.is_workday(day(text)) is worked


@pytest.mark.parametrize(
    "found, severity, due",
    [
        ("2022-11-30", Severity.MAJOR, "2022-12-12"),  # 12-10 is a Saturday
        ("2022-11-17", Severity.MINOR, "2022-12-02"),
        ("2022-09-20", Severity.MINOR, "2022-10-08"),  # 10-05 lies in 国庆, 10-08 is worked
        ("2022-09-26", Severity.MAJOR, "2022-10-08"),
        ("2022-12-26", Severity.SEVERE, "2023-01-03"),  # 12-31 is 元旦
        ("2023-01-10", Severity.MINOR, "2023-01-28"),  # 春节, then a worked Saturday
        ("2023-01-16", Severity.SEVERE, "2023-01-28"),
        ("2023-03-21", Severity.MINOR, "2023-04-06"),
        ("2022-10-03", Severity.SEVERE, "2022-10-08"),
    ],
)
def test_deadlines_by_severity(found, severity, due):
    assert workdays.deadline(day(found), severity) == day(due)


def test_the_form_says_why_a_deadline_moves():
    assert workdays.deadline_words(day("2022-11-30"), Severity.MAJOR) == "较重 10 天，12月10日是周六，顺延到12月12日（周一）"
    assert workdays.deadline_words(day("2022-09-20"), Severity.MINOR) == "一般 15 天，10月5日是节假日，顺延到10月8日（周六）"
    assert workdays.deadline_words(day("2022-11-17"), Severity.MINOR) == "一般 15 天"


def test_a_year_without_a_notice_has_its_weekends():
    assert not workdays.year_known(2040)
    assert not workdays.is_workday(day("2040-06-02"))
    assert workdays.is_workday(day("2040-06-04"))


def test_exceptions_of_the_county_win(monkeypatch):
    monkeypatch.setitem(workdays.EXCEPTIONS, day("2022-11-21"), False)
    assert workdays.first_workday(day("2022-11-19")) == day("2022-11-22")


def test_five_working_days_of_a_notice():
    assert workdays.workdays_between(day("2022-12-26"), day("2022-12-30")) == 5
    assert workdays.workdays_between(day("2022-09-30"), day("2022-10-09")) == 3
    assert workdays.workdays_between(day("2022-12-30"), day("2022-12-26")) == 0
