"""Supervision: figures of visits and findings, TB8, TB9 (open; the full ledger as annex), CH3 and CH5."""

import datetime
from collections import defaultdict

from accounts.models import UnitKind
from accounts.plaintext import quoted
from pilots.models import Pilot
from pilots.states import Light, percent
from reports.collect.gathering import Gathering
from reports.collect.months import ASPECTS, WORDS, Month, months_until
from reports.document import SHAPES, Column, Group, HeatCell, HeatMap, HeatRow, MonthBars, MonthCounts, Table
from supervision.models import Aspect, Finding, FindingState
from supervision.queries import finding_ledger, findings_by_month, supervision_months, supervision_overview

DEFINITIONS = {
    "visits": "方案要求每月督导一次，每个试点每月计一次；提交日期不晚于数据截止日期",
    "total": "截至数据日期登记的问题，含已销号的",
    "closed": "截至数据日期已复核销号的",
    "open": "截至数据日期未销号的",
    "overdue": "未销号、整改时限早于数据截止日期的",
    "rate": "销号率＝已销号÷累计发现，一位小数，四舍五入",
}
LANDSCAPE_FROM = 6
"""Months from which TB8 needs a landscape page."""
NAMED = 3
"""Problems named one by one in suggested text."""


def add_supervision(g: Gathering) -> None:
    """Figures, tables and charts; where there was neither a visit nor a problem the section says so."""
    months = months_until(g.pilots, g.as_of)
    findings = ledger_of(g.pilots, g.as_of)
    visited = any(month.visits for month in months)
    g.found.facts["supervision"] = visited or bool(findings)
    g.found.facts["findings"] = {"total": len(findings), "open": sum(f.status != FindingState.CLOSED for f in findings)}
    if not g.found.facts["supervision"]:
        return
    _figures(g, months, findings)
    still_open = [f for f in findings if f.status != FindingState.CLOSED]
    for pilot in g.pilots:
        _of_pilot(g, pilot, [f for f in still_open if f.pilot_id == pilot.pk])
    if months:
        g.found.tables["TB8"] = _tb8(g, months) if g.whole else _tb8_by_month(g, months)
    if still_open:
        g.found.tables["TB9"] = finding_table(still_open, "TB9", "未销号问题整改台账", g.as_of, _summary(g))
    if findings:
        g.found.tables["TB9B"] = finding_table(findings, "TB9B", "问题整改台账（全部）", g.as_of, _summary(g))
        g.found.charts["CH3"] = _ch3(g)
    if g.whole and months:
        g.found.charts["CH5"] = _ch5(g, months)


def ledger_of(pilots: list[Pilot], as_of: datetime.date) -> list[Finding]:
    """整改台账 of the pilots as of a day: by pilot, then by the day found."""
    rows = Finding.objects.filter(pilot__in=pilots).on_day(as_of).select_related("pilot__unit", "unit", "answer")
    return finding_ledger(None, as_of, rows.order_by("pilot__order", "found_on", "number"))


def place_names(pilots: list[Pilot]) -> list[str]:
    """The streets and towns of the pilots as they sign: 普安街道办事处, 赤城镇人民政府."""
    names = dict.fromkeys(pilot.accountable for pilot in pilots)
    return [f"{unit.short_name}{'人民政府' if unit.kind == UnitKind.TOWN else '办事处'}" for unit in names]


# --- figures ------------------------------------------------------------------------------------------------------------------------


