"""The password rules: each bad value is refused with its reason, good ones pass, nothing is cut or changed."""

import datetime

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, AuditKind
from accounts.sample import random_password
from tests.conftest import PASSWORD

BAD = [
    ("Kurz-7x", "太短"),
    ("Elf-Zeichen", "太短"),
    ("Ab3-" * 32 + "x", "太长"),
    ("Bu-kejian\x07-2022", "控制字符"),
    ("abwechslung", "太短"),
    ("nurbuchstaben", "字符种类太少"),
    ("NurBuchstaben", "字符种类太少"),
    ("nurbuchst1234", "字符种类太少"),
    ("827364918273", "字符种类太少"),
    ("111111111111", "不同的字符太少"),
    ("Aa1!Aa1!Aa1!", "不同的字符太少"),
    ("Xy7!pXy7!pXy7!p", "重复"),
    ("Password1234", "太常见"),
    ("Password123!", "太常见"),
    ("P@ssw0rd2022!", "太常见"),
    ("Admin@123456", "太常见"),
    ("Welcome@2022!", "太常见"),
    ("Iloveyou2022!", "太常见"),
    ("Dragon!202211", "太常见"),
    ("Shequ@202208", "太常见"),
    ("Minzheng@2022", "太常见"),
    ("Qwertyuiop1!", "太常见"),
    ("Aa123456789!", "太常见"),
    ("Zz1234567890", "连着"),
    ("1qaz2wsx3edcR", "连着"),
    ("Penxi-Keji-2022", "penxi"),
    ("Pengxi@Gongzuo7", "pengxi"),
    ("我在蓬溪上班A1-xyz", "蓬溪"),
    ("GuangFu-Shu-77", "guangfu"),
    ("Zhu.Lin.Qiao-77x", "zhulinqiao"),
    ("Xiahejie#Wode9", "xiahejie"),
    ("在下河街住了很久-A1", "下河街"),
    ("Puan-Kaishi-2022x", "puan"),
    ("ＰＥＮＸＩ-Keji-2022", "penxi"),
    ("dianlaoban-Xk9-wo", "账号"),
    ("naboalnaid-Xk9-wo", "账号"),
    ("Wo-shi-示例电老板-9", "姓名"),
]

GOOD = [
    "Chuntian-Zhongshu-7",
    "Xk9#mQ7$vL2p",
    "correct horse battery staple",
    "春天种下的那棵树今年开了三朵白花",
    "春" + "江潮水连海平海上明月共潮生滟滟随波千万里何处春江无月明江流宛转绕芳甸月照花林皆似霰空里流霜不觉飞汀上白沙看不见江天一色无纤",
    "  空格开头也算-A1b  ",
    "😀-Xiaolian-2022",
]


@pytest.fixture
def boss(guangfu):
    guangfu.username, guangfu.name = "dianlaoban", "示例电老板"
    return guangfu


@pytest.mark.parametrize(("password", "reason"), BAD)
def test_bad_password_is_refused_with_its_reason(boss, password, reason):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, boss)
    assert reason in "；".join(refusal.value.messages)


@pytest.mark.parametrize("password", GOOD)
def test_good_password_passes(boss, password):
    validate_password(password, boss)


def test_random_passwords_pass(boss):
    for _ in range(50):
        validate_password(random_password(), boss)


def test_random_passwords_hold_no_syllable(boss):
    assert not set("".join(random_password() for _ in range(50)).lower()) & set("aeiouy")


def test_kinds_can_be_switched_off(boss, settings):
    settings.PASSWORD_CHARACTER_KINDS = 0
    validate_password("mxkqvzbrtplw", boss)


def test_the_form_shows_the_reason_and_changes_nothing(as_person, guangfu):
    client = as_person("guangfu")
    page = client.post(reverse("me_password"), {"old": PASSWORD, "new": "Password1234", "again": "Password1234"})
    assert "密码太常见" in page.content.decode()
    guangfu.refresh_from_db()
    assert guangfu.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("old", "new", "again", "reason"),
    [
        ("Falsch-2022-xx", GOOD[0], GOOD[0], "现在的密码不正确，还可再试 4 次"),
        (PASSWORD, GOOD[0], GOOD[1], "两次输入的新密码不一致"),
        (PASSWORD, PASSWORD, PASSWORD, "新密码不能与现在的密码相同"),
        (PASSWORD, "", "", "必填"),
    ],
)
def test_form_refusals(as_person, old, new, again, reason):
    page = as_person("guangfu").post(reverse("me_password"), {"old": old, "new": new, "again": again})
    assert page.status_code == 200
    assert reason in page.content.decode()


def test_wrong_old_password_counts_at_the_same_lock(as_person):
    client = as_person("guangfu")
    for _ in range(5):
        client.post(reverse("me_password"), {"old": "Falsch-2022-xx", "new": GOOD[0], "again": GOOD[0]})
    page = client.post(reverse("me_password"), {"old": PASSWORD, "new": GOOD[0], "again": GOOD[0]})
    assert "已暂时锁定" in page.content.decode()


def test_long_chinese_passphrase_works_and_is_not_cut(as_person):
    phrase = GOOD[4]
    assert len(phrase) >= 60
    as_person("guangfu").post(reverse("me_password"), {"old": PASSWORD, "new": phrase, "again": phrase})
    assert Client().post(reverse("login"), {"username": "guangfu", "password": phrase[:-1]}).status_code == 200
    assert Client().post(reverse("login"), {"username": "guangfu", "password": phrase}).status_code == 302
    assert AuditEvent.objects.filter(kind=AuditKind.PASSWORD, succeeded=True, username="guangfu").count() == 1


@pytest.fixture
def real(settings):
    settings.SAMPLE_MODE = False


def test_first_password_must_be_changed(as_person, guangfu, real):
    guangfu.must_change_password = True
    guangfu.save()
    client = as_person("guangfu")
    for name in ("me", "notice_list", "home"):
        assert client.get(reverse(name))["Location"] == reverse("me_password")
    assert client.get("/me/", HTTP_ACCEPT="application/json").status_code == 403
    page = client.get(reverse("me_password"))
    assert "请先修改密码" in page.content.decode()
    refused = client.post(reverse("me_password"), {"old": PASSWORD, "new": "abc", "again": "abc"}).content.decode()
    assert "密码不保留，请重新填写" in refused and "填写的内容都已保留" not in refused
    answer = client.post(reverse("me_password"), {"old": PASSWORD, "new": GOOD[0], "again": GOOD[0]})
    assert answer["Location"] == reverse("home")
    assert client.get(reverse("me")).status_code == 200


def test_password_past_its_age_must_be_changed(as_person, guangfu, real, settings):
    guangfu.password_changed_at -= datetime.timedelta(days=settings.PASSWORD_MAX_AGE_DAYS + 1)
    guangfu.save()
    client = as_person("guangfu")
    assert client.get(reverse("me"))["Location"] == reverse("me_password")
    settings.PASSWORD_MAX_AGE_DAYS = 0
    assert client.get(reverse("me")).status_code == 200


def test_sample_mode_forces_nothing(as_person, guangfu):
    guangfu.must_change_password = True
    guangfu.save()
    assert as_person("guangfu").get(reverse("me")).status_code == 200
