"""Printed forms: a closed frame of labelled cells, every text composed, every row a whole number of quarter lines."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from reports.document import Form, FormCell
from reports.typeset.compose import Line, compose_ragged
from reports.typeset.fonts import FANG, HEI, SONG, FontSet
from reports.typeset.measures import MEASURE, MM, quarters
from reports.typeset.styles import Styles, set_plain
from reports.typeset.text import clean

SIZE, LEADING = 12.0, 16.5
SIGNED_SIZE, SIGNED_LEADING = 10.5, 14.0
NOTE_SIZE = 9.0
PADDING, LABEL_PADDING, HEAD_Q, NOTE_Q = 4.0, 0.4, 3, 2
MAX_LINES = 3
"""Of a cell: a form is one page whatever was written; the rest is in the record."""
ROLES = {"label": HEI, "value": FANG, "money": SONG, "signature": FANG}


@dataclass(frozen=True)
class PrintedCell:
    """`html` is the text, `foot` what stands at the right of the last line."""

    html: SafeString
    foot: str
    role: str
    span: int


def lay_out_form(form: Form, fonts: FontSet, styles: Styles) -> tuple[int, dict]:
    """Height in quarter lines and what the template prints."""
    rows, height = [], HEAD_Q if form.left or form.right else 0
    for cells, least in form.rows:
        at, made, tallest = 0, [], 0.0
        for cell in cells:
            width = sum(form.widths[at : at + cell.span])
            lines = _lines(cell, width, fonts)
            made.append(PrintedCell(set_plain(lines, ROLES[cell.role]), clean(cell.foot), cell.role, cell.span))
            leading = SIGNED_LEADING if cell.role == "signature" else LEADING
            tallest = max(tallest, leading * (len(lines) + bool(cell.foot)) + 4)
            at += cell.span
        q = max(least, quarters(tallest))
        rows.append({"cells": made, "height": styles.height(q)})
        height += q
    notes = [
        set_plain([line], FANG)
        for note in form.notes
        for line in compose_ragged([(clean(note), FANG)], fonts=fonts, measure=MEASURE, size=NOTE_SIZE)
    ]
    data = {
        "left": clean(form.left),
        "right": clean(form.right),
        "head_height": styles.height(HEAD_Q),
        "columns": [styles.width(width) for width in form.widths],
        "rows": rows,
        "notes": notes,
    }
    return height + NOTE_Q * len(notes), data


def _lines(cell: FormCell, width_mm: float, fonts: FontSet) -> list[Line]:
    signed = cell.role == "signature"
    size = SIGNED_SIZE if signed else SIZE
    measure = max(width_mm * MM - 2 * (LABEL_PADDING if cell.role == "label" else PADDING), size)
    lines: list[Line] = []
    for part in cell.text.split("\n"):
        lines += compose_ragged([(clean(part), ROLES[cell.role])], fonts=fonts, measure=measure, size=size)
    return lines[:MAX_LINES]
