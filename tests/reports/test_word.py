"""The Word file of a report: real styles, the figures of the document, nothing of a person, the same bytes each time."""

import datetime
import io
import re
import zipfile
from dataclasses import replace

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from docx.shared import Pt
from PIL import Image

from reports.document import Annex, Bar, Group, Heading, Paragraph, Run, Signature, show
from reports.word import write_word
from reports.word.front import chinese_date
from reports.word.pagination import PageCounter, line_count
from reports.word.tables import PORTRAIT_WIDTH, column_widths
from tests.reports.sample_document import FUNDS, ISSUER, ISSUES, RATES, TASKS, report, text

HOSTILE = ["=cmd|' /C calc'!A0", "坏\x00字\x0b符", "孤\ud800立", "\u202e反向", "😀𠮷㐂", "شارع", "<b>&\"'</b>", "{{7*7}}", "长" * 40_000]


def write(tmp_path, document, name="report.docx", **options):
    write_word(document, tmp_path / name, **options)
    return docx.Document(tmp_path / name)


@pytest.fixture
def word(tmp_path):
    return write(tmp_path, report(tmp_path / "photos"))


def words_of(element):
    """Typed text and field codes below an element."""
    return "".join(part.text or "" for part in element.iter(qn("w:t"), qn("w:instrText")))


def styled(word, style):
    return [paragraph.text for paragraph in word.paragraphs if paragraph.style.name == style]


