"""What the database refuses by itself, asked in raw SQL (R03, R18)."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import ProtectedError

from accounts.models import DatabaseStamp
from funds.models import LedgerEntry, Payment, PaymentState
from funds.payments import reverse_payment
from tests.funds import records

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def year(pilot):
    """A source, an allocation, a line, a contract and a payment of P4, filed; one more application on its way. In a stamped database."""
    DatabaseStamp.objects.get_or_create(id=1, defaults={"mode": "sample"})
    p4 = pilot("P4")
    records.given(p4, "100000", records.issued("100000"))
    contract = records.contract_on(records.line_of(p4, "90000"), "80000")
    paid = records.advance(records.drafted(p4, "30000", contract=contract), PaymentState.FILED)
    waiting = records.advance(records.drafted(p4, "20000", contract=contract), PaymentState.TO_PAY)
    return {"pilot": p4, "contract": contract, "paid": paid, "waiting": waiting, "line": contract.line}


CHANGED = [
    "UPDATE funds_fundsource SET amount = 1",
    "UPDATE funds_fundsource SET document_number = 'x'",
    "DELETE FROM funds_fundsource",
    "UPDATE funds_allocation SET amount = amount + 1",
    "UPDATE funds_allocation SET pilot_id = 1",
    "DELETE FROM funds_allocation",
    "UPDATE funds_budgetentry SET amount = 1",
    "DELETE FROM funds_budgetentry",
    "UPDATE funds_budgetline SET category_id = category_id + 1",
    "DELETE FROM funds_budgetline",
    "UPDATE funds_contract SET amount = 1",
    "UPDATE funds_contract SET signed_on = '2022-01-01'",
    "UPDATE funds_contract SET contractor = 'x'",
    "DELETE FROM funds_contract",
    "UPDATE funds_ledgerentry SET amount = 1",
    "UPDATE funds_ledgerentry SET voucher_no = 'x'",
    "UPDATE funds_ledgerentry SET \"on\" = '2022-01-01'",
    "DELETE FROM funds_ledgerentry",
    "UPDATE funds_paymentstep SET opinion = 'x'",
    "UPDATE funds_paymentstep SET state = 'paid'",
    "DELETE FROM funds_paymentstep",
    "UPDATE funds_payment SET amount = 1",
    "UPDATE funds_payment SET payee = 'x'",
    "UPDATE funds_payment SET number = 'x'",
    "UPDATE funds_payment SET state = 'draft' WHERE state = 'filed'",
    "UPDATE funds_payment SET state = 'filed' WHERE state = 'to_pay'",
    "DELETE FROM funds_payment",
]


@pytest.mark.parametrize("statement", CHANGED)
def test_entries_are_neither_changed_nor_deleted(year, statement):
    with pytest.raises(DatabaseError, match="money_entries_never_change"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def copied(table, changes, row):
    """Insert a copy of a row with some columns changed."""
    with connection.cursor() as cursor:
        columns = [c.name for c in connection.introspection.get_table_description(cursor, table) if c.name != "id"]
        names = ", ".join(f'"{c}"' for c in columns)
        values = ", ".join(changes.get(c, f'"{c}"') for c in columns)
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE id = %s", [row])


def test_sums_beyond_their_limit(year):
    allocation = year["pilot"].allocations.get()
    entry = year["line"].entries.get()
    for table, changes, row in [
        ("funds_allocation", {"amount": "1"}, allocation.pk),
        ("funds_budgetentry", {"amount": "1000001"}, entry.pk),
        ("funds_budgetentry", {"amount": "1000001", "sign": "-1", "reason": "'x'"}, entry.pk),
        ("funds_contract", {"amount": "1000001", "number": "'x'"}, year["contract"].pk),
    ]:
        with pytest.raises(DatabaseError, match="money_sum_exceeded"), transaction.atomic():
            copied(table, changes, row)


def test_nothing_is_paid_out_of_turn(year):
    entry = LedgerEntry.objects.get()
    for changes in (
        {"voucher_no": "'x'"},
        {"voucher_no": "'x'", "payment_id": str(year["waiting"].pk)},
        {"voucher_no": "'x'", "payment_id": str(year["waiting"].pk), "amount": "2000001"},
    ):
        with pytest.raises(DatabaseError, match="money_paid_out_of_turn"), transaction.atomic():
            copied("funds_ledgerentry", changes, entry.pk)


def test_a_reversal_is_the_mirror_of_its_row(year):
    entry = LedgerEntry.objects.get()
    wrong = {"voucher_no": "'x'", "kind": "'reversal'", "sign": "-1", "reason": "'x'", "reverses_id": str(entry.pk), "amount": "100"}
    with pytest.raises(DatabaseError, match="money_pair_must_match"), transaction.atomic():
        copied("funds_ledgerentry", wrong, entry.pk)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": "0"},
        {"amount": "-100"},
        {"sign": "2"},
        {"document_number": "document_number"},
        {"issued_on": "'2030-01-01'", "document_number": "'x'"},
        {"sign": "-1", "document_number": "'x'"},
    ],
)
def test_checks_of_the_columns(year, changes):
    source = year["pilot"].allocations.get().source
    with pytest.raises(IntegrityError), transaction.atomic():
        copied("funds_fundsource", changes, source.pk)


def test_a_voucher_number_once_a_year(year):
    entry = LedgerEntry.objects.get()
    changes = {"kind": "'refund'", "sign": "-1", "reason": "'x'", "amount": "100"}
    with pytest.raises(IntegrityError), transaction.atomic():
        copied("funds_ledgerentry", changes, entry.pk)


def test_parents_are_protected(year):
    for row in (year["pilot"], year["line"], year["contract"], year["paid"], year["paid"].project, year["pilot"].allocations.get().source):
        with pytest.raises(ProtectedError):
            row.delete()


def test_the_orm_changes_nothing_either(year):
    entry = LedgerEntry.objects.get()
    entry.amount += 1
    with pytest.raises(DatabaseError, match="money_entries_never_change"), transaction.atomic():
        entry.save()


def test_pairs_sum_to_zero_and_stay(year):
    finance = records.town_of(year["pilot"])["town_finance"]
    reverse_payment(year["paid"], by=finance, reason="账户有误", voucher_no="记-冲1")
    rows = list(LedgerEntry.objects.order_by("id"))
    assert [str(row.signed_amount) for row in rows] == ["30000.00", "-30000.00"] and rows[1].reverses == rows[0]
    assert Payment.objects.get(pk=year["paid"].pk).state == PaymentState.REVERSED
