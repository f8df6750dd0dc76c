"""The two charts of the money pages as drawings made by the server: plain SVG attributes, so they print, zoom and pass the strict CSP.

Amounts come in 元, rates in percent; here they only become places on paper. What a chart finds out is a sentence (`finding`), and the table
behind it stands beside it under 查看数据.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from accounts.amounts import wan

WIDTH = 520
_PLACE = Decimal("0.1")
_NICE = (Decimal(1), Decimal("1.5"), Decimal(2), Decimal(3), Decimal(4), Decimal(5), Decimal(6), Decimal(8), Decimal(10))


def _at(value: Decimal | int) -> Decimal:
    return Decimal(value).quantize(_PLACE, ROUND_HALF_UP)


def nice_top(value: Decimal) -> Decimal:
    """The top of an axis from zero: the next round number at or above `value` that four steps divide well (305 → 400, 146 → 150)."""
    if value <= 0:
        return Decimal(4)
    scale = Decimal(10) ** value.adjusted()
    return next(step * scale for step in _NICE if step * scale >= value)


# --- execution rates ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """One pilot's bar: `y` the middle of its row, `width` its length, `state` its light (ok warn late none)."""

    name: str
    rate: Decimal | None
    state: str
    word: str
    y: Decimal
    width: Decimal

    @property
    def top(self) -> Decimal:
        return self.y - 8


@dataclass(frozen=True)
class RateChart:
    """Bars of 执行率 from 0 to 100 %, the solid line of 序时进度 and the dashed line where 预警 begins."""

    bars: tuple[Bar, ...]
    height: int
    bottom: int
    left: int
    ticks: tuple[tuple[Decimal, str], ...]
    share: Decimal
    share_x: Decimal
    warn: Decimal | None
    warn_x: Decimal | None
    left_out: int = 0
    width: int = WIDTH


_LEFT, _RIGHT, _HEAD, _FOOT, _ROW = 88, 128, 30, 24, 33


def rate_chart(
    rows: Sequence[tuple[str, Decimal | None, str, str]], share: Decimal, warn_behind: Decimal | int, *, most: int = 12
) -> RateChart:
    """`rows` are (name, 执行率 in percent or None, light, its word) in plan order; `share` 序时进度 in percent, `warn_behind` the points
    behind it at which 预警 begins. Of more than `most` rows those with the lowest rate are drawn and the rest counted in `left_out`."""
    shown = list(rows)
    if len(shown) > most:
        lowest = sorted(range(len(shown)), key=lambda place: (shown[place][1] is None, shown[place][1] or Decimal(0), place))[:most]
        shown = [shown[place] for place in sorted(lowest)]
    plot = WIDTH - _LEFT - _RIGHT
    bottom = _HEAD + _ROW * max(len(shown), 1)

    def x(percent: Decimal) -> Decimal:
        return _at(_LEFT + min(max(percent, Decimal(0)), Decimal(100)) * plot / 100)

    bars = tuple(
        Bar(name, rate, state, word, _at(_HEAD + _ROW * place + Decimal(_ROW) / 2), x(rate or Decimal(0)) - _LEFT)
        for place, (name, rate, state, word) in enumerate(shown)
    )
    warn = share - warn_behind
    return RateChart(
        bars=bars,
        height=bottom + _FOOT,
        bottom=bottom,
        left=_LEFT,
        ticks=tuple((x(Decimal(percent)), f"{percent}%") for percent in (0, 25, 50, 75, 100)),
        share=share,
        share_x=x(share),
        warn=warn if warn > 0 else None,
        warn_x=x(warn) if warn > 0 else None,
        left_out=len(rows) - len(shown),
    )


def rate_finding(chart: RateChart, rows: Sequence[tuple[str, Decimal | None, str, str]]) -> tuple[str, str]:
    """(bold words, rest) of the caption: who stands below the line, or that nobody does."""
    known = [(name, rate) for name, rate, _, _ in rows if rate is not None]
    if not known:
        return "还没有下达到试点的资金", "，暂不计算执行率。"
    if chart.warn is None:
        return "资金刚下达", f"，序时进度 {chart.share}%，未到预警线。"
    behind = [(name, rate) for name, rate in known if rate <= chart.warn]
    line = f"预警线 {chart.warn}%（序时进度减 {(chart.share - chart.warn).normalize():f} 个百分点）"
    if not behind:
        return f"{len(known)} 个试点执行率均高于预警线" if len(known) > 1 else f"{known[0][0]}执行率 {known[0][1]}%", f"，{line}。"
    named = "、".join(f"{name.removesuffix('社区')} {rate}%" for name, rate in behind[:4])
    return f"{named}{f' 等 {len(behind)} 个试点' if len(behind) > 4 else ''}", f"，低于{line}。"


