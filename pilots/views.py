"""Pages of the plan and the pilots: the official text, the six pilots, one pilot with its tabs, a community's card, the as-of day."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import Action, may, requires
from accounts.auth import safe_next
from accounts.models import Role
from accounts.together import only_once, together
from pilots.asof import SESSION_KEY, default_as_of, parse_day
from pilots.cards import group_cards
from pilots.listing import figure_words
from pilots.models import Evidence, ObligationKind, Phase, Pilot, ReviewState, Task
from pilots.plan_text import plan_text as official_text
from pilots.queries import missing_words, recent_moves, sentence_progress, time_progress
from pilots.standings import PilotStanding, plan_of_standings, standing_of, tasks_of_pilots, whole
from pilots.states import TaskState, archived, record_models, task_states

NEXT_DAYS = 30
PAGE_SIZE = 20
SWITCH_UP_TO = 30
"""Above so many pilots in sight the switch, and the computing of its lights, is left out: the list leads from one to the other."""


@require_POST
def as_of_set(request: HttpRequest) -> HttpResponse:
    """Set the as-of day of this session; empty, or a today that is the default, goes back to the default. A day to come is refused."""
    wanted, given = parse_day(request.POST.get("as_of")), request.POST.get("as_of", "")
    plain = wanted == clock.today() == default_as_of(request.programme)
    if given and wanted is None:
        messages.error(request, "数据截止日期应写成 2022-11-30 的样子，没有改动。")
    elif wanted and wanted > clock.today():
        messages.error(request, f"数据截止日期不能晚于今天（{clock.today().isoformat()}），没有改动。")
    elif wanted and not plain:
        request.session[SESSION_KEY] = wanted.isoformat()
    else:
        request.session.pop(SESSION_KEY, None)
    return redirect(safe_next(request, request.POST.get("next", "")) or "home")


@require_GET
@requires(Action.VIEW_PLAN)
def plan_text(request: HttpRequest) -> HttpResponse:
    """The official text; `?sentence=三（四）-1` marks one sentence, `?task=` also the own words of a task."""
    text = official_text(request.programme)
    chosen = text.sentence(request.GET.get("sentence", "")[:30])
    own = ""
    if chosen and request.GET.get("task", "").isdigit():
        task = Task.objects.visible_to(request.user).filter(pk=int(request.GET["task"][:10])).select_related("obligation").first()
        own = task.obligation.quote if task and task.obligation.sentence == chosen.key else ""
    return render(request, "pilots/plan_text.html", {"text": text, "chosen": chosen, "own": own})


# --- pilots ---------------------------------------------------------------------------------------------------------------------


def _pilots(request: HttpRequest) -> QuerySet[Pilot]:
    """The pilots in sight, in plan order."""
    return Pilot.objects.visible_to(request.user).select_related("unit", "type", "accountable").order_by("order")


def _phase_of(tasks: Iterable[Task]) -> Phase | None:
    """The phase of 序时进度 among the phases of the tasks: the first whose start is known."""
    phases = {task.obligation.phase for task in tasks if task.obligation.phase and task.obligation.phase.start}
    return min(phases, key=lambda phase: phase.due, default=None)


@dataclass(frozen=True)
class _Stand:
    """Some pilots with their tasks, the state of each, how they stand, and the phase 序时进度 is measured in."""

    tasks: dict[Pilot, list[Task]]
    states: dict[int, TaskState]
    standings: list[PilotStanding]
    phase: Phase | None
    share: Decimal


def _stand(pilots: Iterable[Pilot], as_of: datetime.date) -> _Stand:
    grouped = only_once(("tasks", as_of), lambda: tasks_of_pilots(pilots, as_of))
    tasks = [task for own in grouped.values() for task in own]
    states, phase = only_once(("states", as_of), lambda: task_states(tasks, as_of, whole=True)), _phase_of(tasks)
    share = time_progress(phase, as_of)
    standings = [standing_of(pilot, own, states, as_of, share) for pilot, own in grouped.items() if own]
    return _Stand(grouped, states, standings, phase, share)


@require_GET
@requires(Action.VIEW_PILOTS)
def pilot_list(request: HttpRequest) -> HttpResponse:
    """试点总览: the pilots in plan order with what exists so far; a community goes straight to its own. Many pilots come in pages."""
    paginator = Paginator(_pilots(request), PAGE_SIZE)
    together(lambda: paginator.count, plan_of_standings)
    page = paginator.get_page(request.GET.get("page"))
    if request.user.role == Role.COMMUNITY and page.object_list:
        return redirect("pilot_detail", page.object_list[0].code)
    stand = _stand(page.object_list, request.as_of)
    progress, archive = whole(stand.standings)
    context = {
        "standings": stand.standings,
        "progress": progress,
        "archive": archive,
        "phase": stand.phase,
        "share": stand.share,
        "page": page,
    }
    return render(request, "pilots/pilot_list.html", context)


def pilot_page(request: HttpRequest, code: str, tab: str, also: Callable[[Pilot], dict] | None = None) -> dict:
    """What every tab of a pilot shows: the switch with lights (where the pilots are few), heading, figures of the tabs. 404 outside the
    person's sight. `also` reads what the tab shows of its own, together with the rest."""
    pilots, *_ = together(lambda: list(_pilots(request)[: SWITCH_UP_TO + 1]), plan_of_standings)
    if len(pilots) > SWITCH_UP_TO:
        pilots = list(_pilots(request).filter(code=code))
    pilot = next((pilot for pilot in pilots if pilot.code == code), None)
    if pilot is None:
        raise Http404
    stand, more = together(lambda: _stand(pilots, request.as_of), lambda: also(pilot) if also else {})
    standing = next((s for s in stand.standings if s.pilot.code == code), None)
    if standing is None:
        raise Http404
    own = stand.tasks[standing.pilot]
    return more | {
        "standings": stand.standings,
        "standing": standing,
        "pilot": standing.pilot,
        "states": stand.states,
        "own": own,
        "pilot_tasks": [task for task in own if task.obligation.kind == ObligationKind.PILOT_TASK],
        "tab": tab,
        "show_codes": request.user.role != Role.COMMUNITY,
    }


