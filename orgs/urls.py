"""URLs of orgs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from orgs.views import invitations, ledger, people, session, tree, unit

app_name = "orgs"

people_patterns: list[URLPattern | URLResolver] = [
    path("login/", session.SignInView.as_view(), name="login"),
    path("logout/", session.SignOutView.as_view(), name="logout"),
    path("password/", session.change_password, name="change-password"),
    path("i/<str:code>/", invitations.accept, name="accept-invitation"),
    path("people/", people.list_people, name="list-people"),
    path("people/invite/<int:unit_pk>/", invitations.invite, name="invite"),
    path("people/invitations/<int:pk>/revoke/", invitations.revoke, name="revoke-invitation"),
    path("people/<int:pk>/hand-over/", invitations.hand_over, name="hand-over"),
    path("people/<int:pk>/end/", people.end_term, name="end-term"),
    path("people/<int:pk>/reset-password/", people.reset_password, name="reset-password"),
    path("messages/", ledger.list_messages, name="list-messages"),
    path("messages/<int:pk>/open/", ledger.open_message, name="open-message"),
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
    path("orgs/<int:pk>/bases/", unit.record_base, name="record-base"),
]

urlpatterns: list[URLPattern | URLResolver] = [*people_patterns, *unit_patterns]
