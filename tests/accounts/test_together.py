"""Readings whose questions go to the database in one statement: the same rows as plain query sets, in the same order and of the same types."""

import datetime
import threading
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Value
from django.db.models.functions import TruncMonth
from django.test.utils import CaptureQueriesContext

from accounts.models import Unit, User
from accounts.together import MOST_ARMS, RidesAlong, asking_together, column_count, only_once, riding_along, together
from pilots.models import EvidenceType, Indicator, Metric, Obligation, Phase, Pilot, Programme, RecurringPeriod, Task

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def sets():
    """Query sets of every kind of column and of statement."""
    person = User.objects.filter(unit=OuterRef("pk"))
    return {
        "rows": Pilot.objects.select_related("unit", "type").order_by("-order"),
        "narrow": Unit.objects.order_by("-pk").values_list("pk", flat=True),
        "days": RecurringPeriod.objects.order_by("due", "-pk").values_list("due", "label"),
        "moments": User.objects.order_by("pk").values_list("is_active", "password_changed_at", "unit__parent"),
        "decimals": Indicator.objects.order_by("-target", "pk").values_list("target", "params", "source"),
        "json": Indicator.objects.filter(params__has_key="category").order_by("pk").values_list("params__category", "params"),
        "nothing": Task.objects.filter(pk=0).values_list("pk", "unit__name"),
        "counted": Task.objects.order_by().values_list("pilot").annotate(n=Count("pk"), last=Max("obligation__due")).order_by("pilot"),
        "whether": Unit.objects.annotate(any=Exists(person)).order_by("pk").values_list("any", "code"),
        "months": Obligation.objects.annotate(m=TruncMonth("due")).order_by("m", "pk").values_list("m", "due"),
        "distinct": Obligation.objects.order_by("-clause").values_list("clause", flat=True).distinct(),
        "sliced": Obligation.objects.order_by("-order").values_list("code", "external")[3:11],
        "either": Obligation.objects.filter(Q(code__startswith="T2") | Q(title__contains="”'(，")).order_by("code"),
        "words": Metric.objects.annotate(said=Value("a, (b) FROM '\"%s"), twice=F("code")).order_by("code").values_list("said", "twice"),
        "united": Phase.objects.order_by().values_list("code").union(Pilot.objects.order_by().values_list("code"), all=True),
    }  # fmt: skip


def same(first, second):
    """The same rows in the same order, down to the type of each value."""
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        if hasattr(one, "_meta"):
            one, other = ([getattr(row, f.attname) for f in row._meta.concrete_fields] for row in (one, other))
        cells, others = (row if isinstance(row, list | tuple) else [row] for row in (one, other))
        assert [(type(a), a) for a in cells] == [(type(b), b) for b in others]


def test_every_kind_of_question_has_the_answer_it_has_alone():
    wanted = sets()
    alone = {name: list(rows) for name, rows in sets().items()}
    with asking_together(), CaptureQueriesContext(connection) as asked:
        found = together(*(lambda rows=rows: list(rows) for rows in wanted.values()))
    assert len(asked) <= (1 if connection.vendor == "postgresql" else 2)
    for name, rows in zip(wanted, found, strict=True):
        same(rows, sorted(alone[name]) if name == "united" else alone[name]) if name != "united" else same(
            sorted(rows), sorted(alone[name])
        )
    assert any(isinstance(row[0], Decimal) for row in alone["decimals"]) and isinstance(alone["days"][0][0], datetime.date)
    assert isinstance(alone["moments"][0][1], datetime.datetime) and alone["moments"][0][0] is True


def test_related_rows_come_along():
    with asking_together():
        pilots, _ = together(lambda: list(Pilot.objects.select_related("unit__parent")), Unit.objects.count)
    with CaptureQueriesContext(connection) as asked:
        assert any(pilot.unit.parent for pilot in pilots) and len(asked) == 0
    assert pilots[0].unit.name == Pilot.objects.get(pk=pilots[0].pk).unit.name


def chain(first):
    """Two questions, the second of which needs the first one's answer."""
    codes = list(first.values_list("pk", flat=True))
    return list(Task.objects.filter(pilot__in=codes).order_by("pk").values_list("pk", flat=True))


def test_as_many_questions_as_the_longest_chain():
    some, others = Pilot.objects.order_by("pk")[:2], Pilot.objects.order_by("-pk")[:2]
    expected = chain(some), chain(others), Unit.objects.count()
    with asking_together(), CaptureQueriesContext(connection) as asked:
        assert together(lambda: chain(some.all()), lambda: chain(others.all()), Unit.objects.count) == expected
    assert len(asked) == 2


def test_one_inside_another_goes_along():
    def inner():
        return together(Unit.objects.count, lambda: chain(Pilot.objects.order_by("pk")))

    with asking_together(), CaptureQueriesContext(connection) as asked:
        (units, tasks), people = together(inner, User.objects.count)
    assert len(asked) == 2
    assert (units, len(tasks), people) == (Unit.objects.count(), Task.objects.exclude(pilot=None).count(), User.objects.count())


