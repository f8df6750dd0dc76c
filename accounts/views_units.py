"""Pages of 系统管理 · 单位: the unit tree; contractors, departments and third parties are added by hand, all else comes with the plan."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts import once, services
from accounts.access import Action, requires
from accounts.changes import changes_of
from accounts.forms import UnitForm
from accounts.models import Unit

ADDED_BY_HAND = UnitForm.KINDS
FROM_PLAN = "单位由实施方案载入"


def added_by_hand(unit: Unit) -> bool:
    """Whether a unit may be changed here: contractors always, others only when they were added here (code x-…)."""
    return unit.kind in ADDED_BY_HAND and (unit.code.startswith(("x-", "sample_")))


def _tree(units: list[Unit]) -> list[Unit]:
    """Parents before their children, both in order; `depth` is set on each."""
    below: dict[int | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id, []).append(unit)
    rows: list[Unit] = []

    def walk(parent: int | None, depth: int) -> None:
        for unit in below.get(parent, []):
            unit.depth, unit.by_hand = depth, added_by_hand(unit)
            rows.append(unit)
            walk(unit.pk, depth + 1)

    walk(None, 0)
    return rows


@require_GET
@requires(Action.MANAGE_PEOPLE)
def unit_list(request: HttpRequest) -> HttpResponse:
    units = Unit.objects.annotate(people_count=Count("people", filter=Q(people__is_active=True)))
    return render(request, "accounts/unit_list.html", {"rows": _tree(list(units))})


@require_http_methods(["GET", "POST"])
@requires(Action.MANAGE_PEOPLE)
def unit_new(request: HttpRequest) -> HttpResponse:
    form = UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def create() -> str:
            fields = {name: form.cleaned_data[name] for name in UnitForm.Meta.fields}
            services.create_unit(by=request.user, request=request, **fields)
            messages.success(request, f"已新增{fields['name']}")
            return reverse("unit_list")

        try:
            return once.redirect(request, create)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    return render(request, "accounts/unit_form.html", {"form": form})


@require_http_methods(["GET", "POST"])
@requires(Action.MANAGE_PEOPLE)
def unit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    unit = get_object_or_404(Unit, pk=pk)
    name = unit.short_name
    if not added_by_hand(unit):
        messages.warning(request, f"{name}由实施方案载入，不在这里修改")
        return redirect("unit_list")
    form = UnitForm(request.POST or None, instance=unit)
    if request.method == "POST" and form.is_valid():
        fields = {key: form.cleaned_data[key] for key in UnitForm.Meta.fields}
        try:
            services.change_unit(unit, by=request.user, request=request, opened_version=form.opened_version, **fields)
            messages.success(request, "已保存")
            return redirect("unit_list")
        except ValidationError as refusal:
            form.add_error(None, refusal)
    context = {"form": form, "unit": unit, "unit_name": name, "changes": changes_of(unit)}
    return render(request, "accounts/unit_form.html", context, status=409 if form.stale else 200)
