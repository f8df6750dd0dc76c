"""This room's part of a plan file: the checklist. Found and run by pilots/loading.py."""

from pilots.loading import Loader, section
from pilots.plan_rules import rows
from supervision.models import ChecklistItem


@section
def load_checklist(loader: Loader) -> None:
    """The items of `supervision_checklist`. An item that left the file stays while a visit holds it."""
    wanted = {}
    for order, row in enumerate(rows(loader.plan, "supervision_checklist"), 1):
        wanted[row["code"]] = {
            "order": order,
            "aspect": row["aspect"],
            "wording": row["item"],
            "clauses": "、".join(dict.fromkeys(loader.obligations[code].sentence for code in row["clauses"])),
            "metric": row["metric"] or "",
        }
    loader.sync(ChecklistItem.objects.all(), wanted, lambda r: r.code, lambda code, values: ChecklistItem(code=code, **values))
