"""The sample year's confirmations: reviewers confirm tasks as they become complete, a few days late, some not at all, one taken back."""

import datetime

from accounts import clock, history
from accounts.models import Role, User
from pilots import services
from pilots.models import ObligationKind, Task
from pilots.states import TaskState, task_states

LAST = datetime.date(2023, 3, 30)
ROUNDS = (
    *(datetime.date(2022, month, day) for month in (9, 10, 11, 12) for day in (9, 21)),
    datetime.date(2022, 11, 29),
    *(datetime.date(2023, month, day) for month, day in ((1, 6), (1, 18), (2, 3), (2, 15), (2, 27), (3, 8), (3, 17), (3, 24), (3, 29))),
)
"""The days on which reviewers go through what is complete; mid-month and month-end, none on a holiday."""
OPINIONS = ("", "材料齐全，同意。", "", "指标和材料已核对。", "已到现场核实。")
REVOKED_PILOT, REVOKED_ON = "P3", datetime.date(2023, 3, 20)


def confirm_sample_tasks() -> int:
    """Confirm what was complete on each round, as the reviewing units do; the number of confirmations. Run again it adds nothing."""
    if Task.objects.filter(confirmations__isnull=False).exists():
        return 0
    reviewers = _reviewers()
    done: set[int] = set()
    for day in sorted(ROUNDS):
        tasks = [task for task in _open_tasks() if task.pk not in done]
        states = task_states(tasks, day)
        for task in tasks:
            if _due_now(task, states[task.pk], day):
                _confirm(task, reviewers, day)
                done.add(task.pk)
    _revoke_one(reviewers)
    return len(done)


def _open_tasks() -> list[Task]:
    rows = Task.objects.filter(pilot__isnull=False, obligation__external=False).select_related("obligation", "pilot", "unit__parent")
    return list(rows.order_by("pilot__order", "obligation__order"))


def _due_now(task: Task, state: TaskState, day: datetime.date) -> bool:
    """Whether the reviewer gets to the task in this round: complete, and no pilot task that is left lying (every ninth, until spring)."""
    if not state.ready or state.confirmed:
        return False
    if task.obligation.kind != ObligationKind.PILOT_TASK:
        return True
    left_lying = (task.obligation.order + task.pilot.order) % 9 == 0
    return not left_lying or (day >= datetime.date(2023, 3, 8) and task.obligation.order % 2 == 0)


def _reviewers() -> dict[int, User]:
    """Who confirms for a unit: the town's leader for its communities, the office for streets and towns. By the reviewing unit's id."""
    people = User.objects.filter(sample=True, role__in=(Role.TOWN_LEADER, Role.OFFICE)).select_related("unit").order_by("-username")
    return {person.unit_id: person for person in people}


def _confirm(task: Task, reviewers: dict[int, User], day: datetime.date) -> None:
    unit = services.confirming_unit(task)
    person = reviewers[unit.pk]
    number = task.obligation.order
    with clock.at(clock.moment(day, 9 + number % 8, number * 7 % 60)), history.acting_as(person):
        services.confirm_task(task, by=person, opinion=OPINIONS[number % len(OPINIONS)])


def _revoke_one(reviewers: dict[int, User]) -> None:
    """One task is taken back after a second look, so that the page of a revoked task has something to show."""
    tasks = Task.objects.filter(pilot__code=REVOKED_PILOT, confirmations__on__lt=REVOKED_ON).select_related("unit__parent")
    task = tasks.order_by("obligation__order").first()
    if task is None:
        return
    person = reviewers[services.confirming_unit(task).pk]
    with clock.at(clock.moment(REVOKED_ON, 15, 20)), history.acting_as(person):
        services.revoke_confirmation(task, by=person, opinion="现场核实时活动记录与签到表不一致，请核对后再确认。")
