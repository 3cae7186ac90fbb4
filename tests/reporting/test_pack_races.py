"""Two people at one campaign at once: one version, one launch."""

from __future__ import annotations

import pytest
from django.db import connection

from orgs.exceptions import IllegalMove
from orgs.models import AuditEntry, User
from reporting.models import Campaign, CampaignRound, CampaignVersion
from reporting.operations import campaign_rounds, campaigns
from reporting.packs import parse
from tests.accounts.test_fill_races import at_once
from tests.reporting.pack_files import SMALL, edited

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
ROUNDS = 5
ONE_ROUND = SMALL + "rounds:\n  - {title: 收集, form: UNI-A, target: {under: hnu}, deadline: 2026-12-01}\n"


def test_a_pack_loaded_twice_at_once_is_one_version(transactional_world):
    for at in range(ROUNDS):
        pack = parse(edited("code: small", f"code: small-{at}"))
        results = at_once(
            lambda pack=pack: campaigns.load_pack(pack), lambda pack=pack: campaigns.load_pack(pack)
        )
        assert sorted(each.outcome for each in results) == ["created", "unchanged"]
    assert (Campaign.objects.count(), CampaignVersion.objects.count()) == (ROUNDS, ROUNDS)


def test_two_edits_at_once_are_two_versions(transactional_world):
    campaigns.load_pack(parse(SMALL))
    packs = [parse(edited("threshold: 1", f"threshold: {n}")) for n in (2, 3)]
    results = at_once(*(lambda pack=pack: campaigns.load_pack(pack) for pack in packs))
    assert sorted(each.version for each in results) == [2, 3]


def test_a_campaign_is_launched_once(transactional_world):
    campaign = campaigns.load_pack(parse(SMALL)).campaign
    results = at_once(*(lambda: campaigns.launch_campaign(campaign.pk) for _n in range(2)))
    assert [type(each) for each in results].count(IllegalMove) == 1
    assert AuditEntry.objects.filter(verb="campaign.launched").count() == 1


def test_a_planned_round_is_launched_once(transactional_world):
    campaign = campaigns.load_pack(parse(ONE_ROUND), launch=True).campaign
    by = User.objects.get(username="province")
    results = at_once(
        *(lambda: campaign_rounds.launch(campaign.pk, phase="", form="UNI-A", by=by) for _n in range(2))
    )
    assert results[0] == results[1]
    assert CampaignRound.objects.get().round == results[0]
    assert AuditEntry.objects.filter(verb="campaign.round_launched").count() == 1
