"""Messages to people. One per person and key, however often a sweep runs."""

from collections.abc import Iterable

from accounts import clock
from accounts.models import Notice, User


def notify(people: Iterable[User], *, key: str, title: str, url: str = "", body: str = "") -> None:
    """Send `title` to each active person once; a second call with the same key changes nothing."""
    Notice.objects.bulk_create(
        [
            Notice(recipient=person, key=key[:120], title=title[:200], body=body[:500], url=url, at=clock.now())
            for person in people
            if person.is_active
        ],
        ignore_conflicts=True,
    )


def people_of(unit, *roles) -> list[User]:
    """The active people of a unit with one of the roles (all roles when none is named)."""
    found = User.objects.filter(unit=unit, is_active=True)
    return list(found.filter(role__in=roles) if roles else found)


def unread_count(user: User) -> int:
    """The bell's number; a logged-in person brings it along (accounts/auth.py)."""
    if hasattr(user, "unread_notices"):
        return user.unread_notices
    return user.notices.filter(read_at__isnull=True).count()


def mark_read(user: User, notices: Iterable[Notice] | None = None) -> int:
    """Mark some or all messages of a person as read; answers how many were unread."""
    unread = user.notices.filter(read_at__isnull=True)
    if notices is not None:
        unread = unread.filter(pk__in=[notice.pk for notice in notices])
    return unread.update(read_at=clock.now())
