"""Make the database ready for the servers: `python -m penxi_pilot.prepare`, safe to run again at every start.

Tables, the stamp of the mode, fonts, the official plan; then sample data in the sample mode, or the first administrator in the real one.
What a person must be told once (accounts, passwords) goes to standard output, progress to standard error.
"""

import argparse
import os
import secrets
import sys
import unicodedata
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penxi_pilot.settings")

# Without letters and digits that are easily confused; long enough to satisfy the rules of both modes.
PASSWORD_ALPHABETS = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789", "-+=@")


def random_password(length: int = 16) -> str:
    """A password with a character of each kind."""
    first = [secrets.choice(alphabet) for alphabet in PASSWORD_ALPHABETS]
    rest = [secrets.choice("".join(PASSWORD_ALPHABETS[:3])) for _ in range(length - len(first))]
    characters = first + rest
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)


def progress(line: str) -> None:
    sys.stderr.write(f"  {line}\n")
    sys.stderr.flush()


def tell(line: str = "") -> None:
    sys.stdout.write(line + "\n")


def main() -> int:
    argparse.ArgumentParser(prog="python -m penxi_pilot.prepare", description="准备数据库，可重复运行").parse_args()
    try:
        import django
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management.base import CommandError
        from django.db import DatabaseError
    except ImportError as missing:
        sys.stderr.write(f"无法启动：缺少 Python 包 {missing.name}，请先运行 bin/setup\n")
        return 3
    try:
        django.setup()
        from penxi_pilot.stamp import WrongDatabase

        prepare()
    except ImportError as missing:
        sys.stderr.write(f"无法启动：缺少 Python 包 {missing.name}，请先运行 bin/setup\n")
    except (ImproperlyConfigured, WrongDatabase, CommandError) as refusal:
        sys.stderr.write(f"无法启动：{refusal}\n")
    except DatabaseError as fault:
        sys.stderr.write(f"无法启动：数据库没有应答（{str(fault).splitlines()[0]}）\n")
    else:
        return 0
    return 3


def call_command(name: str, **options) -> None:
    """TEMPORARY while rooms are being built: a command that is not there yet is passed over."""
    from django.core.management import call_command as call
    from django.core.management import get_commands

    if name in get_commands():
        call(name, **options)
    else:
        progress(f"（还没有 {name}）")


def prepare() -> None:
    """All steps in order. Raises WrongDatabase before anything is written to a database of the other mode."""
    from django.conf import settings
    from django.db import connection

    from penxi_pilot.stamp import check_stamp, stamp_database

    if "accounts_databasestamp" in connection.introspection.table_names():
        check_stamp_unless_new(check_stamp)
    progress("数据库表")
    call_command("migrate", interactive=False, verbosity=0)
    stamp_database()
    fetch_fonts()
    progress("官方方案")
    call_command("load_plan", stdout=sys.stderr)
    if settings.SAMPLE_MODE:
        prepare_sample()
    else:
        prepare_administrator()


def check_stamp_unless_new(check_stamp) -> None:
    """A table without a row is left by a first start that was broken off: not a foreign database."""
    from accounts.models import DatabaseStamp

    if DatabaseStamp.objects.exists():
        check_stamp()


def fetch_fonts() -> None:
    """The faces of official documents; without them the system's Noto faces are used and the pages say so."""
    from django.core.management.base import CommandError

    try:
        call_command("fetch_fonts", stdout=sys.stderr, stderr=sys.stderr)
    except (CommandError, OSError) as fault:
        progress(f"公文字体没有取到，先用系统字体：{fault}")


def prepare_sample() -> None:
    """Sample data once; the one password of all sample accounts at each start."""
    from django.conf import settings

    from accounts.models import DatabaseStamp

    password = settings.PENXI_SAMPLE_PASSWORD or kept_password(settings.PENXI_VAR / "run" / "sample_password")
    if DatabaseStamp.objects.get(id=1).sample_loaded_at is None:
        progress("示例数据")
        call_command("load_sample", stdout=sys.stderr)
    people = set_sample_passwords(password)
    tell("示例账号（口令都是下面这一个，数据均为示例）：")
    tell(f"    口令  {password}")
    for username, role, unit in people:
        tell(f"    {padded(username, 16)}  {padded(role, 18)}  {unit}")


def kept_password(path: Path) -> str:
    """A random password, made at the first start and kept in a file that only its owner can read."""
    if not path.exists():
        with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600), encoding="utf8") as file:
            file.write(random_password())
    return path.read_text("utf8").strip()


def set_sample_passwords(password: str) -> list[tuple[str, str, str]]:
    """Give all sample accounts `password`; returns (account, role, unit) of each.

    One hash serves all of them: nineteen would cost seconds at each start and guard nothing that is not printed beside them.
    """
    from django.contrib.auth.hashers import check_password, make_password

    from accounts.models import User

    people = list(User.objects.filter(sample=True, is_active=True).select_related("unit").order_by("unit__order", "id"))
    if people:
        encoded = people[0].password
        if not check_password(password, encoded) or any(person.password != encoded for person in people):
            encoded = make_password(password)
        for person in people:
            if person.password != encoded or person.must_change_password:
                person.password, person.must_change_password = encoded, False
                person.save(update_fields=["password", "must_change_password"])
    return [(person.username, person.get_role_display(), str(person.unit)) for person in people]


def prepare_administrator() -> None:
    """The first account of a real portal: `admin` with a random password, shown once and to be changed at the first login."""
    from accounts.models import Role, Unit, UnitKind, User

    if User.objects.exists():
        return
    password = random_password()
    office = Unit.objects.filter(kind=UnitKind.OFFICE).order_by("order", "id").first()
    administrator = User(username="admin", name="系统管理员", unit=office, role=Role.SYSADMIN, must_change_password=True, sample=False)
    administrator.set_password(password)
    administrator.full_clean()
    administrator.save()
    tell("已建立系统管理员账号，口令只显示这一次，首次登录须修改：")
    tell("    账号  admin")
    tell(f"    口令  {password}")


def padded(text: str, width: int) -> str:
    """`text` filled to `width` columns of a terminal, where a Chinese character takes two."""
    used = sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)
    return text + " " * max(0, width - used)


if __name__ == "__main__":
    sys.exit(main())
