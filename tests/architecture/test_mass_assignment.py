"""A form takes its own fields and nothing else (reliability A4): every field name there is, sent to every address.

Each address is posted to twice, and taken back each time: as its own page would, and with all the rest added. The second
assigns no column that the first did not, and none of the values that were slipped in reaches the database.
"""

from __future__ import annotations

import pytest
from django.apps import apps
from django.test import Client

from tests.architecture import doors
from tests.architecture.form_guess import forms_of, typed
from tests.architecture.openings import openings
from tests.architecture.source_findings import findings
from tests.architecture.statements import taken_back, written
from tests.architecture.test_urls import lineage  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SLIPPED_IN = "987654321"
COVETED = {
    "status",
    "score",
    "is_superuser",
    "is_staff",
    "organization",
    "reviewed_by",
    "finalised_at",
    "version",
}
# Which unit, round or page is meant: the view asks for it in its own scope, and answers 404 for what is none.
ASKED_FOR = {"unit", "campaign", "round", "period", "week", "platform", "kind", "account", "person", "state"}


def every_field() -> dict[str, str]:
    """Name of every field of every model of ours, and the coveted ones: all with a value that stands nowhere else."""
    names = {
        field.name
        for app in doors.APPS
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
    }
    return dict.fromkeys(names | COVETED | {f"{name}_id" for name in names}, SLIPPED_IN)


@pytest.fixture
def clients(cast):
    made: dict[str, Client] = {}

    def _client(key: str) -> Client:
        if key not in made:
            made[key] = Client(raise_request_exception=False)
            made[key].force_login(cast[key])
        return made[key]

    return _client


@pytest.mark.long
def test_no_form_takes_what_is_not_its_own(world, cast, lineage, clients):  # noqa: F811
    slipped, faults, taking = every_field(), {}, set()
    for opening in openings(world, cast, lineage, "post"):
        client = clients(opening.key)
        own = opening.row.data or {}
        if "get" in opening.row.methods:
            with taken_back():
                shown = client.get(opening.address)
            for form in forms_of(shown):
                own = typed(form) | own
        more = {name: value for name, value in slipped.items() if name not in own and name not in ASKED_FOR}
        plain = posted(client, opening.address, own)
        mixed = posted(client, opening.address, more | own)
        if plain[0].columns or plain[0].tables - {"django_session"}:
            taking.add(opening.name)
        found = mixed[0].columns - plain[0].columns
        values = [each for each in mixed[0].values if str(each) == SLIPPED_IN]
        if found or values or (mixed[1] >= 500 and plain[1] < 500):
            faults[opening.name] = (plain[1], mixed[1], sorted(found), len(values))
    assert faults == {}
    assert len(taking) > 60, sorted(taking)


def posted(client, address: str, data: dict[str, object]):
    """What is written when this is sent, and the answer's status."""
    with taken_back(), written() as seen:
        status = client.post(address, data).status_code
    return seen, status


def test_no_form_is_made_of_a_whole_model_or_of_whatever_was_posted():
    """Fields are named one by one: what is added to a model is in no form by itself."""
    found = findings()
    assert (found.whole, found.spread) == ([], [])


def test_nobody_can_make_a_superuser_of_anybody():
    """The flags stand in no form and are assigned by nobody but who sets up the installation."""
    assert findings().powers == {"orgs/querysets/people.py"}
