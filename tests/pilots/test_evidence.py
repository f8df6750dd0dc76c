"""佐证材料: handed in once, reviewed by the town, never by who handed it in; nobody touches another unit's."""

import datetime
import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import clock
from accounts.models import AuditEvent, AuditKind, Notice
from pilots import evidence, files, review
from pilots.models import Evidence, EvidenceType, ReviewState, StoredFile, Task
from pilots.sample_documents import sheet_pdf

pytestmark = pytest.mark.django_db
DAY = datetime.date(2022, 11, 8)


def pdf(name="志愿服务协议.pdf", title="志愿服务协议"):
    return SimpleUploadedFile(name, sheet_pdf(title, "广福社区", DAY), content_type="application/pdf")


@pytest.fixture
def kind():
    return EvidenceType.objects.get(code="cooperation_agreement")


@pytest.fixture
def row(guangfu, kind):
    stored = files.store_upload(pdf(), by=guangfu, kinds=frozenset(StoredFile.Kind))
    tasks = list(evidence.tasks_proved_by(guangfu, kind))
    return evidence.save_evidence(None, by=guangfu, type=kind, title="与学校共建协议", dated=DAY, note="", tasks=tasks, file=stored)


def form_data(kind, tasks, **changes):
    data = {
        "uid": uuid.uuid4(),
        "type": kind.pk,
        "title": "与商圈共建协议",
        "dated": "2022-11-08",
        "note": "",
        "tasks": [t.pk for t in tasks],
    }
    return data | {"upload": pdf(), "deed": "submit"} | changes


def test_one_file_serves_every_task_that_asks_for_its_kind(row, guangfu, kind):
    titles = set(row.tasks.values_list("obligation__code", flat=True))
    assert titles == {"T2.8", "T2.12", "T2.14"}
    assert row.pilot.code == "P2" and row.unit == guangfu.unit and row.state == ReviewState.DRAFT


def test_the_way_from_draft_over_return_to_approval(row, guangfu, puan, puan2):
    review.submit(row, by=guangfu)
    row.refresh_from_db()
    assert (row.state, row.waiting_at.code) == (ReviewState.SUBMITTED, "puan_street")
    assert Notice.objects.filter(recipient=puan, title__contains="与学校共建协议").count() == 1
    with pytest.raises(ValidationError, match="退回须写明意见"):
        review.send_back(row, by=puan, opinion="  ")
    review.send_back(row, by=puan, opinion="缺签字页")
    row.refresh_from_db()
    assert row.state == ReviewState.RETURNED and Notice.objects.filter(recipient=guangfu, title__contains="缺签字页").exists()
    review.submit(row, by=guangfu)
    review.approve(row, by=puan2, opinion="同意")
    row.refresh_from_db()
    assert row.state == ReviewState.APPROVED and row.waiting_at is None
    assert list(row.steps.values_list("action", flat=True)) == ["submit", "return", "submit", "approve"]
    assert AuditEvent.objects.filter(kind=AuditKind.RETURN, object_label="与学校共建协议").count() == 1


def test_figures_of_a_day_follow_the_steps_of_that_day(row, guangfu, puan):
    with clock.at(datetime.date(2022, 11, 20)):
        review.submit(row, by=guangfu)
    with clock.at(datetime.date(2022, 12, 2)):
        review.approve(row, by=puan)
    for day, approved, waiting in (("2022-11-19", 0, 0), ("2022-11-20", 0, 1), ("2022-12-01", 0, 1), ("2022-12-02", 1, 0)):
        on = datetime.date.fromisoformat(day)
        assert Evidence.objects.approved_by(on).count() == approved, day
        assert Evidence.objects.in_state_on(on, ReviewState.SUBMITTED).count() == waiting, day


def test_nobody_decides_on_what_they_handed_in(office, office2, person):
    kind = EvidenceType.objects.filter(obligations__tasks__unit=office.unit).order_by("order")[0]
    tasks = list(evidence.tasks_proved_by(office, kind))
    stored = files.store_upload(pdf("领导小组文件.pdf", "领导小组文件"), by=office, kinds=frozenset(StoredFile.Kind))
    own = evidence.save_evidence(None, by=office, type=kind, title="领导小组文件", dated=DAY, note="", tasks=tasks, file=stored)
    review.submit(own, by=office)
    own.refresh_from_db()
    assert own.waiting_at == office.unit
    with pytest.raises(ValidationError, match="不能是同一人"):
        review.approve(own, by=office)
    review.approve(own, by=office2)
    own.refresh_from_db()
    assert own.state == ReviewState.APPROVED


