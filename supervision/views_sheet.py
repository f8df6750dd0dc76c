"""督导记录表: one sheet for draft and submitted visits; saved by itself while it is filled in, and whole without scripts too."""

import json
import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import clock
from accounts.access import Action, may, requires
from pilots import files
from pilots.upload_handler import refusals
from supervision import visits, workdays
from supervision.forms_visits import ANSWER_KEYS, ANSWER_KINDS, AnswerForm, HeadForm
from supervision.models import Answer, Aspect, ChecklistItem, Severity, Visit, VisitAnswer, VisitPhoto

CHOICES = [(value, label, ANSWER_KINDS[value], ANSWER_KEYS[value]) for value, label in Answer.choices]
ORDINALS = ("一", "二", "三")


def visits_for(request: HttpRequest) -> QuerySet[Visit]:
    """The visits the person may see at all, with what every page of them shows."""
    return Visit.objects.visible_to(request.user).select_related("pilot__unit", "pilot__accountable", "created_by", "submitted_by")


@dataclass(frozen=True)
class Part:
    """One aspect of a sheet with its items; `done` counts those that carry an answer."""

    code: str
    ordinal: str
    name: str
    items: list[AnswerForm]

    @property
    def done(self) -> int:
        return sum(bool(item.shown_answer) for item in self.items)


@dataclass
class Sheet:
    """A visit with its forms. `data` is what came, None for a page that is only asked for."""

    request: HttpRequest
    visit: Visit
    data: object = None

    def __post_init__(self) -> None:
        answers = self.visit.answers.prefetch_related("photos__file", "finding")
        names = ("version", "visited_on", "visited_at", "inspectors", "conclusion")
        self.head = HeadForm(self.data, initial={name: getattr(self.visit, name) for name in names})
        self.items = [AnswerForm(self.data, answer=answer) for answer in answers]

    @property
    def parts(self) -> list[Part]:
        found = [(aspect, [item for item in self.items if item.row.aspect == aspect]) for aspect in Aspect]
        return [Part(a.value, o, a.label, items) for (a, items), o in zip(found, ORDINALS, strict=True) if items]

    @property
    def prefilled(self) -> int:
        return sum(bool(item.row.prefilled) for item in self.items)

    @property
    def open_items(self) -> int:
        return sum(not item.shown_answer for item in self.items)

    def valid(self) -> bool:
        """Every form is looked at, so that all errors show at once."""
        sound = [form.is_valid() for form in (self.head, *self.items)]
        return all(sound)

    def reasons(self) -> list[dict]:
        """What is wrong, each with the field it belongs to."""
        found = [{"url": f"#{self.head[name].id_for_label}", "link": self.head[name].label, "text": said(errors)} for name, errors in self.head.errors.items() if name in self.head.fields]  # fmt: skip
        for item in self.items:
            found += [{"url": f"#{item[name].id_for_label}", "link": f"{item.row.code} {item[name].label}", "text": said(errors)} for name, errors in item.errors.items()]  # fmt: skip
        return found


def said(errors) -> str:
    return "；".join(str(error) for error in errors)


def limits_of(visit: Visit) -> dict[str, dict[str, str]]:
    """The deadline each severity proposes, and why that day."""
    day = visit.visited_on
    return {key: {"day": workdays.deadline(day, key).isoformat(), "said": workdays.deadline_words(day, key)} for key in Severity.values}


@require_http_methods(["GET", "POST"])
@requires(Action.VIEW_SUPERVISION)
def visit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet: to fill in while it is a draft (the office), to read for everybody who sees the pilot once it is submitted."""
    visit = get_object_or_404(visits_for(request), pk=pk)
    if request.method == "GET":
        return _page(Sheet(request, visit))
    return _fill_in(request, visit)


@requires(Action.SUPERVISE)
def _fill_in(request: HttpRequest, visit: Visit) -> HttpResponse:
    deed = request.POST.get("deed", "save")
    sheet = Sheet(request, visit, request.POST)
    whole = sheet.valid()
    if deed == "autosave":
        return _autosave(sheet)
    if not whole:
        return _page(sheet, status=422, title="还没有保存", reasons=sheet.reasons())
    try:
        with transaction.atomic():
            saved = _save(sheet)
            _keep_photos(sheet)
    except ValidationError as refusal:
        return _refused(sheet, refusal)
    return _after_saving(request, saved, deed)


def _expected(sheet: Sheet) -> int | None:
    """The version the form was opened with; the present one where that is the person's own save whose answer never arrived."""
    last = sheet.request.session.get(f"sheet-{sheet.visit.pk}")
    lost = sheet.data.get("after", "")[:400].split(",")
    if last and last["number"] in lost and last["version"] == sheet.visit.version:
        return sheet.visit.version
    return sheet.head.cleaned_data.get("version")


