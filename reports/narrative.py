"""The narrative: paragraphs of runs, each typed text, the key of a figure in the snapshot, or a number kept by hand.

    {"lead": "（一）评估依据。", "runs": [{"text": "已完成"}, {"key": "tasks.done"}, {"text": "3", "typed": true, "note": "现场核实"}]}

The editor's form of a section is plain text, one paragraph a line: a figure is written 【已完成任务数】, a figure the snapshot no longer has
【失效：tasks.done】, a number kept by hand 【手填：3｜现场核实】. Nothing typed is ever run as a template: brackets that name no figure are text.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from accounts.plaintext import clean
from reports.document import Paragraph as DocumentParagraph
from reports.document import Run as DocumentRun
from reports.snapshot import canonical

Figures = Mapping[str, dict]
LOST = "失效"
TYPED = "手填"
_TOKEN = re.compile(r"【([^【】\n]{1,120})】")
_KEY = re.compile(r"[a-zA-Z0-9_.\-]{1,80}")
_PLACE = re.compile(r"\{([a-zA-Z0-9_.\-]+)\}")
_LEAD = re.compile(r"（[一二三四五六七八九十]{1,3}）[^。{}【】\n]{1,24}。")
_NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
PARAGRAPH_LIMIT = 2000
SECTION_LIMIT = 20000


def suggested(*templates: str) -> list[dict]:
    """Paragraphs from our own sentences, with {key} where a figure stands. Empty sentences are left out."""
    return [_paragraph(_PLACE, template, _place_run) for template in templates if template]


def _place_run(name: str) -> dict:
    return {"key": name}


def parse(text: str, figures: Figures) -> list[dict]:
    """The editor's form as paragraphs; blank lines fall away, control characters are cleaned."""
    by_name = {figure["name"]: key for key, figure in figures.items()}

    def run(inner: str) -> dict | None:
        if inner in by_name:
            return {"key": by_name[inner]}
        kind, _, rest = inner.partition("：")
        if kind == LOST and _KEY.fullmatch(rest):
            return {"key": rest}
        if kind == TYPED and rest.partition("｜")[0].strip():
            value, _, note = rest.partition("｜")
            return {"text": value.strip(), "typed": True, "note": note.strip()}
        return None

    lines = (line.strip() for line in clean(text).replace("\t", " ").split("\n"))
    return [_paragraph(_TOKEN, line, run) for line in lines if line]


def _paragraph(pattern: re.Pattern, line: str, run) -> dict:
    """One line cut into its lead and its runs; what `run` does not know stays text."""
    lead_match = _LEAD.match(line)
    lead = lead_match.group() if lead_match else ""
    runs, at = [], len(lead)
    for match in pattern.finditer(line, at):
        known = run(match.group(1))
        if known is None:
            continue
        runs += [{"text": line[at : match.start()]}, known]
        at = match.end()
    runs.append({"text": line[at:]})
    return {"lead": lead, "runs": [r for r in runs if r.get("text") or "key" in r]}


def serialise(paragraphs: Sequence[dict], figures: Figures) -> str:
    """Paragraphs in the editor's form; `parse` gives the same paragraphs back."""
    return "\n".join(p["lead"] + "".join(token(r, figures) for r in p["runs"]) for p in paragraphs)


def token(run: dict, figures: Figures) -> str:
    """One run in the editor's form."""
    if "key" in run:
        figure = figures.get(run["key"])
        return f"【{figure['name']}】" if figure else f"【{LOST}：{run['key']}】"
    if run.get("typed"):
        note = run.get("note", "")
        return f"【{TYPED}：{run['text']}{'｜' + note if note else ''}】"
    return run["text"]


def resolve(paragraphs: Sequence[dict], figures: Figures) -> tuple[DocumentParagraph, ...]:
    """Paragraphs with their figures filled in, as the writers take them. A lost figure reads （数据已失效）, and blocks 定稿 elsewhere."""
    return tuple(DocumentParagraph(tuple(_document_run(r, figures) for r in p["runs"]), p["lead"]) for p in paragraphs)


def _document_run(run: dict, figures: Figures) -> DocumentRun:
    if "key" not in run:
        return DocumentRun(run["text"])
    figure = figures.get(run["key"])
    return DocumentRun(figure["text"] if figure else "（数据已失效）", run["key"])


