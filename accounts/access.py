"""Who may do what (role × action), and whose rows a person sees (the three walls).

Closed by default: a view names its action with `@requires`; rows come from `visible_to(user)` on each QuerySet.
What a person may not see does not exist for them (404); what they see but may not do answers 403 and is noted in the audit log.
Walls: community ↔ community, town ↔ town, and a street's own pilot ↔ its communities.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.models import Role, Unit, User

COUNTY = {Role.OFFICE, Role.LEADER, Role.FINANCE, Role.DEPARTMENT, Role.AUDITOR}
TOWN = {Role.TOWN_CLERK, Role.TOWN_LEADER, Role.TOWN_FINANCE}
BUSINESS = COUNTY | TOWN | {Role.COMMUNITY}


class Action(StrEnum):
    """The value is what a refused person reads: 只有……可以<value>."""

    MANAGE_PEOPLE = "管理人员"
    VIEW_AUDIT = "查看审计日志"
    VIEW_PLAN = "查看方案与任务"
    VIEW_PILOTS = "查看试点总览"
    VIEW_ACTIVITIES = "查看活动记录"
    RECORD_ACTIVITY = "记录活动"
    VIEW_EVIDENCE = "查看佐证材料"
    HAND_IN_EVIDENCE = "上传佐证材料"
    REVIEW = "审核"
    CONFIRM_TASK = "确认任务完成"
    EXPORT = "导出"
    VIEW_REPORTS = "查看已签发的报告"
    PREPARE_REPORT = "编制报告"
    VIEW_DRAFT_REPORTS = "查看报告草稿"
    MANAGE_PROJECTS = "维护项目清单"
    VIEW_FUNDS = "查看资金台账"
    ISSUE_FUNDS = "登记资金下达和分配"
    MANAGE_FUNDS = "管理资金预算"
    MANAGE_CONTRACTS = "登记合同"
    APPLY_PAYMENT = "填报用款申请"
    REVIEW_PAYMENT = "审核用款申请"
    CHECK_PAYMENT = "复核用款申请"
    REGISTER_APPROVAL = "登记主要负责人审批"
    PAY = "登记支付和冲正"
    FILE_PAYMENT = "用款备案"
    DISCLOSE_FUNDS = "登记资金公示"
    VIEW_SUPERVISION = "查看督导与整改"
    SUPERVISE = "开展督导"
    RECTIFY = "整改问题"
    RECHECK = "复核问题"
    DECIDE_EXTENSION = "审批延期"
    VIEW_INSTRUCTIONS = "查看批示"
    ENTER_INSTRUCTION = "登记批示"
    ANSWER_INSTRUCTION = "办理批示"


ALLOWED: dict[Action, frozenset[Role]] = {
    Action.MANAGE_PEOPLE: frozenset({Role.SYSADMIN}),
    Action.VIEW_AUDIT: frozenset({Role.SYSADMIN, Role.AUDITOR}),
    Action.VIEW_PLAN: frozenset(BUSINESS),
    Action.VIEW_PILOTS: frozenset(BUSINESS),
    Action.VIEW_ACTIVITIES: frozenset(BUSINESS | {Role.CONTRACTOR}),
    Action.RECORD_ACTIVITY: frozenset({Role.COMMUNITY, Role.TOWN_CLERK, Role.CONTRACTOR}),
    Action.VIEW_EVIDENCE: frozenset(BUSINESS),
    Action.HAND_IN_EVIDENCE: frozenset({Role.COMMUNITY, Role.TOWN_CLERK, Role.OFFICE}),
    Action.REVIEW: frozenset({Role.OFFICE, Role.TOWN_CLERK, Role.TOWN_LEADER, Role.COMMUNITY}),
    Action.CONFIRM_TASK: frozenset({Role.OFFICE, Role.TOWN_CLERK, Role.TOWN_LEADER}),
    Action.EXPORT: frozenset(BUSINESS),
    Action.VIEW_REPORTS: frozenset(BUSINESS),
    Action.PREPARE_REPORT: frozenset({Role.OFFICE}),
    Action.VIEW_DRAFT_REPORTS: frozenset({Role.OFFICE}),
    Action.MANAGE_PROJECTS: frozenset({Role.COMMUNITY, Role.TOWN_CLERK}),
    Action.VIEW_FUNDS: frozenset(BUSINESS),
    Action.ISSUE_FUNDS: frozenset({Role.OFFICE, Role.FINANCE}),
    Action.MANAGE_FUNDS: frozenset({Role.OFFICE}),
    Action.MANAGE_CONTRACTS: frozenset({Role.OFFICE, Role.TOWN_CLERK}),
    Action.APPLY_PAYMENT: frozenset({Role.COMMUNITY, Role.TOWN_CLERK}),
    Action.REVIEW_PAYMENT: frozenset({Role.TOWN_LEADER}),
    Action.CHECK_PAYMENT: frozenset({Role.TOWN_FINANCE}),
    Action.REGISTER_APPROVAL: frozenset({Role.TOWN_CLERK, Role.TOWN_LEADER}),
    Action.PAY: frozenset({Role.TOWN_FINANCE}),
    Action.FILE_PAYMENT: frozenset({Role.OFFICE}),
    Action.DISCLOSE_FUNDS: frozenset({Role.TOWN_CLERK, Role.COMMUNITY}),
    Action.VIEW_SUPERVISION: frozenset(BUSINESS),
    Action.SUPERVISE: frozenset({Role.OFFICE}),
    Action.RECTIFY: frozenset({Role.COMMUNITY, Role.TOWN_CLERK}),
    Action.RECHECK: frozenset({Role.OFFICE}),
    Action.DECIDE_EXTENSION: frozenset({Role.OFFICE}),
    Action.VIEW_INSTRUCTIONS: frozenset(COUNTY),
    Action.ENTER_INSTRUCTION: frozenset({Role.LEADER}),
    Action.ANSWER_INSTRUCTION: frozenset({Role.OFFICE}),
}


def may(user, action: Action) -> bool:
    """Whether the role of `user` is allowed the action at all; rows are a second question."""
    return user.is_authenticated and user.role in ALLOWED[action]


class Permissions:
    """`{% if may.prepare_report %}` in templates."""

    def __init__(self, user) -> None:
        self._user = user

    def __getattr__(self, name: str) -> bool:
        try:
            return may(self._user, Action[name.upper()])
        except KeyError:
            raise AttributeError(name)


def roles_named(action: Action) -> str:
    """The roles allowed an action, as words for a refusal."""
    return "、".join(role.label for role in Role if role in ALLOWED[action])


def requires(*actions: Action) -> Callable:
    """Allow a view to those who may do at least one of the actions; others read who may (403, in the audit log)."""

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not any(may(request.user, action) for action in actions):
                raise PermissionDenied(f"{roles_named(actions[0])}可以{actions[0].value}。您的角色是{request.user.get_role_display()}。")
            return view(request, *args, **kwargs)

        guarded.required_actions = actions
        return guarded

    return wrap


def units_visible_to(user: User) -> QuerySet[Unit]:
    """The units whose records a person sees: county roles all, a town itself and what is below it, others their own only.

    A community also sees what its contractors wrote for it. The system administrator has no business data.
    """
    units = Unit.objects.all()
    if not user.is_authenticated or user.role == Role.SYSADMIN:
        return units.none()
    if user.role in COUNTY:
        return units
    if user.role in TOWN:
        own = user.unit_id
        return units.filter(id=own) | units.filter(parent_id=own) | units.filter(parent__parent_id=own)
    if user.role == Role.COMMUNITY:
        return units.filter(id=user.unit_id) | units.filter(parent_id=user.unit_id)
    return units.filter(id=user.unit_id)
