"""Uploaded files: checked by name, first bytes and content, written under a generated name, handed out only by a view that asked who may see them.

Order of things: check (no lock held) → temporary file, fsync, rename → database row. What a crash leaves behind is swept daily.
"""

import contextlib
import contextvars
import errno
import hashlib
import os
import re
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import audit, clock
from accounts.models import AuditKind, User
from pilots import imaging
from pilots.archives import check_archive
from pilots.filenames import clean_name, refuse_double_suffix, suffix_of
from pilots.models import StoredFile
from pilots.portable_documents import check_pdf

log = structlog.get_logger("pilots.files")
Kind = StoredFile.Kind

KIND_OF = {
    "jpg": Kind.IMAGE,
    "jpeg": Kind.IMAGE,
    "png": Kind.IMAGE,
    "heic": Kind.IMAGE,
    "pdf": Kind.PDF,
    "ofd": Kind.OFD,
    "docx": Kind.WORD,
    "xlsx": Kind.EXCEL,
}
CONTENT_TYPE = {
    Kind.PDF: "application/pdf",
    Kind.OFD: "application/ofd",
    Kind.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ALL_KINDS = frozenset(Kind)
PHOTOS = frozenset({Kind.IMAGE})
FOLDER = "uploads"
OWN_NAME = re.compile(r"^[0-9a-f]{32}(-preview)?\.(jpg|png|pdf|ofd|docx|xlsx)$")
TEMPORARY = ".writing-"

_together: contextvars.ContextVar[bool] = contextvars.ContextVar("files_synced_together", default=False)


@dataclass(frozen=True)
class Checked:
    """An upload that passed: what will lie on disk and what will stand in its row."""

    kind: Kind
    name: str
    suffix: str
    content_type: str
    data: bytes
    preview: bytes = b""
    width: int | None = None
    height: int | None = None


def accept_attribute(kinds: frozenset[Kind] | set[Kind]) -> str:
    """The `accept` of an `<input type=file>` for these kinds: `.jpg,.jpeg,…`."""
    return ",".join(f".{suffix}" for suffix, kind in KIND_OF.items() if kind in kinds)


def limit_of(kind: Kind) -> int:
    """The most bytes one file of this kind may have."""
    return settings.PHOTO_MAX_BYTES if kind == Kind.IMAGE else settings.DOCUMENT_MAX_BYTES


def check_upload(uploaded: UploadedFile, *, kinds: frozenset[Kind] | set[Kind]) -> Checked:
    """Look through an upload and refuse, with a Chinese sentence, whatever is not a whole, harmless file of one of `kinds`."""
    name = clean_name(uploaded.name or "")
    suffix = suffix_of(name)
    kind = KIND_OF.get(suffix)
    if kind is None or kind not in kinds:
        raise ValidationError(f"不支持{f'“.{suffix}”' if suffix else '没有扩展名的'}文件，可以上传：{_allowed(kinds)}", code="extension")
    refuse_double_suffix(name)
    _refuse_size(uploaded, kind)
    uploaded.seek(0)
    head = uploaded.read(16)
    _refuse_foreign(head, suffix, kind)
    if kind == Kind.IMAGE:
        picture = imaging.read_picture(uploaded.file, suffix)
        return Checked(
            kind, name, picture.suffix, picture.content_type, picture.data, picture.preview, width=picture.width, height=picture.height
        )
    uploaded.seek(0)
    if kind == Kind.PDF:
        check_pdf(uploaded.file)
    else:
        check_archive(uploaded.file, suffix)
    uploaded.seek(0)
    return Checked(kind, name, suffix, CONTENT_TYPE[kind], uploaded.read())


def _allowed(kinds: frozenset[Kind] | set[Kind]) -> str:
    return "、".join(suffix for suffix, kind in KIND_OF.items() if kind in kinds)


def _refuse_size(uploaded: UploadedFile, kind: Kind) -> None:
    if not uploaded.size:
        raise ValidationError("文件是空的，没有内容。请重新选择", code="empty")
    if uploaded.size > limit_of(kind):
        limit = limit_of(kind) // 1024 // 1024
        each = "每张照片" if kind == Kind.IMAGE else "每份文件"
        raise ValidationError(f"文件有 {uploaded.size / 1024 / 1024:.1f} MB，{each}不超过 {limit} MB", code="size")


def _refuse_foreign(head: bytes, suffix: str, kind: Kind) -> None:
    if kind == Kind.IMAGE:
        fits = imaging.looks_like(head, suffix)
    elif kind == Kind.PDF:
        fits = head.startswith(b"%PDF-")
    else:
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            raise ValidationError(f"文件设了打开密码，或是旧版格式。请取消密码并另存为 .{suffix} 后再上传", code="encrypted")
        fits = head.startswith(b"PK\x03\x04")
    if not fits:
        raise ValidationError(f"文件内容与扩展名 .{suffix} 不符，可能改过名。请用原来的软件另存后再上传", code="content")


# --- keeping ------------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def stored_upload(
    uploaded: UploadedFile, *, by: User, kinds: frozenset[Kind] | set[Kind], uid: uuid.UUID | None = None
) -> Iterator[StoredFile]:
    """Check and keep an upload; the block attaches it to its record in the same transaction. If the block fails nothing stays, no file, no row.

    `uid` is the client's one-time number of the file, where it has one.
    """
    with keeping(check_upload(uploaded, kinds=kinds), by=by, uid=uid) as stored:
        yield stored


