"""The burden a pack lays on the units: how many each requirement and round asks, and how many fields nobody knows yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from accounts.field_lists import read_fields
from accounts.models import FieldList
from accounts.operations import prefill
from orgs.models import OrgUnit
from orgs.querysets.scope import UnitsInCharge
from reporting.choices import DemandKind
from reporting.querysets.targets import condition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.field_lists import Field
    from orgs.querysets.tree import OrgUnitQuerySet
    from reporting.models import Requirement
    from reporting.packs import Demand, Pack, Round

# How many answers a requirement types into the portal; what the registry knows, nobody types again.
_FIELDS = {DemandKind.DOCUMENT: 1, DemandKind.PLAN: 1}


@dataclass(frozen=True, slots=True)
class Asked:
    """One requirement or round: how many units it asks, and how many fields each fills in for it.

    Of a round's units, `n_on_record` are known to the registry: their forms are filled in beforehand, and they type
    `n_left` fields instead of `n_fields`.
    """

    code: str
    title: str
    kind: str
    is_hard: bool
    deadline_at: datetime | None
    n_units: int
    n_fields: int
    n_on_record: int = 0
    n_left: int = 0

    @property
    def n_answers(self) -> int:
        return (self.n_units - self.n_on_record) * self.n_fields + self.n_on_record * self.n_left


def read(pack: Pack, unit: OrgUnit) -> list[Asked]:
    """Units × fields of each requirement and round; two statements and one per form."""
    below = OrgUnit.objects.within(UnitsInCharge.below(unit)).in_operation()
    n_asked = counts(below, [*pack.demands, *pack.rounds])
    n_of_rounds = n_asked[len(pack.demands) :]
    found = [_demand(demand, n) for demand, n in zip(pack.demands, n_asked, strict=False)]
    if not pack.rounds:
        return found
    forms = _forms({each.form for each in pack.rounds})
    known = _on_record(below, pack.rounds, forms)
    return found + [
        _round(each, forms[each.form], n, n_known)
        for each, n, n_known in zip(pack.rounds, n_of_rounds, known, strict=True)
    ]


def counts(units: OrgUnitQuerySet, rows: Sequence[Demand | Round | Requirement]) -> list[int]:
    """How many of the units each of them asks; one statement."""
    counted = units.aggregate(
        **{f"n{n}": Count("pk", filter=condition(row.target)) for n, row in enumerate(rows)}
    )
    return [int(counted[f"n{n}"]) for n in range(len(rows))]


def _demand(demand: Demand, n_units: int) -> Asked:
    return Asked(
        code=demand.code,
        title=demand.title,
        kind=demand.kind,
        is_hard=demand.is_hard,
        deadline_at=demand.deadline_at,
        n_units=1 if demand.kind == DemandKind.TOTAL else n_units,
        n_fields=_FIELDS.get(DemandKind(demand.kind), 0),
    )


def _round(each: Round, fields: Sequence[Field], n_units: int, n_on_record: int) -> Asked:
    return Asked(
        code=each.form,
        title=each.title,
        kind="round",
        is_hard=True,
        deadline_at=each.deadline_at,
        n_units=n_units,
        n_fields=prefill.typed_fields(fields, on_record=False),
        n_on_record=n_on_record,
        n_left=prefill.typed_fields(fields, on_record=True),
    )


def _forms(codes: set[str]) -> dict[str, tuple[Field, ...]]:
    """The fields of the newest version of each form."""
    lists = FieldList.objects.filter(code__in=codes).order_by("version")
    return {each.code: read_fields(each.fields) for each in lists}


def _on_record(
    units: OrgUnitQuerySet, rounds: Sequence[Round], forms: dict[str, tuple[Field, ...]]
) -> list[int]:
    """Of the units of each round, how many the registry knows."""
    held = {code: prefill.units_on_record(fields) or Q(pk__in=()) for code, fields in forms.items()}
    asked = {
        f"n{n}": Count("pk", filter=condition(each.target) & held[each.form]) for n, each in enumerate(rounds)
    }
    counted = units.aggregate(**asked)
    return [int(counted[name]) for name in asked]
