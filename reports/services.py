"""Deeds on a report: start, write, send for checking, return, finalise, register the signing, correct.

From 定稿 on snapshot, text and files never change: services refuse, and so does the database (reports/locks.py).
"""

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import audit, clock, notices
from accounts.access import Action, may
from accounts.models import AuditKind, Role, User
from pilots.files import stored_upload
from pilots.models import Pilot, StoredFile
from reports import narrative
from reports.files import files_match, written_sections
from reports.jobs import request_generation
from reports.kinds import KINDS
from reports.models import MOVES, OPEN_JOB, Report, ReportAction, ReportState, ReportStep, Section, Snapshot
from reports.outline import Kind, Place, places
from reports.periods import period_of
from reports.snapshot import compare, sha256_of

SCAN_KINDS = frozenset({StoredFile.Kind.PDF, StoredFile.Kind.IMAGE})


# --- starting -----------------------------------------------------------------------------------------------------------------------


def start_report(
    kind: str, *, by: User, pilot: Pilot | None, as_of: datetime.date, period: str = "", dated: datetime.date | None = None
) -> Report:
    """The newest edition of this kind, place, period and day; made as a draft when there is none. Asking again gives the same one, and one
    that was put aside (作废) is taken up again."""
    _office(by)
    if kind not in KINDS:
        raise ValidationError({"kind": "没有这种报告"})
    if pilot is not None and not KINDS[kind].for_pilots:
        raise ValidationError({"pilot": f"{KINDS[kind].name}只编全县一份"})
    if pilot is None and not KINDS[kind].for_county:
        raise ValidationError({"pilot": f"{KINDS[kind].name}按试点编制，请选择试点"})
    check_period(KINDS[kind], period, as_of)
    if as_of > clock.today():
        raise ValidationError({"as_of": "数据截止日期不能晚于今天"})
    same = Report.objects.filter(kind=kind, pilot=pilot, period=period, as_of=as_of).order_by("-edition")
    found = same.first()
    if found:
        return _taken_up(found, by)
    try:
        with transaction.atomic():
            dated = dated or max(clock.today(), as_of)
            report = Report(kind=kind, pilot=pilot, period=period, as_of=as_of, dated=dated, created_by=by)
            report.full_clean()
            report.save()
            _step(report, ReportAction.CREATE, by)
            audit.record(AuditKind.CREATE, user=by, about=report, as_of=as_of.isoformat())
    except (IntegrityError, ValidationError):
        found = same.first()
        if found is None:
            raise
        return _taken_up(found, by)
    return report


def _taken_up(report: Report, by: User) -> Report:
    """恢复编制 of a draft that was put aside; any other as it is."""
    if report.state != ReportState.VOID:
        return report
    with transaction.atomic():
        report = _locked_row(report, by)
        if report.state == ReportState.VOID:
            _move(report, ReportAction.RESUME, by)
    return report


def check_period(kind: Kind, code: str, as_of: datetime.date) -> None:
    """A kind made every month or quarter needs one, and its figures speak of a day inside it; other kinds have none."""
    period = period_of(code)
    if kind.every is None:
        if code:
            raise ValidationError({"period": f"{kind.name}不分月份、季度"})
        return
    if period is None or period.every != kind.every:
        raise ValidationError({"period": f"{kind.name}按{kind.every.value}编制，请选择{kind.every.value}"})
    if not period.first <= as_of <= period.last:
        raise ValidationError({"as_of": f"数据截止日期须在{period.label}之内"})


def store_snapshot(report: Report, data: dict, *, by: User) -> Snapshot:
    """Keep new figures (the same figures keep the old row) and put suggested words into sections nobody has written in yet."""
    sha256 = sha256_of(data)
    last = report.snapshots.first()
    if last is not None and last.sha256 == sha256:
        return last
    snapshot = Snapshot.objects.create(report=report, data=data, sha256=sha256, taken_by=by)
    if last is not None:
        _step(report, ReportAction.REFRESH, by, opinion=f"{len(compare(last.data, data))} 处有变化")
    sections = {section.key: section for section in report.sections.all()}
    for place in places(KINDS[report.kind], data):
        if place.writable:
            _suggest(report, place, data, sections.get(place.key), by)
    return snapshot


def _suggest(report: Report, place: Place, data: dict, section: Section | None, by: User) -> None:
    if section is not None and section.edited_by_id is not None:
        return
    paragraphs = place.spec.suggest(data, place.pilot)
    if section is None:
        section = Section(report=report, key=place.key)
    elif section.paragraphs == paragraphs:
        return
    section.paragraphs = paragraphs
    section._history_user = by
    section.save()


