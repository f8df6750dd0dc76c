"""Files handed in as they stood on a day: one query behind the figures that count documents and behind the evidence of every task."""

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import Q

from pilots.models import Evidence, Pilot, ReviewState


@dataclass
class Documents:
    """Approved files by pilot id and kind; mechanism files by pilot id and topic ("" holds all); every handed-in file by task id.

    `links` is (kind id, state on the day) of each file linked to a task."""

    kinds: dict[int, Counter] = field(default_factory=lambda: defaultdict(Counter))
    mechanisms: dict[int, dict[str, set[int]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    links: dict[int, set[tuple[int, str, int]]] = field(default_factory=lambda: defaultdict(set))


def documents_on(pilots: list[Pilot], as_of: datetime.date) -> Documents:
    """The files of the pilots, and those of towns without a pilot of their own, with the tasks they prove.

    A mechanism's topic is that of the task it proves (its indicator counts mechanisms of that topic)."""
    rows = Evidence.objects.with_state_on(as_of).filter(Q(pilot__in=pilots) | Q(pilot__isnull=True)).order_by()
    indicators = "tasks__obligation__indicators"
    columns = ("pilot", "pk", "type", "type__code", "state_on", "tasks", f"{indicators}__metric__code", f"{indicators}__params")
    found, seen = Documents(), set()
    for pilot, file, kind, code, state, task, metric, params in rows.values_list(*columns):
        if state is None:
            continue
        if task is not None:
            found.links[task].add((kind, state, file))
        if state != ReviewState.APPROVED:
            continue
        if file not in seen:
            seen.add(file)
            found.kinds[pilot][code] += 1
        if code == "mechanism_doc":
            found.mechanisms[pilot][""].add(file)
            if metric == "mechanism_count":
                found.mechanisms[pilot][(params or {}).get("topic", "")].add(file)
    return found
