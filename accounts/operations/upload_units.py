"""Which unit an uploaded row belongs to: by code, by path, by name; only units the round expects of the uploader's subtree."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import Expected, Submission
from orgs.models import OrgUnit
from orgs.permissions import FILL
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from accounts.models import CollectionRound
    from orgs.models import User

_SEPARATOR = re.compile(r"\s*[/／›>]\s*")
CHUNK = 400  # names of one statement: SQLite takes a limited number of variables
Found = tuple["OrgUnit | None", str]


class UnitFinder:
    """Looks the units of a whole file up at once. A unit outside the scope and one that doesn't exist read the same."""

    def __init__(self, round: CollectionRound, *, by: User, below: OrgUnit | None = None) -> None:
        self._round = round
        self._in_charge = by.units_in_charge().allowing(FILL)
        self._below = below
        self.units: dict[int, OrgUnit] = {}
        self._by_code: dict[str, OrgUnit] = {}
        self._by_name: dict[str, list[OrgUnit]] = defaultdict(list)
        self._expected: set[int] = set()
        self._status: dict[int, tuple[str, int]] = {}

    def find(self, claims: Sequence[Mapping[str, str]]) -> list[Found]:
        """For each row its unit, or why there is none."""
        distinct = {self._key(claim): claim for claim in claims}
        self._load(distinct.values())
        answers = {key: self._answer(claim) for key, claim in distinct.items()}
        return [answers[self._key(claim)] for claim in claims]

    def status_of(self, unit_id: int) -> str | None:
        """The state of the unit's form in the round; None where there is no form."""
        return self._status[unit_id][0] if unit_id in self._status else None

    def version_of(self, unit_id: int) -> int:
        """The version of the unit's form in the round; 0 where there is no form."""
        return self._status[unit_id][1] if unit_id in self._status else 0

    @staticmethod
    def said(claim: Mapping[str, str]) -> str:
        """The unit as the file names it."""
        return claim.get("unit_path") or claim.get("unit_name") or claim.get("unit_code") or ""

    @staticmethod
    def _key(claim: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(claim.items()))

    def _load(self, claims: Iterable[Mapping[str, str]]) -> None:
        codes, names = set(), set()
        for claim in claims:
            codes.add(claim.get("unit_code", ""))
            names.update(_names(claim)[-1:])
        for column, wanted in (("code", sorted(codes - {""})), ("name", sorted(names - {""}))):
            for at in range(0, len(wanted), CHUNK):
                self._keep(self._in_scope().filter(**{f"{column}__in": wanted[at : at + CHUNK]}))
        ids = list(self.units)
        for at in range(0, len(ids), CHUNK):
            some = {"round": self._round, "unit_id__in": ids[at : at + CHUNK]}
            self._expected.update(Expected.objects.due().filter(**some).values_list("unit_id", flat=True))
            known = Submission.objects.filter(**some).values_list("unit_id", "status", "version")
            self._status.update({unit_id: (status, version) for unit_id, status, version in known})

    def _in_scope(self) -> Iterable[OrgUnit]:
        units = OrgUnit.objects.within(self._in_charge).in_operation()
        if self._below is not None:
            units = units.within(UnitsInCharge.below(self._below))
        return units.with_path()

    def _keep(self, units: Iterable[OrgUnit]) -> None:
        for unit in units:
            if unit.pk not in self.units:
                self.units[unit.pk] = self._by_code[unit.code] = unit
                self._by_name[unit.name].append(unit)

    def _answer(self, claim: Mapping[str, str]) -> Found:
        if not self.said(claim):
            return None, _("没有写，请填写组织全称，或在表上方填写“填报单位”")
        candidates = self._candidates(claim)
        if not candidates:
            return None, _("没有找到这个团组织，请核对名称是否与系统中一致")
        if len(candidates) > 1:
            return None, _("有多个同名的团组织，请填写组织全称（含上级）或组织代码")
        if candidates[0].pk not in self._expected:
            return None, _("不在本次填报范围内，请核对填报任务")
        return candidates[0], ""

    def _candidates(self, claim: Mapping[str, str]) -> list[OrgUnit]:
        code = claim.get("unit_code", "")
        if code:
            return [self._by_code[code]] if code in self._by_code else []
        names = _names(claim)
        found = [unit for unit in self._by_name.get(names[-1], []) if _ends_with(unit, names)]
        parent = claim.get("unit_parent", "")
        return [unit for unit in found if unit.parent and unit.parent.name == parent] if parent else found


def _names(claim: Mapping[str, str]) -> list[str]:
    """The path from the top down, as far as the file gives it."""
    return [name for name in _SEPARATOR.split(UnitFinder.said(claim)) if name]


def _ends_with(unit: OrgUnit, names: Sequence[str]) -> bool:
    path = [*unit.path_names, unit.name]
    return path[-len(names) :] == list(names)
