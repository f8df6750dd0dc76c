"""Money of the county made for the benchmarks: sources, allocations, projects, budget lines, contracts, applications with steps and papers,
and the ledger of what was paid.

In bulk and without the services, but in the order the triggers of funds/locks.py allow: an entry is made while its application waits for
payment, and the application moves on afterwards. The shape is that of the sample year: four projects with six budget lines a pilot, four of them
under contract; one application in twenty still on its way or returned, one payment in forty reversed, one in twenty without an invoice.
"""

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import models

from accounts import clock
from accounts.models import User
from funds.models import (
    Allocation,
    BudgetEntry,
    BudgetLine,
    Contract,
    FundSource,
    LedgerEntry,
    Level,
    Payment,
    PaymentAction,
    PaymentFile,
    PaymentInvoice,
    PaymentState,
    PaymentStep,
    UseCategory,
)
from pilots.models import Pilot, Project, ProjectStep, StoredFile

ENTRIES_OF_PILOT = 24
"""Payments of a pilot, unless a number of entries is asked for."""
PROJECTS, LINES, CONTRACTS = 4, 6, 4
LINE_BUDGET = Decimal("300000.00")
CONTRACT_AMOUNT = Decimal("270000.00")
PILOTS_PER_SOURCE = 30
FIRST = datetime.date(2022, 7, 5)
BEGUN = datetime.date(2022, 9, 1)
DAYS = 205
"""From `BEGUN` on money is paid, up to the end of March."""
BATCH = 5000

State, Action = PaymentState, PaymentAction
_WAY = (
    (Action.SUBMIT, State.DRAFT, State.TOWN_REVIEW),
    (Action.APPROVE, State.TOWN_REVIEW, State.FINANCE_CHECK),
    (Action.APPROVE, State.FINANCE_CHECK, State.HEAD_APPROVAL),
    (Action.APPROVE, State.HEAD_APPROVAL, State.TO_PAY),
    (Action.PAY, State.TO_PAY, State.PAID),
    (Action.FILE, State.PAID, State.FILED),
)
_REVERSE = (Action.REVERSE, State.FILED, State.REVERSED)


@dataclass
class _Place:
    """One pilot with what its applications refer to."""

    pilot: Pilot
    file: StoredFile
    lines: list[BudgetLine] = field(default_factory=list)
    contracts: dict[int, Contract] = field(default_factory=dict)


def add_money(chance: random.Random, *, entries: int | None = None) -> None:
    """Money for every pilot there is; `entries` payments in all (default: 24 a pilot), of which some are reversed by a further entry."""
    office = User.objects.get(username="office")
    pilots = list(Pilot.objects.select_related("unit", "accountable", "programme").order_by("order"))
    files = StoredFile.objects.bulk_create([_stored(pilot, office) for pilot in pilots], batch_size=BATCH)
    places = [_Place(pilot, file) for pilot, file in zip(pilots, files, strict=True)]
    _allocate(places, office)
    _plan(places, office)
    number = entries if entries is not None else ENTRIES_OF_PILOT * len(places)
    _Payments(chance, office, places, number).make()


def _booked(day: datetime.date, by: User) -> dict:
    return {"on": day, "at": clock.moment(day, 10), "by": by}


def _stored(pilot: Pilot, by: User) -> StoredFile:
    path = f"bench/{pilot.code}/paper"
    return StoredFile(
        kind="pdf", content_type="application/pdf", original_name="基准附件.pdf", size=90_000, sha256="0" * 64, path=path, uploaded_by=by
    )


def _allocate(places: list[_Place], by: User) -> None:
    """A document for every thirty pilots, given to them in full."""
    groups = [places[start : start + PILOTS_PER_SOURCE] for start in range(0, len(places), PILOTS_PER_SOURCE)]
    share = LINE_BUDGET * LINES
    sources = FundSource.objects.bulk_create(
        FundSource(
            **_booked(FIRST, by), programme=group[0].pilot.programme, level=list(Level)[number % 3], document_number=f"基准财〔2022〕{number + 1}号",
            issued_on=FIRST, name="基准资金", amount=share * len(group),
        )
        for number, group in enumerate(groups)
    )  # fmt: skip
    Allocation.objects.bulk_create(
        Allocation(**_booked(FIRST, by), source=source, pilot=place.pilot, allocated_on=FIRST, amount=share)
        for source, group in zip(sources, groups, strict=True)
        for place in group
    )