@pytest.mark.parametrize("username", ["chicheng", "zhulinqiao", "office", "leader", "puan_finance", "auditor"])
def test_only_the_unit_it_waits_at_decides(row, guangfu, person, username):
    review.submit(row, by=guangfu)
    for deed in (review.approve, lambda subject, by: review.send_back(subject, by=by, opinion="不行")):
        with pytest.raises(ValidationError, match="由普安街道审核"):
            deed(row, by=person(username))


@pytest.mark.parametrize("username", ["zhulinqiao", "puan", "office"])
def test_only_the_own_unit_hands_in_and_takes_back(row, guangfu, person, username):
    with pytest.raises(PermissionDenied):
        review.submit(row, by=person(username))
    review.submit(row, by=guangfu)
    with pytest.raises(PermissionDenied):
        review.withdraw(row, by=person(username))
    review.withdraw(row, by=guangfu)
    row.refresh_from_db()
    assert row.state == ReviewState.DRAFT


def test_an_approved_record_is_voided_and_replaced_never_edited(row, guangfu, puan, kind):
    review.submit(row, by=guangfu)
    review.approve(row, by=puan)
    row.refresh_from_db()
    tasks = list(row.tasks.all())
    with pytest.raises(ValidationError, match="不能修改"):
        evidence.save_evidence(row, by=guangfu, expected_version=row.version, type=kind, title="改名", dated=DAY, note="", tasks=tasks)
    with pytest.raises(PermissionDenied):
        review.void(row, by=guangfu, opinion="写错了")
    review.void(row, by=puan, opinion="附件错了")
    row.refresh_from_db()
    stored = files.store_upload(pdf("新协议.pdf", "新协议"), by=guangfu, kinds=frozenset(StoredFile.Kind))
    new = evidence.save_evidence(
        None, by=guangfu, type=kind, title="与学校共建协议（新）", dated=DAY, note="", tasks=tasks, file=stored, supersedes=row
    )
    assert new.supersedes == row and row.state == ReviewState.VOID


def test_a_stale_form_is_refused_and_the_typed_text_comes_back(as_person, row, kind):
    client = as_person("guangfu")
    tasks = list(row.tasks.all())
    stale = form_data(kind, tasks, title="第二个人改的", version=row.version, deed="save", upload="")
    first = client.post(reverse("evidence_edit", args=[row.pk]), stale | {"title": "第一个人改的"})
    assert first.status_code == 302
    second = client.post(reverse("evidence_edit", args=[row.pk]), stale)
    assert second.status_code == 422
    page = second.content.decode()
    assert "已被修改" in page and "第二个人改的" in page and "第一个人改的" in page
    row.refresh_from_db()
    assert row.title == "第一个人改的"


def test_two_presses_make_one_record(as_person, kind, guangfu):
    client = as_person("guangfu")
    data = form_data(kind, evidence.tasks_proved_by(guangfu, kind))
    first = client.post(reverse("evidence_new"), data)
    second = client.post(reverse("evidence_new"), data | {"upload": pdf()})
    assert first.status_code == second.status_code == 302 and first.url == second.url
    made = Evidence.objects.get()
    assert made.state == ReviewState.SUBMITTED and made.steps.count() == 1


def test_unit_state_and_people_never_come_from_the_form(as_person, kind, guangfu, puan):
    foreign = {"unit": puan.unit_id, "state": "approved", "created_by": puan.pk, "pilot": 1, "waiting_at": "", "version": 99, "sample": ""}
    as_person("guangfu").post(
        reverse("evidence_new"), form_data(kind, evidence.tasks_proved_by(guangfu, kind)) | foreign | {"deed": "save"}
    )
    made = Evidence.objects.get()
    assert (made.unit, made.state, made.created_by, made.pilot.code) == (guangfu.unit, "draft", guangfu, "P2")


