"""督导通报 of a month (方案四（二）; 每月督导 RC1): what was found, who does well, what is to be put right and until when."""

import datetime

from pilots.models import Pilot
from pilots.states import Light
from reports.collect import facts
from reports.collect.gathering import Gathering, day_words
from reports.collect.months import WORDS, Month, months_until
from reports.collect.supervision import finding_table, ledger_of, place_names
from reports.models import Report
from reports.narrative import suggested
from reports.outline import AnnexSpec, Kind, SectionSpec, numeral
from reports.periods import Every, Period, period_of
from reports.snapshot import Collected
from supervision.models import Finding, FindingAction, FindingState, Severity
from supervision.workdays import deadline

OVERDUE_WITHIN, REPORT_WITHIN = Severity.SEVERE, Severity.MAJOR
"""The deadlines a bulletin sets follow those of severe and major problems, counted from the as-of day; always working days."""


def collect(report: Report) -> Collected:
    """What the month shows, from the same list of problems as the mid-term report."""
    g = Gathering(report)
    period = period_of(report.period)
    month = next((m for m in months_until(g.pilots, g.as_of) if m.first == period.first), None)
    rows = ledger_of(g.pilots, g.as_of)
    still = [f for f in rows if f.status != FindingState.CLOSED]
    own = [f for f in rows if period.first <= f.found_on <= period.last]
    g.found.facts |= facts.names(g) | {
        "period": period.label,
        "month": f"{period.first.year}年{period.first.month}月份",
        "addressee": _addressee(g.pilots),
        "towns": "、".join(dict.fromkeys(p.accountable.short_name for p in g.pilots)),
        "visited": bool(month and month.visits),
        "open": [],
        "good": bool(_good(g, period, month, rows)),
        "open_count": len(still),
        "overdue": sum(f.light == Light.LATE for f in still),
        "pilots": [],
    }
    facts.add_day(g)
    _figures(g, period, month, rows, still, own)
    for pilot in g.pilots:
        _problems(g, pilot, [f for f in still if f.pilot_id == pilot.pk])
    if own:
        g.found.tables["TB9"] = finding_table(own, "TB9", "本月新发现问题整改台账", g.as_of)
    return g.finish()


def _addressee(pilots: list[Pilot]) -> str:
    """普安街道办事处、赤城镇人民政府，县直相关部门."""
    return "、".join(place_names(pilots)) + "，县直相关部门"


def _figures(g: Gathering, period: Period, month: Month | None, rows: list[Finding], still: list[Finding], own: list[Finding]) -> None:
    add = g.found.figure
    query = {"page": "finding_list", "query": {"as_of": g.as_of.isoformat()}}
    closed = _closed_in(period, rows)
    add("month.found", "本月发现问题数", len(own), unit="个", definition="发现日期在本月的问题", words=("本月发现问题",), **query)
    add("month.closed", "本月销号问题数", closed, unit="个", definition="本月复核销号的问题", words=("销号",), **query)
    add("month.open", "月末未销号问题数", len(still), unit="个", definition="截至数据日期未销号的问题", words=("月末未销号",), **query)
    overdue = sum(f.light == Light.LATE for f in still)
    add("month.overdue", "逾期未整改问题数", overdue, unit="个", definition="未销号、时限早于数据日期", words=("逾期",), **query)
    if month and month.visits:
        days = sorted(cell.visit.visited_on for cell in month.cells.values() if cell.visit)
        add("month.days", "督导日期", _days(days), "text", definition="本月督导记录的日期")
        names = [p.unit.short_name for p in g.pilots if month.cells[p.pk].visit]
        whom = f"{numeral(len(names))}个试点单位" if len(names) == len(g.pilots) and len(names) <= 10 else "、".join(names)
        add("month.whom", "督导对象", whom, "text", definition="本月有督导记录的试点")
    if month:
        add("month.lights", "各试点灯色", _lights(g.pilots, month), "text", definition="逾期＝有逾期未整改问题，预警＝有未销号问题")
    good = _good(g, period, month, rows)
    if good:
        add(
            "month.good",
            "整改较好的试点",
            good,
            "text",
            definition="本月发现的问题已全部销号，或本月未发现问题且没有未销号问题",
        )
    add(
        "month.overdue_by",
        "逾期问题整改期限",
        _short(deadline(g.as_of, OVERDUE_WITHIN)),
        "text",
        definition="数据截止日期起 5 天，遇休息日顺延",
    )
    add(
        "month.report_by",
        "整改情况报送期限",
        _short(deadline(g.as_of, REPORT_WITHIN)),
        "text",
        definition="数据截止日期起 10 天，遇休息日顺延",
    )


def _short(day: datetime.date) -> str:
    return f"{day.month}月{day.day}日"


def _days(days: list[datetime.date]) -> str:
    """2022年11月16日至18日."""
    first, last = days[0], days[-1]
    if first == last:
        return day_words(first)
    return f"{day_words(first)}至{f'{last.month}月' if last.month != first.month else ''}{last.day}日"


