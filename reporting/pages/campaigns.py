"""工作部署 on pages: the list, one campaign with its requirements and phases, and what is asked of one unit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Value
from django.http import Http404
from django.urls import reverse

from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.querysets.scope import Span
from reporting import judging
from reporting.choices import CampaignState, Standing
from reporting.models import CampaignVersion, Judgement, Requirement
from reporting.pages import campaign_curve, lacking
from reporting.pages.campaign_counts import Count, counts, seen_counts
from reporting.pages.hand_ins import cell_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orgs.querysets.scope import UnitsInCharge
    from reporting.models import Campaign, CampaignPhase
    from reporting.pages.campaign_curve import Curve

TONES: dict[str, str] = {
    Standing.MET: "ok",
    Standing.OPEN: "info",
    Standing.BEHIND: "warn",
    Standing.OVERDUE: "bad",
    Standing.EXEMPT: "mute",
}
STATE_TONES: dict[str, str] = {
    CampaignState.DRAFT: "mute",
    CampaignState.RUNNING: "info",
    CampaignState.ENDED: "ok",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One campaign in the list, by its newest version."""

    campaign: Campaign
    version: CampaignVersion | None

    @property
    def tone(self) -> str:
        return STATE_TONES[self.campaign.state]


@dataclass(frozen=True, slots=True)
class Asked:
    """One requirement and how far the subtree is; `url` leads to who holds it back."""

    requirement: Requirement
    count: Count
    standing: Standing | None
    url: str

    @property
    def tone(self) -> str:
        return TONES.get(self.standing or "", "mute")

    @property
    def also(self) -> str:
        """Further clauses it comes from."""
        return "、".join(self.requirement.rule.get("also") or ())


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """A phase with the sums of its requirements; phase None gathers those of no phase."""

    phase: CampaignPhase | None
    asked: list[Asked]

    @property
    def count(self) -> Count:
        return sum((each.count for each in self.asked), Count())


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """One campaign as seen from `unit`, the highest of the reader's units that it asks; `is_part`: not all of it.

    `version` is the one that has answers, `to_come` a newer one that has not been judged yet.
    """

    campaign: Campaign
    version: CampaignVersion
    unit: OrgUnit
    phases: list[PhaseLine]
    curve: Curve | None
    others: list[CampaignVersion]
    to_come: CampaignVersion | None
    is_part: bool

    @property
    def state_tone(self) -> str:
        return STATE_TONES[self.campaign.state]

    @property
    def count(self) -> Count:
        return sum((phase.count for phase in self.phases), Count())

    @property
    def named_phases(self) -> list[CampaignPhase]:
        return [each.phase for each in self.phases if each.phase]

    @property
    def newest_number(self) -> int:
        return self.to_come.number if self.to_come else self.version.number

    @property
    def board_url(self) -> str:
        return reverse("reporting:show-campaign-board", args=[self.campaign.pk, self.unit.pk])


@dataclass(frozen=True, slots=True)
class OwnLine:
    """What is asked of one unit: where it stands, and what is lacking."""

    requirement: Requirement
    standing: Standing
    lacking: str
    url: str = ""  # of what is handed in or planned

    @property
    def tone(self) -> str:
        return TONES[self.standing]


def lines(campaigns: Iterable[Campaign]) -> list[Line]:
    """The campaigns with their newest versions; one statement more."""
    found = list(campaigns)
    versions = CampaignVersion.objects.filter(campaign__in=found).defer("source").order_by("number")
    newest = {version.campaign_id: version for version in versions}
    return [Line(each, newest.get(each.pk)) for each in found]


def vantage(campaign: Campaign, in_charge: UnitsInCharge) -> OrgUnit:
    """The highest of the reader's units within the campaign's subtree. Raises Http404 where there is none."""
    whole = Span.of(campaign.unit)
    spans = [each for span in in_charge.spans if (each := _within(span, whole)) is not None]
    widest = type(in_charge)(tuple(spans)).widest()
    if widest is None:
        raise Http404
    unit: OrgUnit = OrgUnit.objects.select_related("kind").get(pk=widest.unit_id)
    return unit


def _within(span: Span, whole: Span) -> Span | None:
    if whole.contains(span):
        return span
    return whole if span.contains(whole) else None


