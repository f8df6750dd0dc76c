"""Units, people, the audit log, notices and the marks of the machinery."""

import datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from simple_history.models import HistoricalRecords

from accounts import clock
from accounts.constraints import Check


def sample_mode() -> bool:
    """Default of every `sample` column: whatever is entered in the sample mode is demonstration data."""
    return settings.SAMPLE_MODE


class UnitKind(models.TextChoices):
    LEADING_GROUP = "leading_group", "领导小组"
    OFFICE = "leading_group_office", "领导小组办公室"
    COUNTY_OFFICE = "county_office", "县政府办"
    DEPARTMENT = "county_department", "县直部门"
    DEPARTMENT_GROUP = "county_department_group", "县直部门（统称）"
    SUBDISTRICT = "subdistrict", "街道"
    TOWN = "town", "镇"
    COMMUNITY = "community", "社区"
    CONTRACTOR = "contractor", "承接组织"
    CITY = "city_department", "市级部门"
    PROVINCE = "province_department", "省级部门"
    THIRD_PARTY = "third_party", "第三方机构"


class Unit(models.Model):
    """A node of the unit tree: community under its street or town; contractor under the community it works for."""

    code = models.SlugField("代码", unique=True)
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=40)
    kind = models.CharField("类别", max_length=30, choices=UnitKind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级单位")
    order = models.PositiveIntegerField("排序", default=0)
    note = models.CharField("说明", max_length=300, blank=True)
    search = models.CharField("检索", max_length=300, blank=True, editable=False, help_text="全拼与首字母")
    sample = models.BooleanField("示例数据", default=False, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False, help_text="每次保存加一，防止旧表单覆盖新内容")
    history = HistoricalRecords(excluded_fields=["version", "search"])
    keeps_records = True
    """Figures rest on these rows (pilots/record_memory.py)."""

    class Meta:
        verbose_name = "单位"
        verbose_name_plural = "单位"
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.short_name


class Role(models.TextChoices):
    SYSADMIN = "sysadmin", "系统管理员"
    LEADER = "leader", "领导小组"
    OFFICE = "office", "领导小组办公室"
    DEPARTMENT = "department", "县直部门"
    FINANCE = "finance", "县财政"
    TOWN_CLERK = "town_clerk", "街道/镇经办"
    TOWN_LEADER = "town_leader", "街道/镇分管领导"
    TOWN_FINANCE = "town_finance", "财政所"
    COMMUNITY = "community", "社区"
    CONTRACTOR = "contractor", "承接组织"
    AUDITOR = "auditor", "审计/第三方"


class UserManager(BaseUserManager):
    def create_user(self, username: str, password: str | None = None, **fields) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person at one unit with one role. Accounts are disabled, never deleted: their name stands under what they did."""

    username = models.CharField(
        "账号", max_length=40, unique=True, validators=[UnicodeUsernameValidator()], error_messages={"unique": "这个账号已被使用"}
    )
    name = models.CharField("姓名", max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="people", verbose_name="单位")
    role = models.CharField("角色", max_length=20, choices=Role)
    post = models.CharField("岗位", max_length=40, blank=True, help_text="如：社区报账员、经办人")
    is_active = models.BooleanField("启用", default=True)
    valid_until = models.DateField("有效期至", null=True, blank=True, help_text="第三方、审计等限时账号填写；留空为长期")
    must_change_password = models.BooleanField("下次登录须改密码", default=True)
    password_changed_at = models.DateTimeField("密码修改时间", default=timezone.now)
    created_at = models.DateTimeField("创建时间", default=clock.now, editable=False)
    sample = models.BooleanField("示例数据", default=sample_mode, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False, help_text="每次保存加一，防止旧表单覆盖新内容")
    session_round = models.PositiveIntegerField("会话轮次", default=1, editable=False, help_text="加一即结束此人的全部登录")
    history = HistoricalRecords(excluded_fields=["password", "password_changed_at", "last_login", "version", "session_round"])

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = "人员"
        verbose_name_plural = "人员"
        ordering = ("unit__order", "id")

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        """A login only moves `last_login`: that is a line of the audit log, not a row of the history."""
        if set(kwargs.get("update_fields") or ()) != {"last_login"}:
            super().save(*args, **kwargs)
            return
        self.skip_history_when_saving = True
        try:
            super().save(*args, **kwargs)
        finally:
            del self.skip_history_when_saving

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Changes with the password and with `session_round`: sessions made before are over."""
        return salted_hmac("accounts.session", f"{self.password}:{self.session_round}", secret=secret, algorithm="sha256").hexdigest()

    def expired(self) -> bool:
        """Whether a time-limited account has run out (real calendar: it guards the door)."""
        return self.valid_until is not None and timezone.localdate() > self.valid_until


class AuditKind(models.TextChoices):
    LOGIN = "login", "登录"
    LOGIN_FAILED = "login_failed", "登录失败"
    LOCKED = "locked", "账号锁定"
    UNLOCKED = "unlocked", "解除锁定"
    LOGOUT = "logout", "退出"
    PASSWORD = "password", "修改密码"
    PASSWORD_RESET = "password_reset", "重置密码"
    REFUSED = "refused", "越权被拒"
    CREATE = "create", "新增"
    CHANGE = "change", "修改"
    VOID = "void", "作废"
    SUBMIT = "submit", "提交"
    RETURN = "return", "退回"
    APPROVE = "approve", "通过"
    WITHDRAW = "withdraw", "撤回"
    EXPORT = "export", "导出"
    DOWNLOAD = "download", "下载"
    UPLOAD = "upload", "上传"
    GENERATE = "generate", "生成报告"
    FINALISE = "finalise", "定稿"
    SIGN = "sign", "签发登记"
    ROLE = "role", "角色变更"
    SETTING = "setting", "设置"


class AuditEvent(models.Model):
    """One line of the audit log (等保 7.1.4.3): who, when, what, object, result, address. Only ever added. `at` is the machine's time,
    `done_at` the business clock's; they differ only where that clock is pinned (sample data), and lines older than the column have none."""

    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    done_at = models.DateTimeField("办理时间", null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="人员")
    username = models.CharField("账号", max_length=80, blank=True)
    unit_name = models.CharField("单位", max_length=100, blank=True)
    kind = models.CharField("动作", max_length=20, choices=AuditKind, db_index=True)
    object_kind = models.CharField("对象类别", max_length=40, blank=True)
    object_id = models.CharField("对象编号", max_length=60, blank=True)
    object_label = models.CharField("对象", max_length=200, blank=True)
    detail = models.JSONField("详情", default=dict, blank=True)
    address = models.GenericIPAddressField("地址", null=True)
    succeeded = models.BooleanField("成功", default=True)

    class Meta:
        verbose_name = "审计日志"
        verbose_name_plural = "审计日志"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.object_label}"


