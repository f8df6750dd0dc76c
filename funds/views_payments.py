"""Pages of 用款申请: the list with its sums, one application with what may be decided on it, and the deeds of its desks."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import once
from accounts.access import TOWN, Action, may, requires
from accounts.amounts import capital
from accounts.models import User
from accounts.spreadsheet import Col
from accounts.together import together
from funds import chain, payments, queries, rules
from funds.balances import balances_of
from funds.cases import case_of
from funds.forms_payment import HeadApprovalForm, InvoiceForm, OpinionForm, PayForm, ReasonForm, RefundForm, ReverseForm
from funds.models import EDITABLE, IN_TRANSIT, PAID_STATES, Payment, PaymentAction, PaymentState
from funds.pages import PAGE_SIZE, asked_words, export, number_of, visible_pilots
from funds.payment_pages import PAPER_KINDS, ask_for_files_again, file_rows, flow_of, said_reasons, take_refusal
from funds.wording import payment_words
from pilots import files
from pilots.models import Pilot
from pilots.money import ZERO, total
from pilots.record_memory import remembered

TABS = {"all": "全部", "mine": "待我办理", "open": "草稿和退回", "transit": "在途", "paid": "已支付"}
DESK_ACTIONS = (Action.REVIEW_PAYMENT, Action.CHECK_PAYMENT, Action.REGISTER_APPROVAL, Action.PAY, Action.FILE_PAYMENT)


def print_address(payment: Payment) -> str:
    """Where the printed form is made; empty before it is handed in."""
    try:
        return reverse("payment_form_print", args=[payment.pk]) if payment.number else ""
    except NoReverseMatch:
        return ""


# --- the list -------------------------------------------------------------------------------------------------------------------


def _rows(request: HttpRequest) -> QuerySet[Payment]:
    """Applications in sight with `state_on`, what they were on the day; on a past day only what was handed in by then."""
    rows = queries.payments_on(Payment.objects.visible_to(request.user), request.records_day)
    return rows if request.as_of_is_default else rows.filter(state_on__isnull=False).exclude(state_on=PaymentState.DRAFT)


def _condition(request: HttpRequest, tab: str) -> Q:
    """What a saved view holds."""
    states = {"open": EDITABLE, "transit": IN_TRANSIT, "paid": PAID_STATES}
    if tab in states:
        return Q(state_on__in=states[tab])
    return _waiting_for(request) if tab == "mine" else Q()


def _waiting_for(request: HttpRequest) -> Q:
    """What waits at a desk of this person, and drafts and returned ones of who applies."""
    user = request.user
    at_desk = Q(state_on__in=[desk.state for desk in chain.desks() if may(user, desk.action)]) & ~Q(created_by=user.pk)
    if user.role in TOWN:
        at_desk &= Q(pilot__accountable=user.unit_id)
    return at_desk | Q(state_on__in=EDITABLE, unit=user.unit_id) if may(user, Action.APPLY_PAYMENT) else at_desk


def _filtered(request: HttpRequest) -> tuple[QuerySet[Payment], dict]:
    """The rows asked for; unknown or malformed values are as if they were not asked."""
    asked = asked_words(request.GET, "tab", "pilot", "state", "q", "contract", "line")
    asked["tab"] = asked["tab"] if asked["tab"] in TABS else "all"
    rows = _rows(request).filter(_condition(request, asked["tab"]))
    if asked["pilot"]:
        rows = rows.filter(pilot__code=asked["pilot"])
    if asked["state"] in PaymentState.values:
        rows = rows.filter(state_on=asked["state"])
    for name in ("contract", "line"):
        asked[name] = number_of(asked[name])
        if asked[name]:
            rows = rows.filter(**{name: asked[name]})
    if asked["q"]:
        words = asked["q"]
        rows = rows.filter(
            Q(number__icontains=words)
            | Q(purpose__contains=words)
            | Q(payee__contains=words)
            | Q(project__name__contains=words)
            | Q(search__contains=words.lower().replace(" ", ""))
        )
    return rows, asked


@require_GET
@requires(Action.VIEW_FUNDS)
def payment_list(request: HttpRequest) -> HttpResponse:
    rows, asked = _filtered(request)
    if request.GET.get("export") == "xlsx" and may(request.user, Action.EXPORT):
        return _export(request, rows, asked)
    page = Paginator(queries.payment_list(rows, request.records_day), PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = [payment_words(row) for row in page.object_list]
    summed = rows.order_by().aggregate(found=total("amount"))["found"]
    pilots = visible_pilots(request)
    context = {
        "page": page,
        "asked": asked | {"more": _conditions(request, asked)},
        "filtered": any(value for name, value in asked.items() if name != "tab") or asked["tab"] != "all",
        "tabs": _tabs(request),
        "pilots": pilots,
        "several": len(pilots) > 1,
        "states": PaymentState.choices,
        "total": summed,
        "total_words": capital(summed),
        "may_apply": request.as_of_is_default and any(payments.may_apply(request.user, pilot) for pilot in pilots),
    }
    return render(request, "funds/payment_list.html", context)


def _tabs(request: HttpRequest) -> list[tuple[str, str, int]]:
    """The saved views with their counts, in one query."""
    counted = {tab: Count("pk", filter=_condition(request, tab)) for tab in TABS if tab != "all"}
    found = _rows(request).order_by().aggregate(all=Count("pk"), **counted)
    handles = request.as_of_is_default and any(may(request.user, action) for action in (*DESK_ACTIONS, Action.APPLY_PAYMENT))
    applies = may(request.user, Action.APPLY_PAYMENT)
    hidden = {name for name, shown in (("mine", handles), ("open", applies)) if not shown}
    return [(key, label, found[key]) for key, label in TABS.items() if key not in hidden]


def _conditions(request: HttpRequest, asked: dict) -> list[tuple[str, str]]:
    """Conditions that came with a link and have no field of their own, as chips that can be taken away."""
    found = []
    for name, words in (("contract", "所选合同"), ("line", "所选预算")):
        if asked[name]:
            query = request.GET.copy()
            query.pop(name, None)
            query.pop("page", None)
            found.append((words, f"?{query.urlencode()}"))
    return found


def _export(request: HttpRequest, rows: QuerySet[Payment], asked: dict) -> HttpResponse:
    columns = [
        *(Col("序号", "int"), Col("编号", "code"), Col("试点"), Col("项目"), Col("用途类别"), Col("期次与用途"), Col("收款单位")),
        *(Col("合同编号", "code"), Col("申请日期", "date"), Col("金额", "yuan"), Col("状态", "mark"), Col("附件", "mark")),
        *(Col("经办人"), Col("证明人"), Col("审批人")),
    ]
    cells = [
        (
            number,
            row.number or "草稿",
            row.pilot.unit.short_name,
            row.project.name if row.project else None,
            str(row.line.category) if row.line else None,
            row.purpose,
            row.payee,
            row.contract.number if row.contract else None,
            row.submitted_on,
            row.amount,
            PaymentState(row.state_on).label,
            queries.papers_of(row).words,
            row.created_by.name,
            row.witness,
            row.approver,
        )
        for number, row in enumerate(queries.payment_list(rows, request.records_day), 1)
    ]
    sums = (*[""] * 9, sum((row[9] or ZERO for row in cells), ZERO), *[""] * 5)
    words = [TABS[asked["tab"]]] if asked["tab"] != "all" else []
    words += [f"状态：{PaymentState(asked['state']).label}"] if asked["state"] in PaymentState.values else []
    words += [f"含“{asked['q']}”"] if asked["q"] else []
    return export(request, "用款申请", columns, cells, count=len(cells), conditions="；".join(words), total=sums)


# --- one application --------------------------------------------------------------------------------------------------------------


def payment_in_sight(request: HttpRequest, pk: int) -> Payment:
    """404 outside the person's sight."""
    related = ("pilot__unit", "pilot__accountable", "unit", "project", "line__category", "contract", "created_by")
    return get_object_or_404(Payment.objects.visible_to(request.user).select_related(*related), pk=pk)


