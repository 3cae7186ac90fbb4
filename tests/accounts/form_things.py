"""The words of the form's model: persons, accounts, forms and what is expected of whom, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

UNDO = timedelta(seconds=8)
# Whose people review where, from the nearest level up; above the university only the province decides.
REVIEWER_AT = {"hnu-law": "college", "hnu": "university", "hi": "province"}
LEVELS = ("hnu-law", "hnu")
UNITS = ("hnu-law-1201", "hnu-law-1202")
SHARED = "shared_law"  # an id both units may claim
# As typed -> as stored (A5).
NICKNAMES = {
    "海南大学法学院微信群": "海南大学法学院微信群",
    " 海大法学\u200b微信群 ": "海大法学微信群",
    "法学团支部": "法学团支部",
}
FIRST_MOBILE = 13900000000


def fills_for(who: str, unit: str) -> bool:
    """The secretary only for the first unit, superiors for both."""
    return who != "secretary" or unit == UNITS[0]


@dataclass(frozen=True)
class Person:
    """An administrator: known by the mobile."""

    n: int
    qq: str = "12345678"

    @property
    def mobile(self) -> str:
        return str(FIRST_MOBILE + self.n)


@dataclass(frozen=True)
class Block:
    """One account of a form with its administrators; `contacts` None stands for a word instead of a number."""

    identifier: str
    nickname: str
    contacts: int | None
    people: tuple[Person, ...]
    account: int | None = None  # the account of the registry it corrects

    def stored(self) -> Block:
        return replace(self, nickname=NICKNAMES.get(self.nickname, self.nickname))


@dataclass
class Registered:
    """An account of the registry with those in office, in the order of their appointment."""

    pk: int
    identifier: str
    nickname: str
    contacts: int
    people: list[Person] = field(default_factory=list)
    is_open: bool = True


@dataclass
class Form:
    """One unit's form in one round."""

    status: str = "missing"
    version: int = 0
    desk: str = ""
    blocks: tuple[Block, ...] = ()
    filled_by: str = ""
    attempt: int = 0
    is_late: bool = False
    saved_at: datetime | None = None
    approved_at: datetime | None = None
    last: tuple[str, str, str, datetime] | None = None  # kind, who, at which desk, when
    accepted: frozenset[int] = frozenset()  # ids of the rows a reviewer has accepted

    @property
    def is_editable(self) -> bool:
        return self.status in {"missing", "draft", "returned"}

    @property
    def is_valid(self) -> bool:
        names = [each.identifier for each in self.blocks]
        people = [[person.n for person in each.people] for each in self.blocks]
        is_full = bool(names) and all(each.contacts is not None and each.people for each in self.blocks)
        return is_full and all(len(each) == len(set(each)) for each in [names, *people])


@dataclass
class Expectation:
    """Until when, whether at all, and the request for more time."""

    deadline_at: datetime
    is_exempt: bool = False
    asked_until: datetime | None = None


@dataclass
class Sent:
    """The university's return of the usual round."""

    status: str = "preparing"
    n_expected: int = 0
    n_approved: int = 0
    reported_at: datetime | None = None
