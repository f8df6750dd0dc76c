"""What a document may load while it is rendered: data: addresses and files of a short list of folders, nothing from the network."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from weasyprint.urls import URLFetcher


class LocalFetcher(URLFetcher):
    """Refuses every address but `data:` and `file:` under the given folders (links resolved); there are no redirects."""

    def __init__(self, folders: Iterable[Path]):
        super().__init__(allowed_protocols=("data", "file"), allow_redirects=False)
        self.folders = tuple(folder.resolve() for folder in folders)

    def fetch(self, url: str, headers=None):
        """Response of an allowed address; ValueError otherwise."""
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
            raise ValueError("address not allowed in a report")
        path = Path(unquote(parts.path)).resolve()
        if not any(path.is_relative_to(folder) for folder in self.folders):
            raise ValueError("file outside the folders of reports")
        return super().fetch(path.as_uri(), headers)
