"""What a scheme means: points that add up, bands without gap or overlap, rules that the metric can feed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from scoring import scheme_places
from scoring.choices import OF_YEAR, Metric, RuleKind, is_number
from scoring.rules import STEP
from scoring.scheme_bands import problem_of, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from orgs.kernel.shapes import Findings

Row = dict[str, Any]
FULL_POINTS = "10"
NEEDS_METRIC = {
    RuleKind.BANDS,
    RuleKind.LINEAR,
    RuleKind.PRESENCE,
    RuleKind.PENALTY,
    RuleKind.MONTHLY,
    RuleKind.MISSES,
    RuleKind.RANK,
}
NEEDS_PARAMS = frozenset(RuleKind.values) - {RuleKind.JUDGED, RuleKind.PRESENCE, RuleKind.LINEAR}
OF_PEOPLE = {RuleKind.DOCUMENTS, RuleKind.JUDGED}
COUNTS = {RuleKind.COUNT, RuleKind.PENALTY}
FROM_NOTHING = {RuleKind.DOCUMENTS, RuleKind.COUNT, RuleKind.PRESENCE}
WEEK_BY_WEEK = {RuleKind.MONTHLY, RuleKind.MISSES}
PARTED = {RuleKind.SUM, RuleKind.EXCLUSIVE}


def check(data: Row, findings: Findings) -> None:
    """Report what is wrong in a scheme whose form is right."""
    _grades(data, findings)
    codes: set[str] = set()
    for at, row in _criteria(data):
        if row["code"] in codes:
            findings.add(f"{at}.code", _("评分点代码重复，请改为各不相同。"))
        codes.add(row["code"])
        _criterion(row, at, findings)
        _compared(row, at, findings, data["target_kinds"])
    _sums(data, findings)


def _criteria(data: Row) -> Iterator[tuple[str, Row]]:
    for s, section in enumerate(data["sections"], 1):
        for i, item in enumerate(section["items"], 1):
            for c, criterion in enumerate(item["criteria"], 1):
                yield f"sections[{s}].items[{i}].criteria[{c}]", criterion


def _grades(data: Row, findings: Findings) -> None:
    names = [name for name, _floor in data["grades"]]
    floors = [Decimal(floor) for _name, floor in data["grades"]]
    full = Decimal(data.get("full_points", FULL_POINTS))
    if len(set(names)) != len(names):
        findings.add("grades", _("等次重复了，请删去一个。"))
    if floors != sorted(set(floors), reverse=True) or floors[-1] != 0:
        findings.add("grades", _("起点分须从高到低，最后一档从 0 起，不留空档。"))
    if floors[0] > full:
        findings.add("grades", _("起点分不能超过总分 %(full)s，请调整。") % {"full": full})


def _criterion(row: Row, at: str, findings: Findings) -> None:
    rule = row["rule"]
    if rule in OF_PEOPLE | PARTED and rule != RuleKind.JUDGED and "metric" in row:
        findings.add(f"{at}.metric", _("这种规则不用 metric，请删去。"))
    _rule(row, at, findings)
    for n, part in enumerate(row.get("params", {}).get("parts", ()), 1):
        where = f"{at}.params.parts[{n}]"
        _rule(part, where, findings)
        low, high = _range(row)
        part_low, part_high = _range(part)
        if rule == RuleKind.EXCLUSIVE and (part_high > high or part_low < low):
            findings.add(where, _("各部分的分值须在评分点的最低分和分值之间，请调整。"))


def _compared(row: Row, at: str, findings: Findings, target_kinds: list[str]) -> None:
    """Rules by ranks, of the criterion or of its parts."""
    parts = enumerate(row.get("params", {}).get("parts", ()), 1)
    for where, each in [(at, row), *((f"{at}.params.parts[{n}]", part) for n, part in parts)]:
        if scheme_places.is_by_rank(each) and each.get("params"):
            scheme_places.check(each, where, findings, target_kinds)


def _rule(row: Row, at: str, findings: Findings) -> None:
    """One rule with its metric and parameters, of a criterion or of a part of one."""
    rule, params = row["rule"], row.get("params", {})
    low, high = _range(row)
    if low > high:
        findings.add(f"{at}.min_points", _("最低分不能大于分值，请调整。"))
    if rule in FROM_NOTHING and low > 0:
        findings.add(f"{at}.min_points", _("这种规则没有就得 0 分，最低分不能大于 0，请调整。"))
    if rule in NEEDS_PARAMS and not params:
        findings.add(f"{at}.params", _("这种规则须写明 params，见 docs/scheme-keys.md。"))
        return
    _metric(row, at, findings)
    if rule in {RuleKind.BANDS, RuleKind.MONTHLY}:
        _bands(row, at, findings)
    if rule == RuleKind.LINEAR:
        _line(params, at, findings)
    if "each" in params and Decimal(params["each"]) <= 0:
        findings.add(f"{at}.params.each", _("须大于 0，请调整。"))


def _line(params: Row, at: str, findings: Findings) -> None:
    if Fraction(params.get("zero", 0)) == Fraction(params.get("full", 1)):
        findings.add(f"{at}.params.full", _("full 和 zero 不能相同，请调整。"))
    step = Fraction(params.get("step", STEP))
    if step == 0:
        findings.add(f"{at}.params.step", _("步长须大于 0，请调整。"))
    elif step % Fraction(STEP):
        # Points are given in steps of 0.1, so a total has one decimal (SUP-4.3).
        findings.add(f"{at}.params.step", _("步长须为 %(step)s 的整数倍，请调整。") % {"step": STEP})


def _metric(row: Row, at: str, findings: Findings) -> None:
    rule, metric, params = row["rule"], row.get("metric", ""), row.get("params", {})
    if rule in NEEDS_METRIC and not metric:
        findings.add(f"{at}.metric", _("这种规则按指标计分，须写明 metric。"))
    if metric == Metric.FIGURES and "part" not in params:
        findings.add(f"{at}.params.part", _("指标 figures 须写明 part（取周报的哪一项数）。"))
    if metric and rule in COUNTS and not is_number(metric, params):
        findings.add(f"{at}.metric", _("这种规则数个数，请换用个数的指标，见 docs/scheme-keys.md。"))
    if rule in WEEK_BY_WEEK and metric in OF_YEAR:
        findings.add(f"{at}.metric", _("这个指标全年只有一个数，不能按周、按月计分，请换一个。"))


def _bands(row: Row, at: str, findings: Findings) -> None:
    params, key = row["params"], f"{at}.params.bands"
    for n, band in enumerate(params["bands"], 1):
        if isinstance(band, dict) and ({"from", "above"} <= band.keys() or {"to", "below"} <= band.keys()):
            findings.add(f"{key}[{n}]", _("同一端只能写一个：from 或 above，to 或 below。"))
            return
    bands = written(params["bands"])
    problem = problem_of(
        bands,
        is_share=not is_number(row.get("metric", ""), params),
        most=highest_of(row.get("metric", ""), params),
    )
    if problem:
        findings.add(key, problem)
    low, high = _range(row)
    points = [each.points for each in bands]
    if max(points) != high or min(points) != low:
        findings.add(key, _("各档最高得分须等于 points，最低得分须等于 min_points。"))


def highest_of(metric: str, params: Mapping[str, Any]) -> Fraction | None:
    """What more counts as: a share as 1 where nothing else is said, a number has no top."""
    if "most" in params:
        return None if params["most"] is None else Fraction(params["most"])
    return None if is_number(metric, params) else Fraction(1)


def _range(row: Row) -> tuple[Decimal, Decimal]:
    return Decimal(row.get("min_points", 0)), Decimal(row["points"])


def _sums(data: Row, findings: Findings) -> None:
    """Criteria add up to their item, items to their section, sections to the full points (SUP-4.3)."""
    full = Decimal(data.get("full_points", FULL_POINTS))
    _sum("sections", {"points": full}, data["sections"], findings)
    for s, section in enumerate(data["sections"], 1):
        at = f"sections[{s}]"
        _sum(f"{at}.items", section, section["items"], findings)
        for i, item in enumerate(section["items"], 1):
            _sum(f"{at}.items[{i}].criteria", item, item["criteria"], findings)


def _sum(key: str, whole: Row, parts: list[Row], findings: Findings) -> None:
    expected = Decimal(whole["points"])
    actual = sum((Decimal(each["points"]) for each in parts), Decimal(0))
    if Decimal(whole.get("min_points", 0)) > expected:
        findings.add(key, _("最低分不能大于分值，请调整。"))
    words = {"actual": actual, "expected": expected}
    if whole.get("capped") and actual < expected:
        findings.add(key, _("分值合计为 %(actual)s，应不少于 %(expected)s，请调整。") % words)
    if not whole.get("capped") and actual != expected:
        findings.add(key, _("分值合计为 %(actual)s，应为 %(expected)s，请调整。") % words)
