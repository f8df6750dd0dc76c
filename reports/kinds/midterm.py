"""中期评估报告 (方案四（二）-5; 兼作半年小结, 五（一）-2): judgement and practice first, without figures, then the figures."""

from reports.collect import collect
from reports.kinds import phrases, phrases_money, phrases_supervision
from reports.narrative import suggested
from reports.outline import AnnexSpec, Kind, Scope, SectionSpec


def _opening(data: dict, pilot: str) -> list[dict]:
    whom = f"{data['facts']['pilot_name']}试点" if data["pilot"] else "{pilots.count}个试点单位"
    return suggested(
        f"根据《{data['facts']['plan_title']}》（以下简称《方案》）“开展项目中期评估，形成中期评估报告”的要求，"
        f"领导小组办公室对{whom}截至{{as_of}}的工作开展了中期评估。现将有关情况报告如下。"
    )


def _overall(data: dict, pilot: str) -> list[dict]:
    clauses = phrases.judged(data)
    judged = "，".join(clauses) + "。" if clauses and not data["pilot"] else ""
    who = f"{data['facts']['pilot_name']}" if data["pilot"] else "县直相关部门、街道（镇）和试点社区"
    return suggested(
        f"总的看，《方案》印发以来，{who}按照“{data['facts']['coordination']}”的要求推进试点，工作机制基本建立，试点任务有序实施。{judged}"
    )


def _basis(data: dict, pilot: str) -> list[dict]:
    facts = data["facts"]
    documents = f"和{facts['basis_number']}" if facts["basis_number"] else ""
    objects = (
        f"{facts['pilot_name']}，{{tasks.total}}项试点任务"
        if data["pilot"]
        else f"{phrases.unit_names(data)}，共{{pilots.count}}个试点单位、{{tasks.total}}项试点任务"
    )
    return suggested(
        f"（一）评估依据。《{facts['plan_title']}》{documents}等文件。",
        f"（二）评估对象。{objects}。",
        "（三）评估方法。由领导小组办公室会同县直相关部门，采取系统数据核对、现场查看、资料抽查、座谈了解四种方式开展，逐项核对任务指标和佐证材料。",
        f"（四）数据口径。{facts['time_sentence']}，序时进度为{{time.rate}}。任务完成须同时满足指标达到、佐证材料通过、审核人确认三个条件。",
    )


def _progress(data: dict, pilot: str) -> list[dict]:
    if data["pilot"]:
        return phrases.progress_pilot(data, pilot)
    return phrases.progress_county(data, pilot) + suggested(phrases.activities_county(data))


KIND = Kind(
    code="midterm",
    name="中期评估报告",
    requirement="midterm",
    clauses=("S2.10", "S2.11"),
    also="兼作半年小结",
    also_answers=("half_year",),
    as_of=lambda programme: programme.default_midterm,
    collect=collect,
    outline=(
        SectionSpec("opening", "引言", _opening, numbered=False),
        SectionSpec("overall", "总体评价", _overall, hint="先写总的判断，不写数字。"),
        SectionSpec("highlights", "主要做法和亮点", phrases.highlights, hint="写各试点的做法和成效，不写数字。"),
        SectionSpec("basis", "评估工作基本情况", _basis),
        SectionSpec("progress", "总体进展", _progress, scope=Scope.COUNTY, tables=("TB1",), charts=("CH1",)),
        SectionSpec("progress", "任务进展", _progress, scope=Scope.PILOT, tables=("TB1", "TB11")),
        SectionSpec("pilots", "各试点进展情况", phrases.one_pilot, scope=Scope.COUNTY, tables=("TB11", "TB10"), each_pilot=True),
        SectionSpec("projects", "项目实施情况", phrases_money.projects),
        SectionSpec("funds", "资金使用情况", phrases_money.funds, tables=("TB4", "TB5"), charts=("CH2",)),
        SectionSpec("evidence", "档案资料情况", phrases.evidence, tables=("TB7",)),
        SectionSpec("supervision", "督导与整改情况", phrases_supervision.supervision, tables=("TB8", "TB9"), charts=("CH5", "CH3")),
        SectionSpec("problems", "存在问题及原因", phrases.problems),
        SectionSpec("advice", "下一步建议", phrases.advice),
    ),
    annexes=(
        AnnexSpec("tasks", "试点任务对照表", tables=("TB2",)),
        AnnexSpec("projects", "项目实施情况表", tables=("TB3",)),
        AnnexSpec("payments", "资金支出明细表", tables=("TB6",)),
        AnnexSpec("findings", "问题整改台账", tables=("TB9B",)),
        AnnexSpec("photos", "现场照片", photos=True),
    ),
)
