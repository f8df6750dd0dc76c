"""Two folders of faces: with Fandol, where bin/setup has fetched it, and without, where the Noto faces of the system must do."""

from pathlib import Path

import pytest
from django.conf import settings

from reports.typeset.fetch import DIGESTS
from reports.typeset.fonts import ROLE_NAMES, Face, FontSet, Metrics, load_fonts


def fandol_folder() -> Path | None:
    fetched = (Path(settings.PENXI_VAR) / "fonts", settings.BASE_DIR / ".venv" / "fonts", settings.BASE_DIR / "var" / "fonts")
    for folder in (*fetched, Path("/usr/share/fonts/opentype/fandol")):
        if all((folder / name).is_file() for name in DIGESTS):
            return folder
    return None


@pytest.fixture(scope="session")
def noto_var(tmp_path_factory):
    """A var folder without any face: metrics and companion faces are made once for all tests."""
    folder = tmp_path_factory.mktemp("noto")
    (folder / "fonts").mkdir()
    return folder


@pytest.fixture(scope="session")
def fandol_var(tmp_path_factory):
    source = fandol_folder()
    if source is None:
        return None
    folder = tmp_path_factory.mktemp("fandol")
    (folder / "fonts").mkdir()
    for name in DIGESTS:
        (folder / "fonts" / name).symlink_to(source / name)
    return folder


@pytest.fixture
def noto(settings, noto_var):
    settings.PENXI_VAR = noto_var
    return load_fonts()


@pytest.fixture
def fandol(settings, fandol_var):
    if fandol_var is None:
        pytest.skip("公文字体未下载：运行 manage.py fetch_fonts 后可测")
    settings.PENXI_VAR = fandol_var
    return load_fonts()


@pytest.fixture(params=["noto", "fandol"])
def fonts(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def plain_fonts():
    """Faces of pure arithmetic: Chinese one em, ASCII half, everything covered."""
    metrics = Metrics(1.0, {chr(code): 0.5 for code in range(32, 127)}, ((0, 0x10FFFF),))
    return FontSet({role: Face(role, role, "normal", Path(role), 0, metrics) for role in ROLE_NAMES}, Path("fonts"))
