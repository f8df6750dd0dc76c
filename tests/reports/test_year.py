"""Money, projects and supervision in the reports: one figure everywhere, as of November and of March; later corrections change nothing."""

import datetime
import re
from decimal import Decimal

import docx
import openpyxl
import pypdf
import pytest
from django.db import connection

from accounts import clock
from funds.models import PaymentState
from funds.payments import reverse_payment
from pilots import projects
from reports import services
from reports.document import show
from reports.files import media_path
from reports.kinds import KINDS
from reports.narrative import plain_text
from reports.outline import places
from reports.snapshot import collect_data, sha256_of, table_from_plain
from supervision.models import Aspect, FindingAction, Severity
from tests.funds import records as money
from tests.reports.test_equal_figures import in_excel, in_word, numbers_of, rows_of, squeezed
from tests.supervision import records as visits

NOVEMBER, MARCH = datetime.date(2022, 11, 30), datetime.date(2023, 3, 31)
DECEMBER = datetime.date(2022, 12, 2)


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture
def year(pilot, person):
    """Two pilots with money; a payment of November reversed in January; a problem closed in November and reopened in December."""
    p2, p4 = pilot("P2"), pilot("P4")
    source = money.issued()
    money.given(p2, "400000", source)
    money.given(p4, "350000", source)
    line = money.line_of(p4, "120000", project=money.project_of(p4, name="儿童科普实验室"))
    contract = money.contract_on(line, "100000")
    money.advance(money.drafted(p4, "32600", contract=contract), PaymentState.FILED)
    money.advance(money.drafted(p4, "1800.50", line=line, payee="张三丰", purpose="讲解劳务"), PaymentState.PAID)
    wrong = money.advance(money.drafted(money.line_of(p2).pilot, "9000", line=p2.budget_lines.first()), PaymentState.PAID)
    step = line.project
    with clock.at(NOVEMBER):
        projects.add_step(step, by=person("xiahejie"), kind="started", day=day("2022-11-01"))
        projects.add_step(step, by=person("xiahejie"), kind="progress", day=day("2022-11-20"), percent=40)
    visits.submit("P4", "2022-11-15")
    visits.register("P2", "2022-10-10", aspect=Aspect.FUNDS, severity=Severity.SEVERE, title="第一笔支付缺发票", requirement="补齐发票")
    quick = visits.register("P4", "2022-11-15", title="值班表无人签到")
    quick = visits.do(quick, FindingAction.RECTIFY, "2022-11-18")
    quick = visits.do(quick, FindingAction.CLOSE, "2022-11-21")

    def later():
        with clock.at(day("2022-12-20")):
            visits.do(quick, FindingAction.REOPEN, "2022-12-20", text="复查发现反弹")
        with clock.at(day("2023-01-16")):
            reverse_payment(wrong, by=money.town_of(p2)["town_finance"], reason="收款账户填错", voucher_no="记-冲-1")

    return later


def november(kind="midterm", of=None, period="", as_of=NOVEMBER):
    with clock.at(max(as_of, DECEMBER)):
        return services.start_report(kind, by=money.person("office"), pilot=of, as_of=as_of, period=period)


def text_of(path):
    """The text of a PDF without blanks, page numbers and marks in the margin."""
    pages = (squeezed(page.extract_text()) for page in pypdf.PdfReader(path).pages)
    return "".join(re.sub(r"—\d+—|示例数据", "", page) for page in pages)


