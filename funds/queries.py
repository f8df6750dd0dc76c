"""What pages, workbooks, figures and reports ask about money as of a day. One function per question, so that a sum has one source.

An entry counts from the business day it was entered (`on`); nothing entered later changes an earlier figure. Every function runs a constant
number of queries, whatever the number of pilots and entries. Amounts are Decimal in 元, rates percent with one decimal.
执行率 = 支付 ÷ 下达到该试点的额度, one definition everywhere.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Case, Count, Exists, ExpressionWrapper, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, ExtractMonth, ExtractYear

from accounts import clock
from accounts.together import together
from funds.models import (
    IN_TRANSIT,
    Allocation,
    BudgetEntry,
    Contract,
    ContractChange,
    FundSource,
    LedgerEntry,
    Level,
    Payment,
    PaymentFile,
    PaymentState,
)
from pilots.models import Phase, Pilot, Programme
from pilots.money import ZERO, MoneyField, signed, total
from pilots.plan_memory import of_plan
from pilots.queries import all_phases, implementation_phase, time_progress
from pilots.states import Light, percent

Kind = PaymentFile.Kind
PAPERS = ((Kind.INVOICE, "发票"), (Kind.VOUCHER, "付款凭证"))
"""What a payment must have beside the approval form, which the portal makes itself (FR09)."""

# --- the chain: 下达 → 分配 → 合同 → 支付 → 结余 ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PilotFunds:
    """TB5, one pilot: 下达额度, 预算, 合同, 支付 and their counts as of a day; `time_rate` is 序时进度."""

    pilot: Pilot | None
    allocated: Decimal = ZERO
    budgeted: Decimal = ZERO
    contracted: Decimal = ZERO
    paid: Decimal = ZERO
    contracts: int = 0
    payments: int = 0
    time_rate: Decimal = Decimal("0.0")

    @property
    def balance(self) -> Decimal:
        """结余 = 下达额度 − 支付."""
        return self.allocated - self.paid

    @property
    def rate(self) -> Decimal | None:
        """执行率; None where nothing was allocated."""
        return percent(self.paid, self.allocated) if self.allocated else None

    @property
    def contract_rate(self) -> Decimal | None:
        """合同 as a share of 下达额度."""
        return percent(self.contracted, self.allocated) if self.allocated else None

    @property
    def behind(self) -> Decimal | None:
        """滞后于序时进度 in percentage points; negative when ahead."""
        return None if self.rate is None else self.time_rate - self.rate

    @property
    def light(self) -> Light:
        """预警 from 20 points behind 序时进度, 严重滞后 from 40 (settings, [proposed]); nothing to judge without an allocation."""
        if self.behind is None:
            return Light.NONE
        if self.behind >= settings.FUNDS_LATE_POINTS:
            return Light.LATE
        return Light.WARN if self.behind >= settings.FUNDS_WARN_POINTS else Light.OK

    @property
    def light_words(self) -> str:
        return {Light.LATE: "严重滞后", Light.WARN: "预警", Light.OK: "正常", Light.NONE: "未下达"}[self.light]

    def __add__(self, other: "PilotFunds") -> "PilotFunds":
        return PilotFunds(
            None,
            self.allocated + other.allocated,
            self.budgeted + other.budgeted,
            self.contracted + other.contracted,
            self.paid + other.paid,
            self.contracts + other.contracts,
            self.payments + other.payments,
            self.time_rate,
        )


@dataclass(frozen=True)
class FundChain:
    """资金总览: what was issued (by level), then the rows of the pilots and their sum."""

    as_of: datetime.date
    issued: Decimal
    by_level: tuple[tuple[str, Decimal], ...]
    rows: tuple[PilotFunds, ...]
    total: PilotFunds
    time_rate: Decimal
    warn_rate: Decimal

    @property
    def unallocated(self) -> Decimal:
        """未分配: issued and not yet given to a pilot."""
        return self.issued - self.total.allocated

    @property
    def balance(self) -> Decimal:
        """结余 of the chain = 下达 − 支付."""
        return self.issued - self.total.paid

    def of(self, pilot: Pilot) -> PilotFunds:
        return next(row for row in self.rows if row.pilot == pilot)


def fund_chain(pilots: Iterable[Pilot], as_of: datetime.date, *, whole: bool = True) -> FundChain:
    """下达, 分配, 合同, 支付, 结余 of some pilots as of a day. `whole`: the county's view; without it 下达 is what these pilots were given.

    Five queries beside those of the plan."""
    pilots = list(pilots)
    funds, rate, levels = together(
        lambda: pilot_funds(pilots, as_of), lambda: time_rate(as_of), lambda: issued_by_level(as_of) if whole else []
    )
    rows = tuple(funds.values())
    summed = sum(rows, PilotFunds(None, time_rate=rate))
    issued = sum((amount for _, amount in levels), ZERO) if whole else summed.allocated
    warn_rate = max(rate - settings.FUNDS_WARN_POINTS, Decimal("0.0"))
    return FundChain(as_of, issued, tuple(levels), rows, summed, rate, warn_rate)


def time_rate(as_of: datetime.date) -> Decimal:
    """序时进度 of the programme in percent."""
    return time_progress(_measured_phase(), as_of)


def _measured_phase() -> Phase | None:
    """The phase 序时进度 is measured in, of the first programme."""
    programme, _ = together(
        lambda: of_plan("first programme", lambda: Programme.objects.defer("plan_text").order_by("pk").first()), all_phases
    )
    return implementation_phase(programme) if programme else None


def issued_by_level(as_of: datetime.date) -> list[tuple[str, Decimal]]:
    """下达 by level, in the order 省级 … 社会; levels without money are left out."""
    found = dict(FundSource.objects.up_to(as_of).order_by().values_list("level").annotate(found=total(signed())))
    return [(level.label, found[level.value]) for level in Level if found.get(level.value)]


def pilot_funds(pilots: Iterable[Pilot], as_of: datetime.date, *, rate: Decimal | None = None) -> dict[int, PilotFunds]:
    """TB5 by pilot id, in the order given. Five queries."""
    pilots = list(pilots)
    share, given, planned, contracts, paid = together(
        lambda: time_rate(as_of) if rate is None else rate,
        lambda: _by_pilot(Allocation.objects.filter(pilot__in=pilots, on__lte=as_of), "pilot"),
        lambda: _by_pilot(BudgetEntry.objects.filter(line__pilot__in=pilots, on__lte=as_of), "line__pilot"),
        lambda: {row["pilot"]: row for row in _contract_sums(pilots, as_of)},
        lambda: {row["payment__pilot"]: row for row in _paid_sums(pilots, as_of)},
    )
    return {
        pilot.pk: PilotFunds(
            pilot,
            given.get(pilot.pk, ZERO),
            planned.get(pilot.pk, ZERO),
            contracts[pilot.pk]["amount_on"] if pilot.pk in contracts else ZERO,
            paid[pilot.pk]["paid"] if pilot.pk in paid else ZERO,
            contracts[pilot.pk]["number_on"] if pilot.pk in contracts else 0,
            paid[pilot.pk]["payments"] if pilot.pk in paid else 0,
            share,
        )
        for pilot in pilots
    }


def _by_pilot(rows: QuerySet, field: str) -> dict[int, Decimal]:
    return dict(rows.order_by().values_list(field).annotate(found=total(signed())))


def _contract_sums(pilots: list[Pilot], as_of: datetime.date) -> QuerySet:
    rows = contracts_on(Contract.objects.filter(pilot__in=pilots), as_of).order_by()
    return rows.values("pilot").annotate(amount_on=Sum("total_on"), number_on=Count("pk", filter=Q(total_on__gt=0)))


def _paid_sums(pilots: list[Pilot], as_of: datetime.date) -> QuerySet:
    rows = LedgerEntry.objects.filter(payment__pilot__in=pilots, on__lte=as_of).order_by()
    return rows.values("payment__pilot").annotate(paid=total(signed()), payments=Coalesce(Sum(_counting()), 0))


def _counting() -> Case:
    """+1 for a payment, −1 for its reversal, 0 for a refund: 笔数."""
    kinds = LedgerEntry.Kind
    return Case(
        When(kind=kinds.PAYMENT, then=Value(1)), When(kind=kinds.REVERSAL, then=Value(-1)), default=Value(0), output_field=IntegerField()
    )


# --- sources --------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SourceRow:
    """TB4, one document: what it issued, what was given to pilots, what is left. A reversed one counts zero and stays visible."""

    source: FundSource
    issued: Decimal
    given: Decimal
    reversed: bool

    @property
    def left(self) -> Decimal:
        return self.issued - self.given


def sources(as_of: datetime.date, rows: QuerySet[FundSource] | None = None) -> list[SourceRow]:
    """TB4 as of a day, in the order of the documents' days; `rows` narrows to what a person may see. One query."""
    rows = FundSource.objects.all() if rows is None else rows
    back = FundSource.objects.filter(reverses=OuterRef("pk"), on__lte=as_of)
    given = Allocation.objects.filter(source=OuterRef("pk"), on__lte=as_of).order_by().annotate(one=Value(1)).values("one")
    found = (
        rows.filter(on__lte=as_of, reverses__isnull=True)
        .annotate(
            is_back=Exists(back),
            given_on=Coalesce(
                Subquery(given.annotate(found=Sum(signed())).values("found"), output_field=MoneyField()),
                Value(ZERO, output_field=MoneyField()),
            ),
        )
        .select_related("scan")
        .order_by("issued_on", "id")
    )
    return [SourceRow(row, ZERO if row.is_back else row.amount, row.given_on, row.is_back) for row in found]


