"""Addresses of supervision: calendar, visits, findings, meetings, instructions, a pilot's tab."""

from django.urls import path

from supervision import views_finding, views_findings, views_meetings, views_sheet, views_visits

urlpatterns = [
    path("supervision/", views_meetings.supervision_calendar, name="supervision_calendar"),
    path("supervision/visits/", views_visits.visit_list, name="visit_list"),
    path("supervision/visits/new/", views_visits.visit_new, name="visit_new"),
    path("supervision/visits/rotation/", views_visits.visit_rotation, name="visit_rotation"),
    path("supervision/visits/<int:pk>/", views_sheet.visit_detail, name="visit_detail"),
    path("supervision/visits/<int:pk>/items/", views_sheet.visit_items, name="visit_items"),
    path("supervision/visits/<int:pk>/print/", views_visits.visit_print, name="visit_print"),
    path("supervision/visits/<int:pk>/discard/", views_visits.visit_discard, name="visit_discard"),
    path("supervision/visits/<int:pk>/figures/<int:answer_pk>/", views_visits.visit_figure, name="visit_figure"),
    path("supervision/visits/<int:pk>/answers/<int:answer_pk>/photos/", views_sheet.visit_photo_upload, name="visit_photo_upload"),
    path("supervision/visits/<int:pk>/photos/<int:photo_pk>/", views_sheet.visit_photo, name="visit_photo"),
    path("supervision/visits/<int:pk>/photos/<int:photo_pk>/delete/", views_sheet.visit_photo_delete, name="visit_photo_delete"),
    path("supervision/findings/", views_findings.finding_list, name="finding_list"),
    path("supervision/findings/new/", views_findings.finding_new, name="finding_new"),
    path("supervision/findings/print/", views_findings.finding_print, name="finding_print"),
    path("supervision/findings/<int:pk>/", views_finding.finding_detail, name="finding_detail"),
    path("supervision/findings/<int:pk>/files/", views_finding.finding_file_upload, name="finding_file_upload"),
    path("supervision/findings/<int:pk>/files/<int:file_pk>/", views_finding.finding_file, name="finding_file"),
    path("supervision/findings/<int:pk>/files/<int:file_pk>/delete/", views_finding.finding_file_delete, name="finding_file_delete"),
    path("supervision/findings/<int:pk>/<slug:deed>/", views_finding.finding_act, name="finding_act"),
    path("supervision/meetings/", views_meetings.meeting_list, name="meeting_list"),
    path("supervision/meetings/new/", views_meetings.meeting_new, name="meeting_new"),
    path("supervision/meetings/<int:pk>/", views_meetings.meeting_detail, name="meeting_detail"),
    path("supervision/meetings/<int:pk>/minutes/", views_meetings.meeting_minutes, name="meeting_minutes"),
    path("supervision/instructions/", views_meetings.instruction_list, name="instruction_list"),
    path("supervision/instructions/new/", views_meetings.instruction_new, name="instruction_new"),
    path("supervision/instructions/<int:pk>/", views_meetings.instruction_detail, name="instruction_detail"),
    path("supervision/instructions/<int:pk>/answer/", views_meetings.instruction_answer, name="instruction_answer"),
    path("pilots/<slug:code>/supervision/", views_meetings.pilot_supervision, name="pilot_supervision"),
]
