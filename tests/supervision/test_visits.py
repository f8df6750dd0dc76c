"""The visit sheet: items and figures are copied in, drafts are open, submitted sheets and closed months are not."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import clock
from pilots.sample_documents import sheet_jpeg
from supervision import visits
from supervision.models import Answer, ChecklistItem, Finding, FindingState, Severity, Visit, VisitKind, VisitPhoto, VisitState
from tests.conftest import PEOPLE
from tests.supervision.records import day, fill, open_visit, pilot_of, submit, who

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def visiting_day():
    with clock.at(day("2022-11-23")):
        yield


def answer(visit, code):
    return visit.answers.get(code=code)


def picture():
    return SimpleUploadedFile("现场.jpg", sheet_jpeg("现场", "广福社区", day("2022-11-23")), content_type="image/jpeg")


# --- opening ------------------------------------------------------------------------------------------------------------------------


def test_a_visit_copies_its_items():
    visit = open_visit()
    assert visit.answers.count() == 8
    item = ChecklistItem.objects.get(code="CK06")
    item.wording = "以后改过的说法"
    item.save()
    assert answer(visit, "CK06").wording == "“一社一品”特色是否形成"
    assert all(row.history.count() == 1 and row.history.first().history_user == who("office") for row in visit.answers.all())


def test_one_visit_per_pilot_month_and_kind():
    visit = open_visit()
    with pytest.raises(ValidationError, match="本月已有同类督导记录"):
        open_visit(on="2022-11-22")
    assert open_visit(kind=VisitKind.MIDTERM).answers.count() == 24
    assert open_visit("P3").pk != visit.pk
    assert Visit.objects.count() == 3


def test_a_double_press_opens_one_sheet():
    uid = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
    assert open_visit(uid=uid).pk == open_visit(uid=uid).pk


def test_only_the_office_supervises():
    visit = open_visit()
    for username in PEOPLE:
        if username in ("office", "office2"):
            continue
        person = who(username)
        for deed in (
            lambda p: visits.open_visit(by=p, pilot=pilot_of("P3"), visited_on=day("2022-11-23"), inspectors="示例"),
            lambda p: visits.answer_item(answer(visit, "CK06"), by=p, value=Answer.YES),
            lambda p: visits.answer_items(visit, by=p, given={"CK06": {"value": Answer.YES}}),
            lambda p: visits.update_visit(visit, by=p, values={"inspectors": "别人"}),
            lambda p: visits.add_items(visit, by=p, codes=["CK02"]),
            lambda p: visits.retake_figures(visit, by=p),
            lambda p: visits.add_visit_photo(answer(visit, "CK06"), picture(), by=p),
            lambda p: visits.submit_visit(visit, by=p),
            lambda p: visits.discard_visit(visit, by=p),
        ):
            with pytest.raises(PermissionDenied, match="领导小组办公室可以"):
                deed(person)
    assert Visit.objects.count() == 1 and not visit.answers.filter(confirmed_by__isnull=False).exists()


def test_who_reads_a_sheet():
    visit = open_visit()
    seen = lambda name: Visit.objects.visible_to(who(name)).filter(pk=visit.pk).exists()  # noqa: E731
    assert [name for name in PEOPLE if seen(name)] == ["office", "office2"]
    fill(visit)
    visits.submit_visit(visit, by=who("office"))
    assert not {"dongjie", "chicheng", "contractor", "sysadmin"} & {name for name in PEOPLE if seen(name)}
    assert {"guangfu", "puan", "puan2", "puan_finance", "leader", "auditor", "finance", "department"} < {n for n in PEOPLE if seen(n)}


# --- filling in ---------------------------------------------------------------------------------------------------------------------


def test_no_opens_a_draft_with_a_deadline_of_its_severity():
    visit = open_visit(on="2022-11-30")
    with clock.at(day("2022-11-30")):
        row = visits.answer_item(
            answer(visit, "CK04"), by=who("office2"), value=Answer.NO, drafted={"problem": "值班表无人签到", "severity": Severity.MAJOR}
        )
        assert (row.deadline, row.confirmed_by) == (day("2022-12-12"), who("office2"))
        row = visits.answer_item(row, by=who("office2"), value=Answer.NO, drafted={"deadline": day("2022-12-03")})
        assert row.deadline == day("2022-12-05") and row.problem == "值班表无人签到"
        row = visits.answer_item(row, by=who("office2"), value=Answer.YES, remark="现场已补签")
        assert (row.problem, row.severity, row.deadline, row.remark) == ("", "", None, "现场已补签")


def test_bad_answers_are_refused_whole():
    visit = open_visit()
    with pytest.raises(ValidationError):
        visits.answer_item(answer(visit, "CK04"), by=who("office"), value="maybe")
    given = {"CK04": {"value": Answer.YES}, "CK06": {"value": "maybe"}, "CK09": {"value": Answer.NO, "drafted": {"severity": "x"}}}
    with pytest.raises(ValidationError) as refused:
        visits.answer_items(visit, by=who("office"), given=given)
    assert [sentence[:4] for sentence in refused.value.messages] == ["CK06", "CK09"]
    assert not visit.answers.filter(confirmed_by__isnull=False).exists()
    with pytest.raises(ValidationError):
        visits.answer_item(answer(visit, "CK04"), by=who("office"), value=Answer.YES, remark="长" * 201)
    with pytest.raises(ValidationError) as refused:
        visits.answer_item(answer(visit, "CK04"), by=who("office"), value=Answer.NO, drafted={"deadline": day("2022-11-01")})
    assert "deadline" in refused.value.message_dict


def test_an_older_form_does_not_cover_a_newer_one():
    visit = open_visit()
    visits.answer_item(answer(visit, "CK04"), by=who("office2"), value=Answer.YES)
    with pytest.raises(ValidationError) as refused:
        visits.answer_items(visit, by=who("office"), given={"CK04": {"value": Answer.PARTLY}}, expected_version=visit.version)
    assert refused.value.code == "stale"
    assert answer(visit, "CK04").answer == Answer.YES


def test_further_items_come_in_once():
    visit = open_visit()
    visits.answer_item(answer(visit, "CK04"), by=who("office"), value=Answer.YES)
    visits.add_items(visit, by=who("office"), codes=["CK02", "CK04", "CK99"])
    assert [row.code for row in visit.answers.all()] == "CK01 CK02 CK04 CK06 CK09 CK11 CK12 CK20 CK22".split()
    assert answer(visit, "CK04").answer == Answer.YES


def test_the_day_stays_in_its_month():
    visit = open_visit()
    with pytest.raises(ValidationError) as refused:
        visits.update_visit(visit, by=who("office"), values={"visited_on": day("2022-10-31")})
    assert "须在2022年11月之内" in refused.value.message_dict["visited_on"][0]
    assert visits.update_visit(visit, by=who("office"), values={"visited_on": day("2022-11-21")}).visited_on == day("2022-11-21")


def test_photos_of_an_item():
    visit, uid = open_visit(), "6f9619ff-8b86-4d01-b42d-00cf4fc964fd"
    row = answer(visit, "CK04")
    photo = visits.add_visit_photo(row, picture(), by=who("office"), caption="值班表", uid=uid)
    assert visits.add_visit_photo(row, picture(), by=who("office"), uid=uid).pk == photo.pk
    visits.remove_visit_photo(visits.add_visit_photo(row, picture(), by=who("office")), by=who("office"))
    fill(visit, wrong={"CK04": {}})
    (finding,) = visits.submit_visit(visit, by=who("office"))
    assert [(f.kind, f.caption, f.file) for f in finding.files.all()] == [("before", "值班表", photo.file)]
    for deed in (
        lambda: visits.remove_visit_photo(photo, by=who("office")),
        lambda: visits.add_visit_photo(row, picture(), by=who("office")),
    ):
        with pytest.raises(ValidationError, match="已经提交"):
            deed()
    assert VisitPhoto.objects.count() == 1


def test_a_draft_may_be_thrown_away():
    visit = open_visit()
    visits.add_visit_photo(answer(visit, "CK04"), picture(), by=who("office"))
    visits.discard_visit(visit, by=who("office"))
    assert not Visit.objects.exists() and not VisitPhoto.objects.exists()


# --- handing in ---------------------------------------------------------------------------------------------------------------------


def test_submit_lists_what_is_missing():
    visit = open_visit()
    given = {row.code: {"value": Answer.YES} for row in visit.answers.exclude(code="CK22")} | {"CK04": {"value": Answer.NO}}
    visits.answer_items(visit, by=who("office"), given=given)
    with pytest.raises(ValidationError) as refused:
        visits.submit_visit(visit, by=who("office"))
    assert refused.value.messages == [
        "CK04 不符合，还要填写问题描述、严重程度",
        "CK22 还没有填结论：服务对象信息是否脱敏、未成年人影像是否取得监护人同意",
    ]
    assert not Finding.objects.exists()


def test_a_day_ahead_cannot_be_handed_in():
    with clock.at(day("2022-11-23")):
        visit = visits.open_visit(by=who("office"), pilot=pilot_of("P2"), visited_on=day("2022-11-25"), inspectors="示例督导一")
        fill(visit)
        with pytest.raises(ValidationError, match="还没有到"):
            visits.submit_visit(visit, by=who("office"))
        with pytest.raises(ValidationError, match="不能晚于本月"):
            visits.open_visit(by=who("office"), pilot=pilot_of("P3"), visited_on=day("2022-12-01"), inspectors="示例督导一")


def test_submitted_opens_findings_and_locks():
    found = submit(wrong={"CK04": {"problem_title": "值班表无人签到", "severity": Severity.MAJOR}, "CK12": {}})
    assert [(f.number, f.state, f.deadline) for f in found] == [
        ("WT-2022-11-001", FindingState.ASSIGNED, day("2022-12-05")),
        ("WT-2022-11-002", FindingState.ASSIGNED, day("2022-12-08")),
    ]
    visit = Visit.objects.get()
    assert (visit.state, visit.submitted_on, visit.submitted_by) == (VisitState.SUBMITTED, day("2022-11-23"), who("office"))
    for deed in (
        lambda: visits.answer_item(answer(visit, "CK04"), by=who("office"), value=Answer.YES),
        lambda: visits.update_visit(visit, by=who("office"), values={"conclusion": "改过"}),
        lambda: visits.add_items(visit, by=who("office"), codes=["CK02"]),
        lambda: visits.retake_figures(visit, by=who("office")),
        lambda: visits.discard_visit(visit, by=who("office")),
        lambda: visits.submit_visit(visit, by=who("office")),
    ):
        with pytest.raises(ValidationError) as refused:
            deed()
        assert refused.value.code == "locked"
    assert Finding.objects.count() == 2


def test_answers_left_as_proposed_are_confirmed_by_who_submits():
    visit = open_visit()
    row = answer(visit, "CK09")
    row.answer = row.prefilled = Answer.YES
    row.save()
    assert row.from_data
    visits.answer_items(visit, by=who("office2"), given={r.code: {"value": Answer.YES} for r in visit.answers.all() if r.code != "CK09"})
    visits.submit_visit(visit, by=who("office"))
    assert answer(visit, "CK09").confirmed_by == who("office")
    assert answer(visit, "CK04").confirmed_by == who("office2")


def test_a_late_submission_gives_the_unit_its_whole_time():
    """The chosen deadline has passed meanwhile: the time runs from 交办."""
    visit = open_visit(on="2022-11-28")
    with clock.at(day("2022-11-28")):
        fill(visit, wrong={"CK04": {"severity": Severity.SEVERE}})
    with clock.at(day("2022-12-05")):
        (finding,) = visits.submit_visit(visit, by=who("office"))
    assert (finding.found_on, finding.number, finding.deadline) == (day("2022-11-28"), "WT-2022-11-001", day("2022-12-12"))


@pytest.mark.parametrize("today, closed", [("2022-12-05", False), ("2022-12-06", True)])
def test_a_closed_month_is_refused(today, closed):
    """November closes on 2022-12-05 (a Monday); neither a new visit nor the draft of November goes in afterwards."""
    visit = open_visit(on="2022-11-28")
    assert visits.closes_on(datetime.date(2022, 11, 1)) == day("2022-12-05")
    with clock.at(day(today)):
        if not closed:
            fill(visit)
            assert visits.submit_visit(visit, by=who("office")) == []
            return
        for deed in (
            lambda: fill(visit),
            lambda: visits.submit_visit(visit, by=who("office")),
            lambda: visits.update_visit(visit, by=who("office"), values={"conclusion": "补写"}),
            lambda: visits.open_visit(by=who("office"), pilot=pilot_of("P3"), visited_on=day("2022-11-30"), inspectors="示例"),
        ):
            with pytest.raises(ValidationError) as refused:
                deed()
            assert refused.value.code == "closed_month" and "2022年11月的督导记录已于 2022-12-05 封存" in refused.value.messages[0]
    assert Visit.objects.filter(state=VisitState.SUBMITTED).count() == 0
