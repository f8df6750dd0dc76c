"""The pages of projects over HTTP: walls, the form, 形象进度 and milestones, cancelling, the workbook."""

import io
import uuid

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pilots import projects
from pilots.models import Milestone, Project, ProjectStep, Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(person, pilot):
    """`project("guangfu")` → a project of that person's pilot."""

    def make(username="guangfu", name="文化广场提升", code="P2", **values):
        own, by = pilot(code), person(username)
        tasks = list(Task.objects.filter(pilot=own)[:1])
        return projects.save_project(None, by=by, pilot=own, tasks=tasks, **{"name": name, "kind": "works"} | values)

    return make


def form(own, /, **more):
    task = Task.objects.filter(pilot=own).first()
    return {"name": "为老服务", "kind": "service", "works": "", "unit": own.unit_id, "tasks": [task.pk], "once": str(uuid.uuid4())} | more


@pytest.mark.parametrize("username", ["zhulinqiao", "xiahejie", "chicheng"])
def test_other_units_find_nothing_of_it(username, project, as_person):
    row = project(name="独一无二的项目")
    client = as_person(username)
    assert client.get(f"/projects/{row.pk}/").status_code == 404
    for path in ("edit", "steps", "milestones", "cancel"):
        assert client.post(f"/projects/{row.pk}/{path}/", {"name": "x", "reason": "x"}).status_code == 404
    for query in ("", "?q=独一无二", "?pilot=P2", "?kind=works"):
        assert "独一无二的项目" not in client.get(f"/projects/{query}").content.decode()


@pytest.mark.parametrize("username", ["office", "leader", "auditor", "finance", "puan2", "puan_finance"])
def test_readers_read_and_change_nothing(username, project, as_person):
    row, client = project(), as_person(username)
    assert row.name in client.get(f"/projects/{row.pk}/").content.decode()
    assert client.get("/projects/new/").status_code == 403
    for path in ("edit", "steps", "milestones", "cancel"):
        assert client.post(f"/projects/{row.pk}/{path}/", {}).status_code == 403


def test_a_project_is_made_once_with_its_code(pilot, as_person):
    client, data = as_person("guangfu"), form(pilot("P2"), code="P9-99", pilot=pilot("P3").pk, sample="1", cancelled_on="2022-01-01")
    for _ in range(2):
        answer = client.post("/projects/new/", data)
    row = Project.objects.get()
    assert answer.status_code == 302 and (row.code, row.pilot.code, row.cancelled_on) == ("P2-01", "P2", None)
    assert row.tasks.count() == 1


def test_the_clerk_of_the_street_chooses_the_pilot(pilot, as_person):
    client = as_person("puan")
    text = client.get("/projects/new/").content.decode()
    assert "请选择试点" in text and "广福社区" in text and "下河街" not in text
    assert (
        Task.objects.filter(pilot=pilot("P2")).first().obligation.title
        in client.get(f"/projects/tasks/?pilot={pilot('P2').pk}").content.decode()
    )
    client.post("/projects/new/", form(pilot("P2"), pilot=pilot("P2").pk))
    assert Project.objects.get().pilot.code == "P2"
    answer = client.post("/projects/new/", form(pilot("P4"), pilot=pilot("P4").pk))
    assert answer.status_code == 422 and Project.objects.count() == 1


def test_tasks_of_another_pilot_cannot_be_chosen(pilot, as_person):
    foreign = Task.objects.filter(pilot=pilot("P3")).first()
    answer = as_person("guangfu").post("/projects/new/", form(pilot("P2"), tasks=[foreign.pk]))
    assert answer.status_code == 422 and "为老服务" in answer.content.decode() and not Project.objects.exists()


def test_errors_keep_what_was_typed(pilot, as_person):
    data = form(pilot("P2"), name="", budget_note="测算依据", planned_start="2022-12-01", planned_end="2022-11-01")
    text = as_person("guangfu").post("/projects/new/", data).content.decode()
    assert "请填写项目名称" in text and "测算依据" in text and "计划完工不能早于计划开工" in text


