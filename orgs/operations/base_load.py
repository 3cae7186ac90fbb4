"""Many bases at once: the first ledger of an installation, a demo, and the import of a file. One at a time: bases.py."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from orgs.choices import Measure
from orgs.excel import bases as base_table
from orgs.exceptions import Conflict, InvalidUnit, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit, UnitBase, UnitBaseVersion
from orgs.operations import ledger
from orgs.operations.bases import ASSESSED_BY, refuse_faulty
from orgs.permissions import EDIT_UNITS
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from orgs.excel.bases import BaseRow, BaseTable
    from orgs.kernel.sheets import RowError
    from orgs.models import User

BATCH = 500
CODES_AT_ONCE = 2_000
FACTS = ("count", "year", "source")


@dataclass(frozen=True, slots=True)
class NewBase:
    """A count to record for a unit."""

    unit_id: int
    measure: str
    count: int
    year: int
    source: str


@dataclass(slots=True)
class BasePreview:
    """What an import would do; nothing is imported while there is an error."""

    rows_total: int = 0
    new: list[NewBase] = field(default_factory=list)
    n_changed: int = 0  # of those, figures that stand already and become others
    n_unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)

    @property
    def n_first(self) -> int:
        return len(self.new) - self.n_changed

    @property
    def n_rejected(self) -> int:
        return len({error.row for error in self.errors})


@transaction.atomic
def record_bases(bases: Iterable[NewBase], *, by: User | None) -> int:
    """Record first figures with their version rows; returns how many. A measure a unit already has is an IntegrityError."""
    now = clock.now()
    rows, versions = [], []
    for base in bases:
        facts = {"count": base.count, "year": base.year, "source": base.source}
        key = {"unit_id": base.unit_id, "measure": base.measure}
        rows.append(UnitBase(**key, **facts, recorded_by=by, recorded_at=now))
        versions.append(UnitBaseVersion(**key, **facts, valid_from=now))
    UnitBase.objects.bulk_create(rows, batch_size=BATCH)
    UnitBaseVersion.objects.bulk_create(versions, batch_size=BATCH)
    ledger.record_many("base.recorded", rows, by=by)
    return len(rows)


def preview_import(data: Path | bytes, filename: str, *, unit: OrgUnit, by: User) -> BasePreview:
    """Everything the file says about this unit and those below, checked; nothing is written. All errors at once.

    Raises FileRejected or UnusableFile for the whole file.
    """
    table = base_table.read(data, filename)
    found = BasePreview(rows_total=table.rows_total)
    codes = {row.code for row in table.rows} | {code for _number, code in table.faulty}
    units = _units_by_code(codes, unit, by)
    for number, code in table.faulty:
        if code not in units:
            table.error(number, "code", code, _no_such_code())
    accepted = _accepted(table, units, _Rights(by))
    known = _known([(units[row.code].pk, row.measure) for row in accepted])
    for row in accepted:
        base = NewBase(units[row.code].pk, row.measure, row.count, row.year, row.source)
        before = known.get((base.unit_id, base.measure))
        if before and all(getattr(before, name) == getattr(base, name) for name in FACTS):
            found.n_unchanged += 1
            continue
        found.n_changed += before is not None
        found.new.append(base)
    found.errors = sorted(table.errors, key=lambda error: error.row)
    return found


@transaction.atomic
def import_bases(bases: Sequence[NewBase], *, unit: OrgUnit, by: User) -> int:
    """Record or correct them all, or none; what stands so already is passed over. Returns how many were written.

    Raises NotAllowed, InvalidUnit, Conflict where a unit has left the person's scope since the preview.
    """
    ids = {base.unit_id for base in bases}
    found = OrgUnit.objects.within(UnitsInCharge.below(unit)).actionable_by(by, EDIT_UNITS).in_operation()
    units = found.filter(pk__in=ids).select_related("parent").in_bulk()
    if units.keys() != ids:
        raise Conflict(_("检查以后组织架构有变动，请重新上传文件。"))
    rights = _Rights(by)
    for base in bases:
        refuse_faulty(base.measure, base.count, base.year, base.source)
        if not rights.allows(units[base.unit_id], base.measure):
            raise NotAllowed
    # The lock of each figure is that of its unit, in order of id.
    list(OrgUnit.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk"))
    known = _known([(base.unit_id, base.measure) for base in bases])
    changed = [base for base in bases if not _stands(known.get((base.unit_id, base.measure)), base)]
    rows = _write(changed, known, by=by, at=clock.now())
    _record(rows, by=by)
    ledger.record("bases.imported", unit, by=by, unit=unit, n_bases=len(rows))
    return len(rows)


def _record(rows: Sequence[UnitBase], *, by: User | None) -> None:
    """What `record_base` writes of one figure: who recorded which measure is told by the measure in the ledger's line."""
    details: dict[int, dict[str, object]] = {
        row.pk: {"measure": row.measure, "count": row.count, "year": row.year} for row in rows
    }
    ledger.record_many("base.recorded", rows, by=by, details=details)


