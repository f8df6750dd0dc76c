"""A database knows what it is: with sample data, or real. A sample database never starts as production, nor the other way round."""

import sys
import time

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection

from accounts.models import DatabaseStamp

WORDS = {"sample": "示例", "real": "正式"}


class WrongDatabase(Exception):
    """The database may not be used by this process; the text says why, in one line."""


def stamp_database() -> DatabaseStamp:
    """Stamp a fresh database with the mode of this process, or check the stamp that is there. Raises WrongDatabase."""
    stamp, _ = DatabaseStamp.objects.get_or_create(id=1, defaults={"mode": settings.PENXI_MODE})
    _compare(stamp)
    return stamp


def check_stamp() -> None:
    """Raise WrongDatabase unless the database was prepared and carries the mode of this process. OperationalError when it does not answer."""
    try:
        stamp = DatabaseStamp.objects.filter(id=1).first()
    except OperationalError as fault:
        # SQLite calls a missing table an operational error too.
        if "no such table" in str(fault):
            raise WrongDatabase("数据库还没有准备好：先运行 python -m penxi_pilot.prepare") from fault
        raise
    except DatabaseError as fault:
        raise WrongDatabase("数据库还没有准备好：先运行 python -m penxi_pilot.prepare") from fault
    if stamp is None:
        raise WrongDatabase("数据库还没有准备好：先运行 python -m penxi_pilot.prepare")
    _compare(stamp)


def check_stamp_or_exit(*, patience: float = 60) -> None:
    """For the start of a server process: wait up to `patience` seconds for the database, end with one line when it is not ours."""
    deadline = time.monotonic() + patience
    while True:
        try:
            check_stamp()
            return
        except WrongDatabase as refusal:
            _leave(str(refusal))
        except OperationalError:
            if time.monotonic() > deadline:
                _leave(f"数据库 {patience:.0f} 秒没有应答")
            time.sleep(1)
        finally:
            connection.close()


def _compare(stamp: DatabaseStamp) -> None:
    if stamp.mode != settings.PENXI_MODE:
        raise WrongDatabase(
            f"这个数据库是{WORDS[stamp.mode]}数据（{stamp.mode}），不能以{WORDS[settings.PENXI_MODE]}方式（{settings.PENXI_MODE}）启动："
            "请换一个 PENXI_VAR 目录或数据库"
        )


def _leave(line: str) -> None:
    sys.stderr.write(f"无法启动：{line}\n")
    sys.stderr.flush()
    raise SystemExit(3)
