"""Make the database ready for the servers: `python -m penxi_pilot.prepare`, safe to run again at every start.

Tables, the stamp of the mode, fonts, the official plan; then sample data in the sample mode, or the first administrator in the real one.
What a person must be told once (accounts, passwords) goes to standard output, progress to standard error.
"""

import argparse
import fcntl
import os
import shutil
import sys
import time
import unicodedata
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penxi_pilot.settings")

FONT_SECONDS = 60


class CannotPrepare(Exception):
    """Why the database cannot be made ready, in one line."""


def progress(line: str) -> None:
    sys.stderr.write(f"  {line}\n")
    sys.stderr.flush()


def tell(line: str = "") -> None:
    sys.stdout.write(line + "\n")


def main() -> int:
    argparse.ArgumentParser(prog="python -m penxi_pilot.prepare", description="准备数据库，可重复运行").parse_args()
    try:
        reason = prepare_or_reason()
    except ModuleNotFoundError as missing:
        if (Path(__file__).parents[1] / (missing.name or "").split(".")[0]).is_dir():
            raise  # a fault of our own, not of the set-up
        reason = f"缺少 Python 包 {missing.name}，请先运行 bin/setup"
    if reason:
        sys.stderr.write(f"无法启动：{reason}\n")
    return 3 if reason else 0


def prepare_or_reason() -> str:
    """Prepare; the reason, in one line, when that is refused or impossible."""
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management.base import CommandError
    from django.db import DatabaseError

    try:
        django.setup()
    except ImproperlyConfigured as refusal:
        return str(refusal)

    from penxi_pilot.stamp import WrongDatabase

    try:
        prepare()
    except (CannotPrepare, WrongDatabase, CommandError) as refusal:
        return str(refusal)
    except DatabaseError as fault:
        return f"数据库出错（{str(fault).splitlines()[0]}）"
    return ""


def prepare() -> None:
    """All steps in order. Raises WrongDatabase before anything is written to a database of the other mode."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from accounts.models import DatabaseStamp
    from penxi_pilot.stamp import check_stamp, stamp_database

    # A table without a row is left by a first start that was broken off: not a foreign database.
    if DatabaseStamp._meta.db_table in connection.introspection.table_names() and DatabaseStamp.objects.exists():
        check_stamp()
    progress("数据库表")
    call_command("migrate", interactive=False, verbosity=0, skip_checks=False)
    stamp_database()
    progress("官方方案")
    call_command("load_plan", stdout=sys.stderr)
    bring_fonts(settings.PENXI_VAR / "fonts")
    prepare_queue()
    if settings.SAMPLE_MODE:
        prepare_sample()
    else:
        prepare_administrator()


def bring_fonts(folder: Path) -> None:
    """Put the faces of official documents into `folder`, from where bin/setup fetches them in the background.

    While that is still running it is waited for, a minute at most; without them the system's Noto faces are used and the pages say so.
    """
    from reports.typeset.fetch import DIGESTS, have_fonts

    if have_fonts(folder):
        return
    fetched = Path(sys.prefix) / "fonts"
    deadline = time.monotonic() + FONT_SECONDS
    while not have_fonts(fetched) and _fetching() and time.monotonic() < deadline:
        time.sleep(0.5)
    if not have_fonts(fetched):
        progress("公文字体还没有取到，先用系统字体（有网络后再运行一次 bin/setup）")
        return
    for name in [*DIGESTS, *(paper.name for paper in fetched.glob("Fandol-*"))]:
        part = folder / f"{name}.part"
        part.unlink(missing_ok=True)
        try:
            part.hardlink_to(fetched / name)
        except OSError:  # another file system
            shutil.copyfile(fetched / name, part)
        part.replace(folder / name)


def _fetching() -> bool:
    """Whether bin/setup's download holds its lock."""
    try:
        with (Path(sys.prefix) / "fonts.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def prepare_queue() -> None:
    """Make the embedded queue before several processes open it at once: the transport does not survive two that both make it."""
    from django.conf import settings

    from penxi_pilot.celery import app

    if settings.CELERY_BROKER_URL.startswith("sqla+"):
        with app.connection_for_write() as connection:
            connection.default_channel.queue_declare(queue=app.conf.task_default_queue)


def prepare_sample() -> None:
    """Sample data once; the one password of all sample accounts at each start."""
    from django.core.management import call_command

    from accounts.models import DatabaseStamp, Unit
    from accounts.sample import create_accounts, sample_password

    password = sample_password()
    try:
        people = create_accounts(password=password)
    except Unit.DoesNotExist as missing:
        raise CannotPrepare(str(missing)) from missing
    if DatabaseStamp.objects.get(id=1).sample_loaded_at is None:
        progress("示例数据")
        call_command("load_sample", stdout=sys.stderr)
    tell("示例账号（口令都是下面这一个，数据均为示例）：")
    tell(f"    口令  {password}")
    for person in people:
        tell(f"    {padded(person.username, 18)}{padded(person.get_role_display(), 16)}{padded(person.post, 18)}{person.unit}")


def prepare_administrator() -> None:
    """The first account of a real portal: `admin` with a random password, shown once and to be changed at the first login."""
    from accounts.models import Unit
    from accounts.sample import ensure_admin

    try:
        made = ensure_admin()
    except Unit.DoesNotExist as missing:
        raise CannotPrepare(str(missing)) from missing
    if made:
        person, password = made
        tell("已建立系统管理员账号，口令只显示这一次，首次登录须修改：")
        tell(f"    账号  {person.username}")
        tell(f"    口令  {password}")


def padded(text: str, width: int) -> str:
    """`text` filled to `width` columns of a terminal, where a Chinese character takes two."""
    used = sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)
    return text + " " * max(0, width - used)


if __name__ == "__main__":
    sys.exit(main())
