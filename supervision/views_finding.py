"""One finding: its page (also beside the list), the deeds of its way, and its photos and papers."""

from dataclasses import dataclass, field

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Action, requires
from pilots import files
from pilots.models import StoredFile
from pilots.upload_handler import refusals
from supervision import findings, queries
from supervision.forms_findings import (
    AskForm,
    AssignForm,
    GrantForm,
    RecheckForm,
    RectifyForm,
    RefuseForm,
    ReopenForm,
    ReturnForm,
    StartForm,
)
from supervision.lights import mark
from supervision.models import Finding, FindingAction, FindingFile, FindingState, FindingStep
from supervision.rules import MOST_EXTENSIONS
from supervision.urging import urging_text
from supervision.views_sheet import photo_answer, said

WAY = (
    ("发现", None),
    ("交办", FindingState.FOUND),
    ("整改", FindingState.ASSIGNED),
    ("复核", FindingState.RECHECKING),
    ("销号", FindingState.CLOSED),
)
"""The five dots and the state in which each is the current one (整改 also while 整改中)."""


@dataclass(frozen=True)
class Deed:
    """One deed: the form it asks, the service that does it, what is said afterwards."""

    action: FindingAction
    form: type[forms.Form]
    act: object
    done: str
    asks: tuple[str, ...] = field(default=())

    def run(self, finding: Finding, by, data: dict) -> Finding:
        return self.act(finding, by=by, **{name: data[name] for name in self.asks})


DEEDS = {
    "assign": Deed(FindingAction.ASSIGN, AssignForm, findings.assign_finding, "已交办{unit}，时限 {deadline}。", ("deadline",)),
    "start": Deed(FindingAction.START, StartForm, findings.start_rectifying, "已开始整改，完成后请提交整改情况和照片。"),
    "rectify": Deed(FindingAction.RECTIFY, RectifyForm, findings.rectify_finding, "提交成功，等待领导小组办公室复核。", ("text",)),
    "close": Deed(FindingAction.CLOSE, RecheckForm, findings.close_finding, "{number} 复核通过，已销号。", ("text",)),
    "return": Deed(FindingAction.RETURN, ReturnForm, findings.send_back, "{number} 已退回{unit}重改，对方会收到您的意见。", ("text",)),
    "ask": Deed(FindingAction.ASK, AskForm, findings.ask_extension, "已申请延期，等待领导小组办公室审批。", ("until", "text")),
    "grant": Deed(FindingAction.GRANT, GrantForm, findings.grant_extension, "已同意延期，时限 {deadline}。", ("until", "text")),
    "refuse": Deed(FindingAction.REFUSE, RefuseForm, findings.refuse_extension, "已答复不同意延期，时限仍为 {deadline}。", ("text",)),
    "reopen": Deed(
        FindingAction.REOPEN, ReopenForm, findings.reopen_finding, "{number} 已重新打开，时限 {deadline}。", ("text", "deadline")
    ),
}
SAME_BOX = {"return": "close", "refuse": "grant"}
"""Two deeds of one form: the words typed for one are those of the other."""
HANDLED = ("close", "return", "grant", "refuse")
"""After these the reviewer goes on to the next row of the list."""


