"""For each kind of object in the matrix, how to have one in a given unit. None: such a unit has none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from accounts.choices import BatchState, GroupKind, IncidentCategory, PackageStatus
from accounts.models import (
    Account,
    Administratorship,
    CollectionRound,
    Dispute,
    Expected,
    Extension,
    FieldList,
    Group,
    HandedAccount,
    HandOut,
    Incident,
    Package,
    Submission,
    SubmissionRow,
    UploadBatch,
)
from accounts.operations import annex, batches
from accounts.operations.incidents import record_incident
from accounts.operations.registry import PersonalData, appoint_administrator, open_account, open_group
from accounts.operations.rounds import launch_round
from accounts.operations.standing import open_standing
from orgs.choices import JobState, Kind, NotificationKind, RequestKind, Role
from orgs.kernel import clock
from orgs.models import (
    ApiToken,
    Appointment,
    IntakeTurnover,
    Invitation,
    Job,
    OrgUnit,
    UnitChangeRequest,
    User,
)
from orgs.operations import invitations, ledger, tokens
from reporting.models import Demand
from reporting.operations.duties import demand_replacement
from reporting.operations.weekly import close_week
from scoring.choices import ConsequenceKind
from scoring.models import Consequence, Scheme, Sheet
from scoring.operations.schemes import load_shipped
from scoring.operations.sheets import open_sheets
from tests.architecture.bulletin_subjects import bulletin, bulletin_draft, bulletin_notice, bulletin_received
from tests.architecture.campaign_subjects import campaign, exemption
from tests.architecture.draw_subjects import draw, sample
from tests.architecture.notice_subjects import notice, notice_draft, notice_received
from tests.architecture.week_file_subjects import week_file
from tests.cast import Cast

EMPTY_REPORT = {"errors": [], "normalised": [], "n_normalised": 0, "notes": [], "forms": [], "edits": {}}


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
        known = invitations.invite(
            unit, name="受邀人", mobile="13800000999", by=sponsor, role=Role.SECRETARY
        ).invitation
    return known.pk


def token(unit: OrgUnit, cast: Cast) -> int | None:
    """One of the university's own: another person's exists for nobody."""
    if unit.pk not in cast["university"].units_in_charge().own_unit_ids():
        return None
    known = ApiToken.objects.filter(unit=unit).first()
    return (known or tokens.issue(unit, title="周报表格", days=30, by=cast["university"]).token).pk


def message(unit: OrgUnit, cast: Cast) -> int | None:
    """Messages are for the very unit: superiors don't read them, so only some units have readers here."""
    return (
        None
        if unit.code not in {"hnu-law"}
        else ledger.notify(unit, NotificationKind.REMINDED, "测试消息").pk
    )


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


def extension(unit: OrgUnit, cast: Cast) -> int | None:
    """A request for a later deadline that waits for a superior."""
    pk = expected(unit, cast)
    if pk is None:
        return None
    now = clock.now()
    facts = {"reason": "在外实习", "until": clock.day_end(clock.today() + timedelta(days=3))}
    facts |= {"requested_by": cast["nobody"], "requested_at": now, "old_deadline_at": now}
    return Extension.objects.get_or_create(expected_id=pk, state="open", defaults=facts)[0].pk


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


def dispute(unit: OrgUnit, cast: Cast) -> int:
    """The unit claims an account of a unit that only the province (of the other tree: nobody but the national office) sees."""
    holder = OrgUnit.objects.get(code="aq-zy" if unit.code in {"ah", "aq"} else "vol")
    facts = {"against": holder, "arbiter": OrgUnit.objects.get(code="cn"), "reason": "认证主体为本单位"}
    facts |= {"opened_by": cast["nobody"], "opened_at": clock.now()}
    claimed = {"unit": unit, "account_id": account(holder, cast), "state": "open"}
    return Dispute.objects.get_or_create(**claimed, defaults=facts)[0].pk


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


def hand_out(unit: OrgUnit, cast: Cast) -> int:
    facts = {"title": "微博账号", "created_by": cast["nobody"], "created_at": clock.now()}
    return HandOut.objects.get_or_create(unit=unit, platform_id="weibo_sina", defaults=facts)[0].pk


def handed_account(unit: OrgUnit, cast: Cast) -> int:
    """A sealed account from the superior; from the national office for a province and for itself."""
    issuer = unit.parent or OrgUnit.objects.get(code="cn")
    name = f"wb_{unit.code}"
    facts = {"user_name": name, "secret": "first-secret"}
    made = {"hand_out_id": hand_out(issuer, cast), "unit": unit, "user_name_key": name}
    return HandedAccount.objects.get_or_create(**made, defaults=facts)[0].pk


def opened_account(unit: OrgUnit, cast: Cast) -> int:
    """One that was opened and is not in use."""
    pk = handed_account(unit, cast)
    facts = {"state": "opened", "secret": None, "opened_by": cast["nobody"], "opened_at": clock.now()}
    HandedAccount.objects.filter(pk=pk).update(**facts)
    return pk


def administratorship(unit: OrgUnit, cast: Cast) -> int:
    known = Administratorship.objects.filter(unit=unit).first()
    person = PersonalData(name="管理员褚", mobile="13800000888")
    found = known or appoint_administrator(
        unit, account=Account.objects.get(pk=account(unit, cast)), person=person, by=None
    )
    return found.pk


