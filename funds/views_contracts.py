"""Pages of budgets and contracts: lists with their balances, one line, one contract with its papers, registering and changing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import once
from accounts.access import TOWN, Action, may, requires
from accounts.amounts import capital
from accounts.spreadsheet import Col
from accounts.together import together
from funds import contracts, queries
from funds.balances import Balance
from funds.forms import BudgetChangeForm, BudgetLineForm, ContractChangeForm, ContractForm
from funds.models import BudgetEntry, BudgetLine, Contract, ContractChange, ContractFile, PaymentState, UseCategory
from funds.pages import PAGE_SIZE, asked_words, done, export, number_of, set_out, visible_pilots
from funds.payments import may_apply
from funds.queries import LineFunds
from funds.wording import payment_words
from pilots import files
from pilots.models import Project, StoredFile
from pilots.money import ZERO, signed, total

PAPERS = frozenset(StoredFile.Kind)
PAPER_ICONS = {"procurement": "card-checklist", "award": "award", "contract": "file-earmark-text", "acceptance": "file-earmark-check"}
NEARLY_SPENT = 10
"""A line with less than so many percent left is marked."""
BUYERS = "领导小组办公室和所在街道、镇的经办人可以登记合同。"


# --- budgets --------------------------------------------------------------------------------------------------------------------


def _plans(request: HttpRequest) -> bool:
    return may(request.user, Action.MANAGE_FUNDS) and request.as_of_is_default


def _nearly_spent(row: LineFunds) -> bool:
    return row.budgeted > 0 and row.left * 100 < row.budgeted * NEARLY_SPENT


def _visible_lines(request: HttpRequest) -> QuerySet[BudgetLine]:
    """Budget lines in sight that were entered by the day."""
    entered = BudgetEntry.objects.filter(line=OuterRef("pk"), on__lte=request.records_day)
    rows = BudgetLine.objects.visible_to(request.user).filter(Exists(entered)).select_related("pilot__unit", "project", "category")
    return rows.order_by("pilot__order", "project__code", "category__order")


def _lines(request: HttpRequest) -> tuple[QuerySet[BudgetLine], dict]:
    asked = asked_words(request.GET, "pilot", "category", "q")
    rows = _visible_lines(request)
    if asked["pilot"]:
        rows = rows.filter(pilot__code=asked["pilot"])
    if asked["category"]:
        rows = rows.filter(category__code=asked["category"])
    if asked["q"]:
        words = asked["q"]
        rows = rows.filter(
            Q(project__name__contains=words) | Q(project__code__iexact=words) | Q(project__search__contains=words.lower().replace(" ", ""))
        )
    return rows, asked


@require_GET
@requires(Action.VIEW_FUNDS)
def budget_list(request: HttpRequest) -> HttpResponse:
    rows, asked = _lines(request)
    if request.GET.get("export") == "xlsx" and may(request.user, Action.EXPORT):
        return _export_lines(request, rows)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    entries = BudgetEntry.objects.filter(line__in=rows.order_by().values("pk"), on__lte=request.records_day)
    found, held, pilots, categories = together(
        lambda: queries.line_funds(page.object_list, request.records_day),
        lambda: entries.aggregate(found=total(signed()))["found"],
        lambda: visible_pilots(request),
        lambda: list(UseCategory.objects.filter(allowed=True)),
    )
    page.object_list = [(row, _nearly_spent(row)) for row in found]
    context = {
        "page": page,
        "asked": asked,
        "filtered": any(asked.values()),
        "pilots": pilots,
        "several": len(pilots) > 1,
        "categories": categories,
        "total": held,
        "total_words": capital(held),
        "may_enter": _plans(request),
    }
    return render(request, "funds/budget_list.html", context)


def _export_lines(request: HttpRequest, rows: QuerySet[BudgetLine]) -> HttpResponse:
    columns = [
        *(Col("序号", "int"), Col("试点"), Col("项目编号", "code"), Col("项目"), Col("用途类别"), Col("预算金额", "yuan")),
        *(Col("合同", "yuan"), Col("已支付", "yuan"), Col("结余", "yuan"), Col("未签合同、未支出", "yuan")),
    ]
    cells = [
        (
            number,
            row.line.pilot.unit.short_name,
            row.line.project.code,
            row.line.project.name,
            str(row.line.category),
            row.budgeted,
            row.contracted,
            row.paid,
            row.left,
            row.free,
        )
        for number, row in enumerate(queries.line_funds(rows, request.records_day), 1)
    ]
    sums = ("", "", "", "", "", *(sum((row[place] for row in cells), ZERO) for place in range(5, 10)))
    return export(request, "项目预算", columns, cells, count=len(cells), total=sums)


@require_http_methods(["GET", "POST"])
@requires(Action.MANAGE_FUNDS)
def budget_line_new(request: HttpRequest) -> HttpResponse:
    projects = Project.objects.visible_to(request.user).filter(cancelled_on__isnull=True).select_related("pilot__unit")
    form = BudgetLineForm(request.POST or None, projects=projects, initial={"project": number_of(request.GET.get("project"))})
    if request.method == "POST" and form.is_valid():
        answer = done(form, lambda: once.redirect(request, lambda: _open(request, form.cleaned_data).get_absolute_url()))
        if answer is not None:
            messages.success(request, "预算已登记。")
            return answer
    context = {
        "title": "登记预算",
        "sub": "一个项目的一个用途类别为一项；登记后用调整来增减",
        "crumbs": [(reverse("budget_list"), "项目预算")],
        "back_to": reverse("budget_list"),
        "form": form,
        "groups": set_out(form, ("project",), ("category",), ("amount",)),
        "refused": "还不能登记",
        "verb": "登记",
        "once": True,
    }
    return render(request, "funds/plain_form.html", context, status=422 if form.is_bound and form.errors else 200)


def _open(request: HttpRequest, data: dict) -> BudgetLine:
    return contracts.open_line(data["project"], by=request.user, category=data["category"], amount=data["amount"])


def _line(request: HttpRequest, pk: int) -> BudgetLine:
    return get_object_or_404(_visible_lines(request), pk=pk)


@require_GET
@requires(Action.VIEW_FUNDS)
def budget_line_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _line_page(request, _line(request, pk))


def _line_page(request: HttpRequest, row: BudgetLine, *, status: int = 200, **context) -> HttpResponse:
    own = Contract.objects.visible_to(request.user).filter(line=row)
    context = {
        "row": row,
        "funds": queries.line_funds([row], request.records_day)[0],
        "entries": list(row.entries.filter(on__lte=request.records_day).select_related("by")),
        "contracts": list(queries.contracts(own, request.records_day)),
        "paid_url": f"{reverse('payment_list')}?line={row.pk}&tab=paid",
        "may_enter": _plans(request),
        "form": BudgetChangeForm(),
        **context,
    }
    return render(request, "funds/budget_line_detail.html", context, status=status)


@require_POST
@requires(Action.MANAGE_FUNDS)
def budget_change(request: HttpRequest, pk: int) -> HttpResponse:
    row = _line(request, pk)
    form = BudgetChangeForm(request.POST)

    def change() -> str:
        contracts.change_line(row, by=request.user, **form.cleaned_data)
        return row.get_absolute_url()

    if form.is_valid():
        answer = done(form, lambda: once.redirect(request, change))
        if answer is not None:
            messages.success(request, "预算已调整。")
            return answer
    return _line_page(request, row, status=422, form=form)


# --- contracts ------------------------------------------------------------------------------------------------------------------


def _buys(request: HttpRequest) -> bool:
    return may(request.user, Action.MANAGE_CONTRACTS) and request.as_of_is_default


def _balanced(row: Contract) -> Contract:
    """A row of `queries.contracts` with its balance."""
    row.balance = Balance(row.total_on, row.paid_on, row.waiting)
    return row


def _contracts(request: HttpRequest) -> tuple[QuerySet[Contract], dict]:
    asked = asked_words(request.GET, "pilot", "method", "q", "project")
    rows = queries.contracts(Contract.objects.visible_to(request.user), request.records_day)
    if asked["pilot"]:
        rows = rows.filter(pilot__code=asked["pilot"])
    if asked["method"] in Contract.Method.values:
        rows = rows.filter(method=asked["method"])
    if number_of(asked["project"]):
        rows = rows.filter(line__project=number_of(asked["project"]))
    if asked["q"]:
        words = asked["q"]
        rows = rows.filter(
            Q(number__icontains=words)
            | Q(name__contains=words)
            | Q(contractor__contains=words)
            | Q(search__contains=words.lower().replace(" ", ""))
        )
    return rows, asked


@require_GET
@requires(Action.VIEW_FUNDS)
def contract_list(request: HttpRequest) -> HttpResponse:
    rows, asked = _contracts(request)
    if request.GET.get("export") == "xlsx" and may(request.user, Action.EXPORT):
        return _export_contracts(request, rows)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = [_balanced(row) for row in page.object_list]
    summed, pilots = rows.order_by().aggregate(found=total("total_on"))["found"], visible_pilots(request)
    context = {
        "page": page,
        "asked": asked,
        "filtered": any(asked.values()),
        "pilots": pilots,
        "several": len(pilots) > 1,
        "methods": Contract.Method.choices,
        "total": summed,
        "total_words": capital(summed),
        "may_enter": _buys(request),
    }
    return render(request, "funds/contract_list.html", context)


def _export_contracts(request: HttpRequest, rows: QuerySet[Contract]) -> HttpResponse:
    columns = [
        *(Col("序号", "int"), Col("试点"), Col("合同编号", "code"), Col("合同名称"), Col("项目"), Col("用途类别"), Col("承接单位")),
        *(Col("承接单位类别"), Col("采购方式"), Col("成交日期", "date"), Col("签订日期", "date"), Col("合同金额", "yuan")),
        *(Col("已支付", "yuan"), Col("在途", "yuan"), Col("可用余额", "yuan")),
    ]
    found = [_balanced(row) for row in rows]
    cells = [
        (
            number,
            row.pilot.unit.short_name,
            row.number,
            row.name,
            row.line.project.name,
            str(row.line.category),
            row.contractor,
            row.get_party_display(),
            row.get_method_display(),
            row.awarded_on,
            row.signed_on,
            row.balance.total,
            row.balance.paid,
            row.balance.in_transit,
            row.balance.available,
        )
        for number, row in enumerate(found, 1)
    ]
    sums = (*[""] * 11, *(sum((row[place] for row in cells), ZERO) for place in range(11, 15)))
    return export(request, "合同与采购", columns, cells, count=len(found), total=sums, notes=["合同金额含变更。"])


def _lines_to_buy_on(request: HttpRequest) -> QuerySet[BudgetLine]:
    """The lines on which the person may register contracts."""
    rows = BudgetLine.objects.visible_to(request.user).select_related("project", "category", "pilot__unit", "pilot__accountable")
    if request.user.role in TOWN:
        rows = rows.filter(pilot__accountable=request.user.unit_id)
    return rows.order_by("pilot__order", "project__code", "category__order")


@require_http_methods(["GET", "POST"])
@requires(Action.MANAGE_CONTRACTS)
def contract_new(request: HttpRequest) -> HttpResponse:
    lines = _lines_to_buy_on(request)
    form = ContractForm(request.POST or None, lines=lines, several=True, initial={"line": number_of(request.GET.get("line"))})
    if request.method == "POST" and form.is_valid():
        answer = done(form, lambda: once.redirect(request, lambda: _sign(request, form.cleaned_data).get_absolute_url()))
        if answer is not None:
            messages.success(request, "合同已登记，请上传采购文件、成交通知和合同。")
            return answer
    rows = (("line",), ("name", "number"), ("contractor",), ("party", "method"), ("awarded_on", "signed_on"))
    context = {
        "title": "登记合同",
        "sub": "照签订的合同登记；登记后金额只能用变更来增减",
        "crumbs": [(reverse("contract_list"), "合同与采购")],
        "back_to": reverse("contract_list"),
        "form": form,
        "groups": set_out(form, *rows, ("amount", "prepayment_percent"), ("bank", "account_tail"), ("note",)),
        "refused": "还不能登记",
        "verb": "登记",
        "once": True,
        "notes": [] if lines.exists() else ["还没有可以登记合同的预算。先由领导小组办公室安排预算。"],
    }
    return render(request, "funds/plain_form.html", context, status=422 if form.is_bound and form.errors else 200)


def _sign(request: HttpRequest, data: dict) -> Contract:
    return contracts.sign_contract(by=request.user, **data)


def _contract(request: HttpRequest, pk: int) -> Contract:
    rows = queries.contracts(Contract.objects.visible_to(request.user), request.records_day)
    related = ("by", "pilot__unit", "pilot__accountable", "line__category", "line__project")
    return _balanced(get_object_or_404(rows.select_related(*related), pk=pk))


@require_GET
@requires(Action.VIEW_FUNDS)
def contract_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = _contract(request, pk)
    changes = list(row.changes.filter(on__lte=request.records_day).select_related("by"))
    address = reverse("payment_list")
    mine = request.as_of_is_default and contracts.may_contract(request.user, row.pilot)
    ended = any(change.kind == ContractChange.Kind.END for change in changes)
    context = {
        "row": row,
        "balance": row.balance,
        "amount_words": capital(row.balance.total),
        "changes": changes,
        "ended": ended,
        "payments": contract_payments(request, row),
        "paid_url": f"{address}?contract={row.pk}&tab=paid",
        "transit_url": f"{address}?contract={row.pk}&tab=transit",
        "may_change": mine and not ended,
        "may_apply": request.as_of_is_default and may_apply(request.user, row.pilot) and not ended,
        **_papers(request, row, mine),
    }
    return render(request, "funds/contract_detail.html", context)


def contract_payments(request: HttpRequest, contract: Contract) -> list:
    """The applications under a contract in the order they were handed in, each with its word."""
    rows = contract.payments.visible_to(request.user).with_state_on(request.records_day)
    rows = rows.exclude(state=PaymentState.DRAFT).filter(state_on__isnull=False).order_by("pk")
    return [payment_words(row, request.records_day) for row in rows]


def _papers(request: HttpRequest, row: Contract, mine: bool) -> dict:
    """The papers of a contract by kind: those every contract needs first; the others only where there is one or one may be added."""
    found = list(row.files.filter(on__lte=request.records_day).select_related("file"))
    kinds = []
    needed = (ContractFile.Kind.PROCUREMENT, ContractFile.Kind.AWARD, ContractFile.Kind.CONTRACT)
    for kind in ContractFile.Kind:
        own = [paper for paper in found if paper.kind == kind]
        missing = kind in needed and not own
        if own or mine or missing:
            icon = PAPER_ICONS.get(kind, "paperclip")
            kinds.append(
                {"kind": kind, "word": kind.label, "icon": icon, "files": own, "missing": missing, "tone": "late" if missing else ""}
            )
    return {"file_rows": kinds, "may_upload": mine, "accept": files.accept_attribute(PAPERS)}


@require_http_methods(["GET", "POST"])
@requires(Action.MANAGE_CONTRACTS)
def contract_change(request: HttpRequest, pk: int) -> HttpResponse:
    """变更 within ten percent, or 解除."""
    row = _contract(request, pk)
    if not contracts.may_contract(request.user, row.pilot):
        raise PermissionDenied(BUYERS)
    form = ContractChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = done(form, lambda: once.redirect(request, lambda: _change(request, row, form.cleaned_data)))
        if answer is not None:
            messages.success(request, "变更已登记。")
            return answer
    context = {
        "title": "合同变更",
        "sub": f"{row.number}　·　{row.name}　·　合同金额 {row.balance.total:,.2f} 元，可用余额 {row.balance.available:,.2f} 元",
        "crumbs": [(reverse("contract_list"), "合同与采购"), (row.get_absolute_url(), row.number)],
        "back_to": row.get_absolute_url(),
        "form": form,
        "groups": set_out(form, ("kind",), ("sign",), ("amount", "signed_on"), ("reason",)),
        "refused": "还不能登记",
        "verb": "登记变更",
        "once": True,
    }
    return render(request, "funds/plain_form.html", context, status=422 if form.is_bound and form.errors else 200)


def _change(request: HttpRequest, row: Contract, data: dict) -> str:
    if data["kind"] == ContractChange.Kind.END:
        contracts.end_contract(row, by=request.user, reason=data["reason"], signed_on=data["signed_on"])
    else:
        values = {name: data[name] for name in ("amount", "sign", "reason", "signed_on")}
        contracts.change_contract(row, by=request.user, **values)
    return row.get_absolute_url()


@require_POST
@requires(Action.MANAGE_CONTRACTS)
def contract_file_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper (field `file`, its `kind`). For the script the fresh list as JSON, 422 with the reason; a plain form comes back to the page."""
    row = _contract(request, pk)
    if not contracts.may_contract(request.user, row.pilot):
        raise PermissionDenied(BUYERS)
    try:
        _attach(request, row)
    except ValidationError as refusal:
        reason = "；".join(refusal.messages)
        if _wants_json(request):
            return JsonResponse({"reason": reason}, status=422)
        messages.error(request, reason)
        return redirect(row)
    if not _wants_json(request):
        return redirect(row)
    context = {"row": row, **_papers(request, row, True)}
    return JsonResponse({"files": render_to_string("funds/_contract_files.html", context, request)})


def _attach(request: HttpRequest, row: Contract) -> ContractFile:
    uploaded, kind = request.FILES.get("file"), request.POST.get("kind", "")
    if uploaded is None:
        raise ValidationError("没有收到文件，请重新选择")
    if kind not in ContractFile.Kind.values:
        raise ValidationError("请选择资料的类别")
    with files.stored_upload(uploaded, by=request.user, kinds=PAPERS) as stored:
        return contracts.attach_contract_file(row, by=request.user, kind=kind, file=stored)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


@require_GET
@requires(Action.VIEW_FUNDS)
def contract_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    row = get_object_or_404(Contract.objects.visible_to(request.user), pk=pk)
    paper = get_object_or_404(ContractFile.objects.select_related("file"), pk=file_pk, contract=row)
    return files.serve_file(request, paper.file, inline=request.GET.get("inline") == "1")
