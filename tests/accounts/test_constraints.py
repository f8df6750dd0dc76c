"""Checks said in words: they hand over fewer fields than Django's, and refuse the same."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, Model, Q, Value
from django.db.models.sql import Query

from accounts.constraints import Check
from pilots.models import ReviewAction, ReviewStep

CHECKS = [(model, check) for model in apps.get_models() for check in model._meta.constraints if isinstance(check, CheckConstraint)]


@pytest.mark.parametrize(("model", "check"), CHECKS, ids=[check.name for _, check in CHECKS])
def test_every_check_finds_the_fields_it_names(model: type[Model], check: Check):
    """A field that is missing would make the check pass in silence."""
    given = model()._get_field_expression_map(meta=model._meta, exclude=check._other_fields(model))
    question = Query(None)
    for name, value in given.items():
        question.add_annotation(value if hasattr(value, "resolve_expression") else Value(value), name, select=False)
    question.add_q(Q(check.condition))
    assert len(given) < len(model._meta.local_fields) + 1


def test_a_violation_is_said_and_its_absence_is_not(db):
    check = next(check for model, check in CHECKS if model is ReviewStep and check.name == "return_needs_opinion")
    check.validate(ReviewStep, ReviewStep(action=ReviewAction.RETURN, opinion="请补"))
    check.validate(ReviewStep, ReviewStep(action=ReviewAction.SUBMIT, opinion=""))
    with pytest.raises(ValidationError, match="退回须写明意见"):
        check.validate(ReviewStep, ReviewStep(action=ReviewAction.RETURN, opinion=""))


def test_a_field_left_out_leaves_the_check_out(db):
    """As Django does it for forms without that field."""
    check = next(check for model, check in CHECKS if model is ReviewStep and check.name == "return_needs_opinion")
    check.validate(ReviewStep, ReviewStep(action=ReviewAction.RETURN, opinion=""), exclude={"opinion"})


def test_migrations_know_djangos_own():
    assert {check.deconstruct()[0] for _, check in CHECKS} == {"django.db.models.CheckConstraint"}
    assert {type(check) for _, check in CHECKS} == {Check}
