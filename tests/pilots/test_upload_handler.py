"""Too large is refused while it arrives."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from communities.models import Activity
from pilots.models import StoredFile

pytestmark = pytest.mark.django_db


def test_request_over_the_limit_is_answered_before_its_body_is_read(as_person, settings):
    settings.REQUEST_MAX_BYTES = 20_000
    answer = as_person("guangfu").post(reverse("activity_new"), {"photos": SimpleUploadedFile("a.jpg", b"x" * 60_000)})
    assert answer.status_code == 413
    assert "文件太大" in answer.content.decode()
    assert not Activity.objects.exists()


def test_file_over_the_limit_is_dropped_and_named(as_person, settings):
    settings.PHOTO_MAX_BYTES = 1024 * 1024
    big = SimpleUploadedFile("大照片.jpg", b"\xff\xd8\xff" + b"x" * 3_000_000)
    answer = as_person("guangfu").post(reverse("activity_new"), {"title": "义诊", "photos": big})
    assert answer.status_code == 422
    assert "“大照片.jpg”太大，每张照片不超过 1 MB" in answer.content.decode()
    assert not Activity.objects.exists() and not StoredFile.objects.exists()
