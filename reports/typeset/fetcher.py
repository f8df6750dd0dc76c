"""What a document may load while it is rendered: data: addresses and files of a short list of folders, nothing from the network."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings


def allowed_folders() -> tuple[Path, ...]:
    """Fonts, uploaded media and the portal's own static files; links resolved."""
    folders = (Path(settings.PENXI_VAR) / "fonts", Path(settings.MEDIA_ROOT), Path(settings.BASE_DIR) / "static")
    return tuple(folder.resolve() for folder in folders)


def may_load(path: Path) -> bool:
    """Whether a file stands, after all links, in one of the allowed folders."""
    real = path.resolve()
    return any(real.is_relative_to(folder) for folder in allowed_folders())


def local_fetcher():
    """A fetcher for one render: `data:` and allowed files only, no network, no redirects; other addresses raise ValueError."""
    from weasyprint.urls import URLFetcher

    class LocalFetcher(URLFetcher):
        def fetch(self, url: str, headers=None):
            parts = urlsplit(url)
            if parts.scheme == "data":
                return super().fetch(url, headers)
            if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
                raise ValueError("address not allowed in a report")
            path = Path(unquote(parts.path))
            if not may_load(path):
                raise ValueError("file outside the folders of reports")
            return super().fetch(path.resolve().as_uri(), headers)

    return LocalFetcher(allowed_protocols=("data", "file"), allow_redirects=False)
