"""Error pages in plain Chinese: what happened, why, what to do now."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts import audit
from accounts.middleware import page_of, wants_json
from accounts.models import AuditKind


def bad_request(request: HttpRequest, exception=None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception=None) -> HttpResponse:
    """A refused access is a line of the audit log: who wanted what."""
    reason = str(exception or "")
    user = getattr(request, "user", None)
    audit.record(
        AuditKind.REFUSED,
        user=user,
        request=request,
        label=request.path,
        succeeded=False,
        method=request.method,
        reason=reason,
    )
    if wants_json(request):
        return JsonResponse({"error": reason or "您不能办理这一项"}, status=403)
    return render(request, "403.html", {"reason": reason}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is gone: opened before a login in another window, or sent from elsewhere. Nothing was stored."""
    if wants_json(request):
        return JsonResponse({"error": "页面已过期，请刷新后再提交"}, status=403)
    return render(request, "403_csrf.html", {"back": page_of(request)}, status=403)


def not_found(request: HttpRequest, exception=None) -> HttpResponse:
    return render(request, "404.html", status=404)
