"""A small report that has one of everything, for the tests of the writers."""

import datetime
from decimal import Decimal
from pathlib import Path

from PIL import Image

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

ISSUER = "蓬溪县城乡社区治理试点工作领导小组办公室"

TASKS = Table(
    "TB1",
    "表1",
    "试点任务完成情况汇总表",
    (
        Column("序号", "code", 12),
        Column("试点单位", "text", 40),
        Column("任务数", "int"),
        Column("已完成", "int"),
        Column("完成率", "percent"),
    ),
    (Group("", ((1, "普安街道", 20, 9, Decimal("45")), (2, "竹林桥社区", 11, 3, Decimal("27.272727")))),),
    unit="项",
    total=(None, None, 31, 12, Decimal("38.7096")),
    notes=("完成率＝已完成÷任务数。", "任务期限为2023年2月28日。"),
)
FUNDS = Table(
    "TB5",
    "表2",
    "资金使用情况汇总表",
    (
        Column("试点单位"),
        Column("下达", "wan", over="资金"),
        Column("已支付", "wan", over="资金"),
        Column("拨付日期", "date"),
        Column("灯色", "mark"),
    ),
    (
        Group("普安街道", (("普安街道", Decimal("600000"), Decimal("281100"), datetime.date(2022, 11, 16), "▲预警"),)),
        Group("赤城镇", (("下河街社区", Decimal("350000"), Decimal("226449.99"), None, "●正常"),)),
    ),
    unit="万元",
    total=(None, Decimal("950000"), Decimal("507549.99"), None, None),
    closing=(("支付合计（大写）", "人民币伍拾万柒仟伍佰肆拾玖元玖角玖分"),),
)
ISSUES = Table(
    "TB9",
    "表3",
    "未销号问题整改台账",
    tuple(Column(name) for name in ("序号", "试点单位", "方面", "问题", "整改措施", "责任单位", "责任人", "整改时限", "灯色")),
    (Group("", (tuple("一二三四五六七八九"),)),),
    landscape=True,
    dense=True,
)
RATES = StackedBars(
    "CH1",
    "图1",
    "任务完成率以普安街道45.0%最高",
    ("已完成", "进行中", "未开始"),
    (Bar("普安街道", (9, 9, 2), Decimal("45")), Bar("竹林桥社区", (3, 5, 3), Decimal("27.27"))),
    time_mark=Decimal("57.5"),
)
SCORES = Table("TB13", "内部附表1", "中期评分汇总表", (Column("试点单位"), Column("总分", "text")), (Group("", (("普安街道", "64.7"),)),))


def photo(folder: Path, name: str = "square.jpg") -> Photo:
    """A photo whose camera wrote a position and an author into it."""
    exif = Image.Exif()
    exif[0x013B] = "张三"
    exif.get_ifd(0x8825)[1] = "N"
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (400, 300), "#9db7c9").save(folder / name, exif=exif)
    return Photo(str(folder / name), "示例照片1　改造后，2022年11月16日", "社区文化广场")


def text(words: str, lead: str = "") -> Paragraph:
    return Paragraph((Run(words),), lead)


def report(folder: Path, **changes) -> Document:
    pictures = (photo(folder), Photo(str(folder / "missing.jpg"), "示例照片2"))
    blocks = (
        text("根据《方案》要求，开展了中期评估。"),
        Heading("一、总体进展"),
        Paragraph((Run("104项试点任务已完成"), Run("53", "tasks.done"), Run("项（见表1）。")), "（一）完成情况。"),
        TASKS,
        RATES,
        Heading("二、资金使用情况"),
        Heading("（一）下达和支付", 2),
        text("下达资金95.00万元，已支付50.75万元（见表2）。"),
        FUNDS,
        ISSUES,
        Heading("三、下一步建议"),
        text("继续推进。"),
        AnnexList(("试点任务对照表", "现场照片")),
        Signature(ISSUER, datetime.date(2022, 12, 5)),
        Annex("附件1", "现场照片"),
        Photos("文化广场改造前后对比", pictures),
        Annex("内部附件", "中期评分和排名情况", internal=True),
        SCORES,
    )
    options = {
        "programme": "蓬溪县2022年省级城乡社区治理试点",
        "title": "蓬溪县2022年省级城乡社区治理试点\n中期评估报告",
        "as_of": datetime.date(2022, 11, 30),
        "issuer": ISSUER,
        "issued_on": datetime.date(2022, 12, 5),
        "edition": 1,
        "code": "7c1e 92af",
        "blocks": blocks,
        "sample": True,
        "subject": "中期评估报告",
        "keywords": ("社区治理",),
    }
    return Document(**{**options, **changes})
