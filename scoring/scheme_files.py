"""Read a scheme file (YAML) into checked dataclasses: every problem with its line, its key and what to do about it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from orgs.kernel import yaml_text
from orgs.kernel.shapes import Findings, Problem
from scoring.choices import Grade, Metric, Provenance, RuleKind
from scoring.exceptions import SchemeInvalid
from scoring.rules import Band

FULL_SCORE = Decimal(10)


@dataclass(frozen=True, slots=True)
class CriterionFile:
    code: str
    label: str
    points: Decimal
    min_points: Decimal
    rule: str
    metric: str
    params: dict[str, Any]
    provenance: str
    clause: str


@dataclass(frozen=True, slots=True)
class ItemFile:
    content: str
    standard: str
    points: Decimal
    provenance: str
    criteria: tuple[CriterionFile, ...]


@dataclass(frozen=True, slots=True)
class SectionFile:
    title: str
    points: Decimal
    items: tuple[ItemFile, ...]


@dataclass(frozen=True, slots=True)
class SchemeFile:
    code: str
    title: str
    clause: str
    target_kinds: tuple[str, ...]
    grades: tuple[tuple[str, str], ...]
    settings: dict[str, Any]
    sections: tuple[SectionFile, ...]

    def digest(self) -> str:
        """What makes two files the same, whatever their layout and comments."""
        text = json.dumps(asdict(self), default=str, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes values of a kind from what was read; what isn't of that kind is a problem at its key."""

    findings: Findings

    def problem(self, key: str, text: str) -> None:
        self.findings.add(key.lstrip("."), text)

    def text(self, data: dict[str, Any], key: str, at: str, *, default: str | None = None) -> str:
        value = data.get(key, default)
        if not isinstance(value, str) or (not value and default is None):
            self.problem(f"{at}.{key}", _("缺少文字，请填写并加引号。"))
            return ""
        return value

    def points(self, data: dict[str, Any], key: str, at: str, *, default: str | None = None) -> Decimal:
        try:
            # Numbers must be quoted: YAML would read 0.1 as a binary fraction.
            value = data.get(key, default)
            if isinstance(value, str):
                return Decimal(value)
        except InvalidOperation:
            pass
        self.problem(f"{at}.{key}", _('缺少分值或不是数字，请写成带引号的数字，如 "0.5"。'))
        return Decimal(0)

    def choice(self, data: dict[str, Any], key: str, at: str, allowed: list[str]) -> str:
        value = data.get(key, "")
        if value not in allowed:
            text = _("“%(value)s”不在可选值内，请改为：%(allowed)s。")
            self.problem(f"{at}.{key}", text % {"value": value, "allowed": "、".join(filter(None, allowed))})
        return str(value)

    def rows(self, data: dict[str, Any], key: str, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
        rows = data.get(key)
        if not isinstance(rows, list) or not rows:
            self.problem(f"{at}.{key}".lstrip("."), _("至少需要一项，请补充。"))
            return
        for index, row in enumerate(rows, 1):
            where = f"{at}.{key}[{index}]".lstrip(".")
            if isinstance(row, dict):
                yield where, row
            else:
                self.problem(where, _("格式不对，请按“键: 值”填写。"))


def parse(text: str) -> SchemeFile:
    """The scheme of a YAML text. Raises SchemeInvalid with every problem found."""
    try:
        document = yaml_text.read(text)
    except yaml_text.NotYaml as error:
        raise SchemeInvalid(problems=[Problem(error.line, "", error.text)]) from error
    if not isinstance(document.value, dict):
        raise SchemeInvalid(_("文件不是考评方案，请以 code、title、sections 等键开头。"))
    reader = _Reader(Findings(document))
    for key in document.repeated:
        reader.problem(key, _("这个键写了两次，请删去一个。"))
    scheme = _scheme(reader, document.value)
    if not reader.findings.problems:
        _check_sums(reader, scheme)
    if reader.findings.problems:
        raise SchemeInvalid(problems=reader.findings.problems)
    return scheme


def _scheme(reader: _Reader, data: dict[str, Any]) -> SchemeFile:
    kinds = data.get("target_kinds")
    if not isinstance(kinds, list) or not kinds:
        reader.problem("target_kinds", _("请列出适用的团组织类型，如 [county]。"))
    settings = dict(data.get("settings") or {})
    settings["sheet_title"] = reader.text(data, "sheet_title", "")
    return SchemeFile(
        code=reader.text(data, "code", ""),
        title=reader.text(data, "title", ""),
        clause=reader.text(data, "clause", "", default=""),
        target_kinds=tuple(kinds or ()),
        grades=_grades(reader, data.get("grades")),
        settings=settings,
        sections=tuple(_section(reader, row, at) for at, row in reader.rows(data, "sections", "")),
    )


def _grades(reader: _Reader, rows: Any) -> tuple[tuple[str, str], ...]:
    try:
        grades = [(str(name), Decimal(floor)) for name, floor in rows]
    except (TypeError, ValueError, InvalidOperation):
        reader.problem("grades", _('请写成 [等次, "起点分"] 的列表。'))
        return ()
    floors = [floor for _name, floor in grades]
    if {name for name, _floor in grades} - set(Grade.values):
        reader.problem("grades", _("等次名称只能用：%s。") % "、".join(Grade.values))
    if floors != sorted(set(floors), reverse=True) or not floors or floors[-1] != 0:
        reader.problem("grades", _("起点分须从高到低，最后一档从 0 起，不留空档。"))
    return tuple((name, str(floor)) for name, floor in grades)


def _section(reader: _Reader, data: dict[str, Any], at: str) -> SectionFile:
    return SectionFile(
        title=reader.text(data, "title", at),
        points=reader.points(data, "points", at),
        items=tuple(_item(reader, row, where) for where, row in reader.rows(data, "items", at)),
    )


def _item(reader: _Reader, data: dict[str, Any], at: str) -> ItemFile:
    return ItemFile(
        content=reader.text(data, "content", at),
        standard=reader.text(data, "standard", at, default=""),
        points=reader.points(data, "points", at),
        provenance=reader.choice(data, "provenance", at, Provenance.values),
        criteria=tuple(_criterion(reader, row, where) for where, row in reader.rows(data, "criteria", at)),
    )


def _criterion(reader: _Reader, data: dict[str, Any], at: str) -> CriterionFile:
    criterion = CriterionFile(
        code=reader.text(data, "code", at),
        label=reader.text(data, "label", at),
        points=reader.points(data, "points", at),
        min_points=reader.points(data, "min_points", at, default="0"),
        rule=reader.choice(data, "rule", at, RuleKind.values),
        metric=reader.choice(data, "metric", at, ["", *Metric.values]),
        params=data.get("params") or {},
        provenance=reader.choice(data, "provenance", at, Provenance.values),
        clause=reader.text(data, "clause", at),
    )
    _check_rule(reader, criterion, at)
    return criterion


def _check_rule(reader: _Reader, criterion: CriterionFile, at: str) -> None:
    params = criterion.params
    if criterion.rule in {RuleKind.BANDS, RuleKind.PRESENCE} and not criterion.metric:
        reader.problem(f"{at}.metric", _("按比例、按有无计分须写明 metric。"))
    if criterion.rule in {RuleKind.DOCUMENTS, RuleKind.COUNT}:
        reader.points(params, "each", f"{at}.params")
    if criterion.rule == RuleKind.COUNT:
        reader.points(params, "rule_points", f"{at}.params")
    if criterion.rule == RuleKind.BANDS:
        _check_bands(reader, criterion, at)


def _check_bands(reader: _Reader, criterion: CriterionFile, at: str) -> None:
    key = f"{at}.params.bands"
    try:
        steps = read_bands(criterion.params["bands"])
    except (KeyError, TypeError, ValueError, InvalidOperation):
        reader.problem(key, _('请写成 ["起点比例", "得分"] 的列表，最后一档的起点写 null。'))
        return
    floors = [step.floor for step in steps[:-1] if step.floor is not None]
    if not steps or steps[-1].floor is not None:
        reader.problem(key, _("最后一档须为 null（其余全部），否则有比例得不到分。"))
    elif len(floors) != len(steps) - 1 or floors != sorted(set(floors), reverse=True):
        reader.problem(key, _("起点比例须从高到低，不重复，只有最后一档写 null。"))
    elif floors and not (floors[-1] > 0 and floors[0] <= 1):
        reader.problem(key, _("起点比例须大于 0、不超过 1。"))
    if steps and (
        max(step.points for step in steps) != criterion.points
        or min(step.points for step in steps) != criterion.min_points
    ):
        reader.problem(key, _("各档最高得分须等于 points，最低得分须等于 min_points。"))


def read_bands(rows: list[list[str | None]]) -> tuple[Band, ...]:
    """Bands as the scheme stores them: [["0.90", "0.8"], …, [null, "-0.2"]]."""
    return tuple(
        Band(None if floor is None else Fraction(floor), Decimal(points or "")) for floor, points in rows
    )


def _check_sums(reader: _Reader, scheme: SchemeFile) -> None:
    """Criteria add up to their item, items to their section, sections to 10 (SUP-4.3)."""
    _check_sum(reader, "sections", FULL_SCORE, [section.points for section in scheme.sections])
    codes = [c.code for s in scheme.sections for i in s.items for c in i.criteria]
    if len(codes) != len(set(codes)):
        reader.problem("criteria.code", _("评分点代码重复，请改为各不相同。"))
    for s, section in enumerate(scheme.sections, 1):
        at = f"sections[{s}]"
        _check_sum(reader, f"{at}.items", section.points, [item.points for item in section.items])
        for i, item in enumerate(section.items, 1):
            points = [criterion.points for criterion in item.criteria]
            _check_sum(reader, f"{at}.items[{i}].criteria", item.points, points)


def _check_sum(reader: _Reader, key: str, expected: Decimal, parts: list[Decimal]) -> None:
    actual = sum(parts, Decimal(0))
    if actual != expected:
        text = _("分值合计为 %(actual)s，应为 %(expected)s，请调整。")
        reader.problem(key, text % {"actual": actual, "expected": expected})
