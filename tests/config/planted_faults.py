"""One fault per check of `check_integrity`, written past operations and triggers, as a broken disk or a clever hand would."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.db.models import F

from accounts.models import (
    Account,
    AccountVersion,
    Administratorship,
    Expected,
    ExpectedVersion,
    Group,
    GroupVersion,
    RegistryEvent,
    ReviewStep,
    Submission,
    SubmissionRow,
)
from accounts.models import Package as Packages
from accounts.operations.registry import PersonalData, appoint_administrator
from orgs.kernel import clock
from orgs.models import (
    Appointment,
    AuditBody,
    AuditEntry,
    AuditLink,
    Job,
    OrgUnit,
    SearchBlock,
    UnitBase,
    UnitVersion,
    User,
)
from orgs.operations import audit_chain, ledger
from reporting.models import (
    Bulletin,
    BulletinRecipient,
    CampaignVersion,
    ClosedWeek,
    DailyRecord,
    DrawItem,
    HandIn,
    Judgement,
    SpotCheck,
    Tally,
    WeekUnit,
)
from reporting.rollup import content_hash
from scoring.models import AssessmentRound, BlindScore, Evidence, GroupMember, Scheme, Score, Sheet

DAY = timedelta(days=1)


def unit(s, code, **facts):
    OrgUnit.objects.filter(pk=s.world.ids[code]).update(**facts)


def version(s, code, **facts):
    UnitVersion.objects.filter(unit=s.world.ids[code], valid_to=None).update(**facts)


def second_root(s):
    """Anhui's numbers follow those of Hainan in one tree."""
    last = s.world["hi"].rght
    ah = s.world["ah"].tree_id
    OrgUnit.objects.filter(tree_id=ah).update(
        tree_id=s.world["hi"].tree_id, lft=F("lft") + last, rght=F("rght") + last
    )


def ring(s):
    unit(s, "vol", parent_id=s.world.ids["vol"])
    version(s, "vol", parent_id=s.world.ids["vol"])


def wrong_kind(s):
    unit(s, "vol", kind="class_branch")
    version(s, "vol", kind_id="class_branch")


def same_name(s):
    name = s.world["hnu-law-1201"].name
    unit(s, "hnu-law-1202", name=f" {name}")
    version(s, "hnu-law-1202", name=f" {name}")


def closed_superior(s):
    unit(s, "aq", is_open=False, closed_on=date(2026, 11, 1))
    version(s, "aq", is_open=False)


def gap(s):
    version(s, "vol", valid_from=clock.now())
    again = UnitVersion.objects.get(unit=s.world.ids["vol"])
    again.pk, again.valid_from, again.valid_to = None, clock.now() - 9 * DAY, clock.now() - 8 * DAY
    again.save(force_insert=True)


def office_of_closed(s):
    unit(s, "vol", is_open=False, closed_on=date(2026, 11, 1))
    version(s, "vol", is_open=False)
    Appointment.objects.create(
        user=s.cast["nobody"], unit_id=s.world.ids["vol"], role="secretary", starts_on=date(2026, 10, 1)
    )


def closed_token(s):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orgs_user SET name = 'x' WHERE id = %s", [s.cast.ids["nobody"]])


def account(**facts):
    Account.objects.filter(pk=Account.objects.order_by("pk").first().pk).update(**facts)


def account_and_version(**facts):
    pk = Account.objects.order_by("pk").first().pk
    Account.objects.filter(pk=pk).update(**facts)
    AccountVersion.objects.filter(account=pk, valid_to=None).update(**facts)


def group_of_closed(s):
    """The unit of a group has no other channel, no office and no form."""
    group = s.groups[-1]
    code = OrgUnit.objects.get(pk=group.unit_id).code
    unit(s, code, is_open=False, closed_on=date(2026, 11, 1))
    version(s, code, is_open=False)


def administrator_of_closed(s):
    """Who keeps the WeChat work of a unit without office, channel or form, which closes past its operation."""
    appoint_administrator(s.world["vol"], person=PersonalData(name="管理员", mobile="13800000555"), by=None)
    unit(s, "vol", is_open=False, closed_on=date(2026, 11, 1))
    version(s, "vol", is_open=False)