@require_GET
@requires(Action.VIEW_FUNDS)
def payment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return detail_page(request, payment_in_sight(request, pk))


def detail_page(request: HttpRequest, row: Payment, *, status: int = 200, **context) -> HttpResponse:
    """The application with its ledger, attachments, steps, and what the person may decide."""
    user, now = request.user, request.as_of_is_default
    payment_words(row)
    applicant = now and payments.may_apply(user, row.pilot)
    steps, entries, balance, invoices, others, attachments, may_withdraw, deeds = together(
        lambda: list(row.steps.select_related("actor", "unit").order_by("id")),
        lambda: list(row.entries.select_related("by").order_by("id")),
        lambda: remembered(("balance", row.pk), lambda: balances_of(row).nearest) if row.line_id else None,
        lambda: list(row.invoices.all()),
        lambda: _others(request, row),
        lambda: file_rows(user if now else None, row),
        lambda: applicant and row.state in IN_TRANSIT and not payments.refusal(user, row, PaymentAction.WITHDRAW),
        lambda: _deeds(request, row) if now else {},
    )
    wrong_places = {reason["url"] for reason in context.get("reasons", ())}
    for item in attachments:
        if f"#file-{item['kind']}" in wrong_places:
            item |= {"state": "late", "state_word": "缺", "tone": "late"}
    net = sum((entry.signed_amount for entry in entries), ZERO)
    context = {
        "row": row,
        "amount_words": capital(row.amount) if row.amount else "",
        "balance": balance,
        "balance_word": "合同金额" if row.contract_id else "预算可用",
        "invoices": invoices,
        "entries": entries,
        "net": net,
        "own_left_out": row.state in IN_TRANSIT,
        "flow": flow_of(row, steps),
        "returned": steps[-1] if steps and steps[-1].action in (PaymentAction.RETURN, PaymentAction.REJECT) else None,
        "payments": others,
        "file_rows": attachments,
        "may_upload": any(item["may_add"] for item in attachments),
        "accept": files.accept_attribute(PAPER_KINDS),
        "may_edit": applicant and row.editable(),
        "may_delete": applicant and row.state == PaymentState.DRAFT and row.number is None,
        "may_withdraw": may_withdraw,
        "may_add_invoice": applicant and row.state in (*IN_TRANSIT, *PAID_STATES),
        "invoice_form": InvoiceForm(),
        "print_url": print_address(row),
        **deeds,
        **context,
    }
    return render(request, "funds/payment_detail.html", context, status=status)


