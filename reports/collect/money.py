"""Money: figures, TB4, TB5, TB6 (annex) and CH2. 执行率 has one definition everywhere: 支付 ÷ 下达到该试点的额度."""

from decimal import Decimal

from django.conf import settings

from funds.models import Allocation, BudgetLine, LedgerEntry
from funds.queries import FundChain, PilotFunds, fund_chain, ledger, line_funds, papers_of, sources, standing_payments, with_papers
from pilots.money import ZERO
from pilots.states import Light, percent
from reports.collect.gathering import Gathering
from reports.collect.privacy import shown_payee
from reports.collect.tasks import standing_words
from reports.document import Column, Group, RateBar, RateBars, RateLine, Table
from reports.snapshot import figure_text

DEFINITIONS = {
    "issued": "截至数据日期登记的下达文件金额，已冲正的不计",
    "allocated": "下达到试点的额度",
    "budgeted": "已落实到项目和用途的预算金额",
    "contracted": "已签订合同金额，含变更",
    "paid": "支出台账截至数据日期的支付，减去冲正和退款",
    "balance": "结余＝下达到试点的额度－已支付",
    "rate": "执行率＝支付÷下达到试点的额度，一位小数，四舍五入",
    "vouchers": "支付笔数不含已冲正的；审批单由系统生成，发票和付款凭证齐全为完整",
}
AMOUNTS = (
    ("allocated", "下达到试点的资金", ("下达到试点的资金共",)),
    ("budgeted", "已分配到项目的资金", ("已分配",)),
    ("contracted", "合同金额", ("签订合同",)),
    ("paid", "已支付资金", ("已支付",)),
    ("balance", "资金结余", ("结余",)),
)
_WAN = tuple(Column(title, "wan", 21) for title in ("下达", "已分配", "合同额", "已支付", "结余"))


def add_money(g: Gathering) -> None:
    """Figures of money and their tables; where nothing has been issued or allocated the section says so."""
    chain = fund_chain(g.pilots, g.as_of, whole=g.whole)
    g.found.facts["money"] = bool(chain.issued or chain.total.allocated)
    if not g.found.facts["money"]:
        return
    _figures(g, chain)
    _vouchers(g)
    g.found.tables["TB4"] = _tb4(g)
    g.found.tables["TB5"] = _tb5(g, chain) if g.whole else _tb5_by_project(g, chain)
    entries = list(ledger(g.pilots, g.as_of).order_by("on", "id"))
    if entries:
        g.found.tables["TB6"] = _tb6(g, entries)
    if g.whole:
        g.found.charts["CH2"] = _ch2(chain)


def _figures(g: Gathering, chain: FundChain) -> None:
    rows = {"page": "fund_overview", "query": {"as_of": g.as_of.isoformat()}}
    definition = DEFINITIONS["issued" if g.whole else "allocated"]
    g.found.figure("money.issued", "下达资金", chain.issued, "wan", "万元", definition=definition, **rows)
    _of(g, "", "", chain.total, rows)
    if g.whole:
        for row in chain.rows:
            _of(g, f"{row.pilot.code}.", f"{row.pilot.unit.short_name}·", row, rows, row.pilot.code)
    late = [row for row in chain.rows if row.light == Light.LATE]
    warn = [row for row in chain.rows if row.light == Light.WARN]
    facts = g.found.facts
    facts["money_behind"] = bool(chain.total.behind and chain.total.behind > 0)
    facts["money_groups"] = {"late": len(late), "warn": len(warn), "ok": len(chain.rows) - len(late) - len(warn)}
    if not g.whole:
        return
    for key, group, words in (("late", late, "执行率低于滞后线的试点"), ("warn", warn, "执行率低于预警线的试点")):
        if group:
            said = "、".join(f"{row.pilot.unit.short_name}{figure_text(row.rate, 'percent')}" for row in group)
            g.found.figure(f"money.{key}", words, said, "text", definition=DEFINITIONS["rate"])


def _of(g: Gathering, key: str, name: str, row: PilotFunds, rows: dict, pilot: str = "") -> None:
    for part, words, said in AMOUNTS:
        g.found.figure(
            *(f"{key}money.{part}", f"{name}{words}", getattr(row, part), "wan", "万元"),
            definition=DEFINITIONS[part],
            words=said,
            pilot=pilot,
            **rows,
        )
    if row.rate is not None:
        more = {"definition": DEFINITIONS["rate"], "pilot": pilot, **rows}
        g.found.figure(f"{key}money.rate", f"{name}资金执行率", row.rate, "percent", words=("执行率",), **more)
        g.found.figure(f"{key}money.standing", f"{name}执行率与序时进度比较", standing_words(row.behind), "text", **more)
        g.found.figure(f"{key}money.contract_rate", f"{name}合同额占下达资金的比例", row.contract_rate, "percent", pilot=pilot)