def cell_texts(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def table_titled(word, caption):
    """The table right under a caption."""
    body = list(word.element.body)
    place = next(i for i, element in enumerate(body) if element.tag == qn("w:p") and caption in words_of(element))
    element = next(e for e in body[place:] if e.tag == qn("w:tbl"))
    return next(table for table in word.tables if table._tbl is element)


def test_headings_are_real_styles(word):
    assert styled(word, "Heading 1") == ["一、总体进展", "二、资金使用情况", "三、下一步建议"]
    assert styled(word, "Heading 2") == ["（一）下达和支付"]
    assert styled(word, "Title") == ["蓬溪县2022年省级城乡社区治理试点", "中期评估报告"]
    lead = next(paragraph for paragraph in word.paragraphs if paragraph.text.startswith("（一）完成情况。"))
    assert lead.style.name == "Body Text"
    assert lead.runs[0].style.name == "段首小标题"
    assert lead.text == "（一）完成情况。104项试点任务已完成53项（见表1）。"


@pytest.mark.parametrize(
    ("style", "face", "size"),
    [
        ("Title", "方正小标宋简体", 22),
        ("Heading 1", "黑体", 16),
        ("Heading 2", "楷体_GB2312", 16),
        ("Body Text", "仿宋_GB2312", 16),
        ("表文", "宋体", 10.5),
        ("footer", "宋体", 14),
    ],
)
def test_faces_and_sizes_of_the_standard(word, style, face, size):
    properties = next(
        s for s in word.styles.element if s.tag == qn("w:style") and s.find(qn("w:name")).get(qn("w:val")).lower() == style.lower()
    ).rPr
    fonts = properties.find(qn("w:rFonts"))
    assert fonts.get(qn("w:eastAsia")) == face
    assert fonts.get(qn("w:ascii")) == face
    assert properties.find(qn("w:sz")).get(qn("w:val")) == str(round(size * 2))


def test_body_lines_and_indent(word):
    style = word.styles["Body Text"].element.pPr
    assert style.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"
    spacing = style.find(qn("w:spacing"))
    assert (spacing.get(qn("w:line")), spacing.get(qn("w:lineRule"))) == ("579", "exact")


def test_page_and_grid(word):
    section = word.sections[1]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
    assert [round(margin.mm) for margin in margins] == [37, 26, 35, 28]
    assert section._sectPr.find(qn("w:docGrid")).get(qn("w:linePitch")) == "579"
    assert section._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"
    assert word.settings.odd_and_even_pages_header_footer


def test_page_numbers_right_on_odd_left_on_even(word):
    section = word.sections[1]
    odd, even = section.footer, section.even_page_footer
    for footer, side in ((odd, "right"), (even, "left")):
        words = words_of(footer._element)
        assert words.replace(" ", "") == "—PAGE1—"
        assert footer.paragraphs[0]._p.pPr.find(qn("w:jc")).get(qn("w:val")) == side
    assert words_of(word.sections[0].footer._element) == ""


def test_sections(word):
    kinds = [
        (section.page_width > section.page_height, "本页不随报告印发" in words_of(section.footer._element)) for section in word.sections
    ]
    assert kinds == [(False, False), (False, False), (True, False), (False, False), (False, True)]
    turned = word.sections[2].header._element
    assert "PAGE" in words_of(turned)
    assert turned.find(f".//{qn('w:textDirection')}") is not None


def test_a_wide_annex_has_its_title_on_the_wide_page(tmp_path):
    blocks = (Paragraph((Run("正文。"),)), Annex("附件1", "问题整改台账"), ISSUES, Annex("附件2", "未销号问题"), ISSUES)
    word = write(tmp_path, replace(report(tmp_path / "photos", cover=False, contents=False), blocks=blocks))
    turned = [section.page_width > section.page_height for section in word.sections]
    assert turned == [False, True], "no upright page that holds a title alone"
    assert "附件1" in words_of(word.element.body)


def test_sample_mark_only_on_sample_data(tmp_path, word):
    assert all("示例数据" in words_of(section.header._element) for section in word.sections)
    real = write(tmp_path, report(tmp_path / "photos", sample=False), "real.docx")
    with zipfile.ZipFile(tmp_path / "real.docx") as package:
        assert not any("示例数据" in package.read(name).decode() for name in package.namelist() if "header" in name)
    assert len(real.sections) == 5


def test_cover_contents_and_end_line(word):
    whole = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert "（数据截止日期：2022年11月30日）" in whole
    assert "（文号由发文机关编排）" in whole
    assert whole.count("数据截止2022年11月30日　第1版　核验码 7c1e 92af") == 1
    entries = [" ".join(text.split()) for text in (*styled(word, "toc 1"), *styled(word, "toc 2"))]
    assert entries == ["一、总体进展 1", "二、资金使用情况 1", "三、下一步建议 4", "附件1 现场照片 5", "（一）下达和支付 1"]
    instructions = [element.text for element in word.element.iter(qn("w:instrText"))]
    assert ' TOC \\o "1-2" \\f \\h \\z ' in instructions
    anchors = {link.get(qn("w:anchor")) for link in word.element.iter(qn("w:hyperlink"))}
    assert anchors <= {mark.get(qn("w:name")) for mark in word.element.iter(qn("w:bookmarkStart"))}
    kinds = [element.get(qn("w:fldCharType")) for element in word.element.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("end")


def test_internal_annex_stays_out_of_the_contents(word):
    assert not any("中期评分" in entry for entry in styled(word, "toc 1"))
    assert "内部资料" in "".join(styled(word, "附件序号"))


def test_table_figures_equal_the_document(word):
    tasks = cell_texts(table_titled(word, "试点任务完成情况汇总表"))
    assert tasks[0] == [column.title for column in TASKS.columns]
    for printed, row in zip(tasks[1:3], TASKS.rows, strict=True):
        assert printed == [show(value, column.fmt) for value, column in zip(row, TASKS.columns, strict=True)]
    assert tasks[3] == ["合计", "合计", "31", "12", "38.7%"]
    funds = cell_texts(table_titled(word, "资金使用情况汇总表"))
    assert funds[0] == ["试点单位", "资金", "资金", "拨付日期", "灯色"]
    assert funds[1] == ["试点单位", "下达", "已支付", "拨付日期", "灯色"]
    assert funds[2] == ["普安街道"] * 5
    assert funds[3] == ["普安街道", "60.00", "28.11", "2022-11-16", "▲预警"]
    assert funds[5] == ["下河街社区", "35.00", "22.64", "—", "●正常"]
    assert funds[6][1:3] == ["95.00", "50.75"]
    assert funds[7][-1] == FUNDS.closing[0][1]


def test_table_form(word):
    table = table_titled(word, "试点任务完成情况汇总表")
    rows = table._tbl.tr_lst
    assert rows[0].trPr.find(qn("w:tblHeader")) is not None
    assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)
    widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
    assert sum(widths) == pytest.approx(156 / 25.4 * 1440, abs=5)
    assert table.rows[1].cells[2].paragraphs[0]._p.pPr.find(qn("w:jc")).get(qn("w:val")) == "right"
    total = rows[-1].tc_lst[0].tcPr
    assert total.find(qn("w:shd")).get(qn("w:fill")) == "F1F1F1"
    assert styled(word, "Caption")[0] == "表1　试点任务完成情况汇总表"
    assert styled(word, "表单位")[:2] == ["单位：项", "单位：万元"]
    assert styled(word, "表注") == ["注：完成率＝已完成÷任务数。", "　　任务期限为2023年2月28日。"]


def test_lights_have_colour_and_shape(word):
    runs = table_titled(word, "资金使用情况汇总表").rows[3].cells[4].paragraphs[0].runs
    assert [run.text for run in runs] == ["▲", "预警"]
    assert str(runs[0].font.color.rgb) == "9A6700"


def test_chart_is_native_and_editable(tmp_path, word):
    with zipfile.ZipFile(tmp_path / "report.docx") as package:
        chart = package.read("word/charts/chart1.xml").decode()
        data = openpyxl.load_workbook(io.BytesIO(package.read("word/embeddings/chart1.xlsx"))).active
    assert re.findall(r"<c:v>(\d+)</c:v>", chart) == ["9", "3", "9", "5", "2", "3"]
    assert "普安街道　45.0%" in chart
    assert [[cell.value for cell in row] for row in data.iter_rows(min_row=2)] == [
        ["普安街道　45.0%", 9, 9, 2],
        ["竹林桥社区　27.3%", 3, 5, 3],
    ]
    drawing = next(element for element in word.element.iter(qn("wp:docPr")))
    assert "普安街道：已完成9，进行中9，未开始2，完成率45.0%" in drawing.get("descr")
    assert "图1　任务完成率以普安街道45.0%最高" in styled(word, "图题")


def test_a_given_chart_image_is_used(tmp_path):
    stream = io.BytesIO()
    Image.new("RGB", (884, 340), "white").save(stream, "PNG")
    write(tmp_path, report(tmp_path / "photos"), chart_images={"CH1": stream.getvalue()})
    with zipfile.ZipFile(tmp_path / "report.docx") as package:
        assert not any("charts/" in name for name in package.namelist())
        assert any(name.endswith(".png") for name in package.namelist())


def test_photos_have_alt_text_and_no_camera_data(tmp_path, word):
    described = {element.get("descr") for element in word.element.iter(qn("wp:docPr"))}
    assert "社区文化广场" in described
    with zipfile.ZipFile(tmp_path / "report.docx") as package:
        picture = next(name for name in package.namelist() if name.startswith("word/media/"))
        data = package.read(picture)
    assert not Image.open(io.BytesIO(data)).getexif()
    assert "张三".encode() not in data
    words = words_of(word.element.body)
    assert "照片文件缺失：missing.jpg" in words
    ids = [element.get("id") for element in word.element.iter(qn("wp:docPr"))]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("issuer", "issuer_left", "date_left"),
    [(ISSUER, 28 - 2 - 20, 28 - 2 - 20 + 2), ("赤城镇人民政府", 28 - 2 - 7.75 - 2, 28 - 2 - 7.75)],
)
def test_signature_follows_the_rule(tmp_path, issuer, issuer_left, date_left):
    document = report(tmp_path / "photos")
    sign = Signature(issuer, document.issued_on)
    word = write(tmp_path, replace(document, blocks=(text("正文。"), sign), cover=False, contents=False))
    lines = [paragraph for paragraph in word.paragraphs if paragraph.style.name == "Signature"]
    assert [line.text for line in lines] == [issuer, "2022年12月5日"]
    assert lines[0].paragraph_format.space_before == Pt(28.95)
    lefts = [line.paragraph_format.left_indent.pt / 15.75 for line in lines]
    assert lefts == pytest.approx([issuer_left, date_left], abs=0.05)


