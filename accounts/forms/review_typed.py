"""What a reviewer had typed when a decision was refused: it stands there again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orgs.http import whole_number

if TYPE_CHECKING:
    from django.http import QueryDict

WHY = "why-"


@dataclass(frozen=True, slots=True)
class Typed:
    """Reasons, words, marked cells with their words, accepted rows (None: as the form has them)."""

    reasons: tuple[str, ...] = ()
    remark: str = ""
    cells: frozenset[str] = frozenset()
    why: dict[str, str] = field(default_factory=dict)
    accepted: frozenset[int] | None = None
    accept_rest: bool = False

    @classmethod
    def of(cls, data: QueryDict) -> Typed:
        """As posted, right or wrong."""
        return cls(
            reasons=tuple(data.getlist("reasons")),
            remark=data.get("remark", ""),
            cells=frozenset(data.getlist("cells")),
            why={key[len(WHY) :]: data.get(key, "") for key in data if key.startswith(WHY)},
            accepted=frozenset(
                number for each in data.getlist("accept") if (number := whole_number(each)) is not None
            ),
            accept_rest="accept_rest" in data,
        )

    def __bool__(self) -> bool:
        return bool(self.reasons or self.remark or self.cells)
