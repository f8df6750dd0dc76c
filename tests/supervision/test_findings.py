"""Every state, every deed, every role; deadlines, extensions, 复核 by another, and what stays when a deed is refused."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import clock
from accounts.models import AuditEvent, Notice, Role, User
from pilots.sample_documents import sheet_jpeg
from supervision import findings
from supervision.models import Aspect, Finding, FindingAction, FindingCounter, FindingFile, FindingState, FindingStep, Severity
from tests.conftest import PEOPLE
from tests.supervision.records import DEEDS, bring_to, day, do, pilot_of, register, submit, who

pytestmark = pytest.mark.django_db
A, S = FindingAction, FindingState
TO = {
    S.FOUND: (),
    S.ASSIGNED: (A.ASSIGN,),
    S.RECTIFYING: (A.ASSIGN, A.START),
    S.RECHECKING: (A.ASSIGN, A.START, A.RECTIFY),
    S.CLOSED: (A.ASSIGN, A.START, A.RECTIFY, A.CLOSE),
}


@pytest.fixture(autouse=True)
def first_of_november():
    with clock.at(day("2022-11-01")):
        yield


def in_state(state):
    return bring_to(register(assign=False), *TO[state])


# --- state × deed × role ------------------------------------------------------------------------------------------------------------

ROLE_MAY = {
    Role.OFFICE: {A.ASSIGN, A.CLOSE, A.RETURN, A.GRANT, A.REFUSE, A.REOPEN},
    Role.COMMUNITY: {A.START, A.RECTIFY, A.ASK},
    Role.TOWN_CLERK: {A.START, A.RECTIFY, A.ASK},
}
STATE_MAY = {
    S.FOUND: {A.ASSIGN},
    S.ASSIGNED: {A.START, A.RECTIFY, A.ASK},
    S.RECTIFYING: {A.RECTIFY, A.ASK},
    S.RECHECKING: {A.CLOSE, A.RETURN},
    S.CLOSED: {A.REOPEN},
}


@pytest.mark.parametrize("state", list(TO))
def test_state_by_deed_by_role(state):
    """Only the office and the responsible unit's own people, each in its states; everybody else reads who may, and nothing is stored."""
    finding = in_state(state)
    before = (FindingStep.objects.count(), Notice.objects.count())
    for username in PEOPLE:
        person = who(username)
        for action in DEEDS:
            role_may = action in ROLE_MAY.get(person.role, ()) and (action not in findings.OF_UNIT or person.unit_id == finding.unit_id)
            allowed = role_may and action in STATE_MAY[state]
            if allowed:
                assert action in findings.possible_actions(person, finding), (username, action)
                continue
            assert action not in findings.possible_actions(person, finding), (username, action)
            with pytest.raises(ValidationError if role_may else PermissionDenied) as refused:
                do(finding, action, by=person)
            assert str(refused.value).strip("[]'")
    assert (FindingStep.objects.count(), Notice.objects.count()) == before
    finding.refresh_from_db()
    assert finding.state == state


def test_the_whole_way_with_one_return():
    finding = register(on="2022-11-01", severity=Severity.MAJOR)
    assert (finding.number, finding.state, finding.deadline) == ("WT-2022-11-001", S.ASSIGNED, day("2022-11-11"))
    bring_to(finding, A.START, A.RECTIFY)
    finding = do(finding, A.RETURN, text="没有期满照片，请补充")
    assert finding.state == S.RECTIFYING
    finding = bring_to(finding, A.RECTIFY, A.CLOSE)
    assert finding.state == S.CLOSED
    assert [step.action for step in finding.steps.all()] == ["find", "assign", "start", "rectify", "return", "rectify", "close"]
    assert AuditEvent.objects.filter(object_kind="问题").count() == 7


@pytest.mark.parametrize("action", [A.RECTIFY, A.RETURN, A.ASK, A.REOPEN])
def test_deeds_that_need_words_refuse_without(action):
    finding = in_state(next(state for state, may in STATE_MAY.items() if action in may))
    steps = finding.steps.count()
    with pytest.raises(ValidationError) as refused:
        do(finding, action, text="   ")
    assert "text" in refused.value.message_dict
    assert finding.steps.count() == steps


# --- who found, who rechecks --------------------------------------------------------------------------------------------------------


