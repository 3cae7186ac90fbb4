"""URLs of scoring."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from scoring.views import sheets, unit_sheets

app_name = "scoring"

urlpatterns: list[URLPattern | URLResolver] = [
    path("assess/", sheets.list_sheets, name="list-sheets"),
    path("orgs/<int:pk>/sheets/", unit_sheets.list_unit_sheets, name="list-unit-sheets"),
    path("assess/open/", sheets.open_sheets, name="open-sheets"),
    path("assess/<int:pk>/", sheets.show_sheet, name="show-sheet"),
    path("assess/<int:pk>/scores/", sheets.enter_score, name="enter-score"),
    path("assess/<int:pk>/compute/", sheets.compute_sheet, name="compute-sheet"),
    path("assess/<int:pk>/submit/", sheets.submit_self_assessment, name="submit-self-assessment"),
    path("assess/<int:pk>/waive/", sheets.waive_self_assessment, name="waive-self-assessment"),
    path("assess/<int:pk>/finalise/", sheets.finalise_sheet, name="finalise-sheet"),
    path("assess/<int:pk>/sheet.xlsx", sheets.download_sheet, name="download-sheet"),
    path(
        "assess/<int:pk>/consequences/<int:consequence_pk>/confirm/",
        sheets.confirm_consequence,
        name="confirm-consequence",
    ),
    path(
        "assess/<int:pk>/consequences/<int:consequence_pk>/dismiss/",
        sheets.dismiss_consequence,
        name="dismiss-consequence",
    ),
]
