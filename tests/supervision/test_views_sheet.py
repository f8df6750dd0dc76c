"""The visit sheet over HTTP: who fills it in, saved by itself, refused with everything typed, photos, the printed sheet."""

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from pilots.models import Milestone, Project, StoredFile
from supervision.models import Answer, Finding, Visit, VisitPhoto
from tests.pilots.bad_uploads import BAD, assert_refused_everywhere, jpeg
from tests.supervision.records import OFFICE, day, fill, open_visit, submit, who

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def visiting_day():
    with clock.at(day("2022-11-23")):
        yield


def photo(number=1):
    return SimpleUploadedFile(f"现场{number}.jpg", jpeg(320, 240), content_type="image/jpeg")


def sheet(visit, deed="save", **changes):
    """The form as the page would send it: every answer 符合 unless changed (`CK06={"answer": "no", …}`)."""
    data = {"deed": deed, "version": visit.version, "visited_on": "2022-11-23", "inspectors": "示例督导一、示例督导二", "conclusion": ""}
    for answer in visit.answers.all():
        values = {"answer": "yes", "severity": "minor"} | changes.get(answer.code, {})
        data |= {f"a{answer.pk}-{name}": value for name, value in values.items()}
    return data | {name: value for name, value in changes.items() if not name.startswith("CK")}


WRONG = {"answer": "no", "problem": "互助站值班表无人签到", "severity": "major", "deadline": ""}


def answers(visit):
    return {answer.code: answer for answer in visit.answers.all()}


# --- who sees what ------------------------------------------------------------------------------------------------------------------


def test_a_draft_is_the_offices_business(as_person):
    visit = open_visit()
    assert as_person("office").get(f"/supervision/visits/{visit.pk}/").status_code == 200
    for username in ("guangfu", "puan", "leader", "auditor", "finance", "dongjie"):
        assert as_person(username).get(f"/supervision/visits/{visit.pk}/").status_code == 404
        assert as_person(username).get(f"/supervision/visits/{visit.pk}/print/").status_code == 404


def test_a_submitted_sheet_is_read_by_its_pilot_and_above(as_person):
    submit("P2", wrong={"CK06": {}})
    visit = Visit.objects.get()
    for username in ("guangfu", "puan", "puan2", "puan_finance", "leader", "auditor", "department", "office2"):
        page = as_person(username).get(f"/supervision/visits/{visit.pk}/").content.decode()
        assert "不符合" in page and "现场核实不符" in page and "data-sheet" not in page
    for username in ("dongjie", "zhulinqiao", "chicheng", "contractor"):
        assert as_person(username).get(f"/supervision/visits/{visit.pk}/").status_code in (403, 404)


@pytest.mark.parametrize("username", ["guangfu", "puan", "puan2", "leader", "auditor", "finance"])
def test_nobody_else_fills_in_a_sheet(username, as_person):
    submit("P2")
    visit = Visit.objects.get()
    assert as_person(username).post(f"/supervision/visits/{visit.pk}/", {"deed": "save"}).status_code == 403


# --- saving and handing in ------------------------------------------------------------------------------------------------------------


def test_a_plain_form_saves_and_hands_in(as_person):
    visit = open_visit()
    client = as_person("office")
    saved = client.post(f"/supervision/visits/{visit.pk}/", sheet(visit, CK06=WRONG), follow=True)
    assert "保存成功，还没有提交" in saved.content.decode()
    visit.refresh_from_db()
    row = answers(visit)["CK06"]
    assert row.answer == Answer.NO and row.severity == "major" and row.deadline == day("2022-12-05")
    done = client.post(f"/supervision/visits/{visit.pk}/", sheet(visit, "submit", CK06=WRONG), follow=True)
    finding = Finding.objects.get()
    assert f"登记并交办 1 个问题：{finding.number}" in done.content.decode()
    assert finding.description == "互助站值班表无人签到" and finding.unit.code == "guangfu"
    assert Visit.objects.get().submitted


def test_a_second_press_of_submit_changes_nothing(as_person):
    visit = open_visit()
    client = as_person("office")
    form = sheet(visit, "submit", CK06=WRONG)
    client.post(f"/supervision/visits/{visit.pk}/", form)
    again = client.post(f"/supervision/visits/{visit.pk}/", form, follow=True)
    assert "督导记录已经提交，不能再修改" in again.content.decode()
    assert Finding.objects.count() == 1


