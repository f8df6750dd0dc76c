"""The walls as people meet them: lists, searches, filters, exports, links and forms of one account never reach into another's records.

The table of tests/test_access.py asks every address by itself; here each account walks on from its own home page, asks the lists in every
way it knows, and sends forms with what is not its own.
"""

# ruff: noqa: F811 - fixtures are imported

import re
import uuid
from collections import Counter
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import Resolver404, resolve, reverse

from accounts.models import Role, Unit, User
from communities.models import Activity, ActivityPhoto
from pilots.models import ActivityCategory, Evidence, EvidenceType, ReviewState, ReviewStep, StoredFile, Task
from tests.access_world import foreign, marks_in, media, photo, undone, watched, world  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
WALKERS = ["sysadmin", "office", "leader", "puan", "puan_finance", "chicheng", "guangfu", "xiahejie", "contractor", "auditor"]
PER_KIND, PER_PAGE = 2, 5
"""How many addresses with the same conditions, and how many of one page, a walk opens: the second differs in its record."""
LISTS = {
    "activity_list": ("pilot=P2", "pilot=P3", "pilot=P4", "q=记号", "state=submitted", "state=draft", "counted=1", "task={other_task}"),
    "evidence_list": ("pilot=P2", "pilot=P3", "q=记号", "state=draft", "state=approved", "type={kind}"),
    "task_list": ("q=社区", "pilot=P2", "pilot=P3", "kind=all", "unit=puan_street", "state=done", "light=late"),
    "search": ("q=记号", "q=文化墙", "q=协议", "q=jh", "q=报告"),
    "report_issued": ("",),
    "report_verify": ("code={code}",),
    "review_desk": ("", "tab=done"),
    "notice_list": ("", "unread=1"),
    "pilot_list": ("", "as_of=2022-11-01"),
}
EXPORTS = ("activity_list", "evidence_list", "task_list")


def links_of(response, path):
    if "text/html" not in response.headers.get("Content-Type", ""):
        return []
    text = response.content.decode("utf8")
    found = re.findall(r'(?:href|hx-get|data-progress|src)="([^"#]+)', text)
    return [urljoin(path, link.replace("&amp;", "&")) for link in found]


def kind_of(link):
    """Name of the view and of the query's keys: links alike in both count as one kind; None for what is not ours."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or parts.path.startswith("/static/"):
        return None
    try:
        return resolve(parts.path).url_name, tuple(sorted(re.findall(r"(\w+)=", parts.query)))
    except Resolver404:
        return "lost", (parts.path,)


@pytest.mark.parametrize("username", WALKERS)
def test_every_link_a_page_shows_may_be_followed_and_changes_nothing(world, username):
    """From home on by GET, exports too: no refusal, no foreign mark, no row written but downloads (S11)."""
    client, seen, opened, wrong = world.client(username), set(), Counter(), []
    queue = ["/"]
    while queue:
        link = queue.pop(0)
        with undone(), watched() as written:
            response = client.get(link)
        if response.status_code not in (200, 302):
            wrong.append(f"{link}: {response.status_code}")
        if written - {"reports_download"}:
            wrong.append(f"{link}: wrote {written}")
        if resolve(urlsplit(link).path).url_name != "audit_list" and (shown := foreign(username, response)):
            wrong.append(f"{link}: shows {shown}")
        for found in links_of(response, link) if not response.streaming else ():
            kind = kind_of(found)
            if kind is None or found in seen:
                continue
            seen.add(found)
            if kind[0] == "lost":
                wrong.append(f"{link}: leads nowhere, {found}")
            elif opened[kind] < PER_KIND and opened[kind[0]] < PER_PAGE:
                opened.update((kind, kind[0]))
                queue.append(found)
    assert not wrong, "\n".join(wrong)
    assert len(opened) >= 5


@pytest.mark.parametrize("username", ["guangfu", "zhulinqiao", "xiahejie", "contractor", "puan", "chicheng", "sysadmin", "leader"])
def test_lists_however_asked_hold_only_ones_own(world, username):
    """Filters, searches, pages and exports; a foreign pilot's filter or task gives no more than the own list does (S02)."""
    client, wrong = world.client(username), []
    given = {
        "other_task": world.args["task_street"][0],
        "kind": world.rows["evidence_xiahejie"].type.code,
        "code": world.rows["report_final"].snapshots.first().sha256[:8],
    }
    for name, questions in LISTS.items():
        for question in questions:
            for more in ("", "export=xlsx") if name in EXPORTS else ("", "page=99"):
                query = "&".join(part for part in (question.format(**given), more) if part)
                with undone(), watched() as written:
                    response = client.get(f"{reverse(name)}?{query}")
                if response.status_code not in (200, 302, 403) or written or (shown := foreign(username, response)):
                    wrong.append(f"{name}?{query}: {response.status_code} {written} {shown}")
    assert not wrong, "\n".join(wrong)