# --- writing ------------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_section(report: Report, *, key: str, text: str, expected: int, by: User) -> Section:
    """Save the text of one section of a draft, given in the editor's form. `expected` is the version the person opened.

    Refuses (code "stale") when somebody else saved in between, and text beyond the limits."""
    report = _draft(report, by)
    section = _section(report, key, expected)
    if len(text) > narrative.SECTION_LIMIT:
        raise ValidationError(f"本节有 {len(text)} 字，最多 {narrative.SECTION_LIMIT} 字")
    paragraphs = narrative.parse(text, report.snapshots.first().data["figures"])
    if any(len(run.get("text", "")) > narrative.PARAGRAPH_LIMIT for p in paragraphs for run in p["runs"]):
        raise ValidationError(f"一段不超过 {narrative.PARAGRAPH_LIMIT} 字，请分段")
    return _write(section, paragraphs, by)


@transaction.atomic
def answer_disagreement(report: Report, *, key: str, mark: str, expected: int, by: User, use_system: bool, note: str = "") -> Section:
    """改用系统数, or 保留并说明 (needs the note) for one hand-typed number."""
    report = _draft(report, by)
    section = _section(report, key, expected)
    figures = report.snapshots.first().data["figures"]
    found = narrative.disagreements(section.paragraphs, figures, pilot=pilot_of(report, key))
    which = next((d for d in found if d.mark == mark), None)
    if which is None:
        raise ValidationError("这一处已经改过了", code="stale")
    if not use_system and not note.strip():
        raise ValidationError({"note": "保留手填的数，请写明原因"})
    return _write(section, narrative.answer(section.paragraphs, which, note=note, use_system=use_system), by)


@transaction.atomic
def restore_suggestion(report: Report, *, key: str, expected: int, by: User) -> Section:
    """Put the suggested words of the present figures back into a section."""
    report = _draft(report, by)
    section = _section(report, key, expected)
    data = report.snapshots.first().data
    place = next(p for p in places(KINDS[report.kind], data) if p.key == key)
    return _write(section, place.spec.suggest(data, place.pilot), by)


@transaction.atomic
def set_dated(report: Report, *, dated: datetime.date, by: User) -> Report:
    """成文日期 of a draft: not before the day its figures speak of."""
    report = _draft(report, by)
    if dated < report.as_of:
        raise ValidationError({"dated": "成文日期不能早于数据截止日期"})
    report.dated = dated
    report.version += 1
    report.save()
    return report


def pilot_of(report: Report, key: str) -> str:
    """The code of the pilot a section speaks of, or nothing."""
    snapshot = report.snapshots.first()
    found = (p.pilot for p in places(KINDS[report.kind], snapshot.data) if p.key == key) if snapshot else iter(())
    return next(found, "")


def _section(report: Report, key: str, expected: int) -> Section:
    section = Section.objects.select_for_update().filter(report=report, key=key).first()
    if section is None:
        raise ValidationError("报告里没有这一节")
    if section.version != expected:
        raise ValidationError("这一节在您打开后已被修改。您写的内容还在下面，请对照最新内容后再保存", code="stale")
    return section


def _write(section: Section, paragraphs: list, by: User) -> Section:
    if section.paragraphs == paragraphs and section.edited_by_id:
        return section
    section.paragraphs = paragraphs
    section.edited_by, section.edited_at = by, clock.now()
    section.version += 1
    section.save()
    return section


# --- states -------------------------------------------------------------------------------------------------------------------------


def unfinished(report: Report) -> list[ValidationError]:
    """Why a report cannot be sent for checking yet, as sentences; empty when it can. The code of each is the key of its section."""
    snapshot = report.snapshots.first()
    if snapshot is None:
        return [ValidationError("还没有取数。请先重新取数")]
    written = written_sections(report)
    reasons = []
    for place in places(KINDS[report.kind], snapshot.data):
        paragraphs = written.get(place.key, [])
        name = place.heading or place.spec.title
        if place.writable and not narrative.is_written(paragraphs):
            reasons.append(ValidationError(f"“{name}”还没有写，请补写", code=place.key))
        lost = narrative.lost_keys(paragraphs, snapshot.data["figures"])
        if lost:
            reasons.append(ValidationError(f"“{name}”里有 {len(lost)} 个数字（红底）在最近一次取数中已不存在，请改写", code=place.key))
    return reasons


