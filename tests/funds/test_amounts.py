"""What people type as an amount, and how the column keeps it (R22, S05)."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F

from funds.models import FundSource
from pilots.money import MOST, MoneyField, MoneyFormField, parse_money, signed, to_fen, total
from tests.funds import records

GOOD = [
    ("1000", "1000.00"),
    ("1,000.00", "1000.00"),
    ("１，０００", "1000.00"),
    ("１０００．５", "1000.50"),
    (" ¥3,456.7 ", "3456.70"),
    ("500元", "500.00"),
    ("0.01", "0.01"),
    (".5", "0.50"),
    ("12.10", "12.10"),
    ("100.100", "100.10"),
    ("+8", "8.00"),
    ("99999999.99", "99999999.99"),
]
BAD = [
    ("", "请填写金额"),
    ("-5", "金额不能是负数"),
    ("−5.00", "金额不能是负数"),
    ("0", "金额须大于零"),
    ("0.00", "金额须大于零"),
    ("0.005", "最多两位小数"),
    ("1.234", "最多两位小数"),
    ("1e-3", "不用科学计数法"),
    ("1e308", "不用科学计数法"),
    ("1E+5", "不用科学计数法"),
    ("壹仟", "大写由系统生成"),
    ("一千", "金额须是数字"),
    ("abc", "金额须是数字"),
    ("NaN", "金额须是数字"),
    ("Infinity", "金额须是数字"),
    ("1,00", "千分位逗号"),
    ("1,0000", "千分位逗号"),
    ("1.2.3", "金额须是数字"),
    ("100000000", "不超过 99,999,999.99"),
    ("9" * 400, "不超过 99,999,999.99"),
    ("999,999,999,999.99", "不超过 99,999,999.99"),
    ("=1+1", "金额须是数字"),
    ("0x10", "金额须是数字"),
]


@pytest.mark.parametrize(("text", "value"), GOOD)
def test_what_is_an_amount(text, value):
    found = MoneyFormField().clean(text)
    assert found == Decimal(value) and str(found) == value


@pytest.mark.parametrize(("text", "sentence"), BAD)
def test_what_is_none_has_a_sentence_of_its_own(text, sentence):
    with pytest.raises(ValidationError, match=sentence):
        parse_money(text)


@pytest.mark.parametrize("value", [1.5, 100.10000000000001, True])
def test_a_float_is_a_fault(value):
    with pytest.raises(TypeError):
        to_fen(value)
    with pytest.raises((TypeError, ValidationError)):
        MoneyField().to_python(value) if isinstance(value, float) else to_fen(value)


def test_what_would_lose_a_part_of_a_fen_is_a_fault():
    with pytest.raises(ValueError, match="分"):
        to_fen(Decimal("0.005"))


@pytest.mark.django_db
@pytest.mark.both_databases
def test_the_column_keeps_fen_and_adds_exactly():
    amounts = ["0.10", "0.20", "0.01", "99999999.99", "12345678.91"]
    for amount in amounts:
        records.issued(amount)
    assert FundSource.objects.aggregate(found=total(signed()))["found"] == sum(map(Decimal, amounts))
    assert FundSource.objects.filter(amount=Decimal("0.10")).count() == 1
    assert FundSource.objects.filter(amount__gt=Decimal("12345678.90")).count() == 2
    row = FundSource.objects.annotate(twice=signed()).order_by("amount").first()
    assert (row.amount, row.twice) == (Decimal("0.01"), Decimal("0.01"))
    assert FundSource.objects.filter(amount__lt=F("amount")).count() == 0


@pytest.mark.django_db
def test_an_amount_beyond_the_most_is_refused_by_the_deed():
    with pytest.raises(ValidationError, match="不超过"):
        records.issued(str(MOST + 1))
    assert not FundSource.objects.exists()
