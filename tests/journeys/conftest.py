"""The demo as a newcomer finds it: loaded once per test process, served, and a browser that looks at it."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import environ
import pytest
from django.db import connection

from config import browser
from tests.journeys.portal import Portal, shift

WEDNESDAY = "2026-11-18T10:00:00+08:00"  # the day the demo is loaded; whatever it dates is relative to it


@dataclass
class Demo:
    """The served demo and the link that its command has printed."""

    portal: Portal
    invitation_path: str


@pytest.fixture(scope="session")
def loaded_demo(tmp_path_factory):
    """`manage.py demo --no-serve` on SQLite: the installation nobody serves, and the path of the link it has printed."""
    portal = Portal(tmp_path_factory.mktemp("journey") / "loaded")
    loaded = environ.Env().str("LOADED_DEMO", default="")  # a folder to copy, for whoever writes these tests
    if loaded:
        _copy(Path(loaded), portal.folder)
    else:
        portal.folder.mkdir()
        portal.manage("prepare")
        shift(portal, WEDNESDAY)
    said = portal.manage("demo", "--no-serve")
    found = re.search(r"https?://\S+?(/i/\S+)", said)
    return portal, found[1] if found else ""


@pytest.fixture(scope="session")
def demo(loaded_demo, tmp_path_factory):
    """The demo that tests share, with its web and worker processes; its clock stays on the day of loading."""
    with _served(loaded_demo, tmp_path_factory.mktemp("shared") / "demo") as served:
        yield served


@pytest.fixture
def own_demo(loaded_demo, tmp_path):
    """A demo of the test's own: its clock may be moved past deadlines and weeks closed."""
    with _served(loaded_demo, tmp_path / "demo") as served:
        yield served


@contextlib.contextmanager
def _served(loaded_demo, folder: Path) -> Iterator[Demo]:
    loaded, invitation_path = loaded_demo
    _copy(loaded.folder, folder)
    portal = Portal(folder)
    with portal.running():
        yield Demo(portal, invitation_path)


def _copy(source: Path, folder: Path) -> None:
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("log", "broker"))


@pytest.fixture(scope="module")
def chromium():
    """A browser; the test is skipped where there is none. Per module: tests after it may use the database again."""
    if not browser.chromium():
        pytest.skip("needs Chromium on the PATH")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = started.chromium.launch(executable_path=browser.chromium(), args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def seasons(db, request):
    """For a test that lives through months: PostgreSQL says the same as SQLite, but plans each night's statements anew."""
    if connection.vendor == "postgresql" and not request.config.getoption("--long"):
        pytest.skip("on SQLite, and with --long: python3 manage.py test --long")
