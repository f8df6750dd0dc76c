"""Who may log in, and what a login or its end leaves behind."""

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.backends import ModelBackend
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import audit, lockout
from accounts.addresses import address_of
from accounts.models import AuditKind, Notice, User

BEGAN, SEEN = "login_began", "login_seen"
SHUT_WORDS = {lockout.LOCKED: "锁定期内", lockout.ADDRESS: "地址失败次数过多", lockout.BUSY: "同时登录过多"}


class AccountBackend(ModelBackend):
    """Django's own, for people who are enabled and not expired; a disabled or unknown account costs the same hashing as a known one."""

    def get_user(self, user_id):
        unread = Notice.objects.filter(recipient=OuterRef("pk"), read_at__isnull=True).order_by().values("recipient")
        people = User.objects.select_related("unit").annotate(
            unread_notices=Coalesce(Subquery(unread.annotate(n=Count("pk")).values("n")), 0)
        )
        user = people.filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user) -> bool:
        return user.is_active and not user.expired()


def enter(request: HttpRequest, user: User) -> None:
    """Begin a session under a new id and note it in the audit log."""
    auth.login(request, user)
    now = int(timezone.now().timestamp())
    request.session[BEGAN], request.session[SEEN] = now, now
    audit.record(AuditKind.LOGIN, user=user, request=request)


def leave(request: HttpRequest) -> None:
    """End the session on the server."""
    if request.user.is_authenticated:
        audit.record(AuditKind.LOGOUT, user=request.user, request=request)
    auth.logout(request)


def try_password(request: HttpRequest, username: str, password: str) -> tuple[User | None, str]:
    """The person, or None and the sentence to show. The same words and the same work for known, unknown and disabled accounts."""
    door = lockout.knock(username, address_of(request))
    known = _known_name(username)
    if door.shut:
        audit.record(AuditKind.LOGIN_FAILED, user=None, username=known, request=request, succeeded=False, reason=SHUT_WORDS[door.reason])
        return None, _shut_words(door)
    user = auth.authenticate(request, username=username, password=password)
    if user is not None:
        lockout.succeeded(door)
        return user, ""
    left = lockout.failed(door)
    audit.record(AuditKind.LOGIN_FAILED, user=None, username=known, request=request, succeeded=False, reason="密码不正确")
    if left:
        return None, f"密码不正确，还可再试 {left} 次。连续错 {settings.LOCKOUT_FAILURES} 次将锁定 {settings.LOCKOUT_MINUTES} 分钟。"
    audit.record(AuditKind.LOCKED, user=None, username=known, request=request, succeeded=False, minutes=settings.LOCKOUT_MINUTES)
    return None, _shut_words(lockout.knock(username, address_of(request)))


def _known_name(typed: str) -> str:
    """An account as the audit log may keep it: people type passwords into the wrong field, so an unknown one is not written out."""
    found = User.objects.filter(username=typed[:80]).values_list("username", flat=True).first()
    return found or (f"{typed[:1]}***（没有这个账号）" if typed else "")


def _shut_words(door: lockout.Door) -> str:
    until = timezone.localtime(door.opens_at)
    if door.reason == lockout.ADDRESS:
        return f"这个网络地址一小时内登录失败次数过多，{until:%H:%M} 以后再试。"
    if door.reason == lockout.BUSY:
        return "同时登录的人太多，请过一分钟再试。"
    return f"密码连续错 {settings.LOCKOUT_FAILURES} 次，已锁定 {settings.LOCKOUT_MINUTES} 分钟，{until:%H:%M} 以后再试，或请系统管理员解除锁定。"


def end_other_sessions(request: HttpRequest | None, user: User) -> None:
    """End all sessions of a person (`user` is saved by the caller); the session of `request` goes on when it is theirs."""
    user.session_round += 1
    user.save()
    if request is not None and request.user.pk == user.pk:
        auth.update_session_auth_hash(request, user)


def safe_next(request: HttpRequest, target: str | None) -> str:
    """`target` when it is a path of this portal, else nothing. Refuses other hosts, schemes, backslashes and control characters."""
    if not target or len(target) > 2000 or not target.startswith("/") or target.startswith("//"):
        return ""
    if "\\" in target or any(ord(char) < 32 or ord(char) == 127 for char in target):
        return ""
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()) else ""
