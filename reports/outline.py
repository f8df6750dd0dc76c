"""What a kind of report is: its outline, what its tables and charts are, where each stands, and the words it starts from."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from reports.periods import Every

NUMERALS = "一二三四五六七八九十"


class Scope(StrEnum):
    """Which version of a report a section belongs to."""

    BOTH = "both"
    COUNTY = "county"
    PILOT = "pilot"


Suggest = Callable[[dict, str], list[dict]]
"""(snapshot, code of the pilot or "") → paragraphs of runs with figures bound to the snapshot."""


def nothing(data: dict, pilot: str) -> list[dict]:
    """A section a person writes from the beginning."""
    return []


@dataclass(frozen=True)
class SectionSpec:
    """One section. `each_pilot` makes a sub-section for every pilot in plan order; `numbered` is off for the opening paragraph only.

    Tables and charts are named by code and stand after the text when the snapshot holds them."""

    key: str
    title: str
    suggest: Suggest = nothing
    scope: Scope = Scope.BOTH
    tables: tuple[str, ...] = ()
    charts: tuple[str, ...] = ()
    each_pilot: bool = False
    numbered: bool = True
    hint: str = ""


@dataclass(frozen=True)
class AnnexSpec:
    """An annex: tables and photos under a title of its own. One of more than MOST_PRINTED_ROWS rows (assembly.py) is not printed; it is in the
    workbook that goes with the report, and named in the list of annexes."""

    key: str
    title: str
    tables: tuple[str, ...] = ()
    photos: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of report. `requirement` is the code of the plan's report it answers, `also` what else it serves as (兼作半年小结);
    `collect(report)` gives the snapshot (`snapshot.Collected`); `as_of(programme)` the day it usually speaks of. With `every` it is made for
    a month or a quarter. `title(data)` and `addressee(data)` replace the usual title and name whom it is sent to; without `cover` it is a
    plain paper: no cover, no contents, no end block."""

    code: str
    name: str
    requirement: str
    clauses: tuple[str, ...]
    outline: tuple[SectionSpec, ...]
    annexes: tuple[AnnexSpec, ...]
    collect: Callable
    as_of: Callable[[object], datetime.date]
    also: str = ""
    also_answers: tuple[str, ...] = ()
    for_pilots: bool = True
    for_county: bool = True
    every: Every | None = None
    title: Callable[[dict], str] | None = None
    addressee: Callable[[dict], str] | None = None
    cover: bool = True


@dataclass(frozen=True)
class Place:
    """A section as it stands in one report: numbered heading, the pilot it alone speaks of, whether a person writes in it."""

    key: str
    heading: str
    level: int
    spec: SectionSpec
    pilot: str = ""
    writable: bool = True
    tables: tuple[str, ...] = ()
    charts: tuple[str, ...] = ()


def numeral(number: int) -> str:
    """1 → 一, 11 → 十一; up to 19, far above any outline."""
    return NUMERALS[number - 1] if number <= 10 else "十" + NUMERALS[number - 11]


def fits(spec: SectionSpec, pilot: str | None) -> bool:
    return spec.scope in (Scope.BOTH, Scope.PILOT if pilot else Scope.COUNTY)


def places(kind: Kind, data: dict) -> list[Place]:
    """The sections of a report in order, numbered for its scope."""
    found: list[Place] = []
    number = 0
    for spec in kind.outline:
        if not fits(spec, data["pilot"]):
            continue
        number += spec.numbered
        heading = f"{numeral(number)}、{spec.title}" if spec.numbered else ""
        if not spec.each_pilot:
            found.append(Place(spec.key, heading, 1, spec, "", True, spec.tables, spec.charts))
            continue
        found.append(Place(spec.key, heading, 1, spec, writable=False))
        found += _each_pilot(spec, data)
    return found


def _each_pilot(spec: SectionSpec, data: dict) -> Iterator[Place]:
    """A sub-section for every pilot; the tables of the whole section stand after the last one."""
    pilots = data["facts"]["pilots"]
    for order, pilot in enumerate(pilots, 1):
        last = order == len(pilots)
        yield Place(
            f"{spec.key}-{pilot['code'].lower()}",
            f"（{numeral(order)}）{pilot['name']}（{pilot['type']}试点）",
            2,
            spec,
            pilot["code"],
            True,
            spec.tables if last else (),
            spec.charts if last else (),
        )


def numbers(kind: Kind, data: dict) -> dict[str, str]:
    """表1, 图1, 附表1 … of every table and chart the snapshot holds, counted in the order they are printed."""
    found: dict[str, str] = {}
    for place in places(kind, data):
        for code in place.tables:
            if code in data["tables"]:
                found[code] = f"表{1 + sum(n.startswith('表') for n in found.values())}"
        for code in place.charts:
            if code in data["charts"]:
                found[code] = f"图{1 + sum(n.startswith('图') for n in found.values())}"
    for annex in kind.annexes:
        for code in annex.tables:
            if code in data["tables"]:
                found[code] = f"附表{1 + sum(n.startswith('附表') for n in found.values())}"
    return found
