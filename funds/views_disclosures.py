"""Pages of 资金公示: the list, one posting with its photos, registering and completing."""

import contextlib
from collections.abc import Iterator

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts import once
from accounts.access import Action, may, requires
from accounts.changes import changes_of
from accounts.spreadsheet import Col
from accounts.workdays import workdays_between
from funds import disclosures
from funds.forms import DisclosureForm, quarters
from funds.models import Disclosure
from funds.pages import PAGE_SIZE, add_errors, asked_words, done, export, set_out, visible_pilots
from pilots import files
from pilots.models import Pilot, StoredFile

FILE_NAMES = {"text": "text_file", "start": "start_photo", "end": "end_photo"}
LAYOUT = (("pilot", "period"), ("posted_on", "until"), ("place",), ("telephone",), ("start_photo", "end_photo"), ("text_file",), ("note",))


def _rows(request: HttpRequest) -> QuerySet[Disclosure]:
    related = ("pilot__unit", "pilot__accountable", "created_by", "text_file", "start_photo", "end_photo")
    return Disclosure.objects.visible_to(request.user).up_to(request.records_day).select_related(*related)


def _own_pilots(request: HttpRequest) -> QuerySet[Pilot]:
    user = request.user
    if not may(user, Action.DISCLOSE_FUNDS):
        return Pilot.objects.none()
    return (
        Pilot.objects.visible_to(user).filter(Q(unit=user.unit_id) | Q(accountable=user.unit_id)).select_related("unit").order_by("order")
    )


@require_GET
@requires(Action.VIEW_FUNDS)
def disclosure_list(request: HttpRequest) -> HttpResponse:
    asked, rows = asked_words(request.GET, "pilot", "period"), _rows(request).order_by("-posted_on", "pilot__order")
    if asked["pilot"]:
        rows = rows.filter(pilot__code=asked["pilot"])
    periods = quarters()
    if asked["period"] in dict(periods):
        year, _, quarter = asked["period"].partition("-")
        rows = rows.filter(year=int(year), quarter=int(quarter))
    if request.GET.get("export") == "xlsx" and may(request.user, Action.EXPORT):
        return _export(request, rows)
    pilots = visible_pilots(request)
    context = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "asked": asked,
        "filtered": any(asked.values()),
        "pilots": pilots,
        "several": len(pilots) > 1,
        "periods": periods,
        "may_enter": request.as_of_is_default and _own_pilots(request).exists(),
    }
    return render(request, "funds/disclosure_list.html", context)


def _export(request: HttpRequest, rows: QuerySet[Disclosure]) -> HttpResponse:
    columns = [
        *(Col("序号", "int"), Col("试点"), Col("季度", "code"), Col("公示开始", "date"), Col("公示结束", "date"), Col("工作日", "int")),
        *(Col("公示地点"), Col("监督电话", "code"), Col("张贴照片", "mark"), Col("期满照片", "mark"), Col("登记人")),
    ]
    cells = [
        (
            number,
            row.pilot.unit.short_name,
            f"{row.year}年{row.get_quarter_display()}",
            row.posted_on,
            row.until,
            workdays_between(row.posted_on, row.until),
            row.place,
            row.telephone,
            "有" if row.start_photo_id else "缺",
            "有" if row.end_photo_id else "缺",
            row.created_by.name,
        )
        for number, row in enumerate(rows, 1)
    ]
    return export(request, "资金公示", columns, cells, count=len(cells))


@require_GET
@requires(Action.VIEW_FUNDS)
def disclosure_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(_rows(request), pk=pk)
    over = row.until < request.records_day
    photos = [
        {"kind": "start", "word": "张贴照片", "file": row.start_photo, "late": True, "missing": "缺张贴照片"},
        {"kind": "end", "word": "期满照片", "file": row.end_photo, "late": over, "missing": "缺期满照片" if over else "待期满"},
    ]
    context = {
        "row": row,
        "workdays": workdays_between(row.posted_on, row.until),
        "photos": photos,
        "changes": changes_of(row),
        "may_enter": request.as_of_is_default and disclosures.may_disclose(request.user, row.pilot),
    }
    return render(request, "funds/disclosure_detail.html", context)


