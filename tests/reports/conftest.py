"""Reports of one pilot (short, so quick to set) at every stage, made through the services."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import clock
from pilots.sample_documents import sheet_pdf
from reports import jobs, services
from reports.models import JobState, Section

NOVEMBER = datetime.date(2022, 11, 30)


def make(report, by, *, take_snapshot=False):
    """Generate as a worker would; the finished job."""
    job = jobs.request_generation(report, by=by, take_snapshot=take_snapshot, send=False)
    assert jobs.run_job(job.pk) == JobState.DONE
    job.refresh_from_db()
    return job


def scan(name="签发页.pdf"):
    return SimpleUploadedFile(name, sheet_pdf("签发页", "示例", NOVEMBER), content_type="application/pdf")


@pytest.fixture
def generate():
    return make


@pytest.fixture
def a_scan():
    return scan


@pytest.fixture
def draft(office, pilot):
    """A draft of 广福社区 with its figures and suggested words, without files."""
    from reports.snapshot import collect_data

    report = services.start_report("midterm", by=office, pilot=pilot("P2"), as_of=NOVEMBER)
    services.store_snapshot(report, collect_data(report), by=office)
    return report


@pytest.fixture
def checking(draft, office):
    """Sent for checking by office, with files of exactly its text."""
    make(draft, office)
    return services.send_for_checking(draft, by=office)


@pytest.fixture
def final(checking, office2):
    assert services.finalise_report(checking, by=office2)
    checking.refresh_from_db()
    return checking


@pytest.fixture
def signed(final, office):
    with clock.at(datetime.date(2022, 12, 2)):
        return services.sign_report(final, by=office, signer="示例签发人", signed_on=datetime.date(2022, 12, 1), scan=scan())


@pytest.fixture
def edit(office):
    """`edit(report, "overall", "文字")` saves a section as office."""

    def save(report, key, text):
        section = Section.objects.get(report=report, key=key)
        return services.save_section(report, key=key, text=text, expected=section.version, by=office)

    return save
