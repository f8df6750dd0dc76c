"""记活动: one form for a new record, a draft and a returned one; saved by itself while it is written, and whole without scripts too."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts import clock
from accounts.access import Action, requires
from accounts.together import together
from communities import activities as services
from communities import queries
from communities.changes import SHOWN, label_of, said
from communities.forms import ActivityForm
from communities.models import Activity, ActivityPhoto
from communities.views import rows_for
from pilots.files import FileAltered
from pilots.models import ActivityCategory, Pilot, ReviewState, Task
from pilots.queries import tasks_of_category
from pilots.upload_handler import refusals


@dataclass
class Editing:
    """One request on the form: whose pilot, which record (None for a new one), which void record it replaces."""

    request: HttpRequest
    pilot: Pilot
    row: Activity | None
    replaced: Activity | None = None

    @property
    def deed(self) -> str:
        return self.request.POST.get("deed", "save")


def _pilot(request: HttpRequest) -> Pilot:
    pilot = services.pilot_of(request.user)
    if pilot is None:
        raise PermissionDenied(f"{request.user.unit.short_name}没有承担试点，不记录活动。社区、承担试点的街道经办人员和承接组织可以记录。")
    return pilot


@require_http_methods(["GET", "POST"])
@requires(Action.RECORD_ACTIVITY)
def activity_new(request: HttpRequest) -> HttpResponse:
    pilot = _pilot(request)
    wanted = request.GET.get("replaces", "")
    replaced = None
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 12:
        replaced = rows_for(request).filter(pk=wanted, unit=request.user.unit_id, state=ReviewState.VOID).first()
    known = _sent_before(request)
    if known is not None and not known.editable():
        return _answer_closed(request, known)
    return _answer(Editing(request, pilot, known, replaced))


def _sent_before(request: HttpRequest) -> Activity | None:
    """The record an earlier press of the same new form has made already."""
    try:
        uid = uuid.UUID(request.POST.get("uid", ""))
    except ValueError:
        return None
    return rows_for(request).filter(uid=uid, unit=request.user.unit_id).first()


@require_http_methods(["GET", "POST"])
@requires(Action.RECORD_ACTIVITY)
def activity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    pilot, row = together(lambda: _pilot(request), lambda: get_object_or_404(rows_for(request), pk=pk, unit=request.user.unit_id))
    if not row.editable():
        return _answer_closed(request, row)
    return _answer(Editing(request, pilot, row))


def _answer_closed(request: HttpRequest, row: Activity) -> HttpResponse:
    """Already handed in (often by the first of two presses): lead to the record."""
    if request.POST.get("deed") == "autosave":
        return JsonResponse({"closed": True, "url": row.get_absolute_url()}, status=409)
    if request.method == "GET":
        messages.warning(request, f"这条活动记录现在是“{row.get_state_display()}”，不能修改。需要修改时请先撤回，或请审核单位退回。")
    return redirect(row)


def _answer(editing: Editing) -> HttpResponse:
    request = editing.request
    _know_plan(editing)
    form = _form(editing)
    if request.method == "GET":
        return _page(editing, form)
    form.is_valid()
    for refusal in refusals(request):
        form.add_error("photos", refusal)
    if editing.deed == "autosave":
        return _autosave(editing, form)
    if form.errors:
        return _page(editing, form, status=422)
    try:
        saved = _save(editing, form)
    except ValidationError as refusal:
        return _refused(editing, form, refusal)
    return _after_saving(editing, saved)


def _know_plan(editing: Editing) -> None:
    """What the form takes from the plan, asked together; `of_plan` remembers it for the page."""
    pilot, category = editing.pilot, editing.row.category if editing.row else None
    together(
        lambda: queries.categories_of(pilot),
        queries.all_categories,
        lambda: queries.card_names(pilot),
        lambda: tasks_of_category(pilot, category) if category else None,
    )


def _form(editing: Editing) -> ActivityForm:
    request, row = editing.request, editing.row
    initial = {"uid": row.uid if row else uuid.uuid4(), "version": row.version if row else None}
    if editing.replaced is not None:
        initial |= {name: getattr(editing.replaced, name) for name in services.FIELDS}
        initial["tasks"] = list(editing.replaced.tasks.all())
    elif row is None:
        initial |= {"day": clock.today(), "organiser": "", "category": _asked_category(request)}
    return ActivityForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        instance=row,
        initial=initial,
        pilot=editing.pilot,
        own_categories=queries.categories_of(editing.pilot),
    )


def _asked_category(request: HttpRequest) -> ActivityCategory | None:
    """A link from a card may name the category."""
    asked = request.GET.get("category", "")
    return next((category for category in queries.all_categories() if category.code == asked), None)


def _tasks(editing: Editing, form: ActivityForm) -> list[Task] | None:
    """The ticked tasks; those the category brings when the ticks on the page belonged to another category."""
    category = form.cleaned_data.get("category")
    if category is not None and editing.request.POST.get("tasks_for") != str(category.pk):
        return queries.brought_tasks(editing.pilot, category)
    return list(form.cleaned_data["tasks"]) if "tasks" in form.cleaned_data else None


def _save(editing: Editing, form: ActivityForm) -> Activity:
    data = form.cleaned_data
    with transaction.atomic():
        saved = services.save_activity(
            editing.row,
            by=editing.request.user,
            values=data,
            tasks=_tasks(editing, form),
            uid=data.get("uid"),
            expected_version=data.get("version"),
            supersedes=editing.replaced,
        )
        _set_kinds(editing, saved)
        photos = [(checked, "", None) for checked in data.get("photos") or ()]
        if photos:
            services.keep_photos(saved, photos, by=editing.request.user)
    return saved


def _set_kinds(editing: Editing, saved: Activity) -> None:
    """The kinds chosen beside stored photos."""
    for photo in saved.photos.select_related("activity__unit"):
        kind = editing.request.POST.get(f"kind_{photo.pk}")
        if kind in ActivityPhoto.Kind.values and kind != photo.kind:
            services.set_photo_kind(photo, by=editing.request.user, kind=kind)


def _after_saving(editing: Editing, saved: Activity) -> HttpResponse:
    """暂存 stays on the form, 提交 hands in and shows the record; what is missing is listed and nothing is lost."""
    request = editing.request
    if ":" in editing.deed:
        return _photo_deed(editing, saved)
    if editing.deed != "submit":
        messages.success(request, "保存成功，还没有提交。")
        return redirect("activity_edit", saved.pk)
    try:
        step = services.submit_activity(saved, by=request.user)
    except ValidationError as refusal:
        fresh = Activity.objects.select_related("category", "pilot__unit", "unit").get(pk=saved.pk)
        return _refused(Editing(request, editing.pilot, fresh), _form_again(editing, fresh), refusal)
    messages.success(request, f"提交成功，等待{step.waiting_at.short_name}审核。")
    return redirect(saved)


def _photo_deed(editing: Editing, saved: Activity) -> HttpResponse:
    """旋转 and 删除 of a plain form (`rotate:12`): what was typed is saved first."""
    verb, _, number = editing.deed.partition(":")
    deeds = {"rotate": services.rotate_photo, "remove": services.remove_photo}
    photo = (
        saved.photos.select_related("file", "activity__unit").filter(pk=number).first() if number.isascii() and number.isdigit() else None
    )
    if verb in deeds and photo is not None:
        try:
            deeds[verb](photo, by=editing.request.user)
        except (FileNotFoundError, FileAltered):
            messages.error(editing.request, "照片文件不见了或与上传时不一致，请删除后重新上传")
    return redirect(reverse("activity_edit", args=[saved.pk]) + "#photos")


def _form_again(editing: Editing, row: Activity) -> ActivityForm:
    """The same words in a form that starts from the record as it is now."""
    data = editing.request.POST.copy()
    data["version"] = str(row.version)
    form = ActivityForm(data, instance=row, initial={}, pilot=editing.pilot, own_categories=queries.categories_of(editing.pilot))
    form.is_valid()
    return form


def _refused(editing: Editing, form: ActivityForm, refusal: ValidationError) -> HttpResponse:
    if getattr(refusal, "code", None) == "closed" and editing.row is not None:
        messages.warning(editing.request, "；".join(refusal.messages))
        return redirect(editing.row)
    if getattr(refusal, "code", None) == "stale":
        return _stale(editing, form, refusal)
    if hasattr(refusal, "error_dict"):
        for name, errors in refusal.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    else:
        form.add_error(None, refusal)
    return _page(editing, form, status=422)


def _stale(editing: Editing, form: ActivityForm, refusal: ValidationError) -> HttpResponse:
    """Somebody saved in between: the own words stay in the form, beside them what is stored now. Saving again is then meant."""
    row = Activity.objects.select_related("category", "pilot__unit", "unit").get(pk=editing.row.pk)
    typed = dict(form.cleaned_data)
    form = _form_again(editing, row)
    form.add_error(None, refusal)
    conflicts = [
        {"label": label_of(name), "theirs": said(getattr(row, name)), "mine": said(typed.get(name)), "field": f"id_{name}"}
        for name in SHOWN
        if name in typed and getattr(row, name) != typed[name] and (getattr(row, name) or typed[name])
    ]
    last = row.history.select_related("history_user").order_by("-history_id").first()
    context = {"conflicts": conflicts, "saved_by": last.history_user if last else None, "saved_at": last.history_date if last else None}
    return _page(Editing(editing.request, editing.pilot, row), form, status=409, **context)


def _autosave(editing: Editing, form: ActivityForm) -> JsonResponse:
    """Save what is sound, say what is not; fields that cannot be read keep their stored value and stay as typed in the browser."""
    data = form.cleaned_data
    try:
        with transaction.atomic():
            saved = services.save_activity(
                editing.row,
                by=editing.request.user,
                values=data,
                tasks=_tasks(editing, form),
                uid=data.get("uid"),
                expected_version=data.get("version"),
                supersedes=editing.replaced,
            )
    except ValidationError as refusal:
        code = getattr(refusal, "code", None)
        return JsonResponse({"stale": code == "stale", "closed": code == "closed", "message": "；".join(refusal.messages)}, status=409)
    return JsonResponse(
        {
            "pk": saved.pk,
            "version": saved.version,
            "saved": clock.now().strftime("%H:%M"),
            "edit": reverse("activity_edit", args=[saved.pk]),
            "photos": reverse("activity_photo_upload", args=[saved.pk]),
            "errors": {name: " ".join(errors) for name, errors in form.errors.items()},
        }
    )


def _page(editing: Editing, form: ActivityForm, *, status: int = 200, **context) -> HttpResponse:
    request, row = editing.request, editing.row
    category = _shown_category(form)
    photos, organisers, returned, choice = together(
        lambda: list(row.photos.select_related("file")) if row else [],
        lambda: _organisers(request),
        lambda: _returned(row),
        lambda: _task_choice(editing.pilot, category, _chosen(form)),
    )
    return render(
        request,
        "communities/activity_edit.html",
        {
            "form": form,
            "row": row,
            "replaced": editing.replaced,
            "pilot": editing.pilot,
            "photos": photos,
            "photo_kinds": ActivityPhoto.Kind.choices,
            "category": category,
            "category_rules": _rules(),
            "organisers": organisers,
            "returned": returned,
            **choice,
            **context,
        },
        status=status,
    )


def _rules() -> dict[str, dict]:
    """What the script must know of each category: how many photos, and whether minors are seen."""
    return {str(category.pk): {"photos": category.min_photos, "minors": category.about_minors} for category in queries.all_categories()}


def _returned(row: Activity | None):
    if row is None or row.state != ReviewState.RETURNED:
        return None
    return row.steps.select_related("unit").order_by("-id").first()


def _shown_category(form: ActivityForm) -> ActivityCategory | None:
    value = form["category"].value()
    if isinstance(value, ActivityCategory):
        return value
    return _category(str(value or ""))


def _category(key: str) -> ActivityCategory | None:
    """The category of a form's value; None where there is no such one."""
    return next((category for category in queries.all_categories() if str(category.pk) == key), None)


