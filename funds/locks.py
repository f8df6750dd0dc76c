"""What the database itself refuses about money, whoever writes to it: changed or deleted entries, pairs that do not match, sums beyond a limit.

Triggers, put in place after every `migrate` like those of reports/locks.py. They are the last line; the services refuse earlier and in words.
On PostgreSQL two writers at once do not see each other's rows here: for that the services take locks (funds/balances.py).
Deleting is refused in every database that is in use, that is in one that bears its stamp; a test's empty database does not.
"""

from django.db import connections, transaction

CHANGED = "money_entries_never_change"
UNPAIRED = "money_pair_must_match"
EXCEEDED = "money_sum_exceeded"
UNDUE = "money_paid_out_of_turn"

_APPEND_ONLY = ("budgetentry", "contractchange", "ledgerentry", "paymentstep", "matchedfund")
_ENTRY = "amount sign reverses_id reason on at by_id"
_FROZEN = {
    "fundsource": f"{_ENTRY} programme_id level document_number issued_on",
    "allocation": f"{_ENTRY} source_id pilot_id document_number allocated_on",
    "contract": "on at by_id pilot_id line_id number contractor party method awarded_on signed_on amount prepayment_percent",
    "budgetline": "pilot_id project_id category_id",
}
_PAYMENT_FROZEN = (
    "pilot_id unit_id project_id line_id contract_id payee bank account_tail amount purpose is_prepayment witness explanation"
    " created_by_id created_at number submitted_on"
).split()
_MOVES = {
    "draft": "town_review finance_check head_approval to_pay",
    "returned": "town_review finance_check head_approval to_pay draft",
    "town_review": "finance_check head_approval to_pay returned rejected draft",
    "finance_check": "head_approval to_pay returned rejected draft",
    "head_approval": "finance_check to_pay returned rejected draft",
    "to_pay": "paid returned rejected draft",
    "paid": "filed reversed",
    "filed": "reversed",
    "rejected": "",
    "reversed": "",
}
_KEPT = ("fundsource", "allocation", "budgetline", "contract", *_APPEND_ONLY)
_IN_USE = "EXISTS (SELECT 1 FROM accounts_databasestamp)"


def _sum(what: str, tables: str, where: str) -> str:
    return f"COALESCE((SELECT SUM({what}) FROM {tables} WHERE {where}), 0)"  # noqa: S608 - constants only


_SOURCE = _sum("s.sign * s.amount", "funds_fundsource s", "s.id = {id} OR s.reverses_id = {id}")
_GIVEN = _sum("a.sign * a.amount", "funds_allocation a", "a.source_id = {id}")
_PILOT_GIVEN = _sum("a.sign * a.amount", "funds_allocation a", "a.pilot_id = {id}")
_PILOT_PLANNED = _sum("e.sign * e.amount", "funds_budgetentry e JOIN funds_budgetline l ON l.id = e.line_id", "l.pilot_id = {id}")
_LINE = _sum("e.sign * e.amount", "funds_budgetentry e", "e.line_id = {id}")
_CONTRACT = (
    "(" + _sum("c.amount", "funds_contract c", "c.id = {id}") + " + "
    "" + _sum("x.sign * x.amount", "funds_contractchange x", "x.contract_id = {id}") + ")"
)
_LINE_CONTRACTS = (
    "(" + _sum("c.amount", "funds_contract c", "c.line_id = {id}") + " + "
    "" + _sum("x.sign * x.amount", "funds_contractchange x JOIN funds_contract c ON c.id = x.contract_id", "c.line_id = {id}") + ")"
)
_PAID = "funds_ledgerentry g JOIN funds_payment p ON p.id = g.payment_id"
_LINE_PAID = _sum("g.sign * g.amount", _PAID, "p.line_id = {id}")
_LINE_DIRECT = _sum("g.sign * g.amount", _PAID, "p.line_id = {id} AND p.contract_id IS NULL")
_CONTRACT_PAID = _sum("g.sign * g.amount", _PAID, "p.contract_id = {id}")
_PAYMENT_PAID = _sum("g.sign * g.amount", "funds_ledgerentry g", "g.payment_id = {id}")


