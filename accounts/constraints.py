"""Constraints of the tables that are also said in words before a row is written."""

from django.db import DEFAULT_DB_ALIAS
from django.db.models import CheckConstraint, Model


class Check(CheckConstraint):
    """A check that hands the database only the fields it names. Django hands over every field of the row, whatever the condition is about.

    In migrations it is Django's own CheckConstraint."""

    def validate(self, model: type[Model], instance: Model, exclude: set[str] | None = None, using: str = DEFAULT_DB_ALIAS) -> None:
        """Raise ValidationError with the constraint's sentence when `instance` violates it."""
        super().validate(model, instance, exclude=self._other_fields(model).union(exclude or ()), using=using)

    def _other_fields(self, model: type[Model]) -> frozenset[str]:
        known = self.__dict__.get("_others")
        if known is None or known[0] is not model:
            named = {path[0] for path in model._get_expr_references(self.condition)}
            known = self._others = (model, frozenset(field.name for field in model._meta.local_fields) - named)
        return known[1]

    def deconstruct(self) -> tuple[str, tuple, dict]:
        _, arguments, named = super().deconstruct()
        return "django.db.models.CheckConstraint", arguments, named
