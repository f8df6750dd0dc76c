"""The Excel annex of a report: the figures of the document, as numbers, sheet by sheet."""

import datetime
from dataclasses import replace

import openpyxl
import pytest

from reports.document import Group, show
from reports.workbook import write_report_workbook
from tests.reports.sample_document import FUNDS, ISSUER, TASKS, report

NAMES = ["封面", "TB1 试点任务完成情况汇总表", "TB5 资金使用情况汇总表", "TB9 未销号问题整改台账", "TB13 中期评分汇总表", "CH1 图表数据"]


@pytest.fixture
def workbook(tmp_path):
    write_report_workbook(report(tmp_path / "photos"), tmp_path / "report.xlsx")
    return openpyxl.load_workbook(tmp_path / "report.xlsx")


def values(ws):
    return [[cell.value for cell in row] for row in ws.iter_rows()]


def test_sheets_and_links(workbook):
    assert workbook.sheetnames == NAMES
    cover = workbook["封面"]
    words = "\n".join(str(value) for row in values(cover) for value in row if value is not None)
    assert "蓬溪县2022年省级城乡社区治理试点中期评估报告" in words
    for part in (ISSUER, "2022-11-30", "第1版", "7c1e 92af"):
        assert part in words
    targets = [cell.hyperlink.location for row in cover.iter_rows() for cell in row if cell.hyperlink]
    assert targets == [f"'{name}'!A1" for name in NAMES[1:]]


def test_figures_are_those_printed(workbook):
    rows = values(workbook[NAMES[1]])
    assert rows[4] == [1, "普安街道", 20, 9, pytest.approx(0.45)]
    assert rows[5] == [2, "竹林桥社区", 11, 3, pytest.approx(0.273)]
    assert rows[6] == ["合计", None, 31, 12, pytest.approx(0.387)]
    for stored, row in zip(rows[4:6], TASKS.rows, strict=True):
        assert f"{stored[4]:.1%}" == show(row[4], "percent")


def test_money_is_in_wan_as_printed(workbook):
    ws = workbook[NAMES[2]]
    rows = values(ws)
    assert rows[3] == ["试点单位", "资金\n下达", "资金\n已支付", "拨付日期", "灯色"]
    assert rows[4][0] == "普安街道"
    assert rows[5] == ["普安街道", 60, pytest.approx(28.11), datetime.datetime(2022, 11, 16), "▲预警"]
    assert rows[6][0] == "赤城镇"
    assert rows[7][2] == pytest.approx(22.64)
    assert f"{rows[7][2]:,.2f}" == show(FUNDS.rows[1][2], "wan")
    assert rows[7][3] == "—"
    assert rows[8][2] == pytest.approx(50.75)
    assert ws["C6"].number_format == "#,##0.00"
    assert rows[9][0] == "支付合计（大写）：人民币伍拾万柒仟伍佰肆拾玖元玖角玖分"


def test_chart_data(workbook):
    rows = values(workbook["CH1 图表数据"])
    assert rows[3] == ["名称", "已完成", "进行中", "未开始", "完成率"]
    assert rows[4] == ["普安街道", 9, 9, 2, pytest.approx(0.45)]
    assert "序时进度" in rows[-1][0]


def test_no_formulas_even_from_hostile_text(tmp_path):
    bad = (3, "=cmd|' /C calc'!A0\x00\ud800", 0, 0, None)
    table = replace(TASKS, title="=HYPERLINK(1)", groups=(Group("@SUM(A1)", (*TASKS.rows, bad)),), notes=("+1+1",))
    document = report(tmp_path / "photos", blocks=(table,), issuer="-单位")
    write_report_workbook(document, tmp_path / "x.xlsx")
    cells = [cell for ws in openpyxl.load_workbook(tmp_path / "x.xlsx") for row in ws.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert "=cmd|' /C calc'!A0\ufffd" in [cell.value for cell in cells]


def test_same_document_same_bytes(tmp_path):
    document = report(tmp_path / "photos")
    first, second = (write_report_workbook(document, tmp_path / name) for name in ("a.xlsx", "b.xlsx"))
    assert first == second
    assert first.bytes == (tmp_path / "a.xlsx").stat().st_size


def test_properties_name_the_unit_only(workbook):
    assert workbook.properties.creator == ISSUER
    assert workbook.properties.lastModifiedBy is None
    assert workbook.properties.modified == datetime.datetime(2022, 12, 5)
