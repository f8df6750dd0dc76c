"""The house: imports point one way, no circle, no app imports the wiring; every module of the project can be imported."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ["accounts", "pilots", "communities", "funds", "supervision", "reports"]
MODULES = sorted(
    path.relative_to(ROOT) for app in [*FLOORS, "penxi_pilot"] for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)


def imported_by(path: Path) -> set[str]:
    """Top-level names of everything a file imports, inside functions too; relative imports count as the own package."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(path.parts[0] if node.level else (node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("path", [p for p in MODULES if p.parts[0] in FLOORS], ids=str)
def test_imports_point_to_the_left(path):
    floor = FLOORS.index(path.parts[0])
    wrong = {name for name in imported_by(path) if name == "penxi_pilot" or (name in FLOORS and FLOORS.index(name) > floor)}
    assert not wrong, f"{path} imports {wrong}"


def test_every_module_imports():
    for path in MODULES:
        if path != Path("penxi_pilot/wsgi.py"):  # importing it is the start of a web server: tests/wiring starts real ones
            importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))


def test_no_room_has_an_untrue_name():
    assert not [p for p in MODULES if p.stem in {"utils", "helpers", "common", "misc", "base", "manager", "v2"}]


def test_templates_carry_the_name_of_their_app():
    folders = {p.name for p in (ROOT / "templates").iterdir() if p.is_dir()}
    assert folders <= {*FLOORS, "parts", "django"}, folders
