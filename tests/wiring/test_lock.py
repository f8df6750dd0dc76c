"""The lock files name the public index only, carry hashes, and agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOSTS = {"pypi.org", "files.pythonhosted.org"}


def locked() -> dict[str, set[tuple[str, frozenset[str]]]]:
    """Package → its locked (version, hashes); the project itself is not a package to fetch."""
    packages = {}
    for package in tomllib.loads((ROOT / "uv.lock").read_text("utf8"))["package"]:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        if files:
            packages.setdefault(package["name"], set()).add((package["version"], frozenset(file["hash"] for file in files)))
    return packages


def exported(name: str) -> dict[str, set[tuple[str, frozenset[str]]]]:
    packages = {}
    for entry in (ROOT / name).read_text("utf8").replace("\\\n", "").splitlines():
        pin = re.match(r"([a-z0-9.-]+)==(\S+)", entry)
        if pin:
            packages.setdefault(pin[1], set()).add((pin[2], frozenset(re.findall(r"--hash=(\S+)", entry))))
    return packages


@pytest.mark.parametrize("name", ["uv.lock", "requirements.txt", "requirements-dev.txt", "requirements-uv.txt"])
def test_no_other_host_is_named(name):
    text = (ROOT / name).read_text("utf8")
    assert set(re.findall(r"[a-z]+://([^/\s\"']+)", text)) <= HOSTS
    assert "file://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_export_is_that_of_the_lock(name):
    lock = locked()
    for package, pins in exported(name).items():
        for version, hashes in pins:
            wanted = dict(lock[package])
            assert version in wanted, f"{package} {version}: run bin/lock"
            assert hashes == wanted[version], f"{package}: run bin/lock"


def test_every_package_has_a_hash():
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-uv.txt"):
        for package, pins in exported(name).items():
            assert all(hashes for _, hashes in pins), package


def test_every_dependency_is_exported():
    """What pyproject.toml asks for stands in the files that bin/setup installs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))

    def names(requirements):
        return {re.match(r"[A-Za-z0-9.-]+", requirement)[0].lower().replace(".", "-") for requirement in requirements}

    assert names(project["project"]["dependencies"]) <= set(exported("requirements.txt"))
    assert names(project["dependency-groups"]["dev"]) <= set(exported("requirements-dev.txt"))
    assert set(exported("requirements.txt")) <= set(exported("requirements-dev.txt"))
    assert "pytest" not in exported("requirements.txt")
