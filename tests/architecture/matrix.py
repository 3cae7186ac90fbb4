"""Every URL: which object it is about, by which methods, and which verb opens it. A URL without a row fails the build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import CollectionRound
from orgs import permissions as p
from scoring.models import Consequence

PUBLIC = "public"
ANYONE = "signed in"


@dataclass(frozen=True, slots=True)
class Row:
    """`subject` names the builder of the object the URL is about ("" = none); `verb` the permission (a|b: either), PUBLIC or ANYONE."""

    subject: str
    verb: str
    methods: tuple[str, ...] = ("get",)
    data: dict[str, str] | None = None
    args: Callable[[int], list[object]] = lambda pk: [pk]
    foreign: int = 404  # what a foreign object answers


GET, POST, BOTH = ("get",), ("post",), ("get", "post")


def sheet_of(consequence_pk: int) -> int:
    found = Consequence.objects.filter(pk=consequence_pk).first()
    return found.sheet_id if found else consequence_pk


MATRIX: dict[str, Row] = {
    "home": Row("", ANYONE),
    "search": Row("", ANYONE),
    "healthz": Row("", PUBLIC),
    "orgs:login": Row("", PUBLIC, BOTH),
    "orgs:logout": Row("", PUBLIC, POST),
    "orgs:change-password": Row("", ANYONE, BOTH),
    "orgs:accept-invitation": Row("code", PUBLIC, BOTH),
    "orgs:list-people": Row("", p.MANAGE_PEOPLE),
    "orgs:invite": Row("unit", p.MANAGE_PEOPLE, BOTH),
    "orgs:revoke-invitation": Row("invitation", p.MANAGE_PEOPLE, POST),
    "orgs:hand-over": Row("appointment", p.MANAGE_PEOPLE, BOTH),
    "orgs:end-term": Row("appointment", p.MANAGE_PEOPLE, BOTH),
    "orgs:reset-password": Row("appointment", p.MANAGE_PEOPLE, BOTH),
    "orgs:list-messages": Row("", ANYONE),
    "orgs:open-message": Row("message", ANYONE, POST),
    "orgs:list-audit": Row("", p.VIEW_AUDIT),
    "orgs:list-units": Row("", ANYONE),
    "orgs:pick-unit": Row("", ANYONE),
    "orgs:pick-unit-page": Row("", ANYONE),
    "orgs:show-unit": Row("unit", p.VIEW),
    "orgs:create-unit": Row("unit", p.EDIT_UNITS, BOTH),
    "orgs:rename-unit": Row("unit", p.EDIT_UNITS, BOTH),
    "orgs:move-unit": Row("unit", p.EDIT_UNITS, BOTH),
    "orgs:close-unit": Row("unit", p.EDIT_UNITS, BOTH),
    "orgs:record-base": Row("unit", p.EDIT_UNITS, POST),
    "accounts:list-tasks": Row("", ANYONE),
    "accounts:start": Row("", ANYONE),
    "accounts:fill": Row("round", ANYONE, foreign=302),
    "accounts:fill-form": Row("expected", p.FILL, BOTH),
    "accounts:autosave": Row("expected", p.FILL, POST),
    "accounts:check-form": Row("expected", p.FILL, BOTH),
    "accounts:show-receipt": Row("expected", p.FILL),
    "accounts:list-rounds": Row("", p.LAUNCH_ROUND),
    "accounts:launch-round": Row("", p.LAUNCH_ROUND, BOTH),
    "accounts:close-round": Row("own_round", p.LAUNCH_ROUND, BOTH),
    "accounts:list-accounts": Row("", ANYONE),
    "accounts:show-account": Row("account", p.VIEW),
    "accounts:reveal": Row("administratorship", p.REVEAL, POST, {"field": "mobile", "purpose": "核对"}),
    "accounts:list-review": Row("", p.REVIEW),
    "accounts:approve-many": Row("", p.REVIEW, POST),
    "accounts:approve": Row("submission", p.REVIEW, POST, {"version": "2"}),
    "accounts:return-form": Row("submission", p.REVIEW, POST, {"version": "2"}),
    "accounts:undo-review": Row("submission", p.REVIEW, POST),
    "accounts:reveal-cell": Row("submission_row", p.REVEAL, POST, args=lambda pk: [pk, "admin_mobile"]),
    "accounts:chase": Row("", p.REMIND),
    "accounts:remind": Row("", p.REMIND, POST),
    "accounts:exempt": Row("expected", p.REMIND, BOTH, {"reason": "在外实习"}),
    "accounts:list-packages": Row("", f"{p.REPORT_PACKAGE}|{p.ACCEPT_PACKAGE}"),
    "accounts:show-package": Row("package", p.VIEW),
    "accounts:upload-annex": Row("", p.FILL),
    "accounts:import-annex": Row("", p.FILL, POST),
    "accounts:download-annex": Row(
        "unit_in_round", f"{p.EXPORT}|{p.FILL}", args=lambda pk: [CollectionRound.objects.first().pk, pk]
    ),
    "accounts:report-package": Row(
        "direct_unit_in_round",
        p.REPORT_PACKAGE,
        POST,
        args=lambda pk: [CollectionRound.objects.first().pk, pk],
    ),
    "accounts:accept-package": Row("package", p.ACCEPT_PACKAGE, POST),
    "accounts:return-package": Row("package", p.ACCEPT_PACKAGE, POST),
    "reporting:weekly": Row("", p.VIEW),
    "reporting:show-latest-week": Row("week_unit", p.VIEW),
    "reporting:show-unit-week": Row("week_unit", p.VIEW, args=lambda pk: ["2026-W46", pk]),
    "reporting:show-rows": Row("week_unit", p.VIEW, args=lambda pk: ["2026-W46", pk, "orgs"]),
    "scoring:list-sheets": Row("", p.VIEW_SHEET),
    "scoring:open-sheets": Row("", p.MANAGE_SCHEMES, POST),
    "scoring:show-sheet": Row("sheet", p.VIEW_SHEET),
    "scoring:enter-score": Row("sheet", f"{p.ASSESS}|{p.SELF_ASSESS}", POST),
    "scoring:compute-sheet": Row("sheet", p.ASSESS, POST),
    "scoring:submit-self-assessment": Row("sheet", p.SELF_ASSESS, POST),
    "scoring:finalise-sheet": Row("sheet", p.ASSESS, POST),
    "scoring:download-sheet": Row("sheet", p.EXPORT),
    "scoring:confirm-consequence": Row("consequence", p.ASSESS, POST, args=lambda pk: [sheet_of(pk), pk]),
}