# --- contracts and budget lines -------------------------------------------------------------------------------------------------------


def contracts_on(rows: QuerySet[Contract], as_of: datetime.date) -> QuerySet[Contract]:
    """Contracts entered up to a day, each with `changed_on` and `total_on` (with its changes up to the day)."""
    changes = ContractChange.objects.filter(contract=OuterRef("pk"), on__lte=as_of).order_by().annotate(one=Value(1)).values("one")
    changed = Coalesce(
        Subquery(changes.annotate(found=Sum(signed())).values("found"), output_field=MoneyField()), Value(ZERO, output_field=MoneyField())
    )
    return (
        rows.filter(on__lte=as_of)
        .annotate(changed_on=changed)
        .annotate(total_on=ExpressionWrapper(F("amount") + F("changed_on"), output_field=MoneyField()))
    )


def contracts(rows: QuerySet[Contract], as_of: datetime.date) -> QuerySet[Contract]:
    """The list of contracts: `total_on`, `paid_on` (already paid), `waiting` (在途 now), with line, project, category and pilot."""
    entries = LedgerEntry.objects.filter(payment__contract=OuterRef("pk"), on__lte=as_of).order_by().annotate(one=Value(1)).values("one")
    waiting = Payment.objects.filter(contract=OuterRef("pk"), state__in=IN_TRANSIT).order_by().annotate(one=Value(1)).values("one")
    zero = Value(ZERO, output_field=MoneyField())
    return (
        contracts_on(rows, as_of)
        .annotate(
            paid_on=Coalesce(Subquery(entries.annotate(found=Sum(signed())).values("found"), output_field=MoneyField()), zero),
            waiting=Coalesce(Subquery(waiting.annotate(found=Sum("amount")).values("found"), output_field=MoneyField()), zero),
        )
        .select_related("pilot__unit", "pilot__accountable", "line__category", "line__project")
    )