def _of(expression: str, identity: str) -> str:
    return expression.format(id=identity)


def _paired(table: str, same: str) -> str:
    """Condition that refuses: a reversal whose amount, sign or belonging differs from what it reverses."""
    agree = " AND ".join(f"o.{column} = NEW.{column}" for column in same.split())
    return (
        "NEW.reverses_id IS NOT NULL AND NOT EXISTS ("  # noqa: S608 - constants only
        f"SELECT 1 FROM funds_{table} o WHERE o.id = NEW.reverses_id AND o.sign = -NEW.sign AND o.reverses_id IS NULL AND {agree})"
    )


def _rules(different: str) -> list[tuple[str, str, str, str, str]]:
    """(name, table, event, condition that refuses, what is said). `different` compares two columns where NULL equals NULL."""

    def changed(columns) -> str:
        return " OR ".join(f'NEW."{c}" {different} OLD."{c}"' for c in columns)

    rules = [(f"{table}_update", table, "UPDATE", "1 = 1", CHANGED) for table in _APPEND_ONLY]
    rules += [(f"{table}_update", table, "UPDATE", changed(columns.split()), CHANGED) for table, columns in _FROZEN.items()]
    rules += [(f"{table}_delete", table, "DELETE", _IN_USE, CHANGED) for table in _KEPT]
    rules += _payment_rules(changed)
    rules += _pair_rules() + _sum_rules()
    return rules


def _payment_rules(changed) -> list[tuple[str, str, str, str, str]]:
    moves = " OR ".join(
        f"(OLD.state = '{old}' AND NEW.state IN ({', '.join(repr(new) for new in [old, *news.split()])}))" for old, news in _MOVES.items()
    )
    return [
        ("payment_update", "payment", "UPDATE", f"OLD.state NOT IN ('draft', 'returned') AND ({changed(_PAYMENT_FROZEN)})", CHANGED),
        ("payment_number", "payment", "UPDATE", f"OLD.number IS NOT NULL AND ({changed(['number', 'pilot_id'])})", CHANGED),
        ("payment_moves", "payment", "UPDATE", f"NOT ({moves})", CHANGED),
        ("payment_delete", "payment", "DELETE", f"OLD.number IS NOT NULL AND {_IN_USE}", CHANGED),
    ]


def _pair_rules() -> list[tuple[str, str, str, str, str]]:
    return [
        ("fundsource_pair", "fundsource", "INSERT", _paired("fundsource", "amount document_number"), UNPAIRED),
        ("allocation_pair", "allocation", "INSERT", _paired("allocation", "amount source_id pilot_id"), UNPAIRED),
        ("budgetentry_pair", "budgetentry", "INSERT", _paired("budgetentry", "amount line_id"), UNPAIRED),
        ("ledgerentry_pair", "ledgerentry", "INSERT", _paired("ledgerentry", "amount payment_id"), UNPAIRED),
        ("matchedfund_pair", "matchedfund", "INSERT", _paired("matchedfund", "amount pilot_id"), UNPAIRED),
    ]


