"""The Excel writer: conventions of a list, hostile text, the same bytes for the same rows."""

import datetime
import io
import os
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.exports import workbook_response
from accounts.spreadsheet import CUT_MARK, SAMPLE_LINE, Band, Col, Link, Sheet, safe_filename, sheet_names, write_workbook

COLUMNS = (
    Col("序号", "int"),
    Col("项目名称"),
    Col("合同金额", "yuan"),
    Col("签订日期", "date"),
    Col("完成率", "percent"),
    Col("统一社会信用代码", "code"),
    Col("下达", "wan"),
)
ROWS = (
    (1, "儿童科普实验室", Decimal("1234567.895"), datetime.date(2022, 11, 30), Decimal("45.05"), "91510921MA0000000X", Decimal("1234567")),
    (2, "青少年运动公益比赛", Decimal("-3.5"), None, None, "0012", 0),
)
TOTAL = (None, None, Decimal("1234564.40"), None, None, None, Decimal("1234567"))
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "＝1+1",
    "\t=1",
    " =1",
    "坏\x00字\x0b符\x1f",
    "孤\ud800立",
    "\u202e反向",
    "emoji 😀 与 𠮷㐂",
    "شارع",
    '<b>x</b> & "y" ]]>',
    "{{7*7}} %s {0.__class__}",
]


def book(*sheets, sample=True, **options):
    stream = io.BytesIO()
    write_workbook(stream, sheets, sample=sample, **options)
    return openpyxl.load_workbook(io.BytesIO(stream.getvalue()))


def ledger(rows=ROWS, **changes):
    options = {
        "title": "项目台账",
        "heading": "下河街社区项目台账",
        "columns": COLUMNS,
        "rows": rows,
        "subheading": "填报单位：下河街社区　　数据截止日期：2022-11-30　　单位：元",
        "total": TOTAL,
    }
    return Sheet(**{**options, **changes})


def test_values_keep_their_kind():
    ws = book(ledger())["项目台账"]
    assert ws["A1"].value == "下河街社区项目台账"
    assert "A1:G1" in [str(merged) for merged in ws.merged_cells.ranges]
    assert ws["A1"].font.name == "黑体"
    assert ws["A1"].font.size == 16
    assert ws["A2"].value.startswith("填报单位：下河街社区")
    assert ws["A3"].value == SAMPLE_LINE
    assert [cell.value for cell in ws[4]] == [col.title for col in COLUMNS]
    first = ws[5]
    assert first[2].value == pytest.approx(1234567.90)
    assert first[2].number_format == "#,##0.00"
    assert first[3].value == datetime.datetime(2022, 11, 30)
    assert first[3].number_format == "yyyy-mm-dd"
    assert first[4].value == pytest.approx(0.451)
    assert first[4].number_format == "0.0%"
    assert first[5].value == "91510921MA0000000X"
    assert ws["F6"].value == "0012"
    assert ws["F6"].number_format == "@"
    assert first[6].value == pytest.approx(123.46)
    assert ws["C6"].value == -3.5
    assert ws["C6"].data_type == "n"
    assert ws["G6"].value == 0


def test_head_total_filter_and_print():
    ws = book(ledger())["项目台账"]
    head = ws["B4"]
    assert head.font.bold
    assert head.fill.fgColor.rgb == "FFD9D9D9"
    assert head.border.left.style == "thin"
    assert ws.auto_filter.ref == "A4:G6"
    assert ws.freeze_panes == "A5"
    assert ws["A7"].value == "合计"
    assert ws["C7"].value == pytest.approx(1234564.40)
    assert ws["C7"].data_type == "n"
    assert ws.page_setup.paperSize == 9
    assert ws.page_setup.orientation == "portrait"
    assert ws.sheet_properties.pageSetUpPr.fitToPage
    assert (ws.page_setup.fitToWidth, ws.page_setup.fitToHeight) == (1, 0)
    assert ws.print_title_rows == "$1:$4"
    assert ws.oddFooter.center.text == "第 &P 页 共 &N 页"


def test_more_than_eight_columns_lie_down():
    columns = tuple(Col(f"列{number}") for number in range(9))
    ws = book(Sheet("宽表", "宽表", columns, [tuple("一二三四五六七八九")])).active
    assert ws.page_setup.orientation == "landscape"


