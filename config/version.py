"""Which version of the portal this is: pyproject.toml is not in the image, so it stands here too (a test compares)."""

from __future__ import annotations

VERSION = "0.1.0"
