"""Spot checks for the matrix: one of a group of the unit, with a photo, an objection and 核减."""

from __future__ import annotations

from datetime import timedelta

from orgs.kernel import clock
from orgs.models import OrgUnit
from reporting.models import CheckPhoto, Objection, SpotCheck, VerifiedCount
from reporting.operations import photo_files
from tests.architecture.draw_subjects import sample_of
from tests.cast import Cast

JPEG = bytes.fromhex("ffd8ffc0000b0800010001010111000000ffda0008010100003f0000ffd9")


def spot_check(unit: OrgUnit, cast: Cast) -> int:
    return _check(unit, cast).pk


def check_photo(unit: OrgUnit, cast: Cast) -> int:
    check = _check(unit, cast)
    known = CheckPhoto.objects.filter(check_made=check).first()
    facts = {"size": len(JPEG), "sha256": "0" * 64, "purpose": "核对", "delete_from": clock.today()}
    taken = {"taken_at": clock.now(), "taken_by": cast["national"]}
    return (
        known
        or CheckPhoto.objects.create(check_made=check, stored_name=photo_files.keep(JPEG), **facts, **taken)
    ).pk


def verified_count(unit: OrgUnit, cast: Cast) -> int:
    group = sample_of(unit, cast).group
    facts = {"declared": 30, "verified": 20, "reason": "清点", "verified_at": clock.now()}
    return VerifiedCount.objects.get_or_create(
        group=group, defaults={"unit": unit, "verified_by": cast["national"], **facts}
    )[0].pk


def objection(unit: OrgUnit, cast: Cast) -> int:
    facts = {"reason": "漏数了", "raised_at": clock.now(), "raised_by": cast["secretary"]}
    known = {"unit": unit, "second_inspector": cast["province"], **facts}
    facts = known | {"checked_unit": unit}
    return Objection.objects.get_or_create(check_made=_check(unit, cast), defaults=facts)[0].pk


def _check(unit: OrgUnit, cast: Cast) -> SpotCheck:
    known = SpotCheck.objects.filter(draw=f"抽-{unit.code}").first()
    return known or SpotCheck.objects.create(
        unit=unit,
        direct_unit=unit,
        group=sample_of(unit, cast).group,
        draw=f"抽-{unit.code}",
        counted_on=clock.today() - timedelta(days=1),
        posts=2,
        grade="poor",
        checked_at=clock.now(),
        checked_by=cast["national"],
    )
