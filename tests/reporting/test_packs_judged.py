"""What a pack asks is judged: no requirement of any pack is one that nobody understands."""

from __future__ import annotations

import pytest

from orgs.models import Job
from reporting.judging import rules
from reporting.judging.statement import Statement
from reporting.models import Requirement
from reporting.operations import campaigns, judging
from reporting.packs import parse
from tests.reporting.campaign_rows import NOW
from tests.reporting.pack_files import INVENTED, SHIPPED, SMALL, edited

pytestmark = pytest.mark.django_db
UNITS = {"ms-2013": "cn", "rur-2014": "aq"}


@pytest.mark.parametrize("path", SHIPPED + INVENTED, ids=lambda path: path.stem)
def test_every_requirement_is_judged(world, path):
    pack = parse(path.read_text(encoding="utf-8"))
    campaign = campaigns.load_pack(pack, unit=world[UNITS.get(pack.code, "hi")], launch=True).campaign
    rows = Requirement.objects.filter(version__campaign=campaign).select_related("version__campaign")
    assert [row.code for row in rows if rules.told(row, campaign.unit_id, Statement({}), NOW) is None] == []
    assert judging.judge_now(campaign) == 1


def test_a_launch_and_a_new_version_let_a_worker_judge(world):
    campaign = campaigns.load_pack(parse(SMALL)).campaign
    assert not Job.objects.filter(task=judging.TASK).exists()
    campaigns.launch_campaign(campaign.pk)
    campaigns.load_pack(parse(edited("threshold: 1", "threshold: 2")))
    keys = Job.objects.filter(task=judging.TASK).order_by("pk").values_list("key", flat=True)
    assert list(keys) == [f"judge-{campaign.pk}-launched", f"judge-{campaign.pk}-version-2"]
