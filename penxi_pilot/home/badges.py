"""The counts beside 工作台 and the findings in the menu of every page: the same things to do as the home page lists."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts import clock
from accounts.models import Role, User
from accounts.todos import Todo, todos_for
from accounts.together import RidesAlong, asking_together, riding_along
from pilots import record_memory

FINANCE = {Role.FINANCE, Role.TOWN_FINANCE}


def own_todos(user: User) -> list[Todo]:
    """待办 of a person today, from memory while no record changes. For finance people money comes before everything else of the same urgency."""
    return record_memory.remembered(_key(user), lambda: _read(user))


def _key(user: User) -> tuple:
    return "todos", user.pk, user.role, user.unit_id, clock.today()


def _read(user: User) -> list[Todo]:
    return _money_first(todos_for(user)) if user.role in FINANCE else todos_for(user)


def _money_first(todos: list[Todo]) -> list[Todo]:
    room = reverse("fund_overview")
    return sorted(todos, key=lambda todo: not todo.url.startswith(room))


def findings_among(todos: list[Todo]) -> int:
    """How many of the things to do are findings, or lead to them."""
    return sum(todo.url.startswith(reverse("finding_list")) for todo in todos)


class MenuCounts:
    """On a page that is only read the questions behind the counts go along with the page's own."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or request.method not in ("GET", "HEAD") or request.htmx:
            return self.get_response(request)
        request.waiting = RidesAlong(lambda: own_todos(request.user))
        with riding_along(request.waiting):
            return self.get_response(request)


def frame(request: HttpRequest) -> dict:
    """`todo_count` and `open_findings` of the menu, read where it is shown; a form that is shown again after a refusal has them too."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    todos = SimpleLazyObject(lambda: request.waiting.answer() if hasattr(request, "waiting") else _asked_now(user))
    return {"todo_count": SimpleLazyObject(lambda: len(todos)), "open_findings": SimpleLazyObject(lambda: findings_among(todos))}


def _asked_now(user: User) -> list[Todo]:
    with asking_together():  # on a refused form, too, nothing is written any more
        return record_memory.recalled(_key(user), lambda: _read(user))
