"""The same figures on the page, in PDF, Excel and Word, on both reporting days; later records do not change November (R20, R21)."""

import datetime
import re

import docx
import openpyxl
import pypdf
import pytest

from accounts import clock
from communities.models import Activity
from pilots import review
from reports import services
from reports.document import show
from reports.files import media_path
from reports.snapshot import collect_data, sha256_of, table_from_plain
from tests.communities.conftest import category, photo_file, recorded, submitted  # noqa: F401

NOVEMBER, MARCH = datetime.date(2022, 11, 30), datetime.date(2023, 3, 31)


@pytest.fixture
def year(submitted, person):  # noqa: F811
    """Two activities approved in November, one held in November and approved in December, one of January; one voided in February."""

    def approved(when, decided, **values):
        with clock.at(when):
            row = submitted("guangfu", day=when, **values)
        with clock.at(decided):
            review.approve(Activity.objects.get(pk=row.pk), by=person("puan"))
        return row

    first = approved(datetime.date(2022, 11, 10), datetime.date(2022, 11, 14), participants=31, volunteers=4)
    approved(datetime.date(2022, 11, 20), datetime.date(2022, 11, 24), participants=1200, volunteers=7, title="广场舞比赛")
    approved(datetime.date(2022, 11, 29), datetime.date(2022, 12, 1), participants=50, title="读书会")
    approved(datetime.date(2023, 1, 15), datetime.date(2023, 1, 17), participants=66, title="迎新春")
    with clock.at(datetime.date(2023, 2, 1)):
        review.void(Activity.objects.get(pk=first.pk), by=person("office"), opinion="重复登记")


def squeezed(text):
    return re.sub(r"\s+", "", text)


def rows_of(data, code):
    """The rows of a table as printed, 合计 last."""
    table = table_from_plain(code, data["tables"][code], "")
    rows = [*table.rows, *([table.total] if table.total else [])]
    return [[show(cell, column.fmt) for cell, column in zip(row, table.columns, strict=True)] for row in rows]


def numbers_of(row):
    """What the eye compares: the cells with a digit."""
    return [cell for cell in row if any(c.isdigit() for c in cell)]


def in_excel(path, code, row_count):
    sheet = next(ws for ws in openpyxl.load_workbook(path) if ws.title.startswith(code))
    assert not any(cell.data_type == "f" for cells in sheet for cell in cells)
    found = []
    for cells in sheet.iter_rows():
        said = []
        for cell in cells:
            if isinstance(cell.value, float) or ("%" in (cell.number_format or "") and cell.value is not None):
                value = (
                    cell.value * 100
                    if "%" in cell.number_format and "\\%" not in cell.number_format and '"%"' not in cell.number_format
                    else cell.value
                )
                said.append(f"{value:.1f}%")
            elif isinstance(cell.value, int):
                said.append(f"{cell.value:,}")
            else:
                said.append(str(cell.value or ""))
        found.append(said)
    return found


def in_word(path, code_title):
    document = docx.Document(path)
    for table in document.tables:
        yield [[cell.text for cell in row.cells] for row in table.rows]


@pytest.mark.parametrize(("kind", "of", "as_of"), [("midterm", "", NOVEMBER), ("summary", "P2", MARCH)])
def test_four_renderings_agree(year, kind, of, as_of, office, pilot, generate, as_person):
    with clock.at(MARCH):
        report = services.start_report(kind, by=office, pilot=pilot(of) if of else None, as_of=as_of)
        generate(report, office, take_snapshot=True)
        data = report.snapshots.first().data
        page = ""
        for key in ("progress", "evidence", "inspection", "tasks", "pilots-p6"):
            page += as_person("office").get(f"/reports/{report.pk}/edit/?section={key}").content.decode()
    files = {file.format: media_path(file.path) for file in report.files.all()}
    pdf = squeezed("".join(p.extract_text() for p in pypdf.PdfReader(files["pdf"]).pages))
    word = [squeezed("|".join(row)) for table in in_word(files["docx"], "") for row in table]
    page = squeezed(re.sub(r"<[^>]+>", " ", page))
    for code in ("TB1", "TB7", "TB11"):
        excel = [numbers_of(row) for row in in_excel(files["xlsx"], code, 0)]
        for row in rows_of(data, code):
            numbers = numbers_of(row)
            assert numbers in excel, (code, numbers, excel)
            printed, numbered = squeezed("".join(row)), squeezed("".join(numbers))
            assert numbered in pdf or printed in pdf, (code, printed)
            assert any(all(n in line for n in numbers) for line in word), (code, numbers)
            assert numbered in page or printed in page, (code, printed)
    for key in ("tasks.done", "tasks.rate", "activities.count", "activities.participants"):
        assert data["figures"][key]["text"] in pdf


def test_november_stays_november(year, office):
    """Collected in December and again in March: the same bytes, whatever was recorded or voided in between."""
    with clock.at(datetime.date(2022, 12, 2)):
        report = services.start_report("midterm", by=office, pilot=None, as_of=NOVEMBER)
    with clock.at(MARCH):
        later = collect_data(report)
    assert later["figures"]["activities.count"]["value"] == 2
    assert later["figures"]["activities.participants"]["value"] == 1231
    with clock.at(datetime.date(2022, 12, 2)):
        assert sha256_of(collect_data(report)) == sha256_of(later)
        march = services.start_report
    with clock.at(MARCH):
        closing = march("summary", by=office, pilot=None, as_of=MARCH)
        assert collect_data(closing)["figures"]["activities.participants"]["value"] == 1200 + 50 + 66