def store_upload(uploaded: UploadedFile, *, by: User, kinds: frozenset[Kind] | set[Kind]) -> StoredFile:
    """Check and keep an upload that belongs to no record yet. Refused files leave nothing behind."""
    with stored_upload(uploaded, by=by, kinds=kinds) as stored:
        return stored


@contextlib.contextmanager
def keeping(checked: Checked, *, by: User, uid: uuid.UUID | None = None) -> Iterator[StoredFile]:
    """Write a checked upload to disk, then add its row; see `stored_upload`."""
    uid = uid or uuid.uuid4()
    path, preview_path = _write_both(checked)
    try:
        with transaction.atomic():
            yield StoredFile.objects.create(
                uid=uid,
                kind=checked.kind,
                content_type=checked.content_type,
                original_name=checked.name,
                size=len(checked.data),
                sha256=hashlib.sha256(checked.data).hexdigest(),
                path=path,
                preview_path=preview_path,
                width=checked.width,
                height=checked.height,
                uploaded_by=by,
                uploaded_at=clock.now(),
            )
    except BaseException:
        _remove(path, preview_path)
        raise


@contextlib.contextmanager
def synced_together() -> Iterator[None]:
    """Files kept inside the block are brought to disk together at its end, not one by one. Use it within the transaction of their rows, so that
    these still hold only when the files do; a block that fails keeps no row and needs no file."""
    token = _together.set(True)
    try:
        yield
    finally:
        _together.reset(token)
    os.sync()


def _write_both(checked: Checked) -> tuple[str, str]:
    """Write the file and its preview; both or neither."""
    folder = f"{FOLDER}/{clock.now():%Y/%m}"
    token = uuid.uuid4().hex
    path = f"{folder}/{token}.{checked.suffix}"
    preview_path = f"{folder}/{token}-preview.jpg" if checked.preview else ""
    try:
        _write(path, checked.data)
        if preview_path:
            _write(preview_path, checked.preview)
    except OSError as fault:
        _remove(path, preview_path)
        log.error("file not written", reason=str(fault))
        raise _no_room(fault)
    return path, preview_path


def _no_room(fault: OSError) -> ValidationError:
    if fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return ValidationError("服务器存储空间不足，文件没有存下。请联系系统管理员，填写的内容都已保留", code="storage")
    return ValidationError("服务器暂时存不了文件。请稍后再试，填写的内容都已保留", code="storage")


