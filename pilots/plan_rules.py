"""What must agree inside a plan file: every quotation stands in the official text, every code resolves, every task is scored once."""

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pilots.models import Metric, ObligationKind, Scope
from pilots.plan_schema import PARENT_OF_PILOT, PlanInvalid, Reading, Record, read_shape

TOWN_KINDS = ("subdistrict", "town")


@dataclass(frozen=True)
class PlanFile:
    """A plan file that passed every check, with the official text it quotes; `sha256` is that of both files together."""

    name: str
    plan: Record
    text: str
    sha256: str


def read_plan(path: Path) -> PlanFile:
    """Read and check a plan file and its official text (same folder, `source.text_file`). Raises PlanInvalid with all problems."""
    plan, reading = read_shape(path)
    text = _official_text(path, plan, reading)
    codes = _Codes(plan, reading)
    _quotes(plan, text, reading)
    _units(plan, codes, reading)
    _pilots(plan, codes, reading)
    _phases(plan, reading)
    _tasks(plan, codes, reading)
    _recurring(plan, codes, reading)
    _rubric(plan, codes, reading)
    _other_parts(plan, codes, reading)
    if reading.problems:
        raise PlanInvalid(path.name, reading.problems)
    checksum = hashlib.sha256(path.read_bytes() + text.encode()).hexdigest()
    return PlanFile(path.name, plan, text, checksum)


def _official_text(path: Path, plan: Record, reading: Reading) -> str:
    source = plan.get("source") or Record(0)
    name = source.get("text_file")
    if not name:
        return ""
    line = source.line_of("text_file")
    if Path(name).name != name:
        reading.wrong(line, f"原文文件“{name}”应与方案文件在同一文件夹，只写文件名")
        return ""
    try:
        return (path.parent / name).read_text(encoding="utf-8-sig")
    except OSError:
        reading.wrong(line, f"找不到方案原文文件“{name}”")
    except UnicodeDecodeError:
        reading.wrong(line, f"方案原文文件“{name}”不是 UTF-8 编码")
    return ""


def rows(plan: Record, part: str) -> list[Record]:
    """The well-formed records of a part that is a list."""
    return [row for row in plan.get(part) or [] if isinstance(row, Record)]


class _Codes:
    """The codes each part defines; a code given twice is reported here."""

    def __init__(self, plan: Record, reading: Reading) -> None:
        def unique(part: str, label: str, key: str = "code") -> dict[str, Record]:
            found: dict[str, Record] = {}
            for row in rows(plan, part):
                value = row.get(key)
                if value in found:
                    reading.wrong(row.line_of(key), f"{label}编号“{value}”与第{found[value].line}行重复")
                elif value is not None:
                    found[value] = row
            return found

        self.reading = reading
        self.units = unique("units", "单位")
        self.types = unique("pilot_types", "试点类型")
        self.pilots = unique("pilots", "试点")
        self.phases = unique("phases", "阶段")
        self.evidence = unique("evidence_types", "材料类型")
        self.categories = unique("activity_categories", "活动类别")
        self.metrics = unique("metrics", "指标口径")
        self.tasks = unique("tasks", "任务", "id")
        self.recurring = unique("recurring", "周期任务", "id")
        self.reports = unique("report_types", "报告")
        self.checklist = unique("supervision_checklist", "检查项")
        vocabularies = plan.get("vocabularies") or Record(0)
        self.words = {name: {word.get("code") for word in words if isinstance(word, Record)} for name, words in vocabularies.items()}

    def known(self, row: Record, name: str, among: Iterable[str], label: str) -> None:
        """Report each code of `row[name]` (one code or a list) that is not among the known ones."""
        value = row.get(name)
        for one in value if isinstance(value, list | tuple) else [value]:
            if one is not None and one not in among:
                self.reading.wrong(row.line_of(name), f"{label}“{one}”没有定义")


def _quotes(plan: Record, text: str, reading: Reading) -> None:
    """方案原文逐字摘录: every value under `quote` or `*_quote` occurs in the official text."""
    if not text:
        return

    def walk(node: object) -> None:
        if isinstance(node, Record):
            for key, value in node.items():
                if isinstance(value, str) and (key == "quote" or key.endswith("_quote")) and value not in text:
                    reading.wrong(node.line_of(key), f"引文与方案原文不一致：“{value}”")
                walk(value)
        elif isinstance(node, list | tuple):
            for value in node:
                walk(value)

    walk(plan)


