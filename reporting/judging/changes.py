"""What has changed against the rows that stand, as SQL: a row per change, closed and begun at the moment of judging.

`operations/judging.py` runs these. A row that began at the very moment never was valid, and is taken away.
"""

from __future__ import annotations

TABLES = ("judge_new_standing", "judge_new_tally")
_JUDGED_SO = """
EXISTS (SELECT 1 FROM judge_standing n WHERE n.unit_id = reporting_judgement.unit_id
         AND n.standings = reporting_judgement.standings) AND version_id = %(version)s
"""
_STALE_JUDGEMENT = f"""
valid_to IS NULL AND version_id IN (SELECT v.id FROM reporting_campaignversion v WHERE v.campaign_id = %(campaign)s)
   AND NOT ({_JUDGED_SO})
"""  # noqa: S608 - SQL of ours, values are parameters
_OF_CAMPAIGN = """
requirement_id IN (SELECT r.id FROM reporting_requirement r JOIN reporting_campaignversion v ON v.id = r.version_id
                    WHERE v.campaign_id = %(campaign)s)
"""
_STALE_TALLY = f"""
valid_to IS NULL AND {_OF_CAMPAIGN} AND NOT EXISTS (
    SELECT 1 FROM judge_tally n WHERE n.requirement_id = reporting_tally.requirement_id
       AND n.unit_id = reporting_tally.unit_id AND n.n_asked = reporting_tally.n_asked
       AND n.n_met = reporting_tally.n_met AND n.n_exempt = reporting_tally.n_exempt)
"""  # noqa: S608
# In this order; each takes `campaign`, `version` and `at`. What is new is put aside before it is written: PostgreSQL
# plans to read a table it knows to be empty once for every row, and would read all that the statement has written so far.
STATEMENTS = (
    f"DELETE FROM reporting_judgement WHERE valid_from = %(at)s AND {_STALE_JUDGEMENT}",  # noqa: S608
    f"UPDATE reporting_judgement SET valid_to = %(at)s WHERE {_STALE_JUDGEMENT}",  # noqa: S608
    "DROP TABLE IF EXISTS judge_new_standing",
    """CREATE TEMPORARY TABLE judge_new_standing AS SELECT n.unit_id, n.standings FROM judge_standing n
 WHERE NOT EXISTS (SELECT 1 FROM reporting_judgement j
                    WHERE j.version_id = %(version)s AND j.unit_id = n.unit_id AND j.valid_to IS NULL)""",
    """INSERT INTO reporting_judgement (version_id, unit_id, standings, valid_from)
SELECT %(version)s, n.unit_id, n.standings, %(at)s FROM judge_new_standing n""",
    f"DELETE FROM reporting_tally WHERE valid_from = %(at)s AND {_STALE_TALLY}",  # noqa: S608
    f"UPDATE reporting_tally SET valid_to = %(at)s WHERE {_STALE_TALLY}",  # noqa: S608
    "DROP TABLE IF EXISTS judge_new_tally",
    """CREATE TEMPORARY TABLE judge_new_tally AS
SELECT n.requirement_id, n.unit_id, n.n_asked, n.n_met, n.n_exempt FROM judge_tally n
 WHERE NOT EXISTS (SELECT 1 FROM reporting_tally t
                    WHERE t.requirement_id = n.requirement_id AND t.unit_id = n.unit_id AND t.valid_to IS NULL)""",
    """INSERT INTO reporting_tally (requirement_id, unit_id, n_asked, n_met, n_exempt, valid_from)
SELECT n.requirement_id, n.unit_id, n.n_asked, n.n_met, n.n_exempt, %(at)s FROM judge_new_tally n""",
)