@dataclass(frozen=True)
class LineFunds:
    """One budget line as of a day: 预算, 合同, 支付; `free` is what no contract and no direct outlay has bound."""

    line: object
    budgeted: Decimal
    contracted: Decimal
    paid: Decimal
    paid_directly: Decimal

    @property
    def free(self) -> Decimal:
        return self.budgeted - self.contracted - self.paid_directly

    @property
    def left(self) -> Decimal:
        """预算 − 支付."""
        return self.budgeted - self.paid

    @property
    def rate(self) -> Decimal | None:
        return percent(self.paid, self.budgeted) if self.budgeted else None


def line_funds(lines: Iterable, as_of: datetime.date) -> list[LineFunds]:
    """预算, 合同 and 支付 of budget lines as of a day, in the order given. Four queries."""
    lines = list(lines)
    keys = [line.pk for line in lines]
    paid = LedgerEntry.objects.filter(payment__line__in=keys, on__lte=as_of).order_by().values("payment__line")
    paid = paid.annotate(paid=total(signed()), directly=total(signed(), filter=Q(payment__contract__isnull=True)))
    planned, bound, changed, spent = together(
        lambda: _sums(BudgetEntry.objects.filter(line__in=keys, on__lte=as_of), "line", signed()),
        lambda: _sums(Contract.objects.filter(line__in=keys, on__lte=as_of), "line", F("amount")),
        lambda: _sums(ContractChange.objects.filter(contract__line__in=keys, on__lte=as_of), "contract__line", signed()),
        lambda: {row["payment__line"]: row for row in paid},
    )
    return [
        LineFunds(
            line,
            planned.get(line.pk, ZERO),
            bound.get(line.pk, ZERO) + changed.get(line.pk, ZERO),
            spent[line.pk]["paid"] if line.pk in spent else ZERO,
            spent[line.pk]["directly"] if line.pk in spent else ZERO,
        )
        for line in lines
    ]


