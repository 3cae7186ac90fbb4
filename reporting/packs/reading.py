"""From the text of a pack file to a Pack: first its form, then what it means; every problem of a step at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from orgs.kernel import clock, yaml_files
from reporting.choices import DemandKind
from reporting.exceptions import PackInvalid
from reporting.packs import checks, moments
from reporting.packs.content import Demand, Pack, Phase, Round, contact_line
from reporting.packs.layout import FINAL, PACK, PLANNED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.shapes import Findings
    from orgs.kernel.yaml_text import Document

Row = dict[str, Any]
_DEFAULTS: dict[str, Row] = {
    DemandKind.FIGURE: {"scope": "own", "compare": ">=", "missing": "unmet"},
    DemandKind.DOCUMENT: {"copies": 1},
    DemandKind.PLAN: {"scope": "own", "share": "1"},
}
_SHARED = (DemandKind.DOCUMENT, DemandKind.PLAN)
_AMOUNTS = ("threshold", "most", "share")


def parse(text: str) -> Pack:
    """The pack of a YAML text. Raises PackInvalid with every problem of its form, else of its meaning."""
    findings = yaml_files.findings_of(text, PACK)
    _refuse(findings)
    data: Row = findings.document.value  # type: ignore[assignment]  # a mapping, as just checked
    checks.check(data, findings)
    _refuse(findings)
    return _pack(data, text, findings.document)


def _refuse(findings: Findings) -> None:
    if findings.problems:
        raise PackInvalid(yaml_files.in_order(findings))


def _pack(data: Row, text: str, document: Document) -> Pack:
    phases = tuple(
        Phase(
            row["code"],
            row["title"],
            moments.starting(row.get("starts")),
            moments.ending(row.get("ends")),
            row.get("clause", ""),
        )
        for row in data.get("phases", ())
    )
    events = {row["code"]: moments.starting(row.get("at")) for row in data.get("events", ())}
    demands = [
        demand
        for n, row in enumerate(data["requirements"], 1)
        for demand in _demands(row, f"requirements[{n}]", {each.code: each for each in phases}, events)
    ]
    return Pack(
        code=data["code"],
        title=data["title"],
        number=data.get("number", ""),
        issuer=data["issuer"],
        issued_on=date.fromisoformat(data["issued_on"]),
        contact=contact_line(data.get("contact", {})),
        unit=data.get("unit", ""),
        clauses=data["clauses"],
        phases=phases,
        demands=tuple(sorted(demands, key=_order)),
        rounds=tuple(_round(row, f"rounds[{n}]") for n, row in enumerate(data.get("rounds", ()), 1)),
        source=text,
        document=document,
    )


def _demands(
    row: Row, at: str, phases: dict[str, Phase], events: dict[str, datetime | None]
) -> Iterator[Demand]:
    """One demand, or more: what is guidance at first and hard at last (RUR-3), a number planned before it is asked about."""
    phase = phases.get(row.get("phase", ""))
    deadline = row.get("deadline")
    if isinstance(deadline, dict):
        deadline_at = events[deadline["before"]]
    else:
        deadline_at = moments.ending(deadline) or (phase.ends_at if phase else None)
    demand = Demand(
        code=row["code"],
        title=row["title"],
        clause=row["clause"],
        kind=row["kind"],
        phase=row.get("phase", ""),
        target=row.get("target", {}),
        rule=_rule(row),
        is_hard=row.get("hard", row["kind"] != DemandKind.NAMING),
        starts_at=moments.starting(row.get("starts")) or (phase.starts_at if phase else None),
        deadline_at=deadline_at,
        note=row.get("note", ""),
        at=at,
    )
    yield demand
    # What is handed in or planned for one demand is kept under its code, and counts for the others as well.
    shared = demand.rule | ({"of": demand.code} if demand.kind in _SHARED else {})
    if demand.kind == DemandKind.PLAN:
        yield replace(
            demand,
            code=f"{demand.code}{PLANNED}",
            title=_("%(title)s（计划数）") % {"title": demand.title},
            rule=shared | {"stage": "number"},
            deadline_at=moments.ending(row["rule"]["planned_by"]),
        )
    if "final" in row:
        yield replace(
            demand,
            code=f"{demand.code}{FINAL}",
            title=_("%(title)s（最后期限）") % {"title": demand.title},
            phase="",
            rule=shared,
            is_hard=True,
            deadline_at=moments.ending(row["final"]),
        )


def _rule(row: Row) -> Row:
    rule: Row = _DEFAULTS.get(row["kind"], {}) | row["rule"]
    for name in _AMOUNTS:
        if name in rule:
            rule[name] = str(rule[name])
    if row["kind"] == DemandKind.PLAN:
        planned_by = moments.ending(rule["planned_by"])
        rule["planned_by"] = planned_by.isoformat() if planned_by else ""
    if row["kind"] == DemandKind.DOCUMENT:
        rule.setdefault("title", row["title"])
    if "also" in row:
        rule["also"] = row["also"]
    return rule


def _order(demand: Demand) -> tuple[int, datetime]:
    """Hard documents of periods first, then hard ones with a deadline, the earliest first: what is overdue at a moment is a
    beginning of the row.
    """
    long_ago = clock.day_start(date.min + timedelta(days=1))
    if demand.is_hard and demand.kind == DemandKind.DOCUMENT and demand.rule.get("recurs"):
        return (0, long_ago)
    if demand.is_hard and demand.deadline_at:
        return (1, demand.deadline_at)
    return (2, long_ago)


def _round(row: Row, at: str) -> Round:
    deadline_at = moments.ending(row["deadline"])
    return Round(
        title=row["title"],
        form=row["form"],
        clause=row.get("clause", ""),
        phase=row.get("phase", ""),
        target=row.get("target", {}),
        opens_at=moments.starting(row.get("opens")),
        deadline_at=deadline_at or clock.now(),
        at=at,
    )
