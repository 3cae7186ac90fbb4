"""Bench `campaign`: judging twenty requirements of every unit against the weekly close of the same tree.

`ratio` is the first judging, which writes a row for every unit; `ratio_again` one that finds nothing changed, as every
hour. Both promise at most 3.
"""

from __future__ import annotations

import time
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from config.bench import Figure, peak_mib
from config.bench.rollup_data import made_up_registry
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import OrgUnit
from reporting.models import Campaign, CampaignVersion, Judgement, Requirement, Tally
from reporting.operations import judging, weekly

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

RATIO_BAR = 3.0
WEEKS = (Week(2026, 40), Week(2026, 41))
# Of all moments the most is judged at the end of a month: what recurs monthly, too.
MONTH_ENDS = clock.day_end(date(2026, 10, 31))
BRANCHES: dict[str, object] = {"kinds": ["village"]}
COMMITTEES: dict[str, object] = {"with_children": True}
_FIGURES: tuple[dict[str, object], ...] = (
    {"metric": "groups_member"},
    {"metric": "orgs_with_account"},
    {"metric": "orgs_with_admin"},
    {"metric": "groups_short", "compare": "==", "threshold": 0},
    {"metric": "covered_members", "base": "base_members", "threshold": "0.8"},
    {"metric": "groups_of", "group_kinds": ["branch", "youth_link"]},
    {"metric": "changed", "recurs": "weekly", "compare": "<=", "threshold": 3},
    {"metric": "accounts_public", "substitutes": ["groups_elsewhere"], "group_kinds": ["branch"]},
    {"metric": "orgs_with_group", "scope": "subtree", "base": "orgs", "threshold": "0.9"},
)
_NAMING: dict[str, object] = {"what": "groups", "pattern": "uniform"}
_MONTHLY: dict[str, object] = {"metric": "posts", "recurs": "monthly", "threshold": 4}
_LINK: dict[str, object] = {
    "group_kinds": ["link", "rural_youth"],
    "counterparts": "one_each",
    "below_kinds": [],
}


def run(nodes: int) -> list[Figure]:
    """Seconds of the close (the best of two weeks), of the first judging and of one without changes; MiB."""
    made_up_registry(nodes)
    close = min(_seconds(partial(weekly.close_week, week)) for week in WEEKS)
    campaign = _campaign()
    peak_mib(anew=True)
    before, at = peak_mib(), MONTH_ENDS
    first = _judged(campaign, at)
    again = min(_judged(campaign, at + timedelta(hours=hour)) for hour in (1, 2))
    return [
        Figure("close_seconds", close),
        Figure("seconds", first),
        Figure("again_seconds", again),
        Figure("ratio", first / close, RATIO_BAR),
        Figure("ratio_again", again / close, RATIO_BAR),
        Figure("judgements", Judgement.objects.count()),
        Figure("tallies", Tally.objects.count()),
        Figure("peak_mib", peak_mib()),
        Figure("peak_before_mib", before),
    ]


def _campaign() -> Campaign:
    """Of the province that all units stand below: eight figures of branches and of committees, a share of a subtree, a
    figure of each month, the names of groups, a link group."""
    began = WEEKS[0].starts_at
    campaign = Campaign.objects.create(
        code="bench", unit=OrgUnit.objects.get(code="u1"), state="running", launched_at=began
    )
    version = CampaignVersion.objects.create(
        campaign=campaign, number=1, title="bench", issuer="bench", issued_on=began.date(), loaded_at=began
    )
    asked = [("figure", target, rule) for target in (BRANCHES, COMMITTEES) for rule in _FIGURES[:-1]]
    asked += [("figure", COMMITTEES, _FIGURES[-1]), ("figure", BRANCHES, _MONTHLY)]
    asked += [("naming", BRANCHES, _NAMING), ("link_group", COMMITTEES, _LINK)]
    Requirement.objects.bulk_create(
        Requirement(
            version=version,
            position=n,
            code=f"r{n}",
            clause=str(n),
            title=f"r{n}",
            kind=kind,
            target=target,
            rule=rule,
        )
        for n, (kind, target, rule) in enumerate(asked, start=1)
    )
    return campaign


def _judged(campaign: Campaign, at: datetime) -> float:
    return _seconds(lambda: judging.judge(campaign, at))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
