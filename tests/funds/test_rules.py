"""The register of rules, each rule by a table of cases; the checks ask the database nothing."""

import dataclasses
import datetime
from decimal import Decimal

import pytest

from accounts.models import User
from funds import rules
from funds.balances import Balance, Balances
from funds.models import BudgetLine, Contract, Payment, PaymentFile, UseCategory
from pilots.models import Pilot, Project

TODAY = datetime.date(2022, 11, 30)
Kind = PaymentFile.Kind


def case(**changed) -> rules.Case:
    """An application that passes every rule, with what the test changes: names of Case, or `payment__…`, `contract__…`, `category__…`."""
    category = UseCategory(name="购买社会组织服务", allowed=True)
    contract = Contract(
        pk=1, number="HT-2022-P4-002", contractor="示例社工服务中心", party="organisation", signed_on=TODAY, prepayment_percent=30
    )
    payment = Payment(
        pilot=Pilot(pk=1),
        project=Project(pk=1, name="为老关爱服务"),
        line=BudgetLine(pk=1, category=category),
        contract=contract,
        payee="示例社工服务中心",
        amount=Decimal("60000"),
        purpose="第三期",
        witness="示例居民",
        created_by=User(name="示例社区工作者03", username="xiahejie"),
    )
    parts = {"payment": payment, "contract": contract, "category": category}
    own = {}
    for name, value in changed.items():
        part, _, attribute = name.partition("__")
        if attribute:
            setattr(parts[part], attribute, value)
        else:
            own[name] = value
    found = rules.Case(
        payment=payment,
        balances=Balances(Balance(Decimal(215200), Decimal(108000), Decimal(24800)), None, Balance(Decimal(450000), Decimal(261480))),
        today=TODAY,
        serves_task=True,
        kinds=frozenset({Kind.INVOICE, Kind.ACCEPTANCE, Kind.MINUTES}),
        invoices=("05100001",),
        contract_amount=Decimal(215200),
    )
    return dataclasses.replace(found, **own)


def failing(found: rules.Case, about=rules.About.PAYMENT) -> dict[str, rules.Check]:
    return {check.code: check for check in rules.checks_of(found, about=about) if not check.passed}


def test_a_right_application_passes_everything():
    assert failing(case()) == {}
    titles = [check.title for check in rules.checks_of(case())]
    assert "下达额度余额 188,520.00 元足够" in titles
    assert any(title.startswith("大写由系统生成：陆万元整") for title in titles)


REFUSALS = [
    ("FR01", {"serves_task": False}, "还没有对应试点任务", "line"),
    ("FR02", {"category__allowed": False}, "不在允许范围内", "line"),
    ("FR05", {"payment__amount": Decimal(96000)}, "申请金额 96,000.00 元超出可用余额 82,400.00 元，超 13,600.00 元", "amount"),
    ("FR06", {"balances": Balances(Balance(Decimal(90000)), None, Balance(Decimal(50000)))}, "下达额度可用余额 50,000.00 元", "amount"),
    ("FR07", {"payment__amount": None}, "请填写申请金额", "amount"),
    ("FR37", {"kinds": frozenset({Kind.ACCEPTANCE})}, "先票后款", "invoices"),
    ("FR37", {"invoices": ()}, "缺发票号码", "invoices"),
    ("FR12", {"invoices_used": (("05100001", "YK-2022-11-003"),)}, "发票 05100001 已用于 YK-2022-11-003", "invoices"),
    ("FR08", {"contract__signed_on": TODAY + datetime.timedelta(days=1)}, "签订日期晚于今天", "contract"),
    ("FR38", {"contract__party": "filed_team"}, "不是法人", "contract"),
    ("FR32", {"payment__witness": "示例社区工作者03"}, "证明人不能是经办人本人", "witness"),
    ("FR32", {"payment__witness": ""}, "请填写证明人", "witness"),
]


@pytest.mark.parametrize(("code", "changed", "words", "field"), REFUSALS)
def test_what_blocks(code, changed, words, field):
    check = failing(case(**changed))[code]
    assert check.blocks and words in check.sentence and check.field == field


WARNINGS = [
    ("FR10", {"payment__payee": "另一家"}, "收款单位与合同承接单位"),
    ("FR12", {"alike": "YK-2022-11-019"}, "YK-2022-11-019"),
    ("FR09", {"kinds": frozenset({Kind.INVOICE})}, "缺验收单"),
    ("FR23", {"payment__is_prepayment": True, "contract__prepayment_percent": 31}, "高于一般的 30%"),
]


@pytest.mark.parametrize(("code", "changed", "words"), WARNINGS)
def test_what_asks_for_an_explanation(code, changed, words):
    check = failing(case(**changed))[code]
    assert check.level == rules.Level.WARN and not check.blocks and words in check.sentence


@pytest.mark.parametrize(
    ("amount", "percent", "prepaid", "passed"),
    [("64560", 30, "0", True), ("64560.01", 30, "0", False), ("10000", 30, "60000", False), ("10000", 0, "0", False)],
)
def test_a_prepayment_needs_no_invoice_within_its_share(amount, percent, prepaid, passed):
    found = case(
        payment__amount=Decimal(amount),
        payment__is_prepayment=True,
        contract__prepayment_percent=percent,
        prepaid=Decimal(prepaid),
        kinds=frozenset(),
        invoices=(),
    )
    assert ("FR37" not in failing(found)) == passed


@pytest.mark.parametrize(("amount", "kinds", "passed"), [("49999.99", (), True), ("50000", (), False), ("50000", (Kind.MINUTES,), True)])
def test_large_sums_need_the_minutes(amount, kinds, passed):
    found = case(payment__amount=Decimal(amount), kinds=frozenset(kinds))
    assert ("JT01" not in failing(found, rules.About.PAYING)) == passed


def test_the_repair_is_the_balance():
    check = failing(case(payment__amount=Decimal(96000)))["FR05"]
    assert check.repair == Decimal(82400) and "合同变更（不超过原合同的 10%）" in check.sentence


def test_every_rule_of_the_plan_stands_in_the_register():
    codes = {rule.code for rule in rules.REGISTER}
    assert {"FR01", "FR02", "FR03", "FR04", "FR05", "FR06", "FR07", "FR08", "FR09", "FR12", "FR31", "FR32", "FR35", "FR37", "FR38"} <= codes
    assert all(rule.title and rule.basis for rule in rules.REGISTER)
