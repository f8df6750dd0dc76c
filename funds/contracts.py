"""Budget lines and contracts: opened, changed by further rows, never edited. FR04, FR05, FR08 and FR38 stand here."""

import datetime
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts import audit, clock
from accounts.access import Action, may
from accounts.models import AuditKind, Role, User
from accounts.pinyin import search_key
from funds.balances import (
    allocated_to,
    contract_balance,
    contract_total,
    line_balance,
    lock_pilot,
    next_number,
    planned_of,
)
from funds.models import BudgetEntry, BudgetLine, Contract, ContractChange, ContractFile, UseCategory
from pilots.models import Pilot, Project, StoredFile
from pilots.money import checked_money, yuan

ONE = Decimal("0.01")


def _money(amount: Decimal) -> Decimal:
    try:
        return checked_money(amount)
    except ValidationError as refusal:
        raise ValidationError({"amount": refusal.messages})


def may_plan(user: User, pilot: Pilot) -> bool:
    """Whether `user` may open and change budget lines: the leading group office."""
    return may(user, Action.MANAGE_FUNDS) and pilot is not None


def may_contract(user: User, pilot: Pilot) -> bool:
    """Whether `user` may register contracts of `pilot`: the office, and the clerk of its street or town, who buys."""
    return may(user, Action.MANAGE_CONTRACTS) and (user.role == Role.OFFICE or user.unit_id == pilot.accountable_id)


# --- budget ---------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def open_line(project: Project, *, by: User, category: UseCategory, amount: Decimal, reason: str = "") -> BudgetLine:
    """安排预算: one use category of a project with its first amount, in 元. Refuses what exceeds the pilot's 下达额度 (FR04), a category that is
    not allowed (FR02) and a project without a task (FR01)."""
    if not may_plan(by, project.pilot):
        raise PermissionDenied("领导小组办公室可以安排和调整预算。")
    amount = _money(amount)
    lock_pilot(project.pilot_id)
    if not category.allowed:
        raise ValidationError({"category": f"用途类别“{category.name}”不在允许范围内，试点资金不能用于这项支出"})
    if project.cancelled_on:
        raise ValidationError({"project": "项目已取消，不能安排预算"})
    if not project.tasks.exists():
        raise ValidationError({"project": f"项目“{project.name}”还没有对应试点任务，请先在项目清单里选择任务"})
    _within_allocation(project.pilot, amount)
    line = BudgetLine(pilot=project.pilot, project=project, category=category)
    line.full_clean()
    line.save()
    BudgetEntry.objects.create(line=line, amount=amount, reason=reason.strip(), on=clock.today(), by=by)
    audit.record(AuditKind.CREATE, user=by, about=line, amount=yuan(amount))
    return line


@transaction.atomic
def change_line(line: BudgetLine, *, by: User, amount: Decimal, sign: int, reason: str) -> BudgetEntry:
    """调增 (`sign` 1) or 调减 (−1) a line by `amount` 元, with a reason. Refuses more than the pilot's 下达额度 and less than what contracts,
    payments and applications on their way have bound."""
    if not may_plan(by, line.pilot):
        raise PermissionDenied("领导小组办公室可以安排和调整预算。")
    amount = _money(amount)
    if sign not in (1, -1):
        raise ValidationError({"sign": "请选择调增或调减"})
    if not reason.strip():
        raise ValidationError({"reason": "调整预算须写明原因"})
    lock_pilot(line.pilot_id)
    if sign == 1:
        _within_allocation(line.pilot, amount)
    else:
        free = line_balance(line).available
        if amount > free:
            raise ValidationError({"amount": f"这项预算只有 {yuan(max(free, Decimal(0)))} 元没有签合同、没有支出，调减不能超过这个数"})
    entry = BudgetEntry(line=line, amount=amount, sign=sign, reason=reason.strip(), on=clock.today(), by=by)
    entry.full_clean()
    entry.save()
    audit.record(AuditKind.CHANGE, user=by, about=line, amount=yuan(entry.signed_amount), reason=reason)
    return entry