@require_GET
@requires(Action.VIEW_PILOTS)
def pilot_detail(request: HttpRequest, code: str) -> HttpResponse:
    """总览 of one pilot: figures, 按方案逐句看进展, the next 30 days, what happened last."""
    page = pilot_page(request, code, "overview", lambda pilot: {"moves": recent_moves(pilot, request.as_of)})
    states, standing = page["states"], page["standing"]
    page["figures"] = _figures(standing)
    page["sentences"] = sentence_progress(request.programme, page["pilot_tasks"], states)
    page["coming"] = _coming(page["own"], states)
    return render(request, "pilots/pilot_detail.html", page)


def _figures(standing: PilotStanding) -> list[dict]:
    """The strip: tasks and evidence, each a link to its rows. Money and supervision join when their rooms exist."""
    progress, archive, other = standing.progress, standing.archive, standing.other
    code = standing.pilot.code
    return [
        {
            "name": "任务完成",
            "state": standing.work_light,
            "word": standing.work_word,
            "value": progress.done,
            "detail": f"/ {progress.total} 项　{progress.rate}%",
            "url": reverse("pilot_tasks", args=[code]),
            "share": progress.rate,
            "tick": standing.time_share,
            "note": f"待审核 {progress.submitted}，进行中 {progress.in_progress - progress.submitted}，未开始 {progress.not_started}",
        },
        {
            "name": "档案资料齐全",
            "state": standing.archive_light,
            "word": standing.archive_word,
            "value": archive.approved,
            "detail": f"/ {archive.required} 份　{archive.rate if archive.rate is not None else '—'}%",
            "url": reverse("pilot_evidence", args=[code]),
            "share": archive.rate,
            "note": f"待审 {archive.waiting} 份，还缺 {archive.missing} 份",
        },
        {
            "name": "其他职责",
            "value": other.done,
            "detail": f"/ {other.total} 项　{other.rate}%",
            "share": other.rate,
            "note": "实施步骤与保障措施，不计入试点任务完成率",
        },
    ]


def _coming(tasks: list[Task], states: dict[int, TaskState]) -> list[tuple[Task, TaskState, str]]:
    """接下来 30 天: the pilot's own open tasks by due date, with what is missing (not what the office writes, nor steps above the county)."""
    own = [task for task in tasks if archived(task) and not states[task.pk].done]
    open_tasks = [task for task in own if 0 <= states[task.pk].days_left <= NEXT_DAYS]
    open_tasks.sort(key=lambda task: (task.obligation.due, task.obligation.order))
    return [(task, states[task.pk], missing_words([(task, states[task.pk])])) for task in open_tasks]


