"""Roles, actions and the three walls; the site is closed by default."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, reverse

from accounts.access import ALLOWED, Action, may, requires, units_visible_to
from accounts.models import Role, Unit

COMMUNITIES = {"guangfu", "zhulinqiao", "xiahejie", "dongjie", "nanbeijie"}
SEEN = {
    "guangfu": {"guangfu"},
    "zhulinqiao": {"zhulinqiao"},
    "xiahejie": {"xiahejie", "sample_contractor"},
    "dongjie": {"dongjie"},
    "nanbeijie": {"nanbeijie"},
    "contractor": {"sample_contractor"},
    "puan": {"puan_street", "guangfu", "zhulinqiao"},
    "puan2": {"puan_street", "guangfu", "zhulinqiao"},
    "puan_finance": {"puan_street", "guangfu", "zhulinqiao"},
    "chicheng": {"chicheng_town", "xiahejie", "dongjie", "nanbeijie", "sample_contractor"},
    "chicheng2": {"chicheng_town", "xiahejie", "dongjie", "nanbeijie", "sample_contractor"},
    "chicheng_finance": {"chicheng_town", "xiahejie", "dongjie", "nanbeijie", "sample_contractor"},
    "sysadmin": set(),
}


@pytest.mark.parametrize("username", SEEN)
def test_three_walls(person, username):
    assert set(units_visible_to(person(username)).values_list("code", flat=True)) == SEEN[username]


@pytest.mark.parametrize("username", ["office", "office2", "leader", "department", "finance", "auditor"])
def test_county_sees_all(person, username):
    assert units_visible_to(person(username)).count() == Unit.objects.count()


def test_strangers_see_nothing(db):
    assert not units_visible_to(AnonymousUser()).exists()


def test_visible_units_can_be_filtered_further_and_counted_once(person):
    units = units_visible_to(person("chicheng"))
    assert units.filter(kind="community").count() == 3
    assert len(units) == len({unit.pk for unit in units})


@pytest.mark.parametrize("action", list(Action))
def test_every_action_is_in_the_table_and_closed_to_strangers(action):
    assert ALLOWED[action]
    assert not may(AnonymousUser(), action)


def test_administrator_has_no_business_data():
    for action, roles in ALLOWED.items():
        assert (Role.SYSADMIN in roles) == (action in {Action.MANAGE_PEOPLE, Action.VIEW_AUDIT})


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR])
def test_leader_and_auditor_change_nothing(role):
    reads = {
        Action.VIEW_AUDIT,
        Action.VIEW_PLAN,
        Action.VIEW_PILOTS,
        Action.VIEW_ACTIVITIES,
        Action.VIEW_EVIDENCE,
        Action.VIEW_REPORTS,
        Action.VIEW_SUPERVISION,
        Action.VIEW_INSTRUCTIONS,
        Action.VIEW_FUNDS,
        Action.EXPORT,
    }
    words_of_a_leader = {Action.ENTER_INSTRUCTION} if role == Role.LEADER else set()
    assert {action for action, roles in ALLOWED.items() if role in roles} <= reads | words_of_a_leader


def test_requires_lets_one_of_its_actions_in_and_says_who_may(person):
    @requires(Action.MANAGE_PEOPLE, Action.VIEW_AUDIT)
    def view(request):
        return HttpResponse("drin")

    request = RequestFactory().get("/")
    request.user = person("auditor")
    assert view(request).content == b"drin"
    request.user = person("guangfu")
    with pytest.raises(PermissionDenied, match="系统管理员可以管理人员。您的角色是社区"):
        view(request)


def addresses_of_this_room():
    return [pattern for pattern in get_resolver("accounts.urls").url_patterns if isinstance(pattern, URLPattern)]


@pytest.mark.parametrize("pattern", addresses_of_this_room(), ids=lambda pattern: pattern.name)
def test_every_address_asks_for_a_login(db, pattern):
    args = [1] if "pk" in str(pattern.pattern) else []
    for method in ("get", "post"):
        answer = getattr(Client(), method)(reverse(pattern.name, args=args))
        if pattern.name == "login":
            assert answer.status_code == 200
        elif pattern.name == "logout":
            assert answer.status_code in (302, 405)
        else:
            assert answer.status_code == 302
            assert answer["Location"].startswith(reverse("login"))
            assert answer.content == b""
