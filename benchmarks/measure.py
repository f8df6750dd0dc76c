"""How the benchmarks measure: wall time and peak memory of a process with its children, medians, a small table, a throw-away data folder."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "Shili-Mima-2023"
MIB = 1024 * 1024


@dataclass(frozen=True)
class Run:
    """One run of a command: seconds on the wall, peak memory in MiB (rss counts shared pages once per process, pss once in all), output."""

    seconds: float
    rss: float
    pss: float
    output: str


def run(command: Sequence[str], *, env: dict[str, str] | None = None, memory: bool = False, cwd: Path = ROOT, timeout: float = 600) -> Run:
    """Run `command`, raise on a bad end. Memory is looked at ten times a second and costs time: measure the two in rounds of their own."""
    began = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watch = _Memory(process.pid) if memory else None
    if watch:
        watch.start()
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    seconds = time.perf_counter() - began
    if watch:
        watch.stop()
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {errors[-2000:]}")
    return Run(seconds, watch.rss / MIB if watch else 0, watch.pss / MIB if watch else 0, output)


class _Memory(threading.Thread):
    """Peak of a process and everything below it."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.root, self.over = psutil.Process(pid), threading.Event()
        self.rss = self.pss = 0

    def run(self) -> None:
        while not self.over.wait(0.1):
            rss, pss = memory_of(self.root)
            self.rss, self.pss = max(self.rss, rss), max(self.pss, pss)

    def stop(self) -> None:
        self.over.set()
        self.join()


def memory_of(root: psutil.Process) -> tuple[int, int]:
    """(rss, pss) in bytes of a process and its descendants now; those that end meanwhile count as nothing."""
    rss = pss = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError):
                info = process.memory_full_info()
                rss, pss = rss + info.rss, pss + info.pss
    return rss, pss


# --- a folder of data that is gone afterwards -----------------------------------------------------------------------------------------


def environment(var: Path, **settings: str) -> dict[str, str]:
    """The embedded default over `var`, and `settings` on top; nothing else of the caller's settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "PENXI_VAR": str(var), "PENXI_SAMPLE_PASSWORD": PASSWORD, **settings}


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="px-bench-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def sample_var(made: Path | None = None) -> Iterator[Path]:
    """A folder with the sample data: a copy of `made` (prepared before, spares the minute of loading), or loaded anew."""
    with folder() as path:
        var = path / "var"
        if made:
            shutil.copytree(made, var, copy_function=_link_or_copy)
        else:
            say("loading the sample data …")
            run([sys.executable, "-m", "penxi_pilot.prepare"], env=environment(var))
        yield var


def _link_or_copy(source: str, target: str) -> None:
    """Databases are copied, everything else (photos, fonts) linked."""
    if "sqlite" in source or "/run/" in source:
        shutil.copy2(source, target)
    else:
        os.link(source, target)


def start_django(var: Path, **settings: str) -> None:
    """Django in this process over `var`."""
    for name in [name for name in os.environ if name.startswith(("PENXI_", "DATABASE_", "REDIS_"))]:
        del os.environ[name]
    os.environ.update(PENXI_VAR=str(var), DJANGO_SETTINGS_MODULE="penxi_pilot.settings", PENXI_SAMPLE_PASSWORD=PASSWORD, **settings)
    import django

    django.setup()


# --- telling --------------------------------------------------------------------------------------------------------------------------


def say(line: str) -> None:
    """Progress, to standard error: the table alone is the output."""
    print(line, file=sys.stderr, flush=True)


def spread(values: Sequence[float], digits: int = 2) -> str:
    """2.31 (2.25–2.60): the median and what lies around it."""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A Markdown table, as it stands in README.md."""
    lines = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    for line in lines:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |")
    print(flush=True)


def machine() -> str:
    """Date, system, cores and load: figures of a loaded machine are worth little."""
    release = next(
        (
            line.split("=", 1)[1].strip().strip('"')
            for line in Path("/etc/os-release").read_text().splitlines()
            if line.startswith("PRETTY_NAME=")
        ),
        "",
    )
    return f"{time.strftime('%Y-%m-%d %H:%M')}, {release}, {os.cpu_count()} cores, Python {sys.version.split()[0]}, load {os.getloadavg()[0]:.1f}"