def left_in_office(s):
    term = Administratorship.objects.filter(ended_at=None).first()
    Administratorship.objects.filter(pk=term.pk).update(ended_at=clock.now())


def account_without_event(s):
    pk = Account.objects.order_by("pk").first().pk
    RegistryEvent.objects.filter(account=pk).update(kind="changed")


def form(form_, **facts):
    Submission.objects.filter(pk=form_.pk).update(**facts)


def wrong_desk(s):
    form(s.forms.waiting, desk=s.world["qzu-sci"])


def weekunit(s, code, **facts):
    WeekUnit.objects.filter(week=s.week, unit=s.world.ids[code]).update(**facts)


def digest_again(s):
    """Whoever changes a figure and knows the digest writes both, and the ledger's line."""
    s.week.refresh_from_db()
    found = content_hash(s.week)
    ClosedWeek.objects.filter(pk=s.week.pk).update(content_hash=found)
    for line in AuditEntry.objects.filter(verb="week.closed", object_id=str(s.week.pk)):
        AuditBody.objects.filter(pk=line.pk).update(detail=line.detail | {"hash": found})
    # The chain too: it is not what these faults are about.
    AuditLink.objects.all().delete()
    audit_chain.seal()


def sums(s):
    """Two colleges change by one, upward and downward: the province's total stays."""
    weekunit(s, "hnu-law", sub_posts=F("sub_posts") + 1)
    digest_again(s)


def totals(s):
    for code in ("hi", "cn"):
        weekunit(s, code, sub_posts=F("sub_posts") + 1)
    digest_again(s)


def persons(s):
    weekunit(s, "hnu-law", sub_admin_persons=F("sub_admin_persons") + 9)
    digest_again(s)


def superiors(s):
    weekunit(s, "vol", depth=5)
    digest_again(s)


def capped(s):
    weekunit(s, "vol", sub_covered_capped=7)
    digest_again(s)


def gap_of_weeks(s):
    week = ClosedWeek.objects.create(year=2026, number=43, starts_on=date.fromisocalendar(2026, 43, 1))
    ClosedWeek.objects.filter(pk=week.pk).update(state="closed", content_hash="x", closed_at=clock.now())
    noted(week, "x")


def noted(week, digest):
    ledger.record("week.closed", week, by=None, hash=digest)


def half_closed(s):
    """What a closer that was killed could leave, were it not one transaction."""
    week = ClosedWeek.objects.create(year=2026, number=47, starts_on=date.fromisocalendar(2026, 47, 1))
    row = WeekUnit.objects.filter(week=s.week, unit=s.world.ids["vol"]).get()
    row.week = week
    row.save(force_insert=True)


def checked(s, **facts):
    group = s.groups[0]
    given = {
        "unit_id": group.unit_id, "direct_unit_id": s.world.ids["hnu"], "group": group, "draw": "", "posts": 5,
        "counted_on": clock.today() - DAY, "grade": "fair", "checked_at": clock.now(), "checked_by": s.cast["province"],
    }  # fmt: skip
    SpotCheck.objects.create(**given | facts)


def tomorrow(s):
    DailyRecord.objects.create(
        unit_id=s.groups[0].unit_id,
        group=s.groups[0],
        day=clock.today() + DAY,
        posts=1,
        recorded_at=clock.now(),
    )


def bulletin(s, **facts):
    Bulletin.objects.filter(pk=s.bulletin.pk).update(**facts)


def lose_file(s):
    HandIn.objects.filter(pk=s.hand_in.pk).update(stored_name=f"{'0' * 32}.bin")


def final_score(s, points):
    Score.objects.filter(pk=s.sheet.scores.first().pk).update(assessed_points=points)


def other_score(s):
    """A score is lost, of an open sheet that has no total yet."""
    Sheet.objects.exclude(pk=s.sheet.pk).first().scores.first().delete()


def scheme_points(s):
    Scheme.objects.filter(pk=s.sheet.scheme_id).update(state="approved", full_points=11)


