"""Pages of the reports: who opens what, the editor without and with scripts, downloads, few queries."""

import datetime
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from reports import jobs, services
from reports.assembly import annex_titles
from reports.kinds.midterm import KIND as MIDTERM
from reports.models import Download, JobState, Report, ReportJob, Section
from reports.queries import required_reports

NOVEMBER = datetime.date(2022, 11, 30)
CANARY = "<script>alert(1)</script>{{7*7}}{% debug %}=1+1"


@pytest.fixture
def desk(as_person):
    return as_person("office")


def sections_of(draft):
    return Section.objects.get(report=draft, key="overall")


def test_start_from_the_form_and_again(desk, django_capture_on_commit_callbacks):
    form = {"kind": "midterm", "pilot": "", "as_of": "2022-11-30"}
    first = desk.post("/reports/new/", form)
    assert first.status_code == 302
    assert desk.post("/reports/new/", form)["Location"] == first["Location"]
    assert (Report.objects.count(), ReportJob.objects.count()) == (1, 1)
    page = desk.get(first["Location"]).content.decode()
    assert "关掉页面也会继续" in page or "取数完成后自动打开编辑页" in page


def test_the_form_says_what_is_wrong(desk):
    answer = desk.post("/reports/new/", {"kind": "midterm", "as_of": "2023-01-01"})
    assert answer.status_code == 422
    assert "数据截止日期不能晚于今天" in answer.content.decode()


def test_an_open_day_is_the_usual_one_of_the_chosen_kind(desk):
    """The day of the kind shown first must not slip into a report of another kind."""
    assert desk.get("/reports/new/").context["form"]["as_of"].value() is None
    with clock.at(datetime.date(2023, 3, 31)):
        desk.post("/reports/new/", {"kind": "summary", "pilot": "", "as_of": ""})
    assert Report.objects.get().as_of == datetime.date(2023, 3, 31)


def test_a_reason_that_is_missing_is_said_at_its_field(checking, as_person, a_scan):
    second = as_person("office2")
    back = second.post(f"/reports/{checking.pk}/return/", {"opinion": " "})
    assert back.status_code == 422 and 'id="id_opinion_error"' in back.content.decode()
    assert "退回须写明意见" in back.content.decode()
    second.post(f"/reports/{checking.pk}/finalise/")
    correct = second.post(f"/reports/{checking.pk}/correct/", {"reason": ""})
    assert correct.status_code == 422 and 'id="id_reason_error"' in correct.content.decode()
    assert Report.objects.count() == 1


def test_what_is_unwritten_leads_to_its_section(desk, draft, edit):
    edit(draft, "overall", "")
    page = desk.post(f"/reports/{draft.pk}/send/", follow=True).content.decode()
    assert f'<a href="/reports/{draft.pk}/edit/?section=overall">“一、总体评价”还没有写，请补写</a>' in page


def test_a_signed_report_answers_the_plan_also_while_another_is_written(office, desk):
    def of_county(day, **more):
        return Report(kind="midterm", as_of=day, dated=day, created_by=office, edition=1, **more)

    signed = of_county(NOVEMBER, state="signed", signer="示例签发人", signed_on=NOVEMBER)
    later = of_county(NOVEMBER + datetime.timedelta(days=15))
    signed.unwritten = later.unwritten = 0
    signed.pk, later.pk = 101, 102
    rows = required_reports(office, known=[later, signed])
    assert [row.finished for row in rows if row.name == "中期评估报告"] == [True]


def test_what_changes_the_text_or_cannot_be_taken_back_is_asked_first(desk, draft, as_person, office, generate):
    generate(draft, office)
    page = desk.get(f"/reports/{draft.pk}/edit/").content.decode()
    for question in ("ask-refresh", "ask-restore"):
        assert f'data-ask="{question}"' in page and f'id="{question}"' in page
    desk.post(f"/reports/{draft.pk}/send/")
    as_person("office2").post(f"/reports/{draft.pk}/finalise/")
    page = desk.get(f"/reports/{draft.pk}/").content.decode()
    for question in ("ask-sign", "ask-correct"):
        assert f'data-ask="{question}"' in page and f'id="{question}"' in page


def test_centre_shows_jobs_plan_and_versions(desk, draft, office):
    job = jobs.request_generation(draft, by=office, take_snapshot=False, send=False)
    page = desk.get("/reports/").content.decode()
    for words in (
        "正在生成",
        "方案要求的报告",
        "报告版本与签发登记",
        "任务队列暂时连不上",
        "兼作半年小结",
        "用中期评估报告，不另编",
        "广福社区中期评估报告",
    ):
        assert words in page
    assert desk.get(f"/reports/jobs/{job.pk}/progress/").json()["done"] is False
    desk.post(f"/reports/jobs/{job.pk}/cancel/")
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert desk.get(f"/reports/jobs/{job.pk}/progress/").json()["done"] is True


