"""The service worker, served from the root so that it may answer for every page."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.access import Action, requires

SCRIPT = Path(settings.BASE_DIR) / "static" / "js" / "offline-worker.js"


@require_GET
@requires(Action.RECORD_ACTIVITY)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Network first for pages, cached shell of 记活动 when there is no network; never touches a POST."""
    response = HttpResponse(SCRIPT.read_text(encoding="utf-8"), content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/"
    response["Cache-Control"] = "no-cache"
    return response
