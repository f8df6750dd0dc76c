"""What the reports want from the office today."""

import datetime
from collections.abc import Iterator

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse

from accounts import clock
from accounts.access import Action, may
from accounts.models import User
from accounts.todos import Todo, register
from accounts.together import together
from reports.models import Report, ReportAction, ReportState, ReportStep
from reports.queries import plan_requirements, required_reports, with_unwritten

SOON = datetime.timedelta(days=31)


@register
def report_todos(user: User) -> Iterator[Todo]:
    """Drafts to finish, reports to check (not one's own), final ones to register, reports of the plan that fall due."""
    if not may(user, Action.PREPARE_REPORT):
        return
    last = ReportStep.objects.filter(report=OuterRef("pk")).order_by("-id")
    open_states = (ReportState.DRAFT, ReportState.CHECKING, ReportState.FINAL)
    found_rows = with_unwritten(Report.objects.filter(Q(state__in=open_states) | Q(pilot__isnull=True))).select_related("pilot__unit")
    found_rows = found_rows.annotate(
        last_actor=Subquery(last.values("actor")[:1]),
        last_action=Subquery(last.values("action")[:1]),
        said=Subquery(last.values("opinion")[:1]),
    )
    found, _ = together(lambda: list(found_rows), plan_requirements)
    due = {}
    for required in required_reports(user, known=[report for report in found if report.pilot_id is None]):
        due[required.name] = required.due
        if not required.finished and required.verb == "编制" and required.due and required.due <= clock.today() + SOON:
            yield Todo(
                "报告", f"编制{required.name}", required.clauses[0] if required.clauses else "方案", required.url, "编制", required.due
            )
    for report in found:
        if report.state not in open_states:
            continue
        todo = _todo(user, report, due.get(report.kind_name))
        if todo:
            yield todo


def _todo(user: User, report: Report, due: datetime.date | None) -> Todo | None:
    name = f"{report}（数据截止 {report.as_of.isoformat()}）"
    detail = reverse("report_detail", args=[report.pk])
    if report.state == ReportState.DRAFT:
        returned = report.last_action == ReportAction.RETURN
        source = f"退回：{report.said}" if returned else "报告草稿"
        return Todo("报告", name, source, reverse("report_edit", args=[report.pk]), "续写", due, returned)
    if report.state == ReportState.CHECKING:
        return Todo("核稿", name, "送核稿，待核对", detail, "核稿", due) if report.last_actor != user.pk else None
    return Todo("签发", name, "已定稿，线下签发后登记", detail, "签发登记", due)
