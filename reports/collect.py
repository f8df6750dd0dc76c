"""Collectors shared by the kinds: each asks the query function the pages ask, so a figure has one source."""

import datetime
import hashlib
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from accounts.models import Unit, UnitKind
from communities import queries as activities
from communities.models import ActivityPhoto
from pilots.metrics import Standing
from pilots.models import ActivityCategory, Obligation, ObligationKind, Phase, Pilot, Programme, Task
from pilots.queries import Completeness, Progress, evidence_completeness, implementation_phase, progress_of, time_progress
from pilots.states import Measured, TaskState, percent, task_states
from reports.document import Bar, Column, Group, StackedBars, Table
from reports.models import Report
from reports.outline import numbers, numeral
from reports.snapshot import Collected, figure_text

FAR_BEHIND = 20
"""Percentage points behind 序时进度 from which a pilot is 需重点推进; the warning line of the charts."""
PHOTOS_COUNTY, PHOTOS_PILOT = 2, 8
_INNER_QUOTES = str.maketrans("“”", "‘’")
DEFINITIONS = {
    "done": "指标达标、佐证材料通过、已审核确认，三样齐备",
    "doing": "已有记录、材料或指标数据，尚未全部完成；含待审核的",
    "todo": "截至数据日期没有任何记录",
    "late": "过了方案期限仍未完成",
    "rate": "完成率＝已完成÷任务数，一位小数，四舍五入",
    "time": "序时进度＝具体实施阶段已过天数÷阶段总天数，首日和当日都计入",
    "required": "每项任务要求的每类佐证材料各计一类；不含办公室自办和县级以外程序",
    "evidence": "齐全率＝已通过÷应有类数；待审核的不计入已通过",
    "activities": "截至数据日期已举办并审核通过的活动，一场只计一次",
}


class Gathering:
    """One collection for one report: what is read once and used by several figures and tables."""

    def __init__(self, report: Report) -> None:
        from reports.kinds import KINDS

        self.report, self.kind, self.as_of = report, KINDS[report.kind], report.as_of
        wanted = Pilot.objects.select_related("unit", "unit__parent", "accountable", "type", "programme")
        self.pilots = list(wanted.filter(pk=report.pilot_id) if report.pilot_id else wanted)
        self.programme: Programme = self.pilots[0].programme
        self.phase: Phase | None = implementation_phase(self.programme)
        self.time = time_progress(self.phase, self.as_of)
        self.tasks = list(
            Task.objects.filter(pilot__in=self.pilots, obligation__external=False, obligation__kind=ObligationKind.PILOT_TASK)
            .select_related("obligation", "pilot")
            .order_by("pilot__order", "obligation__order")
        )
        self.states = task_states(self.tasks, self.as_of)
        self.progress = {p.pk: progress_of(self.states[t.pk] for t in self.tasks if t.pilot_id == p.pk) for p in self.pilots}
        self.total = sum(self.progress.values(), Progress())
        self.evidence = evidence_completeness(self.pilots, self.as_of)
        self.tallies = activities.tallies(self.pilots, self.as_of)
        self.categories = {c.code: c.name for c in ActivityCategory.objects.all()}
        self.found = Collected(report.kind, self.pilots[0].code if report.pilot_id else None, self.as_of)

    def rows(self, **query) -> dict:
        """Address of the task list behind a figure: same day, same pilot."""
        if self.report.pilot_id:
            query.setdefault("pilot", self.pilots[0].code)
        return {"page": "task_list", "query": {**query, "as_of": self.as_of.isoformat()}}

    def tally(self, pilot: Pilot) -> activities.Tally:
        return sum((t for (p, _), t in self.tallies.items() if p == pilot.pk), activities.Tally())

    def kinds_of(self, pilot: Pilot) -> list[str]:
        """Names of the categories a pilot held activities in, the most frequent first."""
        own = [(-t.sessions, code) for (p, code), t in self.tallies.items() if p == pilot.pk]
        return [self.categories[code] for _, code in sorted(own)]

    def behind(self, progress: Progress) -> Decimal:
        """Percentage points behind 序时进度; negative when ahead."""
        return self.time - progress.rate

    def open_titles(self, pilot: Pilot) -> list[str]:
        """Short titles of unfinished tasks: late ones first, then those nobody has begun."""
        order = {"未开始": 0, "进行中": 1, "待审核": 2}
        own = [(t, self.states[t.pk]) for t in self.tasks if t.pilot_id == pilot.pk and not self.states[t.pk].done]
        own.sort(key=lambda pair: (not pair[1].late, order[pair[1].status], pair[0].obligation.order))
        return [task.obligation.title for task, _ in own]


