"""Fixtures that start processes of the portal."""

from __future__ import annotations

import environ
import pytest

from tests.config import processes


@pytest.fixture(scope="module")
def running_portal(tmp_path_factory):
    """Web, two workers and beat by the commands of docker-compose.yml, on PostgreSQL and Redis."""
    if not environ.Env().str("TEST_DATABASE_URL", default="").startswith("postgres"):
        pytest.skip("needs PostgreSQL: run python3 manage.py test")
    with processes.portal(tmp_path_factory.mktemp("portal")) as running:
        yield running