@transaction.atomic
def send_for_checking(report: Report, *, by: User) -> Report:
    """送核稿: a complete draft goes to the office's second reader. Files that are behind the text are made at once."""
    report = _locked_row(report, by)
    _must(report, ReportAction.SEND)
    reasons = unfinished(report)
    if reasons:
        raise ValidationError(reasons)
    _refuse_open_job(report)
    _move(report, ReportAction.SEND, by)
    if not files_match(report):
        request_generation(report, by=by, take_snapshot=False)
    others = [p for p in notices.people_of(by.unit, Role.OFFICE) if p.pk != by.pk]
    _tell(others, report, f"{report}送核稿，请核对", "send")
    return report


@transaction.atomic
def return_to_draft(report: Report, *, by: User, opinion: str) -> Report:
    """退回修改, with an opinion. The one who sent it may also take it back."""
    report = _locked_row(report, by)
    _must(report, ReportAction.RETURN)
    if not opinion.strip():
        raise ValidationError({"opinion": "退回须写明意见，让对方知道怎么改"})
    _move(report, ReportAction.RETURN, by, opinion=opinion)
    audit.record(AuditKind.RETURN, user=by, about=report, opinion=opinion)
    _tell([report.created_by], report, f"{report}退回修改：{opinion}", "return")
    return report


@transaction.atomic
def void_report(report: Report, *, by: User, reason: str) -> Report:
    """作废 of a draft begun by mistake, with the reason. Figures and text stay: whoever begins the same report again takes it up from there."""
    report = _locked_row(report, by)
    _must(report, ReportAction.VOID)
    if not reason.strip():
        raise ValidationError({"reason": "作废须写明原因"})
    _refuse_open_job(report)
    _move(report, ReportAction.VOID, by, opinion=reason)
    audit.record(AuditKind.VOID, user=by, about=report, reason=reason.strip())
    return report


def who_sent(report: Report) -> User | None:
    """The person of the latest 送核稿."""
    step = report.steps.filter(action=ReportAction.SEND).order_by("-id").select_related("actor").first()
    return step.actor if step else None


@transaction.atomic
def finalise_report(report: Report, *, by: User) -> bool:
    """定稿 by another person than the one who sent it. Locks snapshot, text and files.

    False when the files are not of exactly this snapshot and text: their generation is then asked for and nothing is locked yet."""
    report = _locked_row(report, by)
    _must(report, ReportAction.FINALISE)
    sender = who_sent(report)
    if sender is not None and sender.pk == by.pk:
        raise ValidationError(f"这份报告由您送核稿，送核稿与定稿不能是同一人。{by.unit.short_name}其他人员可以定稿")
    reasons = unfinished(report)
    if reasons:
        raise ValidationError(reasons)
    _refuse_open_job(report)
    if not files_match(report):
        request_generation(report, by=by, take_snapshot=False)
        return False
    _move(report, ReportAction.FINALISE, by)
    audit.record(AuditKind.FINALISE, user=by, about=report, sha256=report.snapshots.first().sha256)
    _tell([report.created_by], report, f"{report}已定稿，线下签发后请登记", "final")
    return True


def sign_report(report: Report, *, by: User, signer: str, signed_on: datetime.date, scan: UploadedFile) -> Report:
    """签发登记: who signed on paper or in the OA, when, and the scan. Makes the report visible to the leading group.

    Refuses a day before 定稿 or in the future. A second edition turns the first into 已更正."""
    _office(by)
    report = Report.objects.get(pk=report.pk)
    _check_signing(report, signer, signed_on)
    if not scan:
        raise ValidationError({"scan": "请上传签发页扫描件"})
    with stored_upload(scan, by=by, kinds=SCAN_KINDS) as stored:
        row = _locked_row(report, by)
        _must(row, ReportAction.SIGN)
        row.signer, row.signed_on, row.scan = signer.strip(), signed_on, stored
        _move(row, ReportAction.SIGN, by, on=signed_on, opinion=f"签发人：{row.signer}")
        audit.record(AuditKind.SIGN, user=by, about=row, signer=row.signer, signed_on=signed_on.isoformat())
        if row.corrects_id:
            _close_first(row, by)
    return row


def _check_signing(report: Report, signer: str, signed_on: datetime.date) -> None:
    _must(report, ReportAction.SIGN)
    if not signer.strip():
        raise ValidationError({"signer": "请填写签发人"})
    if signed_on > clock.today():
        raise ValidationError({"signed_on": "签发日期不能晚于今天"})
    final = report.steps.filter(action=ReportAction.FINALISE).order_by("-id").first()
    if final is not None and signed_on < final.on:
        raise ValidationError({"signed_on": f"签发日期不能早于定稿日期 {final.on.isoformat()}"})


