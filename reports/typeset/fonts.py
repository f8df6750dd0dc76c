"""The faces of a report by role, their metrics, and the derived faces of half-width marks.

Faces are looked for in `PENXI_VAR/fonts`: an office's licensed faces win over Fandol, Fandol wins over the Noto faces of the system.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from django.conf import settings

from reports.typeset.marks import HALF_MARKS

TITLE, FANG, HEI, KAI, SONG = "title", "fang", "hei", "kai", "song"
ROLE_NAMES = {TITLE: "小标宋", FANG: "仿宋", HEI: "黑体", KAI: "楷体", SONG: "宋体"}
LICENSED = {
    TITLE: ("方正小标宋*", "fzxbs*", "fzxiaobiaosong*"),
    FANG: ("仿宋_gb2312*", "simfang*", "fangsong_gb2312*", "仿宋.*"),
    HEI: ("simhei*", "黑体*"),
    KAI: ("楷体_gb2312*", "simkai*", "kaiti_gb2312*", "楷体.*"),
    SONG: ("simsun*", "宋体*"),
}
FANDOL = {
    TITLE: "FandolSong-Bold.otf",
    FANG: "FandolFang-Regular.otf",
    HEI: "FandolHei-Regular.otf",
    KAI: "FandolKai-Regular.otf",
    SONG: "FandolSong-Regular.otf",
}
SUBSTITUTES = {
    TITLE: ("Noto Serif CJK SC", "bold"),
    FANG: ("Noto Serif CJK SC", "normal"),
    HEI: ("Noto Sans CJK SC", "normal"),
    KAI: ("Noto Serif CJK SC", "normal"),
    SONG: ("Noto Serif CJK SC", "normal"),
}
FALLBACKS = ("Noto Serif CJK SC", "Noto Sans CJK SC", "DejaVu Sans")


@dataclass(frozen=True)
class Metrics:
    """Advance widths in em and the characters a face can show. `usual` is the width of nearly all characters, `widths` the others."""

    usual: float
    widths: dict[str, float]
    ranges: tuple[tuple[int, int], ...]

    @cached_property
    def covered(self) -> frozenset[int]:
        return frozenset(code for first, last in self.ranges for code in range(first, last + 1))

    def advance(self, ch: str) -> float:
        return self.widths.get(ch, self.usual)


@dataclass(frozen=True)
class Face:
    """One face: `file` and `number` (in a collection) on disk, `family` and `weight` as named in the style sheet."""

    role: str
    family: str
    weight: str
    file: Path
    number: int
    metrics: Metrics = field(repr=False, compare=False)
    half: Path | None = None
    digest: str = ""
    substitute: bool = False

    @property
    def half_family(self) -> str:
        return f"Px{self.role}half"

    @property
    def url(self) -> str:
        return self.file.as_uri()

    @property
    def half_url(self) -> str:
        return self.half.as_uri() if self.half else ""


@dataclass(frozen=True)
class FontSet:
    """The faces a document is set in. `substituted` names, in Chinese, the roles set in a system face instead of their own."""

    faces: dict[str, Face]
    folder: Path

    @property
    def substituted(self) -> tuple[str, ...]:
        return tuple(ROLE_NAMES[role] for role, face in self.faces.items() if face.substitute)

    @property
    def names(self) -> tuple[str, ...]:
        """Role, file and the first eight digits of its SHA-256, for the record of a job."""
        return tuple(f"{ROLE_NAMES[role]} {face.file.name} {face.digest[:8]}" for role, face in self.faces.items())

    @property
    def files(self) -> tuple[Path, ...]:
        """The files a style sheet names: own faces and companion faces."""
        return tuple(path for face in self.faces.values() for path in (None if face.substitute else face.file, face.half) if path)

    def __getitem__(self, role: str) -> Face:
        return self.faces[role]

    @cached_property
    def fallback_metrics(self) -> tuple[Metrics, ...]:
        """Metrics of the faces asked for a character the role's own face lacks, in the order of the style sheet."""
        found = (_system_file(family, "normal") for family in FALLBACKS)
        return tuple(_metrics(file, number, self.folder)[0] for file, number in filter(None, found))


