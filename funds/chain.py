"""The way of a 用款申请, in this one place: its desks in order, who stands at each, and what a desk may answer.

Which desks a county uses is the setting FUNDS_CHAIN; a desk left out is passed over. The main leader (主要负责人) decides on paper: a
second person of the street or town registers that decision with the name and the day. Figures marked [proposed] wait for the county.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from accounts.access import Action
from accounts.models import Unit, UnitKind
from funds.models import Payment, PaymentAction, PaymentState

OFFICE, TOWN = "office", "town"


@dataclass(frozen=True)
class Desk:
    """Where an application waits. `deed` is the answer that sends it on, `action` what a role must be allowed for it."""

    state: PaymentState
    title: str
    hint: str
    place: str
    action: Action
    deed: PaymentAction
    may_return: bool = True
    may_reject: bool = False

    @property
    def verb(self) -> str:
        """The word on the button that sends it on."""
        return {
            PaymentState.TOWN_REVIEW: "审核通过",
            PaymentState.FINANCE_CHECK: "复核通过",
            PaymentState.HEAD_APPROVAL: "登记审批",
            PaymentState.TO_PAY: "登记支付",
            PaymentState.PAID: "备案",
        }[self.state]


DESKS: dict[str, Desk] = {
    desk.state.value: desk
    for desk in (
        Desk(
            PaymentState.TOWN_REVIEW,
            "分管领导审核",
            "经办与审核不能是同一人",
            TOWN,
            Action.REVIEW_PAYMENT,
            PaymentAction.APPROVE,
            may_reject=True,
        ),
        Desk(PaymentState.FINANCE_CHECK, "财政所复核", "核发票、合同、余额", TOWN, Action.CHECK_PAYMENT, PaymentAction.APPROVE),
        Desk(
            PaymentState.HEAD_APPROVAL,
            "主要负责人审批",
            "大额的先集体研究，附会议记录",
            TOWN,
            Action.REGISTER_APPROVAL,
            PaymentAction.APPROVE,
            may_reject=True,
        ),
        Desk(PaymentState.TO_PAY, "支付登记", "付款日期、凭证号、付款凭证", TOWN, Action.PAY, PaymentAction.PAY),
        Desk(PaymentState.PAID, "领导小组办公室备案", "", OFFICE, Action.FILE_PAYMENT, PaymentAction.FILE, may_return=False),
    )
}


def desks() -> list[Desk]:
    """The desks this county uses, in order. 支付登记 always stands among them: nothing is paid without it."""
    chosen = [DESKS[state] for state in settings.FUNDS_CHAIN if state in DESKS]
    return chosen if any(desk.state == PaymentState.TO_PAY for desk in chosen) else [*DESKS.values()]


def desk_at(state: str) -> Desk | None:
    """The desk at which an application of this state waits; None for drafts, returned and finished ones."""
    return next((desk for desk in desks() if desk.state == state), None)


def first_state() -> PaymentState:
    """Where a submitted application goes."""
    return desks()[0].state


def state_after(state: str) -> PaymentState:
    """What an application becomes when the desk at `state` sends it on."""
    order = [desk.state for desk in desks()]
    if state == PaymentState.TO_PAY:
        return PaymentState.PAID
    if state == PaymentState.PAID:
        return PaymentState.FILED
    return order[order.index(PaymentState(state)) + 1]


def unit_of(desk: Desk, payment: Payment) -> Unit:
    """The unit that sits at a desk for this application: the pilot's street or town, or the office."""
    return payment.pilot.accountable if desk.place == TOWN else Unit.objects.get(kind=UnitKind.OFFICE)


def desk_name(desk: Desk, payment: Payment) -> str:
    """赤城镇分管领导审核; for the office its own name."""
    return f"{payment.pilot.accountable.short_name}{desk.title}" if desk.place == TOWN else desk.title


def is_large(amount: Decimal) -> bool:
    """Whether an amount needs the minutes of a collective decision (setting FUNDS_LARGE_SUM, [proposed])."""
    return amount >= settings.FUNDS_LARGE_SUM
