"""For each kind of object in the matrix, how to have one in a given unit. None: such a unit has none."""

from __future__ import annotations

from collections.abc import Callable

from accounts.choices import PackageStatus
from accounts.models import (
    Account,
    Administratorship,
    CollectionRound,
    Expected,
    FieldList,
    Package,
    Submission,
    SubmissionRow,
)
from accounts.operations.registry import PersonalData, appoint_administrator, open_account
from accounts.operations.rounds import launch_round
from orgs.choices import Kind, Role
from orgs.kernel import clock
from orgs.models import Appointment, Invitation, OrgUnit, User
from orgs.operations import ledger, people
from reporting.operations.weekly import close_week
from scoring.choices import ConsequenceKind
from scoring.models import Consequence, Scheme, Sheet
from scoring.operations.schemes import load_shipped
from scoring.operations.sheets import open_sheets
from tests.cast import Cast


def unit(unit: OrgUnit, cast: Cast) -> int:
    return unit.pk


def appointment(unit: OrgUnit, cast: Cast) -> int:
    holder = User.objects.filter(username="holder").first() or User.objects.create_user(
        "holder", None, name="任职人"
    )
    return Appointment.objects.get_or_create(
        user=holder, unit=unit, role=Role.SECRETARY, ends_on=None, defaults={"starts_on": "2026-10-05"}
    )[0].pk


def invitation(unit: OrgUnit, cast: Cast) -> int:
    known = Invitation.objects.filter(unit=unit).order_by("-pk").first()
    if known is None or known.revoked_at:
        sponsor = (
            cast["province"]
            if unit.code.startswith(("hi", "qh", "hnu", "qzu", "vol", "wn"))
            else cast["national"]
        )
        known = people.invite(
            unit, name="受邀人", mobile="13800000999", by=sponsor, role=Role.SECRETARY
        ).invitation
    return known.pk


def message(unit: OrgUnit, cast: Cast) -> int | None:
    """Messages are for the very unit: superiors don't read them, so only some units have readers here."""
    return None if unit.code not in {"hnu-law"} else ledger.notify(unit, "test", "测试消息").pk


def round(unit: OrgUnit, cast: Cast) -> int:
    known = CollectionRound.objects.first()
    return known.pk if known else _launch(cast).pk


def own_round(unit: OrgUnit, cast: Cast) -> int | None:
    """A round that this very unit has launched."""
    return round(unit, cast) if unit.code == "hi" else None


def _launch(cast: Cast) -> CollectionRound:
    province = OrgUnit.objects.get(code="hi")
    return launch_round(
        province,
        title="微信及管理员信息收集",
        field_list=FieldList.objects.get(code="UNI-A"),
        kinds=[Kind.UNIVERSITY, Kind.COLLEGE, Kind.CLASS_BRANCH, Kind.COUNTY, Kind.TOWNSHIP, Kind.VILLAGE],
        opens_at=clock.now(),
        deadline_at=clock.day_end(clock.today()),
        by=cast["province"],
    )


def expected(unit: OrgUnit, cast: Cast) -> int | None:
    round(unit, cast)
    found = Expected.objects.filter(unit=unit).first()
    return found.pk if found else None


def submission(unit: OrgUnit, cast: Cast) -> int | None:
    """A form that waits on the desk of the unit's superior."""
    if expected(unit, cast) is None:
        return None
    at = {"round_id": round(unit, cast), "unit": unit}
    facts = {"status": "submitted", "desk": unit.parent, "version": 2, "submitted_at": clock.now()}
    return Submission.objects.get_or_create(**at, defaults=facts)[0].pk


def submission_row(unit: OrgUnit, cast: Cast) -> int | None:
    form = submission(unit, cast)
    if form is None:
        return None
    personal = {"admin_mobile": "13800000777"}
    return SubmissionRow.objects.get_or_create(
        submission_id=form, position=1, defaults={"personal": personal}
    )[0].pk


def account(unit: OrgUnit, cast: Cast) -> int:
    known = Account.objects.filter(unit=unit).first()
    found = known or open_account(
        unit,
        platform="wechat_personal",
        identifier=f"wx_{unit.code}",
        contacts=30,
        declared_groups=1,
        by=None,
    )
    return found.pk


def administratorship(unit: OrgUnit, cast: Cast) -> int:
    known = Administratorship.objects.filter(unit=unit).first()
    person = PersonalData(name="管理员褚", mobile="13800000888")
    found = known or appoint_administrator(
        unit, account=Account.objects.get(pk=account(unit, cast)), person=person, by=None
    )
    return found.pk


def direct_unit(unit: OrgUnit, cast: Cast) -> int | None:
    return unit.pk if unit.parent and unit.parent.parent_id is None else None


def unit_in_round(unit: OrgUnit, cast: Cast) -> int:
    round(unit, cast)
    return unit.pk


def direct_unit_in_round(unit: OrgUnit, cast: Cast) -> int | None:
    round(unit, cast)
    return direct_unit(unit, cast)


def package(unit: OrgUnit, cast: Cast) -> int | None:
    if direct_unit(unit, cast) is None or unit.parent.code != "hi":
        return None
    facts = {"status": PackageStatus.REPORTED, "reported_at": clock.now()}
    return Package.objects.get_or_create(round_id=round(unit, cast), unit=unit, defaults=facts)[0].pk


def week_unit(unit: OrgUnit, cast: Cast) -> int:
    close_week(clock.Week.parse("2026-W46"))
    return unit.pk


def sheet(unit: OrgUnit, cast: Cast) -> int | None:
    load_shipped()
    scheme = next((each for each in Scheme.objects.all() if unit.kind_id in each.target_kinds), None)
    if scheme is None or direct_unit(unit, cast) is None:
        return None
    return (
        open_sheets(scheme, 2026, [unit], by=None)[0].pk
        if not Sheet.objects.filter(unit=unit).exists()
        else Sheet.objects.get(unit=unit).pk
    )


def consequence(unit: OrgUnit, cast: Cast) -> int | None:
    found = sheet(unit, cast)
    if found is None:
        return None
    facts = {"clause": "SUP-4.1c", "trigger": "连续 3 次抽查为“差”"}
    return Consequence.objects.get_or_create(
        sheet_id=found, kind=ConsequenceKind.NOT_EXCELLENT, defaults=facts
    )[0].pk


SUBJECTS: dict[str, Callable[[OrgUnit, Cast], int | None]] = {
    each.__name__: each
    for each in (
        unit, appointment, invitation, message, round, own_round, expected, submission, submission_row, account, administratorship,
        direct_unit, unit_in_round, direct_unit_in_round, package, week_unit, sheet, consequence,
    )
}  # fmt: skip
