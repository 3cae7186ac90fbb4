"""URLs of accounts: filling and the registry in one block, review and chasing in the other."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from accounts.views import (
    account_steps,
    accounts,
    administrators,
    administrators_bulk,
    changes,
    chase,
    disputes,
    downloads,
    envelopes,
    extensions,
    fill,
    group_steps,
    groups,
    hand_outs,
    incidents,
    lookup,
    packages,
    radar,
    registry,
    review,
    review_bulk,
    rounds,
    unit_changes,
    uploads,
)

app_name = "accounts"

_fill: list[URLPattern | URLResolver] = [
    path("collect/", fill.list_tasks, name="list-tasks"),
    path("collect/start/", fill.start, name="start"),
    path("collect/round/<int:round_id>/", fill.open_round, name="fill"),
    path("collect/<int:pk>/", fill.fill_form, name="fill-form"),
    path("collect/<int:pk>/grid/", fill.fill_grid, name="fill-grid"),
    path("collect/<int:pk>/autosave/", fill.autosave, name="autosave"),
    path("collect/<int:pk>/resolve/", fill.resolve_conflict, name="resolve-conflict"),
    path("collect/<int:pk>/extension/", extensions.ask_extension, name="ask-extension"),
    path("collect/<int:pk>/check/", fill.check_form, name="check-form"),
    path("collect/<int:pk>/receipt/", fill.show_receipt, name="show-receipt"),
    path("collect/changes/<int:round_pk>/<int:unit_pk>/", changes.start_change, name="start-change"),
    path("rounds/", rounds.list_rounds, name="list-rounds"),
    path("rounds/launch/", rounds.launch_round, name="launch-round"),
    path("rounds/standing/", changes.open_standing, name="open-standing"),
    path("rounds/<int:pk>/", rounds.show_round, name="show-round"),
    path("rounds/<int:pk>/close/", rounds.close_round, name="close-round"),
    path("administrators/<int:pk>/reveal/", registry.reveal, name="reveal"),
]

_public: list[URLPattern | URLResolver] = [
    path("verify/", lookup.verify, name="verify"),
    path("verify.json", lookup.verify_json, name="verify-json"),
]

_accounts: list[URLPattern | URLResolver] = [
    path("accounts/", accounts.list_accounts, name="list-accounts"),
    path("accounts/new/", accounts.choose_unit, name="choose-account-unit"),
    path("accounts/new/<int:unit_pk>/", accounts.new_account, name="new-account"),
    path("accounts/bulk/", accounts.bulk_accounts, name="bulk-accounts"),
    path("accounts/<int:pk>/", accounts.show_account, name="show-account"),
    path("accounts/<int:pk>/edit/", account_steps.edit_account, name="edit-account"),
    path("accounts/<int:pk>/pause/", account_steps.set_status, {"status": "dormant"}, name="pause-account"),
    path("accounts/<int:pk>/resume/", account_steps.set_status, {"status": "open"}, name="resume-account"),
    path("accounts/<int:pk>/close/", account_steps.close_account, name="close-account"),
    path("accounts/<int:pk>/merge/", account_steps.merge_account, name="merge-account"),
    path("accounts/<int:pk>/transfer/", account_steps.transfer_account, name="transfer-account"),
    path("accounts/<int:pk>/ties/", account_steps.tie_account, name="tie-account"),
    path("accounts/<int:pk>/checks/", account_steps.check_account, name="check-account"),
    path("accounts/<int:pk>/confirm/", account_steps.confirm_account, name="confirm-account"),
]

_groups: list[URLPattern | URLResolver] = [
    path("groups/", groups.list_groups, name="list-groups"),
    path("groups/new/", groups.choose_unit, name="choose-group-unit"),
    path("groups/new/<int:unit_pk>/", groups.new_group, name="new-group"),
    path("groups/bulk/", groups.bulk_groups, name="bulk-groups"),
    path("groups/<int:pk>/", groups.show_group, name="show-group"),
    path("groups/<int:pk>/edit/", group_steps.edit_group, name="edit-group"),
    path("groups/<int:pk>/rest/", group_steps.set_status, {"status": "dormant"}, name="rest-group"),
    path("groups/<int:pk>/resume/", group_steps.set_status, {"status": "open"}, name="resume-group"),
    path("groups/<int:pk>/merge/", group_steps.merge_group, name="merge-group"),
    path("groups/<int:pk>/dissolve/", group_steps.dissolve_group, name="dissolve-group"),
    path("groups/<int:pk>/confirm/", group_steps.confirm_group, name="confirm-group"),
]

_administrators: list[URLPattern | URLResolver] = [
    path("administrators/", administrators.list_administrators, name="list-administrators"),
    path("administrators/units/", administrators.list_unit_administrators, name="list-unit-administrators"),
    path("administrators/bulk/", administrators_bulk.bulk_administrators, name="bulk-administrators"),
    path("administrators/<int:pk>/", administrators.show_administrator, name="show-administrator"),
    path(
        "administrators/<int:pk>/replace/", administrators.replace_administrator, name="replace-administrator"
    ),
    path("administrators/<int:pk>/end/", administrators.end_administrator, name="end-administrator"),
    path(
        "administrators/<int:pk>/correct/", administrators.correct_administrator, name="correct-administrator"
    ),
    path("administrators/appoint/unit/<int:pk>/", administrators.appoint_to_unit, name="appoint-to-unit"),
    path(
        "administrators/appoint/account/<int:pk>/",
        administrators.appoint_to_account,
        name="appoint-to-account",
    ),
    path("administrators/appoint/group/<int:pk>/", administrators.appoint_to_group, name="appoint-to-group"),
]

_units: list[URLPattern | URLResolver] = [
    path("orgs/<int:pk>/changes/", unit_changes.list_unit_changes, name="list-unit-changes"),
]

_review: list[URLPattern | URLResolver] = [
    path("review/", review.list_review, name="list-review"),
    path("review/approve/", review_bulk.approve_many, name="approve-many"),
    path("review/undo/", review_bulk.undo_many, name="undo-many"),
    path("review/<int:pk>/approve/", review.approve, name="approve"),
    path("review/<int:pk>/return/", review.return_form, name="return-form"),
    path("review/<int:pk>/undo/", review.undo, name="undo-review"),
    path("review/rows/<int:pk>/reveal/<str:field>/", review.reveal_cell, name="reveal-cell"),
    path("collect/import/", uploads.upload_annex, name="upload-annex"),
    path("collect/import/<int:pk>/", uploads.show_upload, name="show-upload"),
    path("collect/import/<int:pk>/amend/", uploads.amend_upload, name="amend-upload"),
    path("collect/import/<int:pk>/confirm/", uploads.import_upload, name="import-upload"),
    path("collect/import/<int:pk>/resume/", uploads.resume_upload, name="resume-upload"),
    path("collect/import/<int:pk>/undo/", uploads.undo_upload, name="undo-upload"),
    path("collect/import/<int:pk>/rejected/", uploads.download_rejected, name="download-rejected"),
    path("collect/annex/<int:round_pk>/<int:unit_pk>/", downloads.download_annex, name="download-annex"),
    path("collect/annex/<int:round_pk>/<int:unit_pk>/full/", downloads.export_in_full, name="export-in-full"),
    path("collect/files/<int:pk>/", downloads.show_file, name="show-file"),
    path("collect/files/<int:pk>/download/", downloads.download_file, name="download-file"),
    path("urge/", chase.list_late, name="chase"),
    path("urge/remind/", chase.remind, name="remind"),
    path("urge/texts/", chase.show_texts, name="reminder-texts"),
    path("urge/mails/", chase.list_deliveries, name="list-deliveries"),
    path("urge/<int:pk>/exempt/", chase.exempt, name="exempt"),
    path("urge/extensions/", extensions.list_extensions, name="list-extensions"),
    path("urge/extensions/<int:pk>/", extensions.decide_extension, name="decide-extension"),
    path("packages/", packages.list_packages, name="list-packages"),
    path("packages/<int:pk>/", packages.show_package, name="show-package"),
    path("packages/<int:round_pk>/<int:unit_pk>/report/", packages.report_package, name="report-package"),
    path("packages/<int:pk>/accept/", packages.accept_package, name="accept-package"),
    path("packages/<int:pk>/return/", packages.return_package, name="return-package"),
]

_incidents: list[URLPattern | URLResolver] = [
    path("incidents/", incidents.list_incidents, name="list-incidents"),
    path("incidents/record/", incidents.choose_unit, name="choose-incident-unit"),
    path("incidents/record/<int:unit_pk>/", incidents.record_incident, name="record-incident"),
    path("incidents/<int:pk>/", incidents.show_incident, name="show-incident"),
    path("incidents/<int:pk>/handle/", incidents.handle_incident, name="handle-incident"),
    path("incidents/<int:pk>/close/", incidents.close_incident, name="close-incident"),
    path("incidents/<int:pk>/grave/", incidents.grade_incident, name="grade-incident"),
]

_radar: list[URLPattern | URLResolver] = [
    path("radar/", radar.show_radar, name="radar"),
    path("radar/settle/", radar.settle, name="settle-finding"),
]

_disputes: list[URLPattern | URLResolver] = [
    path("disputes/", disputes.list_disputes, name="list-disputes"),
    path("disputes/new/", disputes.choose_unit, name="choose-dispute-unit"),
    path("disputes/new/<int:unit_pk>/", disputes.new_dispute, name="new-dispute"),
    path("disputes/<int:pk>/", disputes.show_dispute, name="show-dispute"),
    path("disputes/<int:pk>/settle/", disputes.settle_dispute, name="settle-dispute"),
    path("disputes/<int:pk>/withdraw/", disputes.withdraw_dispute, name="withdraw-dispute"),
]

_hand_outs: list[URLPattern | URLResolver] = [
    path("hand-outs/", hand_outs.list_hand_outs, name="list-hand-outs"),
    path("hand-outs/new/", hand_outs.new_hand_out, name="new-hand-out"),
    path("hand-outs/<int:pk>/", hand_outs.show_hand_out, name="show-hand-out"),
    path("hand-outs/<int:pk>/import/", hand_outs.import_hand_out, name="import-hand-out"),
    path("hand-outs/<int:pk>/template/", hand_outs.download_template, name="download-hand-out-template"),
    path("envelopes/", envelopes.list_envelopes, name="list-envelopes"),
    path("envelopes/<int:pk>/", envelopes.show_envelope, name="show-envelope"),
    path("envelopes/<int:pk>/open/", envelopes.open_envelope, name="open-envelope"),
    path("envelopes/<int:pk>/use/", envelopes.use_envelope, name="use-envelope"),
    path("envelopes/<int:pk>/withdraw/", hand_outs.withdraw_envelope, name="withdraw-envelope"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *_public,
    *_fill,
    *_accounts,
    *_groups,
    *_administrators,
    *_units,
    *_review,
    *_incidents,
    *_radar,
    *_disputes,
    *_hand_outs,
]
