"""One of everything, made once per module through the services: records of every unit, each with the mark of its owner in its words.

A mark in an answer shows that something of that owner reached the reader, whatever page, search, filter, export or error carried it.
The pages of the reports are not set in type here: their three files are a few bytes, for the question is who may take them.
"""

import contextlib
import datetime
import hashlib
import html
import io
import re
import zipfile
from dataclasses import dataclass, field

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from accounts import clock, notices
from accounts.models import Notice, Unit, User
from communities import activities, queries
from pilots import evidence, files, review
from pilots.models import ActivityCategory, Pilot, StoredFile, Task
from pilots.sample_documents import sheet_pdf
from reports import jobs, services
from reports.assembly import TEMPLATE_VERSION
from reports.files import FOLDER, media_path, narrative_mark, written_sections
from reports.models import FileFormat, JobState, ReportFile, ReportJob, Section
from reports.snapshot import collect_data
from tests import access_supervision
from tests.conftest import PASSWORD, PEOPLE, TODAY
from tests.pilots.bad_uploads import jpeg

YESTERDAY = TODAY - datetime.timedelta(days=1)
OFFICE = frozenset({"office", "office2"})
COUNTY = OFFICE | {"leader", "department", "finance", "auditor"}
PUAN = frozenset({"puan", "puan2", "puan_finance"})
CHICHENG = frozenset({"chicheng", "chicheng2", "chicheng_finance"})
COMMUNITIES = frozenset({"guangfu", "zhulinqiao", "xiahejie", "dongjie", "nanbeijie"})
BUSINESS = COUNTY | PUAN | CHICHENG | COMMUNITIES
ALL = frozenset(PEOPLE)
READ_ONLY = ("leader", "auditor", "finance", "department", "puan_finance", "chicheng_finance")

MARKS = {
    "广福记号甲": COUNTY | PUAN | {"guangfu"},
    "广福草稿记号乙": frozenset({"guangfu"}),
    "竹林桥记号丙": COUNTY | PUAN | {"zhulinqiao"},
    "街道记号丁": COUNTY | PUAN,
    "下河街记号戊": COUNTY | CHICHENG | {"xiahejie"},
    "承接记号己": COUNTY | CHICHENG | {"xiahejie", "contractor"},
    "东街记号庚": COUNTY | CHICHENG | {"dongjie"},
    "赤城镇记号辛": COUNTY | CHICHENG,
    "办公室记号壬": COUNTY,
    "报告草稿记号癸": OFFICE,
    "广福报告记号子": COUNTY | PUAN | {"guangfu"},
    "全县报告记号丑": COUNTY,
    "给广福的消息寅": frozenset({"guangfu"}),
}
"""Who may ever read a mark. The audit log is the exception: it names records to those who read it (`sysadmin`, `auditor`)."""

