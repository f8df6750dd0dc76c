"""Jobs and downloads."""

from urllib.parse import quote

import structlog
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import audit, notices
from accounts.access import Action, requires
from accounts.models import AuditKind, Role, User
from pilots.files import SANDBOX, serve_file
from reports import jobs, queries
from reports.files import CONTENT_TYPES, FileDamaged, download_name, verified_bytes
from reports.models import Download, JobState, Report, ReportFile, ReportJob

log = structlog.get_logger("reports.files")


@require_GET
@requires(Action.PREPARE_REPORT)
def job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a job stands, for the page that asks every two seconds (X-Polling: does not prolong the session)."""
    job = get_object_or_404(ReportJob.objects.select_related("report__pilot__unit"), pk=pk)
    return JsonResponse(
        {
            "percent": job.percent,
            "text": queries.job_view(job).text,
            "done": job.state in (JobState.DONE, JobState.CANCELLED),
            "failed": job.state == JobState.FAILED,
            "next": "",
        }
    )


@require_POST
@requires(Action.PREPARE_REPORT)
def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(ReportJob.objects.select_related("report__pilot__unit"), pk=pk)
    try:
        jobs.cancel_job(job, by=request.user)
        messages.success(request, f"已取消生成{job.report}")
    except ValidationError as refused:
        messages.error(request, "；".join(refused.messages))
    return redirect("report_center")


@require_POST
@requires(Action.PREPARE_REPORT)
def job_retry(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(ReportJob.objects.select_related("report__pilot__unit"), pk=pk)
    try:
        jobs.retry_job(job, by=request.user)
        messages.success(request, f"{job.report}重新开始生成")
    except ValidationError as refused:
        messages.error(request, "；".join(refused.messages))
    return redirect("report_center")


@require_GET
@requires(Action.VIEW_REPORTS)
def report_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A finished file, to those who may see the report, checked against its SHA-256 before the first byte leaves. Each download is a row."""
    visible = Report.objects.visible_to(request.user)
    file = get_object_or_404(ReportFile.objects.filter(report__in=visible).select_related("report__pilot__unit", "snapshot"), pk=pk)
    name = download_name(file)
    try:
        data = verified_bytes(file)
    except FileDamaged as damage:
        return _refuse_damaged(request, file, str(damage))
    Download.objects.create(file=file, person=request.user)
    audit.record(AuditKind.DOWNLOAD, user=request.user, request=request, about=file, label=name, sha256=file.sha256)
    response = HttpResponse(data, content_type=CONTENT_TYPES[file.format])
    response["Content-Disposition"] = f"attachment; filename=\"report.{file.format}\"; filename*=UTF-8''{quote(name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "no-store"
    return response


def _refuse_damaged(request: HttpRequest, file: ReportFile, reason: str) -> HttpResponse:
    """Missing answers 404, altered 409; the log, the audit log and the administrators hear of it."""
    log.error("report file damaged", file=file.pk, path=file.path, reason=reason)
    audit.record(AuditKind.DOWNLOAD, user=request.user, request=request, about=file, succeeded=False, reason=reason)
    people = User.objects.filter(role__in=(Role.SYSADMIN, Role.OFFICE), is_active=True)
    title = f"{file.report}第{file.report.edition}版的{reason}，已停止下载，请从备份恢复"
    notices.notify(people, key=f"report-file-{file.pk}-damaged", title=title, url=reverse("report_detail", args=[file.report_id]))
    status = 404 if "不在" in reason else 409
    return render(request, "reports/file_refused.html", {"file": file, "report": file.report, "reason": reason}, status=status)


@require_GET
@requires(Action.VIEW_REPORTS)
def report_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """正件: the scan of the signed page."""
    report = get_object_or_404(Report.objects.visible_to(request.user).select_related("scan", "pilot__unit"), pk=pk, scan__isnull=False)
    name = f"{report}_{report.as_of.isoformat()}_第{report.edition}版_签发页.{report.scan.path.rpartition('.')[2]}"
    return serve_file(request, report.scan, name=name)
