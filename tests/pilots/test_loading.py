"""The official plan as data: counts, quotations, idempotence, dry run, damaged files, recorded work left alone."""

import datetime
import shutil
from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Unit
from pilots.loading import DEFAULT_PLAN, PLANS, load_plan
from pilots.models import (
    ActivityCategory,
    EvidenceType,
    Indicator,
    Metric,
    Obligation,
    Phase,
    Pilot,
    Programme,
    RecurringDuty,
    RecurringPeriod,
    ReportRequirement,
    Task,
    TaskConfirmation,
    TaskGroup,
    TaskRole,
)
from pilots.plan_rules import read_plan
from pilots.plan_schema import PlanInvalid
from pilots.plan_text import plan_text
from tests.pilots.records import hand_in

pytestmark = pytest.mark.django_db
SOURCE = DEFAULT_PLAN.read_text(encoding="utf-8")


@pytest.fixture
def edited(tmp_path):
    """`edited(old, new)` → the path of a copy of the plan file with one text replaced."""

    def make(*changes: tuple[str, str], text: str | None = None):
        content = text if text is not None else SOURCE
        for old, new in changes:
            assert content.count(old) >= 1, old
            content = content.replace(old, new, 1)
        path = tmp_path / "plan.yaml"
        path.write_text(content, encoding="utf-8")
        shutil.copy(PLANS / "penxi-2022.txt", tmp_path)
        return path

    return make


def test_counts_are_those_of_the_plan():
    counted = {
        model.__name__: model.objects.count()
        for model in (
            *(Unit, Programme, Phase, Pilot, EvidenceType, ActivityCategory, Metric, Obligation, Indicator, Task),
            *(TaskGroup, RecurringDuty, RecurringPeriod, ReportRequirement),
        )
    }
    counted["Unit"] = Unit.objects.filter(sample=False).count()
    assert counted == {
        "Unit": 27,
        "Programme": 1,
        "Phase": 3,
        "Pilot": 6,
        "EvidenceType": 77,
        "ActivityCategory": 35,
        "Metric": 71,
        "Obligation": 174,
        "Indicator": 190,
        "Task": 304,
        "TaskGroup": 48,
        "RecurringDuty": 7,
        "RecurringPeriod": 24,
        "ReportRequirement": 10,
    }
    assert Counter(Obligation.objects.values_list("kind", flat=True)) == {"pilot_task": 104, "phase_step": 35, "safeguard": 29, "goal": 6}
    assert Counter(Indicator.objects.values_list("source", flat=True)) == {"plan": 8, "derived": 91, "proposed": 91}
    assert Obligation.objects.filter(external=True).count() == 4


def test_every_quotation_stands_in_its_sentence_of_the_official_text():
    text = plan_text(Programme.objects.get())
    for obligation in Obligation.objects.all():
        assert obligation.quote in text.sentence(obligation.sentence).text, obligation.code


@pytest.mark.parametrize(
    ("code", "instances"), [("T1.1", 1), ("S1.1", 6), ("S1.12", 5), ("S2.3", 2), ("S1.5", 1), ("B1.6", 6), ("B2.3", 2), ("G6", 1)]
)
def test_fan_out_by_scope(code, instances):
    assert Task.objects.filter(obligation__code=code).count() == instances


def test_roles_of_instances(task):
    step = task("S1.1", "guangfu")
    assert (step.pilot.code, step.accountable.code) == ("P2", "leading_group_office")
    assert [role.unit.code for role in step.roles.filter(kind=TaskRole.Kind.EXECUTOR)] == ["guangfu"]
    disclosure = task("B1.8", "dongjie")
    assert disclosure.accountable.code == "chicheng_town"  # parent_of_pilot
    tender = task("S2.3", "puan_street")
    assert (tender.pilot, tender.accountable.code) == (None, "puan_street")
    report = task("S3.9")
    assert report.unit.code == "leading_group_office"
    assert [role.unit.code for role in report.roles.filter(kind="executor")] == ["suining_civil_affairs"]
    first = task("T1.1")
    assert {(r.kind, r.unit.code) for r in first.roles.all()} == {
        ("executor", "puan_street"),
        ("collaborator", "county_departments"),
        ("suggested", "county_org_department"),
        ("supervisor", "leading_group_office"),
    }


def test_each_pilot_has_eight_cards_that_hold_each_pilot_task_once():
    for pilot in Pilot.objects.all():
        groups = TaskGroup.objects.filter(pilot=pilot)
        assert [group.criterion for group in groups] == [f"R{n}" for n in range(33, 41)]
        assert sum(group.weight for group in groups) == 40
        held = Counter(code for group in groups for code in group.obligations.values_list("code", flat=True))
        assert set(held.values()) == {1}
        assert set(held) == set(Obligation.objects.filter(pilot=pilot).values_list("code", flat=True))


def test_photos_are_not_asked_for_where_they_would_hurt():
    assert set(ActivityCategory.objects.filter(min_photos=0).values_list("code", flat=True)) == {
        "minors_counselling",
        "minors_visit",
        "home_care",
    }
    assert set(ActivityCategory.objects.exclude(min_photos=0).values_list("min_photos", flat=True)) == {2}


