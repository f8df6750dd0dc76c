"""系统管理 · 人员 and 单位: what the administrator may do, and what nobody may."""

import datetime
import io

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts import services
from accounts.changes import changes_of
from accounts.models import AuditEvent, AuditKind, Role, Unit, UnitKind, User
from tests.conftest import PASSWORD


@pytest.fixture
def admin(as_person):
    return as_person("sysadmin")


def fields_of(person, **changes):
    found = {
        "username": person.username,
        "name": person.name,
        "unit": person.unit_id,
        "role": person.role,
        "post": person.post,
        "valid_until": "",
    }
    return found | changes


def opened(client, person):
    """The hidden version of the form as it stands now."""
    return client.get(reverse("person_edit", args=[person.pk])).context["form"]["opened"].value()


def shown_password(page):
    return page.context["password"]


NEW = {"username": "xinren", "name": "示例新人", "role": Role.COMMUNITY, "post": "社区专干", "valid_until": ""}


def test_new_person_gets_a_password_shown_once(admin):
    unit = Unit.objects.get(code="guangfu")
    page = admin.post(reverse("person_new"), NEW | {"unit": unit.pk})
    person = User.objects.get(username="xinren")
    password = shown_password(page)
    assert password in page.content.decode()
    assert "只显示这一次" in page.content.decode()
    assert person.check_password(password)
    assert person.must_change_password
    assert password not in admin.get(reverse("person_detail", args=[person.pk])).content.decode()
    assert Client().post(reverse("login"), {"username": "xinren", "password": password}).status_code == 302
    assert AuditEvent.objects.get(kind=AuditKind.CREATE, object_id=str(person.pk)).object_label == "xinren 示例新人"
    assert password not in str(list(AuditEvent.objects.values()))


def test_new_person_is_made_once_however_often_the_form_is_sent(admin):
    form = NEW | {"unit": Unit.objects.get(code="guangfu").pk, "once": "6f1c2c7e-9d0a-4b52-8a42-0d7d54f5a001"}
    assert admin.post(reverse("person_new"), form).status_code == 200
    person = User.objects.get(username="xinren")
    again = admin.post(reverse("person_new"), form | {"username": "xinren2"})
    assert again["Location"] == reverse("person_detail", args=[person.pk])
    assert User.objects.filter(username__startswith="xinren").count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"username": "guangfu"}, "这个账号已被使用"),
        ({"username": "有 空格"}, "账号"),
        ({"username": ""}, "请填写账号"),
        ({"name": ""}, "请填写姓名"),
        ({"unit": ""}, "请选择单位"),
        ({"role": Role.OFFICE}, "“领导小组办公室”要在领导小组办公室，广福社区是社区"),
        ({"role": "kaiser"}, "角色"),
        ({"valid_until": "31.12.2022"}, "有效期至"),
        ({"name": "名" * 41}, "姓名"),
    ],
)
def test_new_person_refusals_keep_what_was_typed(admin, changes, reason):
    before = User.objects.count()
    page = admin.post(reverse("person_new"), NEW | {"unit": Unit.objects.get(code="guangfu").pk} | changes)
    text = page.content.decode()
    assert page.status_code == 200
    assert reason in text
    assert "社区专干" in text
    assert User.objects.count() == before


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_unit_it_fits_and_one_it_does_not(db, role):
    for kind in services.ROLE_UNITS[role]:
        services.check_role(role, Unit(kind=kind, short_name="x"))
    with pytest.raises(ValidationError):
        services.check_role(role, Unit(kind=next(kind for kind in UnitKind if kind not in services.ROLE_UNITS[role]), short_name="x"))


def test_sample_accounts_sit_where_their_roles_belong(db):
    for person in User.objects.select_related("unit"):
        services.check_role(person.role, person.unit)


def test_status_and_password_cannot_be_set_by_extra_fields(admin, guangfu):
    extra = {
        "is_active": "",
        "password": "x",
        "must_change_password": "on",
        "sample": "",
        "session_round": "77",
        "version": "9",
        "username": "boese",
    }
    admin.post(reverse("person_edit", args=[guangfu.pk]), fields_of(guangfu, post="社区报账员", opened=opened(admin, guangfu)) | extra)
    guangfu.refresh_from_db()
    assert guangfu.post == "社区报账员"
    assert (guangfu.is_active, guangfu.sample, guangfu.session_round, guangfu.username) == (True, True, 1, "guangfu")
    assert guangfu.check_password(PASSWORD)


def test_role_change_is_in_the_audit_log_and_in_the_history(admin, guangfu):
    puan = Unit.objects.get(code="puan_street")
    form = fields_of(guangfu, unit=puan.pk, role=Role.TOWN_CLERK, opened=opened(admin, guangfu))
    page = admin.post(reverse("person_edit", args=[guangfu.pk]), form, follow=True)
    event = AuditEvent.objects.get(kind=AuditKind.ROLE)
    assert event.detail["role"] == ["社区", "街道/镇经办"]
    assert event.detail["unit"] == ["广福社区", "普安街道"]
    text = page.content.decode()
    assert "角色：社区 → 街道/镇经办" in text
    assert "单位：广福社区 → 普安街道" in text
    assert "示例系统管理员（领导小组办公室）" in text


