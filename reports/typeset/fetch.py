"""Fetch the Fandol faces (GPLv3 with font exception) from the Debian package texlive-lang-chinese: fetched, never committed.

Needs no root and no Django: `python -m reports.typeset.fetch FOLDER [PACKAGE.deb]`, or `manage.py fetch_fonts`. Where it is not possible
the portal goes on with the Noto faces of the system, and says so on the page of a report.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = "texlive-lang-chinese"
FACES = "usr/share/texlive/texmf-dist/fonts/opentype/public/fandol"
PAPERS = "usr/share/doc/texlive-doc/fonts/fandol"
DIGESTS = {
    "FandolFang-Regular.otf": "d838ad32ce2244d8144f408c37fe71065aba6fbbc80759a4d2aa2033948d5bc9",
    "FandolHei-Regular.otf": "4afa97aa8751e0118617df88272b58d43691b5cffb7ea024c4580496e9f34d28",
    "FandolKai-Regular.otf": "ea7e7fb4f9b3ac694a68d43946e04d21deed6e8c29a7c2d3081e1a4138f2f827",
    "FandolSong-Bold.otf": "ffa76a70e128947a4dd22151d5ee829b23e24ce3cb6fe8ad49891cd1c2d9e9b9",
    "FandolSong-Regular.otf": "a3820003227d4abe31fe28b493200d94a849ccfd078b50a019264f70353020b0",
}
SECONDS = 600


class FontsUnavailable(Exception):
    """The faces could not be fetched; the message is one Chinese clause that says why."""


def have_fonts(folder: Path) -> bool:
    """Whether all five faces stand in `folder`, unchanged."""
    return all((folder / name).is_file() and _digest(folder / name) == digest for name, digest in DIGESTS.items())


def fetch_fonts(folder: Path, package: Path | None = None) -> bool:
    """Put the five faces, README and COPYING into `folder`; True when something was fetched, False when all were there.

    `package` is a .deb brought along for a machine without network. Each face is checked, then moved into place in one step.
    Raises FontsUnavailable when there is no way to get them, and leaves the folder as it was.
    """
    if have_fonts(folder):
        return False
    folder, package = folder.resolve(), package and package.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as name:
            work = Path(name)
            package = package or _download(work)
            _run(["dpkg-deb", "-x", str(package), str(work / "x")], work, "无法解开字体软件包")
            _check(work / "x" / FACES)
            for face in DIGESTS:
                (work / "x" / FACES / face).replace(folder / face)
            _keep_papers(work / "x" / PAPERS, folder)
    except OSError as error:
        raise FontsUnavailable(f"无法写入字体文件夹（{error.strerror}）") from error
    return True


def _download(work: Path) -> Path:
    """The package from the configured mirrors; with package lists of our own where the machine has none."""
    own = ["-o", f"Dir::State::lists={work / 'lists'}", "-o", f"Dir::Cache={work / 'cache'}"]
    for folder in ("lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True)
    failure = FontsUnavailable("没有下载到字体软件包")
    for options, refresh in (([], False), (own, True)):
        try:
            if refresh:
                _run(["apt-get", *options, "-q", "update"], work, "无法更新软件包列表，可能没有网络")
            _run(["apt-get", *options, "-q", "download", PACKAGE], work, f"无法下载 {PACKAGE}，可能没有网络")
        except FontsUnavailable as error:
            failure = error
            continue
        for package in work.glob("*.deb"):
            return package
    raise failure


def _run(command: list[str], work: Path, failure: str) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise FontsUnavailable(f"本机没有 {command[0]}")
    try:
        done = subprocess.run(  # noqa: S603
            [program, *command[1:]], cwd=work, env={**os.environ, "LC_ALL": "C"}, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise FontsUnavailable(f"{failure}（超时）") from None
    if done.returncode:
        raise FontsUnavailable(failure)


def _check(source: Path) -> None:
    for face, digest in DIGESTS.items():
        if not (source / face).is_file():
            raise FontsUnavailable(f"软件包里没有 {face}")
        if _digest(source / face) != digest:
            raise FontsUnavailable(f"{face} 的校验值不符，未使用")


def _keep_papers(source: Path, folder: Path) -> None:
    """The authors' README and the licence stay beside the faces."""
    for name in ("README", "COPYING"):
        plain, packed = source / name, source / f"{name}.gz"
        data = plain.read_bytes() if plain.is_file() else gzip.decompress(packed.read_bytes()) if packed.is_file() else b""
        if data:
            (folder / f"Fandol-{name}").write_bytes(data)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def report(folder: Path, package: Path | None = None) -> str:
    """Fetch and say in one line how it went; never fails, because the portal works without these faces."""
    try:
        fetched = fetch_fonts(folder, package)
    except FontsUnavailable as reason:
        return f"公文字体未就绪：{reason}。报告改用系统自带的 Noto 字体排版并注明使用替代字体，其他功能不受影响；有网络后可再次运行本命令。"
    return f"公文字体已下载到 {folder}" if fetched else f"公文字体已齐全：{folder}"


if __name__ == "__main__":
    arguments = [Path(argument) for argument in sys.argv[1:]]
    sys.stdout.write(report(*arguments[:2]) + "\n" if arguments else "用法：python -m reports.typeset.fetch 文件夹 [软件包.deb]\n")