def test_tasks_of_another_community_are_refused(as_person, kind, zhulinqiao):
    others = Task.objects.filter(unit=zhulinqiao.unit)[:2]
    answer = as_person("guangfu").post(reverse("evidence_new"), form_data(kind, others))
    assert answer.status_code == 422 and not Evidence.objects.exists() and not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "必填"),
        ({"dated": "2022-12-01"}, "不能晚于今天"),
        ({"dated": "明天"}, "日期"),
        ({"tasks": []}, "至少一项"),
        ({"type": "999999"}, "选择"),
        ({"title": "长" * 81}, "80"),
    ],
)
def test_bad_input_gets_a_sentence_and_nothing_is_stored(as_person, kind, guangfu, changes, said):
    data = form_data(kind, evidence.tasks_proved_by(guangfu, kind)) | changes
    answer = as_person("guangfu").post(reverse("evidence_new"), data)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not Evidence.objects.exists() and not StoredFile.objects.exists()


@pytest.mark.parametrize("username", ["zhulinqiao", "xiahejie", "chicheng", "contractor", "sysadmin"])
def test_another_units_evidence_does_not_exist(as_person, row, guangfu, username):
    review.submit(row, by=guangfu)
    client = as_person(username)
    for name in ("evidence_detail", "evidence_file", "evidence_edit"):
        assert client.get(reverse(name, args=[row.pk])).status_code in (403, 404), name
    for deed in ("approve", "return", "void", "withdraw"):
        assert client.post(reverse("review_act", args=["evidence", row.pk, deed]), {"opinion": "x"}).status_code in (403, 404), deed
    listing = client.get(reverse("evidence_list"))
    assert "与学校共建协议" not in listing.content.decode()
    row.refresh_from_db()
    assert row.state == ReviewState.SUBMITTED


def test_a_draft_is_its_units_own(as_person, row):
    assert as_person("guangfu").get(reverse("evidence_detail", args=[row.pk])).status_code == 200
    for username in ("puan", "office", "leader"):
        assert as_person(username).get(reverse("evidence_detail", args=[row.pk])).status_code == 404


def test_the_file_comes_back_as_it_was_and_the_download_is_recorded(as_person, row, guangfu):
    review.submit(row, by=guangfu)
    answer = as_person("puan").get(reverse("evidence_file", args=[row.pk]))
    assert b"".join(answer.streaming_content if answer.streaming else [answer.content]).startswith(b"%PDF-")
    assert "attachment" in answer["Content-Disposition"] and answer["X-Content-Type-Options"] == "nosniff"
    assert AuditEvent.objects.filter(kind=AuditKind.DOWNLOAD, username="puan").count() == 1


@pytest.mark.parametrize("name", ["evidence_list", "review_desk"])
def test_lists_ask_the_same_number_of_queries_for_one_and_three_rows(as_person, guangfu, kind, name):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def add(title):
        stored = files.store_upload(pdf(f"{title}.pdf", title), by=guangfu, kinds=frozenset(StoredFile.Kind))
        tasks = list(evidence.tasks_proved_by(guangfu, kind))
        made = evidence.save_evidence(None, by=guangfu, type=kind, title=title, dated=DAY, note="", tasks=tasks, file=stored)
        review.submit(made, by=guangfu)

    client = as_person("puan")
    add("第一份")
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse(name))
    add("第二份")
    add("第三份")
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as three:
        page = client.get(reverse(name))
    assert "第三份" in page.content.decode()
    assert len(one) == len(three) <= 12, [q["sql"][:90] for q in three]


def test_the_export_holds_exactly_what_is_filtered(as_person, row, guangfu):
    import io

    from openpyxl import load_workbook

    review.submit(row, by=guangfu)
    client = as_person("puan")
    for query, count in (("", 1), ("&state=approved", 0), ("&pilot=P2", 1), ("&q=zzz", 0), ("&q=gjxy", 1)):
        answer = client.get(f"{reverse('evidence_list')}?export=xlsx{query}")
        book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        found = [cell.value for sheet in book for line in sheet.iter_rows() for cell in line]
        assert found.count("与学校共建协议") == count, query
    assert AuditEvent.objects.filter(kind=AuditKind.EXPORT, username="puan").count() == 5
