"""A form handed in twice makes one record and leads to the same place."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import RequestFactory

from accounts import notices, once
from accounts.models import Notice, SpentForm, Unit, User


def sent(user, token):
    request = RequestFactory().post("/", {"once": token} if token is not None else {})
    request.user = user
    return request


def deed(user):
    def run():
        notices.notify([user], key=str(uuid.uuid4()), title="neu")
        return f"/messages/{Notice.objects.count()}/"

    return run


def test_second_press_leads_to_the_same_place(guangfu):
    token = once.new_token()
    assert once.run(sent(guangfu, token), deed(guangfu)) == "/messages/1/"
    assert once.run(sent(guangfu, token), deed(guangfu)) == "/messages/1/"
    assert Notice.objects.count() == 1


def test_new_form_makes_a_new_record(guangfu):
    for _ in range(2):
        once.run(sent(guangfu, once.new_token()), deed(guangfu))
    assert Notice.objects.count() == 2


def test_refused_form_may_be_sent_again(guangfu):
    token = once.new_token()

    def refuse():
        deed(guangfu)()
        raise ValidationError("还不能提交")

    with pytest.raises(ValidationError):
        once.run(sent(guangfu, token), refuse)
    assert not Notice.objects.exists()
    assert not SpentForm.objects.exists()
    assert once.run(sent(guangfu, token), deed(guangfu)) == "/messages/1/"


def test_anothers_token_leads_nowhere(guangfu, xiahejie):
    token = once.new_token()
    once.run(sent(guangfu, token), deed(guangfu))
    assert once.run(sent(xiahejie, token), deed(xiahejie)) == "/"


@pytest.mark.parametrize("token", [None, "", "kein-zettel", "0" * 400])
def test_form_without_a_good_token_runs(guangfu, token):
    assert once.run(sent(guangfu, token), deed(guangfu)) == "/messages/1/"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_presses_at_the_same_moment_make_one_record():
    unit = Unit.objects.create(code="x-test", name="X", short_name="X", kind="county_department")
    user = User.objects.create_user("presser", "x", name="X", unit=unit, role="department")
    token = once.new_token()

    def press(_):
        try:
            return once.run(sent(user, token), deed(user))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        places = set(pool.map(press, range(8)))
    assert len(places) == 1
    assert Notice.objects.count() == 1


def test_the_same_form_again_is_not_checked_against_what_it_made(as_person):
    """The answer to the first press was lost; the number it registered is now taken, by itself."""
    client = as_person("office")
    form = {
        "once": once.new_token(), "level": "province", "document_number": "示例〔2022〕7号", "name": "补助资金", "issued_on": "2022-11-01",
        "amount": "100.00", "note": "",
    }  # fmt: skip
    first = client.post("/funds/sources/new/", form)
    assert first.status_code == 302, first.context["form"].errors
    again = client.post("/funds/sources/new/", form)
    assert (again.status_code, again["Location"]) == (302, first["Location"])
    another = client.post("/funds/sources/new/", form | {"once": once.new_token()})
    assert another.status_code == 422
