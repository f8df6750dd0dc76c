"""The figures whose rows live in this room: documents, mechanisms, the three lists, archives, completion of tasks."""

import datetime
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import QuerySet

from pilots.documents import Documents, documents_on
from pilots.metrics import NOT_APPLICABLE, UNREGISTERED, Figure, metric
from pilots.models import Evidence, Indicator, Pilot, ReviewAction, ReviewStep, Task
from pilots.queries import evidence_completeness, task_progress
from pilots.states import TaskState, ratio, task_states

THREE_LISTS = ("resource_list", "need_list", "issue_list")


def document_rows(pilot: Pilot, as_of: datetime.date, evidence: str | list[str] = (), period: str = "") -> QuerySet[Evidence]:
    """The files behind document_count of one pilot."""
    kinds = [evidence] if isinstance(evidence, str) else list(evidence)
    rows = Evidence.objects.approved_by(as_of).filter(pilot=pilot)
    return rows.filter(type__code__in=kinds) if kinds else rows


@metric("document_count", rows=document_rows, source=documents_on)
def document_count(found: Documents, evidence: str | list[str] = (), period: str = "") -> dict[int, Figure]:
    """份: approved files of a kind; for a list of kinds, how many of the kinds are there."""
    if isinstance(evidence, str):
        return {pilot: Figure(Decimal(kinds[evidence])) for pilot, kinds in found.kinds.items()}
    return {pilot: Figure(Decimal(sum(kind in kinds for kind in evidence))) for pilot, kinds in found.kinds.items()}


def list_rows(pilot: Pilot, as_of: datetime.date) -> QuerySet[Evidence]:
    return document_rows(pilot, as_of, list(THREE_LISTS))


@metric("list_kind_covered", rows=list_rows, source=documents_on)
def list_kind_covered(found: Documents) -> dict[int, Figure]:
    """项, 0–3: for how many of 资源清单、需求清单、问题清单 an approved list exists (方案四（一）“三项清单”)."""
    return document_count(found, evidence=list(THREE_LISTS))


def mechanism_rows(pilot: Pilot, as_of: datetime.date, topic: str = "") -> QuerySet[Evidence]:
    rows = document_rows(pilot, as_of, "mechanism_doc")
    if topic:
        wanted = Indicator.objects.filter(metric__code="mechanism_count", params__topic=topic)
        rows = rows.filter(tasks__obligation__indicators__in=wanted).distinct()
    return rows


@metric("mechanism_count", rows=mechanism_rows, source=documents_on)
def mechanism_count(found: Documents, topic: str = "") -> dict[int, Figure]:
    """项: approved 制度机制文件; of a topic: those that prove a task asking for a mechanism of that topic."""
    return {pilot: Figure(Decimal(len(topics.get(topic, ())))) for pilot, topics in found.mechanisms.items()}


@metric("archive_complete_rate")
def archive_complete_rate(pilots: list[Pilot], as_of: datetime.date) -> dict[int, Figure]:
    """%: kinds of evidence approved ÷ asked for, over the tasks whose due date has come."""
    found = evidence_completeness(pilots, as_of, due_only=True)
    return {pilot: ratio(c.approved, c.required) for pilot, c in found.items()}


@metric("archive_first_pass_rate")
def archive_first_pass_rate(pilots: list[Pilot], as_of: datetime.date) -> dict[int, Figure]:
    """%: files whose first decision was 通过 ÷ files decided on; 0 where none was (on_empty: zero)."""
    decisions = ReviewStep.objects.filter(
        content_type__app_label="pilots",
        content_type__model="evidence",
        object_id__in=Evidence.objects.filter(pilot__in=pilots).values("pk"),
        action__in=(ReviewAction.APPROVE, ReviewAction.RETURN),
        on__lte=as_of,
    )
    first: dict[int, str] = {}
    for file, action in decisions.order_by("id").values_list("object_id", "action"):
        first.setdefault(file, action)
    passed, decided = defaultdict(int), defaultdict(int)
    for file, pilot in Evidence.objects.filter(pk__in=first).values_list("pk", "pilot"):
        decided[pilot] += 1
        passed[pilot] += first[file] == ReviewAction.APPROVE
    return {pilot: ratio(passed[pilot], decided[pilot]) for pilot in decided}


@metric("task_completed_rate")
def task_completed_rate(pilots: list[Pilot], as_of: datetime.date) -> dict[int, Figure]:
    """%: pilot tasks done ÷ pilot tasks."""
    return {pilot: ratio(p.done, p.total) for pilot, p in task_progress(pilots, as_of).items()}


@metric("task_attainment")
def task_attainment(pilots: list[Pilot], as_of: datetime.date, clauses: list[str] = ()) -> dict[int, Figure]:
    """0–1: per task 0.8 × mean of min(1, 实际 ÷ 目标) + 0.2 × share of evidence approved, averaged over the tasks (all where none is named).

    未登记 as soon as one of the figures is.
    """
    tasks = Task.objects.filter(pilot__in=pilots, obligation__kind="pilot_task").select_related("obligation", "pilot")
    tasks = list(tasks.filter(obligation__code__in=clauses) if clauses else tasks)
    states = task_states(tasks, as_of)
    scores: dict[int, list[Decimal | None]] = defaultdict(list)
    for task in tasks:
        scores[task.pilot_id].append(_attained(states[task.pk]))
    return {pilot.pk: _mean(scores[pilot.pk]) for pilot in pilots}


def _attained(state: TaskState) -> Decimal | None:
    shares = []
    for measured in state.measures:
        if measured.figure is UNREGISTERED or measured.figure.value is None:
            return None
        target = measured.indicator.target
        shares.append(min(Decimal(1), measured.figure.value / target) if target else Decimal(measured.figure.value > 0))
    slots = Decimal(state.approved_slots) / len(state.slots) if state.slots else Decimal(1)
    return Decimal("0.8") * (sum(shares, Decimal(0)) / len(shares) if shares else 0) + Decimal("0.2") * slots


def _mean(scores: list[Decimal | None]) -> Figure:
    if not scores:
        return NOT_APPLICABLE
    if None in scores:
        return UNREGISTERED
    return Figure((sum(scores) / len(scores)).quantize(Decimal("0.001"), ROUND_HALF_UP))
