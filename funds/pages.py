"""What the pages of the money room share: reading an address, setting a form, running a deed once, exporting what is filtered."""

import datetime
from collections.abc import Callable, Container, Iterable, Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict

from accounts import audit
from accounts.exports import workbook_response
from accounts.models import AuditKind
from accounts.spreadsheet import Col, Sheet
from pilots.models import Pilot

PAGE_SIZE = 20
AUXILIARY = "本台账为辅助台账，以财政会计账为准"
"""practice: printed on every ledger."""


def asked_words(query: QueryDict, *names: str) -> dict[str, str]:
    """The conditions of an address as plain text; malformed values are as if they were not asked."""
    return {name: query.get(name, "").replace("\x00", "").strip()[:80] for name in names}


def number_of(text: str | None) -> int | None:
    """A key from an address, None where it is no number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None


def visible_pilots(request: HttpRequest) -> list[Pilot]:
    return list(Pilot.objects.visible_to(request.user).select_related("unit", "type", "accountable").order_by("order"))


def set_out(form: Form, *rows: Sequence[str]) -> list[list[dict]]:
    """The fields of a form in rows for plain_form.html; an amount carries the place of its 大写."""
    return [
        [{"field": form[name], "capital": form.fields[name].widget.attrs.get("data-capital", "")} for name in row if name in form.fields]
        for row in rows
    ]


def add_errors(form: Form, refusal: ValidationError, *, elsewhere: Container[str] = ()) -> list[tuple[str, str]]:
    """A refusal of a service beside its field, or above the form. What the form has no field for but the page a place (`elsewhere`)
    comes back as (name, sentence)."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return []
    left = []
    for name, errors in refusal.error_dict.items():
        if name in form.fields or name not in elsewhere:
            form.add_error(name if name in form.fields else None, errors)
        else:
            left += [(name, sentence) for error in errors for sentence in error.messages]
    return left


def done(form: Form, deed: Callable[[], object]):
    """What the deed answers, or None with its refusal in the form."""
    try:
        return deed()
    except ValidationError as refusal:
        add_errors(form, refusal)
        return None


def export(
    request: HttpRequest,
    title: str,
    columns: Sequence[Col],
    rows: Iterable[Sequence],
    *,
    count: int,
    conditions: str = "",
    total: Sequence | None = None,
    notes: Sequence[str] = (),
    as_of: datetime.date | None = None,
) -> HttpResponse:
    """Exactly what is filtered as a workbook, with 合计; recorded in the audit log. `as_of`: the day of figures; without it that of records."""
    as_of = as_of or request.records_day
    audit.record(AuditKind.EXPORT, user=request.user, request=request, label=title, rows=count, filters=conditions or "全部")
    unit = request.user.unit
    sheet = Sheet(
        title,
        heading=title,
        subheading=f"填报单位：{unit.name}　数据截止日期：{as_of.isoformat()}　单位：元",
        lines=[f"筛选条件：{conditions or '全部'}", AUXILIARY],
        columns=columns,
        rows=rows,
        total=total,
        notes=notes,
    )
    name = f"{unit.short_name}_{title}_{as_of.isoformat()}.xlsx"
    return workbook_response([sheet], name, sample=settings.SAMPLE_MODE, author=unit.name, dated=as_of)
