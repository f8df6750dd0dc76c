"""Lists of the money room as a person sees them on a day: visible rows with what belongs to each, one query per list.

A day in the past shows what was entered by then; figures of whole pilots and of the county are in funds/queries.py.
"""

import datetime
from decimal import Decimal

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from funds.balances import Balance
from funds.models import (
    IN_TRANSIT,
    Allocation,
    BudgetEntry,
    BudgetLine,
    Contract,
    ContractChange,
    FundSource,
    LedgerEntry,
    Payment,
)
from pilots.money import ZERO, MoneyField, signed, total


def _added(rows: QuerySet, expression) -> Coalesce:
    """Σ of `expression` over a correlated queryset, 0.00 where it is empty."""
    found = rows.order_by().annotate(whole=Value(1)).values("whole").annotate(found=Sum(expression)).values("found")
    return Coalesce(Subquery(found, output_field=MoneyField()), Value(ZERO, output_field=MoneyField()))


def _counted(rows: QuerySet) -> Coalesce:
    found = rows.order_by().annotate(whole=Value(1)).values("whole").annotate(found=Count("pk")).values("found")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)


def sources_listed(user: User, day: datetime.date) -> QuerySet[FundSource]:
    """Sources in sight with `allocated`, what of each was given to pilots by the day; reversals stand as rows of their own."""
    given = Allocation.objects.filter(source=OuterRef("pk"), on__lte=day)
    return FundSource.objects.visible_to(user).up_to(day).annotate(allocated=_added(given, signed())).order_by("issued_on", "id")


def allocations_listed(user: User, day: datetime.date) -> QuerySet[Allocation]:
    rows = Allocation.objects.visible_to(user).up_to(day).select_related("source", "pilot__unit", "by")
    return rows.order_by("pilot__order", "allocated_on", "id")


def gone_on(row: FundSource | Allocation, day: datetime.date) -> bool:
    """Whether a row was reversed by the day."""
    return row.reversed_on is not None and row.reversed_on <= day


# --- balances of contracts and lines ------------------------------------------------------------------------------------------------


def _spent(rows: QuerySet, field: str, day: datetime.date) -> QuerySet:
    """`rows` with what was paid and what was 在途 on the day."""
    entries = LedgerEntry.objects.filter(**{f"payment__{field}": OuterRef("pk")}, on__lte=day)
    waiting = Payment.objects.filter(**{field: OuterRef("pk")}).with_state_on(day).filter(state_on__in=IN_TRANSIT)
    return rows.annotate(
        paid_sum=_added(entries, signed()),
        paid_number=_counted(entries.filter(kind=LedgerEntry.Kind.PAYMENT).exclude(reversal__on__lte=day)),
        transit_sum=_added(waiting, F("amount")),
        transit_number=_counted(waiting),
    )


def balance_of(row, amount: Decimal) -> Balance:
    """The balance of a listed row whose whole is `amount`."""
    return Balance(amount, row.paid_sum, row.transit_sum, row.paid_number, row.transit_number)


def contracts_listed(user: User, day: datetime.date) -> QuerySet[Contract]:
    """Contracts entered by the day with `changed` (Σ changes) and what was spent; `contract_balance_of` reads them."""
    changes = ContractChange.objects.filter(contract=OuterRef("pk"), on__lte=day)
    rows = Contract.objects.visible_to(user).up_to(day).select_related("pilot__unit", "line__category", "line__project")
    return _spent(rows.annotate(changed=_added(changes, signed())), "contract", day).order_by("pilot__order", "number")


def contract_balance_of(row: Contract) -> Balance:
    return balance_of(row, row.amount + row.changed)


def contracts_total(rows: QuerySet[Contract], day: datetime.date) -> Decimal:
    """Σ of filtered contracts with their changes, in two queries."""
    keys = rows.order_by().values("pk")
    first = Contract.objects.filter(pk__in=keys).aggregate(found=total("amount"))["found"]
    return first + ContractChange.objects.filter(contract__in=keys, on__lte=day).aggregate(found=total(signed()))["found"]


def lines_listed(user: User, day: datetime.date) -> QuerySet[BudgetLine]:
    """Budget lines with `held` (Σ entries), `contracted` and what was spent; a line entered later than the day is left out."""
    entries = BudgetEntry.objects.filter(line=OuterRef("pk"), on__lte=day)
    rows = BudgetLine.objects.visible_to(user).filter(entries__on__lte=day).distinct().select_related("pilot__unit", "project", "category")
    rows = rows.annotate(
        held=_added(entries, signed()),
        bound=_added(Contract.objects.filter(line=OuterRef("pk"), on__lte=day), F("amount")),
        changed=_added(ContractChange.objects.filter(contract__line=OuterRef("pk"), on__lte=day), signed()),
    )
    return _spent(rows, "line", day).order_by("pilot__order", "project__code", "category__order")


def lines_total(rows: QuerySet[BudgetLine], day: datetime.date) -> Decimal:
    """Σ of filtered budget lines."""
    keys = rows.order_by().values("pk")
    return BudgetEntry.objects.filter(line__in=keys, on__lte=day).aggregate(found=total(signed()))["found"]
