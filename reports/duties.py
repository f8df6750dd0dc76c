"""What reports answer in the plan's calendar (supervision/calendar.py): the mid-term report is the 半年小结 as well (一稿两用)."""

import datetime

from django.urls import reverse

from pilots.models import Pilot, RecurringPeriod
from reports.models import ReportAction, ReportStep
from supervision.calendar import Done, Key, answers


@answers("RC3")
def half_year(periods: list[RecurringPeriod], pilots: list[Pilot], as_of: datetime.date) -> dict[Key, Done]:
    """The first mid-term report of the county and of each pilot, from the day of its 定稿; one query."""
    steps = ReportStep.objects.filter(action=ReportAction.FINALISE, report__kind="midterm", on__lte=as_of)
    keys = {None, *(pilot.pk for pilot in pilots)}
    done: dict[Key, Done] = {}
    for step in steps.select_related("report").order_by("id"):
        for period in periods:
            if step.report.pilot_id in keys and step.report.as_of <= period.due:
                done.setdefault(
                    (period.pk, step.report.pilot_id), Done(step.on, reverse("report_detail", args=[step.report_id]), "中期评估报告")
                )
    return done