def test_pinyin_of_units_and_duties():
    assert Unit.objects.get(code="xiahejie").search == "xiahejieshequ xhjsq"
    assert "jydzdy" in Obligation.objects.get(code="T1.14").search or "jzd" in Obligation.objects.get(code="T1.14").search


def test_indicators_say_in_words_what_they_count():
    assert Indicator.objects.get(obligation__code="T4.4").detail == "注册登记、备案；服务性、公益性、互助性"
    assert Indicator.objects.get(obligation__code="T4.6").detail == "儿童科普实验室"


def test_no_english_code_in_what_people_read():
    for metric in Metric.objects.exclude(code="task_attainment"):
        assert not any("a" <= letter <= "z" for letter in metric.definition), metric.code


def test_second_load_changes_nothing():
    rows = Task.history.count() + Obligation.history.count() + Indicator.history.count() + Unit.history.count()
    outcome = load_plan()
    assert (outcome.changes, outcome.kept) == ([], [])
    assert Task.history.count() + Obligation.history.count() + Indicator.history.count() + Unit.history.count() == rows


def test_dry_run_tells_field_by_field_and_writes_nothing(edited, capsys):
    path = edited(
        ("title: 坚持党建引领", "title: 党建引领"), ("due: '2023-02-28'\n  due_basis: derived", "due: '2023-02-27'\n  due_basis: derived")
    )
    outcome = load_plan(path, dry_run=True)
    assert [(c.verb, c.field, c.old, c.new) for c in outcome.changes] == [
        ("修改", "短标题", "坚持党建引领", "党建引领"),
        ("修改", "期限", "2023-02-28", "2023-02-27"),
    ]
    assert Obligation.objects.get(code="T1.1").title == "坚持党建引领"
    call_command("load_plan", str(path), dry_run=True)
    said = capsys.readouterr().out
    assert "短标题：坚持党建引领 → 党建引领" in said and "将有 2 处变化；这次没有写入" in said
    load_plan(path)
    assert Obligation.objects.get(code="T1.1").due == datetime.date(2023, 2, 27)


def test_a_brand_people_entered_is_kept(pilot):
    row = pilot("P4")
    row.brand = "组团邻里"
    row.save()
    load_plan()
    assert pilot("P4").brand == "组团邻里"


def test_a_target_of_an_approved_scheme_is_kept(task):
    duty = task("T4.3").obligation
    Indicator.objects.create(obligation=duty, order=100, metric=duty.indicators.first().metric, comparator=">=", target=2, source="scheme")
    outcome = load_plan()
    assert outcome.changes == []
    assert duty.indicators.filter(source="scheme", target=2).exists()


def _without_task(code: str) -> str:
    start = SOURCE.index(f"- id: {code}\n")
    end = SOURCE.index("\n- id: ", start) + 1
    return SOURCE[:start] + SOURCE[end:]


def test_a_duty_without_records_leaves_with_the_file(edited):
    outcome = load_plan(edited(text=_without_task("B3.6").replace("B3.5, B3.6", "B3.5")))
    assert not Obligation.objects.filter(code="B3.6").exists()
    assert ("删除", "方案任务") in [(c.verb, c.kind) for c in outcome.changes]
    assert Task.objects.count() == 303


def test_a_duty_with_recorded_work_stays_and_is_named(edited, task, chicheng2):
    step = task("B3.3", "xiahejie")
    file = hand_in(step, "experience_report", "2022-11-01", approved="2022-11-02")
    TaskConfirmation.objects.create(task=step, confirmed=True, actor=chicheng2)
    text = _without_task("B3.3").replace("S3.6, B3.3, G5", "S3.6, G5")
    outcome = load_plan(edited(text=text))
    assert any("B3.3" in line and "保留" in line for line in outcome.kept)
    assert Task.objects.filter(obligation__code="B3.3").count() == 6
    file.refresh_from_db()
    assert file.state == "approved" and list(file.tasks.all()) == [step]
    assert step.confirmations.count() == 1


def test_reading_is_fast():
    import time

    started = time.process_time()
    read_plan(DEFAULT_PLAN)
    assert time.process_time() - started < 3


