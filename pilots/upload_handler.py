"""Too large is refused while it arrives: nothing of it is kept in memory or on disk."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pilots.filenames import clean_name, suffix_of

PHOTO_SUFFIXES = {"jpg", "jpeg", "png", "heic"}


def refusals(request: HttpRequest) -> list[ValidationError]:
    """What the upload handler turned away in this request, one sentence per file."""
    return getattr(request, "upload_refusals", [])


class LimitedUpload(FileUploadHandler):
    """First of the upload handlers: stops taking a file as soon as it is over its limit. The view reads why with `refusals(request)`."""

    def new_file(self, field_name, file_name, *args, **kwargs) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        self.received = 0
        self.photo = suffix_of(clean_name(file_name or "")) in PHOTO_SUFFIXES
        self.limit = settings.PHOTO_MAX_BYTES if self.photo else settings.DOCUMENT_MAX_BYTES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > self.limit:
            name, limit = clean_name(self.file_name or ""), self.limit // 1024 // 1024
            each = "每张照片" if self.photo else "每份文件"
            if self.request is not None:
                self.request.upload_refusals = [
                    *refusals(self.request),
                    ValidationError(f"“{name}”太大，{each}不超过 {limit} MB", code="size"),
                ]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class RequestSizeLimit:
    """Middleware: a request announced as larger than REQUEST_MAX_BYTES is answered 413 before its body is read into anything."""

    DRAIN = 2

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            announced = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            announced = 0
        if announced <= settings.REQUEST_MAX_BYTES:
            return self.get_response(request)
        self._drain(request, announced)
        limit = settings.REQUEST_MAX_BYTES // 1024 // 1024
        return render(request, "413.html", {"limit": limit}, status=413)

    def _drain(self, request: HttpRequest, announced: int) -> None:
        """Read and drop a moderate surplus, so that the browser finishes sending and shows the answer."""
        left = min(announced, self.DRAIN * settings.REQUEST_MAX_BYTES)
        while left > 0:
            block = request.META["wsgi.input"].read(min(left, 65536))
            if not block:
                return
            left -= len(block)
