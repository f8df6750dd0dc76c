"""Working pages at 6 and at 600 pilots: queries, milliseconds, and their ratio to a logged-in page without data (/me/).

    .venv/bin/python -m benchmarks.pages [--pilots 6 600] [--rounds 20] [--only sqlite|postgresql]

Each size and database runs in a process of its own. Requests go through every middleware and template in this process, without a network;
the pages take turns, the figures are medians (of five where a page takes over a second). "After a change" is the same page when a record has
just been written and nothing computed may be kept from the page before (pilots/record_memory.py); its questions are counted then, too.
`--profile PAGE` prints where the time of one page goes instead; `--pages WORDS` narrows to pages with these words in their name.
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.measure import PASSWORD, folder, machine, run, say, start_django, table

EMPTY = "/me/"
SLOW_ROUNDS = 5
PAGES = (
    ("home, office", "office", "/"),
    ("home, leading group", "leader", "/"),
    ("home, town", "chicheng", "/"),
    ("home, community", "xiahejie", "/"),
    ("task list, office", "office", "/tasks/?tab=all"),
    ("task list, office, late ones", "office", "/tasks/?light=late"),
    ("task list, community", "xiahejie", "/tasks/?tab=all"),
    ("activity list, office", "office", "/activities/"),
    ("evidence list, office", "office", "/evidence/"),
    ("pilot list, office", "office", "/pilots/"),
    ("pilot, office", "office", "/pilots/P4/"),
    ("fund overview, office", "office", "/funds/"),
    ("fund overview, community", "xiahejie", "/funds/"),
    ("ledger, office", "office", "/funds/ledger/"),
    ("ledger, community", "xiahejie", "/funds/ledger/"),
    ("payment list, office", "office", "/funds/payments/"),
    ("payment list, community", "xiahejie", "/funds/payments/"),
    ("pilot, money, office", "office", "/pilots/P4/funds/"),
    ("supervision calendar, office", "office", "/supervision/"),
    ("visit list, office", "office", "/supervision/visits/"),
    ("finding list, office", "office", "/supervision/findings/"),
    ("finding list, office, all", "office", "/supervision/findings/?tab=all"),
    ("pilot, supervision, office", "office", "/pilots/P4/supervision/"),
)
Page = tuple[str, str, str]
"""(name in the table, who asks, address)."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__.splitlines()[0])
    parser.add_argument("--pilots", type=int, nargs="+", default=[6, 600])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--profile", metavar="PAGE", help="the name of a page as in the table")
    parser.add_argument("--pages", metavar="WORDS", nargs="+", help="only pages with one of these words in their name")
    parser.add_argument("--inside", nargs=3, metavar=("FOLDER", "URL", "PILOTS"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        _inside(Path(given.inside[0]), given.inside[1], int(given.inside[2]), given)
        return
    print(machine(), "\n")
    options = ["--rounds", str(given.rounds), *(["--profile", given.profile] if given.profile else [])]
    options += ["--pages", *given.pages] if given.pages else []
    with contextlib.ExitStack() as stack:
        for pilots in given.pilots:
            for database in ["sqlite", "postgresql"] if not given.only else [given.only]:
                url = database_url(stack, database)
                with folder() as path:
                    say(f"{pilots} pilots on {database} …")
                    done = run([sys.executable, "-m", "benchmarks.pages", *options, "--inside", path, url, pilots], timeout=3600)
                    print(f"### {pilots} pilots, {database}\n\n{done.output}")


def database_url(stack: contextlib.ExitStack, name: str) -> str:
    if name == "sqlite":
        return "-"
    from tests.servers import Servers

    return stack.enter_context(Servers()).postgres_url


def _inside(path: Path, url: str, pilots: int, given: argparse.Namespace) -> None:
    """The measuring process: one database, one size."""
    start_django(path, **({} if url == "-" else {"DATABASE_URL": url}))
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.county import make_county
    from pilots.models import Pilot

    call_command("migrate", verbosity=0)
    if not Pilot.objects.exists():
        make_county(pilots, password=PASSWORD)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    if given.profile:
        _profile(given.profile)
        return
    print_sizes()
    measure([page for page in PAGES if not given.pages or any(words in page[0] for words in given.pages)], given.rounds)


def measure(pages: Sequence[Page], rounds: int) -> None:
    """The table of these pages."""
    from pilots import record_memory

    clients = {name: _client(name) for name in {"office", *(name for _, name, _ in pages)}}
    times: dict[str, list[float]] = {title: [] for title, _, _ in pages}
    afresh: dict[str, list[float]] = {title: [] for title, _, _ in pages}
    empty: dict[str, list[float]] = {name: [] for name in clients}
    queries = {title: _queries(clients[name], address) for title, name, address in pages}
    for _ in range(rounds):
        for name, client in clients.items():
            empty[name].append(_seconds(client, EMPTY))
        for title, name, address in pages:
            if len(times[title]) < SLOW_ROUNDS or median(times[title]) < 1:
                times[title].append(_seconds(clients[name], address))
    for _ in range(min(rounds, SLOW_ROUNDS)):
        for title, name, address in pages:
            record_memory.forget()
            afresh[title].append(_seconds(clients[name], address))
    own, asked = f"{1000 * median(empty['office']):.1f}", _queries(clients["office"], EMPTY)
    rows = [("empty page, office", "/".join(map(str, asked)), own, "1.0", "", "")]
    for title, name, _ in pages:
        found, slowest = median(times[title]), max(times[title])
        ratio, changed = f"{found / median(empty[name]):.1f}", f"{1000 * median(afresh[title]):.1f}"
        rows.append((title, "/".join(map(str, queries[title])), f"{1000 * found:.1f}", ratio, f"{1000 * slowest:.0f}", changed))
    table(("page", "queries, kept/after a change", "ms", "ratio", "slowest", "ms after a change"), rows)


def _client(name: str):
    from django.test import Client

    from accounts.models import User

    client = Client()
    client.force_login(User.objects.get(username=name), backend="accounts.auth.AccountBackend")
    return client


def _seconds(client, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    spent = time.perf_counter() - began
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    return spent


def _queries(client, address: str) -> tuple[int, int]:
    """Queries of a warm page (the plan is read once per process), and of the same page after a change."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from pilots import record_memory

    _seconds(client, address)
    with CaptureQueriesContext(connection) as captured:
        _seconds(client, address)
    record_memory.forget()
    with CaptureQueriesContext(connection) as changed:
        _seconds(client, address)
    return len(captured), len(changed)


def print_sizes() -> None:
    """How many rows there are of what the pages read."""
    from communities.models import Activity
    from funds.models import LedgerEntry, Payment
    from pilots.models import Evidence, Pilot, ReviewStep, Task
    from supervision.models import Finding, Visit, VisitAnswer

    models = (Pilot, Task, Activity, Evidence, ReviewStep, Payment, LedgerEntry, Visit, VisitAnswer, Finding)
    print(", ".join(f"{model._meta.verbose_name} {model.objects.count():,}" for model in models), "\n")


def _profile(wanted: str) -> None:
    """Where the time of a page goes after a change."""
    import cProfile
    import pstats

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from pilots import record_memory

    _title, name, address = next(page for page in PAGES if page[0] == wanted)
    client = _client(name)
    _seconds(client, address)
    record_memory.forget()
    with CaptureQueriesContext(connection) as captured:
        _seconds(client, address)
    for query in captured:
        print(query["time"], query["sql"][:400])
    profile = cProfile.Profile()
    record_memory.forget()
    profile.runcall(_seconds, client, address)
    pstats.Stats(profile, stream=sys.stdout).sort_stats("cumulative").print_stats(60)


if __name__ == "__main__":
    main()
