"""What must always hold of the registry and of forms under review; each module lists its checks."""

from __future__ import annotations

from accounts.integrity import forms, registry

CHECKS = (*registry.CHECKS, *forms.CHECKS)

__all__ = ["CHECKS"]
