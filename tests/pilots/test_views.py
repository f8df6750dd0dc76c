"""Pages of the plan: who sees what, filters, export, the reviewer's panel, queries that do not grow."""

import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import clock
from accounts.models import AuditEvent
from pilots import services
from pilots.models import Task
from tests.pilots.records import day, hand_in, hold, reviewer_of

pytestmark = pytest.mark.django_db


def page(client, url, status=200, **query):
    answer = client.get(url, query)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


@pytest.mark.parametrize(
    ("name", "tasks"),
    [("office", 104), ("leader", 104), ("auditor", 104), ("puan", 45), ("chicheng_finance", 59), ("guangfu", 14), ("nanbeijie", 19)],
)
def test_each_sees_the_tasks_of_its_pilots(as_person, name, tasks):
    answer = as_person(name).get("/tasks/", {"tab": "all"})
    assert answer.context["page"].paginator.count == tasks
    assert {key: count for key, _, count in answer.context["tabs"]}["all"] == tasks


@pytest.mark.parametrize("name", ["sysadmin", "contractor"])
def test_those_without_business_are_refused(as_person, name):
    client = as_person(name)
    for url in ("/tasks/", "/pilots/", "/plan/", "/pilots/P2/"):
        assert client.get(url).status_code == 403


@pytest.mark.parametrize(
    ("name", "foreign"),
    [("guangfu", ["P1", "P3", "P4"]), ("puan", ["P4", "P5", "P6"]), ("chicheng", ["P1", "P2"]), ("xiahejie", ["P5"])],
)
def test_what_is_out_of_sight_does_not_exist(as_person, name, foreign):
    client = as_person(name)
    for code in foreign:
        for url in ("pilot_detail", "pilot_tasks", "pilot_evidence"):
            assert client.get(reverse(url, args=[code])).status_code == 404
        assert client.get(reverse("card_detail", args=[code, 1])).status_code == 404
        task = Task.objects.filter(pilot__code=code).first()
        for url in ("task_detail", "task_history", "task_activities"):
            assert client.get(reverse(url, args=[task.pk])).status_code == 404
        assert client.get(reverse("task_figure", args=[task.pk, 1])).status_code == 404
        assert client.post(reverse("task_confirm", args=[task.pk])).status_code in (403, 404)
    assert client.get("/pilots/P9/").status_code == 404


def test_a_community_reads_no_task_numbers(as_person, task):
    client = as_person("guangfu")
    duty = task("T2.7")
    for url in (
        "/tasks/?tab=all",
        duty.get_absolute_url(),
        "/pilots/P2/",
        "/pilots/P2/tasks/",
        "/pilots/P2/cards/4/",
        "/pilots/P2/evidence/",
    ):
        assert "T2." not in page(client, url), url
    assert "其他职责" not in page(client, "/tasks/", tab="all")


def test_a_community_goes_straight_to_its_pilot(as_person):
    answer = as_person("guangfu").get("/pilots/")
    assert answer.status_code == 302 and answer["Location"] == "/pilots/P2/"


def test_filters_narrow_and_say_so(as_person, task):
    client = as_person("office")
    hold(task("T4.6"), "children_science", "2022-09-17", approved="2022-09-22")
    for query, count in (
        ({"pilot": "P4"}, 20),
        ({"clause": "三（六）"}, 19),
        ({"sentence": "三（四）-2"}, 4),
        ({"source": "plan"}, 3),
        ({"entry": "service", "pilot": "P5"}, 10),
        ({"state": "待审核"}, 1),
        ({"state": "未完成"}, 104),
        ({"light": "ok"}, 1),
        ({"q": "儿童科普"}, 1),
        ({"q": "etkp"}, 1),
        ({"q": "ertongkepu"}, 1),
        ({"q": "T4.6"}, 1),
        ({"q": "t4.6"}, 1),
        ({"tab": "other", "entry": "town"}, 20),
        ({"tab": "missing", "pilot": "P4"}, 19),
        ({"tab": "due"}, 0),
        ({"pilot": "P99"}, 0),
        ({"state": "<b>", "light": "purple", "tab": "x", "sort": "drop", "page": "x"}, 104),
    ):
        answer = client.get("/tasks/", {"tab": "all", **query})
        assert answer.context["page"].paginator.count == count, query
    text = page(client, "/tasks/", tab="all", pilot="P4", state="已完成")
    assert "试点：下河街社区" in text and "没有符合条件的任务" in text and "去掉“状态：已完成”有 20 项" in text


