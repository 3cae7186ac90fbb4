"""Counts that only campaigns ask for (`campaign_metrics.py` names them), one grouped SELECT per metric and parameters.

Each gives `unit_id` and `n`, as of the moment; a unit without a row has none. They become columns of judge_extra.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.choices import LEAST_OUTSTANDING, MEMBER_FACING_GROUPS
from orgs.choices import Measure
from reporting.rollup.moment import DAYS
from reporting.rollup.sources import IN_FORCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reporting.judging.statement import Statement

PACKAGE_STEPS = (
    "package.report",
    "package.accept",
    "package.return",
)  # verbs of the ledger; the last sends it back
ON_WECHAT, ELSEWHERE = "v.platform_id LIKE 'wechat%%'", "v.platform_id NOT LIKE 'wechat%%'"
_GROUPS = f"FROM accounts_groupversion v WHERE {IN_FORCE} AND v.status = 'open'"
_ACCOUNTS = f"FROM accounts_accountversion v WHERE {IN_FORCE} AND v.status = 'open'"
_HOLDS = "v.unit_id IN (SELECT h.unit_id FROM week_facts h WHERE h.holders = 1)"
# Where a form stood by its last step before the moment; once finally approved it stays in.
_FORMS_IN = """
SELECT s.unit_id, COUNT(*) AS n FROM accounts_submission s
  JOIN accounts_collectionround r ON r.id = s.round_id JOIN accounts_fieldlist l ON l.id = r.field_list_id
  JOIN (SELECT submission_id, kind,
               MAX(CASE WHEN is_final THEN 1 ELSE 0 END) OVER (PARTITION BY submission_id) AS approved,
               ROW_NUMBER() OVER (PARTITION BY submission_id ORDER BY at DESC, id DESC) AS n
          FROM accounts_reviewstep WHERE at < %(end)s AND kind <> 'saved') t
    ON t.submission_id = s.id AND t.n = 1
 WHERE l.code = {form} AND (t.approved = 1 OR t.kind IN ('submitted', 'approved', 'undone')) GROUP BY s.unit_id
"""
# A package keeps its present state alone; where it stood is told by its last step before the moment (PACKAGE_STEPS).
_PACKAGES = """
SELECT k.unit_id, COUNT(*) AS n FROM accounts_package k
  JOIN accounts_collectionround r ON r.id = k.round_id JOIN accounts_fieldlist l ON l.id = r.field_list_id
  JOIN (SELECT object_id, verb, ROW_NUMBER() OVER (PARTITION BY object_id ORDER BY at DESC, id DESC) AS n
          FROM orgs_auditentry WHERE object_type = 'accounts.package' AND verb IN {steps} AND at < %(end)s) t
    ON t.object_id = CAST(k.id AS varchar(40)) AND t.n = 1
 WHERE l.code = {form} AND t.verb <> {returned} GROUP BY k.unit_id
"""
# READING: by the dates of the terms. Who was in office beside the principal and succeeded is the principal only once the
# term of the predecessor was over; a last day put in afterwards is a correction, and counts from when it says.
_PRINCIPALS = """
SELECT a.unit_id, COUNT(*) AS n FROM orgs_appointment a
 WHERE a.is_principal AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
   AND NOT EXISTS (SELECT 1 FROM orgs_appointment p
                    WHERE p.succeeded_by_id = a.id AND p.is_principal AND p.starts_on <= %(day)s
                      AND (p.ends_on IS NULL OR p.ends_on >= %(day)s))
 GROUP BY a.unit_id
"""
_INCIDENTS = """
SELECT i.unit_id, COUNT(*) AS n FROM accounts_incident i
 WHERE i.recorded_at < %(end)s AND (i.handled_at IS NULL OR i.handled_at >= %(end)s) GROUP BY i.unit_id
"""
_REPORTS = """
SELECT w.unit_id, COUNT(*) AS n FROM reporting_weeklyreport w
 WHERE w.year = %(year)s AND w.number = %(number)s AND w.confirmed_at < %(end)s GROUP BY w.unit_id
"""
# Open from the first instant of the period to its end, with fewer days of posts than the period has.
SILENT = f"""
SELECT v.unit_id, COUNT(*) AS n FROM accounts_{{object}}version v
  LEFT JOIN (SELECT d.{{object}}_id AS object_id, COUNT(*) AS days FROM reporting_dailyrecord d
              WHERE d.posts > 0 AND d.day BETWEEN %(day0)s AND %(day6)s AND d.recorded_at < %(known)s
              GROUP BY d.{{object}}_id) p ON p.object_id = v.{{object}}_id
 WHERE {IN_FORCE} AND v.status = 'open' {{more}} AND COALESCE(p.days, 0) < {{days}}
   AND v.{{object}}_id IN (SELECT e.{{object}}_id FROM accounts_{{object}}version e
                            WHERE e.status = 'open' AND e.valid_from <= %(start)s
                              AND (e.valid_to IS NULL OR e.valid_to > %(start)s))
 GROUP BY v.unit_id
"""  # noqa: S608
# What was recorded about the day that ended last, a unit without a record is missing, not zero.
_OF_YESTERDAY = """
SELECT d.unit_id, {n} AS n FROM reporting_dailyrecord d
 WHERE d.day = %(yesterday)s AND d.recorded_at < %(end)s GROUP BY d.unit_id
