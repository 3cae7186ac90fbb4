"""The formula of 合计: the annex's plain SUM, and where a scheme has floors and caps the one that gives the portal's total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of a section on paper; `low` and `high` where its floor or cap may hold the sum of its rows."""

    first: int
    last: int
    low: Decimal | None = None
    high: Decimal | None = None

    def formula(self, letter: str) -> str:
        """Its points, blank rows counting for nothing."""
        text = f"SUM({letter}{self.first}:{letter}{self.last})"
        if self.high is not None:
            text = f"MIN({self.high:f},{text})"
        return text if self.low is None else f"MAX({self.low:f},{text})"

    @property
    def is_bounded(self) -> bool:
        """Whether its points may differ from the sum of its rows."""
        return self.low is not None or self.high is not None


def total(letter: str, blocks: Sequence[Block], *, may_sink: bool) -> str:
    """The formula of a column's total; `may_sink`: deductions may bring the sum below 0, where a total stops."""
    if any(block.is_bounded for block in blocks):
        text = "+".join(block.formula(letter) for block in blocks)
    else:
        text = f"SUM({letter}{blocks[0].first}:{letter}{blocks[-1].last})"
    return f"=MAX(0,{text})" if may_sink else f"={text}"
