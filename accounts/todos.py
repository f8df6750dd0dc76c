"""What each room wants from a person today: one register, filled by every app's `todos.py`, added up on the home page.

待办 always speaks of today, never of a past as-of day.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from django.utils.module_loading import autodiscover_modules

from accounts.models import User
from accounts.together import together


@dataclass(frozen=True)
class Todo:
    """One thing to do: `tag` is its kind in two characters (审核, 退回), `verb` the word on its button, `source` a clause or the sender's words."""

    tag: str
    title: str
    source: str
    url: str
    verb: str
    due: datetime.date | None = None
    returned: bool = False


Provider = Callable[[User], Iterable[Todo]]
_providers: list[Provider] = []


def register(provider: Provider) -> Provider:
    """Decorator: add a function that lists a person's things to do in a constant number of queries."""
    _providers.append(provider)
    return provider


def todos_for(user: User) -> list[Todo]:
    """All things waiting for a person, nearest due date first; returned ones before others of the same day."""
    autodiscover_modules("todos")
    found = [todo for own in together(*(partial(_asked, provider, user) for provider in _providers)) for todo in own]
    return sorted(found, key=lambda t: (t.due or datetime.date.max, not t.returned, t.title))


def _asked(provider: Provider, user: User) -> list[Todo]:
    return list(provider(user))
