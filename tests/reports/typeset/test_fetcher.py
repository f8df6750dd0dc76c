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


def test_faces_listed_pictures_and_data_are_allowed_and_nothing_beside_them(tmp_path):
    (tmp_path / "face.otf").write_bytes(b"face")
    (tmp_path / "照片 1.jpg").write_bytes(b"picture")
    (tmp_path / "secret").write_text("secret")
    fetch = local_fetcher([tmp_path / "face.otf"], {"picture:1": tmp_path / "照片 1.jpg"})
    assert fetch((tmp_path / "face.otf").as_uri()).read() == b"face"
    assert fetch("picture:1").read() == b"picture"
    assert fetch("data:text/plain,hello").read() == b"hello"
    for url in ("picture:2", (tmp_path / "secret").as_uri(), (tmp_path / "照片 1.jpg").as_uri(), f"file://{tmp_path}/face.otf/../secret"):
        with pytest.raises(ValueError):
            fetch(url)


def test_pictures_come_from_the_media_folder_and_no_link_leads_out_of_it(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "media").mkdir(exist_ok=True)
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "media" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "media" / "a.jpg").write_bytes(b"x")
    assert may_load(tmp_path / "media" / "a.jpg")
    for path in (tmp_path / "secret", tmp_path / "media" / "link", tmp_path / "media" / ".." / "secret", tmp_path / "media" / "absent.jpg"):
        assert not may_load(path)
