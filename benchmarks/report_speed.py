"""The mid-term report of the county: time, peak memory and size of our PDF against Chromium printing the very same HTML in the same run.

    .venv/bin/python -m benchmarks.report_speed [--rounds 5] [--documents report long eightfold] [--var FOLDER]

`report` is the sample's report, `long` the same with its annexes set twice and its text half as long again (about 30 pages), `eightfold` all
of it eight times. Peers take turns within a round; every cold run is a fresh process, every warm one the next print of a living process.
Chromium's cold run is `chromium --headless --print-to-pdf` with a profile made before, its warm run a new page of a living browser. Naive is
WeasyPrint on plain HTML of the same content. Memory is measured in rounds of its own. Word and Excel are measured in the living process.
`--var` names a folder prepared before (with sample data), to spare the minute of loading.
"""

import argparse
import contextlib
import json
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.measure import ROOT, environment, machine, run, sample_var, say, spread, start_django, table

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
)
MEMORY_ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report_speed", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--documents", nargs="+", default=["report", "long", "eightfold"], choices=["report", "long", "eightfold"])
    parser.add_argument("--var", type=Path)
    parser.add_argument("--inside", nargs=2, metavar=("WHO", "DOCUMENT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        _inside(given.var, *given.inside)
        return
    print(machine(), "\n")
    with sample_var(given.var) as var:
        run(_child(var, "documents", "-"), env=environment(var))
        for name in given.documents:
            _compare(var, name, given.rounds if name != "eightfold" else min(given.rounds, 3))


def _child(var: Path, who: str, document: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.report_speed", "--var", str(var), "--inside", who, document]


def _chromium(var: Path, name: str) -> list[str]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
    return [
        program,
        "--headless",
        *CHROMIUM_FLAGS,
        f"--user-data-dir={var / 'profile'}",
        "--no-pdf-header-footer",
        f"--print-to-pdf={var / f'{name}-chromium.pdf'}",
        (var / f"{name}.html").as_uri(),
    ]


# --- the comparison ---------------------------------------------------------------------------------------------------------------------


def _compare(var: Path, name: str, rounds: int) -> None:
    cold = {"ours": _child(var, "ours", name), "naive": _child(var, "naive", name), "chromium": _chromium(var, name)}
    for command in cold.values():  # caches of files and profiles
        run(command, env=environment(var))
    seconds: dict[str, list[float]] = {}
    with contextlib.ExitStack() as stack:
        living = {who: stack.enter_context(_living(var, who, name)) for who in ("ours", "naive", "chromium")}
        for number in range(rounds):
            say(f"{name}: round {number + 1} of {rounds}")
            for who, command in cold.items():
                seconds.setdefault(f"{who} cold", []).append(run(command, env=environment(var)).seconds)
            for who, ask in living.items():
                for what, spent in ask().items():
                    seconds.setdefault(f"{who} {what}", []).append(spent)
    memory = {who: [run(command, env=environment(var), memory=True) for _ in range(MEMORY_ROUNDS)] for who, command in cold.items()}
    _tell(var, name, seconds, memory)


@contextlib.contextmanager
def _living(var: Path, who: str, name: str) -> Iterator:
    """A process that has printed once and prints again when asked; the answer is seconds by what was made."""
    process = subprocess.Popen(
        _child(var, f"{who}-living", name), cwd=ROOT, env=environment(var), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def ask() -> dict[str, float]:
        process.stdin.write("go\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    ask()
    try:
        yield ask
    finally:
        process.stdin.close()
        process.wait(60)


def _tell(var: Path, name: str, seconds: dict, memory: dict) -> None:
    from pypdf import PdfReader

    files = {who: var / f"{name}-{who}.pdf" for who in memory}
    print(f"### {name}: {len(PdfReader(files['ours']).pages)} pages\n")
    rows = []
    for who, label in (("ours", "our PDF"), ("naive", "WeasyPrint, naive"), ("chromium", "Chromium")):
        rows.append((
            label, spread(seconds[f"{who} cold"]), spread(seconds[f"{who} warm"]), f"{median(r.rss for r in memory[who]):.0f}",
            f"{median(r.pss for r in memory[who]):.0f}", f"{files[who].stat().st_size / 1024:.0f}", len(PdfReader(files[who]).pages),
        ))  # fmt: skip
    for what, ending in (("word", "docx"), ("excel", "xlsx")):
        rows.append(
            (what.title(), "", spread(seconds[f"ours {what}"]), "", "", f"{(var / f'{name}.{ending}').stat().st_size / 1024:.0f}", "")
        )
    table(("", "cold s", "warm s", "peak RSS MB", "peak PSS MB", "KB", "pages"), rows)
    ours, peers = rows[0], {}
    for who in ("naive", "chromium"):
        peers[who] = [median(seconds[f"ours {state}"]) / median(seconds[f"{who} {state}"]) for state in ("cold", "warm")]
    print(
        f"Ours to Chromium: cold {peers['chromium'][0]:.2f}, warm {peers['chromium'][1]:.2f}, memory {int(ours[3]) / int(rows[2][3]):.2f} (PSS {int(ours[4]) / int(rows[2][4]):.2f}), file {int(ours[5]) / int(rows[2][5]):.2f}."
    )
    print(
        f"Ours to naive: cold {peers['naive'][0]:.2f}, warm {peers['naive'][1]:.2f}. Tagged to untagged, warm: {median(seconds['ours warm']) / median(seconds['ours untagged']):.2f}.\n"
    )


# --- the processes measured ---------------------------------------------------------------------------------------------------------------


def _inside(var: Path, who: str, name: str) -> None:
    if who == "chromium-living":
        _living_chromium(var, name)
        return
    start_django(var)
    if who == "documents":
        _make_documents(var)
        return
    document = pickle.loads((var / f"{name}.pickle").read_bytes())
    makers = {"ours": _ours, "naive": _naive}
    make = makers[who.partition("-")[0]]
    if who in makers:
        make(var, name, document, warm=False)
        return
    for _line in sys.stdin:
        print(json.dumps(make(var, name, document, warm=True)), flush=True)


def _timed(deed) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


def _ours(var: Path, name: str, document, *, warm: bool) -> dict[str, float]:
    from reports.typeset.pdf import render_pdf

    spent = {"warm": _timed(lambda: render_pdf(document, var / f"{name}-ours.pdf"))}
    if warm:
        from reports.word import write_word
        from reports.workbook import write_report_workbook

        spent["untagged"] = _timed(lambda: render_pdf(document, var / f"{name}-untagged.pdf", variant=None))
        spent["word"] = _timed(lambda: write_word(document, var / f"{name}.docx"))
        spent["excel"] = _timed(lambda: write_report_workbook(document, var / f"{name}.xlsx"))
    return spent


def _naive(var: Path, name: str, document, *, warm: bool) -> dict[str, float]:
    from weasyprint import HTML

    from benchmarks.naive import plain_html
    from reports.typeset.fonts import load_fonts

    def deed() -> None:
        HTML(string=plain_html(document, load_fonts())).write_pdf(var / f"{name}-naive.pdf", pdf_variant="pdf/ua-1")

    return {"warm": _timed(deed)}


def _living_chromium(var: Path, name: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM_FLAGS))

        def deed() -> None:
            page = browser.new_page()
            page.goto((var / f"{name}.html").as_uri())
            page.pdf(path=var / f"{name}-chromium-warm.pdf", prefer_css_page_size=True, tagged=True, outline=True, print_background=True)
            page.close()

        for _line in sys.stdin:
            print(json.dumps({"warm": _timed(deed)}), flush=True)
        browser.close()


def _make_documents(var: Path) -> None:
    """The documents as pickles, and the HTML our own pipeline makes of them as files that Chromium can open."""
    from reports.typeset.fonts import load_fonts
    from reports.typeset.pdf import compose_pages

    report = _report()
    for name, document in {"report": report, "long": _longer(report), "eightfold": replace(report, blocks=report.blocks * 8)}.items():
        (var / f"{name}.pickle").write_bytes(pickle.dumps(document))
        pages = compose_pages(document, load_fonts())
        html = pages.html.replace("</head>", f"<style>{pages.css}</style></head>")
        for address, path in pages.pictures.items():
            html = html.replace(address, Path(path).as_uri())
        (var / f"{name}.html").write_text(html, "utf8")


def _report():
    """The county's signed mid-term report of the sample data."""
    from reports.assembly import build_document
    from reports.files import written_sections
    from reports.kinds import KINDS
    from reports.models import Report

    report = Report.objects.filter(kind="midterm", pilot=None).latest("edition")
    snapshot = report.snapshots.first()
    return build_document(report, KINDS[report.kind], snapshot.data, snapshot.sha256, written_sections(report))


def _longer(document):
    """Half as much text again, and every annex twice."""
    from reports.document import Annex, AnnexList

    ends = next(index for index, block in enumerate(document.blocks) if isinstance(block, AnnexList))
    annexes = next(index for index, block in enumerate(document.blocks) if isinstance(block, Annex))
    text, closing, rest = document.blocks[:ends], document.blocks[ends:annexes], document.blocks[annexes:]
    return replace(document, blocks=(*text, *text[: len(text) // 2], *closing, *rest, *rest))


if __name__ == "__main__":
    main()
