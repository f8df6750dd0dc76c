"""Word, Excel and OFD files are zip archives of XML: measured before they are unpacked, then read through once without building anything."""

import io
import re
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO
from xml.parsers import expat

from defusedxml import DefusedXmlException, ElementTree
from defusedxml.ElementTree import ParseError
from django.conf import settings
from django.core.exceptions import ValidationError

from pilots.filenames import ACTIVE_PARTS

MAX_ENTRIES = 2000
MAX_RATIO = 100
# A small file may be squeezed far more than 1:100 without harm.
RATIO_COUNTS_FROM = 1024 * 1024
BLOCK = 256 * 1024

MAIN_PARTS = {
    "docx": ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
}
# What Word and Excel put into a file themselves and nobody runs from there.
HARMLESS_PARTS = frozenset({"xml", "svg", "bin"})
MACRO_PARTS = re.compile(
    r"(vbaproject\.bin|vbadata\.xml|vbaprojectsignature|macrosheets/|activex/|oleobject\d*\.bin|customui/)", re.IGNORECASE
)
DDE_FIELD = re.compile(rb"\bDDE(AUTO)?\b[\s\"\\]|<[a-z0-9]*:?ddeLink\b", re.IGNORECASE)
DANGEROUS_LINKS = ("attachedTemplate", "oleObject", "frame", "subDocument", "externalLinkPath/xlStartup")
ARCHIVE_FAULTS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    zlib.error,
    struct.error,
    ValueError,
)


def damaged(what: str) -> ValidationError:
    return ValidationError(f"{what}打不开，可能已损坏或没有传完整。请用 WPS 打开后另存一份再上传", code="damaged")


def check_archive(file: BinaryIO, suffix: str) -> None:
    """Refuse a docx, xlsx or ofd that is torn, locked, a bomb, carries macros, programs or links that run, or is not what its name says."""
    what = {"docx": "Word 文档", "xlsx": "Excel 表格", "ofd": "OFD 文件"}[suffix]
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _refuse_shape(file, archive, entries, what)
            _refuse_bomb(entries, file, what)
            _refuse_parts(entries, what, suffix)
            _read_through(archive, entries, what)
            if suffix == "ofd":
                _refuse_other_than_ofd(archive)
            else:
                _refuse_other_than_office(archive, suffix, what)
    except ARCHIVE_FAULTS:
        raise damaged(what)


def _refuse_shape(file: BinaryIO, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], what: str) -> None:
    """The archive begins at the first byte and ends at the last: nothing before, nothing behind."""
    if not entries:
        raise damaged(what)
    if min(entry.header_offset for entry in entries) != 0:
        raise ValidationError(f"{what}前面夹带了别的内容，不能上传", code="polyglot")
    file.seek(0, io.SEEK_END)
    end = file.tell()
    file.seek(max(0, end - 66_000))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise damaged(what)
    if len(tail) - at != 22 or archive.comment:
        raise ValidationError(f"{what}后面夹带了别的内容，不能上传", code="polyglot")
    if any(entry.flag_bits & 0x41 for entry in entries):
        raise ValidationError(f"{what}设了打开密码，请取消密码后再上传", code="encrypted")


def _refuse_bomb(entries: list[zipfile.ZipInfo], file: BinaryIO, what: str) -> None:
    if len(entries) > MAX_ENTRIES:
        raise ValidationError(f"{what}内部文件超过 {MAX_ENTRIES} 个，不能上传", code="bomb")
    total = sum(entry.file_size for entry in entries)
    if total > settings.UNPACKED_MAX_BYTES:
        raise ValidationError(f"{what}解开后超过 {settings.UNPACKED_MAX_BYTES // 1024 // 1024} MB，不能上传。请拆成几份", code="bomb")
    for entry in entries:
        if entry.file_size > RATIO_COUNTS_FROM and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
            raise ValidationError(f"{what}压缩得异常紧，像是压缩炸弹，不能上传", code="bomb")
    if len({entry.filename for entry in entries}) != len(entries):
        raise damaged(what)


