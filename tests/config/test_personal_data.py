"""B1, B4, B6: every field with something of a person is known, and every encrypted one takes part in a change of keys."""

from __future__ import annotations

import base64

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.db.models.functions import Cast

from accounts.models import (
    Account,
    Administratorship,
    HandedAccount,
    HandOut,
    SubmissionRow,
    UploadBatch,
    UploadedForm,
)
from config.personal_data import INVENTORY, NOT_OF_PERSONS, all_fields, named_fields
from orgs.kernel.crypto import encrypt, encrypted_fields
from orgs.models import Erasure, Invitation, SecondFactor, UnitChangeRequest, UnitContact, User
from reporting.models import Collector
from tests.accounts.forms import launch, submitted
from tests.world import TODAY

pytestmark = pytest.mark.django_db


def test_every_field_named_like_a_persons_data_is_in_the_inventory_and_the_reverse():
    named = set(named_fields())
    assert named - set(INVENTORY) - set(NOT_OF_PERSONS) == set()
    assert set(INVENTORY) | set(NOT_OF_PERSONS) <= all_fields()
    assert not set(INVENTORY) & set(NOT_OF_PERSONS)
    assert set(NOT_OF_PERSONS) <= named


@pytest.fixture
def sealed_rows(world, cast):
    """One row with a value in every encrypted column there is."""
    unit, by = world["hnu-law-1201"], cast["province"]
    form = submitted(launch(world, cast), unit, by=by)
    facts = {"unit": unit, "started_at": TODAY}
    Administratorship.objects.create(name="n", wechat_id="w", nickname="k", qq="q", mobile="m", **facts)
    Account.objects.create(
        unit=unit, platform_id="wechat_personal", identifier="keys_1", responsible_name="n"
    )
    UnitContact.objects.create(unit=unit, telephone="1", updated_at=TODAY)
    UnitChangeRequest.objects.create(
        unit=unit, kind="contact", telephone="1", reason="x", requested_by=by, requested_at=TODAY
    )
    SecondFactor.objects.create(user=by, secret="s", created_at=TODAY)
    Erasure.objects.create(unit=unit, who="x", reason="x", asked_by=by, asked_at=TODAY)
    Invitation.objects.create(
        unit=unit,
        role="secretary",
        name="n",
        mobile="m",
        code_hash="x",
        created_by=by,
        created_at=TODAY,
        expires_at=TODAY,
    )
    batch = UploadBatch.objects.create(
        round=form.round,
        unit=unit,
        by=by,
        filename="x",
        digest="x",
        report={"a": 1},
        created_at=TODAY,
        content=encrypt(base64.b64encode(b"x").decode()).encode(),
    )
    UploadedForm.objects.create(batch=batch, submission=form, before={"a": 1}, version_after=1)
    out = HandOut.objects.create(
        unit=unit, title="x", platform_id="wechat_personal", created_by=by, created_at=TODAY
    )
    HandedAccount.objects.create(hand_out=out, unit=unit, user_name="u", user_name_key="u", secret="s")
    Collector.objects.create(unit=unit, identifier="x", secret="s", saved_at=TODAY, saved_by=by)


def tokens() -> dict[str, list[str]]:
    found = {}
    for model in apps.get_models():
        for field in encrypted_fields(model):
            rows = model._base_manager.annotate(token=Cast(field.name, models.TextField()))
            found[f"{model._meta.label}.{field.name}"] = [
                token for token in rows.values_list("token", flat=True) if token
            ]
    return found


def test_after_a_change_of_keys_no_encrypted_column_needs_the_old_one(sealed_rows, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    new = Fernet.generate_key().decode()
    before = tokens()
    assert {name for name, found in before.items() if not found} == set(), (
        "a column without a row in this test"
    )
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    call_command("rotate_keys", verbosity=0)
    opened = Fernet(new)
    left = set()
    for name, found in tokens().items():
        for token in found:
            try:
                opened.decrypt(token.encode())
            except InvalidToken:
                left.add(name)
    assert left == set()
    settings.FIELD_KEYS = [new]
    assert User.objects.exclude(mobile_index=None).first().mobile
    assert SubmissionRow.objects.first().personal
