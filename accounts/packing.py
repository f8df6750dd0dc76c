"""Files that are written whole or not at all, and zip packages whose bytes depend only on their content."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Time stamp of every member: the same input must give the same bytes, so that a file can be compared by its SHA-256."""


class SteadyZip(zipfile.ZipFile):
    """A deflating ZipFile that stamps every member with ZIP_EPOCH and the same attributes."""

    def __init__(self, file: str | Path | BinaryIO, mode: str = "w") -> None:
        super().__init__(file, mode, zipfile.ZIP_DEFLATED, allowZip64=True)

    def writestr(self, zinfo_or_arcname, data, compress_type=None, compresslevel=None) -> None:
        super().writestr(_member(zinfo_or_arcname), data)

    def write(self, filename, arcname=None, compress_type=None, compresslevel=None) -> None:
        with Path(filename).open("rb") as source, self.open(_member(arcname or filename), "w", force_zip64=True) as member:
            shutil.copyfileobj(source, member, 1 << 16)


def _member(name: str | Path | zipfile.ZipInfo) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name.filename if isinstance(name, zipfile.ZipInfo) else str(name), ZIP_EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 0
    info.external_attr = 0
    return info


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """A binary file that appears under `target` only when the block ends without an error: temporary name, fsync, rename."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.chmod(0o640)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