@require_http_methods(["GET", "POST"])
@requires(Action.DISCLOSE_FUNDS)
def disclosure_new(request: HttpRequest) -> HttpResponse:
    pilots = _own_pilots(request)
    own = list(pilots[:2])
    if not own:
        raise PermissionDenied("试点社区和所在街道、镇的经办人可以登记本试点的资金公示。")
    initial = {"pilot": own[0] if len(own) == 1 else None}
    form = DisclosureForm(request.POST or None, request.FILES or None, pilots=pilots, initial=initial)
    if request.method == "POST" and form.is_valid():
        answer = done(form, lambda: once.redirect(request, lambda: _save(request, form, None).get_absolute_url()))
        if answer is not None:
            messages.success(request, "公示已登记。期满后补一张照片。")
            return answer
    return _form_page(request, form, None)


@require_http_methods(["GET", "POST"])
@requires(Action.DISCLOSE_FUNDS)
def disclosure_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(_rows(request), pk=pk)
    if not disclosures.may_disclose(request.user, row.pilot):
        raise PermissionDenied("试点社区和所在街道、镇的经办人可以登记本试点的资金公示。")
    initial = {name: getattr(row, name) for name in disclosures.FIELDS} | {"version": row.version}
    form = DisclosureForm(request.POST or None, request.FILES or None, pilots=Pilot.objects.none(), row=row, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form, row)
        except ValidationError as refusal:
            add_errors(form, refusal)
            if getattr(refusal, "code", None) == "stale":
                form.data = form.data.copy()
                form.data["version"] = str(Disclosure.objects.values_list("version", flat=True).get(pk=row.pk))
        else:
            messages.success(request, "保存成功")
            return redirect(saved)
    return _form_page(request, form, row)


@contextlib.contextmanager
def _kept(request: HttpRequest, data: dict) -> Iterator[dict[str, StoredFile]]:
    """The checked files while their record is saved; if that fails nothing of them stays."""
    with contextlib.ExitStack() as stack:
        names = [name for name in disclosures.FILES if data.get(name) is not None]
        yield {name: stack.enter_context(files.keeping(data[name], by=request.user)) for name in names}


def _save(request: HttpRequest, form: DisclosureForm, row: Disclosure | None) -> Disclosure:
    data = form.cleaned_data
    values = {name: data[name] for name in disclosures.FIELDS}
    if row is None:
        values |= {"pilot": data["pilot"], "year": data["year"], "quarter": data["quarter"]}
    else:
        values["expected_version"] = data.get("version")
    with _kept(request, data) as stored:
        return disclosures.save_disclosure(row, by=request.user, stored=stored, **values)


def _form_page(request: HttpRequest, form: DisclosureForm, row: Disclosure | None) -> HttpResponse:
    back = row.get_absolute_url() if row else reverse("disclosure_list")
    crumbs = [(reverse("disclosure_list"), "资金公示")]
    context = {
        "title": "编辑公示" if row else "登记公示",
        "sub": f"{row}" if row else "张贴后登记；个人收款的姓名、电话不公示",
        "crumbs": [*crumbs, (back, str(row.pilot))] if row else crumbs,
        "back_to": back,
        "form": form,
        "groups": [group for group in set_out(form, *LAYOUT) if group],
        "once": row is None,
        "verb": "保存" if row else "登记",
    }
    return render(request, "funds/plain_form.html", context, status=422 if form.is_bound and form.errors else 200)


@require_GET
@requires(Action.VIEW_FUNDS)
def disclosure_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """公示文本 as a download, the two photos in the page."""
    row = get_object_or_404(_rows(request), pk=pk)
    stored = getattr(row, FILE_NAMES.get(kind, ""), None)
    if stored is None:
        raise Http404
    return files.serve_file(request, stored, inline=kind != "text", preview=request.GET.get("size") == "preview")
