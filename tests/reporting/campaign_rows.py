"""Campaigns as rows, without a pack, and the few facts of the registry that requirements look at."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.models import Account, AccountVersion, Group, GroupVersion
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import UnitBaseVersion
from reporting.models import Campaign, CampaignVersion, Judgement, Requirement, Tally
from reporting.operations import judging

WEEK = Week(2026, 46)
MONDAY = WEEK.starts_at
NOW = WEEK.ends_at + timedelta(days=2, hours=10)  # Wednesday, 10:00, as the clock of the tests


def make_campaign(world, *requirements, unit="hi", launched_at=MONDAY, code="c1"):
    """A running campaign with one version; each requirement is a dict of the fields that matter to the test."""
    campaign = Campaign.objects.create(code=code, unit=world[unit], state="running", launched_at=launched_at)
    add_version(campaign, *requirements, loaded_at=launched_at - timedelta(days=1))
    return campaign


def add_version(campaign, *requirements, loaded_at):
    number = campaign.versions.count() + 1
    version = CampaignVersion.objects.create(
        campaign=campaign,
        number=number,
        title="关于建设微信工作体系的通知",
        issuer="团省委",
        issued_on=date(2026, 11, 1),
        source="",
        content_hash="",
        loaded_at=loaded_at,
    )
    for position, fields in enumerate(requirements, start=1):
        given = {
            "code": f"r{position}",
            "clause": f"2.{position}",
            "title": f"要求{position}",
            "kind": "figure",
        }
        Requirement.objects.create(version=version, position=position, **given | fields)
    return version


def figure(metric, target=None, *, code=None, deadline_at=None, is_hard=True, starts_at=None, **rule):
    found = {
        "kind": "figure",
        "target": target or {},
        "rule": {"metric": metric} | rule,
        "deadline_at": deadline_at,
        "is_hard": is_hard,
        "starts_at": starts_at,
    }
    return found | ({"code": code} if code else {})


def asked(*, judged_until=None, **facts):
    """A requirement that nobody has saved, of a campaign judged until then."""
    version = CampaignVersion(campaign=Campaign(judged_until=judged_until))
    return Requirement(version=version, position=1, **facts)


def judge(campaign, at=NOW):
    campaign.refresh_from_db()
    return judging.judge_until(campaign, at)


def standings(campaign, world, at=None):
    """{unit code: row of answers} as it stands, or stood at a moment."""
    rows = Judgement.objects.filter(version__campaign=campaign)
    rows = rows.as_of(at) if at else rows.current()
    codes = {pk: code for code, pk in world.ids.items()}
    return {codes[unit]: text for unit, text in rows.values_list("unit_id", "standings")}


def tallies(campaign, world, n=1):
    """{unit code: (asked, met, exempt)} of the n-th requirement of the newest version."""
    newest = campaign.versions.order_by("-number").first()
    rows = Tally.objects.current().filter(requirement__version=newest, requirement__position=n)
    codes = {pk: code for code, pk in world.ids.items()}
    found = rows.values_list("unit_id", "n_asked", "n_met", "n_exempt")
    return {codes[unit]: tuple(counts) for unit, *counts in found}


def add_group(world, code, kind="branch", *, at=MONDAY, platform="wechat_group", **facts):
    given = {"kind": kind, "platform_id": platform, "name": "群", "status": "open"}
    model_facts = {name: facts[name] for name in facts if name != "until"}
    group = Group.objects.create(unit_id=world.ids[code], **given | model_facts)
    GroupVersion.objects.create(
        group=group,
        unit_id=world.ids[code],
        valid_from=at,
        valid_to=facts.get("until"),
        **given | model_facts,
    )
    return group


def add_account(world, code, *, at=MONDAY, platform="wechat_personal", **facts):
    n = Account.objects.count()
    account = Account.objects.create(
        unit_id=world.ids[code], platform_id=platform, identifier=f"id{n}", identifier_key=f"id{n}"
    )
    given = {"purpose": "organisation", "status": "open", "contacts": 10, "declared_groups": 0}
    AccountVersion.objects.create(
        account=account, unit_id=world.ids[code], platform_id=platform, valid_from=at, **given | facts
    )
    return account


def set_base(world, code, count, measure="members"):
    UnitBaseVersion.objects.filter(unit_id=world.ids[code], measure=measure).delete()
    UnitBaseVersion.objects.create(
        unit_id=world.ids[code], measure=measure, count=count, year=2026, source="x", valid_from=MONDAY
    )


def at(day, hour=0, minute=0):
    """That day of November 2026 in Shanghai."""
    return clock.day_start(date(2026, 11, day)) + timedelta(hours=hour, minutes=minute)