def _refuse_parts(entries: list[zipfile.ZipInfo], what: str, suffix: str) -> None:
    for entry in entries:
        name = entry.filename
        if name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts or re.match(r"^[A-Za-z]:", name):
            raise ValidationError(f"{what}内部有不合规的路径，不能上传", code="path")
        if MACRO_PARTS.search(name):
            raise ValidationError(f"{what}带有宏、控件或嵌入对象，不能上传。请另存为不带宏的文件", code="macro")
        part = PurePosixPath(name).suffix.lower().lstrip(".")
        if part in ACTIVE_PARTS - HARMLESS_PARTS or (part == "bin" and suffix == "ofd"):
            raise ValidationError(f"{what}里夹带了程序或网页（.{part}），不能上传", code="program")
        if "/embeddings/" in name and part not in ("xlsx", "docx"):
            raise ValidationError(f"{what}里嵌入了别的文件，不能上传。请去掉嵌入对象", code="embedded")


def _read_through(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], what: str) -> None:
    """Unpack each part once, block by block: checksums hold, sizes are not lies, XML is well formed and declares no DTD."""
    unpacked = 0
    for entry in entries:
        is_xml = entry.filename.lower().endswith((".xml", ".rels"))
        parser = _strict_parser(what) if is_xml else None
        with archive.open(entry) as part:
            head, carry = b"", b""
            while block := part.read(BLOCK):
                unpacked += len(block)
                if unpacked > settings.UNPACKED_MAX_BYTES:
                    raise ValidationError(f"{what}解开后过大，不能上传", code="bomb")
                head = head or block[:2]
                if parser:
                    _feed(parser, block, what)
                    if DDE_FIELD.search(carry + block):
                        raise ValidationError(f"{what}含有会自动运行命令的字段（DDE），不能上传", code="dde")
                    carry = block[-64:]
            if parser and entry.file_size:
                _feed(parser, b"", what, last=True)
            if head == b"MZ":
                raise ValidationError(f"{what}里夹带了程序，不能上传", code="program")


def _strict_parser(what: str):
    """Plain expat without any handler but the refusals: as fast as the file can be read."""
    parser = expat.ParserCreate()

    def refuse(*_):
        raise ValidationError(f"{what}里有外部实体定义（DTD），不能上传", code="entities")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    return parser


def _feed(parser, block: bytes, what: str, *, last: bool = False) -> None:
    try:
        parser.Parse(block, last)
    except expat.ExpatError:
        raise damaged(what)


def _refuse_other_than_ofd(archive: zipfile.ZipFile) -> None:
    try:
        root = ElementTree.fromstring(archive.read("OFD.xml"), forbid_dtd=True)
    except (KeyError, ParseError, DefusedXmlException):
        raise ValidationError("这不是 OFD 文件，请核对后再上传", code="content")
    if root.tag.rpartition("}")[2] != "OFD":
        raise ValidationError("这不是 OFD 文件，请核对后再上传", code="content")


def _refuse_other_than_office(archive: zipfile.ZipFile, suffix: str, what: str) -> None:
    part, content_type = MAIN_PARTS[suffix]
    try:
        types = ElementTree.fromstring(archive.read("[Content_Types].xml"), forbid_dtd=True)
        archive.getinfo(part)
    except (KeyError, ParseError, DefusedXmlException):
        raise ValidationError(f"内容不是 {what}，与扩展名 .{suffix} 不符", code="content")
    declared = {node.get("ContentType", "") for node in types}
    if any("macroenabled" in kind.lower() or "vbaproject" in kind.lower() for kind in declared):
        raise ValidationError(f"{what}带有宏，不能上传。请另存为不带宏的 .{suffix}", code="macro")
    if content_type not in declared:
        raise ValidationError(f"内容不是 {what}，与扩展名 .{suffix} 不符", code="content")
    for name in archive.namelist():
        if name.endswith(".rels"):
            for link in ElementTree.fromstring(archive.read(name), forbid_dtd=True):
                kind = link.get("Type", "").rpartition("/relationships/")[2]
                if link.get("TargetMode") == "External" and kind in DANGEROUS_LINKS:
                    raise ValidationError(f"{what}会从外部地址装入模板或对象，不能上传", code="external")
