"""Suggested words about projects and money, in the way the county's office writes them. Figures are keys of the snapshot."""

from reports.kinds.phrases_missing import register_missing
from reports.narrative import suggested


def projects(data: dict, pilot: str) -> list[dict]:
    """项目实施情况: how many, begun, completed; milestones; procurement."""
    facts = data["facts"]
    if not facts.get("projects"):
        return register_missing("项目")(data, pilot)
    milestones = procurement = ""
    if facts["milestones"]["due"]:
        milestones = "截至数据日期应到节点{milestones.due}个，按期{milestones.met}个，节点按期率{milestones.rate}。"
    if facts["procurement"]["due"]:
        procurement = "应履行采购程序的项目{procurement.due}个，方式合规{procurement.met}个，合规率{procurement.rate}"
        procurement += "，不合规的{procurement.missed}个已要求说明。" if facts["procurement"]["missed"] else "。"
    who = "" if data["pilot"] else "{pilots.count}个试点"
    return suggested(
        f"{who}共确定项目{{projects.count}}个，已启动{{projects.started}}个，启动率{{projects.started_rate}}；"
        f"已完成{{projects.completed}}个，完成率{{projects.completed_rate}}（见{{ref.TB3}}）。{milestones}{procurement}"
    )


def funds(data: dict, pilot: str) -> list[dict]:
    """资金使用情况: 下达, 已分配, 合同, 支付, 执行率; papers; which pilots stand below the lines."""
    facts = data["facts"]
    if not facts.get("money"):
        return register_missing("资金")(data, pilot)
    rated = "money.rate" in data["figures"]
    execution = "，执行率{money.rate}，{money.standing}" if rated else ""
    sources = "（见{ref.TB4}）" if "ref.TB4" in data["figures"] else ""
    if data["pilot"]:
        head = f"下达到本试点的资金{{money.allocated}}万元{sources}"
    else:
        head = f"下达资金共{{money.issued}}万元{sources}，其中下达到{{pilots.count}}个试点{{money.allocated}}万元"
    papers = "支付凭证{money.payments}笔，审批单、发票、付款凭证齐全{money.vouchers}笔，完整率{money.vouchers.rate}。"
    first = f"{head}，已分配到项目{{money.budgeted}}万元，签订合同{{money.contracted}}万元，已支付{{money.paid}}万元{execution}（见{{ref.TB5}}）。"
    return suggested(first + (papers if facts["payments"] else "截至数据日期尚未形成支付。"), below_lines(data))


def below_lines(data: dict) -> str:
    """竹林桥社区16.0%低于滞后线，南北街社区34.2%低于预警线，其余四个试点处于正常区间（见图2）."""
    groups = data["facts"].get("money_groups")
    if data["pilot"] or not groups or "money.rate" not in data["figures"]:
        return ""
    said = []
    if groups["late"]:
        said.append("{money.late}，低于滞后线")
    if groups["warn"]:
        said.append("{money.warn}，低于预警线")
    rest = "其余试点处于正常区间" if said else "各试点执行率均处于正常区间"
    if groups["ok"] or not said:
        said.append(rest)
    return "执行率" * bool(groups["late"] or groups["warn"]) + "；".join(said) + "（见{ref.CH2}）。"


def performance(data: dict, pilot: str) -> list[dict]:
    """资金使用与绩效 of the summary: the use of the money, then what it was used for."""
    words = funds(data, pilot)
    if not data["facts"].get("money"):
        return words
    detail = "支出逐笔登记（见{ref.TB6}），" if "ref.TB6" in data["figures"] else ""
    projects_done = (
        "资金安排的{projects.count}个项目已完成{projects.completed}个，完成率{projects.completed_rate}。"
        if data["facts"].get("projects")
        else ""
    )
    return words + suggested(
        f"{detail}本台账为辅助台账，以财政会计账为准。{projects_done}",
        "绩效目标完成情况：可以判断的指标{indicators.judged}项，已达标{indicators.met}项，达标率{indicators.rate}。"
        if data["facts"]["indicators_judged"]
        else "",
    )
