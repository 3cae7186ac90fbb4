"""What is different between two editions of a scheme, criterion by criterion and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel.numbers import points_text
from scoring import rule_words
from scoring.choices import Grade, Provenance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from scoring.models import Criterion, Scheme

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that differs: what it is called, before, after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """One criterion that was added or removed, or in which something differs."""

    code: str
    label: str
    kind: str
    changes: Sequence[Change]

    @property
    def words(self) -> str:
        """新增, 取消, 修改."""
        return {ADDED: _("新增"), REMOVED: _("取消"), CHANGED: _("修改")}[self.kind]


@dataclass(frozen=True, slots=True)
class Difference:
    """Of the scheme itself, and of its criteria."""

    facts: Sequence[Change]
    criteria: Sequence[CriterionChange]

    @property
    def is_empty(self) -> bool:
        return not (self.facts or self.criteria)


def between(
    before: tuple[Scheme, Sequence[Criterion]], after: tuple[Scheme, Sequence[Criterion]]
) -> Difference:
    """What became of the older edition in the newer one; each with its criteria, item and section loaded."""
    old = {each.code: each for each in before[1]}
    new = {each.code: each for each in after[1]}
    rows = [_changed(old[code], each) for code, each in new.items() if code in old]
    found = [each for each in rows if each.changes]
    found += [_whole(each, ADDED) for code, each in new.items() if code not in old]
    found += [_whole(each, REMOVED) for code, each in old.items() if code not in new]
    return Difference(_differing(_facts(before[0]), _facts(after[0])), found)


def _changed(old: Criterion, new: Criterion) -> CriterionChange:
    return CriterionChange(new.code, new.label, CHANGED, _differing(_said(old), _said(new)))


def _whole(criterion: Criterion, kind: str) -> CriterionChange:
    said = _said(criterion)
    rows = [Change(label, *(("", text) if kind == ADDED else (text, ""))) for label, text in said.items()]
    return CriterionChange(
        criterion.code, criterion.label, kind, [each for each in rows if each.before or each.after]
    )


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    return [Change(label, old[label], text) for label, text in new.items() if old[label] != text]


def _facts(scheme: Scheme) -> dict[str, str]:
    settings = {name: each for name, each in scheme.settings.items() if name != "sheet_title"}
    return {
        _("名称"): scheme.title,
        _("考评表"): scheme.settings.get("sheet_title", ""),
        _("依据"): scheme.clause,
        _("总分"): points_text(scheme.full_points),
        _("适用类型"): "、".join(sorted(scheme.target_kinds)),
        _("等次"): "、".join(f"{Grade(name).label} ≥{floor}" for name, floor in scheme.bands),
        _("设置"): "；".join(f"{name}：{each}" for name, each in sorted(settings.items())),
    }


def _said(criterion: Criterion) -> dict[str, str]:
    item = criterion.item
    return {
        _("考核项目"): item.section.title,
        _("主要内容"): item.content,
        _("评分标准"): item.standard,
        _("评分点"): criterion.label,
        _("分值"): points_text(criterion.max_points),
        _("最低分"): points_text(criterion.min_points),
        _("计分规则"): rule_words.of_criterion(criterion),
        _("来源"): str(Provenance(criterion.provenance).label),
        _("依据"): criterion.clause,
        _("权重"): _weights(criterion),
        _("内容分值"): _range(item.min_points, item.max_points),
        _("项目分值"): _range(item.section.min_points, item.section.max_points),
    }


def _weights(criterion: Criterion) -> str:
    """Of the section, the item and the criterion, as far as they have one."""
    item = criterion.item
    found = [each.weight for each in (item.section, item, criterion)]
    return " × ".join(percent(each) for each in found if each is not None)


def percent(weight: Decimal) -> str:
    """40%, 12.5%."""
    text = f"{weight:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def _range(low: object, high: object) -> str:
    return str(high) if low is None else f"{low} – {high}"
