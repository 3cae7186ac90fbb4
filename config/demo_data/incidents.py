"""不良信息 of the ten weeks: handled at once and slowly, one grave, two still open (SUP-2.2.1c)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from accounts.choices import IncidentCategory as C
from accounts.choices import IncidentOutcome as O
from accounts.operations.incidents import close_incident, handle_incident, mark_grave, record_incident
from config.demo_data.registry import channels_of
from config.demo_data.rounds import Desks
from orgs.kernel import clock

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.models import OrgUnit, User

UNTIL_RECORDED = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Episode:
    """One incident; times in hours: from Monday 0:00 to found, then from step to step. None: it has not come to that."""

    week: int
    unit: str
    category: str
    found: float
    handled: float | None = None
    outcome: str = ""
    closed: float | None = None
    grave: str = ""


EPISODES = (
    Episode(1, "46-U01-09", C.ADVERTISING, 33.5, 1.5, O.REMOVED, 20),
    Episode(2, "469002", C.RUMOUR, 58, 5, O.CLARIFIED, 30),
    Episode(3, "46-U01", C.STOLEN, 81.25, 3.25, O.RESTORED, 16),
    Episode(4, "469024", C.ABUSE, 35, 52, O.DELETED, 28),
    Episode(
        6,
        "46-U05",
        C.MISTAKE,
        60,
        9,
        O.CLARIFIED,
        grave="官方账号发布重大差错，未及时更正，在社会上造成不良影响",
    ),
    Episode(7, "46-U03", C.FRAUD, 40, 0.75, O.DELETED),
    Episode(8, "469005", C.PRIVACY, 62, 0.5, O.DELETED, 18),
    Episode(9, "46-U01-12", C.ADVERTISING, 84),
    Episode(9, "469006", C.RUMOUR, 106),
)


def happen(units: dict[str, OrgUnit], week: clock.Week, n: int, *, by: User) -> None:
    """Everything that becomes of what is found in week `n`; `by` is of the provincial office, which grades and closes."""
    holders = Desks.read().holders
    for episode in EPISODES:
        if episode.week == n:
            unit = units[episode.unit]
            _live(episode, unit, week.starts_at + timedelta(hours=episode.found), holders[unit.pk], by)


def _live(episode: Episode, unit: OrgUnit, found_at: datetime, keeper: User, superior: User) -> None:
    account, group = channels_of(unit)
    with clock.frozen(found_at + UNTIL_RECORDED):
        incident = record_incident(
            unit, category=episode.category, found_at=found_at, channel=group or account, by=keeper
        )
    if episode.handled is None:
        return
    handled_at = found_at + timedelta(hours=episode.handled)
    with clock.frozen(handled_at + UNTIL_RECORDED):
        handle_incident(incident.pk, outcome=episode.outcome, handled_at=handled_at, by=keeper)
        if episode.grave:
            mark_grave(incident.pk, reason=episode.grave, by=superior)
    if episode.closed is not None:
        with clock.frozen(handled_at + timedelta(hours=episode.closed)):
            close_incident(incident.pk, by=superior)
