"""The own figures of every unit of the week: one LEFT JOIN of the grouped sources (metrics.md, one line per figure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from reporting.rollup import sources

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reporting.rollup.moment import Moment

# Column -> expression over the raw columns below. A stock of a unit that was closed at the week's end is 0.
OWN: dict[str, str] = {
    "orgs": "league",
    "orgs_with_account": "CASE WHEN league = 1 AND has_account = 1 THEN 1 ELSE 0 END",
    "orgs_with_group": "CASE WHEN league = 1 AND (own_group = 'member' AND groups_member > 0"
    " OR own_group = 'link' AND groups_link > 0) THEN 1 ELSE 0 END",
    "orgs_with_admin": "CASE WHEN league = 1 AND admins > 0 THEN 1 ELSE 0 END",
    "accounts_personal": "accounts_personal",
    "accounts_public": "accounts_public",
    "accounts_weibo": "accounts_weibo",
    "accounts_other": "accounts_other",
    "accounts_dormant": "accounts_dormant",
    "groups_member": "groups_member",
    "groups_link": "groups_link",
    "groups_dedicated": "groups_dedicated",
    "groups_other": "groups_other",
    "groups_dormant": "groups_dormant",
    "admins": "admins",
    "admin_persons": "admin_persons",
    "follows_superior": "follows_superior",
    "cadres": "cadres",
    "cadres_with_account": "cadres_account",
    "cadres_min_ok": "cadres_in_touch",
    "requirements": "requirements",
    "requirements_met": "requirements_met",
    "requirements_overdue": "requirements_overdue",
    "holders": "holds",
    "unreported": "CASE WHEN holds = 1 AND is_reported = 0 THEN 1 ELSE 0 END",
    "covered_members": "COALESCE(covered, 0)",
    "groups_min_ok": "groups_min_ok",
    "reach": "reach",
    "expected": "expected",
    "submitted": "submitted",
    "approved": "approved",
    "returned": "returned",
    "overdue": "overdue",
    "opened": "opened",
    "closed": "closed",
    "changed": "changed",
    "admin_changed": "admin_changed",
    "posts": "posts",
    "active_days": "active_days",
    "groups_active": "groups_active",
    "channels_recorded": "channels_recorded",
    "checks": "checks",
    "checks_poor": "checks_poor",
    "covered_youth": "CASE WHEN holds = 1 THEN youth END",
    "base_missing": "CASE WHEN holds = 1 AND base_members IS NULL THEN 1 ELSE 0 END",
    "covered_capped": "CASE WHEN base_members IS NULL THEN 0 WHEN covered > base_members THEN base_members"
    " ELSE COALESCE(covered, 0) END",
    "covered_without_base": "CASE WHEN base_members IS NULL THEN COALESCE(covered, 0) ELSE 0 END",
    "base_members": "base_members",
    "base_youth": "base_youth",
}
PLACEMENT = (
    "unit_id", "parent_id", "depth", "kind_id", "line", "code", "name", "intake_year", "position", "is_open",
)  # fmt: skip
STANDING = ("base_year", "base_assessed", "base_reported", "base_orgs", "is_reported", "covered")

_NAMED = (*PLACEMENT, "up_id", "level", *STANDING)
_TEXTS = {"kind_id": "varchar(20)", "line": "varchar(12)", "code": "varchar(40)", "name": "varchar(120)"}

# What the sources say, with declared and registered groups counted once: the larger of the two.
_RAW = f"""
SELECT p.unit_id, p.parent_id, p.up_id, p.kind_id, p.line, p.code, p.name, p.intake_year, p.position, p.is_open,
       l.level, l.depth, k.own_group,
       CASE WHEN p.is_open = 1 AND k.is_league_organisation THEN 1 ELSE 0 END AS league,
       CASE WHEN p.is_open = 1 AND k.holds_members AND u.n IS NULL THEN 1 ELSE 0 END AS holds,
       COALESCE(a.own, 0) AS has_account, COALESCE(a.personal, 0) AS accounts_personal,
       COALESCE(a.public, 0) AS accounts_public, COALESCE(a.weibo, 0) AS accounts_weibo,
       COALESCE(a.other, 0) AS accounts_other, COALESCE(a.dormant, 0) AS accounts_dormant,
       COALESCE(a.reach, 0) AS reach, a.declared,
       CASE WHEN k.own_group = 'member' AND a.groups > COALESCE(g.member, 0)
            THEN a.groups ELSE COALESCE(g.member, 0) END AS groups_member,
       CASE WHEN k.own_group = 'link' AND a.groups > COALESCE(g.link, 0)
            THEN a.groups ELSE COALESCE(g.link, 0) END AS groups_link,
       CASE WHEN k.own_group = 'none' AND a.groups > COALESCE(g.open - g.member - g.link - g.dedicated, 0)
            THEN a.groups ELSE COALESCE(g.open - g.member - g.link - g.dedicated, 0) END AS groups_other,
       COALESCE(g.dedicated, 0) AS groups_dedicated, COALESCE(g.dormant, 0) AS groups_dormant,
       COALESCE(g.min_ok, 0) AS groups_min_ok, g.youth,
       CASE WHEN a.groups > 0 OR g.open > 0 THEN 1 ELSE 0 END AS has_group,
       CASE WHEN a.n > 0 OR g.n > 0 OR s.n > 0 THEN 1 ELSE 0 END AS has_approved,
       COALESCE(o.n, 0) AS admins, COALESCE(o.persons, 0) AS admin_persons, COALESCE(a.follows, 0) AS follows_superior,
       COALESCE(j.asked, 0) AS requirements, COALESCE(j.met, 0) AS requirements_met,
       COALESCE(j.overdue, 0) AS requirements_overdue,
       b.members AS base_members, b.youth AS base_youth, b.year AS base_year,
       b.assessed AS base_assessed, b.reported AS base_reported, b.orgs AS base_orgs,
       b.cadres, b.cadres_account, b.cadres_in_touch,
       COALESCE(f.expected, 0) AS expected, COALESCE(f.submitted, 0) AS submitted,
       COALESCE(f.approved, 0) AS approved, COALESCE(f.returned, 0) AS returned, COALESCE(f.overdue, 0) AS overdue,
       COALESCE(e.opened, 0) AS opened, COALESCE(e.closed, 0) AS closed,
       COALESCE(e.changed, 0) AS changed, COALESCE(e.admin_changed, 0) AS admin_changed,
       COALESCE(d.posts, 0) AS posts, COALESCE(d.active_days, 0) AS active_days,
       COALESCE(d.channels, 0) AS channels_recorded, COALESCE(w.n, 0) AS groups_active,
       COALESCE(c.n, 0) AS checks, COALESCE(c.poor, 0) AS checks_poor
  FROM week_placed p
  JOIN week_level l ON l.unit_id = p.unit_id
  JOIN orgs_unitkind k ON k.code = p.kind_id
  LEFT JOIN ({sources.HOLDERS_BELOW}) u ON u.up_id = p.unit_id
  LEFT JOIN ({sources.ACCOUNTS}) a ON a.unit_id = p.unit_id AND p.is_open = 1
  LEFT JOIN ({sources.GROUPS}) g ON g.unit_id = p.unit_id AND p.is_open = 1
  LEFT JOIN ({sources.ADMINISTRATORS}) o ON o.unit_id = p.unit_id AND p.is_open = 1
  LEFT JOIN ({sources.BASES}) b ON b.unit_id = p.unit_id AND p.is_open = 1
  LEFT JOIN ({sources.FORMS}) f ON f.unit_id = p.unit_id AND p.is_open = 1
  LEFT JOIN ({sources.APPROVED_FORMS}) s ON s.unit_id = p.unit_id AND p.is_open = 1
  LEFT JOIN ({sources.JUDGEMENTS}) j ON j.unit_id = p.unit_id AND p.is_open = 1
  LEFT JOIN ({sources.EVENTS}) e ON e.unit_id = p.unit_id
  LEFT JOIN ({sources.RECORDS}) d ON d.unit_id = p.unit_id
  LEFT JOIN ({sources.ACTIVE_GROUPS}) w ON w.unit_id = p.unit_id
  LEFT JOIN ({sources.CHECKS}) c ON c.unit_id = p.unit_id
