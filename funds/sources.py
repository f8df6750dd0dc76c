"""资金下达 and 下达到试点: registered once, reversed with a reason, never edited. FR03 stands here."""

import datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts import audit, clock
from accounts.access import Action, may
from accounts.models import AuditKind, User
from funds.balances import allocated_to, given_of, lock_pilot, lock_source, planned_of
from funds.models import Allocation, FundSource, MatchedFund
from pilots.models import Pilot, Programme, StoredFile
from pilots.money import checked_money, yuan


def _money(amount: Decimal) -> Decimal:
    try:
        return checked_money(amount)
    except ValidationError as refusal:
        raise ValidationError({"amount": refusal.messages})


def _not_later(field: str, day: datetime.date) -> None:
    if day > clock.today():
        raise ValidationError({field: "日期不能晚于今天"})


def _may_issue(by: User) -> None:
    if not may(by, Action.ISSUE_FUNDS):
        raise PermissionDenied("领导小组办公室和县财政可以登记资金下达和分配。")


@transaction.atomic
def register_source(
    *,
    by: User,
    level: str,
    document_number: str,
    issued_on: datetime.date,
    amount: Decimal,
    name: str,
    note: str = "",
    scan: StoredFile | None = None,
) -> FundSource:
    """登记资金下达. `amount` in 元. Refuses a document number that stands already, a day in the future, an amount that is none."""
    _may_issue(by)
    _not_later("issued_on", issued_on)
    source = FundSource(
        programme=Programme.objects.order_by("pk").first(),
        level=level,
        document_number=document_number.strip(),
        issued_on=issued_on,
        amount=_money(amount),
        name=name.strip(),
        note=note.strip(),
        scan=scan,
        on=clock.today(),
        by=by,
    )
    source.full_clean()
    source.save()
    audit.record(AuditKind.CREATE, user=by, about=source, amount=yuan(amount))
    return source


@transaction.atomic
def reverse_source(source: FundSource, *, by: User, reason: str) -> FundSource:
    """冲正: a second row with the same amount and minus. Refuses while parts of it are given to pilots. Answers the new row."""
    _may_issue(by)
    lock_source(source.pk)
    source = FundSource.objects.get(pk=source.pk)
    _reversible(source, reason)
    given = given_of(source)
    if given:
        raise ValidationError(f"这笔资金已下达到试点 {yuan(given)} 元，请先冲正这些分配")
    back = FundSource(
        programme=source.programme,
        level=source.level,
        document_number=source.document_number,
        issued_on=source.issued_on,
        amount=source.amount,
        name=source.name,
        sign=-1,
        reverses=source,
        reason=reason.strip(),
        on=clock.today(),
        by=by,
    )
    return _pair(source, back, by)


@transaction.atomic
def allocate(
    source: FundSource,
    *,
    by: User,
    pilot: Pilot,
    amount: Decimal,
    allocated_on: datetime.date | None = None,
    document_number: str = "",
    note: str = "",
) -> Allocation:
    """下达到试点. Refuses more than the source still has, with what is left in words (FR03)."""
    _may_issue(by)
    amount, day = _money(amount), allocated_on or clock.today()
    _not_later("allocated_on", day)
    lock_source(source.pk)
    lock_pilot(pilot.pk)
    source = FundSource.objects.get(pk=source.pk)
    if source.is_reversal or source.reversed_on:
        raise ValidationError("这笔资金来源已冲正，不能再分配")
    if day < source.issued_on:
        raise ValidationError({"allocated_on": f"分配日期不能早于下达日期（{source.issued_on:%Y-%m-%d}）"})
    left = source.amount - given_of(source)
    if amount > left:
        raise ValidationError(
            {
                "amount": f"分配金额 {yuan(amount)} 元超出未分配余额 {yuan(left)} 元，超 {yuan(amount - left)} 元。改为不超过 {yuan(left)} 元。"
            }
        )
    row = Allocation(
        source=source,
        pilot=pilot,
        amount=amount,
        allocated_on=day,
        document_number=document_number.strip(),
        note=note.strip(),
        on=clock.today(),
        by=by,
    )
    row.full_clean()
    row.save()
    audit.record(AuditKind.CREATE, user=by, about=row, amount=yuan(amount))
    return row


@transaction.atomic
def reverse_allocation(allocation: Allocation, *, by: User, reason: str) -> Allocation:
    """冲正 of what was given to a pilot. Refuses where the pilot's budget would then exceed its 下达额度 (FR04). Answers the new row."""
    _may_issue(by)
    lock_source(allocation.source_id)
    lock_pilot(allocation.pilot_id)
    allocation = Allocation.objects.select_related("source", "pilot__unit").get(pk=allocation.pk)
    _reversible(allocation, reason)
    left = allocated_to(allocation.pilot) - allocation.amount
    planned = planned_of(allocation.pilot)
    if planned > left:
        raise ValidationError(
            f"冲正后{allocation.pilot.unit.short_name}的下达额度为 {yuan(left)} 元，低于已安排的预算 {yuan(planned)} 元。"
            f"请先调减预算 {yuan(planned - left)} 元"
        )
    back = Allocation(
        source=allocation.source,
        pilot=allocation.pilot,
        amount=allocation.amount,
        allocated_on=clock.today(),
        document_number=allocation.document_number,
        sign=-1,
        reverses=allocation,
        reason=reason.strip(),
        on=clock.today(),
        by=by,
    )
    return _pair(allocation, back, by)


def _reversible(row, reason: str) -> None:
    if row.is_reversal:
        raise ValidationError("这一行本身是冲正，不能再冲正")
    if row.reversed_on:
        raise ValidationError(f"这一行已于 {row.reversed_on:%Y-%m-%d} 冲正")
    if not reason.strip():
        raise ValidationError({"reason": "冲正须写明原因"})


def _pair(row, back, by: User):
    """Save a reversal and mark the first row; both stay."""
    back.full_clean(validate_constraints=False)
    row.reversed_on = clock.today()
    row.save(update_fields=["reversed_on"])
    back.validate_constraints()
    back.save()
    audit.record(AuditKind.VOID, user=by, about=row, amount=yuan(row.amount), reason=back.reason)
    return back


@transaction.atomic
def register_matched_fund(
    *, by: User, pilot: Pilot, kind: str, giver: str, amount: Decimal, received_on: datetime.date, in_kind: bool = False, note: str = ""
) -> MatchedFund:
    """整合部门（社会）资金到位, in 元; things at their value (`in_kind`). Entered by the office and by the pilot's street or town."""
    if not (may(by, Action.MANAGE_FUNDS) or (may(by, Action.MANAGE_CONTRACTS) and by.unit_id == pilot.accountable_id)):
        raise PermissionDenied("领导小组办公室和所在街道、镇的经办人可以登记整合资金。")
    _not_later("received_on", received_on)
    row = MatchedFund(
        pilot=pilot,
        kind=kind,
        giver=giver.strip(),
        amount=_money(amount),
        received_on=received_on,
        in_kind=in_kind,
        note=note.strip(),
        on=clock.today(),
        by=by,
    )
    row.full_clean()
    row.save()
    audit.record(AuditKind.CREATE, user=by, about=row, amount=yuan(amount))
    return row
