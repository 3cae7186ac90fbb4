"""Cells of a board: how some units answered to some requirements at a moment, themselves and with all below them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from reporting import judging
from reporting.choices import Standing
from reporting.models import Judgement, Tally
from reporting.pages import planned_numbers
from reporting.pages.campaign_counts import Count, of_character, seen_counts
from reporting.pages.campaigns import TONES, requirement_url
from reporting.pages.hand_ins import cell_url

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orgs.models import OrgUnit
    from orgs.querysets.scope import UnitsInCharge
    from reporting.models import Requirement
    from reporting.pages.campaign_board import Chosen


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit and one requirement: its own answer, and how many of its subtree have met it.

    `url` leads to who holds it back, `remind_url` takes a reminder; both empty where there is nobody to lead to or remind.
    """

    requirement: Requirement
    own: Standing | None
    count: Count
    has_others: bool
    at: datetime
    url: str
    remind_url: str = ""
    note: str = ""  # of a plan: planned, actual, share

    @property
    def standing(self) -> Standing | None:
        return self.count.standing(self.requirement, self.at) if self.has_others else self.own

    @property
    def is_lacking(self) -> bool:
        return self.standing not in {None, Standing.MET, Standing.EXEMPT}

    @property
    def tone(self) -> str:
        return TONES.get(self.standing or "", "mute")

    @property
    def word(self) -> str:
        """What the pill says; read without colour."""
        return str(Standing(self.standing).label) if self.standing else _("不要求")

    @property
    def numbers(self) -> str:
        return f"{self.count.met}/{self.count.asked}" if self.has_others and self.count.asked else ""


@dataclass(frozen=True, slots=True)
class Answers:
    """Judgements and tallies of some units, as they stood at the moment."""

    chosen: Chosen
    requirements: Sequence[Requirement]
    own: dict[int, str]
    tallies: dict[tuple[int, int], Count]
    changed: dict[tuple[int, int], datetime]
    leading: frozenset[int]
    notes: dict[tuple[int, int], str]

    @classmethod
    def of(
        cls,
        chosen: Chosen,
        requirements: Sequence[Requirement],
        units: Sequence[OrgUnit],
        *,
        own: dict[int, str] | None = None,
    ) -> Answers:
        """Two statements; one where the caller knows what the units answered themselves."""
        ids = [each.pk for each in units]
        if own is None:
            rows = Judgement.objects.as_of(chosen.at).filter(version=chosen.version, unit_id__in=ids)
            own = dict(rows.values_list("unit_id", "standings"))
        kept = Tally.objects.as_of(chosen.at).filter(requirement__version=chosen.version, unit_id__in=ids)
        tallies, changed = {}, {}
        for unit, requirement, at, *counts in kept.values_list(
            "unit_id", "requirement_id", "valid_from", "n_asked", "n_met", "n_exempt"
        ):
            tallies[unit, requirement] = Count(*counts)
            changed[unit, requirement] = at
        leading = frozenset(unit for unit, _r in tallies)
        notes = planned_numbers.notes(requirements, [pk for pk in ids if pk in own], chosen.at)
        return cls(chosen, requirements, own, tallies, changed, leading, notes)

    def seen_by(self, in_charge: UnitsInCharge, unit: OrgUnit) -> Answers:
        """The same, with the sum of the unit over what the reader sees where its own holds other lines (A3)."""
        if unit.pk not in self.leading or in_charge.covers_figures(unit):
            return self
        seen = seen_counts(self.requirements, unit, in_charge, self.chosen.at)
        return replace(self, tallies=self.tallies | {(unit.pk, pk): count for pk, count in seen.items()})

    def cell(self, unit: OrgUnit, requirement: Requirement, below: OrgUnit | None = None) -> Cell:
        """A unit without others below it is led to among those below the unit whose board it is."""
        character = judging.character_of(self.own.get(unit.pk, ""), requirement)
        has_others = unit.pk in self.leading
        count = (
            self.tallies.get((unit.pk, requirement.pk), Count()) if has_others else of_character(character)
        )
        among = unit if has_others else below
        url = ""
        if among is not None:
            url = requirement_url(self.chosen.campaign.pk, among.pk, requirement.code) + self.chosen.query
        url = url if has_others or not url else f"{url}#u{unit.pk}"
        own = judging.standing(character, requirement, self.chosen.at)
        # Where only the unit itself is asked, its own documents or number say more than a list of one.
        is_alone = own is not None and count.asked + count.exempt <= 1
        return Cell(
            requirement,
            own,
            count,
            has_others,
            self.chosen.at,
            cell_url(requirement, unit, is_asked=is_alone) or url,
            note=self.notes.get((requirement.pk, unit.pk), ""),
        )

    def cells(self, unit: OrgUnit, below: OrgUnit | None = None, *, may_remind: bool = False) -> list[Cell]:
        """`below`: the unit whose board it is, where the unit is one of its rows; with the way to remind it."""
        found = [self.cell(unit, each, below) for each in self.requirements]
        if below is None or not may_remind:
            return found
        return [
            _remindable(each, self.chosen.campaign.pk, below.pk) if each.is_lacking else each
            for each in found
        ]


def _remindable(cell: Cell, campaign_pk: int, unit_pk: int) -> Cell:
    args = [campaign_pk, unit_pk, cell.requirement.code]
    return replace(cell, remind_url=reverse("reporting:remind-units", args=args))