class Notice(models.Model):
    """A message to one person. `key` names what it is about, so that a repeated sweep sends it once."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name="收件人")
    key = models.CharField(max_length=120)
    title = models.CharField("标题", max_length=200)
    body = models.CharField("内容", max_length=500, blank=True)
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField("时间", default=clock.now)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    class Meta:
        verbose_name = "消息"
        verbose_name_plural = "消息"
        ordering = ("-id",)
        constraints = [models.UniqueConstraint(fields=("recipient", "key"), name="notice_once_per_person_and_key")]

    def __str__(self) -> str:
        return self.title


class LoginFailure(models.Model):
    """One try at the door, written before the password is looked at; a good password clears it.

    Counted by the name as typed, so that unknown accounts behave like known ones; kept as a keyed hash, because people type
    passwords into the wrong field. Rows, not memory: several web processes see the same count."""

    account_key = models.CharField(max_length=64)
    address = models.CharField(max_length=45)
    at = models.DateTimeField(default=timezone.now)
    failed = models.BooleanField(default=False, help_text="false while the password is being looked at")
    cleared = models.BooleanField(default=False)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=("account_key", "address", "at"), name="login_failure_by_account"),
            models.Index(fields=("address", "at"), name="login_failure_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class SpentForm(models.Model):
    """A form that has been handed in: its one-time token and where it led. The same form sent again leads to the same place."""

    token = models.UUIDField(unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.url


class Heartbeat(models.Model):
    """When a part of the machinery last showed life: worker, beat."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def tick(cls, name: str) -> None:
        cls.objects.update_or_create(name=name, defaults={"at": timezone.now()})

    @classmethod
    def age(cls, name: str) -> datetime.timedelta | None:
        """Time since the last tick, None when there was none."""
        beat = cls.objects.filter(name=name).first()
        return timezone.now() - beat.at if beat else None


class DatabaseStamp(models.Model):
    """What this database is: sample or real. A sample database does not start as production, nor the other way round."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    mode = models.CharField(max_length=10, choices=[("sample", "示例"), ("real", "正式")])
    stamped_at = models.DateTimeField(default=timezone.now)
    sample_loaded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [Check(condition=Q(id=1), name="one_stamp_only")]

    def __str__(self) -> str:
        return self.mode