def test_a_stale_form_shows_both(project, pilot, as_person):
    row, client = project(), as_person("guangfu")
    page = client.get(f"/projects/{row.pk}/edit/")
    opened = page.context["form"]["opened"].value()
    client.post(f"/projects/{row.pk}/edit/", form(pilot("P2"), name="先保存的", opened=opened))
    answer = client.post(f"/projects/{row.pk}/edit/", form(pilot("P2"), name="后保存的", opened=opened))
    assert answer.status_code == 409 and "先保存的" in answer.content.decode() and "后保存的" in answer.content.decode()
    row.refresh_from_db()
    assert row.name == "先保存的"


def test_progress_goes_forward_only(project, as_person):
    row, client = project(), as_person("guangfu")

    def step(kind, percent="", day="2022-11-20"):
        data = {"kind": kind, "percent": percent, "day": day, "once": str(uuid.uuid4())}
        return client.post(f"/projects/{row.pk}/steps/", data)

    assert "请先登记“启动”" in step("progress", "10").content.decode()
    assert step("started").status_code == 302 and step("progress", "40").status_code == 302
    assert "形象进度须在 40 至 99 之间" in step("progress", "30").content.decode()
    assert "不能晚于今天" in step("completed", day="2022-12-05").content.decode()
    assert "请填 0 至 100 的整数" in step("progress", "四十").content.decode()
    assert ProjectStep.objects.count() == 2
    assert "40%" in client.get(f"/projects/{row.pk}/").content.decode()


def test_milestones_are_met_once(project, as_person):
    row, client = project(), as_person("guangfu")
    client.post(f"/projects/{row.pk}/milestones/", {"name": "完成招标", "due": "2022-11-15", "once": str(uuid.uuid4())})
    item = Milestone.objects.get()
    assert "逾期 15 天" in client.get(f"/projects/{row.pk}/").content.decode()
    address = f"/projects/{row.pk}/milestones/{item.pk}/done/"
    assert client.post(address, {"done_on": "2022-12-02"}).status_code == 422
    client.post(address, {"done_on": "2022-11-14", "proof": "成交通知书"})
    assert client.post(address, {"done_on": "2022-11-13"}).status_code == 422
    item.refresh_from_db()
    assert item.done_on.isoformat() == "2022-11-14"
    other = project("zhulinqiao", code="P3")
    assert client.post(f"/projects/{other.pk}/milestones/{item.pk}/done/", {"done_on": "2022-11-14"}).status_code == 404


def test_cancelling_needs_a_reason(project, as_person):
    row, client = project(), as_person("guangfu")
    assert client.post(f"/projects/{row.pk}/cancel/", {"reason": ""}).status_code == 422
    client.post(f"/projects/{row.pk}/cancel/", {"reason": "并入另一项目"})
    row.refresh_from_db()
    assert row.cancelled_on and "已取消" in client.get(f"/projects/{row.pk}/").content.decode()


def test_the_workbook_is_the_filtered_list(project, as_person):
    project(name="甲项目"), project(name="乙项目", kind="service")
    client = as_person("office")
    for query, names in (
        ("", ["甲项目", "乙项目"]),
        ("kind=service", ["乙项目"]),
        ("q=甲", ["甲项目"]),
        ("step=none", ["甲项目", "乙项目"]),
        ("step=started", []),
    ):
        assert [row.name for row in client.get(f"/projects/?{query}").context["page"].object_list] == names
        answer = client.get(f"/projects/?{query}&export=xlsx")
        rows = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True)
        assert [row[2] for row in rows if isinstance(row[0], int)] == names


def test_the_list_asks_the_same_for_one_and_for_three(project, as_person):
    client, counts = as_person("office"), []
    for more in (1, 2):
        for number in range(more):
            project(name=f"项目{more}{number}")
        client.get("/projects/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/projects/")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12
