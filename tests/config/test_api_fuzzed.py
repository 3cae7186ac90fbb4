"""Whatever a program sends, the interface answers as it describes itself: never 500, nothing of another shape."""

from __future__ import annotations

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings

from accounts.choices import GroupKind
from accounts.operations.registry import open_group
from accounts.operations.registry.accounts import open_account
from config.api import api
from orgs.models import OrgUnit
from orgs.operations import tokens
from scoring.models import Scheme, Sheet
from scoring.operations import schemes
from scoring.operations import sheets as sheet_operations
from tests.reporting.bulletin_steps import published, two_weeks
from tests.reporting.campaign_rows import NOW, WEEK, figure, judge, make_campaign

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def known(world, cast, sign_in) -> dict[str, object]:
    """One of everything the interface tells about; by parameter what names it."""
    open_account(world["hnu"], platform="wechat_service", identifier="hnutw", nickname="海大团委", by=None)
    open_group(world["hnu-law-1201"], kind=GroupKind.BRANCH, name="法学1班群", members=30, by=None)
    two_weeks(world)
    bulletin = published(sign_in("province"), world)
    campaign = make_campaign(world, figure("admins", {"kinds": ["university"]}, code="admins"))
    judge(campaign, NOW)
    schemes.load_shipped()
    by_kind = {kind: scheme for scheme in Scheme.objects.all() for kind in scheme.target_kinds}
    sheet_operations.open_sheets(by_kind["university"], 2026, [world["hnu"]], by=None)
    units = dict.fromkeys(("unit_id", "unit", "under", "parent"), world.ids["hnu"])
    about = {"bulletin_id": bulletin.pk, "campaign_id": campaign.pk, "sheet_id": Sheet.objects.get().pk}
    return {**units, **about, "week": str(WEEK)}


@pytest.fixture
def described(known):
    """The interface as it describes itself."""
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
def test_every_address_answers_as_described(case, token, known):
    """Half of what is asked for is there."""
    for given in (case.path_parameters, case.query):
        for name in known.keys() & (given or {}).keys():
            if len(repr(given[name])) % 2:
                given[name] = known[name]
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"})
