"""A made-up registry of several provinces: the week's trees are today's trees, as the tree module would have numbered them."""

from __future__ import annotations

from django.db.models import F

from orgs.models import OrgUnit, UnitVersion
from reporting.choices import WeekState
from reporting.models import ClosedWeek
from tests.reporting.oracle import Oracle
from tests.reporting.registry import RandomRegistry

N_PROVINCES = 4


class RandomForest(RandomRegistry):
    """The first units of the registry are provinces of their own, beside the two of the world.

    The week before is published, so that this one is the next although the registry is older.
    """

    def build(self):
        super().build()
        before = self.week.previous()
        facts = {"starts_on": before.starts_on, "state": WeekState.CLOSED}
        ClosedWeek.objects.create(year=before.year, number=before.number, **facts)

    def _units(self):
        super()._units()
        province = OrgUnit.objects.get(code="hi")
        roots = UnitVersion.objects.filter(unit_id__in=self.units[:N_PROVINCES], parent_id=province.pk)
        roots.update(parent_id=None, kind_id="province")
        self.number_trees()

    def number_trees(self):
        """Every unit stands today in the tree in which it stood in the week."""
        placed = Oracle(self.week).placed
        for unit in set(self.units) & placed.keys():
            root = unit
            while placed[root].parent_id is not None:
                root = placed[root].parent_id
            tree_id = OrgUnit.objects.values_list("tree_id", flat=True).get(pk=root)
            OrgUnit.objects.filter(pk=unit).update(parent_id=placed[unit].parent_id, tree_id=tree_id)


def move_to_another_tree(unit_id):
    """Today the unit stands in a tree of its own; in the week it did not."""
    OrgUnit.objects.filter(pk=unit_id).update(tree_id=F("id") + 5_000_000, parent_id=None)
