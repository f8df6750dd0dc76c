"""Working days by the calendar of the State Council's notices (法定节假日和调休), so that no deadline falls on a holiday.

The table is the package chinesecalendar, which carries the yearly notices (国办发明电) day by day, with the working weekends of 调休. For a
year whose notice is not in it yet, Saturdays and Sundays are off. `EXCEPTIONS` is for what a county decides differently.
"""

import datetime

import chinese_calendar

from supervision.rules import SEVERITY_DAYS

EXCEPTIONS: dict[datetime.date, bool] = {}
"""Day → whether it is worked; wins over the table."""
_DAY = datetime.timedelta(days=1)
_WEEKDAYS = "一二三四五六日"


def is_workday(day: datetime.date) -> bool:
    """Whether offices work on `day`."""
    if day in EXCEPTIONS:
        return EXCEPTIONS[day]
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < 5


def year_known(year: int) -> bool:
    """Whether the notice of the year is in the table; where not, only weekends count as off."""
    try:
        chinese_calendar.is_workday(datetime.date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def first_workday(day: datetime.date) -> datetime.date:
    """`day` itself, or the first working day after it."""
    while not is_workday(day):
        day += _DAY
    return day


def workdays_between(first: datetime.date, last: datetime.date) -> int:
    """Working days from `first` to `last`, both counted; 0 when `last` comes before."""
    return sum(is_workday(first + _DAY * n) for n in range((last - first).days + 1))


def deadline(from_day: datetime.date, severity: str) -> datetime.date:
    """整改时限: 15, 10 or 5 calendar days from 交办 by severity, moved to the first working day."""
    return first_workday(from_day + _DAY * SEVERITY_DAYS[severity])


def deadline_words(from_day: datetime.date, severity: str) -> str:
    """How the form explains a proposed deadline: 较重 10 天，12月10日是周六，顺延到12月12日（周一）."""
    days = SEVERITY_DAYS[severity]
    plain, moved = from_day + _DAY * days, deadline(from_day, severity)
    words = f"{severity_name(severity)} {days} 天"
    if plain == moved:
        return words
    why = f"周{_WEEKDAYS[plain.weekday()]}" if plain.weekday() >= 5 else "节假日"
    return f"{words}，{plain.month}月{plain.day}日是{why}，顺延到{moved.month}月{moved.day}日（周{_WEEKDAYS[moved.weekday()]}）"


def severity_name(severity: str) -> str:
    return next(key.label for key in SEVERITY_DAYS if key == severity)
