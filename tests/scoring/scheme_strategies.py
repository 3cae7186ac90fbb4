"""Schemes and years at random: everything a file may say, and everything a frozen week may hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from reporting.models import ClosedWeek, WeekUnit
from reporting.punctuality import Punctuality
from scoring.frozen import Group, Year
from scoring.incidents import Incidents

SHARES = (
    "members_coverage",
    "reported_coverage",
    "organisations_coverage",
    "group_administrators",
    "spot_checks",
    "requirements",
)
NUMBERS = ("public_platform", "administrator_changes", "requirements_overdue", "checks_poor", "incidents_found", "incidents_grave", "reports_missing")  # fmt: skip
WEEKLY = ("members_coverage", "organisations_coverage", "spot_checks")
COLUMNS = (
    "sub_covered_members", "base_assessed", "base_reported", "base_orgs", "sub_orgs", "sub_orgs_with_group",
    "sub_orgs_with_admin", "own_accounts_public", "own_admins", "sub_requirements", "sub_requirements_met",
    "sub_requirements_overdue", "sub_checks", "sub_checks_poor", "sub_admin_changed",
)  # fmt: skip
MAY_BE_UNKNOWN = {"base_assessed", "base_reported", "base_orgs", "sub_requirements", "sub_requirements_met", "sub_requirements_overdue"}  # fmt: skip


def tenths(n: int) -> str:
    """Points as a file writes them."""
    sign = "-" if n < 0 else ""
    return f"{sign}{abs(n) // 10}.{abs(n) % 10}"


@st.composite
def bands(draw, low, high):
    """Bands from high to low over the whole range, the ends open or closed."""
    floors = sorted(draw(st.sets(st.integers(1, 99), min_size=1, max_size=4)), reverse=True)
    middle = [draw(st.integers(low, high)) for _ in floors[1:]]
    points = [tenths(each) for each in (high, *middle, low)]
    if draw(st.booleans()):
        return [
            *([f"0.{floor:02d}", each] for floor, each in zip(floors, points, strict=False)),
            [None, points[-1]],
        ]
    rows, above = [], None
    for floor, each in zip(floors, points, strict=False):
        is_open = draw(st.booleans())
        row = {"above" if is_open else "from": f"0.{floor:02d}", "points": each}
        if above is not None:
            row["to" if above[1] else "below"] = above[0]
        rows.append(row)
        above = (row.get("above", row.get("from")), is_open)
    return [*rows, {"to" if above[1] else "below": above[0], "points": points[-1]}]


@st.composite
def simple_rules(draw, low, high):
    """A rule of one metric, between two ends in tenths."""
    kind = draw(
        st.sampled_from(["bands", "linear", "penalty", "misses", "monthly", "presence", "count", "rank"])
    )
    row = {"rule": kind, "points": tenths(high), "min_points": tenths(low)}
    each = tenths(draw(st.integers(1, 30)))
    if kind in {"bands", "monthly"}:
        metric = draw(st.sampled_from(SHARES if kind == "bands" else WEEKLY))
        return row | {"metric": metric, "params": {"bands": draw(bands(low, high))}}
    if kind == "misses":
        params = {"mark": "0.7", "run": draw(st.integers(1, 3)), "each": each}
        return row | {"metric": draw(st.sampled_from(WEEKLY)), "params": params}
    if kind == "rank":
        middle = tenths(draw(st.integers(low, high)))
        places = [[1, tenths(high)], [2, middle], [None, tenths(low)]]
        ties = [{"metric": draw(st.sampled_from(NUMBERS)), "order": draw(st.sampled_from(["high", "low"]))}]
        return row | {"metric": draw(st.sampled_from(SHARES)), "params": {"places": places, "ties": ties}}
    if kind == "linear":
        params = {"rounding": draw(st.sampled_from(["down", "half_up", "up"])), "zero": "0.5"}
        return row | {"metric": draw(st.sampled_from(SHARES)), "params": params}
    if kind == "presence":
        return row | {"metric": draw(st.sampled_from(NUMBERS)), "params": {"least": draw(st.integers(1, 5))}}
    return row | {"metric": draw(st.sampled_from(NUMBERS)), "params": {"each": each}}


@st.composite
def criteria(draw, code):
    """A criterion of any kind."""
    low, high = draw(st.integers(-30, 0)), draw(st.integers(0, 50))
    row = {"code": code, "label": f"评分点{code}", "provenance": draw(st.sampled_from(["source", "reading", "reconstructed"])), "clause": "SUP-4.3"}  # fmt: skip
    kind = draw(st.sampled_from(["simple", "simple", "judged", "documents", "sum", "exclusive"]))
    ends = {"points": tenths(high), "min_points": tenths(low)}
    if kind == "simple":
        return row | draw(simple_rules(low, high))
    if kind == "judged":
        return row | ends | {"rule": kind}
    if kind == "documents":
        return row | ends | {"rule": kind, "params": {"each": "0.5"}}
    parts = draw(st.lists(simple_rules(low, high), min_size=1, max_size=3))
    return row | ends | {"rule": kind, "params": {"parts": parts}}


@st.composite
def schemes(draw):
    """A whole scheme whose points add up, capped here and there."""
    sections, full = [], 0
    for s in range(draw(st.integers(1, 3))):
        items, of_section = [], 0
        for i in range(draw(st.integers(1, 3))):
            rows = [draw(criteria(f"{s}.{i}.{c}")) for c in range(draw(st.integers(1, 3)))]
            item, points = draw(_capped(rows))
            items.append({"content": f"内容{i}", "provenance": "source", "criteria": rows} | item)
            of_section += points
        section, points = draw(_capped(items))
        sections.append({"title": f"项目{s}", "items": items} | section)
        full += points
    grades = [["excellent", tenths(full * 9 // 10)], ["fail", 0]] if full * 9 // 10 > 0 else [["fail", 0]]
    return {"code": "random", "title": "方案", "sheet_title": "考评表", "target_kinds": ["county"], "full_points": tenths(full), "grades": grades, "sections": sections}  # fmt: skip


@st.composite
def weights(draw):
    """Up to four shares of a whole, in hundredths of a percent, that are 100 together."""
    cuts = sorted(draw(st.sets(st.integers(300, 9_700), max_size=3)))
    ends = zip([0, *cuts], [*cuts, 10_000], strict=True)
    return [f"{(high - low) // 100}.{(high - low) % 100:02d}" for low, high in ends]


@st.composite
def weighted_schemes(draw):
    """A scheme that says no points at all: weights of weights of weights."""

    def parts(make):
        return [{"weight": weight, **make(n)} for n, weight in enumerate(draw(weights()))]

    def criterion(at):
        return lambda c: {"code": f"{at}.{c}", "label": "评分点", "rule": "judged", "provenance": "source", "clause": "SUP-4.3"}  # fmt: skip

    def item(s):
        return lambda i: {"content": "内容", "provenance": "source", "criteria": parts(criterion(f"{s}.{i}"))}

    sections = parts(lambda s: {"title": "项目", "items": parts(item(s))})
    full, step = draw(st.integers(1, 100)), draw(st.sampled_from(["0.1", "0.5", "1"]))
    return {"code": "random", "title": "方案", "sheet_title": "考评表", "target_kinds": ["county"], "full_points": full, "weight_step": step, "grades": [["fail", 0]], "sections": sections}  # fmt: skip


@st.composite
def _capped(draw, parts):
    """What an item or a section is worth: all its parts, or less; with a floor or without."""
    whole = sum(round(10 * float(each["points"])) for each in parts)
    points = draw(st.integers(whole // 2, whole)) if draw(st.booleans()) else whole
    row = {"points": tenths(points), "capped": points < whole}
    if draw(st.booleans()):
        row["min_points"] = tenths(draw(st.integers(-20, 0)))
    return row, points


@st.composite
def years(draw):
    """A year of a unit: one closed week or several, figures known or not."""
    numbers = sorted(draw(st.sets(st.integers(1, 52), min_size=1, max_size=5)))
    weeks = tuple(Year(ClosedWeek(year=2026, number=n), row=row, flows=_flows(row)) for n in numbers for row in [draw(rows())])  # fmt: skip
    year = Year(
        weeks[-1].week,
        row=weeks[-1].row,
        flows=weeks[-1].flows,
        incidents=Incidents(draw(st.integers(0, 9)), 0, ((1, date(2026, 1, 1)),) * draw(st.integers(0, 3))),
        reports=draw(st.none() | st.builds(Punctuality, *[st.integers(0, 9)] * 3)),
        weeks=weeks,
    )
    others = [replace(year, row=row, flows=_flows(row)) for row in draw(st.lists(rows(), max_size=2))]
    return replace(year, group=Group(dict(enumerate([year, *others]))))


@st.composite
def rows(draw):
    """The row of a frozen week, also one that claims more than there is."""
    figures = {name: draw(st.none() | st.integers(0, 120)) if name in MAY_BE_UNKNOWN else draw(st.integers(0, 120)) for name in COLUMNS}  # fmt: skip
    return WeekUnit(**figures, unit_id=0, kind_id="county")


def _flows(row):
    return {name: getattr(row, name) for name in ("sub_checks", "sub_checks_poor", "sub_admin_changed")}
