"""The sample year's projects and money, made through the deeds people use, each on its day and by the person who would do it.

The table stands in funds/sample_year.py. What happens is first written down as events and then done in the order of their moments, so that
numbers run as they would have.
"""

import datetime
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import clock, history
from accounts.models import Role, User
from funds import contracts, payments, sources
from funds.models import Allocation, BudgetLine, Contract, ContractFile, LedgerEntry, Payment, PaymentFile, UseCategory
from funds.sample_year import YEAR, Deal, Pay, PilotYear, Work
from pilots import files, projects
from pilots.models import Pilot, Project, ProjectStep, StoredFile, Task
from pilots.sample_documents import sheet_pdf

Day = datetime.date
HOLIDAYS = {Day(2022, 9, 12), *(Day(2022, 10, n) for n in range(1, 8)), Day(2023, 1, 2), *(Day(2023, 1, n) for n in range(21, 28))}
END = Day(2023, 3, 31)
Kind, Steps = PaymentFile.Kind, ProjectStep.Kind
HEADS = {"P1": "示例街道主要负责人", "P2": "示例街道主要负责人", "P3": "示例街道主要负责人"}
LAST_DAYS = (Day(2023, 3, 27), Day(2023, 3, 28), Day(2023, 3, 29), Day(2023, 3, 30))
"""When the applications that still wait at the end of the year were handed in and handled."""
SOURCES = (
    ("province", "示例省财文〔2022〕37号", Day(2022, 7, 28), "2800000", "关于下达2022年城乡社区治理试点省级补助资金的通知（示例）"),
    ("county", "示例县财〔2022〕58号", Day(2022, 8, 3), "400000", "关于安排城乡社区治理试点县级配套资金的通知（示例）"),
)


def day_of(mmdd: str) -> Day:
    """0920 → 2022-09-20; before July it is 2023."""
    month = int(mmdd[:2])
    return Day(2022 if month >= 7 else 2023, month, int(mmdd[2:]))


def working(day: Day, days: int) -> Day:
    """`days` working days after (before) a day."""
    step = datetime.timedelta(days=1 if days > 0 else -1)
    for _ in range(abs(days)):
        day += step
        while day.weekday() >= 5 or day in HOLIDAYS:
            day += step
    return day


@dataclass
class Cast:
    """Who does what for one pilot, and the rows made so far."""

    pilot: Pilot
    applicant: User
    clerk: User
    leader: User
    finance: User
    office: User
    lines: dict[str, BudgetLine] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)

    @property
    def head_clerk(self) -> User:
        """Who registers the main leader's decision: the clerk, or where the clerk is the applicant the leader in charge."""
        return self.leader if self.applicant == self.clerk else self.clerk


class Story:
    """Events of the year, done in the order of their moments."""

    def __init__(self) -> None:
        self.events: list[tuple[datetime.datetime, int, User, Callable[[], object]]] = []

    def add(self, day: Day, hour: int, who: User, deed: Callable[[], object]) -> None:
        number = len(self.events)
        minute = zlib.crc32(f"{day}{number}".encode()) % 58
        self.events.append((clock.moment(day, hour, minute), number, who, deed))

    def run(self) -> None:
        for moment, _, who, deed in sorted(self.events, key=lambda event: event[:2]):
            with clock.at(moment), history.acting_as(who):
                deed()


def create_funds() -> int:
    """Projects and money of the six pilots up to 2023-03-31; the number of applications. Run again it adds nothing."""
    if Payment.objects.exists():
        return 0
    story = Story()
    casts = {
        pilot.code: _cast(pilot) for pilot in Pilot.objects.select_related("unit", "accountable").order_by("order") if pilot.code in YEAR
    }
    _issue(story, casts)
    for code, cast in casts.items():
        for work in YEAR[code].works:
            _plan(story, cast, work)
        _others(story, cast, YEAR[code])
    _corrections(story, casts)
    story.run()
    return Payment.objects.count()


