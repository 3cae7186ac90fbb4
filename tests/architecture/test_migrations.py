"""Whoever has upgraded too early can go back: no migration is a one-way street (docs/upgrade.md)."""

from __future__ import annotations

from django.db.migrations.loader import MigrationLoader

from tests.architecture.doors import APPS


def test_every_migration_has_its_way_back(settings):
    settings.MIGRATION_MODULES = {}  # the suite makes its tables from the models, and would know of none
    found = MigrationLoader(None).disk_migrations
    ours = {name: migration for name, migration in found.items() if name[0] in APPS}
    assert len(ours) > 40
    one_way = {
        name: type(each).__name__
        for name, migration in ours.items()
        for each in migration.operations
        if not each.reversible
    }
    assert one_way == {}