def _plan(places: list[_Place], by: User) -> None:
    """Projects with a step each, budget lines, their amounts, contracts."""
    categories = list(UseCategory.objects.filter(allowed=True).order_by("order")[:LINES])
    projects = Project.objects.bulk_create(
        [
            Project(
                pilot=place.pilot, code=f"{place.pilot.code}-{90 + number}", name=f"基准项目{number + 1}", kind=Project.Kind.values[number % 4],
                unit=place.pilot.unit, on=FIRST, created_by=by, search="jizhunxiangmu",
            )
            for place in places
            for number in range(PROJECTS)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    ProjectStep.objects.bulk_create(
        [ProjectStep(project=p, kind=ProjectStep.Kind.STARTED, percent=10, day=BEGUN, on=BEGUN, actor=by, unit=p.unit) for p in projects],
        batch_size=BATCH,
    )
    for index, place in enumerate(places):
        own = projects[index * PROJECTS : (index + 1) * PROJECTS]
        place.lines = [
            BudgetLine(pilot=place.pilot, project=own[number % PROJECTS], category=categories[number % len(categories)])
            for number in range(LINES)
        ]
    lines = BudgetLine.objects.bulk_create([line for place in places for line in place.lines], batch_size=BATCH)
    BudgetEntry.objects.bulk_create([BudgetEntry(**_booked(FIRST, by), line=line, amount=LINE_BUDGET) for line in lines], batch_size=BATCH)
    for place in places:
        place.contracts = {number: _contract(place, number, by) for number in range(CONTRACTS)}
    Contract.objects.bulk_create([contract for place in places for contract in place.contracts.values()], batch_size=BATCH)


def _contract(place: _Place, number: int, by: User) -> Contract:
    return Contract(
        **_booked(BEGUN, by), pilot=place.pilot, line=place.lines[number], number=f"JZHT-{place.pilot.code}-{number + 1}", name=f"基准合同{number + 1}",
        contractor=f"基准承接单位{number + 1}", party=Contract.Party.COMPANY, method=Contract.Method.COMPARISON, awarded_on=FIRST,
        signed_on=BEGUN, amount=CONTRACT_AMOUNT, bank="基准银行", account_tail="0001", search="jizhunhetong",
    )  # fmt: skip


class _Payments:
    """Applications of all pilots, in batches that are small enough for the memory of one process."""

    def __init__(self, chance: random.Random, office: User, places: list[_Place], entries: int) -> None:
        self.chance, self.office, self.places = chance, office, places
        self.numbers = [entries // len(places) + (index < entries % len(places)) for index in range(len(places))]
        self.made = 0
        fullest = -(-max(self.numbers) // LINES)
        self.most = int(CONTRACT_AMOUNT * 100 * 9 // 10 // max(fullest + 2, 1))
        """分: so much an application may ask for, so that all of a line stay within its contract."""

    def make(self) -> None:
        waiting: list[Payment] = []
        for place, number in zip(self.places, self.numbers, strict=True):
            waiting += self._applications(place, number)
            if len(waiting) >= BATCH:
                self._store(waiting)
                waiting = []
        self._store(waiting)

    def _applications(self, place: _Place, number: int) -> Iterator[Payment]:
        """`number` that are to be paid, and one in twenty more that are not paid yet."""
        open_ones = number // 20
        for index in range(number + open_ones):
            self.made += 1
            line = index % LINES
            contract = place.contracts.get(line)
            day = BEGUN + datetime.timedelta(days=self.chance.randrange(DAYS))
            state = State.TO_PAY if index < number else (State.TOWN_REVIEW, State.FINANCE_CHECK, State.HEAD_APPROVAL)[index % 3]
            payment = Payment(
                number=f"YK-{day:%Y-%m}-{self.made:06}", pilot=place.pilot, unit=place.pilot.unit, project=place.lines[line].project,
                line=place.lines[line], contract=contract, payee=contract.contractor if contract else f"基准收款人{index % 40}", bank="基准银行",
                account_tail="0001", amount=Decimal(self.chance.randrange(self.most // 3, self.most)) / 100, purpose=f"第{index % 9 + 1}期进度款",
                witness="基准证明人", state=state, created_by=self.office, created_at=clock.moment(day, 9), submitted_on=day, search="jizhunyongkuan",
            )  # fmt: skip
            payment.place = place
            yield payment

    def _store(self, payments: list[Payment]) -> None:
        Payment.objects.bulk_create(payments, batch_size=BATCH)
        due = [payment for payment in payments if payment.state == State.TO_PAY]
        entries = LedgerEntry.objects.bulk_create([self._entry(payment) for payment in due], batch_size=BATCH)
        _move(due, State.PAID)
        _move(due, State.FILED)
        back = [entry for entry in entries if entry.pk % 40 == 0]
        LedgerEntry.objects.bulk_create([self._reversal(entry) for entry in back], batch_size=BATCH)
        _move([entry.payment for entry in back], State.REVERSED)
        PaymentStep.objects.bulk_create([step for payment in payments for step in self._steps(payment)], batch_size=BATCH)
        papers = [paper for payment in due for paper in self._papers(payment)]
        PaymentFile.objects.bulk_create(papers, batch_size=BATCH)
        PaymentInvoice.objects.bulk_create(
            [PaymentInvoice(payment=payment, number=f"{payment.pk:08}", active=payment.state == State.FILED) for payment in due],
            batch_size=BATCH,
        )

    def _entry(self, payment: Payment) -> LedgerEntry:
        day = payment.submitted_on + datetime.timedelta(days=4)
        return LedgerEntry(
            **_booked(day, self.office), payment=payment, amount=payment.amount, unit=payment.pilot.accountable, paid_on=day, year=day.year,
            voucher_no=f"基-{payment.number[-6:]}",
        )  # fmt: skip

    def _reversal(self, entry: LedgerEntry) -> LedgerEntry:
        day = entry.on + datetime.timedelta(days=1)
        return LedgerEntry(
            **_booked(day, self.office), payment=entry.payment, kind=LedgerEntry.Kind.REVERSAL, sign=-1, reverses=entry, amount=entry.amount,
            unit=entry.unit, paid_on=day, year=day.year, voucher_no=f"{entry.voucher_no}冲", reason="基准数据：登记有误",
        )  # fmt: skip

    def _steps(self, payment: Payment) -> Iterator[PaymentStep]:
        """The way up to the state the application is in."""
        way = (*_WAY, _REVERSE) if payment.state == State.REVERSED else _WAY
        for number, (action, desk, state) in enumerate(way):
            day = payment.submitted_on + datetime.timedelta(days=min(number, 5))
            opinion = "登记有误" if action == Action.REVERSE else ""
            unit = payment.unit if action == Action.SUBMIT else payment.pilot.accountable
            shared = {"actor": self.office, "unit": unit, "on": day, "at": clock.moment(day, 10, number), "opinion": opinion}
            yield PaymentStep(payment=payment, action=action, desk=desk, state=state, **shared)
            if state == payment.state:
                return

    def _papers(self, payment: Payment) -> Iterator[PaymentFile]:
        kinds = [PaymentFile.Kind.ACCEPTANCE, PaymentFile.Kind.VOUCHER]
        if payment.pk % 20:
            kinds.append(PaymentFile.Kind.INVOICE)
        for kind in kinds:
            yield PaymentFile(payment=payment, kind=kind, file=payment.place.file, on=payment.submitted_on, by=self.office)


def _move(payments: list[Payment], state: PaymentState) -> None:
    """The next state, in the database and in memory."""
    keys = [payment.pk for payment in payments]
    for start in range(0, len(keys), 500):
        models.QuerySet(Payment).filter(pk__in=keys[start : start + 500]).update(state=state)
    for payment in payments:
        payment.state = state
