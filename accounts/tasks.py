"""Housekeeping of the door."""

import datetime

from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.lockout import KEPT
from accounts.models import LoginFailure, SpentForm

SPENT_FORMS_KEPT = datetime.timedelta(days=7)


@shared_task
def sweep_door() -> None:
    """Drop what is over: expired sessions, tries at the door of yesterday, one-time tokens of last week. Notices and the audit log stay."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    LoginFailure.objects.filter(at__lt=now - KEPT).delete()
    SpentForm.objects.filter(at__lt=now - SPENT_FORMS_KEPT).delete()