def _others(request: HttpRequest, row: Payment) -> list[Payment]:
    if row.contract_id is None:
        return []
    rows = Payment.objects.visible_to(request.user).filter(contract=row.contract_id).exclude(state=PaymentState.DRAFT).order_by("pk")
    return [payment_words(item) for item in rows]


def _deeds(request: HttpRequest, row: Payment) -> dict:
    """The desk where it waits, why the person may not decide there, and the forms of what they may."""
    user, desk = request.user, chain.desk_at(row.state)
    mine = desk is not None and may(user, desk.action)
    why_not = payments.refusal(user, row, desk.deed) if mine else ""
    here = mine and not why_not
    correct = may(user, Action.PAY) and row.is_paid
    why_not_reverse = payments.refusal(user, row, PaymentAction.REVERSE) if correct else ""
    return {
        "desk": desk if mine else None,
        "desk_title": chain.desk_name(desk, row) if mine else "",
        "desk_refusal": why_not,
        "checks": remembered(("checks", row.pk), lambda: _checks(row)) if here and desk.state != PaymentState.PAID else (),
        "deed_form": _desk_form(desk, None) if here else None,
        "deed_url": reverse(DEED_URLS[desk.deed], args=[row.pk]) if here else "",
        "may_return": here and desk.may_return,
        "return_form": ReasonForm(auto_id="return_%s") if here and desk.state in OWN_RETURN else None,
        "may_reject": here and desk.may_reject,
        "reject_form": ReasonForm(auto_id="reject_%s"),
        "may_reverse": correct and not why_not_reverse,
        "reverse_refusal": why_not_reverse,
        "reverse_form": ReverseForm(auto_id="reverse_%s"),
        "may_refund": correct and not payments.refusal(user, row, PaymentAction.REFUND),
        "refund_form": RefundForm(auto_id="refund_%s"),
    }


