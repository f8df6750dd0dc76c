"""The pages of activities over HTTP: walls, forms that lose nothing, exports, number of queries."""

import datetime
import io
import re
import uuid

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import AuditEvent, AuditKind
from communities.models import Activity
from pilots import review
from pilots.models import ReviewState, StoredFile, Task
from tests.pilots.bad_uploads import BAD, assert_refused_everywhere, jpeg

pytestmark = pytest.mark.django_db


def full(category, **more):
    return {
        "title": "社区文化墙共绘",
        "category": category.pk,
        "day": "2022-11-29",
        "place": "党群服务中心二楼",
        "participants": "３０",
        "volunteers": "5",
        "content": "居民一起布置社区阵地。",
        "tasks_for": "",
        "uid": str(uuid.uuid4()),
        "deed": "save",
    } | more


def photo(number=1):
    return SimpleUploadedFile(f"现场{number}.jpg", jpeg(320, 240), content_type="image/jpeg")


# --- walls ------------------------------------------------------------------------------------------------------------------------

OTHERS = ["zhulinqiao", "xiahejie", "chicheng", "chicheng2", "contractor"]


@pytest.mark.parametrize("username", OTHERS)
def test_other_units_find_nothing_of_it(username, submitted, as_person):
    row = submitted(title="独一无二的名称")
    picture = row.photos.first()
    client = as_person(username)
    address = f"/activities/{row.pk}/"
    for path in (address, f"{address}photos/{picture.pk}/"):
        assert client.get(path).status_code == 404
    for path in (
        "delete/",
        "photos/",
        f"photos/{picture.pk}/delete/",
        f"photos/{picture.pk}/rotate/",
        f"photos/{picture.pk}/kind/",
        "edit/",
    ):
        assert client.post(address + path, {"kind": "scene"}).status_code in (403, 404)
    for query in ("", "?q=独一无二", "?pilot=P2", "?category=community_culture", "?state=submitted"):
        assert "独一无二的名称" not in client.get(f"/activities/{query}").content.decode()
    row.refresh_from_db()
    assert row.state == ReviewState.SUBMITTED and row.photos.count() == 2


@pytest.mark.parametrize("username", ["leader", "auditor", "finance", "department", "puan2", "puan_finance", "office"])
def test_readers_read_and_change_nothing(username, submitted, as_person):
    row = submitted()
    client = as_person(username)
    page = client.get(f"/activities/{row.pk}/")
    assert page.status_code == 200
    assert client.get(f"/activities/{row.pk}/photos/{row.photos.first().pk}/").status_code == 200
    for path in ("new/", f"{row.pk}/edit/", f"{row.pk}/delete/", f"{row.pk}/photos/"):
        assert client.post(f"/activities/{path}", {"title": "改写", "file": photo()}).status_code == 403
    assert Activity.objects.get().title == row.title


@pytest.mark.parametrize("username", ["office", "leader", "puan", "zhulinqiao"])
def test_drafts_are_nobody_elses_business(username, recorded, as_person):
    row = recorded()
    assert as_person(username).get(f"/activities/{row.pk}/").status_code == 404
    assert row.title not in as_person(username).get("/activities/").content.decode()


def test_strangers_are_sent_to_the_login(submitted, client):
    row = submitted()
    for path in ("", "new/", f"{row.pk}/", f"{row.pk}/photos/{row.photos.first().pk}/"):
        answer = client.get(f"/activities/{path}")
        assert answer.status_code == 302 and "/login/" in answer["Location"]


def test_sysadmin_has_no_business_data(submitted, as_person):
    row = submitted()
    client = as_person("sysadmin")
    assert client.get("/activities/").status_code == 403
    assert client.get(f"/activities/{row.pk}/").status_code == 403


def test_photo_of_another_record_is_not_reached_through_the_own_one(recorded, as_person):
    mine, theirs = recorded(), recorded("zhulinqiao", code="discussion")
    assert as_person("guangfu").get(f"/activities/{mine.pk}/photos/{theirs.photos.first().pk}/").status_code == 404


def test_town_without_a_pilot_is_told_who_records(as_person):
    answer = as_person("chicheng").get("/activities/new/")
    assert answer.status_code == 403 and "赤城镇没有承担试点" in answer.content.decode()


# --- the form ---------------------------------------------------------------------------------------------------------------------


def test_plain_form_with_photos_hands_in(as_person, category):
    client = as_person("guangfu")
    data = full(category("community_culture"), deed="submit") | {"photos": [photo(1), photo(2)]}
    answer = client.post("/activities/new/", data, follow=True)
    row = Activity.objects.get()
    assert answer.redirect_chain[-1][0] == f"/activities/{row.pk}/"
    assert row.state == ReviewState.SUBMITTED and row.participants == 30 and row.photos.count() == 2
    assert [task.obligation.code for task in row.tasks.all()] == ["T2.4"]
    assert "提交成功，等待普安街道审核" in answer.content.decode()


