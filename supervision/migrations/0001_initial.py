import accounts.clock
import accounts.models
import django.db.models.deletion
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
        ("pilots", "0002_projects"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChecklistItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(unique=True, verbose_name="编号")),
                ("order", models.PositiveSmallIntegerField(verbose_name="顺序")),
                (
                    "aspect",
                    models.CharField(
                        choices=[("implementation", "项目实施"), ("funds", "资金使用"), ("archives", "档案资料")],
                        max_length=20,
                        verbose_name="方面",
                    ),
                ),
                ("wording", models.CharField(max_length=120, verbose_name="检查项")),
                ("clauses", models.CharField(blank=True, help_text="条款的中文编号，如 四（二）-4", max_length=100, verbose_name="条款")),
                ("metric", models.SlugField(blank=True, verbose_name="系统取数")),
            ],
            options={
                "verbose_name": "督导检查项",
                "verbose_name_plural": "督导检查项",
                "ordering": ("order",),
            },
        ),
        migrations.CreateModel(
            name="FindingCounter",
            fields=[
                ("month", models.CharField(max_length=7, primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="DispatchMeeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("held_on", models.DateField(verbose_name="会议日期")),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="地点")),
                ("chair", models.CharField(blank=True, max_length=40, verbose_name="主持人")),
                ("attendees", models.CharField(max_length=300, verbose_name="参加单位和人员")),
                ("items", models.TextField(blank=True, max_length=1000, verbose_name="协调事项")),
                ("created_at", models.DateTimeField(default=accounts.clock.now, verbose_name="登记时间")),
                ("registered_on", models.DateField(default=accounts.clock.today, verbose_name="登记日期")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="登记人"
                    ),
                ),
                (
                    "minutes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispatch_meeting",
                        to="pilots.storedfile",
                        verbose_name="会议纪要",
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meetings",
                        to="pilots.recurringperiod",
                        verbose_name="调度季度",
                    ),
                ),
            ],
            options={
                "verbose_name": "调度会议",
                "verbose_name_plural": "调度会议",
                "ordering": ("-held_on", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, help_text="表单的一次性编号：重复提交只成一条", unique=True)),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="编号")),
                (
                    "aspect",
                    models.CharField(
                        choices=[("implementation", "项目实施"), ("funds", "资金使用"), ("archives", "档案资料")],
                        max_length=20,
                        verbose_name="方面",
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[("minor", "一般"), ("major", "较重"), ("severe", "严重")], max_length=10, verbose_name="严重程度"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("supervision", "督导"), ("midterm", "中期评估"), ("inspection", "初查"), ("other", "其他")],
                        default="supervision",
                        max_length=12,
                        verbose_name="来源",
                    ),
                ),
                ("title", models.CharField(max_length=60, verbose_name="问题")),
                ("description", models.CharField(max_length=500, verbose_name="问题描述")),
                ("requirement", models.CharField(blank=True, max_length=200, verbose_name="整改要求")),
                ("found_on", models.DateField(verbose_name="发现日期")),
                ("person", models.CharField(blank=True, max_length=40, verbose_name="责任人")),
                ("first_deadline", models.DateField(help_text="延期前的时限", verbose_name="交办时限")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("found", "待交办"),
                            ("assigned", "待整改"),
                            ("rectifying", "整改中"),
                            ("rechecking", "待复核"),
                            ("closed", "已销号"),
                        ],
                        db_index=True,
                        default="found",
                        editable=False,
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("deadline", models.DateField(db_index=True, editable=False, verbose_name="整改时限")),
                ("asked_until", models.DateField(blank=True, editable=False, null=True, verbose_name="申请延期至")),
                ("created_at", models.DateTimeField(default=accounts.clock.now, verbose_name="登记时间")),
                ("search", models.CharField(blank=True, editable=False, help_text="标题的全拼与首字母", max_length=400)),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="登记人"
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="pilots.pilot", verbose_name="试点"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="accounts.unit", verbose_name="责任单位"
                    ),
                ),
            ],
            options={
                "verbose_name": "问题",
                "verbose_name_plural": "问题",
                "ordering": ("deadline", "number"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_deadline__gte", models.F("found_on"))),
                        name="finding_deadline_after_found",
                        violation_error_message="整改时限不能早于发现日期",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("deadline__gte", models.F("first_deadline"))),
                        name="finding_deadline_only_later",
                        violation_error_message="延期后的时限不能早于原时限",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FindingStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("find", "发现"),
                            ("assign", "交办"),
                            ("start", "开始整改"),
                            ("rectify", "提交整改"),
                            ("close", "复核通过，销号"),
                            ("return", "退回重改"),
                            ("ask", "申请延期"),
                            ("grant", "同意延期"),
                            ("refuse", "不同意延期"),
                            ("reopen", "重新打开"),
                        ],
                        max_length=10,
                        verbose_name="动作",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("found", "待交办"),
                            ("assigned", "待整改"),
                            ("rectifying", "整改中"),
                            ("rechecking", "待复核"),
                            ("closed", "已销号"),
                        ],
                        max_length=12,
                        verbose_name="办理后状态",
                    ),
                ),
                ("deadline", models.DateField(verbose_name="办理后时限")),
                ("asked_until", models.DateField(blank=True, null=True, verbose_name="申请延期至")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, verbose_name="日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, verbose_name="时间")),
                ("text", models.CharField(blank=True, help_text="整改情况、复核意见、理由", max_length=500, verbose_name="内容")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="办理人"
                    ),
                ),
                ("finding", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="supervision.finding")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit", verbose_name="办理单位"
                    ),
                ),
            ],
            options={
                "verbose_name": "问题流转记录",
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("action__in", ("rectify", "return", "ask", "refuse", "reopen")), _negated=True),
                            models.Q(("text", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="finding_step_needs_words",
                        violation_error_message="请写明整改情况、意见或理由",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("action", "find")),
                        fields=("finding",),
                        name="finding_found_once",
                        violation_error_message="这个问题已经登记",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FindingFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("before", "整改前"), ("after", "整改后"), ("paper", "整改材料")],
                        default="after",
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("caption", models.CharField(blank=True, max_length=40, verbose_name="说明")),
                ("dated", models.DateField(default=accounts.clock.today, verbose_name="日期")),
                ("added_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "file",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="finding_files", to="pilots.storedfile"),
                ),
                ("finding", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="files", to="supervision.finding")),
                (
                    "step",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="supervision.findingstep",
                    ),
                ),
            ],
            options={
                "verbose_name": "整改材料",
                "ordering": ("kind", "id"),
                "constraints": [models.UniqueConstraint(fields=("finding", "file"), name="finding_file_once")],
            },
        ),
        migrations.CreateModel(
            name="HistoricalChecklistItem",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("code", models.SlugField(verbose_name="编号")),
                ("order", models.PositiveSmallIntegerField(verbose_name="顺序")),
                (
                    "aspect",
                    models.CharField(
                        choices=[("implementation", "项目实施"), ("funds", "资金使用"), ("archives", "档案资料")],
                        max_length=20,
                        verbose_name="方面",
                    ),
                ),
                ("wording", models.CharField(max_length=120, verbose_name="检查项")),
                ("clauses", models.CharField(blank=True, help_text="条款的中文编号，如 四（二）-4", max_length=100, verbose_name="条款")),
                ("metric", models.SlugField(blank=True, verbose_name="系统取数")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 督导检查项",
                "verbose_name_plural": "historical 督导检查项",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalDispatchMeeting",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("uid", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("held_on", models.DateField(verbose_name="会议日期")),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="地点")),
                ("chair", models.CharField(blank=True, max_length=40, verbose_name="主持人")),
                ("attendees", models.CharField(max_length=300, verbose_name="参加单位和人员")),
                ("items", models.TextField(blank=True, max_length=1000, verbose_name="协调事项")),
                ("created_at", models.DateTimeField(default=accounts.clock.now, verbose_name="登记时间")),
                ("registered_on", models.DateField(default=accounts.clock.today, verbose_name="登记日期")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "minutes",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.storedfile",
                        verbose_name="会议纪要",
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.recurringperiod",
                        verbose_name="调度季度",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 调度会议",
                "verbose_name_plural": "historical 调度会议",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFindingFile",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("before", "整改前"), ("after", "整改后"), ("paper", "整改材料")],
                        default="after",
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("caption", models.CharField(blank=True, max_length=40, verbose_name="说明")),
                ("dated", models.DateField(default=accounts.clock.today, verbose_name="日期")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.storedfile",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="supervision.finding",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="supervision.findingstep",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 整改材料",
                "verbose_name_plural": "historical 整改材料s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalInstruction",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("uid", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("words", models.CharField(max_length=500, verbose_name="批示内容")),
                ("given_on", models.DateField(verbose_name="批示日期")),
                ("about", models.CharField(help_text="如：中期评估报告、竹林桥社区问题整改", max_length=100, verbose_name="批示事项")),
                ("url", models.CharField(blank=True, help_text="所批文件或记录的地址", max_length=300)),
                ("entered_on", models.DateField(default=accounts.clock.today, verbose_name="登记日期")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待办理"), ("handled", "已办结")],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="办理情况")),
                ("answered_on", models.DateField(blank=True, null=True, verbose_name="办理日期")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="supervision.finding",
                        verbose_name="问题",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.pilot",
                        verbose_name="试点",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 批示",
                "verbose_name_plural": "historical 批示",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalVisit",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "uid",
                    models.UUIDField(db_index=True, default=uuid.uuid4, editable=False, help_text="表单的一次性编号：重复提交只成一条"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("monthly", "每月督导"), ("midterm", "中期评估"), ("inspection", "初查")],
                        default="monthly",
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                ("month", models.DateField(help_text="当月第一天", verbose_name="月份")),
                ("visited_on", models.DateField(verbose_name="督导日期")),
                ("visited_at", models.TimeField(blank=True, null=True, verbose_name="到达时间")),
                ("inspectors", models.CharField(max_length=60, verbose_name="督导人员")),
                ("conclusion", models.CharField(blank=True, max_length=300, verbose_name="总体情况")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "草稿"), ("submitted", "已提交")],
                        db_index=True,
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("created_at", models.DateTimeField(default=accounts.clock.now, verbose_name="填写时间")),
                ("submitted_on", models.DateField(blank=True, null=True, verbose_name="提交日期")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="提交时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="填写人",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.pilot",
                        verbose_name="试点",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 督导记录",
                "verbose_name_plural": "historical 督导记录",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Instruction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("words", models.CharField(max_length=500, verbose_name="批示内容")),
                ("given_on", models.DateField(verbose_name="批示日期")),
                ("about", models.CharField(help_text="如：中期评估报告、竹林桥社区问题整改", max_length=100, verbose_name="批示事项")),
                ("url", models.CharField(blank=True, help_text="所批文件或记录的地址", max_length=300)),
                ("entered_on", models.DateField(default=accounts.clock.today, verbose_name="登记日期")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待办理"), ("handled", "已办结")],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="办理情况")),
                ("answered_on", models.DateField(blank=True, null=True, verbose_name="办理日期")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="登记人"
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instructions",
                        to="supervision.finding",
                        verbose_name="问题",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instructions",
                        to="pilots.pilot",
                        verbose_name="试点",
                    ),
                ),
            ],
            options={
                "verbose_name": "批示",
                "verbose_name_plural": "批示",
                "ordering": ("-given_on", "-id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "open"),
                            models.Q(
                                models.Q(("answer", ""), _negated=True), ("answered_by__isnull", False), ("answered_on__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="handled_instruction_says_how",
                        violation_error_message="办结须写明办理情况",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("deadline", models.DateField()),
                ("rung", models.SmallIntegerField(help_text="距时限的天数：-7、-3、0 为提前和当天，正数为逾期天数")),
                ("on", models.DateField(default=accounts.clock.today)),
                ("at", models.DateTimeField(default=accounts.clock.now)),
                ("desk", models.CharField(help_text="送到哪一级：unit、town、office", max_length=10)),
                (
                    "finding",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="reminders", to="supervision.finding"),
                ),
            ],
            options={
                "verbose_name": "催办提醒",
                "ordering": ("id",),
                "constraints": [models.UniqueConstraint(fields=("finding", "deadline", "rung"), name="reminder_once_per_rung")],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, help_text="表单的一次性编号：重复提交只成一条", unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("monthly", "每月督导"), ("midterm", "中期评估"), ("inspection", "初查")],
                        default="monthly",
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                ("month", models.DateField(help_text="当月第一天", verbose_name="月份")),
                ("visited_on", models.DateField(verbose_name="督导日期")),
                ("visited_at", models.TimeField(blank=True, null=True, verbose_name="到达时间")),
                ("inspectors", models.CharField(max_length=60, verbose_name="督导人员")),
                ("conclusion", models.CharField(blank=True, max_length=300, verbose_name="总体情况")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "草稿"), ("submitted", "已提交")],
                        db_index=True,
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("created_at", models.DateTimeField(default=accounts.clock.now, verbose_name="填写时间")),
                ("saved_at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="保存时间")),
                ("submitted_on", models.DateField(blank=True, null=True, verbose_name="提交日期")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="提交时间")),
                ("version", models.PositiveIntegerField(default=1, editable=False, help_text="每次保存加一；旧表单不能盖掉新内容")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="填写人"
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="pilots.pilot", verbose_name="试点"
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
            ],
            options={
                "verbose_name": "督导记录",
                "verbose_name_plural": "督导记录",
                "ordering": ("-month", "pilot__order", "id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pilot", "month", "kind"),
                        name="visit_once_per_pilot_month_and_kind",
                        violation_error_message="这个试点本月已有同类督导记录，请打开已有的那一份继续填写",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "draft"),
                            models.Q(
                                ("submitted_at__isnull", False),
                                ("submitted_by__isnull", False),
                                ("submitted_on__gte", models.F("visited_on")),
                                ("submitted_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="submitted_visit_says_when",
                        violation_error_message="提交日期不能早于督导日期",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("visited_on__gte", models.F("month"))),
                        name="visit_in_its_month",
                        violation_error_message="督导日期须在督导月份之内",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="visit_month_is_first_day", violation_error_message="月份须为当月第一天"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalVisitAnswer",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField(verbose_name="顺序")),
                ("code", models.CharField(max_length=50, verbose_name="编号")),
                (
                    "aspect",
                    models.CharField(
                        choices=[("implementation", "项目实施"), ("funds", "资金使用"), ("archives", "档案资料")],
                        max_length=20,
                        verbose_name="方面",
                    ),
                ),
                ("wording", models.CharField(max_length=120, verbose_name="检查项")),
                ("clauses", models.CharField(blank=True, max_length=100, verbose_name="条款")),
                ("metric", models.CharField(blank=True, max_length=50)),
                ("figure", models.CharField(blank=True, help_text="77.8%；空为现场核实", max_length=40, verbose_name="系统数据")),
                ("figure_note", models.CharField(blank=True, help_text="节点按期率，7 / 9 个", max_length=100, verbose_name="数据说明")),
                (
                    "prefilled",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "符合"), ("partly", "基本符合"), ("no", "不符合"), ("na", "不适用")],
                        max_length=10,
                        verbose_name="按数据预填",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "符合"), ("partly", "基本符合"), ("no", "不符合"), ("na", "不适用")],
                        max_length=10,
                        verbose_name="结论",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="核对时间")),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="备注")),
                ("problem_title", models.CharField(blank=True, help_text="台账上的短标题，可不填", max_length=60, verbose_name="问题")),
                ("problem", models.CharField(blank=True, max_length=200, verbose_name="问题描述")),
                ("requirement", models.CharField(blank=True, max_length=200, verbose_name="整改要求")),
                ("severity", models.CharField(blank=True, max_length=10, verbose_name="严重程度")),
                ("deadline", models.DateField(blank=True, null=True, verbose_name="整改时限")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核对人",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="supervision.checklistitem",
                        verbose_name="检查项",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="supervision.visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 督导检查结论",
                "verbose_name_plural": "historical 督导检查结论s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="VisitAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveSmallIntegerField(verbose_name="顺序")),
                ("code", models.CharField(max_length=50, verbose_name="编号")),
                (
                    "aspect",
                    models.CharField(
                        choices=[("implementation", "项目实施"), ("funds", "资金使用"), ("archives", "档案资料")],
                        max_length=20,
                        verbose_name="方面",
                    ),
                ),
                ("wording", models.CharField(max_length=120, verbose_name="检查项")),
                ("clauses", models.CharField(blank=True, max_length=100, verbose_name="条款")),
                ("metric", models.CharField(blank=True, max_length=50)),
                ("figure", models.CharField(blank=True, help_text="77.8%；空为现场核实", max_length=40, verbose_name="系统数据")),
                ("figure_note", models.CharField(blank=True, help_text="节点按期率，7 / 9 个", max_length=100, verbose_name="数据说明")),
                (
                    "prefilled",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "符合"), ("partly", "基本符合"), ("no", "不符合"), ("na", "不适用")],
                        max_length=10,
                        verbose_name="按数据预填",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "符合"), ("partly", "基本符合"), ("no", "不符合"), ("na", "不适用")],
                        max_length=10,
                        verbose_name="结论",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="核对时间")),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="备注")),
                ("problem_title", models.CharField(blank=True, help_text="台账上的短标题，可不填", max_length=60, verbose_name="问题")),
                ("problem", models.CharField(blank=True, max_length=200, verbose_name="问题描述")),
                ("requirement", models.CharField(blank=True, max_length=200, verbose_name="整改要求")),
                ("severity", models.CharField(blank=True, max_length=10, verbose_name="严重程度")),
                ("deadline", models.DateField(blank=True, null=True, verbose_name="整改时限")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核对人",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="supervision.checklistitem", verbose_name="检查项"
                    ),
                ),
                ("visit", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="supervision.visit")),
            ],
            options={
                "verbose_name": "督导检查结论",
                "ordering": ("order", "id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("visit", "item"), name="visit_item_once", violation_error_message="这一项已在本次督导中"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalVisitPhoto",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("caption", models.CharField(blank=True, max_length=40, verbose_name="说明")),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.storedfile",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "answer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="supervision.visitanswer",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 督导照片",
                "verbose_name_plural": "historical 督导照片s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFinding",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "uid",
                    models.UUIDField(db_index=True, default=uuid.uuid4, editable=False, help_text="表单的一次性编号：重复提交只成一条"),
                ),
                ("number", models.CharField(db_index=True, editable=False, max_length=20, verbose_name="编号")),
                (
                    "aspect",
                    models.CharField(
                        choices=[("implementation", "项目实施"), ("funds", "资金使用"), ("archives", "档案资料")],
                        max_length=20,
                        verbose_name="方面",
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[("minor", "一般"), ("major", "较重"), ("severe", "严重")], max_length=10, verbose_name="严重程度"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("supervision", "督导"), ("midterm", "中期评估"), ("inspection", "初查"), ("other", "其他")],
                        default="supervision",
                        max_length=12,
                        verbose_name="来源",
                    ),
                ),
                ("title", models.CharField(max_length=60, verbose_name="问题")),
                ("description", models.CharField(max_length=500, verbose_name="问题描述")),
                ("requirement", models.CharField(blank=True, max_length=200, verbose_name="整改要求")),
                ("found_on", models.DateField(verbose_name="发现日期")),
                ("person", models.CharField(blank=True, max_length=40, verbose_name="责任人")),
                ("first_deadline", models.DateField(help_text="延期前的时限", verbose_name="交办时限")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("found", "待交办"),
                            ("assigned", "待整改"),
                            ("rectifying", "整改中"),
                            ("rechecking", "待复核"),
                            ("closed", "已销号"),
                        ],
                        db_index=True,
                        default="found",
                        editable=False,
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("deadline", models.DateField(db_index=True, editable=False, verbose_name="整改时限")),
                ("asked_until", models.DateField(blank=True, editable=False, null=True, verbose_name="申请延期至")),
                ("created_at", models.DateTimeField(default=accounts.clock.now, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.pilot",
                        verbose_name="试点",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.unit",
                        verbose_name="责任单位",
                    ),
                ),
                (
                    "answer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="supervision.visitanswer",
                        verbose_name="督导检查结论",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 问题",
                "verbose_name_plural": "historical 问题",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name="finding",
            name="answer",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="finding",
                to="supervision.visitanswer",
                verbose_name="督导检查结论",
            ),
        ),
        migrations.CreateModel(
            name="VisitPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("caption", models.CharField(blank=True, max_length=40, verbose_name="说明")),
                ("order", models.PositiveSmallIntegerField(default=0)),
                (
                    "answer",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="photos", to="supervision.visitanswer"),
                ),
                (
                    "file",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="visit_photo", to="pilots.storedfile"),
                ),
            ],
            options={
                "verbose_name": "督导照片",
                "ordering": ("order", "id"),
            },
        ),
        migrations.AddIndex(
            model_name="findingstep",
            index=models.Index(fields=["finding", "id"], name="finding_step_of_finding"),
        ),
    ]
