"""A made-up nation to open pages on: real divisions, offices, a registry, weeks that are over, a round that runs.

The same at every size but for how much stands below the counties. Two universities have 10 and 100 colleges.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q

from accounts.models import CollectionRound, FieldList
from config.bench import divisions
from config.bench.rollup_data import BEGINS, FACTS, Fill, analyse, fill
from orgs.choices import Kind, Measure, Role
from orgs.excel.tree_import import UnitRow
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.kernel.crypto import encrypt
from orgs.models import OrgUnit, UnitVersion, User
from orgs.operations.appointing import NewPerson, appoint_many
from orgs.operations.bulk_load import load_tree
from orgs.operations.reference import load_reference
from reporting.operations.weekly import close_week

if TYPE_CHECKING:
    from collections.abc import Iterator

NATIONAL, FEW, MANY = "00", "u-few", "u-many"
COLLEGES = {FEW: 10, MANY: 100}
WEEKS = (Week(2026, 41), Week(2026, 42))
MOBILE = 137_0000_0000

# `unit` is every unit but the national office; ids are those of the tree.
_UNITS = """
WITH unit AS (
    SELECT id, id AS tree_id, code, name, parent_id, kind_id FROM orgs_orgunit WHERE kind_id <> 'national')
"""
_IS_BRANCH = "kind_id IN ('village', 'college')"
# What only pages read, beside what the weekly close reads.
_PAGES: tuple[Fill, ...] = (
    (
        "orgs_unitbase",
        "unit_id, measure, count, year, source, recorded_at",
        f"SELECT id, '{Measure.MEMBERS.value}', 20 + id %% 50, 2026, 'made up', %(begins)s FROM unit"  # noqa: S608
        f" WHERE {_IS_BRANCH} AND id %% 10 < 9",
    ),
    (
        "accounts_expected",
        "round_id, unit_id, deadline_at, exempt_reason",
        f"SELECT %(round)s, id, %(until)s, '' FROM unit WHERE {_IS_BRANCH}",  # noqa: S608
    ),
    (
        "accounts_submission",
        "id, round_id, unit_id, status, desk_id, version, attempt, note, remark, return_reasons, doubts, checks,"
        " filled_by_id, receipt, saved_from, submitted_at, on_desk_since, is_late",
        f"SELECT id, %(round)s, id, CASE WHEN id %% 4 = 0 THEN 'approved' ELSE 'submitted' END,"  # noqa: S608
        " CASE WHEN id %% 4 = 0 THEN NULL ELSE parent_id END, 2, 1, '', '', '[]', '[]', '[\"identifier_taken\"]', %(user)s, '', '', %(begins)s,"
        f" %(begins)s, FALSE FROM unit WHERE {_IS_BRANCH} AND id %% 2 = 0",
    ),
    (
        "accounts_submissionrow",
        'submission_id, position, continues, "values", personal',
        "SELECT id, 0, FALSE, {json}, %(personal)s FROM unit"  # noqa: S608
        f" WHERE {_IS_BRANCH} AND id %% 2 = 0",
    ),
)
# The account a form names; every hundredth unit names that of another one.
_NAMED = """('{"account_id": "w' || (id - CASE WHEN id %% 100 = 0 THEN 2 ELSE 0 END) || '"}')"""
# What stands out to the radar: too many contacts, equal siblings, one mobile in many units.
_STANDS_OUT = (
    "UPDATE accounts_account SET contacts = 20 + id % 60, declared_groups = 1 + id % 3",
    "UPDATE accounts_administratorship SET mobile_index = 'm' || (id - id % 4) WHERE id % 50 < 4",
)


def build(size: int) -> None:
    """Fill the empty database; about `size` units."""
    _load(size)
    _appoint()
    user = User.objects.get(username=NATIONAL)
    now = clock.now()
    round = _round(user)
    fill(FACTS, units=_UNITS, user=user)
    named = f"{_NAMED}::jsonb" if connection.vendor == "postgresql" else _NAMED
    fill(
        tuple((table, columns, select.replace("{json}", named)) for table, columns, select in _PAGES),
        units=_UNITS,
        user=user,
        round=round.pk,
        until=connection.ops.adapt_datetimefield_value(now + timedelta(days=9)),
        personal=encrypt("{}"),
    )
    with connection.cursor() as cursor:
        for statement in _STANDS_OUT:
            cursor.execute(statement)
    analyse()
    for week in WEEKS:
        close_week(week)
    analyse()


def load_nation(size: int) -> None:
    """Only what the weekly close reads: the tree of about `size` units and its registry."""
    _load(size)
    fill(FACTS, units=_UNITS, user=User.objects.create(username=NATIONAL))
    analyse()


def _load(size: int) -> None:
    load_reference()
    load_tree([*_universities(divisions.around(size)), UnitRow(NATIONAL, "", "共青团中央", Kind.NATIONAL)])
    UnitVersion.objects.update(valid_from=BEGINS)


def province() -> OrgUnit:
    """The one all pages are about."""
    above: OrgUnit = OrgUnit.objects.get(code=FEW).parent
    return above


def _universities(rows: list[UnitRow]) -> Iterator[UnitRow]:
    """The two universities stand in the middle of the tree, as units to open pages on should."""
    top = rows[0].code
    yield from rows
    for code, n_colleges in COLLEGES.items():
        yield UnitRow(code, top, f"第{n_colleges}大学团委", Kind.UNIVERSITY)
        for number in range(n_colleges):
            yield UnitRow(f"{code}-{number:03}", code, f"第{number + 1}学院团委", Kind.COLLEGE)


def _appoint() -> None:
    """One person in charge of every committee down to the counties, and of most townships of the province of the pages."""
    roles = {
        Kind.NATIONAL: Role.PROVINCE,
        Kind.PROVINCE: Role.PROVINCE,
        Kind.PREFECTURE: Role.COMMITTEE,
        Kind.COUNTY: Role.COMMITTEE,
        Kind.UNIVERSITY: Role.COMMITTEE,
        Kind.TOWNSHIP: Role.REVIEWER,
    }
    elsewhere = Q(kind=Kind.TOWNSHIP) & ~Q(tree_id=OrgUnit.objects.get(code=FEW).tree_id)
    vacant = Q(kind=Kind.TOWNSHIP, pk__endswith="0")
    appoint_many(
        NewPerson(
            unit.pk,
            roles[Kind(unit.kind_id)],
            f"工作人员{unit.pk}",
            str(MOBILE + unit.pk),
            username=unit.code,
            is_principal=True,
        )
        for unit in OrgUnit.objects.filter(kind__in=roles).exclude(elsewhere | vacant)
    )


def _round(by: User) -> CollectionRound:
    now = clock.now()
    return CollectionRound.objects.create(
        title="2026年秋季微信及管理员信息收集",
        field_list=FieldList.objects.get(code="UNI-A"),
        unit=OrgUnit.objects.get(code=NATIONAL),
        kinds=[Kind.VILLAGE, Kind.COLLEGE],
        opens_at=now - timedelta(days=20),
        deadline_at=now + timedelta(days=9),
        launched_by=by,
        launched_at=now - timedelta(days=20),
    )
