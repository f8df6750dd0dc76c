"""Who may try a password at the door (等保 7.1.4.1 b).

Five bad passwords for one typed account from one address within 15 minutes lock that pair for 30 minutes, for the right password too;
an address with too many failures in an hour waits. Another address, another account stay open, so nobody is locked out by others for ever.
A try is written down before its password is hashed: of many tries at the same moment at most five are looked at, however many
processes serve them. (django-axes has one period for both the counting window and the lock, and counts after hashing.)
"""

import datetime
import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import LoginFailure

KEPT = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Door:
    """Whether a password may be looked at now: `row` is the try; when shut, `opens_at` says until when and `address_only` why."""

    row: LoginFailure | None = None
    opens_at: datetime.datetime | None = None
    address_only: bool = False

    @property
    def shut(self) -> bool:
        return self.row is None


def account_key(typed: str) -> str:
    """A keyed hash of the account as typed; upper and lower case, full and half width count as one."""
    return salted_hmac("accounts.lockout", unicodedata.normalize("NFKC", typed).strip().casefold()).hexdigest()[:64]


def knock(typed: str, address: str) -> Door:
    """Write down a try; answers shut when the account is locked for this address or the address has used up its hour."""
    now, key = timezone.now(), account_key(typed)
    tries = LoginFailure.objects.filter(account_key=key, address=address, cleared=False)
    lock = tries.filter(locked_until__gt=now).order_by("-locked_until").first()
    if lock is not None:
        return Door(opens_at=lock.locked_until)
    hour = LoginFailure.objects.filter(address=address, cleared=False, at__gt=now - datetime.timedelta(hours=1))
    if hour.count() >= settings.LOCKOUT_PER_ADDRESS_PER_HOUR:
        return Door(opens_at=hour.order_by("at").values_list("at", flat=True)[0] + datetime.timedelta(hours=1), address_only=True)
    row = LoginFailure.objects.create(account_key=key, address=address, at=now)
    if _counted(row) > settings.LOCKOUT_FAILURES:
        row.locked_until = now + datetime.timedelta(minutes=settings.LOCKOUT_MINUTES)
        row.save(update_fields=["locked_until"])
        return Door(opens_at=row.locked_until)
    return Door(row=row)


def failed(door: Door) -> int:
    """Count the try as a bad password; answers how many are left. At zero the pair is locked."""
    row = door.row
    left = settings.LOCKOUT_FAILURES - _counted(row)
    if left <= 0:
        row.locked_until = timezone.now() + datetime.timedelta(minutes=settings.LOCKOUT_MINUTES)
        row.save(update_fields=["locked_until"])
    return max(left, 0)


def succeeded(door: Door) -> None:
    """A good password clears the count of its account at its address."""
    LoginFailure.objects.filter(account_key=door.row.account_key, address=door.row.address, cleared=False).update(cleared=True)


def _counted(row: LoginFailure) -> int:
    """The bad tries of the pair within the window, after its last lock, this one included."""
    since = row.at - datetime.timedelta(minutes=settings.LOCKOUT_WINDOW_MINUTES)
    rows = LoginFailure.objects.filter(account_key=row.account_key, address=row.address, cleared=False)
    last_lock = rows.exclude(locked_until=None).order_by("-locked_until").values_list("locked_until", flat=True).first()
    if last_lock is not None and last_lock <= row.at:
        since = max(since, last_lock)
    return rows.filter(at__gt=since).count()


def locked_until(username: str) -> datetime.datetime | None:
    """Until when an account is locked somewhere; None when it is not."""
    return locks([username]).get(username)


def locks(usernames) -> dict[str, datetime.datetime]:
    """account → until when it is locked at some address, for those that are; one query."""
    keys = {account_key(name): name for name in usernames}
    rows = LoginFailure.objects.filter(account_key__in=keys, cleared=False, locked_until__gt=timezone.now()).order_by("locked_until")
    return {keys[key]: until for key, until in rows.values_list("account_key", "locked_until")}


def unlock(username: str) -> int:
    """Forget the bad passwords of an account at every address; answers how many there were."""
    return LoginFailure.objects.filter(account_key=account_key(username), cleared=False).update(cleared=True)
