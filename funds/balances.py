"""What is left of a contract, a budget line and a pilot's allocation, and the locks under which that is true.

Order of locks, always: source → pilot → the row itself → counter of numbers. Every deed that changes or reserves money of a pilot holds the
pilot's row first (FOR NO KEY UPDATE, so that rows that merely refer to the pilot are not held up); with it nothing of that pilot's money moves.
在途 (handed in and not yet paid, returned or rejected) takes up the balance like what is paid.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from accounts.together import together
from funds.models import (
    IN_TRANSIT,
    Allocation,
    BudgetEntry,
    BudgetLine,
    Contract,
    ContractChange,
    FundSource,
    LedgerEntry,
    NumberCounter,
    Payment,
)
from pilots.models import Pilot
from pilots.money import ZERO, MoneyField, signed, total


@dataclass(frozen=True)
class Balance:
    """`total` − `paid` − `in_transit` = `available`, all in 元."""

    total: Decimal = ZERO
    paid: Decimal = ZERO
    in_transit: Decimal = ZERO
    paid_count: int = 0
    in_transit_count: int = 0

    @property
    def available(self) -> Decimal:
        return self.total - self.paid - self.in_transit


@dataclass(frozen=True)
class Balances:
    """The limits an application stands under. `of_contract` is None for a direct outlay; `of_line` is what no contract has bound."""

    of_contract: Balance | None
    of_line: Balance | None
    of_pilot: Balance

    @property
    def nearest(self) -> Balance | None:
        """The limit the amount is measured against first: the contract's, else the line's."""
        return self.of_contract or self.of_line


def lock_pilot(pilot_id: int) -> None:
    """Nothing of this pilot's money moves until the transaction ends (SQLite's IMMEDIATE transaction is such a lock already)."""
    if connection.features.has_select_for_update:
        Pilot.objects.select_for_update(no_key=True).order_by().values_list("pk").get(pk=pilot_id)


def lock_source(source_id: int) -> None:
    """Nothing is given out of this source until the transaction ends. Taken before any pilot's lock."""
    FundSource.objects.select_for_update(no_key=True).order_by().values_list("pk").get(pk=source_id)


def next_number(key: str) -> int:
    """The next number under a key; call inside atomic, last of all locks. A deed that fails gives its number back."""
    NumberCounter.objects.get_or_create(key=key)
    counter = NumberCounter.objects.select_for_update().get(key=key)
    counter.last += 1
    counter.save()
    return counter.last


def given_of(source: FundSource) -> Decimal:
    """What of a source has been given to pilots."""
    return Allocation.objects.filter(source=source).aggregate(found=total(signed()))["found"]


def allocated_to(pilot: Pilot) -> Decimal:
    return Allocation.objects.filter(pilot=pilot).aggregate(found=total(signed()))["found"]


def planned_of(pilot: Pilot) -> Decimal:
    """Σ budget lines of a pilot."""
    return BudgetEntry.objects.filter(line__pilot=pilot).aggregate(found=total(signed()))["found"]


def line_total(line: BudgetLine) -> Decimal:
    return BudgetEntry.objects.filter(line=line).aggregate(found=total(signed()))["found"]


def contract_total(contract: Contract) -> Decimal:
    """The first amount and all changes."""
    return contract.amount + ContractChange.objects.filter(contract=contract).aggregate(found=total(signed()))["found"]


def contracted_of(line: BudgetLine) -> Decimal:
    """Σ contracts on a line with their changes."""
    first, changed = together(
        lambda: Contract.objects.filter(line=line).aggregate(found=total("amount"))["found"],
        lambda: ContractChange.objects.filter(contract__line=line).aggregate(found=total(signed()))["found"],
    )
    return first + changed


def contract_balance(contract: Contract, *, without: Payment | None = None) -> Balance:
    """What is left of a contract; `without` leaves one application out of 在途."""
    row = _measured(Contract.objects.filter(pk=contract.pk), "contract", without).annotate(changed=_contract_changes(OuterRef("pk"))).get()
    return _balance(row, row.amount + row.changed)


def line_balance(line: BudgetLine, *, without: Payment | None = None) -> Balance:
    """What of a line is bound by no contract: its amount less its contracts, against direct outlays."""
    rows = _measured(BudgetLine.objects.filter(pk=line.pk), "line", without, contract__isnull=True)
    row = rows.annotate(
        held=_added(BudgetEntry.objects.filter(line=OuterRef("pk")), signed()),
        bound=_added(Contract.objects.filter(line=OuterRef("pk")), F("amount")),
        changed=_added(ContractChange.objects.filter(contract__line=OuterRef("pk")), signed()),
    ).get()
    return _balance(row, row.held - row.bound - row.changed)


