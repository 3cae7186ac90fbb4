"""judge_standing: one row per asked unit with one character per requirement, in one statement over the roll-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce

from orgs.models import OrgUnit
from reporting import rollup
from reporting.judging import changes, metrics, rules, targets, young
from reporting.judging.statement import Statement
from reporting.models import CampaignVersion, Exemption, Judgement, Requirement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reporting.judging.instant import Instant
    from reporting.models import Campaign

# YOUNG: asked and not met, by a unit that was founded late and has time after the deadline.
MET, UNMET, EXEMPT, NOT_ASKED, YOUNG = "1", "0", "x", "-", "y"
TABLES = ("judge_standing", "judge_part", "judge_scope", *metrics.TABLES, *changes.TABLES)

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
_TABLE = "CREATE TEMPORARY TABLE {name} (unit_id bigint PRIMARY KEY, standings varchar(60))"
_MORE = """
UPDATE judge_standing SET standings = judge_standing.standings || p.standings
  FROM judge_part p WHERE p.unit_id = judge_standing.unit_id
"""
# Units that are asked nothing have no row.
_IS_ASKED = f"REPLACE(standings, '{NOT_ASKED}', '') <> ''"


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


def requirements_now(campaign: Campaign, at: datetime) -> list[Requirement]:
    """The requirements that have answers at this moment: a newer version shows nothing until it has been judged."""
    seen_at = at if campaign.judged_until is None else min(at, campaign.judged_until)
    return requirements_at(campaign, seen_at) or requirements_at(campaign, at)


@dataclass(frozen=True, slots=True)
class Before:
    """The answers that stand: under which version they were given, and where in its rows those to the same rules are."""

    version_id: int
    places: dict[str, int]

    @classmethod
    def of(cls, campaign: Campaign, requirements: Sequence[Requirement]) -> Before:
        """A newer version takes over what an older one has found, where it asks the same under the same code."""
        standing = Judgement.objects.current().filter(version__campaign=campaign).order_by()
        version_id = standing.values_list("version_id", flat=True)[:1]
        known = {each.code: each for each in Requirement.objects.filter(version__in=version_id)}
        places = {
            each.code: known[each.code].position
            for each in requirements
            if each.code in known and known[each.code].rule == each.rule
        }
        return cls(next((each.version_id for each in known.values()), 0), places)

    def character(self, requirement: Requirement) -> str:
        """What stands for the requirement, as SQL; NULL where nothing does."""
        place = self.places.get(requirement.code)
        return f"SUBSTR(j.standings, {place}, 1)" if place else "NULL"


def judge(campaign: Campaign, version: CampaignVersion, instant: Instant, deepest: int) -> list[Requirement]:
    """Fill judge_standing from the collected figures; returns the requirements in order of their characters."""
    requirements = list(version.requirements.select_related("version__campaign").order_by("position"))
    answer(campaign, requirements, instant, deepest, before=Before.of(campaign, requirements))
    return requirements


def answer(
    campaign: Campaign,
    requirements: Sequence[Requirement],
    instant: Instant,
    deepest: int,
    *,
    before: Before | None = None,
) -> None:
    """The same for these requirements, which need not be saved.

    `before` are the answers that stay where a period isn't over; without them everything is asked now, what has not
    begun included.
    """
    statement = Statement(instant.params(), _scope(campaign.unit))
    exempted = _exempted(campaign, instant)
    parts: list[tuple[Statement, list[str]]] = []
    for each in requirements:
        if not parts or statement.is_full:
            statement = statement.next()
            parts.append((statement, []))
        character = _answer(each, campaign.unit, instant, exempted, statement, before)
        parts[-1][1].append(character)
    metrics.collect_extras(statement, deepest)
    _write(parts, before.version_id if before else 0)


def _write(parts: Sequence[tuple[Statement, Sequence[str]]], version_id: int) -> None:
    """All in one statement as long as the engine can join so many sources, else part by part."""
    is_one = len(parts) == 1
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS judge_standing")
        cursor.execute(_TABLE.format(name="judge_standing"))
        for n, (statement, answers) in enumerate(parts):
            name = "judge_part" if n else "judge_standing"
            if n:
                cursor.execute("DROP TABLE IF EXISTS judge_part")
                cursor.execute(_TABLE.format(name=name))
            cursor.execute(_insert(name, answers, version_id, statement, is_one=is_one), statement.params)
            if n:
                cursor.execute(_MORE)
        if not is_one:
            cursor.execute(f"DELETE FROM judge_standing WHERE NOT ({_IS_ASKED})")  # noqa: S608


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
    requirement: Requirement,
    unit: OrgUnit,
    instant: Instant,
    exempted: set[str],
    statement: Statement,
    before: Before | None,
) -> str:
    """The character of one requirement as SQL."""
    told = rules.told(requirement, unit.pk, statement, instant.known, is_trial=before is None)
    is_ahead = (
        before is not None and requirement.starts_at is not None and requirement.starts_at >= instant.known
    )
    if told is None or is_ahead:
        return f"'{NOT_ASKED}'"
    asked = f"({targets.condition(requirement.target, statement)}) AND {told.is_asked}"
    if requirement.kind == "total":
        asked = told.is_asked
    lines = [f"CASE WHEN NOT COALESCE({asked}, FALSE) THEN '{NOT_ASKED}'"]
    if requirement.code in exempted:
        lines.append(f"WHEN {_exemption(requirement, statement)}.n > 0 THEN '{EXEMPT}'")
    if before is not None and rules.is_between_periods(requirement, instant):
        lines.append(f"ELSE COALESCE(NULLIF({before.character(requirement)}, '{EXEMPT}'), '{NOT_ASKED}') END")
    else:
        met = f"({told.is_met}){_or_was_met(requirement, statement, before)}"
        lines.append(f"WHEN {met} THEN '{MET}'")
        if before is not None and (own := young.condition(requirement, statement, instant.known)):
            lines.append(f"WHEN {own} THEN '{YOUNG}'")
        lines.append(f"ELSE '{UNMET}' END")
    return " ".join(lines)


def _or_was_met(requirement: Requirement, statement: Statement, before: Before | None) -> str:
    """A share of the expected forms is one of open rounds: what was met while they were open stays so after the last."""
    if before is None or requirement.rule.get("base") != "expected":
        return ""
    expected = metrics.scoped("expected", requirement.rule, statement)
    return f" OR COALESCE({expected}, 0) = 0 AND {before.character(requirement)} = '{MET}'"


def _exemption(requirement: Requirement, statement: Statement) -> str:
    campaign = statement.value(requirement.version.campaign_id)
    code = statement.value(requirement.code)
    return statement.join(
        "SELECT e.unit_id, COUNT(*) AS n FROM reporting_exemption e"  # noqa: S608 - values are parameters
        f" WHERE e.campaign_id = {campaign} AND e.requirement_code = {code} AND e.granted_at < %(end)s"
        " AND (e.withdrawn_at IS NULL OR e.withdrawn_at >= %(end)s) GROUP BY e.unit_id"
    )


def _insert(name: str, answers: Sequence[str], version_id: int, statement: Statement, *, is_one: bool) -> str:
    """The answers of a part of the requirements; where it is all of them, of the units that are asked something."""
    scope = f" AND f.unit_id IN ({statement.scope})" if statement.scope else ""
    asked = f" WHERE {_IS_ASKED}" if is_one else ""
    return (
        f"INSERT INTO {name} SELECT unit_id, standings FROM ("  # noqa: S608 - values are parameters
        f"SELECT f.unit_id, {' || '.join(answers)} AS standings FROM week_facts f"
        " LEFT JOIN week_below b ON b.unit_id = f.unit_id"
        " LEFT JOIN judge_extra x ON x.unit_id = f.unit_id"
        " LEFT JOIN judge_extra_below y ON y.unit_id = f.unit_id"
        f" LEFT JOIN reporting_judgement j ON j.version_id = {statement.value(version_id)}"
        f" AND j.unit_id = f.unit_id AND j.valid_to IS NULL {statement.joins}"
        f" WHERE f.is_open = 1{scope}) told{asked}"
    )
