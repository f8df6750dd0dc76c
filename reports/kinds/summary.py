"""试点工作总结报告（验收总结报告） (方案四（三）-2): of the county or, as the plan says 分别编制, of one pilot."""

from reports.collect import collect
from reports.kinds import phrases, phrases_money, phrases_supervision
from reports.narrative import suggested
from reports.outline import AnnexSpec, Kind, Scope, SectionSpec


def _situation(data: dict, pilot: str) -> list[dict]:
    facts = data["facts"]
    if data["pilot"]:
        return suggested(
            f"{facts['pilot_name']}是{facts['batch']}城乡社区治理试点，试点类型为{facts['pilots'][0]['type']}，承担《{facts['plan_title']}》规定的"
            "{tasks.total}项试点任务。试点期限至{due}。"
        )
    return suggested(
        f"{facts['county']}是{facts['batch']}城乡社区治理试点县。按照《{facts['plan_title']}》，{phrases.unit_names(data)}共{{pilots.count}}个单位"
        "承担{tasks.total}项试点任务，试点期限至{due}。",
        f"领导小组办公室牵头，按照“{facts['coordination']}”的要求组织实施，分前期筹备、具体实施、总结验收三个阶段推进。",
    )


def _tasks(data: dict, pilot: str) -> list[dict]:
    if data["pilot"]:
        return phrases.progress_pilot(data, pilot)
    return phrases.progress_county(data, pilot) + suggested(phrases.activities_county(data))


def _results(data: dict, pilot: str) -> list[dict]:
    pending = "另有{indicators.pending}项指标目标待核定，只列实际情况，不作达标判断。" if data["facts"]["indicators_pending"] else ""
    return suggested(
        f"《方案》和试点方案明确、可以判断的指标{{indicators.judged}}项，已达标{{indicators.met}}项，达标率{{indicators.rate}}。{pending}"
        if data["facts"]["indicators_judged"]
        else f"截至数据日期没有可以判断的指标。{pending}"
    )


def _evidence_check(data: dict, pilot: str) -> list[dict]:
    return (
        suggested("本系统尚未登记初查评分，初查得分由领导小组办公室按评分结果补充。")
        + phrases.evidence(data, pilot)
        + phrases_supervision.gaps(data, pilot)
    )


KIND = Kind(
    code="summary",
    name="试点工作总结报告",
    requirement="summary",
    clauses=("S3.6", "S3.8"),
    also="兼作验收总结报告",
    also_answers=("acceptance",),
    as_of=lambda programme: programme.due,
    collect=collect,
    outline=(
        SectionSpec("situation", "基本情况", _situation),
        SectionSpec("practice", "主要做法", phrases.highlights, hint="按“五社联动”和试点类型写做法。"),
        SectionSpec("tasks", "任务完成情况", _tasks, scope=Scope.COUNTY, tables=("TB1", "TB11", "TB10"), charts=("CH1",)),
        SectionSpec("tasks", "任务完成情况", _tasks, scope=Scope.PILOT, tables=("TB1", "TB11")),
        SectionSpec("funds", "资金使用与绩效", phrases_money.performance, tables=("TB4", "TB5"), charts=("CH2",)),
        SectionSpec("results", "主要成效", _results, hint="对照指标写前后变化和群众感受。"),
        SectionSpec("experience", "典型经验与典型案例", hint="写可复制、可借鉴、可推广的经验，每条先写做法，再写成效。"),
        SectionSpec("inspection", "初查与查漏补缺", _evidence_check, tables=("TB7",)),
        SectionSpec("problems", "存在问题", phrases.problems),
        SectionSpec("plans", "下一步打算", hint="写巩固成果、推广经验的安排。"),
    ),
    annexes=(
        AnnexSpec("tasks", "试点任务完成情况对照表", tables=("TB2",)),
        AnnexSpec("projects", "项目实施情况表", tables=("TB3",)),
        AnnexSpec("payments", "资金支出明细表", tables=("TB6",)),
        AnnexSpec("findings", "问题整改台账", tables=("TB9B",)),
        AnnexSpec("photos", "现场照片", photos=True),
    ),
)