def _chosen(form: ActivityForm) -> set[str]:
    return {str(getattr(value, "pk", value)) for value in form["tasks"].value() or ()}


def _task_choice(pilot: Pilot, category: ActivityCategory | None, chosen: set[str]) -> dict:
    """The chips: first what the category brings and what is ticked, then the pilot's other tasks."""
    brought, cards, own = together(
        lambda: queries.brought_tasks(pilot, category), lambda: queries.card_names(pilot), lambda: list(services.tasks_for(pilot))
    )
    first, more = [], []
    for task in own:
        task.checked = str(task.pk) in chosen or (not chosen and task in brought)
        task.card = cards.get(task.obligation_id, "")
        (first if task in brought or task.checked else more).append(task)
    return {"task_chips": first, "more_tasks": more, "brought": brought, "tasks_for": category.pk if category else ""}


def _organisers(request: HttpRequest) -> list[str]:
    """Organisers this unit has written before, the usual ones first."""
    names = (
        Activity.objects.filter(unit=request.user.unit_id).exclude(organiser="").order_by("-day").values_list("organiser", flat=True)[:200]
    )
    return list(dict.fromkeys(names))[:12]


@require_GET
@requires(Action.RECORD_ACTIVITY)
def activity_tasks(request: HttpRequest) -> HttpResponse:
    """The chips of a category, fetched when it is chosen."""
    pilot = _pilot(request)
    category = _category(request.GET.get("category", ""))
    return render(request, "communities/_tasks.html", _task_choice(pilot, category, set()) | {"category": category})