def _sums(rows: QuerySet, field: str, expression) -> dict[int, Decimal]:
    return dict(rows.order_by().values_list(field).annotate(found=total(expression)))


# --- the ledger -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Papers:
    """附件齐否 of one payment: what is missing."""

    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def words(self) -> str:
        return "齐全" if self.complete else f"缺{'、'.join(self.missing)}"


def with_papers(rows: QuerySet, as_of: datetime.date, *, payment: str = "payment") -> QuerySet:
    """Each row with `has_invoice` and `has_voucher` as of a day; `payment` is the path to the application (`pk` for applications)."""
    files = PaymentFile.objects.filter(payment=OuterRef(payment), on__lte=as_of)
    return rows.annotate(**{f"has_{kind.value}": Exists(files.filter(kind=kind)) for kind, _ in PAPERS})


def papers_of(row) -> Papers:
    """附件齐否 of a row of `ledger` or `with_papers`."""
    return Papers(tuple(word for kind, word in PAPERS if not getattr(row, f"has_{kind.value}")))


def ledger(
    pilots: Iterable[Pilot],
    as_of: datetime.date,
    *,
    month: str = "",
    pilot: str = "",
    project: int | None = None,
    category: str = "",
    contract: int | None = None,
    text: str = "",
    lacking: bool = False,
) -> QuerySet[LedgerEntry]:
    """TB6: the rows of the ledger of some pilots as of a day, newest first, with 附件齐否; reversals and refunds are rows of their own.

    `month` as 2022-11, `pilot` a code, `category` a code, `text` looked for in payee, voucher, number and purpose, `lacking`: only those whose
    papers are not complete."""
    rows = LedgerEntry.objects.filter(payment__pilot__in=list(pilots), on__lte=as_of)
    if month:
        rows = rows.filter(on__gte=_first_of(month), on__lt=_first_of_next(month))
    if pilot:
        rows = rows.filter(payment__pilot__code=pilot)
    if project:
        rows = rows.filter(payment__project=project)
    if category:
        rows = rows.filter(payment__line__category__code=category)
    if contract:
        rows = rows.filter(payment__contract=contract)
    if text.strip():
        word = text.strip()
        rows = rows.filter(
            Q(payment__payee__icontains=word)
            | Q(voucher_no__icontains=word)
            | Q(payment__number__icontains=word)
            | Q(payment__purpose__icontains=word)
            | Q(payment__search__icontains=word.lower())
        )
    rows = with_papers(rows, as_of)
    if lacking:
        rows = rows.filter(kind=LedgerEntry.Kind.PAYMENT).filter(Q(has_invoice=False) | Q(has_voucher=False))
    return rows.select_related(
        "payment__pilot__unit", "payment__project", "payment__line__category", "payment__contract", "payment__unit", "unit", "reverses"
    ).order_by("-on", "-id")