def test_stale_form_is_refused_with_both_values(admin, guangfu):
    form = fields_of(guangfu, name="我的版本", opened=opened(admin, guangfu))
    admin.post(reverse("person_edit", args=[guangfu.pk]), fields_of(guangfu, name="先到的版本", opened=form["opened"]))
    page = admin.post(reverse("person_edit", args=[guangfu.pk]), form)
    text = page.content.decode()
    assert page.status_code == 409
    assert "已被别人修改" in text
    assert "先到的版本" in text
    assert 'value="我的版本"' in text
    guangfu.refresh_from_db()
    assert guangfu.name == "先到的版本"
    form["opened"] = page.context["form"]["opened"].value()
    admin.post(reverse("person_edit", args=[guangfu.pk]), form)
    guangfu.refresh_from_db()
    assert guangfu.name == "我的版本"


@pytest.mark.parametrize("token", ["", "1", "2:abc", "99:Zm9v"])
def test_altered_version_is_refused(admin, guangfu, token):
    page = admin.post(reverse("person_edit", args=[guangfu.pk]), fields_of(guangfu, name="Neu", opened=token))
    assert page.status_code == 409
    guangfu.refresh_from_db()
    assert guangfu.name != "Neu"


def test_version_of_another_person_is_refused(admin, guangfu, xiahejie):
    page = admin.post(reverse("person_edit", args=[guangfu.pk]), fields_of(guangfu, name="Neu", opened=opened(admin, xiahejie)))
    assert page.status_code == 409


def test_nobody_disables_or_demotes_themselves(admin, sysadmin):
    page = admin.post(reverse("person_disable", args=[sysadmin.pk]), follow=True)
    assert "不能停用自己的账号" in page.content.decode()
    page = admin.post(reverse("person_edit", args=[sysadmin.pk]), fields_of(sysadmin, role=Role.OFFICE, opened=opened(admin, sysadmin)))
    assert "不能改自己的角色和单位" in page.content.decode()
    yesterday = (timezone.localdate() - datetime.timedelta(days=1)).isoformat()
    page = admin.post(
        reverse("person_edit", args=[sysadmin.pk]), fields_of(sysadmin, valid_until=yesterday, opened=opened(admin, sysadmin))
    )
    assert "会停掉您自己的账号" in page.content.decode()
    sysadmin.refresh_from_db()
    assert sysadmin.is_active
    assert sysadmin.role == Role.SYSADMIN


def test_the_last_administrator_stays(sysadmin, office):
    second = User.objects.create_user("zweite", PASSWORD, name="示例系统管理员二", unit=sysadmin.unit, role=Role.SYSADMIN)
    services.disable_person(second, by=sysadmin)
    with pytest.raises(ValidationError, match="最后一位系统管理员"):
        services.disable_person(sysadmin, by=office)
    with pytest.raises(ValidationError, match="最后一位系统管理员"):
        services.change_person(sysadmin, by=office, opened_version=sysadmin.version, role=Role.OFFICE)
    services.enable_person(second, by=sysadmin)
    services.disable_person(sysadmin, by=second)
    sysadmin.refresh_from_db()
    assert not sysadmin.is_active


def test_reset_shows_a_new_password_and_ends_the_old_one(admin, guangfu):
    page = admin.post(reverse("person_reset_password", args=[guangfu.pk]))
    guangfu.refresh_from_db()
    assert guangfu.check_password(shown_password(page))
    assert guangfu.must_change_password
    assert AuditEvent.objects.filter(kind=AuditKind.PASSWORD_RESET, object_id=str(guangfu.pk)).count() == 1
    assert "no-store" in page["Cache-Control"]


def test_own_password_is_not_reset_here(admin, sysadmin):
    page = admin.post(reverse("person_reset_password", args=[sysadmin.pk]), follow=True)
    assert "自己的密码请在“我的”里修改" in page.content.decode()


def test_disabled_person_cannot_log_in_until_enabled(admin, guangfu):
    admin.post(reverse("person_disable", args=[guangfu.pk]))
    assert Client().post(reverse("login"), {"username": "guangfu", "password": PASSWORD}).status_code == 200
    admin.post(reverse("person_enable", args=[guangfu.pk]))
    assert Client().post(reverse("login"), {"username": "guangfu", "password": PASSWORD}).status_code == 302


def test_filters_and_odd_parameters(admin, person):
    expired = person("auditor")
    expired.valid_until = timezone.localdate() - datetime.timedelta(days=1)
    expired.save()

    def names(**query):
        return {found.username for found in admin.get(reverse("person_list"), query).context["page"]}

    assert names(unit="guangfu") == {"guangfu"}
    assert names(role="office") == {"office", "office2"}
    assert names(q="xhj") == {"xiahejie"}
    assert names(q="示例领导") == {"leader"}
    assert names(state="expired") == {"auditor"}
    assert "auditor" not in names(state="active")
    assert names(state="disabled") == set()
    for odd in (
        {"unit": "nirgends"},
        {"role": "kaiser"},
        {"state": "x"},
        {"page": "999"},
        {"page": "abc"},
        {"q": "%_'\";--"},
        {"q": "x" * 3000},
    ):
        assert admin.get(reverse("person_list"), odd).status_code == 200


