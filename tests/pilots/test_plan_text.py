"""The official text by clause and sentence."""

import pytest

from pilots.models import Programme
from pilots.plan_text import parse, plan_text

pytestmark = pytest.mark.django_db


def test_sections_clauses_and_sentences():
    text = plan_text(Programme.objects.get())
    assert [section.title for section in text.sections] == ["一、指导思想", "二、工作目标", "三、试点任务", "四、实施步骤", "五、保障措施"]
    assert {c.code: len(c.sentences) for s in text.sections for c in s.clauses} == {
        "一": 1,
        "二": 3,
        "三（一）": 3,
        "三（二）": 4,
        "三（三）": 2,
        "三（四）": 5,
        "三（五）": 1,
        "三（六）": 3,
        "四（一）": 4,
        "四（二）": 5,
        "四（三）": 3,
        "五（一）": 2,
        "五（二）": 3,
        "五（三）": 2,
    }
    assert text.sentence("四（二）-2").text == "组织开展项目招投标工作。"
    assert text.sentence("三（九）-1") is None
    assert text.clause("四（一）").heading == "（一）前期筹备阶段（2022年7月底前）。"


def test_the_letter_is_told_from_the_plan():
    text = plan_text(Programme.objects.get())
    assert [kind for kind, _ in text.opening] == ["to", "text", "from", "from", "title", "title", "text"]


def test_nothing_of_the_text_is_lost():
    programme = Programme.objects.get()
    text = plan_text(programme)
    kept = "".join(line for _, line in text.opening)
    for section in text.sections:
        kept += section.title + "".join(c.heading + "".join(s.text for s in c.sentences) for c in section.clauses)
    plain = "".join(programme.plan_text.split())
    assert "".join(kept.split()) == plain


@pytest.mark.parametrize("text", ["", "一、只有标题", "没有章节的一段话。", "一、甲\n（一）乙。丙。丁"])
def test_odd_texts_are_read_without_fault(text):
    parse(text)
