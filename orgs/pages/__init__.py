"""What pages of units show, worked out before the template is asked."""

from __future__ import annotations
