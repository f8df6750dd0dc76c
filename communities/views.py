"""Pages of activities: list with its sums and its Excel, detail with review, deleting a draft."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import audit, clock
from accounts.access import Action, may, requires
from accounts.exports import workbook_response
from accounts.models import AuditKind, UnitKind
from accounts.plaintext import quoted
from accounts.spreadsheet import Col, Sheet
from accounts.together import together
from communities import activities as services
from communities import queries
from communities.changes import changes_of
from communities.filters import Asked, filtered, understood
from communities.models import Activity
from pilots import review
from pilots.models import ActivityCategory, Pilot, ReviewState
from pilots.views_review import kept_opinion

PAGE_SIZE = 20


def rows_for(request: HttpRequest) -> QuerySet[Activity]:
    """The activities the person may see at all, with what every page of them shows."""
    return Activity.objects.visible_to(request.user).select_related("category", "unit__parent", "pilot__unit", "waiting_at", "created_by")


@require_GET
@requires(Action.VIEW_ACTIVITIES)
def activity_list(request: HttpRequest) -> HttpResponse:
    pilots = list(Pilot.objects.visible_to(request.user).select_related("unit"))
    categories = list(ActivityCategory.objects.all())
    asked = understood(request, pilots, categories)
    past = not request.as_of_is_default
    rows = filtered(rows_for(request), asked, request.as_of, past=past).order_by(F("day").desc(nulls_first=True), "-pk")
    if request.GET.get("export") == "xlsx" and may(request.user, Action.EXPORT):
        return _export(request, rows, asked)
    page = Paginator(queries.with_photo_counts(rows), PAGE_SIZE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.shown_state = _state_of(row)
    return render(
        request,
        "communities/activity_list.html",
        {
            "page": page,
            "past": past,
            "asked": asked,
            "conditions": asked.conditions(request.as_of),
            "tally": queries.tally(rows),
            "pilots": pilots,
            "categories": categories,
            "states": ReviewState.choices,
            "several": len(pilots) > 1,
            "may_record": services.pilot_of(request.user) is not None,
        },
    )


def _state_of(row: Activity) -> str:
    """The state's word, on a past day the one of that day."""
    return ReviewState(getattr(row, "state_on", row.state)).label


def _export(request: HttpRequest, rows: QuerySet[Activity], asked: Asked) -> HttpResponse:
    """Exactly what is filtered, with 合计."""
    titles = [
        Col("序号", "int"),
        Col("试点"),
        Col("日期", "date"),
        Col("活动名称"),
        Col("类别"),
        Col("地点"),
        Col("主办单位"),
        Col("参加人次", "int"),
        Col("志愿者", "int"),
        Col("照片", "int"),
        Col("状态", "mark"),
        Col("填报单位"),
        Col("活动内容", width=48),
    ]
    sums = queries.tally(rows)
    found = queries.with_photo_counts(rows).iterator(chunk_size=500)
    cells = (
        (
            number,
            row.pilot.unit.short_name,
            row.day,
            str(row),
            row.category.name if row.category else None,
            row.place,
            row.organiser,
            row.participants,
            row.volunteers,
            row.photo_count,
            _state_of(row),
            row.unit.short_name,
            row.content,
        )
        for number, row in enumerate(found, 1)
    )
    conditions = "；".join(words for _, words in asked.conditions(request.as_of)) or "全部"
    sheet = Sheet(
        "活动记录",
        heading="活动记录清单",
        subheading=f"导出单位：{request.user.unit.name}　导出日期：{clock.today().isoformat()}",
        lines=(f"筛选条件：{conditions}",),
        columns=titles,
        rows=cells,
        total=("", "", "", "", "", "", "", sums.participants, sums.volunteers, "", "", "", ""),
    )
    audit.record(AuditKind.EXPORT, user=request.user, request=request, label="活动记录清单", rows=sums.sessions, filters=conditions)
    name = f"{request.user.unit.short_name}_活动记录_{clock.today().isoformat()}.xlsx"
    return workbook_response([sheet], name, sample=settings.SAMPLE_MODE, author=request.user.unit.name)