def _vouchers(g: Gathering) -> None:
    """How many payments stand and how many have all their papers."""
    found = list(with_papers(standing_payments(g.pilots, g.as_of), g.as_of))
    whole, complete = len(found), sum(papers_of(row).complete for row in found)
    g.found.facts["payments"] = whole
    more = {"definition": DEFINITIONS["vouchers"], "page": "fund_ledger", "query": {"as_of": g.as_of.isoformat()}}
    g.found.figure("money.payments", "支付笔数", whole, unit="笔", count=whole, words=("支付凭证",), **more)
    g.found.figure("money.vouchers", "凭证齐全的支付笔数", complete, unit="笔", **more)
    if whole:
        g.found.figure("money.vouchers.rate", "支付凭证完整率", percent(complete, whole), "percent", words=("完整率",), **more)


# --- tables -------------------------------------------------------------------------------------------------------------------------


def _tb4(g: Gathering) -> Table:
    """资金来源与下达表; of one pilot what it was given."""
    if g.whole:
        rows = [
            (s.source.get_level_display(), s.source.document_number, s.source.name, s.source.issued_on, s.issued)
            for s in sources(g.as_of)
            if not s.reversed
        ]
    else:
        given = Allocation.objects.filter(pilot__in=g.pilots, on__lte=g.as_of, reverses__isnull=True).select_related("source")
        back = set(
            Allocation.objects.filter(pilot__in=g.pilots, on__lte=g.as_of, reverses__isnull=False).values_list("reverses", flat=True)
        )
        rows = [
            (a.source.get_level_display(), a.document_number or a.source.document_number, a.source.name, a.allocated_on, a.amount)
            for a in given.order_by("allocated_on", "id")
            if a.pk not in back
        ]
    return Table(
        code="TB4",
        number="",
        title="资金来源与下达表" if g.whole else "下达到试点的资金",
        unit="单位：万元",
        columns=(
            Column("序号", "code", 12),
            Column("来源", "code", 20),
            Column("文号", "text", 38),
            Column("文件名称", "text", 46),
            Column("下达日期", "date", 22),
            Column("金额", "wan", 18),
        ),
        groups=(Group("", tuple((i, *row) for i, row in enumerate(rows, 1))),),
        total=(None, None, None, None, None, sum((row[-1] for row in rows), ZERO)),
    )


def _amounts(row: PilotFunds) -> tuple:
    return (row.allocated, row.budgeted, row.contracted, row.paid, row.balance, row.rate)


def _tb5(g: Gathering, chain: FundChain) -> Table:
    """资金使用情况汇总表, a row per pilot."""
    return Table(
        code="TB5",
        number="",
        title="资金使用情况汇总表",
        unit="单位：万元",
        columns=(Column("序号", "code", 11), Column("试点单位", "text", 26), *_WAN, Column("执行率", "percent", 18)),
        groups=(Group("", tuple((i, row.pilot.unit.short_name, *_amounts(row)) for i, row in enumerate(chain.rows, 1))),),
        total=(None, None, *_amounts(chain.total)),
        notes=("执行率＝支付÷下达到试点的额度；结余＝下达－已支付。合计由元汇总后换算。",),
    )


def _tb5_by_project(g: Gathering, chain: FundChain) -> Table:
    """The same for one pilot, a row per project."""
    lines = BudgetLine.objects.filter(pilot__in=g.pilots, entries__on__lte=g.as_of).distinct()
    by_project: dict[str, list] = {}
    for found in line_funds(lines.select_related("project").order_by("project__code", "pk"), g.as_of):
        by_project.setdefault(found.line.project.name, []).append(found)
    rows = []
    for i, (name, own) in enumerate(by_project.items(), 1):
        budgeted, contracted, paid = (sum((getattr(f, part) for f in own), ZERO) for part in ("budgeted", "contracted", "paid"))
        rows.append((i, name, budgeted, contracted, paid, budgeted - paid, percent(paid, budgeted) if budgeted else None))
    total = chain.total
    budgeted, rate = total.budgeted, percent(total.paid, total.budgeted) if total.budgeted else None
    return Table(
        code="TB5",
        number="",
        title="资金使用情况表（按项目）",
        unit="单位：万元",
        columns=(
            Column("序号", "code", 11),
            Column("项目", "text", 47),
            *(Column(title, "wan", 20) for title in ("预算", "合同额", "已支付", "结余")),
            Column("支付率", "percent", 18),
        ),
        groups=(Group("", tuple(rows)),),
        total=(None, None, budgeted, total.contracted, total.paid, budgeted - total.paid, rate),
        notes=(f"支付率＝支付÷预算；执行率＝支付÷下达额度{figure_text(total.allocated, 'wan')}万元，为{_rate(total)}。",),
    )


