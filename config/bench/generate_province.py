"""A made-up province of universities, colleges and class branches, and all their forms handed in; set-based, always the same.

For load tests and for the chain by management commands: `province()` before the round is launched, `hand_in()` after.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from accounts.choices import StepKind, SubmissionStatus
from accounts.models import CollectionRound, ReviewStep, Submission, SubmissionRow
from orgs.choices import Kind, Measure, Role
from orgs.excel.tree_import import UnitRow
from orgs.kernel import clock
from orgs.models import Appointment, OrgUnit
from orgs.operations.appointing import NewPerson, appoint_many
from orgs.operations.base_load import NewBase, record_bases
from orgs.operations.bulk_load import load_tree
from orgs.operations.reference import load_reference

CODE = "p"
INTAKE = 2013
BATCH = 1_000
OFFICES = {Kind.PROVINCE: Role.PROVINCE, Kind.UNIVERSITY: Role.COMMITTEE, Kind.COLLEGE: Role.REVIEWER}


def members_of(unit_pk: int) -> int:
    """How many members a branch has."""
    return 40 + unit_pk % 11


def covered_of(unit_pk: int) -> int:
    """How many of them its form declares: all but a few."""
    return members_of(unit_pk) - unit_pk % 7


@transaction.atomic
def province(universities: int, colleges: int, classes: int) -> int:
    """Units, one person in charge of each committee, and the bases; returns how many branches."""
    load_reference()
    load_tree(list(_rows(universities, colleges, classes)))
    units = list(OrgUnit.objects.filter(code__startswith=CODE).order_by("lft"))
    offices = [
        NewPerson(
            unit.pk,
            OFFICES[unit.kind_id],
            f"工作人员{unit.code}",
            f"137{n:08d}",
            username=unit.code,
            is_principal=True,
        )
        for n, unit in enumerate(units)
        if unit.kind_id in OFFICES
    ]
    appoint_many(offices)
    branches = [unit for unit in units if unit.kind_id == Kind.CLASS_BRANCH]
    year = clock.today().year
    bases = [NewBase(unit.pk, Measure.MEMBERS, members_of(unit.pk), year, "团支部名册") for unit in branches]
    for unit in units:
        if unit.kind_id == Kind.UNIVERSITY:
            below = sum(
                members_of(branch.pk)
                for branch in branches
                if unit.lft < branch.lft and branch.rght < unit.rght
            )
            bases.append(NewBase(unit.pk, Measure.MEMBERS_2012, below, 2012, "共青团基层组织系统2012年底"))
    record_bases(bases, by=None)
    return len(branches)


def _rows(universities: int, colleges: int, classes: int) -> Iterator[UnitRow]:
    yield UnitRow(CODE, "", "共青团某省委", Kind.PROVINCE)
    for university in range(1, universities + 1):
        top = f"{CODE}{university:02}"
        yield UnitRow(top, CODE, f"第{university}大学团委", Kind.UNIVERSITY, position=university)
        for college in range(1, colleges + 1):
            middle = f"{top}-{college:02}"
            yield UnitRow(middle, top, f"第{college}学院团委", Kind.COLLEGE)
            for number in range(1, classes + 1):
                name = f"专业{INTAKE}级{number}班团支部"
                yield UnitRow(f"{middle}-{number:02}", middle, name, Kind.CLASS_BRANCH, intake_year=INTAKE)


@transaction.atomic
def hand_in(round: CollectionRound) -> int:
    """Every expected form, filled without anything to verify, on the desk of the unit above; returns how many."""
    now, fillers = clock.now(), _fillers()
    units = list(
        OrgUnit.objects.filter(expected__round=round).select_related("parent__parent").order_by("lft")
    )
    forms = [
        Submission(
            round=round,
            unit=unit,
            status=SubmissionStatus.SUBMITTED,
            desk_id=unit.parent_id,
            version=2,
            attempt=1,
            checks=["identifier_taken", "mobile_elsewhere"],
            filled_by_id=fillers[unit.parent.parent.parent_id],
            receipt=f"{clock.local(now):%Y%m%d}-{unit.pk:06d}",
            submitted_at=now,
            on_desk_since=now,
        )
        for unit in units
    ]
    Submission.objects.bulk_create(forms, batch_size=BATCH)
    SubmissionRow.objects.bulk_create((_row(form) for form in forms), batch_size=BATCH)
    ReviewStep.objects.bulk_create(
        (
            ReviewStep(
                submission=form,
                kind=StepKind.SUBMITTED,
                unit_id=form.unit_id,
                by_id=form.filled_by_id,
                at=now,
            )
            for form in forms
        ),
        batch_size=BATCH,
    )
    return len(forms)


def _fillers() -> dict[int, int]:
    """Who has handed in, by province: its own staff, so that no reviewer below decides on an own form."""
    staff = Appointment.objects.in_force().filter(role=Role.PROVINCE)
    return dict(staff.values_list("unit_id", "user_id"))


def _row(form: Submission) -> SubmissionRow:
    pk, unit = form.unit_id, form.unit
    university = unit.parent.parent.name.removesuffix("团委")
    values = {
        "account_id": f"branch_{pk}",
        "account_nickname": f"{university}{unit.name}微信群",
        "groups": 1,
        "contacts": covered_of(pk),
    }
    personal = {
        "admin_name": f"管理员{pk}",
        "admin_wechat": f"admin_{pk}",
        "admin_nickname": "小管",
        "admin_qq": str(100_000 + pk),
        "admin_mobile": f"138{pk:08d}",
    }
    return SubmissionRow(submission=form, position=0, values=values, personal=personal)
