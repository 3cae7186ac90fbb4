"""Grade of a spot check. Pure."""

from __future__ import annotations


def grade(posts: int) -> str:
    """Grade by the number of items posted on the day checked: >= 10, 6-9, 3-5, < 3 (SUP-4.1b).

    Raises ValueError for a negative number.
    """
    if posts < 0:
        message = "posts must not be negative"
        raise ValueError(message)
    if posts >= 10:
        return "excellent"
    if posts >= 6:
        return "good"
    if posts >= 3:
        return "fair"
    return "poor"
