"""The login page: what opens, what locks, what a visitor may learn."""

import datetime
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import lockout
from accounts.models import AuditEvent, AuditKind, LoginFailure
from tests.conftest import PASSWORD

WRONG = "Yiding-Cuo-2022"


def log_in(client, username="guangfu", password=PASSWORD, **extra):
    return client.post(reverse("login"), {"username": username, "password": password}, **extra)


def words(response):
    return response.content.decode()


def test_right_password_opens_and_is_recorded(client, guangfu):
    response = log_in(client)
    assert response.status_code == 302
    assert response["Location"] == "/"
    event = AuditEvent.objects.get(kind=AuditKind.LOGIN)
    assert (event.user, event.address, event.succeeded) == (guangfu, "127.0.0.1", True)


def test_the_account_as_lists_show_it_opens_too(client, guangfu):
    assert log_in(client, username="@guangfu")["Location"] == "/"


def test_login_makes_no_row_in_the_persons_history(client, guangfu):
    before = guangfu.history.count()
    log_in(client)
    guangfu.refresh_from_db()
    assert guangfu.last_login is not None
    assert guangfu.history.count() == before


def test_wrong_password_counts_down_and_locks(client, db):
    for left in (4, 3, 2, 1):
        assert f"密码不正确，还可再试 {left} 次。连续错 5 次将锁定 30 分钟。" in words(log_in(client, password=WRONG))
    assert "已锁定 30 分钟" in words(log_in(client, password=WRONG))
    refused = log_in(client)
    assert refused.status_code == 200
    assert "已锁定 30 分钟" in words(refused)
    assert "_auth_user_id" not in client.session
    assert AuditEvent.objects.filter(kind=AuditKind.LOCKED, username="guangfu").count() == 1


def test_lock_is_for_one_account_at_one_address(client, db):
    for _ in range(6):
        log_in(client, password=WRONG)
    assert log_in(Client(), "zhulinqiao").status_code == 302
    assert log_in(Client(REMOTE_ADDR="10.0.0.9"), "guangfu").status_code == 302


def test_lock_ends_after_its_time_and_the_count_begins_anew(client, db):
    for _ in range(5):
        log_in(client, password=WRONG)
    past = timezone.now() - datetime.timedelta(minutes=31)
    LoginFailure.objects.update(at=past - datetime.timedelta(minutes=1), locked_until=None)
    last = LoginFailure.objects.order_by("id").last()
    last.locked_until = past
    last.save()
    assert "还可再试 4 次" in words(log_in(client, password=WRONG))
    assert log_in(client).status_code == 302


def test_old_failures_leave_the_window(client, db):
    for _ in range(4):
        log_in(client, password=WRONG)
    LoginFailure.objects.update(at=timezone.now() - datetime.timedelta(minutes=16))
    assert "还可再试 4 次" in words(log_in(client, password=WRONG))


def test_good_password_clears_the_count(client, db):
    for _ in range(4):
        log_in(client, password=WRONG)
    assert log_in(client).status_code == 302
    assert "还可再试 4 次" in words(log_in(Client(), password=WRONG))


def test_case_and_width_of_the_account_do_not_give_more_tries(client, db):
    for name in ("guangfu", "GuangFu", "ｇｕａｎｇｆｕ", " guangfu ", "GUANGFU"):
        log_in(client, name, WRONG)
    assert "已锁定" in words(log_in(client))


def test_address_has_an_hour_limit(client, db, settings):
    settings.LOCKOUT_PER_ADDRESS_PER_HOUR = 6
    for number in range(6):
        log_in(client, f"nobody{number}", WRONG)
    assert "这个网络地址一小时内登录失败次数过多" in words(log_in(client))
    assert log_in(Client(REMOTE_ADDR="10.0.0.9")).status_code == 302


def test_locked_login_does_not_hash(client, db, settings):
    for _ in range(5):
        log_in(client, password=WRONG)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    before = LoginFailure.objects.count()
    began = time.perf_counter()
    log_in(client)
    assert time.perf_counter() - began < 0.15
    assert LoginFailure.objects.count() == before, "a refused try must not prolong the lock"


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_CLIENT_IP"])
def test_spoofed_address_does_not_reset_the_count(client, db, header):
    for number in range(5):
        log_in(client, password=WRONG, **{header: f"10.9.8.{number}"})
    assert "已锁定" in words(log_in(client, **{header: "10.9.8.77"}))


