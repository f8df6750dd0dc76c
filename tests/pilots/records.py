"""Short ways to a handed-in file, an activity and a confirmation, through the services people use, on days of the test's choice."""

import datetime
import itertools

from accounts import clock
from accounts.models import Role, User
from communities.models import Activity
from pilots import evidence, review
from pilots.models import ActivityCategory, Evidence, EvidenceType, StoredFile, Task

_numbers = itertools.count(1)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def writer_of(task: Task) -> User:
    return User.objects.get(unit=task.unit, role__in=(Role.COMMUNITY, Role.TOWN_CLERK))


def reviewer_of(task: Task) -> User:
    unit = review.reviewer_after(task.unit)
    return User.objects.filter(unit=unit, role__in=(Role.TOWN_LEADER, Role.OFFICE)).order_by("username").first()


def stored(by: User) -> StoredFile:
    number = next(_numbers)
    return StoredFile.objects.create(
        kind=StoredFile.Kind.PDF,
        content_type="application/pdf",
        original_name=f"{number}.pdf",
        size=1,
        sha256=f"{number:064d}",
        path=f"test/{number}.pdf",
        uploaded_by=by,
    )


def hand_in(task: Task, kind: str, on: str, *, approved: str = "", returned: str = "", tasks: list[Task] | None = None) -> Evidence:
    """A file of `kind` for the task, submitted on a day, then approved or returned on another."""
    by = writer_of(task)
    with clock.at(day(on)):
        row = evidence.save_evidence(
            None,
            by=by,
            type=EvidenceType.objects.get(code=kind),
            title=f"{kind} {next(_numbers)}",
            dated=day(on),
            note="",
            tasks=tasks or [task],
            file=stored(by),
        )
        review.submit(row, by=by)
    _decide(row, reviewer_of(task), approved, returned)
    return row


def hold(task: Task, category: str, on: str, *, submitted: str = "", approved: str = "", returned: str = "") -> Activity:
    """An activity of `category` held on a day and recorded for the task; handed in the same day unless told otherwise."""
    by = writer_of(task)
    with clock.at(day(submitted or on)):
        row = Activity.objects.create(
            unit=task.unit,
            pilot=task.pilot,
            category=ActivityCategory.objects.get(code=category),
            title=f"活动{next(_numbers)}",
            day=day(on),
            place="社区活动室",
            organiser=task.unit.name,
            participants=12,
            volunteers=2,
            content="活动内容",
            created_by=by,
        )
        row.tasks.set([task])
        review.submit(row, by=by)
    _decide(row, reviewer_of(task), approved, returned)
    return row


def _decide(row, reviewer: User, approved: str, returned: str) -> None:
    if returned:
        with clock.at(day(returned)):
            review.send_back(row, by=reviewer, opinion="请补齐")
    if approved:
        with clock.at(day(approved)):
            review.approve(row, by=reviewer)
