"""Working days by the calendar of the State Council's notices (法定节假日和调休), so that no period is counted and no deadline set on holidays.

The table is the package chinesecalendar, which carries the yearly notices (国办发明电) day by day, with the working weekends of 调休. For a
year whose notice is not in it yet, Saturdays and Sundays are off. `EXCEPTIONS` is for what a county decides differently.
"""

import datetime

import chinese_calendar

EXCEPTIONS: dict[datetime.date, bool] = {}
"""Day → whether it is worked; wins over the table."""
_DAY = datetime.timedelta(days=1)


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
