"""Money as people write it: 大写 amounts (会计基础工作规范 第52条) and 万元. Only Decimal and int, never float."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_FEN = Decimal("0.01")
_LIMIT = Decimal(10) ** 16


def wan(amount: Decimal | int) -> Decimal:
    """An amount in 元 as 万元 with two decimals, rounded half up. Convert totals from 元, never by adding rounded parts."""
    return (Decimal(amount) / 10000).quantize(_FEN, ROUND_HALF_UP)


def capital(amount: Decimal | int, *, prefix: str = "") -> str:
    """An amount in 元 in capital characters: 1409.50 → 壹仟肆佰零玖元伍角整; `prefix="人民币"` where a form asks for it.

    A run of zeros inside is one 零; with 角 or 分 a 零 stands where the digit before them is zero. Rounds half up to 分.
    Raises ValueError for a negative amount or one of 10^16 元 and more, TypeError for a float."""
    if isinstance(amount, float):
        raise TypeError("amounts are Decimal or int")
    value = Decimal(amount).quantize(_FEN, ROUND_HALF_UP)
    if value < 0 or value >= _LIMIT:
        raise ValueError("金额须不小于零，且小于一亿亿元")
    yuan, cents = divmod(int(value * 100), 100)
    jiao, fen = divmod(cents, 10)
    text = _integer(yuan) + "元" if yuan or not cents else ""
    if not cents:
        return f"{prefix}{text}整"
    if yuan and (yuan % 10 == 0 or not jiao):
        text += "零"
    if jiao:
        text += _DIGITS[jiao] + "角"
    return prefix + text + (_DIGITS[fen] + "分" if fen else "整")


def _integer(number: int) -> str:
    """A whole number below 10^16 in capital characters, in groups of four digits."""
    if number == 0:
        return _DIGITS[0]
    parts: list[str] = []
    pending_zero = False
    for index in range(3, -1, -1):
        group = number // 10000**index % 10000
        if group == 0:
            pending_zero = bool(parts)
            continue
        if parts and (pending_zero or group < 1000):
            parts.append(_DIGITS[0])
        parts.append(_four_digits(group) + _group_name(index, number))
        pending_zero = False
    return "".join(parts)


def _group_name(index: int, number: int) -> str:
    """万 or 亿 behind a group; in the fourth group 万亿 shrinks to 万 when 亿 follows by itself (壹万贰仟亿)."""
    if index == 3 and number // 10000**2 % 10000:
        return "万"
    return _GROUPS[index]


def _four_digits(group: int) -> str:
    """1 to 9999 without leading 零, a run of inner zeros as one."""
    text, zero = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit == 0:
            zero = bool(text)
            continue
        text += (_DIGITS[0] if zero else "") + _DIGITS[digit] + _PLACES[place]
        zero = False
    return text