def _first_of(month: str) -> datetime.date:
    year, _, number = month.partition("-")
    return datetime.date(int(year), int(number), 1)


def _first_of_next(month: str) -> datetime.date:
    first = _first_of(month)
    return datetime.date(first.year + first.month // 12, first.month % 12 + 1, 1)


@dataclass(frozen=True)
class LedgerTotal:
    """合计 of a filtered ledger: the signed sum, how many rows, how many payments stand."""

    amount: Decimal
    rows: int
    payments: int


def ledger_total(rows: QuerySet[LedgerEntry]) -> LedgerTotal:
    """The sum of exactly these rows. One query."""
    keys = rows.order_by().values("pk")
    found = LedgerEntry.objects.filter(pk__in=keys).aggregate(
        amount=total(signed()), rows=Count("pk"), payments=Coalesce(Sum(_counting()), 0)
    )
    return LedgerTotal(found["amount"], found["rows"], found["payments"])


@dataclass(frozen=True)
class Month:
    """One month: 支付 of the month, 累计支付, and 按序时应支付 up to its end (or the as-of day)."""

    year: int
    month: int
    paid: Decimal
    so_far: Decimal
    planned: Decimal
    count: int

    @property
    def code(self) -> str:
        return f"{self.year}-{self.month:02d}"


def by_month(pilots: Iterable[Pilot], as_of: datetime.date, *, first: datetime.date | None = None) -> list[Month]:
    """累计支付 by month from `first` (default: the month before the implementation phase begins) to the month of the as-of day. Four queries."""
    pilots = list(pilots)
    allocations = Allocation.objects.filter(pilot__in=pilots, on__lte=as_of)
    rows = LedgerEntry.objects.filter(payment__pilot__in=pilots, on__lte=as_of).order_by()
    grouped = rows.annotate(year_on=ExtractYear("on"), month_on=ExtractMonth("on")).values("year_on", "month_on")
    grouped = grouped.annotate(paid=total(signed()), count=Coalesce(Sum(_counting()), 0))
    phase, by_pilot, sums = together(
        _measured_phase, lambda: _by_pilot(allocations, "pilot"), lambda: {(r["year_on"], r["month_on"]): r for r in grouped}
    )
    given = sum(by_pilot.values(), ZERO)
    start = first or ((phase.start - datetime.timedelta(days=1)) if phase and phase.start else as_of).replace(day=1)
    if sums:
        start = min(start, datetime.date(*min(sums), 1))
    months, so_far, day = [], ZERO, start.replace(day=1)
    while day <= as_of:
        row = sums.get((day.year, day.month))
        paid = row["paid"] if row else ZERO
        so_far += paid
        end = min(_first_of_next(f"{day.year}-{day.month}") - datetime.timedelta(days=1), as_of)
        planned = (given * time_progress(phase, end) / 100).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        months.append(Month(day.year, day.month, paid, so_far, planned, row["count"] if row else 0))
        day = _first_of_next(f"{day.year}-{day.month}")
    return months


# --- applications ---------------------------------------------------------------------------------------------------------------------


def payments_on(rows: QuerySet[Payment], as_of: datetime.date) -> QuerySet[Payment]:
    """Applications with `state_on`, what they were as of a day; up to today the stored state is that. Drafts are nobody's record."""
    if as_of >= clock.today():
        return rows.annotate(state_on=F("state"))
    return rows.with_state_on(as_of)


@dataclass(frozen=True)
class Waiting:
    """在途 of one pilot: how much and how many."""

    amount: Decimal = ZERO
    count: int = 0


def in_transit(pilots: Iterable[Pilot], as_of: datetime.date) -> dict[int, Waiting]:
    """在途 by pilot id as of a day. One query."""
    rows = payments_on(Payment.objects.filter(pilot__in=list(pilots), number__isnull=False), as_of).filter(state_on__in=IN_TRANSIT)
    found = rows.order_by().values("pilot").annotate(found=total("amount"), number_of=Count("pk"))
    return {row["pilot"]: Waiting(row["found"], row["number_of"]) for row in found}


def payment_list(rows: QuerySet[Payment], as_of: datetime.date) -> QuerySet[Payment]:
    """The list of applications as pages show it, newest first, with 附件齐否."""
    related = ("pilot__unit", "pilot__accountable", "unit", "project", "line__category", "contract", "created_by")
    return with_papers(rows, as_of, payment="pk").select_related(*related).order_by(F("submitted_on").desc(nulls_first=True), "-id")


def lacking_papers(pilots: Iterable[Pilot], as_of: datetime.date) -> dict[int, int]:
    """How many payments of each pilot lack an invoice or a bank voucher as of a day, by pilot id. One query."""
    rows = with_papers(standing_payments(pilots, as_of), as_of).filter(Q(has_invoice=False) | Q(has_voucher=False))
    return dict(rows.order_by().values_list("payment__pilot").annotate(Count("pk")))


def standing_payments(pilots: Iterable[Pilot], as_of: datetime.date) -> QuerySet[LedgerEntry]:
    """Payments that stand as of a day: paid and not reversed by then."""
    back = LedgerEntry.objects.filter(reverses=OuterRef("pk"), on__lte=as_of)
    return LedgerEntry.objects.filter(payment__pilot__in=list(pilots), kind=LedgerEntry.Kind.PAYMENT, on__lte=as_of).exclude(Exists(back))


@dataclass(frozen=True)
class FundLight:
    """资金使用 of one pilot in the matrix: the light and its reason in one short phrase."""

    light: Light
    words: str


def fund_lights(pilots: Iterable[Pilot], as_of: datetime.date) -> dict[int, FundLight]:
    """资金使用 by pilot id: 执行率 against 序时进度, at least 预警 while papers are missing. Eight queries."""
    pilots = list(pilots)
    lacking, funds = together(lambda: lacking_papers(pilots, as_of), lambda: pilot_funds(pilots, as_of))
    return fund_lights_of(funds, lacking)


def fund_lights_of(funds: Mapping[int, PilotFunds], lacking: Mapping[int, int]) -> dict[int, FundLight]:
    """The same from `pilot_funds` and `lacking_papers` already read."""
    lights = {}
    for key, row in funds.items():
        light, words = row.light, f"执行率 {row.rate}%" if row.rate is not None else "资金未下达"
        if lacking.get(key):
            light = Light.LATE if light == Light.LATE else Light.WARN
            words = f"{lacking[key]} 笔支付资料不全" if row.light in (Light.OK, Light.NONE) else words
        lights[key] = FundLight(light, words)
    return lights


def waiting_at(state: PaymentState, rows: QuerySet[Payment]) -> QuerySet[Payment]:
    """Applications that wait at one desk now."""
    return rows.filter(state=state).select_related("pilot__unit", "pilot__accountable", "unit", "project").order_by("submitted_on", "id")
