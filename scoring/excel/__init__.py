"""The annexes of the assessment as Excel files."""

from __future__ import annotations
