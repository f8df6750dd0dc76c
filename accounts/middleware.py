"""The door: sessions that end, pages that ask for a login, forced password changes, requests that are too large, private pages."""

import datetime
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from accounts.auth import BEGAN, SEEN, safe_next

TOUCH_EVERY_SECONDS = 60
VISITORS_POST = 100_000  # bytes; the login form needs less


def is_poll(request: HttpRequest) -> bool:
    """A request the page makes by itself (progress, bell): it must not keep a session alive."""
    return "X-Penxi-Poll" in request.headers or "X-Polling" in request.headers


class RequestLimits:
    """Refuse, before anything reads it, what no page of ours sends: NUL in the address, a body of unknown length, and from visitors without
    a session more than a login form (they are asked to log in; the limits of files are those of pilots.upload_handler)."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return render(request, "400.html", status=400)
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            return render(request, "400.html", status=411)
        if settings.SESSION_COOKIE_NAME not in request.COOKIES and _announced(request) > VISITORS_POST:
            request.login_why = "idle"
            return ask_for_login(request)
        return self.get_response(request)


def _announced(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0


class SessionLimits:
    """A session ends after 30 minutes without a deed of its person and after 12 hours in any case (settings).

    `request.login_why` says why a visitor who was logged in no longer is: idle, long, ended (elsewhere)."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.login_why = self._check(request)
        return self.get_response(request)

    def _check(self, request: HttpRequest) -> str:
        session = request.session
        if auth.SESSION_KEY not in session:
            return "idle" if settings.SESSION_COOKIE_NAME in request.COOKIES else ""
        if not request.user.is_authenticated:
            session.flush()
            return "ended"
        now = int(timezone.now().timestamp())
        began, seen = session.get(BEGAN), session.get(SEEN)
        if began is not None and now - began > settings.SESSION_ABSOLUTE_AGE:
            return self._end(request, "long")
        if seen is not None and now - seen > settings.SESSION_COOKIE_AGE:
            return self._end(request, "idle")
        if not is_poll(request) and (seen is None or now - seen >= min(TOUCH_EVERY_SECONDS, settings.SESSION_COOKIE_AGE // 2)):
            session[BEGAN], session[SEEN] = began or now, now
        return ""

    @staticmethod
    def _end(request: HttpRequest, why: str) -> str:
        auth.logout(request)
        return why


class LoginRequired(LoginRequiredMiddleware):
    """Everything asks for a login unless its view says otherwise. Whoever was logged in reads why, and comes back to the form they filled in."""

    def handle_no_permission(self, request: HttpRequest, view_func) -> HttpResponse:
        return ask_for_login(request)


def ask_for_login(request: HttpRequest) -> HttpResponse:
    """To the login page and back; parts of a page and programs are told so in their own way (401)."""
    why, back = getattr(request, "login_why", ""), page_of(request)
    if request.method == "POST" and why:
        why += "-form"
    query = {key: value for key, value in (("next", back), ("why", why)) if value and (key, value) != ("next", "/")}
    login = reverse("login") + (f"?{urlencode(query)}" if query else "")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": login})
    if wants_json(request) or is_poll(request):
        return JsonResponse({"error": "登录已过期，请重新登录", "login": login}, status=401)
    return redirect(login)


def page_of(request: HttpRequest) -> str:
    """The page a person stands on: its own address for GET, for a part of a page or a posted form the page that sent it."""
    sender = request.headers.get("HX-Current-URL") or (request.headers.get("Referer") if request.method != "GET" else "")
    if sender:
        parts = urlsplit(sender)
        path = safe_next(request, parts.path + (f"?{parts.query}" if parts.query else "")) if parts.netloc == request.get_host() else ""
        if path:
            return path
    return safe_next(request, request.get_full_path())


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "") or request.headers.get("X-Requested-With") == "XMLHttpRequest"


def password_is_due(user) -> bool:
    """Whether a person must choose a new password before anything else: the first one, a reset one, one past its age."""
    if settings.SAMPLE_MODE:
        return False
    age = settings.PASSWORD_MAX_AGE_DAYS
    too_old = bool(age) and timezone.now() - user.password_changed_at > datetime.timedelta(days=age)
    return user.must_change_password or too_old


class ForcePasswordChange:
    """Outside the sample mode every page leads to the password page until a due password is changed."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view_func, view_args, view_kwargs) -> HttpResponse | None:
        if not request.user.is_authenticated or not getattr(view_func, "login_required", True) or not password_is_due(request.user):
            return None
        if request.resolver_match.url_name in ("me_password", "logout"):
            return None
        page = reverse("me_password")
        if request.headers.get("HX-Request"):
            return HttpResponse(status=403, headers={"HX-Redirect": page})
        if wants_json(request):
            return JsonResponse({"error": "请先修改密码"}, status=403)
        return redirect(page)


class PrivatePages:
    """Pages and downloads behind the login are kept by no cache, and neither is the login page; Back after 退出 shows nothing."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        private = request.user.is_authenticated
        response = self.get_response(request)
        match = request.resolver_match
        if private or (match is not None and match.url_name in ("login", "logout")):
            response.headers.pop("Expires", None)
            patch_cache_control(response, no_store=True, no_cache=True, private=True, must_revalidate=True)
        return response