def collect(report: Report) -> Collected:
    """Every figure, table, chart and photo of a report at its as-of day. Call inside `one_moment()`."""
    gathering = Gathering(report)
    _facts(gathering)
    _task_figures(gathering)
    _evidence_figures(gathering)
    _activity_figures(gathering)
    _indicator_figures(gathering)
    found = gathering.found
    found.tables["TB1"] = _tb1_by_sentence(gathering) if report.pilot_id else _tb1(gathering)
    found.tables["TB2"] = _tb2(gathering)
    found.tables["TB7"] = _tb7(gathering)
    if gathering.tallies:
        found.tables["TB11"] = _tb11_by_category(gathering) if report.pilot_id else _tb11(gathering)
    if not report.pilot_id:
        found.charts["CH1"] = _ch1(gathering)
    found.photos = _photos(gathering)
    for code, number in numbers(gathering.kind, found.plain()).items():
        found.figure(f"ref.{code}", f"{code}的编号", number, "text")
    return found


# --- facts and figures --------------------------------------------------------------------------------------------------------------


def _facts(g: Gathering) -> None:
    """What the plan says: names, basis, the office; and which groups the pilots fall into."""
    programme = g.programme
    office = Unit.objects.filter(kind=UnitKind.OFFICE).order_by("order", "id").first()
    newest = programme.basis_documents[-1] if programme.basis_documents else {}
    near = [p for p in g.pilots if 0 < g.behind(g.progress[p.pk]) < FAR_BEHIND]
    focus = [p for p in g.pilots if g.behind(g.progress[p.pk]) >= FAR_BEHIND]
    ahead = [p for p in g.pilots if g.behind(g.progress[p.pk]) <= 0]
    g.found.facts = {
        "programme": programme.name,
        "plan_title": programme.title,
        "county": programme.county,
        "batch": programme.batch,
        "issuer": f"{programme.county}{programme.short_name}工作{office.name if office else '领导小组办公室'}",
        "basis_number": newest.get("number") or "",
        "coordination": "县级统筹、部门协同、镇级主抓、社区配合",
        "pilot_name": g.pilots[0].unit.short_name if g.report.pilot_id else "",
        "time_sentence": _time_sentence(g),
        "late": g.total.late,
        "behind": g.behind(g.total) > 0,
        "activities": sum(t.sessions for t in g.tallies.values()),
        "evidence_missing": sum(g.evidence.values(), Completeness()).missing,
        "groups": {name: [p.code for p in group] for name, group in (("ahead", ahead), ("near", near), ("focus", focus))},
        "pilots": [
            {
                "code": p.code,
                "name": p.unit.short_name,
                "type": p.type.name,
                "parent": p.unit.parent.short_name if p.unit.parent_id else "",
                "activities": g.tally(p).sessions,
                "open": len(g.open_titles(p)),
            }
            for p in g.pilots
        ],
    }
    g.found.figure("as_of", "数据截止日期", g.as_of, "day", definition="报告里的数字都算到这一天")
    g.found.figure("due", "试点期限", programme.due, "day", definition="方案二、四（三）")
    count = numeral(len(g.pilots)) if len(g.pilots) <= 10 else str(len(g.pilots))
    g.found.figure("pilots.count", "试点单位数", count, "text", "个", definition="方案三，普安街道和五个社区")
    for key, group, words in (("ahead", ahead, "进度较快的试点"), ("near", near, "需加快的试点"), ("focus", focus, "需重点推进的试点")):
        if group and not g.report.pilot_id:
            definition = f"按任务完成率与序时进度 {g.time}% 比较，滞后 {FAR_BEHIND} 个百分点以上为需重点推进"
            g.found.figure(f"pilots.{key}", words, "、".join(p.unit.short_name for p in group), "text", definition=definition)
            rates = "、".join(f"{p.unit.short_name}（{figure_text(g.progress[p.pk].rate, 'percent')}）" for p in group)
            g.found.figure(f"pilots.{key}.rates", f"{words}及完成率", rates, "text", definition=definition)