"""
# Open during the whole of the day; a unit without such a channel is missing.
_SILENT_YESTERDAY = f"""
SELECT v.unit_id, SUM(CASE WHEN p.object_id IS NULL THEN 1 ELSE 0 END) AS n FROM accounts_{{object}}version v
  LEFT JOIN (SELECT d.{{object}}_id AS object_id FROM reporting_dailyrecord d
              WHERE d.posts > 0 AND d.day = %(yesterday)s AND d.recorded_at < %(end)s) p
    ON p.object_id = v.{{object}}_id
 WHERE {IN_FORCE} AND v.status = 'open' {{more}}
   AND v.{{object}}_id IN (SELECT e.{{object}}_id FROM accounts_{{object}}version e
                            WHERE e.status = 'open' AND e.valid_from <= %(yesterday_at)s
                              AND (e.valid_to IS NULL OR e.valid_to > %(yesterday_at)s))
 GROUP BY v.unit_id
"""  # noqa: S608
PUBLIC = "AND v.platform_id IN (SELECT code FROM accounts_platform WHERE kind = 'public')"
DAILY = {
    "posts": _OF_YESTERDAY.format(n="SUM(d.posts)"),
    "active_days": _OF_YESTERDAY.format(n="SUM(CASE WHEN d.posts > 0 THEN 1 ELSE 0 END)"),
    "silent_accounts": _SILENT_YESTERDAY.format(object="account", more=PUBLIC),
    "silent_groups": _SILENT_YESTERDAY.format(object="group", more=""),
}


def select(name: str, rule: Mapping[str, Any], statement: Statement) -> str | None:
    """The SELECT of a metric with the parameters of the rule; None for a name that is not known here."""
    made = _MADE.get(name)
    if made is not None:
        return made(rule, statement)
    return _FIXED.get(name)


def _kinds(rule: Mapping[str, Any], statement: Statement) -> str:
    """Groups of the kinds the rule names; of any where it names none."""
    kinds = rule.get("group_kinds")
    return f" AND v.kind IN {statement.values(kinds)}" if kinds else ""


def _per_unit(source: str, more: str, n: str = "COUNT(*)") -> str:
    return f"SELECT v.unit_id, {n} AS n {source}{more} GROUP BY v.unit_id"


def _groups_of(rule: Mapping[str, Any], statement: Statement) -> str:
    return _per_unit(_GROUPS, f" AND {ON_WECHAT}{_kinds(rule, statement)}")


def _groups_elsewhere(rule: Mapping[str, Any], statement: Statement) -> str:
    return _per_unit(_GROUPS, f" AND {ELSEWHERE}{_kinds(rule, statement)}")


def _holders_with(rule: Mapping[str, Any], statement: Statement) -> str:
    return _per_unit(_GROUPS, f" AND {ON_WECHAT}{_kinds(rule, statement)} AND {_HOLDS}", "1")


def _holders_elsewhere(rule: Mapping[str, Any], statement: Statement) -> str:
    """Neither group counts twice: a unit with both is one that has a group on WeChat."""
    kinds = _kinds(rule, statement)
    having = f"SUM(CASE WHEN {ON_WECHAT} THEN 1 ELSE 0 END) = 0"
    return f"{_per_unit(_GROUPS, f'{kinds} AND {_HOLDS}', '1')} HAVING {having}"


def _groups_short(rule: Mapping[str, Any], statement: Statement) -> str:
    """READING: a group without the number has not shown that it has enough (UNI-2.1)."""
    least = statement.value(int(rule.get("least") or LEAST_OUTSTANDING))
    facing = statement.values([str(kind) for kind in MEMBER_FACING_GROUPS])
    members = statement.value(Measure.MEMBERS.value)
    recorded = (
        "SELECT s.unit_id FROM orgs_unitbaseversion s WHERE s.valid_from < %(end)s"  # noqa: S608 - parameters
        f" AND (s.valid_to IS NULL OR s.valid_to >= %(end)s) AND s.measure = {members} AND s.count >= {least}"
    )
    more = f" AND v.kind IN {facing} AND COALESCE(v.outstanding_members, 0) < {least}"
    return _per_unit(_GROUPS, f"{more} AND v.unit_id IN ({recorded})")


def _ledger_entries(rule: Mapping[str, Any], statement: Statement) -> str:
    counted = "v.members IS NOT NULL AND v.counted_on IS NOT NULL"
    return _per_unit(_GROUPS, f" AND v.name <> '' AND {counted}{_kinds(rule, statement)}")


def _accounts_on(rule: Mapping[str, Any], statement: Statement) -> str:
    platforms = statement.values(rule.get("platforms") or ())
    return _per_unit(_ACCOUNTS, f" AND v.purpose = 'organisation' AND v.platform_id IN {platforms}")


def _forms_in(rule: Mapping[str, Any], statement: Statement) -> str:
    return _FORMS_IN.format(form=statement.value(rule.get("form") or ""))


def _packages(rule: Mapping[str, Any], statement: Statement) -> str:
    form, *steps = (statement.value(each) for each in (rule.get("form") or "", *PACKAGE_STEPS))
    return _PACKAGES.format(form=form, steps=f"({', '.join(steps)})", returned=steps[-1])


_MADE: dict[str, Callable[[Mapping[str, Any], Statement], str]] = {
    "groups_of": _groups_of,
    "groups_elsewhere": _groups_elsewhere,
    "groups_short": _groups_short,
    "holders_with": _holders_with,
    "holders_elsewhere": _holders_elsewhere,
    "ledger_entries": _ledger_entries,
    "accounts_on": _accounts_on,
    "forms_in": _forms_in,
    "packages_reported": _packages,
}
_FIXED = {
    "accounts_project": _per_unit(_ACCOUNTS, " AND v.purpose = 'project'"),
    "principals": _PRINCIPALS,
    "incidents_open": _INCIDENTS,
    "weekly_reports": _REPORTS,
    "silent_accounts": SILENT.format(object="account", more=PUBLIC, days=DAYS),
    "silent_groups": SILENT.format(object="group", more="", days=DAYS),
}
NAMES = frozenset((*_MADE, *_FIXED))
