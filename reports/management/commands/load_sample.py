"""`load_sample`: one plausible year of all six pilots, made through the services people use, each record marked 示例数据."""

import time
from collections.abc import Callable

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import DatabaseStamp
from accounts.sample import create_accounts, sample_password
from communities.sample import load_activities
from pilots.sample import confirm_sample_tasks
from pilots.sample_evidence import load_evidence
from reports.sample import load_reports

STEPS: tuple[tuple[str, Callable[[], object]], ...] = (
    ("活动记录", load_activities),
    ("佐证材料", load_evidence),
    ("任务确认", confirm_sample_tasks),
    ("报告", load_reports),
)


class Command(BaseCommand):
    help = "装入示例数据：六个试点到 2023-03-31 的一年。只在示例模式下可用，已装入的不再装入。"

    def handle(self, *args, **options) -> None:
        if not settings.SAMPLE_MODE:
            raise CommandError("正式环境不能装入示例数据")
        create_accounts(password=sample_password())
        stamp, _ = DatabaseStamp.objects.get_or_create(id=1, defaults={"mode": "sample"})
        if stamp.mode != "sample":
            raise CommandError("这个数据库是正式库，不能装入示例数据")
        if stamp.sample_loaded_at:
            self.stdout.write("示例数据已经装入")
            return
        for name, load in STEPS:
            began = time.monotonic()
            load()
            self.stdout.write(f"  {name} {time.monotonic() - began:.1f} 秒")
            self.stdout.flush()
        stamp.sample_loaded_at = timezone.now()
        stamp.save()
        self.stdout.write(self.style.SUCCESS("示例数据已装入"))