def _time_sentence(g: Gathering) -> str:
    """具体实施阶段 with its days, as of the day of the figures."""
    if g.phase is None or g.phase.start is None:
        return "数据截至报告所载日期"
    days = (g.phase.due - g.phase.start).days + 1
    gone = min(max((g.as_of - g.phase.start).days + 1, 0), days)
    return f"{g.phase.name}自{_day(g.phase.start)}起算，至{_day(g.phase.due)}止，共{days}天，已过{gone}天"


def _day(day: datetime.date) -> str:
    return figure_text(day, "day")


def _standing_words(behind: Decimal) -> str:
    """滞后于序时进度6.5个百分点, 快于序时进度2.5个百分点, 与序时进度持平."""
    if behind == 0:
        return "与序时进度持平"
    return f"{'滞后于' if behind > 0 else '快于'}序时进度{abs(behind)}个百分点"


def _task_figures(g: Gathering) -> None:
    g.found.figure("time.rate", "序时进度", g.time, "percent", definition=DEFINITIONS["time"], words=("序时进度",))
    _progress_figures(g, "", "", g.total)
    if not g.report.pilot_id:
        for pilot in g.pilots:
            _progress_figures(g, f"{pilot.code}.", f"{pilot.unit.short_name}·", g.progress[pilot.pk], pilot.code)
    for pilot in g.pilots:
        titles = g.open_titles(pilot)
        if titles:
            key, name = (f"{pilot.code}.open.titles", f"{pilot.unit.short_name}·待推进的任务")
            shown = "".join(f"“{title.translate(_INNER_QUOTES)}”" for title in titles[:3])
            g.found.figure(
                key, name, shown, "text", definition="未完成的任务中逾期的、未开始的在前，列前三项", count=len(titles), pilot=pilot.code
            )


def _progress_figures(g: Gathering, key: str, name: str, progress: Progress, pilot: str = "") -> None:
    of_pilot = {"pilot": pilot} if pilot else {}

    def add(part: str, words: str, value, said: tuple[str, ...], definition: str, fmt: str = "int", **query) -> None:
        whole = isinstance(value, int) and not (part == "doing" and progress.submitted)
        g.found.figure(
            f"{key}tasks.{part}",
            f"{name}{words}",
            value,
            fmt,
            "项" if fmt == "int" else "",
            definition=definition,
            count=value if whole else None,
            words=said,
            pilot=pilot,
            **g.rows(**of_pilot, **query),
        )

    doing = {"state": "未完成" if progress.submitted else "进行中"}
    add("total", "试点任务数", progress.total, ("承担任务", "任务数"), "方案三明确的试点任务，实施步骤和保障措施另计")
    add("done", "已完成任务数", progress.done, ("已完成", "完成任务"), DEFINITIONS["done"], state="已完成")
    add("doing", "进行中任务数", progress.in_progress, ("进行中",), DEFINITIONS["doing"], **doing)
    add("todo", "未开始任务数", progress.not_started, ("未开始",), DEFINITIONS["todo"], state="未开始")
    add("open", "未完成任务数", progress.total - progress.done, ("未完成",), "任务数减已完成", state="未完成")
    add("late", "逾期任务数", progress.late, ("逾期",), DEFINITIONS["late"], light="late")
    add("rate", "任务完成率", progress.rate, ("完成率",), DEFINITIONS["rate"], "percent")
    add("standing", "与序时进度比较", _standing_words(g.behind(progress)), (), f"完成率减序时进度 {g.time}%", "text")


