"""The form of a 用款申请: draft, attachments, what the contract brings, 提交前自动核对, handing in. Kept by itself while it is written."""

import contextlib
import uuid
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import clock
from accounts.access import Action, requires
from accounts.amounts import capital
from accounts.together import together
from funds import chain, payments
from funds.balances import Balance, contract_balance, line_balance
from funds.cases import case_of, payment_checks
from funds.forms_payment import PaymentForm
from funds.models import BudgetLine, Contract, Payment, PaymentAction, PaymentFile
from funds.pages import add_errors, number_of
from funds.payment_pages import PAPER_KINDS, file_rows, flow_of, said_reasons
from funds.rules import Check
from funds.views_payments import desk_checks, own_pilot, payment_in_sight
from funds.wording import payment_words
from pilots import files
from pilots.models import Pilot
from pilots.money import yuan


@dataclass
class Editing:
    """One request on the form: whose pilot, which application (None for a new one)."""

    request: HttpRequest
    pilot: Pilot
    row: Payment | None
    refused: list[str] = field(default_factory=list)

    @property
    def deed(self) -> str:
        return self.request.POST.get("deed", "save")


def _pilot(request: HttpRequest) -> Pilot:
    pilot = own_pilot(request)
    if pilot is None:
        raise PermissionDenied(f"{request.user.unit.short_name}没有承担试点。试点社区和承担试点的街道可以填报用款申请。")
    return pilot


@require_http_methods(["GET", "POST"])
@requires(Action.APPLY_PAYMENT)
def payment_new(request: HttpRequest) -> HttpResponse:
    pilot = _pilot(request)
    known = _sent_before(request)
    if known is not None and not known.editable():
        return _answer_closed(request, known)
    return _answer(Editing(request, pilot, known))


def _sent_before(request: HttpRequest) -> Payment | None:
    """The draft an earlier press of the same new form has made already."""
    try:
        uid = uuid.UUID(request.POST.get("uid", ""))
    except ValueError:
        return None
    found = Payment.objects.visible_to(request.user).filter(uid=uid, unit=request.user.unit_id).values_list("pk", flat=True).first()
    return payment_in_sight(request, found) if found else None


@require_http_methods(["GET", "POST"])
@requires(Action.APPLY_PAYMENT)
def payment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = payment_in_sight(request, pk)
    if not payments.may_apply(request.user, row.pilot):
        raise PermissionDenied(f"{row.unit.short_name}的填报人员可以修改这份用款申请。")
    if not row.editable():
        return _answer_closed(request, row)
    return _answer(Editing(request, row.pilot, row))


def _answer_closed(request: HttpRequest, row: Payment) -> HttpResponse:
    """Already handed in (often by the first of two presses): lead to the application."""
    if request.POST.get("deed") == "autosave":
        return JsonResponse({"message": "这份申请已提交，不能再修改"}, status=409)
    if request.method == "GET":
        messages.warning(request, f"这份申请现在是“{row.get_state_display()}”，不能修改。需要修改时请先撤回，或请办理环节退回。")
    return redirect(row)


