"""Money: whole 分 in the database, `Decimal` 元 with two places in Python, never a float.

A column of whole numbers adds up exactly on both databases (SQLite adds decimals as floating point). What people type is read by
`parse_money`, which has a sentence of its own for every way of writing that is not an amount.
"""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import ExpressionWrapper, F, Sum, Value
from django.db.models.functions import Coalesce

FEN = Decimal("0.01")
ZERO = Decimal("0.00")
MOST = Decimal("99999999.99")
"""The most a single entry may be, in 元: far above any pilot, far below what the columns can add up."""

_PLAIN = re.compile(r"\d+(\.\d*)?|\.\d+")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
_SCIENTIFIC = re.compile(r"[+-]?\d*\.?\d+e[+-]?\d+", re.IGNORECASE)
_CAPITALS = re.compile("[零壹贰叁肆伍陆柒捌玖拾佰仟]")
_DIGITS_AT_MOST = 40


def yuan(amount: Decimal | int) -> str:
    """1409.5 → 1,409.50."""
    return f"{Decimal(amount):,.2f}"


def parse_money(text: str) -> Decimal:
    """What a person typed, as 元: `1,000.00`, `１，０００`, `¥3000`, `500元`. More than zero, two places at most, no more than `MOST`.

    Raises ValidationError with a sentence of its own for negative amounts, zero, more than two decimals, scientific notation, capital
    characters, misplaced commas, other text, and what is too large."""
    typed = unicodedata.normalize("NFKC", text or "").strip()
    number = "".join(typed.split()).lstrip("¥￥").removesuffix("元").replace("−", "-").replace("，", ",")
    if not number:
        raise ValidationError("请填写金额", code="required")
    _refuse_strange(number)
    if number.startswith("-"):
        raise ValidationError("金额不能是负数。退款、更正请用退回或冲正办理", code="negative")
    number = number.removeprefix("+")
    if "," in number and not _GROUPED.fullmatch(number):
        raise ValidationError("千分位逗号的位置不对，可以直接写 1000.00 或 1,000.00", code="commas")
    plain = number.replace(",", "")
    if not _PLAIN.fullmatch(plain):
        raise ValidationError("金额须是数字，如 1,000.00", code="text")
    return checked_money(Decimal(plain))


def _refuse_strange(number: str) -> None:
    if _SCIENTIFIC.fullmatch(number):
        raise ValidationError("金额请直接写数字，如 1,000.00，不用科学计数法", code="scientific")
    if _CAPITALS.search(number):
        raise ValidationError("金额请写阿拉伯数字，大写由系统生成", code="capitals")
    if len(number) > _DIGITS_AT_MOST:
        raise ValidationError(f"单笔金额不超过 {yuan(MOST)} 元", code="too_large")


def checked_money(amount: Decimal | int) -> Decimal:
    """An amount in 元 as it may be stored: finite, whole 分, above zero, no more than `MOST`. Refuses with a sentence; floats are a fault."""
    if isinstance(amount, float | bool) or not isinstance(amount, Decimal | int):
        raise TypeError("amounts are Decimal or int")
    value = Decimal(amount)
    if not value.is_finite():
        raise ValidationError("金额须是数字，如 1,000.00", code="text")
    if value > MOST:
        raise ValidationError(f"单笔金额不超过 {yuan(MOST)} 元", code="too_large")
    if value < 0:
        raise ValidationError("金额不能是负数。退款、更正请用退回或冲正办理", code="negative")
    if value.as_tuple().exponent < -2 and value != value.quantize(FEN):
        raise ValidationError("金额最多两位小数（到分）", code="places")
    if value == 0:
        raise ValidationError("金额须大于零", code="zero")
    return value.quantize(FEN)


def to_fen(amount: Decimal | int) -> int:
    """元 as whole 分. Raises ValueError where that would lose something, TypeError for a float."""
    if isinstance(amount, float | bool) or not isinstance(amount, Decimal | int):
        raise TypeError(f"amounts are Decimal or int, not {type(amount).__name__}")
    cents = Decimal(amount) * 100
    if cents != cents.to_integral_value():
        raise ValueError(f"{amount} is not a whole number of 分")
    return int(cents)


class MoneyFormField(forms.CharField):
    """An amount as typed; the value is a Decimal of 元."""

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "data-money": ""}))
        kwargs.setdefault("max_length", 60)
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return yuan(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value

    def clean(self, value) -> Decimal | None:
        text = super().clean(value)
        return parse_money(text) if text else None


class MoneyField(models.BigIntegerField):
    """A column of whole 分; in Python a Decimal of 元 with two places."""

    description = "金额（元，存为分）"

    def from_db_value(self, value, expression, connection) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-2)

    def to_python(self, value) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        if isinstance(value, float):
            raise ValidationError("金额须是十进制数", code="float")
        try:
            return Decimal(value)
        except (InvalidOperation, TypeError, ValueError):
            raise ValidationError("金额须是数字，如 1,000.00", code="text")

    def get_prep_value(self, value):
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return to_fen(Decimal(value) if isinstance(value, str) else value)

    def value_to_string(self, obj) -> str:
        return str(self.value_from_object(obj))

    def formfield(self, **kwargs):
        return models.Field.formfield(self, **{"form_class": MoneyFormField, "max_length": 60, **kwargs})


def signed(sign: str = "sign", amount: str = "amount") -> ExpressionWrapper:
    """`sign` × `amount` of a row, as money."""
    return ExpressionWrapper(F(sign) * F(amount), output_field=MoneyField())


def total(expression, **kwargs) -> Coalesce:
    """The sum of money, 0.00 where there are no rows; `filter=` as in Sum."""
    return Coalesce(Sum(expression, **kwargs), Value(ZERO, output_field=MoneyField()), output_field=MoneyField())
