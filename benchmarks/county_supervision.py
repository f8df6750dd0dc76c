"""Supervision of the county made for the benchmarks: eight months of visits to every pilot, handed in, and what they found.

In bulk, in the order the triggers of supervision/locks.py allow: answers are added while a visit is a draft, then it is handed in. A visit asks
what the rotation asks in its month, eight items or all 24. About every third visit has one finding; seven in ten are closed, the others
stand somewhere on the way.
"""

import datetime
import random
from collections.abc import Iterator

from django.db.models import F

from accounts import clock
from accounts.models import User
from pilots.models import Pilot
from supervision.models import (
    Answer,
    ChecklistItem,
    Finding,
    FindingAction,
    FindingState,
    FindingStep,
    Severity,
    Visit,
    VisitAnswer,
    VisitKind,
    VisitState,
)
from supervision.rotation import items_for

MONTHS = [datetime.date(2022, month, 1) for month in range(8, 13)] + [datetime.date(2023, month, 1) for month in range(1, 4)]
BATCH = 5000
_WAY = (
    (FindingAction.FIND, FindingState.FOUND),
    (FindingAction.ASSIGN, FindingState.ASSIGNED),
    (FindingAction.START, FindingState.RECTIFYING),
    (FindingAction.RECTIFY, FindingState.RECHECKING),
    (FindingAction.CLOSE, FindingState.CLOSED),
)


def add_supervision(chance: random.Random) -> None:
    """Visits and findings for every pilot there is."""
    office = User.objects.select_related("unit").get(username="office")
    pilots = list(Pilot.objects.select_related("unit").order_by("order"))
    items = list(ChecklistItem.objects.all())
    number = 0
    for month in MONTHS:
        visits = Visit.objects.bulk_create([_visit(chance, pilot, month, office) for pilot in pilots], batch_size=BATCH)
        asked = items_for(VisitKind.MONTHLY, month, items)
        answers = [_answer(chance, visit, item) for visit in visits for item in asked]
        VisitAnswer.objects.bulk_create(answers, batch_size=BATCH)
        bad = {answer.visit_id: answer for answer in answers if answer.answer == Answer.NO}
        _findings(chance, [answer for answer in bad.values() if chance.random() < 0.5], office, after=number)
        number += len(bad)
    handed_in = {"state": VisitState.SUBMITTED, "submitted_on": F("visited_on"), "submitted_at": F("created_at"), "submitted_by": office}
    Visit.objects.filter(state=VisitState.DRAFT).update(**handed_in)


def _visit(chance: random.Random, pilot: Pilot, month: datetime.date, by: User) -> Visit:
    day = month + datetime.timedelta(days=chance.randrange(9, 26))
    return Visit(
        pilot=pilot, month=month, visited_on=day, inspectors="基准督导人员", conclusion="基准数据，只用于测量。", created_by=by,
        created_at=clock.moment(day, 9), saved_at=clock.moment(day, 11),
    )  # fmt: skip


def _answer(chance: random.Random, visit: Visit, item: ChecklistItem) -> VisitAnswer:
    lot = chance.random()
    return VisitAnswer(
        visit=visit, item=item, order=item.order, code=item.code, aspect=item.aspect, wording=item.wording, clauses=item.clauses,
        metric=item.metric, figure="77.8%" if item.metric else "", figure_note="基准数据" if item.metric else "",
        answer=Answer.YES if lot < 0.8 else Answer.PARTLY if lot < 0.9 else Answer.NO,
    )  # fmt: skip


def _findings(chance: random.Random, answers: list[VisitAnswer], by: User, *, after: int) -> None:
    """One finding an answer, with the steps it has gone."""
    rows = []
    for place, answer in enumerate(answers, after + 1):
        day = answer.visit.visited_on
        severity = chance.choice(Severity.values)
        deadline = day + datetime.timedelta(days={Severity.MINOR: 15, Severity.MAJOR: 20}.get(severity, 10))
        state = FindingState.CLOSED if chance.random() < 0.7 else chance.choice([state for _, state in _WAY[:-1]])
        rows.append(
            Finding(
                number=f"WT-{day:%Y-%m}-{place:05}", pilot=answer.visit.pilot, aspect=answer.aspect, severity=severity, answer=answer,
                title=f"基准问题{place}", description="基准数据，只用于测量。", requirement="限期整改。", found_on=day, unit=answer.visit.pilot.unit,
                person="基准责任人", first_deadline=deadline, deadline=deadline, state=state, created_by=by, created_at=clock.moment(day, 11),
                search="jizhunwenti",
            )
        )  # fmt: skip
    Finding.objects.bulk_create(rows, batch_size=BATCH)
    FindingStep.objects.bulk_create([step for row in rows for step in _steps(row, by)], batch_size=BATCH)


def _steps(row: Finding, by: User) -> Iterator[FindingStep]:
    for number, (action, state) in enumerate(_WAY):
        day = row.found_on + datetime.timedelta(days=number)
        text = "已整改，附照片。" if action == FindingAction.RECTIFY else ""
        shared = {"actor": by, "unit": by.unit, "on": day, "at": clock.moment(day, 11, number), "deadline": row.deadline, "text": text}
        yield FindingStep(finding=row, action=action, state=state, **shared)
        if state == row.state:
            return