@require_GET
@requires(Action.VIEW_ACTIVITIES)
def activity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(rows_for(request).select_related("supersedes"), pk=pk)
    own = row.unit_id == request.user.unit_id and may(request.user, Action.RECORD_ACTIVITY)
    steps, photos, why_not, successor, cards, tasks, changes, missing = together(
        lambda: list(row.steps.select_related("actor", "unit", "waiting_at").order_by("-id")),
        lambda: list(row.photos.select_related("file")),
        lambda: review.refusal(request.user, row) if row.state == ReviewState.SUBMITTED else "",
        lambda: Activity.objects.filter(supersedes=row).first() if row.state == ReviewState.VOID else None,
        lambda: queries.card_names(row.pilot),
        lambda: list(row.tasks.select_related("obligation").order_by("obligation__order")),
        lambda: changes_of(row),
        lambda: services.missing_for_submit(row) if own and row.editable() else (),
    )
    may_decide = row.state == ReviewState.SUBMITTED and not why_not
    for task in tasks:
        task.card = cards.get(task.obligation_id, "")
    return render(
        request,
        "communities/activity_detail.html",
        {
            "row": row,
            "steps": steps,
            "photos": photos,
            "tasks": tasks,
            "changes": changes,
            "subject_kind": "activity",
            **kept_opinion(request, row),
            "refusal": why_not if _reads_for_others(request, row) else "",
            "checks": _checks(row, len(photos)) if may_decide else (),
            "missing": missing,
            "may_decide": may_decide,
            "may_edit": own and row.editable(),
            "may_withdraw": own and row.state == ReviewState.SUBMITTED,
            "may_delete": own and row.state == ReviewState.DRAFT and not steps,
            "may_replace": own and row.state == ReviewState.VOID and successor is None,
            "successor": successor,
            "may_void": review.may_void(request.user, row),
            "plain_tasks": request.user.unit.kind in (UnitKind.COMMUNITY, UnitKind.CONTRACTOR),
        },
    )


def _reads_for_others(request: HttpRequest, row: Activity) -> bool:
    """Whether the person reviews such records: only then it matters why they may not decide; who handed it in just waits."""
    own = row.unit_id == request.user.unit_id and row.waiting_at_id != request.user.unit_id
    return may(request.user, Action.REVIEW) and not own


def _checks(row: Activity, photos: int) -> list[dict]:
    """What speaks for and against an approval, from the record itself."""
    least = row.category.min_photos
    enough = photos >= least
    found = [
        {"state": "ok" if enough else "warn", "text": f"照片 {photos} 张" + (f"，至少 {least} 张" if least else "，这类活动不要求照片")},
        {"state": "ok", "text": f"参加 {row.participants} 人次" + ("" if row.volunteers is None else f"，志愿者 {row.volunteers} 人")},
    ]
    if row.category.about_minors and photos:
        said = "已取得监护人同意" if row.guardian_consent else "没有勾选监护人同意，公示和报告不用这些照片"
        found.append({"state": "ok" if row.guardian_consent else "warn", "text": said})
    same = Activity.objects.filter(pilot=row.pilot, day=row.day, category=row.category).exclude(pk=row.pk)
    same = same.exclude(state__in=(ReviewState.DRAFT, ReviewState.VOID)).first()
    if same:
        found.append({"state": "warn", "text": f"同一天还有一条同类记录{quoted(same)}，请核对是否重复"})
    if not row.tasks.exists():
        found.append({"state": "none", "text": "没有对应的试点任务，只计入活动场次"})
    return found


@require_POST
@requires(Action.RECORD_ACTIVITY)
def activity_delete(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(rows_for(request), pk=pk)
    try:
        services.delete_draft(row, by=request.user)
    except ValidationError as refusal:
        messages.error(request, "；".join(refusal.messages))
        return redirect(row)
    messages.success(request, "草稿已删除。")
    return redirect("activity_list")
