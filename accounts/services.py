"""Deeds of the door: people, their passwords and roles, units. Every deed leaves a line in the audit log."""

import re

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit, auth, lockout
from accounts.addresses import address_of
from accounts.changes import in_words
from accounts.models import AuditKind, Role, Unit, UnitKind, User
from accounts.pinyin import search_key
from accounts.sample import random_password

_TOWNS = frozenset({UnitKind.SUBDISTRICT, UnitKind.TOWN})
_DEPARTMENTS = frozenset({UnitKind.DEPARTMENT, UnitKind.DEPARTMENT_GROUP, UnitKind.COUNTY_OFFICE})
ROLE_UNITS: dict[Role, frozenset[UnitKind]] = {
    Role.SYSADMIN: _DEPARTMENTS | {UnitKind.OFFICE},
    Role.LEADER: frozenset({UnitKind.LEADING_GROUP}),
    Role.OFFICE: frozenset({UnitKind.OFFICE}),
    Role.DEPARTMENT: _DEPARTMENTS,
    Role.FINANCE: _DEPARTMENTS,
    Role.TOWN_CLERK: _TOWNS,
    Role.TOWN_LEADER: _TOWNS,
    Role.TOWN_FINANCE: _TOWNS,
    Role.COMMUNITY: frozenset({UnitKind.COMMUNITY}),
    Role.CONTRACTOR: frozenset({UnitKind.CONTRACTOR}),
    Role.AUDITOR: _DEPARTMENTS | {UnitKind.THIRD_PARTY, UnitKind.CITY, UnitKind.PROVINCE},
}
"""At which kinds of unit a role may sit; a community's role at a town would open the wrong wall."""

STALE = ValidationError("这条记录在您打开后已被别人修改。请对照最新内容后再保存", code="stale")


def check_role(role: str, unit: Unit) -> None:
    """Refuse a role that does not belong at the unit."""
    kinds = ROLE_UNITS[Role(role)]
    if UnitKind(unit.kind) not in kinds:
        names = "、".join(kind.label for kind in UnitKind if kind in kinds)
        raise ValidationError({"role": f"“{Role(role).label}”要在{names}，{unit.short_name}是{unit.get_kind_display()}"})


@transaction.atomic
def create_person(*, by: User, request: HttpRequest | None = None, **fields) -> tuple[User, str]:
    """A new account with a random password, shown once and to be changed at the first login. Answers person and password."""
    person = User(**fields, must_change_password=True)
    check_role(person.role, person.unit)
    password = random_password()
    person.set_password(password)
    person.full_clean()
    person.save()
    audit.record(AuditKind.CREATE, user=by, request=request, about=person, label=_label(person), role=person.get_role_display())
    return person, password


@transaction.atomic
def change_person(person: User, *, by: User, opened_version: int, request: HttpRequest | None = None, **fields) -> User:
    """Change name, unit, role, post or expiry. A new role or unit ends the person's sessions. Refuses a stale form, the loss of the last
    administrator and a change of one's own role."""
    stored = _locked(person)
    if stored.version != opened_version:
        raise STALE
    before = {key: getattr(stored, key) for key in fields}
    if before == fields:
        return stored
    for key, value in fields.items():
        setattr(stored, key, value)
    check_role(stored.role, stored.unit)
    moved = before.get("role", stored.role) != stored.role or before.get("unit", stored.unit) != stored.unit
    if moved and by.pk == stored.pk:
        raise ValidationError({"role": "不能改自己的角色和单位，请另一位系统管理员办理"})
    if before.get("role") == Role.SYSADMIN and stored.role != Role.SYSADMIN:
        _keep_an_administrator(stored)
    if before.get("valid_until", stored.valid_until) != stored.valid_until and stored.expired():
        if by.pk == stored.pk:
            raise ValidationError({"valid_until": "有效期已过，会停掉您自己的账号"})
        _keep_an_administrator(stored)
    stored.version += 1
    stored.session_round += 1 if moved else 0
    stored.full_clean()
    stored.save()
    changed = {key: [_word(stored, key, before[key]), _word(stored, key, value)] for key, value in fields.items() if before[key] != value}
    audit.record(AuditKind.ROLE if moved else AuditKind.CHANGE, user=by, request=request, about=stored, label=_label(stored), **changed)
    return stored


@transaction.atomic
def disable_person(person: User, *, by: User, request: HttpRequest | None = None) -> User:
    """Shut an account and end its sessions; what the person did stays under their name."""
    stored = _locked(person)
    if stored.pk == by.pk:
        raise ValidationError("不能停用自己的账号，请另一位系统管理员办理")
    if not stored.is_active:
        return stored
    _keep_an_administrator(stored)
    return _turn(stored, by, request, active=False)


@transaction.atomic
def enable_person(person: User, *, by: User, request: HttpRequest | None = None) -> User:
    """Open a disabled account again."""
    stored = _locked(person)
    return stored if stored.is_active else _turn(stored, by, request, active=True)


