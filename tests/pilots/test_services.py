"""The reviewer's word on a task: who may, what must hold, what follows."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts import clock
from accounts.models import AuditEvent, Notice
from pilots import services
from pilots.models import TaskConfirmation
from pilots.states import task_states
from tests.pilots.records import day, hand_in, hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def map_duty(task):
    """15分钟服务圈 of 广福社区 with its approved map: complete, not yet confirmed."""
    duty = task("T2.7")
    hand_in(duty, "planning_map", "2022-10-10", approved="2022-10-12")
    return duty


@pytest.mark.parametrize(
    ("code", "unit", "allowed"),
    [
        ("T2.7", None, {"puan", "puan2"}),
        ("T4.6", None, {"chicheng", "chicheng2"}),
        ("T1.2", None, {"office", "office2"}),  # a street's own pilot is confirmed by the office
        ("S2.3", "puan_street", {"office", "office2"}),
        ("S1.5", None, {"office", "office2"}),  # the office's own duty: by whoever did not hand in its proof
    ],
)
def test_who_confirms(task, person, code, unit, allowed):
    duty = task(code, unit) if unit else task(code)
    people = (
        "office",
        "office2",
        "leader",
        "department",
        "finance",
        "puan",
        "puan2",
        "puan_finance",
        "chicheng",
        "chicheng2",
        "guangfu",
        "auditor",
    )
    assert {name for name in people if services.may_confirm(person(name), services.confirming_unit(duty))} == allowed


def test_confirming_makes_it_done_and_tells_the_unit(map_duty, puan2, guangfu):
    word = services.confirm_task(map_duty, by=puan2, opinion=" 现场看过 ")
    assert (word.confirmed, word.opinion, word.on) == (True, "现场看过", clock.today())
    assert task_states([map_duty], clock.today())[map_duty.pk].done
    notice = Notice.objects.get(recipient=guangfu, key=f"confirm-{word.pk}")
    assert notice.title == "普安街道确认完成：规划建设15分钟服务圈" and notice.url == map_duty.get_absolute_url()
    assert AuditEvent.objects.filter(kind="approve", user=puan2, object_id=str(map_duty.pk)).exists()


@pytest.mark.parametrize("name", ["guangfu", "chicheng2", "office", "leader", "puan_finance"])
def test_others_are_refused_by_name(map_duty, person, name):
    with pytest.raises(PermissionDenied, match="由普安街道确认完成"):
        services.confirm_task(map_duty, by=person(name))
    assert not TaskConfirmation.objects.exists()


def test_open_checks_are_refused_as_a_list(task, puan2, chicheng2):
    with pytest.raises(ValidationError) as caught:
        services.confirm_task(task("T4.8"), by=chicheng2)
    assert caught.value.messages == ["活动场次未达标", "还缺2类佐证材料：活动记录表、活动照片"]
    duty = task("T2.7")
    hand_in(duty, "planning_map", "2022-10-10")
    with pytest.raises(ValidationError) as caught:
        services.confirm_task(duty, by=puan2)
    assert "还有1类佐证材料待审，须先审完：服务圈规划图（设施点位表）" in caught.value.messages


def test_an_unregistered_target_is_said_as_such(task, chicheng2):
    duty = task("T4.4")
    hand_in(duty, "org_certificate", "2022-10-10", approved="2022-10-12")
    with pytest.raises(ValidationError) as caught:
        services.confirm_task(duty, by=chicheng2)
    assert caught.value.messages == ["社区社会组织数未登记，登记后自动取数"]


def test_twice_is_refused(map_duty, puan2, puan):
    services.confirm_task(map_duty, by=puan2)
    with pytest.raises(ValidationError, match="已经确认完成"):
        services.confirm_task(map_duty, by=puan)


def test_whoever_handed_in_does_not_confirm(task, puan2, guangfu):
    duty = task("T2.4")
    hold(duty, "community_culture", "2022-10-10", approved="2022-10-12")
    hand_in(duty, "venue_photo", "2022-10-10", approved="2022-10-12")
    guangfu.unit, guangfu.role = puan2.unit, puan2.role  # the community's worker has moved to the street
    guangfu.save()
    with pytest.raises(ValidationError, match="提交与确认不能是同一人"):
        services.confirm_task(duty, by=guangfu)
    services.confirm_task(duty, by=puan2)


def test_revoking_asks_for_a_reason_and_opens_the_task(map_duty, puan2, guangfu):
    with pytest.raises(ValidationError, match="还没有确认完成"):
        services.revoke_confirmation(map_duty, by=puan2, opinion="错了")
    with clock.at(day("2022-11-01")):
        services.confirm_task(map_duty, by=puan2)
    with pytest.raises(ValidationError, match="撤销须写明原因"):
        services.revoke_confirmation(map_duty, by=puan2, opinion="  ")
    word = services.revoke_confirmation(map_duty, by=puan2, opinion="图纸与现场不符")
    assert not task_states([map_duty], clock.today())[map_duty.pk].done
    assert task_states([map_duty], day("2022-11-29"))[map_duty.pk].done
    assert "图纸与现场不符" in Notice.objects.get(recipient=guangfu, key=f"confirm-{word.pk}").title
    assert map_duty.confirmations.count() == 2