def load_fonts() -> FontSet:
    """The faces of this moment. Cheap to call: read again only when a file of the fonts folder changed."""
    folder = Path(settings.PENXI_VAR) / "fonts"
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    stamp = tuple((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files if file.is_file())
    return _load(folder, stamp)


@lru_cache(maxsize=4)
def _load(folder: Path, stamp: tuple) -> FontSet:
    names = [name for name, _size, _time in stamp]
    return FontSet({role: _face(role, folder, names) for role in ROLE_NAMES}, folder)


def _face(role: str, folder: Path, names: list[str]) -> Face:
    own = _own_file(role, names)
    if own:
        metrics, digest = _metrics(folder / own, 0, folder)
        half = _half_face(folder / own, 0, folder, digest)
        return Face(role, f"Px{role}", "normal", folder / own, 0, metrics, half, digest)
    family, weight = SUBSTITUTES[role]
    found = _system_file(family, weight)
    if found is None:
        # Without any Chinese face the text is still set; widths are those of every Chinese type: one em, half for ASCII.
        widths = {chr(code): 0.5 for code in range(32, 127)}
        return Face(role, family, weight, Path(family), 0, Metrics(1.0, widths, ((0, 0x10FFFF),)), substitute=True)
    metrics, digest = _metrics(*found, folder)
    return Face(role, family, weight, *found, metrics, _half_face(*found, folder, digest), digest, substitute=True)


def _own_file(role: str, names: list[str]) -> str | None:
    for pattern in LICENSED[role]:
        for name in names:
            if fnmatch.fnmatchcase(name.lower(), pattern) and name.lower().endswith((".ttf", ".otf", ".ttc")):
                return name
    return FANDOL[role] if FANDOL[role] in names else None


@lru_cache(maxsize=8)
def _system_file(family: str, weight: str) -> tuple[Path, int] | None:
    """File and number of an installed face, asked from fontconfig; None when the answer is another family."""
    program = shutil.which("fc-match")
    if program is None:
        return None
    pattern = f"{family}:{'bold' if weight == 'bold' else 'regular'}"
    answer = subprocess.run([program, "-f", "%{file}\n%{index}\n%{family}", pattern], capture_output=True, text=True, check=False)  # noqa: S603
    lines = answer.stdout.split("\n")
    if len(lines) < 3 or family not in lines[2]:
        return None
    return Path(lines[0]), int(lines[1]) & 0xFFFF


def _metrics(file: Path, number: int, folder: Path) -> tuple[Metrics, str]:
    """Metrics of a face and the SHA-256 of its file, kept beside the fonts because reading a CJK face takes a third of a second."""
    stat = file.stat()
    store = folder / "derived" / f"{file.stem}-{number}-{stat.st_size}-{stat.st_mtime_ns}.json"
    if store.is_file():
        data = json.loads(store.read_text("utf-8"))
    else:
        data = _read_metrics(file, number)
        store.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(store, json.dumps(data, ensure_ascii=False).encode())
    return Metrics(data["usual"], data["widths"], tuple(map(tuple, data["ranges"]))), data["digest"]


def _read_metrics(file: Path, number: int) -> dict:
    from fontTools.ttLib import TTFont

    font = TTFont(file, fontNumber=number, lazy=True)
    em = font["head"].unitsPerEm
    codes = font.getBestCmap()
    advances = font["hmtx"].metrics
    widths = {chr(code): advances[name][0] / em for code, name in codes.items() if advances[name][0] != em}
    ranges: list[list[int]] = []
    for code in sorted(codes):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return {"usual": 1.0, "widths": widths, "ranges": ranges, "digest": hashlib.sha256(file.read_bytes()).hexdigest()}


def _half_face(file: Path, number: int, folder: Path, digest: str) -> Path:
    """The companion face of half-width marks of a face, made once per face and version of the rule."""
    target = folder / "derived" / f"{file.stem}-{number}-{digest[:12]}-half{len(HALF_MARKS)}.otf"
    if not target.is_file():
        from reports.typeset.halfwidth import write_half_face

        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(f".{os.getpid()}")
        write_half_face(file, number, part)
        part.replace(target)
    return target


def _write_whole(target: Path, data: bytes) -> None:
    part = target.with_suffix(f".{os.getpid()}")
    part.write_bytes(data)
    part.replace(target)
