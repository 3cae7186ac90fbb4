"""URLs of orgs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from orgs.views import (
    bases,
    confirmation,
    invitations,
    invitations_bulk,
    ledger,
    people,
    requests,
    saved_views,
    second_factor,
    session,
    tokens,
    tree,
    turnover,
    unit,
)

app_name = "orgs"

people_patterns: list[URLPattern | URLResolver] = [
    path("login/", session.SignInView.as_view(), name="login"),
    path("login/code/", second_factor.enter_code, name="enter-code"),
    path("logout/", session.SignOutView.as_view(), name="logout"),
    path("password/", session.change_password, name="change-password"),
    path("second-factor/", second_factor.set_up, name="second-factor"),
    path("second-factor/off/", second_factor.turn_off, name="turn-off-second-factor"),
    path("mail-address/", session.set_mail_address, name="set-mail-address"),
    path("i/<str:code>/", invitations.accept, name="accept-invitation"),
    path("people/", people.list_people, name="list-people"),
    path("people/invite/<int:unit_pk>/", invitations.invite, name="invite"),
    path("people/invitations/<int:pk>/revoke/", invitations.revoke, name="revoke-invitation"),
    path("people/invite/", invitations_bulk.invite_many, name="invite-many"),
    path("people/invitations/", invitations_bulk.list_invitations, name="list-invitations"),
    path("people/invitations/<int:pk>/renew/", invitations_bulk.renew, name="renew-invitation"),
    path("people/invitations/<int:pk>/batch/", invitations_bulk.renew_batch, name="renew-batch"),
    path("people/confirm/", confirmation.confirm_people, name="confirm-people"),
    path("people/<int:pk>/leaving/", people.show_leaving, name="show-leaving"),
    path("people/<int:pk>/stand-in/", people.stand_in, name="stand-in"),
    path("people/<int:pk>/deactivate/", people.deactivate, name="deactivate-user"),
    path("people/<int:pk>/reactivate/", people.reactivate, name="reactivate-user"),
    path("people/<int:pk>/hand-over/", invitations.hand_over, name="hand-over"),
    path("people/<int:pk>/end/", people.end_term, name="end-term"),
    path("people/<int:pk>/reset-password/", people.reset_password, name="reset-password"),
    path("people/<int:pk>/reset-second-factor/", second_factor.reset, name="reset-second-factor"),
    path("messages/", ledger.list_messages, name="list-messages"),
    path("messages/<int:pk>/open/", ledger.open_message, name="open-message"),
    path("views/", saved_views.list_views, name="list-views"),
    path("tokens/", tokens.list_tokens, name="list-tokens"),
    path("tokens/<int:pk>/revoke/", tokens.revoke_token, name="revoke-token"),
    path("log/", ledger.list_audit, name="list-audit"),
]

unit_patterns: list[URLPattern | URLResolver] = [
    path("orgs/", tree.list_units, name="list-units"),
    path("orgs/pick", tree.pick_unit, name="pick-unit"),
    path("orgs/pick/page/", tree.pick_unit_page, name="pick-unit-page"),
    path("orgs/<int:pk>/", unit.show_unit, name="show-unit"),
    path("orgs/<int:pk>/new/", unit.create_unit, name="create-unit"),
    path("orgs/<int:pk>/rename/", unit.rename_unit, name="rename-unit"),
    path("orgs/<int:pk>/move/", unit.move_unit, name="move-unit"),
    path("orgs/<int:pk>/close/", unit.close_unit, name="close-unit"),
    path("orgs/<int:pk>/kind/", unit.change_kind, name="change-kind"),
    path("orgs/<int:pk>/merge/", unit.merge_unit, name="merge-unit"),
    path("orgs/<int:pk>/turnover/", turnover.turn_over, name="turn-over"),
    path("orgs/turnovers/<int:pk>/undo/", turnover.undo_turnover, name="undo-turnover"),
    path("orgs/<int:pk>/bases/", bases.list_bases, name="list-bases"),
    path("orgs/<int:pk>/bases/record/", bases.record_base, name="record-base"),
    path("orgs/<int:pk>/bases/import/", bases.import_bases, name="import-bases"),
    path("orgs/<int:pk>/bases/import/confirm/", bases.confirm_bases, name="confirm-bases"),
    path("orgs/<int:pk>/bases/template/", bases.download_template, name="download-base-template"),
    path("orgs/<int:pk>/contact/", requests.record_contact, name="record-contact"),
    path("orgs/<int:pk>/ask/", requests.choose_request, name="choose-request"),
    path("orgs/<int:pk>/ask/<str:kind>/", requests.ask, name="ask"),
    path("orgs/requests/", requests.list_requests, name="list-requests"),
    path("orgs/requests/<int:pk>/", requests.show_request, name="show-request"),
    path("orgs/requests/<int:pk>/reveal/", requests.reveal_request, name="reveal-request"),
    path("orgs/requests/<int:pk>/withdraw/", requests.withdraw_request, name="withdraw-request"),
    path("orgs/requests/<int:pk>/<str:decision>/", requests.decide_request, name="decide-request"),
]

urlpatterns: list[URLPattern | URLResolver] = [*people_patterns, *unit_patterns]
