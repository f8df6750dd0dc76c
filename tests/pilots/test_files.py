"""Uploads: what is refused and why, what is kept and how, what is handed out and when not."""

import errno
import hashlib
import io
import os
import time
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from PIL import Image, ImageFile

from accounts.models import AuditEvent, AuditKind
from pilots import files
from pilots.filenames import clean_name
from pilots.models import StoredFile
from tests.pilots.bad_uploads import BAD, GOOD, NOT_PHOTOS, assert_refused_everywhere, jpeg, jpeg_with_gps, png

pytestmark = pytest.mark.django_db


def upload(name="照片.jpg", data=None):
    return SimpleUploadedFile(name, jpeg() if data is None else data)


def on_disk(media):
    return [path for path in media.rglob("*") if path.is_file()]


def test_there_are_sixty_kinds_of_bad_file():
    assert len({bad.name for bad in BAD}) >= 60


def test_a_torn_picture_is_refused_also_where_reports_are_typeset(guangfu):
    """The PDF engine switches Pillow's tolerance of torn files on for the whole process when it is imported."""
    import weasyprint  # noqa: F401

    ImageFile.LOAD_TRUNCATED_IMAGES = True
    whole = jpeg()
    with pytest.raises(ValidationError, match="没有传完整"):
        files.store_upload(upload(data=whole[: len(whole) // 2]), by=guangfu, kinds=files.ALL_KINDS)


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_file_is_refused_and_leaves_nothing(bad, guangfu, media):
    seen = []

    def post(uploaded):
        began = time.monotonic()
        with pytest.raises(ValidationError) as refusal:
            files.store_upload(uploaded, by=guangfu, kinds=files.ALL_KINDS)
        seen.append(refusal.value)
        assert time.monotonic() - began < 8
        return HttpResponse("；".join(refusal.value.messages))

    assert_refused_everywhere(bad, media, StoredFile.objects.count, post)
    if bad.code:
        assert seen[0].code == bad.code


@pytest.mark.parametrize("bad", NOT_PHOTOS, ids=str)
def test_a_photo_field_takes_photos_only(bad, guangfu):
    with pytest.raises(ValidationError, match="可以上传：jpg"):
        files.store_upload(bad.upload(), by=guangfu, kinds=files.PHOTOS)


@pytest.mark.parametrize("name", GOOD)
def test_good_file_is_kept_whole(name, guangfu, media):
    data = GOOD[name]()
    stored = files.store_upload(upload(name, data), by=guangfu, kinds=files.ALL_KINDS)
    kept = files.read_bytes(stored)
    assert stored.sha256 == hashlib.sha256(kept).hexdigest() and stored.size == len(kept)
    assert stored.original_name == name
    assert stored.path.startswith("uploads/2022/11/") and name not in stored.path
    if stored.kind == StoredFile.Kind.IMAGE:
        assert max(Image.open(io.BytesIO(files.read_bytes(stored, preview=True))).size) <= 480
    else:
        assert kept == data


def test_large_photo_is_shrunk(guangfu):
    stored = files.store_upload(upload(data=jpeg(4000, 3000)), by=guangfu, kinds=files.PHOTOS)
    assert (stored.width, stored.height) == (1600, 1200)


def test_photo_is_turned_upright_and_says_nothing_about_place_or_phone(guangfu):
    stored = files.store_upload(upload(data=jpeg_with_gps()), by=guangfu, kinds=files.PHOTOS)
    for preview in (False, True):
        data = files.read_bytes(stored, preview=preview)
        assert b"Phone" not in data and b"Exif" not in data
        assert dict(Image.open(io.BytesIO(data)).getexif()) == {}
    assert (stored.width, stored.height) == (400, 600)


def test_heic_is_kept_as_jpeg(guangfu, rf):
    stored = files.store_upload(upload("IMG_0001.HEIC", GOOD["苹果手机.heic"]()), by=guangfu, kinds=files.PHOTOS)
    assert stored.content_type == "image/jpeg" and stored.path.endswith(".jpg")
    assert files.attachment_name(stored) == "IMG_0001.jpg"


@pytest.mark.parametrize("size", ["photo", "document"])
def test_too_large_is_refused_with_the_limit(size, guangfu, settings):
    settings.PHOTO_MAX_BYTES = settings.DOCUMENT_MAX_BYTES = 1024
    name, data = ("照片.jpg", jpeg()) if size == "photo" else ("扫描.pdf", GOOD["扫描.pdf"]() + b" " * 2000)
    with pytest.raises(ValidationError) as refusal:
        files.store_upload(upload(name, data), by=guangfu, kinds=files.ALL_KINDS)
    assert refusal.value.code == "size"


@pytest.mark.parametrize(
    "raw, clean",
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("..\\..\\a.jpg", "a.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "a Set-Cookie: x.jpg"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\x00b.jpg", "ab.jpg"),
        ("...hidden.jpg", "hidden.jpg"),
        ("CON.jpg", "_CON.jpg"),
        ("lpt1.txt", "_lpt1.txt"),
        ("é.jpg", "é.jpg"),
        ("🎈元宵节.jpg", "🎈元宵节.jpg"),
        ("", "未命名"),
        ("<img src=x onerror=alert(1)>.jpg", "<img src=x onerror=alert(1)>.jpg"),
    ],
)
def test_names_are_cleaned(raw, clean):
    assert clean_name(raw) == clean


def test_long_names_keep_their_suffix_within_255_bytes():
    name = clean_name("活" * 300 + ".jpg")
    assert len(name.encode()) <= 255 and name.endswith(".jpg")


# --- keeping --------------------------------------------------------------------------------------------------------------------


def test_when_the_record_fails_the_file_goes_too(guangfu, media):
    with pytest.raises(RuntimeError), files.stored_upload(upload(), by=guangfu, kinds=files.PHOTOS):
        raise RuntimeError
    assert not StoredFile.objects.exists() and not on_disk(media)


def test_full_disk_says_so_and_leaves_nothing(guangfu, media, monkeypatch):
    real = os.fsync
    calls = []

    def full(handle):
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ValidationError, match="存储空间不足"):
        files.store_upload(upload(), by=guangfu, kinds=files.PHOTOS)
    assert not StoredFile.objects.exists() and not on_disk(media)
    monkeypatch.undo()
    assert files.store_upload(upload(), by=guangfu, kinds=files.PHOTOS).pk


def test_discarded_file_leaves_the_disk_when_the_transaction_holds(guangfu, media, django_capture_on_commit_callbacks):
    stored = files.store_upload(upload(), by=guangfu, kinds=files.PHOTOS)
    with django_capture_on_commit_callbacks(execute=True):
        files.discard(stored)
        assert on_disk(media)
    assert not on_disk(media)


def test_rotation_makes_a_new_file(guangfu, media, django_capture_on_commit_callbacks):
    stored = files.store_upload(upload("截图.png", png()), by=guangfu, kinds=files.PHOTOS)
    before = stored.path
    with django_capture_on_commit_callbacks(execute=True):
        files.rotate_image(stored)
    stored.refresh_from_db()
    assert (stored.width, stored.height) == (240, 320) and stored.path != before
    assert Image.open(io.BytesIO(files.read_bytes(stored))).size == (240, 320)
    assert len(on_disk(media)) == 2


def test_sweep_removes_only_old_files_without_a_row(guangfu, media):
    stored = files.store_upload(upload(), by=guangfu, kinds=files.PHOTOS)
    folder = files.full_path(stored.path).parent
    orphan, fresh, foreign = folder / f"{uuid.uuid4().hex}.jpg", folder / f"{uuid.uuid4().hex}.jpg", folder / "readme.txt"
    torn = folder / ".writing-abc"
    for path in (orphan, fresh, foreign, torn):
        path.write_bytes(b"x")
    old = time.time() - 3 * 86400
    for path in (orphan, foreign, torn, files.full_path(stored.path), files.full_path(stored.preview_path)):
        os.utime(path, (old, old))
    assert files.sweep_orphans() == 2
    assert not orphan.exists() and not torn.exists()
    assert fresh.exists() and foreign.exists() and files.read_bytes(stored)


def test_files_kept_together_reach_the_disk_before_their_rows_hold(guangfu, monkeypatch):
    called, one, whole, outside = [], os.fsync, os.sync, len(connection.savepoint_ids)
    monkeypatch.setattr(os, "fsync", lambda number: called.append("one") or one(number))
    monkeypatch.setattr(os, "sync", lambda: called.append(("all", len(connection.savepoint_ids) - outside)) or whole())
    with transaction.atomic(), files.synced_together():
        kept = [files.store_upload(upload(f"照片{number}.jpg"), by=guangfu, kinds=files.PHOTOS) for number in range(2)]
        assert called == []
    assert called == [("all", 1)]  # while the transaction was still open
    assert all(files.full_path(path).stat().st_size for stored in kept for path in (stored.path, stored.preview_path))
    files.store_upload(upload(), by=guangfu, kinds=files.PHOTOS)
    assert called[1:] == ["one", "one"]


# --- handing out ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(guangfu):
    def ask(stored, **options):
        request = RequestFactory().get("/")
        request.user = guangfu
        request.session = {}
        return files.serve_file(request, stored, **options)

    return ask


def test_attachment_has_a_safe_name_and_no_rights(guangfu, asked):
    stored = files.store_upload(upload("会议 记录（第2次）.jpg"), by=guangfu, kinds=files.PHOTOS)
    answer = asked(stored)
    assert answer["Content-Disposition"].startswith("attachment; filename=\"file.jpg\"; filename*=UTF-8''%E4%BC%9A")
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert AuditEvent.objects.filter(kind=AuditKind.DOWNLOAD, user=guangfu, succeeded=True).count() == 1


def test_only_photos_and_pdf_are_shown_in_the_page(guangfu, asked):
    for name, shown in (("照片.jpg", True), ("扫描.pdf", True), ("记录.docx", False), ("台账.xlsx", False)):
        stored = files.store_upload(upload(name, GOOD[name]()), by=guangfu, kinds=files.ALL_KINDS)
        assert asked(stored, inline=True)["Content-Disposition"].startswith("inline" if shown else "attachment")


def test_missing_file_is_a_notice_and_in_the_audit_log(guangfu, asked):
    stored = files.store_upload(upload(), by=guangfu, kinds=files.PHOTOS)
    files.full_path(stored.path).unlink()
    answer = asked(stored)
    assert answer.status_code == 404 and "没有找到这个文件" in answer.content.decode()
    assert AuditEvent.objects.filter(kind=AuditKind.DOWNLOAD, succeeded=False, detail__reason="missing").exists()


def test_altered_file_is_refused(guangfu, asked):
    stored = files.store_upload(upload(), by=guangfu, kinds=files.PHOTOS)
    path = files.full_path(stored.path)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    answer = asked(stored)
    assert answer.status_code == 409 and "校验不符" in answer.content.decode()
    assert AuditEvent.objects.filter(succeeded=False, detail__reason="altered").exists()
