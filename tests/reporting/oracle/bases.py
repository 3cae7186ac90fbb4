"""Bases as recorded and as resolved, what is covered of them, and the numbers given of one's own free will."""

from __future__ import annotations

from collections import defaultdict

from orgs.models import UnitBaseVersion
from tests.reporting.oracle.placement import Placement

VOLUNTARY = {
    "cadres": "cadres",
    "cadres_with_account": "cadres_account",
    "cadres_min_ok": "cadres_in_touch",
}


class Bases(Placement):
    """Missing is not zero: a base that nobody has recorded is None."""

    def _bases(self):
        self.base = defaultdict(dict)
        for version in self.standing(UnitBaseVersion):
            if version.unit_id in self.placed and self.is_open(version.unit_id):
                self.base[version.unit_id][version.measure] = version
        for unit in self.placed:
            self.missing[unit] |= {name: self.recorded(unit, measure) for name, measure in VOLUNTARY.items()}

    def recorded(self, unit, measure):
        version = self.base[unit].get(measure)
        return None if version is None else version.count

    def resolved(self, unit, measure):
        """The figure recorded for the unit, else what its children come to; None where nobody has one."""
        if self.recorded(unit, measure) is not None:
            return self.recorded(unit, measure)
        found = [self.resolved(child, measure) for child in self.children[unit]]
        known = [count for count in found if count is not None]
        return sum(known) if known else None

    def _coverage(self):
        for unit, own in self.own.items():
            reported = self.holds(unit) and (unit in self.reported_registry or unit in self.approved_ever)
            covered = self.missing[unit].get("declared", 0) if reported else None
            reported = covered is not None
            self.missing[unit] |= {"is_reported": reported, "own_covered": covered}
            own["holders"] = int(self.holds(unit))
            own["unreported"] = int(self.holds(unit) and not reported)
            own["covered_members"] = covered or 0

    def _settled(self, top, units):
        found = {"base_missing": 0, "covered_capped": 0, "covered_without_base": 0}
        for unit in units:
            covered = self.own[unit]["covered_members"]
            base = self.recorded(unit, "members")
            settled = any(self.recorded(u, "members") is not None for u in self.path(unit, top))
            found["base_missing"] += self.holds(unit) and not settled
            found["covered_without_base"] += 0 if settled else covered
            if settled:
                found["covered_capped"] += covered if base is None else min(covered, base)
        return found
