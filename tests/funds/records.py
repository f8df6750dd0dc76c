"""Short ways to money: a source, an allocation, a project with its budget line, a contract, an application at any desk."""

import datetime
import hashlib
import itertools
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from accounts.models import User
from funds import chain
from funds.contracts import open_line, sign_contract
from funds.models import BudgetLine, Contract, FundSource, Payment, PaymentFile, PaymentState, UseCategory
from funds.payments import approve_payment, attach_payment_file, file_payment, pay_payment, save_payment, submit_payment
from funds.sources import allocate, register_source
from pilots.models import Pilot, Project, StoredFile, Task
from pilots.projects import save_project
from tests.conftest import TODAY

_numbers = itertools.count(1)
EARLIER = TODAY - datetime.timedelta(days=40)
Kind = PaymentFile.Kind


def person(username: str) -> User:
    return User.objects.select_related("unit").get(username=username)


def stored(by: User) -> StoredFile:
    number = next(_numbers)
    content = f"%PDF-1.4 {number}".encode()
    path = Path(settings.MEDIA_ROOT) / f"test/funds-{number}.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return StoredFile.objects.create(
        kind=StoredFile.Kind.PDF,
        content_type="application/pdf",
        original_name=f"{number}.pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        path=f"test/funds-{number}.pdf",
        uploaded_by=by,
    )


def applicant_of(pilot: Pilot) -> User:
    return User.objects.select_related("unit").get(unit=pilot.unit, role__in=("community", "town_clerk"))


def issued(amount="3000000", **values) -> FundSource:
    """A source of the province."""
    return register_source(
        by=person("office"),
        level="province",
        document_number=f"示例文号〔2022〕{next(_numbers)}号",
        issued_on=EARLIER,
        amount=Decimal(amount),
        name="下达试点补助资金（示例）",
        **values,
    )


def given(pilot: Pilot, amount="500000", source: FundSource | None = None):
    return allocate(source or issued(), by=person("office"), pilot=pilot, amount=Decimal(amount), allocated_on=EARLIER)


def project_of(pilot: Pilot, *, tasks: list[Task] | None = None, name: str = "", **values) -> Project:
    own = tasks if tasks is not None else list(Task.objects.filter(pilot=pilot)[:1])
    return save_project(
        None, by=applicant_of(pilot), pilot=pilot, tasks=own, name=name or f"项目{next(_numbers)}", **{"kind": "service", **values}
    )


def line_of(pilot: Pilot, amount="200000", *, category="purchased_service", project: Project | None = None, **values) -> BudgetLine:
    return open_line(
        project or project_of(pilot, **values),
        by=person("office"),
        category=UseCategory.objects.get(code=category),
        amount=Decimal(amount),
    )


def contract_on(line: BudgetLine, amount="100000", **values) -> Contract:
    by = person("office")
    defaults = {
        "name": "服务合同",
        "contractor": "示例社工服务中心",
        "party": "organisation",
        "method": "comparison",
        "awarded_on": EARLIER,
        "signed_on": EARLIER,
        "bank": "示例银行",
        "account_tail": "0217",
    }
    return sign_contract(line, by=by, amount=Decimal(amount), **{**defaults, **values})


def drafted(
    pilot: Pilot, amount="10000", *, contract: Contract | None = None, line: BudgetLine | None = None, papers=True, **values
) -> Payment:
    """A draft with all it needs, or (`papers=False`) without attachments and invoices."""
    by = applicant_of(pilot)
    row = save_payment(
        None,
        by=by,
        contract=contract,
        line=line,
        amount=Decimal(amount),
        purpose=values.pop("purpose", f"第{next(_numbers)}期服务"),
        witness="示例证明人",
        invoices=values.pop("invoices", [f"0510{next(_numbers):08d}"] if papers else []),
        **{"payee": "示例文具店", **values},
    )
    if papers:
        for kind in (Kind.ACCEPTANCE, Kind.INVOICE):
            attach_payment_file(row, by=by, kind=kind, file=stored(by))
    return row


def town_of(pilot: Pilot) -> dict[str, User]:
    """The people of the pilot's street or town by role."""
    return {user.role: user for user in User.objects.select_related("unit").filter(unit=pilot.accountable)}


def actor_at(payment: Payment) -> User:
    """Who may act at the desk where the application waits."""
    from funds.payments import refusal

    desk = chain.desk_at(payment.state)
    unit = chain.unit_of(desk, payment)
    people = User.objects.select_related("unit").filter(unit=unit).order_by("-username")
    return next(p for p in people if not refusal(p, payment, desk.deed))


def advance(payment: Payment, to: PaymentState, *, voucher: str = "") -> Payment:
    """Bring an application to a state by the deeds of its desks."""
    payment = Payment.objects.get(pk=payment.pk)
    while payment.state != to:
        if payment.state in (PaymentState.DRAFT, PaymentState.RETURNED):
            submit_payment(payment, by=applicant_of(payment.pilot))
        elif payment.state == PaymentState.HEAD_APPROVAL:
            if chain.is_large(payment.amount) and not payment.files.filter(kind=Kind.MINUTES).exists():
                by = applicant_of(payment.pilot)
                attach_payment_file(payment, by=by, kind=Kind.MINUTES, file=stored(by))
            approve_payment(payment, by=actor_at(payment), opinion="同意", approver="示例主要负责人", approved_on=_today())
        elif payment.state == PaymentState.TO_PAY:
            by = actor_at(payment)
            pay_payment(payment, by=by, paid_on=_today(), voucher_no=voucher or f"记-{next(_numbers)}", voucher_file=stored(by))
        elif payment.state == PaymentState.PAID:
            file_payment(payment, by=actor_at(payment))
        else:
            approve_payment(payment, by=actor_at(payment), opinion="同意")
        payment = Payment.objects.get(pk=payment.pk)
    return payment


def _today() -> datetime.date:
    from accounts import clock

    return clock.today()
