"""Checked uploads."""

import uuid

from django.conf import settings
from django.db import models

from accounts import clock


class StoredFile(models.Model):
    """A checked upload as it lies on disk. Served only through the view of the record it belongs to, never by a path."""

    class Kind(models.TextChoices):
        IMAGE = "image", "图片"
        PDF = "pdf", "PDF"
        OFD = "ofd", "OFD 电子发票"
        WORD = "docx", "Word 文档"
        EXCEL = "xlsx", "Excel 表格"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    content_type = models.CharField(max_length=100)
    original_name = models.CharField("原文件名", max_length=255)
    size = models.PositiveBigIntegerField("大小")
    sha256 = models.CharField("校验值", max_length=64, db_index=True)
    path = models.CharField(max_length=200, unique=True, help_text="MEDIA_ROOT 下的相对路径，由系统生成")
    preview_path = models.CharField(max_length=200, blank=True, help_text="缩小图的相对路径")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间", default=clock.now)

    class Meta:
        verbose_name = "文件"

    def __str__(self) -> str:
        return self.original_name