def _rate(row: PilotFunds) -> str:
    return "—" if row.rate is None else figure_text(row.rate, "percent")


def _tb6(g: Gathering, entries: list[LedgerEntry]) -> Table:
    """资金支出明细表: every row of the ledger up to the day, reversals and refunds too."""
    rows = []
    for i, entry in enumerate(entries, 1):
        payment = entry.payment
        place = (payment.pilot.unit.short_name,) if g.whole else ()
        purpose = payment.purpose if entry.kind == LedgerEntry.Kind.PAYMENT else f"{entry.get_kind_display()}：{entry.reason}"
        papers = papers_of(entry).words if entry.kind == LedgerEntry.Kind.PAYMENT else None
        number = payment.contract.number if payment.contract_id else None
        payee = shown_payee(payment)
        rows.append((i, entry.paid_on, *place, payment.project.name, purpose, payee, entry.signed_amount, entry.voucher_no, number, papers))
    return Table(
        code="TB6",
        number="",
        title="资金支出明细表",
        unit="单位：元",
        columns=(
            Column("序号", "code", 10),
            Column("日期", "date", 19),
            *((Column("试点单位", "text", 21),) if g.whole else ()),
            Column("项目", "text", 32),
            Column("用途", "text", 32),
            Column("收款单位", "text", 31),
            Column("金额", "yuan", 22),
            Column("凭证号", "code", 18),
            Column("合同编号", "code", 27),
            Column("附件", "code", 13),
        ),
        groups=(Group("", tuple(rows)),),
        total=(
            None,
            None,
            *((None,) if g.whole else ()),
            None,
            None,
            None,
            sum((e.signed_amount for e in entries), ZERO),
            None,
            None,
            None,
        ),
        notes=("本台账为辅助台账，以财政会计账为准。冲正、退款以负数列示。",),
        landscape=True,
        dense=True,
    )


# --- chart --------------------------------------------------------------------------------------------------------------------------

_STATES = {Light.OK: ("ok", "正常"), Light.WARN: ("warn", "预警"), Light.LATE: ("late", "滞后"), Light.NONE: ("", "")}


def _ch2(chain: FundChain) -> RateBars:
    """资金执行率柱状 with 序时进度 and its two limits."""
    bars = [RateBar(row.pilot.unit.short_name, row.rate, *_STATES[row.light]) for row in chain.rows]
    whole = "六个试点合计" if len(chain.rows) == 6 else "试点合计"
    time = chain.time_rate
    lines = [RateLine("序时进度", time)]
    for points, name, style in ((settings.FUNDS_WARN_POINTS, "预警线", "dashed"), (settings.FUNDS_LATE_POINTS, "滞后线", "dotted")):
        if time - points > 0:
            lines.insert(0, RateLine(name, time - Decimal(points), style))
    return RateBars(
        code="CH2",
        number="",
        finding=_finding(chain),
        bars=(*bars, RateBar(whole, chain.total.rate, total=True)),
        lines=tuple(lines),
    )


def _finding(chain: FundChain) -> str:
    """What the chart shows, in one sentence."""
    said = []
    for light, words in ((Light.LATE, "低于滞后线"), (Light.WARN, "低于预警线")):
        names = [row.pilot.unit.short_name for row in chain.rows if row.light == light]
        if names:
            shown = "、".join(names) if len(names) <= 2 else f"{names[0]}等{len(names)}个试点"
            said.append(f"{shown}{'' if said else '执行率'}{words}")
    if said:
        return "，".join(said)
    rate = "未形成支付" if chain.total.rate is None else f"合计{figure_text(chain.total.rate, 'percent')}"
    return f"各试点执行率均未低于预警线，{rate}"
