"""One grouped SELECT per kind of fact, keyed by unit_id: what stood at the end of the week, what happened within it."""

from __future__ import annotations

import re

from accounts.choices import DEDICATED_GROUPS, LINK_GROUPS, MEMBER_FACING_GROUPS
from reporting.rollup.moment import DAYS

MINIMUM_OUTSTANDING = 40  # UNI-2.1


def _list(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_MEMBER, _LINK, _DEDICATED = _list(MEMBER_FACING_GROUPS), _list(LINK_GROUPS), _list(DEDICATED_GROUPS)
# A condition that only the close of one tree needs; a comment to the close of everything at once.
_PART = re.compile(r"/\*part: (.*?)\*/")


def _part(column: str, among: str = "SELECT unit_id FROM week_placed") -> str:
    return f"/*part: AND {column} IN ({among})*/"


def of_part(statement: str) -> str:
    """The same statement about the units in week_placed alone, by the indexes on the unit."""
    return _PART.sub(r"\1", statement)


IN_FORCE = "v.valid_from < %(end)s AND (v.valid_to IS NULL OR v.valid_to >= %(end)s)"

# READING: a school with class branches is their committee: its members are counted in the classes, not twice.
HOLDERS_BELOW = """
SELECT c.up_id, COUNT(*) AS n FROM week_placed c JOIN orgs_unitkind h ON h.code = c.kind_id
 WHERE c.is_open = 1 AND h.holds_members GROUP BY c.up_id
"""
# READING: followers of a weibo are nobody's members; they count in `reach` alone.
ACCOUNTS = f"""
SELECT v.unit_id, SUM(CASE WHEN v.status IN ('open', 'dormant') THEN 1 ELSE 0 END) AS n,
       MAX(CASE WHEN v.status = 'open' AND v.purpose = 'organisation' THEN 1 ELSE 0 END) AS own,
       MAX(CASE WHEN v.status = 'open' AND v.purpose = 'organisation' AND v.follows_superior THEN 1 ELSE 0 END) AS follows,
       SUM(CASE WHEN v.status = 'open' AND p.kind = 'personal' THEN 1 ELSE 0 END) AS personal,
       SUM(CASE WHEN v.status = 'open' AND p.kind = 'public' THEN 1 ELSE 0 END) AS public,
       SUM(CASE WHEN v.status = 'open' AND p.kind = 'weibo' THEN 1 ELSE 0 END) AS weibo,
       SUM(CASE WHEN v.status = 'open' AND p.kind = 'other' THEN 1 ELSE 0 END) AS other,
       SUM(CASE WHEN v.status = 'dormant' THEN 1 ELSE 0 END) AS dormant,
       SUM(CASE WHEN v.status = 'open' THEN COALESCE(v.declared_groups, 0) ELSE 0 END) AS groups,
       SUM(CASE WHEN v.status = 'open' THEN COALESCE(v.contacts, 0) ELSE 0 END) AS reach,
       MAX(CASE WHEN v.status = 'open' AND p.kind <> 'weibo' THEN COALESCE(v.own_members, v.contacts) END) AS declared
  FROM accounts_accountversion v JOIN accounts_platform p ON p.code = v.platform_id
 WHERE {IN_FORCE} {_part("v.unit_id")} GROUP BY v.unit_id
"""  # noqa: S608
GROUPS = f"""
SELECT v.unit_id, SUM(CASE WHEN v.status IN ('open', 'dormant') THEN 1 ELSE 0 END) AS n,
       SUM(CASE WHEN v.status = 'open' THEN 1 ELSE 0 END) AS open,
       SUM(CASE WHEN v.status = 'open' AND v.kind IN ({_MEMBER}) THEN 1 ELSE 0 END) AS member,
       SUM(CASE WHEN v.status = 'open' AND v.kind IN ({_LINK}) THEN 1 ELSE 0 END) AS link,
       SUM(CASE WHEN v.status = 'open' AND v.kind IN ({_DEDICATED}) THEN 1 ELSE 0 END) AS dedicated,
       SUM(CASE WHEN v.status = 'dormant' THEN 1 ELSE 0 END) AS dormant,
       SUM(CASE WHEN v.status = 'open' AND v.kind IN ({_MEMBER})
                 AND v.outstanding_members >= {MINIMUM_OUTSTANDING} THEN 1 ELSE 0 END) AS min_ok,
       MAX(CASE WHEN v.status = 'open' THEN v.youth END) AS youth
  FROM accounts_groupversion v
 WHERE {IN_FORCE} {_part("v.unit_id")} GROUP BY v.unit_id
"""  # noqa: S608
# READING: a term without a known mobile is a person of its own.
ADMINISTRATORS = f"""
SELECT v.unit_id, COUNT(*) AS n,
       COUNT(DISTINCT NULLIF(v.person_key, '')) + SUM(CASE WHEN v.person_key = '' THEN 1 ELSE 0 END) AS persons
  FROM accounts_administratorshipversion v WHERE {IN_FORCE} {_part("v.unit_id")} GROUP BY v.unit_id
"""  # noqa: S608
# Who stands in more than one unit, whichever these are: few of all persons.
SHARED_PERSONS = f"""
SELECT v.person_key FROM accounts_administratorshipversion v
 WHERE v.person_key <> '' AND {IN_FORCE} {_part("v.unit_id")}
 GROUP BY v.person_key HAVING MIN(v.unit_id) <> MAX(v.unit_id)
"""  # noqa: S608
# A new edition may count other bases than those of Sunday 24:00 (BaseCorrection); `corrected` is 0 for a first one.
_COUNTED_BASES = f"""
SELECT v.unit_id, v.measure, v.count, v.year FROM orgs_unitbaseversion v
 WHERE {IN_FORCE} {_part("v.unit_id")}
   AND (%(corrected)s = 0 OR NOT EXISTS (
        SELECT 1 FROM reporting_basecorrection c
         WHERE c.week_id = %(corrected)s AND c.unit_id = v.unit_id AND c.measure = v.measure))
 UNION ALL
SELECT c.unit_id, c.measure, c.count, c.year FROM reporting_basecorrection c
 WHERE c.week_id = %(corrected)s {_part("c.unit_id")}
"""  # noqa: S608
BASES = f"""
SELECT v.unit_id,
       MAX(CASE WHEN v.measure = 'members' THEN v.count END) AS members,
       MAX(CASE WHEN v.measure = 'members' THEN v.year END) AS year,
       MAX(CASE WHEN v.measure = 'youth' THEN v.count END) AS youth,
       MAX(CASE WHEN v.measure = 'members_assessed' THEN v.count END) AS assessed,
       MAX(CASE WHEN v.measure = 'members_reported' THEN v.count END) AS reported,
       MAX(CASE WHEN v.measure = 'organisations' THEN v.count END) AS orgs,
       MAX(CASE WHEN v.measure = 'cadres' THEN v.count END) AS cadres,
       MAX(CASE WHEN v.measure = 'cadres_account' THEN v.count END) AS cadres_account,
       MAX(CASE WHEN v.measure = 'cadres_in_touch' THEN v.count END) AS cadres_in_touch
  FROM ({_COUNTED_BASES}) v GROUP BY v.unit_id
"""  # noqa: S608
# Forms of rounds that were open at the end of the week; a standing round (日常变更) expects nobody, a phase only what is
# its own, and only once it has opened (UNI-3.3). Who was expected until when is told by versions, where a form stood by
# its last step before the end (an undone decision puts it back on the desk): later steps, extensions, exemptions and
# additions change nothing.
_FORM_FLAGS = {
    "submitted": "CASE WHEN f.approved = 1 OR f.stood = 'submitted' THEN 1 ELSE 0 END",
    "approved": "CASE WHEN f.approved = 1 THEN 1 ELSE 0 END",
    "returned": "CASE WHEN f.approved = 0 AND f.stood = 'returned' THEN 1 ELSE 0 END",
    "overdue": "CASE WHEN v.deadline_at <= %(end)s AND COALESCE(f.approved, 0) = 0"
    " AND COALESCE(f.stood, '') <> 'submitted' THEN 1 ELSE 0 END",
}
FORM_FIGURES = tuple(_FORM_FLAGS)
# {steps}: which forms' steps are looked at, {more}: which of the expected ones.
_FORMS = f"""
  FROM accounts_expectedversion v
  JOIN accounts_expected e ON e.id = v.expected_id
  JOIN accounts_collectionround r ON r.id = e.round_id
  LEFT JOIN accounts_roundphase p ON p.id = e.phase_id
  LEFT JOIN (
       SELECT s.round_id, s.unit_id, t.approved,
              CASE WHEN t.kind IN ('submitted', 'approved', 'undone') THEN 'submitted' ELSE t.kind END AS stood
         FROM accounts_submission s
         JOIN (SELECT submission_id, kind,
                      MAX(CASE WHEN is_final THEN 1 ELSE 0 END) OVER (PARTITION BY submission_id) AS approved,
                      ROW_NUMBER() OVER (PARTITION BY submission_id ORDER BY at DESC, id DESC) AS n
                 FROM accounts_reviewstep WHERE at < %(end)s AND kind <> 'saved' {{steps}}) t
           ON t.submission_id = s.id AND t.n = 1) f
    ON f.round_id = e.round_id AND f.unit_id = e.unit_id
 WHERE {IN_FORCE} AND v.is_due AND NOT r.is_standing
   AND r.opens_at < %(end)s AND (r.closed_at IS NULL OR r.closed_at >= %(end)s)
   AND (p.id IS NULL OR p.opens_at < %(end)s) {{more}}
"""  # noqa: S608
FORMS = (
    "SELECT e.unit_id, COUNT(*) AS expected, "
    + ", ".join(f"SUM({flag}) AS {name}" for name, flag in _FORM_FLAGS.items())
    + _FORMS.format(steps="", more=_part("e.unit_id"))
    + " GROUP BY e.unit_id"
)
# The same of one unit, form by form.
FORMS_OF_UNIT = (
    "SELECT v.id, 1 AS expected, "  # noqa: S608
    + ", ".join(f"{flag} AS {name}" for name, flag in _FORM_FLAGS.items())
    + _FORMS.format(
        steps="AND submission_id IN (SELECT x.id FROM accounts_submission x WHERE x.unit_id = %(unit)s)",
        more="AND e.unit_id = %(unit)s",
    )
)
APPROVED_FORMS = f"""
SELECT s.unit_id, COUNT(*) AS n FROM accounts_submission s
 WHERE EXISTS (SELECT 1 FROM accounts_reviewstep t WHERE t.submission_id = s.id AND t.is_final AND t.at < %(end)s)
   {_part("s.unit_id")}
 GROUP BY s.unit_id
"""  # noqa: S608
# How the units stood to the requirements of the campaigns that ran at the end of the week, by the version of the pack that
# was the newest then. A judgement says how things were before its moment, so the one of the week's end is the week's.
# First stand documents of periods, due whenever they are asked, then the hard ones in order of deadline: what is overdue is
# a beginning of the row of answers. In a version that was loaded before documents came first they are not among it.
_PERIODIC = "{0}.is_hard AND {0}.kind = 'document' AND {0}.rule ->> 'recurs' IS NOT NULL"
JUDGEMENTS = f"""
SELECT j.unit_id,
       SUM(LENGTH(j.standings) - LENGTH(REPLACE(REPLACE(j.standings, '0', ''), '1', ''))) AS asked,
       SUM(LENGTH(j.standings) - LENGTH(REPLACE(j.standings, '1', ''))) AS met,
       SUM(LENGTH(SUBSTR(j.standings, 1, n.n_due)) - LENGTH(REPLACE(SUBSTR(j.standings, 1, n.n_due), '0', ''))) AS overdue
  FROM reporting_judgement j
  JOIN (SELECT v.id, CAST((SELECT COUNT(*) FROM reporting_requirement r
                            WHERE r.version_id = v.id AND (
                                  {_PERIODIC.format("r")} AND NOT EXISTS (
                                      SELECT 1 FROM reporting_requirement p WHERE p.version_id = v.id
                                         AND p.position < r.position AND NOT ({_PERIODIC.format("p")}))
                                  OR NOT ({_PERIODIC.format("r")}) AND r.is_hard AND r.deadline_at <= %(end)s)
                          ) AS integer) AS n_due
          FROM reporting_campaignversion v JOIN reporting_campaign c ON c.id = v.campaign_id
         WHERE c.launched_at < %(end)s AND (c.ended_at IS NULL OR c.ended_at >= %(end)s)
           AND v.number = (SELECT MAX(l.number) FROM reporting_campaignversion l
                            WHERE l.campaign_id = c.id AND l.loaded_at < %(end)s)) n ON n.id = j.version_id
 WHERE j.valid_from <= %(end)s AND (j.valid_to IS NULL OR j.valid_to > %(end)s) {_part("j.unit_id")}
 GROUP BY j.unit_id
"""  # noqa: S608
OBJECTS = ("account", "group", "administratorship")  # by what a key leaves when divided by 4
_OBJECT = "COALESCE({0}.account_id * 4, {0}.group_id * 4 + 1, {0}.administratorship_id * 4 + 2)"
_IN_WEEK = "{0}.at >= %(start)s AND {0}.at < %(end)s"
_PLACED = "SELECT unit_id FROM week_placed"
# All events of an object that has one in the part, or has ever stood there: where it came to stand decides.
_OBJECTS_OF_PART = (
    f"/*part: AND ({_OBJECT.format('e')} IN (SELECT {_OBJECT.format('t')} FROM accounts_registryevent t"  # noqa: S608
    f" WHERE {_IN_WEEK.format('t')} AND t.unit_id IN ({_PLACED}))"
    f" OR e.account_id IN (SELECT a.account_id FROM accounts_accountversion a WHERE a.unit_id IN ({_PLACED}))"
    f" OR e.group_id IN (SELECT g.group_id FROM accounts_groupversion g WHERE g.unit_id IN ({_PLACED})))*/"
)
# Several changes of one object in a week are one; what was handed to another unit counts where it came to stand.
# A first appointment opens nothing and replaces nobody. What was closed and restored in the same week counts nowhere.
# {among}: which objects.
_COUNTED = f"""
       (SELECT x.figure, x.object_key, CASE WHEN x.first_unit = x.last_unit AND x.transferred = 0 THEN x.last_unit ELSE COALESCE(
               (SELECT v.unit_id FROM accounts_accountversion v
                 WHERE v.account_id = x.account_id AND v.valid_from < %(end)s ORDER BY v.valid_from DESC LIMIT 1),
               (SELECT v.unit_id FROM accounts_groupversion v
                 WHERE v.group_id = x.group_id AND v.valid_from < %(end)s ORDER BY v.valid_from DESC LIMIT 1),
               x.last_unit) END AS unit_id
          FROM (SELECT CASE WHEN e.kind IN ('opened', 'closed', 'admin_replaced') THEN e.kind ELSE 'changed' END AS figure,
                       {_OBJECT.format("e")} AS object_key,
                       MIN(e.unit_id) AS first_unit, MAX(e.unit_id) AS last_unit,
                       MAX(e.account_id) AS account_id, MAX(e.group_id) AS group_id,
                       MAX(CASE WHEN e.kind = 'transferred' THEN 1 ELSE 0 END) AS transferred
                  FROM accounts_registryevent e
                  LEFT JOIN (SELECT {_OBJECT.format("b")} AS object_key,
                                    MAX(b.at) AS at
                               FROM accounts_registryevent b
                              WHERE b.kind = 'restored' AND {_IN_WEEK.format("b")}
                              GROUP BY 1) back
                    ON back.object_key = {_OBJECT.format("e")}
                 WHERE {_IN_WEEK.format("e")} AND e.kind NOT IN ('appointed', 'restored')
                   AND (e.kind NOT IN ('closed', 'admin_replaced') OR back.at IS NULL OR e.at > back.at)
                   {{among}}
                 GROUP BY 1, 2) x) counted
"""  # noqa: S608
EVENTS = f"""
SELECT CAST(unit_id AS bigint) AS unit_id,
       SUM(CASE WHEN figure = 'opened' THEN 1 ELSE 0 END) AS opened,
       SUM(CASE WHEN figure = 'closed' THEN 1 ELSE 0 END) AS closed,
       SUM(CASE WHEN figure = 'admin_replaced' THEN 1 ELSE 0 END) AS admin_changed,
       SUM(CASE WHEN figure = 'changed' THEN 1 ELSE 0 END) AS changed
  FROM {_COUNTED.format(among=_OBJECTS_OF_PART)}
 GROUP BY counted.unit_id
"""  # noqa: S608
EVENTS_OF_UNIT = (
    f"SELECT counted.figure, counted.object_key FROM {_COUNTED} WHERE counted.unit_id = %(unit)s".format(  # noqa: S608
        among=_PART.sub(r"\1", _OBJECTS_OF_PART).replace(_PLACED, "%(unit)s")
    )
)
# READING: a daily record is about a day, and counts in the week of that day if it was entered before the week's end. One
# entered later is late: no other week counts it, only a new edition of its own does (metrics.md, "Which week").
RECORDS = f"""
SELECT d.unit_id, SUM(d.posts) AS posts, SUM(CASE WHEN d.posts > 0 THEN 1 ELSE 0 END) AS active_days,
       COUNT(DISTINCT COALESCE(d.account_id * 2, d.group_id * 2 + 1)) AS channels
  FROM reporting_dailyrecord d
 WHERE d.day BETWEEN %(day0)s AND %(day6)s AND d.recorded_at < %(known)s {_part("d.unit_id")}
 GROUP BY d.unit_id
"""  # noqa: S608
WEEKDAYS = " UNION ALL ".join(f"SELECT %(day{n})s AS day, %(day{n}_at)s AS begins" for n in range(DAYS))
_GROUPS_OF_PART = _part(
    "v.group_id",
    "SELECT g.group_id FROM accounts_groupversion g WHERE g.unit_id IN (SELECT unit_id FROM week_placed)",
)
# A group counts in the unit it belonged to on the last of the days on which it was open from 0:00. {among}: which groups.
_ACTIVE = f"""
       (SELECT open_days.group_id,
               MAX(CASE WHEN open_days.is_last = 1 THEN open_days.unit_id END) AS unit_id
          FROM (SELECT v.group_id, v.unit_id, w.day,
                       CASE WHEN ROW_NUMBER() OVER (PARTITION BY v.group_id ORDER BY w.day DESC) = 1
                            THEN 1 ELSE 0 END AS is_last
                  FROM accounts_groupversion v
                  JOIN ({WEEKDAYS}) w ON v.valid_from <= w.begins AND (v.valid_to IS NULL OR v.valid_to > w.begins)
                 WHERE v.status = 'open' AND v.valid_from < %(end)s
                       {{among}}
                   AND v.group_id IN (SELECT r.group_id FROM reporting_dailyrecord r
                                       WHERE r.day BETWEEN %(day0)s AND %(day6)s AND r.recorded_at < %(known)s)) open_days
          LEFT JOIN reporting_dailyrecord d
                 ON d.group_id = open_days.group_id AND d.day = open_days.day AND d.posts > 0
                AND d.recorded_at < %(known)s
         GROUP BY open_days.group_id HAVING COUNT(*) = COUNT(d.id)) active
"""  # noqa: S608
ACTIVE_GROUPS = (
    "SELECT CAST(unit_id AS bigint) AS unit_id, COUNT(*) AS n FROM"
    f"{_ACTIVE.format(among=_GROUPS_OF_PART)} GROUP BY active.unit_id"
)
ACTIVE_OF_UNIT = f"SELECT group_id FROM {_ACTIVE} WHERE active.unit_id = %(unit)s".format(  # noqa: S608
    among="AND v.group_id IN (SELECT g.group_id FROM accounts_groupversion g WHERE g.unit_id = %(unit)s)"
)
# READING: likewise, a check belongs to the day after the one it counts, and is late when entered after that day's week.
CHECKS = f"""
SELECT c.unit_id, COUNT(*) AS n, SUM(CASE WHEN c.grade = 'poor' THEN 1 ELSE 0 END) AS poor
  FROM reporting_spotcheck c
 WHERE c.kind = 'posts' AND c.counted_on BETWEEN %(counted_from)s AND %(counted_to)s AND c.checked_at < %(known)s
   AND (c.voided_at IS NULL OR c.voided_at >= %(known)s) {_part("c.unit_id")}
 GROUP BY c.unit_id
"""  # noqa: S608