def read(campaign: Campaign, in_charge: UnitsInCharge) -> CampaignPage:
    """The campaign now or at its end, with ten weeks of progress; six statements. Raises Http404 before a version is loaded.

    To a department of the unit it shows the sums of what the department sees, and no progress, which is kept for all lines.
    """
    unit, at = vantage(campaign, in_charge), campaign.ended_at or clock.now()
    versions = list(campaign.versions.defer("source").order_by("-number"))
    if not versions:
        raise Http404
    version = _answering(campaign, versions)
    requirements = list(version.requirements.select_related("phase").order_by("position"))
    is_part = not in_charge.covers_figures(unit)
    counted = seen_counts(requirements, unit, in_charge, at) if is_part else counts(requirements, unit.pk)
    asked = [
        Asked(
            each,
            found := counted.get(each.pk, Count()),
            found.standing(each, at),
            requirement_url(campaign.pk, unit.pk, each.code),
        )
        for each in requirements
    ]
    phases = _phases(version, asked)
    drawn = None
    if not is_part:
        drawn = campaign_curve.read(campaign, unit.pk, [each.phase for each in phases if each.phase])
    others = [each for each in versions if each != version]
    to_come = versions[0] if versions[0] != version else None
    return CampaignPage(campaign, version, unit, phases, drawn, others, to_come, is_part=is_part)


def _answering(campaign: Campaign, versions: list[CampaignVersion]) -> CampaignVersion:
    """Of all versions, the newest first: the one that was judged last; a newer one has no answers yet."""
    until = campaign.judged_until
    if until is None:
        return versions[0]
    return next((each for each in versions if each.loaded_at < until), versions[-1])


def _phases(version: CampaignVersion, asked: list[Asked]) -> list[PhaseLine]:
    by_phase: dict[int | None, list[Asked]] = defaultdict(list)
    for each in asked:
        by_phase[each.requirement.phase_id].append(each)
    found = [PhaseLine(phase, by_phase.get(phase.pk, [])) for phase in version.phases.order_by("position")]
    return [*found, *([PhaseLine(None, by_phase[None])] if by_phase.get(None) else [])]


def requirement_url(campaign_pk: int, unit_pk: int, code: str) -> str:
    return reverse("reporting:show-campaign-requirement", args=[campaign_pk, unit_pk, code])


def asked_of(unit: OrgUnit, campaigns: Iterable[Campaign]) -> list[tuple[CampaignVersion, list[OwnLine]]]:
    """What running campaigns ask of the unit itself, what is not met first; five statements, one more where something recurs."""
    rows = Judgement.objects.of_running().filter(unit_id=unit.pk, version__campaign__in=campaigns)
    standings = {row.version_id: row.standings for row in rows}
    found = Requirement.objects.filter(version__in=standings).select_related("version__campaign__unit")
    at = clock.now()
    stood = [
        (each, standing)
        for each in found.order_by("-version__issued_on", "version", "position")
        if (standing := judging.standing(judging.character_of(standings[each.version_id], each), each, at))
    ]
    missing = [each for each, standing in stood if standing not in {Standing.MET, Standing.EXEMPT}]
    values = judging.values_asked(missing, [unit.pk], at)
    in_time = _in_time(unit, missing)
    by_version: dict[CampaignVersion, list[OwnLine]] = defaultdict(list)
    for each, standing in stood:
        words = ""
        if each in missing:
            words = lacking.words(each, values.get((each.pk, unit.pk)), is_in_time=each.pk in in_time)
        url = cell_url(each, unit, is_asked=True)
        by_version[each.version].append(OwnLine(each, standing, words, url))
    return [(version, sorted(own, key=_urgency)) for version, own in by_version.items()]


def _in_time(unit: OrgUnit, requirements: Sequence[Requirement]) -> set[int]:
    """Requirements for which a form of the unit was submitted in time and still waits; one statement."""
    asked = [
        lacking.submitted_in_time(each).filter(unit=unit).order_by().values_list(Value(each.pk), flat=True)
        for each in requirements
    ]
    return set(asked[0].union(*asked[1:])) if asked else set()


def _urgency(line: OwnLine) -> tuple[int, int]:
    order = [Standing.OVERDUE, Standing.OPEN, Standing.BEHIND, Standing.MET, Standing.EXEMPT]
    return order.index(line.standing), line.requirement.position