def _save(sheet: Sheet) -> Visit:
    """Head and changed answers in one go; the errors of an answer stand at its fields."""
    by = sheet.request.user
    visit = visits.update_visit(sheet.visit, by=by, values=sheet.head.cleaned_data, expected_version=_expected(sheet))
    for item in sheet.items:
        if item.touched():
            _answer(item, by)
    return visit


def _answer(item: AnswerForm, by) -> None:
    data = item.cleaned_data
    try:
        visits.answer_item(
            item.row, by=by, value=data.get("answer", ""), remark=data.get("remark", item.row.remark), drafted=item.drafted()
        )
    except ValidationError as refusal:
        if hasattr(refusal, "error_dict"):
            for name, errors in refusal.error_dict.items():
                item.add_error(name if name in item.fields else None, errors)
        raise


def _keep_photos(sheet: Sheet) -> None:
    """Photos that came with the form itself, from a browser without scripts."""
    refused = [sentence for refusal in refusals(sheet.request) for sentence in refusal.messages]
    if refused:
        raise ValidationError(refused)
    for item in sheet.items:
        for uploaded in sheet.request.FILES.getlist(f"{item.prefix}-photos"):
            visits.add_visit_photo(item.row, uploaded, by=sheet.request.user)


def _refused(sheet: Sheet, refusal: ValidationError) -> HttpResponse:
    code = getattr(refusal, "code", None)
    if code in ("locked", "closed_month"):
        messages.error(sheet.request, said(refusal.messages))
        return redirect(sheet.visit)
    if code == "stale":
        return _stale(sheet, refusal)
    if hasattr(refusal, "error_dict"):
        for name, errors in refusal.error_dict.items():
            if name in sheet.head.fields and not any(item.errors for item in sheet.items):
                sheet.head.add_error(name, errors)
    reasons = sheet.reasons() or [{"text": sentence} for sentence in refusal.messages]
    return _page(sheet, status=422, title="还没有保存", reasons=reasons)


def _stale(sheet: Sheet, refusal: ValidationError) -> HttpResponse:
    """Somebody saved in between: the typed words stay, beside them what is stored. Saving again is then meant."""
    visit = visits_for(sheet.request).get(pk=sheet.visit.pk)
    data = sheet.data.copy()
    data["version"] = str(visit.version)
    fresh = Sheet(sheet.request, visit, data)
    fresh.valid()
    conflicts = []
    for item in fresh.items:
        typed, stored = item.shown_answer, item.row.answer
        if typed != stored or (item.cleaned_data.get("problem", "") != item.row.problem and typed == Answer.NO):
            word = dict(Answer.choices)
            conflicts.append(
                {
                    "label": item.row.code,
                    "theirs": _words(word.get(stored, "未填"), item.row.problem),
                    "mine": _words(word.get(typed, "未填"), item.cleaned_data.get("problem", "") if typed == Answer.NO else ""),
                    "field": f"ck-{item.row.code}",
                }
            )
    last = visit.history.select_related("history_user").order_by("-history_id").first()
    return _page(fresh, status=409, conflicts=conflicts, saved_by=last.history_user if last else None, saved_at=visit.saved_at)


def _words(answer: str, problem: str) -> str:
    return f"{answer}，{problem}" if problem else answer


