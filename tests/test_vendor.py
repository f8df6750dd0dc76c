"""The front-end files of other people: what VERSIONS says is what lies there, nothing more, and nothing fetches from elsewhere."""

import hashlib
import re

import pytest
from django.conf import settings

VENDOR = settings.BASE_DIR / "static" / "vendor"
OWN = {"VERSIONS", "icons.txt"}


def entries() -> dict[str, list[str]]:
    lines = (VENDOR / "VERSIONS").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {row[0]: row[1:] for row in rows}


def test_every_vendored_file_is_the_one_in_versions():
    """Hash of each file as it stands, with package, exact version and licence beside it."""
    for name, (package, version, licence, digest) in entries().items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name
        assert package and licence
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)


def test_no_file_lies_in_vendor_unnamed():
    """Files added later by another room name themselves in VERSIONS too."""
    present = {path.name for path in VENDOR.iterdir() if path.is_file()} - OWN
    assert present == set(entries())


def test_htmx_stays_on_version_2():
    assert entries()["htmx.min.js"][1].startswith("2.0.")


@pytest.mark.parametrize("name", ["bootstrap.min.css", "icons.svg"])
def test_vendored_styles_load_nothing_from_elsewhere(name):
    text = (VENDOR / name).read_text(encoding="utf-8")
    assert not re.search(r"url\(\s*['\"]?(https?:)?//", text)
    assert "sourceMappingURL" not in text


def test_every_icon_used_is_in_the_sprite():
    """`{% icon "bell" %}` and icon_name="bell" in templates and icons named in Python menus exist; else a hole would show."""
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (VENDOR / "icons.svg").read_text(encoding="utf-8")))
    used: dict[str, str] = {}
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        literal = re.findall(r'\{%\s*icon "([\w-]+)"', text) + re.findall(r'(?:icon_name|verb_icon)="([\w-]+)"', text)
        used |= dict.fromkeys(literal + re.findall(r'\{%\s*menu_\w+ "[^"]*" "([\w-]+)"', text), path.name)
    assert used.keys() <= sprite, {name: used[name] for name in used.keys() - sprite}
