"""Where every page of the matrix can be seen in the demo: objects by subject, and who is asked first."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from tests.architecture.matrix import MATRIX, TOKEN, Row
from tests.journeys.portal import Portal

# Answers of GET that are no page: data, files, and addresses that lead on to a page of the list.
NO_PAGE = {
    "download-list-file",
    "healthz",
    "api:openapi-json",
    "accounts:verify-json",
    "orgs:pick-unit",
    "orgs:download-base-template",
    "accounts:start",
    "accounts:fill",
    "accounts:download-annex",
    "accounts:download-file",
    "accounts:download-rejected",
    "accounts:choose-account-unit",
    "accounts:choose-group-unit",
    "accounts:choose-incident-unit",
    "accounts:choose-dispute-unit",
    "accounts:download-hand-out-template",
    "reporting:show-latest-week",
    "reporting:download-bulletin",
    "reporting:download-bulletin-annex",
    "reporting:download-week-file",
    "reporting:download-frame",
    "reporting:download-activity",
    "reporting:download-check-photo",
    "reporting:download-hand-in",
    "reporting:own-report",
    "scoring:download-sheet",
    "scoring:download-year-file",
    "scoring:download-letter",
    "scoring:download-list",
    "scoring:download-scan",
    "scoring:download-evidence",
}
# Pages of a person who is halfway through: the journeys lead there.
ON_THE_WAY = {
    "orgs:accept-invitation",
    "orgs:enter-code",
    "accounts:check-form",
    "accounts:show-receipt",
    "accounts:show-upload",
    "accounts:show-file",
}
# About a unit in a campaign, and those about one of its requirements: the row would ask this process's database.
IN_CAMPAIGN = {"reporting:show-campaign-board"}
OF_REQUIREMENT = {"reporting:show-campaign-requirement", "reporting:exempt-unit"}
# About a document or a plan that a campaign asks of a unit.
OF_PAPERS = {"reporting:list-campaign-hand-ins", "reporting:show-hand-ins", "reporting:show-plan"}
READERS = ("haida", "shengwei", "zhishu", "xinxi", "kaohe", "guanli", "zhongyang")

OBJECTS = """
from config import list_files
from accounts.models import Account, Administratorship, CollectionRound, Dispute, Expected, Group, HandedAccount, HandOut, Incident, Package
from orgs.kernel import clock
from orgs.models import Appointment, IntakeTurnover, OrgUnit, UnitChangeRequest, User
from reporting.models import ClosedWeek, Demand
from reporting.models import Bulletin, BulletinNotice
from reporting import about
from reporting.models import Campaign, DrawItem, Notice
from reporting.models import Contribution, DirectedMessage, Duty, Material, Outreach, Poll, Showpiece
from reporting.models import Objection, SpotCheck, VerifiedCount
from reporting.operations import bulletins, campaigns, draws, notices, outreach, trial_jobs, week_files
from reporting.operations import contributions, materials, messages, polls, showpieces, supervision
from reporting.operations.passages import Passage
from reporting.operations.draw_frames import Plan
from reporting.packs import parse
from reporting.packs.starter import starter
from scoring.models import AssessmentGroup, AssessmentRound, Scheme, Sheet
from scoring.frozen import Period
from scoring.operations import trial_jobs as trying
from scoring.operations import year_files
from tests.reporting.campaign_rows import add_version
university, college = OrgUnit.objects.get(code="46-U01"), OrgUnit.objects.get(code="46-U01-09")
branch = OrgUnit.objects.get(code="46-U01-09-1202")
below = {"unit__tree_id": university.tree_id, "unit__lft__gt": university.lft, "unit__rght__lt": university.rght}
clerk = User.objects.get(username="zhishu")
asked = {"proposed": {"name": "信息一班团支部", "short_name": ""}, "before": {"name": branch.name, "short_name": ""}, "reason": "更名",
    "requested_by": clerk, "requested_at": clock.now()}
turned = {"closed_intake": 2009, "opened_intake": 2013, "reason": "毕业", "by": clerk, "at": clock.now()}
closed = ClosedWeek.objects.newest_editions().reverse()
leader = User.objects.get(username="shengwei")
asking = bulletins.draft(university.parent, closed[1], by=leader)
told = {"told_at": clock.now(), "told_by": leader}
haida = User.objects.get(username="haida")
said = notices.Draft(title="关于做好微信工作的通知", text="请各团总支抓好落实。", under=university)
sent = Notice.objects.filter(unit=university, state="published").first()
if sent is None:
    kept = notices.draft(university, said, by=haida)
    sent = notices.publish(kept.pk, version=kept.version, by=haida)
