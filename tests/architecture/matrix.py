"""Every URL: which object it is about, by which methods, and which verb opens it. A URL without a row fails the build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orgs import permissions as p

PUBLIC = "public"
ANYONE = "signed in"


@dataclass(frozen=True, slots=True)
class Row:
    """`subject` names the builder of the object the URL is about ("" = none); `verb` the permission, PUBLIC or ANYONE."""

    subject: str
    verb: str
    methods: tuple[str, ...] = ("get",)
    data: dict[str, str] | None = None
    args: Callable[[int], list[object]] = lambda pk: [pk]


GET, POST, BOTH = ("get",), ("post",), ("get", "post")

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
    "orgs:list-messages": Row("", ANYONE),
    "orgs:open-message": Row("message", ANYONE, POST),
    "orgs:list-audit": Row("", p.VIEW_AUDIT),
}
