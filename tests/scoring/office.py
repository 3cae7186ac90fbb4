"""LibreOffice as the second program that opens our files: several are converted in one start."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

needs_office = pytest.mark.skipif(
    not shutil.which("soffice"), reason="NOT CHECKED: needs soffice (libreoffice-calc-nogui) to recalculate"
)


def saved_by_office(files: Mapping[str, bytes], folder: Path) -> dict[str, bytes]:
    """The workbooks as LibreOffice saves them: recalculated, rewritten from its own model."""
    before, after = folder / "before", folder / "after"
    before.mkdir()
    for name, content in files.items():
        (before / f"{name}.xlsx").write_bytes(content)
    profile = (folder / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx"]
    paths = [before / f"{name}.xlsx" for name in files]
    subprocess.run([*command, "--outdir", after, *paths], check=True, capture_output=True, timeout=180)
    return {name: (after / f"{name}.xlsx").read_bytes() for name in files}
