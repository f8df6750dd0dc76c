"""An application as the rules see it, and what is shown before it is handed in: 提交前自动核对."""

import datetime
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from accounts import clock
from accounts.together import together
from funds import rules
from funds.balances import Balances, balances_of
from funds.models import EDITABLE, Payment, PaymentInvoice, PaymentState
from pilots.money import ZERO, signed, total

COUNTS_NO_MORE = (PaymentState.DRAFT, PaymentState.REJECTED, PaymentState.REVERSED)


def case_of(payment: Payment, *, balances: Balances | None = None) -> rules.Case:
    """Everything the rules ask about, read now: at most twelve queries whatever the register holds. Under the pilot's lock it is what will be stored."""
    contract = payment.contract
    invoices, kinds, measured, serves, alike, amount, prepaid = together(
        lambda: _invoices_with_use(payment),
        lambda: frozenset(payment.files.values_list("kind", flat=True)) if payment.pk else frozenset(),
        lambda: balances or balances_of(payment),
        lambda: payment.project is not None and payment.project.tasks.exists(),
        lambda: _alike(payment),
        lambda: contract_amount(payment),
        lambda: prepaid_of(payment) if contract is not None and payment.is_prepayment else ZERO,
    )
    return rules.Case(
        payment=payment,
        balances=measured,
        today=clock.today(),
        serves_task=serves,
        kinds=kinds,
        invoices=invoices[0],
        invoices_used=invoices[1],
        alike=alike,
        contract_amount=amount,
        prepaid=prepaid,
    )


def _invoices_with_use(payment: Payment) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The numbers of its invoices, and which of them another application carries as well."""
    if not payment.pk:
        return (), ()
    elsewhere = PaymentInvoice.objects.filter(number__in=payment.invoices.order_by().values("number"), active=True)
    elsewhere = elsewhere.exclude(payment=payment.pk).select_related("payment")
    numbers, used = together(lambda: tuple(payment.invoices.values_list("number", flat=True)), lambda: list(elsewhere))
    return numbers, tuple((row.number, row.payment.number or "另一份申请") for row in used)


def contract_amount(payment: Payment) -> Decimal | None:
    """What the contract comes to with its changes, in 元; None without one."""
    contract = payment.contract
    return None if contract is None else contract.amount + contract.changes.aggregate(found=total(signed()))["found"]


def prepaid_of(payment: Payment) -> Decimal:
    """What else has been asked for as 预付款 under the contract."""
    others = Payment.objects.filter(contract=payment.contract, is_prepayment=True).exclude(pk=payment.pk).exclude(state__in=COUNTS_NO_MORE)
    return others.exclude(state=PaymentState.RETURNED).aggregate(found=total("amount"))["found"]


def _alike(payment: Payment) -> str:
    """The number of another application with the same payee and amount of the last days; empty without one (FR12)."""
    if payment.amount is None or not payment.payee:
        return ""
    since = clock.today() - datetime.timedelta(days=settings.FUNDS_DUPLICATE_DAYS)
    rows = Payment.objects.filter(payee=payment.payee, amount=payment.amount, submitted_on__gte=since).exclude(pk=payment.pk)
    return rows.exclude(state__in=COUNTS_NO_MORE).values_list("number", flat=True).first() or ""


def desk_case(payment: Payment) -> rules.Case:
    """What the rules of a desk ask about an application on its way: balances and attachments. Half the queries of `case_of`."""
    balances, kinds = together(lambda: balances_of(payment), lambda: frozenset(payment.files.values_list("kind", flat=True)))
    return rules.Case(
        payment=payment,
        balances=balances,
        today=clock.today(),
        serves_task=True,
        kinds=kinds,
        invoices=(),
    )


def payment_checks(payment: Payment, *, case: rules.Case | None = None) -> list[rules.Check]:
    """提交前自动核对 of an application that can still be edited; for one on its way the rules of its desks."""
    about = rules.About.PAYMENT if payment.state in EDITABLE else rules.About.PAYING
    if case is None:
        case = case_of(payment) if about == rules.About.PAYMENT else desk_case(payment)
    return rules.checks_of(case, about=about)


STILL = frozenset({"FR02", "FR05", "FR06"})
"""The rules of an application that are looked at again at every desk."""


def refuse_uncovered(case: rules.Case, *, deciding: bool) -> None:
    """Raise where the balance or the allowed uses no longer cover an application; when it is decided or paid (`deciding`) also by the rules of
    that. Only the rules named are computed."""
    short = [check for check in rules.checks_of(case, codes=STILL) if not check.passed]
    if short:
        raise ValidationError([check.sentence for check in short])
    if deciding:
        refuse_unfit(case, about=rules.About.PAYING)


def refuse_unfit(case: rules.Case, *, about: rules.About = rules.About.PAYMENT) -> None:
    """Raise with every reason at its field: what blocks, and what is only a warning but has no explanation yet."""
    found: dict[str, list[str]] = {}
    for check in rules.checks_of(case, about=about):
        unexplained = not check.passed and check.level == rules.Level.WARN and not case.payment.explanation.strip()
        if check.blocks:
            found.setdefault(check.field or NON_FIELD_ERRORS, []).append(check.sentence)
        elif unexplained:
            found.setdefault("explanation", []).append(f"{check.sentence}请填写情况说明。")
    if about == rules.About.PAYMENT:
        if not case.payment.purpose.strip():
            found.setdefault("purpose", []).append("请填写期次与用途。")
        if case.payment.contract is None and not case.payment.payee.strip():
            found.setdefault("payee", []).append("请填写收款单位，与发票一致。")
    if found:
        raise ValidationError(found)
