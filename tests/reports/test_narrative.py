"""The narrative: editor's form and runs, numbers typed by hand, hostile text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import narrative

FIGURES = {
    "tasks.done": {"name": "已完成任务数", "text": "48", "format": "int", "unit": "项", "words": ["已完成"], "pilot": ""},
    "tasks.rate": {"name": "任务完成率", "text": "46.2%", "format": "percent", "unit": "", "words": ["完成率"], "pilot": ""},
    "P3.tasks.rate": {
        "name": "竹林桥社区·任务完成率",
        "text": "27.3%",
        "format": "percent",
        "unit": "",
        "words": ["完成率"],
        "pilot": "P3",
    },
    "P3.tasks.done": {"name": "竹林桥社区·已完成任务数", "text": "3", "format": "int", "unit": "项", "words": ["已完成"], "pilot": "P3"},
}
HOSTILE = [
    "{{7*7}}",
    "{% debug %}",
    "{tasks.done}",
    "%s %(x)s",
    "{0.__class__}",
    "<script>alert(1)</script>",
    "=1+1",
    "【】",
    "【不存在的数】",
    "【手填：】",
    "【失效：】",
    "\x00\x0b‮",
    "【【已完成任务数】",
]


def plain(run):
    return "text" in run and not run.get("typed")


text_runs = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="【】（）。｜："), min_size=1, max_size=30)


@st.composite
def lines(draw):
    """A line of the editor: text and tokens in any order."""
    parts = draw(
        st.lists(
            st.one_of(text_runs, st.sampled_from(["【已完成任务数】", "【任务完成率】", "【手填：3｜现场核实】", "【失效：gone.key】"])),
            max_size=6,
        )
    )
    return "".join(parts)


@given(st.lists(lines(), max_size=5))
def test_round_trip(texts):
    paragraphs = narrative.parse("\n".join(texts), FIGURES)
    again = narrative.parse(narrative.serialise(paragraphs, FIGURES), FIGURES)
    assert again == paragraphs


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    paragraphs = narrative.parse(f"前{text}后", FIGURES)
    shown = narrative.plain_text(paragraphs, FIGURES)
    assert "49" not in shown and "\x00" not in shown and "‮" not in shown
    if "【已完成任务数】" not in text:
        assert all(plain(run) for p in paragraphs for run in p["runs"])
    if text.isprintable():
        assert narrative.serialise(paragraphs, FIGURES) == f"前{text}后"


def test_figures_are_filled_from_the_snapshot():
    paragraphs = narrative.parse("（一）总的情况。完成率【任务完成率】，已完成【已完成任务数】项。", FIGURES)
    assert paragraphs[0]["lead"] == "（一）总的情况。"
    assert narrative.plain_text(paragraphs, FIGURES) == "（一）总的情况。完成率46.2%，已完成48项。"
    assert [run.get("key") for run in paragraphs[0]["runs"]] == [None, "tasks.rate", None, "tasks.done", None]


def test_suggestion_and_editor_agree():
    suggested = narrative.suggested("（一）进度。已完成{tasks.done}项。", "")
    assert narrative.parse(narrative.serialise(suggested, FIGURES), FIGURES) == suggested


def test_lost_figure_is_shown_as_such():
    paragraphs = narrative.suggested("已完成{tasks.done}项")
    assert narrative.lost_keys(paragraphs, {}) == ["tasks.done"]
    assert narrative.serialise(paragraphs, {}) == "已完成【失效：tasks.done】项"
    assert narrative.parse("已完成【失效：tasks.done】项", {}) == paragraphs
    assert narrative.plain_text(paragraphs, {}) == "已完成（数据已失效）项"


@pytest.mark.parametrize(
    ("text", "pilot", "said"),
    [
        ("已完成46项", "", "手填的“46 项”与系统“已完成任务数 48 项”不一致。"),
        ("完成率为45%", "", "手填的“45%”与系统“任务完成率 46.2%”不一致。"),
        ("竹林桥社区完成率30.0%", "", "手填的“30.0%”与系统“竹林桥社区·任务完成率 27.3%”不一致。"),
        ("已完成4项", "P3", "手填的“4 项”与系统“竹林桥社区·已完成任务数 3 项”不一致。"),
    ],
)
def test_a_differing_number_is_noticed(text, pilot, said):
    found = narrative.disagreements(narrative.parse(text, FIGURES), FIGURES, pilot=pilot)
    assert [d.sentence for d in found] == [said]


@pytest.mark.parametrize(
    "text", ["已完成48项", "完成率46.2%", "完成率 46.20%", "召开会议3次", "已完成【手填：46｜口径不同】项", "完成率【任务完成率】"]
)
def test_an_equal_other_or_explained_number_is_not(text):
    assert narrative.disagreements(narrative.parse(text, FIGURES), FIGURES) == []


def test_answers_to_a_differing_number():
    paragraphs = narrative.parse("完成率为45%，已完成48项", FIGURES)
    (differs,) = narrative.disagreements(paragraphs, FIGURES)
    system = narrative.answer(paragraphs, differs, use_system=True)
    assert narrative.plain_text(system, FIGURES) == "完成率为46.2%，已完成48项"
    assert narrative.disagreements(system, FIGURES) == []
    kept = narrative.answer(paragraphs, differs, use_system=False, note="按会议口径")
    assert narrative.serialise(kept, FIGURES) == "完成率为【手填：45｜按会议口径】%，已完成48项"
    assert narrative.disagreements(kept, FIGURES) == []
    assert narrative.plain_text(kept, FIGURES) == "完成率为45%，已完成48项"


def test_empty_section():
    assert not narrative.is_written(narrative.parse(" \n\t\n", FIGURES))
    assert narrative.is_written(narrative.parse("写了", FIGURES))