def _lights(pilots: list[Pilot], month: Month) -> str:
    """竹林桥社区、南北街社区逾期，普安街道、广福社区预警，其他正常."""
    said = []
    for state in ("late", "warn"):
        names = [p.unit.short_name for p in pilots if month.cells[p.pk].whole == state]
        if names:
            said.append("、".join(names) + WORDS[state])
    fine = [p.unit.short_name for p in pilots if month.cells[p.pk].whole == "ok"]
    unseen = any(not month.cells[p.pk].whole for p in pilots)
    if fine:
        said.append("、".join(fine) + "正常" if unseen or len(fine) == 1 else "其他正常" if said else "各试点均为正常")
    return "，".join(said) or "没有可以判断的试点"


def _good(g: Gathering, period: Period, month: Month | None, rows: list[Finding]) -> str:
    """Who put right at once, where a visit found nothing, who closed without being late; never a word about the office itself."""
    said = []
    for pilot in (p for p in g.pilots if month and month.cells[p.pk].visit):
        mine = [f for f in rows if f.pilot_id == pilot.pk]
        still = [f for f in mine if f.status != FindingState.CLOSED]
        own = [f for f in mine if period.first <= f.found_on <= period.last]
        closed = _closed_in(period, mine)
        if own and not still:
            last = max(f.closed_day for f in own)
            said.append(f"{pilot.unit.short_name}即查即改，本月发现的问题于{_short(last)}前全部销号")
        elif not mine or not (still or own):
            said.append(f"{pilot.unit.short_name}本月未发现问题，没有未销号问题")
        elif closed and not any(f.light == Light.LATE for f in still):
            said.append(f"{pilot.unit.short_name}抓紧整改，本月销号问题{closed}个")
    return "；".join(said[:3])


def _closed_in(period: Period, rows: list[Finding]) -> int:
    return sum(any(s.action == FindingAction.CLOSE and period.first <= s.on <= period.last for s in row.steps_on) for row in rows)


def _problems(g: Gathering, pilot: Pilot, still: list[Finding]) -> None:
    """支付资料不全（WT-2022-09-005）逾期未整改；…: the open problems of a pilot, overdue ones first."""
    if not still:
        return
    ordered = sorted(still, key=lambda f: (f.light != Light.LATE, f.aspect, f.number))
    said = [f"{f.title.rstrip('。')}（{f.number}）" + ("逾期未整改" if f.light == Light.LATE else "") for f in ordered]
    g.found.facts["open"].append({"code": pilot.code, "name": pilot.unit.short_name})
    g.found.figure(f"{pilot.code}.month.problems", f"{pilot.unit.short_name}·未销号的问题", "；".join(said), "text", pilot=pilot.code)


def _opening(data: dict, pilot: str) -> list[dict]:
    if not data["facts"]["visited"]:
        return suggested(f"现将{data['facts']['month']}试点工作督导情况通报如下。")
    return suggested("{month.days}，领导小组办公室对{month.whom}开展了督导。现将有关情况通报如下。")


def _overall(data: dict, pilot: str) -> list[dict]:
    lights = "{month.lights}。" if "month.lights" in data["figures"] else ""
    return suggested(
        f"本月发现问题{{month.found}}个、销号{{month.closed}}个，月末未销号{{month.open}}个，逾期{{month.overdue}}个。{lights}"
    )


def _practice(data: dict, pilot: str) -> list[dict]:
    return suggested("{month.good}。") if data["facts"]["good"] else []


def _requirements(data: dict, pilot: str) -> list[dict]:
    found = data["facts"]
    said = [f"（{numeral(i)}）{one['name']}。{{{one['code']}.month.problems}}。" for i, one in enumerate(found["open"], 1)]
    if not said:
        return suggested("本月督导没有未销号的问题。请各试点对照检查清单继续做好日常工作。")
    late = "逾期问题于{month.overdue_by}前整改到位，其余问题按时限销号。" if found["overdue"] else "各项问题按时限整改销号。"
    return suggested(*said, f"{late}请{found['towns']}于{{month.report_by}}前将整改情况报领导小组办公室。")


KIND = Kind(
    code="bulletin",
    name="督导通报",
    requirement="monthly_supervision",
    clauses=("S2.7", "S2.8", "S2.9", "B1.4"),
    collect=collect,
    as_of=lambda programme: programme.due,
    every=Every.MONTH,
    for_pilots=False,
    cover=False,
    title=lambda data: f"关于{data['facts']['month']}试点工作督导情况的通报",
    addressee=lambda data: data["facts"]["addressee"],
    outline=(
        SectionSpec("opening", "引言", _opening, numbered=False),
        SectionSpec("overall", "总体情况", _overall),
        SectionSpec("practice", "好的做法", _practice, hint="写试点的做法，不写办公室自己的工作。"),
        SectionSpec("problems", "存在问题和整改要求", _requirements),
    ),
    annexes=(AnnexSpec("findings", "本月新发现问题整改台账", tables=("TB9",)),),
)
