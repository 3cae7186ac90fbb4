"""Grade of a spot check. Pure."""

from __future__ import annotations

STEPS = ((10, "excellent"), (6, "good"), (3, "fair"), (0, "poor"))  # from so many items on (SUP-4.1b)


def grade(posts: int) -> str:
    """Grade by the number of items posted on the day checked: >= 10, 6-9, 3-5, < 3 (SUP-4.1b).

    Raises ValueError for a negative number.
    """
    if posts < 0:
        message = "posts must not be negative"
        raise ValueError(message)
    return next(name for floor, name in STEPS if posts >= floor)