def test_a_list_shows_what_it_should(world):
    """Control: the marks that may be read are there to be found."""
    response = world.client("guangfu").get(reverse("activity_list"))
    assert {"广福记号甲", "广福草稿记号乙"} <= marks_in(response)
    assert {"广福记号甲"} <= marks_in(world.client("office").get(f"{reverse('evidence_list')}?export=xlsx"))
    assert {"下河街记号戊", "承接记号己"} <= marks_in(world.client("chicheng").get(f"{reverse('search')}?q=文化墙"))


def test_counts_do_not_tell_of_others(world):
    """The numbers above a list are those of the own rows: adding a foreign record moves none of them (S02)."""
    digits = {}
    for round_ in (1, 2):
        for username in ("guangfu", "xiahejie"):
            for name in ("activity_list", "evidence_list", "home"):
                client = world.client(username)
                with undone():
                    page = client.get(reverse(name)).content.decode("utf8")
                text = re.sub(r"(?s)<script.*?</script>|csrf\w+\"[^>]*value=\"\w+|name=\"once\"[^>]*", "", page)
                numbers = re.findall(r">[^<]*?(\d+)[^<]*<", text)
                assert digits.setdefault((username, name), numbers) == numbers
        if round_ == 1:
            world.activity("dongjie", "东街记号庚")
            world.evidence("chicheng", "赤城镇记号辛")


# --- forms with what is not one's own ---------------------------------------------------------------------------------------------------


def field_names(world):
    """Every name any form of the portal uses, and the columns nobody may set."""
    found = set()
    for username in ("sysadmin", "office", "puan", "guangfu"):
        for name in ("person_new", "unit_new", "activity_new", "evidence_new", "report_new", "me_password", "home"):
            response = world.client(username).get(reverse(name))
            found |= set(re.findall(r'name="([\w-]+)"', response.content.decode("utf8"))) if response.status_code == 200 else set()
    columns = {field.name for model in (Activity, Evidence, User, StoredFile, ReviewStep) for field in model._meta.get_fields()}
    return found | columns | {f"{name}_id" for name in columns} | {"is_staff", "is_superuser", "approved", "owner", "void"}


def everything(world):
    """A value for each of them that would hurt."""
    other = world.people["dongjie"]
    values = {
        "state": "approved", "role": "sysadmin", "is_active": "on", "is_staff": "1", "is_superuser": "1", "version": "99", "sample": "",
        "unit": other.unit_id, "unit_id": other.unit_id, "pilot": world.rows["P3"].pk, "pilot_id": world.rows["P3"].pk,
        "created_by": other.pk, "created_by_id": other.pk, "waiting_at": other.unit_id, "waiting_at_id": other.unit_id,
        "supersedes": world.rows["activity_dongjie"].pk, "supersedes_id": world.rows["activity_dongjie"].pk, "created_at": "2020-01-01",
        "id": world.rows["activity_dongjie"].pk, "pk": world.rows["activity_dongjie"].pk, "file": world.rows["evidence_xiahejie"].file_id,
        "file_id": world.rows["evidence_xiahejie"].file_id, "search": "x", "steps": "1", "approved": "1", "owner": other.pk,
    }  # fmt: skip
    return {name: values.get(name, "1") for name in field_names(world) if name not in ("csrfmiddlewaretoken", "deed", "once")} | values


