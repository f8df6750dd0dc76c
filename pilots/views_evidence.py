"""Pages of 佐证材料: list, hand in, detail, file."""

import contextlib
import uuid
from collections.abc import Iterator

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit, clock
from accounts.access import Action, may, requires
from accounts.exports import workbook_response
from accounts.models import AuditKind, User
from accounts.spreadsheet import Col, Sheet
from pilots import evidence as services
from pilots import files, review
from pilots.asof import parse_day
from pilots.forms_evidence import EvidenceForm
from pilots.models import Evidence, EvidenceType, Pilot, ReviewState, StoredFile
from pilots.views_review import kept_opinion

KINDS = frozenset(StoredFile.Kind)
PAGE_SIZE = 20


def _rows(request: HttpRequest) -> QuerySet[Evidence]:
    return Evidence.objects.visible_to(request.user).select_related("type", "unit", "pilot__unit", "file", "created_by", "waiting_at")


def _filtered(request: HttpRequest) -> tuple[QuerySet[Evidence], dict]:
    """The rows the filter row asks for; unknown or malformed values are ignored, never an error."""
    rows = _rows(request)
    asked = {key: request.GET.get(key, "").strip()[:80] for key in ("pilot", "type", "state", "q", "since", "until")}
    if asked["pilot"]:
        rows = rows.filter(pilot__code=asked["pilot"])
    if asked["type"]:
        rows = rows.filter(type__code=asked["type"])
    if asked["state"] in ReviewState.values:
        rows = rows.filter(state=asked["state"])
    if day := parse_day(asked["since"]):
        rows = rows.filter(dated__gte=day)
    if day := parse_day(asked["until"]):
        rows = rows.filter(dated__lte=day)
    if asked["q"]:
        text = asked["q"].replace("\x00", "")
        rows = rows.filter(
            Q(title__contains=text)
            | Q(type__name__contains=text)
            | Q(search__contains=text.lower())
            | Q(tasks__obligation__code__iexact=text)
        ).distinct()
    return rows, asked


@require_GET
@requires(Action.VIEW_EVIDENCE)
def evidence_list(request: HttpRequest) -> HttpResponse:
    rows, asked = _filtered(request)
    if request.GET.get("export") == "xlsx" and may(request.user, Action.EXPORT):
        return _export(request, rows, asked)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "pilots/evidence_list.html",
        {
            "page": page,
            "asked": asked,
            "filtered": any(asked.values()),
            "pilots": Pilot.objects.visible_to(request.user).select_related("unit"),
            "types": EvidenceType.objects.filter(pk__in=_rows(request).order_by().values("type")),
            "states": ReviewState.choices,
            "may_hand_in": may(request.user, Action.HAND_IN_EVIDENCE),
        },
    )


def _filter_words(asked: dict) -> str:
    """The conditions of the list in words, for the audit log."""
    return audit.filter_words(
        asked,
        pilot=("试点", dict(Pilot.objects.filter(code=asked["pilot"]).values_list("code", "unit__short_name"))),
        type=("类型", dict(EvidenceType.objects.filter(code=asked["type"]).values_list("code", "name"))),
        state=("状态", dict(ReviewState.choices)),
        since=("从", {}),
        until=("到", {}),
        q=("查找", {}),
    )


def _export(request: HttpRequest, rows: QuerySet[Evidence], asked: dict) -> HttpResponse:
    columns = [
        Col("序号", "int"),
        Col("名称"),
        Col("材料类型"),
        Col("填报单位"),
        Col("形成日期", "date"),
        Col("状态", "code"),
        Col("文件名"),
        Col("校验值（SHA-256）"),
        Col("填报人"),
    ]
    cells = (
        (
            number,
            row.title,
            row.type.name,
            row.unit.short_name,
            row.dated,
            row.get_state_display(),
            row.file.original_name if row.file else None,
            row.file.sha256 if row.file else None,
            row.created_by.name,
        )
        for number, row in enumerate(rows.iterator(chunk_size=500), 1)
    )
    audit.record(
        AuditKind.EXPORT, user=request.user, request=request, label="佐证材料清单", rows=rows.count(), filters=_filter_words(asked)
    )
    sheet = Sheet(
        "佐证材料",
        heading="佐证材料清单",
        subheading=f"填报单位：{request.user.unit.name}　导出日期：{clock.today().isoformat()}",
        columns=columns,
        rows=cells,
    )
    name = f"{request.user.unit.short_name}_佐证材料_{clock.today().isoformat()}.xlsx"
    return workbook_response([sheet], name, sample=settings.SAMPLE_MODE, author=request.user.unit.name)


@require_http_methods(["GET", "POST"])
@requires(Action.HAND_IN_EVIDENCE)
def evidence_new(request: HttpRequest) -> HttpResponse:
    kind = EvidenceType.objects.filter(code=request.GET.get("type", "")[:60]).first()
    replaced = Evidence.objects.visible_to(request.user).filter(pk=_number(request.GET.get("replaces")), state=ReviewState.VOID).first()
    if replaced is not None:
        kind = replaced.type
    initial = {"uid": uuid.uuid4(), "type": kind, "dated": clock.today()}
    if kind is not None:
        initial["tasks"] = [task.pk for task in services.tasks_proved_by(request.user, kind)]
    if replaced is not None:
        initial |= {"title": replaced.title, "dated": replaced.dated, "tasks": list(replaced.tasks.values_list("pk", flat=True))}
    form = EvidenceForm(request.POST or None, request.FILES or None, user=request.user, kind=kind, initial=initial)
    return _edit(request, form, None, replaced)


