"""The official text by clause and sentence, in the numbering of the plan file: 三（四）-2 is the second sentence of 三（四）.

A clause of section 三 has its heading on a line of its own; in 四 and 五 the heading is the first sentence of the paragraph.
"""

import re
from dataclasses import dataclass

from pilots.models import Programme

_SECTION = re.compile(r"^([一二三四五六七八九十]+)、(.+)$")
_CLAUSE = re.compile(r"^（([一二三四五六七八九十]+)）(.+)$")


@dataclass(frozen=True)
class Sentence:
    """One sentence with its number inside the clause; `key` is the one of the plan file."""

    key: str
    number: int
    text: str


@dataclass(frozen=True)
class Clause:
    """三（四）: heading and sentences. A section without clauses is one clause bearing the section's number and no heading of its own."""

    code: str
    heading: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Section:
    title: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class PlanText:
    """The whole text: the lines before the first section, each with its kind (to, from, title, text), and the sections."""

    opening: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    def sentence(self, key: str) -> Sentence | None:
        return self._by_key().get(key)

    def clause(self, code: str) -> Clause | None:
        return next((clause for section in self.sections for clause in section.clauses if clause.code == code), None)

    def clauses(self) -> list[str]:
        return [clause.code for section in self.sections for clause in section.clauses]

    def _by_key(self) -> dict[str, Sentence]:
        return {s.key: s for section in self.sections for clause in section.clauses for s in clause.sentences}


_parsed: dict[str, PlanText] = {}
"""The last text read, by its checksum: the text itself is deferred on most pages."""


def plan_text(programme: Programme) -> PlanText:
    """The text of a programme, parsed once per process and version."""
    found = _parsed.get(programme.plan_sha256)
    if found is None:
        found = parse(programme.plan_text)
        _parsed.clear()
        _parsed[programme.plan_sha256] = found
    return found


def parse(text: str) -> PlanText:
    """Split an official text into sections, clauses and sentences. A sentence ends at 。 and keeps it."""
    lines = [line.strip(" \u3000\t\r") for line in text.splitlines()]
    opening: list[str] = []
    sections: list[Section] = []
    number = title = ""
    body: list[str] = []
    for line in filter(None, lines):
        match = _SECTION.match(line)
        if match:
            if number:
                sections.append(_section(number, title, body))
            number, title, body = match[1], line, []
        elif number:
            body.append(line)
        else:
            opening.append(line)
    if number:
        sections.append(_section(number, title, body))
    return PlanText(tuple((_kind(line), line) for line in opening), tuple(sections))


def _kind(line: str) -> str:
    """What a line of the covering letter is: the addressees, its signature and date, the title of the plan, or text."""
    if line.endswith("："):
        return "to"
    if line.endswith("。"):
        return "text"
    return "from" if re.fullmatch(r"\d{4}年\d{1,2}月\d{1,2}日", line) or line.endswith(("办公室", "人民政府", "委员会", "局")) else "title"


def _section(number: str, title: str, body: list[str]) -> Section:
    clauses: list[Clause] = []
    code, heading, text = number, "", ""
    for line in body:
        match = _CLAUSE.match(line)
        if match:
            if text or heading:
                clauses.append(_clause(code, heading, text))
            code = f"{number}（{match[1]}）"
            heading, text = _split_heading(line)
        else:
            text += line
    clauses.append(_clause(code, heading, text))
    return Section(title, tuple(clauses))


def _split_heading(line: str) -> tuple[str, str]:
    """A heading line, and what follows it on the same line (（一）强化组织保障。加强组织领导……)."""
    heading, stop, rest = line.partition("。")
    return (heading + stop, rest) if stop else (line, "")


def _clause(code: str, heading: str, text: str) -> Clause:
    sentences = [piece for piece in re.findall(r"[^。]+。?", text) if piece.strip()]
    return Clause(code, heading, tuple(Sentence(f"{code}-{n}", n, piece.strip()) for n, piece in enumerate(sentences, 1)))
