"""What the world of tests/access_world.py holds of supervision: visits and findings of every state, each with the mark of its readers."""

import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from pilots.models import Pilot, RecurringPeriod
from pilots.sample_documents import sheet_pdf
from supervision import findings, meetings, visits
from supervision.models import Answer, Severity
from tests.pilots.bad_uploads import jpeg

DAY = datetime.date(2022, 11, 23)


def _photo():
    return SimpleUploadedFile("现场.jpg", jpeg(64, 48), content_type="image/jpeg")


def records(world) -> None:
    _visits(world)
    _findings(world)
    _meetings(world)


def _visit(world, code: str, mark: str, *, submit: bool = True):
    office = world.people["office"]
    pilot = Pilot.objects.select_related("unit", "accountable", "programme").get(code=code)
    visit = visits.open_visit(by=office, pilot=pilot, visited_on=DAY, inspectors=f"督导 {mark}")
    given = {answer.code: {"value": Answer.YES, "remark": mark} for answer in visit.answers.all()}
    given["CK06"] = {"value": Answer.NO, "drafted": {"problem": f"现场不符 {mark}", "severity": Severity.MINOR}}
    visits.answer_items(visit, by=office, given=given)
    photo = visits.add_visit_photo(visit.answers.get(code="CK06"), _photo(), by=office)
    if submit:
        visits.submit_visit(visit, by=office)
    visit.refresh_from_db()
    return visit, photo


def _visits(world) -> None:
    for name, code, mark, submit in (
        ("visit", "P2", "广福记号甲", True),
        ("visit_dongjie", "P5", "东街记号庚", True),
        ("visit_draft", "P3", "办公室记号壬", False),
    ):
        visit, photo = _visit(world, code, mark, submit=submit)
        world.rows[name], world.args[name] = visit, (visit.pk,)
        answer = visit.answers.get(code="CK06")
        figure = visit.answers.exclude(figure="").first()
        world.args[f"answer_of_{name}"], world.args[f"photo_of_{name}"] = (visit.pk, answer.pk), (visit.pk, photo.pk)
        world.args[f"figure_of_{name}"] = (visit.pk, figure.pk)


def _finding(world, code: str, mark: str, **more):
    pilot = Pilot.objects.select_related("unit", "accountable").get(code=code)
    values = {
        "aspect": "archives",
        "severity": "minor",
        "title": f"资料不全 {mark}",
        "description": f"缺签到表 {mark}",
        "requirement": mark,
    } | more
    return findings.register_finding(by=world.people["office"], pilot=pilot, **values)


def _findings(world) -> None:
    own, office = world.people["guangfu"], world.people["office"]
    made = {name: _finding(world, "P2", "广福记号甲") for name in ("finding", "finding_rechecking", "finding_closed", "finding_asked")}
    made["finding_found"] = _finding(world, "P2", "办公室记号壬", assign=False)
    made["finding_street"] = _finding(world, "P1", "街道记号丁")
    made["finding_dongjie"] = _finding(world, "P5", "东街记号庚")
    pending = findings.add_finding_file(made["finding"], _photo(), by=own)
    handed = findings.add_finding_file(made["finding_rechecking"], _photo(), by=own)
    for name in ("finding_rechecking", "finding_closed"):
        findings.rectify_finding(made[name], by=own, text="已整改 广福记号甲")
    findings.close_finding(made["finding_closed"], by=office, text="属实 广福记号甲")
    findings.ask_extension(made["finding_asked"], by=own, until=datetime.date(2022, 12, 26), text="请延期 广福记号甲")
    for name, row in made.items():
        row.refresh_from_db()
        world.rows[name], world.args[name] = row, (row.pk,)
    world.args["file_pending"], world.args["file_handed"] = (pending.finding_id, pending.pk), (handed.finding_id, handed.pk)
    for deed, name in (
        ("assign", "finding_found"), ("start", "finding"), ("rectify", "finding"), ("ask", "finding"), ("close", "finding"),
        ("close", "finding_rechecking"), ("return", "finding_rechecking"), ("grant", "finding_asked"), ("refuse", "finding_asked"),
        ("reopen", "finding_closed"), ("find", "finding"), ("rectify", "finding_street"),
    ):  # fmt: skip
        world.args[f"{deed}_{name}"] = (world.rows[name].pk, deed)


def _meetings(world) -> None:
    quarter = RecurringPeriod.objects.filter(duty__code="RC2").order_by("due").first()
    minutes = SimpleUploadedFile("纪要.pdf", sheet_pdf("会议纪要", "示例", DAY), content_type="application/pdf")
    meeting = meetings.register_meeting(by=world.people["office"], period=quarter, held_on=DAY, attendees="各试点单位", minutes=minutes)
    leader = world.people["leader"]
    given = [meetings.enter_instruction(by=leader, words=f"抓紧 全县报告记号丑 {n}", given_on=DAY, about="中期评估报告") for n in (1, 2)]
    meetings.answer_instruction(given[1], by=world.people["office"], answer="已办理 全县报告记号丑")
    for name, row in {"meeting": meeting, "instruction": given[0], "instruction_handled": given[1]}.items():
        row.refresh_from_db()
        world.rows[name], world.args[name] = row, (row.pk,)
    world.args["quarter"] = (quarter.pk,)


__all__ = ["records"]
