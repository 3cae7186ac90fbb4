"""A pack against the registry: its units, platforms and forms exist, and whom it asks; before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import FieldList, Platform
from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel.shapes import Findings
from orgs.models import OrgUnit
from orgs.querysets.scope import UnitsInCharge
from reporting.choices import DemandKind
from reporting.exceptions import PackInvalid, pack_problem
from reporting.models import Campaign, CampaignVersion
from reporting.packs.content import FACTS
from reporting.querysets.targets import condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from orgs.models import User
    from orgs.querysets.tree import OrgUnitQuerySet
    from reporting.models import Requirement
    from reporting.packs import Demand, Pack, Round

# How many answers a requirement types into the portal; what the registry knows, nobody types again.
_FIELDS = {DemandKind.DOCUMENT: 1, DemandKind.PLAN: 1}


@dataclass(frozen=True, slots=True)
class Asked:
    """One requirement or round: how many units it asks, and how many fields each fills in for it."""

    code: str
    title: str
    kind: str
    is_hard: bool
    deadline_at: datetime | None
    n_units: int
    n_fields: int

    @property
    def n_answers(self) -> int:
        return self.n_units * self.n_fields


@dataclass(frozen=True, slots=True)
class Preview:
    """What loading a pack would do (`outcome` as in Loaded), and the burden it lays on the units."""

    outcome: str
    version: int
    asked: list[Asked]
    added: list[str]
    changed: list[str]
    removed: list[str]

    @property
    def n_answers(self) -> int:
        return sum(each.n_answers for each in self.asked)


def unit_of(pack: Pack, unit: OrgUnit | None, by: User | None) -> OrgUnit:
    """The unit that runs the campaign. Raises PackInvalid where none is named or it isn't there for the person."""
    if unit is None:
        mine = OrgUnit.objects.all() if by is None else OrgUnit.objects.visible_to(by)
        named = Q(code=pack.unit) if pack.unit else Q(campaigns__code=pack.code)
        unit = mine.in_operation().filter(named).first()
    if unit is None and pack.unit:
        raise pack_problem(pack, "unit", _("没有代码为 %s 的团组织，请更正。") % pack.unit)
    if unit is None:
        raise pack_problem(pack, "unit", _("请写明部署单位的代码，或用 --unit 指定。"))
    if by is not None and not permissions.may(by, permissions.RUN_CAMPAIGN, unit):
        raise NotAllowed
    return unit


def check(pack: Pack, unit: OrgUnit, by: User | None) -> None:
    """Raises PackInvalid for codes that the registry lacks, and for units outside the person's lines (SUP-1.0)."""
    findings = Findings(pack.document)
    _check_units(pack, unit, findings)
    known = {
        "platforms": set(Platform.objects.values_list("code", flat=True)),
        "form": set(FieldList.objects.values_list("code", flat=True)),
    }
    for demand in pack.demands:
        _check_rule(demand, known, findings)
    for each in pack.rounds:
        if each.form not in known["form"]:
            findings.add(f"{each.at}.form", _("没有代码为 %s 的收集表，请更正。") % each.form)
    if by is not None and not findings.problems:
        _check_lines(pack, unit, by, findings)
    if findings.problems:
        raise PackInvalid(findings.problems)


def preview(pack: Pack, *, unit: OrgUnit | None = None, by: User | None = None) -> Preview:
    """What loading would do and how many units and fields it asks; writes nothing. Raises as `load_pack` does."""
    unit = unit_of(pack, unit, by)
    check(pack, unit, by)
    latest = (
        CampaignVersion.objects.filter(campaign__code=pack.code, campaign__unit=unit)
        .order_by("-number")
        .first()
    )
    if latest is None and Campaign.objects.filter(code=pack.code).exists():
        raise pack_problem(pack, "code", _("这个代码已用于另一项工作部署，请换一个。"))
    before = {
        each.code: _content(each, each.phase.code if each.phase else "") for each in _requirements(latest)
    }
    after = {each.code: _content(each, each.phase) for each in pack.demands}
    is_same = latest is not None and latest.content_hash == pack.digest()
    number = latest.number if latest else 0
    return Preview(
        outcome="unchanged" if is_same else "updated" if latest else "created",
        version=number if is_same else number + 1,
        asked=list(_asked(pack, unit)),
        added=[code for code in after if code not in before],
        changed=[code for code in after if code in before and after[code] != before[code]],
        removed=[code for code in before if code not in after],
    )


