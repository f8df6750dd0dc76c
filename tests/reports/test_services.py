"""State × deed × role of a report; separation of duties; stale forms; editions."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts import clock
from accounts.models import AuditEvent, AuditKind, Notice
from reports import services
from reports.jobs import request_generation
from reports.models import JobState, Report, ReportState, Section
from reports.queries import required_reports
from reports.todos import report_todos

NOVEMBER = datetime.date(2022, 11, 30)
OTHERS = ["sysadmin", "leader", "department", "finance", "puan", "puan2", "puan_finance", "guangfu", "contractor", "auditor"]


def deeds(a_scan):
    """Every deed on a report with arguments that are right in themselves."""
    return {
        "edit": lambda r, u: services.save_section(
            r, key="overall", text="好", expected=Section.objects.get(report=r, key="overall").version, by=u
        ),
        "dated": lambda r, u: services.set_dated(r, dated=datetime.date(2022, 12, 1), by=u),
        "send": lambda r, u: services.send_for_checking(r, by=u),
        "return": lambda r, u: services.return_to_draft(r, by=u, opinion="改"),
        "finalise": lambda r, u: services.finalise_report(r, by=u),
        "sign": lambda r, u: services.sign_report(r, by=u, signer="甲", signed_on=NOVEMBER, scan=a_scan()),
        "correct": lambda r, u: services.correct_report(r, by=u, reason="数据有误"),
        "void": lambda r, u: services.void_report(r, by=u, reason="编错了"),
    }


@pytest.mark.parametrize("stage", ["draft", "checking", "final", "signed"])
def test_only_fitting_deeds_of_the_office(stage, request, office2, person, a_scan):
    """At every stage each deed either belongs there or is refused; nobody but the office may do any of them."""
    report = request.getfixturevalue(stage)
    state = Report.objects.get(pk=report.pk).state
    fitting = {
        "draft": {"edit", "dated", "send", "void"},
        "checking": {"return", "finalise"},
        "final": {"sign", "correct"},
        "signed": {"correct"},
    }
    for name, deed in deeds(a_scan).items():
        for username in OTHERS:
            with pytest.raises(PermissionDenied):
                deed(report, person(username))
        if name not in fitting[stage]:
            with pytest.raises(ValidationError):
                deed(report, office2)
        report.refresh_from_db()
        assert report.state == state


def test_one_draft_per_kind_pilot_and_day(office, office2, pilot):
    first = services.start_report("midterm", by=office, pilot=None, as_of=NOVEMBER)
    assert services.start_report("midterm", by=office2, pilot=None, as_of=NOVEMBER) == first
    assert services.start_report("midterm", by=office, pilot=pilot("P1"), as_of=NOVEMBER) != first
    assert services.start_report("summary", by=office, pilot=None, as_of=NOVEMBER) != first
    with pytest.raises(ValidationError, match="不能晚于今天"):
        services.start_report("midterm", by=office, pilot=None, as_of=NOVEMBER + datetime.timedelta(days=1))
    with pytest.raises(ValidationError, match="没有这种报告"):
        services.start_report("../x", by=office, pilot=None, as_of=NOVEMBER)


def test_a_draft_begun_by_mistake_is_put_aside_and_taken_up_again(draft, office, office2, edit):
    """Nothing of it is lost, nothing is made of it meanwhile, and the plan is not answered by it."""
    edit(draft, "overall", "已经写了一段")
    with pytest.raises(ValidationError, match="须写明原因"):
        services.void_report(draft, by=office, reason=" ")
    services.void_report(draft, by=office, reason="截止日期选错")
    draft.refresh_from_db()
    assert draft.state == ReportState.VOID and draft.steps.last().opinion == "截止日期选错"
    assert AuditEvent.objects.filter(kind=AuditKind.VOID, detail__reason="截止日期选错").exists()
    for deed in (
        lambda: services.save_section(draft, key="overall", text="再写", expected=2, by=office),
        lambda: services.send_for_checking(draft, by=office),
        lambda: services.void_report(draft, by=office, reason="再作废"),
        lambda: request_generation(draft, by=office, take_snapshot=True),
        lambda: request_generation(draft, by=office, take_snapshot=False),
    ):
        with pytest.raises(ValidationError):
            deed()
    assert not [todo for todo in report_todos(office) if todo.verb == "续写"]

    again = services.start_report(draft.kind, by=office2, pilot=draft.pilot, as_of=draft.as_of)
    assert again == draft and again.state == ReportState.DRAFT
    assert [step.action for step in again.steps.all()][-2:] == ["void", "resume"]
    assert "已经写了一段" in str(Section.objects.get(report=again, key="overall").paragraphs)
    assert Report.objects.count() == 1


def test_a_draft_put_aside_does_not_answer_the_plan(office):
    county = services.start_report("midterm", by=office, pilot=None, as_of=NOVEMBER)
    asked = {row.name: row.state for row in required_reports(office)}
    assert asked[county.kind_name] == "草稿"
    services.void_report(county, by=office, reason="编错了")
    asked = {row.name: row.state for row in required_reports(office)}
    assert asked[county.kind_name] == "未编制"


def test_a_correction_put_aside_is_taken_up_with_its_new_reason(signed, office):
    second = services.correct_report(signed, by=office, reason="以为有误")
    services.void_report(second, by=office, reason="没有错")
    again = services.correct_report(signed, by=office, reason="第 3 章数字有误")
    assert again == second and again.state == ReportState.DRAFT and again.correction_reason == "第 3 章数字有误"


def test_who_sends_does_not_finalise(checking, office, office2):
    with pytest.raises(ValidationError, match="不能是同一人"):
        services.finalise_report(checking, by=office)
    assert services.finalise_report(checking, by=office2) is True
    assert Report.objects.get(pk=checking.pk).state == ReportState.FINAL


def test_changed_text_is_made_into_files_before_it_is_final(checking, office, office2, edit):
    """The second reader returns it, the text changes, and 定稿 waits for files of exactly this text."""
    from reports import jobs

    services.return_to_draft(checking, by=office2, opinion="改一句")
    checking.refresh_from_db()
    edit(checking, "overall", "改过的总体评价。")
    services.send_for_checking(checking, by=office)
    job = checking.jobs.get(state=JobState.QUEUED)
    with pytest.raises(ValidationError, match="正在生成"):
        services.finalise_report(checking, by=office2)
    jobs.cancel_job(job, by=office)
    assert services.finalise_report(checking, by=office2) is False
    assert jobs.run_job(checking.jobs.get(state=JobState.QUEUED).pk) == JobState.DONE
    assert services.finalise_report(checking, by=office2) is True


def test_an_empty_section_or_a_lost_figure_stops_the_sending(draft, office, edit):
    edit(draft, "overall", "")
    section = Section.objects.get(report=draft, key="problems")
    section.paragraphs = [{"lead": "", "runs": [{"key": "gone.figure"}]}]
    section.save()
    with pytest.raises(ValidationError) as refused:
        services.send_for_checking(draft, by=office)
    assert refused.value.messages == [
        "“一、总体评价”还没有写，请补写",
        "“九、存在问题及原因”里有 1 个数字（红底）在最近一次取数中已不存在，请改写",
    ]


def test_stale_text_is_refused_and_nothing_lost(draft, office, office2):
    version = Section.objects.get(report=draft, key="overall").version
    services.save_section(draft, key="overall", text="先存的", expected=version, by=office)
    with pytest.raises(ValidationError) as refused:
        services.save_section(draft, key="overall", text="后存的", expected=version, by=office2)
    assert refused.value.code == "stale"
    assert Section.objects.get(report=draft, key="overall").paragraphs[0]["runs"] == [{"text": "先存的"}]


def test_too_long_text_and_unknown_section(draft, office):
    version = Section.objects.get(report=draft, key="overall").version
    for text in ("长" * 20_001, "长" * 2_001):
        with pytest.raises(ValidationError):
            services.save_section(draft, key="overall", text=text, expected=version, by=office)
    with pytest.raises(ValidationError, match="没有这一节"):
        services.save_section(draft, key="nope", text="", expected=1, by=office)


def test_refresh_keeps_what_a_person_wrote(draft, office, edit):
    """New figures: suggested sections follow, edited ones stay, their figures are filled anew."""
    edit(draft, "overall", "人写的，已完成【已完成任务数】项。")
    data = dict(draft.snapshots.first().data)
    data["figures"] = {**data["figures"], "tasks.done": {**data["figures"]["tasks.done"], "value": 9, "text": "9"}}
    services.store_snapshot(draft, data, by=office)
    from reports.narrative import plain_text

    section = Section.objects.get(report=draft, key="overall")
    assert plain_text(section.paragraphs, data["figures"]) == "人写的，已完成9项。"
    assert draft.steps.filter(action="refresh").get().opinion == "1 处有变化"


@pytest.mark.parametrize(
    ("signer", "signed_on", "sentence"),
    [
        ("  ", datetime.date(2022, 12, 1), "请填写签发人"),
        ("甲", datetime.date(2022, 12, 3), "不能晚于今天"),
        ("甲", datetime.date(2022, 11, 29), "不能早于定稿日期"),
    ],
)
def test_signing_is_checked(final, office, a_scan, signer, signed_on, sentence):
    with clock.at(datetime.date(2022, 12, 2)), pytest.raises(ValidationError, match=sentence):
        services.sign_report(final, by=office, signer=signer, signed_on=signed_on, scan=a_scan())


def test_a_bad_scan_leaves_nothing(final, office, media):
    from django.core.files.uploadedfile import SimpleUploadedFile

    with pytest.raises(ValidationError):
        services.sign_report(final, by=office, signer="甲", signed_on=NOVEMBER, scan=SimpleUploadedFile("x.pdf", b"<html>"))
    assert Report.objects.get(pk=final.pk).state == ReportState.FINAL
    assert not (media / "uploads").exists() or not any((media / "uploads").rglob("*.pdf"))


def test_second_edition_replaces_the_first_when_signed(signed, office, office2, leader, generate, a_scan, edit):
    first = signed
    with clock.at(datetime.date(2022, 12, 5)):
        second = services.correct_report(first, by=office, reason="完成数有误")
        assert services.correct_report(first, by=office2, reason="再按一次") == second
        assert (second.edition, second.corrects_id, second.state) == (2, first.pk, ReportState.DRAFT)
        first.refresh_from_db()
        assert first.state == ReportState.SIGNED
        edit(second, "overall", "更正后的总体评价。")
        generate(second, office)
        services.send_for_checking(second, by=office)
        services.finalise_report(second, by=office2)
        services.sign_report(second, by=office, signer="甲", signed_on=datetime.date(2022, 12, 5), scan=a_scan())
    first.refresh_from_db()
    assert services.state_words(first) == "已更正（见第2版）"
    assert set(Report.objects.visible_to(leader)) == {first, second}
    assert first.steps.last().opinion == "已更正（见第2版）：完成数有误"


def test_a_final_one_corrected_unsigned_stays_with_the_office(final, office, leader):
    services.correct_report(final, by=office, reason="还没签发就发现错")
    assert not Report.objects.visible_to(leader).exists()


def test_every_deed_leaves_a_step_and_a_line(signed, office2):
    assert list(signed.steps.values_list("action", flat=True)) == ["create", "send", "finalise", "sign"]
    kinds = set(AuditEvent.objects.values_list("kind", flat=True))
    assert {AuditKind.CREATE, AuditKind.GENERATE, AuditKind.FINALISE, AuditKind.SIGN} <= kinds
    assert Notice.objects.filter(recipient=office2, title__contains="送核稿").exists()


@pytest.mark.parametrize(
    ("username", "sees"),
    [
        ("leader", True),
        ("auditor", True),
        ("puan", True),
        ("guangfu", True),
        ("chicheng", False),
        ("zhulinqiao", False),
        ("sysadmin", False),
    ],
)
def test_who_sees_a_signed_report_of_guangfu(signed, person, username, sees):
    assert Report.objects.visible_to(person(username)).exists() is sees


@pytest.mark.parametrize("username", ["leader", "auditor", "puan", "guangfu", "sysadmin", "finance"])
def test_nobody_but_the_office_sees_a_final_one(final, person, username):
    assert not Report.objects.visible_to(person(username)).exists()
