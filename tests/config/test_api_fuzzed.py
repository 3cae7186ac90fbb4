"""Whatever a program sends, the interface answers as it describes itself: never 500, nothing of another shape."""

from __future__ import annotations

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings

from config.api import api
from orgs.kernel.clock import Week
from orgs.models import OrgUnit
from orgs.operations import tokens
from reporting.operations.weekly import close_week

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def described(world, cast):
    """The interface as it describes itself, over one closed week."""
    close_week(Week.parse("2026-W46"))
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    schema.app = get_wsgi_application()
    # The test's own connection stays open, as with Django's test client.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schema
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(world, cast) -> str:
    """A token of the province."""
    return tokens.issue(OrgUnit.objects.get(code="hi"), title="表格", days=30, by=cast["province"]).text


interface = schemathesis.pytest.from_fixture("described")


@interface.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_every_address_answers_as_described(case, token):
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"})