def _evidence_figures(g: Gathering) -> None:
    total = sum(g.evidence.values(), Completeness())
    rows = {"page": "evidence_list", "query": {"pilot": g.pilots[0].code} if g.report.pilot_id else {}}
    for part, words, value, said in (
        ("required", "应有材料类数", total.required, ("应有佐证材料", "应有")),
        ("approved", "已通过材料类数", total.approved, ("已通过",)),
        ("pending", "待审材料类数", total.waiting, ("待审",)),
        ("missing", "缺项材料类数", total.missing, ("缺项",)),
    ):
        definition = DEFINITIONS["required"] if part == "required" else DEFINITIONS["evidence"]
        g.found.figure(f"evidence.{part}", words, value, "int", "类", definition=definition, count=value, words=said, **rows)
    g.found.figure(
        "evidence.rate",
        "档案资料齐全率",
        total.rate,
        "percent",
        definition=DEFINITIONS["evidence"],
        count=total.approved,
        words=("齐全率",),
        **rows,
    )
    rated = [(c.rate, p) for p in g.pilots if (c := g.evidence[p.pk]).rate is not None]
    g.found.facts["evidence_weakest"] = len({rate for rate, _ in rated}) > 1
    if g.found.facts["evidence_weakest"]:
        lowest = min(rate for rate, _ in rated)
        names = "、".join(p.unit.short_name for rate, p in rated if rate == lowest)
        g.found.figure(
            "evidence.weakest",
            "齐全率最低的试点",
            f"{names}（{figure_text(lowest, 'percent')}）",
            "text",
            definition=DEFINITIONS["evidence"],
        )


def _activity_figures(g: Gathering) -> None:
    total = sum(g.tallies.values(), activities.Tally())
    _tally_figures(g, "", "", total)
    for pilot in g.pilots:
        if not g.report.pilot_id:
            _tally_figures(g, f"{pilot.code}.", f"{pilot.unit.short_name}·", g.tally(pilot), pilot.code)
        kinds = g.kinds_of(pilot)
        if kinds:
            name = f"{pilot.unit.short_name}·主要活动类别"
            definition = "按场次由多到少，列前四类"
            g.found.figure(f"{pilot.code}.activities.kinds", name, "、".join(kinds[:4]), "text", definition=definition, pilot=pilot.code)


def _tally_figures(g: Gathering, key: str, name: str, tally: activities.Tally, pilot: str = "") -> None:
    query = {"counted": "1", "as_of": g.as_of.isoformat()}
    if pilot or g.report.pilot_id:
        query["pilot"] = pilot or g.pilots[0].code
    more = {"definition": DEFINITIONS["activities"], "page": "activity_list", "query": query, "count": tally.sessions, "pilot": pilot}
    g.found.figure(f"{key}activities.count", f"{name}活动场次", tally.sessions, "int", "场", words=("开展活动", "活动"), **more)
    g.found.figure(f"{key}activities.participants", f"{name}活动参加人次", tally.participants, "int", "人次", words=("参加",), **more)
    g.found.figure(
        f"{key}activities.volunteers", f"{name}志愿者服务人次", tally.volunteers, "int", "人次", words=("志愿者服务", "志愿者"), **more
    )


def _indicator_figures(g: Gathering) -> None:
    """Reached / targets fixed; 建议 targets are outside both numbers."""
    measured = [m for task in g.tasks for m in g.states[task.pk].measures]
    judged = [m for m in measured if m.judged and m.standing in (Standing.MET, Standing.NOT_MET, Standing.UNREGISTERED)]
    met = sum(m.standing == Standing.MET for m in judged)
    pending = sum(m.standing == Standing.PENDING for m in measured)
    definition = "目标来源为方案、试点方案、推导的指标；目标待核定的不判"
    g.found.facts |= {"indicators_judged": len(judged), "indicators_pending": pending}
    g.found.figure("indicators.judged", "可判断的指标数", len(judged), "int", "项", definition=definition)
    g.found.figure("indicators.met", "已达标指标数", met, "int", "项", definition=definition, words=("已达标",))
    g.found.figure("indicators.rate", "指标达标率", percent(met, len(judged)), "percent", definition=definition, words=("达标率",))
    g.found.figure("indicators.pending", "目标待核定的指标数", pending, "int", "项", definition="目标来源为建议，方案没有明确这个数")


