"""Deadlines of findings, on working days (accounts/workdays.py) and in the words a form explains them with."""

import datetime

from accounts.workdays import EXCEPTIONS, first_workday, is_workday, workdays_between, year_known
from supervision.rules import SEVERITY_DAYS

__all__ = ["EXCEPTIONS", "deadline", "deadline_words", "first_workday", "is_workday", "workdays_between", "year_known"]

_DAY = datetime.timedelta(days=1)
_WEEKDAYS = "一二三四五六日"


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
