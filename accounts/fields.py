"""Form fields that read what people type in Chinese input mode: full-width digits, other ways of writing a day, stray control characters."""

import datetime
import unicodedata

from django import forms
from django.core.exceptions import ValidationError

from accounts import clock
from accounts.plaintext import clean

DATE_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]
TIME_FORMATS = ["%H:%M", "%H:%M:%S", "%H点%M分"]
_EARLIEST, _LATEST = datetime.date(2000, 1, 1), datetime.date(2099, 12, 31)


def halfwidth(text: str) -> str:
    """Full-width digits and signs as people type them in Chinese input mode, made plain: １２：３０ → 12:30."""
    return unicodedata.normalize("NFKC", text).strip()


class PlainDateField(forms.DateField):
    def to_python(self, value):
        return super().to_python(halfwidth(value) if isinstance(value, str) else value)


class PlainTimeField(forms.TimeField):
    def to_python(self, value):
        return super().to_python(halfwidth(value) if isinstance(value, str) else value)


class LineField(forms.CharField):
    """One line of text: control characters and line breaks out."""

    def to_python(self, value) -> str:
        return " ".join(clean(super().to_python(value)).split())


class TextField(forms.CharField):
    """Text of several lines: control characters out."""

    def to_python(self, value) -> str:
        return clean(super().to_python(value)).strip()


class DayField(PlainDateField):
    """A day between 2000 and 2099, with the browser's own calendar; `past=True` for what has happened: not after today."""

    def __init__(self, *, past: bool = False, **kwargs) -> None:
        self.past = past
        kwargs.setdefault("input_formats", DATE_FORMATS)
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        kwargs.setdefault("error_messages", {"invalid": "请填写日期，如 2022-11-30"})
        super().__init__(**kwargs)

    def clean(self, value) -> datetime.date | None:
        day = super().clean(value)
        if day is not None and not _EARLIEST <= day <= _LATEST:
            raise ValidationError(f"{self.label or '日期'}请填 2000 年至 2099 年之间的日期")
        if day is not None and self.past and day > clock.today():
            raise ValidationError(f"{self.label or '日期'}不能晚于今天（{clock.today().isoformat()}）")
        return day


def line_input(placeholder: str = "", **attrs) -> forms.TextInput:
    """A text box without the browser's memory of other people's words."""
    return forms.TextInput(attrs={"placeholder": placeholder, "autocomplete": "off", **attrs})
