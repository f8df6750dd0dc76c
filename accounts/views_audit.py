"""审计日志: read by the administrator and the auditor, exported, edited by nobody (no such address exists)."""

import datetime

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import audit, clock
from accounts.access import Action, requires
from accounts.exports import workbook_response
from accounts.models import AuditEvent, AuditKind
from accounts.spreadsheet import Col, Sheet

PAGE_SIZE = 20
EXPORT_LIMIT = 50_000


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _start(day: datetime.date) -> datetime.datetime:
    """The first moment of a day as people here count it."""
    return datetime.datetime.combine(day, datetime.time(), clock.SHANGHAI)


def _filtered(request: HttpRequest) -> tuple[QuerySet[AuditEvent], dict]:
    """The lines the filter row asks for; unknown or malformed values are ignored."""
    asked = {key: request.GET.get(key, "").strip()[:80] for key in ("person", "kind", "object", "result", "since", "until")}
    rows = AuditEvent.objects.select_related("user").order_by("-id")
    if asked["person"]:
        rows = rows.filter(
            Q(username__icontains=asked["person"]) | Q(user__name__icontains=asked["person"]) | Q(unit_name__icontains=asked["person"])
        )
    if asked["kind"] in AuditKind.values:
        rows = rows.filter(kind=asked["kind"])
    if asked["object"]:
        rows = rows.filter(Q(object_label__icontains=asked["object"]) | Q(object_kind__icontains=asked["object"]))
    if asked["result"] in ("ok", "refused"):
        rows = rows.filter(succeeded=asked["result"] == "ok")
    if (since := _day(asked["since"])) and since.year > 1:
        rows = rows.filter(at__gte=_start(since))
    if (until := _day(asked["until"])) and until.year < 9999:
        rows = rows.filter(at__lt=_start(until + datetime.timedelta(days=1)))
    return rows, asked


# What a line's detail is called on the page; keys that are fields of people come from the services.
DETAIL_WORDS = {
    "reason": "原因",
    "role": "角色",
    "unit": "单位",
    "name": "姓名",
    "post": "岗位",
    "valid_until": "有效期至",
    "minutes": "锁定分钟",
    "rows": "行数",
    "filters": "筛选条件",
    "opinion": "意见",
    "path": "地址",
    "method": "方式",
    "file": "文件",
    "sha256": "校验值",
    "kind": "类别",
    "short_name": "简称",
    "parent": "上级单位",
    "note": "说明",
    "active": "启用",
    "step": "步骤",
    "action": "步骤",
    "text": "内容",
    "percent": "形象进度（%）",
    "amount": "金额（元）",
    "paper": "附件类别",
    "deleted": "删除草稿",
    "findings": "生成的问题",
    "handled": "办结",
    "as_of": "数据截止日期",
    "signer": "签发人",
    "signed_on": "签发日期",
    "job": "生成任务编号",
    "corrects": "更正的报告编号",
    "photos": "照片张数",
    "removed_photo": "删除照片",
    "draft_deleted": "删除草稿",
    "deleted_draft": "删除草稿",
    "confirmed": "确认完成",
    "cancelled": "取消生成",
    "new_figures": "重新取数",
}


METHODS = {"GET": "打开", "HEAD": "打开", "POST": "提交"}
"""How a page was asked for, in words."""


def detail_words(event: AuditEvent) -> str:
    """before/after values and remarks of a line, in one sentence."""
    parts = []
    for key, value in (event.detail or {}).items():
        if value in ("", None, [], False):
            continue
        word = DETAIL_WORDS.get(key, key)
        value = METHODS.get(value, value) if key == "method" else value
        if value is True:
            parts.append(word)
        elif isinstance(value, list) and len(value) == 2:
            parts.append(f"{word}由“{value[0]}”改为“{value[1]}”")
        else:
            parts.append(f"{word}：{value if not isinstance(value, list | dict) else '、'.join(map(str, value))}")
    return "；".join(parts)


@require_GET
@requires(Action.VIEW_AUDIT)
def audit_list(request: HttpRequest) -> HttpResponse:
    rows, asked = _filtered(request)
    if request.GET.get("export") == "xlsx":
        return _export(request, rows, asked)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    for event in page:
        event.words = detail_words(event)
    context = {"page": page, "asked": asked, "filtered": any(asked.values()), "kinds": AuditKind.choices}
    return render(request, "accounts/audit_list.html", context)


def _filter_words(asked: dict) -> str:
    return audit.filter_words(
        asked,
        person=("人员", {}),
        kind=("动作", dict(AuditKind.choices)),
        object=("对象", {}),
        result=("结果", {"ok": "成功", "refused": "被拒"}),
        since=("从", {}),
        until=("到", {}),
    )


def _export(request: HttpRequest, rows: QuerySet[AuditEvent], asked: dict) -> HttpResponse:
    columns = [
        Col("序号", "int"),
        Col("时间", "datetime", 20),
        Col("账号", "code"),
        Col("姓名"),
        Col("单位"),
        Col("动作", "mark"),
        Col("对象类别"),
        Col("对象", width=36),
        Col("结果", "mark"),
        Col("地址", "code"),
        Col("详情", width=46),
    ]
    count = min(rows.count(), EXPORT_LIMIT)
    rows = rows[:EXPORT_LIMIT]
    cells = (
        (
            number,
            timezone.localtime(event.at),
            event.username,
            event.user.name if event.user else None,
            event.unit_name,
            event.get_kind_display(),
            event.object_kind,
            event.object_label,
            "成功" if event.succeeded else "被拒",
            event.address,
            detail_words(event),
        )
        for number, event in enumerate(rows.iterator(chunk_size=500), 1)
    )
    sheet = Sheet(
        "审计日志",
        heading="审计日志",
        subheading=f"导出单位：{request.user.unit.name}　导出日期：{clock.today().isoformat()}　最多 {EXPORT_LIMIT} 行",
        columns=columns,
        rows=cells,
    )
    name = f"审计日志_{clock.today().isoformat()}.xlsx"
    response = workbook_response([sheet], name, sample=settings.SAMPLE_MODE, author=request.user.unit.name)
    audit.record(AuditKind.EXPORT, user=request.user, request=request, label="审计日志", rows=count, filters=_filter_words(asked))
    return response
