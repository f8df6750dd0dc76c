"""Several readings, their questions put to the database in one statement: the one place where that is done.

A page that shows a dozen independent things would ask a dozen questions, each with its way to the database and back:

    progress, money, findings = together(lambda: progress_of(pilots), lambda: fund_chain(pilots, day), lambda: stands(pilots, day))

Inside a page that is only read (`asking_together`, which pilots.record_memory.reading opens) each reading runs until it needs an
answer that is not there yet, and is left at that point. When all have been left or are done, what they asked is put to the database
at once, and those that were left begin again, now with the answers at hand; so the whole takes as many questions as the longest
chain of questions that need each other's answers. A reading may itself call `together`: its questions go along. Nothing is known
here of models or query sets: what runs is the very SQL Django made, and what comes back goes through the converters of its fields.

What a reading must keep to: it only reads (anything but a SELECT is refused), it leaves what it did not make itself as it was, and
it may run several times, so what took long to make from answers already had is made inside `only_once`, as is a moment that stands
in a question. Outside such a page (deeds, jobs, commands) `together` simply calls one after the other.

On SQLite the statement is a UNION ALL of the questions, each row led by the number of its question and filled up with NULL; a
question whose columns cannot be counted is asked by itself. On PostgreSQL the questions go as one query of several statements: one
round trip, each result with its own types.
"""

import contextlib
import contextvars
import re
from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

from django.db import connection

T = TypeVar("T")
Rows = list[tuple]
Question = tuple[str, tuple]
"""SQL as Django made it, and its parameters."""

MOST_ARMS, MOST_PARAMETERS = 200, 20_000
"""So much goes into one statement; SQLite takes 500 and 32,766."""
MOST_ROUNDS = 100
"""A reading that is still asking then never ends: its questions differ each time."""

_allowed: contextvars.ContextVar[bool] = contextvars.ContextVar("together_allowed", default=False)
_current: contextvars.ContextVar["_Conversation | None"] = contextvars.ContextVar("together_conversation", default=None)
_guest: contextvars.ContextVar["RidesAlong | None"] = contextvars.ContextVar("together_guest", default=None)


class _Waiting(BaseException):
    """A reading needs an answer that is not there yet; not an error, and caught only here."""


