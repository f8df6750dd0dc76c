"""The states of money in the words and colours of a page."""

import datetime

from funds.models import IN_TRANSIT, Payment, PaymentState

TONES = {
    PaymentState.DRAFT: "none",
    PaymentState.TO_PAY: "go",
    PaymentState.PAID: "ok",
    PaymentState.FILED: "ok",
    PaymentState.RETURNED: "late",
    PaymentState.REJECTED: "late",
    PaymentState.REVERSED: "line",
}
"""Colours of the tags; what waits for somebody's decision is amber."""


def state_tone(state: str) -> str:
    return TONES.get(PaymentState(state), "warn")


def short_word(state: str) -> str:
    """The state in three or four characters, for narrow tables."""
    if state in (PaymentState.PAID, PaymentState.FILED):
        return "已支付"
    return "待审核" if state in IN_TRANSIT and state != PaymentState.TO_PAY else PaymentState(state).label


def payment_words(payment: Payment, day: datetime.date | None = None) -> Payment:
    """The application with `word`, `short_word`, `tone` and `shown_on` of the state it was in on the day asked for (`state_on`), or is in."""
    state = getattr(payment, "state_on", None) or payment.state
    payment.word, payment.short_word, payment.tone = PaymentState(state).label, short_word(state), state_tone(state)
    payment.shown_on = payment.submitted_on or payment.created_at
    return payment
