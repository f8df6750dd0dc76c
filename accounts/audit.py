"""Writing the audit log (等保 7.1.4.3 a; 网络安全法 21: kept at least six months)."""

from collections.abc import Mapping

from django.db import models
from django.http import HttpRequest

from accounts import clock
from accounts.addresses import address_of
from accounts.models import AuditEvent, AuditKind, User
from accounts.plaintext import clean


def record(
    kind: AuditKind,
    *,
    user: User | None,
    request: HttpRequest | None = None,
    about: models.Model | None = None,
    label: str = "",
    username: str = "",
    succeeded: bool = True,
    **detail,
) -> AuditEvent:
    """Add one line. `detail` holds before/after values as plain JSON; never passwords, tokens or personal numbers."""
    known = user if user is not None and user.is_authenticated else None
    return AuditEvent.objects.create(
        kind=kind,
        done_at=clock.now(),
        user=known,
        username=(known.username if known else one_line(username))[:80],
        unit_name=known.unit.name if known else "",
        object_kind=str(about._meta.verbose_name) if about is not None else "",
        object_id=str(about.pk) if about is not None else "",
        object_label=one_line(label or (str(about) if about is not None else ""))[:200],
        detail=_written(detail),
        address=address_of(request) if request is not None else None,
        succeeded=succeeded,
    )


def filter_words(asked: Mapping[str, str], **parameters: tuple[str, Mapping[str, str]]) -> str:
    """The conditions of a list in words: 单位：广福社区；状态：启用. `parameters` names each one and gives the words of its values."""
    found = [(label, words.get(asked.get(name, ""), asked.get(name, ""))) for name, (label, words) in parameters.items()]
    return "；".join(f"{label}：{value}" for label, value in found if value)


def one_line(text: str) -> str:
    """`text` without line breaks and control characters: what a visitor types cannot look like a line of its own."""
    return " ".join(clean(text).split())


def _written(value):
    """Plain JSON with every text on one line; what JSON does not know (dates, amounts, records) as words."""
    if isinstance(value, dict):
        return {str(key): _written(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_written(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    return one_line(str(value))