def _within_allocation(pilot: Pilot, amount: Decimal) -> None:
    left = allocated_to(pilot) - planned_of(pilot)
    if amount > left:
        raise ValidationError(
            {
                "amount": f"预算金额 {yuan(amount)} 元超出下达额度中未安排的 {yuan(left)} 元，超 {yuan(amount - left)} 元。"
                f"改为不超过 {yuan(left)} 元，或先登记资金下达。"
            }
        )


# --- contracts ------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def sign_contract(
    line: BudgetLine,
    *,
    by: User,
    name: str,
    contractor: str,
    party: str,
    method: str,
    awarded_on: datetime.date,
    signed_on: datetime.date,
    amount: Decimal,
    number: str = "",
    prepayment_percent: int = 0,
    bank: str = "",
    account_tail: str = "",
    note: str = "",
) -> Contract:
    """登记合同 on a budget line; `amount` in 元. An empty `number` becomes HT-2022-P4-002.

    Refuses more than the line has left (FR04), a 备案 team as contractor (FR38), dates out of order or in the future (FR08)."""
    pilot = line.pilot
    if not may_contract(by, pilot):
        raise PermissionDenied("领导小组办公室和所在街道、镇的经办人可以登记合同。")
    amount = _money(amount)
    lock_pilot(pilot.pk)
    if party == Contract.Party.FILED_TEAM:
        raise ValidationError({"party": "备案的社区社会组织不是法人，不能签合同。请与代管它的登记组织签订"})
    if signed_on > clock.today():
        raise ValidationError({"signed_on": "签订日期不能晚于今天"})
    if signed_on < awarded_on:
        raise ValidationError({"signed_on": f"签订日期不能早于成交日期（{awarded_on:%Y-%m-%d}）"})
    if account_tail and not (account_tail.isascii() and account_tail.isdigit() and len(account_tail) == 4):
        raise ValidationError({"account_tail": "只填账号的后四位数字"})
    _within_line(line, amount)
    contract = Contract(
        pilot=pilot,
        line=line,
        number=number.strip() or _contract_number(pilot),
        name=name.strip(),
        contractor=contractor.strip(),
        party=party,
        method=method,
        awarded_on=awarded_on,
        signed_on=signed_on,
        amount=amount,
        prepayment_percent=prepayment_percent,
        bank=bank.strip(),
        account_tail=account_tail,
        note=note.strip(),
        search=search_key(f"{name} {contractor}"),
        on=clock.today(),
        by=by,
    )
    contract.full_clean()
    contract.save()
    audit.record(AuditKind.CREATE, user=by, about=contract, amount=yuan(amount))
    return contract


def _contract_number(pilot: Pilot) -> str:
    """HT-2022-P4-002; numbers typed by hand are passed over."""
    key = f"HT-{clock.today():%Y}-{pilot.code}"
    number = f"{key}-{next_number(key):03d}"
    while Contract.objects.filter(number=number).exists():
        number = f"{key}-{next_number(key):03d}"
    return number


def _within_line(line: BudgetLine, amount: Decimal) -> None:
    left = line_balance(line).available
    if amount > left:
        left = max(left, Decimal(0))
        raise ValidationError(
            {
                "amount": f"合同金额 {yuan(amount)} 元超出预算“{line.category.name}”可用余额 {yuan(left)} 元，超 {yuan(amount - left)} 元。"
                f"改为不超过 {yuan(left)} 元，或先调整预算。"
            }
        )


