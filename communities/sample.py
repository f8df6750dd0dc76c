"""The sample year's activities: recorded, handed in and reviewed through the services people use, under the clock of their day.

Late, returned, withdrawn, voided, waiting and unfinished ones are among them, so that every page has something to show.
"""

import datetime
import random
import uuid
from dataclasses import dataclass, field

from django.db import transaction

from accounts import clock, history
from accounts.models import Role, Unit, UnitKind, User
from communities import queries, sample_words
from communities.activities import keep_photos, save_activity, submit_activity
from communities.models import Activity, ActivityPhoto
from communities.sample_photos import photo
from pilots import review
from pilots.models import ActivityCategory, Pilot, Task

START, END = datetime.date(2022, 7, 14), datetime.date(2023, 3, 31)
HOLIDAYS = {datetime.date(2022, 10, day) for day in range(1, 8)} | {datetime.date(2023, 1, day) for day in range(21, 28)}
PACE = {"P3": 1.3, "P4": 0.85}
"""竹林桥 begins late and catches up in spring, 下河街 is ahead."""
Kinds = ActivityPhoto.Kind


@dataclass
class Plan:
    """One activity before it is recorded. `course` says how it ends (see `_finish`)."""

    category: str
    day: datetime.date
    title: str
    course: str = "approved"
    writer: User | None = None


@dataclass
class Cast:
    """Who writes and who reviews for one pilot, and its own random numbers."""

    pilot: Pilot
    writer: User
    reviewer: User
    chance: random.Random
    confirmer: User | None = None
    contractor: User | None = None
    brought: dict[str, list[Task]] = field(default_factory=dict)
    categories: dict[str, ActivityCategory] = field(default_factory=dict)


def load_activities() -> int:
    """Record the year of all pilots; the number of records made."""
    categories = {category.code: category for category in ActivityCategory.objects.all()}
    for pilot in Pilot.objects.select_related("unit__parent", "accountable").order_by("order"):
        cast = _cast(pilot, categories)
        with transaction.atomic():
            for plan in _plans(cast):
                _hold(plan, cast)
    return Activity.objects.count()


def _cast(pilot: Pilot, categories: dict[str, ActivityCategory]) -> Cast:
    people = User.objects.select_related("unit").filter(sample=True)
    writer = people.get(unit=pilot.unit, role__in=(Role.COMMUNITY, Role.TOWN_CLERK))
    if pilot.unit.kind == UnitKind.COMMUNITY:
        reviewer = people.get(unit=pilot.accountable, role=Role.TOWN_CLERK)
    else:
        reviewer = people.filter(role=Role.OFFICE).order_by("id")[0]
    helper_unit = Unit.objects.filter(parent=pilot.unit, kind=UnitKind.CONTRACTOR).first()
    contractor = people.filter(unit=helper_unit).first() if helper_unit and pilot.unit.kind == UnitKind.COMMUNITY else None
    chance = random.Random(f"activities {pilot.code}")  # noqa: S311 - a repeatable sample, not a secret
    return Cast(pilot, writer, reviewer, chance, confirmer=writer if contractor else None, contractor=contractor, categories=categories)


def _plans(cast: Cast) -> list[Plan]:
    """The year of one pilot in the order of its days, with the special cases at its end."""
    chance, wanted = cast.chance, sample_words.PROGRAMME.get(cast.pilot.code, {"volunteer": 6, "discussion": 4})
    plans = []
    for category, most in wanted.items():
        count = most - most // 4
        titles = sample_words.KINDS[category].titles
        for number in range(count):
            share = (number + chance.random()) / count
            plans.append(
                Plan(
                    category,
                    _working_day(START + (END - START) * min(share ** PACE.get(cast.pilot.code, 1.0), 0.97)),
                    titles[number % len(titles)],
                )
            )
    for name, (year, month, day) in sample_words.FESTIVALS:
        if cast.pilot.code in ("P4", "P2") or (cast.pilot.code, name) in (("P1", "中秋"), ("P5", "重阳"), ("P6", "元宵"), ("P3", "春节")):
            before = 0 if name in ("重阳", "元宵") else 1
            held = datetime.date(year, month, day) - datetime.timedelta(days=before)
            plans.append(
                Plan("festival_culture", held, f"“我们的节日·{name}”{chance.choice(sample_words.KINDS['festival_culture'].titles)}")
            )
    plans.sort(key=lambda plan: (plan.day, plan.title))
    _mark(plans, cast)
    return plans


