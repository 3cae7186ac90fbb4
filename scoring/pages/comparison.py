"""Where a unit stands among those it is compared with: its place and the group's rows, as far as the reader sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel.numbers import percent_text, thousands
from orgs.models import OrgUnit
from reporting.pages.figure_words import FIGURES
from scoring import rule_words
from scoring.choices import RuleKind, is_number
from scoring.scheme_places import measures_of
from scoring.written_rules import Rule

if TYPE_CHECKING:
    from orgs.models import User

Kept = Mapping[str, Any]
Names = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One unit of the group with its rank and the values it is ranked by; `url`: the rows behind the first."""

    name: str
    url: str
    rank: int
    values: Sequence[str]
    is_own: bool


@dataclass(frozen=True, slots=True)
class GroupTable:
    """The place in words, and the rows of the group; `n_left_out` units the reader doesn't see, or that aren't kept."""

    words: str
    group: str
    heads: Sequence[str]
    rows: Sequence[GroupRow]
    n_left_out: int


def names_of(arithmetics: Iterable[Kept], user: User) -> dict[int, str]:
    """Names of the units in these groups that the person sees; no statement where nothing is ranked."""
    pks = {
        row[0]
        for kept in arithmetics
        for one in (kept, *kept.get("parts", ()))
        for row in one.get("group", ())
    }
    if not pks:
        return {}
    # SECURITY: a unit reads its own place, and no row of its neighbours.
    return dict(OrgUnit.objects.visible_to(user).filter(pk__in=pks).values_list("pk", "name"))


def group_of(rule: Rule, kept: Kept, week: str, unit_id: int, names: Names) -> GroupTable | None:
    """The group of a rule by ranks; None for every other rule, and where the unit isn't ranked."""
    if rule.rule != RuleKind.RANK or "rank" not in kept:
        return None
    measures = measures_of(rule.metric, rule.params)
    heads = [rule_words.metric_words(_bare(metric, params, rule)) for metric, params, _falls in measures]
    rows = [
        GroupRow(
            names[pk],
            rows_url(week, pk, kept.get("numerator_rows", "")),
            rank,
            [
                _value(numbers, is_number(metric, params))
                for numbers, (metric, params, _falls) in zip(values, measures, strict=True)
            ],
            pk == unit_id,
        )
        for pk, rank, values in kept["group"]
        if pk in names
    ]
    group = rule_words.group_words(rule.params)
    return GroupTable(_place(kept), group, heads, rows, kept["n_group"] - len(rows))


def rows_url(week: str, unit_id: int, figure: str) -> str:
    """The rows of the frozen week behind a number, down to the group."""
    if not week or figure not in FIGURES:
        return ""
    return reverse("reporting:show-rows", args=[week, unit_id, figure])


def _place(kept: Kept) -> str:
    if kept["n_equal"] > 1:
        return _("第 %(rank)s 名（%(n_equal)s 个单位并列），共 %(n_group)s 个单位") % kept
    return _("第 %(rank)s 名，共 %(n_group)s 个单位") % kept


def _bare(metric: str, params: Mapping[str, Any], rule: Rule) -> Rule:
    return Rule("", metric, rule.min_points, rule.max_points, params)


def _value(numbers: Sequence[int | None], number: bool) -> str:
    part, base = numbers
    if part is None or (not number and not base):
        return "—"
    return thousands(part) if number or base is None else percent_text(part, base)
