"""What every change of a unit has in common: its checks, its version row and its search key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _

from orgs import naming
from orgs.choices import LONGEST_CODE, LONGEST_NAME, Kind
from orgs.exceptions import Conflict, InvalidUnit, MayNotContain, NotAllowed
from orgs.kernel import versions
from orgs.models import OrgUnit, UnitKind, UnitVersion
from orgs.operations import search_blocks
from orgs.permissions import EDIT_UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from orgs.excel.tree_import import UnitRow
    from orgs.models import User

ROOT_KINDS = (Kind.NATIONAL, Kind.PROVINCE)
FIELD_LABELS = {"intake_year": _("入学年级"), "short_name": _("简称"), "opened_on": _("成立日期")}
BATCH = 500


def may_stand_below(kind: UnitKind, parent_kind: UnitKind | None) -> bool:
    """Whether a unit of the kind may be a tree of its own (no parent kind) or stand below that kind (SUP-1.1, SUP-1.2)."""
    if parent_kind is None:
        return kind.pk in ROOT_KINDS
    return parent_kind.may_contain(kind.pk)


def refuse_wrong_place(kind: UnitKind, parent: OrgUnit | None) -> None:
    """Raises MayNotContain or InvalidUnit where a unit of this kind can't stand."""
    if parent is not None and not parent.is_open:
        raise InvalidUnit(_("“%(name)s”已撤销，不能再设下级。请选择在册的上级。") % {"name": parent.name})
    if not may_stand_below(kind, parent.kind if parent else None):
        where = parent.kind.name if parent else _("最上级")
        raise MayNotContain(
            _("“%(parent)s”下不能设立“%(kind)s”，请检查类型或换一个上级。")
            % {"parent": where, "kind": kind.name}
        )


def refuse_incomplete(kind: UnitKind, unit: OrgUnit | UnitRow) -> None:
    """Raises InvalidUnit for an empty or too long name or code, or a field the kind demands."""
    for field, label, longest in (("name", _("全称"), LONGEST_NAME), ("code", _("代码"), LONGEST_CODE)):
        text = (getattr(unit, field) or "").strip()
        if not text:
            raise InvalidUnit(_("请填写%(field)s。") % {"field": label})
        if len(text) > longest:
            raise InvalidUnit(_("%(field)s不能超过 %(n)s 个字，请缩短。") % {"field": label, "n": longest})
    missing = [
        FIELD_LABELS.get(field, field) for field in kind.required_fields if not getattr(unit, field, None)
    ]
    if missing:
        raise InvalidUnit(
            _("“%(kind)s”必须填写%(fields)s。") % {"kind": kind.name, "fields": "、".join(map(str, missing))}
        )


def refuse_taken_codes(codes: Sequence[str]) -> None:
    """Raises InvalidUnit for a code that another unit has, or that stands twice in the list."""
    twice = {code for code in codes if codes.count(code) > 1} if len(codes) != len(set(codes)) else set()
    taken = twice or set(OrgUnit.objects.filter(code__in=codes).values_list("code", flat=True))
    if taken:
        raise InvalidUnit(_("代码“%(code)s”已被使用，请换一个代码。") % {"code": min(taken)})


def refuse_sibling_names(
    parent_id: int | None, names: Sequence[str], *, apart_from: int | None = None
) -> None:
    """Raises InvalidUnit where an open sibling has the name, or it stands twice in the list."""
    siblings = OrgUnit.objects.in_operation().filter(parent_id=parent_id).exclude(pk=apart_from)
    taken = set(siblings.filter(name__in=names).values_list("name", flat=True))
    taken |= {name for name in names if names.count(name) > 1} if len(names) != len(set(names)) else set()
    if taken:
        raise InvalidUnit(_("同一上级下已有“%(name)s”，请写出能区分的全称。") % {"name": min(taken)})


def refuse_stranger(by: User | None, *units: OrgUnit | None) -> None:
    """Raises NotAllowed unless the person may edit every one of these units; the system itself (None) may."""
    if by is None:
        return
    # Read once: a cohort has thousands of units.
    in_charge = by.units_in_charge().allowing(EDIT_UNITS)
    if not all(unit is not None and in_charge.covers(unit) for unit in units):
        raise NotAllowed


