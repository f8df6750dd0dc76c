"""What the figures propose: the figure, its note and the answer; 现场核实 where there is none."""

import datetime
from decimal import Decimal

import pytest

from pilots.metrics import NOT_APPLICABLE, UNREGISTERED, ZERO, Figure
from supervision.models import Answer, ChecklistItem
from supervision.prefill import NOT_REGISTERED, ON_SITE, Prefilled, _one, prefill
from supervision.rules import PRE_ANSWERS
from tests.supervision.records import pilot_of, submit

SHARE = Decimal("57.5")


def rate(value, part=None, whole=None):
    return Figure(Decimal(value), numerator=part, denominator=whole)


@pytest.mark.parametrize(
    "metric, figure, expected",
    [
        ("milestone_on_time_rate", rate("77.8", 7, 9), Prefilled("77.8%", "节点按期率，7 / 9 个", Answer.PARTLY)),
        ("milestone_on_time_rate", rate("90.0", 9, 10), Prefilled("90.0%", "节点按期率，9 / 10 个", Answer.YES)),
        ("milestone_on_time_rate", rate("50.0", 1, 2), Prefilled("50.0%", "节点按期率，1 / 2 个", Answer.NO)),
        ("fund_purpose_rate", rate("100", 12, 12), Prefilled("100.0%", "用途合规率，12 / 12 元", Answer.YES)),
        ("fund_purpose_rate", rate("99.9", 999, 1000), Prefilled("99.9%", "用途合规率，999 / 1,000 元", Answer.NO)),
        ("budget_execution_rate", rate("63.9"), Prefilled("63.9%", "执行率，序时进度 57.5%", Answer.YES)),
        ("budget_execution_rate", rate("37.5"), Prefilled("37.5%", "执行率，序时进度 57.5%", Answer.PARTLY)),
        ("budget_execution_rate", rate("37.4"), Prefilled("37.4%", "执行率，序时进度 57.5%", Answer.NO)),
        ("activity_record_complete_rate", rate("95.8", 23, 24), Prefilled("95.8%", "活动记录完整率，23 / 24 条", Answer.PARTLY)),
        ("activity_record_complete_rate", ZERO, Prefilled("无记录", "活动记录完整率，还没有可计算的记录", "")),
        ("issue_closed_rate", rate("100"), Prefilled("100.0%", "整改销号率", Answer.YES)),
        ("separate_ledger", rate("1"), Prefilled("是", "专账核算", Answer.YES)),
        ("separate_ledger", rate("0"), Prefilled("否", "专账核算", Answer.NO)),
        ("discussion_count", rate("4"), Prefilled("4 次", "居民议事", "")),
        ("issue_closed_rate", NOT_APPLICABLE, Prefilled("不适用", "整改销号率，还没有可计算的记录", "")),
        ("org_count", UNREGISTERED, Prefilled("", NOT_REGISTERED, "")),
        ("something_new", rate("3"), Prefilled("", NOT_REGISTERED, "")),
    ],
)
def test_figures_in_words_and_the_answer_they_propose(metric, figure, expected):
    assert _one(metric, figure, SHARE) == expected


@pytest.mark.django_db
def test_every_metric_of_the_checklist_has_its_rule():
    used = {item.metric for item in ChecklistItem.objects.exclude(metric="")}
    assert used <= set(PRE_ANSWERS)
    assert all(rule.words for rule in PRE_ANSWERS.values())


@pytest.mark.django_db
def test_a_real_pilot():
    submit("P2", "2022-10-24", wrong={"CK05": {}})
    found = prefill(pilot_of("P2"), ChecklistItem.objects.all(), datetime.date(2022, 11, 30))
    assert len(found) == 24
    assert found["CK06"] == Prefilled("", ON_SITE, "")
    assert found["CK08"] == Prefilled("0.0%", "整改销号率，0 / 1 个", Answer.NO)
    assert found["CK04"] == Prefilled("0 场", "11月活动，与10月持平", "")
