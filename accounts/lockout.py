"""Who may try a password at the door (等保 7.1.4.1 b).

Five bad passwords for one typed account from one address within 15 minutes lock that pair for 30 minutes, for the right password too;
an address with too many failures in an hour waits. Another address, another account stay open, so nobody is locked out by others for ever.
A try is written down before its password is hashed: of many tries at the same moment at most five are looked at, however many
processes serve them; the others wait for their turn, so that a class of people sharing an address and an account is not locked out.
(django-axes has one period for both the counting window and the lock, and counts after hashing.)
"""

import datetime
import time
import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import LoginFailure

KEPT = datetime.timedelta(days=1)
LOOKED_AT = datetime.timedelta(seconds=20)
"""A try that has no answer after this long (its process died) counts as failed."""
TURN_SECONDS, TURN_POLL = 15.0, 0.2


LOCKED, ADDRESS, BUSY = "locked", "address", "busy"


@dataclass(frozen=True)
class Door:
    """Whether a password may be looked at now: `row` is the try; when shut, `opens_at` says until when and `reason` why."""

    row: LoginFailure | None = None
    opens_at: datetime.datetime | None = None
    reason: str = LOCKED

    @property
    def shut(self) -> bool:
        return self.row is None


def account_key(typed: str) -> str:
    """A keyed hash of the account as typed; upper and lower case, full and half width count as one."""
    return salted_hmac("accounts.lockout", unicodedata.normalize("NFKC", typed).strip().casefold()).hexdigest()[:64]


def knock(typed: str, address: str) -> Door:
    """Write down a try; answers shut when the account is locked for this address or the address has used up its hour."""
    key, patience = account_key(typed), time.monotonic() + TURN_SECONDS
    while True:
        now = timezone.now()
        tries = LoginFailure.objects.filter(account_key=key, address=address, cleared=False)
        lock = tries.filter(locked_until__gt=now).order_by("-locked_until").first()
        if lock is not None:
            return Door(opens_at=lock.locked_until)
        hour = LoginFailure.objects.filter(address=address, cleared=False, failed=True, at__gt=now - datetime.timedelta(hours=1))
        if hour.count() >= settings.LOCKOUT_PER_ADDRESS_PER_HOUR:
            oldest = hour.order_by("at").values_list("at", flat=True).first() or now
            return Door(opens_at=oldest + datetime.timedelta(hours=1), reason=ADDRESS)
        row = LoginFailure(account_key=key, address=address, at=now)
        all_tries, answered = _counted(row)
        if answered >= settings.LOCKOUT_FAILURES:
            return _lock(row)
        if all_tries < settings.LOCKOUT_FAILURES:
            row.save()
            if _counted(row)[0] <= settings.LOCKOUT_FAILURES:
                return Door(row=row)
            row.delete()
        if time.monotonic() > patience:
            return Door(opens_at=now + datetime.timedelta(minutes=1), reason=BUSY)
        time.sleep(TURN_POLL)


def failed(door: Door) -> int:
    """Count the try as a bad password; answers how many are left. At zero the pair is locked."""
    row = door.row
    row.failed, row.cleared = True, False
    row.save(update_fields=["failed", "cleared"])
    left = settings.LOCKOUT_FAILURES - _counted(row)[1]
    if left <= 0:
        _lock(row)
    return max(left, 0)


def _lock(row: LoginFailure) -> Door:
    row.locked_until = timezone.now() + datetime.timedelta(minutes=settings.LOCKOUT_MINUTES)
    row.save()
    return Door(opens_at=row.locked_until)


def succeeded(door: Door) -> None:
    """A good password clears the count of its account at its address."""
    LoginFailure.objects.filter(account_key=door.row.account_key, address=door.row.address, cleared=False).update(cleared=True)


def _counted(row: LoginFailure) -> tuple[int, int]:
    """The tries of the pair within the window and after its last lock, `row` included when it is saved: all, and those that have their answer
    (bad, or given up by a process that died). Read at one moment: a count put together from two would see a crowd as an attack."""
    since = row.at - datetime.timedelta(minutes=settings.LOCKOUT_WINDOW_MINUTES)
    rows = LoginFailure.objects.filter(account_key=row.account_key, address=row.address, cleared=False)
    found = list(rows.values_list("at", "failed", "locked_until"))
    ended = [until for _, _, until in found if until is not None and until <= row.at]
    since = max([since, *ended])
    silent = timezone.now() - LOOKED_AT
    counted = [bad or at <= silent for at, bad, _ in found if at > since]
    return len(counted), sum(counted)


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