def _write(path: str, data: bytes) -> None:
    """Temporary file in the same folder, fsync, rename: the name never shows half a file (see `synced_together`)."""
    target = full_path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if not _together.get():
                os.fsync(file.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _remove(*paths: str) -> None:
    for path in paths:
        if path:
            with contextlib.suppress(OSError):
                full_path(path).unlink(missing_ok=True)


def full_path(path: str) -> Path:
    """Where a relative path of a row lies on disk."""
    return Path(settings.MEDIA_ROOT) / path


def discard(stored: StoredFile) -> None:
    """Delete the row now and its files once the transaction holds. Only for files no reviewed record refers to."""
    path, preview = stored.path, stored.preview_path
    stored.delete()
    transaction.on_commit(lambda: _remove(path, preview))


def rotate_image(stored: StoredFile, *, clockwise: bool = True) -> StoredFile:
    """Turn a stored photo by 90 degrees: a new file on disk, the old one removed once the transaction holds."""
    picture = imaging.turned(read_bytes(stored), clockwise=clockwise)
    checked = Checked(
        Kind.IMAGE, stored.original_name, picture.suffix, picture.content_type, picture.data, picture.preview, picture.width, picture.height
    )
    path, preview_path = _write_both(checked)
    old = (stored.path, stored.preview_path)
    try:
        with transaction.atomic():
            stored.path, stored.preview_path = path, preview_path
            stored.size, stored.sha256 = len(checked.data), hashlib.sha256(checked.data).hexdigest()
            stored.width, stored.height = checked.width, checked.height
            stored.save()
            transaction.on_commit(lambda: _remove(*old))
    except BaseException:
        _remove(path, preview_path)
        raise
    return stored


class FileAltered(Exception):
    """The file on disk is not the one that was stored."""


def read_bytes(stored: StoredFile, *, preview: bool = False) -> bytes:
    """The bytes of a stored file. Raises FileNotFoundError when it is missing, FileAltered when its checksum differs."""
    data = full_path(stored.preview_path if preview and stored.preview_path else stored.path).read_bytes()
    if not (preview and stored.preview_path) and hashlib.sha256(data).hexdigest() != stored.sha256:
        raise FileAltered(stored.path)
    return data


# --- handing out --------------------------------------------------------------------------------------------------------------

SANDBOX = "default-src 'none'; frame-ancestors 'none'; sandbox"
# The browser's own PDF viewer does not start inside a sandbox; the file was checked for scripts when it came.
PDF_IN_PAGE = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def attachment_name(stored: StoredFile) -> str:
    """The original name with the suffix of what is stored (an iPhone's .heic is kept as .jpg)."""
    suffix = Path(stored.path).suffix
    stem, _, old = stored.original_name.rpartition(".")
    if old.lower() == suffix.lstrip(".") or (old.lower() == "jpeg" and suffix == ".jpg"):
        return stored.original_name
    return f"{stem or stored.original_name}{suffix}"


def serve_file(
    request: HttpRequest, stored: StoredFile, *, inline: bool = False, preview: bool = False, name: str | None = None
) -> HttpResponse:
    """A stored file to a person the calling view has already found entitled to it.

    `inline` shows photos and PDF in the page; all else is an attachment. A missing file answers 404 with a notice, an altered one is refused
    (409); both stand in the audit log. Attachments are audited as downloads.
    """
    try:
        data = read_bytes(stored, preview=preview)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return _trouble(request, stored, status=404, reason="missing")
    except FileAltered:
        return _trouble(request, stored, status=409, reason="altered")
    inline = inline and stored.kind in (Kind.IMAGE, Kind.PDF)
    shown_as_preview = preview and bool(stored.preview_path)
    response = HttpResponse(data, content_type="image/jpeg" if shown_as_preview else stored.content_type)
    name = clean_name(name or attachment_name(stored))
    suffix = Path(stored.path).suffix
    response["Content-Disposition"] = (
        f"{'inline' if inline else 'attachment'}; filename=\"file{suffix}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    pdf_in_page = inline and stored.kind == Kind.PDF
    response["Content-Security-Policy"] = PDF_IN_PAGE if pdf_in_page else SANDBOX
    response["X-Frame-Options"] = "SAMEORIGIN" if pdf_in_page else "DENY"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    if not inline:
        audit.record(AuditKind.DOWNLOAD, user=request.user, request=request, about=stored, label=name)
    return response


def _trouble(request: HttpRequest, stored: StoredFile, *, status: int, reason: str) -> HttpResponse:
    log.error("stored file " + reason, path=stored.path, file=str(stored.uid))
    audit.record(AuditKind.DOWNLOAD, user=request.user, request=request, about=stored, succeeded=False, reason=reason)
    return render(request, "pilots/file_trouble.html", {"stored": stored, "altered": reason == "altered"}, status=status)


# --- sweeping -----------------------------------------------------------------------------------------------------------------


def sweep_orphans(*, older_than_hours: int = 24) -> int:
    """Remove files below uploads/ that no row names and that are older than `older_than_hours` (machine time). Returns how many."""
    root = full_path(FOLDER)
    if not root.is_dir():
        return 0
    before = time.time() - older_than_hours * 3600
    known = set(StoredFile.objects.values_list("path", flat=True))
    known |= set(StoredFile.objects.exclude(preview_path="").values_list("preview_path", flat=True))
    removed = 0
    for path in root.rglob("*"):
        if not path.is_file() or path.is_symlink() or path.stat().st_mtime > before:
            continue
        own = OWN_NAME.match(path.name) and path.relative_to(settings.MEDIA_ROOT).as_posix() not in known
        if own or path.name.startswith(TEMPORARY):
            path.unlink(missing_ok=True)
            removed += 1
    if removed:
        log.info("orphan files removed", count=removed)
    return removed