def test_a_failed_job_says_why_and_is_tried_again(desk, draft, office):
    job = jobs.request_generation(draft, by=office, take_snapshot=False, send=False)
    jobs.fail_job(jobs.claim_job(job.pk), "照片的文件不在了")
    page = desk.get("/reports/").content.decode()
    assert "生成未成功：" in page and "照片的文件不在了" in page and "重试" in page
    desk.post(f"/reports/jobs/{job.pk}/retry/")
    assert ReportJob.objects.filter(report=draft, state=JobState.QUEUED).count() == 1


def test_editing_without_scripts(desk, draft):
    """The plain form: figures by name, saved, shown as figures again; hostile text stays text."""
    page = desk.get(f"/reports/{draft.pk}/edit/?section=overall").content.decode()
    assert "提纲" in page and 'name="text"' in page
    version = sections_of(draft).version
    answer = desk.post(f"/reports/{draft.pk}/sections/overall/", {"text": f"已完成【已完成任务数】项。{CANARY}", "version": version})
    assert answer.status_code == 302
    page = desk.get(answer["Location"]).content.decode()
    assert "【已完成任务数】" in page
    assert "<script>alert(1)" not in page and "{{7*7}}" in page


def test_autosave_answers_with_version_and_preview(desk, draft):
    version = sections_of(draft).version
    said = desk.post(
        f"/reports/{draft.pk}/sections/overall/", {"text": "完成率99%。", "version": version}, headers={"accept": "application/json"}
    ).json()
    assert said["version"] == version + 1
    assert "完成率99%。" in said["preview"] and "改用系统数" in said["notices"]


def test_a_stale_form_keeps_the_text(desk, draft, office2):
    version = sections_of(draft).version
    services.save_section(draft, key="overall", text="别人先存的", expected=version, by=office2)
    answer = desk.post(f"/reports/{draft.pk}/sections/overall/", {"text": "我写的这一段", "version": version})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "我写的这一段" in page and "别人先存的" in page
    answer = desk.post(f"/reports/{draft.pk}/sections/overall/", {"text": "x", "version": version}, headers={"accept": "application/json"})
    assert answer.status_code == 409 and answer.json()["stale"] is True


def test_a_draft_is_put_aside_and_found_again(desk, draft):
    """A missing reason is said at its field; a draft put aside leaves the list, is found by its state, and comes back by being begun again."""
    detail, void, centre = f"/reports/{draft.pk}/", f"/reports/{draft.pk}/void/", "/reports/"
    assert "这份草稿编错了" in desk.get(detail).content.decode()
    refused = desk.post(void, {"reason": ""})
    assert refused.status_code == 422 and "作废须写明原因" in refused.content.decode()
    assert desk.post(void, {"reason": "截止日期选错"}).status_code == 302
    assert detail not in desk.get(centre).content.decode()
    found = desk.get(centre, {"state": "void"}).content.decode()
    assert detail in found and "作废：截止日期选错" in found
    assert "这份草稿编错了" not in desk.get(detail).content.decode()
    assert desk.get(f"{detail}edit/").status_code == 302
    back = desk.post("/reports/new/", {"kind": draft.kind, "pilot": str(draft.pilot_id), "as_of": draft.as_of.isoformat()}, follow=True)
    assert "已恢复，从上次的数字和文字继续" in back.content.decode()


def test_answering_a_differing_number(desk, draft, edit):
    section = edit(draft, "overall", "完成率99%。")
    from reports.narrative import disagreements

    figures = draft.snapshots.first().data["figures"]
    (differs,) = disagreements(section.paragraphs, figures)
    address = f"/reports/{draft.pk}/sections/overall/answer/"
    refused = desk.post(address, {"mark": differs.mark, "version": section.version, "answer": "keep", "note": ""})
    assert refused.status_code == 422 and 'id="note-1-error"' in refused.content.decode()
    section.refresh_from_db()
    assert disagreements(section.paragraphs, figures) == [differs]
    desk.post(address, {"mark": differs.mark, "version": section.version, "answer": "system"})
    section.refresh_from_db()
    assert {"key": "tasks.rate"} in section.paragraphs[0]["runs"]


def test_from_draft_to_signed_over_http(draft, as_person, office, a_scan, generate):
    """The office sends, the second reader finalises, the office registers the signature; the leader downloads."""
    desk, second, leader = as_person("office"), as_person("office2"), as_person("leader")
    generate(draft, office)
    desk.post(f"/reports/{draft.pk}/send/")
    assert "不能是同一人" in desk.post(f"/reports/{draft.pk}/finalise/", follow=True).content.decode()
    assert "已定稿" in second.post(f"/reports/{draft.pk}/finalise/", follow=True).content.decode()
    assert leader.get(f"/reports/{draft.pk}/").status_code == 404
    prefix = f"sign-{draft.pk}-"
    wrong = desk.post(f"/reports/{draft.pk}/sign/", {f"{prefix}signer": "", f"{prefix}signed_on": "2022-11-30"})
    assert wrong.status_code == 422 and "还不能登记" in wrong.content.decode()
    assert "请填写签发人" in wrong.content.decode() and "请上传签发页扫描件" in wrong.content.decode()
    form = {f"{prefix}signer": "示例签发人", f"{prefix}signed_on": "2022-11-30", f"{prefix}scan": a_scan()}
    assert desk.post(f"/reports/{draft.pk}/sign/", form).status_code == 302
    page = leader.get("/reports/issued/").content.decode()
    for file in draft.files.all():
        assert f"/reports/files/{file.pk}/" in page
        answer = leader.get(f"/reports/files/{file.pk}/")
        assert answer.status_code == 200
        name = unquote(answer["Content-Disposition"].partition("''")[2])
        assert name == f"广福社区_中期评估报告_2022-11-30_第1版.{file.format}"
        assert "no-store" in answer["Cache-Control"] and answer["X-Content-Type-Options"] == "nosniff"
    assert Download.objects.filter(person__username="leader").count() == 3
    assert leader.get(f"/reports/{draft.pk}/scan/").status_code == 200


