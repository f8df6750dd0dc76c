"""Small programs of the project run as processes of their own, under a chosen environment and nothing else."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PRODUCTION = {
    "PENXI_ENV": "production",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "ALLOWED_HOSTS": "penxi.example",
    "DATABASE_URL": "postgres://penxi:geheim-4711@127.0.0.1:1/penxi",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def environment(var: Path, **settings: str | None) -> dict[str, str]:
    """PATH, a folder for data, and `settings`; None leaves a setting out."""
    own = {"PATH": os.environ["PATH"], "HOME": str(var), "LANG": "C.UTF-8", "PENXI_VAR": str(var), **settings}
    return {name: value for name, value in own.items() if value is not None}


def run(*arguments: str, env: dict[str, str], timeout: float = 60) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=timeout)