def _answer(editing: Editing) -> HttpResponse:
    request = editing.request
    form = _form(editing, request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return _page(editing, form)
    form.is_valid()
    if editing.deed == "autosave":
        return _autosave(editing, form)
    if form.errors:
        return _page(editing, form, status=422)
    try:
        saved = _save(editing, form)
    except ValidationError as refusal:
        return _refused(editing, form, refusal)
    editing.row = payment_in_sight(request, saved.pk)
    _keep_files(editing)
    return _after_saving(editing, form)


def _form(editing: Editing, data) -> PaymentForm:
    row, pilot = editing.row, editing.pilot
    initial = {"uid": uuid.uuid4()}
    if row is None:
        initial["contract"] = number_of(editing.request.GET.get("contract"))
    else:
        initial = {name: getattr(row, name) for name in payments.FIELDS}
        numbers = list(row.invoices.values_list("number", flat=True))
        initial |= {"uid": row.uid, "version": row.version, "invoices": numbers, "contract": row.contract_id, "line": row.line_id}
    return PaymentForm(data, initial=initial, contracts=_contracts(pilot), lines=_lines(pilot))


def _contracts(pilot: Pilot) -> QuerySet[Contract]:
    rows = Contract.objects.filter(pilot=pilot).exclude(changes__kind="end")
    return rows.select_related("line__category", "line__project").order_by("number")


def _lines(pilot: Pilot) -> QuerySet[BudgetLine]:
    rows = BudgetLine.objects.filter(pilot=pilot).select_related("project", "category")
    return rows.order_by("project__code", "category__order")


def _values(editing: Editing, data: dict) -> dict:
    """What the form has of the application; a repair 改为 82,400.00 pressed without scripts brings its amount."""
    values = {name: data[name] for name in payments.FIELDS if name in data}
    verb, _, amount = editing.deed.partition(":")
    if verb == "repair":
        with contextlib.suppress(InvalidOperation):
            values["amount"] = Decimal(amount)
    return values


def _save(editing: Editing, form: PaymentForm) -> Payment:
    data = form.cleaned_data
    return payments.save_payment(
        editing.row,
        by=editing.request.user,
        uid=data.get("uid"),
        expected_version=data.get("version"),
        invoices=data.get("invoices"),
        **_values(editing, data),
    )


def _keep_files(editing: Editing) -> None:
    """Files that came with the form itself; a refused one is said, the draft stays."""
    for kind in PaymentFile.Kind:
        uploaded = editing.request.FILES.get(f"file_{kind.value}")
        if uploaded is None:
            continue
        try:
            _attach(editing.request, editing.row, uploaded, kind.value)
        except ValidationError as refusal:
            editing.refused += [f"{kind.label}：{sentence}" for sentence in refusal.messages]


def _attach(request: HttpRequest, row: Payment, uploaded, kind: str) -> PaymentFile:
    if kind not in PaymentFile.Kind.values:
        raise ValidationError("请选择附件的类别")
    with files.stored_upload(uploaded, by=request.user, kinds=PAPER_KINDS) as stored:
        return payments.attach_payment_file(row, by=request.user, kind=kind, file=stored)


def _after_saving(editing: Editing, form: PaymentForm) -> HttpResponse:
    """暂存 stays on the form, 提交 hands in; what is missing is listed and nothing is lost."""
    request, row = editing.request, editing.row
    if editing.refused:
        form = _form_again(editing)
        form.add_error(None, editing.refused)
        return _page(editing, form, status=422)
    if editing.deed != "submit":
        messages.success(request, "保存成功，还没有提交。")
        return redirect("payment_edit", row.pk)
    try:
        payments.submit_payment(row, by=request.user)
    except ValidationError as refusal:
        editing.row = payment_in_sight(request, row.pk)
        return _refused(editing, _form_again(editing), refusal)
    row = payment_in_sight(request, row.pk)
    messages.success(request, f"提交成功，等待{_next_desk(row)}。")
    return redirect(row)


def _next_desk(row: Payment) -> str:
    desk = chain.desk_at(row.state)
    return chain.desk_name(desk, row) if desk else "办理"


def _form_again(editing: Editing) -> PaymentForm:
    """The same words in a form that starts from the application as it is now."""
    data = editing.request.POST.copy()
    data["version"] = str(editing.row.version)
    form = _form(editing, data)
    form.is_valid()
    return form


def _refused(editing: Editing, form: PaymentForm, refusal: ValidationError) -> HttpResponse:
    if getattr(refusal, "code", None) == "stale":
        return _stale(editing, form)
    add_errors(form, refusal)
    return _page(editing, form, status=422)


def _stale(editing: Editing, form: PaymentForm) -> HttpResponse:
    """Somebody saved in between: the own words stay in the form, beside them what is stored now. Saving again is then meant."""
    typed = dict(form.cleaned_data)
    editing.row = payment_in_sight(editing.request, editing.row.pk)
    conflicts = [
        {"label": form.fields[name].label, "theirs": _words(getattr(editing.row, name)), "mine": _words(typed.get(name))}
        for name in payments.FIELDS
        if name in typed and getattr(editing.row, name) != typed[name] and (getattr(editing.row, name) or typed[name])
    ]
    return _page(editing, _form_again(editing), status=409, conflicts=conflicts)


def _words(value) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return yuan(value) if isinstance(value, Decimal) else str(value or "（空）")


def _autosave(editing: Editing, form: PaymentForm) -> JsonResponse:
    """Save what is sound; what cannot be read keeps its stored value and stays as typed in the browser."""
    try:
        saved = _save(editing, form)
    except ValidationError as refusal:
        return JsonResponse({"message": "；".join(refusal.messages)}, status=409)
    row = payment_in_sight(editing.request, saved.pk)
    answer = {
        "version": row.version,
        "saved": clock.now().strftime("%H:%M"),
        "edit": reverse("payment_edit", args=[row.pk]),
        "upload": reverse("payment_file_upload", args=[row.pk]),
        "checks": render_to_string("funds/_payment_checks.html", {"checks": payment_checks(row)}, editing.request),
        "balance": render_to_string(
            "funds/_pay_balance.html",
            {"contract": row.contract, **_contract_parts(editing.request, row.contract, row.line, row)},
            editing.request,
        ),
    }
    return JsonResponse(answer)


# --- the page -----------------------------------------------------------------------------------------------------------------------


def _page(editing: Editing, form: PaymentForm, *, status: int = 200, **context) -> HttpResponse:
    request, row = editing.request, editing.row
    shown = row or Payment(pilot=editing.pilot, unit=request.user.unit, created_by=request.user, created_at=clock.now())
    contract, line, steps, papers = together(
        lambda: _shown_contract(form),
        lambda: _shown_line(form),
        lambda: list(row.steps.select_related("actor", "unit").order_by("id")) if row is not None and row.number else [],
        lambda: file_rows(request.user, row, pilot=editing.pilot),
    )
    if row is None and contract is not None:
        shown.contract, shown.line, shown.project = contract, contract.line, contract.line.project
        shown.payee = contract.contractor
    case, parts = together(lambda: case_of(shown), lambda: _contract_parts(request, contract, line, row))
    checks = payment_checks(shown, case=case)
    context = {
        "form": form,
        "row": payment_words(row) if row else None,
        "pilot": editing.pilot,
        "contract": contract,
        "amount_words": _amount_words(form, shown),
        "checks": checks,
        "flow": flow_of(shown, steps),
        "returned": steps[-1] if steps and steps[-1].action == PaymentAction.RETURN else None,
        "file_rows": papers,
        "may_remove": row is not None,
        "accept": files.accept_attribute(PAPER_KINDS),
        "reasons": _reasons(form, contract) if form.is_bound else [],
        "reasons_title": "还不能提交" if editing.deed == "submit" else "还不能保存",
        **_repair(form, shown, checks),
        **parts,
        **context,
    }
    return render(request, "funds/payment_edit.html", context, status=status)


def _reasons(form: PaymentForm, contract: Contract | None) -> list[dict]:
    """The errors as sentences; where a change of the contract is a way out, the way there."""
    found = said_reasons(form)
    for reason in found:
        if contract is not None and "合同变更" in reason["rest"]:
            reason["change_url"] = contract.get_absolute_url()
    return found


def _repair(form: PaymentForm, shown: Payment, checks: list[Check]) -> dict:
    """改为 82,400.00 beside the amount, where the amount was refused for the balance."""
    check = next((check for check in checks if check.repair is not None and not check.passed), None)
    if check is None or shown.amount is None or not form.errors.get("amount"):
        return {}
    return {"repair": check.repair, "over": shown.amount - check.repair}


def _amount_words(form: PaymentForm, shown: Payment) -> str:
    """大写 of what stands in the field; of the stored draft where the field was refused by a rule."""
    value = form.cleaned_data.get("amount", shown.amount) if form.is_bound else shown.amount
    return capital(value) if isinstance(value, Decimal) else ""


def _shown_contract(form: PaymentForm) -> Contract | None:
    return _chosen(form.fields["contract"].queryset, form["contract"].value())


def _shown_line(form: PaymentForm) -> BudgetLine | None:
    return _chosen(form.fields["line"].queryset, form["line"].value())


def _chosen(rows: QuerySet, value):
    key = number_of(str(value or ""))
    return rows.filter(pk=key).first() if key else None


def _contract_parts(request: HttpRequest, contract: Contract | None, line: BudgetLine | None, row: Payment | None) -> dict:
    """What a contract (or without one a budget line) brings: the balance without this application, its tasks, its other payments."""
    if contract is None:
        balance: Balance | None = line_balance(line, without=row) if line else None
        return {"balance": balance, "balance_word": "预算可用", "serves": [], "payments": []}
    others = Payment.objects.filter(contract=contract).exclude(state="draft").order_by("pk")
    others = others.exclude(pk=row.pk) if row is not None else others
    balance, serves, found = together(
        lambda: contract_balance(contract, without=row),
        lambda: list(contract.line.project.tasks.select_related("obligation").order_by("obligation__order")[:2]),
        lambda: [payment_words(item) for item in others],
    )
    return {"balance": balance, "balance_word": "合同金额", "serves": serves, "payments": found}


@require_GET
@requires(Action.APPLY_PAYMENT)
def payment_contract(request: HttpRequest) -> HttpResponse:
    """What a chosen contract brings, fetched when it changes."""
    pilot = _pilot(request)
    contract = _chosen(_contracts(pilot), request.GET.get("contract"))
    form = PaymentForm(initial={"contract": contract}, contracts=_contracts(pilot), lines=_lines(pilot))
    context = {"form": form, "contract": contract, **_contract_parts(request, contract, None, None)}
    return render(request, "funds/_pay_contract.html", context)


# --- attachments --------------------------------------------------------------------------------------------------------------------


@require_POST
@requires(Action.APPLY_PAYMENT, Action.REVIEW_PAYMENT, Action.CHECK_PAYMENT, Action.REGISTER_APPROVAL, Action.PAY)
def payment_file_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """One attachment (`file`, its `kind`), or a plain form's `file_<kind>` fields. JSON with the fresh list for the script."""
    row = payment_in_sight(request, pk)
    sent = _sent_files(request)
    try:
        if not sent:
            raise ValidationError("没有收到文件，请重新选择")
        for kind, uploaded in sent:
            _attach(request, row, uploaded, kind)
    except ValidationError as refusal:
        reason = "；".join(refusal.messages)
        if _wants_json(request):
            return JsonResponse({"reason": reason}, status=422)
        messages.error(request, reason)
        return redirect(row)
    if _wants_json(request):
        return JsonResponse(_fresh(request, payment_in_sight(request, pk)))
    return redirect("payment_edit" if row.editable() and payments.may_apply(request.user, row.pilot) else "payment_detail", row.pk)


def _sent_files(request: HttpRequest) -> list[tuple[str, object]]:
    if "file" in request.FILES:
        return [(request.POST.get("kind", ""), request.FILES["file"])]
    return [(kind, request.FILES[f"file_{kind}"]) for kind in PaymentFile.Kind.values if f"file_{kind}" in request.FILES]


def _fresh(request: HttpRequest, row: Payment) -> dict:
    """The list of attachments and the checks as they are now, for the script."""
    editing = row.editable() and payments.may_apply(request.user, row.pilot)
    context = {
        "row": row,
        "file_rows": file_rows(request.user, row),
        "accept": files.accept_attribute(PAPER_KINDS),
        "in_form": editing,
        "may_remove": False,
    }
    answer = {"files": render_to_string("funds/_payment_files.html", context, request)}
    if editing:
        answer["checks"] = render_to_string("funds/_payment_checks.html", {"checks": payment_checks(row)}, request)
    elif checks := desk_checks(request.user, row):
        answer["checks"] = render_to_string("funds/_payment_checks.html", {"checks": checks, "explain": True}, request)
    return answer


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


@require_POST
@requires(Action.APPLY_PAYMENT)
def payment_file_remove(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    row = payment_in_sight(request, pk)
    paper = get_object_or_404(PaymentFile.objects.select_related("file", "payment"), pk=file_pk, payment=row)
    try:
        payments.remove_payment_file(paper, by=request.user)
    except ValidationError as refusal:
        messages.error(request, "；".join(refusal.messages))
        return redirect(row)
    messages.success(request, "附件已删除。")
    return redirect(reverse("payment_edit", args=[row.pk]) + "#files")


@require_GET
@requires(Action.VIEW_FUNDS)
def payment_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    row = payment_in_sight(request, pk)
    paper = get_object_or_404(PaymentFile.objects.select_related("file"), pk=file_pk, payment=row)
    return files.serve_file(request, paper.file, inline=request.GET.get("inline") == "1")
