"""Writing the audit log (等保 7.1.4.3 a; 网络安全法 21: kept at least six months)."""

from django.db import models
from django.http import HttpRequest

from accounts.models import AuditEvent, AuditKind, User


def address_of(request: HttpRequest) -> str | None:
    """The peer's address. X-Forwarded-For counts only behind a trusted proxy, which the web server resolves before us."""
    return request.META.get("REMOTE_ADDR") or None


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
        user=known,
        username=(known.username if known else username)[:80],
        unit_name=known.unit.name if known else "",
        object_kind=str(about._meta.verbose_name) if about is not None else "",
        object_id=str(about.pk) if about is not None else "",
        object_label=(label or (str(about) if about is not None else ""))[:200],
        detail=detail,
        address=address_of(request) if request is not None else None,
        succeeded=succeeded,
    )
