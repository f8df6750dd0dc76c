"""The limits of supervision in one place. No authority stands behind any of them: all are [proposed] and shown as such on the page."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from supervision.models import Answer, Severity

SEVERITY_DAYS = {Severity.MINOR: 15, Severity.MAJOR: 10, Severity.SEVERE: 5}
"""整改时限 in calendar days from 交办, moved to the first working day."""
MOST_EXTENSIONS = 2
"""How often a deadline may be extended; only before it has passed."""
WARN_DAYS = 10
"""Days left from which a finding is 预警; more are 未到期."""
RUNGS = (-7, -3, 0, 1, 3, 7)
"""Days from the deadline at which a reminder goes out; after the last one once a week."""
WEEKLY_AFTER = 7
TOWN_FROM, OFFICE_FROM = 1, 3
"""Days overdue from which the street or town, and from which the office is told as well."""
MONTH_CLOSES_AFTER = 5
"""Calendar days after the month's end until which its visits may still be handed in, moved to the first working day."""
RATE_WARN = Decimal(settings.FUNDS_WARN_POINTS)
"""执行率 behind 序时进度 in percentage points up to which an item is 基本符合: where the light of the funds becomes 预警."""
MOST_PHOTOS = 9

LEGEND = (
    ("ok", "已销号"),
    ("warn", f"预警（{WARN_DAYS} 天内）"),
    ("late", "逾期"),
    ("none", f"剩 {WARN_DAYS} 天以上"),
)
"""亮灯图例 under every list of findings: light, words."""


@dataclass(frozen=True)
class PreAnswer:
    """How a figure pre-answers an item: `name` and `counter` of the note (节点按期率，7 / 9 个); from `yes` 符合, from `partly` 基本符合,
    below 不符合. Without `yes` the figure is shown and judged on the spot. `rule` says it where the value is no percentage."""

    name: str
    counter: str = "个"
    yes: Decimal | None = None
    partly: Decimal | None = None
    rule: str = ""

    def judge(self, value: Decimal) -> Answer | None:
        if self.yes is None:
            return None
        if value >= self.yes:
            return Answer.YES
        return Answer.PARTLY if self.partly is not None and value >= self.partly else Answer.NO

    @property
    def words(self) -> str:
        """The rule as the page shows it."""
        if self.yes is None:
            return "只列数据，现场判定"
        if self.rule:
            return f"{self.rule}（建议）"
        partly = f"，{self.partly:f}% 以上为基本符合" if self.partly is not None else ""
        return f"{self.yes:f}% 及以上为符合{partly}（建议）"


def _rate(name: str, counter: str, yes: int, partly: int | None = None) -> PreAnswer:
    return PreAnswer(name, counter, Decimal(yes), Decimal(partly) if partly is not None else None)


PRE_ANSWERS: dict[str, PreAnswer] = {
    "milestone_on_time_rate": _rate("节点按期率", "个", 90, 60),
    "project_started_rate": _rate("项目启动率", "个", 100, 80),
    "procurement_compliance_rate": _rate("采购合规率", "项", 100, 90),
    "activity_record_complete_rate": _rate("活动记录完整率", "条", 100, 80),
    "issue_closed_rate": _rate("整改销号率", "个", 100, 60),
    "fund_purpose_rate": _rate("用途合规率", "元", 100),
    "budget_execution_rate": PreAnswer(
        "执行率", "元", Decimal(0), -RATE_WARN, rule=f"不低于序时进度为符合，滞后不超过 {RATE_WARN:f} 个百分点为基本符合"
    ),
    "contract_complete_rate": _rate("合同资料齐全率", "份", 100, 80),
    "voucher_complete_rate": _rate("支付凭证完整率", "笔", 100, 80),
    "disclosure_on_time_rate": _rate("公示及时率", "次", 100, 60),
    "archive_complete_rate": _rate("档案资料齐全率", "份", 90, 60),
    "separate_ledger": PreAnswer("专账核算", "", Decimal(1), rule="已设专账为符合"),
    "activity_count": PreAnswer("活动场次", "场"),
    "discussion_count": PreAnswer("居民议事", "次"),
    "org_count": PreAnswer("社会组织", "家"),
    "publicity_count": PreAnswer("宣传报道", "篇"),
    "community_fund_raised": PreAnswer("社区基金筹集", "元"),
}
"""By metric. budget_execution_rate is judged by its distance to 序时进度 in percentage points, separate_ledger is 是 or 否."""

ROTATION: tuple[frozenset[str], ...] = (
    frozenset("CK02 CK05 CK08 CK10 CK13 CK15 CK17 CK21".split()),
    frozenset("CK01 CK04 CK06 CK09 CK11 CK12 CK20 CK22".split()),
    frozenset("CK03 CK07 CK14 CK16 CK18 CK19 CK23 CK24".split()),
)
"""轮查: the items of the first, second and third month of a quarter. The third month asks all of them (季末)."""
