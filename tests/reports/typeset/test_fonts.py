"""Faces by role: licensed before Fandol before Noto, companion faces of half-width marks, substitutes named."""

import shutil

from fontTools.ttLib import TTFont

from reports.typeset.fonts import FANG, HEI, ROLE_NAMES, SUBSTITUTES, load_fonts
from reports.typeset.marks import HALF_MARKS, OPENING_MARKS


def test_without_fandol_every_role_is_substituted_and_named(noto):
    assert noto.substituted == tuple(ROLE_NAMES.values())
    assert {role: noto[role].family for role in ROLE_NAMES} == {role: family for role, (family, _weight) in SUBSTITUTES.items()}
    assert all("Noto" in name for name in noto.names)


def test_with_fandol_nothing_is_substituted(fandol):
    assert fandol.substituted == ()
    assert fandol[FANG].file.name == "FandolFang-Regular.otf"
    assert "仿宋 FandolFang-Regular.otf d838ad32" in fandol.names


def test_one_missing_face_is_named_alone(fandol, settings, tmp_path):
    (tmp_path / "fonts").mkdir()
    for file in fandol.folder.glob("Fandol*.otf"):
        if "Hei" not in file.name:
            (tmp_path / "fonts" / file.name).symlink_to(file)
    settings.PENXI_VAR = tmp_path
    assert load_fonts().substituted == ("黑体",)


def test_a_licensed_face_in_the_folder_wins(fandol, settings, tmp_path):
    (tmp_path / "fonts").mkdir()
    for file in fandol.folder.glob("Fandol*.otf"):
        (tmp_path / "fonts" / file.name).symlink_to(file)
    shutil.copy(fandol[HEI].file, tmp_path / "fonts" / "simhei.ttf")
    settings.PENXI_VAR = tmp_path
    assert load_fonts()[HEI].file.name == "simhei.ttf"


def test_fonts_are_read_again_when_the_folder_changes(settings, tmp_path, noto):
    settings.PENXI_VAR = tmp_path
    assert load_fonts().folder == tmp_path / "fonts"


def test_the_companion_face_has_every_mark_at_half_width(fonts):
    face = fonts[FANG]
    half, whole = TTFont(face.half), TTFont(face.file, fontNumber=face.number, lazy=True)
    codes, em = half.getBestCmap(), half["head"].unitsPerEm
    assert {chr(code) for code in codes} == set(HALF_MARKS)
    glyphs, originals, names = half.getGlyphSet(), whole.getGlyphSet(), whole.getBestCmap()
    for code, name in codes.items():
        assert half["hmtx"].metrics[name][0] == em // 2
        left, _bottom, right, _top = _bounds(glyphs, name)
        was_left = _bounds(originals, names[code])[0]
        assert left >= -em // 20 and right <= em * 0.75, chr(code)
        assert abs(left - (was_left - (em // 2 if chr(code) in OPENING_MARKS else 0))) <= 1


def _bounds(glyphs, name):
    from fontTools.pens.boundsPen import BoundsPen

    pen = BoundsPen(glyphs)
    glyphs[name].draw(pen)
    return pen.bounds


def test_metrics_are_kept_beside_the_faces(fonts):
    assert list((fonts.folder / "derived").glob("*.json"))
    metrics = fonts[FANG].metrics
    assert metrics.advance("社") == 1.0 and metrics.advance("1") < 0.7 and ord("社") in metrics.covered
