"""Addresses of the plan, tasks, pilots, evidence and reviews."""

from pilots.urls_evidence import urlpatterns as evidence_urls

urlpatterns = [*evidence_urls]