def refuse_stranger_to_closing(by: User | None, units: Sequence[OrgUnit]) -> None:
    """Raises NotAllowed unless the superior of each unit is in the person's hands too: nobody closes the own unit."""
    if by is None:
        return
    parents = {unit.parent_id for unit in units}
    found = list(OrgUnit.objects.filter(pk__in=parents))
    refuse_stranger(by, *units, *found, *([None] if None in parents else []))


def refuse_children(unit: OrgUnit, kind: UnitKind) -> None:
    """Raises MayNotContain when the unit, become of that kind, would have children it may not have."""
    kinds = OrgUnit.objects.in_operation().filter(parent=unit).order_by().values_list("kind", flat=True)
    if not set(kinds.distinct()) <= set(kind.allowed_children):
        raise MayNotContain(
            _("“%(kind)s”下不能设立现有的下级，请先调整下级，再改类型。") % {"kind": kind.name}
        )


def refuse_closed(unit: OrgUnit) -> None:
    """Raises InvalidUnit for a unit that is no longer in operation."""
    if not unit.is_open:
        raise InvalidUnit(_("“%(name)s”已撤销，不能再调整。") % {"name": unit.name})


def refuse_stale(unit: OrgUnit, version: int | None) -> None:
    """Raises Conflict when somebody changed the unit after the person's page was shown (C3)."""
    if version is not None and unit.version != version:
        raise Conflict


def line_of(kind: UnitKind, parent: OrgUnit | None) -> str:
    """战线: that of the kind, or of the superior where the kind has none."""
    own: str = kind.line
    return own or (parent.line if parent else OrgUnit._meta.get_field("line").get_default())


def refuse_without_reason(reason: str) -> None:
    """Raises InvalidUnit for a blank reason: it stands in the ledger beside the change."""
    if not reason.strip():
        raise InvalidUnit(_("请填写原因，变更记录会保存。"))


def refresh_lines(top: OrgUnit, at: datetime) -> list[int]:
    """Units below `top` whose kind has no line of its own take that of their superior anew, with their version rows.

    Two reads and one update per line, however many units; returns the ids of those that changed.
    """
    below = OrgUnit.objects.filter(tree_id=top.tree_id, lft__gt=top.lft, rght__lt=top.rght, kind__line="")
    lines: dict[int, str] = {}
    changed: dict[str, list[int]] = {}
    facts = below.order_by("depth").values_list("pk", "parent_id", "line", "parent__line")
    for unit_id, parent_id, line, parent_line in facts:
        lines[unit_id] = lines.get(parent_id, parent_line)
        if lines[unit_id] != line:
            changed.setdefault(lines[unit_id], []).append(unit_id)
    for line, ids in changed.items():
        OrgUnit.objects.filter(pk__in=ids).update(line=line, version=F("version") + 1)
    found = [unit_id for ids in changed.values() for unit_id in ids]
    if found:
        record_placement(OrgUnit.objects.filter(pk__in=found).order_by("pk"), at)
    return found


def record_placement(units: Iterable[OrgUnit], at: datetime) -> None:
    """Write the version rows of units as they stand now."""
    versions.record_many(
        UnitVersion,
        "unit_id",
        ((unit.pk, {name: getattr(unit, name) for name in UnitVersion.FACTS}) for unit in units),
        at,
    )


def refresh_search_keys(units: Sequence[OrgUnit]) -> None:
    """Write the search keys anew: present names and code, and every name the versions remember."""
    names = UnitVersion.objects.filter(unit__in=[unit.pk for unit in units]).values_list("unit_id", "name")
    former: dict[int, dict[str, None]] = {}
    for unit_id, name in names.order_by("-valid_from"):
        former.setdefault(unit_id, {})[name] = None
    for unit in units:
        unit.search_key = naming.search_key(unit.name, unit.short_name, unit.code, former.get(unit.pk, ()))
    OrgUnit.objects.bulk_update(units, ["search_key"], batch_size=BATCH)
    search_blocks.refresh((unit.pk, unit.tree_id) for unit in units)
