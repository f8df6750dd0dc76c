"""催办: the text that goes into the WeChat group with one press."""

import datetime
from collections.abc import Iterable

from accounts.plaintext import quoted
from supervision.lights import mark
from supervision.models import Finding, FindingState


def urging_text(finding: Finding, as_of: datetime.date) -> str:
    """One finding: who, what, until when, how late, what is wanted."""
    row = mark([finding], as_of)[0]
    due = f"{row.due.month}月{row.due.day}日"
    when = f"整改时限 {due}，已逾期 {-row.days_left} 天" if row.days_left < 0 else f"整改时限 {due}，{_left(row.days_left)}"
    wanted = f"整改要求：{row.requirement.rstrip('。')}。" if row.requirement else ""
    return f"【督导催办】{row.unit.short_name}：{row.number}{quoted(row.title)}，{when}，现在是“{row.state_word}”。{wanted}请抓紧整改，完成后在平台提交整改情况和照片。"


def urging_text_of(findings: Iterable[Finding], as_of: datetime.date) -> str:
    """Several findings in one message, grouped by unit, nearest deadline first; those already handed in for 复核 are left out."""
    rows = [row for row in mark(findings, as_of) if row.status in (FindingState.ASSIGNED, FindingState.RECTIFYING)]
    lines = [f"【督导催办】截至 {as_of.month}月{as_of.day}日，以下 {len(rows)} 个问题待整改："]
    for number, row in enumerate(sorted(rows, key=lambda r: (r.due, r.number)), 1):
        state = f"已逾期 {-row.days_left} 天" if row.days_left < 0 else _left(row.days_left)
        lines.append(f"{number}. {row.unit.short_name}　{row.number}　{row.title}（时限 {row.due.month}月{row.due.day}日，{state}）")
    return "\n".join([*lines, "请抓紧整改，完成后在平台提交整改情况和照片。"]) if rows else ""


def _left(days: int) -> str:
    return "今天到期" if days == 0 else f"还剩 {days} 天"