def _cast(pilot: Pilot) -> Cast:
    people = User.objects.select_related("unit").filter(sample=True)
    town = {person.role: person for person in people.filter(unit=pilot.accountable)}
    return Cast(
        pilot=pilot,
        applicant=people.get(unit=pilot.unit, role__in=(Role.COMMUNITY, Role.TOWN_CLERK)),
        clerk=town[Role.TOWN_CLERK],
        leader=town[Role.TOWN_LEADER],
        finance=town[Role.TOWN_FINANCE],
        office=people.get(username="office"),
    )


# --- sources, budgets, contracts --------------------------------------------------------------------------------------------------------


def _issue(story: Story, casts: dict[str, Cast]) -> None:
    office = next(iter(casts.values())).office
    made: dict[str, object] = {}

    def register(level: str, number: str, issued: Day, amount: str, name: str) -> None:
        made[level] = sources.register_source(
            by=office, level=level, document_number=number, issued_on=issued, amount=Decimal(amount), name=name, note="示例数据"
        )

    def give(cast: Cast, level: str, amount: str) -> None:
        sources.allocate(made[level], by=office, pilot=cast.pilot, amount=Decimal(amount), document_number="示例县社治办〔2022〕6号")

    for row in SOURCES:
        story.add(working(row[2], 2), 10, office, lambda row=row: register(*row))
    for code, cast in casts.items():
        for level in ("province", "county"):
            amount = getattr(YEAR[code], level)
            story.add(Day(2022, 8, 8), 10, office, lambda c=cast, lv=level, a=amount: give(c, lv, a))


def _plan(story: Story, cast: Cast, work: Work) -> None:
    """A project: listed, budgeted, bought, begun, paid, completed."""
    story.add(Day(2022, 8, 4), 14, cast.applicant, lambda: _list(cast, work))
    story.add(Day(2022, 8, 9), 9, cast.office, lambda: _budget(cast, work))
    if work.deal is not None:
        story.add(day_of(work.deal.signed), 15, cast.clerk, lambda: _sign(cast, work, work.deal))
    _carry_out(story, cast, work)
    for pay in work.pays:
        _apply(story, cast, work, pay)


def _list(cast: Cast, work: Work) -> None:
    own = Task.objects.filter(pilot=cast.pilot, obligation__code__in=work.tasks.split())
    start = day_of(work.deal.signed) if work.deal else Day(2022, 8, 25)
    cast.projects[work.name] = projects.save_project(
        None,
        by=cast.applicant,
        pilot=cast.pilot,
        tasks=list(own),
        name=work.name,
        kind=work.kind,
        works=work.works,
        responsible=cast.applicant.name,
        planned_start=start,
        planned_end=_planned_end(work),
        budget_note="金额为示例",
    )
    for name, due in (("合同签订" if work.deal else "首次活动", working(start, 3)), ("完工", _planned_end(work))):
        projects.add_milestone(cast.projects[work.name], by=cast.applicant, name=name, due=due)


def _planned_end(work: Work) -> Day:
    """Most projects plan a week more than they take; every fifth comes late; those that never end were to end with the phase."""
    if not work.ends:
        return Day(2023, 2, 28)
    return working(day_of(work.ends[0]), -4 if zlib.crc32(work.name.encode()) % 5 == 0 else 5)


def _budget(cast: Cast, work: Work) -> None:
    category = UseCategory.objects.get(code=work.category)
    cast.lines[work.name] = contracts.open_line(
        cast.projects[work.name], by=cast.office, category=category, amount=Decimal(work.budget), reason="试点项目实施方案"
    )


