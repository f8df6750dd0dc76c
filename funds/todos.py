"""What money wants from a person today: applications at their desk, returned ones, invoices still owed. At most three queries."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse

from accounts import clock
from accounts.access import Action, may
from accounts.models import User
from accounts.todos import Todo, register
from accounts.together import together
from funds import chain
from funds.models import PAID_STATES, Payment, PaymentAction, PaymentFile, PaymentState, PaymentStep
from pilots.money import yuan

ONE_BY_ONE = 20
"""So many applications stand as lines of their own; more of them become one line."""
TAGS = {
    PaymentState.TOWN_REVIEW: "审核",
    PaymentState.FINANCE_CHECK: "复核",
    PaymentState.HEAD_APPROVAL: "审批",
    PaymentState.TO_PAY: "支付",
    PaymentState.PAID: "备案",
}


@register
def payments_at_my_desk(user: User) -> Iterator[Todo]:
    """用款 that waits for this person: one line each, 用款备案 for the office among them."""
    desks = [desk for desk in chain.desks() if may(user, desk.action)]
    if not desks:
        return
    states = [desk.state for desk in desks]
    rows = Payment.objects.visible_to(user).filter(state__in=states).exclude(created_by=user).select_related("unit", "pilot")
    if any(desk.place == chain.TOWN for desk in desks):
        rows = rows.filter(pilot__accountable=user.unit_id)
    last = PaymentStep.objects.filter(payment=OuterRef("pk")).order_by("-id")
    rows = rows.annotate(by_before=Subquery(last.values("actor")[:1]), deed_before=Subquery(last.values("action")[:1]))
    found = [row for row in rows.order_by("submitted_on", "id")[: ONE_BY_ONE + 200] if not _neighbour(row, user)]
    for row in found[:ONE_BY_ONE]:
        desk = chain.desk_at(row.state)
        title = f"用款{TAGS[desk.state]}：{row.unit.short_name} {yuan(row.amount)} 元"
        yield Todo(TAGS[desk.state], title, f"{row.number}　{row.purpose}", reverse("payment_detail", args=[row.pk]), desk.verb)
    if len(found) > ONE_BY_ONE:
        yield Todo("用款", f"另有 {len(found) - ONE_BY_ONE} 笔用款申请待办理", "按提交先后", f"{reverse('payment_list')}?tab=mine", "办理")


def _neighbour(row, user: User) -> bool:
    """Whether this person handled the desk just before."""
    return row.by_before == user.pk and row.deed_before == PaymentAction.APPROVE


@register
def own_payments(user: User) -> Iterator[Todo]:
    """Returned applications of the person's unit with the reviewer's words, forgotten drafts, and invoices owed for a paid 预付款."""
    if not may(user, Action.APPLY_PAYMENT):
        return
    back = PaymentStep.objects.filter(payment=OuterRef("pk"), action=PaymentAction.RETURN).order_by("-id")
    rows = Payment.objects.filter(unit=user.unit_id, state=PaymentState.RETURNED)
    rows = rows.annotate(said=Subquery(back.values("opinion")[:1]), said_by=Subquery(back.values("unit__short_name")[:1]))
    invoice = PaymentFile.objects.filter(payment=OuterRef("pk"), kind=PaymentFile.Kind.INVOICE, on__lte=clock.today())
    owed = Payment.objects.filter(unit=user.unit_id, state__in=PAID_STATES).exclude(Exists(invoice)).order_by("submitted_on")
    returned, without_invoice = together(lambda: list(rows), lambda: list(owed[:ONE_BY_ONE]))
    for row in returned:
        yield Todo(
            "退回",
            f"用款申请被退回：{row.number}",
            f"{row.said_by}：{row.said}",
            reverse("payment_edit", args=[row.pk]),
            "去补正",
            returned=True,
        )
    for row in without_invoice:
        yield Todo(
            "发票",
            f"补交发票：{row.purpose} {yuan(row.amount)} 元",
            f"{row.number}　已付款，还缺发票",
            reverse("payment_detail", args=[row.pk]),
            "补交",
        )
