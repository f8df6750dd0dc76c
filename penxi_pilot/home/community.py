"""A community's ten cards: the eight named groups of its pilot, 项目与用款, 公示与资料. Each one phrase of what is missing, never a percentage."""

import datetime
from collections import Counter
from dataclasses import dataclass

from django.urls import reverse

from accounts.together import together
from funds.chain import desk_at
from funds.models import IN_TRANSIT, Payment, PaymentState
from funds.queries import lacking_papers, payments_on
from pilots.cards import pilot_cards
from pilots.models import Pilot, Project
from pilots.queries import Completeness
from pilots.states import Light


@dataclass(frozen=True)
class Card:
    title: str
    url: str
    state: Light
    phrase: str


def ten_cards(pilot: Pilot, as_of: datetime.date) -> list:
    """In the order of the plan file, then money, then papers."""
    (cards, archive), money = together(lambda: pilot_cards(pilot, as_of), lambda: money_card(pilot, as_of))
    return [*cards, money, archive_card(archive)]


def money_card(pilot: Pilot, as_of: datetime.date) -> Card:
    """项目与用款: what the community has to do about its money first, then where its applications are."""
    url = reverse("pilot_funds", args=[pilot.code])
    rows = payments_on(Payment.objects.filter(pilot=pilot, number__isnull=False), as_of).order_by().values_list("state_on", flat=True)
    states, lacking_of = together(lambda: Counter(rows), lambda: lacking_papers([pilot], as_of))
    lacking = lacking_of.get(pilot.pk, 0)
    if states[PaymentState.RETURNED]:
        return Card("项目与用款", url, Light.WARN, f"{states[PaymentState.RETURNED]} 笔用款被退回，待补正")
    if lacking:
        return Card("项目与用款", url, Light.WARN, f"{lacking} 笔付款还缺发票或凭证")
    waiting = [state for state in IN_TRANSIT if states[state]]
    if waiting:
        count, desk = sum(states[state] for state in waiting), desk_at(waiting[0])
        where = f"，{desk.title}" if desk and len(waiting) == 1 else ""
        return Card("项目与用款", url, Light.OK, f"{count} 笔用款办理中{where}")
    paid = states[PaymentState.PAID] + states[PaymentState.FILED]
    if paid:
        return Card("项目与用款", url, Light.OK, f"已支付 {paid} 笔，资料齐全")
    if Project.objects.filter(pilot=pilot).exists():
        return Card("项目与用款", url, Light.NONE, "还没有用款申请")
    return Card("项目与用款", reverse("project_list"), Light.NONE, "还没有登记项目")


def archive_card(archive: Completeness) -> Card:
    """公示与资料: how many kinds of evidence are still wanting."""
    url = reverse("evidence_list")
    if archive.missing:
        return Card("公示与资料", url, Light.WARN, f"还缺 {archive.missing} 份佐证材料")
    if archive.waiting:
        return Card("公示与资料", url, Light.OK, f"{archive.waiting} 份佐证材料待审核")
    return Card("公示与资料", url, Light.OK, "佐证材料已齐全")
