"""Two sibling universities full of marked words, so that whatever crosses from one to the other can be found by search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import CollectionRound, Submission
from accounts.operations import collection, packages, review
from orgs.choices import NotificationKind, Role
from orgs.kernel import clock
from orgs.models import Appointment, OrgUnit, User
from orgs.operations import invitations, ledger, tree
from reporting.operations.weekly import close_week
from scoring.operations.schemes import load_shipped
from scoring.operations.sheets import compute_year, open_year
from tests.accounts.factories import launch, main_row

COMMON = "金丝雀"  # what one may search for: it marks both
IN_WEEK_46 = datetime(2026, 11, 10, 9, 0, tzinfo=clock.SHANGHAI)


@dataclass(frozen=True)
class Side:
    """One university: its units from the top down, who works there, and what marks its data."""

    codes: tuple[str, str, str]
    people: tuple[str, str, str]
    word: str  # in names of units, nicknames, persons, notes
    ascii: str  # in WeChat ids
    mobiles: tuple[str, ...]

    @property
    def canaries(self) -> tuple[str, ...]:
        masked = tuple(f"{mobile[:3]}****{mobile[-4:]}" for mobile in self.mobiles)
        return (self.word, self.ascii, *self.mobiles, *masked)


LEFT = Side(
    ("hnu", "hnu-law", "hnu-law-1201"),
    ("university", "college", "secretary"),
    "金丝雀甲",
    "canaryleft",
    ("13811117101", "13811117102", "13811117103"),
)
RIGHT = Side(
    ("qzu", "qzu-sci", "qzu-sci-1201"),
    ("outsider", "outside_reviewer", "outside_secretary"),
    "金丝雀乙",
    "canaryright",
    ("13922228201", "13922228202", "13922228203"),
)


def mark(side: Side, cast) -> dict[str, User]:
    """Rename units and people of one side; returns its people."""
    staff = {}
    for code, key, mobile in zip(side.codes, side.people, side.mobiles, strict=True):
        unit = OrgUnit.objects.get(code=code)
        tree.rename_unit(unit, name=f"{unit.name[:6]}{side.word}团委", by=cast["province"])
        staff[key] = cast[key] if key in cast else _reviewer(key, unit)
        User.objects.filter(pk=staff[key].pk).update(
            name=f"{side.word}{key}", mobile=mobile, email=f"{side.ascii}-{key}@example.org"
        )
        staff[key] = User.objects.get(pk=staff[key].pk)
    return staff


def _reviewer(key: str, unit: OrgUnit) -> User:
    user = User.objects.create_user(key, None, name=key)
    since = clock.today()
    Appointment.objects.create(user=user, unit=unit, role=Role.REVIEWER, title="书记", starts_on=since)
    return user


def work(side: Side, staff: dict[str, User], round: CollectionRound) -> None:
    """A form through all desks into the registry, one that waits, one in draft; messages, an invitation, a package."""
    top, middle, leaf = (OrgUnit.objects.get(code=code) for code in side.codes)
    committee, reviewer, secretary = (staff[key] for key in side.people)
    form = _submit(side, round, leaf, secretary, 1)
    review.approve(form.pk, version=form.version, by=reviewer)
    form.refresh_from_db()
    review.approve(form.pk, version=form.version, by=committee)
    _submit(side, round, middle, reviewer, 2)
    collection.save_draft(round, top, [_row(side, 3)], version=0, note=f"{side.word}备注", by=committee)
    for unit in (top, middle, leaf):
        ledger.notify(unit, NotificationKind.REMINDED, f"{side.word}的消息")
    invitations.invite(
        leaf, name=f"{side.word}新人", mobile=side.mobiles[2], by=reviewer, role=Role.SECRETARY
    )
    packages.report_upward(round, top, by=committee)


def _submit(side: Side, round: CollectionRound, unit: OrgUnit, by: User, n: int) -> Submission:
    return collection.submit(
        round,
        unit,
        [_row(side, n)],
        version=0,
        note=f"{side.word}备注",
        idempotency_key=f"{side.ascii}-{n}",
        by=by,
    )


def _row(side: Side, n: int):
    return main_row(
        account_id=f"{side.ascii}_{n}",
        account_nickname=f"{side.word}团支部微信群{n}",
        contacts=30 + n,
        admin_name=f"{side.word}管理员{n}",
        admin_wechat=f"{side.ascii}_admin_{n}",
        admin_nickname=f"{side.word}昵称{n}",
        admin_mobile=side.mobiles[n - 1],
    )


def build(world, cast) -> dict[str, User]:
    """Both sides at work, the week closed, the sheets computed; everybody who works there, and who sees one side only."""
    with clock.frozen(IN_WEEK_46):
        round = launch(world, cast)
        staff = {side: mark(side, cast) for side in (LEFT, RIGHT)}
        for side in (LEFT, RIGHT):
            work(side, staff[side], round)
    close_week(clock.Week.parse("2026-W46"))
    load_shipped()
    open_year(2026)
    compute_year(2026)
    return staff[LEFT] | staff[RIGHT]
