"""Addresses of activities and of the phone's offline worker."""

from django.urls import path

from communities import views, views_edit, views_offline, views_photos

urlpatterns = [
    path("activities/", views.activity_list, name="activity_list"),
    path("activities/new/", views_edit.activity_new, name="activity_new"),
    path("activities/tasks/", views_edit.activity_tasks, name="activity_tasks"),
    path("activities/<int:pk>/", views.activity_detail, name="activity_detail"),
    path("activities/<int:pk>/edit/", views_edit.activity_edit, name="activity_edit"),
    path("activities/<int:pk>/delete/", views.activity_delete, name="activity_delete"),
    path("activities/<int:pk>/photos/", views_photos.activity_photo_upload, name="activity_photo_upload"),
    path("activities/<int:pk>/photos/<int:photo_pk>/", views_photos.activity_photo, name="activity_photo"),
    path("activities/<int:pk>/photos/<int:photo_pk>/delete/", views_photos.activity_photo_delete, name="activity_photo_delete"),
    path("activities/<int:pk>/photos/<int:photo_pk>/rotate/", views_photos.activity_photo_rotate, name="activity_photo_rotate"),
    path("activities/<int:pk>/photos/<int:photo_pk>/kind/", views_photos.activity_photo_kind, name="activity_photo_kind"),
    path("sw.js", views_offline.service_worker, name="service_worker"),
]