def test_the_same_question_is_asked_once():
    with asking_together(), CaptureQueriesContext(connection) as asked:
        assert len(set(together(Unit.objects.count, Unit.objects.count, Unit.objects.count))) == 1
    assert len(asked) == 1 and asked[0]["sql"].count("FROM") == 1


def test_what_rides_along_asks_nothing_by_itself_that_the_page_can_carry():
    """Four questions in a chain ride on a page of two and one of one: only the last is asked by itself, and all once."""

    def long():
        units = list(Unit.objects.order_by("pk").values_list("pk", flat=True))
        people = list(User.objects.filter(unit__in=units).order_by("pk").values_list("pk", flat=True))
        names = list(User.objects.filter(pk__in=people).order_by("pk").values_list("username", flat=True))
        return list(User.objects.filter(username__in=names).order_by("-pk").values_list("pk", flat=True))

    expected = long()
    with asking_together(), riding_along(RidesAlong(long)) as none, CaptureQueriesContext(connection) as asked:
        assert none is None
        together(lambda: chain(Pilot.objects.order_by("pk")))
    assert len(asked) == 2
    guest = RidesAlong(long)
    with asking_together(), riding_along(guest), CaptureQueriesContext(connection) as asked:
        tasks = together(lambda: chain(Pilot.objects.order_by("pk")))[0]
        assert together(Phase.objects.count) == (Phase.objects.count(),)
        before = len(asked)
        assert guest.answer() == guest.answer() == expected
    assert tasks == chain(Pilot.objects.order_by("pk")) and before == 4 and len(asked) == 5


def test_without_a_page_to_carry_it_the_rider_asks_alone():
    with asking_together(), CaptureQueriesContext(connection) as asked:
        assert len(RidesAlong(lambda: chain(Pilot.objects.order_by("pk"))).answer()) == Task.objects.exclude(pilot=None).count()
    assert len(asked) == 3


def test_outside_a_page_each_asks_for_itself():
    with CaptureQueriesContext(connection) as asked:
        together(Unit.objects.count, User.objects.count)
    assert len(asked) == 2


def test_what_is_done_is_not_done_again():
    calls = []
    with asking_together():
        together(lambda: calls.append(1) or 1, lambda: chain(Pilot.objects.all()))
        together(lambda: (only_once("key", lambda: calls.append(2)), chain(Pilot.objects.all())))
    assert calls == [1, 2]


def test_nothing_is_written():
    unit = Unit.objects.first()
    with asking_together(), pytest.raises(RuntimeError, match="只读"), transaction.atomic():
        together(unit.save)
    with asking_together(), pytest.raises(RuntimeError, match="只读"):
        together(lambda: Programme.objects.bulk_create([]) or connection.cursor().executemany("UPDATE x SET y = %s", [(1,)]))
    assert Unit.objects.count()  # the connection is as it was


def test_an_error_is_the_readings_own():
    with asking_together(), pytest.raises(Unit.DoesNotExist):
        together(Unit.objects.count, lambda: Unit.objects.get(pk=0))
    assert AnonymousUser() and Unit.objects.count()


def test_questions_that_differ_each_time_are_found_out():
    numbers = iter(range(10_000))
    with asking_together(), pytest.raises(RuntimeError, match="没有尽头"):
        together(Unit.objects.count, lambda: Unit.objects.filter(pk=next(numbers)).first())


def test_many_questions_and_many_parameters():
    keys = list(range(15_000))
    count = MOST_ARMS + 5
    with asking_together(), CaptureQueriesContext(connection) as asked:
        found = together(*(lambda n=n: list(EvidenceType.objects.filter(order__gte=n)) for n in range(count)))
    assert len(found) == count and len(asked) == 2
    with asking_together():
        one, other = together(
            lambda: Unit.objects.filter(pk__in=keys).count(), lambda: Unit.objects.filter(pk__in=keys, order__gte=0).count()
        )
    assert one == other == Unit.objects.count()


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT a, b FROM t", 2),
        ("SELECT \"a, b\", 'x, (FROM' FROM t", 2),
        ("SELECT (SELECT MAX(x) FROM y), f(a, b), c * 2", 3),
        ("SELECT DISTINCT a FROM t", 1),
        ("SELECT COUNT(*) FROM t", 1),
        ("SELECT * FROM t", None),
        ("SELECT a, t.* FROM t", None),
        ("SELECT a, b UNION SELECT c, d", 2),
        ("WITH x AS (SELECT 1) SELECT a FROM x", None),
    ],
)
def test_columns_are_counted(sql, columns):
    assert column_count(sql) == columns


@pytest.mark.postgres
def test_a_connection_that_was_cut_is_the_database_being_away():
    """In a thread of its own, with its own connection: the error pages know Django's errors, not the driver's."""
    raised = []

    def visit():
        connection.ensure_connection()
        connection.connection.close()
        try:
            with asking_together():
                together(lambda: list(Unit.objects.filter(code="P1")), lambda: list(Unit.objects.filter(code="P2")))
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=visit)
    thread.start()
    thread.join(30)
    assert isinstance(raised[0], OperationalError | InterfaceError), repr(raised)
