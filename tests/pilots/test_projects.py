"""The deeds of the 项目清单: who may, in which order, on which days."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from pilots.models import Project, ProjectStep, Task
from pilots.projects import add_milestone, add_step, cancel_project, finish_milestone, save_project
from tests.conftest import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TOMORROW, YESTERDAY = TODAY + datetime.timedelta(days=1), TODAY - datetime.timedelta(days=1)


@pytest.fixture
def project(pilot, guangfu):
    tasks = list(Task.objects.filter(pilot=pilot("P2"))[:2])
    return save_project(None, by=guangfu, pilot=pilot("P2"), tasks=tasks, name="文化广场提升", kind="works", works="culture_square")


def test_codes_are_given_in_turn(project, pilot, puan):
    second = save_project(None, by=puan, pilot=pilot("P2"), tasks=[], name="第二个", kind="service")
    assert (project.code, second.code) == ("P2-01", "P2-02")


@pytest.mark.parametrize("name", ["zhulinqiao", "chicheng", "puan_finance", "office", "leader", "contractor"])
def test_only_the_own_unit_and_its_clerk_enter_projects(project, person, name):
    with pytest.raises(PermissionDenied):
        save_project(project, by=person(name), tasks=[], name="越权")
    with pytest.raises(PermissionDenied):
        add_step(project, by=person(name), kind="started", day=TODAY)
    assert Project.objects.get().name == "文化广场提升"


def test_tasks_of_another_pilot_and_stale_forms_are_refused(project, pilot, guangfu):
    with pytest.raises(ValidationError, match="不属于这个试点"):
        save_project(project, by=guangfu, tasks=list(Task.objects.filter(pilot=pilot("P4"))[:1]))
    with pytest.raises(ValidationError) as refused:
        save_project(project, by=guangfu, tasks=[], expected_version=project.version + 1)
    assert refused.value.code == "stale"


def test_steps_go_forward_only(project, guangfu):
    def step(kind, day=TODAY, percent=None):
        return add_step(project, by=guangfu, kind=kind, day=day, percent=percent)

    for kind, day, percent, sentence in [("progress", TODAY, 20, "还没有启动"), ("started", TOMORROW, None, "不能晚于今天")]:
        with pytest.raises(ValidationError, match=sentence):
            step(kind, day, percent)
    step("started", YESTERDAY)
    step("progress", YESTERDAY, 40)
    for kind, day, percent, sentence in [
        ("started", TODAY, None, "不能再登记"),
        ("progress", TODAY, 39, "40 至 99"),
        ("progress", TODAY, 100, "40 至 99"),
        ("progress", TODAY - datetime.timedelta(days=5), 50, "不能早于上一环节"),
        ("accepted", TODAY, None, "完工后才能登记验收"),
    ]:
        with pytest.raises(ValidationError, match=sentence):
            step(kind, day, percent)
    step("completed")
    step("accepted")
    assert list(ProjectStep.objects.values_list("percent", flat=True)) == [0, 40, 100, 100]


def test_a_milestone_is_met_once(project, guangfu):
    row = add_milestone(project, by=guangfu, name="主体完工", due=TODAY)
    with pytest.raises(ValidationError, match="不能晚于今天"):
        finish_milestone(row, by=guangfu, done_on=TOMORROW)
    finish_milestone(row, by=guangfu, done_on=YESTERDAY, proof="验收记录")
    with pytest.raises(ValidationError, match="已登记完成"):
        finish_milestone(row, by=guangfu, done_on=TODAY)


def test_a_cancelled_project_stays_readable_and_counts_no_more(project, guangfu):
    with pytest.raises(ValidationError, match="写明原因"):
        cancel_project(project, by=guangfu, reason=" ")
    cancel_project(project, by=guangfu, reason="并入其他项目")
    assert Project.objects.known_on(TODAY).count() == 0 and Project.objects.known_on(YESTERDAY).count() == 0
    with pytest.raises(ValidationError, match="已取消"):
        save_project(project, by=guangfu, tasks=[], name="再改")


def test_a_project_with_a_budget_is_not_cancelled(pilot, guangfu):
    from tests.funds import records

    records.given(pilot("P2"))
    line = records.line_of(pilot("P2"))
    with pytest.raises(ValidationError, match="已有预算或用款"):
        cancel_project(line.project, by=guangfu, reason="取消")
