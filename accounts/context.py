"""What every page's frame shows."""

from django.conf import settings

from accounts.access import Permissions


def frame(request) -> dict:
    if not request.user.is_authenticated:
        return {"sample_mode": settings.SAMPLE_MODE}
    return {
        "sample_mode": settings.SAMPLE_MODE,
        "may": Permissions(request.user),
        "unread_notices": request.user.notices.filter(read_at__isnull=True).count(),
    }
