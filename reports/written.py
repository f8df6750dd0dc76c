"""What every report writer hands back: how long the file is and its SHA-256."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from accounts.packing import whole_file


@dataclass(frozen=True)
class WrittenFile:
    """`bytes` is the length of the file, `sha256` its hexadecimal checksum."""

    bytes: int
    sha256: str


def write_whole(data: bytes, target: Path) -> WrittenFile:
    """Put `data` under `target` at once (temporary name, fsync, rename) and describe the file."""
    with whole_file(target) as stream:
        stream.write(data)
    return WrittenFile(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