def audit_entry(**facts):
    given = {"at": clock.now(), "verb": "x", "object_type": "x", "object_id": "1"}
    AuditEntry.objects.create(**given | facts)


def reason_changed(s):
    first = AuditBody.objects.filter(entry__link__isnull=False).order_by("pk").first()
    AuditBody.objects.filter(pk=first.pk).update(reason="另有原因")


def trigger_lost(s):
    """Written down by the test itself: `unlocked` would bring it back."""


# What else the fault shows in, whatever one does: a wrong total is a wrong sum at the root, and in a ring some kind
# stands where it may not.
ALSO = {"week-totals": {"week-sums"}, "tree-rings": {"unit-kinds"}, "tree-roots": {"search-blocks"}}
PLANTS = {
    "tree-numbers": lambda s: unit(s, "hi", rght=F("rght") + 2),
    "tree-depths": lambda s: unit(s, "hnu-law-1201", depth=7),
    "tree-roots": second_root,
    "tree-rings": ring,
    "unit-versions": lambda s: version(s, "vol", name="旧名"),
    "unit-kinds": wrong_kind,
    "sibling-names": same_name,
    "closed-above-open": closed_superior,
    "search-blocks": lambda s: SearchBlock.objects.filter(tree_id=s.world["hi"].tree_id).update(names=""),
    "mergers": lambda s: unit(s, "vol", merged_into=s.world.ids["hnu"]),
    "unit-history": gap,
    "unit-versions-overlap": lambda s: UnitVersion.objects.create(
        **UnitVersion.objects.filter(unit=s.world.ids["vol"]).values().get()
        | {"id": None, "valid_from": clock.now() - 400 * DAY, "valid_to": clock.now()}
    ),
    "bases-recorded": lambda s: UnitBase.objects.filter(unit=s.world.ids["hnu-law-1201"]).update(count=1),
    "offices-of-closed": office_of_closed,
    "unknown-roles": lambda s: Appointment.objects.filter(user=s.cast.ids["city"]).update(role="chief"),
    "field-keys": closed_token,
    "mobile-index": lambda s: User.objects.filter(pk=s.cast.ids["nobody"]).update(mobile_index="0"),
    "triggers": trigger_lost,
    "references": lambda s: audit_entry(unit_id=999_999),
    "audit-lines": lambda s: audit_entry(verb=""),
    "audit-chain": reason_changed,
    "jobs": lambda s: Job.objects.create(task="x", key="x", state="done", created_at=clock.now()),
    "account-versions": lambda s: account(contacts=1),
    "group-versions": lambda s: Group.objects.filter(pk=s.groups[0].pk).update(members=31),
    "administrator-versions": left_in_office,
    "registry-versions-overlap": lambda s: GroupVersion.objects.create(
        **GroupVersion.objects.filter(group=s.groups[0]).values().get()
        | {"id": None, "valid_from": clock.now() - 400 * DAY, "valid_to": clock.now() + DAY}
    ),
    "identifiers": lambda s: account(identifier="Another"),
    "counts": lambda s: account_and_version(contacts=1_000_001),
    "channels-of-closed": group_of_closed,
    "administrators-of-closed": administrator_of_closed,
    "closing-dates": lambda s: account(closed_on=date(2026, 11, 1)),
    "opening-events": account_without_event,
    "form-steps": lambda s: ReviewStep.objects.filter(
        submission=s.forms.returned.pk, kind="returned"
    ).delete(),
    "form-moments": lambda s: form(s.forms.waiting, submitted_at=None),
    "form-final-step": lambda s: ReviewStep.objects.filter(submission=s.forms.approved.pk).update(
        is_final=False
    ),
    "form-desks": wrong_desk,
    "own-approvals": lambda s: form(s.forms.approved, filled_by=s.cast["university"]),
    "form-rows": lambda s: SubmissionRow.objects.filter(submission=s.forms.waiting.pk).update(continues=True),
    "forms-expected": lambda s: (
        ExpectedVersion.objects.filter(expected__unit=s.world.ids["hnu-law-1301"]).delete()
        and Expected.objects.filter(unit=s.world.ids["hnu-law-1301"]).delete()
    ),
    "packages": lambda s: Packages.objects.filter(pk=s.forms.package.pk).update(n_approved=9),
    "expected-versions": lambda s: Expected.objects.filter(unit=s.world.ids["hnu-law-1301"]).update(
        exempt_reason="无人"
    ),
    "expected-versions-overlap": lambda s: ExpectedVersion.objects.create(
        **ExpectedVersion.objects.order_by("pk").values().first()
        | {"id": None, "valid_from": clock.now() - 400 * DAY, "valid_to": clock.now() + DAY}
    ),
    "week-gaps": gap_of_weeks,
    "week-editions": lambda s: ClosedWeek.objects.filter(pk=s.week.pk).update(edition=2),
    "week-rows": half_closed,
    "week-audit": lambda s: noted(s.week, s.week.content_hash),
    "week-digest": lambda s: weekunit(s, "vol", poor_streak=3),
    "week-sums": sums,
    "week-persons": persons,
    "week-totals": totals,
    "week-superiors": superiors,
    "coverage-parts": capped,
    "judgement-length": lambda s: Judgement.objects.filter(pk=Judgement.objects.first().pk).update(
        standings="1"
    ),
    "tallies": lambda s: Tally.objects.filter(pk=Tally.objects.first().pk).update(n_met=F("n_asked") + 1),
    "judgement-versions-overlap": lambda s: Judgement.objects.create(
        **Judgement.objects.order_by("pk").values().first()
        | {"id": None, "valid_from": clock.now() - 400 * DAY, "valid_to": clock.now() + DAY}
    ),
    "campaign-versions": lambda s: CampaignVersion.objects.filter(campaign=s.campaign).update(number=2),
    "check-grades": lambda s: checked(s, grade="excellent"),
    "checks-voided": lambda s: checked(s, voided_at=clock.now()),
    "draws": lambda s: DrawItem.objects.filter(draw=s.draw, position=1).delete(),
    "daily-records": tomorrow,
    "bulletin-numbers": lambda s: bulletin(s, number=3),
    "corrections": lambda s: bulletin(s, corrects=s.bulletin.pk, correction=1),
    "report-signatures": lambda s: BulletinRecipient.objects.filter(bulletin=s.bulletin).update(
        received_at=clock.now()
    ),
    "hand-ins-decided": lambda s: HandIn.objects.filter(pk=s.hand_in.pk).update(state="accepted"),
    "stored-files": lose_file,
    "scheme-points": scheme_points,
    "scheme-grades": lambda s: Scheme.objects.filter(pk=s.sheet.scheme_id).update(
        bands=[["pass", "6"], ["good", "7"]]
    ),
    "score-range": lambda s: Score.objects.filter(sheet=other_sheet(s)).update(self_points=99),
    "sheet-scores": other_score,
    "sheet-totals": lambda s: Sheet.objects.filter(pk=s.sheet.pk).update(total_points=1),
    "round-phases": lambda s: AssessmentRound.objects.filter(pk=s.round.pk).update(notified_at=clock.now()),
    "round-sheets": lambda s: AssessmentRound.objects.filter(pk=s.round.pk).update(year=2025),
    "sheets-told": lambda s: s.round.sheets.update(notified_at=clock.now()),
    "assessment-groups": lambda s: GroupMember.objects.filter(group__round=s.round, leads=False).delete(),
    "blind-sheets": lambda s: BlindScore.objects.filter(blind_sheet__sheet__round=s.round).last().delete(),
    "assessment-files": lambda s: Evidence.objects.update(stored_name=f"{'0' * 32}.bin"),
    "sheets-final": lambda s: Sheet.objects.filter(pk=s.sheet.pk).update(finalised_at=None),
    "poor-flags": lambda s: Sheet.objects.filter(pk=s.sheet.pk).update(has_poor_flag=True),
    "sheet-notices": lambda s: Sheet.objects.filter(pk=s.sheet.pk).update(grade="fail"),
}


def other_sheet(s):
    return Sheet.objects.exclude(pk=s.sheet.pk).first()
