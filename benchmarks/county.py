"""A county of N pilots for the benchmarks: the official plan fanned out to as many communities, and a year of records for each.

Clearly made up (基准社区0001) and created in bulk, without the services and without rows of the audit trail: it is only ever looked at by
`benchmarks.pages`, in a database of its own. The shape of the records (33 activities, 36 files, 20 confirmations a pilot, one in ten waiting
or returned) is that of the sample year. Money and supervision are made by county_money.py and county_supervision.py. Further pilots share the obligations of the plan's five communities in turn: 304 tasks for 6 pilots,
some 25,000 for 600.
"""

import datetime
import random
from collections import defaultdict
from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import models, transaction

from accounts.models import Notice, Role, Unit, UnitKind, User
from accounts.pinyin import search_key
from accounts.sample import create_accounts
from benchmarks.county_money import add_money
from benchmarks.county_supervision import add_supervision
from communities.models import Activity, ActivityPhoto
from communities.queries import brought_tasks, categories_of
from pilots.models import Evidence, Pilot, ReviewAction, ReviewState, ReviewStep, StoredFile, Task, TaskConfirmation, TaskGroup, TaskRole

PILOTS_PER_TOWN = 30
ACTIVITIES, FILES, CONFIRMED = 33, 36, 20
FIRST = datetime.date(2022, 7, 1)
DAYS = 270
BATCH = 2000


@transaction.atomic
def make_county(pilots: int, *, password: str, entries: int | None = None) -> None:
    """Fill an empty database: plan, accounts, `pilots` pilots (at least the plan's six), their records. The same numbers give the same rows.

    `entries`: so many payments in the ledger in all, instead of 24 a pilot."""
    call_command("load_plan", verbosity=0)
    create_accounts(password=password)
    _add_pilots(pilots - 6)
    _Records(random.Random(20220715)).make()
    add_money(random.Random(20220716), entries=entries)
    add_supervision(random.Random(20220717))


# --- units, pilots, tasks ---------------------------------------------------------------------------------------------------------------


