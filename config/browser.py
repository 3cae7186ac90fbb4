"""Where the browser is that tests and pictures use."""

from __future__ import annotations

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")  # as .ci/browser looks for


def chromium() -> str:
    """The first of its names that stands on the PATH; "" where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), "")