def test_what_is_missing_is_listed_and_typed_words_stay(as_person):
    visit = open_visit()
    form = sheet(visit, "submit", CK06={"answer": "no", "problem": ""}, CK01={"answer": "", "remark": "没有找到负责人"})
    page = as_person("office").post(f"/supervision/visits/{visit.pk}/", form)
    text = page.content.decode()
    assert page.status_code == 422 and "还不能提交，有 2 处要处理" in text
    assert 'href="#ck-CK01"' in text and 'href="#ck-CK06"' in text and "没有找到负责人" in text
    assert not Visit.objects.get().submitted and not Finding.objects.exists()


def test_a_form_error_keeps_what_was_typed(as_person):
    visit = open_visit()
    form = sheet(visit, CK06=WRONG | {"deadline": "2022-11-01", "problem": "独一无二的描述"}, conclusion="总体尚可")
    page = as_person("office").post(f"/supervision/visits/{visit.pk}/", form)
    text = page.content.decode()
    assert page.status_code == 422 and "整改时限不能早于督导日期" in text
    assert "独一无二的描述" in text and "总体尚可" in text
    assert answers(visit)["CK06"].answer != Answer.NO


def test_a_stale_form_is_refused_with_both_versions(as_person):
    visit = open_visit()
    old = sheet(visit, CK06=WRONG | {"problem": "我填写的描述"})
    fill(visit, wrong={"CK01": {"problem": "别人保存的描述"}})
    page = as_person("office2").post(f"/supervision/visits/{visit.pk}/", old)
    text = page.content.decode()
    assert page.status_code == 409 and "在您打开后已被修改" in text
    assert "我填写的描述" in text and "别人保存的描述" in text
    assert answers(visit)["CK06"].answer == Answer.YES
    fresh = Visit.objects.get()
    again = as_person("office2").post(f"/supervision/visits/{visit.pk}/", old | {"version": fresh.version})
    assert again.status_code == 302 and answers(visit)["CK06"].problem == "我填写的描述"


def test_autosave_keeps_what_is_sound_and_says_what_is_not(as_person):
    visit = open_visit()
    client = as_person("office")
    form = sheet(visit, "autosave", CK06=WRONG | {"deadline": "2022-11-01"}, CK01={"answer": "partly"}, inspectors="")
    answer = client.post(f"/supervision/visits/{visit.pk}/", form)
    said = json.loads(answer.content)
    row = answers(visit)
    assert answer.status_code == 200 and row["CK01"].answer == Answer.PARTLY and row["CK06"].answer != Answer.NO
    assert any("整改时限不能早于督导日期" in text for text in said["errors"].values())
    assert said["version"] == Visit.objects.get().version and said["limits"]["major"]["day"] == "2022-12-05"
    assert Visit.objects.get().inspectors == "示例督导一"
    stale = client.post(f"/supervision/visits/{visit.pk}/", form)
    assert stale.status_code == 409 and "已被修改" in json.loads(stale.content)["message"]


def test_a_save_whose_answer_was_lost_is_no_conflict(as_person):
    """The network went after the words had arrived: the next save names the one it heard nothing of."""
    visit = open_visit()
    client, old = as_person("office"), visit.version
    client.post(f"/supervision/visits/{visit.pk}/", sheet(visit, "autosave", number="17"))
    again = client.post(f"/supervision/visits/{visit.pk}/", sheet(visit, "autosave", CK01={"answer": "partly"}, number="18", after="16,17"))
    assert again.status_code == 200 and answers(visit)["CK01"].answer == Answer.PARTLY
    stranger = as_person("office2").post(f"/supervision/visits/{visit.pk}/", sheet(visit, "autosave", number="19", after="18"))
    assert stranger.status_code == 409 and visit.version == old


def test_untouched_answers_stay_pre_filled(as_person):
    """Saving by itself confirms nothing: whoever submits answers for what the figures proposed."""
    visit = open_visit()
    stored = {answer.code: answer for answer in visit.answers.all()}
    same = {code: {"answer": row.answer} for code, row in stored.items()}
    as_person("office").post(f"/supervision/visits/{visit.pk}/", sheet(visit, "autosave", **same))
    assert not visit.answers.filter(confirmed_by__isnull=False).exists()