def _figures(g: Gathering, months: list[Month], findings: list[Finding]) -> None:
    overview = supervision_overview(g.pilots, g.as_of)
    done, due = overview.due_visits
    counts = overview.counts
    rows = {"page": "visit_list", "query": {"as_of": g.as_of.isoformat()}}
    add = g.found.figure
    if due:
        add("visits.due", "应督导次数", due, unit="次", definition=DEFINITIONS["visits"], words=("应督导",), **rows)
        add("visits.done", "实际督导次数", done, unit="次", definition=DEFINITIONS["visits"], words=("实际督导",), **rows)
        add("visits.rate", "督导覆盖率", percent(done, due), "percent", definition=DEFINITIONS["visits"], words=("覆盖率",), **rows)
    rows = {"page": "finding_list", "query": {"as_of": g.as_of.isoformat()} | ({} if g.whole else {"pilot": g.pilots[0].code})}
    for part, words, said in (
        ("total", "累计发现问题数", ("累计发现问题", "共发现问题")),
        ("closed", "已销号问题数", ("已销号",)),
        ("open", "未销号问题数", ("未销号",)),
        ("overdue", "逾期未整改问题数", ("其中逾期",)),
    ):
        value = getattr(counts, part)
        add(f"findings.{part}", words, value, unit="个", definition=DEFINITIONS[part], count=value, words=said, **rows)
    if counts.total:
        add("findings.rate", "问题销号率", counts.rate, "percent", definition=DEFINITIONS["rate"], words=("销号率",), **rows)
    for aspect in Aspect:
        own = [f for f in findings if f.aspect == aspect]
        add(f"findings.{aspect.value}.total", f"{aspect.label}问题数", len(own), unit="个", **rows)
        add(f"findings.{aspect.value}.open", f"{aspect.label}未销号问题数", _still(own), unit="个", **rows)
    g.found.facts["visits_due"] = due
    g.found.facts["months"] = f"{months[0].label}至{months[-1].label}" if len(months) > 1 else months[0].label if months else ""
    g.found.facts["overdue"] = counts.overdue
    g.found.facts["open_by_aspect"] = {aspect.value: _still([f for f in findings if f.aspect == aspect]) for aspect in Aspect}
    _named(g, findings)
    _pilots_by_state(g, months)


def _still(findings: list[Finding]) -> int:
    return sum(f.status != FindingState.CLOSED for f in findings)


def _named(g: Gathering, findings: list[Finding]) -> None:
    """The overdue problems in words, and the titles of the open ones of each aspect."""
    overdue = [f for f in findings if f.light == Light.LATE]
    if overdue:
        said = "；".join(f"{_place(g, f)}{quoted(_title(f))}，应于{_short(f.due)}前整改" for f in overdue[:NAMED])
        more = f"；等{len(overdue)}个" if len(overdue) > NAMED else ""
        g.found.figure("findings.overdue.titles", "逾期未整改的问题", said + more, "text", definition=DEFINITIONS["overdue"])
    for aspect in Aspect:
        own = [f for f in findings if f.aspect == aspect and f.status != FindingState.CLOSED]
        if own:
            said = "、".join(f"{_place(g, f)}{quoted(_title(f))}" for f in own[:NAMED]) + (f"等{len(own)}个" if len(own) > NAMED else "")
            g.found.figure(f"findings.{aspect.value}.titles", f"{aspect.label}未销号的问题", said, "text", definition=DEFINITIONS["open"])


def _place(g: Gathering, finding: Finding) -> str:
    return finding.pilot.unit.short_name if g.whole else ""


def _title(finding: Finding) -> str:
    return finding.title.rstrip("。")


def _short(day: datetime.date) -> str:
    return f"{day.month}月{day.day}日"


def _of_pilot(g: Gathering, pilot: Pilot, still_open: list[Finding]) -> None:
    """What a pilot has to put right, with its deadlines: the text of 下一步建议."""
    g.found.facts.setdefault("open_findings", {})[pilot.code] = len(still_open)
    if not still_open:
        return
    by_day: dict[datetime.date, list[Finding]] = defaultdict(list)
    for finding in still_open:
        by_day[finding.due].append(finding)
    said = []
    for due, own in sorted(by_day.items())[:NAMED]:
        titles = "".join(quoted(_title(f)) for f in own[:NAMED]) + (f"等{len(own)}个" if len(own) > NAMED else "")
        said.append(f"立即完成{titles}整改（已逾期）" if due < g.as_of else f"{_dated(due)}前完成{titles}整改")
    words = "，".join(said)
    name = f"{pilot.unit.short_name}·待整改的问题和时限"
    g.found.figure(f"{pilot.code}.findings.due", name, words, "text", definition="未销号问题按时限先后，列前三个时限", pilot=pilot.code)


