"""Schemes come in from files; an edition that sheets use is never overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.operations import ledger
from scoring.choices import SchemeState
from scoring.exceptions import NoSuchScheme, SchemeInvalid
from scoring.models import Criterion, Item, Scheme, Section
from scoring.scheme_files import SchemeFile, SectionFile, parse

if TYPE_CHECKING:
    from orgs.models import User

SHIPPED = Path(settings.BASE_DIR) / "fixtures" / "schemes"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a file did: code, edition, and created | replaced | unchanged."""

    code: str
    version: int
    outcome: str
    n_criteria: int


def load_scheme(path: Path | str, *, by: User | None = None, dry_run: bool = False) -> Loaded:
    """Load a scheme file; the same content changes nothing, other content of a used edition makes the next one.

    Raises SchemeInvalid with the key of each problem and what to do about it.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SchemeInvalid(_("文件打不开，请检查路径，并确认是 UTF-8 编码。")) from error
    return store(parse(text), by=by, dry_run=dry_run)


def load_shipped() -> list[Loaded]:
    """Load every scheme that comes with the product; part of the reference data."""
    return [load_scheme(path) for path in sorted(SHIPPED.glob("*.yaml"))]


@transaction.atomic
def store(file: SchemeFile, *, by: User | None = None, dry_run: bool = False) -> Loaded:
    """Keep a checked scheme as a new edition, or in place of one that no sheet uses yet."""
    digest = file.digest()
    n_criteria = sum(len(item.criteria) for section in file.sections for item in section.items)
    latest = Scheme.objects.select_for_update().filter(code=file.code).order_by("-version").first()
    if latest is not None and latest.content_hash == digest:
        return Loaded(file.code, latest.version, "unchanged", n_criteria)
    is_unused = latest is not None and Scheme.objects.unused().filter(pk=latest.pk).exists()
    version = 1 if latest is None else latest.version + (0 if is_unused else 1)
    outcome = "replaced" if is_unused else "created"
    if not dry_run:
        if latest is not None and is_unused:
            latest.delete()
        scheme = _create(file, version, digest)
        ledger.record("scheme.loaded", scheme, by=by, version=version)
    return Loaded(file.code, version, outcome, n_criteria)


def find_scheme(code: str, version: int | None = None) -> Scheme:
    """An edition, the newest one without `version`. Raises NoSuchScheme."""
    editions = Scheme.objects.filter(code=code).order_by("-version")
    scheme = (editions if version is None else editions.filter(version=version)).first()
    if scheme is None:
        raise NoSuchScheme
    return scheme


@transaction.atomic
def approve_scheme(scheme: Scheme, *, by: User) -> Scheme:
    """核定: the provincial committee confirms an edition, its reconstructed criteria with it (SUP-A).

    From then on sheets of this edition can be finalised. Where a criterion comes from stays on record: confirmed, a
    proposed criterion is still not in the source. The next edition is a draft again. Raises NotAllowed.
    """
    if not permissions.may_anywhere(by, permissions.MANAGE_SCHEMES):
        raise NotAllowed
    if Scheme.objects.filter(pk=scheme.pk, state=SchemeState.DRAFT).update(state=SchemeState.APPROVED):
        ledger.record("scheme.approved", scheme, by=by, version=scheme.version)
    scheme.state = SchemeState.APPROVED
    return scheme


def _create(file: SchemeFile, version: int, digest: str) -> Scheme:
    scheme = Scheme.objects.create(
        code=file.code,
        version=version,
        title=file.title,
        target_kinds=list(file.target_kinds),
        bands=[list(row) for row in file.grades],
        settings=file.settings,
        clause=file.clause,
        content_hash=digest,
    )
    for position, section in enumerate(file.sections, 1):
        _create_section(scheme, position, section)
    return scheme


def _create_section(scheme: Scheme, position: int, file: SectionFile) -> None:
    section = Section.objects.create(
        scheme=scheme, position=position, title=file.title, max_points=file.points
    )
    for i, row in enumerate(file.items, 1):
        item = Item.objects.create(
            section=section,
            position=i,
            content=row.content,
            standard=row.standard,
            max_points=row.points,
            provenance=row.provenance,
        )
        Criterion.objects.bulk_create(
            Criterion(
                item=item,
                position=c,
                code=each.code,
                label=each.label,
                max_points=each.points,
                min_points=each.min_points,
                rule=each.rule,
                metric=each.metric,
                params=each.params,
                provenance=each.provenance,
                clause=each.clause,
            )
            for c, each in enumerate(row.criteria, 1)
        )
