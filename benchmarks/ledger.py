"""The pages of money over a ledger of 100,000 entries: queries and milliseconds, SQLite and PostgreSQL.

    .venv/bin/python -m benchmarks.ledger [--entries 100000] [--pilots 100] [--rounds 10] [--only sqlite|postgresql]

The county of `benchmarks.pages`, with so many payments in all. Writing Excel and the first and last page of the ledger are among the pages; ratios
are to a page without data.
"""

import argparse
import contextlib
import sys
import time
from pathlib import Path

from benchmarks.measure import PASSWORD, folder, machine, run, say, start_django
from benchmarks.pages import database_url, measure, print_sizes

PAGES = (
    ("fund overview, office", "office", "/funds/"),
    ("fund overview, community", "xiahejie", "/funds/"),
    ("ledger, office", "office", "/funds/ledger/"),
    ("ledger, office, last page", "office", "/funds/ledger/?page=last"),
    ("ledger, office, one month", "office", "/funds/ledger/?month=2022-11"),
    ("ledger, office, one pilot", "office", "/funds/ledger/?pilot=P4"),
    ("ledger, office, words", "office", "/funds/ledger/?q=%E5%9F%BA-0123"),
    ("ledger, office, papers missing", "office", "/funds/ledger/?papers=missing"),
    ("ledger, community", "xiahejie", "/funds/ledger/"),
    ("payment list, office", "office", "/funds/payments/"),
    ("pilot, money, office", "office", "/pilots/P4/funds/"),
    ("ledger as of November, office", "office", "/funds/ledger/?as_of=2022-11-30"),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--pilots", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--inside", nargs=2, metavar=("FOLDER", "URL"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        _inside(Path(given.inside[0]), given.inside[1], given)
        return
    print(machine(), "\n")
    options = [f"--{name}={getattr(given, name)}" for name in ("entries", "pilots", "rounds")]
    with contextlib.ExitStack() as stack:
        for database in ["sqlite", "postgresql"] if not given.only else [given.only]:
            url = database_url(stack, database)
            with folder() as path:
                say(f"{given.entries:,} entries on {database} …")
                done = run([sys.executable, "-m", "benchmarks.ledger", *options, "--inside", path, url], timeout=3600)
                print(f"### {given.entries:,} entries, {database}\n\n{done.output}")


def _inside(path: Path, url: str, given: argparse.Namespace) -> None:
    """The measuring process: one database."""
    start_django(path, **({} if url == "-" else {"DATABASE_URL": url}))
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.county import make_county

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    make_county(given.pilots, password=PASSWORD, entries=given.entries)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"The county was made in {time.perf_counter() - began:.0f} s.")
    print_sizes()
    measure(PAGES, given.rounds)


if __name__ == "__main__":
    main()
