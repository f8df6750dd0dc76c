"""Photos of an activity: each arrives in a request of its own and gets its receipt; each is handed out only to who may see its record."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Action, requires
from communities import activities as services
from communities.models import ActivityPhoto
from communities.views import rows_for
from pilots import files
from pilots.upload_handler import refusals


def _photo(request: HttpRequest, pk: int, photo_pk: int) -> ActivityPhoto:
    activity = get_object_or_404(rows_for(request), pk=pk)
    return get_object_or_404(ActivityPhoto.objects.select_related("file", "activity__unit"), pk=photo_pk, activity=activity)


def _receipt(photo: ActivityPhoto) -> dict:
    """What the phone shows under the picture: number, kind, time and size as the server has them."""
    args = [photo.activity_id, photo.pk]
    shown = reverse("activity_photo", args=args)
    return {
        "id": photo.pk,
        "uid": str(photo.file.uid),
        "kind": photo.kind,
        "kind_word": photo.get_kind_display(),
        "receipt": timezone.localtime(photo.file.uploaded_at).strftime("%H:%M:%S"),
        "size": photo.file.size,
        "preview": f"{shown}?size=preview&v={photo.file.sha256[:8]}",
        "url": shown,
        "delete": reverse("activity_photo_delete", args=args),
        "rotate": reverse("activity_photo_rotate", args=args),
        "set_kind": reverse("activity_photo_kind", args=args),
    }


@require_GET
@requires(Action.VIEW_ACTIVITIES)
def activity_photo(request: HttpRequest, pk: int, photo_pk: int) -> HttpResponse:
    """The photo in the page; `?size=preview` the small one, `?download=1` as a file."""
    photo = _photo(request, pk, photo_pk)
    download = request.GET.get("download") == "1"
    return files.serve_file(request, photo.file, inline=not download, preview=request.GET.get("size") == "preview")


@require_POST
@requires(Action.RECORD_ACTIVITY)
def activity_photo_upload(request: HttpRequest, pk: int) -> JsonResponse:
    """One photo (field `file`, its one-time number `uid`, its `kind`). 200 with the receipt, 422 with the reason."""
    activity = get_object_or_404(rows_for(request), pk=pk, unit=request.user.unit_id)
    uploaded = request.FILES.get("file")
    if uploaded is None:
        reasons = [sentence for refusal in refusals(request) for sentence in refusal.messages]
        return JsonResponse({"reason": "；".join(reasons) or "没有收到照片，请重新选择"}, status=422)
    try:
        photo = services.add_photo(activity, uploaded, by=request.user, kind=request.POST.get("kind", ""), uid=_uid(request))
    except ValidationError as refusal:
        return JsonResponse({"reason": "；".join(refusal.messages)}, status=422)
    return JsonResponse(_receipt(photo))


def _uid(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("uid", ""))
    except ValueError:
        return None


def _done(request: HttpRequest, photo: ActivityPhoto | None, pk: int) -> HttpResponse:
    """JSON for the script, back to the form for a plain browser."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse(_receipt(photo) if photo else {"removed": True})
    return redirect(reverse("activity_edit", args=[pk]) + "#photos")


def _deed(request: HttpRequest, pk: int, photo_pk: int, deed) -> HttpResponse:
    photo = _photo(request, pk, photo_pk)
    try:
        return _done(request, deed(photo), pk)
    except FileNotFoundError:
        reason = "照片文件不见了，请删除后重新上传"
    except files.FileAltered:
        reason = "照片文件与上传时不一致，请删除后重新上传"
    except ValidationError as refusal:
        reason = "；".join(refusal.messages)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"reason": reason}, status=422)
    messages.error(request, reason)
    return redirect("activity_detail", pk)


@require_POST
@requires(Action.RECORD_ACTIVITY)
def activity_photo_delete(request: HttpRequest, pk: int, photo_pk: int) -> HttpResponse:
    return _deed(request, pk, photo_pk, lambda photo: services.remove_photo(photo, by=request.user))


@require_POST
@requires(Action.RECORD_ACTIVITY)
def activity_photo_rotate(request: HttpRequest, pk: int, photo_pk: int) -> HttpResponse:
    return _deed(request, pk, photo_pk, lambda photo: services.rotate_photo(photo, by=request.user))


@require_POST
@requires(Action.RECORD_ACTIVITY)
def activity_photo_kind(request: HttpRequest, pk: int, photo_pk: int) -> HttpResponse:
    kind = request.POST.get("kind", "")
    return _deed(request, pk, photo_pk, lambda photo: services.set_photo_kind(photo, by=request.user, kind=kind))