def _sign(cast: Cast, work: Work, deal: Deal) -> None:
    number = [w.name for w in YEAR[cast.pilot.code].works if w.deal].index(work.name) + 1
    contract = contracts.sign_contract(
        cast.lines[work.name],
        by=cast.clerk,
        number=f"HT-2022-{cast.pilot.code}-{number:03d}",
        name=work.name,
        contractor=deal.contractor,
        party=deal.party,
        method=deal.method,
        awarded_on=working(day_of(deal.signed), -4),
        signed_on=day_of(deal.signed),
        amount=Decimal(deal.amount),
        prepayment_percent=deal.prepayment,
        bank="示例银行",
        account_tail="0217" if deal.contractor == "示例社工服务中心" else f"{zlib.crc32(deal.contractor.encode()) % 9000 + 1000}",
    )
    cast.contracts[work.name] = contract
    kinds = [ContractFile.Kind.PROCUREMENT, ContractFile.Kind.AWARD, ContractFile.Kind.CONTRACT]
    if work.name == "社企融合路径研究":
        kinds.remove(ContractFile.Kind.AWARD)  # one set of papers is not complete
    for kind in kinds:
        contracts.attach_contract_file(contract, by=cast.clerk, kind=kind, file=_paper(cast, cast.clerk, kind.label, work.name))


def _carry_out(story: Story, cast: Cast, work: Work) -> None:
    """The steps of the project and its milestones."""
    start = working(day_of(work.deal.signed), 3) if work.deal else Day(2022, 8, 25)
    ends = [day_of(day) for day in work.ends] or ([Day(2023, 3, 20)] if work.deal is None and cast.pilot.code != "P3" else [])

    def step(kind: str, day: Day, percent: int | None = None) -> None:
        projects.add_step(cast.projects[work.name], by=cast.applicant, kind=kind, day=day, percent=percent)

    def met(number: int, day: Day) -> None:
        row = list(cast.projects[work.name].milestones.order_by("id"))[number]
        projects.finish_milestone(row, by=cast.applicant, done_on=day, proof="签订的合同" if number == 0 else "完工照片")

    story.add(start, 11, cast.applicant, lambda: step(Steps.STARTED, start))
    story.add(start, 12, cast.applicant, lambda: met(0, start))
    paid = [day_of(pay.day) for pay in work.pays if day_of(pay.day) <= END and day_of(pay.day) > start]
    before = [day for day in paid if not ends or day < ends[0]]
    for number, day in enumerate(before, 1):
        percent = 90 * number // (len(work.pays) + 1)
        story.add(day, 8, cast.applicant, lambda d=day, p=percent: step(Steps.PROGRESS, d, p))
    if ends:
        story.add(ends[0], 16, cast.applicant, lambda: step(Steps.COMPLETED, ends[0]))
        story.add(ends[0], 17, cast.applicant, lambda: met(1, ends[0]))
    if len(ends) > 1:
        story.add(ends[1], 16, cast.applicant, lambda: step(Steps.ACCEPTED, ends[1]))
        if work.deal is not None:
            story.add(
                ends[1],
                17,
                cast.clerk,
                lambda: contracts.attach_contract_file(
                    cast.contracts[work.name],
                    by=cast.clerk,
                    kind=ContractFile.Kind.ACCEPTANCE,
                    file=_paper(cast, cast.clerk, "验收单", work.name),
                ),
            )


# --- applications -----------------------------------------------------------------------------------------------------------------------


