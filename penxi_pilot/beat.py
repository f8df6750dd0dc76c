"""The scheduler of the periodic jobs: one leads, any other stands by, and each round leaves a heartbeat."""

import fcntl
import os
import time
from pathlib import Path

import structlog
from celery.beat import PersistentScheduler
from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import connections

from accounts.models import Heartbeat
from penxi_pilot import alive

log = structlog.get_logger("penxi_pilot.beat")

# Seconds between two looks at the schedule at most; /readyz expects a heartbeat well within its own limit.
ROUND = 10.0
# Any number, the same for all beats of this portal.
ADVISORY_LOCK = 510_921_0812


class FileLead:
    """Leadership on one machine: an exclusive lock on a file in PENXI_VAR, given up by the kernel when the process ends."""

    def __init__(self, path: Path):
        self.path, self.file = path, None

    def held(self) -> bool:
        if self.file is not None:
            return True
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self.file = file
        return True


class DatabaseLead:
    """Leadership among machines: a session lock of PostgreSQL, given up by the server when the connection ends."""

    def __init__(self):
        self.locked = None

    def held(self) -> bool:
        connection = connections["default"]
        try:
            with connection.cursor() as cursor:
                if self.locked is not None and self.locked is connection.connection:
                    cursor.execute("SELECT 1")
                    return True
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
                got = cursor.fetchone()[0]
        except DatabaseFault:
            self.locked = None
            connection.close()
            raise
        self.locked = connection.connection if got else None
        return got


class OneScheduler(PersistentScheduler):
    """Celery's scheduler, asleep until it leads. The schedule file is opened only then, so that two never share it."""

    def __init__(self, *args, **kwargs):
        postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
        self.lead = DatabaseLead() if postgres else FileLead(settings.PENXI_VAR / "run" / "beat.lock")
        self.said_waiting = False
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Put off until the first round as leader."""

    def tick(self, *args, **kwargs) -> float:
        try:
            if not self.lead.held():
                if not self.said_waiting:
                    log.info("another beat leads, standing by")
                    self.said_waiting = True
                alive.mark("beat", settings.PENXI_VAR)
                return ROUND
            if self._store is None:
                super().setup_schedule()
                log.info("leading")
            wait = super().tick(*args, **kwargs)
            Heartbeat.tick("beat")
            alive.mark("beat", settings.PENXI_VAR)
        except DatabaseFault as fault:
            log.warning("database does not answer", reason=str(fault))
            time.sleep(1)
            return ROUND
        return min(wait, ROUND)
