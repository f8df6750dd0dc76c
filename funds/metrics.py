"""Figures of money by the codes of the plan file. 执行率 = 支付 ÷ 下达到该试点的额度; counts are of payments that stand (paid, not reversed)."""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from funds import queries
from funds.models import Contract, ContractFile, Disclosure, LedgerEntry, MatchedFund, Payment
from funds.queries import pilot_funds, with_papers
from pilots.metrics import NOT_APPLICABLE, Figure, metric
from pilots.models import Pilot, Project, ProjectStep, RecurringPeriod
from pilots.money import ZERO, signed, total
from pilots.states import ratio

COMPULSORY_TENDER = Decimal(4_000_000)
"""施工 from which tender is compulsory (发改委令2018年第16号). Local limits are not confirmed and not judged."""
TENDERS = frozenset({Contract.Method.OPEN_TENDER, Contract.Method.INVITED_TENDER})
DISCLOSURE_DUTY = "RC5"


def entries_of(pilot: Pilot, as_of: datetime.date, **_) -> QuerySet[LedgerEntry]:
    """The ledger behind a figure."""
    return LedgerEntry.objects.filter(payment__pilot=pilot, on__lte=as_of).select_related("payment")


@metric("budget_execution_rate", rows=entries_of)
def budget_execution_rate(pilots: list[Pilot], as_of: datetime.date) -> dict[int, Figure]:
    """%: 累计支付 ÷ 下达额度; 不适用 without an allocation."""
    return {key: ratio(row.paid, row.allocated) for key, row in pilot_funds(pilots, as_of, rate=ZERO).items()}


@metric("fund_purpose_rate", rows=entries_of)
def fund_purpose_rate(pilots: list[Pilot], as_of: datetime.date) -> dict[int, Figure]:
    """%: paid for allowed categories of projects that serve a task ÷ all paid; 不适用 while nothing is paid."""
    rows = LedgerEntry.objects.filter(payment__pilot__in=pilots, on__lte=as_of).order_by().values("payment__pilot")
    serving = Project.tasks.through.objects.values("project")
    right = Q(payment__line__category__allowed=True, payment__project__in=serving)
    found = {row["payment__pilot"]: row for row in rows.annotate(paid=total(signed()), right=total(signed(), filter=right))}
    return {p.pk: ratio(found[p.pk]["right"], found[p.pk]["paid"]) if p.pk in found else NOT_APPLICABLE for p in pilots}


@dataclass(frozen=True)
class Paid:
    """One standing payment and whether its papers are there."""

    pilot: int
    invoice: bool
    voucher: bool


def standing_payments(pilots: list[Pilot], as_of: datetime.date) -> tuple[list[Pilot], list[Paid]]:
    """The shared source of the two figures of vouchers: one query."""
    rows = with_papers(queries.standing_payments(pilots, as_of), as_of).order_by()
    return pilots, [Paid(*row) for row in rows.values_list("payment__pilot", "has_invoice", "has_voucher")]


def standing_rows(pilot: Pilot, as_of: datetime.date, **_) -> QuerySet[Payment]:
    return Payment.objects.filter(pk__in=queries.standing_payments([pilot], as_of).values("payment"))


@metric("voucher_complete_rate", rows=standing_rows, source=standing_payments)
def voucher_complete_rate(source: tuple[list[Pilot], list[Paid]]) -> dict[int, Figure]:
    """%: payments with 审批单 (made by the portal), 发票 and 付款凭证 ÷ payments."""
    pilots, rows = source
    whole, complete = defaultdict(int), defaultdict(int)
    for row in rows:
        whole[row.pilot] += 1
        complete[row.pilot] += row.invoice and row.voucher
    return {pilot.pk: ratio(complete[pilot.pk], whole[pilot.pk]) for pilot in pilots}


@metric("separate_ledger", rows=standing_rows, source=standing_payments)
def separate_ledger(source: tuple[list[Pilot], list[Paid]]) -> dict[int, Figure]:
    """是否: payments stand in this ledger and each has its bank voucher (账证相符); 不适用 while nothing is paid."""
    pilots, rows = source
    known, short = {row.pilot for row in rows}, {row.pilot for row in rows if not row.voucher}
    return {pilot.pk: Figure(Decimal(pilot.pk not in short)) if pilot.pk in known else NOT_APPLICABLE for pilot in pilots}


@dataclass(frozen=True)
class Bought:
    """One contract, as far as the two figures of procurement need it."""

    pilot: int
    project: int
    kind: str
    method: str
    amount: Decimal
    papers: frozenset[str]
    accepted: bool


def bought(pilots: list[Pilot], as_of: datetime.date) -> tuple[list[Pilot], list[Bought]]:
    """The shared source: three queries."""
    rows = Contract.objects.filter(pilot__in=pilots, on__lte=as_of).order_by()
    papers = defaultdict(set)
    files = ContractFile.objects.filter(contract__pilot__in=pilots, on__lte=as_of).order_by()
    for contract, kind in files.values_list("contract", "kind"):
        papers[contract].add(kind)
    accepted = ProjectStep.objects.filter(project__pilot__in=pilots, kind=ProjectStep.Kind.ACCEPTED, on__lte=as_of).order_by()
    done = set(accepted.values_list("project", flat=True))
    fields = ("pk", "pilot", "line__project", "line__project__kind", "method", "amount")
    return pilots, [
        Bought(pilot, project, kind, method, amount, frozenset(papers[key]), project in done)
        for key, pilot, project, kind, method, amount in rows.values_list(*fields)
    ]