def desk_checks(user: User, row: Payment) -> list[rules.Check]:
    """What the desk's person reads above the buttons; empty for everybody else."""
    desk = chain.desk_at(row.state)
    if desk is None or desk.state == PaymentState.PAID or not may(user, desk.action) or payments.refusal(user, row, desk.deed):
        return []
    return _checks(row)


def _checks(row: Payment) -> list[rules.Check]:
    """What speaks for and against the decision: the rules of the application and those of paying."""
    case = case_of(row)
    return [*rules.checks_of(case), *rules.checks_of(case, about=rules.About.PAYING)]


OWN_RETURN = (PaymentState.HEAD_APPROVAL, PaymentState.TO_PAY)
"""Desks whose form asks for other things than an opinion: returning has a form of its own there."""
DEED_URLS = {PaymentAction.APPROVE: "payment_approve", PaymentAction.PAY: "payment_pay", PaymentAction.FILE: "payment_register"}


def _desk_form(desk: chain.Desk | None, request: HttpRequest | None) -> Form:
    """What a desk asks for."""
    kinds = {PaymentState.HEAD_APPROVAL: HeadApprovalForm, PaymentState.TO_PAY: PayForm}
    kind = kinds.get(desk.state, OpinionForm) if desk else OpinionForm
    return kind(request.POST, request.FILES) if request else kind()


# --- deeds ------------------------------------------------------------------------------------------------------------------------


def _do(request: HttpRequest, row: Payment, form: Form, name: str, deed: Callable[[dict], object], done: str) -> HttpResponse:
    """A deed once; refused, the page comes back with the reasons and what was typed."""
    elsewhere = []
    if form.is_valid():
        try:
            url = once.run(request, lambda: _address_after(deed, form, row))
        except ValidationError as refusal:
            elsewhere = take_refusal(form, refusal)
        else:
            messages.success(request, done)
            return redirect(url)
    ask_for_files_again(form)
    reasons = [*elsewhere, *said_reasons(form)]
    fresh = payment_in_sight(request, row.pk)
    return detail_page(request, fresh, status=422, reasons=reasons, reasons_title="还不能办理", **{name: form})


def _address_after(deed: Callable[[dict], object], form: Form, row: Payment) -> str:
    deed(form.cleaned_data)
    return row.get_absolute_url()


@require_POST
@requires(Action.REVIEW_PAYMENT, Action.CHECK_PAYMENT, Action.REGISTER_APPROVAL)
def payment_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """审核, 复核, 审批登记: on to the next desk."""
    row = payment_in_sight(request, pk)
    form = _desk_form(chain.desk_at(row.state), request)
    if isinstance(form, PayForm):
        form = OpinionForm(request.POST)

    def approve(data: dict) -> None:
        scan = data.pop("scan", None)
        if scan is None:
            payments.approve_payment(row, by=request.user, **data)
            return
        with files.keeping(scan, by=request.user) as stored:
            payments.approve_payment(row, by=request.user, scan=stored, **data)

    return _do(request, row, form, "deed_form", approve, "已办理，转到下一环节。")


@require_POST
@requires(Action.REVIEW_PAYMENT, Action.CHECK_PAYMENT, Action.REGISTER_APPROVAL, Action.PAY)
def payment_return(request: HttpRequest, pk: int) -> HttpResponse:
    row = payment_in_sight(request, pk)
    desk = chain.desk_at(row.state)
    own = desk is not None and desk.state in OWN_RETURN
    form = ReasonForm(request.POST, auto_id="return_%s" if own else "id_%s")

    def send_back(data: dict) -> None:
        payments.return_payment(row, by=request.user, opinion=data["opinion"])

    return _do(request, row, form, "return_form" if own else "deed_form", send_back, f"已退回{row.unit.short_name}，并通知了经办人。")


