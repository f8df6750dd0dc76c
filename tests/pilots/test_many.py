"""Pages where the pilots are many: pages of pilots, the worst lights first, one pilot's page without the others; the figures stay the same."""

import pytest
from django.urls import reverse

from penxi_pilot.home import board
from pilots import listing, record_memory, standings, views

pytestmark = pytest.mark.django_db


def test_one_pilots_page_says_the_same_without_the_switch(as_person, monkeypatch):
    client, address = as_person("office"), reverse("pilot_detail", args=["P3"])
    few = client.get(address)
    monkeypatch.setattr(views, "SWITCH_UP_TO", 2)
    many = client.get(address)
    assert [s.pilot.code for s in many.context["standings"]] == ["P3"]
    assert many.context["standing"] == next(s for s in few.context["standings"] if s.pilot.code == "P3")
    assert "切换试点" in few.content.decode() and "切换试点" not in many.content.decode()


def test_an_unseen_pilot_stays_unseen_where_pilots_are_many(as_person, monkeypatch):
    monkeypatch.setattr(views, "SWITCH_UP_TO", 1)
    assert as_person("chicheng").get(reverse("pilot_detail", args=["P2"])).status_code == 404


def test_the_list_comes_in_pages_without_a_sum_of_one_page(as_person, monkeypatch):
    client, address = as_person("office"), reverse("pilot_list")
    assert "6 个试点合计" in client.get(address).content.decode()
    monkeypatch.setattr(views, "PAGE_SIZE", 4)
    first, second = client.get(address), client.get(address, {"page": 2})
    codes = [s.pilot.code for answer in (first, second) for s in answer.context["standings"]]
    assert codes == ["P1", "P2", "P3", "P4", "P5", "P6"]
    assert "个试点合计" not in first.content.decode()


@pytest.mark.parametrize("username", ["office", "leader"])
def test_the_home_shows_the_worst_lights_and_counts_all(as_person, monkeypatch, username):
    client = as_person(username)
    whole = client.get(reverse("home"))
    monkeypatch.setattr(board, "SHOWN_PILOTS", 2)
    record_memory.forget()
    short = client.get(reverse("home"))
    few, all_of_them = short.context["board"], whole.context["board"]
    assert len(few.shown) == 2 and few.more == 4 and len(all_of_them.shown) == 6
    assert "另有 4 个试点" in short.content.decode() and "另有 4 个试点" not in whole.content.decode()
    assert [row.standing for row in few.rows] == [row.standing for row in all_of_them.rows]
    assert few.attention == all_of_them.attention


def test_naming_pilots_or_reading_all_gives_the_same_tasks(as_person, monkeypatch, today):
    from pilots.models import Pilot

    def rows(limit):
        monkeypatch.setattr(standings, "FEW", limit)
        found = standings.tasks_of_pilots(Pilot.objects.select_related("unit", "type"), today)
        return {pilot.code: [task.pk for task in own] for pilot, own in found.items()}

    assert rows(100) == rows(0)


def test_the_task_list_of_many_tasks_keeps_its_rows_and_tells_no_counts_it_does_not_know(as_person, monkeypatch):
    client, address = as_person("office"), reverse("task_list")
    few = client.get(address, {"tab": "all"}).context["page"]
    monkeypatch.setattr(listing, "WHOLE_UP_TO", 10)
    many = client.get(address, {"tab": "all"}).context["page"]
    assert [row.task.pk for row in many] == [row.task.pk for row in few]
    assert many.paginator.count == few.paginator.count
