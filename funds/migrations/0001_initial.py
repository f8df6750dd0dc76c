import accounts.clock
import accounts.models
import django.db.models.deletion
import pilots.money
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
            name="NumberCounter",
            fields=[
                ("key", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="UseCategory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("works", "工程"), ("goods", "货物"), ("service", "服务"), ("activity", "活动")],
                        max_length=10,
                        verbose_name="性质",
                    ),
                ),
                ("allowed", models.BooleanField(default=True, verbose_name="允许使用")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ("basis", models.CharField(default="建议，由县里核定", max_length=100, verbose_name="依据")),
            ],
            options={
                "verbose_name": "用途类别",
                "verbose_name_plural": "用途类别",
                "ordering": ("order",),
            },
        ),
        migrations.CreateModel(
            name="BudgetLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="budget_lines", to="pilots.pilot", verbose_name="试点"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="budget_lines", to="pilots.project", verbose_name="项目"
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="budget_lines",
                        to="funds.usecategory",
                        verbose_name="用途类别",
                    ),
                ),
            ],
            options={
                "verbose_name": "预算科目",
                "verbose_name_plural": "预算科目",
                "ordering": ("pilot__order", "project__code", "category__order"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "category"),
                        name="budget_line_once",
                        violation_error_message="这个项目已有这一用途类别的预算，请调整原预算",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("amount", pilots.money.MoneyField(verbose_name="金额")),
                ("sign", models.SmallIntegerField(choices=[(1, "增加"), (-1, "减少")], default=1, editable=False, verbose_name="方向")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="funds.budgetentry",
                        verbose_name="冲正的记录",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="funds.budgetline", verbose_name="预算科目"
                    ),
                ),
            ],
            options={
                "verbose_name": "预算金额",
                "ordering": ("id",),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="funds_budgetentry_positive", violation_error_message="金额须大于零"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign__in", (1, -1))),
                        name="funds_budgetentry_sign",
                        violation_error_message="方向只有增加和减少",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign", 1), models.Q(("reason", ""), _negated=True), _connector="OR"),
                        name="funds_budgetentry_reason",
                        violation_error_message="冲正、减少须写明原因",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                (
                    "number",
                    models.CharField(
                        error_messages={"unique": "这个合同编号已经用过"}, max_length=40, unique=True, verbose_name="合同编号"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="合同名称")),
                ("contractor", models.CharField(max_length=80, verbose_name="承接单位")),
                (
                    "party",
                    models.CharField(
                        choices=[
                            ("company", "企业"),
                            ("organisation", "登记的社会组织"),
                            ("institution", "事业单位"),
                            ("collective", "居民委员会、村集体"),
                            ("individual", "个人、个体工商户"),
                            ("filed_team", "备案的社区社会组织"),
                        ],
                        max_length=12,
                        verbose_name="承接单位类别",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("open_tender", "公开招标"),
                            ("invited_tender", "邀请招标"),
                            ("negotiation", "竞争性谈判"),
                            ("consultation", "竞争性磋商"),
                            ("inquiry", "询价"),
                            ("single_source", "单一来源"),
                            ("framework", "框架协议"),
                            ("comparison", "限额以下自行采购（比选）"),
                            ("direct", "直接委托（居民自治项目）"),
                        ],
                        max_length=16,
                        verbose_name="采购方式",
                    ),
                ),
                ("awarded_on", models.DateField(verbose_name="成交日期")),
                ("signed_on", models.DateField(verbose_name="签订日期")),
                ("amount", pilots.money.MoneyField(verbose_name="合同金额")),
                (
                    "prepayment_percent",
                    models.PositiveSmallIntegerField(default=0, help_text="百分比；没有约定填 0", verbose_name="合同约定的预付款比例"),
                ),
                ("bank", models.CharField(blank=True, max_length=60, verbose_name="开户银行")),
                ("account_tail", models.CharField(blank=True, max_length=4, verbose_name="账号后四位")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("search", models.CharField(blank=True, editable=False, help_text="名称、承接单位的全拼与首字母", max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts",
                        to="funds.budgetline",
                        verbose_name="预算科目",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="pilots.pilot", verbose_name="试点"
                    ),
                ),
            ],
            options={
                "verbose_name": "合同",
                "verbose_name_plural": "合同",
                "ordering": ("pilot__order", "number"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="contract_positive", violation_error_message="合同金额须大于零"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("signed_on__gte", models.F("awarded_on"))),
                        name="contract_signed_after_award",
                        violation_error_message="合同签订日期不能早于成交日期",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("signed_on__lte", models.F("on"))),
                        name="contract_signed_before_entered",
                        violation_error_message="合同签订日期不能晚于今天",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("party", "filed_team"), _negated=True),
                        name="contract_not_with_filed_team",
                        violation_error_message="备案的社区社会组织不是法人，不能作为合同承接单位",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("prepayment_percent__lte", 100)),
                        name="prepayment_to_100",
                        violation_error_message="预付款比例在 0 至 100 之间",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("amount", pilots.money.MoneyField(verbose_name="金额")),
                ("sign", models.SmallIntegerField(choices=[(1, "增加"), (-1, "减少")], default=1, editable=False, verbose_name="方向")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                (
                    "kind",
                    models.CharField(choices=[("change", "变更"), ("end", "解除")], default="change", max_length=8, verbose_name="类别"),
                ),
                ("signed_on", models.DateField(verbose_name="签订日期")),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="funds.contract", verbose_name="合同"
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="funds.contractchange",
                        verbose_name="冲正的记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "合同变更",
                "ordering": ("id",),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="funds_contractchange_positive", violation_error_message="金额须大于零"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign__in", (1, -1))),
                        name="funds_contractchange_sign",
                        violation_error_message="方向只有增加和减少",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign", 1), models.Q(("reason", ""), _negated=True), _connector="OR"),
                        name="funds_contractchange_reason",
                        violation_error_message="冲正、减少须写明原因",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="contract_change_reason",
                        violation_error_message="合同变更须写明原因",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "change"), ("sign", -1), _connector="OR"),
                        name="contract_end_is_minus",
                        violation_error_message="解除合同只会减少合同金额",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("procurement", "采购文件"),
                            ("award", "成交通知"),
                            ("contract", "合同"),
                            ("acceptance", "验收单"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                ("on", models.DateField(db_index=True, verbose_name="上传日期")),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="funds.contract", verbose_name="合同"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pilots.storedfile", verbose_name="文件"
                    ),
                ),
            ],
            options={
                "verbose_name": "合同资料",
                "ordering": ("kind", "id"),
            },
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                (
                    "quarter",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "第一季度"), (2, "第二季度"), (3, "第三季度"), (4, "第四季度")], verbose_name="季度"
                    ),
                ),
                ("posted_on", models.DateField(verbose_name="公示开始")),
                ("until", models.DateField(help_text="公示期不少于 5 个工作日", verbose_name="公示结束")),
                ("place", models.CharField(max_length=80, verbose_name="公示地点")),
                ("telephone", models.CharField(max_length=40, verbose_name="监督电话")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("version", models.PositiveIntegerField(default=1, editable=False, help_text="每次保存加一；旧表单不能盖掉新内容")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="登记人"
                    ),
                ),
                (
                    "end_photo",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pilots.storedfile",
                        verbose_name="期满照片",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disclosures", to="pilots.pilot", verbose_name="试点"
                    ),
                ),
                (
                    "start_photo",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pilots.storedfile",
                        verbose_name="张贴照片",
                    ),
                ),
                (
                    "text_file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pilots.storedfile",
                        verbose_name="公示文本",
                    ),
                ),
            ],
            options={
                "verbose_name": "资金公示",
                "verbose_name_plural": "资金公示",
                "ordering": ("-posted_on", "pilot__order"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pilot", "year", "quarter"),
                        name="disclosure_once_a_quarter",
                        violation_error_message="这个试点本季度的公示已经登记",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("posted_on"))),
                        name="disclosure_ends_after_start",
                        violation_error_message="公示结束不能早于公示开始",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FundSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("amount", pilots.money.MoneyField(verbose_name="金额")),
                ("sign", models.SmallIntegerField(choices=[(1, "增加"), (-1, "减少")], default=1, editable=False, verbose_name="方向")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("province", "省级"),
                            ("city", "市级"),
                            ("county", "县级"),
                            ("department", "整合部门"),
                            ("society", "社会"),
                        ],
                        max_length=12,
                        verbose_name="来源",
                    ),
                ),
                ("document_number", models.CharField(max_length=60, verbose_name="文号")),
                ("issued_on", models.DateField(verbose_name="下达日期")),
                ("name", models.CharField(max_length=100, verbose_name="文件名称")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("reversed_on", models.DateField(blank=True, editable=False, null=True, verbose_name="冲正日期")),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fund_sources",
                        to="pilots.programme",
                        verbose_name="试点工作",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="funds.fundsource",
                        verbose_name="冲正的记录",
                    ),
                ),
                (
                    "scan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pilots.storedfile",
                        verbose_name="文件扫描件",
                    ),
                ),
            ],
            options={
                "verbose_name": "资金来源",
                "verbose_name_plural": "资金来源",
                "ordering": ("issued_on", "id"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="funds_fundsource_positive", violation_error_message="金额须大于零"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign__in", (1, -1))),
                        name="funds_fundsource_sign",
                        violation_error_message="方向只有增加和减少",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign", 1), models.Q(("reason", ""), _negated=True), _connector="OR"),
                        name="funds_fundsource_reason",
                        violation_error_message="冲正、减少须写明原因",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reversed_on__isnull", True), ("reverses__isnull", True)),
                        fields=("document_number",),
                        name="document_number_once",
                        violation_error_message="这个文号已经登记过，同一份下达文件只登记一次",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reverses__isnull", True), ("sign", 1)),
                            models.Q(("reverses__isnull", False), ("sign", -1)),
                            _connector="OR",
                        ),
                        name="source_minus_is_reversal",
                        violation_error_message="资金来源只能用冲正来减少",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("issued_on__lte", models.F("on"))),
                        name="source_issued_before_entered",
                        violation_error_message="下达日期不能晚于今天",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("amount", pilots.money.MoneyField(verbose_name="金额")),
                ("sign", models.SmallIntegerField(choices=[(1, "增加"), (-1, "减少")], default=1, editable=False, verbose_name="方向")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                ("document_number", models.CharField(blank=True, max_length=60, verbose_name="分配文号")),
                ("allocated_on", models.DateField(verbose_name="分配日期")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("reversed_on", models.DateField(blank=True, editable=False, null=True, verbose_name="冲正日期")),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="allocations", to="pilots.pilot", verbose_name="试点"
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="funds.allocation",
                        verbose_name="冲正的记录",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="funds.fundsource",
                        verbose_name="资金来源",
                    ),
                ),
            ],
            options={
                "verbose_name": "下达到试点",
                "verbose_name_plural": "下达到试点",
                "ordering": ("pilot__order", "id"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="funds_allocation_positive", violation_error_message="金额须大于零"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign__in", (1, -1))),
                        name="funds_allocation_sign",
                        violation_error_message="方向只有增加和减少",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign", 1), models.Q(("reason", ""), _negated=True), _connector="OR"),
                        name="funds_allocation_reason",
                        violation_error_message="冲正、减少须写明原因",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reverses__isnull", True), ("sign", 1)),
                            models.Q(("reverses__isnull", False), ("sign", -1)),
                            _connector="OR",
                        ),
                        name="allocation_minus_is_reversal",
                        violation_error_message="下达到试点的额度只能用冲正来减少",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("allocated_on__lte", models.F("on"))),
                        name="allocated_before_entered",
                        violation_error_message="分配日期不能晚于今天",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalAllocation",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("amount", pilots.money.MoneyField(verbose_name="金额")),
                ("sign", models.SmallIntegerField(choices=[(1, "增加"), (-1, "减少")], default=1, editable=False, verbose_name="方向")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                ("document_number", models.CharField(blank=True, max_length=60, verbose_name="分配文号")),
                ("allocated_on", models.DateField(verbose_name="分配日期")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("reversed_on", models.DateField(blank=True, editable=False, null=True, verbose_name="冲正日期")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
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
                    "reverses",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.allocation",
                        verbose_name="冲正的记录",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.fundsource",
                        verbose_name="资金来源",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 下达到试点",
                "verbose_name_plural": "historical 下达到试点",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalBudgetEntry",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("amount", pilots.money.MoneyField(verbose_name="金额")),
                ("sign", models.SmallIntegerField(choices=[(1, "增加"), (-1, "减少")], default=1, editable=False, verbose_name="方向")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
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
                    "line",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.budgetline",
                        verbose_name="预算科目",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.budgetentry",
                        verbose_name="冲正的记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 预算金额",
                "verbose_name_plural": "historical 预算金额s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalContract",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                (
                    "number",
                    models.CharField(
                        db_index=True, error_messages={"unique": "这个合同编号已经用过"}, max_length=40, verbose_name="合同编号"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="合同名称")),
                ("contractor", models.CharField(max_length=80, verbose_name="承接单位")),
                (
                    "party",
                    models.CharField(
                        choices=[
                            ("company", "企业"),
                            ("organisation", "登记的社会组织"),
                            ("institution", "事业单位"),
                            ("collective", "居民委员会、村集体"),
                            ("individual", "个人、个体工商户"),
                            ("filed_team", "备案的社区社会组织"),
                        ],
                        max_length=12,
                        verbose_name="承接单位类别",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("open_tender", "公开招标"),
                            ("invited_tender", "邀请招标"),
                            ("negotiation", "竞争性谈判"),
                            ("consultation", "竞争性磋商"),
                            ("inquiry", "询价"),
                            ("single_source", "单一来源"),
                            ("framework", "框架协议"),
                            ("comparison", "限额以下自行采购（比选）"),
                            ("direct", "直接委托（居民自治项目）"),
                        ],
                        max_length=16,
                        verbose_name="采购方式",
                    ),
                ),
                ("awarded_on", models.DateField(verbose_name="成交日期")),
                ("signed_on", models.DateField(verbose_name="签订日期")),
                ("amount", pilots.money.MoneyField(verbose_name="合同金额")),
                (
                    "prepayment_percent",
                    models.PositiveSmallIntegerField(default=0, help_text="百分比；没有约定填 0", verbose_name="合同约定的预付款比例"),
                ),
                ("bank", models.CharField(blank=True, max_length=60, verbose_name="开户银行")),
                ("account_tail", models.CharField(blank=True, max_length=4, verbose_name="账号后四位")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
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
                    "line",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.budgetline",
                        verbose_name="预算科目",
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
                "verbose_name": "historical 合同",
                "verbose_name_plural": "historical 合同",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalContractChange",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("amount", pilots.money.MoneyField(verbose_name="金额")),
                ("sign", models.SmallIntegerField(choices=[(1, "增加"), (-1, "减少")], default=1, editable=False, verbose_name="方向")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                (
                    "kind",
                    models.CharField(choices=[("change", "变更"), ("end", "解除")], default="change", max_length=8, verbose_name="类别"),
                ),
                ("signed_on", models.DateField(verbose_name="签订日期")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.contract",
                        verbose_name="合同",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.contractchange",
                        verbose_name="冲正的记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 合同变更",
                "verbose_name_plural": "historical 合同变更s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalContractFile",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("procurement", "采购文件"),
                            ("award", "成交通知"),
                            ("contract", "合同"),
                            ("acceptance", "验收单"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                ("on", models.DateField(db_index=True, verbose_name="上传日期")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.contract",
                        verbose_name="合同",
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
                        verbose_name="文件",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 合同资料",
                "verbose_name_plural": "historical 合同资料s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalDisclosure",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                (
                    "quarter",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "第一季度"), (2, "第二季度"), (3, "第三季度"), (4, "第四季度")], verbose_name="季度"
                    ),
                ),
                ("posted_on", models.DateField(verbose_name="公示开始")),
                ("until", models.DateField(help_text="公示期不少于 5 个工作日", verbose_name="公示结束")),
                ("place", models.CharField(max_length=80, verbose_name="公示地点")),
                ("telephone", models.CharField(max_length=40, verbose_name="监督电话")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
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
                    "end_photo",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.storedfile",
                        verbose_name="期满照片",
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
                    "start_photo",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.storedfile",
                        verbose_name="张贴照片",
                    ),
                ),
                (
                    "text_file",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.storedfile",
                        verbose_name="公示文本",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 资金公示",
                "verbose_name_plural": "historical 资金公示",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalFundSource",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("amount", pilots.money.MoneyField(verbose_name="金额")),
                ("sign", models.SmallIntegerField(choices=[(1, "增加"), (-1, "减少")], default=1, editable=False, verbose_name="方向")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("province", "省级"),
                            ("city", "市级"),
                            ("county", "县级"),
                            ("department", "整合部门"),
                            ("society", "社会"),
                        ],
                        max_length=12,
                        verbose_name="来源",
                    ),
                ),
                ("document_number", models.CharField(max_length=60, verbose_name="文号")),
                ("issued_on", models.DateField(verbose_name="下达日期")),
                ("name", models.CharField(max_length=100, verbose_name="文件名称")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("reversed_on", models.DateField(blank=True, editable=False, null=True, verbose_name="冲正日期")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
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
                    "programme",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.programme",
                        verbose_name="试点工作",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.fundsource",
                        verbose_name="冲正的记录",
                    ),
                ),
                (
                    "scan",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pilots.storedfile",
                        verbose_name="文件扫描件",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 资金来源",
                "verbose_name_plural": "historical 资金来源",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPayment",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "uid",
                    models.UUIDField(db_index=True, default=uuid.uuid4, editable=False, help_text="表单的一次性编号：重复提交只成一条"),
                ),
                (
                    "number",
                    models.CharField(
                        db_index=True,
                        editable=False,
                        help_text="首次提交时生成，如 YK-2022-11-021",
                        max_length=20,
                        null=True,
                        verbose_name="编号",
                    ),
                ),
                ("payee", models.CharField(blank=True, help_text="有合同的由合同带出", max_length=80, verbose_name="收款单位")),
                ("bank", models.CharField(blank=True, max_length=60, verbose_name="开户银行")),
                ("account_tail", models.CharField(blank=True, max_length=4, verbose_name="账号后四位")),
                ("amount", pilots.money.MoneyField(blank=True, null=True, verbose_name="申请金额")),
                ("purpose", models.CharField(blank=True, max_length=80, verbose_name="期次与用途")),
                ("is_prepayment", models.BooleanField(default=False, verbose_name="合同约定的预付款")),
                ("witness", models.CharField(blank=True, max_length=40, verbose_name="证明人")),
                ("explanation", models.CharField(blank=True, help_text="有提示事项时填写", max_length=300, verbose_name="情况说明")),
                (
                    "approver",
                    models.CharField(
                        blank=True, editable=False, help_text="主要负责人，线下审批后登记", max_length=40, verbose_name="审批人"
                    ),
                ),
                ("approved_on", models.DateField(blank=True, editable=False, null=True, verbose_name="审批日期")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("town_review", "待分管领导审核"),
                            ("finance_check", "待财政所复核"),
                            ("head_approval", "待主要负责人审批"),
                            ("to_pay", "待支付"),
                            ("paid", "已支付"),
                            ("filed", "已备案"),
                            ("returned", "已退回"),
                            ("rejected", "不予支付"),
                            ("reversed", "已冲正"),
                        ],
                        db_index=True,
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="状态",
                    ),
                ),
                (
                    "returned_from",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "草稿"),
                            ("town_review", "待分管领导审核"),
                            ("finance_check", "待财政所复核"),
                            ("head_approval", "待主要负责人审批"),
                            ("to_pay", "待支付"),
                            ("paid", "已支付"),
                            ("filed", "已备案"),
                            ("returned", "已退回"),
                            ("rejected", "不予支付"),
                            ("reversed", "已冲正"),
                        ],
                        editable=False,
                        max_length=16,
                        verbose_name="退回前所在环节",
                    ),
                ),
                ("created_at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="填写时间")),
                ("submitted_on", models.DateField(editable=False, help_text="最近一次提交的日期", null=True, verbose_name="申请日期")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.contract",
                        verbose_name="合同",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.budgetline",
                        verbose_name="预算科目",
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
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.unit",
                        verbose_name="申请单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 用款申请",
                "verbose_name_plural": "historical 用款申请",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalUseCategory",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("code", models.SlugField(verbose_name="代码")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("works", "工程"), ("goods", "货物"), ("service", "服务"), ("activity", "活动")],
                        max_length=10,
                        verbose_name="性质",
                    ),
                ),
                ("allowed", models.BooleanField(default=True, verbose_name="允许使用")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ("basis", models.CharField(default="建议，由县里核定", max_length=100, verbose_name="依据")),
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
                "verbose_name": "historical 用途类别",
                "verbose_name_plural": "historical 用途类别",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="MatchedFund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                (
                    "kind",
                    models.CharField(
                        choices=[("department", "整合部门"), ("society", "社会"), ("residents", "居民众筹")],
                        max_length=12,
                        verbose_name="来源",
                    ),
                ),
                ("giver", models.CharField(max_length=80, verbose_name="出资单位")),
                ("amount", pilots.money.MoneyField(verbose_name="金额")),
                ("sign", models.SmallIntegerField(choices=[(1, "到位"), (-1, "冲正")], default=1, editable=False, verbose_name="方向")),
                ("in_kind", models.BooleanField(default=False, verbose_name="实物折价")),
                ("received_on", models.DateField(verbose_name="到位日期")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="matched_funds", to="pilots.pilot", verbose_name="试点"
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="funds.matchedfund",
                        verbose_name="冲正的记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "整合资金",
                "verbose_name_plural": "整合资金",
                "ordering": ("-received_on", "-id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="matched_positive", violation_error_message="金额须大于零"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reverses__isnull", True), ("sign", 1)),
                            models.Q(("reverses__isnull", False), ("sign", -1)),
                            _connector="OR",
                        ),
                        name="matched_minus_is_reversal",
                        violation_error_message="整合资金只能用冲正来减少",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("received_on__lte", models.F("on"))),
                        name="matched_received_before_entered",
                        violation_error_message="到位日期不能晚于今天",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalMatchedFund",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                (
                    "kind",
                    models.CharField(
                        choices=[("department", "整合部门"), ("society", "社会"), ("residents", "居民众筹")],
                        max_length=12,
                        verbose_name="来源",
                    ),
                ),
                ("giver", models.CharField(max_length=80, verbose_name="出资单位")),
                ("amount", pilots.money.MoneyField(verbose_name="金额")),
                ("sign", models.SmallIntegerField(choices=[(1, "到位"), (-1, "冲正")], default=1, editable=False, verbose_name="方向")),
                ("in_kind", models.BooleanField(default=False, verbose_name="实物折价")),
                ("received_on", models.DateField(verbose_name="到位日期")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
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
                    "reverses",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.matchedfund",
                        verbose_name="冲正的记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 整合资金",
                "verbose_name_plural": "historical 整合资金",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, help_text="表单的一次性编号：重复提交只成一条", unique=True)),
                (
                    "number",
                    models.CharField(
                        editable=False,
                        help_text="首次提交时生成，如 YK-2022-11-021",
                        max_length=20,
                        null=True,
                        unique=True,
                        verbose_name="编号",
                    ),
                ),
                ("payee", models.CharField(blank=True, help_text="有合同的由合同带出", max_length=80, verbose_name="收款单位")),
                ("bank", models.CharField(blank=True, max_length=60, verbose_name="开户银行")),
                ("account_tail", models.CharField(blank=True, max_length=4, verbose_name="账号后四位")),
                ("amount", pilots.money.MoneyField(blank=True, null=True, verbose_name="申请金额")),
                ("purpose", models.CharField(blank=True, max_length=80, verbose_name="期次与用途")),
                ("is_prepayment", models.BooleanField(default=False, verbose_name="合同约定的预付款")),
                ("witness", models.CharField(blank=True, max_length=40, verbose_name="证明人")),
                ("explanation", models.CharField(blank=True, help_text="有提示事项时填写", max_length=300, verbose_name="情况说明")),
                (
                    "approver",
                    models.CharField(
                        blank=True, editable=False, help_text="主要负责人，线下审批后登记", max_length=40, verbose_name="审批人"
                    ),
                ),
                ("approved_on", models.DateField(blank=True, editable=False, null=True, verbose_name="审批日期")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("town_review", "待分管领导审核"),
                            ("finance_check", "待财政所复核"),
                            ("head_approval", "待主要负责人审批"),
                            ("to_pay", "待支付"),
                            ("paid", "已支付"),
                            ("filed", "已备案"),
                            ("returned", "已退回"),
                            ("rejected", "不予支付"),
                            ("reversed", "已冲正"),
                        ],
                        db_index=True,
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="状态",
                    ),
                ),
                (
                    "returned_from",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "草稿"),
                            ("town_review", "待分管领导审核"),
                            ("finance_check", "待财政所复核"),
                            ("head_approval", "待主要负责人审批"),
                            ("to_pay", "待支付"),
                            ("paid", "已支付"),
                            ("filed", "已备案"),
                            ("returned", "已退回"),
                            ("rejected", "不予支付"),
                            ("reversed", "已冲正"),
                        ],
                        editable=False,
                        max_length=16,
                        verbose_name="退回前所在环节",
                    ),
                ),
                ("created_at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="填写时间")),
                ("submitted_on", models.DateField(editable=False, help_text="最近一次提交的日期", null=True, verbose_name="申请日期")),
                ("version", models.PositiveIntegerField(default=1, editable=False, help_text="每次保存加一；旧表单不能盖掉新内容")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("search", models.CharField(blank=True, editable=False, help_text="用途、收款单位的全拼与首字母", max_length=400)),
                (
                    "contract",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="funds.contract",
                        verbose_name="合同",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="经办人"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="funds.budgetline",
                        verbose_name="预算科目",
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="pilots.pilot", verbose_name="试点"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="pilots.project",
                        verbose_name="项目",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit", verbose_name="申请单位"
                    ),
                ),
            ],
            options={
                "verbose_name": "用款申请",
                "verbose_name_plural": "用款申请",
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__isnull", True), ("amount__gt", 0), _connector="OR"),
                        name="payment_positive",
                        violation_error_message="申请金额须大于零",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "draft"),
                            models.Q(
                                ("amount__isnull", False),
                                ("line__isnull", False),
                                ("number__isnull", False),
                                ("project__isnull", False),
                                ("submitted_on__isnull", False),
                                models.Q(("payee", ""), _negated=True),
                                models.Q(("purpose", ""), _negated=True),
                                models.Q(("witness", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="handed_in_payment_is_complete",
                        violation_error_message="项目、预算科目、收款单位、金额、期次与用途和证明人填写后才能提交",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("amount", pilots.money.MoneyField(verbose_name="金额")),
                ("sign", models.SmallIntegerField(choices=[(1, "增加"), (-1, "减少")], default=1, editable=False, verbose_name="方向")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                (
                    "kind",
                    models.CharField(
                        choices=[("payment", "支付"), ("reversal", "冲正"), ("refund", "退款")],
                        default="payment",
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("paid_on", models.DateField(help_text="银行付款（退款）的日期，不晚于登记日期", verbose_name="付款日期")),
                ("year", models.PositiveSmallIntegerField(editable=False, verbose_name="会计年度")),
                ("voucher_no", models.CharField(max_length=30, verbose_name="凭证号")),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="funds.ledgerentry",
                        verbose_name="冲正的记录",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        help_text="支付资金的街道、镇",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                        verbose_name="记账单位",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="funds.payment", verbose_name="用款申请"
                    ),
                ),
            ],
            options={
                "verbose_name": "支出台账",
                "verbose_name_plural": "支出台账",
                "ordering": ("-on", "-id"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="funds_ledgerentry_positive", violation_error_message="金额须大于零"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign__in", (1, -1))),
                        name="funds_ledgerentry_sign",
                        violation_error_message="方向只有增加和减少",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sign", 1), models.Q(("reason", ""), _negated=True), _connector="OR"),
                        name="funds_ledgerentry_reason",
                        violation_error_message="冲正、减少须写明原因",
                    ),
                    models.UniqueConstraint(
                        fields=("unit", "year", "voucher_no"),
                        name="voucher_once_a_year",
                        violation_error_message="这个凭证号本年度已经用过",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "payment")),
                        fields=("payment",),
                        name="paid_once",
                        violation_error_message="这份用款申请已经登记过支付",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "payment"), ("reverses__isnull", True), ("sign", 1)),
                            models.Q(("kind", "reversal"), ("reverses__isnull", False), ("sign", -1)),
                            models.Q(("kind", "refund"), ("reverses__isnull", True), ("sign", -1)),
                            _connector="OR",
                        ),
                        name="ledger_kind_and_sign",
                        violation_error_message="冲正和退款是减少，支付是增加",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("paid_on__lte", models.F("on"))),
                        name="paid_before_entered",
                        violation_error_message="付款日期不能晚于今天",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalLedgerEntry",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, editable=False, verbose_name="登记时间")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
                ("amount", pilots.money.MoneyField(verbose_name="金额")),
                ("sign", models.SmallIntegerField(choices=[(1, "增加"), (-1, "减少")], default=1, editable=False, verbose_name="方向")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                (
                    "kind",
                    models.CharField(
                        choices=[("payment", "支付"), ("reversal", "冲正"), ("refund", "退款")],
                        default="payment",
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("paid_on", models.DateField(help_text="银行付款（退款）的日期，不晚于登记日期", verbose_name="付款日期")),
                ("year", models.PositiveSmallIntegerField(editable=False, verbose_name="会计年度")),
                ("voucher_no", models.CharField(max_length=30, verbose_name="凭证号")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
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
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="支付资金的街道、镇",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.unit",
                        verbose_name="记账单位",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.ledgerentry",
                        verbose_name="冲正的记录",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.payment",
                        verbose_name="用款申请",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 支出台账",
                "verbose_name_plural": "historical 支出台账",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="PaymentFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("acceptance", "验收单"),
                            ("invoice", "发票"),
                            ("minutes", "集体研究纪要"),
                            ("approval_scan", "审批单扫描件"),
                            ("voucher", "银行付款凭证"),
                            ("other", "其他"),
                        ],
                        max_length=14,
                        verbose_name="类别",
                    ),
                ),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, verbose_name="上传日期")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="上传人"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pilots.storedfile", verbose_name="文件"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="funds.payment", verbose_name="用款申请"
                    ),
                ),
            ],
            options={
                "verbose_name": "用款附件",
                "ordering": ("kind", "id"),
            },
        ),
        migrations.CreateModel(
            name="PaymentInvoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, verbose_name="发票号码")),
                ("active", models.BooleanField(default=False, editable=False, verbose_name="占用")),
                ("on", models.DateField(default=accounts.clock.today, editable=False, verbose_name="登记日期")),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invoices", to="funds.payment", verbose_name="用款申请"
                    ),
                ),
            ],
            options={
                "verbose_name": "发票",
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("payment", "number"), name="invoice_once_per_payment", violation_error_message="同一张发票填了两次"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("active", True)),
                        fields=("number",),
                        name="invoice_used_once",
                        violation_error_message="这张发票已用于另一笔用款申请",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("submit", "提交"),
                            ("withdraw", "撤回"),
                            ("return", "退回"),
                            ("approve", "通过"),
                            ("reject", "不予支付"),
                            ("pay", "支付登记"),
                            ("file", "备案"),
                            ("reverse", "冲正"),
                            ("refund", "退款登记"),
                        ],
                        max_length=10,
                        verbose_name="动作",
                    ),
                ),
                (
                    "desk",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("town_review", "待分管领导审核"),
                            ("finance_check", "待财政所复核"),
                            ("head_approval", "待主要负责人审批"),
                            ("to_pay", "待支付"),
                            ("paid", "已支付"),
                            ("filed", "已备案"),
                            ("returned", "已退回"),
                            ("rejected", "不予支付"),
                            ("reversed", "已冲正"),
                        ],
                        help_text="办理前的状态",
                        max_length=16,
                        verbose_name="办理环节",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("town_review", "待分管领导审核"),
                            ("finance_check", "待财政所复核"),
                            ("head_approval", "待主要负责人审批"),
                            ("to_pay", "待支付"),
                            ("paid", "已支付"),
                            ("filed", "已备案"),
                            ("returned", "已退回"),
                            ("rejected", "不予支付"),
                            ("reversed", "已冲正"),
                        ],
                        max_length=16,
                        verbose_name="办理后状态",
                    ),
                ),
                ("on", models.DateField(db_index=True, default=accounts.clock.today, verbose_name="日期")),
                ("at", models.DateTimeField(default=accounts.clock.now, verbose_name="时间")),
                ("opinion", models.CharField(blank=True, max_length=200, verbose_name="意见")),
                ("approver", models.CharField(blank=True, help_text="主要负责人审批登记时填写", max_length=40, verbose_name="审批人")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="办理人"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="funds.payment", verbose_name="用款申请"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit", verbose_name="办理单位"
                    ),
                ),
            ],
            options={
                "verbose_name": "用款流转记录",
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("action__in", ("return", "reject", "reverse", "refund")), _negated=True),
                            models.Q(("opinion", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="payment_step_needs_opinion",
                        violation_error_message="退回、不予支付、冲正和退款须写明原因",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalBudgetLine",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("sample", models.BooleanField(default=accounts.models.sample_mode, editable=False, verbose_name="示例数据")),
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
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="funds.usecategory",
                        verbose_name="用途类别",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 预算科目",
                "verbose_name_plural": "historical 预算科目",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddIndex(
            model_name="contract",
            index=models.Index(fields=["pilot", "on"], name="contract_of_pilot"),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["pilot", "on"], name="allocation_of_pilot"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["pilot", "state"], name="payment_of_pilot"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["line", "state"], name="payment_of_line"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["contract", "state"], name="payment_of_contract"),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["payment", "on"], name="ledger_of_payment"),
        ),
        migrations.AddIndex(
            model_name="paymentstep",
            index=models.Index(fields=["payment", "id"], name="step_of_payment"),
        ),
    ]