def _add_pilots(number: int) -> None:
    """Towns of thirty communities each; every community a pilot with the tasks of one of the plan's five, every town those of 赤城镇."""
    if number <= 0:
        return
    patterns = list(Pilot.objects.filter(unit__kind=UnitKind.COMMUNITY).select_related("accountable"))
    pattern_town = patterns[-1].accountable
    towns = _units(UnitKind.TOWN, "基准镇", -(-number // PILOTS_PER_TOWN), [pattern_town.parent])
    people = [
        User(username=f"bench_town{i}", name="基准镇经办人", unit=town, role=Role.TOWN_CLERK, must_change_password=False)
        for i, town in enumerate(towns, 1)
    ]
    User.objects.bulk_create(people)
    communities = _units(UnitKind.COMMUNITY, "基准社区", number, [town for town in towns for _ in range(PILOTS_PER_TOWN)])
    made = [
        Pilot(
            programme=pattern.programme, code=f"B{index + 1}", order=100 + index, clause=pattern.clause, name=f"{unit.short_name}试点", unit=unit,
            accountable=unit.parent, type_id=pattern.type_id, heading_quote=pattern.heading_quote,
        )
        for index, unit in enumerate(communities)
        for pattern in [patterns[index % len(patterns)]]
    ]  # fmt: skip
    made = Pilot.objects.bulk_create(made)
    for place, pattern in enumerate(patterns):
        own = [pilot for index, pilot in enumerate(made) if index % len(patterns) == place]
        _copy_tasks(Task.objects.filter(pilot=pattern), [(pilot, pilot.unit) for pilot in own])
        _copy_groups(pattern, own)
    _copy_tasks(Task.objects.filter(pilot=None, unit=pattern_town), [(None, town) for town in towns])


def _units(kind: UnitKind, name: str, number: int, parents: list[Unit]) -> list[Unit]:
    """Numbered units; parents in turn, the last one for all that remain."""
    units = []
    for index in range(number):
        named = f"{name}{index + 1:04}"
        parent = parents[min(index, len(parents) - 1)]
        code = f"bench_{kind.value}_{index + 1}"
        units.append(
            Unit(
                code=code, name=named, short_name=named, kind=kind, parent=parent, order=2000 + index, search=search_key(named), sample=True
            )
        )
    return Unit.objects.bulk_create(units)


def _copy_tasks(pattern: models.QuerySet, places: list[tuple[Pilot | None, Unit]]) -> None:
    """The tasks of `pattern` once more for each (pilot, unit), with their roles."""
    rows = list(pattern.prefetch_related("roles"))
    pairs = [
        (Task(obligation_id=row.obligation_id, pilot=pilot, unit=unit, accountable=pilot.accountable if pilot else unit), row)
        for pilot, unit in places
        for row in rows
    ]
    Task.objects.bulk_create([task for task, _ in pairs], batch_size=BATCH)
    roles = []
    for task, row in pairs:
        for role in row.roles.all():
            unit = {row.unit_id: task.unit_id, row.accountable_id: task.accountable_id}.get(role.unit_id, role.unit_id)
            roles.append(TaskRole(task=task, kind=role.kind, unit_id=unit))
    TaskRole.objects.bulk_create(roles, batch_size=BATCH, ignore_conflicts=True)


def _copy_groups(pattern: Pilot, pilots: list[Pilot]) -> None:
    """The cards of a community."""
    for group in TaskGroup.objects.filter(pilot=pattern).prefetch_related("obligations"):
        made = TaskGroup.objects.bulk_create(
            [TaskGroup(pilot=pilot, criterion=group.criterion, order=group.order, name=group.name, weight=group.weight) for pilot in pilots]
        )
        link = TaskGroup.obligations.through
        link.objects.bulk_create(
            [link(taskgroup=own, obligation=duty) for own in made for duty in group.obligations.all()], batch_size=BATCH
        )


# --- records ------------------------------------------------------------------------------------------------------------------------------


class _Records:
    """Activities with photos, files, their steps, confirmations and messages, for every pilot there is."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.office = User.objects.select_related("unit").get(username="office")
        self.steps: list[tuple[models.Model, list[ReviewStep]]] = []
        self.patterns: dict[tuple[int, ...], list] = {}

    def make(self) -> None:
        tasks: dict[int, list[Task]] = defaultdict(list)
        for task in Task.objects.filter(pilot__isnull=False).select_related("obligation").prefetch_related("obligation__evidence_types"):
            tasks[task.pilot_id].append(task)
        for pilot in Pilot.objects.select_related("unit", "accountable").order_by("order"):
            self._activities(pilot, tasks[pilot.pk])
            self._files(pilot, tasks[pilot.pk])
            chosen = [task for task in tasks[pilot.pk] if not task.obligation.external][:CONFIRMED]
            TaskConfirmation.objects.bulk_create(
                [TaskConfirmation(task=task, confirmed=True, on=self._day(200), actor=self.office) for task in chosen]
            )
        Notice.objects.bulk_create([Notice(recipient=self.office, key=f"bench-{i}", title=f"基准消息{i}") for i in range(50)])

    def _day(self, after: int = 0) -> datetime.date:
        return FIRST + datetime.timedelta(days=self.chance.randrange(after, DAYS))

    def _served(self, pilot: Pilot, tasks: list[Task]) -> list[tuple[object, list[int]]]:
        """(category, obligations an activity of it serves); looked up once for pilots of the same obligations."""
        key = tuple(sorted(task.obligation_id for task in tasks))
        if key not in self.patterns:
            found = [(category, [task.obligation_id for task in brought_tasks(pilot, category)]) for category in categories_of(pilot)]
            self.patterns[key] = found or [(None, [])]
        return self.patterns[key]

    def _activities(self, pilot: Pilot, tasks: list[Task]) -> None:
        served, rows, links = self._served(pilot, tasks), [], []
        by_duty = {task.obligation_id: task for task in tasks}
        for number in range(ACTIVITIES):
            category, duties = served[number % len(served)]
            state, waiting = self._fate(pilot)
            rows.append(
                Activity(
                    pilot=pilot, unit=pilot.unit, category=category, title=f"基准活动{number + 1:02}", day=self._day(), place="社区党群服务中心",
                    organiser=pilot.unit.short_name, participants=self.chance.randrange(8, 90), volunteers=self.chance.randrange(0, 9),
                    content="基准数据，只用于测量。", state=state, waiting_at=waiting, created_by=self.office, search=f"jizhunhuodong{number}",
                )
            )  # fmt: skip
            links.append([by_duty[duty] for duty in duties])
        Activity.objects.bulk_create(rows)
        through = Activity.tasks.through
        through.objects.bulk_create([through(activity=row, task=task) for row, own in zip(rows, links, strict=True) for task in own])
        self._steps(rows, [row.day for row in rows])
        files = [self._stored("image", pilot, f"a{row.pk}-{side}") for row in rows for side in (1, 2)]
        StoredFile.objects.bulk_create(files)
        ActivityPhoto.objects.bulk_create(
            [ActivityPhoto(activity=rows[index // 2], file=file, order=index % 2) for index, file in enumerate(files)]
        )

    def _files(self, pilot: Pilot, tasks: list[Task]) -> None:
        asked = [(task, kind) for task in tasks if not task.obligation.external for kind in task.obligation.evidence_types.all()]
        chosen = self.chance.sample(asked, min(FILES, len(asked)))
        files = StoredFile.objects.bulk_create([self._stored("pdf", pilot, f"e{number}") for number in range(len(chosen))])
        rows = []
        for number, ((_task, kind), file) in enumerate(zip(chosen, files, strict=True)):
            state, waiting = self._fate(pilot)
            rows.append(
                Evidence(
                    pilot=pilot, unit=pilot.unit, type=kind, title=f"基准材料{number + 1:02}", dated=self._day(), file=file, state=state,
                    waiting_at=waiting, created_by=self.office, search=f"jizhuncailiao{number}",
                )
            )  # fmt: skip
        Evidence.objects.bulk_create(rows)
        through = Evidence.tasks.through
        through.objects.bulk_create([through(evidence=row, task=task) for row, (task, _) in zip(rows, chosen, strict=True)])
        self._steps(rows, [row.dated for row in rows])

    def _fate(self, pilot: Pilot) -> tuple[ReviewState, Unit | None]:
        """Nine in ten approved, the others waiting at the town or returned."""
        lot = self.chance.random()
        if lot < 0.9:
            return ReviewState.APPROVED, None
        return (ReviewState.SUBMITTED, pilot.accountable) if lot < 0.96 else (ReviewState.RETURNED, pilot.unit)

    def _steps(self, rows: Iterable[Activity | Evidence], days: list[datetime.date]) -> None:
        decided = {ReviewState.APPROVED: ReviewAction.APPROVE, ReviewState.RETURNED: ReviewAction.RETURN}
        steps = []
        for row, day in zip(rows, days, strict=True):
            kind = ContentType.objects.get_for_model(type(row))
            shared = {"content_type": kind, "object_id": row.pk, "actor": self.office}
            steps.append(ReviewStep(**shared, action=ReviewAction.SUBMIT, state=ReviewState.SUBMITTED, unit=row.unit, on=day))
            if row.state in decided:
                opinion = "请补充。" if row.state == ReviewState.RETURNED else ""
                on = day + datetime.timedelta(days=2)
                steps.append(
                    ReviewStep(**shared, action=decided[row.state], state=row.state, unit=row.pilot.accountable, on=on, opinion=opinion)
                )
        ReviewStep.objects.bulk_create(steps)

    def _stored(self, kind: str, pilot: Pilot, name: str) -> StoredFile:
        path = f"bench/{pilot.code}/{name}"
        return StoredFile(
            kind=kind, content_type="image/jpeg", original_name=name, size=200_000, sha256="0" * 64, path=path, uploaded_by=self.office
        )