@require_http_methods(["GET", "POST"])
@requires(Action.HAND_IN_EVIDENCE)
def evidence_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(_rows(request), pk=pk, unit=request.user.unit_id)
    if not row.editable():
        messages.warning(request, f"这份材料现在是“{row.get_state_display()}”，不能修改。需要修改时请先撤回，或请审核单位退回。")
        return redirect(row)
    initial = {"uid": row.uid, "version": row.version}
    form = EvidenceForm(request.POST or None, request.FILES or None, user=request.user, instance=row, initial=initial)
    return _edit(request, form, row, None)


def _edit(request: HttpRequest, form: EvidenceForm, row: Evidence | None, replaced: Evidence | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form, row, replaced)
        except ValidationError as refusal:
            form.add_error(None, refusal) if not hasattr(refusal, "error_dict") else _add_errors(form, refusal)
        else:
            return _after_saving(request, saved)
    context = {"form": form, "row": row, "replaced": replaced}
    if row is not None and form.is_bound and form.errors:
        context["current"] = Evidence.objects.get(pk=row.pk)
    return render(request, "pilots/evidence_edit.html", context, status=422 if form.is_bound and form.errors else 200)


def _add_errors(form: EvidenceForm, refusal: ValidationError) -> None:
    for field, errors in refusal.error_dict.items():
        form.add_error(field if field in form.fields else None, errors)


def _save(request: HttpRequest, form: EvidenceForm, row: Evidence | None, replaced: Evidence | None) -> Evidence:
    data = form.cleaned_data
    services.check_tasks(request.user, list(data["tasks"]))
    upload = data.get("upload")
    with _kept(upload, request.user) as stored:
        return services.save_evidence(
            Evidence.objects.get(pk=row.pk) if row else None,
            by=request.user,
            uid=data.get("uid"),
            expected_version=data.get("version"),
            type=data["type"],
            title=data["title"],
            dated=data["dated"],
            note=data["note"],
            tasks=list(data["tasks"]),
            file=stored,
            supersedes=replaced,
        )


@contextlib.contextmanager
def _kept(upload, user: User) -> Iterator[StoredFile | None]:
    """The checked file while its record is saved; if that fails nothing of it stays. A refused file is said beside its field."""
    if not upload:
        yield None
        return
    try:
        files.check_upload(upload, kinds=KINDS)
    except ValidationError as refusal:
        raise ValidationError({"upload": refusal})
    with files.stored_upload(upload, by=user, kinds=KINDS) as stored:
        yield stored


def _after_saving(request: HttpRequest, saved: Evidence) -> HttpResponse:
    """暂存 stays on the form, 提交 hands in and shows the record; a refusal keeps what was saved."""
    if request.POST.get("deed") != "submit":
        messages.success(request, "保存成功，还没有提交。")
        return redirect("evidence_edit", saved.pk)
    if saved.state in (ReviewState.SUBMITTED, ReviewState.APPROVED):
        return redirect(saved)
    if saved.file_id is None:
        messages.error(request, "还不能提交：请先上传文件。填写的内容都已保留。")
        return redirect("evidence_edit", saved.pk)
    try:
        step = review.submit(saved, by=request.user)
    except ValidationError as refusal:
        messages.error(request, "；".join(refusal.messages))
        return redirect("evidence_edit", saved.pk)
    messages.success(request, f"提交成功，等待{step.waiting_at.short_name}审核。")
    return redirect(saved)


@require_GET
@requires(Action.HAND_IN_EVIDENCE)
def evidence_tasks(request: HttpRequest) -> HttpResponse:
    """The tasks a chosen type proves, as check boxes (fetched when the type changes)."""
    kind = EvidenceType.objects.filter(pk=_number(request.GET.get("type"))).first()
    initial = {"tasks": [task.pk for task in services.tasks_proved_by(request.user, kind)]} if kind else {}
    return render(request, "pilots/_evidence_tasks.html", {"form": EvidenceForm(user=request.user, kind=kind, initial=initial)})


@require_GET
@requires(Action.VIEW_EVIDENCE)
def evidence_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(_rows(request), pk=pk)
    own = row.unit_id == request.user.unit_id and may(request.user, Action.HAND_IN_EVIDENCE)
    refused = review.refusal(request.user, row) if row.state == ReviewState.SUBMITTED else ""
    steps = list(row.steps.select_related("actor", "unit", "waiting_at").order_by("-id"))
    return render(
        request,
        "pilots/evidence_detail.html",
        {
            "row": row,
            "steps": steps,
            "tasks": row.tasks.select_related("obligation", "pilot__unit").order_by("obligation__order"),
            "subject_kind": "evidence",
            **kept_opinion(request, row),
            "refusal": refused,
            "may_decide": row.state == ReviewState.SUBMITTED and not refused,
            "may_edit": own and row.editable(),
            "may_withdraw": own and row.state == ReviewState.SUBMITTED,
            "may_delete": own and row.state == ReviewState.DRAFT and not steps,
            "may_replace": own and row.state == ReviewState.VOID and not Evidence.objects.filter(supersedes=row).exists(),
            "may_void": review.may_void(request.user, row),
        },
    )


@require_POST
@requires(Action.HAND_IN_EVIDENCE)
def evidence_delete(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(_rows(request), pk=pk)
    try:
        services.delete_draft(row, by=request.user)
    except ValidationError as refusal:
        messages.error(request, "；".join(refusal.messages))
        return redirect(row)
    messages.success(request, "草稿已删除。")
    return redirect("evidence_list")


@require_GET
@requires(Action.VIEW_EVIDENCE)
def evidence_file(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(_rows(request), pk=pk, file__isnull=False)
    inline = request.GET.get("inline") == "1" and row.file.kind in (StoredFile.Kind.IMAGE, StoredFile.Kind.PDF)
    return files.serve_file(request, row.file, inline=inline)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None
