"""A companion face of half-width punctuation.

`font-feature-settings: "halt"` and negative margins look the same, but the glyph's declared width stays one em and some readers then break
the copied line at every squeezed mark. Here the same code points have glyphs half an em wide, so copied text stays whole.
"""

from pathlib import Path

from fontTools import subset
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from reports.typeset.marks import HALF_MARKS, OPENING_MARKS


def write_half_face(source: Path, number: int, target: Path) -> None:
    """Write the companion face of `source` to `target`: opening marks move left by half an em, all advances become half an em."""
    font = TTFont(source, fontNumber=number, lazy=True, recalcTimestamp=False)
    options = subset.Options(layout_features=[], name_IDs=[1, 2, 4, 6], desubroutinize=True, notdef_outline=False, hinting=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text=HALF_MARKS)
    cutter.subset(font)
    half = font["head"].unitsPerEm // 2
    opening = {name for code, name in font.getBestCmap().items() if chr(code) in OPENING_MARKS}
    if "CFF " in font:
        _shift_cff(font, opening, half)
    else:
        _shift_glyf(font, opening, half)
    for name, (_advance, bearing) in list(font["hmtx"].metrics.items()):
        font["hmtx"].metrics[name] = (half, bearing - half if name in opening else bearing)
    font.save(target)


def _shift_cff(font: TTFont, opening: set[str], half: int) -> None:
    strings = font["CFF "].cff.topDictIndex[0].CharStrings
    glyphs = font.getGlyphSet()
    for name in font.getGlyphOrder():
        pen = T2CharStringPen(None, None)
        glyphs[name].draw(TransformPen(pen, (1, 0, 0, 1, -half if name in opening else 0, 0)))
        old = strings[name]
        new = pen.getCharString(private=old.private, globalSubrs=old.globalSubrs)
        old.private.defaultWidthX = half
        strings[name] = new


def _shift_glyf(font: TTFont, opening: set[str], half: int) -> None:
    glyf = font["glyf"]
    for name in opening:
        glyph = glyf[name]
        if glyph.isComposite():
            for component in glyph.components:
                component.x -= half
        elif glyph.numberOfContours:
            glyph.coordinates.translate((-half, 0))
        glyph.recalcBounds(glyf)