def test_a_closed_month_is_refused_in_words(as_person):
    visit = open_visit()
    with clock.at(day("2022-12-20")):
        page = as_person("office").get(f"/supervision/visits/{visit.pk}/").content.decode()
        assert "本月督导记录已封存" in page and "data-sheet" not in page
        answer = as_person("office").post(f"/supervision/visits/{visit.pk}/", sheet(visit, "submit"), follow=True)
        assert "封存，不能再新增或修改" in answer.content.decode()
    assert not Visit.objects.get().submitted


def test_extra_fields_change_nothing(as_person):
    visit, other = open_visit(), open_visit("P3")
    extra = {"state": "submitted", "pilot": "P5", "month": "2022-09-01", "submitted_by": "1", "kind": "inspection", "sample": "1"}
    foreign = {f"a{row.pk}-answer": "no" for row in other.answers.all()}
    as_person("office").post(f"/supervision/visits/{visit.pk}/", sheet(visit) | extra | foreign)
    saved = Visit.objects.get(pk=visit.pk)
    assert saved.pilot.code == "P2" and saved.month == day("2022-11-01") and not saved.submitted and saved.kind == "monthly"
    assert not other.answers.filter(answer=Answer.NO).exists()


# --- opening, further items, taking away ------------------------------------------------------------------------------------------------


def test_opening_a_sheet_and_opening_it_again(as_person):
    client = as_person("office")
    form = {"pilot": "P6", "kind": "monthly", "visited_on": "2022-11-23", "inspectors": "示例督导一", "uid": str(uuid.uuid4())}
    first = client.post("/supervision/visits/new/", form)
    again = client.post("/supervision/visits/new/", form)
    assert first["Location"] == again["Location"] == Visit.objects.get().get_absolute_url()
    other = client.post("/supervision/visits/new/", form | {"uid": str(uuid.uuid4()), "inspectors": "独一无二的人"})
    text = other.content.decode()
    assert other.status_code == 422 and "已有同类督导记录" in text and "独一无二的人" in text and first["Location"] in text


@pytest.mark.parametrize(
    "changes", [{"visited_on": "2023-01-02"}, {"visited_on": "乱写"}, {"pilot": "P9"}, {"inspectors": ""}, {"kind": "x"}]
)
def test_wrong_openings_are_refused(changes, as_person):
    form = {"pilot": "P6", "kind": "monthly", "visited_on": "2022-11-23", "inspectors": "示例督导一"} | changes
    assert as_person("office").post("/supervision/visits/new/", form).status_code == 422
    assert not Visit.objects.exists()


def test_further_items_are_added(as_person):
    visit = open_visit()
    client = as_person("office")
    assert "CK02" in client.get(f"/supervision/visits/{visit.pk}/items/").content.decode()
    client.post(f"/supervision/visits/{visit.pk}/items/", {"items": ["CK02", "CK03", "乱写"]})
    assert {"CK02", "CK03"} <= set(answers(visit)) and len(answers(visit)) == 10


def test_a_draft_is_taken_away_a_submitted_sheet_never(as_person):
    client = as_person("office")
    draft = open_visit()
    client.post(f"/supervision/visits/{draft.pk}/discard/")
    assert not Visit.objects.exists()
    submit("P3")
    done = Visit.objects.get()
    client.post(f"/supervision/visits/{done.pk}/discard/")
    assert Visit.objects.get().submitted


# --- photos ---------------------------------------------------------------------------------------------------------------------------


def test_photos_one_at_a_time(as_person):
    visit = open_visit()
    client, row = as_person("office"), answers(visit)["CK06"]
    address = f"/supervision/visits/{visit.pk}/answers/{row.pk}/photos/"
    uid = str(uuid.uuid4())
    receipt = json.loads(client.post(address, {"file": photo(), "uid": uid}).content)
    assert json.loads(client.post(address, {"file": photo(), "uid": uid}).content)["id"] == receipt["id"]
    assert client.get(receipt["url"]).status_code == 200
    assert as_person("guangfu").get(receipt["url"]).status_code == 404
    assert client.post(receipt["delete"]).status_code == 200
    assert not VisitPhoto.objects.exists()