class _Cursor:
    """What a reading gets for a cursor: it answers from what was asked already, or notes the question and leaves the reading."""

    def __init__(self, conversation: "_Conversation") -> None:
        self._conversation, self._rows, self._next = conversation, [], 0

    def execute(self, sql: str, params=None) -> None:
        question = (sql.replace("%", "%%"), ()) if params is None else (sql, tuple(params))
        self._rows, self._next = self._conversation.answer(question), 0

    def executemany(self, sql: str, params_list) -> None:
        raise RuntimeError(f"只读的计算不能执行：{sql[:60]}")

    @property
    def connection(self):
        """The driver's connection, by which Django puts parameters into a statement."""
        return connection.connection

    @property
    def rowcount(self) -> int:
        return len(self._rows)

    def fetchmany(self, size: int = 1) -> Rows:
        found = self._rows[self._next : self._next + size]
        self._next += len(found)
        return found

    def fetchone(self) -> tuple | None:
        return next(iter(self.fetchmany()), None)

    def fetchall(self) -> Rows:
        return self.fetchmany(len(self._rows))

    def __iter__(self) -> Iterator[tuple]:
        return iter(self.fetchall())

    def __enter__(self) -> "_Cursor":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is open."""


class _Conversation:
    """The questions and answers of one outermost `together`."""

    def __init__(self) -> None:
        self.answers: dict[Hashable, Rows] = {}
        self.wanted: dict[Hashable, Question] = {}
        self.made: dict[Hashable, object] = {}

    def answer(self, question: Question) -> Rows:
        """The rows, where they are there."""
        if not question[0].lstrip("( ").startswith("SELECT"):
            raise RuntimeError(f"只读的计算不能执行：{question[0][:60]}")
        key = _key(question)
        if key not in self.answers:
            self.wanted[key] = question
            raise _Waiting
        return self.answers[key]

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        """Inside the block whoever asks the database asks this conversation."""
        token = _current.set(self)
        connection.cursor = connection.chunked_cursor = lambda: _Cursor(self)
        try:
            yield
        finally:
            del connection.cursor, connection.chunked_cursor
            _current.reset(token)

    def go_on(self, readings: tuple, done: dict[int, object]) -> None:
        """Let the readings that are not done run as far as the answers go."""
        connection.ensure_connection()
        with self.heard():
            _go_on(readings, done)


def _put(*conversations: "_Conversation") -> None:
    """Put what the conversations want to the database, each question once."""
    wanted = {key: question for conversation in conversations for key, question in conversation.wanted.items()}
    for part in _parts(wanted):
        found = dict(zip(part, _ask(list(part.values())), strict=True))
        for conversation in conversations:
            conversation.answers.update({key: found[key] for key in conversation.wanted if key in found})
    for conversation in conversations:
        conversation.wanted = {}


class RidesAlong:
    """A reading whose answer a page wants at its end (the counts of its menu): its questions go with those that the page's own `together`
    asks, and only what is open then is asked by itself. Nothing may be written between."""

    def __init__(self, reading: Callable[[], T]) -> None:
        self._reading, self._conversation, self._done = reading, _Conversation(), {}

    def _conversations(self) -> list[_Conversation]:
        """What it wants to ask now: itself, or nothing more."""
        if not self._done:
            self._conversation.go_on((self._reading,), self._done)
        return [] if self._done else [self._conversation]

    def answer(self) -> T:
        for _ in range(MOST_ROUNDS):
            open_ones = self._conversations()
            if not open_ones:
                return self._done[0]
            _put(*open_ones)
        raise RuntimeError("计算的提问每次都不同，没有尽头")


@contextlib.contextmanager
def riding_along(guest: RidesAlong) -> Iterator[None]:
    """Inside the block the questions of `guest` go along."""
    token = _guest.set(guest)
    try:
        yield
    finally:
        _guest.reset(token)


@contextlib.contextmanager
def asking_together() -> Iterator[None]:
    """Inside the block, in which nothing is written, `together` puts questions together."""
    token = _allowed.set(True)
    try:
        yield
    finally:
        _allowed.reset(token)


def together(*readings: Callable[[], object]) -> tuple:
    """What each of the readings answers, in their order. An exception of one is raised as it would be without the others."""
    if not _allowed.get():
        return tuple(reading() for reading in readings)
    if _current.get() is not None:
        done = _go_on(readings, {})
        if len(done) < len(readings):
            raise _Waiting
        return tuple(done[number] for number in range(len(readings)))
    conversation, done, guest = _Conversation(), {}, _guest.get()
    for _ in range(MOST_ROUNDS):
        conversation.go_on(readings, done)
        if len(done) == len(readings):
            return tuple(done[number] for number in range(len(readings)))
        _put(conversation, *(guest._conversations() if guest else ()))
    raise RuntimeError(f"计算的提问每次都不同，没有尽头：{[str(key)[:200] for key in list(conversation.answers)[-3:]]}")


def _go_on(readings: tuple, done: dict[int, object]) -> dict[int, object]:
    """Let those that are not done run as far as the answers go."""
    for number, reading in enumerate(readings):
        if number not in done:
            with contextlib.suppress(_Waiting):
                done[number] = reading()
    return done


def only_once(key: Hashable, make: Callable[[], T]) -> T:
    """`make()`, not made again when the reading around it begins again. `key` names all it depends on within the page."""
    conversation = _current.get()
    if conversation is None:
        return make()
    if key not in conversation.made:
        conversation.made[key] = make()
    return conversation.made[key]


# --- statements -----------------------------------------------------------------------------------------------------------------------


def _key(question: Question) -> Hashable:
    """What makes two questions the same."""
    sql, params = question
    return _composed(sql, params) if connection.vendor == "postgresql" else (sql, repr(params))


def _composed(sql: str, params: tuple) -> str:
    """PostgreSQL: the statement with its parameters in it. The driver needs its connection for that; when it has been cut, the error is the one
    every question gives then."""
    with connection.wrap_database_errors:
        return connection.ops.compose_sql(sql, params)


def _parts(wanted: dict[Hashable, Question]) -> Iterator[dict[Hashable, Question]]:
    """Questions that fit into one statement."""
    part: dict[Hashable, Question] = {}
    for key, question in wanted.items():
        if part and (len(part) == MOST_ARMS or sum(len(params) for _, params in part.values()) + len(question[1]) > MOST_PARAMETERS):
            yield part
            part = {}
        part[key] = question
    if part:
        yield part


def _ask(questions: list[Question]) -> list[Rows]:
    """The rows of each question, in the order of the questions and of their rows."""
    if len(questions) == 1:
        return [_rows(*questions[0])]
    if connection.vendor == "postgresql":
        return _several_statements(questions)
    widths = [column_count(sql) for sql, _ in questions]
    united = iter(_union([(q, width) for q, width in zip(questions, widths, strict=True) if width]))
    return [next(united) if width else _rows(*question) for question, width in zip(questions, widths, strict=True)]


def _rows(sql: str, params: tuple) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _several_statements(questions: list[Question]) -> list[Rows]:
    """PostgreSQL: one query of several statements."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(_composed(sql, params) for sql, params in questions))
        for number in range(len(questions)):
            if number:
                cursor.nextset()
            found.append(list(cursor.fetchall()))
    return found


def _union(questions: list[tuple[Question, int]]) -> list[Rows]:
    """SQLite: one SELECT over all. A sub-select keeps its order, for the arms of a UNION ALL are read one after the other. The first arm has no
    row: its columns are of no type, so that the driver, which goes by the first arm, converts nothing; the fields' converters do (a day comes as
    text, as from any expression)."""
    if len(questions) == 1:
        return [_rows(*questions[0][0])]
    if not questions:
        return []
    widest = max(width for _, width in questions)
    arms = [f"SELECT NULL{', NULL' * widest} WHERE 0"]
    arms += [
        f"SELECT {number}, asked.*{', NULL' * (widest - width)} FROM ({sql}) AS asked"  # noqa: S608
        for number, ((sql, _), width) in enumerate(questions)
    ]
    found: list[Rows] = [[] for _ in questions]
    for number, *row in _rows("\nUNION ALL\n".join(arms), tuple(value for (_, params), _ in questions for value in params)):
        found[number].append(tuple(row[: questions[number][1]]))
    return found


_PIECES = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[(),*]|\b(?:FROM|UNION|INTERSECT|EXCEPT)\b""")


def column_count(sql: str) -> int | None:
    """How many columns a SELECT made by Django has, or None where its text does not say."""
    if not sql.startswith("SELECT "):
        return None
    depth, count = 0, 1
    for found in _PIECES.finditer(sql):
        piece = found[0]
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth -= 1
        elif depth == 0 and piece == ",":
            count += 1
        elif depth == 0 and piece == "*":
            before = sql[: found.start()].rstrip()
            if before.endswith(("SELECT", "DISTINCT", ".", ",")):
                return None
        elif depth == 0 and piece in ("FROM", "UNION", "INTERSECT", "EXCEPT"):
            break
    return count
