"""The task list answers alike whether it knows every task or only those of the page."""

import pytest
from django.http import QueryDict

from pilots import listing
from pilots.listing import Asked, TaskListing
from tests.pilots.records import day, hold

pytestmark = pytest.mark.django_db

QUERIES = (
    "",
    "tab=other",
    "tab=due",
    "tab=missing&pilot=P4",
    "pilot=P4",
    "clause=三（六）",
    "entry=service",
    "source=plan",
    "state=进行中",
    "q=etkp",
    "sort=-due",
    "sort=title&pilot=P2",
)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("number", ["1", "2", "99", "x"])
def test_many_tasks_are_answered_like_few(office, task, monkeypatch, query, number):
    hold(task("T4.6"), "children_science", "2022-09-17", approved="2022-09-22")
    asked = Asked.from_query(QueryDict(query))

    def codes():
        page = TaskListing(office, day("2022-11-30"), asked).page(number)
        return page.paginator.count, [(row.task.pk, row.state.status) for row in page.object_list]

    few = codes()
    monkeypatch.setattr(listing, "WHOLE_UP_TO", 10)
    many = codes()
    assert many[0] == few[0]
    if "title" not in query:
        assert many[1] == few[1]


def test_with_many_tasks_only_cheap_tabs_carry_counts(office, monkeypatch):
    monkeypatch.setattr(listing, "WHOLE_UP_TO", 10)
    found = TaskListing(office, day("2022-11-30"), Asked())
    assert found.counts == {"all": 104, "other": 200, "due": None, "missing": None}
    assert [pilot.code for pilot in found.pilots()] == ["P1", "P2", "P3", "P4", "P5", "P6"]
    assert found.total == 304


def test_asked_leaves_out_what_it_does_not_know():
    asked = Asked.from_query(QueryDict("tab=zzz&state=done&source=gut&entry=x&light=blue&sort=random&pilot=P4&q=%00%20%20a%20%20b"))
    assert asked == Asked(pilot="P4", q="a b")
    assert Asked.from_query(QueryDict("q=" + "长" * 500)).q == "长" * 60