registered = Outreach.objects.filter(unit=university).first()
if registered is None:
    held = outreach.Facts("topic", "我的中国梦", clock.today(), is_expected_below=True)
    registered = outreach.register(university, held, by=haida)
drawn = DrawItem.objects.first()
if drawn is None:
    drawn = draws.draw_sample(Plan(title="第一次抽查", scope=university, size=3), by=leader).items.first()
asked_for = Duty.objects.filter(unit=college).first()
if asked_for is None:
    wanted = supervision.Opening("visit", "了解群的使用情况", clock.today(), "RUR-3")
    asked_for = supervision.open_duty(college, wanted, by=haida)
words = Passage("暑期技能培训报名", "各村青年可在村团支部报名。", "https://example.org/")
library = Material.objects.filter(unit=university).first()
library = library or materials.publish(university, "skill", words, by=haida)
asked_all = Poll.objects.filter(unit=university).first()
asked_all = asked_all or polls.publish(university, polls.Question("何时开会", ["上午", "下午"], clock.today(), clock.today()), by=haida)
example = Showpiece.objects.filter(unit=university).first()
example = example or showpieces.submit(university, words, by=haida)
handed_up = Contribution.objects.filter(unit=university).first()
handed_up = handed_up or contributions.send(university, university.parent, words, by=haida)
check = SpotCheck.objects.valid().filter(kind="posts", unit__tree_id=university.tree_id).first()
raised = {"unit": check.unit, "checked_unit": check.unit, "reason": "有几条没有数到", "raised_at": clock.now(), "raised_by": haida}
objected = Objection.objects.get_or_create(check_made=check, defaults=raised)[0]
found = {"unit": drawn.unit, "declared": 40, "verified": 32, "reason": "按群成员列表清点", "verified_at": clock.now(), "verified_by": leader}
less = VerifiedCount.objects.get_or_create(group=drawn.group, defaults=found)[0]
letter = DirectedMessage.objects.filter(to_unit=university).first()
if letter is None:
    object_of_it = about.find("unit", university.pk, leader)
    letter = messages.send(university.parent, university, object_of_it, "请核对底数。", by=leader)
campaign = Campaign.objects.running().first()
draft = parse(starter(university.name, clock.today()))
planned = campaigns.load_pack(draft, unit=university, by=haida).campaign
survey = Campaign.objects.get(code="uni-2013")
planning = Campaign.objects.filter(code="planning").first()
if planning is None:
    planning = Campaign.objects.create(code="planning", unit=university.parent, state="running", launched_at=clock.now())
    plan_row = {"code": "plan", "kind": "plan", "target": {"kinds": ["university"]}, "rule": {"metric": "admins"}}
    add_version(planning, plan_row, loaded_at=clock.now())
