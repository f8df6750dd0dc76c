"""Health check of a container without a port: `python -m penxi_pilot.alive worker` exits 0 while that process has shown life within a minute.

Worker and beat touch a file named after themselves and their host; the rows of accounts.Heartbeat say the same for the whole portal.
"""

import os
import socket
import sys
import time
from pathlib import Path

SILENCE_SECONDS = 60


def _file(process: str, var: Path) -> Path:
    return var / "run" / f"alive-{process}-{socket.gethostname()}"


def mark(process: str, var: Path) -> None:
    """Note that `process` on this host is alive."""
    _file(process, var).touch()


def main() -> int:
    process, var = sys.argv[1], Path(os.environ.get("PENXI_VAR") or "var")
    try:
        silent = time.time() - _file(process, var).stat().st_mtime
    except FileNotFoundError:
        silent = float("inf")
    if silent > SILENCE_SECONDS:
        sys.stderr.write(f"{process}: {silent:.0f} 秒没有心跳\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
