"""Suggested words that several kinds share. Figures are keys of the snapshot; a person edits every sentence afterwards."""

from reports.kinds.phrases_supervision import problems_of_findings
from reports.narrative import suggested
from reports.outline import numeral


def unit_names(data: dict) -> str:
    """普安街道，普安街道广福社区、竹林桥社区，赤城镇下河街社区……: pilots grouped under their street or town."""
    groups: dict[str, list[str]] = {}
    alone = []
    for pilot in data["facts"]["pilots"]:
        if pilot["parent"]:
            groups.setdefault(pilot["parent"], []).append(pilot["name"])
        else:
            alone.append(pilot["name"])
    return "，".join(alone + [parent + "、".join(names) for parent, names in groups.items()])


def judged(data: dict) -> list[str]:
    """One clause for each group of pilots: ahead of 序时进度, near it, far behind; no figures."""
    groups = data["facts"]["groups"]
    clauses = []
    if groups["ahead"]:
        clauses.append("{pilots.ahead}推进较好")
    if groups["near"]:
        clauses.append("{pilots.near}需加快进度")
    if groups["focus"]:
        clauses.append("{pilots.focus}需重点推进")
    return clauses


def progress_county(data: dict, pilot: str) -> list[dict]:
    """总体进展: the whole, then the pilots; each sentence only where it has something to say."""
    groups = data["facts"]["groups"]
    late = "没有逾期任务" if data["facts"]["late"] == 0 else "逾期{tasks.late}项"
    parts = []
    if groups["ahead"]:
        parts.append("{pilots.ahead.rates}快于或持平于序时进度")
    if groups["near"]:
        parts.append("{pilots.near.rates}滞后于序时进度不足20个百分点")
    if groups["focus"]:
        parts.append("{pilots.focus.rates}滞后20个百分点以上，需重点推进")
    return suggested(
        "截至{as_of}，{pilots.count}个试点承担的{tasks.total}项试点任务已完成{tasks.done}项，进行中{tasks.doing}项，未开始{tasks.todo}项，"
        f"完成率{{tasks.rate}}，{{tasks.standing}}，{late}（见{{ref.TB1}}、{{ref.CH1}}）。",
        "分试点看，" + "；".join(parts) + "。" if parts else "",
    )


def progress_pilot(data: dict, pilot: str) -> list[dict]:
    """任务进展 in the report of one pilot."""
    late = "没有逾期任务" if data["facts"]["late"] == 0 else "逾期{tasks.late}项"
    return suggested(
        "截至{as_of}，承担的{tasks.total}项试点任务已完成{tasks.done}项，进行中{tasks.doing}项，未开始{tasks.todo}项，"
        f"完成率{{tasks.rate}}，{{tasks.standing}}，{late}（见{{ref.TB1}}）。",
        "累计开展活动{activities.count}场，参加{activities.participants}人次，志愿者服务{activities.volunteers}人次（见{ref.TB11}）。"
        if data["facts"]["activities"]
        else "",
    )


def one_pilot(data: dict, pilot: str) -> list[dict]:
    """A pilot's paragraph in the county's report: tasks, what it does, what is missing."""
    facts = next(p for p in data["facts"]["pilots"] if p["code"] == pilot)
    doings = (
        f"累计开展活动{{{pilot}.activities.count}}场，参加{{{pilot}.activities.participants}}人次，主要有{{{pilot}.activities.kinds}}。"
        if facts["activities"]
        else "截至数据日期还没有已审核的活动记录。"
    )
    gaps = f"尚未完成的任务中，{{{pilot}.open.titles}}等任务需加快推进。" if facts["open"] else "承担的任务均已完成。"
    return suggested(
        f"承担任务{{{pilot}.tasks.total}}项，已完成{{{pilot}.tasks.done}}项，进行中{{{pilot}.tasks.doing}}项，未开始{{{pilot}.tasks.todo}}项，"
        f"完成率{{{pilot}.tasks.rate}}，{{{pilot}.tasks.standing}}。{doings}{gaps}"
    )


