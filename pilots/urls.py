"""Addresses of the plan, tasks, pilots, evidence and reviews."""

from django.urls import path

from pilots import views, views_tasks
from pilots.urls_evidence import urlpatterns as evidence_urls
from pilots.urls_projects import urlpatterns as project_urls

urlpatterns = [
    path("as-of/", views.as_of_set, name="as_of_set"),
    path("plan/", views.plan_text, name="plan_text"),
    path("tasks/", views_tasks.task_list, name="task_list"),
    path("tasks/<int:pk>/", views_tasks.task_detail, name="task_detail"),
    path("tasks/<int:pk>/activities/", views_tasks.task_activities, name="task_activities"),
    path("tasks/<int:pk>/history/", views_tasks.task_history, name="task_history"),
    path("tasks/<int:pk>/figures/<int:order>/", views_tasks.task_figure, name="task_figure"),
    path("tasks/<int:pk>/confirm/", views_tasks.task_confirm, name="task_confirm"),
    path("tasks/<int:pk>/revoke/", views_tasks.task_revoke, name="task_revoke"),
    path("pilots/", views.pilot_list, name="pilot_list"),
    path("pilots/<slug:code>/", views.pilot_detail, name="pilot_detail"),
    path("pilots/<slug:code>/tasks/", views.pilot_tasks, name="pilot_tasks"),
    path("pilots/<slug:code>/evidence/", views.pilot_evidence, name="pilot_evidence"),
    path("pilots/<slug:code>/cards/<int:order>/", views.card_detail, name="card_detail"),
    *evidence_urls,
    *project_urls,
]