def group(unit: OrgUnit, cast: Cast) -> int:
    known = Group.objects.filter(unit=unit).first()
    return (known or open_group(unit, kind=GroupKind.BRANCH, name=f"{unit.name}微信群", by=None)).pk


def demand(unit: OrgUnit, cast: Cast) -> int | None:
    """A demand of the province, or of the national office, to replace an administrator."""
    known = Demand.objects.filter(unit=unit).first()
    if known or unit.code == "cn":
        return known.pk if known else None
    is_below = unit.code != "hi" and cast["province"].units_in_charge().covers(unit)
    superior = cast["province"] if is_below else cast["national"]
    facts = {"reason": "长期未发布信息", "due_on": clock.today(), "by": superior}
    return demand_replacement(administratorship(unit, cast), **facts).pk


def direct_unit(unit: OrgUnit, cast: Cast) -> int | None:
    return unit.pk if unit.parent and unit.parent.parent_id is None else None


def unit_in_round(unit: OrgUnit, cast: Cast) -> int:
    round(unit, cast)
    return unit.pk


def unit_in_changes(unit: OrgUnit, cast: Cast) -> int:
    """A unit beside a standing round, in which it may start a change."""
    province = OrgUnit.objects.get(code="hi")
    open_standing(province, field_list=FieldList.objects.get(code="UNI-A"), by=cast["province"])
    return unit.pk


def direct_unit_in_round(unit: OrgUnit, cast: Cast) -> int | None:
    round(unit, cast)
    return direct_unit(unit, cast)


def package(unit: OrgUnit, cast: Cast) -> int | None:
    if direct_unit(unit, cast) is None or unit.parent.code != "hi":
        return None
    facts = {"status": PackageStatus.REPORTED, "reported_at": clock.now()}
    return Package.objects.get_or_create(round_id=round(unit, cast), unit=unit, defaults=facts)[0].pk


def incident(unit: OrgUnit, cast: Cast) -> int:
    known = Incident.objects.filter(unit=unit).first()
    keeper = cast["province"] if cast["province"].units_in_charge().covers(unit) else cast["national"]
    facts = {"category": IncidentCategory.FRAUD, "found_at": clock.now(), "by": keeper}
    return known.pk if known else record_incident(unit, **facts).pk


def week_unit(unit: OrgUnit, cast: Cast) -> int:
    close_week(clock.Week.parse("2026-W46"))
    return unit.pk


def compared_unit(unit: OrgUnit, cast: Cast) -> int:
    """In two closed weeks."""
    close_week(clock.Week.parse("2026-W45"))
    return week_unit(unit, cast)


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


def change_request(unit: OrgUnit, cast: Cast) -> int:
    """A request that the unit's secretary has made and nobody has decided."""
    facts = {"proposed": {"name": "新名", "short_name": ""}, "reason": "更名", "requested_at": clock.now()}
    found, _created = UnitChangeRequest.objects.get_or_create(
        unit=unit, kind=RequestKind.NAME, defaults=facts | {"requested_by": cast["nobody"]}
    )
    return found.pk


def turnover(unit: OrgUnit, cast: Cast) -> int:
    """An intake of the unit that was closed without any branch."""
    facts = {"closed_intake": 2009, "opened_intake": 2013, "reason": "毕业", "at": clock.now()}
    return IntakeTurnover.objects.get_or_create(unit=unit, defaults=facts | {"by": cast["nobody"]})[0].pk


def _filler(unit: OrgUnit, cast: Cast) -> User | None:
    """Files are their uploader's alone: who of the cast fills at this very unit."""
    fillers = {"hnu": "university", "hnu-law": "college", "hnu-law-1201": "secretary", "qzu": "outsider"}
    return cast[fillers[unit.code]] if unit.code in fillers else None


def upload_batch(unit: OrgUnit, cast: Cast) -> int | None:
    """A checked file without a row that could be taken in."""
    by = _filler(unit, cast)
    if by is None:
        return None
    its_round = CollectionRound.objects.get(pk=round(unit, cast))
    known = UploadBatch.objects.filter(unit=unit, by=by, state=BatchState.CHECKED).first()
    if known is None:
        known = batches.receive(b"x", "x.csv", round=its_round, unit=unit, by=by)
        UploadBatch.objects.filter(pk=known.pk).update(state=BatchState.CHECKED, report=EMPTY_REPORT)
    return known.pk


def annex_file(unit: OrgUnit, cast: Cast) -> int | None:
    """A file that was written for the person."""
    by = _filler(unit, cast)
    if by is None:
        return None
    known = Job.objects.filter(task=annex.TASK, created_by=by, state=JobState.DONE).first()
    if known is None:
        known = annex.ask(CollectionRound.objects.get(pk=round(unit, cast)), unit, by=by)
        annex.run_write(known.pk)
    return known.pk


SUBJECTS: dict[str, Callable[[OrgUnit, Cast], int | None]] = {
    each.__name__: each
    for each in (
        unit, appointment, invitation, token, message, round, own_round, expected, extension, submission, submission_row, account, dispute, administratorship, group, demand,
        change_request, turnover, direct_unit, unit_in_round, unit_in_changes, direct_unit_in_round, package, upload_batch, annex_file, hand_out, handed_account, opened_account, incident, week_unit, compared_unit, sheet, consequence,
        bulletin, bulletin_draft, bulletin_received, bulletin_notice, week_file, campaign,
        exemption, draw, sample, notice, notice_draft, notice_received,
    )
}  # fmt: skip