DAMAGE = [
    ("title: 坚持党建引领", "titel: 坚持党建引领", "没有“titel”这一项"),
    ("title: 坚持党建引领", "title: ''", "不能为空"),
    ("  title: 坚持党建引领\n", "", "缺少“title”"),
    ("quote: 坚持党建引领\n", "quote: 坚持党建\n", None),
    ("quote: 坚持党建引领\n", "quote: 坚持党的引领\n", "引文与方案原文不一致"),
    ("due: '2023-02-28'\n  due_basis: derived", "due: '2023-02-30'\n  due_basis: derived", "应为日期"),
    (
        "start: '2022-08-01'\n  due: '2023-02-28'\n  due_basis: derived",
        "start: '2023-08-01'\n  due: '2023-02-28'\n  due_basis: derived",
        "晚于期限",
    ),
    ("accountable: puan_street\n  executors", "accountable: puan_road\n  executors", "主体责任单位“puan_road”没有定义"),
    ("executors: [puan_street]", "executors: []", "至少要有 1 项"),
    ("executors: [puan_street]", "executors: puan_street", "应为列表"),
    ("evidence: [party_record, meeting_minutes]", "evidence: [party_record, minutes]", "材料类型“minutes”没有定义"),
    (
        "metric: activity_count\n    params: {category: party_building}",
        "metric: activities\n    params: {category: party_building}",
        "指标“activities”没有定义",
    ),
    ("params: {category: party_building}", "params: {category: party}", "取值“party”没有定义"),
    ("params: {category: party_building}", "params: {kind: party_building}", "没有参数“kind”"),
    ("comparator: '>='\n    target: 1\n    source: proposed", "comparator: '≥'\n    target: 1\n    source: proposed", "只能是"),
    ("target: 1\n    source: proposed", "target: 一\n    source: proposed", "应为数字"),
    ("target: 1\n    source: proposed", "target: true\n    source: proposed", "目标应为数字"),
    ("scope: pilot\n  phase: S2\n  title: 坚持党建引领", "scope: county\n  phase: S2\n  title: 坚持党建引领", "不应指定试点"),
    ("- id: T1.2\n", "- id: T1.1\n", "与第"),
    ("sentence: 三（一）-1", "sentence: 三（二）-1", "与条款"),
    ("entry: activity\n  suggested", "entry: monthly\n  suggested", "只能是"),
    ("schema_version: 1", "schema_version: 2", "应在 1 到 1 之间"),
    (
        "{code: guangfu, name: 广福社区, short_name: 广福社区, kind: community, parent: puan_street",
        "{code: guangfu, name: 广福社区, short_name: 广福社区, kind: community, parent: leading_group",
        "上级单位应为街道或镇",
    ),
    ("unit: guangfu, accountable: puan_street", "unit: guangfu, accountable: chicheng_town", "应为试点单位自身或其上级"),
    ("clauses: [T1.1, T1.2, T1.17]", "clauses: [T1.1, T1.2]", "应恰好计入一个评分项"),
    ("clauses: [T1.1, T1.2, T1.17]\n        weight: 8", "clauses: [T1.1, T1.2, T1.17]\n        weight: 9", "权重合计 101 分"),
    ("text_file: penxi-2022.txt", "text_file: other.txt", "找不到方案原文文件"),
    ("text_file: penxi-2022.txt", "text_file: ../penxi-2022.txt", "只写文件名"),
    ("task: B1.4\n", "task: B9.4\n", "任务“B9.4”没有定义"),
    ("kind: leading_group_office, parent: leading_group", "kind: county_department, parent: leading_group", "应有且只有一个领导小组办公室"),
]


@pytest.mark.parametrize(("old", "new", "said"), DAMAGE, ids=[str(n) for n in range(len(DAMAGE))])
def test_damage_is_named_in_chinese_with_file_and_line(edited, old, new, said):
    path = edited((old, new))
    if said is None:  # a shorter quotation is still a quotation
        assert load_plan(path, dry_run=True).changes
        return
    tasks = Task.objects.count()
    with pytest.raises(PlanInvalid) as caught:
        load_plan(path)
    lines = [line for line in caught.value.lines() if said in line]
    assert lines, caught.value.lines()
    assert all(line.startswith(("plan.yaml 第", "plan.yaml：")) for line in lines)
    assert Task.objects.count() == tasks


def test_the_line_named_is_the_line_of_the_fault(edited):
    with pytest.raises(PlanInvalid) as caught:
        load_plan(edited(("entry: activity\n  suggested", "entry: monthly\n  suggested")))
    line = SOURCE[: SOURCE.index("entry: activity\n  suggested")].count("\n") + 1
    assert [problem.line for problem in caught.value.problems] == [line]


def test_all_faults_are_told_at_once(edited):
    path = edited(
        ("title: 坚持党建引领", "title: ''"),
        ("comparator: '>='\n    target: 1\n    source: proposed", "comparator: no\n    target: 1\n    source: proposed"),
        ("metric: discussion_count", "metric: talks"),
    )
    with pytest.raises(PlanInvalid) as caught:
        load_plan(path)
    assert len(caught.value.problems) == 3
    assert [p.line for p in caught.value.problems] == sorted(p.line for p in caught.value.problems)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "文件是空的"),
        (b"a: [1, 2", "YAML 格式有错"),
        (b"a: 1\n b: 2\n", "YAML 格式有错"),
        ("标题: 方案".encode("gbk"), "不是 UTF-8 编码"),
        (b"- 1\n- 2\n", "应为“名称: 值”的形式"),
        (b"a: \x07\n", "不允许的字符"),
        (b"x" * (4 * 1024 * 1024 + 1), "超过 4 MB"),
    ],
)
def test_a_file_that_is_no_plan_at_all(tmp_path, content, said):
    path = tmp_path / "plan.yaml"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        call_command("load_plan", str(path))


def test_a_missing_file():
    with pytest.raises(CommandError, match="文件不存在"):
        call_command("load_plan", "nowhere.yaml")