def _close_first(second: Report, by: User) -> None:
    first = Report.objects.select_for_update(of=("self",)).get(pk=second.corrects_id)
    first.state = ReportState.CORRECTED
    first.version += 1
    first.save()
    _step(first, ReportAction.CORRECT, by, opinion=f"已更正（见第{second.edition}版）：{second.correction_reason}")


@transaction.atomic
def correct_report(report: Report, *, by: User, reason: str) -> Report:
    """更正: a new edition that names the one it corrects, starting from its figures and text. The first stays readable.

    Asking again gives the edition already begun."""
    report = _locked_row(report, by)
    if report.state not in (ReportState.FINAL, ReportState.SIGNED):
        raise ValidationError(f"报告现在是“{state_words(report)}”，不能更正")
    begun = Report.objects.filter(corrects=report).first()
    if begun:
        if begun.state == ReportState.VOID and reason.strip():
            begun.correction_reason = reason.strip()
            begun.save()
        return _taken_up(begun, by)
    if not reason.strip():
        raise ValidationError({"reason": "请写明更正原因"})
    second = Report(
        kind=report.kind,
        pilot=report.pilot,
        period=report.period,
        as_of=report.as_of,
        edition=report.edition + 1,
        corrects=report,
        correction_reason=reason.strip(),
        dated=clock.today(),
        created_by=by,
    )
    second.full_clean()
    second.save()
    _step(second, ReportAction.CREATE, by, opinion=f"更正第{report.edition}版：{reason.strip()}")
    last = report.snapshots.first()
    Snapshot.objects.create(report=second, data=last.data, sha256=last.sha256, taken_at=last.taken_at, taken_by=last.taken_by)
    for section in report.sections.all():
        copy = Section(
            report=second, key=section.key, paragraphs=section.paragraphs, edited_by=section.edited_by, edited_at=section.edited_at
        )
        copy.save()
    audit.record(AuditKind.CREATE, user=by, about=second, corrects=report.pk, reason=reason.strip())
    return second


def state_words(report: Report) -> str:
    """草稿 … 已签发（登记）, 已更正（见第2版）."""
    if report.state == ReportState.CORRECTED:
        return f"已更正（见第{report.edition + 1}版）"
    return report.get_state_display()


# --- inside -------------------------------------------------------------------------------------------------------------------------


def _office(by: User) -> None:
    if not may(by, Action.PREPARE_REPORT):
        raise PermissionDenied("领导小组办公室可以编制报告。")


def _locked_row(report: Report, by: User) -> Report:
    """The report as it stands now, under a lock."""
    _office(by)
    return Report.objects.select_for_update(of=("self",)).select_related("pilot__unit", "created_by").get(pk=report.pk)


def _draft(report: Report, by: User) -> Report:
    report = _locked_row(report, by)
    if report.state != ReportState.DRAFT:
        raise ValidationError(f"报告现在是“{state_words(report)}”，不能修改")
    if report.snapshots.first() is None:
        raise ValidationError("还没有取数，请稍候再写")
    return report


def _must(report: Report, action: ReportAction) -> None:
    if report.state not in MOVES[action][0]:
        raise ValidationError(f"报告现在是“{state_words(report)}”，不能{action.label}。请刷新页面看最新情况")


def _refuse_open_job(report: Report) -> None:
    if report.jobs.filter(state__in=OPEN_JOB).exists():
        raise ValidationError("报告正在生成，完成后再办理")


def _move(report: Report, action: ReportAction, by: User, *, on: datetime.date | None = None, opinion: str = "") -> None:
    report.state = MOVES[action][1]
    report.version += 1
    report.full_clean(exclude=["scan"])
    report.save()
    _step(report, action, by, on=on, opinion=opinion)


def _step(report: Report, action: ReportAction, by: User, *, on: datetime.date | None = None, opinion: str = "") -> None:
    ReportStep.objects.create(
        report=report, action=action, state=report.state, actor=by, on=on or clock.today(), at=clock.now(), opinion=opinion.strip()[:200]
    )


def _tell(people, report: Report, title: str, what: str) -> None:
    last = report.steps.order_by("-id").values_list("id", flat=True).first()
    notices.notify(people, key=f"report-{report.pk}-{what}-{last}", title=title, url=reverse("report_detail", args=[report.pk]))