def test_recheck_never_by_who_rectified():
    """Somebody who moved from the community to the office meanwhile may not close their own work; a colleague may."""
    finding = in_state(S.RECHECKING)
    mover = who("guangfu")
    mover.role, mover.unit = Role.OFFICE, who("office").unit
    mover.save()
    for action in (A.CLOSE, A.RETURN):
        with pytest.raises(PermissionDenied, match="整改与复核不能是同一人"):
            do(finding, action, by=mover)
        assert action not in findings.possible_actions(mover, finding)
    assert do(finding, A.CLOSE, by="office2").state == S.CLOSED


def test_who_only_uploaded_the_proof_does_not_recheck_either():
    finding = in_state(S.ASSIGNED)
    helper = User.objects.create_user("helper", "x", name="示例社区工作者", unit=finding.unit, role=Role.COMMUNITY)
    findings.add_finding_file(finding, picture(), by=helper)
    finding = do(finding, A.RECTIFY)
    helper.role, helper.unit = Role.OFFICE, who("office").unit
    helper.save()
    with pytest.raises(PermissionDenied):
        do(finding, A.CLOSE, by=helper)


def test_a_finding_of_the_street_is_the_clerks():
    finding = register("P1")
    assert finding.unit.code == "puan_street"
    assert do(finding, A.START, by="puan").state == S.RECTIFYING
    with pytest.raises(PermissionDenied):
        do(finding, A.RECTIFY, by="puan2")


def test_the_town_may_be_made_responsible_but_no_other():
    finding = register(unit=who("puan").unit)
    assert do(finding, A.START, by="puan").state == S.RECTIFYING
    with pytest.raises(ValidationError) as refused:
        register(unit=who("chicheng").unit)
    assert "由广福社区、普安街道整改" in refused.value.message_dict["unit"][0]


def test_people_below_read_it_from_the_day_it_is_assigned():
    finding = register(assign=False)
    seen = lambda name: Finding.objects.visible_to(who(name)).filter(pk=finding.pk).exists()  # noqa: E731
    assert seen("office") and seen("auditor") and not seen("guangfu") and not seen("puan") and not seen("contractor")
    do(finding, A.ASSIGN)
    assert seen("guangfu") and seen("puan") and seen("puan2") and not seen("dongjie") and not seen("chicheng") and not seen("sysadmin")


# --- numbers, dates -----------------------------------------------------------------------------------------------------------------


def test_numbers_run_by_month_and_are_not_lost_with_a_refused_form():
    assert register().number == "WT-2022-11-001"
    with pytest.raises(ValidationError):
        register(title="", description="")
    assert register().number == "WT-2022-11-002"
    assert register(on="2022-12-01").number == "WT-2022-12-001"
    assert FindingCounter.objects.get(month="2022-11").last == 2


def test_a_double_press_makes_one_finding():
    uid = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
    assert register(uid=uid).pk == register(uid=uid).pk
    assert Finding.objects.count() == 1


@pytest.mark.parametrize(
    "field, more",
    [
        ("found_on", {"found_on": datetime.date(2022, 11, 2)}),
        ("found_on", {"found_on": datetime.date(1022, 11, 1)}),
        ("severity", {"severity": "terrible"}),
        ("deadline", {"deadline": datetime.date(2022, 10, 31)}),
        ("deadline", {"deadline": datetime.date(2032, 11, 30)}),
        ("aspect", {"aspect": "nothing"}),
        ("title", {"title": "", "description": "  "}),
        ("description", {"description": "长" * 501}),
    ],
)
def test_bad_input_is_refused_in_words_and_nothing_is_stored(field, more):
    with pytest.raises(ValidationError) as refused:
        register(**more)
    assert field in refused.value.message_dict
    assert not Finding.objects.exists() and not FindingStep.objects.exists()


def test_a_chosen_deadline_moves_off_days_off():
    assert register(deadline=day("2022-11-26")).deadline == day("2022-11-28")
    with clock.at(day("2022-09-20")):
        assert register(on="2022-09-20", deadline=day("2022-10-01")).deadline == day("2022-10-08")


# --- extension, reopening -----------------------------------------------------------------------------------------------------------


def test_extension_at_most_twice():
    finding = register()
    for until in ("2022-11-25", "2022-12-09"):
        finding = do(finding, A.ASK, until=day(until))
        assert (finding.asked_until, finding.state) == (day(until), S.ASSIGNED)
        finding = do(finding, A.GRANT)
        assert (finding.deadline, finding.asked_until) == (day(until), None)
    with pytest.raises(ValidationError, match="已经延期 2 次"):
        do(finding, A.ASK, until=day("2022-12-20"))
    assert finding.first_deadline == day("2022-11-16")


