"""The round that is running: forms approved, waiting, returned, half written and not begun, on every desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from accounts.choices import ReturnReason, SubmissionStatus
from accounts.field_lists import RowInput
from accounts.models import Account, CollectionRound, FieldList, Submission
from accounts.naming import regular_name
from accounts.operations import packages, review
from accounts.operations.collection import save_draft, submit
from accounts.operations.rounds import launch_round
from accounts.operations.standing import open_standing
from config.demo_data.chance import chance
from config.demo_data.tree import INTAKES, members_of
from orgs.choices import Kind
from orgs.kernel import clock
from orgs.models import Appointment, OrgUnit, User

if TYPE_CHECKING:
    from collections.abc import Iterable

TITLE = "高校团组织微信及管理员信息收集（含2013级班级团支部）"
BUSY = {"46-U01", "46-U03", "46-U06"}  # the universities in which the round is in full swing
APPROVED, RETURNED, DRAFT, UNTOUCHED = "approved", "returned", "draft", "untouched"
FATES = (*[APPROVED] * 5, *[Kind.COLLEGE] * 3, Kind.UNIVERSITY, RETURNED, DRAFT, UNTOUCHED)


@dataclass(slots=True)
class Desks:
    """Who fills and who reviews, by unit."""

    holders: dict[int, User]

    @classmethod
    def read(cls) -> Desks:
        terms = (
            Appointment.objects.in_force().exclude(role__in=["auditor", "sysadmin"]).select_related("user")
        )
        return cls({term.unit_id: term.user for term in terms.order_by("-pk")})


def launch(province: OrgUnit, *, by: User) -> CollectionRound:
    """The round of the source notice (UNI-3.3), shifted: it began five days ago and ends in three."""
    return launch_round(
        province,
        title=TITLE,
        field_list=FieldList.objects.get(code="UNI-A", version=1),
        kinds=[Kind.UNIVERSITY, Kind.COLLEGE, Kind.CLASS_BRANCH],
        intake_years=INTAKES,
        opens_at=clock.now(),
        deadline_at=clock.day_end(clock.today() + timedelta(days=8)),
        by=by,
        clause="UNI-3.3",
    )


def open_changes(province: OrgUnit, *, by: User) -> CollectionRound:
    """日常变更, open all year beside the rounds."""
    return open_standing(province, field_list=FieldList.objects.get(code="UNI-A", version=1), by=by)


def fill(round: CollectionRound, units: Iterable[OrgUnit], *, skip: str) -> int:
    """Forms of the busy universities, as of the moment the clock shows; returns how many were handed in."""
    desks = Desks.read()
    accounts = {each.unit_id: each for each in Account.objects.active().filter(unit__in=units)}
    handed_in = 0
    for unit in units:
        fate = fate_of(unit)
        person = desks.holders.get(unit.pk)
        if person is None or fate == UNTOUCHED or unit.code == skip:
            continue
        draft = save_draft(round, unit, [_row(unit, accounts.get(unit.pk), person)], version=0, by=person)
        if fate != DRAFT:
            submit(round, unit, None, version=draft.version, idempotency_key=f"demo-{unit.code}", by=person)
            handed_in += 1
    return handed_in


def decide(round: CollectionRound) -> int:
    """Colleges, then universities work through their desks by each form's fate; returns how many were decided."""
    desks = Desks.read()
    decided = 0
    for level in (Kind.COLLEGE, Kind.UNIVERSITY):
        waiting = Submission.objects.filter(round=round, status=SubmissionStatus.SUBMITTED, desk__kind=level)
        for form in waiting.select_related("unit").order_by("pk"):
            fate = fate_of(form.unit)
            reviewer = desks.holders.get(form.desk_id or 0)
            if reviewer is None or fate == level or reviewer == form.filled_by:
                continue
            if fate == RETURNED:
                _send_back(form, reviewer)
            else:
                review.approve(form.pk, version=form.version, by=reviewer)
            decided += 1
    return decided


def _send_back(form: Submission, reviewer: User) -> None:
    review.return_submission(
        form.pk,
        version=form.version,
        by=reviewer,
        reasons=[ReturnReason.NICKNAME],
        remark="昵称请写全称，要含“团支部”三个字。",
        cells=[],
    )


def fate_of(unit: OrgUnit) -> str:
    """What becomes of a unit's form: the kind of desk it waits on, or one of the words."""
    return FATES[chance("fate", unit.code).randrange(len(FATES))]


def report(round: CollectionRound, units: dict[str, OrgUnit]) -> None:
    """One university has reported its package upward, incomplete, and waits for the province."""
    unit = units["46-U06"]
    packages.report_upward(round, unit, by=Desks.read().holders[unit.pk])


def _row(unit: OrgUnit, account: Account | None, person: User) -> RowInput:
    members = members_of(unit.code)
    is_branch = unit.kind_id == Kind.CLASS_BRANCH
    dice = chance("form", unit.code)
    values = {
        "account_id": account.identifier if account else f"demo_{unit.code.replace('-', '_').lower()}",
        "account_nickname": regular_name(unit.name, _school(unit)) if dice.random() < 0.8 else unit.name[:6],
        "groups": 1,
        "contacts": int(members * dice.uniform(0.85, 1.04)) if is_branch else dice.randint(80, 600),
    }
    personal = {
        "admin_name": person.name,
        "admin_wechat": f"wx_{person.mobile[-6:]}",
        "admin_nickname": person.name[-2:],
        "admin_mobile": person.mobile,
    }
    return RowInput(values, personal, account_id=account.pk if account else None)


def _school(unit: OrgUnit) -> str:
    """The university a unit belongs to; its own name for itself."""
    found = unit
    while found.parent is not None and found.kind_id != Kind.UNIVERSITY:
        found = found.parent
    return found.name
