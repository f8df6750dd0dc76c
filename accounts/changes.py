"""The history of a record as people read it: who changed which field from what to what, newest first. For every model with `history`."""

import datetime
from dataclasses import dataclass

from django.db import models
from django.utils import timezone

NOTHING = "（空）"
KINDS = {"+": "新增", "~": "修改", "-": "删除"}


@dataclass(frozen=True)
class Difference:
    """One field: its name and both values in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """One saving of a record; `differences` is empty for the first one. `who` is empty for the machinery."""

    at: datetime.datetime
    who: str
    unit: str
    kind: str
    reason: str
    differences: tuple[Difference, ...]

    @property
    def sentence(self) -> str:
        return "；".join(f"{d.label}由“{d.old}”改为“{d.new}”" for d in self.differences)


def changes_of(record: models.Model, *, limit: int = 100) -> list[Change]:
    """The latest `limit` changes. Savings that changed no field a person knows and give no reason are left out; names behind keys are read once per kind."""
    rows = list(record.history.select_related("history_user__unit").order_by("-history_date", "-history_id")[: limit + 1])
    names = _names_behind_keys(record, rows)
    found = []
    for newer, older in zip(rows, [*rows[1:], None], strict=False):
        differences = _differences(record, newer, older, names) if older is not None else ()
        if older is not None and not differences and not newer.history_change_reason:
            continue
        who = newer.history_user
        found.append(
            Change(
                at=newer.history_date,
                who=who.name if who else "",
                unit=who.unit.short_name if who else "",
                kind=KINDS.get(newer.history_type, "修改"),
                reason=newer.history_change_reason or "",
                differences=tuple(differences),
            )
        )
    return found[:limit]


def in_words(record: models.Model, field: models.Field, value, names: dict | None = None) -> str:
    """A stored value as a page shows it: labels of choices, names behind keys, 是/否, dates and times in local form."""
    if value is None or value == "":
        return NOTHING
    if field.is_relation:
        known = (names or {}).get(field.name, {})
        return known.get(value) or str(field.related_model._base_manager.filter(pk=value).first() or NOTHING)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return str(value)


def _fields(record: models.Model, row) -> list[models.Field]:
    kept = {field.attname for field in row._meta.fields}
    return [f for f in record._meta.concrete_fields if f.attname in kept and not f.primary_key and not getattr(f, "auto_now", False)]


def _differences(record: models.Model, newer, older, names: dict) -> list[Difference]:
    return [
        Difference(
            str(field.verbose_name),
            in_words(record, field, getattr(older, field.attname), names),
            in_words(record, field, getattr(newer, field.attname), names),
        )
        for field in _fields(record, newer)
        if getattr(older, field.attname) != getattr(newer, field.attname)
    ]


def _names_behind_keys(record: models.Model, rows: list) -> dict[str, dict]:
    """field → {key: name} for the relations whose key ever changed; one query per such field."""
    names = {}
    for field in _fields(record, rows[0]) if rows else []:
        keys = {getattr(row, field.attname) for row in rows}
        if field.is_relation and len(keys) > 1:
            names[field.name] = {found.pk: str(found) for found in field.related_model._base_manager.filter(pk__in=keys - {None})}
    return names