def test_document_without_cover(tmp_path):
    document = report(
        tmp_path / "photos",
        cover=False,
        contents=False,
        addressee="普安街道办事处、赤城镇人民政府",
        edition=2,
        correction_of="第1版，原因：表1数据有误",
    )
    word = write(tmp_path, document)
    assert styled(word, "主送机关") == ["普安街道办事处、赤城镇人民政府："]
    assert styled(word, "Subtitle") == ["（更正件：第2版，更正第1版，原因：表1数据有误）"]
    assert styled(word, "toc 1") == []
    assert word.sections[0]._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"


def test_properties_are_neutral(tmp_path, word):
    properties = word.core_properties
    assert properties.author == ISSUER
    assert properties.last_modified_by == ""
    assert properties.comments == ""
    assert properties.language == "zh-CN"
    assert properties.title == "蓬溪县2022年省级城乡社区治理试点中期评估报告"
    assert properties.created.date() == properties.modified.date() == report(tmp_path / "photos").issued_on
    with zipfile.ZipFile(tmp_path / "report.docx") as package:
        names = package.namelist()
        everything = b"".join(package.read(name) for name in names)
    assert not any("thumbnail" in name or "customXml" in name for name in names)
    assert b"python-docx" not in everything


@pytest.mark.parametrize("bad", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_everywhere(tmp_path, bad):
    table = replace(TASKS, title=bad, unit=bad, notes=(bad,), groups=(Group(bad, ((1, bad, 1, 1, None),)),), total_label=bad)
    chart = replace(RATES, finding=bad, series=(bad, "乙", "丙"), bars=(Bar(bad, (1, 2, 3)),))
    blocks = (Heading(bad), Paragraph((Run(bad),), bad), table, chart, Annex(bad, bad), Signature(bad, report(tmp_path).issued_on))
    document = report(
        tmp_path / "photos", blocks=blocks, title=bad, issuer=bad, addressee=bad, subject=bad, code=bad[:20], correction_of=bad
    )
    word = write(tmp_path, document)
    words = words_of(word.element.body)
    assert "\u202e" not in words
    kept = bad.replace("\x00", "").replace("\x0b", "").replace("\ud800", "\ufffd").replace("\u202e", "")
    assert kept in words


def test_same_document_same_bytes(tmp_path):
    document = report(tmp_path / "photos")
    first, second = (write_word(document, tmp_path / name) for name in ("a.docx", "b.docx"))
    assert first == second
    assert (tmp_path / "a.docx").stat().st_size == first.bytes
    with zipfile.ZipFile(tmp_path / "a.docx") as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert package.namelist()[0] == "[Content_Types].xml"


def test_column_widths_fill_the_measure():
    assert sum(column_widths(TASKS)) == pytest.approx(PORTRAIT_WIDTH)


def test_forecast_of_lines():
    assert line_count("一" * 26) == 1
    assert line_count("一" * 27) == 2
    assert line_count("一" * 26 + "。") == 1
    assert line_count("一" * 25 + "2022年") == 2


def test_forecast_leaves_no_line_alone():
    counter = PageCounter()
    for _ in range(20):
        counter.text("一行")
    assert counter.text("一" * 80) == 2
    counter.new_page()
    for _ in range(20):
        counter.text("一行")
    assert counter.text("一" * 100) == 3
    assert counter.page == 4


def test_chinese_date():
    assert chinese_date(datetime.date(2022, 8, 1)) == "2022年8月1日"