def test_a_refused_extension_does_not_count_and_the_deadline_stays():
    finding = do(do(register(), A.ASK), A.REFUSE, text="请按时限完成")
    assert (finding.deadline, finding.asked_until) == (day("2022-11-16"), None)
    finding = do(do(finding, A.ASK), A.GRANT)
    assert findings.extensions_granted(finding) == 1


def test_extension_only_before_the_deadline():
    finding = register()
    assert do(finding, A.ASK, "2022-11-16").asked_until is not None
    other = register()
    with pytest.raises(ValidationError, match="已过，不能再申请延期"):
        do(other, A.ASK, "2022-11-17", until=day("2022-12-01"))


def test_the_new_deadline_is_later_and_a_working_day():
    finding = register()
    for until in ("2022-11-16", "2022-11-01"):
        with pytest.raises(ValidationError) as refused:
            do(finding, A.ASK, until=day(until))
        assert "须晚于现在的时限 2022-11-16" in refused.value.message_dict["until"][0]
    assert do(finding, A.ASK, until=day("2022-11-26")).asked_until == day("2022-11-28")
    with pytest.raises(ValidationError, match="正在审批"):
        do(finding, A.ASK, until=day("2022-12-01"))
    assert do(finding, A.GRANT, until=day("2022-11-21")).deadline == day("2022-11-21")


def test_handing_in_takes_a_pending_extension_back():
    finding = do(do(register(), A.ASK), A.RECTIFY)
    assert finding.asked_until is None
    with pytest.raises(ValidationError, match="不能同意延期"):
        do(finding, A.GRANT)


def test_reopened_with_a_deadline_of_its_own_and_fresh_extensions():
    finding = do(do(register(), A.ASK, until=day("2022-11-25")), A.GRANT)
    finding = bring_to(finding, A.RECTIFY, A.CLOSE)
    finding = do(finding, A.REOPEN, "2022-12-01", text="复查发现反弹")
    assert (finding.state, finding.deadline) == (S.ASSIGNED, day("2022-12-16"))
    assert findings.extensions_granted(finding) == 0
    with pytest.raises(PermissionDenied):
        do(finding, A.REOPEN, by="guangfu")


# --- files --------------------------------------------------------------------------------------------------------------------------


def picture(name="整改后.jpg"):
    return SimpleUploadedFile(name, sheet_jpeg("公示栏", "广福社区", day("2022-11-10")), content_type="image/jpeg")


def test_proof_goes_with_the_step_and_stays():
    finding = in_state(S.RECTIFYING)
    uid = "6f9619ff-8b86-4d01-b42d-00cf4fc964fe"
    file = findings.add_finding_file(finding, picture(), by=who("guangfu"), caption="期满", uid=uid)
    assert findings.add_finding_file(finding, picture(), by=who("guangfu"), uid=uid).pk == file.pk
    other = findings.add_finding_file(finding, picture(), by=who("guangfu"))
    findings.remove_finding_file(other, by=who("guangfu"))
    finding = do(finding, A.RECTIFY)
    assert [f.step.action for f in finding.files.all()] == ["rectify"]
    with pytest.raises(ValidationError, match="不能删除"):
        findings.remove_finding_file(file, by=who("guangfu"))


def test_no_file_from_others_nor_of_a_foreign_kind():
    finding = in_state(S.RECTIFYING)
    for name in ("dongjie", "puan", "office", "leader"):
        with pytest.raises(PermissionDenied):
            findings.add_finding_file(finding, picture(), by=who(name))
    with pytest.raises(ValidationError):
        findings.add_finding_file(finding, SimpleUploadedFile("a.pdf", b"%PDF-1.4"), by=who("guangfu"))
    with pytest.raises(ValidationError):
        findings.add_finding_file(finding, picture(), by=who("guangfu"), kind=FindingFile.Kind.BEFORE)
    assert not FindingFile.objects.exists()


def test_people_are_told():
    finding = register()
    title = "交办问题 WT-2022-11-001“值班表无人签到”，请在 2022-11-16 前完成整改"
    assert set(Notice.objects.filter(title=title).values_list("recipient__username", flat=True)) == {"guangfu", "puan"}
    do(finding, A.RECTIFY)
    assert set(Notice.objects.filter(title__contains="请复核").values_list("recipient__username", flat=True)) == {"office", "office2"}


def test_a_finding_of_a_visit_carries_its_item():
    (finding,) = submit(wrong={"CK12": {"problem": "合同未签订", "severity": Severity.SEVERE}})
    assert (finding.aspect, finding.answer.code, finding.title, finding.pilot) == (Aspect.FUNDS, "CK12", "合同未签订", pilot_of("P2"))