def test_the_filter_is_remembered_until_it_is_reset(as_person):
    client = as_person("office")
    client.get("/tasks/", {"tab": "all", "pilot": "P3"})
    answer = client.get("/tasks/")
    assert answer.status_code == 302 and "pilot=P3" in answer["Location"]
    assert client.get("/tasks/?reset")["Location"] == "/tasks/"
    assert client.get("/tasks/").context["page"].paginator.count == 104


def test_rows_are_numbered_through_the_pages(as_person):
    text = page(as_person("office"), "/tasks/", tab="all", page="2")
    assert '<td class="i">21</td>' in text and '<td class="i">40</td>' in text and "第 2/6 页" in text


def test_order_by_due_date_and_by_name(as_person):
    client = as_person("office")
    rows = client.get("/tasks/", {"tab": "other", "sort": "-due"}).context["page"].object_list
    assert [row.task.obligation.due for row in rows] == sorted((row.task.obligation.due for row in rows), reverse=True)
    rows = client.get("/tasks/", {"tab": "all", "sort": "title"}).context["page"].object_list
    assert [row.task.obligation.search for row in rows] == sorted(row.task.obligation.search for row in rows)


def test_the_workbook_holds_exactly_the_filtered_rows(as_person, task):
    hold(task("T4.6"), "children_science", "2022-09-17", approved="2022-09-22")
    client = as_person("office")
    query = {"tab": "all", "pilot": "P4", "state": "未完成", "sort": "-due"}
    shown = [row.task.obligation.code for row in client.get("/tasks/", query).context["listing"].rows]
    answer = client.get("/tasks/", {**query, "export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    head = next(row for row in sheet.iter_rows() if row[0].value == "序号")
    rows = list(sheet.iter_rows(min_row=head[0].row + 1, values_only=True))
    codes = [row[2] for row in rows if isinstance(row[0], int)]
    assert codes == shown and len(codes) == 20
    event = AuditEvent.objects.get(kind="export")
    assert event.detail["rows"] == 20 and event.detail["filters"] == "全部试点任务、试点：下河街社区、状态：未完成"
    science = next(row for row in rows if row[2] == "T4.6")
    assert (science[13], science[14], science[16], science[18]) == ("1 场", "已达标", 2, "待审核")


def test_task_page_quotes_first_and_names_all_roles(as_person, task):
    text = page(as_person("office"), task("T4.4").get_absolute_url())
    assert "<mark>有3个以上注册或备案的服务性、公益性、互助性社区社会组织</mark>" in text
    for words in (
        "主体责任",
        "赤城镇",
        "实施单位",
        "下河街社区",
        "配合单位",
        "县直相关部门",
        "督导单位",
        "未登记不等于 0",
        "同一句里的其他指标",
        "待核定",
    ):
        assert words in text, words
    assert text.index("方案原文</h2>") < text.index('<th scope="col">指标</th>')


def test_previous_and_next_stay_within_the_unit(as_person, task):
    text = page(as_person("office"), task("T4.1").get_absolute_url())
    assert 'rel="prev"' not in text and f'href="{task("T4.2").get_absolute_url()}" rel="next"' in text


def test_every_figure_opens_its_rows(as_person, task):
    duty = task("T4.6")
    held = hold(duty, "children_science", "2022-09-17", approved="2022-09-22")
    client = as_person("office")
    url = reverse("task_figure", args=[duty.pk, 1])
    assert url in page(client, duty.get_absolute_url())
    assert held.title in page(client, url)
    assert held.title not in page(client, url, as_of="2022-09-21")
    assert "登记册还没有建立" in page(client, reverse("task_figure", args=[task("T4.4").pk, 1]))
    assert client.get(reverse("task_figure", args=[duty.pk, 7])).status_code == 404


def test_activities_and_history_have_addresses_of_their_own(as_person, task):
    duty = task("T4.6")
    held = hold(duty, "children_science", "2022-09-17", approved="2022-09-22")
    client = as_person("chicheng")
    assert held.title in page(client, reverse("task_activities", args=[duty.pk]))
    assert held.title not in page(client, reverse("task_activities", args=[duty.pk]), as_of="2022-09-16")
    obligation = duty.obligation
    obligation.title = "儿童科普"
    obligation.save()
    text = page(client, reverse("task_history", args=[duty.pk]))
    assert "短标题：儿童科普实验室项目 → 儿童科普" in text


def test_confirming_from_the_page(as_person, task):
    duty = task("T4.6")
    client = as_person("chicheng2")
    url = reverse("task_confirm", args=[duty.pk])
    text = client.post(url, {"opinion": "看过"}).content.decode()
    assert "还不能办理" in text and "活动场次未达标" in text and "看过" in text
    hold(duty, "children_science", "2022-09-17", approved="2022-09-22")
    assert "确认完成</button>" in page(client, duty.get_absolute_url())
    assert client.post(url, {"opinion": "同意"}).status_code == 302
    text = page(client, duty.get_absolute_url())
    assert "已完成" in text and "撤销确认</button>" in text and "赤城镇确认完成" in text
    assert client.post(reverse("task_revoke", args=[duty.pk]), {"opinion": ""}).status_code == 200
    assert client.post(reverse("task_revoke", args=[duty.pk]), {"opinion": "重新核对"}).status_code == 302
    assert "重新核对" in page(client, duty.get_absolute_url())


def test_a_past_day_is_read_only(as_person, task):
    duty = task("T4.6")
    hold(duty, "children_science", "2022-09-17", approved="2022-09-22")
    client = as_person("chicheng2")
    text = page(client, duty.get_absolute_url(), as_of="2022-09-30")
    assert "这是历史数据，只能查看" in text and "确认完成</button>" not in text


@pytest.mark.parametrize("name", ["office", "leader", "department", "auditor", "guangfu", "puan_finance"])
def test_confirming_is_the_reviewers_alone(as_person, task, name):
    duty = task("T2.7")
    hand_in(duty, "planning_map", "2022-10-10", approved="2022-10-12")
    client = as_person(name)
    assert client.post(reverse("task_confirm", args=[duty.pk])).status_code == 403
    assert duty.confirmations.count() == 0


def test_pilot_list_adds_up(as_person, task):
    duty = task("T2.7")
    hand_in(duty, "planning_map", "2022-10-10", approved="2022-10-12")
    with clock.at(day("2022-10-20")):
        services.confirm_task(duty, by=reviewer_of(duty))
    answer = as_person("office").get("/pilots/")
    assert [s.pilot.code for s in answer.context["standings"]] == ["P1", "P2", "P3", "P4", "P5", "P6"]
    assert (answer.context["progress"].done, answer.context["progress"].total) == (1, 104)
    text = answer.content.decode()
    assert "1 / 104 项" in text and "57.5%" in text and "6 个试点合计" in text
    assert [s.pilot.code for s in as_person("chicheng").get("/pilots/").context["standings"]] == ["P4", "P5", "P6"]


def test_pilot_page_and_tabs(as_person, task):
    hold(task("T4.6"), "children_science", "2022-09-17", approved="2022-09-22")
    client = as_person("office")
    text = page(client, "/pilots/P4/")
    for words in ("按方案逐句看进展", "接下来 30 天", "近期动态", "三（四）共 5 句 20 项", "社会组织参与型", "切换试点"):
        assert words in text, words
    assert "/pilots/P4/funds/" in text and "/pilots/P4/supervision/" in text
    assert "第5句" in page(client, "/pilots/P4/tasks/")
    assert "由活动记录自动归集" in page(client, "/pilots/P4/evidence/")


def test_card_page(as_person, task):
    hand_in(task("T2.5"), "before_after_photo", "2022-10-10", approved="2022-10-12")
    text = page(as_person("guangfu"), "/pilots/P2/cards/2/")
    assert "文化广场改造与阵地文化环境" in text and "“优化社区服务环境”" in text and "项目验收单" in text
    assert as_person("guangfu").get("/pilots/P2/cards/9/").status_code == 404


def test_plan_text_marks_the_sentence_and_the_own_words(as_person, task):
    client = as_person("leader")
    text = page(client, "/plan/", sentence="三（四）-1")
    assert 'class="sent on" id="chosen">积极动员社区各类社会组织' in text
    text = page(client, "/plan/", sentence="三（四）-1", task=str(task("T4.2").pk))
    assert "<mark>同时引进专业社会组织</mark>" in text
    assert 'id="chosen"' not in page(client, "/plan/", sentence="九（九）-9", task="x")


PAGES = [
    "/tasks/?tab=all",
    "/tasks/?tab=other",
    "/pilots/",
    "/pilots/P4/",
    "/pilots/P4/tasks/",
    "/pilots/P4/evidence/",
    "/pilots/P4/cards/5/",
]


def _cost(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("url", [*PAGES, "detail", "activities"])
def test_queries_do_not_grow_with_rows(as_person, task, url):
    duty = task("T4.6")
    if not url.startswith("/"):
        url = duty.get_absolute_url() + ("activities/" if url == "activities" else "")
    client = as_person("office")
    hold(duty, "children_science", "2022-09-17", approved="2022-09-22")
    hand_in(task("T4.4"), "org_certificate", "2022-10-10", approved="2022-10-12")
    one = _cost(client, url)
    for other in ("2022-10-17", "2022-11-12"):
        hold(duty, "children_science", other, approved="2022-11-22")
        hand_in(task("T4.4"), "org_certificate", other, approved="2022-11-22")
    assert one == _cost(client, url)
    assert one <= 12
