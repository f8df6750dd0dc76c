"""Fetching the faces: refused clearly, never half done."""

import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from reports.typeset import fetch


def test_without_apt_it_says_why_and_leaves_the_folder_empty(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    line = fetch.report(tmp_path / "fonts")
    assert line.startswith("公文字体未就绪：本机没有 apt-get") and "Noto" in line
    assert list((tmp_path / "fonts").iterdir()) == []


def test_a_package_with_wrong_faces_is_not_used(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "root"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN" / "control").write_text(
        "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.invalid>\nDescription: x\n"
    )
    (root / fetch.FACES).mkdir(parents=True)
    for name in fetch.DIGESTS:
        (root / fetch.FACES / name).write_bytes(b"no font")
    subprocess.run(["dpkg-deb", "-b", str(root), str(tmp_path / "x.deb")], check=True, capture_output=True)
    with pytest.raises(fetch.FontsUnavailable, match="校验值不符"):
        fetch.fetch_fonts(Path("fonts"), Path("x.deb"))
    assert list((tmp_path / "fonts").iterdir()) == []


def test_faces_that_are_there_are_not_fetched_again(fandol, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert fetch.fetch_fonts(fandol.folder) is False


def test_the_command_ends_well_without_apt(settings, tmp_path, monkeypatch, capsys):
    settings.PENXI_VAR = tmp_path
    monkeypatch.setenv("PATH", str(tmp_path))
    call_command("fetch_fonts")
    assert "公文字体未就绪" in capsys.readouterr().out