def _sum_rules() -> list[tuple[str, str, str, str, str]]:
    more, less = "NEW.sign = 1 AND", "NEW.sign = -1 AND"
    line_of_contract = "(SELECT c.line_id FROM funds_contract c WHERE c.id = NEW.contract_id)"
    pilot_of_line = "(SELECT l.pilot_id FROM funds_budgetline l WHERE l.id = NEW.line_id)"
    line_of_payment = "(SELECT p.line_id FROM funds_payment p WHERE p.id = NEW.payment_id)"
    contract_of_payment = "(SELECT p.contract_id FROM funds_payment p WHERE p.id = NEW.payment_id)"
    due = "EXISTS (SELECT 1 FROM funds_payment p WHERE p.id = NEW.payment_id AND p.state = 'to_pay' AND p.amount = NEW.amount)"
    return [
        ("fundsource_sum", "fundsource", "INSERT", f"{less} {_of(_GIVEN, 'NEW.reverses_id')} > 0", EXCEEDED),
        (
            "allocation_sum",
            "allocation",
            "INSERT",
            f"{more} {_of(_GIVEN, 'NEW.source_id')} + NEW.amount > {_of(_SOURCE, 'NEW.source_id')}",
            EXCEEDED,
        ),
        (
            "allocation_back",
            "allocation",
            "INSERT",
            f"{less} {_of(_PILOT_GIVEN, 'NEW.pilot_id')} - NEW.amount < {_of(_PILOT_PLANNED, 'NEW.pilot_id')}",
            EXCEEDED,
        ),
        (
            "budgetentry_sum",
            "budgetentry",
            "INSERT",
            f"{more} {_of(_PILOT_PLANNED, pilot_of_line)} + NEW.amount > {_of(_PILOT_GIVEN, pilot_of_line)}",
            EXCEEDED,
        ),
        (
            "budgetentry_back",
            "budgetentry",
            "INSERT",
            f"{less} {_of(_LINE, 'NEW.line_id')} - NEW.amount < {_of(_LINE_CONTRACTS, 'NEW.line_id')} + {_of(_LINE_DIRECT, 'NEW.line_id')}",
            EXCEEDED,
        ),
        (
            "contract_sum",
            "contract",
            "INSERT",
            f"{_of(_LINE_CONTRACTS, 'NEW.line_id')} + {_of(_LINE_DIRECT, 'NEW.line_id')} + NEW.amount > {_of(_LINE, 'NEW.line_id')}",
            EXCEEDED,
        ),
        (
            "contractchange_sum",
            "contractchange",
            "INSERT",
            f"{more} {_of(_LINE_CONTRACTS, line_of_contract)} + {_of(_LINE_DIRECT, line_of_contract)} + NEW.amount"
            f" > {_of(_LINE, line_of_contract)}",
            EXCEEDED,
        ),
        (
            "contractchange_back",
            "contractchange",
            "INSERT",
            f"{less} {_of(_CONTRACT, 'NEW.contract_id')} - NEW.amount < {_of(_CONTRACT_PAID, 'NEW.contract_id')}",
            EXCEEDED,
        ),
        ("ledgerentry_due", "ledgerentry", "INSERT", f"{more} NOT {due}", UNDUE),
        (
            "ledgerentry_line",
            "ledgerentry",
            "INSERT",
            f"{more} {_of(_LINE_PAID, line_of_payment)} + NEW.amount > {_of(_LINE, line_of_payment)}",
            EXCEEDED,
        ),
        (
            "ledgerentry_contract",
            "ledgerentry",
            "INSERT",
            f"{more} {contract_of_payment} IS NOT NULL AND"
            f" {_of(_CONTRACT_PAID, contract_of_payment)} + NEW.amount > {_of(_CONTRACT, contract_of_payment)}",
            EXCEEDED,
        ),
        ("ledgerentry_back", "ledgerentry", "INSERT", f"{less} {_of(_PAYMENT_PAID, 'NEW.payment_id')} - NEW.amount < 0", EXCEEDED),
    ]


def install(using: str = "default") -> None:
    """Put the triggers in place, replacing those of an earlier version. Does nothing while the tables are missing."""
    connection = connections[using]
    if not {"funds_ledgerentry", "accounts_databasestamp"} <= set(connection.introspection.table_names()):
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            _install_sqlite(cursor)
        elif connection.vendor == "postgresql":
            _install_postgresql(cursor)


def _install_sqlite(cursor) -> None:
    for name, table, event, condition, refusal in _rules("IS NOT"):
        cursor.execute(f"DROP TRIGGER IF EXISTS funds_{name}")
        cursor.execute(
            f"CREATE TRIGGER funds_{name} BEFORE {event} ON funds_{table} FOR EACH ROW WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        )


def _install_postgresql(cursor) -> None:
    for name, table, event, condition, refusal in _rules("IS DISTINCT FROM"):
        answer = "OLD" if event == "DELETE" else "NEW"
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION funds_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{refusal}'; END IF; RETURN {answer}; END $$"
        )
        cursor.execute(f"DROP TRIGGER IF EXISTS funds_{name} ON funds_{table}")
        cursor.execute(f"CREATE TRIGGER funds_{name} BEFORE {event} ON funds_{table} FOR EACH ROW EXECUTE FUNCTION funds_{name}()")