class _Rights:
    """What a unit is assessed by is recorded from above (SECURITY, bases.py); asked once for thousands of rows."""

    def __init__(self, by: User) -> None:
        self._in_charge = by.units_in_charge().allowing(EDIT_UNITS)

    def allows(self, unit: OrgUnit, measure: str) -> bool:
        if measure not in ASSESSED_BY or unit.parent is None:
            return self._in_charge.covers(unit)
        return self._in_charge.covers(unit.parent)


def _units_by_code(codes: set[str], unit: OrgUnit, by: User) -> dict[str, OrgUnit]:
    in_scope = OrgUnit.objects.within(UnitsInCharge.below(unit)).actionable_by(by, EDIT_UNITS)
    wanted = sorted(codes)
    found: dict[str, OrgUnit] = {}
    for start in range(0, len(wanted), CODES_AT_ONCE):
        some = in_scope.filter(code__in=wanted[start : start + CODES_AT_ONCE]).select_related("parent")
        found |= {each.code: each for each in some}
    return found


def _accepted(table: BaseTable, units: dict[str, OrgUnit], rights: _Rights) -> list[BaseRow]:
    """The rows that can be imported; the faults of the others are noted."""
    accepted: dict[tuple[str, str], BaseRow] = {}
    for row in table.rows:
        fault = _fault(row, units.get(row.code), rights)
        twice = accepted.get((row.code, row.measure))
        if fault is None and twice is not None:
            fault = ("code", row.code, _("与第 %(n)s 行重复，请只留一行。") % {"n": twice.number})
        if fault is not None:
            table.error(row.number, *fault)
            continue
        accepted[row.code, row.measure] = row
    return list(accepted.values())


def _fault(row: BaseRow, unit: OrgUnit | None, rights: _Rights) -> tuple[str, str, str] | None:
    """(column, value, what is wrong and what to do), or None."""
    if unit is None:
        return "code", row.code, _no_such_code()
    if not unit.is_open:
        return "code", row.code, _("这个团组织已撤销，请删去这一行。")
    if row.name and row.name not in {unit.name, unit.short_name}:
        return "name", row.name, _("与代码对应的“%(name)s”不一致，请核对代码。") % {"name": unit.name}
    if not rights.allows(unit, row.measure):
        label = Measure(row.measure).label
        return "measure", str(label), _("考评用的底数由上级登记，请删去这一行。")
    try:
        refuse_faulty(row.measure, row.count, row.year, row.source)
    except InvalidUnit as error:
        column = "year" if not _year_fits(row.year) else "count"
        return column, str(getattr(row, column)), error.message
    return None


def _no_such_code() -> str:
    """SECURITY: a foreign code reads as one that does not exist."""
    return _("本级和下级没有这个代码，请核对代码。")


def _year_fits(year: int) -> bool:
    """Whether a base may be of that year; asked only to name the right column."""
    try:
        refuse_faulty(Measure.MEMBERS, 0, year, "-")
    except InvalidUnit:
        return False
    return True


def _known(keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], UnitBase]:
    by_measure: dict[str, list[int]] = defaultdict(list)
    for unit_id, measure in keys:
        by_measure[measure].append(unit_id)
    return {
        (base.unit_id, measure): base
        for measure, ids in by_measure.items()
        for base in UnitBase.objects.of_measure(measure).filter(unit_id__in=ids)
    }


def _stands(known: UnitBase | None, base: NewBase) -> bool:
    return known is not None and all(getattr(known, name) == getattr(base, name) for name in FACTS)


def _write(
    bases: Sequence[NewBase], known: dict[tuple[int, str], UnitBase], *, by: User, at: datetime
) -> list[UnitBase]:
    new, amended = [], []
    for base in bases:
        row = known.get((base.unit_id, base.measure))
        facts = {name: getattr(base, name) for name in FACTS} | {"recorded_by": by, "recorded_at": at}
        if row is None:
            new.append(UnitBase(unit_id=base.unit_id, measure=base.measure, **facts))
            continue
        for name, value in facts.items():
            setattr(row, name, value)
        amended.append(row)
    UnitBase.objects.bulk_create(new, batch_size=BATCH)
    UnitBase.objects.bulk_update(amended, [*FACTS, "recorded_by", "recorded_at"], batch_size=BATCH)
    _write_versions(bases, at)
    keys = {(base.unit_id, base.measure) for base in bases}
    return [row for row in _known(list(keys)).values() if (row.unit_id, row.measure) in keys]


def _write_versions(bases: Sequence[NewBase], at: datetime) -> None:
    """kernel.versions writes many keys of one field; these have two, so each measure is one run of it."""
    by_measure: dict[str, list[NewBase]] = defaultdict(list)
    for base in bases:
        by_measure[base.measure].append(base)
    for measure, some in by_measure.items():
        current = UnitBaseVersion.objects.current().filter(
            measure=measure, unit_id__in=[base.unit_id for base in some]
        )
        last = current.aggregate(last=Max("valid_from"))["last"]
        if last is not None and last > at:
            raise Conflict
        current.filter(valid_from=at).delete()
        current.update(valid_to=at)
        facts = ({name: getattr(base, name) for name in ("unit_id", *FACTS)} for base in some)
        UnitBaseVersion.objects.bulk_create(
            [UnitBaseVersion(measure=measure, valid_from=at, **each) for each in facts], batch_size=BATCH
        )