class Course:
    """One application on its way: the deeds, each on its day."""

    def __init__(self, story: Story, cast: Cast, work: Work, pay: Pay) -> None:
        self.story, self.cast, self.work, self.pay = story, cast, work, pay
        self.row: Payment | None = None
        self.large = Decimal(pay.amount) >= 50_000

    def at(self, day: Day, hour: int, who: User, deed: Callable[[], object]) -> None:
        self.story.add(day, hour, who, deed)

    def write(self, amount: str = "") -> None:
        cast, contract = self.cast, self.cast.contracts.get(self.work.name)
        prepaid = self.pay.course == "prepaid"
        number = f"0510022{zlib.crc32(f'{cast.pilot.code}{self.work.name}{self.pay.day}{self.pay.course}'.encode()):010d}"
        self.row = payments.save_payment(
            self.row,
            by=cast.applicant,
            contract=contract,
            line=cast.lines[self.work.name],
            payee=self.work.payee,
            amount=Decimal(amount or self.pay.amount),
            purpose=self.pay.purpose,
            is_prepayment=prepaid,
            witness="示例居民代表",
            explanation="合同约定预付一半，用于苗木和石材备料。" if prepaid else "",
            invoices=[] if prepaid or self.pay.course == "draft" else [number],
        )

    def attach(self) -> None:
        kinds = [Kind.ACCEPTANCE, Kind.INVOICE] if self.pay.course not in ("prepaid", "draft") else []
        for kind in [*kinds, *([Kind.MINUTES] if self.large else [])]:
            self.paper(self.cast.applicant, kind)

    def paper(self, who: User, kind: str) -> None:
        label = Kind(kind).label
        payments.attach_payment_file(self.row, by=who, kind=kind, file=_paper(self.cast, who, label, self.pay.purpose))

    def submit(self) -> None:
        payments.submit_payment(self.row, by=self.cast.applicant)

    def hand_in(self) -> None:
        self.write()
        self.attach()
        self.submit()

    def review(self) -> None:
        payments.approve_payment(self.row, by=self.cast.leader, opinion="情况属实，同意。")

    def check(self) -> None:
        payments.approve_payment(self.row, by=self.cast.finance, opinion="发票、合同、余额已核对。")

    def approve(self) -> None:
        head = HEADS.get(self.cast.pilot.code, "示例镇主要负责人")
        words = "经集体研究，同意支付。" if self.large else "同意支付。"
        payments.approve_payment(self.row, by=self.cast.head_clerk, opinion=words, approver=head, approved_on=clock.today())

    def pay_out(self) -> None:
        cast, day = self.cast, clock.today()
        voucher = _voucher(cast, day, self.pay)
        file = _paper(cast, cast.finance, "银行付款凭证", self.pay.purpose)
        payments.pay_payment(self.row, by=cast.finance, paid_on=day, voucher_no=voucher, voucher_file=file)

    def file(self) -> None:
        payments.file_payment(self.row, by=self.cast.office)

    def walk(self, handed_in: Day, paid: Day, *, until: str = "") -> None:
        """From the hand-in through the desks, ending before the desk named `until`."""
        days = [handed_in, working(handed_in, 1), working(handed_in, 2), working(handed_in, 4), paid, working(paid, 2)]
        cast = self.cast
        way = (
            ("", 10, cast.applicant, self.hand_in),
            ("town_review", 11, cast.leader, self.review),
            ("finance_check", 14, cast.finance, self.check),
            ("head_approval", 15, cast.head_clerk, self.approve),
            ("to_pay", 16, cast.finance, self.pay_out),
            ("paid", 9, cast.office, self.file),
        )
        for day, (desk, hour, who, deed) in zip(days, way, strict=True):
            if until and desk == until:
                return
            self.at(min(day, END), hour, who, deed)


VOUCHERS = {("P6", "1125"): "记-1147", ("P1", "1124"): "记-1139", ("P4", "1118"): "记-1121", ("P2", "1116"): "记-1116"}
VOUCHERS |= {("P5", "1111"): "记-1102", ("P3", "1108"): "记-1093"}


def _voucher(cast: Cast, day: Day, pay: Pay) -> str:
    """记-1147: the month and a number within it; those of November as in the design's pictures."""
    known = VOUCHERS.get((cast.pilot.code, pay.day))
    if known:
        return known
    taken = LedgerEntry.objects.filter(unit=cast.pilot.accountable, year=day.year, on__month=day.month).count()
    return f"记-{day.month:02d}{taken + 31:02d}"


def _apply(story: Story, cast: Cast, work: Work, pay: Pay) -> None:
    course, paid = Course(story, cast, work, pay), day_of(pay.day)
    handed_in = working(paid, -7)
    kind, _, desk = pay.course.partition(" ")
    if work.deal and handed_in <= day_of(work.deal.signed):
        handed_in = working(paid, -6)
    special = {
        "waiting": lambda: _waiting(course, desk),
        "draft": lambda: _draft(course),
        "returned": lambda: _returned(course),
        "rejected": lambda: _rejected(course, handed_in),
        "slow": lambda: _slow(course, paid),
        "cut": lambda: _cut(course, paid),
        "corrected": lambda: _corrected(course, paid),
        "unfiled": lambda: course.walk(min(handed_in, LAST_DAYS[0]), paid, until="paid"),
        "reversed": lambda: _reversed(course, handed_in, paid),
    }
    if kind in special:
        special[kind]()
        return
    course.walk(handed_in, paid)
    if kind == "prepaid":
        story.add(Day(2022, 12, 19), 10, cast.applicant, lambda: _late_invoice(course))
    if kind == "refund":
        story.add(Day(2023, 3, 6), 15, cast.finance, lambda: _refund(course))


