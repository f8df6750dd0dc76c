"""Tasks and their indicators: figures, TB1, TB2 and CH1."""

from collections import defaultdict
from decimal import Decimal

from accounts.plaintext import quoted
from pilots.metrics import Standing
from pilots.models import Obligation
from pilots.queries import Progress, progress_of
from pilots.states import Measured, TaskState, percent
from reports.collect.gathering import Gathering
from reports.document import Bar, Column, Group, StackedBars, Table
from reports.snapshot import figure_text

DEFINITIONS = {
    "done": "指标达标、佐证材料通过、已审核确认，三样齐备",
    "doing": "已有记录、材料或指标数据，尚未全部完成；含待审核的",
    "todo": "截至数据日期没有任何记录",
    "late": "过了方案期限仍未完成",
    "rate": "完成率＝已完成÷任务数，一位小数，四舍五入",
    "time": "序时进度＝具体实施阶段已过天数÷阶段总天数，首日和当日都计入",
}


def add_tasks(g: Gathering) -> None:
    """Figures of tasks and indicators, TB1 and TB2, and CH1 in the county's report."""
    _task_figures(g)
    _indicator_figures(g)
    g.found.tables["TB1"] = _tb1(g) if g.whole else _tb1_by_sentence(g)
    g.found.tables["TB2"] = _tb2(g)
    if g.whole:
        g.found.charts["CH1"] = _ch1(g)


def standing_words(behind: Decimal) -> str:
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
            shown = "".join(quoted(title) for title in titles[:3])
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
    add("standing", "与序时进度比较", standing_words(g.behind(progress)), (), f"完成率减序时进度 {g.time}%", "text")


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
            Column("序号", "code", 10),
            Column("试点单位", "text", 23),
            Column("试点类型", "text", 40),
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
    """试点任务对照表: a row for every task, its indicators line by line, pilot by pilot."""
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
            Column("编号", "code", 13),
            Column("条款", "code", 10),
            Column("任务", "text", 39),
            Column("指标", "text", 37),
            Column("目标值", "code", 16),
            Column("实际值", "code", 17),
            Column("达标", "code", 13),
            Column("佐证材料", "code", 11),
        ),
        groups=tuple(groups),
        notes=(
            "佐证材料为已通过的类数，“/”后为应有类数；目标值后无符号的为是或否。",
            "待核定：方案没有明确这个数，只列实际值，不作判断。未登记：本系统尚无这类登记册。",
        ),
        dense=True,
    )


ONE_LINE = 10
"""Characters that the column of indicators holds in one line."""


def _tb2_rows(obligation: Obligation, state: TaskState) -> list[tuple]:
    sentence = f"句{obligation.sentence.rpartition('-')[2]}" if "-" in obligation.sentence else obligation.sentence
    files = f"{state.approved_slots}/{len(state.slots)}" if state.slots else None
    if not state.measures:
        return [(obligation.code, sentence, obligation.title, None, None, None, None, files)]
    judged = [(measured.indicator.metric.name, _target(measured), _actual(measured), _met(measured)) for measured in state.measures]
    if all(len(name) <= ONE_LINE and len(target) <= ONE_LINE - 3 and len(actual) <= ONE_LINE - 3 for name, target, actual, _met in judged):
        judged = [tuple("\n".join(column) for column in zip(*judged, strict=True))]
    return [(obligation.code, sentence, obligation.title, *one, files) for one in judged]


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
