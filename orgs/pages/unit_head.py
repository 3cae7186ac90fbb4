"""What every tab of a unit's page shows at its top: the unit, the way up, what one may do, the tabs (ux.md, page of a unit).

Upper apps build their tabs' pages with `read` and `templates/orgs/unit/tab.html`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs import panels
from orgs.choices import Kind
from orgs.models import OrgUnit
from orgs.operations.requests import may_ask
from orgs.permissions import EDIT_UNITS, FILL

if TYPE_CHECKING:
    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge

CHILDREN = "children"  # key of the tab that this app shows itself


@dataclass(frozen=True, slots=True)
class UnitHead:
    """The head of one unit's page; `tabs` are (words, address, is the current one)."""

    unit: OrgUnit
    crumbs: list[tuple[str, str]]
    tabs: list[tuple[str, str, bool]]
    n_children: int
    former_names: list[str]
    may_ask: bool
    may_fill: bool
    may_edit: bool
    may_relocate: bool

    @property
    def has_intakes(self) -> bool:
        """Class branches below it graduate year by year."""
        kinds_with_classes = {Kind.PROVINCE, Kind.PREFECTURE}
        return Kind.CLASS_BRANCH in self.unit.kind.allowed_children or self.unit.kind_id in kinds_with_classes


def read(user: User, pk: int | None, current: str) -> UnitHead:
    """The head with this tab marked; three statements. Raises Http404 for a unit the person doesn't see."""
    units = OrgUnit.objects.visible_to(user).with_path().select_related("contact")
    unit = get_object_or_404(units, pk=pk)
    in_charge = user.units_in_charge()
    editable = in_charge.allowing(EDIT_UNITS)
    return UnitHead(
        unit,
        crumbs_of(unit, in_charge),
        tabs_of(user, unit, current),
        n_children=OrgUnit.objects.visible_to(user).children_of(unit).count(),
        former_names=sorted(set(unit.versions.exclude(name=unit.name).values_list("name", flat=True))),
        may_ask=may_ask(user, unit),
        may_fill=in_charge.allowing(FILL).covers(unit) and unit.is_open,
        may_edit=editable.covers(unit) and unit.is_open,
        # Nobody moves or closes the own unit: that is the superior's matter.
        may_relocate=unit.parent is not None and editable.covers(unit.parent),
    )


def tabs_of(user: User, unit: OrgUnit, current: str) -> list[tuple[str, str, bool]]:
    """下级组织, then what the upper apps add."""
    own = panels.Tab(CHILDREN, _("下级组织"), unit.get_absolute_url())
    return [(tab.label, tab.url, tab.key == current) for tab in (own, *panels.tabs_of(user, unit))]


def crumbs_of(unit: OrgUnit, in_charge: UnitsInCharge) -> list[tuple[str, str]]:
    """The way up; superiors above the own scope are named without a link."""
    superiors: list[tuple[str, str]] = []
    superior = unit.parent
    while superior is not None:
        url = reverse("orgs:show-unit", args=[superior.pk]) if in_charge.covers(superior) else ""
        superiors.insert(0, (superior.name, url))
        superior = superior.parent
    return [*superiors, (unit.name, "")]
