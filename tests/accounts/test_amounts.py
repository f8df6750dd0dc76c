"""大写 amounts: the vectors of the domain reference, and every amount read back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.amounts import capital, wan

VECTORS = {
    "0": "零元整",
    "10": "壹拾元整",
    "100000": "壹拾万元整",
    "1409.50": "壹仟肆佰零玖元伍角整",
    "6007.14": "陆仟零柒元壹角肆分",
    "1680.32": "壹仟陆佰捌拾元零叁角贰分",
    "107000.53": "壹拾万柒仟元零伍角叁分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "325.04": "叁佰贰拾伍元零肆分",
    "226400": "贰拾贰万陆仟肆佰元整",
    "0.5": "伍角整",
    "0.07": "柒分",
    "100010000": "壹亿零壹万元整",
    "20000001": "贰仟万零壹元整",
    "100001234": "壹亿零壹仟贰佰叁拾肆元整",
    "1000000000000": "壹万亿元整",
    "1000100000000": "壹万零壹亿元整",
}

DIGITS = {char: number for number, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(("amount", "expected"), VECTORS.items())
def test_vectors(amount, expected):
    assert capital(Decimal(amount)) == expected


def test_prefix_stands_without_a_gap():
    assert capital(226400, prefix="人民币") == "人民币贰拾贰万陆仟肆佰元整"


def read_integer(text):
    """The number a capital integer says, read the way a cashier would."""
    total = section = digit = 0
    for char in text:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in PLACES:
            section += digit * PLACES[char]
            digit = 0
        elif char == "万":
            total += (section + digit) * 10_000
            section = digit = 0
        elif char == "亿":
            total = (total + section + digit) * 100_000_000
            section = digit = 0
    return total + section + digit


def read_back(text):
    text = text.removesuffix("整")
    yuan, found, rest = text.partition("元")
    if not found:
        yuan, rest = "", text
    cents = 0
    for char in rest:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char == "角":
            cents += digit * 10
        elif char == "分":
            cents += digit
    return Decimal(read_integer(yuan)) + Decimal(cents) / 100


@given(st.decimals(min_value=0, max_value=10**15, places=2))
def test_every_amount_reads_back(amount):
    text = capital(amount)
    assert read_back(text) == amount
    assert "零零" not in text
    assert text.endswith("整") == (int(amount * 100) % 10 == 0)


@pytest.mark.parametrize("amount", [Decimal("-0.01"), Decimal(10) ** 16])
def test_out_of_range_is_refused(amount):
    with pytest.raises(ValueError, match="金额"):
        capital(amount)


def test_float_is_refused():
    with pytest.raises(TypeError):
        capital(1.1)


def test_wan_rounds_half_up():
    assert wan(Decimal("1234550.00")) == Decimal("123.46")
    assert wan(0) == Decimal("0.00")