def _turn(stored: User, by: User, request: HttpRequest | None, *, active: bool) -> User:
    stored.is_active = active
    stored._change_reason = "启用账号" if active else "停用账号"
    stored.version += 1
    stored.session_round += 1
    stored.save()
    audit.record(
        AuditKind.CHANGE, user=by, request=request, about=stored, label=_label(stored), active=["否", "是"] if active else ["是", "否"]
    )
    return stored


@transaction.atomic
def reset_password(person: User, *, by: User, request: HttpRequest | None = None) -> str:
    """A new random password, to be changed at the next login; ends the person's sessions and their lock. Answers the password, kept nowhere."""
    stored = _locked(person)
    password = random_password()
    stored.set_password(password)
    stored.must_change_password = True
    stored.password_changed_at = timezone.now()
    stored._change_reason = "重置密码"
    stored.version += 1
    stored.session_round += 1
    stored.save()
    lockout.unlock(stored.username)
    audit.record(AuditKind.PASSWORD_RESET, user=by, request=request, about=stored, label=_label(stored))
    return password


@transaction.atomic
def unlock_person(person: User, *, by: User, request: HttpRequest | None = None) -> None:
    """Forget the bad passwords of an account, so that it opens at once."""
    if lockout.unlock(person.username):
        audit.record(AuditKind.UNLOCKED, user=by, request=request, about=person, label=_label(person))


def change_own_password(request: HttpRequest, *, old: str, new: str) -> None:
    """Change the password of the person of `request` and end their other sessions; the rules are checked by the form.

    A wrong old password counts at the same lock as the login (and so stays counted when the deed is refused)."""
    door = lockout.knock(request.user.username, address_of(request))
    if door.shut:
        raise ValidationError({"old": "密码错的次数太多，已暂时锁定。请过一会儿再试"})
    if not request.user.check_password(old):
        left = lockout.failed(door)
        audit.record(AuditKind.PASSWORD, user=request.user, request=request, about=request.user, succeeded=False, reason="现在的密码不正确")
        raise ValidationError({"old": f"现在的密码不正确，还可再试 {left} 次" if left else "现在的密码不正确，已暂时锁定"})
    with transaction.atomic():
        stored = _locked(request.user)
        stored.set_password(new)
        stored.must_change_password = False
        stored.password_changed_at = timezone.now()
        stored._change_reason = "本人修改密码"
        stored.version += 1
        auth.end_other_sessions(request, stored)
        audit.record(AuditKind.PASSWORD, user=stored, request=request, about=stored, label=_label(stored))
    lockout.succeeded(door)


@transaction.atomic
def create_unit(*, by: User, request: HttpRequest | None = None, **fields) -> Unit:
    """A contractor, department or third party beside the units of the plan. Its code is the pinyin of its name with a number."""
    unit = Unit(**fields, code=_free_code(fields["name"]), order=900, search=search_key(fields["name"]))
    if Unit.objects.filter(name=unit.name, parent=unit.parent).exists():
        raise ValidationError({"name": "已有同名单位"})
    unit.full_clean()
    unit.save()
    audit.record(AuditKind.CREATE, user=by, request=request, about=unit, label=unit.name)
    return unit


@transaction.atomic
def change_unit(unit: Unit, *, by: User, opened_version: int, request: HttpRequest | None = None, **fields) -> Unit:
    """Change a unit that was added by hand; the units of the plan come from `load_plan`. Its kind stays while people sit there."""
    stored = Unit.objects.select_for_update().get(pk=unit.pk)
    if stored.version != opened_version:
        raise STALE
    before = {key: getattr(stored, key) for key in fields}
    if fields.get("kind", stored.kind) != stored.kind and stored.people.exists():
        raise ValidationError({"kind": "这个单位已有人员，不能改类别"})
    for key, value in fields.items():
        setattr(stored, key, value)
    stored.search = search_key(stored.name)
    stored.version += 1
    stored.full_clean()
    stored.save()
    changed = {key: [_word(stored, key, before[key]), _word(stored, key, value)] for key, value in fields.items() if before[key] != value}
    audit.record(AuditKind.CHANGE, user=by, request=request, about=stored, label=stored.name, **changed)
    return stored


def _locked(person: User) -> User:
    return User.objects.select_for_update(of=("self",)).select_related("unit").get(pk=person.pk)


def _keep_an_administrator(person: User) -> None:
    """Refuse what would leave the portal without an enabled administrator other than `person`."""
    others = User.objects.select_for_update(of=("self",)).filter(role=Role.SYSADMIN, is_active=True).exclude(pk=person.pk)
    was = User.objects.get(pk=person.pk)
    if was.role == Role.SYSADMIN and not any(not other.expired() for other in others):
        raise ValidationError("这是最后一位系统管理员，停用或改角色后就没有人能管理账号了。请先另设一位")


def _label(person: User) -> str:
    return f"{person.username} {person.name}"


def _word(record, key: str, value) -> str:
    return in_words(record, record._meta.get_field(key), getattr(value, "pk", value))


def _free_code(name: str) -> str:
    stem = re.sub(r"[^a-z0-9]", "", search_key(name).split(" ")[-1])[:30] or "unit"
    code, number = f"x-{stem}", 1
    while Unit.objects.filter(code=code).exists():
        number += 1
        code = f"x-{stem}-{number}"
    return code
