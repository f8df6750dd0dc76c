"""The name a person gave a file: kept as data only, cleaned so that it is harmless in a list, a header and on any disk."""

import re
import unicodedata
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError

from accounts.plaintext import clean

MAX_BYTES = 255
WINDOWS_DEVICES = re.compile(r"^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$", re.IGNORECASE)
# What a system might run or a browser might render, wherever it stands between the dots of a name.
ACTIVE_PARTS = frozenset(
    [
        "asp",
        "aspx",
        "bat",
        "bin",
        "cgi",
        "cmd",
        "com",
        "cpl",
        "dll",
        "docm",
        "dotm",
        "exe",
        "hta",
        "htaccess",
        "htm",
        "html",
        "jar",
        "js",
        "jse",
        "jsp",
        "lnk",
        "mht",
        "mhtml",
        "mjs",
        "msi",
        "phar",
        "php",
        "php3",
        "php4",
        "php5",
        "php7",
        "phtml",
        "pht",
        "pif",
        "pl",
        "ps1",
        "py",
        "rb",
        "reg",
        "scr",
        "sh",
        "shtml",
        "svg",
        "svgz",
        "swf",
        "url",
        "vbe",
        "vbs",
        "war",
        "wsf",
        "xhtml",
        "xht",
        "xlam",
        "xlsm",
        "xltm",
        "xml",
        "xsl",
    ]
)
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def clean_name(raw: str) -> str:
    """The last part of `raw` in NFC without control, direction and path characters, at most 255 bytes with its suffix kept.

    Reserved device names get an underscore in front; an empty rest becomes 未命名.
    """
    text = unicodedata.normalize("NFC", clean(raw.replace("\x00", "")))
    text = re.split(r"[/\\]", text)[-1]
    text = "".join(" " if char in "\n\t\r" else char for char in text)
    text = "".join(char for char in text if unicodedata.category(char) not in _INVISIBLE)
    text = re.sub(r"\s+", " ", text).strip(" .")
    text = text or "未命名"
    if WINDOWS_DEVICES.match(text.split(".")[0].strip()):
        text = f"_{text}"
    return _shortened(text)


def _shortened(name: str) -> str:
    suffix = PurePosixPath(name).suffix
    suffix = suffix if len(suffix.encode()) <= 16 else ""
    stem = name[: len(name) - len(suffix)] if suffix else name
    room = MAX_BYTES - len(suffix.encode())
    return stem.encode()[:room].decode(errors="ignore") + suffix


def suffix_of(name: str) -> str:
    """The lower-case suffix without its dot; empty when there is none."""
    return PurePosixPath(name).suffix.lower().lstrip(".")


def refuse_double_suffix(name: str) -> None:
    """Refuse names such as 照片.php.jpg, which some servers run by an inner suffix."""
    inner = [part.strip().lower() for part in name.split(".")[1:-1]]
    for part in inner:
        if part in ACTIVE_PARTS:
            raise ValidationError(f"文件名里有两个扩展名（.{part}），可能不是普通文件。请改名后再上传", code="double_suffix")
