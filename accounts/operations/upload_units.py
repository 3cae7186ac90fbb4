"""Which unit an uploaded row belongs to: by code, by path, by name; only units the round expects of the uploader's subtree."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Expected, Submission
from orgs.models import OrgUnit
from orgs.permissions import FILL
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from accounts.models import CollectionRound
    from orgs.models import User
    from orgs.querysets.tree import OrgUnitQuerySet

_SEPARATOR = re.compile("[/／›>]")
_PARENTHESES = (str.maketrans("()", "（）"), str.maketrans("（）", "()"))
CHUNK = 500  # names of one statement: SQLite takes a limited number of variables
MOST_CANDIDATES = 5
ENDING = 3  # so many names at the end of a path find a unit; the rest is compared
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FoundUnit:
    """A unit of the uploader's subtree."""

    pk: int
    code: str
    name: str
    parent_id: int | None
    is_open: bool


Found = tuple[FoundUnit | None, str]


class UnitFinder:
    """Looks the units of a whole file up at once. A unit outside the scope and one that doesn't exist read the same."""

    verb: ClassVar[str] = FILL  # what the uploader must be allowed to do in the units
    closed_words = gettext_lazy("已撤销，不再填报，请删去这一行或改为现在的团组织")

    def __init__(self, round: CollectionRound | None, *, by: User, below: OrgUnit | None = None) -> None:
        self._round = round
        self._in_charge = by.units_in_charge().allowing(self.verb)
        self._below = below
        self._tops = {below.pk} if below else set(self._in_charge.own_unit_ids())
        self.units: dict[int, FoundUnit] = {}
        self._by_code: dict[str, FoundUnit] = {}
        self._by_ending: dict[tuple[str, ...], list[FoundUnit]] = defaultdict(list)
        self._folded_paths: dict[int, tuple[str, ...]] = {}
        self._superiors: dict[int, tuple[str, int | None]] = {}  # unit -> its name, and the unit above
        self._expected: set[int] = set()
        self._status: dict[int, tuple[str, int]] = {}

    def find(self, claims: Sequence[Mapping[str, str]]) -> list[Found]:
        """For each row its unit, or why there is none. Three statements per 500 units, and one for each level of the tree."""
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

    def ends_like(self, unit: FoundUnit, path: str) -> bool:
        """Whether the path or name a row gives beside the code is that of the unit; nothing given contradicts nothing.

        For finders that load the superiors for codes too.
        """
        end = _folded_all(_names(path))
        return not end or _folded_all(self._path(unit.pk))[-len(end) :] == end

    @staticmethod
    def said(claim: Mapping[str, str]) -> str:
        """The unit as the file names it."""
        return claim.get("unit_path") or claim.get("unit_name") or claim.get("unit_code") or ""

    @staticmethod
    def _key(claim: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(claim.items()))

    def _load(self, claims: Iterable[Mapping[str, str]]) -> None:
        codes: set[str] = set()
        names: set[str] = set()
        for claim in claims:
            if claim.get("unit_code"):
                codes.add(claim["unit_code"])
            else:
                ends = (_names(claim.get(key, ""))[-1:] for key in ("unit_path", "unit_name"))
                names.update(spelling for end in ends for name in end for spelling in _spellings(name))
        for column, wanted in (("code", codes), ("name", names)):
            for some in _chunks(sorted(wanted)):
                self._keep(self._in_scope().filter(**{f"{column}__in": some}))
        if names:
            self._load_superiors()
            self._index()
        self._load_forms()

    def _load_forms(self) -> None:
        for some_ids in _chunks(list(self.units)):
            facts = {"round": self._round, "unit_id__in": some_ids}
            self._expected.update(Expected.objects.due().filter(**facts).values_list("unit_id", flat=True))
            known = Submission.objects.filter(**facts).values_list("unit_id", "status", "version")
            self._status.update({unit_id: (status, version) for unit_id, status, version in known})

    def _in_scope(self) -> OrgUnitQuerySet:
        units: OrgUnitQuerySet = OrgUnit.objects.within(self._in_charge)
        return units if self._below is None else units.within(UnitsInCharge.below(self._below))

    def _keep(self, units: OrgUnitQuerySet) -> None:
        for row in units.order_by("pk").values_list("pk", "code", "name", "parent_id", "is_open"):
            unit = FoundUnit(*row)
            if unit.pk not in self.units:
                self.units[unit.pk] = self._by_code[unit.code] = unit
                self._superiors[unit.pk] = (unit.name, unit.parent_id)

    def _load_superiors(self) -> None:
        """Names of all superiors, level by level: a row may give them, and candidates are told apart by them."""
        wanted = {unit.parent_id for unit in self.units.values()}
        while wanted := {pk for pk in wanted if pk is not None and pk not in self._superiors}:
            above: set[int | None] = set()
            for some in _chunks(sorted(pk for pk in wanted if pk is not None)):
                for pk, name, parent_id in OrgUnit.objects.filter(pk__in=some).values_list(
                    "pk", "name", "parent_id"
                ):
                    self._superiors[pk] = (name, parent_id)
                    above.add(parent_id)
            wanted = above

    def _index(self) -> None:
        for unit in self.units.values():
            path = _folded_all(self._path(unit.pk))
            self._folded_paths[unit.pk] = path
            for length in range(1, min(ENDING, len(path)) + 1):
                self._by_ending[path[-length:]].append(unit)

    def _answer(self, claim: Mapping[str, str]) -> Found:
        if not self.said(claim):
            return None, _("没有写，请填写组织路径，或在表上方填写“填报单位”")
        candidates = self._candidates(claim)
        in_operation = [unit for unit in candidates if unit.is_open]
        if candidates and not in_operation:
            return None, str(self.closed_words)
        if not in_operation:
            return None, _("没有找到这个团组织，请核对名称是否与系统中一致")
        if len(in_operation) > 1:
            paths = "；".join(
                "/".join(self._path_from_the_uploader(unit.pk)) for unit in in_operation[:MOST_CANDIDATES]
            )
            more = _("等") if len(in_operation) > MOST_CANDIDATES else ""
            return None, _("有多个同名的团组织，请改填组织路径：%(paths)s%(more)s") % {
                "paths": paths,
                "more": more,
            }
        refusal = self._refusal(in_operation[0])
        return (None, refusal) if refusal else (in_operation[0], "")

    def _refusal(self, unit: FoundUnit) -> str:
        """Why the one unit that was found can't be meant; "" if it can."""
        return "" if unit.pk in self._expected else _("不在本次填报范围内，请核对填报任务")

    def _candidates(self, claim: Mapping[str, str]) -> list[FoundUnit]:
        code = claim.get("unit_code", "")
        if code:
            return [self._by_code[code]] if code in self._by_code else []
        path, name = _names(claim.get("unit_path", "")), _names(claim.get("unit_name", ""))
        if path and name and _folded(path[-1]) != _folded(name[-1]):
            path = [*path, *name]  # the path may end with the superior; a wrong one then finds nothing
        found = self._at_the_end_of(path or name)
        if parent := _folded_all(_names(claim.get("unit_parent", ""))):
            found = [unit for unit in found if self._folded_paths[unit.pk][:-1][-len(parent) :] == parent]
        return found

    def _at_the_end_of(self, names: Sequence[str]) -> list[FoundUnit]:
        """Units whose path ends so; one whose path from the province or the uploader's unit is exactly that goes first."""
        end = _folded_all(names)
        if not end:
            return []
        near = self._by_ending.get(end[-ENDING:], [])
        found = [unit for unit in near if self._folded_paths[unit.pk][-len(end) :] == end]
        if len([unit for unit in found if unit.is_open]) > 1:
            found = [unit for unit in found if len(end) in self._full_lengths(unit.pk)] or found
        return found

    def _path_from_the_uploader(self, pk: int) -> list[str]:
        line = self._line(pk)
        start = next((at for at, (_name, each) in enumerate(line) if each in self._tops), 0)
        return [name for name, _each in line[start:]]

    def _path(self, pk: int) -> list[str]:
        return [name for name, _pk in self._line(pk)]

    def _full_lengths(self, pk: int) -> set[int]:
        """How many names the unit's path has from the province, from the uploader's unit, and from just below it."""
        line = [each for _name, each in self._line(pk)]
        starts = [0, *(at for at, each in enumerate(line) if each in self._tops)]
        return {len(line) - at for at in starts}

    def _line(self, pk: int) -> list[tuple[str, int]]:
        """Names and ids from the province down to the unit."""
        line: list[tuple[str, int]] = []
        above: int | None = pk
        while above in self._superiors:
            name, parent_id = self._superiors[above]
            line.append((name, above))
            above = parent_id
        return line[::-1]


def _names(text: str) -> list[str]:
    """The path from the top down, as far as the file gives it."""
    return [name for each in _SEPARATOR.split(text) if (name := each.strip())]


def _spellings(name: str) -> Iterator[str]:
    """How the registry may write the name: parentheses wide or narrow, no blanks."""
    yield name
    bare = "".join(name.split())
    for table in _PARENTHESES:
        yield bare.translate(table)


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _folded_all(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(_folded(name) for name in names)


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for at in range(0, len(values), CHUNK):
        yield values[at : at + CHUNK]
