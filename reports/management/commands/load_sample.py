"""`load_sample`: one plausible year of all six pilots, made through the services people use, each record marked 示例数据."""

import contextlib
import datetime
import gc
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts import clock
from accounts.models import DatabaseStamp, Notice, User
from accounts.sample import create_accounts, sample_password
from communities.models import Activity
from communities.sample import load_activities
from funds.models import Disclosure, FundSource
from funds.sample import create_funds
from funds.sample_disclosures import load_disclosures
from pilots import files, plan_memory
from pilots.models import Evidence, Programme, TaskConfirmation
from pilots.sample import confirm_sample_tasks
from pilots.sample_evidence import load_evidence
from reports.models import Report
from reports.sample import load_reports
from supervision.models import Visit
from supervision.sample import load_supervision


def read_old_notices() -> None:
    """Messages older than a week were read at the time; the last week's wait for the visitor."""
    since = clock.now() - datetime.timedelta(days=7)
    for notice in Notice.objects.filter(at__lt=since, read_at__isnull=True):
        notice.read_at = notice.at + datetime.timedelta(hours=2)
        notice.save()


@contextlib.contextmanager
def quickly() -> Iterator[None]:
    """Inside the block the plan is read once (nothing here changes it), and garbage is left lying: a fifth of the time, and the process ends
    afterwards."""
    gc.disable()
    try:
        with plan_memory.knowing(Programme.objects.all()):
            yield
    finally:
        gc.enable()


STEPS: tuple[tuple[str, Callable[[], object], type[Model] | None], ...] = (
    ("活动记录", load_activities, Activity),
    ("佐证材料", load_evidence, Evidence),
    ("项目和资金", create_funds, FundSource),
    ("资金公示", load_disclosures, Disclosure),
    ("任务确认", confirm_sample_tasks, TaskConfirmation),
    ("督导和整改", load_supervision, Visit),
    ("报告", load_reports, Report),
    ("消息", read_old_notices, None),
)
"""Name, loader, and the rows by which a step that was finished before an interruption is known."""


class Command(BaseCommand):
    help = "装入示例数据：六个试点到 2023-03-31 的一年。只在示例模式下可用，已装入的不再装入。"

    def handle(self, *args, **options) -> None:
        if not settings.SAMPLE_MODE:
            raise CommandError("正式环境不能装入示例数据")
        if not User.objects.filter(sample=True).exists():
            create_accounts(password=sample_password())
        stamp, _ = DatabaseStamp.objects.get_or_create(id=1, defaults={"mode": "sample"})
        if stamp.mode != "sample":
            raise CommandError("这个数据库是正式库，不能装入示例数据")
        if stamp.sample_loaded_at:
            self.stdout.write("示例数据已经装入")
            return
        with quickly():
            for name, load, rows in STEPS:
                self._run(name, load, rows)
        stamp.sample_loaded_at = timezone.now()
        stamp.save()
        self.stdout.write(self.style.SUCCESS("示例数据已装入"))

    def _run(self, name: str, load: Callable[[], object], rows: type[Model] | None) -> None:
        """One step whole or not at all: a start that was killed goes on where it stood."""
        if rows is not None and rows.objects.exists():
            self.stdout.write(f"  {name} 已有")
            return
        began = time.monotonic()
        with transaction.atomic(), files.synced_together():
            load()
        self.stdout.write(f"  {name} {time.monotonic() - began:.1f} 秒")
        self.stdout.flush()