@transaction.atomic
def change_contract(
    contract: Contract, *, by: User, amount: Decimal, sign: int, reason: str, signed_on: datetime.date | None = None
) -> ContractChange:
    """合同变更 by ± `amount` 元. All changes together stay within 10 % of the first amount (FR05), up within the line, down not below what is
    paid and on its way."""
    contract = _locked(contract, by)
    amount, day = _money(amount), signed_on or clock.today()
    _change_is_due(contract, day, reason)
    if sign not in (1, -1):
        raise ValidationError({"sign": "请选择增加或减少"})
    changed = contract_total(contract) - contract.amount
    limit = (contract.amount * settings.FUNDS_CONTRACT_CHANGE_PERCENT / 100).quantize(ONE, "ROUND_DOWN")
    if abs(changed + sign * amount) > limit:
        raise ValidationError(
            {
                "amount": f"变更累计不超过原合同金额 {yuan(contract.amount)} 元的 {settings.FUNDS_CONTRACT_CHANGE_PERCENT}%（{yuan(limit)} 元），"
                f"已变更 {yuan(changed)} 元。超过的须重新采购。"
            }
        )
    if sign == 1:
        _within_line(contract.line, amount)
    else:
        _not_below_bound(contract, amount)
    return _add_change(contract, ContractChange.Kind.CHANGE, amount, sign, reason, day, by)


@transaction.atomic
def end_contract(contract: Contract, *, by: User, reason: str, signed_on: datetime.date | None = None) -> ContractChange:
    """解除合同: what is not paid is given back to the line. Refuses while an application is on its way and where nothing is left."""
    contract = _locked(contract, by)
    day = signed_on or clock.today()
    _change_is_due(contract, day, reason)
    left = contract_balance(contract)
    if left.in_transit_count:
        raise ValidationError(f"还有 {left.in_transit_count} 笔用款申请在办理中，办结或撤回后再解除合同")
    if left.available <= 0:
        raise ValidationError("合同已全部支付，不用解除")
    return _add_change(contract, ContractChange.Kind.END, left.available, -1, reason, day, by)


def _locked(contract: Contract, by: User) -> Contract:
    if not may_contract(by, contract.pilot):
        raise PermissionDenied("领导小组办公室和所在街道、镇的经办人可以登记合同。")
    lock_pilot(contract.pilot_id)
    return Contract.objects.select_related("line__category", "pilot__accountable").get(pk=contract.pk)


def _change_is_due(contract: Contract, day: datetime.date, reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": "合同变更须写明原因"})
    if day > clock.today():
        raise ValidationError({"signed_on": "签订日期不能晚于今天"})
    if day < contract.signed_on:
        raise ValidationError({"signed_on": f"变更日期不能早于合同签订日期（{contract.signed_on:%Y-%m-%d}）"})
    if contract.changes.filter(kind=ContractChange.Kind.END).exists():
        raise ValidationError("合同已解除，不能再变更")


def _not_below_bound(contract: Contract, amount: Decimal) -> None:
    free = contract_balance(contract).available
    if amount > free:
        raise ValidationError({"amount": f"合同只有 {yuan(max(free, Decimal(0)))} 元没有支付、没有申请，减少不能超过这个数"})


def _add_change(contract: Contract, kind: str, amount: Decimal, sign: int, reason: str, day: datetime.date, by: User) -> ContractChange:
    row = ContractChange(
        contract=contract, kind=kind, amount=amount, sign=sign, reason=reason.strip(), signed_on=day, on=clock.today(), by=by
    )
    row.full_clean()
    row.save()
    audit.record(AuditKind.CHANGE, user=by, about=contract, amount=yuan(row.signed_amount), reason=reason)
    return row


@transaction.atomic
def attach_contract_file(contract: Contract, *, by: User, kind: str, file: StoredFile) -> ContractFile:
    """Add one of 采购文件, 成交通知, 合同, 验收单; counts as complete from today on."""
    if not may_contract(by, contract.pilot):
        raise PermissionDenied("领导小组办公室和所在街道、镇的经办人可以上传合同资料。")
    row = ContractFile(contract=contract, kind=kind, file=file, on=clock.today())
    row.full_clean()
    row.save()
    audit.record(AuditKind.UPLOAD, user=by, about=contract, file=file.original_name, paper=row.get_kind_display())
    return row
