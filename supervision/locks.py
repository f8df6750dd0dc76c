"""What the database itself refuses: changing a submitted visit, a step of a finding, and files handed in with one.

Triggers, put in place after every `migrate`, as in reports/locks.py: SQLite drops the triggers of a table it rebuilds.
On SQLite nothing forbids DELETE (Django's test flush deletes rows there); the foreign keys do that for what has followers.
"""

from django.db import connections, transaction

REFUSAL = "submitted_supervision_never_changes"
_VISIT = "EXISTS (SELECT 1 FROM supervision_visit v WHERE v.id = {row}.visit_id AND v.state = 'submitted')"
_PHOTO = (
    "EXISTS (SELECT 1 FROM supervision_visit v JOIN supervision_visitanswer a ON a.visit_id = v.id"
    " WHERE a.id = {row}.answer_id AND v.state = 'submitted')"
)

# (table without prefix, event, condition that refuses)
_UPDATES = (
    ("visit", "UPDATE", "OLD.state = 'submitted'"),
    ("visitanswer", "UPDATE", _VISIT.format(row="OLD")),
    ("visitanswer", "INSERT", _VISIT.format(row="NEW")),
    ("visitphoto", "UPDATE", _PHOTO.format(row="OLD")),
    ("visitphoto", "INSERT", _PHOTO.format(row="NEW")),
    ("findingstep", "UPDATE", "1 = 1"),
    ("findingfile", "UPDATE", "OLD.step_id IS NOT NULL"),
)
_DELETES = (
    ("visit", "DELETE", "OLD.state = 'submitted'"),
    ("visitanswer", "DELETE", _VISIT.format(row="OLD")),
    ("visitphoto", "DELETE", _PHOTO.format(row="OLD")),
    ("findingstep", "DELETE", "1 = 1"),
    ("findingfile", "DELETE", "OLD.step_id IS NOT NULL"),
)


def install(using: str = "default") -> None:
    """Put the triggers in place, replacing those of an earlier version. Does nothing while the tables are missing."""
    connection = connections[using]
    if "supervision_findingfile" not in connection.introspection.table_names():
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            _install_sqlite(cursor)
        elif connection.vendor == "postgresql":
            _install_postgresql(cursor)


def _install_sqlite(cursor) -> None:
    for table, event, condition in _UPDATES:
        name = f"locked_{table}_{event.lower()}"
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON supervision_{table} FOR EACH ROW WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def _install_postgresql(cursor) -> None:
    for table, event, condition in (*_UPDATES, *_DELETES):
        name = f"locked_{table}_{event.lower()}"
        answer = "OLD" if event == "DELETE" else "NEW"
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION supervision_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{REFUSAL}'; END IF; RETURN {answer}; END $$"
        )
        cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON supervision_{table}")
        cursor.execute(f"CREATE TRIGGER {name} BEFORE {event} ON supervision_{table} FOR EACH ROW EXECUTE FUNCTION supervision_{name}()")
