"""What must always hold of schemes, sheets, rounds and the assessment's files; each module lists its checks."""

from __future__ import annotations

from scoring.integrity import rounds, sheets

CHECKS = (*sheets.CHECKS, *rounds.CHECKS)

__all__ = ["CHECKS"]
