"""Sessions: a new id at login, over after logout, idleness, twelve hours, a new password, a changed role."""

import datetime

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import auth, services
from tests.conftest import PASSWORD


@pytest.fixture
def browser(db):
    """A browser in which guangfu typed the password."""
    client = Client()
    client.post(reverse("login"), {"username": "guangfu", "password": PASSWORD})
    return client


def inside(client) -> bool:
    return client.get(reverse("me")).status_code == 200


def age(client, key, seconds):
    session = client.session
    session[key] = int(timezone.now().timestamp()) - seconds
    session.save()


def test_preset_cookie_is_replaced(db):
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    client.post(reverse("login"), {"username": "guangfu", "password": PASSWORD})
    assert client.cookies["sessionid"].value != "a" * 32
    first = client.cookies["sessionid"].value
    client.post(reverse("logout"))
    client.post(reverse("login"), {"username": "guangfu", "password": PASSWORD})
    assert client.cookies["sessionid"].value != first


def test_old_cookie_is_dead_after_logout(browser):
    old = browser.cookies["sessionid"].value
    assert browser.post(reverse("logout"))["Location"] == reverse("login")
    assert not Session.objects.filter(session_key=old).exists()
    thief = Client()
    thief.cookies["sessionid"] = old
    assert not inside(thief)


def test_logout_by_link_is_refused(browser):
    assert browser.get(reverse("logout")).status_code == 405
    assert inside(browser)


def test_idle_session_ends_and_says_why(browser, settings):
    age(browser, auth.SEEN, settings.SESSION_COOKIE_AGE + 1)
    response = browser.get("/me/", follow=True)
    text = response.content.decode()
    assert "超过 30 分钟没有操作，请重新登录" in text
    assert "登录后直接回到刚才的页面" in text
    assert 'name="next" value="/me/"' in text


def test_session_whose_row_is_gone_counts_as_idle(browser):
    Session.objects.all().delete()
    assert "why=idle" in browser.get("/me/")["Location"]


def test_first_visit_is_told_nothing(client, db):
    assert client.get("/")["Location"] == "/login/"


def test_absolute_limit(browser, settings):
    age(browser, auth.BEGAN, settings.SESSION_ABSOLUTE_AGE + 1)
    assert "登录已满 12 小时" in browser.get("/me/", follow=True).content.decode()


def test_deeds_prolong_at_most_once_a_minute(browser):
    age(browser, auth.SEEN, 30)
    before = browser.session[auth.SEEN]
    assert inside(browser)
    assert browser.session[auth.SEEN] == before
    age(browser, auth.SEEN, 90)
    before = browser.session[auth.SEEN]
    assert inside(browser)
    assert browser.session[auth.SEEN] > before


@pytest.mark.parametrize("header", ["HTTP_X_PENXI_POLL", "HTTP_X_POLLING"])
def test_polling_does_not_prolong(browser, header):
    age(browser, auth.SEEN, 600)
    before = browser.session[auth.SEEN]
    browser.get(reverse("me"), **{header: "1"})
    assert browser.session[auth.SEEN] == before


def test_password_change_ends_other_sessions_but_not_this_one(browser):
    other = Client()
    other.post(reverse("login"), {"username": "guangfu", "password": PASSWORD})
    new = "Chuntian-Zhongshu-7"
    response = browser.post(reverse("me_password"), {"old": PASSWORD, "new": new, "again": new}, follow=True)
    assert "密码已修改" in response.content.decode()
    assert inside(browser)
    assert not inside(other)


def test_sessions_end_when_role_changes(browser, guangfu, sysadmin):
    services.change_person(guangfu, by=sysadmin, opened_version=guangfu.version, unit=guangfu.unit, role="community", post="社区报账员")
    assert inside(browser), "a new post is no reason to log somebody out"
    guangfu.refresh_from_db()
    puan = sysadmin.__class__.objects.get(username="puan").unit
    services.change_person(guangfu, by=sysadmin, opened_version=guangfu.version, unit=puan, role="town_clerk")
    assert not inside(browser)


@pytest.mark.parametrize("deed", [services.reset_password, services.disable_person])
def test_sessions_end_at_reset_and_disabling(browser, guangfu, sysadmin, deed):
    deed(guangfu, by=sysadmin)
    response = browser.get("/me/", follow=True)
    assert "已在别处退出或修改了密码" in response.content.decode()


def test_enabling_again_does_not_revive_old_sessions(browser, guangfu, sysadmin):
    services.disable_person(guangfu, by=sysadmin)
    services.enable_person(guangfu, by=sysadmin)
    assert not inside(browser)


def test_all_other_sessions_end_on_wish(browser):
    other = Client()
    other.post(reverse("login"), {"username": "guangfu", "password": PASSWORD})
    browser.post(reverse("me_end_sessions"))
    assert inside(browser)
    assert not inside(other)


def test_expired_account_is_out_at_once(browser, guangfu):
    guangfu.valid_until = timezone.localdate() - datetime.timedelta(days=1)
    guangfu.save()
    assert not inside(browser)


def test_posted_form_of_an_expired_session_comes_back_to_its_page(browser, settings):
    age(browser, auth.SEEN, settings.SESSION_COOKIE_AGE + 1)
    page = "http://testserver/me/password/?from=me"
    response = browser.post("/me/sessions/end/", HTTP_REFERER=page)
    assert response["Location"] == "/login/?next=%2Fme%2Fpassword%2F%3Ffrom%3Dme&why=idle-form"
    text = browser.get(response["Location"]).content.decode()
    assert "填写的内容保存在本机草稿" in text


def test_foreign_referer_is_not_followed(browser, settings):
    age(browser, auth.SEEN, settings.SESSION_COOKIE_AGE + 1)
    assert "evil" not in browser.post("/me/sessions/end/", HTTP_REFERER="https://evil.example/x")["Location"]


def test_programs_read_401(browser):
    browser.post(reverse("logout"))
    answer = browser.get("/me/", HTTP_ACCEPT="application/json")
    assert answer.status_code == 401
    assert answer.json()["login"].startswith("/login/")
    part = browser.get("/me/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/messages/")
    assert part.status_code == 401
    assert part["HX-Redirect"].startswith("/login/?next=%2Fmessages%2F")


def test_cookie_is_closed_to_scripts_and_other_sites(browser):
    cookie = browser.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_private_pages_are_not_kept(browser):
    for name in ("me", "notice_list", "me_password"):
        assert "no-store" in browser.get(reverse(name))["Cache-Control"]