@pytest.mark.parametrize("username", ["leader", "auditor", "puan", "guangfu", "department", "finance", "contractor", "sysadmin"])
def test_a_draft_does_not_exist_for_others(draft, generate, office, as_person, username):
    generate(draft, office) if username == "leader" else None
    client = as_person(username)
    for address in (f"/reports/{draft.pk}/", f"/reports/{draft.pk}/compare/", f"/reports/{draft.pk}/scan/"):
        assert client.get(address).status_code in (403, 404)
    for address in ("/reports/", "/reports/new/", f"/reports/{draft.pk}/edit/"):
        assert client.get(address).status_code == 403
    for deed in ("send", "return", "finalise", "sign", "correct", "generate", "dated", "sections/overall"):
        assert client.post(f"/reports/{draft.pk}/{deed}/").status_code == 403
    for file in draft.files.all():
        assert client.get(f"/reports/files/{file.pk}/").status_code == 404


def test_no_get_changes_anything(desk, draft):
    for deed in ("send", "return", "finalise", "sign", "correct", "generate", "dated", "sections/overall", "sections/overall/answer"):
        assert desk.get(f"/reports/{draft.pk}/{deed}/").status_code == 405


@pytest.mark.parametrize("value", ["'", "-1", "9" * 30, "../", "\u202e", "１", "<b>", "a" * 300])
def test_odd_parameters_are_no_fault(desk, draft, value):
    for address in (
        "/reports/?kind={v}&state={v}&page={v}&sign={v}",
        "/reports/new/?kind={v}",
        "/reports/verify/?code={v}",
        f"/reports/{draft.pk}/edit/?section={{v}}",
    ):
        assert desk.get(address.format(v=value)).status_code == 200


def test_the_code_of_a_printed_copy(signed, as_person):
    code = signed.snapshots.first().code
    page = as_person("leader").get("/reports/verify/", {"code": f" {code.upper()} "}).content.decode()
    assert "广福社区中期评估报告" in page and "第 1 版" in page
    assert "广福社区中期评估报告" not in as_person("chicheng").get("/reports/verify/", {"code": code}).content.decode()
    assert "没有查到" in as_person("leader").get("/reports/verify/", {"code": "00000000"}).content.decode()


def test_second_edition_is_compared(signed, office, desk, edit):
    with clock.at(datetime.date(2022, 12, 5)):
        second = services.correct_report(signed, by=office, reason="措辞有误")
        edit(second, "overall", "更正后的话。")
    page = desk.get(f"/reports/{second.pk}/compare/").content.decode()
    assert "更正后的话。" in page and "1 节不同" in page


def test_todos_of_the_office(checking, office, office2):
    from accounts.todos import todos_for

    assert any(todo.verb == "核稿" for todo in todos_for(office2))
    assert not any(todo.verb == "核稿" for todo in todos_for(office))


@pytest.mark.parametrize(
    ("username", "address"),
    [
        ("office", "/reports/"),
        ("office", "/reports/new/"),
        ("office", "/reports/{pk}/"),
        ("leader", "/reports/issued/"),
        ("leader", "/reports/{pk}/"),
        ("leader", "/reports/verify/?code={code}"),
    ],
)
def test_few_queries_with_one_report_and_with_many(signed, as_person, office, pilot, username, address):
    """At most 12 of our own, and no more with more reports."""
    client = as_person(username)
    address = address.format(pk=signed.pk, code=signed.snapshots.first().sha256[:8])
    counts = []
    for round_ in range(2):
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        counts.append(len(caught))
        if round_ == 0:
            for code in ("P1", "P3", "P4"):
                report = Report.objects.create(kind="midterm", pilot=pilot(code), as_of=NOVEMBER, dated=NOVEMBER, created_by=office)
                ReportJob.objects.create(report=report, requested_by=office, state=JobState.FAILED, error="x")
    assert counts[1] <= counts[0], [q["sql"][:120] for q in caught]
    assert counts[0] <= 12, [q["sql"][:160] for q in caught]


def test_annexes_are_named_also_when_a_photo_is_gone():
    data = {
        "tables": {"TB2": {"groups": []}},
        "photos": [{"title": "广福社区", "photos": [{"path": "gone.jpg", "caption": "议事会", "alt": ""}]}],
    }
    assert annex_titles(MIDTERM, data) == [("附件1", "试点任务对照表"), ("附件2", "现场照片")]
