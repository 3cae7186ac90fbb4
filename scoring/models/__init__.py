"""Models of schemes and sheets."""

from __future__ import annotations

from scoring.models.schemes import Criterion, Item, Scheme, Section
from scoring.models.sheets import Consequence, Evidence, Score, Sheet

__all__ = ["Consequence", "Criterion", "Evidence", "Item", "Scheme", "Score", "Section", "Sheet"]
