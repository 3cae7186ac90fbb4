"""The keys of a pack with what they mean, for the page on which one is written; the same as docs/pack-keys.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.choices import Kind, Line
from reporting.campaign_metrics import CAMPAIGN_METRICS, METRICS
from reporting.choices import DemandKind
from reporting.packs import layout
from reporting.pages import figure_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orgs.kernel.shapes import Key


@dataclass(frozen=True, slots=True)
class Row:
    """One key or code and what it means."""

    name: str
    words: str
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """The keys of one part of the file, or the codes one of them takes."""

    title: str
    rows: list[Row]


def parts() -> list[Part]:
    """The parts in the order in which one writes them; no statement."""
    rules = [
        _part(
            _("要求的标准 rule，类别为 %(kind)s（%(words)s）")
            % {"kind": kind, "words": DemandKind(kind).label},
            record.keys,
        )
        for kind, record in layout.RULES.items()
    ]
    return [
        _part(_("整份部署"), layout.PACK.keys),
        _part(_("要求 requirements"), layout.REQUIREMENT.keys),
        _part(_("要求哪些团组织 target"), layout.TARGET.keys),
        *rules,
        Part(_("团组织类型 kinds"), [Row(str(code), str(words)) for code, words in Kind.choices]),
        Part(_("战线 lines"), [Row(str(code), str(words)) for code, words in Line.choices]),
        Part(_("指标 metric"), _metrics()),
    ]


def _part(title: str, keys: Mapping[str, Key]) -> Part:
    return Part(title, [Row(name, str(key.words), key.is_required) for name, key in keys.items()])


def _metrics() -> list[Row]:
    named = {name: figure_words.FIGURES[name].label for name in METRICS if name in figure_words.FIGURES}
    return [Row(name, str(named.get(name) or CAMPAIGN_METRICS.get(name) or "")) for name in METRICS]
