"""Campaign packs: a notice as a YAML file, read and checked; what it asks is data, a new notice needs no code.

`parse` gives a Pack or raises PackInvalid with the line, the key and the remedy of every problem. The keys of the file
are `layout.PACK`; `docs/pack.schema.json` is written from it, `docs/packs.md` explains it.

What a requirement keeps (`Requirement.target`, `Requirement.rule`), read by whoever judges:

target, each key optional (no limit where it is absent); the campaign's unit is part of its subtree
    kinds, lines, intake_years, not_intake_years   lists
    units, not_units    codes: these units alone; all but these and what stands below them
    under               code: only that unit and what stands below it
    with_children       whether a unit in operation stands directly below
    levels              depth in the tree: province 0, direct unit 1 …
    attributes          flags of the kind: holds_members, league_organisation
rule, by kind; every rule may have `also`, the further clauses it comes from
    figure      metric, scope (own | subtree), compare (>= | <= | > | < | == | between), threshold, most (between only),
                base (metric ÷ base is compared), substitutes (metrics that are added), missing (unmet | not_asked),
                recurs (daily | weekly | monthly: the period that ended last is judged), and what the metric needs:
                group_kinds, platforms, form, least
    link_group  group_kinds, counterparts (all | one_each), below_kinds
    naming      what (accounts | groups), pattern (judging/names.py), group_kinds, platforms
    checklist   items
    document    title, copies, recurs (a document each period)
    plan        metric, scope, planned_by, share (of the planned number), and what the metric needs; the demand for the
                number itself has stage: number
    total       kinds, metric, expected: so many units of these kinds have at least one; asked of the campaign's unit
of: the code under which a further demand for the same document or number keeps it (judging/papers.py).
Numbers are decimal text, moments ISO 8601 with their offset.
"""

from __future__ import annotations

from reporting.packs.content import Demand, Pack, Phase, Round
from reporting.packs.reading import parse

__all__ = ["Demand", "Pack", "Phase", "Round", "parse"]
