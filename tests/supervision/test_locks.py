"""What the database itself refuses, asked by raw SQL on both databases."""

import pytest
from django.db import DatabaseError, connection, transaction

from supervision import locks
from supervision.models import FindingAction, Visit
from tests.supervision.records import bring_to, day, open_visit, submit, who

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def finding(today):
    from accounts import clock
    from tests.supervision.test_visits import picture

    with clock.at(day("2022-11-23")):
        from supervision import findings

        (found,) = submit(wrong={"CK04": {}})
        findings.add_finding_file(found, picture(), by=who("guangfu"))
        return bring_to(found, FindingAction.RECTIFY)


UPDATES = [
    "UPDATE supervision_visit SET inspectors = 'x' WHERE id = {visit}",
    "UPDATE supervision_visit SET state = 'draft', submitted_on = NULL WHERE id = {visit}",
    "UPDATE supervision_visitanswer SET answer = 'yes' WHERE visit_id = {visit}",
    "UPDATE supervision_findingstep SET state = 'closed' WHERE finding_id = {finding}",
    "UPDATE supervision_findingstep SET \"on\" = '2022-01-01' WHERE finding_id = {finding}",
    "UPDATE supervision_findingfile SET caption = 'x' WHERE finding_id = {finding}",
]
DELETES = [
    "DELETE FROM supervision_visitanswer WHERE visit_id = {visit}",
    "DELETE FROM supervision_findingstep WHERE finding_id = {finding}",
    "DELETE FROM supervision_findingfile WHERE finding_id = {finding}",
    "DELETE FROM supervision_visit WHERE id = {visit}",
]


@pytest.mark.parametrize("statement", UPDATES)
def test_changes_are_refused(finding, statement):
    _refused(statement.format(visit=finding.answer.visit_id, finding=finding.pk))


@pytest.mark.postgres
@pytest.mark.parametrize("statement", DELETES)
def test_deletions_are_refused(finding, statement):
    _refused(statement.format(visit=finding.answer.visit_id, finding=finding.pk))


def _refused(statement):
    with pytest.raises(DatabaseError, match=locks.REFUSAL), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_no_item_comes_into_a_submitted_visit(finding):
    copy = finding.answer
    copy.pk = None
    copy.item_id += 1
    with pytest.raises(DatabaseError, match=locks.REFUSAL), transaction.atomic():
        copy.save(force_insert=True)


def test_drafts_are_open(finding):
    visit = open_visit("P3")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE supervision_visit SET inspectors = 'x' WHERE id = %s", [visit.pk])
    assert Visit.objects.get(pk=visit.pk).inspectors == "x"


def test_installing_again_changes_nothing(finding):
    locks.install()
    _refused(UPDATES[0].format(visit=finding.answer.visit_id))
