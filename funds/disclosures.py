"""资金使用情况公示: registered when it is posted, completed with the second photo when its period is over. Every change stands in its history."""

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts import audit, clock
from accounts.access import Action, may
from accounts.models import AuditKind, User
from accounts.workdays import workdays_between
from funds.balances import lock_pilot
from funds.models import Disclosure
from pilots.models import Pilot, StoredFile

LEAST_WORKDAYS = 5
FIELDS = ("posted_on", "until", "place", "telephone", "note")
FILES = ("text_file", "start_photo", "end_photo")


def may_disclose(user: User, pilot: Pilot) -> bool:
    """Whether `user` may register postings of `pilot`: its own unit's people and those of its street or town, the 资金主体."""
    return may(user, Action.DISCLOSE_FUNDS) and user.unit_id in (pilot.unit_id, pilot.accountable_id)


@transaction.atomic
def save_disclosure(
    disclosure: Disclosure | None,
    *,
    by: User,
    pilot: Pilot | None = None,
    year: int | None = None,
    quarter: int | None = None,
    expected_version: int | None = None,
    stored: dict[str, StoredFile] | None = None,
    **values,
) -> Disclosure:
    """Register a posting of one pilot and quarter, or change it; `values` are those of FIELDS, `stored` files by the names of FILES.

    Refuses a period of fewer than five working days (法定节假日和调休 counted), a day of posting in the future, a second posting of the same
    quarter, the second photo before the period is over, and with code `stale` a form opened before the last save."""
    pilot = disclosure.pilot if disclosure is not None else pilot
    if pilot is None or not may_disclose(by, pilot):
        raise PermissionDenied("试点社区和所在街道、镇的经办人可以登记本试点的资金公示。")
    lock_pilot(pilot.pk)
    if disclosure is None:
        disclosure = Disclosure(pilot=pilot, year=year, quarter=quarter, created_by=by, on=clock.today())
    else:
        disclosure = Disclosure.objects.select_for_update(of=("self",)).select_related("pilot__unit").get(pk=disclosure.pk)
        if expected_version is not None and disclosure.version != expected_version:
            raise ValidationError("这条公示在您打开后已被修改。您填写的内容还在下面，请对照后再保存", code="stale")
        disclosure.version += 1
    for name in FIELDS:
        if name in values:
            setattr(disclosure, name, values[name])
    for name, file in (stored or {}).items():
        setattr(disclosure, name, file)
    _check(disclosure, set(stored or ()))
    disclosure.full_clean()
    kind = AuditKind.CREATE if disclosure.pk is None else AuditKind.CHANGE
    disclosure.save()
    audit.record(kind, user=by, about=disclosure)
    return disclosure


def _check(disclosure: Disclosure, new_files: set[str]) -> None:
    if disclosure.posted_on > clock.today():
        raise ValidationError({"posted_on": "公示开始不能晚于今天，张贴后再登记"})
    if disclosure.until < disclosure.posted_on:
        raise ValidationError({"until": "公示结束不能早于公示开始"})
    if disclosure.posted_on < first_day_of(disclosure.year, disclosure.quarter):
        raise ValidationError({"posted_on": "公示开始早于所公示季度的第一天，请核对季度和日期"})
    days = workdays_between(disclosure.posted_on, disclosure.until)
    if days < LEAST_WORKDAYS:
        raise ValidationError({"until": f"公示期只有 {days} 个工作日，不少于 {LEAST_WORKDAYS} 个（节假日和调休按国务院通知计算）"})
    if "end_photo" in new_files and disclosure.until > clock.today():
        raise ValidationError({"end_photo": f"公示到 {disclosure.until:%Y-%m-%d} 期满，期满后再传期满照片"})


def first_day_of(year: int, quarter: int) -> datetime.date:
    return datetime.date(year, quarter * 3 - 2, 1)
