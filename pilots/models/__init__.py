"""The rows of planning: the plan, its tasks, checked files, review, evidence."""

from pilots.models.evidence import Evidence
from pilots.models.files import StoredFile
from pilots.models.plan import (
    ActivityCategory,
    Basis,
    Entry,
    EvidenceType,
    Indicator,
    Metric,
    Obligation,
    ObligationKind,
    Phase,
    Pilot,
    PilotQuerySet,
    PilotType,
    Programme,
    RecurringDuty,
    RecurringPeriod,
    ReportRequirement,
    Scope,
    TaskGroup,
)
from pilots.models.projects import Milestone, Project, ProjectQuerySet, ProjectStep
from pilots.models.review import MOVES, Reviewable, ReviewableQuerySet, ReviewAction, ReviewState, ReviewStep
from pilots.models.tasks import Task, TaskConfirmation, TaskQuerySet, TaskRole

__all__ = [
    "MOVES",
    "ActivityCategory",
    "Basis",
    "Entry",
    "Evidence",
    "EvidenceType",
    "Indicator",
    "Metric",
    "Milestone",
    "Obligation",
    "ObligationKind",
    "Phase",
    "Pilot",
    "PilotQuerySet",
    "PilotType",
    "Programme",
    "Project",
    "ProjectQuerySet",
    "ProjectStep",
    "RecurringDuty",
    "RecurringPeriod",
    "ReportRequirement",
    "ReviewAction",
    "ReviewState",
    "ReviewStep",
    "Reviewable",
    "ReviewableQuerySet",
    "Scope",
    "StoredFile",
    "Task",
    "TaskConfirmation",
    "TaskGroup",
    "TaskQuerySet",
    "TaskRole",
]
