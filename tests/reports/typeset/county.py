"""A county mid-term report with one of everything the engine sets, in the words of the design's target. All figures are 示例数据."""

import datetime
from decimal import Decimal

from reports.document import (
    Annex,
    AnnexList,
    Bar,
    Column,
    Document,
    Group,
    Heading,
    Paragraph,
    Photo,
    Photos,
    Run,
    Signature,
    StackedBars,
    Table,
)

PROGRAMME = "蓬溪县2022年省级城乡社区治理试点"
ISSUER = "蓬溪县城乡社区治理试点工作领导小组办公室"
AS_OF, ISSUED_ON = datetime.date(2022, 11, 30), datetime.date(2022, 12, 5)
PILOTS = ("普安街道", "广福社区", "竹林桥社区", "下河街社区", "东街社区", "南北街社区")
COUNTS = ((9, 9, 2), (7, 5, 2), (3, 5, 3), (12, 7, 1), (11, 7, 2), (11, 7, 1))
OPENING = "根据《蓬溪县2022年省级城乡社区治理试点工作实施方案》（以下简称《方案》）“开展项目中期评估，形成中期评估报告”的要求，领导小组办公室对六个试点单位截至2022年11月30日的工作开展了中期评估。现将有关情况报告如下。"
JUDGEMENT = "总的看，《方案》印发以来，县直相关部门、普安街道、赤城镇和试点社区按照“县级统筹、部门协同、镇级主抓、社区配合”的要求推进试点，工作机制基本建立，试点任务有序实施，“五社联动”初步成形，便民服务、居民自治见到成效。"
PROGRESS = "截至2022年11月30日，104项试点任务已完成53项，进行中40项，未开始11项，完成率51.0%，滞后于序时进度6.5个百分点，没有逾期任务（见表1、图1）。"
FUNDS = "下达到六个试点的资金共230.00万元，已分配224.00万元，签订合同176.86万元，已支付109.61万元，执行率47.7%，滞后于序时进度9.8个百分点。支付凭证46笔，审批单、发票、付款凭证齐全43笔，完整率93.5%。"


def para(text, lead=""):
    return Paragraph((Run(text),), lead)


def rate(parts):
    return Decimal(parts[0]) * 100 / sum(parts)


TASKS = Table(
    "TB1",
    "表1",
    "试点任务完成情况汇总表",
    (
        Column("序号", "code", 10),
        Column("试点单位", "text", 66),
        *(Column(title, "int", 16) for title in ("任务数", "已完成", "进行中", "未开始")),
        Column("完成率", "percent", 16),
    ),
    (Group("", tuple((i, name, sum(parts), *parts, rate(parts)) for i, (name, parts) in enumerate(zip(PILOTS, COUNTS, strict=True), 1))),),
    unit="项",
    total=(None, None, 104, 53, 40, 11, Decimal("50.96")),
    notes=("完成率＝已完成÷任务数。",),
)
COMPLETION = StackedBars(
    "CH1",
    "图1",
    "任务完成率以下河街社区60.0%最高，竹林桥社区27.3%最低",
    ("已完成", "进行中", "未开始"),
    (
        *(Bar(name, parts, rate(parts)) for name, parts in zip(PILOTS, COUNTS, strict=True)),
        Bar("六个试点合计", (53, 40, 11), Decimal("50.96"), True),
    ),
    time_mark=Decimal("57.5"),
)
VISITS = Table(
    "TB8",
    "表2",
    "督导情况统计表",
    (
        Column("试点单位", "text", 24),
        *(
            Column(title, fmt, 15, over=month)
            for month in ("10月", "11月")
            for title, fmt in (("项", "mark"), ("资", "mark"), ("档", "mark"), ("数", "int"))
        ),
        Column("问题\n合计", "int", 12),
    ),
    (Group("", tuple((name, "▲", "●", "■", 2, "●", "●", None, 0, 2) for name in PILOTS)),),
    unit="个",
    total=(None, "督导6次", None, None, 12, "督导6次", None, None, 0, 12),
    notes=("灯色为月末状态：●正常，▲预警，■逾期。", "空缺为未督导（—）。"),
)
PROBLEMS = Table(
    "TB9",
    "表3",
    "未销号问题整改台账",
    (
        Column("序号", "code", 10),
        Column("试点单位", "text", 25),
        Column("问题", "text", 80),
        Column("整改措施", "text", 70),
        Column("时限", "code", 20),
        Column("灯色", "mark", 20),
    ),
    (
        Group(
            "",
            tuple(
                (i, name, "第一笔资金支付缺发票和验收单，资金支付进度滞后", "补齐发票、验收单", "12月1日", "▲预警")
                for i, name in enumerate(PILOTS, 1)
            ),
        ),
    ),
    unit="个",
    notes=("整改时限均为2022年。",),
    landscape=True,
    dense=True,
)
CLAUSES = Table(
    "TB2",
    "附表1",
    "六个试点",
    (
        Column("编号", "code", 14),
        Column("任务", "text", 60),
        Column("指标", "text", 40),
        Column("目标值", "text", 16, align="right"),
        Column("达标", "code", 12),
        Column("佐证\n材料", "int", 14),
    ),
    tuple(
        Group(f"三（{k}）{name}", tuple((f"T{k}.{i}", f"第{i}项任务的名称", "活动场次", f"≥{i}场", "是", i) for i in range(1, 11)))
        for k, name in enumerate(PILOTS, 1)
    ),
    unit="份（佐证材料）",
    total=(None, None, None, "—", "60", 330),
    notes=("“达标”须指标达到、佐证材料通过且经审核人确认。",),
    dense=True,
    total_label="合计（60项）",
)
SCORES = Table(
    "TB13",
    "内部附表1",
    "中期评分汇总表",
    (Column("试点单位", "text", 60), Column("总分", "text", 48, align="right"), Column("等次", "code", 48)),
    (Group("", tuple((name, "64.7", "中") for name in PILOTS)),),
    unit="分",
)