def pilot_balance(pilot: Pilot, *, without: Payment | None = None) -> Balance:
    """What is left of the pilot's 下达额度 (FR06)."""
    rows = _measured(Pilot.objects.filter(pk=pilot.pk).order_by(), "pilot", without)
    row = rows.annotate(held=_added(Allocation.objects.filter(pilot=OuterRef("pk")), signed())).get()
    return _balance(row, row.held)


def balances_of(payment: Payment) -> Balances:
    """The limits of an application, with itself left out of 在途. Four queries under a contract, six for a direct outlay."""
    contract, line, pilot = payment.contract, payment.line, payment.pilot
    narrow = Q(contract=contract) if contract else Q(line=line, contract__isnull=True)
    waiting = Payment.objects.filter(pilot=pilot, state__in=IN_TRANSIT).exclude(pk=payment.pk or 0).order_by()
    entries = LedgerEntry.objects.filter(payment__pilot=pilot).order_by()
    own = Q(payment__contract=contract) if contract else Q(payment__line=line, payment__contract__isnull=True)
    standing = Q(kind=LedgerEntry.Kind.PAYMENT)
    back = Q(kind=LedgerEntry.Kind.REVERSAL)
    waits, paid, allocated, limit = together(
        lambda: waiting.aggregate(
            all_sum=total("amount"), all_number=Count("pk"), own_sum=total("amount", filter=narrow), own_number=Count("pk", filter=narrow)
        ),
        lambda: entries.aggregate(
            all_sum=total(signed()),
            all_number=Count("pk", filter=standing) - Count("pk", filter=back),
            own_sum=total(signed(), filter=own),
            own_number=Count("pk", filter=standing & own) - Count("pk", filter=back & own),
        ),
        lambda: allocated_to(pilot),
        lambda: _limit(contract, line),
    )
    of_pilot = Balance(allocated, paid["all_sum"], waits["all_sum"], paid["all_number"], waits["all_number"])
    if limit is None:
        return Balances(None, None, of_pilot)
    nearest = Balance(limit, paid["own_sum"], waits["own_sum"], paid["own_number"], waits["own_number"])
    return Balances(nearest if contract else None, None if contract else nearest, of_pilot)


def _limit(contract: Contract | None, line: BudgetLine | None) -> Decimal | None:
    """What an application is measured against first; None while it names neither contract nor line."""
    if contract is not None:
        return contract_total(contract)
    if line is None:
        return None
    held, bound = together(lambda: line_total(line), lambda: contracted_of(line))
    return held - bound


def _balance(row, total_amount: Decimal) -> Balance:
    return Balance(total_amount, row.paid_sum, row.transit_sum, row.paid_number, row.transit_number)


def _measured(rows: QuerySet, field: str, without: Payment | None, **narrowed) -> QuerySet:
    """`rows` with what was paid and what is 在途 for each, in one query."""
    entries = LedgerEntry.objects.filter(**{f"payment__{field}": OuterRef("pk"), **{f"payment__{k}": v for k, v in narrowed.items()}})
    waiting = Payment.objects.filter(**{field: OuterRef("pk"), **narrowed}, state__in=IN_TRANSIT)
    if without is not None and without.pk:
        waiting = waiting.exclude(pk=without.pk)
    return rows.annotate(
        paid_sum=_added(entries, signed()),
        paid_number=_counted(entries.filter(kind=LedgerEntry.Kind.PAYMENT, reversal__isnull=True)),
        transit_sum=_added(waiting, F("amount")),
        transit_number=_counted(waiting),
    )


def _contract_changes(reference) -> Coalesce:
    return _added(ContractChange.objects.filter(contract=reference), signed())


def _added(rows: QuerySet, expression) -> Coalesce:
    """Σ of `expression` over a correlated queryset, 0.00 where it is empty."""
    summed = rows.order_by().annotate(whole=Value(1)).values("whole").annotate(found=Sum(expression)).values("found")
    return Coalesce(Subquery(summed, output_field=MoneyField()), Value(ZERO, output_field=MoneyField()))


def _counted(rows: QuerySet) -> Coalesce:
    counted = rows.order_by().annotate(whole=Value(1)).values("whole").annotate(found=Count("pk")).values("found")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
