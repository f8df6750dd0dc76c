"""The programme as the official plan has it, its task instances, evidence, and the steps of every review."""

import datetime
import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts import clock
from accounts.access import COUNTY, Action, units_visible_to
from accounts.models import Role, Unit, User, sample_mode

# --- the plan -----------------------------------------------------------------------------------------------------------------


class Basis(models.TextChoices):
    """Where a date or a target comes from; the four source tags of the screen."""

    PLAN = "plan", "方案"
    SCHEME = "scheme", "试点方案"
    DERIVED = "derived", "推导"
    PROPOSED = "proposed", "建议"
    ASSUMED = "assumed", "假定"


class Programme(models.Model):
    """One pilot programme of a county; another batch is another plan file, not another program."""

    code = models.SlugField("代码", unique=True)
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("简称", max_length=60)
    title = models.CharField("方案全称", max_length=120)
    county = models.CharField("县", max_length=40)
    city = models.CharField("市", max_length=40)
    province = models.CharField("省", max_length=40)
    batch = models.CharField("批次", max_length=60, blank=True)
    issuer = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="印发机关")
    plan_issued = models.DateField("印发日期")
    due = models.DateField("完成期限")
    default_midterm = models.DateField("中期评估数据截止日期")
    basis_documents = models.JSONField("依据文件", default=list)
    plan_text = models.TextField("方案原文")
    plan_sha256 = models.CharField(max_length=64, help_text="装入的方案文件的校验值")
    history = HistoricalRecords(excluded_fields=["plan_text"])

    class Meta:
        verbose_name = "试点工作"

    def __str__(self) -> str:
        return self.name


