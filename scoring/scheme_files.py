"""Read a scheme file (YAML) into checked dataclasses: every problem with its line, its key and what to do about it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from orgs.kernel import yaml_files
from orgs.kernel.shapes import Findings
from scoring import scheme_checks, scheme_weights
from scoring.exceptions import SchemeInvalid
from scoring.scheme_layout import SCHEME

Row = dict[str, Any]
FULL_POINTS = Decimal(scheme_checks.FULL_POINTS)
# Keys that came later, with what older files mean: they leave the digest of an older file as it was.
_LATER: Row = {"min_points": None, "is_capped": False, "full_points": FULL_POINTS, "weight": None}


@dataclass(frozen=True, slots=True)
class CriterionFile:
    code: str
    label: str
    points: Decimal
    min_points: Decimal
    rule: str
    metric: str
    params: Row
    provenance: str
    clause: str
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ItemFile:
    content: str
    standard: str
    points: Decimal
    provenance: str
    criteria: tuple[CriterionFile, ...]
    min_points: Decimal | None = None
    is_capped: bool = False
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SectionFile:
    title: str
    points: Decimal
    items: tuple[ItemFile, ...]
    min_points: Decimal | None = None
    is_capped: bool = False
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SchemeFile:
    code: str
    title: str
    clause: str
    target_kinds: tuple[str, ...]
    grades: tuple[tuple[str, str], ...]
    settings: Row
    sections: tuple[SectionFile, ...]
    full_points: Decimal = FULL_POINTS

    def digest(self) -> str:
        """What makes two files the same, whatever their layout and comments."""
        text = json.dumps(_said(asdict(self)), default=str, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def criteria(self) -> list[CriterionFile]:
        """Every criterion, in the order of the sheet."""
        return [each for section in self.sections for item in section.items for each in item.criteria]


def parse(text: str) -> SchemeFile:
    """The scheme of a YAML text. Raises SchemeInvalid with every problem of its form, else of its meaning."""
    findings = yaml_files.findings_of(text, SCHEME)
    if findings.document.lines and not isinstance(findings.document.value, dict):
        raise SchemeInvalid(_("文件不是考评方案，请以 code、title、sections 等键开头。"))
    _refuse(findings)
    data: Row = findings.document.value  # type: ignore[assignment]  # a mapping, as just checked
    data = scheme_weights.with_points(data, Decimal(data.get("full_points", FULL_POINTS)), findings)
    _refuse(findings)
    scheme_checks.check(data, findings)
    _refuse(findings)
    return _scheme(data)


def _refuse(findings: Findings) -> None:
    if findings.problems:
        raise SchemeInvalid(problems=yaml_files.in_order(findings))


def _said(value: Any) -> Any:
    """Without the later keys that say nothing."""
    if isinstance(value, dict):
        return {name: _said(each) for name, each in value.items() if not _is_unsaid(name, each)}
    return [_said(each) for each in value] if isinstance(value, list | tuple) else value


def _is_unsaid(name: str, value: Any) -> bool:
    return name in _LATER and type(value) is type(_LATER[name]) and value == _LATER[name]


def _scheme(data: Row) -> SchemeFile:
    return SchemeFile(
        code=data["code"],
        title=data["title"],
        clause=data.get("clause", ""),
        target_kinds=tuple(data["target_kinds"]),
        grades=tuple((name, str(Decimal(floor))) for name, floor in data["grades"]),
        settings={**data.get("settings", {}), "sheet_title": data["sheet_title"]},
        sections=tuple(_section(row) for row in data["sections"]),
        full_points=Decimal(data.get("full_points", FULL_POINTS)),
    )


def _section(row: Row) -> SectionFile:
    return SectionFile(
        title=row["title"],
        points=Decimal(row["points"]),
        items=tuple(_item(each) for each in row["items"]),
        min_points=_floor(row),
        is_capped=row.get("capped", False),
        weight=_weight(row),
    )


def _item(row: Row) -> ItemFile:
    return ItemFile(
        content=row["content"],
        standard=row.get("standard", ""),
        points=Decimal(row["points"]),
        provenance=row["provenance"],
        criteria=tuple(_criterion(each) for each in row["criteria"]),
        min_points=_floor(row),
        is_capped=row.get("capped", False),
        weight=_weight(row),
    )


def _criterion(row: Row) -> CriterionFile:
    return CriterionFile(
        code=row["code"],
        label=row["label"],
        points=Decimal(row["points"]),
        min_points=Decimal(row.get("min_points", 0)),
        rule=row["rule"],
        metric=row.get("metric", ""),
        params=row.get("params", {}),
        provenance=row["provenance"],
        clause=row["clause"],
        weight=_weight(row),
    )


def _floor(row: Row) -> Decimal | None:
    return Decimal(row["min_points"]) if "min_points" in row else None


def _weight(row: Row) -> Decimal | None:
    return Decimal(row["weight"]) if "weight" in row else None
