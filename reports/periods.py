"""Months and quarters a report may be about, beside the day its figures speak of: 2022-11, 2022-Q4."""

import calendar
import datetime
import re
from dataclasses import dataclass
from enum import StrEnum

_NUMERALS = "一二三四"
_MONTH = re.compile(r"(20\d{2})-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"(20\d{2})-Q([1-4])")


class Every(StrEnum):
    """How often a kind is made: the value is the word on the form."""

    MONTH = "月份"
    QUARTER = "季度"


@dataclass(frozen=True)
class Period:
    code: str
    every: Every
    first: datetime.date
    last: datetime.date

    @property
    def label(self) -> str:
        """2022年11月, 2022年第四季度."""
        if self.every == Every.MONTH:
            return f"{self.first.year}年{self.first.month}月"
        return f"{self.first.year}年第{_NUMERALS[(self.first.month - 1) // 3]}季度"


def period_of(code: str) -> Period | None:
    """The period a code names, None where it names none."""
    if month := _MONTH.fullmatch(code):
        return _span(code, Every.MONTH, int(month[1]), int(month[2]), 1)
    if quarter := _QUARTER.fullmatch(code):
        return _span(code, Every.QUARTER, int(quarter[1]), int(quarter[2]) * 3 - 2, 3)
    return None


def _span(code: str, every: Every, year: int, month: int, months: int) -> Period:
    last = month + months - 1
    return Period(code, every, datetime.date(year, month, 1), datetime.date(year, last, calendar.monthrange(year, last)[1]))


def period_at(day: datetime.date, every: Every) -> Period:
    """The month or quarter a day lies in."""
    code = f"{day.year}-{day.month:02d}" if every == Every.MONTH else f"{day.year}-Q{(day.month + 2) // 3}"
    found = period_of(code)
    if found is None:
        raise ValueError(f"no period holds {day}")
    return found


def periods(every: Every, first: datetime.date, last: datetime.date) -> list[Period]:
    """Every month or quarter from the one of `first` to the one of `last`, the latest first."""
    found, day = [], first
    while True:
        period = period_at(day, every)
        if period.first > last:
            return found[::-1]
        found.append(period)
        day = period.last + datetime.timedelta(days=1)
