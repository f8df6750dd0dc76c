"""The tables of an empty database come quicker, and are the same."""

import contextlib
import sqlite3

from tests.wiring.starts import environment, run

USUAL = """
import django
from django.core.management import call_command
from django.core.management.commands.migrate import Command
django.setup()
call_command(Command(), "communities", verbosity=0)
"""


def tables(var):
    """Everything the file's schema says: tables with their columns and checks, indexes, triggers."""
    with contextlib.closing(sqlite3.connect(var / "db.sqlite3")) as database:
        return sorted(database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"), key=str)


def test_the_tables_are_those_of_the_usual_command(tmp_path):
    """The three lower rooms with all their later changes; every model of theirs refers to units and people."""
    schemas = []
    for name, program in (("ours", ("manage.py", "migrate", "communities", "-v", "0")), ("usual", ("-c", USUAL))):
        var = tmp_path / name
        var.mkdir()
        done = run(*program, env=environment(var, DJANGO_SETTINGS_MODULE="penxi_pilot.settings"), timeout=240)
        assert done.returncode == 0, done.stderr
        schemas.append(tables(var))
    ours, usual = schemas
    assert len([row for row in usual if row[0] == "table"]) > 40
    assert ours == usual
