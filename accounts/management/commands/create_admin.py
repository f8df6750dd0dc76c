"""Make the first administrator of a real database and print its password once."""

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Unit
from accounts.sample import ensure_admin


class Command(BaseCommand):
    help = "新建系统管理员 admin，随机密码只显示这一次；已有系统管理员时什么也不做"

    def handle(self, *args, **options):
        try:
            made = ensure_admin()
        except Unit.DoesNotExist as error:
            raise CommandError(str(error))
        if made is None:
            self.stdout.write("系统管理员已存在，没有改动")
            return
        person, password = made
        self.stdout.write(f"ADMIN_PASSWORD {person.username} {password}")
        self.stdout.flush()