def contract_rows(pilot: Pilot, as_of: datetime.date, **_) -> QuerySet[Contract]:
    return Contract.objects.filter(pilot=pilot, on__lte=as_of)


def _by_project(source: tuple[list[Pilot], list[Bought]], fits) -> dict[int, Figure]:
    """%: projects all of whose contracts fit ÷ projects with contracts."""
    pilots, rows = source
    projects: dict[int, dict[int, bool]] = defaultdict(dict)
    for row in rows:
        projects[row.pilot][row.project] = projects[row.pilot].get(row.project, True) and fits(row)
    return {pilot.pk: ratio(sum(projects[pilot.pk].values()), len(projects[pilot.pk])) for pilot in pilots}


@metric("contract_complete_rate", rows=contract_rows, source=bought)
def contract_complete_rate(source: tuple[list[Pilot], list[Bought]]) -> dict[int, Figure]:
    """%: projects whose contracts have 采购文件, 成交通知 and 合同, with 验收单 once accepted ÷ projects with contracts."""
    kinds = ContractFile.Kind
    needed = {kinds.PROCUREMENT, kinds.AWARD, kinds.CONTRACT}
    return _by_project(source, lambda row: needed <= row.papers and (not row.accepted or kinds.ACCEPTANCE in row.papers))


@metric("procurement_compliance_rate", rows=contract_rows, source=bought)
def procurement_compliance_rate(source: tuple[list[Pilot], list[Bought]]) -> dict[int, Figure]:
    """%: projects bought by a method their kind allows ÷ projects with contracts: 询价 for goods only (政府采购法第32条), tender for works from
    400 万元, 直接委托 for activities of residents only. The county's own limits are 待核定 and not judged."""

    def fits(row: Bought) -> bool:
        if row.method == Contract.Method.INQUIRY:
            return row.kind == Project.Kind.GOODS
        if row.method == Contract.Method.DIRECT:
            return row.kind == Project.Kind.ACTIVITY
        return row.kind != Project.Kind.WORKS or row.amount < COMPULSORY_TENDER or row.method in TENDERS

    return _by_project(source, fits)


def matched_rows(pilot: Pilot, as_of: datetime.date, source: str = "", **_) -> QuerySet[MatchedFund]:
    rows = MatchedFund.objects.filter(pilot=pilot, on__lte=as_of)
    return rows.filter(kind=source) if source else rows


@metric("matched_fund_amount", rows=matched_rows)
def matched_fund_amount(pilots: list[Pilot], as_of: datetime.date, source: str = "") -> dict[int, Figure]:
    """元: money and things from others than the grant, received and entered by the day."""
    rows = MatchedFund.objects.filter(pilot__in=pilots, on__lte=as_of)
    rows = rows.filter(kind=source) if source else rows
    return {pilot: Figure(amount) for pilot, amount in rows.order_by().values_list("pilot").annotate(found=total(signed()))}


def disclosure_rows(pilot: Pilot, as_of: datetime.date, **_) -> QuerySet[Disclosure]:
    return Disclosure.objects.filter(pilot=pilot, on__lte=as_of)


@metric("disclosure_count", rows=disclosure_rows)
def disclosure_count(pilots: list[Pilot], as_of: datetime.date) -> dict[int, Figure]:
    """次: postings entered by the day."""
    found = defaultdict(int)
    for pilot in Disclosure.objects.filter(pilot__in=pilots, on__lte=as_of).values_list("pilot", flat=True):
        found[pilot] += 1
    return {pilot: Figure(Decimal(count)) for pilot, count in found.items()}


@metric("disclosure_on_time_rate", rows=disclosure_rows)
def disclosure_on_time_rate(pilots: list[Pilot], as_of: datetime.date) -> dict[int, Figure]:
    """%: quarters posted by their due day ÷ quarters due (方案五（一）定期公示, dated slots of the plan file); 不适用 before the first is due."""
    periods = RecurringPeriod.objects.filter(duty__code=DISCLOSURE_DUTY, due__lte=as_of)
    due = {quarter_of(period.period): period.due for period in periods if quarter_of(period.period)}
    rows = Disclosure.objects.filter(pilot__in=pilots, on__lte=as_of).values_list("pilot", "year", "quarter", "posted_on")
    posted = {(pilot, year, quarter): day for pilot, year, quarter, day in rows}
    figures = {}
    for pilot in pilots:
        on_time = sum((pilot.pk, *key) in posted and posted[(pilot.pk, *key)] <= day for key, day in due.items())
        figures[pilot.pk] = ratio(on_time, len(due))
    return figures


def quarter_of(period: str) -> tuple[int, int] | None:
    """(2022, 4) of `2022Q4` or `2022-Q4`; None for other periods."""
    year, _, quarter = period.replace("-", "").partition("Q")
    return (int(year), int(quarter)) if year.isdigit() and quarter.isdigit() else None
