"""Who sees what: the one place where a person's appointments become a filter. Default deny."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

from orgs.choices import DEPARTMENT_LINES, Kind
from orgs.permissions import roles_with

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import Appointment, OrgUnit, User

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Span:
    """One subtree, as the tree module has numbered it at this moment, and what the person is in it."""

    unit_id: int
    tree_id: int
    lft: int
    rght: int
    role: str = ""
    lines: tuple[str, ...] = ()  # empty: every line
    is_forest: bool = False  # the national office stands above all trees
    whole_id: int = 0  # of a part of a subtree: the unit of the whole of it, which the appointment names

    @property
    def home_id(self) -> int:
        """The unit the appointment names."""
        return self.whole_id or self.unit_id

    @classmethod
    def of(cls, unit: OrgUnit, *, role: str = "", lines: tuple[str, ...] = ()) -> Span:
        return cls(unit.pk, unit.tree_id, unit.lft, unit.rght, role, lines, unit.is_national)

    def covers(self, unit: OrgUnit) -> bool:
        if unit.pk == self.unit_id:
            return True
        inside = self.is_forest or (
            unit.tree_id == self.tree_id and self.lft <= unit.lft and unit.rght <= self.rght
        )
        return inside and (not self.lines or unit.line in self.lines)

    def contains(self, other: Span) -> bool:
        """Whether the other subtree lies within this one, whatever the lines."""
        inside = self.tree_id == other.tree_id and self.lft <= other.lft and other.rght <= self.rght
        return self.is_forest or (not other.is_forest and inside)

    def narrowed_to(self, unit: OrgUnit) -> Span | None:
        """The part of this subtree at and below the unit; None where there is none, or it is of another line."""
        bound = Span.of(unit)
        if bound.contains(self):
            return self
        if not self.covers(unit):
            return None
        return replace(bound, role=self.role, lines=self.lines, whole_id=self.home_id)

    def condition(self, path: str) -> Q:
        """Filter on rows whose unit stands at `path` ("" = the row is the unit)."""
        prefix = f"{path}__" if path else ""
        inside = (
            Q()
            if self.is_forest
            else Q(
                **{
                    f"{prefix}tree_id": self.tree_id,
                    f"{prefix}lft__gte": self.lft,
                    f"{prefix}rght__lte": self.rght,
                }
            )
        )
        if self.lines:
            inside &= Q(**{f"{prefix}line__in": self.lines}) | Q(**{f"{prefix}pk": self.unit_id})
        return inside or Q(**{f"{prefix}pk__isnull": False})


@dataclass(frozen=True, slots=True)
class UnitsInCharge:
    """The subtrees a person is in charge of, each with the role held there."""

    spans: tuple[Span, ...]

    @classmethod
    def of(cls, user: User) -> UnitsInCharge:
        """Appointments in force today of an active person; nobody else is in charge of anything (SUP-2.0)."""
        if not (user.is_authenticated and user.is_active):
            return cls(())
        found: Iterable[Appointment] = user.appointments.in_force().select_related("unit")
        # Put in order here: asked for at every page, and one or two rows.
        appointments = sorted(found, key=lambda each: each.pk)
        return cls(tuple(Span.of(each.unit, role=each.role, lines=_lines(each)) for each in appointments))

    @classmethod
    def below(cls, unit: OrgUnit) -> UnitsInCharge:
        """A unit and everything below it, for reads that are not about a person."""
        return cls((Span.of(unit),))

    def allowing(self, verb: str) -> UnitsInCharge:
        """Only the subtrees in which the role held there has the verb."""
        roles = roles_with(verb)
        return UnitsInCharge(tuple(span for span in self.spans if span.role in roles))

    def covers(self, unit: OrgUnit) -> bool:
        return any(span.covers(unit) for span in self.spans)

    def covers_figures(self, unit: OrgUnit) -> bool:
        """Whether the unit's own figure with everything below it is theirs to see; no statement (A3).

        READING of SUP-1.0: a unit of the department's lines answers for all that stands below it with one figure, which
        is the same for everybody and on every page. Of the unit a department itself is of, whatever its line, it never is:
        there they see the total of the unit itself and of what they see directly below.
        """
        return any(span.covers(unit) and (not span.lines or unit.pk != span.home_id) for span in self.spans)

    def covers_by_line(self, unit: OrgUnit) -> bool:
        """Whether they see of the unit's subtree only what is of their lines; no statement."""
        over = [span for span in self.spans if span.covers(unit)]
        return bool(over) and all(span.lines for span in over)

    def narrowed_to(self, unit: OrgUnit) -> UnitsInCharge:
        """What of these subtrees lies within the subtree of the unit, with the same roles and lines."""
        found = (span.narrowed_to(unit) for span in self.spans)
        return UnitsInCharge(tuple(span for span in found if span is not None))

    def widest(self) -> Span | None:
        """The highest of the person's own units, the one seen whole before one seen by lines; None without any."""
        spans = sorted(
            self.spans, key=lambda span: (not span.is_forest, span.lft - span.rght, bool(span.lines))
        )
        return spans[0] if spans else None

    def tree_ids(self) -> frozenset[int] | None:
        """The trees these subtrees lie in; None for the national office, which stands above all."""
        return (
            None if any(span.is_forest for span in self.spans) else frozenset(s.tree_id for s in self.spans)
        )

    def own_unit_ids(self) -> frozenset[int]:
        """The units the appointments name, without what stands below."""
        return frozenset(span.unit_id for span in self.spans)


def _lines(appointment: Appointment) -> tuple[str, ...]:
    return tuple(DEPARTMENT_LINES.get(appointment.department, ()))


class ScopedQuerySet(models.QuerySet[M]):
    """Base of every queryset whose rows belong to a unit."""

    unit_lookup: ClassVar[str] = "unit"  # path from the row to its unit; "" = the row is the unit

    def within(self, units: UnitsInCharge) -> Self:
        """Rows of these subtrees. No units, no rows."""
        if not units.spans:
            return self.none()
        return self.filter(reduce(or_, (span.condition(self.unit_lookup) for span in units.spans)))

    def over(self, unit: OrgUnit) -> Self:
        """Rows of the unit itself and of every unit above it, the national office included."""
        prefix = f"{self.unit_lookup}__" if self.unit_lookup else ""
        above = Q(
            **{
                f"{prefix}tree_id": unit.tree_id,
                f"{prefix}lft__lte": unit.lft,
                f"{prefix}rght__gte": unit.rght,
            }
        )
        return self.filter(above | Q(**{f"{prefix}kind": Kind.NATIONAL}))

    def visible_to(self, user: User) -> Self:
        """Rows the person may see at all (SUP-2.0); foreign rows do not exist for them."""
        return self.within(user.units_in_charge())

    def actionable_by(self, user: User, verb: str) -> Self:
        """Rows to which the person may do this."""
        return self.within(user.units_in_charge().allowing(verb))


__all__ = ["ScopedQuerySet", "Span", "UnitsInCharge"]
