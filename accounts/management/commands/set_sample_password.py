"""Make the sample accounts and give all of them the sample password."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Unit
from accounts.sample import create_accounts, sample_password


class Command(BaseCommand):
    help = "建立示例账号，并统一设置密码（PENXI_SAMPLE_PASSWORD；未设置时随机，保存在 PENXI_VAR/run/sample_password）"

    def handle(self, *args, **options):
        if not settings.SAMPLE_MODE:
            raise CommandError("示例账号只能用在示例模式")
        password = sample_password()
        try:
            people = create_accounts(password=password)
        except Unit.DoesNotExist as error:
            raise CommandError(str(error))
        self.stdout.write(f"SAMPLE_PASSWORD {password}")
        self.stdout.write(f"示例账号 {len(people)} 个：{' '.join(person.username for person in people)}")
