"""From a clone to READY: cold (no virtual environment, empty HOME, no data) and warm (again, over what is there).

    .venv/bin/python -m benchmarks.start_up [--rounds 1]

HEAD of this repository is cloned into a temporary folder and started with `bin/run --port 0`. System packages are present; Python packages
come over the network as this machine fetches them, the HOME is empty, so that no cache of pip or uv helps. Only `PATH` and the settings of
package indexes (PIP_*, UV_*) are passed on. The sample data are loaded in the cold start.
"""

import argparse
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from benchmarks.measure import ROOT, folder, machine, say, spread, table

PATIENCE = 900


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start_up", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1, help="of the cold start; each is followed by three warm ones")
    given = parser.parse_args()
    print(machine(), "\n")
    clones, cold, warm, empty = [], [], [], []
    for number in range(given.rounds):
        with folder() as path:
            began = time.perf_counter()
            subprocess.run(["git", "clone", "-q", f"file://{ROOT}", path / "penxi"], check=True)
            clones.append(time.perf_counter() - began)
            (path / "home").mkdir()
            say(f"round {number + 1}: cold")
            cold.append(_until_ready(path))
            for _ in range(3):
                warm.append(_until_ready(path))
            shutil.rmtree(path / "penxi" / "var")
            empty.append(_until_ready(path, "--empty"))
    rows = [
        ("git clone", spread(clones, 1)),
        ("bin/run cold: packages, fonts, plan, sample data", spread(cold, 1)),
        ("bin/run --empty with packages, without data", spread(empty, 1)),
        ("bin/run warm", spread(warm, 1)),
    ]
    table(("", "seconds to READY"), rows)


def _until_ready(path: Path, *options: str) -> float:
    kept = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith(("PIP_", "UV_", "SSL_", "REQUESTS_"))}
    environment = {**kept, "HOME": str(path / "home"), "LANG": "C.UTF-8"}
    began = time.perf_counter()
    with (path / "run.log").open("w") as log:
        process = subprocess.Popen(
            ["bin/run", "--port", "0", *options], cwd=path / "penxi", env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            for line in process.stdout:
                if line.startswith("READY "):
                    return time.perf_counter() - began
                if time.perf_counter() - began > PATIENCE:
                    break
            raise RuntimeError(f"not READY: {(path / 'run.log').read_text()[-2000:]}")
        finally:
            process.send_signal(signal.SIGTERM)
            process.stdout.read()
            process.wait(90)


if __name__ == "__main__":
    main()
