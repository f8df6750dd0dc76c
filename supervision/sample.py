"""Supervision of the sample year: eight months of visits to six pilots, what they found, meetings and 批示, through the services people use.

Everything happens in the order of its day, as it would have: numbers, closed months and deadlines come out by themselves.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import clock, history
from accounts.models import Role, User
from communities.sample_photos import photo
from pilots import files
from pilots.models import Pilot, RecurringPeriod
from pilots.sample_documents import sheet_pdf
from supervision import findings, meetings, visits
from supervision.models import Answer, Finding, FindingAction, FindingFile, Visit, VisitAnswer
from supervision.sample_findings import CASES, Case, Event
from supervision.sweep import sweep_reminders

INSPECTORS = "示例督导一、示例督导二"
PILOTS = ("P1", "P2", "P3", "P4", "P5", "P6")
VISITED: dict[str, tuple[int, ...]] = {
    "2022-08": (24, 25, 26, 30, 29, 31),
    "2022-09": (20, 21, 22, 23, 26, 27),
    "2022-10": (18, 24, 25, 19, 20, 21),
    "2022-11": (15, 23, 21, 24, 17, 30),
    "2022-12": (13, 14, 15, 16, 19, 20),
    "2023-01": (10, 11, 17, 18, 12, 13),
    "2023-02": (15, 14, 16, 17, 20, 21),
    "2023-03": (14, 22, 16, 17, 21, 31),
}
"""Day of the visit in each month, in the order of PILOTS."""
LATE = {("2022-11", "P6"): datetime.datetime(2022, 12, 1, 10, 5)}
"""Handed in on another day than that of the visit."""
DRAFT = ("2023-03", "P6")
"""The visit of the last day: on the spot, not handed in yet."""
LEFT_OPEN = "CK23"
MEETINGS = (("2022Q3", "2022-10-10"), ("2022Q4", "2023-01-09"), ("2023Q1", "2023-03-30"))
SWEEPS = (datetime.date(2022, 11, 25), datetime.date(2022, 11, 30), datetime.date(2022, 12, 6), datetime.date(2023, 3, 31))
REMARKS = ("", "", "现场查看，情况属实。", "", "抽查 5 份，资料齐全。", "", "已与负责人核对。")

Deed = tuple[datetime.datetime, Callable[[], object]]


def load_supervision() -> None:
    """The whole year; deeds are collected first and then carried out by the clock."""
    year = _Year()
    for moment, deed in sorted(year.deeds, key=lambda one: one[0]):
        with clock.at(clock.moment(moment.date(), moment.hour, moment.minute)):
            deed()


class _Year:
    """The people, and every deed of the year with its moment."""

    def __init__(self) -> None:
        people = {person.username: person for person in User.objects.select_related("unit").filter(sample=True)}
        self.office, self.second, self.leader = people["office"], people["office2"], people["leader"]
        self.writers = {p.unit_id: p for p in people.values() if p.role in (Role.COMMUNITY, Role.TOWN_CLERK)}
        self.pilots = {pilot.code: pilot for pilot in Pilot.objects.select_related("unit", "accountable", "programme")}
        self.made: dict[Case, Finding] = {}
        self.deeds: list[Deed] = []
        by_visit = defaultdict(list)
        for case in CASES:
            if case.item:
                by_visit[case.found, case.pilot].append(case)
            else:
                self.at(_on(case.found, 15, 0), lambda case=case: self.by_hand(case))
            for event in case.events:
                self.at(event.on, lambda case=case, event=event: self.happen(case, event))
        for month, days in VISITED.items():
            for code, number in zip(PILOTS, days, strict=True):
                day = datetime.date.fromisoformat(f"{month}-{number:02d}")
                self.plan_visit(month, code, day, by_visit.pop((day, code), []))
        if by_visit:
            raise ValueError(f"示例问题没有对应的督导：{sorted(by_visit)}")
        for period, held in MEETINGS:
            self.at(_on(datetime.date.fromisoformat(held), 16, 0), lambda period=period: self.meet(period))
        for day in SWEEPS:
            self.at(_on(day, 7, 0), sweep_reminders)
        self.at(datetime.datetime(2022, 12, 8, 11, 0), self.first_instruction)
        self.at(datetime.datetime(2022, 12, 20, 16, 0), self.answer_first)
        self.at(datetime.datetime(2023, 3, 29, 10, 30), self.second_instruction)

    def at(self, moment: datetime.datetime, deed: Callable[[], object]) -> None:
        self.deeds.append((moment, deed))

    # --- visits ---------------------------------------------------------------------------------------------------------------------

    def plan_visit(self, month: str, code: str, day: datetime.date, cases: list[Case]) -> None:
        self.at(_on(day, 9, 30), lambda: self.visit(code, day, cases, draft=(month, code) == DRAFT))
        if (month, code) != DRAFT:
            self.at(LATE.get((month, code), _on(day, 10, 12)), lambda: self.submit(code, day))
        if cases:
            self.at(_on(day, 16, 15), lambda: self.assign(cases))

    def visit(self, code: str, day: datetime.date, cases: list[Case], *, draft: bool) -> None:
        """Open the sheet, answer every item, photograph what does not comply."""
        with history.acting_as(self.office):
            visit = visits.open_visit(
                by=self.office, pilot=self.pilots[code], visited_on=day, visited_at=datetime.time(9, 30), inspectors=INSPECTORS
            )
            mine = {case.item: case for case in cases}
            visits.add_items(visit, by=self.office, codes=mine)
            given = {}
            for answer in visit.answers.all():
                one = _answered(answer, mine.get(answer.code), day)
                if one is not None and not (draft and answer.code == LEFT_OPEN):
                    given[answer.code] = one
            visits.answer_items(visit, by=self.office, given=given)
            for answer in visit.answers.filter(code__in=mine):
                with files.keeping(photo(mine[answer.code].scene, day, "整改前"), by=self.office) as stored:
                    visits.keep_visit_photo(answer, stored, by=self.office, caption="现场")

    def submit(self, code: str, day: datetime.date) -> None:
        visit = Visit.objects.get(pilot=self.pilots[code], visited_on=day)
        with history.acting_as(self.office):
            for finding in visits.submit_visit(visit, by=self.office, assign=False):
                case = next(c for c in CASES if c.pilot == code and c.found == day and c.item == finding.answer.code)
                self.made[case] = finding

    def assign(self, cases: list[Case]) -> None:
        with history.acting_as(self.office):
            for case in sorted(cases, key=lambda c: self.made[c].number):
                findings.assign_finding(self.made[case], by=self.office)

    # --- findings -------------------------------------------------------------------------------------------------------------------

    def by_hand(self, case: Case) -> None:
        with history.acting_as(self.office):
            self.made[case] = findings.register_finding(
                by=self.office,
                pilot=self.pilots[case.pilot],
                aspect=case.aspect,
                severity=case.severity,
                title=case.title,
                description=case.problem,
                requirement=case.requirement,
                source=case.source,
                deadline=case.deadline,
                person=self.writers[self.pilots[case.pilot].unit_id].name,
            )

    def happen(self, case: Case, event: Event) -> None:
        finding, unit = self.made[case], self.writers[self.made[case].unit_id]
        mine = event.action in findings.OF_UNIT
        by = unit if mine else self.second if event.action == FindingAction.CLOSE else self.office
        deed = {
            FindingAction.START: findings.start_rectifying,
            FindingAction.RECTIFY: findings.rectify_finding,
            FindingAction.CLOSE: findings.close_finding,
            FindingAction.RETURN: findings.send_back,
            FindingAction.ASK: findings.ask_extension,
            FindingAction.GRANT: findings.grant_extension,
            FindingAction.REFUSE: findings.refuse_extension,
            FindingAction.REOPEN: findings.reopen_finding,
        }[event.action]
        words = {"text": event.text} if event.action != FindingAction.START else {}
        until = {"until": event.until} if event.until else {}
        with history.acting_as(by):
            if event.action == FindingAction.RECTIFY:
                with files.keeping(photo(case.scene, event.on.date(), "整改后"), by=by) as stored:
                    findings.keep_finding_file(finding, stored, by=by, kind=FindingFile.Kind.AFTER)
            deed(finding, by=by, **words, **until)

    # --- meetings and 批示 ------------------------------------------------------------------------------------------------------------

    def meet(self, code: str) -> None:
        period = RecurringPeriod.objects.select_related("duty").get(duty__code="RC2", period=code)
        page = sheet_pdf(
            "调度会议纪要", f"{period.label}（示例）", clock.today(), ("一、通报各试点进度。", "二、研究需协调事项。", "三、明确下步安排。")
        )
        with history.acting_as(self.office):
            meetings.register_meeting(
                by=self.office,
                period=period,
                held_on=clock.today(),
                place="领导小组办公室会议室",
                chair="示例领导",
                attendees="普安街道、赤城镇、五个试点社区、县民政局、县财政局",
                items="1. 通报试点任务和资金执行进度；2. 协调竹林桥社区三无小区托管；3. 明确问题整改时限。",
                minutes=SimpleUploadedFile("调度会议纪要.pdf", page, content_type="application/pdf"),
            )

    def first_instruction(self) -> None:
        case = next(c for c in CASES if c.pilot == "P3" and c.found == datetime.date(2022, 10, 25))
        with history.acting_as(self.leader):
            self.instruction = meetings.enter_instruction(
                by=self.leader,
                words="竹林桥社区三无小区托管问题拖了一个多月，请普安街道专题研究，月底前办结，办公室跟踪督办。",
                given_on=datetime.date(2022, 12, 7),
                about="中期评估报告、竹林桥社区问题整改",
                pilot=self.pilots["P3"],
                finding=self.made[case],
            )

    def answer_first(self) -> None:
        with history.acting_as(self.office):
            meetings.answer_instruction(
                self.instruction, by=self.office, answer="普安街道 12 月 9 日专题研究，两处小区已签订托管协议，12 月 15 日现场核实并销号。"
            )

    def second_instruction(self) -> None:
        with history.acting_as(self.leader):
            meetings.enter_instruction(
                by=self.leader,
                words="验收前把未销号的问题清零，逐项列出责任人和时间。",
                given_on=datetime.date(2023, 3, 28),
                about="试点工作总结报告、问题销号",
            )


def _on(day: datetime.date, hour: int, minute: int) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour, minute))


def _answered(answer: VisitAnswer, case: Case | None, day: datetime.date) -> dict | None:
    """What the inspector enters for an item; None leaves it as the figures proposed."""
    if case is not None:
        drafted = {"problem_title": case.title, "problem": case.problem, "requirement": case.requirement, "severity": case.severity}
        return {"value": Answer.NO, "drafted": drafted | {"deadline": case.deadline}}
    mark = answer.order * 7 + day.day + day.month
    if answer.prefilled == Answer.NO:
        return {"value": Answer.PARTLY, "remark": "数据偏低，现场核实正在补齐，下次督导再看。"}
    if answer.prefilled:
        return None
    value = Answer.PARTLY if mark % 11 == 0 else Answer.YES
    return {"value": value, "remark": REMARKS[mark % len(REMARKS)]}
