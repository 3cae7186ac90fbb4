"""For each kind of object in the matrix, how to have one in a given unit. None: such a unit has none."""

from __future__ import annotations

from collections.abc import Callable

from accounts.choices import GroupKind, IncidentCategory
from accounts.models import (
    Account,
    Administratorship,
    Dispute,
    Group,
    HandedAccount,
    HandOut,
    Incident,
)
from accounts.operations.incidents import record_incident
from accounts.operations.registry import PersonalData, appoint_administrator, open_account, open_group
from orgs.choices import NotificationKind, RequestKind, Role
from orgs.kernel import clock
from orgs.models import (
    ApiToken,
    Appointment,
    IntakeTurnover,
    Invitation,
    OrgUnit,
    UnitChangeRequest,
    User,
)
from orgs.operations import invitations, ledger, tokens
from reporting.models import Demand
from reporting.operations.duties import demand_replacement
from reporting.operations.weekly import close_week
from scoring.choices import ConsequenceKind
from scoring.models import Consequence, Evidence, Scheme, Score, Sheet
from scoring.operations.schemes import load_shipped
from scoring.operations.sheets import open_sheets
from tests.architecture.activity_subjects import outreach
from tests.architecture.assessment_subjects import assessment_group, assessment_round, group_sheet
from tests.architecture.bulletin_subjects import bulletin, bulletin_draft, bulletin_notice, bulletin_received
from tests.architecture.campaign_subjects import campaign, campaign_draft, exemption, pack_trial
from tests.architecture.check_subjects import check_photo, objection, spot_check, verified_count
from tests.architecture.draw_subjects import draw, sample
from tests.architecture.exchange_subjects import contribution, directed_message, material
from tests.architecture.hand_in_subjects import campaign_of_papers, hand_in
from tests.architecture.notice_subjects import notice, notice_draft, notice_received
from tests.architecture.result_subjects import objection_on, scan_of
from tests.architecture.round_subjects import (
    annex_file,
    direct_unit,
    direct_unit_in_round,
    expected,
    extension,
    own_round,
    package,
    round,
    submission,
    submission_row,
    unit_in_changes,
    unit_in_round,
    upload_batch,
)
from tests.architecture.scheme_subjects import scheme, scheme_trial
from tests.architecture.sharing_rows import collector, poll, showpiece
from tests.architecture.supervision_subjects import duty
from tests.architecture.week_file_subjects import list_file, week_file, year_file
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
    if not Scheme.objects.filter(unit__isnull=True).exists():
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


def evidence(unit: OrgUnit, cast: Cast) -> int | None:
    found = sheet(unit, cast)
    if found is None:
        return None
    score = Score.objects.filter(sheet=found).first()
    facts = {"added_by": cast["nobody"], "added_at": clock.now()}
    return Evidence.objects.get_or_create(score=score, title="文件", defaults=facts)[0].pk


def sheet_objection(unit: OrgUnit, cast: Cast) -> int | None:
    return objection_on(sheet(unit, cast), cast)


def sheet_scan(unit: OrgUnit, cast: Cast) -> int | None:
    return scan_of(sheet(unit, cast), cast)


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


SUBJECTS: dict[str, Callable[[OrgUnit, Cast], int | None]] = {
    each.__name__: each
    for each in (
        unit, appointment, invitation, token, message, round, own_round, expected, extension, submission, submission_row, account, dispute, administratorship, group, demand,
        change_request, turnover, direct_unit, unit_in_round, unit_in_changes, direct_unit_in_round, package, upload_batch, annex_file, hand_out, handed_account, opened_account, incident, week_unit, compared_unit, sheet, consequence, evidence, scheme,
        bulletin, bulletin_draft, bulletin_received, bulletin_notice, week_file, year_file, list_file, campaign, campaign_draft,
        exemption, pack_trial, scheme_trial, draw, sample, notice, notice_draft, notice_received, hand_in, campaign_of_papers,
        duty, material, contribution, outreach,
        assessment_round, assessment_group, group_sheet, sheet_objection, sheet_scan,
        spot_check, check_photo, verified_count, objection,
        directed_message,
        poll, showpiece, collector,
    )
}  # fmt: skip
