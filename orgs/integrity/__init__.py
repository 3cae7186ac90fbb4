"""What must always hold of the tree, the people and the ledger; each module lists its checks."""

from __future__ import annotations

from orgs.integrity import database, offices, tree, units

CHECKS = (*tree.CHECKS, *units.CHECKS, *offices.CHECKS, *database.CHECKS)

__all__ = ["CHECKS"]
