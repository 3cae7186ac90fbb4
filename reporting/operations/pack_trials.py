"""试算: a pack against the registry as it is today — who would meet each requirement, who would not, which names deviate."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from accounts import naming
from accounts.models import Account, Group
from orgs.kernel import clock
from orgs.kernel.shapes import Findings
from orgs.models import OrgUnit
from orgs.querysets.scope import UnitsInCharge
from reporting import judging
from reporting.choices import DemandKind
from reporting.exceptions import PackInvalid
from reporting.operations import campaign_checks, pack_rules
from reporting.querysets.targets import condition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orgs.models import User
    from orgs.querysets.tree import OrgUnitQuerySet
    from reporting.models import Requirement
    from reporting.packs import Pack

MOST_SHOWN = 30
GROUPS = "groups"


@dataclass(frozen=True, slots=True)
class Deviation:
    """A name that is not of the pattern: the account or group, and its unit."""

    pk: int
    name: str
    unit_id: int
    unit_name: str


@dataclass(frozen=True, slots=True)
class Names:
    """What a naming rule looks at: how many names, how many of them deviate, and the first of those."""

    what: str
    n_looked: int
    n_deviating: int
    first: list[Deviation]


@dataclass(frozen=True, slots=True)
class Tried:
    """One requirement today: the answers, and for a naming rule the names instead."""

    requirement: Requirement
    answered: judging.Answered
    names: Names | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What the pack would find at the moment."""

    instant: judging.Instant
    tried: list[Tried]


def try_out(
    pack: Pack,
    *,
    unit: OrgUnit | None = None,
    by: User | None = None,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Trial:
    """Judge every requirement as if the notice were out; writes nothing that stays. `told` hears how far that is.

    Raises as `campaign_checks.preview` does, and PackInvalid where a rule breaks over what the registry holds.
    """
    steps = count(1)
    total = judging.STEPS + sum(each.kind == DemandKind.NAMING for each in pack.demands)

    def step() -> None:
        told(next(steps), total)

    unit = campaign_checks.unit_of(pack, unit, by)
    campaign_checks.check(pack, unit, by)
    campaign = pack_rules.campaign_of(pack, unit)
    requirements = pack_rules.requirements_of(pack, campaign)
    instant = judging.Instant.at(clock.now())
    try:
        answers = judging.try_out(campaign, requirements, instant, MOST_SHOWN, step)
    except judging.Breaks as broken:
        findings = Findings(pack.document)
        pack_rules.tell(pack, broken, findings)
        raise PackInvalid(findings.problems) from broken
    tried = []
    for each, answered in zip(requirements, answers, strict=True):
        is_naming = each.kind == DemandKind.NAMING
        tried.append(Tried(each, answered, _names(each, unit) if is_naming else None))
        if is_naming:
            step()
    return Trial(instant, tried)


def _names(requirement: Requirement, unit: OrgUnit) -> Names:
    rule = requirement.rule
    asked = OrgUnit.objects.within(UnitsInCharge.below(unit)).in_operation()
    n_looked, n_deviating = 0, 0
    first: list[Deviation] = []
    for found in _named(rule, asked.filter(condition(requirement.target))):
        n_looked += 1
        if naming.follows(found.name, rule["pattern"], found.unit_name):
            continue
        n_deviating += 1
        if len(first) < MOST_SHOWN:
            first.append(found)
    return Names(rule["what"], n_looked, n_deviating, first)


def _named(rule: dict[str, Any], units: OrgUnitQuerySet) -> Iterator[Deviation]:
    """The very names that the judging looks at, in the order of the tree; who has none yet deviates from nothing."""
    chosen = {"unit__in": units.order_by().values("pk")} | judging.looked_at(rule)
    order = ("unit__tree_id", "unit__lft", "pk")
    if rule["what"] == GROUPS:
        groups = Group.objects.filter(**chosen).order_by(*order)
        return map(_deviation, groups.values_list("pk", "name", "unit_id", "unit__name").iterator())
    accounts = Account.objects.filter(**chosen).order_by(*order)
    return map(_deviation, accounts.values_list("pk", "nickname", "unit_id", "unit__name").iterator())


def _deviation(row: tuple[int, str, int, str]) -> Deviation:
    return Deviation(*row)
