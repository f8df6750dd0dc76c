"""The PDF itself, read back: text, faces, tags, pages, grid, bytes."""

import hashlib
import re
import subprocess
from dataclasses import replace
from itertools import pairwise

import pytest
from django.test import override_settings
from PIL import Image
from pypdf import PdfReader

from reports.document import Annex, Column, Group, Heading, Paragraph, Photo, Photos, Run, Signature, StackedBars, Table
from reports.typeset.fonts import load_fonts
from reports.typeset.marks import HALF_MARKS
from reports.typeset.measures import LINE
from reports.typeset.pdf import compose_pages, css_text, render_pdf

from .county import COMPLETION, ISSUED_ON, ISSUER, JUDGEMENT, OPENING, TASKS, bulletin, para, report

TOP = 37 / 25.4 * 72
HOSTILE = "<img src=file:///etc/passwd><link rel=attachment href=file:///etc/passwd>{{7*7}}{% load x %}\x00\x1b\u202e\ud800</section>😀𠮷☐☑"


@pytest.fixture(scope="module", params=["noto", "fandol"])
def rendered(request, tmp_path_factory):
    """The county report in both sets of faces, rendered once for all checks."""
    var = request.getfixturevalue(f"{request.param}_var")
    if var is None:
        pytest.skip("公文字体未下载：运行 manage.py fetch_fonts 后可测")
    media = tmp_path_factory.mktemp("media")
    photos = []
    for k in range(2):
        photos.append(media / f"{k}.jpg")
        Image.linear_gradient("L").rotate(90 * k).resize((400, 300)).save(photos[-1], quality=75)
    target = tmp_path_factory.mktemp("pdf") / "中期报告.pdf"
    heard = []
    with override_settings(PENXI_VAR=var, MEDIA_ROOT=media):
        planned = compose_pages(report(photos), load_fonts()).planned
        made = render_pdf(report(photos), target, progress=lambda word, percent: heard.append((word, percent)))
    return {"path": target, "made": made, "planned": planned, "heard": heard, "faces": request.param, "reader": PdfReader(target)}


