"""The sample year's reports, made by the services people use and by the very job a worker runs."""

import datetime
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from accounts import clock, history
from accounts.models import User
from pilots.models import Pilot
from pilots.sample_documents import sheet_pdf
from reports import services
from reports.jobs import request_generation, run_job
from reports.models import JobState, Report, Section
from reports.snapshot import collect_data

MIDTERM = datetime.date(2022, 11, 30)
CLOSING = datetime.date(2023, 3, 31)
SIGNER = "示例签发人"


@dataclass(frozen=True)
class Week:
    """The four days from the first press to the signature."""

    begun: datetime.date
    made: datetime.date
    checked: datetime.date
    signed: datetime.date


DECEMBER = Week(*(datetime.date(2022, 12, day) for day in (1, 2, 5, 6)))
BEFORE_POSTING = Week(*(datetime.date(2022, 12, day) for day in (21, 22, 23, 26)))


def load_reports() -> None:
    """Signed: the 中期评估报告 of the county and of 普安街道 and the 督导通报 of November (early December 2022), and the notice of money of one
    pilot (26 December); the summary as a draft."""
    office, second = (User.objects.select_related("unit").get(username=name) for name in ("office", "office2"))
    street = Pilot.objects.order_by("order").first()
    _signed("midterm", None, office, second)
    _signed("midterm", street, office, second, opinion="总体评价请写出成效，措辞再斟酌。")
    _signed("bulletin", None, office, second, period="2022-11")
    _signed("disclosure", Pilot.objects.get(code="P4"), office, second, period="2022-Q4", days=BEFORE_POSTING)
    with clock.at(clock.moment(CLOSING, 9, 20)), history.acting_as(office):
        report = services.start_report("summary", by=office, pilot=None, as_of=CLOSING)
        with transaction.atomic():
            services.store_snapshot(report, collect_data(report), by=office)


def _signed(
    kind: str, pilot: Pilot | None, office: User, second: User, *, opinion: str = "", period: str = "", days: Week = DECEMBER
) -> Report:
    """From the first press to the registered signature, within four working days."""
    with clock.at(clock.moment(days.begun, 9, 10)), history.acting_as(office):
        report = services.start_report(
            kind, by=office, pilot=pilot, as_of=MIDTERM, period=period, dated=days.checked if days is DECEMBER else days.signed
        )
        if not report.snapshots.exists():
            with transaction.atomic():
                services.store_snapshot(report, collect_data(report), by=office)
    with clock.at(clock.moment(days.made, 15, 30)), history.acting_as(office):
        _make(report, office)
        services.send_for_checking(report, by=office)
    if opinion:
        with clock.at(clock.moment(days.made, 17, 5)), history.acting_as(second):
            services.return_to_draft(report, by=second, opinion=opinion)
        with clock.at(clock.moment(days.checked, 9, 25)), history.acting_as(office):
            _touch_up(report, office)
            _make(report, office)
            services.send_for_checking(report, by=office)
    with clock.at(clock.moment(days.checked, 16, 40)), history.acting_as(second):
        services.finalise_report(report, by=second)
    with clock.at(clock.moment(days.signed, 10, 15)), history.acting_as(office):
        page = sheet_pdf("签发页", f"{report}（示例）", days.signed, ("同意印发。", f"签发人：{SIGNER}"))
        scan = SimpleUploadedFile("签发页.pdf", page, content_type="application/pdf")
        services.sign_report(report, by=office, signer=SIGNER, signed_on=days.signed, scan=scan)
    report.refresh_from_db()
    return report


def _touch_up(report: Report, office: User) -> None:
    """One sentence more in 总体评价, as the second reader asked."""
    from reports.narrative import serialise

    section = Section.objects.get(report=report, key="overall")
    figures = report.snapshots.first().data["figures"]
    text = serialise(section.paragraphs, figures) + "\n社区组织动员、志愿服务和社会力量参与初见成效。"
    services.save_section(report, key="overall", text=text, expected=section.version, by=office)


def _make(report: Report, office: User) -> None:
    """The files, by the same function the worker calls. Raises RuntimeError when they could not be made."""
    job = request_generation(report, by=office, take_snapshot=False, send=False)
    if run_job(job.pk) != JobState.DONE:
        job.refresh_from_db()
        raise RuntimeError(f"示例报告没有生成：{job.error}")
