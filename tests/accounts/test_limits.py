"""Requests nobody sends by a page of ours, error pages, and the first people of a database."""

import datetime
import re
import stat

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts import once
from accounts.addresses import UNKNOWN, address_of
from accounts.models import LoginFailure, Role, SpentForm, User
from accounts.sample import ACCOUNTS, create_accounts, ensure_admin, sample_password
from accounts.tasks import sweep_door
from tests.conftest import PASSWORD


def test_too_large_request_is_refused_before_it_is_read(as_person, settings):
    settings.REQUEST_MAX_BYTES = 1000
    answer = as_person("guangfu").post(reverse("me_password"), {"old": "x" * 2000})
    assert answer.status_code == 413
    assert "文件太大，没有上传" in answer.content.decode()


def test_visitor_without_a_session_is_asked_to_log_in_before_a_large_form_is_read(client, db):
    answer = client.post("/activities/new/", {"text": "x" * 200_000}, HTTP_REFERER="http://testserver/activities/new/?a=1")
    assert answer["Location"] == "/login/?next=%2Factivities%2Fnew%2F%3Fa%3D1&why=idle-form"
    assert "填写的内容保存在本机草稿" in client.get(answer["Location"]).content.decode()
    assert client.post("/x/", {"text": "x" * 200_000}, HTTP_ACCEPT="application/json").status_code == 401


def test_length_that_is_not_stated_is_refused(as_person):
    answer = as_person("guangfu").post(reverse("me_password"), {"old": "x"}, HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 411


def test_strange_host_is_refused(client, db):
    assert client.get(reverse("login"), HTTP_HOST="evil.example").status_code == 400
    assert b"evil" not in client.get(reverse("login"), HTTP_X_FORWARDED_HOST="evil.example").content


@pytest.mark.parametrize("path", ["/nirgends/", "/people/99999999999999999999/", "/admin/", "/.git/config", "/media/x", "/static/"])
def test_unknown_addresses(as_person, path):
    answer = as_person("sysadmin").get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.content.decode()


def test_lost_token_says_what_to_do(as_person):
    strict = as_person("guangfu", enforce_csrf_checks=True)
    answer = strict.post(reverse("me_end_sessions"))
    assert answer.status_code == 403
    assert "没有提交" in answer.content.decode()


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        ([], "203.0.113.1", "1.1.1.1", "203.0.113.1"),
        (["127.0.0.1"], "127.0.0.1", "1.1.1.1", "1.1.1.1"),
        (["127.0.0.1"], "127.0.0.1", "", "127.0.0.1"),
        (["127.0.0.1"], "127.0.0.1", "1.1.1.1, unsinn", "127.0.0.1"),
        (["127.0.0.1", "10.0.0.0/8"], "127.0.0.1", "6.6.6.6, 1.1.1.1, 10.2.2.2", "1.1.1.1"),
        (["::1"], "::1", "2001:db8::1", "2001:db8::1"),
        (["127.0.0.1"], "::ffff:127.0.0.1", "1.1.1.1", "1.1.1.1"),
        ([], "", "1.1.1.1", UNKNOWN),
    ],
)
def test_address_of_the_visitor(settings, proxies, peer, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)) == expected


def test_sample_accounts_are_made_again_without_change(db):
    before = {person.username: person.history.count() for person in User.objects.all()}
    create_accounts(password=PASSWORD)
    assert {person.username: person.history.count() for person in User.objects.all()} == before
    create_accounts(password="Ein-anderes-2022")
    assert all(person.check_password("Ein-anderes-2022") for person in User.objects.all())


def test_sample_people_bear_role_names(db):
    assert len(ACCOUNTS) == 19
    for person in User.objects.all():
        assert person.name.startswith("示例")
        assert "社工" not in person.name
        assert person.sample


def test_sample_password_is_kept_for_its_owner_only(settings, tmp_path):
    settings.PENXI_VAR, settings.PENXI_SAMPLE_PASSWORD = tmp_path, ""
    password = sample_password()
    assert sample_password() == password
    assert stat.S_IMODE((tmp_path / "run" / "sample_password").stat().st_mode) == 0o600
    settings.PENXI_SAMPLE_PASSWORD = "Vorgegeben-2022"
    assert sample_password() == "Vorgegeben-2022"


def test_administrator_of_an_empty_database(db, capsys, settings):
    assert ensure_admin() is None, "the sample administrator is one already"
    User.objects.filter(role=Role.SYSADMIN).delete()
    call_command("create_admin")
    line = capsys.readouterr().out
    name, password = re.fullmatch(r"ADMIN_PASSWORD (\S+) (\S+)\n", line).groups()
    person = User.objects.get(username=name)
    assert (name, person.role, person.must_change_password, person.check_password(password)) == ("admin", Role.SYSADMIN, True, True)
    call_command("create_admin")
    assert password not in capsys.readouterr().out
    settings.SAMPLE_MODE = False
    client = Client()
    client.post(reverse("login"), {"username": "admin", "password": password})
    assert client.get(reverse("person_list"))["Location"] == reverse("me_password")


def test_sample_accounts_are_refused_in_real_use(db, settings):
    settings.SAMPLE_MODE = False
    with pytest.raises(CommandError, match="示例模式"):
        call_command("set_sample_password")


def test_sweep_drops_what_is_over_and_nothing_else(db, guangfu):
    now = timezone.now()
    for age in (datetime.timedelta(0), datetime.timedelta(days=8)):
        LoginFailure.objects.create(account_key="k", address="a", at=now - age)
        SpentForm.objects.create(token=once.new_token(), user=guangfu, at=now - age)
        Session.objects.create(session_key=f"k{age.days}", session_data="", expire_date=now - age + datetime.timedelta(hours=1))
    sweep_door()
    assert (LoginFailure.objects.count(), SpentForm.objects.count(), Session.objects.count()) == (1, 1, 1)
