"""manage.py fetch_fonts: the typefaces of official documents into PENXI_VAR/fonts."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from reports.typeset.fetch import report


class Command(BaseCommand):
    help = "下载公文字体（Fandol）到 PENXI_VAR/fonts；没有网络时说明原因并正常结束"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("--deb", type=Path, default=None, help="事先下载好的 texlive-lang-chinese 软件包（.deb）")

    def handle(self, *args, deb=None, **options):
        self.stdout.write(report(Path(settings.PENXI_VAR) / "fonts", deb))