# --- tables -------------------------------------------------------------------------------------------------------------------------

_COUNTS = (
    Column("任务数", "int", 14),
    Column("已完成", "int", 14),
    Column("进行中", "int", 14),
    Column("未开始", "int", 14),
    Column("逾期", "int", 11),
)


def _counts(progress: Progress) -> tuple:
    return (progress.total, progress.done, progress.in_progress, progress.not_started, progress.late, progress.rate)


def _tb1_notes(g: Gathering) -> tuple[str, ...]:
    waiting = f"进行中含待审核{g.total.submitted}项；" if g.total.submitted else ""
    return (f"{waiting}完成率＝已完成÷任务数；序时进度{g.time}%。",)


def _tb1(g: Gathering) -> Table:
    """试点任务完成情况汇总表, a row per pilot."""
    rows = tuple((i, p.unit.short_name, p.type.name, *_counts(g.progress[p.pk])) for i, p in enumerate(g.pilots, 1))
    return Table(
        code="TB1",
        number="",
        title="试点任务完成情况汇总表",
        unit="单位：项",
        columns=(
            Column("序号", "code", 11),
            Column("试点单位", "text", 26),
            Column("试点类型", "text", 36),
            *_COUNTS,
            Column("完成率", "percent", 16),
        ),
        groups=(Group("", rows),),
        total=(None, None, None, *_counts(g.total)),
        notes=_tb1_notes(g),
    )


def _tb1_by_sentence(g: Gathering) -> Table:
    """The same for one pilot, a row per sentence of the plan."""
    by_sentence: dict[str, list[TaskState]] = defaultdict(list)
    for task in g.tasks:
        by_sentence[task.obligation.sentence].append(g.states[task.pk])
    rows = tuple((i, sentence, *_counts(progress_of(states))) for i, (sentence, states) in enumerate(by_sentence.items(), 1))
    return Table(
        code="TB1",
        number="",
        title="试点任务完成情况表（按方案逐句）",
        unit="单位：项",
        columns=(Column("序号", "code", 16), Column("方案条款", "text", 53), *_COUNTS, Column("完成率", "percent", 20)),
        groups=(Group("", rows),),
        total=(None, None, *_counts(g.total)),
        notes=_tb1_notes(g),
    )


def _tb2(g: Gathering) -> Table:
    """试点任务对照表: every task with its indicators, pilot by pilot."""
    groups = []
    for pilot in g.pilots:
        rows: list[tuple] = []
        for task in (t for t in g.tasks if t.pilot_id == pilot.pk):
            rows += _tb2_rows(task.obligation, g.states[task.pk])
        groups.append(Group(f"{pilot.clause}{pilot.type.name}试点（{pilot.unit.short_name}）", tuple(rows)))
    return Table(
        code="TB2",
        number="",
        title="试点任务对照表" if not g.report.pilot_id else f"{g.pilots[0].unit.short_name}试点任务对照表",
        unit="单位：份（佐证材料）",
        columns=(
            Column("编号", "code", 14),
            Column("条款", "code", 11),
            Column("任务", "text", 39),
            Column("指标", "text", 36),
            Column("目标值", "code", 16),
            Column("实际值", "code", 14),
            Column("达标", "code", 13),
            Column("佐证材料", "code", 13),
        ),
        groups=tuple(groups),
        notes=(
            "佐证材料为已通过的类数，“/”后为应有类数；目标值后无符号的为是或否。",
            "待核定：方案没有明确这个数，只列实际值，不作判断。未登记：本系统尚无这类登记册。",
        ),
        dense=True,
    )


