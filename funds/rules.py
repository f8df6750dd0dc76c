"""资金规则: every rule of money by its number, in one register, with its level and its basis.

The page shows the register; the panel 提交前自动核对 lists the rules of an application with 通过/不通过; the services refuse by the same
checks. A check is a function of a `Case`, which holds all it needs: no rule asks the database.

Levels: B refuses; W asks for an explanation that is kept with the application; I is a matter for the monthly supervision.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.conf import settings

from accounts.amounts import capital
from funds.balances import Balances
from funds.chain import is_large
from funds.models import Contract, Payment, PaymentFile
from pilots.money import MOST, yuan

Kind = PaymentFile.Kind


class Level(StrEnum):
    BLOCK = "B"
    WARN = "W"
    ISSUE = "I"


LEVEL_WORDS = {Level.BLOCK: "拦截", Level.WARN: "提示", Level.ISSUE: "督导"}


class About(StrEnum):
    """Which deed a rule watches."""

    SOURCE = "资金下达与分配"
    BUDGET = "预算"
    CONTRACT = "合同"
    PAYMENT = "用款申请"
    PAYING = "支付登记"
    LEDGER = "台账"


@dataclass(frozen=True)
class Case:
    """An application with all that the rules look at."""

    payment: Payment
    balances: Balances
    today: datetime.date
    serves_task: bool
    kinds: frozenset[str]
    invoices: tuple[str, ...]
    invoices_used: tuple[tuple[str, str], ...] = ()
    alike: str = ""
    contract_amount: Decimal | None = None
    prepaid: Decimal = Decimal(0)


@dataclass(frozen=True)
class Check:
    """One rule as it stands for one application. `field` is the form's field the sentence belongs to; `repair` an amount that would pass."""

    code: str
    title: str
    level: Level
    passed: bool
    sentence: str = ""
    field: str = ""
    repair: Decimal | None = None

    @property
    def blocks(self) -> bool:
        return not self.passed and self.level == Level.BLOCK


@dataclass(frozen=True)
class Rule:
    """`proposed`: a limit or a list the county still has to confirm."""

    code: str
    title: str
    level: Level
    about: About
    basis: str
    proposed: bool = False
    check: Callable[[Case], Check | None] | None = None

    @property
    def level_words(self) -> str:
        return LEVEL_WORDS[self.level]


REGISTER: list[Rule] = []


def _rule(code: str, title: str, level: Level, about: About, basis: str, *, proposed: bool = False):
    def add(check: Callable[["Rule", Case], Check | None]) -> Callable:
        rule = Rule(code, title, level, about, basis, proposed, lambda case: check(rule, case))
        REGISTER.append(rule)
        return check

    return add


def _stated(code: str, title: str, level: Level, about: About, basis: str, *, proposed: bool = False) -> None:
    """A rule that is kept where the deed is done, not by a check of an application."""
    REGISTER.append(Rule(code, title, level, about, basis, proposed))


def _answer(rule: Rule, passed: bool, sentence: str, field: str, *, title: str = "", repair: Decimal | None = None) -> Check:
    return Check(rule.code, title or rule.title, rule.level, passed, "" if passed else sentence, field, repair)


def checks_of(case: Case, *, about: About = About.PAYMENT, codes: frozenset[str] | None = None) -> list[Check]:
    """Every rule that applies to the application, in the order of the register; `codes` narrows to some of them."""
    asked = [rule for rule in REGISTER if rule.about == about and (codes is None or rule.code in codes)]
    found = [rule.check(case) for rule in asked if rule.check is not None]
    return [check for check in found if check is not None]


def rule(code: str) -> Rule:
    """The (first) rule of a number."""
    return next(rule for rule in REGISTER if rule.code == code)


def over_balance(amount: Decimal, available: Decimal, *, with_contract: bool) -> str:
    """申请金额 96,000.00 元超出可用余额 82,400.00 元，超 13,600.00 元。…"""
    left = max(available, Decimal(0))
    if not left:
        way = "先办理合同变更" if with_contract else "先调整预算"
        what = "合同" if with_contract else "预算"
        return f"申请金额 {yuan(amount)} 元超出可用余额 0.00 元。{what}金额已全部支付或在途，{way}后再申请。"
    if with_contract:
        percent = settings.FUNDS_CONTRACT_CHANGE_PERCENT
        way = f"改为不超过 {yuan(left)} 元，或先办理合同变更（不超过原合同的 {percent}%）。"
    else:
        way = f"改为不超过 {yuan(left)} 元，或先调整预算。"
    return f"申请金额 {yuan(amount)} 元超出可用余额 {yuan(left)} 元，超 {yuan(amount - left)} 元。{way}"


# --- sources, budgets, contracts: kept by the services of these rows -----------------------------------------------------------------

