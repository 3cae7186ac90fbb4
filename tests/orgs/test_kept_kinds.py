"""What closed weeks were counted by can't be edited in /admin/: the flags of kinds, the sort of a platform."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tablib import Dataset

from accounts.admin import PlatformResource
from accounts.models import Platform
from orgs.admin import UnitKindResource
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import UnitKind, User
from tests.reporting.campaign_rows import MONDAY, add_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client, world):
    client.force_login(
        User.objects.create_superuser("root", "correct-horse-2026", name="系统", mobile="13800000999")
    )
    return client


def edit(client, row, **changes):
    """What the form of the row sends, with these changes; the row afterwards."""
    model = type(row)._meta
    address = reverse(f"admin:{model.app_label}_{model.model_name}_change", args=[row.pk])
    form = client.get(address).context["adminform"].form
    given = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    for name in ("allowed_children", "required_fields"):
        given.update({name: form[name].value()} if name in given else {})
    given |= changes
    assert (
        client.post(address, {name: value for name, value in given.items() if value is not False}).status_code
        == 302
    )
    return type(row).objects.get(pk=row.pk)


def test_how_a_kind_counts_is_settled_once_a_week_was_counted_by_it(admin):
    used = UnitKind.objects.get(pk="college")
    unused = UnitKind.objects.create(code="guild", name="行会")
    changes = {"holds_members": "on", "name": "学院"}
    after = edit(admin, used, **changes)
    assert (after.name, after.holds_members) == ("学院", used.holds_members) == ("学院", False)
    assert edit(admin, unused, **changes).holds_members


def test_the_sort_of_a_platform_likewise(admin, world):
    app = Platform.objects.get(pk="app")
    with clock.frozen(MONDAY):
        add_account(world, "hnu", platform="app")
        assert edit(admin, app, kind="public").kind == "public"
    assert Week.current().starts_at > MONDAY
    assert edit(admin, app, kind="weibo", name="应用").kind == "public"


@pytest.mark.parametrize(
    ("resource", "model", "pk", "name", "value"),
    [(UnitKindResource, UnitKind, "college", "holds_members", True), (PlatformResource, Platform, "app", "kind", "weibo")],
)  # fmt: skip
def test_a_table_changes_it_no_more_than_the_form(world, resource, model, pk, name, value):
    add_account(world, "hnu", platform="app")
    table = resource().export(model.objects.filter(pk=pk))
    row = dict(zip(table.headers, table[0], strict=True)) | {name: value, "name": "改名"}
    done = resource().import_data(Dataset(list(row.values()), headers=list(row)))
    assert done.has_validation_errors()
    assert "不能再改" in str(done.invalid_rows[0].error)
    assert model.objects.get(pk=pk).name != "改名"
