"""Reports: the report with its editions, the snapshot of its figures, its narrative, its jobs, files, steps and downloads."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from accounts import clock
from accounts.access import COUNTY, units_visible_to
from accounts.constraints import Check
from accounts.models import Role, User, sample_mode
from pilots.models import Pilot, StoredFile
from reports.periods import period_of


class ReportState(models.TextChoices):
    DRAFT = "draft", "草稿"
    CHECKING = "checking", "核稿"
    FINAL = "final", "定稿"
    SIGNED = "signed", "已签发（登记）"
    CORRECTED = "corrected", "已更正"
    VOID = "void", "已作废"


class ReportAction(models.TextChoices):
    CREATE = "create", "编制"
    REFRESH = "refresh", "重新取数"
    SEND = "send", "送核稿"
    RETURN = "return", "退回修改"
    FINALISE = "finalise", "定稿"
    SIGN = "sign", "签发登记"
    CORRECT = "correct", "更正"
    VOID = "void", "作废"
    RESUME = "resume", "恢复编制"


MOVES: dict[ReportAction, tuple[frozenset[ReportState], ReportState]] = {
    ReportAction.SEND: (frozenset({ReportState.DRAFT}), ReportState.CHECKING),
    ReportAction.RETURN: (frozenset({ReportState.CHECKING}), ReportState.DRAFT),
    ReportAction.FINALISE: (frozenset({ReportState.CHECKING}), ReportState.FINAL),
    ReportAction.SIGN: (frozenset({ReportState.FINAL}), ReportState.SIGNED),
    ReportAction.VOID: (frozenset({ReportState.DRAFT}), ReportState.VOID),
    ReportAction.RESUME: (frozenset({ReportState.VOID}), ReportState.DRAFT),
}
"""From which states an action may start and where it leads. 已更正 is reached only by the signing of the next edition."""

LOCKED = frozenset({ReportState.FINAL, ReportState.SIGNED, ReportState.CORRECTED})
"""From 定稿 on snapshot, text, files and hashes never change."""


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ReportQuerySet":
        """The office sees all; everybody else signed and corrected ones only, of the county (county roles) or of pilots they may see."""
        if not user.is_authenticated or user.role in (Role.SYSADMIN, Role.CONTRACTOR):
            return self.none()
        if user.role == Role.OFFICE:
            return self
        issued = self.filter(state__in=(ReportState.SIGNED, ReportState.CORRECTED), signed_on__isnull=False)
        if user.role in COUNTY:
            return issued
        return issued.filter(pilot__unit__in=units_visible_to(user))


class Report(models.Model):
    """One edition of a report: a kind, the county (`pilot` empty) or one pilot, as of a day."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("类型", max_length=30)
    pilot = models.ForeignKey(Pilot, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name="试点")
    period = models.CharField("月份或季度", max_length=7, blank=True, help_text="2022-11、2022-Q4；按日期编制的报告为空")
    as_of = models.DateField("数据截止日期")
    edition = models.PositiveSmallIntegerField("版次", default=1)
    corrects = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="correction", verbose_name="更正的报告")
    correction_reason = models.CharField("更正原因", max_length=200, blank=True)
    state = models.CharField("状态", max_length=12, choices=ReportState, default=ReportState.DRAFT)
    dated = models.DateField("成文日期")
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="编制人")
    created_at = models.DateTimeField("编制时间", default=clock.now)
    signer = models.CharField("签发人", max_length=40, blank=True)
    signed_on = models.DateField("签发日期", null=True, blank=True)
    scan = models.OneToOneField(StoredFile, models.PROTECT, null=True, blank=True, related_name="report_scan", verbose_name="签发扫描件")
    sample = models.BooleanField("示例数据", default=sample_mode, editable=False)
    history = HistoricalRecords()
    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "报告"
        ordering = ("-as_of", "kind", "pilot__order", "-edition")
        constraints = [
            models.UniqueConstraint(
                fields=("kind", "period", "as_of", "edition"), condition=Q(pilot__isnull=True), name="county_report_edition_once"
            ),
            models.UniqueConstraint(
                fields=("kind", "pilot", "period", "as_of", "edition"), condition=Q(pilot__isnull=False), name="pilot_report_edition_once"
            ),
            Check(
                condition=~Q(state="signed") | (~Q(signer="") & Q(signed_on__isnull=False)),
                name="signed_report_names_signer_and_day",
                violation_error_message="签发登记须填写签发人和签发日期",
            ),
        ]

    def __str__(self) -> str:
        place = self.pilot.unit.short_name if self.pilot_id else ""
        return f"{place}{self.kind_name}{self.period_words}"

    @property
    def period_words(self) -> str:
        """（2022年11月）; empty where the report is about no period."""
        period = period_of(self.period)
        return f"（{period.label}）" if period else ""

    @property
    def kind_name(self) -> str:
        from reports.kinds import KINDS

        return KINDS[self.kind].name

    @property
    def locked(self) -> bool:
        return self.state in LOCKED


