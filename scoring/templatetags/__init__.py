"""Template tags of the assessment."""

from __future__ import annotations
