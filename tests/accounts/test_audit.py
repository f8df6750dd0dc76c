"""The audit log: what is recorded, who reads it, how it is filtered and exported; nobody changes it."""

import ast
import datetime
import io
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from openpyxl import load_workbook

from accounts import audit, clock
from accounts.models import AuditEvent, AuditKind
from accounts.views_audit import DETAIL_WORDS


def shown(client, **query):
    return [event.object_label for event in client.get(reverse("audit_list"), query).context["page"]]


def add(user, label, kind=AuditKind.CHANGE, at=None, **more):
    event = audit.record(kind, user=user, label=label, **more)
    if at is not None:
        AuditEvent.objects.filter(pk=event.pk).update(at=at)
    return event


def test_line_holds_who_when_what_where(guangfu):
    request = RequestFactory().get("/", REMOTE_ADDR="10.1.2.3")
    event = audit.record(AuditKind.CHANGE, user=guangfu, request=request, about=guangfu.unit, post=["经办人", "复核人"])
    assert (event.username, event.unit_name, event.address, event.object_kind, event.object_label) == (
        "guangfu",
        "广福社区",
        "10.1.2.3",
        "单位",
        "广福社区",
    )
    assert event.detail == {"post": ["经办人", "复核人"]}


def test_line_breaks_cannot_forge_a_line(guangfu):
    forged = "名称\r\n2022-11-30 登录 sysadmin\u2028成功\x1b[31m"
    event = audit.record(AuditKind.CHANGE, user=None, username=forged, label=forged, opinion=forged, deep={"x": [forged]})
    for text in (event.username, event.object_label, event.detail["opinion"], event.detail["deep"]["x"][0]):
        assert not set(text) & set("\r\n\u2028\x1b")


def test_detail_takes_days_amounts_and_records(guangfu):
    from decimal import Decimal

    event = audit.record(AuditKind.CHANGE, user=guangfu, day=datetime.date(2022, 11, 30), amount=Decimal("1.10"), unit=guangfu.unit)
    event.refresh_from_db()
    assert event.detail == {"day": "2022-11-30", "amount": "1.10", "unit": "广福社区"}


def test_refused_access_is_recorded(as_person, guangfu):
    as_person("guangfu").get(reverse("person_list"))
    event = AuditEvent.objects.get(kind=AuditKind.REFUSED)
    assert (event.user, event.object_label, event.succeeded) == (guangfu, "/people/", False)
    assert "系统管理员可以管理人员" in event.detail["reason"]


def test_logout_is_recorded(as_person, guangfu):
    as_person("guangfu").post(reverse("logout"))
    assert AuditEvent.objects.filter(kind=AuditKind.LOGOUT, user=guangfu).exists()


def test_filters(as_person, guangfu, office):
    client = as_person("auditor")
    add(guangfu, "eins")
    add(office, "zwei", kind=AuditKind.EXPORT)
    add(office, "drei", succeeded=False)
    assert {"eins", "zwei", "drei"} <= set(shown(client))
    assert shown(client, person="guangfu") == ["eins"]
    assert set(shown(client, person="领导小组办公室")) >= {"zwei", "drei"}
    assert shown(client, kind="export") == ["zwei"]
    assert shown(client, object="ei", result="refused") == ["drei"]
    assert "drei" not in shown(client, result="ok")


def test_days_are_counted_in_shanghai(as_person, office):
    client = as_person("auditor")
    add(office, "vorher", at=datetime.datetime(2022, 9, 30, 23, 59, 59, tzinfo=clock.SHANGHAI))
    add(office, "nachher", at=datetime.datetime(2022, 9, 30, 16, 0, 0, tzinfo=datetime.UTC))
    assert shown(client, since="2022-09-30", until="2022-09-30") == ["vorher"]
    assert shown(client, since="2022-10-01", until="2022-10-01") == ["nachher"]


@pytest.mark.parametrize(
    "query", [{"since": "x"}, {"until": "9999-12-31"}, {"since": "0001-01-01"}, {"kind": "x"}, {"page": "-1"}, {"result": "?"}]
)
def test_odd_parameters_are_ignored(as_person, query):
    assert as_person("sysadmin").get(reverse("audit_list"), query).status_code == 200


def test_nul_in_the_address_is_refused(as_person):
    assert as_person("sysadmin").get("/audit/?person=a%00b").status_code == 400


def test_export_is_what_is_filtered_and_recorded(as_person, office):
    client = as_person("auditor")
    add(office, "=1+1 drin")
    add(office, "draussen")
    answer = client.get(reverse("audit_list"), {"object": "drin", "export": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value]
    assert any(cell.value == "=1+1 drin" and cell.data_type == "s" for cell in cells)
    assert not any("draussen" in str(cell.value) for cell in cells)
    assert AuditEvent.objects.get(kind=AuditKind.EXPORT).detail["rows"] == 1


@pytest.mark.parametrize(
    "username", ["office", "office2", "leader", "finance", "department", "puan", "chicheng2", "xiahejie", "contractor"]
)
def test_others_do_not_read_it(as_person, username):
    assert as_person(username).get(reverse("audit_list")).status_code == 403
    assert as_person(username).get(reverse("audit_list"), {"export": "xlsx"}).status_code == 403


def test_no_address_changes_it(as_person):
    addresses = [str(pattern.pattern) for pattern in get_resolver("accounts.urls").url_patterns if "audit" in str(pattern.pattern)]
    assert addresses == ["audit/"]
    for method in ("post", "put", "patch", "delete"):
        assert getattr(as_person("sysadmin"), method)(reverse("audit_list")).status_code == 405


def test_typed_markup_is_shown_as_text(as_person, office):
    add(office, "<script>alert(1)</script>", opinion="<b>x</b>{{7*7}}")
    text = as_person("auditor").get(reverse("audit_list")).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text
    assert "{{7*7}}" in text


def test_list_costs_the_same_for_more_lines(as_person, office):
    client = as_person("auditor")

    def cost():
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("audit_list"), {"object": "zeile"})
        return len(seen)

    add(office, "zeile 1")
    cost()
    one = cost()
    add(office, "zeile 2")
    add(office, "zeile 3")
    assert cost() == one <= 12


def recorded_details():
    """The names of the details that any room writes into the audit log, from the source."""
    own = {"user", "request", "about", "label", "username", "succeeded", "kind"}
    for app in ("accounts", "pilots", "communities", "funds", "supervision", "reports", "penxi_pilot"):
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                    yield from ((path.name, word.arg) for word in node.keywords if word.arg and word.arg not in own)


def test_every_detail_has_a_word():
    found = set(recorded_details())
    assert len(found) > 15
    assert {(path, name) for path, name in found if name not in DETAIL_WORDS} == set()