def _dated(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _pilots_by_state(g: Gathering, months: list[Month]) -> None:
    """11月末: which pilots are 正常, 预警, 逾期, in words."""
    if not g.whole or not months:
        return
    last, said = months[-1], []
    for state in ("ok", "warn", "late"):
        names = [p.unit.short_name for p in g.pilots if last.cells[p.pk].whole == state]
        if names:
            said.append("、".join(names) + ("均为" if len(names) > 1 and state == "ok" else "") + WORDS[state])
    if said:
        words = f"{last.end_words}{'，' if last.end_words.endswith('末') else ''}{'，'.join(said)}"
        g.found.figure("supervision.lights", "月末各试点状态", words, "text", definition="逾期＝有逾期未整改问题，预警＝有未销号问题")


# --- tables -------------------------------------------------------------------------------------------------------------------------

_LIGHTS = "灯色为月末状态：●正常，▲有未销号问题（预警），■有逾期未整改问题（逾期）"


def _light(cell, aspect: str) -> str | None:
    return SHAPES.get(cell.states.get(aspect, "")) or None


def _tb8(g: Gathering, months: list[Month]) -> Table:
    """督导情况统计表: for each month three lights and the number of problems found in it."""
    columns = [Column("试点单位", "text", 26)]
    for month in months:
        columns += [Column(short, "mark", 7.2, over=month.label) for _, short in ASPECTS]
        columns.append(Column("数", "int", 7.2, over=month.label))
    columns.append(Column("问题\n合计", "int", 13))
    rows, missed = [], []
    for pilot in g.pilots:
        cells = [month.cells[pilot.pk] for month in months]
        row: list = [pilot.unit.short_name]
        for month, cell in zip(months, cells, strict=True):
            row += [*(_light(cell, aspect.value) for aspect, _ in ASPECTS), cell.found if cell.states else None]
            if cell.visit is None and month.due <= g.as_of:
                missed.append(f"{pilot.unit.short_name}{month.label}")
        rows.append((*row, sum(cell.found for cell in cells)))
    total: list = [None]
    for month in months:
        total += [f"督导{month.visits}次", None, None, month.found]
    notes = ["项＝项目实施，资＝资金使用，档＝档案资料，数＝当月发现问题数。", f"{_LIGHTS}。"]
    if missed:
        notes.append(f"未督导：{'、'.join(missed)}。")
    return Table(
        code="TB8",
        number="",
        title="督导情况统计表",
        unit="单位：个",
        columns=tuple(columns),
        groups=(Group("", tuple(rows)),),
        total=(*total, sum(month.found for month in months)),
        notes=tuple(notes),
        landscape=len(months) >= LANDSCAPE_FROM,
    )


def _tb8_by_month(g: Gathering, months: list[Month]) -> Table:
    """The same for one pilot, a row per month."""
    pilot, flows = g.pilots[0], {flow.month: flow for flow in findings_by_month(g.pilots, g.as_of)}
    rows = []
    for month in months:
        cell, flow = month.cells[pilot.pk], flows.get(month.first)
        lights = (_light(cell, aspect.value) for aspect, _ in ASPECTS)
        rows.append(
            (month.label, cell.visit.visited_on if cell.visit else None, *lights, cell.found, flow.closed if flow else 0, cell.open)
        )
    return Table(
        code="TB8",
        number="",
        title="督导情况统计表",
        unit="单位：个",
        columns=(
            Column("月份", "code", 16),
            Column("督导日期", "date", 26),
            *(Column(aspect.label, "mark", 20) for aspect, _ in ASPECTS),
            *(Column(title, "int", 18) for title in ("当月发现", "当月销号", "月末未销号")),
        ),
        groups=(Group("", tuple(rows)),),
        notes=(f"{_LIGHTS}。",),
    )


def _summary(g: Gathering) -> str:
    """累计发现30个、已销号23个、未销号7个（其中逾期2个），销号率76.7%."""
    said = {part: g.found.figures[f"findings.{part}"]["text"] for part in ("total", "closed", "open", "overdue", "rate")}
    return f"累计发现{said['total']}个、已销号{said['closed']}个、未销号{said['open']}个（其中逾期{said['overdue']}个），销号率{said['rate']}。"


def in_cell(text: str) -> str | None:
    """A sentence as it stands in a cell: without its full stop, unless it is one of several."""
    return (text.rstrip("。") if text.count("。") == 1 else text) or None


def finding_table(findings: list[Finding], code: str, title: str, as_of: datetime.date, summary: str = "") -> Table:
    """问题整改台账 on a landscape page; days without their year where all are of one."""
    years = {day.year for f in findings for day in (f.found_on, f.due, f.closed_day) if day}
    one_year = len(years) == 1

    def day(value: datetime.date | None) -> str | None:
        return None if value is None else _short(value) if one_year else value.isoformat()

    rows = tuple(
        (
            *(i, f.pilot.unit.short_name, f.get_aspect_display(), in_cell(f.title), day(f.found_on), in_cell(f.requirement)),
            *(
                f.unit.short_name,
                f.person or None,
                day(f.due),
                in_cell(f.rectified) or f.state_word,
                "督导组",
                day(f.closed_day),
                mark_of(f),
            ),
        )
        for i, f in enumerate(findings, 1)
    )
    dates = f"发现日期、整改时限、销号日期均为{years.pop()}年；" if one_year else ""
    return Table(
        code=code,
        number="",
        title=title,
        unit="单位：个",
        columns=(
            Column("序号", "code", 7),
            Column("试点单位", "text", 19),
            Column("方面", "code", 9),
            Column("问题", "text", 28),
            Column("发现日期", "code", 16),
            Column("整改措施", "text", 31),
            Column("责任单位", "text", 19),
            Column("责任人", "code", 12 if any(f.person for f in findings) else 10.5),
            Column("整改时限", "code", 16),
            Column("整改情况", "text", 25),
            Column("复核人", "code", 12.5),
            Column("销号日期", "code", 16 if any(f.closed_day for f in findings) else 11),
            Column("灯色", "mark", 16),
        ),
        groups=(Group("", rows),),
        notes=(f"{dates}复核人只列督导组。{summary}",),
        landscape=True,
        dense=True,
    )


def mark_of(finding: Finding) -> str:
    """▲预警 of one finding; 正常 where it is closed."""
    return {Light.OK: "●销号", Light.WARN: "▲预警", Light.LATE: "■逾期", Light.NONE: "○未到期"}[finding.light]


# --- charts -------------------------------------------------------------------------------------------------------------------------


def _ch3(g: Gathering) -> MonthBars:
    """月度问题数与销号."""
    flows = findings_by_month(g.pilots, g.as_of)
    last = flows[-1]
    more = [flow for flow in flows if flow.closed >= flow.found + flow.reopened]
    end = f"{last.month.month}月末未销号问题{'仍有' if last.open else '为'}{last.open}个"
    since = next((f for i, f in enumerate(flows) if all(x in more for x in flows[i:])), None)
    head = f"{since.month.month}月起销号不少于新增，" if since and len(flows) - flows.index(since) > 1 else ""
    return MonthBars(
        code="CH3",
        number="",
        finding=f"{head}{end}",
        months=tuple(MonthCounts(f"{flow.month.month}月", flow.found, flow.closed, flow.open) for flow in flows),
    )


def _ch5(g: Gathering, months: list[Month]) -> HeatMap:
    """督导灯色热力: every month of the plan, those to come hollow."""
    future = len(supervision_months()) - len(months)
    rows = [HeatRow(p.unit.short_name, (*(_heat(m, p, g.as_of) for m in months), *_hollow(future))) for p in g.pilots]
    whole = "六个试点合计" if len(g.pilots) == 6 else "试点合计"
    rows.append(HeatRow(whole, (*(_heat_total(m) for m in months), *_hollow(future)), True))
    columns = tuple(f"{first.month}月" for first, _ in supervision_months())
    return HeatMap("CH5", "", _heat_finding(g, months), columns, tuple(rows), len(months))


def _hollow(count: int) -> tuple[HeatCell, ...]:
    return (HeatCell("none", "未到期"),) * count


def _heat(month: Month, pilot: Pilot, as_of: datetime.date) -> HeatCell:
    cell = month.cells[pilot.pk]
    if not cell.states:
        return HeatCell("", "未督导" if month.due <= as_of else "待督导")
    return HeatCell(cell.whole, WORDS[cell.whole], cell.open or None)


def _heat_total(month: Month) -> HeatCell:
    states = {cell.whole for cell in month.cells.values()}
    worst = next((state for state in ("late", "warn", "ok") if state in states), "")
    return HeatCell(worst, WORDS.get(worst, "未督导"), sum(cell.open for cell in month.cells.values()) or None)


def _heat_finding(g: Gathering, months: list[Month]) -> str:
    """Since when and where there are overdue problems; else how many pilots have open ones."""
    last = months[-1]
    end = last.end_words.rstrip("，")
    late = [p.unit.short_name for p in g.pilots if last.cells[p.pk].whole == "late"]
    first = next((m for m in months if any(c.whole == "late" for c in m.cells.values())), None)
    if late and first:
        since = f"逾期灯自{first.label}起出现，" if first is not last else ""
        where = "、".join(late) if len(late) <= 2 else f"{late[0]}等{len(late)}个试点"
        return f"{since}{end}集中在{where}"
    open_ = sum(bool(c.open) for c in last.cells.values())
    return f"{end}没有逾期问题，{open_}个试点有未销号问题" if open_ else f"{end}各试点问题均已销号"
