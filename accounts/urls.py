from django.urls import path

from accounts import views, views_audit, views_people, views_units

urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("me/", views.me, name="me"),
    path("me/password/", views.me_password, name="me_password"),
    path("me/sessions/end/", views.me_end_sessions, name="me_end_sessions"),
    path("messages/", views.notice_list, name="notice_list"),
    path("messages/read/", views.notice_read_all, name="notice_read_all"),
    path("messages/<int:pk>/", views.notice_open, name="notice_open"),
    path("people/", views_people.person_list, name="person_list"),
    path("people/new/", views_people.person_new, name="person_new"),
    path("people/<int:pk>/", views_people.person_detail, name="person_detail"),
    path("people/<int:pk>/edit/", views_people.person_edit, name="person_edit"),
    path("people/<int:pk>/password/", views_people.person_reset_password, name="person_reset_password"),
    path("people/<int:pk>/disable/", views_people.person_disable, name="person_disable"),
    path("people/<int:pk>/enable/", views_people.person_enable, name="person_enable"),
    path("people/<int:pk>/unlock/", views_people.person_unlock, name="person_unlock"),
    path("units/", views_units.unit_list, name="unit_list"),
    path("units/new/", views_units.unit_new, name="unit_new"),
    path("units/<int:pk>/edit/", views_units.unit_edit, name="unit_edit"),
    path("audit/", views_audit.audit_list, name="audit_list"),
]
