"""`manage.py load_plan [file] [--dry-run]`: load an official plan; --dry-run shows what would change and writes nothing."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from pilots.loading import DEFAULT_PLAN, load_plan
from pilots.plan_schema import PlanInvalid


class Command(BaseCommand):
    help = "装入方案文件；--dry-run 只显示将有哪些变化，不写入"

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=DEFAULT_PLAN, help="方案文件（YAML），默认 penxi-2022.yaml")
        parser.add_argument("--dry-run", action="store_true", help="只显示变化，不写入")

    def handle(self, *args, **options) -> None:
        try:
            outcome = load_plan(options["file"], dry_run=options["dry_run"])
        except PlanInvalid as invalid:
            raise CommandError(str(invalid))
        if options["verbosity"] == 0:
            return
        shown = outcome.changes if options["dry_run"] or options["verbosity"] > 1 else []
        for change in shown:
            self.stdout.write(str(change))
        for line in outcome.kept:
            self.stdout.write(f"保留 {line}")
        if not outcome.changes:
            self.stdout.write("方案数据没有变化")
        elif options["dry_run"]:
            self.stdout.write(f"将有 {len(outcome.changes)} 处变化；这次没有写入")
        else:
            self.stdout.write(f"已装入方案，{len(outcome.changes)} 处变化")
