"""Eight items a month, all of them in a quarter."""

import datetime

import pytest

from supervision.models import Aspect, ChecklistItem, VisitKind
from supervision.rotation import items_for, rotation_table
from supervision.rules import PRE_ANSWERS

pytestmark = pytest.mark.django_db


def month(number, year=2022):
    return datetime.date(year, number, 1)


@pytest.fixture
def items():
    return list(ChecklistItem.objects.all())


def test_the_checklist_comes_with_the_plan(items):
    assert len(items) == 24
    assert [sum(item.aspect == aspect for item in items) for aspect in Aspect] == [8, 8, 8]
    assert items[0].clauses == "四（二）-4"
    assert items[7].clauses == "五（一）-4" or items[7].clauses.startswith("五（一）")


def test_eight_in_the_first_and_second_month_all_at_quarter_end(items):
    counts = [len(items_for(VisitKind.MONTHLY, month(n), items)) for n in range(1, 13)]
    assert counts == [8, 8, 24] * 4


def test_three_turns_cover_every_item_once(items):
    turns = [code for _, code in rotation_table(items)]
    assert sorted(turns) == [1] * 8 + [2] * 8 + [3] * 8
    for quarter in (7, 10, 1):
        seen = {item.code for n in range(3) for item in items_for(VisitKind.MONTHLY, month(quarter + n), items)}
        assert len(seen) == 24


def test_november_is_the_one_of_the_design(items):
    codes = [item.code for item in items_for(VisitKind.MONTHLY, month(11), items)]
    assert codes == "CK01 CK04 CK06 CK09 CK11 CK12 CK20 CK22".split()


@pytest.mark.parametrize("kind", [VisitKind.MIDTERM, VisitKind.INSPECTION])
def test_midterm_and_inspection_ask_everything(items, kind):
    assert len(items_for(kind, month(11), items)) == 24


def test_an_item_the_setting_does_not_name_has_its_turn(items):
    extra = ChecklistItem(code="CK99", order=25, aspect=Aspect.WORK, wording="新增检查项")
    assert {item.code for item in items_for(VisitKind.MONTHLY, month(11), [*items, extra])} > {"CK99"}


def test_a_rule_says_what_it_measures():
    assert PRE_ANSWERS["milestone_on_time_rate"].words == "90% 及以上为符合，60% 以上为基本符合（建议）"
    assert PRE_ANSWERS["budget_execution_rate"].words == "不低于序时进度为符合，滞后不超过 20 个百分点为基本符合（建议）"
    assert PRE_ANSWERS["separate_ledger"].words == "已设专账为符合（建议）"
    assert PRE_ANSWERS["activity_count"].words == "只列数据，现场判定"
