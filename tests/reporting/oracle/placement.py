"""Where the units stood in the week, and walks along their parents."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict

from orgs.models import UnitKind, UnitVersion


class Placement:
    """The units of the week, what hangs below what, and room for their own figures."""

    def __init__(self, week, known=None) -> None:
        self.week, self.start, self.end = week, week.starts_at, week.ends_at
        self.known = known or self.end
        self.kinds = {kind.code: kind for kind in UnitKind.objects.all()}
        self.placed = self._place()
        self.children = defaultdict(list)
        self._hang()
        self.own = {unit: Counter() for unit in self.placed}
        self.missing = {unit: {} for unit in self.placed}  # figures that may be None

    def standing(self, model):
        return [v for v in model.objects.all() if v.valid_from < self.end and not self._ended(v)]

    def _ended(self, version):
        return version.valid_to is not None and version.valid_to < self.end

    def _place(self):
        placed = {}
        for version in UnitVersion.objects.order_by("valid_from"):
            overlaps = version.valid_from < self.end and (
                version.valid_to is None or version.valid_to > self.start
            )
            if version.is_open and overlaps:
                placed[version.unit_id] = version
        return placed

    def _hang(self):
        national = [u for u, v in self.placed.items() if v.kind_id == "national" and v.parent_id is None]
        self.up = {}
        for unit, version in self.placed.items():
            superior = version.parent_id
            if superior is None and national and unit != min(national):
                superior = min(national)
            self.up[unit] = superior
            self.children[superior].append(unit)

    def is_open(self, unit):
        return not self._ended(self.placed[unit])

    def kind(self, unit):
        return self.kinds[self.placed[unit].kind_id]

    def holds(self, unit):
        return self.is_open(unit) and self.kind(unit).holds_members and unit not in self.committees_of_holders

    @functools.cached_property
    def committees_of_holders(self):
        """Units with an open unit that holds members directly below: those count the members."""
        holders = [u for u in self.placed if self.is_open(u) and self.kind(u).holds_members]
        return {self.up[u] for u in holders if u in self.up}

    def depth(self, unit):
        parent = self.placed[unit].parent_id
        return 0 if parent is None else 1 + self.depth(parent)

    def below(self, unit):
        found = [unit]
        for child in self.children[unit]:
            found += self.below(child)
        return found

    def path(self, unit, top):
        """The unit, its superior … up to `top`."""
        found = [unit]
        while found[-1] != top:
            found.append(self.up[found[-1]])
        return found