def _waiting(course: Course, desk: str) -> None:
    cast = course.cast
    way = (
        ("", cast.applicant, course.hand_in),
        ("town_review", cast.leader, course.review),
        ("finance_check", cast.finance, course.check),
        ("head_approval", cast.head_clerk, course.approve),
    )
    for day, (name, who, deed) in zip(LAST_DAYS, way, strict=True):
        if name == desk:
            return
        course.at(day, 10, who, deed)


def _draft(course: Course) -> None:
    course.at(LAST_DAYS[3], 15, course.cast.applicant, course.write)


def _returned(course: Course) -> None:
    cast = course.cast
    course.at(LAST_DAYS[1], 10, cast.applicant, course.hand_in)
    course.at(LAST_DAYS[2], 10, cast.leader, course.review)
    words = "发票金额与验收单不一致，请核对后重新上传。"
    course.at(LAST_DAYS[3], 14, cast.finance, lambda: payments.return_payment(course.row, by=cast.finance, opinion=words))


def _rejected(course: Course, handed_in: Day) -> None:
    cast = course.cast
    course.at(handed_in, 10, cast.applicant, course.hand_in)
    words = "用餐支出不在试点资金使用范围内，不予支付。"
    course.at(working(handed_in, 1), 11, cast.leader, lambda: payments.reject_payment(course.row, by=cast.leader, opinion=words))


def _slow(course: Course, paid: Day) -> None:
    """Handed in on 2022-11-25 and still at the finance office on 2022-11-30."""
    cast = course.cast
    course.at(Day(2022, 11, 25), 15, cast.applicant, course.hand_in)
    course.at(Day(2022, 11, 29), 11, cast.leader, course.review)
    course.at(Day(2022, 12, 2), 14, cast.finance, course.check)
    course.at(Day(2022, 12, 6), 15, cast.head_clerk, course.approve)
    course.at(paid, 16, cast.finance, course.pay_out)
    course.at(working(paid, 2), 9, cast.office, course.file)


def _cut(course: Course, paid: Day) -> None:
    """Drafted with too much on 2022-11-30, cut to the balance when the invoice had come."""
    cast = course.cast
    course.at(Day(2022, 11, 30), 14, cast.applicant, lambda: course.write("96000"))
    course.at(Day(2022, 12, 13), 9, cast.applicant, course.write)
    course.at(Day(2022, 12, 13), 10, cast.applicant, lambda: (course.attach(), course.submit()))
    course.at(Day(2022, 12, 14), 11, cast.leader, course.review)
    course.at(Day(2022, 12, 16), 14, cast.finance, course.check)
    course.at(Day(2022, 12, 20), 15, cast.head_clerk, course.approve)
    course.at(paid, 16, cast.finance, course.pay_out)
    course.at(working(paid, 2), 9, cast.office, course.file)


def _corrected(course: Course, paid: Day) -> None:
    """Returned by the finance office, put right, handed in again."""
    cast, first = course.cast, working(paid, -9)
    course.at(first, 10, cast.applicant, course.hand_in)
    course.at(working(first, 1), 11, cast.leader, course.review)
    words = "发票购买方名称写错，请换开后重新提交。"
    course.at(working(first, 2), 14, cast.finance, lambda: payments.return_payment(course.row, by=cast.finance, opinion=words))
    again = working(first, 4)
    course.at(again, 10, cast.applicant, lambda: (course.paper(cast.applicant, Kind.INVOICE), course.submit()))
    course.at(working(again, 1), 11, cast.leader, course.review)
    course.at(working(again, 2), 14, cast.finance, course.check)
    course.at(working(again, 3), 15, cast.head_clerk, course.approve)
    course.at(paid, 16, cast.finance, course.pay_out)
    course.at(working(paid, 2), 9, cast.office, course.file)


