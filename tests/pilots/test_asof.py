"""数据截止日期: default, session, address, and what is refused."""

import datetime

import pytest

from accounts import clock
from pilots.asof import default_as_of, parse_day
from pilots.models import Programme

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "day"),
    [("2022-11-30", datetime.date(2022, 11, 30)), ("", None), (None, None), ("2022-02-30", None), ("30.11.2022", None), ("x" * 500, None)],
)
def test_parse_day(text, day):
    assert parse_day(text) == day


@pytest.mark.parametrize(("today", "expected"), [("2022-11-30", "2022-11-30"), ("2023-03-31", "2023-03-31"), ("2024-01-01", "2023-03-31")])
def test_default_is_the_earlier_of_today_and_the_end(today, expected):
    with clock.at(datetime.date.fromisoformat(today)):
        assert default_as_of(Programme.objects.get()).isoformat() == expected


def as_of(client, url="/pilots/", **query):
    return client.get(url, query).context["as_of"].isoformat()


def test_set_keeps_for_the_session_and_goes_back(as_person):
    client = as_person("office")
    assert as_of(client) == "2022-11-30"
    answer = client.post("/as-of/", {"as_of": "2022-09-30", "next": "/pilots/P4/?x=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/pilots/P4/?x=1")
    assert as_of(client) == "2022-09-30"
    assert "历史数据" in client.get("/pilots/").content.decode()
    client.post("/as-of/", {"as_of": "", "next": "/"})
    assert as_of(client) == "2022-11-30"


@pytest.mark.parametrize("bad", ["2022-12-01", "2099-01-01", "nonsense", "2022-02-30"])
def test_days_to_come_and_nonsense_change_nothing(as_person, bad):
    client = as_person("office")
    answer = client.post("/as-of/", {"as_of": bad, "next": "/pilots/"}, follow=True)
    assert "没有改动" in answer.content.decode()
    assert as_of(client) == "2022-11-30"


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com", "javascript:alert(1)", "/\\example.com", ""])
def test_next_stays_in_the_portal(as_person, target):
    answer = as_person("office").post("/as-of/", {"as_of": "2022-09-30", "next": target})
    assert answer["Location"] == "/"


def test_the_address_wins_but_never_shows_the_future(as_person):
    client = as_person("office")
    assert as_of(client, as_of="2022-08-31") == "2022-08-31"
    assert as_of(client, as_of="2023-08-31") == "2022-11-30"
    assert as_of(client, as_of="rubbish") == "2022-11-30"


def test_only_by_post(as_person):
    assert as_person("office").get("/as-of/").status_code == 405


@pytest.mark.parametrize("name", ["guangfu", "leader", "sysadmin"])
def test_everybody_logged_in_may_choose(as_person, name):
    assert as_person(name).post("/as-of/", {"as_of": "2022-09-30", "next": "/"}).status_code == 302


AFTER = datetime.date(2023, 5, 10)


def test_after_the_end_figures_stand_there_and_lists_go_on(as_person):
    """What is entered after the end is in the lists at once; figures count it when today is chosen."""
    client = as_person("office")
    with clock.at(AFTER):
        page = client.get("/funds/sources/")
        assert (page.context["as_of"].isoformat(), page.context["records_day"]) == ("2023-03-31", AFTER)
        assert page.context["as_of_is_default"]
        assert "试点期已于" in page.content.decode()
        client.post("/as-of/", {"as_of": AFTER.isoformat(), "next": "/"})
        page = client.get("/funds/sources/")
        assert (page.context["as_of"], page.context["records_day"]) == (AFTER, AFTER)
        assert page.context["as_of_is_default"], "today is no past day: work goes on"
        assert "试点期已于" not in page.content.decode()


def test_after_the_end_its_last_day_may_be_chosen_as_a_past_day(as_person):
    client = as_person("office")
    with clock.at(AFTER):
        client.post("/as-of/", {"as_of": "2023-03-31", "next": "/"})
        page = client.get("/funds/sources/")
    assert page.context["records_day"].isoformat() == "2023-03-31"
    assert not page.context["as_of_is_default"]


def test_within_the_programme_today_is_not_remembered_as_a_past_day(as_person):
    client = as_person("office")
    client.post("/as-of/", {"as_of": "2022-11-30", "next": "/"})
    with clock.at(datetime.date(2022, 12, 1)):
        assert as_of(client) == "2022-12-01"