def _requirements(version: CampaignVersion | None) -> Iterable[Requirement]:
    return version.requirements.select_related("phase") if version else ()


def _content(row: Requirement | Demand, phase: str) -> list[object]:
    return [phase, *(getattr(row, name) for name in FACTS)]


def _asked(pack: Pack, unit: OrgUnit) -> Iterator[Asked]:
    """Units × fields of each requirement and round; all counts in one statement."""
    below = OrgUnit.objects.within(UnitsInCharge.below(unit)).in_operation()
    rows: list[Demand | Round] = [*pack.demands, *pack.rounds]
    counts = _counts(below, rows)
    fields: dict[str, int] = {}
    for form in FieldList.objects.filter(code__in={each.form for each in pack.rounds}).order_by("version"):
        fields[form.code] = len(form.fields)
    for n, demand in enumerate(pack.demands):
        n_units = 1 if demand.kind == DemandKind.TOTAL else counts[n]
        n_fields = _FIELDS.get(DemandKind(demand.kind), 0)
        yield Asked(
            demand.code, demand.title, demand.kind, demand.is_hard, demand.deadline_at, n_units, n_fields
        )
    for n, each in enumerate(pack.rounds, len(pack.demands)):
        yield Asked(each.form, each.title, "round", True, each.deadline_at, counts[n], fields[each.form])


def _counts(units: OrgUnitQuerySet, rows: list[Demand | Round]) -> list[int]:
    counted = units.aggregate(
        **{f"n{n}": Count("pk", filter=condition(row.target)) for n, row in enumerate(rows)}
    )
    return [int(counted[f"n{n}"]) for n in range(len(rows))]


def _check_units(pack: Pack, unit: OrgUnit, findings: Findings) -> None:
    """Every unit a target names stands in the subtree of the unit that runs the campaign."""
    rows: list[Demand | Round] = [*pack.demands, *pack.rounds]
    named = [(f"{row.at}.target", row.target) for row in rows]
    codes = {code for _at, target in named for _key, code in _codes(target)}
    below = OrgUnit.objects.within(UnitsInCharge.below(unit))
    known = set(below.filter(code__in=codes).values_list("code", flat=True)) if codes else set()
    for at, target in named:
        for key, code in _codes(target):
            if code not in known:
                text = _("部署单位的范围内没有代码为 %s 的团组织，请更正。") % code
                findings.add(f"{at}.{key}", text)


def _codes(target: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("units", "not_units"):
        for n, code in enumerate(target.get(key, ()), 1):
            yield f"{key}[{n}]", code
    if "under" in target:
        yield "under", target["under"]


def _check_rule(demand: Demand, known: dict[str, set[str]], findings: Findings) -> None:
    rule: dict[str, Any] = demand.rule
    for n, platform in enumerate(rule.get("platforms", ()), 1):
        if platform not in known["platforms"]:
            text = _("没有代码为 %(code)s 的平台，请改为：%(known)s。")
            words = {"code": platform, "known": "、".join(sorted(known["platforms"]))}
            findings.add(f"{demand.at}.rule.platforms[{n}]", text % words)
    if "form" in rule and rule["form"] not in known["form"]:
        findings.add(f"{demand.at}.rule.form", _("没有代码为 %s 的收集表，请更正。") % rule["form"])


def _check_lines(pack: Pack, unit: OrgUnit, by: User, findings: Findings) -> None:
    below = OrgUnit.objects.within(UnitsInCharge.below(unit)).in_operation()
    rows: list[Demand | Round] = [*pack.demands, *pack.rounds]
    mine = below.actionable_by(by, permissions.RUN_CAMPAIGN)
    for row, n_asked, n_mine in zip(rows, _counts(below, rows), _counts(mine, rows), strict=True):
        if n_asked > n_mine:
            text = _("所要求的团组织有的不在您的工作范围内，请用 lines 或 kinds 限定。")
            findings.add(f"{row.at}.target", text)