def test_no_form_sets_what_it_does_not_show_of_an_activity(world):
    """S05: unit, pilot, state, people, void marks come from who sends the form and from nothing else."""
    guangfu = world.people["guangfu"]
    good = {
        "uid": str(uuid.uuid4()),
        "title": "义诊",
        "day": "2022-11-20",
        "place": "广场",
        "participants": "5",
        "volunteers": "",
        "content": "义诊",
    }
    good |= {"category": "", "organiser": "", "start_time": "", "guardian_consent": "", "photos": "", "tasks": [], "version": ""}
    client = world.client("guangfu")
    before = Activity.objects.count()
    response = client.post(reverse("activity_new"), everything(world) | good | {"deed": "save"})
    assert response.status_code == 302, response.content.decode()[:400]
    row = Activity.objects.get(uid=good["uid"])
    assert (row.unit, row.pilot.code, row.state, row.created_by) == (guangfu.unit, "P2", ReviewState.DRAFT, guangfu)
    assert (row.waiting_at, row.supersedes, row.sample) == (None, None, world.rows["activity"].sample)
    assert row.version < 99 and row.created_at.year == 2022 and not row.steps.exists()
    assert Activity.objects.count() == before + 1
    edited = client.post(reverse("activity_edit", args=[row.pk]), everything(world) | good | {"deed": "save", "version": row.version})
    assert edited.status_code == 302
    row.refresh_from_db()
    assert (row.unit, row.pilot.code, row.state, row.created_by) == (guangfu.unit, "P2", ReviewState.DRAFT, guangfu)


def test_no_form_sets_what_it_does_not_show_of_evidence(world):
    guangfu = world.people["guangfu"]
    draft = world.rows["evidence_draft"]
    good = {"uid": str(draft.uid), "version": draft.version, "type": draft.type_id, "title": "别名", "dated": "2022-11-20", "note": ""}
    good |= {"tasks": list(draft.tasks.values_list("pk", flat=True)), "upload": "", "deed": "save"}
    response = world.client("guangfu").post(reverse("evidence_edit", args=[draft.pk]), everything(world) | good)
    assert response.status_code == 302, response.content.decode()[:400]
    row = Evidence.objects.get(pk=draft.pk)
    assert row.title == "别名"
    assert (row.unit, row.pilot, row.state, row.created_by) == (guangfu.unit, draft.pilot, ReviewState.DRAFT, guangfu)
    assert (row.file_id, row.supersedes, row.waiting_at) == (draft.file_id, None, None)


def test_nobody_makes_themselves_more_than_they_are(world):
    """Own password, messages, as-of day, search: with every field name there is, nobody's role, unit or state moves."""
    for username in ("guangfu", "leader", "auditor", "contractor", "puan_finance"):
        client, who = world.client(username), world.people[username]
        for name in ("me_password", "me_end_sessions", "notice_read_all", "as_of_set"):
            with undone():
                client.post(reverse(name), everything(world))
                now = User.objects.get(pk=who.pk)
                assert (now.role, now.unit_id, now.is_active, now.username) == (who.role, who.unit_id, True, username)
        assert User.objects.filter(role=Role.SYSADMIN).count() == 1


def refused_without_a_row(world, username, name, data, *args):
    """Nothing of the form is kept; the answer says no (a redirect would have kept it)."""
    client = world.client(username)
    with undone(), watched() as written:
        response = client.post(reverse(name, args=args), data)
    assert response.status_code in (403, 404, 409, 422), (name, response.status_code)
    assert not written & {"communities_activity", "pilots_evidence", "communities_activityphoto", "pilots_reviewstep"}, written
    return response


