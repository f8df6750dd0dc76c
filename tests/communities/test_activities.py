"""Recording an activity: what is kept, what is refused, what each role may do."""

import datetime
import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts import clock
from communities import activities
from communities.models import Activity, ActivityPhoto
from pilots import review
from pilots.models import ReviewState, StoredFile, Task
from tests.pilots.bad_uploads import BAD, NOT_PHOTOS, assert_refused_everywhere

pytestmark = pytest.mark.django_db


def test_a_draft_may_have_holes(guangfu):
    row = activities.save_activity(None, by=guangfu, values={"title": "义诊"})
    assert row.state == ReviewState.DRAFT and row.pilot.unit == guangfu.unit and row.created_by == guangfu
    assert [item.field for item in activities.missing_for_submit(row)] == ["category", "day", "place", "participants", "content"]
    with pytest.raises(ValidationError) as refusal:
        activities.submit_activity(row, by=guangfu)
    assert "请填写活动地点" in refusal.value.message_dict["place"]


def test_handing_in_needs_the_photos_of_the_category(recorded, guangfu):
    row = recorded(photos=1)
    with pytest.raises(ValidationError, match="至少 2 张照片，现在有 1 张"):
        activities.submit_activity(row, by=guangfu)


def test_visits_and_counselling_need_no_photo(recorded, xiahejie):
    row = recorded("xiahejie", code="minors_counselling", photos=0)
    assert activities.submit_activity(row, by=xiahejie).waiting_at.code == "chicheng_town"


@pytest.mark.parametrize("day", [datetime.date(2022, 12, 1), datetime.date(2021, 12, 31), datetime.date(9999, 1, 1)])
def test_days_to_come_and_long_gone_are_refused(recorded, day):
    with pytest.raises(ValidationError, match="活动日期"):
        recorded(day=day)


def test_a_day_before_the_plan_is_evidence_of_its_first_phase(recorded):
    assert recorded(day=datetime.date(2022, 7, 20)).pk


def test_same_form_twice_is_one_record(guangfu):
    uid = uuid.uuid4()
    first = activities.save_activity(None, by=guangfu, uid=uid, values={"title": "义诊"})
    second = activities.save_activity(None, by=guangfu, uid=uid, values={"title": "义诊二"})
    assert first.pk == second.pk and Activity.objects.get().title == "义诊二"


def test_somebody_elses_form_number_makes_nothing(guangfu, zhulinqiao):
    uid = uuid.uuid4()
    activities.save_activity(None, by=guangfu, uid=uid, values={"title": "义诊"})
    with pytest.raises(ValidationError):
        activities.save_activity(None, by=zhulinqiao, uid=uid, values={"title": "改写"})
    assert Activity.objects.get().title == "义诊"


def test_old_version_is_refused(recorded, guangfu):
    row = recorded(photos=0)
    activities.save_activity(Activity.objects.get(pk=row.pk), by=guangfu, values={"title": "甲"}, expected_version=row.version)
    with pytest.raises(ValidationError) as refusal:
        activities.save_activity(Activity.objects.get(pk=row.pk), by=guangfu, values={"title": "乙"}, expected_version=row.version)
    assert refusal.value.code == "stale"
    assert Activity.objects.get(pk=row.pk).title == "甲"


def test_tasks_of_another_pilot_are_refused(recorded, guangfu):
    foreign = Task.objects.filter(pilot__unit__code="zhulinqiao").first()
    with pytest.raises(ValidationError, match="不属于本试点"):
        activities.save_activity(None, by=guangfu, values={"title": "义诊"}, tasks=[foreign])
    assert not Activity.objects.exists()


@pytest.mark.parametrize("username", ["office", "leader", "puan2", "chicheng", "auditor", "sysadmin", "finance"])
def test_who_records_no_activities(username, person):
    with pytest.raises(PermissionDenied):
        activities.save_activity(None, by=person(username), values={"title": "义诊"})


