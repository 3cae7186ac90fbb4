"""A rule as a scheme writes it, of a criterion or of a part of one, and what has to be read for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from scoring.choices import RuleKind

if TYPE_CHECKING:
    from scoring.models import Criterion

WEEK_BY_WEEK = frozenset({RuleKind.MONTHLY, RuleKind.MISSES})


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its range, of a criterion or of a part of one."""

    rule: str
    metric: str
    min_points: Decimal
    max_points: Decimal
    params: Mapping[str, Any]

    @classmethod
    def of_criterion(cls, criterion: Criterion) -> Rule:
        return cls(
            criterion.rule, criterion.metric, criterion.min_points, criterion.max_points, criterion.params
        )

    @classmethod
    def of_part(cls, part: Mapping[str, Any]) -> Rule:
        low, high = Decimal(part.get("min_points", 0)), Decimal(part["points"])
        return cls(part["rule"], part["metric"], low, high, part.get("params", {}))

    @property
    def is_week_by_week(self) -> bool:
        """Whether it, or a part of it, reads every week of the year."""
        return self.rule in WEEK_BY_WEEK or any(
            part["rule"] in WEEK_BY_WEEK for part in self.params.get("parts", ())
        )

    @property
    def is_by_rank(self) -> bool:
        """Whether it, or a part of it, compares the unit with others."""
        return RuleKind.RANK in {self.rule, *(part["rule"] for part in self.params.get("parts", ()))}
