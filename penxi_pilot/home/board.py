"""What all pilots of a person's sight come to on a day: the figure strip, 六试点亮灯, 试点进程 with 周期工作, 问题发现与销号.

Every figure is asked of the room that owns it; here they only stand side by side. One computation, kept while no record changes (pilots/record_memory.py).
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse

from accounts.amounts import wan
from accounts.together import only_once, together
from funds.queries import FundChain, PilotFunds, fund_chain, fund_lights_of, lacking_papers
from pilots.models import Phase, Pilot, Programme, Task
from pilots.queries import Completeness, Progress, phases_of, progress_of, time_progress
from pilots.standings import ARCHIVE_OK, BEHIND_WARN, PilotStanding, plan_of_standings, standing_of, tasks_of_pilots, whole
from pilots.states import Light, TaskState, percent, task_states
from supervision.calendar import PeriodLine, duty_calendar, periods_of_duties, slots_near
from supervision.queries import Overview, PilotLights, aspect_lights, supervision_overview

SHOWN_PILOTS = 30
"""Above so many pilots the table of lights shows the worst ones and leads to the list of all."""
SHOWN_PERIODS = 5
MOST_REASONS = 3
NAMED = 2
"""So many names stand in a line; more become 等 n 个."""
_WORST = (Light.LATE, Light.WARN, Light.OK, Light.NONE)


@dataclass(frozen=True)
class Row:
    """One pilot of the matrix; `overdue` counts its findings past their deadline."""

    standing: PilotStanding
    lights: PilotLights
    funds: PilotFunds
    overdue: int

    @property
    def pilot(self) -> Pilot:
        return self.standing.pilot

    @property
    def light(self) -> Light:
        return self.lights.whole.light

    @property
    def reason(self) -> str:
        """Why the whole light is as it is, in one line: what lags, what is overdue; 三方面正常 where nothing is."""
        s, bad = self.standing, (Light.WARN, Light.LATE)
        parts = [f"滞后 {s.behind} 个百分点"] if s.behind >= BEHIND_WARN else []
        parts += [f"逾期任务 {s.overdue_words}"] if s.overdue else []
        parts += [f"逾期问题 {self.overdue} 个"] if self.overdue else []
        parts += [f"资金执行 {self.funds.rate}%"] if self.funds.light in bad else []
        parts += [f"档案资料 {s.archive_due.rate}%"] if s.archive_light in bad else []
        fine = "三方面正常" if self.light == Light.OK else self.lights.whole.reason
        return "，".join(parts[:MOST_REASONS]) or f"任务 {s.progress.rate}%，{fine}"


@dataclass(frozen=True)
class Board:
    """Everything about the pilots that a home page shows; `rows` in plan order, `shown` those of the table."""

    as_of: datetime.date
    rows: tuple[Row, ...]
    shown: tuple[Row, ...]
    progress: Progress
    archive: Completeness
    share: Decimal
    funds: FundChain
    lacking: int
    supervision: Overview
    phases: tuple[dict, ...]
    phase_line: str
    periods: tuple[tuple[str, PeriodLine], ...]
    days_to_end: int | None

    @property
    def more(self) -> int:
        return len(self.rows) - len(self.shown)

    @property
    def attention(self) -> list[Row]:
        """重点关注: pilots whose light is red, in the order of how much they need a leader: findings and tasks past their date, then how far behind."""
        red = [row for row in self.rows if row.light == Light.LATE]
        return sorted(red, key=lambda row: (-row.overdue, -row.standing.overdue, -row.standing.behind, row.pilot.order))

    @property
    def behind(self) -> Decimal:
        return self.share - self.progress.rate

    @property
    def work_light(self) -> Light:
        return work_light(self.progress, self.share)


def work_light(progress: Progress, share: Decimal) -> Light:
    """试点任务 of all pilots together: red only where one is past its date."""
    if progress.late:
        return Light.LATE
    return Light.WARN if share - progress.rate >= BEHIND_WARN else Light.OK


def make_board(pilots: QuerySet[Pilot], programme: Programme | None, as_of: datetime.date, *, county: bool) -> Board:
    """One computation for the pilots given, in a constant number of queries. `county`: the money of the whole county is shown as issued."""
    phases, tasks, *_ = together(
        lambda: phases_of(programme),
        lambda: only_once("tasks of the board", lambda: tasks_of_pilots(pilots.select_related("unit", "type"), as_of)),
        plan_of_standings,
        periods_of_duties,
    )
    phase = next((p for p in phases if p.start), None)
    share = time_progress(phase, as_of)
    found = [pilot for pilot, own in tasks.items() if own]
    every = [task for own in tasks.values() for task in own]
    states, chain, lacking, supervision, calendar = together(
        lambda: only_once("states of the board", lambda: task_states(every, as_of, whole=True)),
        lambda: fund_chain(found, as_of, whole=county),
        lambda: lacking_papers(found, as_of),
        lambda: supervision_overview(found, as_of),
        lambda: duty_calendar(found, as_of),
    )
    standings = [standing_of(pilot, own, states, as_of, share) for pilot, own in tasks.items() if own]
    money = {row.pilot.pk: row for row in chain.rows}
    lights = aspect_lights(standings, as_of, known=supervision.stands, money=fund_lights_of(money, lacking))
    rows = tuple(Row(s, lights[s.pilot.pk], money[s.pilot.pk], supervision.by_pilot[s.pilot.pk].overdue) for s in standings)
    progress, archive = whole(standings)
    return Board(
        as_of=as_of,
        rows=rows,
        shown=rows if len(rows) <= SHOWN_PILOTS else tuple(sorted(rows, key=_urgency)[:SHOWN_PILOTS]),
        progress=progress,
        archive=archive,
        share=share,
        funds=chain,
        lacking=sum(lacking.values()),
        supervision=supervision,
        phases=tuple(_course(phases, tasks.values(), states, as_of, progress, share)),
        phase_line=_phase_line(phases, as_of),
        periods=tuple((period_name(line), line) for line in slots_near(calendar, as_of)[:SHOWN_PERIODS]),
        days_to_end=(programme.due - as_of).days if programme else None,
    )


def _urgency(row: Row) -> tuple[int, Decimal, int]:
    """Worst light first, then the furthest behind."""
    return _WORST.index(row.light), -row.standing.behind, row.pilot.order


# --- the figure strip ---------------------------------------------------------------------------------------------------------------


def figures_of(board: Board) -> dict[str, dict]:
    """The five figures by name; each opens its rows."""
    return {
        "work": _work(board),
        "funds": _funds(board),
        "archive": _archive(board),
        "visits": _visits(board),
        "findings": _findings(board),
    }


def behind_words(points: Decimal) -> str:
    """滞后于序时进度 11.3 个百分点."""
    if points == 0:
        return "与序时进度持平"
    return f"滞后于序时进度 {points} 个百分点" if points > 0 else f"快于序时进度 {-points} 个百分点"


def _work(board: Board) -> dict:
    progress = board.progress
    return {
        "name": "试点任务完成率", "value": progress.rate, "unit": "%", "detail": f"{progress.done} / {progress.total} 项",
        "url": f"{reverse('task_list')}?state=done", "state": board.work_light, "share": progress.rate, "tick": board.share,
        "word": f"逾期 {progress.late} 项" if progress.late else "", "note": behind_words(board.behind),
    }  # fmt: skip


def _funds(board: Board) -> dict:
    money = board.funds.total
    return {
        "name": "资金执行率", "value": "—" if money.rate is None else money.rate, "unit": "" if money.rate is None else "%",
        "detail": f"{wan_words(money.paid)} 万元", "url": reverse("fund_overview"), "state": money.light, "word": money.light_words,
        "share": money.rate, "tick": board.share, "note": f"下达到试点 {wan_words(money.allocated)} 万元",
    }  # fmt: skip


def wan_words(amount: Decimal) -> str:
    """元 as 万元 with two decimals: 146.24."""
    return f"{wan(amount):,}"


def _archive(board: Board) -> dict:
    archive = board.archive
    fine = archive.rate is not None and archive.rate >= ARCHIVE_OK
    return {
        "name": "档案资料齐全率", "value": "—" if archive.rate is None else archive.rate, "unit": "%",
        "detail": f"{archive.approved} / {archive.required} 份", "url": reverse("evidence_list"), "state": Light.OK if fine else Light.WARN,
        "share": archive.rate, "note": f"待审 {archive.waiting} 份，缺 {archive.missing} 份",
    }  # fmt: skip


def _visits(board: Board) -> dict:
    cells, done = board.supervision.this_month, board.supervision.visited_this_month
    figure = {"name": "本月督导", "value": done, "unit": f"/ {len(cells)} 个试点", "url": reverse("visit_list"), "share": None}
    if not cells:
        return figure | {"value": "—", "unit": "", "state": Light.NONE, "word": "不安排", "note": "方案没有安排本月督导"}
    worst = min(cells, key=lambda cell: _WORST.index(cell.light))
    missing = [pilot.unit.short_name for pilot in board.supervision.unvisited]
    return figure | {
        "share": percent(done, len(cells)),
        "state": worst.light,
        "word": "已完成" if worst.light == Light.OK else worst.word,
        "note": f"{named(missing)}未开展" if missing else "本月已全部开展",
    }


def named(names: list[str]) -> str:
    """广福社区、东街社区; more: 广福社区、东街社区等 4 个."""
    words = "、".join(names[:NAMED])
    return words if len(names) <= NAMED else f"{words}等 {len(names)} 个试点"


def _findings(board: Board) -> dict:
    counts = board.supervision.counts
    state = Light.LATE if counts.overdue else Light.WARN if counts.open else Light.OK
    rate = f"，销号率 {counts.rate}%" if counts.rate is not None else ""
    return {
        "name": "未销号问题", "value": counts.open, "unit": "个", "detail": f"累计 {counts.total} 个",
        "url": f"{reverse('finding_list')}?tab=open", "state": state,
        "word": f"逾期 {counts.overdue} 个" if counts.overdue else "整改中" if counts.open else "全部销号",
        "share": counts.rate, "note": f"已销号 {counts.closed} 个{rate}" if counts.total else "还没有发现问题",
    }  # fmt: skip


def period_name(line: PeriodLine) -> str:
    """11月督导, 第四季度调度, 半年小结: the period without its year and the cadence without its rhythm."""
    label, name = line.period.label.partition("年")[2], line.period.duty.name.partition("（")[0]
    for rhythm in ("每月", "每季", "定期"):
        name = name.removeprefix(rhythm)
    return f"{label}{name}" if label.endswith(("月", "季度")) else name


# --- 试点进程 -------------------------------------------------------------------------------------------------------------------------


def _course(
    phases: list[Phase], tasks: Iterable[list[Task]], states: dict[int, TaskState], as_of: datetime.date, progress: Progress, share: Decimal
) -> list[dict]:
    """Phases before the day with how many of their tasks are done, the one the day lies in with the meter."""
    grouped: dict[int, list[TaskState]] = {}
    for own in tasks:
        for task in own:
            if not task.obligation.external:
                grouped.setdefault(task.obligation.phase_id, []).append(states[task.pk])
    rows = []
    current = next((p for p in phases if as_of <= p.due), None)
    for phase in phases:
        done = progress_of(grouped.get(phase.pk, ()))
        state = "now" if phase is current else "done" if phase.due < as_of else ""
        row = {"name": phase.name, "when": f"{phase.due.year}年{phase.due.month}月底前", "state": state}
        if phase is current:
            light = work_light(progress, share)
            row |= {"share": progress.rate, "tick": share, "light": light, "text": f"任务 {progress.rate}%，序时进度 {share}%"}
        elif state == "done" and done.total:
            row |= {"text": f"{done.total} 项办结 {done.done} 项", "late": done.late}
        elif done.total:
            row |= {"text": f"{done.total} 项任务"}
        rows.append(row)
    return rows


def _phase_line(phases: list[Phase], as_of: datetime.date) -> str:
    current = next((p for p in phases if as_of <= p.due), None)
    if current is None:
        return "试点期已结束"
    left = (current.due - as_of).days
    day = f"第 {(as_of - current.start).days + 1} 天，" if current.start and current.start <= as_of else ""
    end = f"{current.due.year}年{current.due.month}月底前"
    return f"{current.name}{day}距 {end}还有 {left} 天" if left else f"{current.name}{day}今天是{end}的最后一天"