def test_only_the_own_unit_changes_it(recorded, zhulinqiao, puan):
    row = recorded(photos=0)
    for other in (zhulinqiao, puan):
        with pytest.raises(PermissionDenied):
            activities.save_activity(Activity.objects.get(pk=row.pk), by=other, values={"title": "乙"})


def test_handed_in_is_closed_for_change(submitted, guangfu, photo_file):
    row = submitted()
    with pytest.raises(ValidationError, match="待审核"):
        activities.save_activity(row, by=guangfu, values={"title": "乙"})
    with pytest.raises(ValidationError, match="照片不能再改"):
        activities.add_photo(row, photo_file(), by=guangfu)


def test_contractor_then_community_then_town(recorded, person):
    row = recorded("contractor", code="training")
    contractor, xiahejie, chicheng = person("contractor"), person("xiahejie"), person("chicheng")
    assert row.unit == contractor.unit and row.pilot.unit == xiahejie.unit
    assert activities.submit_activity(row, by=contractor).waiting_at == xiahejie.unit
    assert review.approve(row, by=xiahejie).waiting_at == chicheng.unit
    review.approve(row, by=chicheng)
    row.refresh_from_db()
    assert row.state == ReviewState.APPROVED


def test_voided_record_is_replaced_once(approved, guangfu, puan):
    row = approved()
    review.void(row, by=puan, opinion="重复填报")
    row.refresh_from_db()
    anew = activities.save_activity(None, by=guangfu, values={"title": "重新填报"}, supersedes=row)
    assert anew.supersedes == row
    with pytest.raises(ValidationError):
        activities.save_activity(None, by=guangfu, values={"title": "再次"}, supersedes=row)


def test_only_drafts_never_handed_in_are_deleted(recorded, submitted, guangfu, media, django_capture_on_commit_callbacks):
    gone, kept = recorded(), submitted()
    review.withdraw(kept, by=guangfu)
    with pytest.raises(ValidationError):
        activities.delete_draft(kept, by=guangfu)
    with django_capture_on_commit_callbacks(execute=True):
        activities.delete_draft(gone, by=guangfu)
    assert list(Activity.objects.all()) == [kept]
    assert StoredFile.objects.count() == 2
    assert len([path for path in media.rglob("*") if path.is_file()]) == 4


# --- photos ---------------------------------------------------------------------------------------------------------------------


def test_first_photo_is_the_whole_scene_and_the_same_photo_counts_once(recorded, guangfu, photo_file):
    row, uid = recorded(photos=0), uuid.uuid4()
    first = activities.add_photo(row, photo_file(), by=guangfu, uid=uid)
    again = activities.add_photo(row, photo_file(), by=guangfu, uid=uid)
    second = activities.add_photo(row, photo_file(), by=guangfu)
    assert first == again and first.kind == ActivityPhoto.Kind.SCENE and second.kind == ActivityPhoto.Kind.PROCESS


def test_at_most_twenty(recorded, guangfu, photo_file, settings):
    settings.FILES_PER_RECORD = 2
    row = recorded(photos=2)
    with pytest.raises(ValidationError, match="最多 2 张"):
        activities.add_photo(row, photo_file(), by=guangfu)
    assert StoredFile.objects.count() == 2


@pytest.mark.parametrize("bad", [*BAD, *NOT_PHOTOS], ids=str)
def test_bad_file_at_the_photo_field(bad, recorded, as_person, media):
    row = recorded(photos=0)
    client = as_person("guangfu")

    def post(uploaded):
        return client.post(f"/activities/{row.pk}/photos/", {"file": uploaded}, headers={"Accept": "application/json"})

    answer = assert_refused_everywhere(bad, media, StoredFile.objects.count, post)
    assert answer.status_code == 422


def test_business_day_stands_on_the_record(recorded):
    with clock.at(datetime.date(2022, 9, 30)):
        row = recorded(photos=1)
    assert row.created_at.date() == datetime.date(2022, 9, 30)
    assert row.photos.get().file.path.startswith("uploads/2022/09/")
