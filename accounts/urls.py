"""URLs of accounts: filling and the registry in one block, review and chasing in the other."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from accounts.views import chase, fill, packages, registry, review, rounds, upload

app_name = "accounts"

_fill: list[URLPattern | URLResolver] = [
    path("collect/", fill.list_tasks, name="list-tasks"),
    path("collect/start/", fill.start, name="start"),
    path("collect/round/<int:round_id>/", fill.open_round, name="fill"),
    path("collect/<int:pk>/", fill.fill_form, name="fill-form"),
    path("collect/<int:pk>/autosave/", fill.autosave, name="autosave"),
    path("collect/<int:pk>/check/", fill.check_form, name="check-form"),
    path("collect/<int:pk>/receipt/", fill.show_receipt, name="show-receipt"),
    path("rounds/", rounds.list_rounds, name="list-rounds"),
    path("rounds/launch/", rounds.launch_round, name="launch-round"),
    path("rounds/<int:pk>/close/", rounds.close_round, name="close-round"),
    path("accounts/", registry.list_accounts, name="list-accounts"),
    path("accounts/<int:pk>/", registry.show_account, name="show-account"),
    path("administrators/<int:pk>/reveal/", registry.reveal, name="reveal"),
]

_review: list[URLPattern | URLResolver] = [
    path("review/", review.list_review, name="list-review"),
    path("review/approve/", review.approve_many, name="approve-many"),
    path("review/<int:pk>/approve/", review.approve, name="approve"),
    path("review/<int:pk>/return/", review.return_form, name="return-form"),
    path("review/<int:pk>/undo/", review.undo, name="undo-review"),
    path("review/rows/<int:pk>/reveal/<str:field>/", review.reveal_cell, name="reveal-cell"),
    path("collect/import/", upload.upload_annex, name="upload-annex"),
    path("collect/import/confirm/", upload.import_annex, name="import-annex"),
    path("collect/annex/<int:round_pk>/<int:unit_pk>/", upload.download_annex, name="download-annex"),
    path("urge/", chase.list_late, name="chase"),
    path("urge/remind/", chase.remind, name="remind"),
    path("urge/<int:pk>/exempt/", chase.exempt, name="exempt"),
    path("packages/", packages.list_packages, name="list-packages"),
    path("packages/<int:pk>/", packages.show_package, name="show-package"),
    path("packages/<int:round_pk>/<int:unit_pk>/report/", packages.report_package, name="report-package"),
    path("packages/<int:pk>/accept/", packages.accept_package, name="accept-package"),
    path("packages/<int:pk>/return/", packages.return_package, name="return-package"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_fill, *_review]