def _reversed(course: Course, handed_in: Day, paid: Day) -> None:
    """Paid to a wrong account, reversed, applied for and paid anew."""
    cast = course.cast
    course.walk(handed_in, paid)
    reason, back = "收款账户录入有误，款项已退回国库，冲正后重新办理。", working(paid, 3)

    def reverse() -> None:
        payments.reverse_payment(course.row, by=cast.finance, reason=reason, voucher_no=f"记-{paid.month:02d}88")

    course.at(back, 15, cast.finance, reverse)
    anew = Pay(course.pay.amount, f"{working(back, 6):%m%d}", course.pay.purpose, "")
    second = Course(course.story, cast, course.work, anew)
    second.walk(working(back, 1), working(back, 6))


def _late_invoice(course: Course) -> None:
    course.paper(course.cast.applicant, Kind.INVOICE)
    payments.add_late_invoice(course.row, by=course.cast.applicant, number="05100221216000150")


def _refund(course: Course) -> None:
    reason = "实际培训人数减少，承接单位退回多付部分。"
    payments.refund_payment(course.row, by=course.cast.finance, amount=Decimal(1200), reason=reason, voucher_no="记-0366")


# --- the rest ---------------------------------------------------------------------------------------------------------------------------


def _others(story: Story, cast: Cast, year: PilotYear) -> None:
    def enter(kind: str, giver: str, amount: str, day: str) -> None:
        sources.register_matched_fund(
            by=cast.clerk, pilot=cast.pilot, kind=kind, giver=giver, amount=Decimal(amount), received_on=day_of(day), note="示例数据"
        )

    for row in year.matched:
        story.add(working(day_of(row[3]), 1), 10, cast.clerk, lambda row=row: enter(*row))


def _corrections(story: Story, casts: dict[str, Cast]) -> None:
    """A contract changed, a budget raised, an allocation entered for the wrong pilot and reversed; all after November."""
    one, six = casts["P1"], casts["P6"]
    reason = "增加适老化座椅，按合同约定调整。"
    story.add(
        Day(2022, 12, 9),
        10,
        one.clerk,
        lambda: contracts.change_contract(one.contracts["志愿服务站设施"], by=one.clerk, amount=Decimal(2800), sign=1, reason=reason),
    )
    story.add(
        Day(2022, 12, 12),
        10,
        six.office,
        lambda: contracts.change_line(
            six.lines["居民自发活动"], by=six.office, amount=Decimal(6000), sign=1, reason="增加居民自发活动经费，领导小组办公室同意。"
        ),
    )
    given: list[Allocation] = []

    def give() -> None:
        source = six.pilot.allocations.select_related("source").order_by("id").first().source
        given.append(sources.allocate(source, by=six.office, pilot=six.pilot, amount=Decimal(50000)))

    story.add(Day(2022, 12, 5), 9, six.office, give)
    story.add(
        Day(2022, 12, 6),
        9,
        six.office,
        lambda: sources.reverse_allocation(given[0], by=six.office, reason="分配对象录入有误，冲正。"),
    )


@cache
def _sheet(title: str, unit: str, month: str) -> bytes:
    year, number = month.split("-")
    return sheet_pdf(title, unit, Day(int(year), int(number), 15), ())


def _paper(cast: Cast, by: User, label: str, about: str) -> StoredFile:
    """A paper of this kind, plainly marked as a sample; drawn once a month for each pilot."""
    content = _sheet(label, cast.pilot.unit.short_name, f"{clock.today():%Y-%m}")
    upload = SimpleUploadedFile(f"{about[:24]}{label}.pdf", content, content_type="application/pdf")
    return files.store_upload(upload, by=by, kinds=frozenset({StoredFile.Kind.PDF}))
