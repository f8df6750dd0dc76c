"""Collectors shared by the kinds, a file for each subject: each asks the query function the pages ask, so a figure has one source."""

from reports.collect.activities import add_activities
from reports.collect.evidence import add_evidence
from reports.collect.facts import add_facts
from reports.collect.gathering import Gathering
from reports.collect.money import add_money
from reports.collect.photos import add_photos
from reports.collect.projects import add_projects
from reports.collect.supervision import add_supervision
from reports.collect.tasks import add_tasks, finding_of_rates
from reports.models import Report
from reports.snapshot import Collected

__all__ = ["Gathering", "collect", "finding_of_rates"]


def collect(report: Report) -> Collected:
    """Every figure, table, chart and photo of a report at its as-of day. Call inside `one_moment()`."""
    gathering = Gathering(report)
    for add in (add_facts, add_tasks, add_evidence, add_activities, add_projects, add_money, add_supervision, add_photos):
        add(gathering)
    return gathering.finish()