def _autosave(sheet: Sheet) -> JsonResponse:
    """Save what is sound, say what is not; a field that cannot be read keeps its stored value and stays as typed in the browser."""
    by, given = sheet.request.user, dict(sheet.head.cleaned_data)
    if not given.get("inspectors"):
        given.pop("inspectors", None)
    try:
        with transaction.atomic():
            visit = visits.update_visit(sheet.visit, by=by, values=given, expected_version=_expected(sheet))
    except ValidationError as refusal:
        if not hasattr(refusal, "error_dict"):
            return JsonResponse({"message": said(refusal.messages)}, status=409)
        for name, errors in refusal.error_dict.items():
            sheet.head.add_error(name if name in sheet.head.fields else None, errors)
    for item in sheet.items:
        if item.touched():
            _autosave_item(item, by)
    visit = Visit.objects.get(pk=sheet.visit.pk)
    if number := sheet.data.get("number", "")[:40]:
        sheet.request.session[f"sheet-{visit.pk}"] = {"number": number, "version": visit.version}
    errors = {form[name].html_name: said(found) for form in (sheet.head, *sheet.items) for name, found in form.errors.items() if name in form.fields}  # fmt: skip
    return JsonResponse({"version": visit.version, "saved": clock.now().strftime("%H:%M"), "errors": errors, "limits": limits_of(visit)})


def _autosave_item(item: AnswerForm, by) -> None:
    try:
        with transaction.atomic():
            _answer(item, by)
    except ValidationError as refusal:
        if not hasattr(refusal, "error_dict"):
            item.add_error(None, refusal)


def _after_saving(request: HttpRequest, visit: Visit, deed: str) -> HttpResponse:
    """暂存 stays on the sheet, 提交 locks it; what is missing is listed, each with the item it belongs to."""
    if deed.startswith("drop:"):
        return _drop(request, visit, deed.removeprefix("drop:"))
    if deed == "retake":
        visits.retake_figures(visit, by=request.user)
        messages.success(request, "已重新取数，您填写的结论没有改动。")
        return redirect(visit)
    if deed != "submit":
        messages.success(request, "保存成功，还没有提交。")
        return redirect(visit)
    fresh = visits_for(request).get(pk=visit.pk)
    missing = visits.missing_for_submit(fresh)
    if missing:
        reasons = [{"url": f"#ck-{m.answer.code}" if m.answer else "#id_visited_on", "link": m.text} for m in missing]
        return _page(Sheet(request, fresh), status=422, title=f"还不能提交，有 {len(missing)} 处要处理", reasons=reasons)
    try:
        found = visits.submit_visit(fresh, by=request.user, expected_version=fresh.version)
    except ValidationError as refusal:
        return _page(Sheet(request, fresh), status=422, title="还不能提交", reasons=[{"text": text} for text in refusal.messages])
    numbers = "、".join(finding.number for finding in found)
    messages.success(request, f"督导记录已提交。{f'登记并交办 {len(found)} 个问题：{numbers}' if found else '没有发现不符合的项目'}。")
    return redirect(fresh)


def _drop(request: HttpRequest, visit: Visit, number: str) -> HttpResponse:
    """删除 beside a photo, without scripts: what was typed is saved first."""
    photo = VisitPhoto.objects.filter(answer__visit=visit, pk=number).select_related("answer__visit", "file").first() if number.isascii() and number.isdigit() and len(number) < 12 else None  # fmt: skip
    if photo is None:
        return redirect(visit)
    visits.remove_visit_photo(photo, by=request.user)
    return redirect(f"{visit.get_absolute_url()}#ck-{photo.answer.code}")


def _page(sheet: Sheet, *, status: int = 200, **context) -> HttpResponse:
    request, visit = sheet.request, sheet.visit
    closed = visits.month_closed(visit.month)
    return render(
        request,
        "supervision/visit_detail.html",
        {
            "sheet": sheet,
            "visit": visit,
            "head": sheet.head,
            "parts": sheet.parts,
            "choices": CHOICES,
            "wrong": Answer.NO.value,
            "editable": not visit.submitted and not closed and may(request.user, Action.SUPERVISE),
            "month_closed": closed,
            "closes_on": visits.closes_on(visit.month),
            "limits": json.dumps(limits_of(visit)),
            "all_items": not visit.submitted and len(sheet.items) >= 24,
            "findings": [item.row.finding for item in sheet.items if visit.submitted and hasattr(item.row, "finding")],
            **context,
        },
        status=status,
    )