def text_of(path, first=1, last=0, *options):
    command = ["pdftotext", "-f", str(first), *(["-l", str(last)] if last else []), *options, str(path), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def flat(text):
    return re.sub(r"\s", "", text)


def lines_on(path, page):
    """(text, left, top, right, bottom) of the lines of a page, from its upper edge, in points."""
    pattern = r'<line xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</line>'
    found = re.findall(pattern, text_of(path, page, page, "-bbox-layout"), re.DOTALL)
    return [("".join(re.findall(r">([^<]*)</word>", body)), *map(float, box)) for *box, body in found]


def test_chinese_reads_back_whole_and_in_order(rendered):
    text = flat(text_of(rendered["path"]))
    for piece in (OPENING, JUDGEMENT, "（一）健全推进机制。建立领导小组和专班", "附件：1.试点任务对照表2.现场照片"):
        assert piece in text
    assert "现将有关情况报告如下。" in flat("".join(page.extract_text() for page in rendered["reader"].pages))


def test_all_faces_are_embedded_and_subset(rendered):
    answer = subprocess.run(["pdffonts", str(rendered["path"])], capture_output=True, text=True, check=True).stdout
    rows = [line for line in answer.splitlines()[2:] if line]
    assert rows and all(re.search(r"\s(yes)\s+(yes)\s+(yes)\s", row) for row in rows)
    if rendered["faces"] == "fandol":
        assert all("+Px" in row for row in rows), "a stray fallback face"


def test_substitutes_are_named(rendered):
    expected = () if rendered["faces"] == "fandol" else ("小标宋", "仿宋", "黑体", "楷体", "宋体")
    assert rendered["made"].substituted == expected
    assert len(rendered["made"].fonts) == 5


def test_it_is_tagged_titled_and_chinese(rendered):
    reader = rendered["reader"]
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "zh-CN" and root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert reader.metadata.title == "蓬溪县2022年省级城乡社区治理试点中期评估报告"
    assert reader.metadata.author == ISSUER and reader.metadata.subject == "中期评估"
    assert reader.metadata["/CreationDate"].startswith("D:20221205")
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_bookmarks_follow_the_headings(rendered):
    def names(outline, level=0):
        for entry in outline:
            if isinstance(entry, list):
                yield from names(entry, level + 1)
            else:
                yield level, entry.title

    marks = list(names(rendered["reader"].outline))
    assert marks[0] == (0, "蓬溪县2022年省级城乡社区治理试点中期评估报告")
    assert (1, "一、总体评价") in marks and (0, "附件1\u3000试点任务对照表") in marks
    assert (2, "（一）普安街道（便民服务型社区试点）") in marks


def test_pages_come_out_as_planned(rendered):
    assert rendered["made"].pages == rendered["planned"] + 2


def test_pages_and_their_numbers(rendered):
    pages = len(rendered["reader"].pages)
    assert rendered["made"].pages == pages
    numbers = {}
    for page in range(1, pages + 1):
        for text, left, top, right, bottom in lines_on(rendered["path"], page):
            if found := re.fullmatch(r"—(\d+)—", text):
                numbers[page] = int(found[1])
                if bottom - top < 30:
                    assert (left < 150) == (numbers[page] % 2 == 0), "odd numbers right, even left"
                    assert 13.9 <= (left - 79.37 if left < 150 else 521.57 - right) <= 15
    assert numbers == {page: page - 2 for page in range(3, pages)}, "none on cover, contents and the internal annex"


def test_the_contents_name_the_pages(rendered):
    contents = flat(text_of(rendered["path"], 2, 2).replace(".", ""))
    assert "一、总体评价1" in contents and "（一）普安街道" in contents and "内部附件" not in contents
    for page in range(3, len(rendered["reader"].pages)):
        if "附件2现场照片" in flat(text_of(rendered["path"], page, page)):
            assert f"附件2现场照片{page - 2}" in contents


def body_lines(path, page):
    """The 16-point lines of a page that begin at the margin or two characters in."""
    return [line for line in lines_on(path, page) if line[4] - line[2] > 15.6 and min(abs(line[1] - 79.37), abs(line[1] - 110.96)) < 1.5]


def test_every_line_of_text_stands_on_the_grid(rendered):
    """The same distance from a grid line on every page for each face, and every full line flush at the right."""
    lines = [line for page in range(3, 7) for line in body_lines(rendered["path"], page)]
    assert len(lines) > 40
    offsets = {}
    for line in lines:
        offsets.setdefault(round(line[4] - line[2]), set()).add(round((line[2] - TOP) % LINE, 1))
    assert all(max(found) - min(found) <= 0.8 for found in offsets.values()), offsets
    full = [line for line, after in pairwise(lines) if abs(after[1] - 79.37) < 1.5 and after[2] - line[2] < 1.5 * LINE]
    assert len(full) > 20
    assert all(abs(line[3] - 521.57) < (9 if line[0][-1] in HALF_MARKS else 1.2) for line in full)


def test_landscape_sheet_and_annexes(rendered):
    sizes = [(round(page.mediabox.width), round(page.mediabox.height)) for page in rendered["reader"].pages]
    assert sizes.count((842, 595)) == 1 and sizes.count((595, 842)) == len(sizes) - 1
    last = flat(text_of(rendered["path"], len(sizes), len(sizes)))
    assert "内部资料" in last and "本页不随报告印发" in last and "中期评分汇总表" in last
    assert "内部附表1" not in flat(text_of(rendered["path"], 1, len(sizes) - 1))


def test_end_block_on_the_last_numbered_page(rendered):
    last = flat(text_of(rendered["path"], len(rendered["reader"].pages) - 1, len(rendered["reader"].pages) - 1, "-raw"))
    assert "数据截止2022年11月30日第1版核验码7c1e92af" in last


def test_sample_mark_on_every_page(rendered):
    for page in range(1, len(rendered["reader"].pages) + 1):
        assert "示例数据" in flat(text_of(rendered["path"], page, page))


def test_size_and_digest_are_those_of_the_file(rendered):
    data = rendered["path"].read_bytes()
    assert (rendered["made"].bytes, rendered["made"].sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_progress_is_told(rendered):
    percents = [percent for _word, percent in rendered["heard"]]
    assert percents == sorted(percents) and len(percents) >= 3


def test_pictures_are_in_the_file(rendered):
    assert len(rendered["reader"].pages[0].images) == 2  # one dictionary of resources serves all pages


# --- other documents, in whatever faces there are ------------------------------------------------------------------------------


@pytest.fixture
def var(settings, noto_var, fandol_var, tmp_path):
    settings.PENXI_VAR = fandol_var or noto_var
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir(exist_ok=True)
    return settings.MEDIA_ROOT


@pytest.mark.parametrize("landscape", [False, True])
def test_no_row_is_lost_on_a_page_filled_to_the_last_quarter(var, tmp_path, landscape):
    columns = (Column("编号", "code", 40), Column("文字", "text", 100))
    rows = tuple((f"行{i:03}", f"第{i}行的文字" + ("很长" * 30 if i % 7 == 0 else "")) for i in range(1, 121))
    table = Table("TB6", "表1", "很长的表", columns, (Group("", rows),), landscape=landscape, dense=True)
    target = tmp_path / "long.pdf"
    render_pdf(replace(report(), blocks=(table,)), target)
    assert set(re.findall(r"行\d{3}", text_of(target))) == {row[0] for row in rows}


def test_the_contents_print_planned_numbers_or_those_given(var):
    blocks = (Heading("一、甲"), para(OPENING), Heading("二、乙"), para(OPENING))
    wrong = compose_pages(replace(report(), blocks=blocks), load_fonts(), {"e1": 7, "e2": 8})
    assert 'data-page="7"' in wrong.html
    right = compose_pages(replace(report(), blocks=blocks), load_fonts())
    assert right.numbers == {"e1": 1, "e2": 1} and 'data-page="1"' in right.html


@pytest.mark.parametrize("entries", [20, 23, 28])
def test_some_entries_more_move_together_on_the_one_page(var, tmp_path, entries):
    blocks = [block for number in range(entries) for block in (Heading(f"第{number}节"), para(JUDGEMENT))]
    render_pdf(replace(report(), blocks=tuple(blocks)), tmp_path / "a.pdf")
    contents = flat(text_of(tmp_path / "a.pdf", 2, 2))
    assert "目录" in contents and "第0节" in contents and f"第{entries - 1}节" in contents
    assert "—1—" in flat(text_of(tmp_path / "a.pdf", 3, 3)), "the body starts on the right page beside it"


def test_a_bulletin_is_one_page_without_number(var, tmp_path):
    made = render_pdf(bulletin(), tmp_path / "a.pdf")
    text = flat(text_of(tmp_path / "a.pdf"))
    assert made.pages == 1 and "—1—" not in text and "示例数据" not in text
    assert "机关代字〔2022〕号普安街道办事处、赤城镇人民政府，县直相关部门：2022年11月16日" in text
    assert text.endswith(f"{ISSUER}2022年12月1日")


def test_the_same_document_gives_the_same_bytes(var, tmp_path):
    document = bulletin(para(OPENING), TASKS, COMPLETION)
    assert render_pdf(document, tmp_path / "a.pdf").sha256 == render_pdf(document, tmp_path / "b.pdf").sha256
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_a_long_bulletin_has_numbers(var, tmp_path):
    made = render_pdf(bulletin(*(para(OPENING) for _ in range(8)), Signature(ISSUER, ISSUED_ON)), tmp_path / "a.pdf")
    assert made.pages == 2 and "—2—" in flat(text_of(tmp_path / "a.pdf"))


def test_without_contents_the_body_still_starts_on_a_right_page(var, tmp_path):
    made = render_pdf(replace(report(contents=False), blocks=(para(OPENING),)), tmp_path / "a.pdf")
    assert made.pages == 3
    assert flat(text_of(tmp_path / "a.pdf", 2, 2)) in ("", "示例数据")
    assert "—1—" in flat(text_of(tmp_path / "a.pdf", 3, 3))


def test_a_correction_names_the_first_edition_on_its_cover(var, tmp_path):
    document = replace(report(contents=False), edition=2, correction_of="2022年12月5日第1版", blocks=(para("正文。"),))
    render_pdf(document, tmp_path / "a.pdf")
    assert "更正件：第2版，更正2022年12月5日第1版" in flat(text_of(tmp_path / "a.pdf", 1, 1))


def test_archive_variant(var, tmp_path):
    render_pdf(bulletin(), tmp_path / "a.pdf", variant="pdf/a-3a")
    metadata = PdfReader(tmp_path / "a.pdf").trailer["/Root"]["/Metadata"].get_data()
    assert b'pdfaid:part="3"' in metadata or b"pdfaid" in metadata


def hostile_document():
    table = Table(
        HOSTILE,
        HOSTILE,
        HOSTILE,
        (Column(HOSTILE, "text", 100), Column("数", "int", 56)),
        (Group(HOSTILE, ((HOSTILE, 1),)),),
        HOSTILE,
        notes=(HOSTILE,),
    )
    chart = StackedBars("CH1", "图1", HOSTILE, (HOSTILE,), ())
    blocks = (
        Heading(HOSTILE),
        Paragraph((Run(HOSTILE),), HOSTILE),
        para("字" * 20 + "a" * 20000),
        table,
        chart,
        Signature(HOSTILE, ISSUED_ON),
        Annex("附件1", HOSTILE),
        Photos(HOSTILE, (Photo("/etc/passwd", HOSTILE), Photo("relative.jpg", "甲"), Photo("/etc/hostname", "乙"))),
        Annex("内部附件", HOSTILE, internal=True),
        para(HOSTILE),
    )
    fields = {
        "programme": HOSTILE,
        "title": HOSTILE,
        "issuer": HOSTILE,
        "code": '7c"; } @import "x"',
        "subject": HOSTILE,
        "keywords": (HOSTILE,),
    }
    return replace(report(), blocks=blocks, addressee=HOSTILE, correction_of=HOSTILE, **fields)


def test_hostile_text_is_printed_as_text(var, tmp_path, caplog):
    render_pdf(hostile_document(), tmp_path / "a.pdf")
    text = flat(text_of(tmp_path / "a.pdf"))
    assert "<imgsrc=file:///etc/passwd>" in text and "{{7*7}}" in text and "{%loadx%}" in text
    assert "root:" not in text and "照片文件缺失" in text
    assert "a" * 10000 in text.replace("—", "").replace("示例数据", "") or text.count("a") >= 20000
    data = (tmp_path / "a.pdf").read_bytes()
    assert b"/EmbeddedFile" not in data and b"/JavaScript" not in data and b"/Launch" not in data
    assert [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []


def test_text_for_the_style_sheet_cannot_end_its_string():
    assert css_text('a"b\\c}') == "a\\000022b\\00005cc\\00007d"


def test_markup_carries_no_style_attribute(var):
    html = compose_pages(report(), load_fonts()).html
    assert " style=" not in html and "<script" not in html


def test_a_failed_write_leaves_nothing_behind(var, tmp_path):
    (tmp_path / "busy.pdf").mkdir()
    with pytest.raises(OSError):
        render_pdf(bulletin(), tmp_path / "busy.pdf")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
