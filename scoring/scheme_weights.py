"""Weights of weights: sections, items and criteria may say which share of the whole they are instead of points.

A section's weight is a share of the full points, an item's of its section, a criterion's of its item; together they are
100. Points come of them in whole steps: each gets its share rounded down, what is left goes step by step to the largest
remainders, of equals to the first. So they add up exactly, whatever the shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from scoring.rules import STEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.kernel.shapes import Findings

Row = dict[str, Any]
LEVELS = ("sections", "items", "criteria")
WHOLE = 100


def with_points(data: Row, full: Decimal, findings: Findings) -> Row:
    """The scheme with points wherever it says a weight; what can't be shared out is reported. Its form is right."""
    step = Decimal(data.get("weight_step", STEP))
    if step <= 0 or step % STEP:
        findings.add("weight_step", _("须为 %(step)s 的整数倍，大于 0，请调整。") % {"step": STEP})
        return data
    return _Sharing(step, findings).inside(data, full, "", LEVELS)


def shares(points: Decimal, weights: Sequence[Decimal], step: Decimal) -> list[Decimal]:
    """The points of each in whole steps; `points` is a multiple of `step`, and the weights aren't all 0."""
    exact = [Fraction(points) / Fraction(step) * Fraction(each) / Fraction(sum(weights)) for each in weights]
    whole = [each.numerator // each.denominator for each in exact]
    left = int(points / step) - sum(whole)
    by_remainder = sorted(range(len(exact)), key=lambda n: (whole[n] - exact[n], n))
    for n in by_remainder[:left]:
        whole[n] += 1
    return [each * step for each in whole]


@dataclass(frozen=True, slots=True)
class _Sharing:
    step: Decimal
    findings: Findings

    def inside(self, whole: Row, points: Decimal, at: str, levels: Sequence[str]) -> Row:
        """The whole with the points of its parts, and of theirs."""
        name, deeper = levels[0], levels[1:]
        key = f"{at}.{name}".lstrip(".")
        parts: list[Row] = [dict(each) for each in whole[name]]
        if any("weight" in each for each in parts):
            parts = self._weighted(whole, parts, points, key)
        if deeper:
            parts = [
                self.inside(each, Decimal(each["points"]), f"{key}[{n}]", deeper)
                if "points" in each
                else each
                for n, each in enumerate(parts, 1)
            ]
        return whole | {name: parts}

    def _weighted(self, whole: Row, parts: list[Row], points: Decimal, key: str) -> list[Row]:
        problem = self._problem(whole, parts, points)
        if problem:
            self.findings.add(key, problem)
            return parts
        given = shares(points, [Decimal(each["weight"]) for each in parts], self.step)
        for n, each in enumerate(given, 1):
            if each <= 0:
                text = _("权重太小，折合不足 %(step)s 分，请调大，或改用更小的步长。")
                self.findings.add(f"{key}[{n}].weight", text % {"step": self.step})
        return [part | {"points": str(each)} for part, each in zip(parts, given, strict=True)]

    def _problem(self, whole: Row, parts: list[Row], points: Decimal) -> str:
        if not all("weight" in each for each in parts):
            return _("同一级须都写 points，或都写 weight，请统一。")
        if whole.get("capped"):
            return _("各部分按权重分配，正好等于总分，请删去 capped。")
        total = sum((Decimal(each["weight"]) for each in parts), Decimal(0))
        if total != WHOLE:
            return _("权重合计为 %(total)s，应为 100，请调整。") % {"total": total}
        if points % self.step:
            words = {"points": points, "step": self.step}
            return _("%(points)s 分不是步长 %(step)s 的整数倍，不能按权重分配，请调整。") % words
        return ""
