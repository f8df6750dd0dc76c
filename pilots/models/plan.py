"""The programme as the official plan has it: pilots, phases, duties, indicators, cadences."""

from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts.access import units_visible_to
from accounts.models import Role, Unit, User


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
