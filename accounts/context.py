"""What every page's frame shows."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import notices
from accounts.access import Permissions


def frame(request: HttpRequest) -> dict:
    """`may`, the bell's count (read once per page, only where it is shown) and the ribbon; error pages before the login stage have no user."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"sample_mode": settings.SAMPLE_MODE}
    return {
        "sample_mode": settings.SAMPLE_MODE,
        "may": Permissions(user),
        "unread_notices": SimpleLazyObject(lambda: notices.unread_count(user)),
    }
