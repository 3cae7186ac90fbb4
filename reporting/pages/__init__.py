"""What the weekly pages show, read from the frozen snapshot: weeks to step through, boards, people, changes."""

from __future__ import annotations
