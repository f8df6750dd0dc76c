import accounts.clock
import accounts.models
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
        ("pilots", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalProject",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        db_index=True, editable=False, help_text="如 P4-03，由系统生成", max_length=20, verbose_name="项目编号"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="项目名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[("works", "工程"), ("goods", "货物"), ("service", "服务"), ("activity", "活动")],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                (
                    "works",
                    models.CharField(
                        blank=True,
                        choices=[("culture_square", "文化广场提升改造"), ("community_venue", "社区阵地亲民化改造")],
                        help_text="对应方案的改造工程时选择",
                        max_length=20,
                        verbose_name="改造内容",
                    ),
                ),
                ("responsible", models.CharField(blank=True, max_length=40, verbose_name="负责人")),
                ("planned_start", models.DateField(blank=True, null=True, verbose_name="计划开工")),
                ("planned_end", models.DateField(blank=True, null=True, verbose_name="计划完工")),
                ("budget_note", models.CharField(blank=True, max_length=200, verbose_name="预算说明")),
                ("on", models.DateField(default=accounts.clock.today, editable=False, verbose_name="列入日期")),
                ("cancelled_on", models.DateField(blank=True, editable=False, null=True, verbose_name="取消日期")),
                ("created_at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
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
                        verbose_name="实施单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 项目",
                "verbose_name_plural": "historical 项目",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(editable=False, help_text="如 P4-03，由系统生成", max_length=20, unique=True, verbose_name="项目编号"),
                ),
                ("name", models.CharField(max_length=60, verbose_name="项目名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[("works", "工程"), ("goods", "货物"), ("service", "服务"), ("activity", "活动")],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                (
                    "works",
                    models.CharField(
                        blank=True,
                        choices=[("culture_square", "文化广场提升改造"), ("community_venue", "社区阵地亲民化改造")],
                        help_text="对应方案的改造工程时选择",
                        max_length=20,
                        verbose_name="改造内容",
                    ),
                ),
                ("responsible", models.CharField(blank=True, max_length=40, verbose_name="负责人")),
                ("planned_start", models.DateField(blank=True, null=True, verbose_name="计划开工")),
                ("planned_end", models.DateField(blank=True, null=True, verbose_name="计划完工")),
                ("budget_note", models.CharField(blank=True, max_length=200, verbose_name="预算说明")),
                ("on", models.DateField(default=accounts.clock.today, editable=False, verbose_name="列入日期")),
                ("cancelled_on", models.DateField(blank=True, editable=False, null=True, verbose_name="取消日期")),
                ("created_at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("version", models.PositiveIntegerField(default=1, editable=False, help_text="每次保存加一；旧表单不能盖掉新内容")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("search", models.CharField(blank=True, editable=False, help_text="名称的全拼与首字母", max_length=300)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="登记人"
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="projects", to="pilots.pilot", verbose_name="试点"
                    ),
                ),
                ("tasks", models.ManyToManyField(blank=True, related_name="projects", to="pilots.task", verbose_name="对应任务")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="projects", to="accounts.unit", verbose_name="实施单位"
                    ),
                ),
            ],
            options={
                "verbose_name": "项目",
                "verbose_name_plural": "项目",
                "ordering": ("pilot__order", "code"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("planned_start__isnull", True),
                            ("planned_end__isnull", True),
                            ("planned_end__gte", models.F("planned_start")),
                            _connector="OR",
                        ),
                        name="project_ends_after_it_starts",
                        violation_error_message="计划完工不能早于计划开工",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="节点")),
                ("due", models.DateField(verbose_name="计划日期")),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="完成日期")),
                ("recorded_on", models.DateField(blank=True, editable=False, null=True, verbose_name="登记完成日期")),
                ("proof", models.CharField(blank=True, max_length=200, verbose_name="完成依据")),
                ("on", models.DateField(default=accounts.clock.today, editable=False, verbose_name="列入日期")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="登记人"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="milestones", to="pilots.project", verbose_name="项目"
                    ),
                ),
            ],
            options={
                "verbose_name": "项目节点",
                "ordering": ("due", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_on__isnull", True), ("recorded_on__isnull", True)),
                            models.Q(("done_on__isnull", False), ("recorded_on__gte", models.F("done_on"))),
                            _connector="OR",
                        ),
                        name="milestone_done_and_recorded",
                        violation_error_message="完成日期不能晚于登记日期",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalProject_tasks",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "history",
                    models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to="pilots.historicalproject"),
                ),
                (
                    "task",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.task",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.project",
                    ),
                ),
            ],
            options={
                "verbose_name": "HistoricalProject_tasks",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalMilestone",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="节点")),
                ("due", models.DateField(verbose_name="计划日期")),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="完成日期")),
                ("recorded_on", models.DateField(blank=True, editable=False, null=True, verbose_name="登记完成日期")),
                ("proof", models.CharField(blank=True, max_length=200, verbose_name="完成依据")),
                ("on", models.DateField(default=accounts.clock.today, editable=False, verbose_name="列入日期")),
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
                    "project",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.project",
                        verbose_name="项目",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 项目节点",
                "verbose_name_plural": "historical 项目节点s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="ProjectStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("started", "启动"), ("progress", "进度"), ("completed", "完工"), ("accepted", "验收")],
                        max_length=10,
                        verbose_name="环节",
                    ),
                ),
                ("percent", models.PositiveSmallIntegerField(default=0, help_text="百分比，0 至 100", verbose_name="形象进度")),
                ("day", models.DateField(verbose_name="发生日期")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, verbose_name="登记时间")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="登记人"
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pilots.evidence",
                        verbose_name="佐证材料",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="pilots.project", verbose_name="项目"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit", verbose_name="登记单位"
                    ),
                ),
            ],
            options={
                "verbose_name": "项目环节",
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("percent__lte", 100)), name="percent_to_100", violation_error_message="形象进度在 0 至 100 之间"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ("completed", "accepted")), _negated=True), ("percent", 100), _connector="OR"
                        ),
                        name="completed_is_100",
                        violation_error_message="完工和验收的形象进度是 100",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="projectstep",
            index=models.Index(fields=["project", "id"], name="step_of_project"),
        ),
    ]
