"""The URLs on which campaigns are written and run, in the matrix."""

from __future__ import annotations

from orgs import permissions as p
from tests.architecture.rows import BOTH, POST, Row

CAMPAIGNS: dict[str, Row] = {
    "reporting:new-campaign": Row("", p.RUN_CAMPAIGN, BOTH),
    "reporting:edit-campaign": Row("campaign", p.RUN_CAMPAIGN, BOTH),
    "reporting:show-pack-trial": Row("pack_trial", p.RUN_CAMPAIGN),
    "reporting:launch-campaign": Row("campaign_draft", p.RUN_CAMPAIGN, BOTH),
    "reporting:end-campaign": Row("campaign", p.RUN_CAMPAIGN, BOTH),
    "reporting:list-campaign-versions": Row("campaign", p.VIEW),
    "reporting:show-campaign-version": Row("campaign", p.VIEW, args=lambda pk: [pk, 1]),
    "reporting:launch-campaign-round": Row("campaign", p.LAUNCH_ROUND, POST, {"phase": "", "form": "UNI-A"}),
}