@require_POST
@requires(Action.REVIEW_PAYMENT, Action.REGISTER_APPROVAL)
def payment_reject(request: HttpRequest, pk: int) -> HttpResponse:
    row = payment_in_sight(request, pk)
    form = ReasonForm(request.POST, auto_id="reject_%s")

    def reject(data: dict) -> None:
        payments.reject_payment(row, by=request.user, opinion=data["opinion"])

    return _do(request, row, form, "reject_form", reject, "已办结：不予支付。")


@require_POST
@requires(Action.PAY)
def payment_pay(request: HttpRequest, pk: int) -> HttpResponse:
    row = payment_in_sight(request, pk)
    form = PayForm(request.POST, request.FILES)

    def pay(data: dict) -> None:
        voucher = data.pop("voucher_file", None)
        if voucher is None:
            payments.pay_payment(row, by=request.user, **data)
            return
        with files.keeping(voucher, by=request.user) as stored:
            payments.pay_payment(row, by=request.user, voucher_file=stored, **data)

    return _do(request, row, form, "deed_form", pay, "支付已登记，台账已记一笔。")


@require_POST
@requires(Action.FILE_PAYMENT)
def payment_register(request: HttpRequest, pk: int) -> HttpResponse:
    """备案."""
    row = payment_in_sight(request, pk)
    form = OpinionForm(request.POST)

    def register(data: dict) -> None:
        payments.file_payment(row, by=request.user, opinion=data["opinion"])

    return _do(request, row, form, "deed_form", register, "已备案。")


@require_POST
@requires(Action.PAY)
def payment_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    row = payment_in_sight(request, pk)
    form = ReverseForm(request.POST, auto_id="reverse_%s")
    return _do(
        request,
        row,
        form,
        "reverse_form",
        lambda data: payments.reverse_payment(row, by=request.user, **data),
        "已冲正，两笔都保留在台账里。",
    )


@require_POST
@requires(Action.PAY)
def payment_refund(request: HttpRequest, pk: int) -> HttpResponse:
    row = payment_in_sight(request, pk)
    form = RefundForm(request.POST, auto_id="refund_%s")
    return _do(request, row, form, "refund_form", lambda data: payments.refund_payment(row, by=request.user, **data), "退款已登记。")


@require_POST
@requires(Action.APPLY_PAYMENT)
def payment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = payment_in_sight(request, pk)
    form = OpinionForm(request.POST)
    return _do(request, row, form, "withdraw_form", lambda _: payments.withdraw_payment(row, by=request.user), "已撤回，可以修改后再提交。")


@require_POST
@requires(Action.APPLY_PAYMENT)
def payment_delete(request: HttpRequest, pk: int) -> HttpResponse:
    row = payment_in_sight(request, pk)
    try:
        payments.delete_draft(row, by=request.user)
    except ValidationError as refusal:
        messages.error(request, "；".join(refusal.messages))
        return redirect(row)
    messages.success(request, "草稿已删除。")
    return redirect("payment_list")


@require_POST
@requires(Action.APPLY_PAYMENT)
def payment_invoice_new(request: HttpRequest, pk: int) -> HttpResponse:
    """补登发票号码 of an invoice that came after the payment."""
    row = payment_in_sight(request, pk)
    form = InvoiceForm(request.POST)
    return _do(
        request,
        row,
        form,
        "invoice_form",
        lambda data: payments.add_late_invoice(row, by=request.user, number=data["number"]),
        "发票号码已补登。",
    )


def own_pilot(request: HttpRequest) -> Pilot | None:
    """The pilot the person applies for."""
    pilot = Pilot.objects.select_related("unit", "accountable").filter(unit=request.user.unit_id).first()
    return pilot if payments.may_apply(request.user, pilot) else None
