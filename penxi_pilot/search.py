"""The search box of the top bar: what a person may see of every room, by words or by pinyin initials."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import Action, may
from accounts.models import Role
from communities.models import Activity
from funds.models import Contract, Payment
from pilots.models import Evidence, Pilot, Project, Task
from supervision.models import Finding

SHOWN = 8


@dataclass(frozen=True)
class Hit:
    title: str
    text: str
    url: str


@dataclass(frozen=True)
class Found:
    """What one room has: the first hits, how many there are in all, and the list that shows them all."""

    name: str
    hits: list[Hit]
    count: int
    all_url: str


def _matches(rows: QuerySet, text: str, *fields: str) -> QuerySet:
    """Rows with `text` in one of the fields; letters are also looked up among pinyin and initials (`search` fields, lower case)."""
    wanted = Q()
    for field in fields:
        wanted |= Q(**{f"{field}__contains": text.lower() if field.endswith("search") else text})
    return rows.filter(wanted)


def _found(name: str, rows: QuerySet, hit, all_url: str) -> Found | None:
    first = list(rows[: SHOWN + 1])
    if not first:
        return None
    return Found(name, [hit(row) for row in first[:SHOWN]], len(first) if len(first) <= SHOWN else rows.count(), all_url)


def _pilots(user, text: str) -> Found | None:
    rows = _matches(Pilot.objects.visible_to(user).select_related("unit", "type"), text, "name", "unit__name", "unit__search", "type__name")
    return _found("试点", rows, lambda p: Hit(str(p), p.type.name, reverse("pilot_detail", args=[p.code])), reverse("pilot_list"))


def _tasks(user, text: str) -> Found | None:
    rows = Task.objects.visible_to(user).select_related("obligation", "pilot__unit", "unit")
    rows = _matches(rows, text, "obligation__title", "obligation__quote", "obligation__search") | rows.filter(obligation__code__iexact=text)
    show_code = user.role != Role.COMMUNITY

    def hit(task: Task) -> Hit:
        code = f"{task.obligation.code} · " if show_code else ""
        return Hit(task.obligation.title, f"{code}{task.unit.short_name} · {task.obligation.quote}", reverse("task_detail", args=[task.pk]))

    return _found("任务", rows, hit, f"{reverse('task_list')}?q={text}")


def _activities(user, text: str) -> Found | None:
    rows = Activity.objects.visible_to(user).select_related("unit", "category")
    rows = _matches(rows, text, "title", "place", "organiser", "search")
    return _found(
        "社区活动",
        rows,
        lambda a: Hit(str(a), f"{a.day or '未填日期'} · {a.unit.short_name}", a.get_absolute_url()),
        f"{reverse('activity_list')}?q={text}",
    )


def _evidence(user, text: str) -> Found | None:
    rows = _matches(Evidence.objects.visible_to(user).select_related("unit", "type"), text, "title", "type__name", "search")
    return _found(
        "佐证材料",
        rows,
        lambda e: Hit(str(e), f"{e.type.name} · {e.unit.short_name}", e.get_absolute_url()),
        f"{reverse('evidence_list')}?q={text}",
    )


def _projects(user, text: str) -> Found | None:
    rows = Project.objects.visible_to(user).select_related("pilot__unit").order_by("pilot__order", "code")
    rows = _matches(rows, text, "name", "search") | rows.filter(code__iexact=text)
    return _found(
        "项目",
        rows,
        lambda p: Hit(p.name, f"{p.code} · {p.pilot.unit.short_name} · {p.get_kind_display()}", p.get_absolute_url()),
        f"{reverse('project_list')}?q={text}",
    )


def _contracts(user, text: str) -> Found | None:
    rows = Contract.objects.visible_to(user).select_related("pilot__unit").order_by("pilot__order", "number")
    rows = _matches(rows, text, "name", "contractor", "search") | rows.filter(number__icontains=text)
    return _found(
        "合同",
        rows,
        lambda c: Hit(c.name, f"{c.number} · {c.pilot.unit.short_name} · {c.contractor}", c.get_absolute_url()),
        f"{reverse('contract_list')}?q={text}",
    )


def _payments(user, text: str) -> Found | None:
    rows = Payment.objects.visible_to(user).select_related("pilot__unit")
    rows = _matches(rows, text, "purpose", "payee", "search") | rows.filter(number__icontains=text)
    return _found(
        "用款申请",
        rows,
        lambda p: Hit(
            f"{p.number or '草稿'}　{p.purpose}", f"{p.pilot.unit.short_name} · {p.payee} · {p.get_state_display()}", p.get_absolute_url()
        ),
        f"{reverse('payment_list')}?q={text}",
    )


def _findings(user, text: str) -> Found | None:
    rows = Finding.objects.visible_to(user).select_related("pilot__unit", "unit").order_by("-found_on", "-number")
    rows = _matches(rows, text, "title", "description", "search") | rows.filter(number__icontains=text)
    return _found(
        "督导问题",
        rows,
        lambda f: Hit(
            f"{f.number}　{f.title}",
            f"{f.pilot.unit.short_name} · {f.get_aspect_display()} · {f.get_state_display()}",
            f.get_absolute_url(),
        ),
        f"{reverse('finding_list')}?tab=all&q={text}",
    )


ROOMS = (
    (Action.VIEW_PILOTS, _pilots),
    (Action.VIEW_PLAN, _tasks),
    (Action.VIEW_PLAN, _projects),
    (Action.VIEW_FUNDS, _contracts),
    (Action.VIEW_FUNDS, _payments),
    (Action.VIEW_SUPERVISION, _findings),
    (Action.VIEW_ACTIVITIES, _activities),
    (Action.VIEW_EVIDENCE, _evidence),
)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Results by room, only of what the person may see; an empty search asks for words."""
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:60]
    found = []
    if text:
        found = [result for action, room in ROOMS if may(request.user, action) and (result := room(request.user, text))]
    return render(request, "search.html", {"search_text": text, "found": found})
