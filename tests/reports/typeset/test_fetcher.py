"""A document loads nothing from the network and no file outside the allowed folders."""

import pytest

from reports.typeset.fetcher import local_fetcher, may_load


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x.png",
        "https://example.invalid/x.png",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "file://fileserver/share/x.png",
        "file:///etc/../etc/passwd",
        "javascript:alert(1)",
    ],
)
def test_refused(url, settings, tmp_path):
    settings.PENXI_VAR = settings.MEDIA_ROOT = tmp_path
    with pytest.raises(ValueError):
        local_fetcher()(url)


def test_media_fonts_and_data_are_allowed_but_no_link_out_of_them(settings, tmp_path):
    settings.PENXI_VAR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "media").mkdir(exist_ok=True)
    (tmp_path / "media" / "照片 1.txt").write_text("x")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "media" / "link").symlink_to(tmp_path / "secret")
    fetch = local_fetcher()
    assert fetch((tmp_path / "media" / "照片 1.txt").as_uri()).read() == b"x"
    assert fetch("data:text/plain,hello").read() == b"hello"
    for path in (tmp_path / "secret", tmp_path / "media" / "link", tmp_path / "media" / ".." / "secret"):
        assert not may_load(path)
        with pytest.raises(ValueError):
            fetch(f"file://{path}")