def _working_day(day: datetime.date) -> datetime.date:
    """Activities are held on any weekday and on Saturdays, not on the long holidays."""
    while day in HOLIDAYS or day.weekday() == 6:
        day += datetime.timedelta(days=1)
    return min(day, END - datetime.timedelta(days=4))


def _mark(plans: list[Plan], cast: Cast) -> None:
    """Give some of them another course than a plain approval."""
    for number, plan in enumerate(plans):
        if number % 9 == 4:
            plan.course = "corrected"
        elif number % 13 == 7:
            plan.course = "late"
        elif number % 17 == 11:
            plan.course = "withdrawn"
        if cast.contractor and number % 5 == 2:
            plan.writer = cast.contractor
    endings = {
        "P1": ("waiting", "draft"),
        "P2": ("returned", "waiting", "draft"),
        "P3": ("no_photos", "draft", "returned"),
        "P4": ("waiting", "waiting", "no_photos"),
        "P5": ("waiting", "returned"),
        "P6": ("waiting", "draft"),
    }.get(cast.pilot.code, ("waiting",))
    for back, course in enumerate(endings, 1):
        plan = plans[-back]
        plan.course, plan.day, plan.writer = course, END - datetime.timedelta(days=2 + back), None
    if cast.pilot.code in ("P5", "P6"):
        plans[len(plans) // 2].course = "voided"


def _hold(plan: Plan, cast: Cast) -> None:
    writer = plan.writer or cast.writer
    handed_in = clock.moment(plan.day, 15 + cast.chance.randrange(4), cast.chance.randrange(60))
    if plan.day.weekday() < 5 and cast.chance.random() < 0.3:
        handed_in += datetime.timedelta(days=1, hours=-6)
    handed_in = min(handed_in, clock.moment(END, 9, 30))
    with clock.at(handed_in), history.acting_as(writer):
        row = _record(plan, cast, writer)
        if plan.course in ("draft", "no_photos"):
            return
        submit_activity(row, by=writer)
    _finish(row, plan, cast, writer, handed_in)


def _record(plan: Plan, cast: Cast, writer: User) -> Activity:
    chance, category = cast.chance, cast.categories[plan.category]
    words = sample_words.KINDS[plan.category]
    if plan.category not in cast.brought:
        cast.brought[plan.category] = queries.brought_tasks(cast.pilot, category)
    outdoors = words.scenes[0] in ("courtyard", "ground", "garden")
    place = cast.pilot.unit.short_name + chance.choice(sample_words.PLACES if outdoors else sample_words.INDOORS)
    unfinished = plan.course == "draft"
    row = save_activity(
        None,
        by=writer,
        uid=uuid.UUID(int=chance.getrandbits(128), version=4),
        tasks=_served(cast.brought[plan.category], plan),
        values={
            "category": category,
            "title": plan.title,
            "day": plan.day,
            "start_time": datetime.time(chance.choice((9, 10, 14)), chance.choice((0, 30))),
            "place": "" if unfinished else place,
            "organiser": "示例承接组织" if writer.role == Role.CONTRACTOR else _organiser(cast),
            "participants": chance.randint(*words.people),
            "volunteers": chance.randint(*words.helpers),
            "content": "" if unfinished else words.content + chance.choice(sample_words.AFTERWARDS),
            "guardian_consent": category.about_minors and chance.random() < 0.9,
        },
    )
    shots = [(words.scenes[0], Kinds.SCENE), (words.scenes[1], Kinds.PROCESS), ("sheet", Kinds.SIGN_IN)]
    if plan.course in ("no_photos", "draft"):
        shots = shots[:1]
    elif not category.min_photos:
        shots = []
    elif chance.random() < 0.55 and plan.course != "corrected":
        shots = shots[:2]
    if shots:
        keep_photos(
            row,
            [(photo(scene, plan.day, kind.label), kind, uuid.UUID(int=chance.getrandbits(128), version=4)) for scene, kind in shots],
            by=writer,
        )
    return row


def _served(brought: list[Task], plan: Plan) -> list[Task]:
    """What the person leaves ticked: a training is for one audience, named in its title."""
    if plan.category != "training":
        return brought
    other = "社区工作者" if plan.title.startswith("社会工作") else "社会工作" if plan.title.startswith("社区工作者") else "　"
    return [task for task in brought if other not in task.obligation.title]


def _organiser(cast: Cast) -> str:
    chosen = cast.chance.choice(sample_words.ORGANISERS)
    if cast.pilot.unit.kind != UnitKind.COMMUNITY and chosen == "社区居民委员会":
        return "街道办事处"
    return chosen


def _finish(row: Activity, plan: Plan, cast: Cast, writer: User, when: datetime.datetime) -> None:
    """The other side's deeds: confirm, return, approve, late or not, void; each at its own hour, all before the year's end."""
    chance, last = cast.chance, clock.moment(END, 11, 0)

    def later(days: int, minutes: int = 0) -> datetime.datetime:
        """The next deed: some minutes later, or `days` later within the hours of an office."""
        nonlocal when
        then = when + datetime.timedelta(days=days, minutes=minutes + chance.randrange(50))
        if days:
            while then.weekday() >= 5 or then.date() in HOLIDAYS:
                then += datetime.timedelta(days=1)
            then = then.replace(hour=9 + chance.randrange(8))
        when = max(when, min(then, last))
        return when

    if plan.course == "withdrawn":
        with clock.at(later(0, 40)), history.acting_as(writer):
            review.withdraw(row, by=writer)
        with clock.at(later(0, 30)), history.acting_as(writer):
            submit_activity(Activity.objects.get(pk=row.pk), by=writer)
    if plan.writer is not None:
        with clock.at(later(1)), history.acting_as(cast.confirmer):
            review.approve(row, by=cast.confirmer, opinion="社区确认属实。")
    if plan.course == "waiting":
        return
    if plan.course in ("corrected", "returned"):
        with clock.at(later(1 + chance.randrange(3))), history.acting_as(cast.reviewer):
            review.send_back(row, by=cast.reviewer, opinion=chance.choice(sample_words.RETURNS))
        if plan.course == "returned":
            return
        with clock.at(later(1 + chance.randrange(2))), history.acting_as(writer):
            _correct(row, writer)
        if plan.writer is not None:
            with clock.at(later(1)), history.acting_as(cast.confirmer):
                review.approve(row, by=cast.confirmer, opinion="已补正，社区确认属实。")
    days = 24 + chance.randrange(12) if plan.course == "late" else 1 + chance.randrange(4)
    with clock.at(later(days)), history.acting_as(cast.reviewer):
        review.approve(row, by=cast.reviewer, opinion=chance.choice(sample_words.PASSED))
    if plan.course == "voided":
        _replace(row, cast, later)


def _correct(row: Activity, writer: User) -> None:
    fresh = Activity.objects.select_related("category").get(pk=row.pk)
    fresh = save_activity(
        fresh, by=writer, values={"content": f"{fresh.content}已按审核意见补充签到情况。"}, expected_version=fresh.version
    )
    submit_activity(fresh, by=writer)


def _replace(row: Activity, cast: Cast, later) -> None:
    """Approved with a wrong figure: voided by the reviewer, recorded anew by the unit and approved."""
    with clock.at(later(3)), history.acting_as(cast.reviewer):
        review.void(row, by=cast.reviewer, opinion="参加人次录入有误，请重新填报。")
    voided = Activity.objects.select_related("category").get(pk=row.pk)
    with clock.at(later(1)), history.acting_as(cast.writer):
        values = {
            name: getattr(voided, name)
            for name in ("category", "title", "day", "start_time", "place", "organiser", "volunteers", "content", "guardian_consent")
        }
        anew = save_activity(
            None,
            by=cast.writer,
            uid=uuid.UUID(int=cast.chance.getrandbits(128), version=4),
            values=values | {"participants": max(voided.participants - 9, 6)},
            tasks=list(voided.tasks.all()),
            supersedes=voided,
        )
        shots = [
            (photo("hall", voided.day, Kinds.SCENE.label), Kinds.SCENE, None),
            (photo("sheet", voided.day, Kinds.SIGN_IN.label), Kinds.SIGN_IN, None),
        ]
        keep_photos(anew, shots, by=cast.writer)
        submit_activity(anew, by=cast.writer)
    with clock.at(later(1)), history.acting_as(cast.reviewer):
        review.approve(anew, by=cast.reviewer, opinion="已核对签到表，同意。")
