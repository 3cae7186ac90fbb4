"""A pack against the registry: its units, platforms and forms exist, and whom it asks; before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import FieldList, Platform
from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel.shapes import Findings
from orgs.models import OrgUnit
from orgs.querysets.scope import UnitsInCharge
from reporting.exceptions import PackInvalid, pack_problem
from reporting.models import Campaign, CampaignVersion
from reporting.operations import pack_burden, pack_rules
from reporting.packs.content import FACTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orgs.models import User
    from reporting.models import Requirement
    from reporting.operations.pack_burden import Asked
    from reporting.packs import Demand, Pack, Round


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
    """Raises PackInvalid for codes that the registry lacks, for units outside the person's lines (SUP-1.0), and for rules
    that the database can't judge.
    """
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
    if not findings.problems:
        pack_rules.check(pack, unit, findings)
    if findings.problems:
        raise PackInvalid(findings.problems)


def ensure_own_lines(campaign: Campaign, by: User) -> None:
    """A department launches, changes and ends what asks units of its lines only (SUP-1.0). Raises NotAllowed."""
    newest = campaign.versions.order_by("-number").first()
    rows = list(newest.requirements.all()) if newest else []
    below = OrgUnit.objects.within(UnitsInCharge.below(campaign.unit)).in_operation()
    mine = below.actionable_by(by, permissions.RUN_CAMPAIGN)
    if rows and pack_burden.counts(below, rows) != pack_burden.counts(mine, rows):
        raise NotAllowed(_("所要求的团组织有的不在您的工作范围内，请由部署单位办理。"))


def preview(pack: Pack, *, unit: OrgUnit | None = None, by: User | None = None) -> Preview:
    """What loading would do and how many units and fields it asks; writes nothing. Raises as `load_pack` does."""
    unit = unit_of(pack, unit, by)
    check(pack, unit, by)
    latest = (
        CampaignVersion.objects.filter(campaign__code=pack.code, campaign__unit=unit)
        .select_related("campaign__unit")
        .order_by("-number")
        .first()
    )
    if latest is None and Campaign.objects.filter(code=pack.code).exists():
        raise pack_problem(pack, "code", _("这个代码已用于另一项工作部署，请换一个。"))
    if latest is not None and by is not None:
        ensure_own_lines(latest.campaign, by)
    before = {
        each.code: _content(each, each.phase.code if each.phase else "") for each in _requirements(latest)
    }
    after = {each.code: _content(each, each.phase) for each in pack.demands}
    is_same = latest is not None and latest.content_hash == pack.digest()
    number = latest.number if latest else 0
    return Preview(
        outcome="unchanged" if is_same else "updated" if latest else "created",
        version=number if is_same else number + 1,
        asked=pack_burden.read(pack, unit),
        added=[code for code in after if code not in before],
        changed=[code for code in after if code in before and after[code] != before[code]],
        removed=[code for code in before if code not in after],
    )


def _requirements(version: CampaignVersion | None) -> Iterable[Requirement]:
    return version.requirements.select_related("phase") if version else ()


def _content(row: Requirement | Demand, phase: str) -> list[object]:
    return [phase, *(getattr(row, name) for name in FACTS)]


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
    for row, n_asked, n_mine in zip(
        rows, pack_burden.counts(below, rows), pack_burden.counts(mine, rows), strict=True
    ):
        if n_asked > n_mine:
            text = _("所要求的团组织有的不在您的工作范围内，请用 lines 或 kinds 限定。")
            findings.add(f"{row.at}.target", text)