def _tb2_rows(obligation: Obligation, state: TaskState) -> list[tuple]:
    sentence = f"句{obligation.sentence.rpartition('-')[2]}" if "-" in obligation.sentence else obligation.sentence
    files = f"{state.approved_slots}/{len(state.slots)}" if state.slots else None
    if not state.measures:
        return [(obligation.code, sentence, obligation.title, None, None, None, None, files)]
    rows = []
    for measured in state.measures:
        judged = (measured.indicator.metric.name, _target(measured), _actual(measured), _met(measured))
        rows.append((obligation.code, sentence, obligation.title, *judged, files))
    return rows


def _quantity(value: Decimal, measured: Measured) -> str:
    """A value with its unit: 3家, 33.3%, 是, 1.50万元."""
    metric = measured.indicator.metric
    if metric.value_type == metric.ValueType.BOOL:
        return "是" if value else "否"
    if metric.value_type == metric.ValueType.PERCENT:
        return figure_text(value, "percent") if value % 1 else f"{int(value)}%"
    if metric.value_type == metric.ValueType.MONEY:
        return f"{figure_text(value, 'wan')}万元" if value else "0元"
    return f"{int(value):,}{metric.unit}"


def _target(measured: Measured) -> str:
    if not measured.judged:
        return "待核定"
    metric = measured.indicator.metric
    sign = "" if metric.value_type == metric.ValueType.BOOL else measured.indicator.get_comparator_display()
    return f"{sign}{_quantity(measured.indicator.target, measured)}"


def _actual(measured: Measured) -> str:
    figure = measured.figure
    return _quantity(figure.value, measured) if figure.known and figure.value is not None else str(figure.state)


def _met(measured: Measured) -> str:
    return {Standing.MET: "是", Standing.NOT_MET: "否", Standing.PENDING: "待核定", Standing.UNREGISTERED: "未登记"}.get(
        measured.standing, "—"
    )


def _tb7(g: Gathering) -> Table:
    """档案齐全情况表."""

    def cells(c: Completeness) -> tuple:
        return (c.required, c.approved, c.waiting, c.missing, c.rate)

    rows = tuple((i, p.unit.short_name, *cells(g.evidence[p.pk])) for i, p in enumerate(g.pilots, 1))
    return Table(
        code="TB7",
        number="",
        title="档案资料齐全情况表",
        unit="单位：类",
        columns=(
            Column("序号", "code", 14),
            Column("试点单位", "text", 42),
            Column("应有类数", "int", 20),
            Column("已通过", "int", 20),
            Column("待审", "int", 20),
            Column("缺项", "int", 20),
            Column("齐全率", "percent", 20),
        ),
        groups=(Group("", rows),),
        total=(None, None, *cells(sum(g.evidence.values(), Completeness()))) if len(g.pilots) > 1 else None,
        notes=("齐全率＝已通过÷应有类数，待审的佐证材料不计入已通过。",),
    )


def _tb11(g: Gathering) -> Table:
    """活动与服务统计表, a row per pilot with what it mostly does."""
    rows = []
    for i, pilot in enumerate(g.pilots, 1):
        tally, kinds = g.tally(pilot), g.kinds_of(pilot)
        more = f"等{len(kinds)}类" if len(kinds) > 3 else ""
        shown = "、".join(kinds[:3]) + more if kinds else None
        rows.append((i, pilot.unit.short_name, shown, tally.sessions, tally.participants, tally.volunteers))
    total = sum(g.tallies.values(), activities.Tally())
    return Table(
        code="TB11",
        number="",
        title="活动与服务统计表",
        unit="单位：场、人次",
        columns=(
            Column("序号", "code", 12),
            Column("试点单位", "text", 28),
            Column("主要活动类别", "text", 56),
            Column("活动场次", "int", 18),
            Column("参加人次", "int", 20),
            Column("志愿者人次", "int", 22),
        ),
        groups=(Group("", tuple(rows)),),
        total=(None, None, None, total.sessions, total.participants, total.volunteers),
        notes=("只统计截至数据日期已举办并审核通过的活动，一场只计一次。",),
    )


