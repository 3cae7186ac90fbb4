"""A made-up registry of any size, by SQL that both engines understand; the same rows every time."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from orgs.kernel import clock, statistics
from orgs.models import User
from orgs.operations.reference import load_reference

BEGINS = datetime(2026, 9, 1, 8, 0, tzinfo=clock.SHANGHAI)
_IN_WEEK = datetime(2026, 10, 7, 8, 0, tzinfo=clock.SHANGHAI)
_FAN = 12  # units below one unit; unit 1 is the province, unit i hangs below (i - 2) / _FAN + 1

_NUMBERS = "WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < %(nodes)s)"
_UNIT = f"""{_NUMBERS}, unit AS (
SELECT i AS id, i AS tree_id, 'u' || i AS code, 'unit ' || i AS name,
       CASE WHEN i = 1 THEN NULL ELSE (i - 2) / {_FAN} + 1 END AS parent_id,
       CASE WHEN i = 1 THEN 'province' WHEN (i - 1) * {_FAN} + 2 > %(nodes)s THEN 'village'
            WHEN i <= {_FAN + 1} THEN 'county' ELSE 'township' END AS kind_id
  FROM numbers)
"""  # noqa: S608
# Keys as long as those of the registry; every twelfth administrator stands in several units.
_PERSON = f"CASE WHEN id %% 50 < 4 THEN id - id %% 4 ELSE id END || '{'0' * 56}'"
Fill = tuple[
    str, str, str
]  # table, columns, SELECT over `unit` (id, tree_id, code, name, parent_id, kind_id)
_TREE: tuple[Fill, ...] = (
    (
        "orgs_orgunit",
        "id, code, name, short_name, line, position, is_open, search_key, version, lft, rght, tree_id, depth,"
        " parent_id, kind_id",
        "SELECT id, code, name, '', 'rural', id, TRUE, code, 1, 1, 2, tree_id, 0, parent_id, kind_id FROM unit",
    ),
    (
        "orgs_unitversion",
        "unit_id, parent_id, kind_id, code, name, line, position, is_open, valid_from",
        "SELECT id, parent_id, kind_id, code, name, 'rural', id, TRUE, %(begins)s FROM unit",
    ),
)
FACTS: tuple[Fill, ...] = (
    (
        "orgs_unitbaseversion",
        "unit_id, measure, count, year, source, valid_from",
        "SELECT id, 'members', 20 + id %% 50, 2026, 'made up', %(begins)s FROM unit"
        " WHERE kind_id = 'village' AND id %% 10 < 9",
    ),
    (
        "accounts_account",
        "id, unit_id, platform_id, identifier, identifier_key, nickname, purpose, status, version,"
        " responsible_name, responsible_post",
        "SELECT id, id, 'wechat_personal', code, code, name, 'organisation', 'open', 1, '', '' FROM unit",
    ),
    (
        "accounts_accountversion",
        "account_id, unit_id, platform_id, nickname, purpose, status, contacts, declared_groups, valid_from",
        "SELECT id, id, 'wechat_personal', name, 'organisation', 'open', id %% 70, 1, %(begins)s"
        " FROM unit WHERE id %% 20 < 19",
    ),
    (
        "accounts_group",
        "id, unit_id, kind, platform_id, name, topic, status, version, ties, linked_cadres",
        "SELECT id, id, 'branch', 'wechat_group', name, '', 'open', 1, '', '' FROM unit",
    ),
    (
        "accounts_groupversion",
        "group_id, unit_id, kind, platform_id, name, status, outstanding_members, valid_from",
        "SELECT id, id, 'branch', 'wechat_group', name, 'open', id %% 60, %(begins)s FROM unit",
    ),
    (
        "accounts_administratorship",
        "id, unit_id, name, wechat_id, nickname, qq, mobile, mobile_index, name_index, started_at, end_reason",
        "SELECT id, id, '', '', '', '', '', '', '', %(begins)s, '' FROM unit WHERE id %% 10 < 9",
    ),
    (
        "accounts_administratorshipversion",
        "administratorship_id, unit_id, person_key, valid_from",
        f"SELECT id, id, {_PERSON}, %(begins)s FROM unit WHERE id %% 10 < 9",  # noqa: S608
    ),
    (
        "accounts_registryevent",
        "unit_id, kind, account_id, at, reason, changes",
        "SELECT id, 'changed', id, %(in_week)s, '', '{}' FROM unit WHERE id %% 20 = 0",
    ),
    (
        "reporting_dailyrecord",
        "unit_id, group_id, day, posts, recorded_at",
        "SELECT id, id, %(day)s, id %% 7, %(in_week)s FROM unit WHERE id %% 50 = 0",
    ),
    (
        "reporting_spotcheck",
        "unit_id, direct_unit_id, draw, kind, counted_on, posts, grade, checked_at, checked_by_id, void_reason, note",
        "SELECT id, 2 + id %% 12, 'd1', 'posts', %(day)s, 2, 'poor', %(in_week)s, %(user)s, '', ''"
        " FROM unit WHERE id %% 1000 = 0",
    ),
)


@transaction.atomic
def made_up_registry(nodes: int) -> None:
    """Fill the empty database: about one account, group and administrator per unit, one base per village."""
    load_reference()
    fill((*_TREE, *FACTS), units=_UNIT, nodes=nodes, user=User.objects.create(username="bench"))
    connection.check_constraints()
    analyse()


def analyse() -> None:
    """What PostgreSQL's autovacuum does within a minute of such a load, and the portal on SQLite when a week is closed."""
    statistics.refresh()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # No transaction may clean up; what it has written is counted all the same.
            cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")


def fill(tables: tuple[Fill, ...], *, units: str, user: User, **more: int | str | None) -> None:
    """Run each INSERT with `units`, a WITH clause that says what `unit` is; `more` are further parameters."""
    params: dict[str, int | str | None] = {
        "begins": connection.ops.adapt_datetimefield_value(BEGINS),
        "in_week": connection.ops.adapt_datetimefield_value(_IN_WEEK),
        "day": connection.ops.adapt_datefield_value(_IN_WEEK.date()),
        "user": user.pk,
    }
    with connection.cursor() as cursor:
        for table, columns, select in tables:
            cursor.execute(f"{units} INSERT INTO {table} ({columns}) {select}", params | more)
