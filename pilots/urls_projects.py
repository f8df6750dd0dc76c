"""Addresses of projects."""

from django.urls import path

from pilots import views_projects

urlpatterns = [
    path("projects/", views_projects.project_list, name="project_list"),
    path("projects/new/", views_projects.project_new, name="project_new"),
    path("projects/tasks/", views_projects.project_tasks, name="project_tasks"),
    path("projects/<int:pk>/", views_projects.project_detail, name="project_detail"),
    path("projects/<int:pk>/edit/", views_projects.project_edit, name="project_edit"),
    path("projects/<int:pk>/steps/", views_projects.project_step, name="project_step"),
    path("projects/<int:pk>/milestones/", views_projects.milestone_new, name="milestone_new"),
    path("projects/<int:pk>/milestones/<int:milestone_pk>/done/", views_projects.milestone_done, name="milestone_done"),
    path("projects/<int:pk>/cancel/", views_projects.project_cancel, name="project_cancel"),
]
