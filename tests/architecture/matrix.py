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
    "orgs:set-mail-address": Row("", ANYONE, BOTH),
    "orgs:accept-invitation": Row("code", PUBLIC, BOTH),
    "orgs:list-people": Row("", p.MANAGE_PEOPLE),
    "orgs:invite": Row("unit", p.MANAGE_PEOPLE, BOTH),
    "orgs:revoke-invitation": Row("invitation", p.MANAGE_PEOPLE, POST),
    "orgs:renew-invitation": Row("invitation", p.MANAGE_PEOPLE, POST),
    "orgs:renew-batch": Row("invitation", p.MANAGE_PEOPLE, POST),
    "orgs:invite-many": Row("", p.MANAGE_PEOPLE, BOTH),
    "orgs:list-invitations": Row("", p.MANAGE_PEOPLE),
    "orgs:confirm-people": Row("", p.MANAGE_PEOPLE, BOTH),
    "orgs:show-leaving": Row("appointment", p.MANAGE_PEOPLE),
    "orgs:stand-in": Row("appointment", p.MANAGE_PEOPLE, BOTH),
    "orgs:deactivate-user": Row("appointment", p.MANAGE_PEOPLE, BOTH),
    "orgs:reactivate-user": Row("appointment", p.MANAGE_PEOPLE, BOTH),
    "orgs:hand-over": Row("appointment", p.MANAGE_PEOPLE, BOTH),
    "orgs:end-term": Row("appointment", p.MANAGE_PEOPLE, BOTH),
    "orgs:reset-password": Row("appointment", p.MANAGE_PEOPLE, BOTH),
    "orgs:list-messages": Row("", ANYONE),
    "orgs:open-message": Row("message", ANYONE, POST),
    "orgs:list-views": Row("", ANYONE, BOTH),
    "orgs:list-audit": Row("", p.VIEW_AUDIT),
    "orgs:list-units": Row("", ANYONE),
    "orgs:pick-unit": Row("", ANYONE),
    "orgs:pick-unit-page": Row("", ANYONE),
    "orgs:show-unit": Row("unit", p.VIEW),
    "orgs:create-unit": Row("unit", p.EDIT_UNITS, BOTH),
    "orgs:rename-unit": Row("unit", p.EDIT_UNITS, BOTH),
    "orgs:move-unit": Row("unit", p.EDIT_UNITS, BOTH),
    "orgs:close-unit": Row("unit", p.EDIT_UNITS, BOTH),
    "orgs:change-kind": Row("unit", p.EDIT_UNITS, BOTH),
    "orgs:merge-unit": Row("unit", p.EDIT_UNITS, BOTH),
    "orgs:turn-over": Row("unit", p.EDIT_UNITS, BOTH),
    "orgs:undo-turnover": Row("turnover", p.EDIT_UNITS, BOTH),
    "orgs:list-bases": Row("unit", p.VIEW),
    "orgs:record-base": Row("unit", p.EDIT_UNITS, BOTH),
    "orgs:import-bases": Row("unit", p.EDIT_UNITS, BOTH),
    "orgs:confirm-bases": Row("unit", p.EDIT_UNITS, POST),
    "orgs:download-base-template": Row("unit", p.EDIT_UNITS),
    "orgs:record-contact": Row("unit", p.EDIT_UNITS, BOTH),
    "orgs:choose-request": Row("unit", f"{p.FILL}|{p.EDIT_UNITS}"),
    "orgs:ask": Row("unit", f"{p.FILL}|{p.EDIT_UNITS}", BOTH, args=lambda pk: [pk, "name"]),
    "orgs:list-requests": Row("", ANYONE),
    "orgs:show-request": Row("change_request", p.VIEW),
    "orgs:withdraw-request": Row("change_request", f"{p.FILL}|{p.EDIT_UNITS}", POST),
    "orgs:reveal-request": Row("change_request", p.EDIT_UNITS, POST),
    "orgs:decide-request": Row(
        "change_request", p.EDIT_UNITS, POST, {"remark": "不同意"}, args=lambda pk: [pk, "refuse"]
    ),
    "accounts:verify": Row("", PUBLIC, BOTH),
    "accounts:verify-json": Row("", PUBLIC, data={"platform": "weibo_sina", "id": "nobody"}),
    "accounts:list-tasks": Row("", ANYONE),
    "accounts:start": Row("", ANYONE),
    "accounts:fill": Row("round", ANYONE, foreign=302),
    "accounts:fill-form": Row("expected", p.FILL, BOTH),
    "accounts:fill-grid": Row("expected", p.FILL, BOTH),
    "accounts:autosave": Row("expected", p.FILL, POST),
    "accounts:resolve-conflict": Row("expected", p.FILL, POST),
    "accounts:ask-extension": Row("expected", p.FILL, BOTH),
    "accounts:start-change": Row(
        "unit_in_changes",
        p.FILL,
        POST,
        args=lambda pk: [CollectionRound.objects.get(is_standing=True).pk, pk],
    ),
    "accounts:check-form": Row("expected", p.FILL, BOTH),
    "accounts:show-receipt": Row("expected", p.FILL),
    "accounts:list-rounds": Row("", p.LAUNCH_ROUND),
    "accounts:launch-round": Row("", p.LAUNCH_ROUND, BOTH),
    "accounts:open-standing": Row("", p.LAUNCH_ROUND, BOTH),
    "accounts:show-round": Row("own_round", p.LAUNCH_ROUND, BOTH),
    "accounts:close-round": Row("own_round", p.LAUNCH_ROUND, BOTH),
    "accounts:list-accounts": Row("", ANYONE),
    "accounts:show-account": Row("account", p.VIEW),
    "accounts:choose-account-unit": Row("", p.EDIT_REGISTRY),
    "accounts:new-account": Row("unit", p.EDIT_REGISTRY, BOTH),
    "accounts:bulk-accounts": Row("", p.EDIT_REGISTRY, BOTH),
    "accounts:edit-account": Row("account", p.EDIT_REGISTRY, BOTH),
    "accounts:pause-account": Row("account", p.EDIT_REGISTRY, BOTH),
    "accounts:resume-account": Row("account", p.EDIT_REGISTRY, BOTH),
    "accounts:close-account": Row("account", p.EDIT_REGISTRY, BOTH),
    "accounts:merge-account": Row("account", p.EDIT_REGISTRY, BOTH),
    "accounts:transfer-account": Row("account", p.EDIT_REGISTRY, BOTH),
    "accounts:tie-account": Row("account", p.EDIT_REGISTRY, BOTH),
    "accounts:check-account": Row("account", p.EDIT_REGISTRY, POST),
    "accounts:confirm-account": Row("account", f"{p.EDIT_REGISTRY}|{p.FILL}", POST),
    "accounts:reveal": Row("administratorship", p.REVEAL, POST, {"field": "mobile", "purpose": "核对"}),
    "accounts:list-groups": Row("", ANYONE),
    "accounts:choose-group-unit": Row("", p.EDIT_REGISTRY),
    "accounts:new-group": Row("unit", p.EDIT_REGISTRY, BOTH, {"kind": "branch", "name": ""}),
    "accounts:bulk-groups": Row("", p.EDIT_REGISTRY, BOTH),
    "accounts:show-group": Row("group", p.VIEW),
    "accounts:edit-group": Row("group", p.EDIT_REGISTRY, BOTH),
    "accounts:rest-group": Row("group", p.EDIT_REGISTRY, BOTH),
    "accounts:resume-group": Row("group", p.EDIT_REGISTRY, BOTH),
    "accounts:merge-group": Row("group", p.EDIT_REGISTRY, BOTH),
    "accounts:dissolve-group": Row("group", p.EDIT_REGISTRY, BOTH),
    "accounts:confirm-group": Row("group", f"{p.EDIT_REGISTRY}|{p.FILL}", POST),
    "accounts:list-administrators": Row("", ANYONE),
    "accounts:list-unit-administrators": Row("", ANYONE),
    "accounts:show-administrator": Row("administratorship", p.VIEW),
    "accounts:replace-administrator": Row("administratorship", p.EDIT_REGISTRY, BOTH),
    "accounts:end-administrator": Row("administratorship", p.EDIT_REGISTRY, BOTH),
    "accounts:correct-administrator": Row("administratorship", p.EDIT_REGISTRY, BOTH),
    "accounts:appoint-to-unit": Row("unit", p.EDIT_REGISTRY, BOTH),
    "accounts:appoint-to-account": Row("account", p.EDIT_REGISTRY, BOTH),
    "accounts:appoint-to-group": Row("group", p.EDIT_REGISTRY, BOTH),
    "accounts:list-review": Row("", p.REVIEW),
    "accounts:approve-many": Row("", p.REVIEW, POST),
    "accounts:undo-many": Row("", p.REVIEW, POST),
    "accounts:approve": Row("submission", p.REVIEW, POST, {"version": "2"}),
    "accounts:return-form": Row("submission", p.REVIEW, POST, {"version": "2"}),
    "accounts:undo-review": Row("submission", p.REVIEW, POST),
    "accounts:reveal-cell": Row("submission_row", p.REVEAL, POST, args=lambda pk: [pk, "admin_mobile"]),
    "accounts:chase": Row("", p.REMIND),
    "accounts:remind": Row("", p.REMIND, POST),
    "accounts:reminder-texts": Row("", p.REMIND),
    "accounts:list-deliveries": Row("", p.REMIND),
    "accounts:exempt": Row("expected", p.REMIND, BOTH, {"reason": "在外实习"}),
    "accounts:list-extensions": Row("", p.REMIND),
    "accounts:decide-extension": Row("extension", p.REMIND, POST),
    "accounts:list-packages": Row("", f"{p.REPORT_PACKAGE}|{p.ACCEPT_PACKAGE}"),
    "accounts:show-package": Row("package", p.VIEW),
    "accounts:upload-annex": Row("", p.FILL),
    "accounts:show-upload": Row("upload_batch", p.FILL),
    "accounts:amend-upload": Row("upload_batch", p.FILL, POST),
    "accounts:import-upload": Row("upload_batch", p.FILL, POST),
    "accounts:resume-upload": Row("upload_batch", p.FILL, POST),
    "accounts:undo-upload": Row("upload_batch", p.FILL, POST),
    "accounts:download-rejected": Row("upload_batch", p.FILL),
    "accounts:export-in-full": Row(
        "unit_in_round", p.FULL_EXPORT, BOTH, args=lambda pk: [CollectionRound.objects.first().pk, pk]
    ),
    "accounts:show-file": Row("annex_file", f"{p.EXPORT}|{p.FILL}"),
    "accounts:download-file": Row("annex_file", f"{p.EXPORT}|{p.FILL}"),
    "accounts:download-annex": Row(
        "unit_in_round", f"{p.EXPORT}|{p.FILL}", args=lambda pk: [CollectionRound.objects.first().pk, pk]
    ),
    "accounts:report-package": Row(
        "direct_unit_in_round",
        p.REPORT_PACKAGE,
        BOTH,
        args=lambda pk: [CollectionRound.objects.first().pk, pk],
    ),
    "accounts:accept-package": Row("package", p.ACCEPT_PACKAGE, POST),
    "accounts:return-package": Row("package", p.ACCEPT_PACKAGE, POST),
    "accounts:list-incidents": Row("", ANYONE),
    "accounts:choose-incident-unit": Row("", p.EDIT_REGISTRY),
    "accounts:record-incident": Row("unit", p.EDIT_REGISTRY, BOTH),
    "accounts:show-incident": Row("incident", p.VIEW),
    "accounts:handle-incident": Row("incident", p.EDIT_REGISTRY, POST, {"outcome": "deleted"}),
    "accounts:close-incident": Row("incident", p.EDIT_REGISTRY, POST),
    "accounts:grade-incident": Row("incident", p.EDIT_REGISTRY, POST, {"grave": "1", "reason": "影响较大"}),
    "accounts:radar": Row("", p.REVIEW),
    "accounts:settle-finding": Row("", p.REVIEW, POST),
    "accounts:list-disputes": Row("", ANYONE),
    "accounts:choose-dispute-unit": Row("", p.FILL),
    "accounts:new-dispute": Row("unit", f"{p.FILL}|{p.EDIT_REGISTRY}", BOTH),
    "accounts:show-dispute": Row("dispute", p.VIEW),
    "accounts:settle-dispute": Row("dispute", p.EDIT_REGISTRY, POST),
    "accounts:withdraw-dispute": Row("dispute", f"{p.FILL}|{p.EDIT_REGISTRY}", POST),
    "reporting:weekly": Row("", p.VIEW),
    "reporting:show-latest-week": Row("week_unit", p.VIEW),
    "reporting:show-unit-week": Row("week_unit", p.VIEW, args=lambda pk: ["2026-W46", pk]),
    "reporting:show-rows": Row("week_unit", p.VIEW, args=lambda pk: ["2026-W46", pk, "orgs"]),
    "reporting:list-demands": Row("", ANYONE),
    "reporting:choose-administrator": Row("", p.REMIND),
    "reporting:new-demand": Row("administratorship", p.REMIND, BOTH),
    "reporting:show-demand": Row("demand", p.VIEW),
    "reporting:meet-demand": Row("demand", p.EDIT_REGISTRY, POST),
    "reporting:withdraw-demand": Row("demand", p.REMIND, POST),
    "scoring:list-sheets": Row("", p.VIEW_SHEET),
    "scoring:open-sheets": Row("", p.MANAGE_SCHEMES, POST),
    "scoring:show-sheet": Row("sheet", p.VIEW_SHEET),
    "scoring:enter-score": Row("sheet", f"{p.ASSESS}|{p.SELF_ASSESS}", POST),
    "scoring:compute-sheet": Row("sheet", p.ASSESS, POST),
    "scoring:submit-self-assessment": Row("sheet", p.SELF_ASSESS, POST),
    "scoring:waive-self-assessment": Row("sheet", p.ASSESS, POST),
    "scoring:finalise-sheet": Row("sheet", p.ASSESS, POST),
    "scoring:download-sheet": Row("sheet", p.EXPORT),
    "scoring:confirm-consequence": Row("consequence", p.ASSESS, POST, args=lambda pk: [sheet_of(pk), pk]),
    "scoring:dismiss-consequence": Row("consequence", p.ASSESS, POST, args=lambda pk: [sheet_of(pk), pk]),
}
