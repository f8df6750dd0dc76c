"""A kind is one file and one line in the register; a kind of a month or a quarter needs its period, and the right one."""

import ast
import datetime
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from accounts import clock
from reports import kinds, services
from reports.kinds import KINDS
from reports.models import Report
from reports.periods import Every, period_at, period_of, periods

NOVEMBER = datetime.date(2022, 11, 30)


def test_a_kind_is_one_file_and_one_line():
    folder = Path(kinds.__file__).parent
    for code in KINDS:
        assert (folder / f"{code}.py").is_file()
    register = ast.parse((folder / "__init__.py").read_text())
    assert len([node for node in register.body if isinstance(node, ast.AnnAssign)]) == 1
    root = folder.parent
    for path in root.rglob("*.py"):
        if path.parent != folder and path.name != "sample.py":
            assert not any(f'"{code}"' in path.read_text() for code in ("bulletin", "disclosure")), path


def test_periods_have_their_days_and_names():
    quarter = period_of("2022-Q4")
    assert (quarter.first, quarter.last, quarter.label) == (datetime.date(2022, 10, 1), datetime.date(2022, 12, 31), "2022年第四季度")
    assert period_of("2022-11").label == "2022年11月"
    assert [p.code for p in periods(Every.MONTH, datetime.date(2022, 11, 9), datetime.date(2023, 1, 2))] == [
        "2023-01",
        "2022-12",
        "2022-11",
    ]
    assert period_at(NOVEMBER, Every.QUARTER) == quarter


@pytest.mark.parametrize("code", ["", "2022", "2022-13", "2022-Q5", "2022-1", "２０２２-11", "2022-11-30", "x" * 20])
def test_what_names_no_period(code):
    assert period_of(code) is None


@pytest.mark.parametrize(
    ("kind", "of", "period", "as_of", "said"),
    [
        ("bulletin", None, "", NOVEMBER, "请选择月份"),
        ("bulletin", None, "2022-Q4", NOVEMBER, "请选择月份"),
        ("bulletin", None, "2022-13", NOVEMBER, "请选择月份"),
        ("bulletin", None, "2022-10", NOVEMBER, "须在2022年10月之内"),
        ("bulletin", "P2", "2022-11", NOVEMBER, "只编全县一份"),
        ("disclosure", "P2", "2022-11", NOVEMBER, "请选择季度"),
        ("disclosure", None, "2022-Q4", NOVEMBER, "请选择试点"),
        ("midterm", None, "2022-11", NOVEMBER, "不分月份、季度"),
    ],
)
def test_a_bad_period_is_refused_and_nothing_is_stored(office, pilot, kind, of, period, as_of, said):
    with pytest.raises(ValidationError) as refused:
        services.start_report(kind, by=office, pilot=pilot(of) if of else None, as_of=as_of, period=period)
    assert said in "".join(refused.value.messages)
    assert not Report.objects.exists()


def test_two_months_are_two_reports_and_asking_again_is_the_same(office):
    with clock.at(datetime.date(2022, 12, 1)):
        first = services.start_report("bulletin", by=office, pilot=None, as_of=NOVEMBER, period="2022-11")
        again = services.start_report("bulletin", by=office, pilot=None, as_of=NOVEMBER, period="2022-11")
        other = services.start_report("bulletin", by=office, pilot=None, as_of=datetime.date(2022, 10, 31), period="2022-10")
    assert first == again != other
    assert str(first) == "督导通报（2022年11月）"


def test_the_form_fills_the_end_of_the_period(as_person, pilot):
    client = as_person("office")
    page = client.get("/reports/new/?kind=bulletin").content.decode()
    assert "2022年10月" in page and 'value="2022-10" selected' in page
    client.post("/reports/new/", {"kind": "disclosure", "pilot": pilot("P4").pk, "period": "2022-Q4", "as_of": ""})
    assert Report.objects.get().as_of == NOVEMBER
    answer = client.post("/reports/new/", {"kind": "bulletin", "pilot": "", "period": "", "as_of": ""})
    assert answer.status_code == 422 and "请选择月份" in answer.content.decode()
    answer = client.post("/reports/new/", {"kind": "bulletin", "pilot": "", "period": "2099-11", "as_of": ""})
    assert answer.status_code == 422
    assert Report.objects.count() == 1
    with clock.at(datetime.date(2023, 3, 31)):
        assert client.post("/reports/new/", {"kind": "midterm", "pilot": "", "period": "", "as_of": ""}).status_code == 302
    assert Report.objects.get(kind="midterm").as_of == NOVEMBER, "the usual day of the kind, not today"
