"""A form is handed in once: double clicks, Back and resubmit, and retries after a timeout make one record and lead to the same place.

In a form: `{% include "parts/_once.html" %}` (a hidden one-time token). In the view:

    return once.redirect(request, lambda: create_person(by=request.user, **form.cleaned_data).get_absolute_url())

The deed runs in one transaction with the token. When it raises ValidationError nothing is kept and the token stays good, so the corrected
form can be sent again: catch the error around `redirect` and show the form. A form without a token (a program) simply runs the deed.

`SpentForms` answers a form that was already taken before its view looks at it: what the first press made may be the very thing its checks
would now refuse (a number that must be unique), when only the answer was lost.
"""

import uuid
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.models import SpentForm, User

FIELD = "once"


class SpentForms:
    """Middleware: a form of this person that was handed in before leads where it led then, unread."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view) -> HttpResponseRedirect | None:
        if request.method != "POST" or not request.user.is_authenticated:
            return None
        token = _token(request)
        led = token and SpentForm.objects.values_list("url", flat=True).filter(token=token, user=request.user).first()
        return HttpResponseRedirect(led) if led else None


def new_token() -> str:
    return str(uuid.uuid4())


def redirect(request: HttpRequest, deed: Callable[[], str]) -> HttpResponseRedirect:
    """Run `deed` (which answers the address to go to) once per form token of this person; a repeat goes where the first went."""
    return HttpResponseRedirect(run(request, deed))


def run(request: HttpRequest, deed: Callable[[], str]) -> str:
    """Like `redirect`, answering the address."""
    token = _token(request)
    with transaction.atomic():
        if token is None:
            return deed()
        try:
            with transaction.atomic():
                spent = SpentForm.objects.create(token=token, user=request.user)
        except IntegrityError:
            # PostgreSQL waits here until the first one is through; its row is then readable.
            return SpentForm.objects.values_list("url", flat=True).filter(token=token, user=request.user).first() or "/"
        spent.url = deed()
        spent.save(update_fields=["url"])
        return spent.url


def _token(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def one_press_at_a_time(person: User) -> None:
    """For forms with a number of their own (`uid`), before looking whether an earlier press has made the record. Call inside atomic().

    Two presses of one person in the same moment would both find nothing, and the second would break on the number that must be unique.
    The second waits here until the first one is through, and then finds its record."""
    User.objects.select_for_update().filter(pk=person.pk).values_list("pk").first()