def paid_by_sql(day_):
    """支付 by pilot in 分, straight from the rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.pilot_id, SUM(e.sign * e.amount) FROM funds_ledgerentry e JOIN funds_payment p ON p.id = e.payment_id"
            ' WHERE e."on" <= %s GROUP BY p.pilot_id',
            [day_],
        )
        return {key: Decimal(int(total)) / 100 for key, total in cursor.fetchall()}


def test_corrections_of_later_do_not_change_november(year, pilot):
    reports = [
        november(),
        november(of=pilot("P2")),
        november("bulletin", period="2022-11"),
        november("disclosure", of=pilot("P4"), period="2022-Q4"),
    ]
    with clock.at(DECEMBER):
        before = [collect_data(report) for report in reports]
    year()
    with clock.at(MARCH):
        assert [sha256_of(collect_data(report)) for report in reports] == [sha256_of(data) for data in before]
        closing = collect_data(november("summary", as_of=MARCH))
    assert before[0]["figures"]["money.paid"]["value"] == {"d": "43400.50"}
    assert closing["figures"]["money.paid"]["value"] == {"d": "34400.50"}
    assert before[0]["figures"]["findings.open"]["value"] == 1
    assert closing["figures"]["findings.open"]["value"] == 2
    assert closing["figures"]["findings.closed"]["value"] == 0


@pytest.mark.parametrize("as_of", [NOVEMBER, MARCH])
def test_figures_are_those_of_the_rows(year, pilot, as_of):
    year()
    with clock.at(MARCH):
        data = collect_data(november("midterm", as_of=as_of))
    paid = paid_by_sql(as_of)
    assert Decimal(data["figures"]["money.paid"]["value"]["d"]) == sum(paid.values())
    table = table_from_plain("TB5", data["tables"]["TB5"], "")
    by_name = {row[1]: row[5] for row in table.rows}
    assert by_name["下河街社区"] == paid[pilot("P4").pk]
    assert by_name["广福社区"] == paid.get(pilot("P2").pk, 0)
    assert table.total[5] == sum(paid.values())
    ledger = table_from_plain("TB6", data["tables"]["TB6"], "")
    assert ledger.total[6] == sum(paid.values())
    chart = data["charts"]["CH2"]
    assert [bar["label"] for bar in chart["bars"]][-1] == "六个试点合计"
    assert data["charts"]["CH3"]["months"][-1]["open"] == data["figures"]["findings.open"]["value"]
    heat = data["charts"]["CH5"]["rows"][-1]["cells"]
    past = [cell for cell in heat if cell["state"] != "none"]
    assert (past[-1]["count"] or 0) == data["figures"]["findings.open"]["value"]
    assert len(table_from_plain("TB9", data["tables"]["TB9"], "").rows) == data["figures"]["findings.open"]["value"]


@pytest.mark.parametrize(
    ("kind", "of", "as_of", "period", "codes"),
    [
        ("midterm", None, NOVEMBER, "", ("TB3", "TB4", "TB5", "TB6", "TB8", "TB9", "TB9B")),
        ("summary", "P4", MARCH, "", ("TB3", "TB4", "TB5", "TB6", "TB9B")),
        ("bulletin", None, NOVEMBER, "2022-11", ("TB9",)),
        ("disclosure", "P4", NOVEMBER, "2022-Q4", ("TB14",)),
    ],
)
def test_every_kind_through_the_pipeline(year, kind, of, as_of, period, codes, office, pilot, generate, as_person):
    """Page, PDF, Word and Excel say the same, and every suggested figure is in the snapshot."""
    year()
    with clock.at(MARCH):
        report = services.start_report(kind, by=office, pilot=pilot(of) if of else None, as_of=as_of, period=period)
        generate(report, office, take_snapshot=True)
        data = report.snapshots.first().data
        client = as_person("office")
        keys = [place.key for place in places(KINDS[kind], data) if place.writable]
        page = "".join(client.get(f"/reports/{report.pk}/edit/?section={key}").content.decode() for key in keys)
    files = {file.format: media_path(file.path) for file in report.files.all()}
    pdf = text_of(files["pdf"])
    word = [squeezed("|".join(row)) for table in in_word(files["docx"], "") for row in table]
    for section in report.sections.all():
        assert "失效" not in plain_text(section.paragraphs, data["figures"])
        for line in plain_text(section.paragraphs, data["figures"]).split("\n"):
            assert squeezed(line) in pdf, line
    names = openpyxl.load_workbook(files["xlsx"], read_only=True).sheetnames
    for code in codes:
        assert any(name.startswith(f"{code} ") for name in names), (code, names)
        for row in rows_of(data, code):
            numbers = [squeezed(n) for n in numbers_of(row)]
            assert any(all(n in line for n in numbers) for line in word), (code, numbers)
            assert all(n in pdf for n in numbers), (code, row)
    drawn = {code for place in places(KINDS[kind], data) for code in place.charts if code in data["charts"]}
    body = {code for place in places(KINDS[kind], data) for code in place.tables if code in data["tables"]}
    for code in body & {"TB5", "TB8", "TB14"}:
        table = table_from_plain(code, data["tables"][code], "")
        for row in table.rows:
            for cell, column in zip(row, table.columns, strict=True):
                assert show(cell, column.fmt) in page, (code, row)
    for code in {"TB5", "TB14"} & set(codes):
        excel = [set(numbers_of(row)) for row in in_excel(files["xlsx"], code, 0)]
        assert excel
    for code in drawn:
        assert f"{code} 图表数据" in names
    assert docx.Document(files["docx"]).core_properties.author == data["facts"]["issuer"]


def test_amounts_of_excel_are_the_tables(year, office, pilot, generate):
    with clock.at(DECEMBER):
        report = november("disclosure", of=pilot("P4"), period="2022-Q4")
        generate(report, office, take_snapshot=True)
    path = next(media_path(f.path) for f in report.files.all() if f.format == "xlsx")
    sheet = next(ws for ws in openpyxl.load_workbook(path) if ws.title.startswith("TB14"))
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert any(row[2:4] == [120000, 34400.5] for row in values)
    assert any("人民币叁万肆仟肆佰元零伍角整" in str(cell) for row in values for cell in row)


def test_disclosure_has_no_natural_person_and_five_working_days(year, pilot):
    report = november("disclosure", of=pilot("P4"), period="2022-Q4", as_of=NOVEMBER)
    report.dated = datetime.date(2022, 12, 26)
    data = collect_data(report)
    assert "张*" in str(data["tables"]["TB14"]) and "张三丰" not in str(data)
    assert data["figures"]["posting"]["text"] == "2022年12月26日至12月30日（5个工作日）"
    assert data["facts"]["issuer"] == "赤城镇人民政府"
    report.dated = datetime.date(2022, 12, 29)
    assert collect_data(report)["figures"]["posting"]["text"] == "2022年12月29日至2023年1月5日（5个工作日）"


def test_bulletin_says_who_is_late_and_until_when(year, pilot):
    data = collect_data(november("bulletin", period="2022-11"))
    figures = data["figures"]
    assert (figures["month.found"]["value"], figures["month.closed"]["value"], figures["month.overdue"]["value"]) == (1, 1, 1)
    assert "第一笔支付缺发票（WT-2022-10-001）逾期未整改" in figures["P2.month.problems"]["text"]
    assert figures["month.report_by"]["text"] == "12月12日"
    assert "广福社区逾期" in figures["month.lights"]["text"]
    assert "下河街社区即查即改" in figures["month.good"]["text"]


def test_sections_without_rows_say_so(db):
    with clock.at(DECEMBER):
        data = collect_data(november())
    said = {place.key: str(place.spec.suggest(data, place.pilot)) for place in places(KINDS["midterm"], data) if place.writable}
    assert all("本系统尚未登记" in said[key] for key in ("projects", "funds", "supervision"))
    assert not {"TB3", "TB4", "TB5", "TB6", "TB8", "TB9"} & set(data["tables"])