def test_related_records_of_others_are_refused(world):
    """S04: tasks, kinds, numbers of forms and photos of another unit, harvested from the county's pages."""
    foreign_task = Task.objects.filter(pilot__code="P3").first().pk
    kind = EvidenceType.objects.filter(obligations__tasks__unit__code="guangfu").first()
    foreign_kind = EvidenceType.objects.exclude(obligations__tasks__unit__code="guangfu").first()
    category = ActivityCategory.objects.get(code="community_culture").pk
    form = {"uid": uuid.uuid4(), "title": "义诊", "category": category, "tasks_for": category, "deed": "save"}
    refused_without_a_row(world, "guangfu", "activity_new", form | {"tasks": [foreign_task]})
    refused_without_a_row(world, "guangfu", "activity_new", form | {"category": 10**9})
    refused_without_a_row(world, "zhulinqiao", "activity_new", form | {"uid": world.rows["activity_draft"].uid})
    draft = {"uid": uuid.uuid4(), "type": kind.pk, "title": "协议", "dated": "2022-11-20", "deed": "save"}
    refused_without_a_row(world, "guangfu", "evidence_new", draft | {"tasks": [foreign_task]})
    refused_without_a_row(world, "guangfu", "evidence_new", draft | {"tasks": []})
    if foreign_kind:
        own = list(world.rows["evidence"].tasks.values_list("pk", flat=True))
        refused_without_a_row(world, "guangfu", "evidence_new", draft | {"type": foreign_kind.pk, "tasks": own})
    taken = list(Task.objects.filter(unit__code="zhulinqiao", obligation__evidence_types=kind).values_list("pk", flat=True))
    if taken:
        refused_without_a_row(world, "zhulinqiao", "evidence_new", draft | {"uid": world.rows["evidence_draft"].uid, "tasks": taken})


def test_photos_belong_to_their_record_only(world):
    """A photo under another record's number does not exist; its one-time number is no key to it either."""
    client, own = world.client("guangfu"), world.rows["activity_draft"]
    alien = world.rows["photo_of_activity_zhulinqiao"]
    for name in ("activity_photo", "activity_photo_delete", "activity_photo_rotate", "activity_photo_kind"):
        where = reverse(name, args=[own.pk, alien.pk])
        assert (client.get if name == "activity_photo" else client.post)(where).status_code == 404
    sent = client.post(reverse("activity_photo_upload", args=[own.pk]), {"file": photo(9), "uid": str(alien.file.uid)})
    assert sent.status_code == 422
    form = {"uid": own.uid, "version": own.version, "title": own.title, "category": own.category_id, "deed": f"remove:{alien.pk}"}
    client.post(reverse("activity_edit", args=[own.pk]), form | {f"kind_{alien.pk}": "other"})
    alien.refresh_from_db()
    assert ActivityPhoto.objects.get(pk=alien.pk).kind == alien.kind == "scene"


def test_a_replacement_names_ones_own_void_record_only(world):
    """`?replaces=` of another's record is as if it were not there."""
    for name, key in (("evidence_new", "evidence_void"), ("activity_new", "activity_approved")):
        page = world.client("zhulinqiao").get(f"{reverse(name)}?replaces={world.rows[key].pk}")
        assert page.status_code == 200 and not foreign("zhulinqiao", page)
        assert "广福" not in page.content.decode("utf8").split("<form", 2)[-1]


@pytest.mark.parametrize("username", ["guangfu", "puan", "office", "office2", "contractor", "xiahejie"])
def test_steps_cannot_be_skipped_or_taken_by_the_maker(world, username):
    """S38: every deed on every record by its address; only the desk it waits at moves it, and never who made it."""
    client = world.client(username)
    who = world.people[username]
    for kind, model in (("activity", Activity), ("evidence", Evidence)):
        for row in model.objects.select_related("waiting_at"):
            for deed in ("approve", "return", "void"):
                before = (row.state, row.waiting_at_id)
                with undone():
                    client.post(reverse("review_act", args=[kind, row.pk, deed]), {"opinion": "理由"})
                    now = model.objects.get(pk=row.pk)
                    moved = (now.state, now.waiting_at_id) != before
                if not moved:
                    continue
                assert row.created_by_id != who.pk, (kind, row.pk, deed)
                if deed == "void":
                    assert row.state == ReviewState.APPROVED and username in ("office", "office2", "puan")
                else:
                    assert row.state == ReviewState.SUBMITTED and row.waiting_at_id == who.unit_id, (kind, row.pk, deed)
    assert ContentType.objects.exists() and Unit.objects.exists()