def finding_context(request: HttpRequest, finding: Finding, *, back: str = "", tried: str = "", form: forms.Form | None = None) -> dict:
    """What a finding shows: how it stood on the as-of day, its way, its files, what this person may do now and the forms for it."""
    today = request.as_of_is_default
    steps = [step for step in finding.steps.all() if today or step.on <= request.records_day]
    if not today and steps:
        finding.state_on, finding.deadline_on = steps[-1].state, steps[-1].deadline
        mark([finding], request.records_day)
    shown = [file for file in finding.files.all() if file.step_id is None or any(step.pk == file.step_id for step in steps)]
    handed = [file for file in shown if file.step_id is not None]
    possible = {action.value for action in findings.possible_actions(request.user, finding)} if today else set()
    images = [file for file in handed if file.file.kind == StoredFile.Kind.IMAGE]
    rectified = [step for step in steps if step.action == FindingAction.RECTIFY]
    return {
        "finding": finding,
        "steps": steps[::-1],
        "way": _way(finding.status),
        "before": [file for file in images if file.kind == FindingFile.Kind.BEFORE],
        "after": [file for file in images if file.kind != FindingFile.Kind.BEFORE],
        "papers": [file for file in handed if file.file.kind != StoredFile.Kind.IMAGE],
        "pending": [file for file in shown if file.step_id is None] if "rectify" in possible else [],
        "rectified": rectified[-1] if rectified else None,
        "sent_back": _sent_back(steps),
        "ask_step": next((step for step in reversed(steps) if step.action == FindingAction.ASK), None),
        "extensions": sum(step.action == FindingAction.GRANT for step in steps),
        "most_extensions": MOST_EXTENSIONS,
        "possible": possible,
        "forms": {name: form if name == tried else deed.form(initial=_initial(name, finding), prefix=name) for name, deed in DEEDS.items()},
        "tried": tried,
        "back": back,
        "own_refusal": _own_refusal(request, finding) if today else "",
        "urging": urging_text(finding, request.records_day) if finding.status in (FindingState.ASSIGNED, FindingState.RECTIFYING) else "",
    }


def _sent_back(steps: list[FindingStep]) -> FindingStep | None:
    """The last 退回重改 that has not been answered by a new 整改; `steps` in their order."""
    last = next((step for step in reversed(steps) if step.action in (FindingAction.RETURN, FindingAction.RECTIFY)), None)
    return last if last is not None and last.action == FindingAction.RETURN else None


def _way(state: str) -> list[dict]:
    """The five dots."""
    at = {"found": 1, "assigned": 2, "rectifying": 2, "rechecking": 3, "closed": 5}[state]
    return [{"word": word, "state": "done" if number < at else "now" if number == at else ""} for number, (word, _) in enumerate(WAY)]


def _initial(name: str, finding: Finding) -> dict:
    return {"until": finding.asked_until} if name == "grant" else {}


def _own_refusal(request: HttpRequest, finding: Finding) -> str:
    """Why a person of the office who rectified may not re-check; silent for everybody else."""
    if finding.state != FindingState.RECHECKING or request.user.role not in ("office",):
        return ""
    return findings.refusal(request.user, finding, FindingAction.CLOSE)


def _found(request: HttpRequest, pk: int) -> Finding:
    found = queries.finding_whole(request.user, pk, request.records_day)
    if found is None:
        raise Http404
    return found


@require_GET
@requires(Action.VIEW_SUPERVISION)
def finding_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a finding; with `?beside=1` only what stands beside the list, `from` the list's address."""
    finding = _found(request, pk)
    beside = request.GET.get("beside") == "1"
    back = request.GET.get("from", "").replace("\x00", "")[:300] if beside else ""
    template = "supervision/_finding_panel.html" if beside else "supervision/finding_detail.html"
    return render(request, template, finding_context(request, finding, back=back) | {"beside": beside})


@require_POST
@requires(Action.SUPERVISE, Action.RECTIFY, Action.RECHECK)
def finding_act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """One deed on one finding. A refusal says why on the finding's own page and keeps what was typed."""
    if deed not in DEEDS:
        raise Http404
    finding, wanted = _found(request, pk), DEEDS[deed]
    if reason := findings.forbidden(request.user, finding, wanted.action):
        raise PermissionDenied(reason)
    form = wanted.form(request.POST, prefix=SAME_BOX.get(deed, deed))
    if form.is_valid():
        try:
            with transaction.atomic():
                if deed == "rectify":
                    _keep_uploads(request, finding)
                finding = wanted.run(finding, request.user, form.cleaned_data)
        except ValidationError as refusal:
            _add_errors(form, refusal)
        else:
            words = wanted.done.format(unit=finding.unit.short_name, deadline=finding.deadline.isoformat(), number=finding.number)
            messages.success(request, words)
            return redirect(_afterwards(request, finding, deed))
    context = finding_context(request, _found(request, pk), back=request.POST.get("back", "")[:300], tried=deed, form=form)
    return render(request, "supervision/finding_detail.html", context, status=422)