def test_incomplete_form_keeps_everything_and_names_what_is_missing(as_person, category):
    client = as_person("guangfu")
    answer = client.post("/activities/new/", full(category("community_culture"), place="", deed="submit"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "还不能提交，有 2 处要处理" in text and "请填写活动地点" in text and "至少 2 张照片" in text
    assert "居民一起布置社区阵地。" in text
    assert Activity.objects.get().state == ReviewState.DRAFT


def test_pressing_twice_makes_one(as_person, category):
    client = as_person("guangfu")
    data = full(category("community_culture"), deed="submit")
    first = client.post("/activities/new/", data | {"photos": [photo(1), photo(2)]})
    second = client.post("/activities/new/", data | {"photos": [photo(1), photo(2)]})
    row = Activity.objects.get()
    assert first["Location"] == second["Location"] == f"/activities/{row.pk}/"
    assert row.steps.count() == 1 and row.photos.count() == 2


def test_stale_form_keeps_own_words_beside_what_is_stored(recorded, as_person, category):
    row = recorded(photos=0)
    client, data = as_person("guangfu"), full(category("community_culture"), version=row.version, uid=str(row.uid))
    assert client.post(f"/activities/{row.pk}/edit/", data | {"title": "第一个人的名称"}).status_code == 302
    answer = client.post(f"/activities/{row.pk}/edit/", data | {"title": "第二个人的名称"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "第一个人的名称" in text and "第二个人的名称" in text and "已被修改" in text
    assert Activity.objects.get().title == "第一个人的名称"
    version = re.search(r'name="version" value="(\d+)"', text)[1]
    client.post(f"/activities/{row.pk}/edit/", data | {"title": "第二个人的名称", "version": version})
    assert Activity.objects.get().title == "第二个人的名称"


@pytest.mark.parametrize("version", ["", "x", "-1", "99"])
def test_a_version_made_up_does_not_overwrite(version, recorded, as_person, category):
    row = recorded(photos=0)
    as_person("guangfu").post(
        f"/activities/{row.pk}/edit/", full(category("community_culture"), version=version, title="改写", uid=str(row.uid))
    )
    row.refresh_from_db()
    assert row.title == ("改写" if version == "" else "社区文化墙共绘")


def test_what_no_form_may_set(as_person, category, person, pilot):
    office, other = person("office"), person("zhulinqiao")
    data = full(category("community_culture")) | {
        "state": "approved",
        "status": "approved",
        "unit": other.unit_id,
        "pilot": pilot("P3").pk,
        "created_by": office.pk,
        "waiting_at": office.unit_id,
        "sample": "",
        "id": "777",
        "supersedes": "1",
        "created_at": "2020-01-01",
        "is_staff": "1",
    }
    as_person("guangfu").post("/activities/new/", data)
    row = Activity.objects.get()
    guangfu = person("guangfu")
    assert (row.state, row.unit, row.pilot, row.created_by, row.waiting_at) == (ReviewState.DRAFT, guangfu.unit, pilot("P2"), guangfu, None)
    assert row.pk != 777 and row.supersedes is None and row.created_at.date() == clock.today()


def test_tasks_of_another_pilot_in_the_form(as_person, category):
    foreign = Task.objects.filter(pilot__code="P4").first()
    chosen = category("community_culture")
    answer = as_person("guangfu").post("/activities/new/", full(chosen, tasks_for=str(chosen.pk), tasks=[foreign.pk]))
    assert answer.status_code == 422
    assert not Activity.objects.exists()


@pytest.mark.parametrize("bad", BAD[::4], ids=str)
def test_bad_photo_in_the_plain_form_stores_nothing(bad, as_person, category, media):
    client = as_person("guangfu")

    def post(uploaded):
        return client.post("/activities/new/", full(category("community_culture")) | {"photos": [photo(), uploaded]})

    answer = assert_refused_everywhere(bad, media, lambda: Activity.objects.count() + StoredFile.objects.count(), post)
    assert answer.status_code == 422 and "居民一起布置社区阵地。" in answer.content.decode()


def test_autosave_makes_and_keeps_one_draft(as_person, category):
    client = as_person("guangfu")
    data = {"uid": str(uuid.uuid4()), "title": "义诊", "deed": "autosave", "tasks_for": ""}
    first = client.post("/activities/new/", data)
    assert first.status_code == 200 and first.json()["edit"] == f"/activities/{Activity.objects.get().pk}/edit/"
    second = client.post(first.json()["edit"], data | {"title": "义诊与讲座", "participants": "很多", "version": first.json()["version"]})
    assert "participants" in second.json()["errors"]
    assert Activity.objects.get().title == "义诊与讲座"
    stale = client.post(first.json()["edit"], data | {"title": "旧的", "version": first.json()["version"]})
    assert stale.status_code == 409 and stale.json()["stale"]


def test_autosave_of_what_was_handed_in_leads_to_it(submitted, as_person):
    row = submitted()
    answer = as_person("guangfu").post("/activities/new/", {"uid": str(row.uid), "title": "旧的", "deed": "autosave"})
    assert answer.status_code == 409 and answer.json() == {"closed": True, "url": f"/activities/{row.pk}/"}


def test_category_brings_its_task_without_numbers(as_person, category):
    text = as_person("xiahejie").get("/activities/tasks/", {"category": category("children_science").pk}).content.decode()
    assert "儿童科普实验室项目" in text and "checked" in text
    assert "T4." not in text
    for odd in ("", "x", "99999999999999999999", "'", "-1"):
        assert as_person("xiahejie").get("/activities/tasks/", {"category": odd}).status_code == 200


def test_photo_receipt_rotation_kind_and_removal(recorded, as_person):
    row, client = recorded(photos=0), as_person("guangfu")
    json = {"Accept": "application/json"}
    saved = client.post(f"/activities/{row.pk}/photos/", {"file": photo(), "uid": str(uuid.uuid4())}, headers=json).json()
    assert saved["kind"] == "scene" and saved["size"] > 0 and re.match(r"\d\d:\d\d:\d\d", saved["receipt"])
    turned = client.post(saved["rotate"], headers=json).json()
    assert turned["preview"] != saved["preview"]
    assert client.post(saved["set_kind"], {"kind": "sign_in"}, headers=json).json()["kind_word"] == "签到表"
    assert client.post(saved["set_kind"], {"kind": "<b>"}, headers=json).status_code == 422
    assert client.get(saved["url"])["Content-Type"] == "image/jpeg"
    assert client.post(saved["delete"], headers=json).json() == {"removed": True}
    assert client.post(f"/activities/{row.pk}/photos/", {}, headers=json).status_code == 422
    assert not StoredFile.objects.exists()


def test_plain_buttons_turn_and_remove_after_saving_what_was_typed(recorded, as_person, category):
    row, client = recorded(photos=2), as_person("guangfu")
    picture = row.photos.first()
    data = full(category("community_culture"), version=row.version, uid=str(row.uid), title="改过的名称")
    client.post(f"/activities/{row.pk}/edit/", data | {"deed": f"remove:{picture.pk}", f"kind_{row.photos.last().pk}": "sign_in"})
    row.refresh_from_db()
    assert row.title == "改过的名称" and [p.kind for p in row.photos.all()] == ["sign_in"]


# --- review, through the pages ------------------------------------------------------------------------------------------------------


def test_returned_corrected_approved(submitted, as_person, category):
    row = submitted()
    town, community = as_person("puan"), as_person("guangfu")
    page = town.get(f"/activities/{row.pk}/").content.decode()
    assert "照片 2 张，至少 2 张" in page and "通过" in page
    refused = town.post(f"/reviews/activity/{row.pk}/return/", {"opinion": ""}, follow=True).content.decode()
    assert 'id="opinion-error"' in refused and refused.count("退回须写明意见") == 1  # at the field, once
    town.post(f"/reviews/activity/{row.pk}/return/", {"opinion": "缺签到表照片，请补传。"})
    assert "缺签到表照片，请补传。" in community.get(f"/activities/{row.pk}/edit/").content.decode()
    row.refresh_from_db()
    data = full(category("community_culture"), version=row.version, uid=str(row.uid), deed="submit", content="已补签到表。")
    assert community.post(f"/activities/{row.pk}/edit/", data | {"photos": [photo(3)]})["Location"] == f"/activities/{row.pk}/"
    town.post(f"/reviews/activity/{row.pk}/approve/", {"opinion": "同意。"})
    row.refresh_from_db()
    assert row.state == ReviewState.APPROVED and row.photos.count() == 3
    page = community.get(f"/activities/{row.pk}/").content.decode()
    assert page.count("普安街道") >= 2 and "缺签到表照片" in page and "已补签到表。" in page


def test_who_handed_in_waits_and_is_offered_no_decision(submitted, as_person):
    row = submitted(volunteers=None)
    own = as_person("guangfu").get(f"/activities/{row.pk}/").content.decode()
    assert "广福社区审核" not in own and f"/reviews/activity/{row.pk}/approve/" not in own and "撤回" in own
    town = as_person("puan").get(f"/activities/{row.pk}/").content.decode()
    assert "普安街道审核" in town and f"/reviews/activity/{row.pk}/approve/" in town
    assert "参加 30 人次" in town and "志愿者 0 人" not in town


def test_void_and_successor(approved, as_person, category):
    row = approved()
    as_person("puan").post(f"/reviews/activity/{row.pk}/void/", {"opinion": "重复填报"})
    client = as_person("guangfu")
    assert "重新填报替代" in client.get(f"/activities/{row.pk}/").content.decode()
    text = client.get(f"/activities/new/?replaces={row.pk}").content.decode()
    assert row.content in text and "将替代已作废" in text
    client.post(f"/activities/new/?replaces={row.pk}", full(category("community_culture")))
    assert Activity.objects.get(supersedes=row).title == "社区文化墙共绘"
    assert as_person("zhulinqiao").get(f"/activities/new/?replaces={row.pk}").status_code == 200


# --- the list -------------------------------------------------------------------------------------------------------------------------


def test_filters_sums_and_excel_agree(approved, submitted, as_person):
    approved(title="义诊", participants=40, volunteers=4)
    approved(title="邻里节", participants=60, volunteers=6, on=datetime.date(2022, 10, 20))
    submitted("zhulinqiao", code="discussion", title="议事会", participants=7, volunteers=1)
    client = as_person("office")
    text = client.get("/activities/").content.decode()
    assert "合计" in text and "107" in text and "11" in text
    for query, found in {
        "?q=yz": "义诊",
        "?q=linlijie": "邻里节",
        "?pilot=P3": "议事会",
        "?until=2022-10-31": "邻里节",
        "?state=submitted": "议事会",
    }.items():
        rows = client.get(f"/activities/{query}").context["page"].object_list
        assert [str(row) for row in rows] == [found], query
    answer = client.get("/activities/?pilot=P2&export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "义诊" in cells and "邻里节" in cells and "议事会" not in cells and 100 in cells
    assert AuditEvent.objects.filter(kind=AuditKind.EXPORT, username="office").count() == 1


def test_formula_in_a_title_stays_text_in_excel(submitted, as_person):
    submitted(title="=1+1")
    answer = as_person("puan").get("/activities/?export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_counted_shows_the_rows_behind_a_figure(approved, submitted, as_person):
    approved(title="计入的")
    submitted(title="未审的")
    rows = as_person("office").get("/activities/?counted=1").context["page"].object_list
    assert [str(row) for row in rows] == ["计入的"]


def test_on_a_past_day_the_list_is_as_it_was(submitted, as_person, puan):
    with clock.at(datetime.date(2022, 10, 10)):
        row = submitted(title="十月的活动", day=datetime.date(2022, 10, 9))
    with clock.at(datetime.date(2022, 10, 20)):
        review.approve(row, by=puan)
    client = as_person("office")
    for day, state in (("2022-10-09", None), ("2022-10-15", "待审核"), ("2022-10-31", "已通过")):
        rows = client.get(f"/activities/?as_of={day}").context["page"].object_list
        assert [row.shown_state for row in rows] == ([state] if state else [])


@pytest.mark.parametrize(
    "query",
    ["?page=x", "?page=99999", "?state=<b>", "?since=9999-99-99", "?task=1e9", "?pilot[]=1&category=%00", "?q=" + "a" * 5000, "?q=%25_%27"],
)
def test_odd_addresses_are_harmless(query, submitted, as_person):
    submitted()
    assert as_person("office").get("/activities/" + query).status_code in (200, 400)


def test_typed_words_are_shown_as_typed(submitted, as_person):
    row = submitted(title="<script>x</script>", place="{{7*7}}", content='"><img src=x onerror=alert(1)>')
    for path in ("/activities/", f"/activities/{row.pk}/", "/activities/?q=<script>"):
        text = as_person("puan").get(path).content.decode()
        assert "<script>x" not in text and "<img src=x" not in text
        assert "&lt;script&gt;" in text


def test_number_of_queries_does_not_grow_with_rows(submitted, as_person):
    client, counts = as_person("puan"), []
    for number in (1, 2):
        for _ in range(number):
            row = submitted()
        client.get("/activities/")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get("/activities/")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12
    with CaptureQueriesContext(connection) as seen:
        client.get(f"/activities/{row.pk}/")
    assert len(seen) <= 24


def test_empty_list_says_what_to_do(as_person):
    text = as_person("guangfu").get("/activities/").content.decode()
    assert "还没有活动记录" in text and "两张照片即可" in text


def test_worker_of_the_phone_is_a_script_of_the_root(as_person):
    answer = as_person("guangfu").get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript") and answer["Service-Worker-Allowed"] == "/"