def _units(plan: Record, codes: _Codes, reading: Reading) -> None:
    for unit in rows(plan, "units"):
        codes.known(unit, "parent", codes.units, "上级单位")
        parent = codes.units.get(unit.get("parent"))
        if unit.get("kind") == "community" and (parent is None or parent.get("kind") not in TOWN_KINDS):
            reading.wrong(unit.line_of("parent"), f"社区“{unit.get('name')}”的上级单位应为街道或镇")
        seen, at = set(), unit
        while at is not None and at.get("parent"):
            if at.get("code") in seen:
                reading.wrong(unit.line_of("parent"), f"单位“{unit.get('name')}”的上级关系成了一个圈")
                break
            seen.add(at.get("code"))
            at = codes.units.get(at["parent"])
    offices = [unit for unit in rows(plan, "units") if unit.get("kind") == "leading_group_office"]
    if len(offices) != 1:
        line = offices[1].line if offices else plan.line_of("units")
        reading.wrong(line, f"应有且只有一个领导小组办公室，现有 {len(offices)} 个")
    source = plan.get("source") or Record(0)
    codes.known(source, "issued_by", codes.units, "印发机关")
    codes.known(source, "addressed_to", codes.units, "主送单位")
    programme = plan.get("programme") or Record(0)
    if programme.get("default_as_of") and programme.get("due") and programme["default_as_of"] > programme["due"]:
        reading.wrong(programme.line_of("default_as_of"), "中期评估数据截止日期晚于完成期限")


def _pilots(plan: Record, codes: _Codes, reading: Reading) -> None:
    orders: dict[int, int] = {}
    for pilot in rows(plan, "pilots"):
        codes.known(pilot, "unit", codes.units, "试点单位")
        codes.known(pilot, "accountable", codes.units, "主体责任单位")
        codes.known(pilot, "type", codes.types, "试点类型")
        unit = codes.units.get(pilot.get("unit"))
        if unit and unit.get("kind") not in (*TOWN_KINDS, "community"):
            reading.wrong(pilot.line_of("unit"), f"试点单位“{unit.get('name')}”应为街道、镇或社区")
        if unit and pilot.get("accountable") not in (None, unit.get("code"), unit.get("parent")):
            reading.wrong(pilot.line_of("accountable"), "主体责任单位应为试点单位自身或其上级街道、镇")
        order = pilot.get("order")
        if order in orders:
            reading.wrong(pilot.line_of("order"), f"试点顺序 {order} 与第{orders[order]}行重复")
        elif order is not None:
            orders[order] = pilot.line
    units = Counter(pilot.get("unit") for pilot in rows(plan, "pilots"))
    for pilot in rows(plan, "pilots"):
        if units[pilot.get("unit")] > 1:
            reading.wrong(pilot.line_of("unit"), f"单位“{pilot.get('unit')}”承担了不止一个试点")


def _phases(plan: Record, reading: Reading) -> None:
    for phase in rows(plan, "phases"):
        start, due = phase.get("start"), phase.get("due")
        if start and due and start > due:
            reading.wrong(phase.line_of("start"), f"阶段“{phase.get('name')}”的开始日期晚于期限")


def _tasks(plan: Record, codes: _Codes, reading: Reading) -> None:
    units = {*codes.units, PARENT_OF_PILOT}
    for task in rows(plan, "tasks"):
        codes.known(task, "accountable", units, "主体责任单位")
        codes.known(task, "executors", codes.units, "实施单位")
        codes.known(task, "collaborators", codes.units, "配合单位")
        codes.known(task, "suggested_collaborators", codes.units, "建议配合单位")
        codes.known(task, "supervisor", codes.units, "督导单位")
        codes.known(task, "pilot", codes.pilots, "试点")
        codes.known(task, "phase", codes.phases, "阶段")
        codes.known(task, "evidence", codes.evidence, "材料类型")
        _task_scope(task, codes, reading)
        start, due = task.get("start"), task.get("due")
        if isinstance(start, datetime.date) and isinstance(due, datetime.date) and start > due:
            reading.wrong(task.line_of("start"), f"任务 {task.get('id')} 的开始日期晚于期限")
        clause, sentence = task.get("clause"), task.get("sentence")
        if clause and sentence and not sentence.startswith(f"{clause}-"):
            reading.wrong(task.line_of("sentence"), f"句序“{sentence}”与条款“{clause}”不一致")
        for indicator in task.get("indicators") or []:
            _indicator(task, indicator, codes, reading)


