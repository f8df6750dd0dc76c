"""`verify_reports`: are the figures and files of all reports still what they were when they were made?"""

from django.core.management.base import BaseCommand

from reports.files import FileDamaged, verified_bytes
from reports.models import ReportFile, Snapshot
from reports.snapshot import sha256_of


class Command(BaseCommand):
    help = "核对全部报告的数据快照和文件。有不一致的逐条列出，并以 1 退出。"

    def handle(self, *args, **options) -> None:
        wrong = 0
        for snapshot in Snapshot.objects.select_related("report__pilot__unit").order_by("id").iterator():
            if sha256_of(snapshot.data) != snapshot.sha256:
                wrong += 1
                self.stdout.write(self.style.ERROR(f"数据不一致：{snapshot.report} 第{snapshot.report.edition}版 快照 {snapshot.pk}"))
        files = ReportFile.objects.select_related("report__pilot__unit").order_by("id")
        for file in files.iterator():
            try:
                verified_bytes(file)
            except FileDamaged as damage:
                wrong += 1
                self.stdout.write(self.style.ERROR(f"{damage}：{file.report} 第{file.report.edition}版 {file.path}"))
        if wrong:
            self.stdout.write(self.style.ERROR(f"{wrong} 处不一致"))
            raise SystemExit(1)
        self.stdout.write(self.style.SUCCESS(f"全部一致：{Snapshot.objects.count()} 份数据，{files.count()} 个文件"))
