"""资金使用情况公示 of one pilot and quarter (定期公示, RC5): issued by the street or town that pays, without personal data."""

from collections import defaultdict
from decimal import Decimal

from accounts.amounts import capital
from funds.models import Allocation, BudgetLine, LedgerEntry
from funds.queries import line_funds, pilot_funds, standing_payments
from pilots.money import ZERO
from reports.collect import facts
from reports.collect.gathering import Gathering, day_words
from reports.collect.privacy import shown_payee
from reports.collect.supervision import place_names
from reports.document import Column, Group, Table
from reports.models import Report
from reports.narrative import suggested
from reports.outline import Kind, SectionSpec
from reports.periods import Every, Period, period_of
from reports.snapshot import Collected, figure_text
from supervision.workdays import first_workday, is_workday

POSTED_WORKDAYS = 5
"""公示期 in working days, at least."""


def collect(report: Report) -> Collected:
    """What the pilot was given and paid, project by project; the period of posting counts from the date of the document."""
    g = Gathering(report)
    period, pilot = period_of(report.period), g.pilots[0]
    row = pilot_funds(g.pilots, g.as_of)[pilot.pk]
    g.found.facts |= facts.names(g) | {
        "issuer": place_names(g.pilots)[0],
        "period": period.label,
        "given": bool(row.allocated),
        "paid": bool(row.paid),
        "pilots": [],
    }
    facts.add_day(g)
    add = g.found.figure
    more = {"page": "fund_ledger", "query": {"pilot": pilot.code, "as_of": g.as_of.isoformat()}}
    add("money.allocated", "共安排资金", row.allocated, "yuan", "元", definition="下达到试点的额度", words=("共安排",), **more)
    add("money.paid", "已支付资金", row.paid, "yuan", "元", definition="支付减去冲正和退款", words=("已支付",), **more)
    add("money.balance", "结余资金", row.balance, "yuan", "元", definition="共安排－已支付", words=("结余",), **more)
    add("money.quarter", "本季度支付资金", _paid_in(g, period), "yuan", "元", definition=f"{period.label}的支付减去冲正和退款", **more)
    add("money.sources", "资金来源", _sources(g), "text", definition="下达到试点的额度按来源")
    add("posting", "公示期", _posting(g), "text", definition=f"自成文日期起{POSTED_WORKDAYS}个工作日，按节假日和调休表计算")
    g.found.tables["TB14"] = _tb14(g)
    return g.finish()


def _paid_in(g: Gathering, period: Period) -> Decimal:
    rows = LedgerEntry.objects.filter(payment__pilot__in=g.pilots, on__gte=period.first, on__lte=min(period.last, g.as_of))
    return sum((row.signed_amount for row in rows), ZERO)


def _sources(g: Gathering) -> str:
    """省级资金350,000.00元、县级资金50,000.00元."""
    rows = Allocation.objects.filter(pilot__in=g.pilots, on__lte=g.as_of).select_related("source").order_by("source__issued_on", "id")
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        found[row.source.get_level_display()] += row.signed_amount
    said = [f"{level}资金{figure_text(amount, 'yuan')}元" for level, amount in found.items() if amount]
    return "、".join(said) or "尚未下达"


def _posting(g: Gathering) -> str:
    """2022年12月26日至12月30日（5个工作日）."""
    first = last = first_workday(g.report.dated)
    count = 1
    while count < POSTED_WORKDAYS:
        last = last.fromordinal(last.toordinal() + 1)
        count += is_workday(last)
    end = f"{last.month}月{last.day}日" if last.year == first.year else day_words(last)
    return f"{day_words(first)}至{end}（{count}个工作日）"


def _tb14(g: Gathering) -> Table:
    """公示明细表: a row per project with its payees and uses, the total also in capital characters."""
    lines = BudgetLine.objects.filter(pilot__in=g.pilots, entries__on__lte=g.as_of).distinct().select_related("project", "category")
    payees: dict[int, dict[str, None]] = defaultdict(dict)
    for entry in standing_payments(g.pilots, g.as_of).select_related("payment__contract").order_by("id"):
        payees[entry.payment.line_id][shown_payee(entry.payment)] = None
    by_project: dict[str, list] = defaultdict(list)
    for found in line_funds(lines.order_by("project__code", "category__order", "pk"), g.as_of):
        by_project[found.line.project.name].append(found)
    rows = []
    for i, (name, own) in enumerate(by_project.items(), 1):
        names = dict.fromkeys(payee for f in own for payee in payees[f.line.pk])
        uses = dict.fromkeys(f.line.category.name for f in own)
        amounts = (sum((f.budgeted for f in own), ZERO), sum((f.paid for f in own), ZERO))
        rows.append((i, name, *amounts, "、".join(names) or None, "、".join(uses)))
    budgeted, paid = (sum((row[k] for row in rows), ZERO) for k in (2, 3))
    return Table(
        code="TB14",
        number="",
        title=f"{g.pilots[0].unit.short_name}试点资金支出明细表",
        unit="单位：元",
        columns=(
            Column("序号", "code", 8.5),
            Column("项目", "text", 40),
            Column("预算金额", "yuan", 20.5),
            Column("支出金额", "yuan", 20.5),
            Column("收款单位", "text", 33.25),
            Column("用途", "text", 33.25),
        ),
        groups=(Group("", tuple(rows)),),
        total=(None, None, budgeted, paid, None, None),
        notes=(f"资金来源：{_sources(g)}；本季度支付{figure_text(_paid_in(g, period_of(g.report.period)), 'yuan')}元。",),
        closing=(("支出合计（大写）", capital(paid, prefix="人民币")),) if paid >= 0 else (),
    )


def _opening(data: dict, pilot: str) -> list[dict]:
    name = data["facts"]["pilot_name"]
    head = f"根据试点工作实施方案“定期公示”的要求，现将{name}截至{{as_of}}的试点资金使用情况公示如下。"
    if not data["facts"]["given"]:
        return suggested(f"{head}截至数据日期资金尚未下达。")
    return suggested(f"{head}共安排{{money.allocated}}元，已支付{{money.paid}}元，结余{{money.balance}}元。")


def _posted(data: dict, pilot: str) -> list[dict]:
    return suggested(
        f"公示期：{{posting}}。公示期间如有异议，请以书面或电话方式向{data['facts']['issuer']}反映。",
        "监督电话：0825—×××××××（工作日9:00—17:00）",
    )


KIND = Kind(
    code="disclosure",
    name="资金使用情况公示",
    requirement="disclosure",
    clauses=("B1.8",),
    collect=collect,
    as_of=lambda programme: programme.due,
    every=Every.QUARTER,
    for_county=False,
    cover=False,
    title=lambda data: f"关于{data['facts']['pilot_name']}\n{data['facts']['period']}试点资金使用情况的公示",
    outline=(
        SectionSpec("opening", "公示内容", _opening, numbered=False, tables=("TB14",)),
        SectionSpec("posting", "公示期和监督方式", _posted, numbered=False, hint="把监督电话改成实际号码；改了成文日期请重新取数。"),
    ),
    annexes=(),
)
