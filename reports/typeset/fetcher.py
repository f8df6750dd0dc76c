"""What a document may load while it is rendered: data: addresses, its own typefaces and the pictures found when it was planned."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings


def may_load(path: Path) -> bool:
    """Whether a picture stands, after all links, among the uploaded media or the portal's own static files."""
    folders = (Path(settings.MEDIA_ROOT).resolve(), (Path(settings.BASE_DIR) / "static").resolve())
    real = path.resolve()
    return real.is_file() and any(real.is_relative_to(folder) for folder in folders)


def local_fetcher(faces: Iterable[Path] = (), pictures: Mapping[str, Path] | None = None):
    """A fetcher for one render: `data:`, the given files of typefaces, and `picture:` addresses by their list; no network, no redirects.

    Any other address raises ValueError.
    """
    from weasyprint.urls import URLFetcher

    known = {face.resolve() for face in faces}
    listed = dict(pictures or {})

    class LocalFetcher(URLFetcher):
        def fetch(self, url: str, headers=None):
            if url in listed:
                return super().fetch(listed[url].resolve().as_uri(), headers)
            parts = urlsplit(url)
            if parts.scheme == "data":
                return super().fetch(url, headers)
            path = Path(unquote(parts.path))
            if parts.scheme != "file" or parts.netloc or path.resolve() not in known:
                raise ValueError("address not allowed in a report")
            return super().fetch(path.resolve().as_uri(), headers)

    return LocalFetcher(allowed_protocols=("data", "file"), allow_redirects=False)