def test_real_data_carry_no_sample_line():
    ws = book(ledger(), sample=False).active
    assert ws["A3"].value == "序号"
    assert SAMPLE_LINE not in [cell.value for row in ws.iter_rows() for cell in row]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    ws = book(ledger(rows=[(1, text, text, text, text, text, text)], heading=text, subheading=text, notes=(text,), total=None)).active
    cells = [cell for row in ws.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    shown = ws["B5"]
    assert shown.data_type == "s"
    assert "\x00" not in shown.value
    assert "\u202e" not in shown.value
    if text.strip().startswith(("=", "+", "-", "@", "＝")):
        assert shown.value.strip() == text.strip()
        assert shown.quotePrefix


def test_hostile_text_is_cleaned_not_lost():
    ws = book(ledger(rows=[(1, "坏\x00字\x0b符", "孤\ud800立", None, None, "\ud83d\ude00𠮷", None)], total=None)).active
    assert ws["B5"].value == "坏字\n符"
    assert ws["C5"].value == "孤\ufffd立"
    assert ws["F5"].value == "😀𠮷"


def test_overlong_text_is_cut_with_a_mark():
    ws = book(
        ledger(rows=[(1, "长" * 40_000, None, None, None, None, None), (2, "𠮷" * 20_000, None, None, None, None, None)], total=None)
    ).active
    for place in ("B5", "B6"):
        assert ws[place].value.endswith(CUT_MARK)
        assert len(ws[place].value.encode("utf-16-le")) // 2 <= 32_767


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_exported(name, value):
    ws = book(ledger(rows=[(1, value, value, None, None, value, None)], title=name, heading=value, total=None)).worksheets[0]
    assert 0 < len(ws.title) <= 31
    assert all(cell.data_type != "f" for row in ws.iter_rows() for cell in row)


def test_bands_links_and_notes():
    sheets = (
        Sheet("目录", "目录", (Col("表"),), [(Link("看台账", "项目台账/2022"),)], filtered=False),
        ledger(title="项目台账/2022", rows=[Band("一、硬件类"), ROWS[0]], notes=("注：以财政会计账为准。",), empty="—"),
    )
    workbook = book(*sheets)
    assert workbook.sheetnames == ["目录", "项目台账 2022"]
    assert workbook["目录"]["A4"].hyperlink.location == "'项目台账 2022'!A1"
    ws = workbook["项目台账 2022"]
    assert ws["A5"].value == "一、硬件类"
    assert ws["A8"].value == "注：以财政会计账为准。"
    assert ws["D7"].value == "—"


def test_wrapped_rows_state_their_height():
    ws = book(ledger(rows=[(1, "很长的整改措施" * 20, None, None, None, None, None), ROWS[1]], total=None)).active
    assert ws.row_dimensions[5].height > 60
    assert ws.row_dimensions[6].height is None


def test_properties_are_neutral():
    workbook = book(ledger(), author="蓬溪县城乡社区治理试点工作领导小组办公室", dated=datetime.date(2022, 12, 5))
    properties = workbook.properties
    assert properties.creator == "蓬溪县城乡社区治理试点工作领导小组办公室"
    assert properties.lastModifiedBy is None
    assert properties.created == properties.modified == datetime.datetime(2022, 12, 5)
    stream = io.BytesIO()
    write_workbook(stream, [ledger()], sample=True)
    with zipfile.ZipFile(stream) as package:
        core = package.read("docProps/core.xml").decode()
    assert "creator" not in core
    assert "2000-01-01" in core


def test_same_rows_same_bytes_in_any_process(tmp_path):
    script = (
        "import sys, hashlib; from pathlib import Path; from accounts.spreadsheet import *;"
        "p = Path(sys.argv[1]);"
        "write_workbook(p, [Sheet('甲', '甲', [Col('名'), Col('数', 'int')], [Band('组'), ('x', 1)], notes=['注'])], sample=True);"
        "sys.stdout.write(hashlib.sha256(p.read_bytes()).hexdigest())"
    )
    sums = {
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / f"{seed}.xlsx")],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in (1, 2)
    }
    assert len(sums) == 1
    with zipfile.ZipFile(tmp_path / "1.xlsx") as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_failing_export_leaves_no_file(tmp_path):
    def rows():
        yield ROWS[0]
        raise RuntimeError("database gone")

    with pytest.raises(RuntimeError):
        write_workbook(tmp_path / "out" / "x.xlsx", [ledger(), ledger(rows=rows())], sample=True)
    assert list((tmp_path / "out").glob("*")) == []


def test_too_wide_a_row_is_refused():
    with pytest.raises(ValueError, match="多于表头"):
        book(Sheet("甲", "甲", (Col("名"),), [("x", "y")]))


def test_sheet_names():
    names = sheet_names(["任务/完成:[情况]*?", "", "'引号'", "很长" * 20, "很长" * 20, "A", "a", "History", "😀" * 20])
    assert names[0] == "任务 完成  情况"
    assert names[1] == "工作表"
    assert names[2] == "引号"
    assert len({name.lower() for name in names}) == len(names)
    assert all(0 < len(name.encode("utf-16-le")) // 2 <= 31 for name in names)
    assert names[7] != "History"


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("下河街社区_任务完成情况_2022-11-30.xlsx", "下河街社区_任务完成情况_2022-11-30.xlsx"),
        ('a/b\\c:d*e?f"g<h>i|j.xlsx', "a_b_c_d_e_f_g_h_i_j.xlsx"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("con.xlsx", "con_.xlsx"),
        ("", "导出"),
        ("\u202exslx.exe\x00.xlsx", "xslx.exe.xlsx"),
    ],
)
def test_safe_filename(given_name, kept):
    assert safe_filename(given_name) == kept


def test_long_filename_keeps_its_ending():
    name = safe_filename("长" * 300 + ".xlsx")
    assert name.endswith(".xlsx")
    assert len(name.encode()) <= 180


def test_download_headers():
    response = workbook_response([ledger()], "下河街社区_项目台账_2022-11-30", sample=True)
    body = b"".join(response.streaming_content)
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E4%B8%8B")
    assert "no-store" in response["Cache-Control"]
    assert int(response["Content-Length"]) == len(body)
    assert openpyxl.load_workbook(io.BytesIO(body)).sheetnames == ["项目台账"]