"""  # noqa: S608 - SQL of ours, values are parameters
# A unit that holds members covers NULL (未报) while nothing is approved or no number was given; without any group it
# covers nobody.
_COVERED = f"""
SELECT counted.*, CASE WHEN covered IS NULL THEN 0 ELSE 1 END AS is_reported
  FROM (SELECT raw.*, CASE WHEN holds = 0 OR has_approved = 0 THEN NULL WHEN has_group = 0 THEN 0 ELSE declared END AS covered
          FROM ({_RAW}) raw) counted
"""  # noqa: S608


def own_figures(names: Iterable[str]) -> str:
    """SELECT of `unit_id`, `up_id` and these own figures, over a week_placed and a week_level of the caller's."""
    wanted = ", ".join(f"{OWN[name]} AS {name}" for name in names)
    return f"SELECT unit_id, up_id, {wanted} FROM ({sources.of_part(_COVERED)}) told"  # noqa: S608


def collect(moment: Moment, *, is_part: bool = False) -> int:
    """Fill week_facts with the own figures of the placed units; returns their number.

    `is_part`: few units of many are placed; their facts are found by index and not by reading every table.
    """
    told = sources.of_part(_COVERED) if is_part else _COVERED
    named, own = ", ".join(_NAMED), ", ".join(OWN.values())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE week_facts ({_columns()})")
        cursor.execute(
            f"INSERT INTO week_facts SELECT {named}, 0, 0, 0, {own} FROM ({told}) told",  # noqa: S608
            moment.params(),
        )
        cursor.execute("CREATE INDEX week_facts_unit ON week_facts (unit_id)")
        # In order of the superior, SQLite sums up a level without sorting it.
        cursor.execute("CREATE INDEX week_facts_level ON week_facts (level, up_id)")
        cursor.execute("SELECT COUNT(*) FROM week_facts")
        return int(cursor.fetchone()[0])


def _columns() -> str:
    """Names and types of week_facts; spelt out, as SQLite would not use an index on a column without a type."""
    names = (*_NAMED, "poor_streak", "poor_streak_max", "persons_again", *OWN)
    return ", ".join(f"{name} {_TEXTS.get(name, 'bigint')}" for name in names)