@require_GET
@requires(Action.VIEW_PILOTS)
def pilot_tasks(request: HttpRequest, code: str) -> HttpResponse:
    """任务 of one pilot, sentence by sentence."""
    page = pilot_page(request, code, "tasks")
    states = page["states"]
    groups = sentence_progress(request.programme, page["pilot_tasks"], states)
    page["groups"] = [
        (group, [(t, states[t.pk], figure_words(states[t.pk]), missing_words([(t, states[t.pk])])) for t in group.tasks])
        for group in groups
    ]
    return render(request, "pilots/pilot_tasks.html", page)


@require_GET
@requires(Action.VIEW_PILOTS)
def pilot_evidence(request: HttpRequest, code: str) -> HttpResponse:
    """佐证材料 of one pilot: each kind that is asked for, its state, the files there are."""
    page = pilot_page(request, code, "evidence")
    page["kinds"] = _kinds(page["own"], page["states"])
    page["may_hand_in"] = may(request.user, Action.HAND_IN_EVIDENCE) and request.user.unit_id == page["pilot"].unit_id
    return render(request, "pilots/pilot_evidence.html", page)


def _kinds(tasks: list[Task], states: dict[int, TaskState]) -> list[dict]:
    """Kinds of evidence in the order of the plan's list: how many tasks ask for it, how many have it approved, waiting, missing."""
    found: dict[int, dict] = {}
    for task in tasks:
        if not archived(task):
            continue
        for slot in states[task.pk].slots:
            row = found.setdefault(
                slot.type.pk, {"type": slot.type, "required": 0, "approved": 0, "waiting": 0, "records": 0, "lacking": []}
            )
            row["required"] += 1
            row["approved"] += slot.approved
            row["waiting"] += slot.waiting
            row["records"] += slot.from_record
            if not slot.approved and not slot.waiting:
                row["lacking"].append(task)
    return sorted(found.values(), key=lambda row: row["type"].order)


# --- cards of a community -------------------------------------------------------------------------------------------------------


@require_GET
@requires(Action.VIEW_PILOTS)
def card_detail(request: HttpRequest, code: str, order: int) -> HttpResponse:
    """One card: its sentences in plain words, what is missing, the records there are, and the deed that supplies it. No task numbers."""
    pilot = Pilot.objects.visible_to(request.user).filter(code=code).select_related("unit", "accountable", "type").first()
    if pilot is None:
        raise Http404
    card = next((card for card in group_cards(pilot, request.as_of) if card.group.order == order), None)
    if card is None:
        raise Http404
    rows = [(task, state, missing_words([(task, state)])) for task, state in zip(card.tasks, card.states, strict=True)]
    context = {
        "pilot": pilot,
        "card": card,
        "rows": rows,
        "slots": _slots(card.states),
        "records": _records(request, card.tasks),
        "own": request.user.unit_id == pilot.unit_id and request.as_of_is_default,
    }
    return render(request, "pilots/card_detail.html", context)


def _slots(states: tuple[TaskState, ...]) -> list:
    """The kinds of evidence of a card once each, the worst state of each kind."""
    found = {}
    for state in states:
        for slot in state.slots:
            known = found.get(slot.type.pk)
            if known is None or (known.approved and not slot.approved):
                found[slot.type.pk] = slot
    return sorted(found.values(), key=lambda slot: slot.type.order)


def _records(request: HttpRequest, tasks: tuple[Task, ...]) -> list[tuple[datetime.date | None, str, str, str]]:
    """(day, title, state then, address) of the activities and files linked to the tasks, newest first."""
    found = []
    for model in (*record_models(), Evidence):
        rows = model.objects.visible_to(request.user).filter(tasks__in=tasks).with_state_on(request.as_of).distinct()
        for row in rows:
            if row.state_on is not None:
                day = getattr(row, "day", None) or getattr(row, "dated", None)
                found.append((day, str(row), ReviewState(row.state_on).label, row.get_absolute_url()))
    return sorted(found, key=lambda row: row[0] or datetime.date.min, reverse=True)