# --- further items, photos --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires(Action.SUPERVISE)
def visit_items(request: HttpRequest, pk: int) -> HttpResponse:
    """本月加查其他项."""
    visit = get_object_or_404(visits_for(request), pk=pk)
    if request.method == "POST":
        codes = [code[:50] for code in request.POST.getlist("items")]
        try:
            visits.add_items(visit, by=request.user, codes=codes)
        except ValidationError as refusal:
            messages.error(request, said(refusal.messages))
        else:
            messages.success(request, f"已加查 {len(codes)} 项。" if codes else "没有选择加查的项目。")
        return redirect(visit)
    have = set(visit.answers.values_list("item_id", flat=True))
    others = [item for item in ChecklistItem.objects.all() if item.pk not in have]
    parts = [(aspect.label, [item for item in others if item.aspect == aspect]) for aspect in Aspect]
    return render(request, "supervision/visit_items.html", {"visit": visit, "parts": [part for part in parts if part[1]]})


def _answer_row(request: HttpRequest, pk: int, answer_pk: int) -> VisitAnswer:
    visit = get_object_or_404(visits_for(request), pk=pk)
    return get_object_or_404(VisitAnswer.objects.select_related("visit__pilot"), pk=answer_pk, visit=visit)


def _photo_row(request: HttpRequest, pk: int, photo_pk: int) -> VisitPhoto:
    visit = get_object_or_404(visits_for(request), pk=pk)
    return get_object_or_404(VisitPhoto.objects.select_related("file", "answer__visit"), pk=photo_pk, answer__visit=visit)


@require_POST
@requires(Action.SUPERVISE)
def visit_photo_upload(request: HttpRequest, pk: int, answer_pk: int) -> JsonResponse:
    """One photo (field `file`, its one-time number `uid`). 200 with the receipt, 422 with the reason."""
    answer = _answer_row(request, pk, answer_pk)
    return photo_answer(request, lambda uploaded, uid: visits.add_visit_photo(answer, uploaded, by=request.user, uid=uid), _receipt)


def photo_answer(request: HttpRequest, keep, receipt) -> JsonResponse:
    """What every upload of one photo answers: a receipt, or the reason why not."""
    uploaded = request.FILES.get("file")
    if uploaded is None:
        reasons = [sentence for refusal in refusals(request) for sentence in refusal.messages]
        return JsonResponse({"reason": "；".join(reasons) or "没有收到照片，请重新选择"}, status=422)
    try:
        uid = uuid.UUID(request.POST.get("uid", ""))
    except ValueError:
        uid = None
    try:
        return JsonResponse(receipt(keep(uploaded, uid)))
    except ValidationError as refusal:
        return JsonResponse({"reason": said(refusal.messages)}, status=422)


def _receipt(photo: VisitPhoto) -> dict:
    args = [photo.answer.visit_id, photo.pk]
    shown = reverse("visit_photo", args=args)
    return {
        "id": photo.pk,
        "url": shown,
        "preview": f"{shown}?size=preview",
        "delete": reverse("visit_photo_delete", args=args),
        "receipt": timezone.localtime(photo.file.uploaded_at).strftime("%H:%M:%S"),
    }


@require_GET
@requires(Action.VIEW_SUPERVISION)
def visit_photo(request: HttpRequest, pk: int, photo_pk: int) -> HttpResponse:
    """The photo in the page; `?size=preview` the small one."""
    photo = _photo_row(request, pk, photo_pk)
    return files.serve_file(request, photo.file, inline=True, preview=request.GET.get("size") == "preview")


@require_POST
@requires(Action.SUPERVISE)
def visit_photo_delete(request: HttpRequest, pk: int, photo_pk: int) -> JsonResponse:
    photo = _photo_row(request, pk, photo_pk)
    try:
        visits.remove_visit_photo(photo, by=request.user)
    except ValidationError as refusal:
        return JsonResponse({"reason": said(refusal.messages)}, status=422)
    return JsonResponse({"removed": True})
