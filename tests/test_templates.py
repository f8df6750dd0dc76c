"""All templates compile, keep to the strict content security policy and escape what people typed; the tokens are readable."""

import re

import pytest
from django.conf import settings
from django.template import engines

TEMPLATES = settings.BASE_DIR / "templates"
CSS = settings.BASE_DIR / "static" / "css"
# Printed reports are drawn by WeasyPrint, not shown by a browser: the policy of pages does not reach them.
PRINTED = ("reports/print/",)
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
PAGES = [name for name in NAMES if not name.startswith(PRINTED)]


def source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name):
    engines["django"].get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_template_keeps_the_strict_policy(name):
    """No style attributes or elements, no inline scripts or handlers, nothing from other hosts."""
    text = source(name)
    assert not re.search(r"\sstyle\s*=", text), "style="
    assert not re.search(r"<style\b", text), "<style>"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "inline handler"
    assert "javascript:" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), "inline script"
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text), "another host"


@pytest.mark.parametrize("name", NAMES)
def test_template_escapes_what_people_typed(name):
    text = source(name)
    assert not re.search(r"\|\s*safe\b", text)
    assert "autoescape off" not in text


@pytest.mark.parametrize("name", sorted(name for name in PAGES if name.startswith("parts/")))
def test_part_states_its_variables(name):
    """Whoever includes a part reads at its head what it wants."""
    assert "{% comment %}" in source(name)[:120]


def test_no_python_marks_text_safe():
    offenders = [
        str(path)
        for app in ("accounts", "pilots", "communities", "funds", "supervision", "reports", "penxi_pilot")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if re.search(r"\bmark_safe\b|\bSafeString\(", path.read_text(encoding="utf-8"))
    ]
    assert offenders == []


# --- what the eye needs ---------------------------------------------------------------------------------------------------------


def tokens() -> dict[str, str]:
    return dict(re.findall(r"--px-([\w-]+):\s*(#[0-9a-f]{6})", (CSS / "tokens.css").read_text(encoding="utf-8")))


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_ON = [
    *((text, ground) for text in ("ink", "ink-2", "ink-3") for ground in ("surface", "page", "sunken", "side", "selected", "action-soft")),
    *((text, "surface") for text in ("action", "action-2", "ok", "warn", "late", "mute")),
    ("action-2", "action-soft"),
    ("action-2", "mark"),
    ("ok", "ok-soft"),
    ("warn", "warn-soft"),
    ("late", "late-soft"),
    ("warn", "selected"),
    ("surface", "action"),
    ("surface", "action-2"),
    ("surface", "late"),
    ("ribbon-ink", "ribbon"),
]


@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_contrast_is_at_least_4_5(text, ground):
    """GB/T 37668 and WCAG 1.4.3."""
    values = tokens()
    assert contrast(values[text], values[ground]) >= 4.5


@pytest.mark.parametrize("shape", ["field", "warn-mark", "action", "late", "ok"])
def test_shape_contrast_is_at_least_3(shape):
    """WCAG 1.4.11: field borders and light shapes on white."""
    assert contrast(tokens()[shape], tokens()["surface"]) >= 3


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_css_runs_in_chromium_86_and_stays_legible(path):
    """Office browsers may be as old as Chromium 86; nothing is smaller than 12 px; nothing loads from elsewhere."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for unknown in (":has(", ":is(", ":where(", "inset:", "aspect-ratio", "@layer", "@container", "color-mix(", "dvh", "accent-color"):
        assert unknown not in text, unknown
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", text)
    # Icons are no text, and the A4 preview of a report is a picture of a page at two thirds of its size.
    words = [(selector.strip(), body) for selector, body in rules if not re.search(r"\.icon|\.a4|\.bars", selector)]
    small = [(selector, size) for selector, body in words for size in re.findall(r"font-size:\s*([\d.]+)px", body) if float(size) < 12]
    assert small == []
    assert not re.search(r"url\(\s*['\"]?(https?:)?//|@import", text)