def plain_text(paragraphs: Sequence[dict], figures: Figures) -> str:
    """The text as it will be read, one paragraph a line."""
    return "\n".join(p.text for p in resolve(paragraphs, figures))


def lost_keys(paragraphs: Iterable[dict], figures: Figures) -> list[str]:
    """Keys of figures that stand in the text but not in the snapshot."""
    return sorted({r["key"] for p in paragraphs for r in p["runs"] if "key" in r and r["key"] not in figures})


def is_written(paragraphs: Sequence[dict]) -> bool:
    return any(p["lead"] or p["runs"] for p in paragraphs)


def narrative_sha256(sections: Iterable[tuple[str, list]], *, dated: str, edition: int) -> str:
    """Fingerprint of everything a person wrote: the sections in order, the date of the document, the edition."""
    return hashlib.sha256(canonical({"sections": [list(s) for s in sections], "dated": dated, "edition": edition})).hexdigest()


# --- numbers typed by hand ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Disagreement:
    """A hand-typed number that reads like a figure of the snapshot but says something else; `start` counts in the text run."""

    paragraph: int
    run: int
    start: int
    typed: str
    unit: str
    key: str
    name: str
    system: str

    @property
    def mark(self) -> str:
        """Names this very place in this very text, so that an answer to an older text finds nothing."""
        return f"{self.paragraph}-{self.run}-{self.start}-{self.key}-{self.typed}"

    @property
    def sentence(self) -> str:
        unit = f" {self.unit}" if self.unit and self.unit != "%" else self.unit
        return f"手填的“{self.typed}{unit}”与系统“{self.name} {self.system}{'' if self.unit == '%' else unit}”不一致。"


def disagreements(paragraphs: Sequence[dict], figures: Figures, *, pilot: str = "") -> list[Disagreement]:
    """Hand-typed numbers after the words of a figure (完成率为45%, 已完成46项) that differ from it.

    In the section of one pilot its own figures are meant, elsewhere those of the whole, unless the clause names a pilot. Numbers after other
    words are not judged: the notice is a help, not a proof."""
    found = []
    for p, paragraph in enumerate(paragraphs):
        for r, run in enumerate(paragraph["runs"]):
            if "key" not in run and not run.get("typed"):
                found += _in_text(run["text"], figures, pilot, p, r)
    return found


def _in_text(text: str, figures: Figures, pilot: str, p: int, r: int) -> list[Disagreement]:
    found = {}
    names = {f["pilot"]: f["name"].partition("·")[0] for f in figures.values() if f["pilot"] and f["words"]}
    for key, figure in figures.items():
        for word in figure["words"]:
            unit = "%" if figure["format"] == "percent" else figure["unit"]
            pattern = rf"{re.escape(word)}(?:为|是|达到|达|共|有|约)?\s*{_NUMBER}\s*{re.escape(unit)}"
            for match in re.finditer(pattern, text):
                clause = re.split("[，。；、]", text[: match.start()])[-1]
                meant = next((code for code, name in names.items() if name in clause), pilot)
                system = figure["text"].rstrip("%")
                if figure["pilot"] == meant and _number(match.group(1)) != _number(system):
                    place = match.start(1)
                    found.setdefault(place, Disagreement(p, r, place, match.group(1), unit, key, figure["name"], figure["text"]))
    return [found[place] for place in sorted(found)]


def _number(text: str) -> str:
    whole, _, part = text.replace(",", "").partition(".")
    return f"{whole.lstrip('0') or '0'}.{part.rstrip('0')}"


def answer(paragraphs: Sequence[dict], which: Disagreement, *, note: str = "", use_system: bool) -> list[dict]:
    """The paragraphs after 改用系统数 (the figure takes the place of the typed number) or 保留并说明 (the number is kept, with a note)."""
    changed = [{"lead": p["lead"], "runs": [dict(r) for r in p["runs"]]} for p in paragraphs]
    runs = changed[which.paragraph]["runs"]
    text = runs[which.run]["text"]
    end = which.start + len(which.typed)
    after = text[end:]
    if use_system:
        new = {"key": which.key}
        after = after.lstrip().removeprefix("%") if which.unit == "%" else after
    else:
        new = {"text": which.typed, "typed": True, "note": note.strip()}
    pieces = [{"text": text[: which.start]}, new, {"text": after}]
    runs[which.run : which.run + 1] = [piece for piece in pieces if piece.get("text") or "key" in piece]
    return changed