def _add_errors(form: forms.Form, refusal: ValidationError) -> None:
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def _keep_uploads(request: HttpRequest, finding: Finding) -> None:
    """Photos and papers that came with the form itself, from a browser without scripts."""
    refused = [sentence for refusal in refusals(request) for sentence in refusal.messages]
    if refused:
        raise ValidationError(refused)
    for name, kind in (("photos", FindingFile.Kind.AFTER), ("papers", FindingFile.Kind.PAPER)):
        for uploaded in request.FILES.getlist(name):
            findings.add_finding_file(finding, uploaded, by=request.user, kind=kind)


def _afterwards(request: HttpRequest, finding: Finding, deed: str) -> str:
    """Back to the list, at the next row, where the deed was done beside it; else to the finding."""
    if "back" not in request.POST or request.POST.get("beside") != "1":
        return finding.get_absolute_url()
    back = request.POST["back"].replace("\x00", "")[:300]
    kept = "&".join(part for part in back.split("&") if part and not part.startswith("open="))
    if deed not in HANDLED:
        kept = f"{kept}&open={finding.pk}".strip("&")
    return f"{reverse('finding_list')}?{kept}" if kept else reverse("finding_list")


# --- photos and papers ------------------------------------------------------------------------------------------------------------


def _file_of(request: HttpRequest, pk: int, file_pk: int) -> FindingFile:
    """A file of a finding the person sees; what was not handed in yet only its own unit sees."""
    finding = get_object_or_404(Finding.objects.visible_to(request.user), pk=pk)
    file = get_object_or_404(FindingFile.objects.select_related("file", "finding__unit"), pk=file_pk, finding=finding)
    if file.step_id is None and request.user.unit_id != finding.unit_id:
        raise Http404
    return file


@require_POST
@requires(Action.RECTIFY)
def finding_file_upload(request: HttpRequest, pk: int) -> JsonResponse:
    """One photo or paper (field `file`, its one-time number `uid`). 200 with the receipt, 422 with the reason."""
    finding = _found(request, pk)
    image = (request.FILES.get("file").name if request.FILES.get("file") else "").lower().rpartition(".")[2] in (
        "jpg",
        "jpeg",
        "png",
        "heic",
    )
    kind = FindingFile.Kind.AFTER if image else FindingFile.Kind.PAPER
    return photo_answer(
        request, lambda uploaded, uid: findings.add_finding_file(finding, uploaded, by=request.user, kind=kind, uid=uid), _receipt
    )


def _receipt(file: FindingFile) -> dict:
    args = [file.finding_id, file.pk]
    shown = reverse("finding_file", args=args)
    return {
        "id": file.pk,
        "url": shown,
        "preview": f"{shown}?size=preview" if file.file.kind == StoredFile.Kind.IMAGE else "",
        "delete": reverse("finding_file_delete", args=args),
        "receipt": timezone.localtime(file.file.uploaded_at).strftime("%H:%M:%S"),
    }


@require_GET
@requires(Action.VIEW_SUPERVISION)
def finding_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    """A photo or PDF in the page, other papers as a download; `?size=preview` the small picture."""
    file = _file_of(request, pk, file_pk)
    inline = file.file.kind in (StoredFile.Kind.IMAGE, StoredFile.Kind.PDF) and request.GET.get("download") != "1"
    return files.serve_file(request, file.file, inline=inline, preview=request.GET.get("size") == "preview")


@require_POST
@requires(Action.RECTIFY)
def finding_file_delete(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    file = _file_of(request, pk, file_pk)
    plain = not request.headers.get("Accept", "").startswith("application/json")
    try:
        findings.remove_finding_file(file, by=request.user)
    except ValidationError as refusal:
        if plain:
            messages.error(request, said(refusal.messages))
            return redirect(file.finding)
        return JsonResponse({"reason": said(refusal.messages)}, status=422)
    return redirect(file.finding) if plain else JsonResponse({"removed": True})
