"""Supervision: what is checked, the monthly visits, the findings and their way to 销号, meetings, instructions, reminders."""

from supervision.models.findings import (
    OPEN_STATES,
    Finding,
    FindingAction,
    FindingCounter,
    FindingFile,
    FindingQuerySet,
    FindingState,
    FindingStep,
    Reminder,
    Severity,
    Source,
)
from supervision.models.meetings import DispatchMeeting, Instruction, InstructionQuerySet
from supervision.models.visits import Answer, Aspect, ChecklistItem, Visit, VisitAnswer, VisitKind, VisitPhoto, VisitQuerySet, VisitState

__all__ = [
    "OPEN_STATES",
    "Answer",
    "Aspect",
    "ChecklistItem",
    "DispatchMeeting",
    "Finding",
    "FindingAction",
    "FindingCounter",
    "FindingFile",
    "FindingQuerySet",
    "FindingState",
    "FindingStep",
    "Instruction",
    "InstructionQuerySet",
    "Reminder",
    "Severity",
    "Source",
    "Visit",
    "VisitAnswer",
    "VisitKind",
    "VisitPhoto",
    "VisitQuerySet",
    "VisitState",
]
