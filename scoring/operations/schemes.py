"""Schemes come in from files and are approved item by item; an edition that sheets use is never overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.kernel.shapes import Problem
from orgs.operations import ledger
from scoring.choices import SchemeState
from scoring.exceptions import NoSuchScheme, SchemeInvalid
from scoring.models import Criterion, Item, Scheme, Section
from scoring.scheme_files import CriterionFile, SchemeFile, SectionFile, parse

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from orgs.models import OrgUnit, User

SHIPPED = Path(settings.BASE_DIR) / "fixtures" / "schemes"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a file did: code, edition, and created | replaced | unchanged."""

    code: str
    version: int
    outcome: str
    n_criteria: int
    pk: int | None = None


def load_scheme(
    path: Path | str, *, unit: OrgUnit | None = None, by: User | None = None, dry_run: bool = False
) -> Loaded:
    """Load a scheme file; the same content changes nothing, other content of a used edition makes the next one.

    Raises SchemeInvalid with line and key of each problem and what to do about it.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SchemeInvalid(_("文件打不开，请检查路径，并确认是 UTF-8 编码。")) from error
    return store(parse(text), source=text, unit=unit, by=by, dry_run=dry_run)


def load_shipped() -> list[Loaded]:
    """Load every scheme that comes with the product; part of the reference data."""
    return [load_scheme(path) for path in sorted(SHIPPED.glob("*.yaml"))]


@transaction.atomic
def store(
    file: SchemeFile,
    *,
    source: str = "",
    unit: OrgUnit | None = None,
    by: User | None = None,
    dry_run: bool = False,
) -> Loaded:
    """Keep a checked scheme as a new edition, or in place of one that no sheet uses and nobody has approved yet.

    `unit` is whose scheme it is; an edition without one came with the product, and is never replaced by a unit's. `by` None is the operator. Raises
    NotAllowed, and SchemeInvalid for a code that is another unit's.
    """
    if by is not None and (unit is None or not _may_write(by, unit)):
        raise NotAllowed
    digest = file.digest()
    editions = list(
        Scheme.objects.select_for_update(of=("self",)).filter(code=file.code).order_by("-version")
    )
    owner = _owner(editions, unit)
    latest = next((each for each in editions if each.unit == owner), None)
    if latest is not None and latest.content_hash == digest:
        if source and not latest.source and not dry_run:
            Scheme.objects.filter(pk=latest.pk).update(source=source)
        return Loaded(file.code, latest.version, "unchanged", len(file.criteria), latest.pk)
    is_replaced = latest is not None and Scheme.objects.replaceable().filter(pk=latest.pk).exists()
    newest = editions[0].version if editions else 0
    version = latest.version if latest is not None and is_replaced else newest + 1
    outcome = "replaced" if is_replaced else "created"
    if dry_run:
        return Loaded(file.code, version, outcome, len(file.criteria))
    if latest is not None and is_replaced:
        latest.delete()
    try:
        with transaction.atomic():
            scheme = _create(file, version, digest, source=source, unit=owner)
    except IntegrityError as error:  # the first edition of a code has no row that could be locked
        raise SchemeInvalid(_("其他人刚刚保存了同一代码的方案，请再保存一次。")) from error
    ledger.record("scheme.loaded", scheme, by=by, unit=owner, version=version)
    return Loaded(file.code, version, outcome, len(file.criteria), scheme.pk)


def _may_write(by: User, unit: OrgUnit) -> bool:
    own = by.units_in_charge().allowing(permissions.RUN_ASSESSMENT).own_unit_ids()
    return unit.pk in own or permissions.may(by, permissions.MANAGE_SCHEMES, unit)


def _owner(editions: list[Scheme], unit: OrgUnit | None) -> OrgUnit | None:
    """Whose line of editions is written on: a unit never replaces what came with the product, nor the product a unit's.

    Without `unit` it is the product's, where the code isn't a unit's alone. Raises SchemeInvalid for another unit's code.
    """
    owners = {each.unit for each in editions}
    if unit is not None and owners - {unit, None}:
        raise SchemeInvalid(problems=[Problem(0, "code", _("这个代码已用于其他单位的方案，请换一个。"))])
    if unit is None and owners and None not in owners:
        return editions[0].unit
    return unit


def find_scheme(code: str, version: int | None = None) -> Scheme:
    """An edition, the newest one without `version`. Raises NoSuchScheme."""
    editions = Scheme.objects.filter(code=code).order_by("-version")
    scheme = (editions if version is None else editions.filter(version=version)).first()
    if scheme is None:
        raise NoSuchScheme
    return scheme


@transaction.atomic
def approve_scheme(scheme: Scheme, *, by: User) -> Scheme:
    """核定: the provincial committee confirms an edition with all its items, the reconstructed ones too (SUP-A).

    From then on sheets of this edition can be finalised. Where a criterion comes from stays on record: confirmed, a
    proposed criterion is still not in the source. The next edition is a draft again. Raises NotAllowed.
    """
    scheme = _for_approval(scheme.pk, by)
    if _open_items(scheme).exists():
        _open_items(scheme).update(state=SchemeState.APPROVED, approved_at=clock.now(), approved_by=by)
    return _follow_items(scheme, by)


@transaction.atomic
def approve_item(item: Item, *, by: User) -> Scheme:
    """核定 of one item; with the last one the edition is approved. A second time changes nothing. Raises NotAllowed."""
    scheme = _for_approval(item.section.scheme_id, by)
    approved = {"state": SchemeState.APPROVED, "approved_at": clock.now(), "approved_by": by}
    if _open_items(scheme).filter(pk=item.pk).update(**approved):
        at = f"{item.section.position}.{item.position}"
        ledger.record(
            "scheme.item_approved", scheme, by=by, unit=scheme.unit, version=scheme.version, item=at
        )
    return _follow_items(scheme, by)


def _for_approval(pk: int, by: User) -> Scheme:
    scheme = Scheme.objects.select_for_update(of=("self",)).manageable_by(by).filter(pk=pk).first()
    if scheme is None:
        raise NotAllowed
    return scheme


def _open_items(scheme: Scheme) -> QuerySet[Item]:
    return Item.objects.filter(section__scheme=scheme, state=SchemeState.DRAFT)


def _follow_items(scheme: Scheme, by: User) -> Scheme:
    """The edition is approved when its last item is."""
    if not scheme.is_approved and not _open_items(scheme).exists():
        scheme.state = SchemeState.APPROVED
        scheme.save(update_fields=["state"])
        ledger.record("scheme.approved", scheme, by=by, unit=scheme.unit, version=scheme.version)
    return scheme


def _create(file: SchemeFile, version: int, digest: str, *, source: str, unit: OrgUnit | None) -> Scheme:
    scheme = Scheme.objects.create(
        code=file.code,
        version=version,
        title=file.title,
        target_kinds=list(file.target_kinds),
        bands=[list(row) for row in file.grades],
        settings=file.settings,
        clause=file.clause,
        content_hash=digest,
        full_points=file.full_points,
        source=source,
        unit=unit,
        loaded_at=clock.now(),
    )
    for position, section in enumerate(file.sections, 1):
        _create_section(scheme, position, section)
    return scheme


def _create_section(scheme: Scheme, position: int, file: SectionFile) -> None:
    section = Section.objects.create(
        scheme=scheme,
        position=position,
        title=file.title,
        max_points=file.points,
        min_points=file.min_points,
        weight=file.weight,
    )
    for i, row in enumerate(file.items, 1):
        item = Item.objects.create(
            section=section,
            position=i,
            content=row.content,
            standard=row.standard,
            max_points=row.points,
            min_points=row.min_points,
            weight=row.weight,
            provenance=row.provenance,
        )
        Criterion.objects.bulk_create(criterion_of(each, item, c) for c, each in enumerate(row.criteria, 1))


def criterion_of(file: CriterionFile, item: Item, position: int) -> Criterion:
    """A criterion as it would be kept; not saved."""
    return Criterion(
        item=item,
        position=position,
        code=file.code,
        label=file.label,
        max_points=file.points,
        min_points=file.min_points,
        weight=file.weight,
        rule=file.rule,
        metric=file.metric,
        params=file.params,
        provenance=file.provenance,
        clause=file.clause,
    )
