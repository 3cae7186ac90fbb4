"""Two notices at work in the province, their dates moved to now: one about to end, one that began this week."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from accounts.choices import GroupKind
from accounts.models import Group
from accounts.operations.registry import change_group
from config.demo_data import activity, hand_ins
from config.demo_data.chance import chance
from config.demo_data.groups import COLLEGE
from config.demo_data.rounds import Desks
from config.demo_data.tree import HAINAN
from orgs.choices import Kind
from orgs.kernel import clock
from orgs.models import OrgUnit
from reporting.models import Campaign
from reporting.operations import campaign_rounds, campaigns
from reporting.packs import parse

if TYPE_CHECKING:
    from accounts.models import CollectionRound
    from orgs.models import User

PACKS = Path(settings.BASE_DIR) / "fixtures" / "packs"
UNIVERSITIES, UNIVERSITIES_END = "uni-2013.yaml", date(2013, 9, 20)
SUPERVISION, SUPERVISION_BEGINS = "sup-2013.yaml", date(2013, 10, 10)
DAYS_LEFT = 5
INCOMPLETE = 0.2
LINKED_LATER = ("46-U01", COLLEGE)  # told elsewhere: config/demo_data/groups.py
_DATE = re.compile(r"\b20\d\d-\d\d-\d\d\b")


def live_through(units: dict[str, OrgUnit], *, by: User) -> None:
    """Both launched when their notice came out; most link groups complete; what was published this week."""
    now, monday = clock.now(), clock.Week.current().starts_on
    ends_on = clock.today() + timedelta(days=DAYS_LEFT)
    _launch(UNIVERSITIES, units[HAINAN], ends_on - UNIVERSITIES_END, by)
    with clock.frozen(now - timedelta(days=DAYS_LEFT + 8)):
        _link()
    hand_ins.live_through(units, by=by)
    _launch(SUPERVISION, units[HAINAN], monday - SUPERVISION_BEGINS, by)
    with clock.frozen(now - timedelta(hours=1)):
        activity.record_week(units, by=by, since=monday)


def attach_round(round: CollectionRound, *, by: User) -> None:
    """The running round is the one that the universities' notice asks for (UNI-3.3)."""
    campaign = Campaign.objects.get(code=UNIVERSITIES.removesuffix(".yaml"))
    campaign_rounds.attach(campaign.pk, round, phase="september-20", by=by)


def _launch(name: str, province: OrgUnit, moved: timedelta, by: User) -> None:
    text = (PACKS / name).read_text(encoding="utf-8")
    pack = parse(_DATE.sub(lambda day: (date.fromisoformat(day[0]) + moved).isoformat(), text))
    with clock.frozen(_morning(pack.issued_on)):
        campaigns.load_pack(pack, unit=province, by=by, launch=True)


def _morning(day: date) -> datetime:
    """Ten o'clock of the day; a little while ago where that is still to come."""
    return min(clock.day_start(day) + timedelta(hours=10), clock.now() - timedelta(hours=1))


def _link() -> None:
    """Who is in the link groups of universities and colleges: in most of them everybody (UNI-2.2, UNI-2.3)."""
    holders = Desks.read().holders
    groups = Group.objects.active().filter(
        kind=GroupKind.LINK, unit__kind__in=[Kind.UNIVERSITY, Kind.COLLEGE]
    )
    for group in groups.select_related("unit").exclude(unit__code__in=LINKED_LATER).order_by("pk"):
        if group.unit_id not in holders:
            continue
        n_below = OrgUnit.objects.children_of(group.unit).count()
        is_incomplete = chance("linked", group.unit.code).random() < INCOMPLETE
        change_group(
            group,
            reason="核对进群情况",
            by=holders[group.unit_id],
            subordinates_in=max(n_below - is_incomplete, 0),
            # The secretary of the unit is in it, too.
            members=max(group.members or 0, n_below + 1),
        )