def _task_scope(task: Record, codes: _Codes, reading: Reading) -> None:
    scope, pilot, name = task.get("scope"), task.get("pilot"), task.get("id")
    if scope == Scope.PILOT and pilot is None and "pilot" in task:
        reading.wrong(task.line_of("pilot"), f"任务 {name} 的范围是 pilot，须写明是哪个试点")
    if scope and scope != Scope.PILOT and pilot is not None:
        reading.wrong(task.line_of("pilot"), f"任务 {name} 的范围是 {scope}，不应指定试点")
    if task.get("kind") == ObligationKind.PILOT_TASK and scope and scope != Scope.PILOT:
        reading.wrong(task.line_of("scope"), f"试点任务 {name} 的范围应为 pilot")
    if task.get("accountable") == PARENT_OF_PILOT and scope in (Scope.PILOT, Scope.COUNTY):
        reading.wrong(task.line_of("accountable"), f"任务 {name} 的范围是 {scope}，主体责任单位须写明")


_PARAM_PARTS = {
    ("document_count", "evidence"): "evidence",
    ("activity_count", "category"): "categories",
    ("activity_participants", "category"): "categories",
    ("service_visit_count", "category"): "categories",
    ("activity_category_covered", "categories"): "categories",
    ("service_category_covered", "categories"): "categories",
    ("report_submitted", "kind"): "reports",
}
_PARAM_WORDS = {
    ("org_count", "status"): "org_status",
    ("org_count", "nature"): "org_nature",
    ("org_domain_covered", "domains"): "org_domain",
    ("service_category_covered", "domains"): "org_domain",
    ("community_fund_count", "kind"): "fund_kind",
    ("community_fund_raised", "kind"): "fund_kind",
    ("resource_partner_count", "kind"): "resource_kind",
    ("resource_partner_count", "kinds"): "resource_kind",
    ("resource_kind_covered", "kinds"): "resource_kind",
    ("venue_count", "kind"): "venue_kind",
    ("renovation_progress", "project_kind"): "project_kind",
    ("meeting_count", "kind"): "meeting_kind",
    ("mechanism_count", "topic"): "mechanism_topic",
    ("volunteer_team_count", "focus"): "team_focus",
    ("training_count", "audience"): "audience",
    ("study_tour_count", "scope"): "study_scope",
    ("supervision_coverage_rate", "aspect"): "aspect",
    ("list_item_count", "kind"): "list_kind",
    ("acceptance_passed", "level"): "acceptance_level",
    ("publicity_count", "level"): "level",
    ("issue_closed_rate", "source"): "issue_source",
}


def _indicator(task: Record, indicator: Record, codes: _Codes, reading: Reading) -> None:
    name = indicator.get("metric")
    metric = codes.metrics.get(name)
    if name and metric is None:
        reading.wrong(indicator.line_of("metric"), f"任务 {task.get('id')} 的指标“{name}”没有定义")
        return
    _params(indicator, codes, reading)
    if metric is None or "target" not in indicator:
        return
    target, kind = indicator["target"], metric.get("value_type")
    if (kind == Metric.ValueType.BOOL) != isinstance(target, bool):
        wanted = "true 或 false" if kind == Metric.ValueType.BOOL else "数字"
        reading.wrong(indicator.line_of("target"), f"指标“{metric.get('name')}”的目标应为{wanted}")
    elif not isinstance(target, bool) and target < 0:
        reading.wrong(indicator.line_of("target"), f"指标“{metric.get('name')}”的目标不能小于 0")
    elif kind == Metric.ValueType.PERCENT and target > 100:
        reading.wrong(indicator.line_of("target"), f"指标“{metric.get('name')}”是百分比，目标不能超过 100")


def _params(row: Record, codes: _Codes, reading: Reading) -> None:
    """Parameters name codes of the same file: material types, activity categories, words of a vocabulary."""
    name, given = row.get("metric"), row.get("params") or Record(0)
    allowed = (codes.metrics.get(name) or {}).get("params") or ""
    names = {one.strip(" ?") for one in allowed.replace(" ", ",").split(",") if one.strip(" ?")}
    for key, value in given.items():
        line = given.line_of(key)
        if key not in names:
            reading.wrong(line, f"指标“{name}”没有参数“{key}”")
            continue
        part = _PARAM_PARTS.get((name, key))
        known = getattr(codes, part) if part else codes.words.get(_PARAM_WORDS.get((name, key), ""))
        for one in value if isinstance(value, list) else [value]:
            if known is not None and one not in known:
                reading.wrong(line, f"指标“{name}”的参数 {key} 取值“{one}”没有定义")


