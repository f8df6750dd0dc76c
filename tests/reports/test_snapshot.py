"""The snapshot: plain, hashed, the same for the same data, and what changed in words."""

import datetime
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.models import Pilot
from pilots.queries import task_progress
from reports.collect import finding_of_rates
from reports.document import Column, Group, Table
from reports.kinds import KINDS
from reports.models import Report
from reports.outline import places
from reports.periods import period_at
from reports.snapshot import (
    Collected,
    canonical,
    check_code,
    collect_data,
    compare,
    figure_text,
    sha256_of,
    table_from_plain,
    table_to_plain,
)

NOVEMBER = datetime.date(2022, 11, 30)


@pytest.fixture
def report(office):
    return Report.objects.create(kind="midterm", as_of=NOVEMBER, dated=NOVEMBER, created_by=office)


def test_same_data_same_bytes(report):
    first, second = collect_data(report), collect_data(report)
    assert canonical(first) == canonical(second)
    assert sha256_of(json.loads(canonical(first))) == sha256_of(first)


def test_figures_are_those_of_the_pages(report):
    data = collect_data(report)
    progress = task_progress(Pilot.objects.all(), NOVEMBER)
    assert data["figures"]["tasks.total"]["value"] == 104 == sum(p.total for p in progress.values())
    for pilot in Pilot.objects.all():
        assert data["figures"][f"{pilot.code}.tasks.done"]["value"] == progress[pilot.pk].done
    assert data["figures"]["time.rate"]["text"] == "57.5%"
    assert data["tables"]["TB1"]["total"][3] == 104


def test_names_of_figures_are_unique(report, pilot):
    for one in (report, Report(kind="summary", as_of=NOVEMBER, dated=NOVEMBER), Report(kind="midterm", pilot=pilot("P2"), as_of=NOVEMBER)):
        names = [figure["name"] for figure in collect_data(one)["figures"].values()]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("of", ["", "P1", "P3"])
def test_every_suggested_figure_is_in_the_snapshot(kind, of, pilot):
    made = KINDS[kind]
    if not (made.for_pilots if of else made.for_county):
        pytest.skip("编制范围不含")
    period = period_at(NOVEMBER, made.every).code if made.every else ""
    report = Report(kind=kind, pilot=pilot(of) if of else None, period=period, as_of=NOVEMBER, dated=NOVEMBER)
    data = collect_data(report)
    for place in places(KINDS[kind], data):
        for paragraph in place.spec.suggest(data, place.pilot) if place.writable else []:
            assert [run["key"] for run in paragraph["runs"] if "key" in run and run["key"] not in data["figures"]] == []


def test_first_two_sections_of_the_midterm_report_carry_no_figures(report):
    data = collect_data(report)
    for place in places(KINDS["midterm"], data):
        if place.key in ("overall", "highlights"):
            text = "".join(
                data["figures"][run["key"]]["text"] if "key" in run else run["text"]
                for paragraph in place.spec.suggest(data, place.pilot)
                for run in paragraph["runs"]
            )
            assert not any(character.isdigit() for character in text)


def test_outline_of_the_midterm_report(report):
    headings = [place.heading for place in places(KINDS["midterm"], collect_data(report)) if place.level == 1 and place.heading]
    assert headings == [
        "一、总体评价",
        "二、主要做法和亮点",
        "三、评估工作基本情况",
        "四、总体进展",
        "五、各试点进展情况",
        "六、项目实施情况",
        "七、资金使用情况",
        "八、档案资料情况",
        "九、督导与整改情况",
        "十、存在问题及原因",
        "十一、下一步建议",
    ]


def collected(**figures):
    found = Collected("midterm", None, NOVEMBER, facts={"pilots": []})
    for key, value in figures.items():
        found.figure(key, key, value, "int", "项")
    return found.plain()


def test_compare_says_what_changed():
    changes = compare(collected(done=46, gone=1), collected(done=48, new=2))
    assert [str(change) for change in changes] == ["done：46 项 → 48 项", "gone：1 项 → 不再有这项", "new：没有这项 → 2 项"]
    assert compare(collected(done=46), collected(done=46)) == []


cells = st.one_of(st.none(), st.integers(), st.text(max_size=8), st.decimals(allow_nan=False, allow_infinity=False, places=2), st.dates())


@given(st.lists(st.tuples(cells, cells), max_size=4))
def test_tables_come_back_from_json(rows):
    table = Table(
        "TB1",
        "表1",
        "题",
        (Column("甲"), Column("乙", "int", 30.5, "left", "上")),
        (Group("组", tuple(rows)),),
        closing=(("大写", "零元整"),),
    )
    assert table_from_plain("TB1", json.loads(canonical(table_to_plain(table))), "表1") == table


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ([("甲", "60"), ("乙", "27.3")], "任务完成率以甲60.0%最高，乙27.3%最低"),
        ([("甲", "50"), ("乙", "50")], "各试点任务完成率均为50.0%"),
        ([("甲", "60"), ("乙", "60"), ("丙", "10")], "任务完成率以甲、乙60.0%最高，丙10.0%最低"),
        ([("甲", "9"), ("乙", "9"), ("丙", "9"), ("丁", "10")], "任务完成率以丁10.0%最高，甲等3个试点9.0%最低"),
    ],
)
def test_the_caption_says_what_the_data_say(rates, said):
    assert finding_of_rates([(name, Decimal(rate)) for name, rate in rates]) == said


def test_texts_of_figures():
    assert figure_text(Decimal("46.15"), "percent") == "46.2%"
    assert figure_text(NOVEMBER, "day") == "2022年11月30日"
    assert figure_text(1234567, "int") == "1,234,567"
    assert figure_text(Decimal("1462400"), "wan") == "146.24"
    assert figure_text(None, "int") == "未登记"
    assert check_code("7c1e92afffff") == "7c1e 92af"