class PilotType(models.Model):
    code = models.SlugField(unique=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("层级", max_length=10)

    def __str__(self) -> str:
        return self.name


class Phase(models.Model):
    """A phase of section 四; the start may be unknown (the plan gives ends only)."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="phases")
    code = models.SlugField(unique=True)
    name = models.CharField("名称", max_length=40)
    clause = models.CharField("条款", max_length=20)
    quote = models.CharField("原文", max_length=100)
    start = models.DateField("开始", null=True)
    due = models.DateField("期限")
    start_basis = models.CharField(max_length=10, choices=Basis, blank=True)
    due_basis = models.CharField(max_length=10, choices=Basis)

    class Meta:
        verbose_name = "阶段"
        ordering = ("due",)

    def __str__(self) -> str:
        return self.name


class PilotQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "PilotQuerySet":
        """Pilots whose unit the person may see; a contractor sees the pilot of the community it works for."""
        if user.is_authenticated and user.role == Role.CONTRACTOR:
            return self.filter(unit_id=user.unit.parent_id)
        return self.filter(unit__in=units_visible_to(user))


class Pilot(models.Model):
    """A unit that carries a pilot: one street and five communities, always in plan order."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="pilots")
    code = models.SlugField("代码", unique=True)
    order = models.PositiveSmallIntegerField("顺序")
    clause = models.CharField("条款", max_length=20)
    name = models.CharField("名称", max_length=60)
    unit = models.OneToOneField(Unit, models.PROTECT, related_name="pilot", verbose_name="试点单位")
    accountable = models.ForeignKey(Unit, models.PROTECT, related_name="accountable_pilots", verbose_name="主体责任单位")
    type = models.ForeignKey(PilotType, models.PROTECT, verbose_name="类型")
    heading_quote = models.CharField("标题原文", max_length=120)
    brand = models.CharField("一社一品品牌", max_length=60, blank=True)
    history = HistoricalRecords()
    objects = PilotQuerySet.as_manager()

    class Meta:
        verbose_name = "试点"
        ordering = ("order",)

    def __str__(self) -> str:
        return self.unit.short_name

    def get_absolute_url(self) -> str:
        return reverse("pilot_detail", args=[self.code])


class EvidenceType(models.Model):
    code = models.SlugField(unique=True)
    name = models.CharField("名称", max_length=60)
    category = models.CharField("分类", max_length=20)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "佐证材料类型"
        ordering = ("order",)

    def __str__(self) -> str:
        return self.name


class ActivityCategory(models.Model):
    """A kind of activity. `min_photos` and `about_minors` are settings of the county (practice: none for 心理疏导、慰问、入户照护)."""

    code = models.SlugField(unique=True)
    name = models.CharField("名称", max_length=40)
    order = models.PositiveSmallIntegerField(default=0)
    min_photos = models.PositiveSmallIntegerField("最少照片数", default=2)
    about_minors = models.BooleanField("涉及未成年人", default=False)

    class Meta:
        verbose_name = "活动类别"
        ordering = ("order",)

    def __str__(self) -> str:
        return self.name


class Metric(models.Model):
    """A measurable figure; its computation is registered by code in the `metrics.py` of the app that owns the rows."""

    class ValueType(models.TextChoices):
        INT = "int", "整数"
        PERCENT = "percent", "百分比"
        MONEY = "money", "金额"
        BOOL = "bool", "是否"
        DECIMAL = "decimal", "小数"

    ON_EMPTY = [("zero", "按零"), ("na", "不适用"), ("full", "按满")]

    code = models.SlugField(unique=True)
    name = models.CharField("名称", max_length=60)
    unit = models.CharField("单位", max_length=10, blank=True)
    value_type = models.CharField(max_length=10, choices=ValueType)
    params = models.CharField(max_length=100, blank=True)
    on_empty = models.CharField("无数据时", max_length=10, blank=True, choices=ON_EMPTY)
    definition = models.CharField("口径", max_length=300)

    class Meta:
        verbose_name = "指标口径"
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class Scope(models.TextChoices):
    PILOT = "pilot", "本试点"
    PER_PILOT = "per_pilot", "各试点"
    PER_COMMUNITY = "per_community", "各社区"
    PER_PARENT = "per_parent", "街道、镇"
    COUNTY = "county", "县级"


class Entry(models.TextChoices):
    """Where the proof of a duty comes from (为基层减负): a task fed by records is never reported by hand."""

    ACTIVITY = "activity", "活动登记自动归集"
    SERVICE = "service", "每月服务统计表"
    REGISTER = "register", "各类登记册"
    PREPARATION = "preparation_pack", "前期材料"
    SUMMARY = "summary_pack", "总结材料"
    CONCLUSION = "conclusion", "总结时写一次"
    OFFICE = "office", "领导小组办公室办理"
    TOWN = "town", "街道、镇办理"


class ObligationKind(models.TextChoices):
    PILOT_TASK = "pilot_task", "试点任务"
    PHASE_STEP = "phase_step", "实施步骤"
    SAFEGUARD = "safeguard", "保障措施"
    GOAL = "goal", "工作目标"


class Obligation(models.Model):
    """One duty of the plan, word for word (`quote`), before it fans out into task instances by `scope`."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="obligations")
    code = models.CharField("编号", max_length=12, unique=True)
    order = models.PositiveSmallIntegerField()
    kind = models.CharField("类别", max_length=20, choices=ObligationKind)
    clause = models.CharField("条款", max_length=20)
    sentence = models.CharField("句", max_length=24)
    pilot = models.ForeignKey(Pilot, models.PROTECT, null=True, related_name="obligations")
    phase = models.ForeignKey(Phase, models.PROTECT, null=True, related_name="obligations", verbose_name="阶段")
    scope = models.CharField("范围", max_length=20, choices=Scope)
    title = models.CharField("短标题", max_length=60)
    quote = models.TextField("原文")
    start = models.DateField("开始", null=True)
    due = models.DateField("期限")
    due_basis = models.CharField("期限依据", max_length=10, choices=Basis)
    suggested_due = models.DateField("建议节点", null=True, help_text="非方案期限，不判逾期")
    cadence = models.CharField("周期", max_length=20, blank=True)
    external = models.BooleanField("县级以外程序", default=False, help_text="只登记结果，不亮灯、不逾期")
    entry = models.CharField("由什么产生", max_length=20, choices=Entry)
    note = models.CharField("说明", max_length=300, blank=True)
    evidence_types = models.ManyToManyField(EvidenceType, related_name="obligations", verbose_name="佐证材料")
    search = models.TextField(editable=False, blank=True, help_text="短标题与原文的全拼、首字母")
    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = "方案任务"
        ordering = ("order",)

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Indicator(models.Model):
    """A measured target of a duty. A target of basis 建议 is 目标待核定: shown, never judged."""

    class Comparator(models.TextChoices):
        AT_LEAST = ">=", "≥"
        MORE = ">", "＞"
        AT_MOST = "<=", "≤"
        EQUAL = "==", "＝"

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="indicators")
    order = models.PositiveSmallIntegerField()
    metric = models.ForeignKey(Metric, models.PROTECT, related_name="indicators")
    params = models.JSONField(default=dict, blank=True)
    detail = models.CharField("计数范围", max_length=200, blank=True, editable=False, help_text="参数的中文说法，装入方案时写好")
    comparator = models.CharField(max_length=2, choices=Comparator)
    target = models.DecimalField(max_digits=14, decimal_places=2, help_text="是否类：1 为是")
    source = models.CharField("来源", max_length=10, choices=Basis)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "指标"
        ordering = ("obligation__order", "order")
        constraints = [models.UniqueConstraint(fields=("obligation", "order"), name="indicator_order_once")]

    def __str__(self) -> str:
        return f"{self.obligation.code} {self.metric.name}"


class TaskQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "TaskQuerySet":
        """Tasks of visible pilots; a town's own tasks; county tasks for county roles and those who carry out or co-operate."""
        if not user.is_authenticated or user.role in (Role.SYSADMIN, Role.CONTRACTOR):
            return self.none()
        if user.role in COUNTY:
            return self
        units = units_visible_to(user)
        return self.filter(Q(pilot__unit__in=units) | Q(pilot__isnull=True, unit__in=units))

    def with_confirmation(self, day: datetime.date) -> "TaskQuerySet":
        """Each task with `confirmed_on`: the reviewer's last word up to and including `day` (True, False, None)."""
        last = TaskConfirmation.objects.filter(task=models.OuterRef("pk"), on__lte=day).order_by("-id").values("confirmed")[:1]
        return self.annotate(confirmed_on=models.Subquery(last))


class Task(models.Model):
    """An obligation as one unit carries it out: of a pilot, of a street/town (`unit`), or of the county (`unit` = the office)."""

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="tasks", verbose_name="方案任务")
    pilot = models.ForeignKey(Pilot, models.PROTECT, null=True, related_name="tasks", verbose_name="试点")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="tasks", verbose_name="实施单位")
    accountable = models.ForeignKey(Unit, models.PROTECT, related_name="accountable_tasks", verbose_name="主体责任单位")
    history = HistoricalRecords()
    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = "任务"
        ordering = (F("pilot__order").asc(nulls_last=True), "obligation__order", "unit__order")
        constraints = [
            models.UniqueConstraint(fields=("obligation", "unit"), name="task_once_per_obligation_and_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.obligation.code} {self.obligation.title}"

    def get_absolute_url(self) -> str:
        return reverse("task_detail", args=[self.pk])


class TaskRole(models.Model):
    """Who stands in which role for a task: 实施、配合、建议配合、督导 (主体责任 is a column of the task)."""

    class Kind(models.TextChoices):
        EXECUTOR = "executor", "实施"
        COLLABORATOR = "collaborator", "配合"
        SUGGESTED = "suggested", "建议配合"
        SUPERVISOR = "supervisor", "督导"

    task = models.ForeignKey(Task, models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=12, choices=Kind)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="task_roles")

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=("task", "kind", "unit"), name="task_role_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.unit.short_name}"


class TaskConfirmation(models.Model):
    """The reviewer's word that a task is done, or its withdrawal. Only ever added; the last one up to a day counts."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="confirmations")
    confirmed = models.BooleanField("确认完成")
    on = models.DateField("日期", default=clock.today)
    at = models.DateTimeField("时间", default=clock.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="审核人")
    opinion = models.CharField("意见", max_length=200, blank=True)

    class Meta:
        verbose_name = "任务完成确认"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.task} {'已确认' if self.confirmed else '撤销确认'}"


class TaskGroup(models.Model):
    """One of the eight named groups of a pilot (评分项 R33–R40): the card a community sees instead of task numbers."""

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="groups")
    criterion = models.CharField("评分项", max_length=10)
    order = models.PositiveSmallIntegerField()
    name = models.CharField("名称", max_length=60)
    weight = models.PositiveSmallIntegerField("权重")
    obligations = models.ManyToManyField(Obligation, related_name="groups")

    class Meta:
        verbose_name = "试点工作卡片"
        ordering = ("pilot__order", "order")
        constraints = [models.UniqueConstraint(fields=("pilot", "order"), name="task_group_order_once")]

    def __str__(self) -> str:
        return self.name


class RecurringDuty(models.Model):
    """A cadence of section 五（一）: 每月督导、每季调度、半年小结、年终总评、定期公示、跟踪监管."""

    code = models.SlugField(unique=True)
    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="recurring")
    name = models.CharField("名称", max_length=60)
    cadence = models.CharField("周期", max_length=20)
    quote = models.CharField("原文", max_length=120)
    scope = models.CharField("范围", max_length=20)
    responsible = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", help_text="空为本辖区街道（镇）")
    product = models.CharField("成果", max_length=40)
    same_as = models.CharField(max_length=10, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class RecurringPeriod(models.Model):
    duty = models.ForeignKey(RecurringDuty, models.CASCADE, related_name="periods")
    period = models.CharField(max_length=10)
    label = models.CharField(max_length=40)
    due = models.DateField("期限")

    class Meta:
        ordering = ("due",)
        constraints = [models.UniqueConstraint(fields=("duty", "period"), name="recurring_period_once")]

    def __str__(self) -> str:
        return f"{self.duty} {self.label}"


class ReportRequirement(models.Model):
    """A report the plan asks for, with its clauses and usual sections (the sections are customary, not official)."""

    code = models.SlugField(unique=True)
    order = models.PositiveSmallIntegerField()
    name = models.CharField("名称", max_length=60)
    scope = models.CharField("范围", max_length=20)
    frequency = models.CharField("频次", max_length=20)
    sections = models.JSONField(default=list)
    obligations = models.ManyToManyField(Obligation, related_name="report_requirements")

    class Meta:
        ordering = ("order",)

    def __str__(self) -> str:
        return self.name


# --- files --------------------------------------------------------------------------------------------------------------------


class StoredFile(models.Model):
    """A checked upload as it lies on disk. Served only through the view of the record it belongs to, never by a path."""

    class Kind(models.TextChoices):
        IMAGE = "image", "图片"
        PDF = "pdf", "PDF"
        OFD = "ofd", "OFD 电子发票"
        WORD = "docx", "Word 文档"
        EXCEL = "xlsx", "Excel 表格"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    content_type = models.CharField(max_length=100)
    original_name = models.CharField("原文件名", max_length=255)
    size = models.PositiveBigIntegerField("大小")
    sha256 = models.CharField("校验值", max_length=64, db_index=True)
    path = models.CharField(max_length=200, unique=True, help_text="MEDIA_ROOT 下的相对路径，由系统生成")
    preview_path = models.CharField(max_length=200, blank=True, help_text="缩小图的相对路径")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间", default=clock.now)

    class Meta:
        verbose_name = "文件"

    def __str__(self) -> str:
        return self.original_name


# --- review: one mechanism for activities, evidence and what comes later ------------------------------------------------------


class ReviewState(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已通过"
    VOID = "void", "已作废"


class ReviewAction(models.TextChoices):
    SUBMIT = "submit", "提交"
    WITHDRAW = "withdraw", "撤回"
    RETURN = "return", "退回"
    APPROVE = "approve", "通过"
    VOID = "void", "作废"


MOVES: dict[ReviewAction, frozenset[ReviewState]] = {
    ReviewAction.SUBMIT: frozenset({ReviewState.DRAFT, ReviewState.RETURNED}),
    ReviewAction.WITHDRAW: frozenset({ReviewState.SUBMITTED}),
    ReviewAction.RETURN: frozenset({ReviewState.SUBMITTED}),
    ReviewAction.APPROVE: frozenset({ReviewState.SUBMITTED}),
    ReviewAction.VOID: frozenset({ReviewState.APPROVED}),
}
"""From which states an action may start. An approved row is never edited: it is voided and followed by its successor."""


class ReviewStep(models.Model):
    """One step of a review: who, when (business time), what, with which opinion. Only ever added; ordered by id."""

    content_type = models.ForeignKey(ContentType, models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey()
    action = models.CharField("动作", max_length=10, choices=ReviewAction)
    state = models.CharField("办理后状态", max_length=10, choices=ReviewState)
    waiting_at = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="待办单位")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="办理单位")
    on = models.DateField("日期", default=clock.today, db_index=True)
    at = models.DateTimeField("时间", default=clock.now)
    opinion = models.CharField("意见", max_length=200, blank=True)

    class Meta:
        verbose_name = "流转记录"
        ordering = ("id",)
        indexes = [models.Index(fields=("content_type", "object_id", "id"), name="review_step_of_subject")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(action=ReviewAction.RETURN) | ~Q(opinion=""),
                name="return_needs_opinion",
                violation_error_message="退回须写明意见",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name}{self.get_action_display()}"


class ReviewableQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ReviewableQuerySet":
        """Rows of visible units; drafts only for the unit that writes them. County readers see no draft of a community."""
        rows = self.filter(unit__in=units_visible_to(user))
        return rows.filter(~Q(state=ReviewState.DRAFT) | Q(unit_id=user.unit_id)) if user.is_authenticated else rows.none()

    def approved_by(self, day: datetime.date) -> "ReviewableQuerySet":
        """Rows whose last step up to and including `day` left them approved (figures as of a day are computed from steps)."""
        return self.in_state_on(day, ReviewState.APPROVED)

    def in_state_on(self, day: datetime.date, *states: ReviewState) -> "ReviewableQuerySet":
        """Rows whose last step up to and including `day` left them in one of `states`; rows without a step by then are in none."""
        return self.with_state_on(day).filter(state_on__in=states)

    def with_state_on(self, day: datetime.date) -> "ReviewableQuerySet":
        """Each row with `state_on`: what its last step up to and including `day` left it in, None without a step by then."""
        last = (
            ReviewStep.objects.filter(
                content_type=ContentType.objects.get_for_model(self.model), object_id=models.OuterRef("pk"), on__lte=day
            )
            .order_by("-id")
            .values("state")[:1]
        )
        return self.annotate(state_on=models.Subquery(last))


class Reviewable(models.Model):
    """What is handed in and reviewed. `state` and `waiting_at` follow the last step and are written by pilots/review.py only."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="表单的一次性编号：重复提交只成一条")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="填报单位")
    state = models.CharField("状态", max_length=10, choices=ReviewState, default=ReviewState.DRAFT, editable=False, db_index=True)
    waiting_at = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name="待办单位")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填报人")
    created_at = models.DateTimeField("填报时间", default=clock.now)
    version = models.PositiveIntegerField(default=1, editable=False, help_text="每次保存加一；旧表单不能盖掉新内容")
    sample = models.BooleanField("示例数据", default=sample_mode, editable=False)
    steps = GenericRelation(ReviewStep)

    entered_under: Action
    """Which action lets a role enter such records."""

    class Meta:
        abstract = True

    def editable(self) -> bool:
        return self.state in (ReviewState.DRAFT, ReviewState.RETURNED)

    @property
    def review_name(self) -> str:
        """What it is called on the review desk: 活动记录, 佐证材料."""
        return str(self._meta.verbose_name)


class Evidence(Reviewable):
    """佐证材料: one file, uploaded once, serving every task it proves. It becomes 档案 only when archived."""

    entered_under = Action.HAND_IN_EVIDENCE

    pilot = models.ForeignKey(Pilot, models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name="试点")
    type = models.ForeignKey(EvidenceType, models.PROTECT, related_name="evidence", verbose_name="材料类型")
    title = models.CharField("名称", max_length=80)
    dated = models.DateField("形成日期")
    note = models.CharField("说明", max_length=200, blank=True)
    search = models.CharField(max_length=300, blank=True, editable=False, help_text="名称的全拼与首字母")
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="evidence", null=True, blank=True, verbose_name="文件")
    tasks = models.ManyToManyField(Task, related_name="evidence", verbose_name="对应任务")
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="successor", verbose_name="替代")
    history = HistoricalRecords(m2m_fields=[tasks], excluded_fields=["search"])
    objects = ReviewableQuerySet.as_manager()

    class Meta:
        verbose_name = "佐证材料"
        verbose_name_plural = "佐证材料"
        ordering = ("-dated", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ReviewState.DRAFT) | Q(file__isnull=False),
                name="evidence_has_file",
                violation_error_message="请先上传文件再提交",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evidence_detail", args=[self.pk])
