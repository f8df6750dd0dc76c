"""试点工作情况: five numbered sentences for the leading group, each from figures the rooms themselves answer for."""

from dataclasses import dataclass

from accounts.models import User
from accounts.together import together
from funds.queries import FundChain
from penxi_pilot.home.board import Board, Row
from pilots.standings import BEHIND_WARN
from pilots.states import Light
from reports.models import FileFormat, Report, ReportFile, ReportState
from reports.queries import Version
from supervision.models import Finding
from supervision.queries import finding_rows, in_tab

NAMED = 3
WORST = 2
"""So many pilots stand under 重点关注: a list of all says nothing."""
NUMBERS = "零一二三四五六七八九十"


@dataclass(frozen=True)
class Said:
    """The sentences of one day; `count` names how many pilots there are in words (六个试点)."""

    overall: str
    funds: str
    pilots: str
    attention: str
    findings: str
    writing: str


def leader_sentences(board: Board, user: User) -> Said:
    """Two queries: the overdue findings and the reports being written."""
    overdue = in_tab(finding_rows(user, board.as_of), "overdue", board.as_of)[: NAMED + 1]
    drafts = Report.objects.filter(
        state__in=(ReportState.DRAFT, ReportState.CHECKING, ReportState.FINAL), pilot__isnull=True, as_of__lte=board.as_of
    )
    late, written = together(lambda: list(overdue) if board.supervision.counts.overdue else [], lambda: list(drafts))
    return Said(
        overall_words(board),
        funds_words(board),
        pilots_words(len(board.rows)),
        attention_words(board),
        findings_words(board, late),
        writing_words(written),
    )


def overall_words(board: Board) -> str:
    """序时进度 57.5%，任务滞后 11.3 个百分点，距期限还有 121 天。"""
    behind = f"任务滞后 {board.behind} 个百分点" if board.behind > 0 else "任务不滞后于序时进度"
    days = board.days_to_end
    left = "" if days is None or days < 0 else f"，距期限还有 {days} 天" if days else "，今天到期限"
    return f"序时进度 {board.share}%，{behind}{left}。"


def funds_words(board: Board) -> str:
    """Who is slow, by name; then whether the papers of what was paid are complete."""
    chain: FundChain = board.funds
    if not chain.total.allocated:
        return "还没有下达到试点的资金。"
    slow = [row for row in chain.rows if row.light in (Light.WARN, Light.LATE)]
    named = "、".join(f"{row.pilot.unit.short_name} {row.rate}%" for row in slow[:NAMED])
    pace = f"{named}{f' 等 {len(slow)} 个试点' if len(slow) > NAMED else ''} 偏慢。" if slow else "各试点执行率均在预警线以上。"
    papers = f"{board.lacking} 笔支付资料不全。" if board.lacking else "支付资料齐全。" if chain.total.payments else ""
    return pace + papers


def pilots_words(count: int) -> str:
    """六个试点."""
    return f"{NUMBERS[count]}个试点" if 0 < count <= 10 else f"{count} 个试点"


def attention_words(board: Board) -> str:
    """竹林桥社区，逾期问题 1 个、逾期任务 5 项；东街社区，逾期任务 3 项、滞后 70.0 个百分点: the worst two, each with its figures; empty without red."""
    return "；".join(f"{row.pilot.unit.short_name}，{_gravest(row)}" for row in board.attention[:WORST])


def _gravest(row: Row) -> str:
    """The two heaviest figures of a red pilot; the reason of its light where neither counts."""
    overdue, tasks, behind = row.overdue, row.standing.overdue_words if row.standing.overdue else "", row.standing.behind
    parts = [f"逾期问题 {overdue} 个"] if overdue else []
    parts += [f"逾期任务 {tasks}"] if tasks else []
    parts += [f"滞后 {behind} 个百分点"] if behind >= BEHIND_WARN else []
    return "、".join(parts[:2]) or row.lights.whole.reason


def findings_words(board: Board, late: list[Finding]) -> str:
    """两个逾期都在竹林桥社区：三无小区台账与现场不符；调研报告缺问卷原件。"""
    counts = board.supervision.counts
    if not counts.total:
        return "还没有发现问题。"
    if not counts.open:
        return "发现的问题已全部销号。"
    if not late:
        return "未销号问题都在整改时限内。"
    where = {row.pilot.unit.short_name: None for row in late}
    titles = "；".join(row.title for row in late[:NAMED]) + ("等" if counts.overdue > NAMED else "")
    if len(where) > 1:
        return f"{counts.overdue} 个逾期：" + "；".join(f"{row.pilot.unit.short_name}{row.title}" for row in late[:NAMED]) + "。"
    return f"{counts.overdue} 个逾期{'都' if counts.overdue > 1 else ''}在{next(iter(where))}：{titles}。"


def writing_words(drafts: list[Report]) -> str:
    """What the office is working on, in one line; empty without such a report."""
    names = "、".join(dict.fromkeys(str(report) for report in drafts[:NAMED]))
    return f"{names}正在编写。" if names else ""


def county_first(reports: list[Version]) -> list[Version]:
    """The county's own reports before those of single pilots, each the newest first; corrected editions last."""
    return sorted(reports, key=lambda row: (row.report.state != ReportState.SIGNED, row.report.pilot_id is not None))


def latest_files(reports: list[Version]) -> dict[str, ReportFile]:
    """PDF and Word of the first signed report of the page that was not corrected, for the buttons at the head."""
    current = next((row for row in reports if row.report.state == ReportState.SIGNED), None)
    return {file.format: file for file in current.files if file.format in (FileFormat.PDF, FileFormat.WORD)} if current else {}