def test_export_holds_exactly_what_is_filtered(admin):
    answer = admin.get(reverse("person_list"), {"role": "office", "export": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    accounts = {row[1] for row in cells if row[0] in (1, 2)}
    assert accounts == {"office", "office2"}
    assert AuditEvent.objects.get(kind=AuditKind.EXPORT).detail["rows"] == 2


PEOPLE_PAGES = ["person_list", "person_new", "unit_list", "unit_new"]
DEEDS = ["person_detail", "person_edit", "person_reset_password", "person_disable", "person_enable", "person_unlock"]


@pytest.mark.parametrize("username", ["office", "leader", "auditor", "puan", "guangfu", "contractor", "finance", "department"])
def test_only_the_administrator_gets_in(as_person, username, xiahejie):
    client = as_person(username)
    for name in PEOPLE_PAGES:
        assert client.get(reverse(name)).status_code == 403
        assert client.post(reverse(name), NEW).status_code in (403, 405)
    for name in DEEDS:
        assert client.post(reverse(name, args=[xiahejie.pk]), {}).status_code in (403, 405)
        assert client.get(reverse(name, args=[xiahejie.pk])).status_code in (403, 405)
    xiahejie.refresh_from_db()
    assert xiahejie.is_active
    assert xiahejie.check_password(PASSWORD)


def test_list_costs_the_same_for_more_people(admin):
    def cost(query):
        with CaptureQueriesContext(connection) as seen:
            assert admin.get(reverse("person_list"), query).status_code == 200
        return len(seen)

    cost({"unit": "guangfu"})
    one = cost({"unit": "guangfu"})
    three = cost({"unit": "puan_street"})
    assert one == three
    assert three <= 12


def test_unit_is_added_and_changed(admin):
    community = Unit.objects.get(code="dongjie")
    form = {"kind": "contractor", "name": "示例助老服务中心", "short_name": "", "parent": community.pk, "note": "合同期至2023年3月"}
    admin.post(reverse("unit_new"), form)
    unit = Unit.objects.get(name="示例助老服务中心")
    assert (unit.parent, unit.short_name, unit.code) == (community, "示例助老服务中心", "x-slzlfwzx")
    assert "zhulao" in unit.search
    token = admin.get(reverse("unit_edit", args=[unit.pk])).context["form"]["opened"].value()
    admin.post(reverse("unit_edit", args=[unit.pk]), form | {"short_name": "助老中心", "opened": token})
    unit.refresh_from_db()
    assert unit.short_name == "助老中心"
    stale = admin.post(reverse("unit_edit", args=[unit.pk]), form | {"short_name": "Andere", "opened": token})
    assert stale.status_code == 409
    assert "助老中心" in admin.get(reverse("unit_list")).content.decode()


def test_unit_refusals(admin):
    page = admin.post(reverse("unit_new"), {"kind": "contractor", "name": "无主组织"})
    assert "承接组织须选择所服务的社区" in page.content.decode()
    page = admin.post(reverse("unit_new"), {"kind": "community", "name": "第七社区"})
    assert page.status_code == 200
    assert not Unit.objects.filter(name="第七社区").exists()
    page = admin.post(reverse("unit_new"), {"kind": "county_department", "name": "县残联"})
    assert "已有同名单位" in page.content.decode()


def test_units_of_the_plan_are_not_changed_here(admin):
    unit = Unit.objects.get(code="guangfu")
    page = admin.post(reverse("unit_edit", args=[unit.pk]), {"kind": "contractor", "name": "X"}, follow=True)
    assert "由实施方案载入" in page.content.decode()
    unit.refresh_from_db()
    assert unit.name == "广福社区"


def test_history_reads_as_people_speak(admin, guangfu):
    admin.post(reverse("person_reset_password", args=[guangfu.pk]))
    admin.post(reverse("person_disable", args=[guangfu.pk]))
    admin.post(reverse("person_enable", args=[guangfu.pk]))
    changes = changes_of(guangfu)
    assert [change.reason for change in changes[:3]] == ["启用账号", "停用账号", "重置密码"]
    assert changes[0].sentence == "启用由“否”改为“是”"
    assert changes[2].sentence == "下次登录须改密码由“否”改为“是”"
    assert {change.who for change in changes[:3]} == {"示例系统管理员"}
    assert changes[-1].kind == "新增"


def test_history_costs_the_same_for_more_changes(guangfu, sysadmin):
    def change(post):
        guangfu.refresh_from_db()
        unit = Unit.objects.get(code=post)
        services.change_person(guangfu, by=sysadmin, opened_version=guangfu.version, unit=unit)

    def cost():
        with CaptureQueriesContext(connection) as seen:
            assert changes_of(guangfu)
        return len(seen)

    change("dongjie")
    one = cost()
    change("xiahejie")
    change("guangfu")
    assert cost() == one
