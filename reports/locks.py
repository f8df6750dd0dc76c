"""What the database itself refuses: changing what is final (R20), and what is only ever added.

Triggers, put in place after every `migrate`: SQLite drops the triggers of a table it rebuilds, so a migration alone would lose them silently.
On SQLite nothing forbids DELETE (Django's test flush deletes rows there); the foreign keys do that for all but the newest rows.
"""

from django.db import connections, transaction

REFUSAL = "final_report_never_changes"
FINAL = "('final', 'signed', 'corrected')"

# (name, table, event, condition that refuses)
_OF_REPORT = f"EXISTS (SELECT 1 FROM reports_report r WHERE r.id = {{row}}.report_id AND r.state IN {FINAL})"  # noqa: S608 - constants only
_REPORT_FROZEN = "kind pilot_id period as_of edition corrects_id correction_reason dated uid created_by_id created_at".split()
_MOVES = (
    "NOT (NEW.state = OLD.state OR (OLD.state = 'final' AND NEW.state IN ('signed', 'corrected'))"
    " OR (OLD.state = 'signed' AND NEW.state = 'corrected'))"
)
_SIGNING = "OLD.signed_on IS NOT NULL AND ({})"


def _rules(different: str) -> list[tuple[str, str, str, str]]:
    """`different` compares two columns where NULL equals NULL: IS NOT (SQLite), IS DISTINCT FROM (PostgreSQL)."""
    frozen = " OR ".join(f"NEW.{c} {different} OLD.{c}" for c in _REPORT_FROZEN)
    signing = _SIGNING.format(" OR ".join(f"NEW.{c} {different} OLD.{c}" for c in ("signer", "signed_on", "scan_id")))
    rules = [("report_update", "reports_report", "UPDATE", f"OLD.state IN {FINAL} AND ({frozen} OR {_MOVES} OR {signing})")]
    rules += [(f"{name}_update", f"reports_{name}", "UPDATE", "1 = 1") for name in ("snapshot", "reportfile", "reportstep", "download")]
    rules.append(("section_update", "reports_section", "UPDATE", _OF_REPORT.format(row="OLD")))
    rules += [
        (f"{name}_insert", f"reports_{name}", "INSERT", _OF_REPORT.format(row="NEW")) for name in ("snapshot", "section", "reportfile")
    ]
    return rules


def install(using: str = "default") -> None:
    """Put the triggers in place, replacing those of an earlier version. Does nothing while the tables are missing."""
    connection = connections[using]
    if "reports_report" not in connection.introspection.table_names():
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            _install_sqlite(cursor)
        elif connection.vendor == "postgresql":
            _install_postgresql(cursor)


def remove(using: str = "default") -> None:
    """Take the triggers away, for a migration that rebuilds a table; they come back after it."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, table, *_ in _rules("IS NOT"):
            cursor.execute(f"DROP TRIGGER IF EXISTS final_{name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


def _install_sqlite(cursor) -> None:
    for name, table, event, condition in _rules("IS NOT"):
        cursor.execute(f"DROP TRIGGER IF EXISTS final_{name}")
        cursor.execute(
            f"CREATE TRIGGER final_{name} BEFORE {event} ON {table} FOR EACH ROW WHEN {condition} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def _install_postgresql(cursor) -> None:
    rules = _rules("IS DISTINCT FROM")
    for table in ("snapshot", "section", "reportfile"):
        rules.append((f"{table}_delete", f"reports_{table}", "DELETE", _OF_REPORT.format(row="OLD")))
    for name, table, event, condition in rules:
        answer = "OLD" if event == "DELETE" else "NEW"
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION reports_final_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{REFUSAL}'; END IF; RETURN {answer}; END $$"
        )
        cursor.execute(f"DROP TRIGGER IF EXISTS final_{name} ON {table}")
        cursor.execute(f"CREATE TRIGGER final_{name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION reports_final_{name}()")
