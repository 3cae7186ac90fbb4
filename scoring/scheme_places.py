"""Points by rank as a scheme writes them: places without gap, tie-breaks that can be told, and who is compared with whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from scoring.choices import Metric, RuleKind
from scoring.rules import Place

if TYPE_CHECKING:
    from orgs.kernel.shapes import Findings

Row = Mapping[str, Any]
HIGH, LOW = "high", "low"
ORDERS = (HIGH, LOW)


def read_places(rows: Sequence[Sequence[Any]]) -> tuple[Place, ...]:
    """Places as the rules take them: [[1, 1], [5, "0.6"], [null, 0]]. They have been checked when they were loaded."""
    return tuple(Place(last, Decimal(points)) for last, points in rows)


def measures_of(metric: str, params: Row) -> list[tuple[str, Row, bool]]:
    """What ranks by what: the metric, then each tie-break, with its parameters and whether less is better."""
    ties = [
        (each["metric"], each.get("params", {}), each.get("order") == LOW) for each in params.get("ties", ())
    ]
    return [(metric, params, params.get("order") == LOW), *ties]


def check(row: Row, at: str, findings: Findings, target_kinds: Iterable[str]) -> None:
    """Report what is wrong with a rule by ranks whose form is right."""
    params = row["params"]
    low, high = Decimal(row.get("min_points", 0)), Decimal(row["points"])
    problem = _of_places(read_places(params["places"]), low, high)
    if problem:
        findings.add(f"{at}.params.places", problem)
    for n, tie in enumerate(params.get("ties", ()), 1):
        if tie["metric"] == Metric.FIGURES and "part" not in tie.get("params", {}):
            findings.add(
                f"{at}.params.ties[{n}].params.part", _("指标 figures 须写明 part（取周报的哪一项数）。")
            )
    left_out = sorted(set(target_kinds) - set(params["kinds"])) if "kinds" in params else []
    if left_out:
        text = _("排名的类型须包括方案适用的全部类型，请补上：%(kinds)s。")
        findings.add(f"{at}.params.kinds", text % {"kinds": "、".join(left_out)})


def is_by_rank(row: Row) -> bool:
    """Whether the rule, of a criterion or of a part, gives points by rank."""
    return bool(row["rule"] == RuleKind.RANK)


def _of_places(places: Sequence[Place], low: Decimal, high: Decimal) -> str:
    """What keeps the places from covering every rank once, the better the more points; "" where they do."""
    if places[-1].last is not None:
        return _("最后一行的名次须为 null（其余各名），否则有的单位得不到分。")
    lasts = [each.last for each in places[:-1]]
    if any(each is None for each in lasts):
        return _("只有最后一行的名次写 null。")
    known = [each for each in lasts if each is not None]
    if any(after <= before for before, after in pairwise(known)):
        return _("名次须从前到后，不重复，不重叠。")
    if any(after.points > before.points for before, after in pairwise(places)):
        return _("名次在后的得分不能比在前的多，请调整。")
    if places[0].points != high or places[-1].points != low:
        return _("第一行的得分须等于 points（%(high)s），最后一行须等于 min_points（%(low)s）。") % {
            "high": high,
            "low": low,
        }
    return ""