def _tb11_by_category(g: Gathering) -> Table:
    """The same for one pilot, a row per category."""
    found = sorted(g.tallies.items(), key=lambda item: (-item[1].sessions, item[0][1]))
    rows = tuple((i, g.categories[code], t.sessions, t.participants, t.volunteers) for i, ((_, code), t) in enumerate(found, 1))
    total = sum(g.tallies.values(), activities.Tally())
    return Table(
        code="TB11",
        number="",
        title="活动与服务统计表",
        unit="单位：场、人次",
        columns=(
            Column("序号", "code", 16),
            Column("活动类别", "text", 64),
            Column("活动场次", "int", 24),
            Column("参加人次", "int", 26),
            Column("志愿者人次", "int", 26),
        ),
        groups=(Group("", rows),),
        total=(None, None, total.sessions, total.participants, total.volunteers),
        notes=("只统计截至数据日期已举办并审核通过的活动，一场只计一次。",),
    )


# --- chart, photos ------------------------------------------------------------------------------------------------------------------


def _ch1(g: Gathering) -> StackedBars:
    """任务完成率柱状, with a caption computed from the same figures."""

    def bar(name: str, p: Progress, total: bool = False) -> Bar:
        return Bar(name, (p.done, p.in_progress, p.not_started), p.rate, total)

    bars = [bar(p.unit.short_name, g.progress[p.pk]) for p in g.pilots]
    whole = "六个试点合计" if len(g.pilots) == 6 else "试点合计"
    return StackedBars(
        code="CH1",
        number="",
        finding=finding_of_rates([(p.unit.short_name, g.progress[p.pk].rate) for p in g.pilots]),
        series=("已完成", "进行中", "未开始"),
        bars=(*bars, bar(whole, g.total, True)),
        time_mark=g.time,
    )


def finding_of_rates(rates: list[tuple[str, Decimal]]) -> str:
    """What the chart shows, in one sentence: the highest and the lowest rate; equal ones are named together."""
    high, low = max(rate for _, rate in rates), min(rate for _, rate in rates)
    if high == low:
        return f"各试点任务完成率均为{figure_text(high, 'percent')}"

    def names(of: Decimal) -> str:
        found = [name for name, rate in rates if rate == of]
        return "、".join(found) if len(found) <= 2 else f"{found[0]}等{len(found)}个试点"

    return f"任务完成率以{names(high)}{figure_text(high, 'percent')}最高，{names(low)}{figure_text(low, 'percent')}最低"


def _photos(g: Gathering) -> list[dict]:
    """Photos of counted activities, one of each activity, the latest first; in pairs, grouped by pilot."""
    most = PHOTOS_PILOT if g.report.pilot_id else PHOTOS_COUNTY
    chosen: dict[int, dict[int, ActivityPhoto]] = {pilot.pk: {} for pilot in g.pilots}
    order = {ActivityPhoto.Kind.PROCESS: 0, ActivityPhoto.Kind.SCENE: 1}
    for photo in activities.photos_for_report(g.pilots, g.as_of):
        of_pilot = chosen[photo.activity.pilot_id]
        kept = of_pilot.get(photo.activity_id)
        if kept is None or order.get(photo.kind, 2) < order.get(kept.kind, 2):
            of_pilot[photo.activity_id] = photo
    groups = []
    for pilot in g.pilots:
        latest = sorted(chosen[pilot.pk].values(), key=lambda photo: (photo.activity.day, photo.activity_id), reverse=True)[:most]
        photos = [found for photo in reversed(latest) if (found := _photo(photo, g.report.sample))]
        if photos:
            groups.append({"title": f"{pilot.unit.short_name}活动现场", "photos": photos})
    return groups


def _photo(photo: ActivityPhoto, sample: bool) -> dict | None:
    """A photo by file and checksum; one whose file is missing is left out."""
    path = Path(settings.MEDIA_ROOT) / photo.file.path
    if not path.is_file():
        return None
    what = f"{photo.activity.title}，{_day(photo.activity.day)}"
    return {
        "file": photo.file_id,
        "path": photo.file.path,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "caption": f"示例照片　{what}" if sample else what,
        "alt": f"{photo.activity.pilot.unit.short_name}{photo.activity.title}的{photo.get_kind_display()}照片",
    }
