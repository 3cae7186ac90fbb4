"""Word files: templates that a committee may restyle, and what fills them."""

from __future__ import annotations
