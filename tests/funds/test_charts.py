"""The drawings of the money pages: places on paper, words that state the finding."""

import datetime
from decimal import Decimal

from funds.charts import Month, course_chart, course_finding, nice_top, rate_chart, rate_finding

PILOTS = [
    ("普安街道", Decimal("51.6"), "ok", "正常"),
    ("竹林桥社区", Decimal("26.2"), "warn", "预警"),
    ("东街社区", Decimal("37.0"), "warn", "预警"),
]


def month(number, total, planned, paid="0"):
    return Month(
        datetime.date(2022, number, 28),
        None if total is None else Decimal(paid),
        None if total is None else Decimal(total),
        Decimal(planned),
    )


def test_bars_begin_at_zero_and_the_finding_names_who_is_behind():
    chart = rate_chart(PILOTS, Decimal("57.5"), 20)
    assert chart.bars[0].width > chart.bars[2].width > chart.bars[1].width > 0 and chart.warn == Decimal("37.5")
    assert rate_finding(chart, PILOTS) == ("竹林桥 26.2%、东街 37.0%", "，低于预警线 37.5%（序时进度减 20 个百分点）。")
    empty = rate_chart([("甲", None, "none", "未下达")], Decimal("57.5"), 20)
    assert empty.bars[0].width == 0 and "暂不计算" in rate_finding(empty, [("甲", None, "none", "未下达")])[1]


def test_of_many_the_lowest_are_drawn_in_their_order():
    rows = [(f"试点{n}", Decimal(100 - n), "ok", "正常") for n in range(40)]
    chart = rate_chart(rows, Decimal("10"), 20, most=5)
    assert [bar.name for bar in chart.bars] == [f"试点{n}" for n in range(35, 40)] and chart.left_out == 35
    assert chart.warn is None and "未到预警线" in rate_finding(chart, rows)[1]


def test_the_axis_ends_at_a_round_number():
    assert [nice_top(Decimal(value)) for value in ("305", "146.24", "0", "4", "9.1")] == [400, 150, 4, 4, 10]


def test_the_course_says_the_last_month_and_the_gap():
    months = [month(9, "416000", "863000", "330000"), month(11, "1462380", "1754000", "521400"), month(12, None, "2200000")]
    chart = course_chart(months)
    assert len(chart.dots) == 2 and chart.planned.count(",") == 3 and chart.paid_end[2] == "146.24"
    assert course_finding(months) == ("11 月支付 52.14 万元", "，单月最多，仍比按序时应支付少 29.16 万元。")
    assert course_finding([month(8, "0", "1")]) == ("还没有支付", "。")
