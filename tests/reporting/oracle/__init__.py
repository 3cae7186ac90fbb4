"""The figures of a week in plain Python: raw rows, parents walked one by one, one definition of metrics.md at a time.

Knows nothing of SQL, lft/rght or the roll-up; slow on purpose. One module per kind of fact.
"""

from __future__ import annotations

from collections import Counter

from tests.reporting.oracle.bases import VOLUNTARY, Bases
from tests.reporting.oracle.campaigns import Campaigns
from tests.reporting.oracle.flows import Flows
from tests.reporting.oracle.forms import Forms
from tests.reporting.oracle.stocks import Stocks

PLACEMENT = ("parent_id", "kind_id", "line", "code", "name", "intake_year", "position")
MAY_BE_MISSING = ("covered_youth", *VOLUNTARY)


class Oracle(Stocks, Bases, Forms, Flows, Campaigns):
    """`Oracle(week).rows()` -> {unit id: {column: value}} of every column of the snapshot.

    `known`: until when late daily records and checks are taken in, for a new edition.
    """

    def rows(self):
        self._accounts_and_groups()
        self._administrators()
        self._bases()
        self._forms()
        self._coverage()
        self._events()
        self._records()
        self._checks()
        self._requirements()
        return {unit: self._row(unit) for unit in self.placed}

    def _row(self, unit):
        placed, subtree = self.placed[unit], self.below(unit)
        row = {name: getattr(placed, name) for name in PLACEMENT}
        row |= {
            "is_open": self.is_open(unit),
            "depth": self.depth(unit),
            "is_reported": self.missing[unit]["is_reported"],
            "own_covered": self.missing[unit]["own_covered"],
            "base_assessed": self.recorded(unit, "members_assessed"),
            "base_reported": self.recorded(unit, "members_reported"),
            "base_orgs": self.recorded(unit, "organisations"),
            "base_year": self.base[unit]["members"].year if "members" in self.base[unit] else None,
        }
        row["poor_streak"], row["poor_streak_max"] = self.streaks.get(unit, (0, 0))
        for measure, name in (("members", "base_members"), ("youth", "base_youth")):
            row[f"own_{name}"] = self.recorded(unit, measure)
            row[f"sub_{name}"] = self.resolved(unit, measure)
        for name in MAY_BE_MISSING:
            found = [self.missing[u].get(name) for u in subtree]
            known = [n for n in found if n is not None]
            row[f"own_{name}"] = self.missing[unit].get(name)
            row[f"sub_{name}"] = sum(known) if known else None
        row["own_admin_persons"] = len(self.persons[unit])
        row["sub_admin_persons"] = len(set().union(*(self.persons[u] for u in subtree)))
        totals = sum((self.own[u] for u in subtree), Counter())
        for name in self._additive():
            row[f"own_{name}"], row[f"sub_{name}"] = self.own[unit][name], totals[name]
        for prefix, units in (("own", [unit]), ("sub", subtree)):
            for name, value in self._settled(unit, units).items():
                row[f"{prefix}_{name}"] = value
        return row

    def _additive(self):
        names = "orgs orgs_with_account orgs_with_group orgs_with_admin accounts_personal accounts_public"
        names += " accounts_weibo accounts_other accounts_dormant groups_member groups_link groups_dedicated"
        names += " groups_other groups_dormant admins holders unreported covered_members groups_min_ok reach"
        names += " expected submitted approved returned overdue opened closed changed admin_changed posts"
        names += " active_days groups_active channels_recorded checks checks_poor follows_superior"
        names += " requirements requirements_met requirements_overdue"
        return names.split()