# --- cumulative payments --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Month:
    """One month of the course: what was paid in it and up to its end (None after the as-of day), and what 序时 would have paid by then; 元."""

    end: datetime.date
    paid: Decimal | None
    total: Decimal | None
    planned: Decimal

    @property
    def label(self) -> str:
        return f"{self.end.month}月"


@dataclass(frozen=True)
class Course:
    """The line of payments and the dashed line of 按序时应支付, in 万元."""

    months: tuple[tuple[Decimal, str], ...]
    ticks: tuple[tuple[Decimal, str], ...]
    planned: str
    paid: str
    area: str
    dots: tuple[tuple[Decimal, Decimal], ...]
    planned_end: tuple[Decimal, Decimal, str]
    paid_end: tuple[Decimal, Decimal, str] | None
    """Where the word 已支付 stands: right of the last dot and clear of the other label."""
    left: int = 44
    right: int = WIDTH - 100
    bottom: int = 218
    height: int = 244
    width: int = WIDTH


def course_chart(months: Sequence[Month]) -> Course:
    """`months` in order, at least one; the axis begins at zero."""
    left, right, head, bottom = 44, WIDTH - 100, 20, 218
    top = nice_top(max(wan(max(month.planned, month.total or Decimal(0))) for month in months))
    gap = Decimal(right - left) / max(len(months) - 1, 1)

    def y(amount: Decimal) -> Decimal:
        return _at(bottom - wan(amount) * (bottom - head) / top)

    xs = [_at(left + gap * place) for place in range(len(months))]
    planned = [(x, y(month.planned)) for x, month in zip(xs, months, strict=True)]
    paid = [(x, y(month.total)) for x, month in zip(xs, months, strict=True) if month.total is not None]
    last = next((month for month in reversed(months) if month.total is not None), None)
    step = top / 4
    every = -(-len(months) // 12)
    return Course(
        months=tuple((x, month.label) for place, (x, month) in enumerate(zip(xs, months, strict=True)) if place % every == 0),
        ticks=tuple((_at(bottom - (bottom - head) * place / Decimal(4)), _short(step * place)) for place in range(5)),
        planned=_points(planned),
        paid=_points(paid),
        area=_points([(paid[0][0], Decimal(bottom)), *paid, (paid[-1][0], Decimal(bottom))]) if paid else "",
        dots=tuple(paid),
        planned_end=(*planned[-1], f"{wan(months[-1].planned):,}"),
        paid_end=(*_clear_of(paid[-1], planned[-1]), f"{wan(last.total):,}") if paid else None,
    )


def _clear_of(dot: tuple[Decimal, Decimal], label: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    """The place of a word right of `dot`; where the two-line label at the other line's end would be in its way, above or below that."""
    x, y = dot[0] + 8, dot[1] + 14
    if label[0] - dot[0] > 90:
        return x, y
    y = dot[1] + 5
    return (x, max(y, label[1] + 32)) if dot[1] >= label[1] else (x, min(y, label[1] - 16))


def _points(places: Sequence[tuple[Decimal, Decimal]]) -> str:
    return " ".join(f"{x},{y}" for x, y in places)


def _short(value: Decimal) -> str:
    whole = value.to_integral_value(ROUND_CEILING)
    return f"{whole:,}" if whole == value else f"{value.normalize():f}"


def course_finding(months: Sequence[Month]) -> tuple[str, str]:
    """(bold words, rest): what the last month paid, whether more than any other, and how far from 按序时应支付."""
    done = [month for month in months if month.total is not None]
    if not done or not done[-1].total:
        return "还没有支付", "。"
    last = done[-1]
    months_paid = [month.paid or Decimal(0) for month in done]
    most = "，单月最多" if len(done) > 1 and last.paid and last.paid >= max(months_paid) else ""
    gap = last.planned - last.total
    against = (
        f"比按序时应支付少 {wan(gap):,} 万元" if gap > 0 else f"比按序时应支付多 {wan(-gap):,} 万元" if gap < 0 else "与按序时应支付持平"
    )
    still = "仍" if most and gap > 0 else ""
    return f"{last.end.month} 月支付 {wan(last.paid or 0):,} 万元", f"{most}，{still}{against}。"