_stated("FR03", "下达到各试点的合计不超过资金来源的下达金额", Level.BLOCK, About.SOURCE, "财务管理惯例")
_stated("FR04", "预算合计不超过下达额度，合同合计不超过预算", Level.BLOCK, About.BUDGET, "财务管理惯例")
_stated("FR05", "合同变更不超过原合同金额的 10%，超过须重新采购", Level.BLOCK, About.CONTRACT, "政府采购法第49条")
_stated("FR08", "签订不早于成交，日期不晚于今天", Level.BLOCK, About.CONTRACT, "财务管理惯例")
_stated("FR38", "备案的社区社会组织不能签合同，由代管的登记组织签订", Level.BLOCK, About.CONTRACT, "社会组织登记管理规定")


# --- applications -----------------------------------------------------------------------------------------------------------------


@_rule("FR01", "项目已对应试点任务", Level.BLOCK, About.PAYMENT, "方案五（二）：确保资金使用方向和服务项目用于社区治理试点")
def _serves_a_task(rule: Rule, case: Case) -> Check:
    payment = case.payment
    if payment.project_id is None or payment.line_id is None:
        return _answer(rule, False, "请选择项目和用途类别。每笔用款都要对应一个项目、一个用途类别。", "line")
    return _answer(rule, case.serves_task, f"项目“{payment.project.name}”还没有对应试点任务，请先在项目清单里选择任务。", "line")


@_rule("FR02", "用途在允许范围内", Level.BLOCK, About.PAYMENT, "方案五（二）定方向；用途清单", proposed=True)
def _allowed_use(rule: Rule, case: Case) -> Check | None:
    if case.payment.line_id is None:
        return None
    category = case.payment.line.category
    return _answer(rule, category.allowed, f"用途类别“{category.name}”不在允许范围内，试点资金不能用于这项支出。", "line")


@_rule("FR07", "金额大于零，最多两位小数", Level.BLOCK, About.PAYMENT, "财务管理惯例")
def _right_amount(rule: Rule, case: Case) -> Check:
    amount = case.payment.amount
    right = amount is not None and 0 < amount <= MOST
    return _answer(rule, right, "请填写申请金额，须大于零。", "amount")


@_rule("FR05", "申请金额不超过可用余额", Level.BLOCK, About.PAYMENT, "政府采购法第49条；财务管理惯例")
def _within_balance(rule: Rule, case: Case) -> Check | None:
    nearest, amount = case.balances.nearest, case.payment.amount
    if nearest is None or amount is None:
        return None
    passed = amount <= nearest.available
    sentence = "" if passed else over_balance(amount, nearest.available, with_contract=case.balances.of_contract is not None)
    repair = nearest.available if not passed and nearest.available > 0 else None
    return _answer(rule, passed, sentence, "amount", repair=repair)


@_rule("FR06", "下达额度余额足够", Level.BLOCK, About.PAYMENT, "财务管理惯例")
def _within_allocation(rule: Rule, case: Case) -> Check | None:
    amount, pilot = case.payment.amount, case.balances.of_pilot
    if amount is None:
        return None
    passed = amount <= pilot.available
    left = max(pilot.available, Decimal(0))
    sentence = f"本试点下达额度可用余额 {yuan(left)} 元，申请金额 {yuan(amount)} 元，超 {yuan(amount - left)} 元。"
    return _answer(rule, passed, sentence, "amount", title=f"下达额度余额 {yuan(left)} 元{'足够' if passed else '不足'}")


@_rule("FR37", "发票已上传（先票后款）", Level.BLOCK, About.PAYMENT, "先票后款，合同约定的预付款除外")
def _invoice_first(rule: Rule, case: Case) -> Check:
    if not case.payment.is_prepayment:
        here = Kind.INVOICE in case.kinds and bool(case.invoices)
        what = "缺发票附件" if case.invoices else "缺发票" if Kind.INVOICE not in case.kinds else "缺发票号码"
        sentence = f"{what}。先票后款，请上传发票并填写发票号码；只有合同约定的预付款除外。"
        return _answer(rule, here, sentence, "invoices")
    title = "预付款在合同约定比例内"
    contract = case.payment.contract
    if contract is None or not contract.prepayment_percent:
        return _answer(rule, False, "合同没有约定预付款，请先取得发票再申请。", "is_prepayment", title=title)
    limit = case.contract_amount * contract.prepayment_percent / 100
    left = max(limit - case.prepaid, Decimal(0))
    passed = case.payment.amount is not None and case.payment.amount <= left
    sentence = f"合同约定预付款不超过 {contract.prepayment_percent}%，还可预付 {yuan(left.quantize(Decimal('0.01'), 'ROUND_DOWN'))} 元。"
    return _answer(rule, passed, sentence, "amount", title=title)


@_rule("FR23", "预付款比例在惯例之内", Level.WARN, About.PAYMENT, "付款惯例", proposed=True)
def _usual_share(rule: Rule, case: Case) -> Check | None:
    contract, usual = case.payment.contract, settings.FUNDS_PREPAYMENT_PERCENT
    if not case.payment.is_prepayment or contract is None:
        return None
    sentence = f"合同约定的预付款比例 {contract.prepayment_percent}% 高于一般的 {usual}%。"
    return _answer(rule, contract.prepayment_percent <= usual, sentence, "explanation", title=f"预付款比例不高于 {usual}%")


