"""已办 and 我发起的: a person's own deeds in every room, from the one place that notes them all, the audit log."""

import datetime
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.urls import NoReverseMatch, reverse

from accounts.models import AuditEvent, AuditKind, User

DONE = (AuditKind.APPROVE, AuditKind.RETURN, AuditKind.FINALISE, AuditKind.SIGN, AuditKind.CHANGE)
BEGUN = (AuditKind.CREATE, AuditKind.SUBMIT)
TABS = {"done": ("已办", DONE), "mine": ("我发起的", BEGUN)}
SHOWN = 30
NAMES = {"dispatchmeeting": "meeting_detail", "budgetline": "budget_line_detail", "fundsource": "fund_source_detail"}
"""Pages that are not called after their model."""
ROOMS = ("pilots", "communities", "funds", "supervision", "reports")


@dataclass(frozen=True)
class Deed:
    """One line: what was done, to what, when; `url` empty where the record has no page."""

    kind: str
    title: str
    about: str
    at: datetime.datetime
    url: str


def _own(user: User):
    return AuditEvent.objects.filter(user=user, succeeded=True, object_kind__in=_pages())


def deed_counts(user: User) -> dict[str, int]:
    """How many lines stand under each tab; one query."""
    return _own(user).order_by().aggregate(**{tab: Count("pk", filter=Q(kind__in=kinds)) for tab, (_, kinds) in TABS.items()})


def deeds_of(user: User, tab: str) -> list[Deed]:
    """The latest lines of one tab, newest first; one query."""
    rows = _own(user).filter(kind__in=TABS[tab][1]).annotate(moment=Coalesce("done_at", "at")).order_by("-moment", "-id")[:SHOWN]
    return [
        Deed(str(row.detail.get("action") or row.get_kind_display()), row.object_label, row.object_kind, row.moment, _page(row))
        for row in rows
    ]


def _page(row: AuditEvent) -> str:
    name = _pages().get(row.object_kind)
    try:
        return reverse(name, args=[row.object_id]) if name and not row.detail.get("draft_deleted") else ""
    except NoReverseMatch:
        return ""


@cache
def _pages() -> dict[str, str]:
    """The address name of each kind of record that has a page, by the name the audit log gives it (用款申请 → payment_detail)."""
    found = {}
    for model in (model for room in ROOMS for model in apps.get_app_config(room).get_models()):
        name = NAMES.get(model._meta.model_name, f"{model._meta.model_name}_detail")
        try:
            reverse(name, args=["1"])
        except NoReverseMatch:
            continue
        found[str(model._meta.verbose_name)] = name
    return found