def evidence(data: dict, pilot: str) -> list[dict]:
    """档案资料情况."""
    weakest = "其中{evidence.weakest}较低，应抓紧补齐。" if data["facts"]["evidence_weakest"] and not data["pilot"] else ""
    return suggested(
        "应有佐证材料{evidence.required}类，已通过{evidence.approved}类，待审{evidence.pending}类，缺项{evidence.missing}类，"
        f"齐全率{{evidence.rate}}（见{{ref.TB7}}）。{weakest}"
    )


def activities_county(data: dict) -> str:
    """One sentence about all activities, or nothing."""
    if not data["facts"]["activities"]:
        return ""
    return "{pilots.count}个试点累计开展活动{activities.count}场，参加{activities.participants}人次，志愿者服务{activities.volunteers}人次（见{ref.TB11}）。"


def problems(data: dict, pilot: str) -> list[dict]:
    """存在问题及原因, from what the figures show; causes are for a person to add."""
    groups = data["facts"]["groups"]
    found = []
    if data["pilot"]:
        if data["facts"]["behind"]:
            found.append("任务进度有待加快。{tasks.standing}，尚有{tasks.open}项任务未完成。")
    elif groups["focus"] and (groups["ahead"] or groups["near"]):
        found.append("试点之间进度不平衡。{pilots.focus.rates}，与进度较快的试点差距较大。")
    elif groups["focus"] or groups["near"]:
        found.append("任务进度有待加快。{tasks.standing}，尚有{tasks.open}项任务未完成。")
    if data["facts"].get("money_behind"):
        found.append("资金支付偏慢。合同额占下达资金的{money.contract_rate}，执行率{money.rate}，{money.standing}。")
    if data["facts"]["late"]:
        found.append("部分任务逾期。截至数据日期有{tasks.late}项任务超过方案期限仍未完成。")
    if data["facts"]["evidence_missing"]:
        found.append("佐证材料归集不够及时。缺项{evidence.missing}类，待审{evidence.pending}类，齐全率{evidence.rate}。")
    found += problems_of_findings(data)
    if not found:
        return suggested("截至数据日期，从任务进度、佐证材料、资金和督导看没有发现突出问题。")
    return suggested(*(f"（{numeral(i)}）{text}" for i, text in enumerate(found, 1)))


def advice(data: dict, pilot: str) -> list[dict]:
    """下一步建议: one paragraph for every pilot that has something open: problems with their deadlines, then tasks."""
    paragraphs = []
    for facts in data["facts"]["pilots"]:
        code = facts["code"]
        parts = []
        if data["facts"].get("open_findings", {}).get(code):
            parts.append(f"{{{code}.findings.due}}")
        if facts["open"]:
            parts.append(f"对照方案抓紧{{{code}.open.titles}}等任务，按期完成并归集佐证材料")
        if parts:
            paragraphs.append(f"（{numeral(len(paragraphs) + 1)}）{facts['name']}。{'；'.join(parts)}。")
    return suggested(*paragraphs) or suggested("继续巩固试点成果，做好资料归档和经验总结。")


def highlights(data: dict, pilot: str) -> list[dict]:
    """主要做法和亮点, without figures: mechanism, what each pilot really does by its approved activities, money, supervision, papers."""
    facts = data["facts"]
    closed = "，每月督导、每季调度、定期公示，问题交办、整改、复核、销号闭环管理" if facts.get("supervision") else "，按月梳理进展"
    said = [f"健全推进机制。按照“{facts['coordination']}”的要求，建立领导小组和专班，任务逐项对应责任单位、期限和佐证材料{closed}。"]
    doing = [p for p in facts["pilots"] if p["activities"]]
    if doing:
        words = "；".join(f"{p['name']}开展{{{p['code']}.activities.kinds}}" for p in doing[:6])
        said.append(f"做实服务活动。{words}，服务常态开展。")
    if facts.get("money"):
        said.append(
            "规范资金管理。资金下达、分配、合同、支付逐笔登记，社区申请、街道（镇）审核、财政所复核、主要负责人审批，先票后款，定期公示。"
        )
    if facts.get("supervision"):
        said.append("强化督导问效。对照检查清单逐项核对系统数据和现场情况，发现问题当场交办，限期整改，经复核后销号。")
    said.append("规范资料归集。活动一次登记，同时用于任务、台账和报告；佐证材料逐级审核，一次上传、多处使用。")
    return suggested(*(f"（{numeral(i)}）{text}" for i, text in enumerate(said, 1)))
