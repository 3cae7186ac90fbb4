"""What must always hold of closed weeks, campaigns, inspections and papers; each module lists its checks."""

from __future__ import annotations

from reporting.integrity import campaigns, inspection, papers, weeks

CHECKS = (*weeks.CHECKS, *campaigns.CHECKS, *inspection.CHECKS, *papers.CHECKS)

__all__ = ["CHECKS"]
