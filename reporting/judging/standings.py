"""judge_standing: one row per asked unit with one character per requirement, in one statement over the roll-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce

from orgs.models import OrgUnit
from reporting import rollup
from reporting.judging import metrics, rules, targets
from reporting.judging.statement import Statement
from reporting.models import CampaignVersion, Exemption, Requirement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reporting.judging.instant import Instant
    from reporting.models import Campaign

MET, UNMET, EXEMPT, NOT_ASKED = "1", "0", "x", "-"
TABLES = ("judge_standing", "judge_scope", *metrics.TABLES)

_SCOPE = """
CREATE TEMPORARY TABLE judge_scope (unit_id bigint PRIMARY KEY)
"""
_FILL_SCOPE = """
INSERT INTO judge_scope
WITH RECURSIVE down (unit_id) AS (
    SELECT unit_id FROM week_placed WHERE unit_id = %s
    UNION ALL SELECT p.unit_id FROM down d JOIN week_placed p ON p.up_id = d.unit_id)
SELECT unit_id FROM down
"""
_TABLE = "CREATE TEMPORARY TABLE judge_standing (unit_id bigint PRIMARY KEY, standings varchar(60))"


def collect(campaign: Campaign, instant: Instant) -> int:
    """Fill the roll-up's tables with the figures of the moment; returns the deepest level.

    One province is read by its tree of today, the forest whole where a superior stood in what is another tree today.
    """
    unit: OrgUnit = campaign.unit
    is_part = not unit.is_national and bool(rollup.split(instant))
    deepest = rollup.place_tree(instant, unit.tree_id) if is_part else rollup.place(instant)
    rollup.collect(instant, is_part=is_part)
    rollup.mark_persons(instant, deepest)
    rollup.sum_up(deepest)
    return deepest


def version_at(campaign: Campaign, at: datetime) -> CampaignVersion | None:
    """The version that was in force at the moment: a newer one does not judge the weeks before it."""
    versions = campaign.versions.order_by("-number")
    # What happened at the very instant comes after it; a first version has nothing before it.
    return versions.filter(loaded_at__lt=at).first() or versions.filter(loaded_at__lte=at).last()


def requirements_at(campaign: Campaign, at: datetime) -> list[Requirement]:
    """The requirements of that version, with it, in order; one statement, and empty before one is loaded."""
    loaded = CampaignVersion.objects.filter(campaign=campaign, loaded_at__lte=at)
    before = loaded.filter(loaded_at__lt=at).order_by("-number").values("pk")[:1]
    first = loaded.order_by("number").values("pk")[:1]
    found = Requirement.objects.filter(version=Coalesce(Subquery(before), Subquery(first)))
    return list(found.select_related("phase", "version__campaign").order_by("position"))


def judge(campaign: Campaign, version: CampaignVersion, instant: Instant, deepest: int) -> list[Requirement]:
    """Fill judge_standing from the collected figures; returns the requirements in order of their characters."""
    requirements = list(version.requirements.select_related("version").order_by("position"))
    statement = Statement(instant.params(), _scope(campaign.unit))
    exempted = _exempted(campaign, instant)
    answers = [_answer(each, campaign.unit, instant, exempted, statement) for each in requirements]
    metrics.collect_extras(statement, deepest)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS judge_standing")
        cursor.execute(_TABLE)
        if answers:
            cursor.execute(_insert(answers, version, statement), statement.params)
    return requirements


def drop() -> None:
    """Remove the temporary tables of this session, those of the roll-up included."""
    rollup.drop()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


def _scope(unit: OrgUnit) -> str:
    """SELECT of the units of the campaign's subtree; "" where that is all that is placed."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS judge_scope")
        if unit.is_national:
            return ""
        cursor.execute(_SCOPE)
        cursor.execute(_FILL_SCOPE, [unit.pk])
    return "SELECT unit_id FROM judge_scope"


def _exempted(campaign: Campaign, instant: Instant) -> set[str]:
    """Codes of the requirements from which some unit is exempt at the moment."""
    in_force = Exemption.objects.filter(campaign=campaign, granted_at__lt=instant.known)
    still = in_force.filter(Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=instant.known))
    return set(still.values_list("requirement_code", flat=True))


def _answer(
    requirement: Requirement, unit: OrgUnit, instant: Instant, exempted: set[str], statement: Statement
) -> str:
    """The character of one requirement as SQL."""
    told = rules.told(requirement, unit.pk, statement)
    if told is None or (requirement.starts_at and requirement.starts_at >= instant.known):
        return f"'{NOT_ASKED}'"
    asked = f"({targets.condition(requirement.target, statement)}) AND {told.is_asked}"
    if requirement.kind == "total":
        asked = told.is_asked
    lines = [f"CASE WHEN NOT COALESCE({asked}, FALSE) THEN '{NOT_ASKED}'"]
    if requirement.code in exempted:
        lines.append(f"WHEN {_exemption(requirement, statement)}.n > 0 THEN '{EXEMPT}'")
    if rules.is_between_periods(requirement, instant):
        before = f"SUBSTR(j.standings, {requirement.position}, 1)"
        lines.append(f"ELSE COALESCE(NULLIF({before}, '{EXEMPT}'), '{NOT_ASKED}') END")
    else:
        lines.append(f"WHEN {told.is_met} THEN '{MET}' ELSE '{UNMET}' END")
    return " ".join(lines)


def _exemption(requirement: Requirement, statement: Statement) -> str:
    campaign = statement.value(requirement.version.campaign_id)
    code = statement.value(requirement.code)
    return statement.join(
        "SELECT e.unit_id, COUNT(*) AS n FROM reporting_exemption e"  # noqa: S608 - values are parameters
        f" WHERE e.campaign_id = {campaign} AND e.requirement_code = {code} AND e.granted_at < %(end)s"
        " AND (e.withdrawn_at IS NULL OR e.withdrawn_at >= %(end)s) GROUP BY e.unit_id"
    )


def _insert(answers: Sequence[str], version: CampaignVersion, statement: Statement) -> str:
    """Units that are asked nothing have no row."""
    scope = f" AND f.unit_id IN ({statement.scope})" if statement.scope else ""
    return (
        "INSERT INTO judge_standing SELECT unit_id, standings FROM ("  # noqa: S608 - values are parameters
        f"SELECT f.unit_id, {' || '.join(answers)} AS standings FROM week_facts f"
        " LEFT JOIN week_below b ON b.unit_id = f.unit_id"
        " LEFT JOIN judge_extra x ON x.unit_id = f.unit_id"
        " LEFT JOIN judge_extra_below y ON y.unit_id = f.unit_id"
        f" LEFT JOIN reporting_judgement j ON j.version_id = {statement.value(version.pk)}"
        f" AND j.unit_id = f.unit_id AND j.valid_to IS NULL {statement.joins}"
        f" WHERE f.is_open = 1{scope}) told WHERE REPLACE(standings, '{NOT_ASKED}', '') <> ''"
    )
