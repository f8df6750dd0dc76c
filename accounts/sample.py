"""The first people of a database: the sample accounts of the sample mode, or one administrator for real use.

Sample people bear the name of a role, never a personal name (示例社区工作者01).
"""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import Role, Unit, UnitKind, User
from accounts.pinyin import search_key

CONTRACTOR_UNIT = "sample_contractor"
_LETTERS = "BCDFGHJKLMNPQRSTVWXZbcdfghjkmnpqrstvwxz23456789"
"""No look-alikes: a password is read aloud or copied by hand. No vowels: so no word, no syllable of a place name comes about by chance."""

# account, name, code of the unit, role, post
ACCOUNTS = (
    ("sysadmin", "示例系统管理员", "leading_group_office", Role.SYSADMIN, "系统管理员"),
    ("office", "示例经办人", "leading_group_office", Role.OFFICE, "经办人"),
    ("office2", "示例复核人", "leading_group_office", Role.OFFICE, "复核人"),
    ("leader", "示例领导", "leading_group", Role.LEADER, "领导小组成员"),
    ("department", "示例部门联络员", "civil_affairs_bureau", Role.DEPARTMENT, "部门联络员"),
    ("finance", "示例财政干部", "finance_bureau", Role.FINANCE, "业务股室经办人"),
    ("puan", "示例街道经办人", "puan_street", Role.TOWN_CLERK, "经办人"),
    ("puan2", "示例街道分管领导", "puan_street", Role.TOWN_LEADER, "分管领导"),
    ("puan_finance", "示例街道财政所人员", "puan_street", Role.TOWN_FINANCE, "财政所会计"),
    ("chicheng", "示例镇经办人", "chicheng_town", Role.TOWN_CLERK, "经办人"),
    ("chicheng2", "示例镇分管领导", "chicheng_town", Role.TOWN_LEADER, "分管领导"),
    ("chicheng_finance", "示例镇财政所人员", "chicheng_town", Role.TOWN_FINANCE, "财政所会计"),
    ("guangfu", "示例社区工作者01", "guangfu", Role.COMMUNITY, "社区专干"),
    ("zhulinqiao", "示例社区工作者02", "zhulinqiao", Role.COMMUNITY, "社区专干"),
    ("xiahejie", "示例社区工作者03", "xiahejie", Role.COMMUNITY, "社区报账员"),
    ("dongjie", "示例社区工作者04", "dongjie", Role.COMMUNITY, "社区专干"),
    ("nanbeijie", "示例社区工作者05", "nanbeijie", Role.COMMUNITY, "社区专干"),
    ("contractor", "示例项目负责人", CONTRACTOR_UNIT, Role.CONTRACTOR, "项目负责人"),
    ("auditor", "示例审计人员", "third_party", Role.AUDITOR, "审计人员"),
)


def random_password() -> str:
    """Four groups of four letters and digits, about 88 bits; long enough for the rules of accounts.passwords."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


@transaction.atomic
def create_accounts(*, password: str) -> list[User]:
    """Make the sample accounts that are missing and give all of them `password`. Running it again changes nothing else.

    The units come from `load_plan`; a missing one raises Unit.DoesNotExist. All sample accounts share one hash (they share the
    password anyway), so that a start costs one hashing and not nineteen."""
    units = _units()
    people = {person.username: person for person in User.objects.filter(username__in=[row[0] for row in ACCOUNTS])}
    shared = _shared_hash(password, [person.password for person in people.values()])
    for username, name, unit, role, post in ACCOUNTS:
        person = people.get(username)
        if person is not None and person.password == shared and not person.must_change_password:
            continue
        if person is None:
            person = User(username=username, name=name, unit=units[unit], role=role, post=post, sample=True)
            people[username] = person
        person.password = shared
        person.must_change_password = False
        person.password_changed_at = timezone.now()
        person.save()
    return [people[row[0]] for row in ACCOUNTS]


def _units() -> dict[str, Unit]:
    found = {unit.code: unit for unit in Unit.objects.all()}
    if CONTRACTOR_UNIT not in found:
        name = "示例承接组织"
        found[CONTRACTOR_UNIT] = Unit.objects.create(
            code=CONTRACTOR_UNIT,
            name=name,
            short_name=name,
            kind=UnitKind.CONTRACTOR,
            parent=found["xiahejie"],
            order=900,
            note="示例数据：按合同为下河街社区开展活动",
            search=search_key(name),
            sample=True,
        )
    missing = {row[2] for row in ACCOUNTS} - found.keys()
    if missing:
        raise Unit.DoesNotExist(f"缺少单位 {'、'.join(sorted(missing))}：请先运行 load_plan")
    return found


def _shared_hash(password: str, stored: list[str]) -> str:
    """The hash in use when it already belongs to `password`, else a new one."""
    common = max(set(stored), key=stored.count, default="")
    return common if common and check_password(password, common) else make_password(password)


def sample_password() -> str:
    """The password of the sample accounts: PENXI_SAMPLE_PASSWORD, or a random one kept in PENXI_VAR/run/sample_password (0600)."""
    if settings.PENXI_SAMPLE_PASSWORD:
        return settings.PENXI_SAMPLE_PASSWORD
    path = Path(settings.PENXI_VAR) / "run" / "sample_password"
    if path.is_file() and (kept := path.read_text(encoding="utf-8").strip()):
        return kept
    path.parent.mkdir(parents=True, exist_ok=True)
    password = random_password()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(password + "\n")
    path.chmod(0o600)
    return password


@transaction.atomic
def ensure_admin() -> tuple[User, str] | None:
    """One administrator `admin` with a random password that must be changed at the first login.

    Returns the person and the password, which is nowhere kept and shown once; None when a system administrator already exists."""
    if User.objects.filter(role=Role.SYSADMIN).exists():
        return None
    unit = Unit.objects.filter(code__in=("leading_group_office", "county_gov_office")).order_by("-code").first()
    if unit is None:
        raise Unit.DoesNotExist("缺少领导小组办公室：请先运行 load_plan")
    password = random_password()
    admin = User.objects.create_user("admin", password, name="系统管理员", unit=unit, role=Role.SYSADMIN, post="系统管理员", sample=False)
    return admin, password