def test_photos_of_another_sheet_are_not_reached(as_person):
    mine, other = open_visit(), open_visit("P3")
    client, row = as_person("office"), answers(other)["CK06"]
    assert client.post(f"/supervision/visits/{mine.pk}/answers/{row.pk}/photos/", {"file": photo()}).status_code == 404
    receipt = json.loads(client.post(f"/supervision/visits/{other.pk}/answers/{row.pk}/photos/", {"file": photo()}).content)
    assert client.get(f"/supervision/visits/{mine.pk}/photos/{receipt['id']}/").status_code == 404


def test_photos_come_with_a_plain_form(as_person):
    visit = open_visit()
    row = answers(visit)["CK06"]
    as_person("office").post(f"/supervision/visits/{visit.pk}/", sheet(visit, CK06=WRONG) | {f"a{row.pk}-photos": [photo(1), photo(2)]})
    assert row.photos.count() == 2
    dropped = as_person("office").post(
        f"/supervision/visits/{visit.pk}/", sheet(Visit.objects.get(), f"drop:{row.photos.first().pk}", CK06=WRONG)
    )
    assert dropped.status_code == 302 and row.photos.count() == 1


@pytest.mark.parametrize("bad", BAD[::6], ids=str)
def test_bad_uploads_are_refused(bad, as_person, media):
    visit = open_visit()
    address = f"/supervision/visits/{visit.pk}/answers/{answers(visit)['CK06'].pk}/photos/"
    client = as_person("office")
    assert_refused_everywhere(bad, media, StoredFile.objects.count, lambda uploaded: client.post(address, {"file": uploaded}))


# --- print, figures, queries ------------------------------------------------------------------------------------------------------------


def test_the_printed_sheet_and_the_rotation(as_person):
    visit = open_visit()
    page = as_person("office").get(f"/supervision/visits/{visit.pk}/print/").content.decode()
    assert page.count("☐") == 8 * 4 and "☑" not in page
    submit("P3")
    done = Visit.objects.get(pilot__code="P3")
    assert as_person("zhulinqiao").get(f"/supervision/visits/{done.pk}/print/").content.decode().count("☑") == 8
    rotation = as_person("guangfu").get("/supervision/visits/rotation/").content.decode()
    assert all(f"CK{number:02d}" in rotation for number in range(1, 25))


def test_the_rows_behind_a_figure(as_person):
    visit = open_visit()
    client = as_person("office")
    for row in visit.answers.all():
        found = client.get(f"/supervision/visits/{visit.pk}/figures/{row.pk}/")
        assert found.status_code == (200 if row.figure else found.status_code)
    other = open_visit("P3").answers.first()
    assert client.get(f"/supervision/visits/{visit.pk}/figures/{other.pk}/").status_code == 404


def test_milestones_behind_a_figure_name_their_project_and_how_they_stood(as_person, pilot):
    """A visit before the late milestone was recorded shows it as not done, not as it stands today."""
    office = who(OFFICE)
    project = Project.objects.create(
        pilot=pilot("P2"), code="P2-01", name="文化广场提升", kind="works", unit=pilot("P2").unit, on=day("2022-08-04"), created_by=office
    )
    dated = [("合同签订", "2022-09-14", "2022-09-14"), ("完工", "2022-10-20", "2022-10-28"), ("验收", "2022-11-01", "2022-12-20")]
    for name, due, done in dated:
        Milestone.objects.create(
            project=project, name=name, due=day(due), done_on=day(done), recorded_on=day(done), on=day("2022-08-04"), created_by=office
        )
    visit = open_visit()
    row = visit.answers.get(code="CK01")
    page = as_person("office").get(f"/supervision/visits/{visit.pk}/figures/{row.pk}/").content.decode()
    assert "文化广场提升：合同签订，2022-09-14 按期完成" in page and "文化广场提升：完工，2022-10-28 逾期完成" in page
    assert "文化广场提升：验收，到期未完成" in page and project.get_absolute_url() in page


def queries_of(client, address):
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_pages_ask_few_questions(as_person):
    submit("P2", "2022-11-21", wrong={"CK06": {}})
    client = as_person("office")
    one = queries_of(client, f"/supervision/visits/{Visit.objects.get().pk}/"), queries_of(client, "/supervision/visits/")
    submit("P3", "2022-11-22", wrong={"CK06": {}, "CK01": {}, "CK20": {}})
    open_visit("P4")
    many = queries_of(client, f"/supervision/visits/{Visit.objects.get(pilot__code='P3').pk}/"), queries_of(client, "/supervision/visits/")
    assert one == many and max(many) <= 12