def param_words(plan: Record, indicator: Record) -> str:
    """The parameters of an indicator in the plan file's own words: 注册登记、备案；服务性、公益性、互助性."""
    words = []
    for key, value in (indicator["params"] or {}).items():
        part = _PARAM_PARTS.get((indicator["metric"], key))
        if part:
            source = {"evidence": "evidence_types", "categories": "activity_categories", "reports": "report_types"}[part]
            known = rows(plan, source)
        else:
            known = plan["vocabularies"].get(_PARAM_WORDS.get((indicator["metric"], key), ""), [])
        names = {row["code"]: row["name"] for row in known}
        words.append("、".join(names.get(one, one) for one in (value if isinstance(value, list) else [value])))
    return "；".join(words)


def _recurring(plan: Record, codes: _Codes, reading: Reading) -> None:
    for duty in rows(plan, "recurring"):
        codes.known(duty, "task", codes.tasks, "任务")
        codes.known(duty, "responsible", {*codes.units, PARENT_OF_PILOT}, "责任单位")
        codes.known(duty, "product", codes.evidence, "材料类型")
        codes.known(duty, "aspects", codes.words.get("aspect", ()), "督导方面")
        if duty.get("same_as"):
            codes.known(duty, "same_as", codes.recurring, "周期任务")
        seen = set()
        for period in duty.get("periods") or []:
            if period.get("period") in seen:
                reading.wrong(period.line_of("period"), f"{duty.get('name')}的“{period.get('period')}”写了两次")
            seen.add(period.get("period"))


def _rubric(plan: Record, codes: _Codes, reading: Reading) -> None:
    """Weights of each pilot add up, and each pilot task is scored exactly once (the cards of a community rest on this)."""
    rubric = plan.get("rubric") or Record(0)
    criteria = [c for c in rubric.get("criteria") or [] if isinstance(c, Record)]
    pilots = list(codes.pilots)
    scored: Counter = Counter()
    for criterion in [*criteria, *(rubric.get("county_self_check") or [])]:
        codes.known(criterion, "clauses", codes.tasks, "任务")
        codes.known(criterion, "metric", codes.metrics, "指标")
        if criterion.get("method") and criterion["method"] not in (rubric.get("methods") or {}):
            reading.wrong(criterion.line_of("method"), f"评分方法“{criterion['method']}”没有定义")
        bindings = criterion.get("bindings")
        if not bindings:
            continue
        if list(bindings) != pilots:
            reading.wrong(bindings.line, f"{criterion.get('id')} 须按顺序写明全部试点：{'、'.join(pilots)}")
        for pilot, binding in bindings.items():
            codes.known(binding, "clauses", codes.tasks, "任务")
            for clause in binding.get("clauses") or []:
                scored[clause] += 1
                task = codes.tasks.get(clause)
                if task and task.get("pilot") != pilot:
                    reading.wrong(binding.line_of("clauses"), f"任务 {clause} 不属于试点 {pilot}")
    _weights(rubric, criteria, pilots, reading)
    for task in rows(plan, "tasks"):
        if task.get("kind") == ObligationKind.PILOT_TASK and scored[task.get("id")] != 1:
            reading.wrong(task.line, f"试点任务 {task.get('id')} 应恰好计入一个评分项，现在计入 {scored[task.get('id')]} 个")


def _weights(rubric: Record, criteria: list[Record], pilots: list[str], reading: Reading) -> None:
    for pilot in pilots:
        total = sum(((c.get("bindings") or {}).get(pilot) or {}).get("weight") or c.get("weight") or 0 for c in criteria)
        if rubric.get("total") is not None and total != rubric["total"]:
            reading.wrong(rubric.line_of("criteria"), f"试点 {pilot} 的评分项权重合计 {total} 分，应为 {rubric['total']} 分")


def _other_parts(plan: Record, codes: _Codes, reading: Reading) -> None:
    for report in rows(plan, "report_types"):
        codes.known(report, "clauses", codes.tasks, "任务")
    for item in rows(plan, "supervision_checklist"):
        codes.known(item, "clauses", codes.tasks, "任务")
        codes.known(item, "metric", codes.metrics, "指标")
        codes.known(item, "aspect", codes.words.get("aspect", ()), "督导方面")
