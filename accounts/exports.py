"""An Excel workbook as a download: Chinese file name (RFC 5987), never stored by caches."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterable

from django.http import FileResponse

from accounts.spreadsheet import Sheet, safe_filename, write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_IN_MEMORY = 4 * 1024 * 1024


def workbook_response(
    sheets: Iterable[Sheet],
    filename: str,
    *,
    sample: bool,
    author: str = "",
    dated: datetime.date | None = None,
) -> FileResponse:
    """A download of `sheets` under `filename` (cleaned; .xlsx is added where missing). Large workbooks wait in a temporary file, not in memory."""
    name = safe_filename(filename if filename.lower().endswith(".xlsx") else f"{filename}.xlsx")
    stream = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the response closes it
    write_workbook(stream, sheets, sample=sample, author=author, title=name.removesuffix(".xlsx"), dated=dated)
    length = stream.tell()
    stream.seek(0)
    response = FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)
    response["Content-Length"] = str(length)
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    return response
