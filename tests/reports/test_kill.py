"""kill -9 of a real worker process, a few moments in the suite; benchmarks/kill_worker.py does twenty."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOMENTS = os.environ.get("KILL_MOMENTS", "3")


def run(**environment):
    done = subprocess.run(
        [sys.executable, "benchmarks/kill_worker.py", "--moments", MOMENTS],
        cwd=ROOT,
        env={**{k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}, **environment},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_on_sqlite_and_the_queue_file():
    run()


@pytest.mark.postgres
def test_on_postgresql_and_redis():
    run(DATABASE_URL=os.environ["TEST_POSTGRES_URL"], REDIS_URL=os.environ["TEST_REDIS_URL"])
