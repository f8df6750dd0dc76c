"""Addresses of the reports."""

from django.urls import path

from reports import views, views_edit, views_files, views_prints

urlpatterns = [
    path("reports/", views.report_center, name="report_center"),
    path("reports/new/", views.report_new, name="report_new"),
    path("reports/issued/", views.report_issued, name="report_issued"),
    path("reports/verify/", views.report_verify, name="report_verify"),
    path("reports/<int:pk>/", views.report_detail, name="report_detail"),
    path("reports/<int:pk>/edit/", views_edit.report_edit, name="report_edit"),
    path("reports/<int:pk>/sections/<slug:key>/", views_edit.report_section, name="report_section"),
    path("reports/<int:pk>/sections/<slug:key>/answer/", views_edit.report_answer, name="report_answer"),
    path("reports/<int:pk>/sections/<slug:key>/restore/", views_edit.report_restore, name="report_restore"),
    path("reports/<int:pk>/generate/", views_edit.report_generate, name="report_generate"),
    path("reports/<int:pk>/dated/", views_edit.report_dated, name="report_dated"),
    path("reports/<int:pk>/send/", views.report_send, name="report_send"),
    path("reports/<int:pk>/return/", views.report_return, name="report_return"),
    path("reports/<int:pk>/finalise/", views.report_finalise, name="report_finalise"),
    path("reports/<int:pk>/sign/", views.report_sign, name="report_sign"),
    path("reports/<int:pk>/correct/", views.report_correct, name="report_correct"),
    path("reports/<int:pk>/void/", views.report_void, name="report_void"),
    path("reports/<int:pk>/compare/", views.report_compare, name="report_compare"),
    path("reports/<int:pk>/scan/", views_files.report_scan, name="report_scan"),
    path("reports/files/<int:pk>/", views_files.report_file, name="report_file"),
    path("funds/payments/<int:pk>/form.pdf", views_prints.payment_form_print, name="payment_form_print"),
    path("supervision/findings.pdf", views_prints.findings_print, name="findings_print"),
    path("reports/jobs/<int:pk>/progress/", views_files.job_progress, name="job_progress"),
    path("reports/jobs/<int:pk>/cancel/", views_files.job_cancel, name="job_cancel"),
    path("reports/jobs/<int:pk>/retry/", views_files.job_retry, name="job_retry"),
]
