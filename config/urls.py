"""Mount points: each app brings its own names."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import branch_card, health, home, large_files, manual, search, status
from config.api import api, show_docs
from config.erasure import views as erasure
from config.manual_contents import PUBLIC

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("healthz", health.healthz, name="healthz"),
    path("help/", manual.list_manual, name="list-manual"),
    path("help/all/", manual.print_manual, name="print-manual"),
    path(f"help/{PUBLIC}/", manual.show_sign_in_manual, name="show-sign-in-manual"),
    path("help/card/<int:unit_pk>/", branch_card.show_card, name="show-card"),
    path("help/<slug:slug>/", manual.show_manual, name="show-manual"),
    path("status/", status.show_status, name="show-status"),
    path("erasures/", erasure.erase_person, name="erase-person"),
    path("files/new/", large_files.order, name="order-list-file"),
    path("files/<int:pk>/", large_files.show, name="show-list-file"),
    path("files/<int:pk>/download/", large_files.download, name="download-list-file"),
    path("api/v1/docs/", show_docs, name="show-api"),
    path("api/v1/", api.urls),
    path("", include("orgs.urls")),
    path("", include("accounts.urls")),
    path("", include("reporting.urls")),
    path("", include("scoring.urls")),
    # One door: with the throttle and the second factor.
    path("admin/login/", RedirectView.as_view(pattern_name="orgs:login", query_string=True)),
    path("admin/", admin.site.urls),
]

handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
