"""R20: an issued report never changes, in the services, in the database, on the disk."""

import datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from accounts import clock
from accounts.models import AuditEvent, AuditKind, Notice
from pilots.models import Programme
from reports.files import FileDamaged, verified_bytes
from reports.models import Report

pytestmark = pytest.mark.both_databases

STATEMENTS = [
    "UPDATE reports_snapshot SET sha256 = 'x'",
    "UPDATE reports_section SET paragraphs = '[]'",
    "UPDATE reports_reportfile SET sha256 = 'x'",
    "UPDATE reports_reportstep SET opinion = 'x'",
    "UPDATE reports_report SET as_of = '2022-01-01'",
    "UPDATE reports_report SET state = 'draft'",
    "UPDATE reports_report SET signer = 'x'",
    "UPDATE reports_report SET dated = '2022-01-01'",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses(signed, statement):
    with pytest.raises(DatabaseError, match="final_report_never_changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_nothing_is_added_to_a_final_report(signed):
    for row in (signed.sections.first(), signed.files.first(), signed.snapshots.first()):
        row.pk, row.id = None, None
        for field, value in (("key", "more"), ("path", "reports/more.pdf")):
            if hasattr(row, field):
                setattr(row, field, value)
        with pytest.raises(DatabaseError, match="final_report_never_changes"), transaction.atomic():
            row.save(force_insert=True)


def test_later_data_leave_the_bytes(signed):
    before = {file.pk: verified_bytes(file) for file in signed.files.all()}
    with clock.at(datetime.date(2023, 1, 5)):
        programme = Programme.objects.get()
        programme.name = "改了名的试点"
        programme.save()
    assert {file.pk: verified_bytes(file) for file in Report.objects.get(pk=signed.pk).files.all()} == before


def test_an_altered_byte_is_refused_everywhere(signed, as_person, media, capsys):
    file = signed.files.get(format="pdf")
    path = Path(media, file.path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(FileDamaged):
        verified_bytes(file)
    answer = as_person("leader").get(f"/reports/files/{file.pk}/")
    assert answer.status_code == 409
    assert "校验值不一致" in answer.content.decode()
    assert AuditEvent.objects.filter(kind=AuditKind.DOWNLOAD, succeeded=False).count() == 1
    assert Notice.objects.filter(recipient__username="sysadmin", title__contains="已停止下载").exists()
    assert not file.downloads.exists()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_reports")
    assert ended.value.code == 1
    assert file.path in capsys.readouterr().out


def test_a_missing_file_is_a_notice_not_a_fault(signed, as_person, media):
    file = signed.files.get(format="docx")
    Path(media, file.path).unlink()
    assert as_person("leader").get(f"/reports/files/{file.pk}/").status_code == 404


def test_verify_reports_finds_all_well(signed, capsys):
    call_command("verify_reports")
    assert "全部一致：1 份数据，3 个文件" in capsys.readouterr().out
