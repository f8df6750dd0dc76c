"""From pressing 生成 to the first step at the progress address: what a person waits for before anything moves.

    .venv/bin/python -m benchmarks.first_step [--rounds 10] [--var FOLDER]

A portal with sample data, started as `bin/run` does, once on the embedded queue (a file) and once on Redis. The clock runs from before the
POST, over the page it leads to, until the progress address, asked every 20 ms, names a step. Each round waits until its job is done.
"""

import argparse
import time
from pathlib import Path
from statistics import median

from benchmarks.measure import machine, sample_var, say, spread, table
from benchmarks.portals import Portal, Visitor, draft_report, open_job, running


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_step", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--var", type=Path, help="a folder prepared before, with sample data")
    given = parser.parse_args()
    from tests.servers import Servers

    print(machine(), "\n")
    rows = []
    with Servers() as servers:
        for label, settings in (("embedded queue", {}), ("Redis", {"REDIS_URL": servers.redis_url})):
            with sample_var(given.var) as var, running(var, **settings) as portal:
                rows.append((label, *_measure(portal, given.rounds, label)))
    table(("transport", "page after the press s", "first step s", "whole job s"), rows)


def _measure(portal: Portal, rounds: int, label: str) -> tuple[str, str, str]:
    office = Visitor(portal.address, "office")
    report = draft_report(office)
    posts, firsts, wholes = [], [], []
    for number in range(rounds + 1):
        began = time.perf_counter()
        job = open_job(office.post(f"/reports/{report}/generate/", figures="new", section="situation"))
        posted = time.perf_counter() - began
        first = None
        while True:
            shown = office.json(f"/reports/jobs/{job}/progress/")
            if first is None and (shown["text"].startswith("正在") or shown["done"]):
                first = time.perf_counter() - began
            if shown["done"] or shown["failed"]:
                break
            time.sleep(0.02)
        if shown["failed"]:
            raise RuntimeError(shown["text"])
        if number:  # the first round warms the worker
            posts.append(posted)
            firsts.append(first)
            wholes.append(time.perf_counter() - began)
        say(f"{label}: round {number} of {rounds}, first step {first:.2f} s")
    say(f"{label}: {median(firsts):.2f} s")
    return spread(posts), spread(firsts), spread(wholes, 1)


if __name__ == "__main__":
    main()
