"""The demo as a newcomer finds it: loaded once per run, served, and a browser that looks at it."""

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


@dataclass(frozen=True)
class Loaded:
    """The installation that nobody serves, and what the command has printed: until it was ended, and when it went on."""

    portal: Portal
    said_first: str
    said: str

    @property
    def invitation_path(self) -> str:
        found = re.search(r"https?://\S+?(/i/\S+)", self.said)
        return found[1] if found else ""


@dataclass(frozen=True)
class Demo:
    """The served demo and the link that its command has printed."""

    portal: Portal
    invitation_path: str


@pytest.fixture(scope="session")
def loaded_demo(tmp_path_factory):
    """`manage.py demo --no-serve` on SQLite, on a Wednesday: the one load of a test run.

    What lay in the folder before is no database, so that --reset must have worked; the command is ended while it
    loads, and its second run goes on from there.
    """
    portal, said_first = Portal(tmp_path_factory.mktemp("journey") / "loaded"), ""
    loaded = environ.Env().str("LOADED_DEMO", default="")  # a folder to copy, for whoever writes these tests
    if loaded:
        copy(Path(loaded), portal.folder)
    else:
        portal.folder.mkdir()
        (portal.folder / "db.sqlite3").write_text("not a database")
        said_first = portal.manage_until("载入演示数据", "demo", "--no-serve", "--reset")
        shift(portal, WEDNESDAY)
    return Loaded(portal, said_first, portal.manage("demo", "--no-serve"))


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
    copy(loaded_demo.portal.folder, folder)
    portal = Portal(folder)
    with portal.running():
        yield Demo(portal, loaded_demo.invitation_path)


def copy(source: Path, folder: Path) -> None:
    """An installation of one's own, without what its processes have left behind."""
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
