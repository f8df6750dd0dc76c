"""The door itself: login, logout, the own account, messages."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import auth, notices, services
from accounts.forms import LoginForm, PasswordChangeForm
from accounts.middleware import password_is_due
from accounts.models import AuditEvent, AuditKind, User

PAGE_SIZE = 20
LOGINS_SHOWN = 5


def _why_words(why: str) -> tuple[str, str]:
    """Title and sentence for a visitor whose session ended; from a fixed table, never from the address."""
    idle, longest = settings.SESSION_COOKIE_AGE // 60, settings.SESSION_ABSOLUTE_AGE // 3600
    kept = "登录后回到刚才的表单，填写的内容保存在本机草稿，确认后再提交一次。" if why.endswith("-form") else "登录后直接回到刚才的页面。"
    titles = {
        "idle": f"超过 {idle} 分钟没有操作，请重新登录",
        "long": f"登录已满 {longest} 小时，请重新登录",
        "ended": "这个账号已在别处退出或修改了密码，请重新登录",
    }
    title = titles.get(why.removesuffix("-form"), "")
    return (title, kept) if title else ("", "")


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    target = auth.safe_next(request, request.POST.get("next") or request.GET.get("next"))
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(target or settings.LOGIN_REDIRECT_URL)
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person, refusal = auth.try_password(request, form.cleaned_data["username"], form.cleaned_data["password"])
        if person is not None:
            auth.enter(request, person)
            return redirect(target or settings.LOGIN_REDIRECT_URL)
        form.add_error(None, refusal)
    title, sentence = _why_words(request.GET.get("why", ""))
    context = {"form": form, "next": target, "ended_title": title, "ended_text": sentence}
    return render(request, "accounts/login.html", context)


@login_not_required
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    auth.leave(request)
    return redirect("login")


@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """The own account: who I am here, my password, where I logged in last."""
    person = request.user
    logins = AuditEvent.objects.filter(user=person, kind=AuditKind.LOGIN).order_by("-id")[:LOGINS_SHOWN]
    failures = AuditEvent.objects.filter(username=person.username, kind=AuditKind.LOGIN_FAILED).order_by("-id").first()
    age = (timezone.now() - person.password_changed_at).days
    due_in = settings.PASSWORD_MAX_AGE_DAYS - age if settings.PASSWORD_MAX_AGE_DAYS and not settings.SAMPLE_MODE else None
    return render(
        request,
        "accounts/me.html",
        {"person": person, "logins": list(logins), "last_failure": failures, "password_age": age, "password_due_in": due_in},
    )


@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "POST"])
def me_password(request: HttpRequest) -> HttpResponse:
    form = PasswordChangeForm(request.user, request.POST or None)
    due = password_is_due(request.user)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_own_password(request, old=form.cleaned_data["old"], new=form.cleaned_data["new"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "密码已修改，其他地方的登录已全部退出")
            return redirect("home" if due else "me")  # who had to change it first came to work
    return render(request, "accounts/me_password.html", {"form": form, "due": due})


@require_POST
def me_end_sessions(request: HttpRequest) -> HttpResponse:
    """Log the person out everywhere but here."""
    auth.end_other_sessions(request, User.objects.get(pk=request.user.pk))
    messages.success(request, "其他地方的登录已全部退出")
    return redirect("me")


@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    rows = request.user.notices.order_by("-at", "-id")
    only_unread = request.GET.get("unread") == "1"
    page = Paginator(rows.filter(read_at=None) if only_unread else rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/notice_list.html", {"page": page, "only_unread": only_unread, "total": rows.count()})


@require_POST
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one message as read and go where it leads; a POST, because a link must change nothing."""
    notice = get_object_or_404(request.user.notices, pk=pk)
    notices.mark_read(request.user, [notice])
    stay = request.POST.get("stay") == "1"
    return redirect((not stay and auth.safe_next(request, notice.url)) or reverse("notice_list"))


@require_POST
def notice_read_all(request: HttpRequest) -> HttpResponse:
    count = notices.mark_read(request.user)
    messages.success(request, f"{count} 条消息已标为已读" if count else "没有未读消息")
    return redirect("notice_list")