MACHINERY = {"django_session", "accounts_auditevent", "accounts_heartbeat", "accounts_loginfailure", "accounts_spentform"}
WRITES = re.compile(r'^\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.IGNORECASE)


def scan(name="签发页.pdf"):
    return SimpleUploadedFile(name, sheet_pdf("签发页", "示例", TODAY), content_type="application/pdf")


def photo(number=1):
    return SimpleUploadedFile(f"现场{number}.jpg", jpeg(64, 48), content_type="image/jpeg")


def marks_in(response) -> set[str]:
    """The marks an answer carries, also inside a workbook and in its headers."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    texts = [html.unescape(content.decode("utf8", errors="ignore")), *(str(value) for value in response.headers.values())]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            texts += [
                html.unescape(package.read(name).decode("utf8", errors="ignore")) for name in package.namelist() if name.endswith(".xml")
            ]
    return {mark for mark in MARKS if any(mark in text for text in texts)}


def foreign(username: str, response) -> set[str]:
    """The marks in an answer that this account may not read."""
    return {mark for mark in marks_in(response) if username not in MARKS[mark]}


@contextlib.contextmanager
def watched():
    """The tables written to, other than sessions, audit log and the like."""
    written = set()

    def look(execute, sql, params, many, context):
        found = WRITES.match(sql)
        if found and found[1] not in MACHINERY:
            written.add(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield written


@contextlib.contextmanager
def undone():
    """Whatever happens inside has not happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class World:
    """Names of things → what the address takes; `rows` the records behind them."""

    args: dict[str, tuple] = field(default_factory=dict)
    rows: dict[str, object] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def client(self, username: str | None) -> Client:
        if username is None:
            return Client()
        if username not in self.clients:
            client = self.clients[username] = Client()
            client.force_login(self.people[username], backend="accounts.auth.AccountBackend")
        return self.clients[username]

    # --- records --------------------------------------------------------------------------------------------------------------

    def activity(self, username: str, mark: str, *, code="community_culture", photos=2, submit=True):
        by = self.people[username]
        category = ActivityCategory.objects.get(code=code)
        values = {
            "title": f"文化墙 {mark}",
            "day": YESTERDAY,
            "place": f"党群服务中心 {mark}",
            "organiser": f"居委会 {mark}",
            "participants": 30,
            "volunteers": 5,
            "content": f"居民一起布置社区阵地。{mark}",
            "category": category,
        }
        tasks = queries.brought_tasks(activities.pilot_of(by), category)
        row = activities.save_activity(None, by=by, values=values, tasks=tasks)
        for number in range(photos):
            activities.add_photo(row, photo(number), by=by)
        if submit:
            activities.submit_activity(row, by=by)
            row.refresh_from_db()
        return row

    def evidence(self, username: str, mark: str, *, submit=True):
        by = self.people[username]
        kind = evidence.types_for(by).first()
        stored = files.store_upload(
            SimpleUploadedFile(f"{mark}.pdf", sheet_pdf("材料", mark, YESTERDAY), content_type="application/pdf"),
            by=by,
            kinds=frozenset(StoredFile.Kind),
        )
        tasks = list(evidence.tasks_proved_by(by, kind))
        row = evidence.save_evidence(None, by=by, type=kind, title=f"协议 {mark}", dated=YESTERDAY, note=mark, tasks=tasks, file=stored)
        if submit:
            review.submit(row, by=by)
            row.refresh_from_db()
        return row

    def draft_report(self, pilot: str | None, mark: str, *, kind="midterm"):
        office = self.people["office"]
        place = Pilot.objects.get(code=pilot) if pilot else None
        report = services.start_report(kind, by=office, pilot=place, as_of=TODAY)
        services.store_snapshot(report, collect_data(report), by=office)
        for section in Section.objects.filter(report=report, paragraphs=[]):
            services.save_section(report, key=section.key, text="情况属实。", expected=section.version, by=office)
        section = Section.objects.filter(report=report).order_by("pk").first()
        services.save_section(report, key=section.key, text=f"总体良好。{mark}", expected=section.version, by=office)
        return report

    def make_files(self, report, mark: str) -> ReportJob:
        """A finished job with three small files, as a worker would leave it."""
        job = jobs.request_generation(report, by=self.people["office"], take_snapshot=False, send=False)
        snapshot = report.snapshots.first()
        words = narrative_mark(report, snapshot, written_sections(report))
        for fmt in FileFormat:
            data = f"{fmt} {mark}".encode()
            path = f"{FOLDER}/{report.uid}/{job.pk}.{fmt}"
            media_path(path).parent.mkdir(parents=True, exist_ok=True)
            media_path(path).write_bytes(data)
            ReportFile.objects.create(
                report=report, job=job, snapshot=snapshot, format=fmt, path=path, size=len(data), sha256=hashlib.sha256(data).hexdigest(),
                template_version=TEMPLATE_VERSION, narrative_sha256=words, pages=1,
            )  # fmt: skip
        job.state, job.finished_at, job.percent = JobState.DONE, clock.now(), 100
        job.save()
        return job

    def signed_report(self, pilot: str | None, mark: str):
        report = self.draft_report(pilot, mark)
        job = self.make_files(report, mark)
        services.send_for_checking(report, by=self.people["office"])
        assert services.finalise_report(report, by=self.people["office2"])
        report = services.sign_report(report, by=self.people["office"], signer="示例签发人", signed_on=TODAY, scan=scan(f"{mark}.pdf"))
        return report, job


def _records(world: World) -> None:
    submitted = world.activity("guangfu", "广福记号甲")
    draft = world.activity("guangfu", "广福草稿记号乙", submit=False)
    returned = world.activity("guangfu", "广福记号甲")
    review.send_back(returned, by=world.people["puan"], opinion="请补充 广福记号甲")
    approved = world.activity("guangfu", "广福记号甲")
    review.approve(approved, by=world.people["puan"])
    others = {
        "activity_zhulinqiao": world.activity("zhulinqiao", "竹林桥记号丙"),
        "activity_street": world.activity("puan", "街道记号丁"),
        "activity_xiahejie": world.activity("xiahejie", "下河街记号戊"),
        "activity_contractor": world.activity("contractor", "承接记号己"),
        "activity_dongjie": world.activity("dongjie", "东街记号庚"),
    }
    mine = {"activity": submitted, "activity_draft": draft, "activity_returned": returned, "activity_approved": approved}
    for name, row in (mine | others).items():
        row.refresh_from_db()
        world.rows[name], world.args[name] = row, (row.pk,)
        first = row.photos.first()
        world.rows[f"photo_of_{name}"], world.args[f"photo_of_{name}"] = first, (row.pk, first.pk)
    made = {
        "evidence": world.evidence("guangfu", "广福记号甲"),
        "evidence_draft": world.evidence("guangfu", "广福草稿记号乙", submit=False),
        "evidence_approved": world.evidence("guangfu", "广福记号甲"),
        "evidence_street": world.evidence("puan", "街道记号丁"),
        "evidence_chicheng": world.evidence("chicheng", "赤城镇记号辛"),
        "evidence_xiahejie": world.evidence("xiahejie", "下河街记号戊"),
        "evidence_office": world.evidence("office", "办公室记号壬"),
    }
    review.approve(made["evidence_approved"], by=world.people["puan"], opinion="同意 广福记号甲")
    made["evidence_void"] = world.evidence("guangfu", "广福记号甲")
    review.approve(made["evidence_void"], by=world.people["puan"])
    review.void(made["evidence_void"], by=world.people["puan"], opinion="作废 广福记号甲")
    for name, row in made.items():
        row.refresh_from_db()
        world.rows[name], world.args[name] = row, (row.pk,)


def _reports(world: World) -> None:
    draft = world.draft_report(None, "报告草稿记号癸", kind="summary")
    open_job = jobs.request_generation(draft, by=world.people["office"], take_snapshot=False, send=False)
    checking = world.draft_report("P4", "报告草稿记号癸")
    world.make_files(checking, "报告草稿记号癸")
    services.send_for_checking(checking, by=world.people["office"])
    final = world.draft_report("P5", "报告草稿记号癸")
    world.make_files(final, "报告草稿记号癸")
    services.send_for_checking(final, by=world.people["office"])
    services.finalise_report(final, by=world.people["office2"])
    editable = world.draft_report("P6", "报告草稿记号癸")
    failed = jobs.request_generation(editable, by=world.people["office"], take_snapshot=False, send=False)
    failed.state, failed.error = JobState.FAILED, "示例"
    failed.save()
    county, county_job = world.signed_report(None, "全县报告记号丑")
    pilot, pilot_job = world.signed_report("P2", "广福报告记号子")
    second = services.correct_report(pilot, by=world.people["office"], reason="更正 报告草稿记号癸")
    rows = {
        "report_draft": draft,
        "report_checking": checking,
        "report_final": final,
        "report_editable": editable,
        "report_county": county,
        "report_pilot": pilot,
        "report_second": second,
        "job_open": open_job,
        "job_failed": failed,
        "file_county": county_job.files.first(),
        "file_pilot": pilot_job.files.first(),
        "file_final": final.files.first(),
    }
    for name, row in rows.items():
        row.refresh_from_db()
        world.rows[name], world.args[name] = row, (row.pk,)
    key = editable.sections.order_by("pk").first().key
    world.args["section"], world.args["section_pilot"] = (editable.pk, key), (pilot.pk, key)


def _plan(world: World) -> None:
    for name, found in {
        "task": Task.objects.filter(unit__code="guangfu", obligation__indicators__isnull=False).order_by("obligation__order").first(),
        "task_street": Task.objects.filter(pilot__code="P1", obligation__indicators__isnull=False).order_by("obligation__order").first(),
        "task_town": Task.objects.filter(unit__code="chicheng_town").order_by("obligation__order").first(),
        "task_county": Task.objects.filter(unit__kind="leading_group_office").order_by("obligation__order").first(),
    }.items():
        world.rows[name], world.args[name] = found, (found.pk,)
        order = found.obligation.indicators.values_list("order", flat=True).first()
        world.args[f"figure_of_{name}"] = (found.pk, order)
    for code in ("P1", "P2", "P3"):
        world.rows[code], world.args[code] = Pilot.objects.get(code=code), (code,)
        world.args[f"card_{code}"] = (code, world.rows[code].groups.first().order)
    notices.notify([world.people["guangfu"]], key="access", title="给广福的消息寅", url="/")
    notice = Notice.objects.get(key="access")
    unit = Unit.objects.get(code="sample_contractor")
    for name, row in {"notice": notice, "person": world.people["dongjie"], "unit": unit}.items():
        world.rows[name], world.args[name] = row, (row.pk,)
    for kind, name, deed in (
        ("evidence", "evidence", "approve"), ("evidence", "evidence", "return"), ("evidence", "evidence", "withdraw"), ("evidence", "evidence_approved", "withdraw"),
        ("evidence", "evidence_approved", "void"), ("activity", "activity", "approve"), ("activity", "activity_contractor", "approve"),
        ("activity", "activity_street", "approve"), ("evidence", "evidence_office", "approve"), ("activity", "activity_draft", "approve"),
        ("evidence", "evidence", "delete"), ("report", "evidence", "approve"),
    ):  # fmt: skip
        world.args[f"{deed}_{kind}_{name}"] = (kind, world.rows[name].pk, deed)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Everything of this module stands in one transaction that never ends well."""
    from django.conf import settings

    kept, settings.MEDIA_ROOT = settings.MEDIA_ROOT, tmp_path_factory.mktemp("access")
    with django_db_blocker.unblock(), undone(), clock.at(TODAY):
        made = World(people={person.username: person for person in User.objects.select_related("unit")})
        _records(made)
        _reports(made)
        _plan(made)
        access_supervision.records(made)
        from tests import access_money  # it takes its people from here

        access_money.add_money(made)
        made.media = settings.MEDIA_ROOT
        yield made
    settings.MEDIA_ROOT = kept


@pytest.fixture(autouse=True)
def media(settings, world):
    """The files of the module, instead of a folder per test; nobody is logged in yet."""
    settings.MEDIA_ROOT = world.media
    world.clients.clear()  # their sessions ended with the test before
    return world.media


__all__ = ["ALL", "BUSINESS", "CHICHENG", "COMMUNITIES", "COUNTY", "MARKS", "OFFICE", "PASSWORD", "PUAN", "READ_ONLY", "media", "world"]
