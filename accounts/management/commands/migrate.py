"""`migrate`, with the tables of an empty database made in less than half the time.

At every `CreateModel` Django renders anew all models that are related to the new one in any way. As nearly everything here refers to units
and people, that is nearly every model, a hundred times over. But nobody can hold a reference to a model that did not exist: rendered alone
it finds its neighbours, and they find it. What alters an existing model still renders all that refer to it, and before the command ends
Django renders everything once more. The tables are the same (tests/accounts/test_migrate.py compares them).
"""

import contextlib
from collections.abc import Iterator

from django.core.management.commands import migrate
from django.db.migrations.state import ModelState, ProjectState

_usual = ProjectState.add_model


def add_model_alone(state: ProjectState, model_state: ModelState) -> None:
    """`ProjectState.add_model`, but the models around a new one stay as they are."""
    key = model_state.app_label, model_state.name_lower
    if key in state.models or "apps" not in state.__dict__:  # hasattr would compute it
        _usual(state, model_state)
        return
    state.models[key] = model_state
    if state._relations is not None:
        state.resolve_model_relations(key)
    state.apps.render_multiple([model_state])


@contextlib.contextmanager
def new_models_alone() -> Iterator[None]:
    """Inside the block new models are rendered without their neighbours."""
    ProjectState.add_model = add_model_alone
    try:
        yield
    finally:
        ProjectState.add_model = _usual


class Command(migrate.Command):
    __doc__ = migrate.Command.__doc__

    def handle(self, *args, **options) -> None:
        with new_models_alone():
            super().handle(*args, **options)
