"""PDF files: read through object by object; what runs, opens other files or hides them inside is refused."""

import io
import re
from typing import BinaryIO

from django.core.exceptions import ValidationError
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

MAX_OBJECTS = 200_000
MAX_PAGES = 3000
RUNS = frozenset({"/JavaScript", "/JS"})
LAUNCHES = frozenset({"/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/RichMedia", "/RichMediaExecute", "/Rendition", "/XFA", "/Movie"})
EMBEDS = frozenset({"/EmbeddedFile", "/EmbeddedFiles", "/EF", "/FileAttachment"})
PARSER_FAULTS = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, EOFError, RecursionError, AssertionError)
_PAGE_IN_IT = re.compile(rb"<script|<!doctype html|<\?php|<iframe", re.IGNORECASE)
_NAMES_IN_PLAIN = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm)(?![A-Za-z0-9])")
_PAGE_AROUND = re.compile(rb"<html|<body|<svg|PK\x03\x04", re.IGNORECASE)


def check_pdf(file: BinaryIO) -> None:
    """Refuse a PDF that is torn, locked, carries JavaScript, launches, forms that send, embedded files, or is a page or archive at once."""
    file.seek(0)
    data = file.read()
    _refuse_shape(data)
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise ValidationError("PDF 设了密码或权限保护，无法检查。请另存为不加密的 PDF", code="encrypted")
        pages = len(reader.pages)
        _walk(reader, data)
    except (MemoryError, *PARSER_FAULTS):
        raise _damaged()
    if not 1 <= pages <= MAX_PAGES:
        raise _damaged()


def _damaged() -> ValidationError:
    return ValidationError("PDF 打不开，可能已损坏或没有传完整。请重新导出后再上传", code="damaged")


def _refuse_shape(data: bytes) -> None:
    """It begins with %PDF- and ends with %%EOF; nothing that a browser or an unpacker would take for its own."""
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise _damaged()
    tail = data[end + 5 :].strip(b"\r\n\t \x00")
    if _PAGE_IN_IT.search(data) or _PAGE_AROUND.search(data[:1024]) or _PAGE_AROUND.search(tail):
        raise ValidationError("PDF 里夹带了网页、程序或压缩包，不能上传", code="polyglot")
    if len(tail) > 1024:
        raise ValidationError("PDF 后面夹带了别的内容，不能上传", code="polyglot")


def _walk(reader: PdfReader, data: bytes) -> None:
    """Look at every object the file lists, also those in compressed object streams and those nothing points to."""
    numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
    if len(numbers) > MAX_OBJECTS:
        raise ValidationError("PDF 内部对象过多，不能上传。请拆成几份", code="bomb")
    for name in _NAMES_IN_PLAIN.findall(data):
        _refuse_name(name.decode())
    _look(reader.trailer)
    for number in sorted(numbers):
        try:
            _look(reader.get_object(IndirectObject(number, 0, reader)))
        except PARSER_FAULTS:
            continue


def _look(found: object) -> None:
    """Refuse keys and names that act. Walks into what is written in place, not through references: those have numbers of their own."""
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, DictionaryObject):
            for key, inner in value.items():
                _refuse_name(key)
                if key == "/URI" and str(inner).strip().lower().startswith(("javascript:", "vbscript:", "file:")):
                    raise ValidationError("PDF 里的链接会运行程序，不能上传", code="javascript")
                waiting.append(inner)
        elif isinstance(value, ArrayObject):
            waiting.extend(value)
        elif isinstance(value, NameObject):
            _refuse_name(value)


def _refuse_name(name: str) -> None:
    if name in RUNS:
        raise ValidationError("PDF 带有脚本（JavaScript），不能上传。请用打印方式另存一份", code="javascript")
    if name in LAUNCHES:
        raise ValidationError("PDF 会打开程序或向外发送数据，不能上传。请用打印方式另存一份", code="launch")
    if name in EMBEDS:
        raise ValidationError("PDF 里嵌入了别的文件，不能上传。请分开上传", code="embedded")