answer = {
    "campaign": [campaign.pk],
    "campaign_draft": [planned.pk],
    "pack_trial": [trial_jobs.order(draft.source, university, by=haida).pk],
    "scheme_trial": [trying.order(Period(closed[0].year), university, by=haida, source=Scheme.objects.exclude(source="").first().source).pk],
    "requirement": campaign.versions.first().requirements.first().code,
    "papers": [survey.pk, "survey"],
    "plan": [planning.pk, "plan"],
    "campaign_of_papers": [survey.pk],
    "year_file": [year_files.order(year_files.Wanted(2026), by=haida).pk],
    "list_file": [list_files.order("/accounts/?export=csv", "登记的账号.csv", by=haida).pk],
    "week_file": [week_files.order(closed[0], university, "xlsx", by=haida).pk],
    "draw": [drawn.draw_id],
    "duty": [asked_for.pk],
    "directed_message": [letter.pk],
    "poll": [asked_all.pk],
    "showpiece": [example.pk],
    "material": [library.pk],
    "contribution": [handed_up.pk],
    "sample": [drawn.pk],
    "spot_check": [check.pk],
    "objection": [objected.pk],
    "verified_count": [less.pk],
    "notice": [sent.pk],
    "outreach": [registered.pk],
    "notice_draft": [notices.draft(university, said, by=haida).pk],
    "bulletin": [Bulletin.objects.published().filter(unit=university.parent).first().pk],
    "bulletin_draft": [bulletins.draft(university, closed[1], by=User.objects.get(username="haida")).pk],
    "bulletin_notice": [BulletinNotice.objects.get_or_create(bulletin=asking, unit=university, defaults=told)[0].pk],
    "change_request": [UnitChangeRequest.objects.get_or_create(unit=branch, kind="name", defaults=asked)[0].pk],
    "turnover": [IntakeTurnover.objects.get_or_create(unit=university, defaults=turned)[0].pk],
    "unit": [college.pk],
    "appointment": [Appointment.objects.in_force().get(unit=branch).pk],
    "expected": [Expected.objects.filter(unit=each).order_by("pk").last().pk for each in (branch, college)],
    "unit_in_round": [university.pk],
    "direct_unit_in_round": [university.pk],
    "direct_unit": [university.pk],
    "own_round": [CollectionRound.objects.running().first().pk],
    "account": [Account.objects.filter(unit=branch).first().pk],
    "administratorship": [Administratorship.objects.in_office().filter(unit=branch).first().pk],
    "group": [Group.objects.active().filter(unit=branch).first().pk],
    "demand": [Demand.objects.get(unit=college).pk],
    "incident": list(Incident.objects.filter(**below).values_list("pk", flat=True)[:1]),
    "dispute": list(Dispute.objects.filter(arbiter=university).values_list("pk", flat=True)[:1]),
    "hand_out": list(HandOut.objects.values_list("pk", flat=True)),
    "handed_account": list(HandedAccount.objects.filter(unit=university, state="sealed").values_list("pk", flat=True)),
    "opened_account": list(HandedAccount.objects.filter(unit=university, state="opened").values_list("pk", flat=True)),
    "package": [Package.objects.first().pk],
    "week_unit": [university.pk],
    "compared_unit": [university.pk],
    "scheme": list(Scheme.objects.order_by("pk").values_list("pk", flat=True)[:1]),
    "sheet": [Sheet.objects.get(unit=university).pk],
    "assessment_round": list(AssessmentRound.objects.values_list("pk", flat=True)),
    "assessment_group": list(AssessmentGroup.objects.values_list("pk", flat=True)),
    "group_sheet": list(Sheet.objects.filter(group__isnull=False).order_by("pk").values_list("pk", flat=True)),
    "week_before": str(closed[1].week),
    "week": str(ClosedWeek.objects.published().order_by("year", "number").last().week),
}
"""


def objects(portal: Portal) -> dict[str, list[int]]:
    """Primary keys by subject of the matrix."""
    return portal.ask(OBJECTS)


def addresses(known: dict[str, list[int]]) -> Iterator[tuple[str, list[str]]]:
    """Name and candidate addresses of every page that GET opens."""
    for name, row in MATRIX.items():
        is_page = row.verb != TOKEN and name not in NO_PAGE | ON_THE_WAY
        if "get" in row.methods and is_page:
            yield name, _addresses(name, row, known)


def _addresses(name: str, row: Row, known: dict[str, list[int]]) -> list[str]:
    if not row.subject:
        return [reverse(name)]
    assert row.subject in known, f"{name}: no {row.subject} of the demo in tests/journeys/matrix_pages.py"
    if name in IN_CAMPAIGN | OF_REQUIREMENT:
        asked = [known["requirement"]] if name in OF_REQUIREMENT else []
        return [reverse(name, args=[known["campaign"][0], pk, *asked]) for pk in known[row.subject]]
    if name in OF_PAPERS:
        paper = known["plan"] if name == "reporting:show-plan" else known["papers"]
        units = [] if row.subject == "campaign_of_papers" else known["direct_unit"]
        return [reverse(name, args=[*paper, *units])]
    if row.subject.endswith("unit_in_round"):  # the row would ask this process's database for a round
        return [reverse(name, args=[known["own_round"][0], pk]) for pk in known[row.subject]]
    weeks = {"2026-W46": str(known["week"]), "2026-W45": str(known["week_before"])}
    return [
        reverse(name, args=[weeks.get(arg, arg) if isinstance(arg, str) else arg for arg in row.args(pk)])
        for pk in known[row.subject]
    ]
