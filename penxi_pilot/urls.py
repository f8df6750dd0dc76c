"""All addresses. Everything asks for a login unless a view says `login_not_required`; the tests keep the list of those."""

from django.urls import include, path

from penxi_pilot import search
from penxi_pilot.home import views as home

handler403 = "accounts.views_errors.forbidden"
handler404 = "accounts.views_errors.not_found"
handler400 = "penxi_pilot.errors.bad_request"
handler500 = "penxi_pilot.errors.server_error"

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("", include("accounts.urls")),
    path("", include("pilots.urls")),
    path("", include("communities.urls")),
    path("", include("funds.urls")),
    path("", include("supervision.urls")),
    path("", include("reports.urls")),
]