class Snapshot(models.Model):
    """Every figure of a report, collected once: plain JSON, hashed, never changed. The last one of a report counts."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="snapshots")
    data = models.JSONField()
    sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField("取数时间", default=clock.now)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """核验码."""
        return f"{self.sha256[:4]} {self.sha256[4:8]}"


class Section(models.Model):
    """The narrative of one section: paragraphs of runs, each run typed text or the key of a figure in the snapshot.

    `paragraphs` = [{"lead": "（一）评估依据。", "runs": [{"text": "截至"}, {"key": "as_of"}, {"text": "…", "typed": true}]}]
    """

    report = models.ForeignKey(Report, models.PROTECT, related_name="sections")
    key = models.SlugField(max_length=40)
    paragraphs = models.JSONField(default=list)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    edited_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("report", "key"), name="section_once_per_report")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.key}"


class JobState(models.TextChoices):
    QUEUED = "queued", "等待中"
    RUNNING = "running", "生成中"
    DONE = "done", "已完成"
    FAILED = "failed", "生成未成功"
    CANCELLED = "cancelled", "已取消"


OPEN_JOB = frozenset({JobState.QUEUED, JobState.RUNNING})


class ReportJob(models.Model):
    """The truth about one generation; the queue is disposable. Claimed by a conditional update, kept alive by heartbeats."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="jobs")
    take_snapshot = models.BooleanField(default=True, help_text="先重新取数，再生成文件")
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.QUEUED, db_index=True)
    step = models.CharField("步骤", max_length=80, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, help_text="本次领取的凭证：换了人领取，旧的就不能再写")
    error = models.CharField("原因", max_length=300, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=("report",), condition=Q(state__in=("queued", "running")), name="one_open_job_per_report")
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.get_state_display()}"


class FileFormat(models.TextChoices):
    PDF = "pdf", "PDF"
    WORD = "docx", "Word"
    EXCEL = "xlsx", "Excel"


class ReportFile(models.Model):
    """A file made by a job: pure function of snapshot, narrative, template version and fonts, all four recorded."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="files")
    job = models.ForeignKey(ReportJob, models.PROTECT, related_name="files")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="files")
    format = models.CharField(max_length=5, choices=FileFormat)
    path = models.CharField(max_length=200, unique=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveIntegerField(null=True)
    template_version = models.CharField(max_length=20)
    narrative_sha256 = models.CharField(max_length=64)
    fonts = models.JSONField(default=dict, help_text="用到的字体；substituted 列出替代的字体")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "报告文件"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.report} {self.get_format_display()}"


class ReportStep(models.Model):
    """流转记录 of a report. Only ever added."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="steps")
    action = models.CharField(max_length=10, choices=ReportAction)
    state = models.CharField(max_length=12, choices=ReportState)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    on = models.DateField(default=clock.today)
    at = models.DateTimeField(default=clock.now)
    opinion = models.CharField("意见", max_length=200, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.get_action_display()}"


class Download(models.Model):
    """Who took which file and when (shown to the office; the audit log has the address)."""

    file = models.ForeignKey(ReportFile, models.PROTECT, related_name="downloads")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.person} {self.file}"
