"""Suggested words about visits and problems. Figures are keys of the snapshot; causes are for a person to add."""

from reports.kinds.phrases_missing import register_missing
from reports.narrative import suggested

ASPECTS = (("implementation", "项目实施"), ("funds", "资金使用"), ("archives", "档案资料"))


def supervision(data: dict, pilot: str) -> list[dict]:
    """督导与整改情况: visits, the state at the end of the month, the three aspects, what is overdue, how much is closed."""
    facts, figures = data["facts"], data["figures"]
    if not facts.get("supervision"):
        return register_missing("督导")(data, pilot)
    visits = lights = ""
    if facts["visits_due"]:
        visits = f"{facts['months']}应督导{{visits.due}}次，实际督导{{visits.done}}次，覆盖率{{visits.rate}}；"
        visits += "每次对项目实施、资金使用、档案资料三个方面进行检查，"
    if "supervision.lights" in figures:
        lights = "{supervision.lights}" + ("（见{ref.CH5}）。" if "ref.CH5" in figures else "。")
    seen = "（见{ref.TB8}）" if "ref.TB8" in figures else ""
    if not facts["findings"]["total"]:
        return suggested(f"{visits}没有发现问题{seen}。")
    return suggested(f"{visits}共发现问题{{findings.total}}个{seen}。{lights}", by_aspect(), _overdue(data), _closed(data))


def by_aspect() -> str:
    found = "、".join(f"{name}问题{{findings.{code}.total}}个" for code, name in ASPECTS)
    still = "、".join(f"{{findings.{code}.open}}个" for code, _ in ASPECTS)
    return f"从三个方面看，{found}，未销号的分别为{still}。"


def _overdue(data: dict) -> str:
    if not data["facts"]["overdue"]:
        return ""
    return "逾期未整改的问题{findings.overdue}个：{findings.overdue.titles}。"


def _closed(data: dict) -> str:
    refs = "、".join(f"{{ref.{code}}}" for code in ("CH3", "TB9") if f"ref.{code}" in data["figures"])
    if not data["facts"]["findings"]["open"]:
        return f"累计发现问题{{findings.total}}个，均已整改并经复核销号（见{refs}）。"
    late = "，其中逾期{findings.overdue}个，整改销号进度有待加快" if data["facts"]["overdue"] else "，均在整改时限内"
    return f"累计发现问题{{findings.total}}个，已销号{{findings.closed}}个，销号率{{findings.rate}}；未销号{{findings.open}}个{late}（见{refs}）。"


def problems_of_findings(data: dict) -> list[str]:
    """存在问题, grouped from what is open: a paragraph for each aspect."""
    still = data["facts"].get("open_by_aspect", {})
    names = {"implementation": "项目实施还有差距", "funds": "资金使用管理不够规范", "archives": "档案资料还不完善"}
    return [
        f"{names[code]}。未销号问题{{findings.{code}.open}}个：{{findings.{code}.titles}}。" for code, _ in ASPECTS if still.get(code)
    ] + (["问题整改不够彻底。{findings.overdue}个问题超过整改时限。"] if data["facts"].get("overdue") else [])


def gaps(data: dict, pilot: str) -> list[dict]:
    """查漏补缺 of the summary: what was found and closed, what still is to be done."""
    facts = data["facts"]
    if not facts.get("supervision"):
        return suggested("本系统尚未登记督导数据，查漏补缺情况由领导小组办公室按台账补充。")
    if not facts["findings"]["total"]:
        return suggested("督导没有发现需要整改的问题。")
    book = "（见{ref.TB9B}）" if "ref.TB9B" in data["figures"] else ""
    rest = "。" if not facts["findings"]["open"] else "；未销号{findings.open}个，继续按时限整改。"
    return suggested(
        f"针对督导发现的问题逐项查漏补缺，累计发现问题{{findings.total}}个，已销号{{findings.closed}}个，销号率{{findings.rate}}{book}{rest}"
    )
