"""The sample year's 佐证材料: handed in and reviewed through the same services as a person's, late, returned and missing ones among them."""

import datetime
import random
import uuid
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import clock, history
from accounts.models import Role, UnitKind, User
from pilots import evidence, files, review
from pilots.models import Evidence, EvidenceType, Pilot, StoredFile, Task
from pilots.sample_documents import sheet_jpeg, sheet_pdf

END = datetime.date(2023, 3, 31)
WINDOWS = {
    "前期": (datetime.date(2022, 7, 12), datetime.date(2022, 8, 26)),
    "组织": (datetime.date(2022, 7, 20), datetime.date(2022, 10, 20)),
    "项目实施": (datetime.date(2022, 8, 29), datetime.date(2023, 2, 24)),
    "资金使用": (datetime.date(2022, 9, 5), datetime.date(2023, 2, 24)),
    "督导": (datetime.date(2022, 9, 5), datetime.date(2023, 2, 24)),
    "宣传": (datetime.date(2022, 9, 20), datetime.date(2023, 3, 17)),
    "总结": (datetime.date(2023, 3, 1), datetime.date(2023, 3, 24)),
}
RETURNS = ("页面不清楚，请重新扫描后提交。", "缺少签字页，请补齐。", "落款日期与会议记录不一致，请核对。", "材料名称请写全称，并附清单。")
PACE = {"P1": 0.92, "P2": 1.0, "P3": 1.35, "P4": 0.8, "P5": 1.0, "P6": 0.95}
"""How long each pilot takes within a window: 竹林桥 is behind, 下河街 ahead, so that pages and lights have something to show."""
EARLY = 1.8
"""Most files come in the first half of their window."""
OWN_WINDOWS = {
    "half_year_summary": (datetime.date(2022, 12, 26), datetime.date(2022, 12, 30)),
    "annual_appraisal": (datetime.date(2023, 1, 5), datetime.date(2023, 1, 10)),
    "disclosure_record": (datetime.date(2022, 10, 8), datetime.date(2022, 10, 10)),
}
PHOTO_TYPES = frozenset({"activity_photo", "venue_photo", "before_after_photo"})


@dataclass(frozen=True)
class Course:
    """One file's way: when it is handed in, whether it is returned first, how it ends."""

    day: datetime.date
    returned: bool
    left: str


def load_evidence() -> int:
    """Hand in a plausible set of evidence for every pilot up to 2023-03-31; the number of records made."""
    return sum(_load_pilot(pilot) for pilot in Pilot.objects.select_related("unit__parent", "accountable").order_by("order"))


def _load_pilot(pilot: Pilot) -> int:
    writer = User.objects.select_related("unit").get(unit=pilot.unit, role__in=(Role.COMMUNITY, Role.TOWN_CLERK), sample=True)
    reviewer = _reviewer(pilot)
    chance = random.Random(f"evidence {pilot.code}")  # noqa: S311 - a repeatable sample, not a secret
    own = evidence.tasks_for(writer).filter(obligation__external=False).order_by()
    kinds = list(evidence.types_for(writer).filter(pk__in=own.values("obligation__evidence_types")))
    for number, kind in enumerate(kinds):
        course = _course(chance, kind, number, len(kinds), PACE.get(pilot.code, 1.0))
        if course is not None:
            _hand_in(pilot, kind, course, writer, reviewer, chance)
    return Evidence.objects.filter(pilot=pilot).count()


def _reviewer(pilot: Pilot) -> User:
    if pilot.unit.kind == UnitKind.COMMUNITY:
        return User.objects.select_related("unit").get(unit=pilot.accountable, role=Role.TOWN_CLERK, sample=True)
    return User.objects.select_related("unit").filter(role=Role.OFFICE, sample=True).order_by("id")[0]


def _course(chance: random.Random, kind: EvidenceType, number: int, count: int, pace: float) -> Course | None:
    """None where the file is still missing at the end of the year."""
    start, end = OWN_WINDOWS.get(kind.code) or WINDOWS.get(kind.category, WINDOWS["项目实施"])
    drawn = chance.random()
    if drawn < 0.06 * pace:
        return None
    day = start + (end - start) * min(chance.random() ** EARLY * pace, 1.25)
    while day.weekday() >= 5 or (day.month, day.day) in {(10, n) for n in range(1, 8)}:
        day += datetime.timedelta(days=1)
    if day > END - datetime.timedelta(days=3):
        return None
    left = "waiting" if number == count - 2 else "returned" if number == count - 3 else "draft" if number == count - 4 else "approved"
    if left != "approved":
        day = END - datetime.timedelta(days=1 + number % 3)
    return Course(day, returned=left == "approved" and chance.random() < 0.12, left=left)


def _hand_in(pilot: Pilot, kind: EvidenceType, course: Course, writer: User, reviewer: User, chance: random.Random) -> None:
    tasks: list[Task] = list(evidence.tasks_proved_by(writer, kind))
    title = f"{pilot.unit.short_name}{kind.name}（示例）"
    uid = uuid.UUID(int=chance.getrandbits(128), version=4)
    handed_in = clock.moment(course.day, 9 + chance.randrange(8), chance.randrange(60))
    draw, ending, mime = (sheet_jpeg, "jpg", "image/jpeg") if kind.code in PHOTO_TYPES else (sheet_pdf, "pdf", "application/pdf")
    content = draw(kind.name, pilot.unit.short_name, course.day, (f"对应任务：{'、'.join(t.obligation.title for t in tasks[:2])}",))
    with clock.at(handed_in), history.acting_as(writer):
        upload = SimpleUploadedFile(f"{title}.{ending}", content, content_type=mime)
        row = evidence.save_evidence(
            None,
            by=writer,
            uid=uid,
            type=kind,
            title=title,
            dated=course.day,
            note="",
            tasks=tasks,
            file=files.store_upload(upload, by=writer, kinds=frozenset(StoredFile.Kind)),
        )
        if course.left == "draft":
            return
        review.submit(row, by=writer)
    _review(row, course, writer, reviewer, handed_in, chance)


def _review(row: Evidence, course: Course, writer: User, reviewer: User, when: datetime.datetime, chance: random.Random) -> None:
    """The reviewer's side: a day or more later, back once where the course says so."""
    if course.left == "waiting":
        return
    when += datetime.timedelta(days=1 + chance.randrange(4), minutes=chance.randrange(90))
    when = min(when, clock.moment(END, 11, 30))
    if course.returned or course.left == "returned":
        with clock.at(when), history.acting_as(reviewer):
            review.send_back(row, by=reviewer, opinion=chance.choice(RETURNS))
        if course.left == "returned":
            return
        when += datetime.timedelta(days=1 + chance.randrange(3), minutes=40)
        when = min(when, clock.moment(END, 14, 0))
        with clock.at(when), history.acting_as(writer):
            review.submit(row, by=writer)
        when += datetime.timedelta(days=1, minutes=25)
    with clock.at(min(when, clock.moment(END, 16, 30))), history.acting_as(reviewer):
        review.approve(row, by=reviewer, opinion=chance.choice(("", "", "材料齐全，同意。", "已核对原件。")))
