"""Pages of 系统管理 · 人员: the administrator creates, changes, disables, resets, unlocks."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit, clock, lockout, once, services
from accounts.access import Action, requires
from accounts.changes import changes_of
from accounts.exports import workbook_response
from accounts.forms import PersonForm
from accounts.models import AuditKind, Role, Unit, User
from accounts.spreadsheet import Col, Sheet

PAGE_SIZE = 20
STATES = (("active", "启用"), ("disabled", "停用"), ("locked", "已锁定"), ("expired", "已过期"))


def state_of(person: User, locks: dict) -> str:
    """The one word that stands in the list: 停用 before 已过期 before 已锁定."""
    if not person.is_active:
        return "停用"
    if person.expired():
        return "已过期"
    return "已锁定" if person.username in locks else "启用"


def _filtered(request: HttpRequest) -> tuple[QuerySet[User], dict]:
    """The people the filter row asks for; unknown values are ignored."""
    asked = {key: request.GET.get(key, "").strip()[:80] for key in ("q", "unit", "role", "state")}
    rows = User.objects.select_related("unit", "unit__parent").order_by("unit__order", "unit_id", "id")
    if asked["q"]:
        rows = rows.filter(
            Q(username__icontains=asked["q"])
            | Q(name__icontains=asked["q"])
            | Q(post__icontains=asked["q"])
            | Q(unit__short_name__icontains=asked["q"])
            | Q(unit__search__contains=asked["q"].lower())
        )
    if asked["unit"]:
        rows = rows.filter(unit__code=asked["unit"])
    if asked["role"] in Role.values:
        rows = rows.filter(role=asked["role"])
    return _in_state(rows, asked["state"]), asked


def _in_state(rows: QuerySet[User], state: str) -> QuerySet[User]:
    today = timezone.localdate()
    if state == "disabled":
        return rows.filter(is_active=False)
    if state == "expired":
        return rows.filter(is_active=True, valid_until__lt=today)
    if state == "active":
        return rows.filter(is_active=True).exclude(valid_until__lt=today)
    if state == "locked":
        return rows.filter(username__in=lockout.locks(User.objects.values_list("username", flat=True)))
    return rows


@require_GET
@requires(Action.MANAGE_PEOPLE)
def person_list(request: HttpRequest) -> HttpResponse:
    rows, asked = _filtered(request)
    if request.GET.get("export") == "xlsx":
        return _export(request, rows, asked)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    locks = lockout.locks([person.username for person in page])
    for person in page:
        person.state_word = state_of(person, locks)
    return render(
        request,
        "accounts/person_list.html",
        {
            "page": page,
            "asked": asked,
            "filtered": any(asked.values()),
            "units": Unit.objects.filter(people__isnull=False).distinct(),
            "roles": Role.choices,
            "states": STATES,
        },
    )


def _filter_words(asked: dict) -> str:
    units = dict(Unit.objects.filter(code=asked["unit"]).values_list("code", "short_name"))
    return audit.filter_words(asked, unit=("单位", units), role=("角色", dict(Role.choices)), state=("状态", dict(STATES)), q=("查找", {}))


def _export(request: HttpRequest, rows: QuerySet[User], asked: dict) -> HttpResponse:
    locks = lockout.locks(rows.values_list("username", flat=True))
    columns = [
        Col("序号", "int"),
        Col("账号", "code"),
        Col("姓名"),
        Col("单位"),
        Col("角色"),
        Col("岗位"),
        Col("状态", "mark"),
        Col("有效期至", "date"),
        Col("最近登录", "datetime"),
    ]
    cells = [
        (
            number,
            person.username,
            person.name,
            person.unit.name,
            person.get_role_display(),
            person.post,
            state_of(person, locks),
            person.valid_until,
            timezone.localtime(person.last_login) if person.last_login else None,
        )
        for number, person in enumerate(rows, 1)
    ]
    audit.record(AuditKind.EXPORT, user=request.user, request=request, label="人员名单", rows=len(cells), filters=_filter_words(asked))
    sheet = Sheet(
        "人员",
        heading="人员名单",
        subheading=f"编制单位：{request.user.unit.name}　导出日期：{clock.today().isoformat()}",
        columns=columns,
        rows=cells,
    )
    name = f"人员名单_{clock.today().isoformat()}.xlsx"
    return workbook_response([sheet], name, sample=settings.SAMPLE_MODE, author=request.user.unit.name)


@require_http_methods(["GET", "POST"])
@requires(Action.MANAGE_PEOPLE)
def person_new(request: HttpRequest) -> HttpResponse:
    unit = Unit.objects.filter(code=request.GET.get("unit", "")[:60]).first()
    form = PersonForm(request.POST or None, initial={"unit": unit})
    if request.method == "POST" and form.is_valid():
        made: list[tuple[User, str]] = []

        def create() -> str:
            fields = {name: form.cleaned_data[name] for name in PersonForm.Meta.fields}
            made.append(services.create_person(by=request.user, request=request, **fields))
            return reverse("person_detail", args=[made[0][0].pk])

        try:
            address = once.run(request, create)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return _show_person(request, *made[0]) if made else redirect(address)
    return render(request, "accounts/person_form.html", {"form": form})


@require_GET
@requires(Action.MANAGE_PEOPLE)
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _show_person(request, get_object_or_404(User.objects.select_related("unit", "unit__parent"), pk=pk))


def _show_person(request: HttpRequest, person: User, password: str = "") -> HttpResponse:
    """The page of a person. A new password is in this one answer only: it is kept nowhere, not even in the session."""
    locked = lockout.locked_until(person.username)
    return render(
        request,
        "accounts/person_detail.html",
        {
            "person": person,
            "password": password,
            "locked_until": locked,
            "state_word": state_of(person, {person.username: locked} if locked else {}),
            "changes": changes_of(person),
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Action.MANAGE_PEOPLE)
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User.objects.select_related("unit"), pk=pk)
    name = person.name
    form = PersonForm(request.POST or None, instance=person)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            fields = {key: form.cleaned_data[key] for key in PersonForm.Meta.fields if key != "username"}
            try:
                services.change_person(person, by=request.user, request=request, opened_version=form.opened_version, **fields)
                messages.success(request, "已保存")
                return redirect("person_detail", pk=pk)
            except ValidationError as refusal:
                form.add_error(None, refusal)
        status = 409 if form.stale else 200
    return render(request, "accounts/person_form.html", {"form": form, "person": person, "person_name": name}, status=status)


def _deed(request: HttpRequest, pk: int, deed, done: str) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    try:
        deed(person, by=request.user, request=request)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done.format(name=person.name))
    return redirect("person_detail", pk=pk)


@require_POST
@requires(Action.MANAGE_PEOPLE)
def person_disable(request: HttpRequest, pk: int) -> HttpResponse:
    return _deed(request, pk, services.disable_person, "{name}的账号已停用，登录已退出")


@require_POST
@requires(Action.MANAGE_PEOPLE)
def person_enable(request: HttpRequest, pk: int) -> HttpResponse:
    return _deed(request, pk, services.enable_person, "{name}的账号已启用")


@require_POST
@requires(Action.MANAGE_PEOPLE)
def person_unlock(request: HttpRequest, pk: int) -> HttpResponse:
    return _deed(request, pk, services.unlock_person, "{name}的账号已解除锁定")


@require_POST
@requires(Action.MANAGE_PEOPLE)
def person_reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    if person.pk == request.user.pk:
        messages.error(request, "自己的密码请在“我的”里修改")
        return redirect("person_detail", pk=pk)
    password = services.reset_password(person, by=request.user, request=request)
    return _show_person(request, User.objects.select_related("unit", "unit__parent").get(pk=pk), password)
