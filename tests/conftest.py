"""World, cast, clock and the guard that no test leaves this machine."""

from __future__ import annotations

import gc
import ipaddress
import socket

import environ
import pytest
from celery import current_app
from django.core.cache import caches
from django.test import Client

from orgs.kernel import clock
from tests import cast as cast_module
from tests import kept
from tests import world as world_module
from tests.config import processes


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="also what takes long and says little new each day")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    for item in items:
        if "db" in item.fixturenames or item.get_closest_marker("django_db"):
            item.add_marker("database")
    if config.getoption("--long"):
        return
    left_out = pytest.mark.skip(reason="takes long: python3 manage.py test --long")
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(left_out)


def pytest_collection_finish():
    """Thousands of tests live until the end: the collector of garbage need not walk over them each time.

    Tests do the jobs that are rung for: their tasks are there, as in a worker.
    """
    current_app.autodiscover_tasks(force=True)
    gc.collect()
    gc.freeze()


def pytest_make_parametrize_id(val, argname):
    """Name files by their argument: a zip holds the second it was made in, and workers must collect the same names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The world and the cast stand in the database before the first test; each test rolls back to them."""
    with django_db_blocker.unblock():
        cast_module.build(world_module.build())
        kept.keep()


@pytest.fixture
def world(db) -> world_module.World:
    return world_module.build_ids()


@pytest.fixture
def cast(world) -> cast_module.Cast:
    return cast_module.build(world)


@pytest.fixture(autouse=True)
def at(request):
    """Every test happens on Wednesday, 2026-11-18, 10:00 in Shanghai, unless it drives other processes."""
    if request.node.get_closest_marker("browser") or request.node.get_closest_marker("servers"):
        yield None
        return
    with clock.frozen(world_module.TODAY):
        yield world_module.TODAY


@pytest.fixture(autouse=True)
def nothing_remembered():
    """The next test has other people under the same ids."""
    caches["counters"].clear()


@pytest.fixture
def sign_in(cast):
    """sign_in("college") -> a test client in which that member of the cast is signed in."""

    def _sign_in(key: str) -> Client:
        client = Client()
        client.force_login(cast[key])
        return client

    return _sign_in


@pytest.fixture
def transactional_world(transactional_db):
    """World and cast for a test that needs real commits; afterwards `kept` puts everything back."""
    world = world_module.build()
    cast_module.build(world)
    return world


@pytest.fixture(scope="session")
def running_portal(tmp_path_factory):
    """Web, two workers and beat by the commands of docker-compose.yml, on PostgreSQL and Redis.

    One for all tests of the xdist group "portal", as it takes long to start; the workers split every forest.
    """
    if not environ.Env().str("TEST_DATABASE_URL", default="").startswith("postgres"):
        pytest.skip("needs PostgreSQL: run python3 manage.py test")
    with processes.portal(tmp_path_factory.mktemp("portal"), CLOSE_IN_PARTS_FROM="1") as running:
        yield running


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Only this machine may be talked to."""
    real_connect = socket.socket.connect

    def connect(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_local(address[0]):
            pytest.fail(f"a test tried to connect to {address[0]}")
        return real_connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
