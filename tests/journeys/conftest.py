"""The demo as a newcomer finds it: loaded once per test process, served, and a browser that looks at it."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import environ
import pytest

from tests.journeys.portal import Portal, shift

WEDNESDAY = "2026-11-18T10:00:00+08:00"  # the day the demo is loaded; whatever it dates is relative to it
CHROMIUM = "/usr/bin/chromium"


@dataclass
class Demo:
    """The served demo and the link that its command has printed."""

    portal: Portal
    invitation_path: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """`manage.py demo --no-serve` on SQLite, then its web and worker processes."""
    portal = Portal(tmp_path_factory.mktemp("journey") / "demo")
    loaded = environ.Env().str("LOADED_DEMO", default="")  # a folder to copy, for whoever writes these tests
    if loaded:
        shutil.copytree(loaded, portal.folder, ignore=shutil.ignore_patterns("log", "broker"))
    else:
        portal.folder.mkdir()
        portal.manage("prepare")
        shift(portal, WEDNESDAY)
    said = portal.manage("demo", "--no-serve")
    found = re.search(r"https?://\S+?(/i/\S+)", said)
    with portal.running():
        yield Demo(portal, found[1] if found else "")


@pytest.fixture(scope="module")
def chromium():
    """A browser; the test is skipped where there is none. Per module: tests after it may use the database again."""
    if not Path(CHROMIUM).exists():
        pytest.skip("needs Chromium at /usr/bin/chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = started.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