def test_trusted_proxy_is_believed_only_for_its_own_entry(db, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1", "10.1.0.0/16"]
    for _ in range(5):
        log_in(Client(), password=WRONG, HTTP_X_FORWARDED_FOR="1.1.1.1, 203.0.113.5, 10.1.2.3")
    assert "已锁定" in words(log_in(Client(), HTTP_X_FORWARDED_FOR="9.9.9.9, 203.0.113.5"))
    assert log_in(Client(), HTTP_X_FORWARDED_FOR="203.0.113.6").status_code == 302
    assert AuditEvent.objects.filter(kind=AuditKind.LOGIN, address="203.0.113.6").exists()


def test_known_unknown_disabled_and_expired_accounts_read_the_same(client, person, guangfu):
    disabled, expired = person("dongjie"), person("contractor")
    disabled.is_active = False
    disabled.save()
    expired.valid_until = timezone.localdate() - datetime.timedelta(days=1)
    expired.save()
    pages = [
        log_in(Client(), name, password)
        for name, password in (("guangfu", WRONG), ("meiyouren", WRONG), ("dongjie", PASSWORD), ("contractor", PASSWORD))
    ]
    assert {page.status_code for page in pages} == {200}
    assert all("密码不正确，还可再试 4 次。" in words(page) for page in pages)

    def without_name(page, name):
        text = words(page).replace(f'value="{name}"', "")
        start = text.index("csrfmiddlewaretoken")
        return text[:start] + text[start + 110 :]

    names = ("guangfu", "meiyouren", "dongjie", "contractor")
    assert len({without_name(page, name) for page, name in zip(pages, names, strict=True)}) == 1


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed."""

    algorithm = "counted"
    hashed = 0

    def encode(self, password, salt):
        type(self).hashed += 1
        return super().encode(password, salt)


def test_known_unknown_and_disabled_accounts_cost_the_same_hashing(db, settings, guangfu, dongjie):
    settings.PASSWORD_HASHERS = ["tests.accounts.test_login.CountingHasher"]
    for person in (guangfu, dongjie):
        person.set_password(PASSWORD)
        person.is_active = person is guangfu
        person.save()
    costs = []
    for name in ("guangfu", "meiyouren", "dongjie"):
        CountingHasher.hashed = 0
        log_in(Client(), name, WRONG)
        costs.append(CountingHasher.hashed)
    assert costs == [1, 1, 1]


def test_passwords_typed_as_account_are_not_kept(client, db):
    log_in(client, "MimaDaCuo-DiFang99", WRONG)
    assert not AuditEvent.objects.filter(username__contains="MimaDaCuo").exists()
    assert not LoginFailure.objects.filter(account_key__contains="MimaDaCuo").exists()


def test_account_can_be_unlocked(client, as_person, guangfu):
    for _ in range(5):
        log_in(client, password=WRONG)
    assert lockout.locked_until("guangfu")
    response = as_person("sysadmin").post(reverse("person_unlock", args=[guangfu.pk]), follow=True)
    assert "已解除锁定" in words(response)
    assert lockout.locked_until("guangfu") is None
    assert log_in(client).status_code == 302
    assert AuditEvent.objects.filter(kind=AuditKind.UNLOCKED, object_id=str(guangfu.pk)).exists()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:x=1\r\nX: y",
        "http:///evil.example",
        " //evil.example",
        "evil",
    ],
)
def test_next_never_leaves_the_portal(db, target):
    client = Client()
    response = client.post(f"{reverse('login')}?next={target}", {"username": "guangfu", "password": PASSWORD, "next": target})
    assert response.status_code == 302
    assert response["Location"] == "/"


def test_next_is_followed_inside(client, db):
    page = client.get("/me/?a=1")
    assert page["Location"] == "/login/?next=%2Fme%2F%3Fa%3D1"
    response = client.post(page["Location"], {"username": "guangfu", "password": PASSWORD, "next": "/me/?a=1"})
    assert response["Location"] == "/me/?a=1"


def test_logged_in_visitor_is_sent_on(as_person):
    assert as_person("guangfu").get(reverse("login"))["Location"] == "/"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"username": "guangfu"},
        {"password": "x"},
        {"username": "a\x00b", "password": "x"},
        {"username": "x" * 5000, "password": "y" * 5000},
    ],
)
def test_odd_forms_are_answered_with_the_form(client, db, fields):
    assert client.post(reverse("login"), fields).status_code == 200


def test_login_asks_for_a_csrf_token(db):
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post(reverse("login"), {"username": "guangfu", "password": PASSWORD})
    assert refused.status_code == 403


def test_login_page_is_not_cached(client, db):
    assert "no-store" in client.get(reverse("login"))["Cache-Control"]


def test_five_tries_being_looked_at_make_the_sixth_wait(db, monkeypatch):
    monkeypatch.setattr(lockout, "TURN_SECONDS", 0.3)
    for _ in range(5):
        assert not lockout.knock("guangfu", "10.0.0.1").shut
    sixth = lockout.knock("guangfu", "10.0.0.1")
    assert (sixth.shut, sixth.reason) == (True, lockout.BUSY)
    assert lockout.locked_until("guangfu") is None, "waiting is no reason to lock"


def test_tries_without_an_answer_count_as_failed(db):
    for _ in range(5):
        lockout.knock("guangfu", "10.0.0.1")
    LoginFailure.objects.update(at=timezone.now() - lockout.LOOKED_AT)
    assert lockout.knock("guangfu", "10.0.0.1").reason == lockout.LOCKED
    assert lockout.locked_until("guangfu")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("right", [True, False])
def test_many_tries_at_once(right):
    """Twenty tries in twelve threads: with the right password all get in, with wrong ones at most five are looked at."""

    def attempt(_):
        try:
            door = lockout.knock("guangfu", "10.0.0.1")
            if door.shut:
                return False
            time.sleep(0.05)
            lockout.succeeded(door) if right else lockout.failed(door)
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        looked_at = list(pool.map(attempt, range(20))).count(True)
    assert looked_at == 20 if right else looked_at <= 5
    assert bool(lockout.locked_until("guangfu")) is not right
