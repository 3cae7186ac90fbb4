"""帮助: holds no data, so that whose unit is asked about makes no difference; the card is about a unit."""

from __future__ import annotations

from orgs import permissions as p
from tests.architecture.rows import ANYONE, PUBLIC, Row

MANUAL = {
    "list-manual": Row("", ANYONE),
    "print-manual": Row("", ANYONE),
    "show-sign-in-manual": Row("", PUBLIC),
    "show-manual": Row("unit", ANYONE, args=lambda pk: ["fill"], foreign=200),
    "show-card": Row("unit", p.FILL),
}
