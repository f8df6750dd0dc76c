"""Addresses of evidence and of every review."""

from django.urls import path

from pilots import views_evidence, views_review

urlpatterns = [
    path("evidence/", views_evidence.evidence_list, name="evidence_list"),
    path("evidence/new/", views_evidence.evidence_new, name="evidence_new"),
    path("evidence/tasks/", views_evidence.evidence_tasks, name="evidence_tasks"),
    path("evidence/<int:pk>/", views_evidence.evidence_detail, name="evidence_detail"),
    path("evidence/<int:pk>/edit/", views_evidence.evidence_edit, name="evidence_edit"),
    path("evidence/<int:pk>/delete/", views_evidence.evidence_delete, name="evidence_delete"),
    path("evidence/<int:pk>/file/", views_evidence.evidence_file, name="evidence_file"),
    path("reviews/", views_review.review_desk, name="review_desk"),
    path("reviews/<slug:kind>/<int:pk>/<slug:deed>/", views_review.review_act, name="review_act"),
]
