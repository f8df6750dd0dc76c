"""The tabs and the filter row of the ledger: what the address asks for, understood once for page, print and Excel."""

import datetime
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from pilots.models import Pilot
from supervision.models import Aspect, Finding, Severity

TABS = {"open": "未销号", "overdue": "逾期", "recheck": "待复核", "asked": "延期申请", "closed": "已销号", "all": "全部"}


@dataclass(frozen=True)
class Asked:
    """Unknown or malformed values are as if they were not asked."""

    tab: str
    pilot: Pilot | None
    aspect: str
    severity: str
    month: datetime.date | None
    text: str

    def conditions(self) -> list[tuple[str, str]]:
        """(parameter, words) of each active condition, for the chips above the list."""
        found = []
        if self.pilot:
            found.append(("pilot", f"试点：{self.pilot.unit.short_name}"))
        if self.aspect:
            found.append(("aspect", f"方面：{Aspect(self.aspect).label}"))
        if self.severity:
            found.append(("severity", f"严重程度：{Severity(self.severity).label}"))
        if self.month:
            found.append(("month", f"{self.month.year}年{self.month.month}月发现"))
        if self.text:
            found.append(("q", f"含“{self.text}”"))
        return found


def month_asked(text: str) -> datetime.date | None:
    """The first day of 2022-11; None where it is not a month."""
    try:
        return datetime.date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None


def understood(request: HttpRequest, pilots: list[Pilot]) -> Asked:
    """The conditions of the address."""

    def text(name: str) -> str:
        return request.GET.get(name, "").replace("\x00", "").strip()[:60]

    return Asked(
        tab=text("tab") if text("tab") in TABS else "open",
        pilot=next((pilot for pilot in pilots if pilot.code == text("pilot")), None),
        aspect=text("aspect") if text("aspect") in Aspect.values else "",
        severity=text("severity") if text("severity") in Severity.values else "",
        month=month_asked(text("month")),
        text=text("q"),
    )


def narrowed(rows: QuerySet[Finding], asked: Asked) -> QuerySet[Finding]:
    """`rows` as asked, without the tab."""
    exact = {"pilot": asked.pilot, "aspect": asked.aspect, "severity": asked.severity}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if asked.month:
        rows = rows.filter(found_on__year=asked.month.year, found_on__month=asked.month.month)
    if asked.text:
        pinyin = asked.text.lower().replace(" ", "")
        rows = rows.filter(
            Q(number__icontains=asked.text)
            | Q(title__contains=asked.text)
            | Q(description__contains=asked.text)
            | Q(search__contains=pinyin)
            | Q(unit__short_name__contains=asked.text)
        )
    return rows