@_rule("FR12", "发票没有用于其他申请", Level.BLOCK, About.PAYMENT, "财务管理惯例")
def _invoice_once(rule: Rule, case: Case) -> Check | None:
    if not case.invoices:
        return None
    words = "；".join(f"发票 {number} 已用于 {other}" for number, other in case.invoices_used)
    return _answer(rule, not case.invoices_used, f"{words}。同一张发票不能用两次，请核对发票号码。", "invoices")


@_rule("FR08", "合同签订在申请之前", Level.BLOCK, About.PAYMENT, "财务管理惯例")
def _after_contract(rule: Rule, case: Case) -> Check | None:
    contract = case.payment.contract
    if contract is None:
        return None
    return _answer(rule, contract.signed_on <= case.today, f"合同 {contract.number} 的签订日期晚于今天，请核对合同登记。", "contract")


@_rule("FR38", "承接单位可以签订合同", Level.BLOCK, About.PAYMENT, "社会组织登记管理规定")
def _legal_person(rule: Rule, case: Case) -> Check | None:
    contract = case.payment.contract
    if contract is None:
        return None
    passed = contract.party != Contract.Party.FILED_TEAM
    return _answer(rule, passed, "备案的社区社会组织不是法人，款项付给代管它的登记组织。", "contract")


@_rule("FR32", "经办人与证明人不是同一人", Level.BLOCK, About.PAYMENT, "不相容岗位分离")
def _another_witness(rule: Rule, case: Case) -> Check:
    payment, witness = case.payment, case.payment.witness.strip()
    if not witness:
        return _answer(rule, False, "请填写证明人。经办人、证明人不能是同一人。", "witness")
    same = witness in {payment.created_by.name, payment.created_by.username}
    return _answer(rule, not same, "证明人不能是经办人本人，请填写在场验收的另一人。", "witness")


@_rule("FR35", "大写金额与小写一致", Level.BLOCK, About.PAYMENT, "会计基础工作规范第52条")
def _capitals(rule: Rule, case: Case) -> Check | None:
    amount = case.payment.amount
    if amount is None or amount <= 0:
        return None
    return _answer(rule, True, "", "amount", title=f"大写由系统生成：{capital(amount)}")


@_rule("FR10", "收款单位与合同一致", Level.WARN, About.PAYMENT, "财务管理惯例")
def _payee_of_contract(rule: Rule, case: Case) -> Check | None:
    contract = case.payment.contract
    if contract is None:
        return None
    return _answer(rule, case.payment.payee == contract.contractor, f"收款单位与合同承接单位“{contract.contractor}”不一致。", "contract")


@_rule("FR12", "近日没有同单位同金额的支付", Level.WARN, About.PAYMENT, "财务管理惯例；天数", proposed=True)
def _not_twice(rule: Rule, case: Case) -> Check | None:
    if case.payment.amount is None or not case.payment.payee:
        return None
    days = settings.FUNDS_DUPLICATE_DAYS
    sentence = f"{days} 日内已有同一收款单位、同一金额的申请 {case.alike}，请核对是否重复，确需支付的写明情况。"
    return _answer(rule, not case.alike, sentence, "explanation", title=f"{days} 日内无同额重复支付")


@_rule("FR09", "验收单已上传", Level.WARN, About.PAYMENT, "财务管理惯例")
def _accepted(rule: Rule, case: Case) -> Check | None:
    if case.payment.is_prepayment:
        return None
    return _answer(rule, Kind.ACCEPTANCE in case.kinds, "缺验收单。请上传验收单；确实没有的写明情况。", "explanation")


# --- paying, ledger -----------------------------------------------------------------------------------------------------------------


@_rule("JT01", "大额资金已集体研究", Level.BLOCK, About.PAYING, "“三重一大”惯例；限额", proposed=True)
def _decided_together(rule: Rule, case: Case) -> Check | None:
    amount = case.payment.amount
    if amount is None or not is_large(amount):
        return None
    limit = yuan(settings.FUNDS_LARGE_SUM)
    sentence = f"{limit} 元及以上须集体研究。请先上传集体研究纪要，再登记审批。"
    return _answer(rule, Kind.MINUTES in case.kinds, sentence, "minutes")


_stated("FR08", "付款日期不早于合同签订，不晚于今天", Level.BLOCK, About.PAYING, "财务管理惯例")
_stated("FR32", "申请人不办理自己的申请，同一人不连续办理相邻两个环节", Level.BLOCK, About.PAYING, "不相容岗位分离")
_stated("FR09", "审批单、发票、银行付款凭证齐全才算凭证完整", Level.ISSUE, About.LEDGER, "财务管理惯例")
_stated("FR31", "已提交、已支付的记录不能修改或删除，只能冲正后重新办理", Level.BLOCK, About.LEDGER, "会计核算惯例")