def report(photos=(), **changes):
    """The report; `photos` are paths of pictures for its annex, `changes` are fields of the document."""
    body = []
    for name in PILOTS:
        body += [
            Heading(f"（{'一二三四五六'[PILOTS.index(name)]}）{name}（便民服务型社区试点）", 2),
            para("承担任务20项，已完成12项。注册或备案社区社会组织7家，承接购买社区服务事项的社会组织3家，均达到“3个以上”的要求。"),
        ]
    blocks = (
        para(OPENING),
        Heading("一、总体评价"),
        para(JUDGEMENT),
        Heading("二、主要做法和亮点"),
        para("建立领导小组和专班，每月督导、每季调度、定期公示，问题交办、整改、复核、销号闭环管理。", "（一）健全推进机制。"),
        Heading("三、总体进展"),
        para(PROGRESS),
        TASKS,
        COMPLETION,
        Heading("四、各试点进展情况"),
        *body,
        Heading("五、资金使用情况"),
        para(FUNDS),
        Heading("六、督导与整改情况"),
        para("8月至11月应督导24次，实际督导23次，覆盖率95.8%（见表2、表3）。"),
        VISITS,
        PROBLEMS,
        Heading("七、下一步建议"),
        para("2022年12月31日前设立社区治理微基金，完成2笔支付审批手续补签。", "（一）普安街道："),
        para("2022年12月9日前完成公示整改，12月31日前补录诉求反馈记录。", "（二）南北街社区："),
        AnnexList(("试点任务对照表", "现场照片")),
        Signature(ISSUER, ISSUED_ON),
        Annex("附件1", "试点任务对照表"),
        CLAUSES,
        Annex("附件2", "现场照片"),
        Photos(
            "广福社区文化广场提升改造前后对比",
            tuple(Photo(str(path), f"示例照片{k}　改造情况", "广场") for k, path in enumerate(photos, 1)),
        ),
        Annex("内部附件", "中期评分和排名情况", internal=True),
        SCORES,
    )
    fields = {"sample": True, "subject": "中期评估", "keywords": ("社区治理", "中期评估"), **changes}
    return Document(PROGRAMME, "中期评估报告", AS_OF, ISSUER, ISSUED_ON, 1, "7c1e92af", blocks, **fields)


def bulletin(*blocks, **changes):
    """A one-page document: no cover, no contents, an addressee."""
    blocks = blocks or (
        para("2022年11月16日至18日，领导小组办公室对六个试点单位开展了督导。现将有关情况通报如下。"),
        Heading("一、总体情况"),
        para("本月发现问题6个、销号7个，月末未销号7个，逾期2个。"),
        Signature(ISSUER, datetime.date(2022, 12, 1)),
    )
    fields = {"addressee": "普安街道办事处、赤城镇人民政府，县直相关部门", "cover": False, "contents": False, **changes}
    return Document(
        "", "关于2022年11月份试点工作督导情况的通报", AS_OF, ISSUER, datetime.date(2022, 12, 1), 1, "7c1e92af", blocks, **fields
    )
