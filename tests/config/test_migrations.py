"""Migrations made one: a new installation takes the short way, an older backup the steps it was made with."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from config.backup import schema
from config.backup.schema import Schema

APPS = ("orgs", "accounts", "reporting", "scoring")


@pytest.fixture(autouse=True)
def migrations_from_disk(settings):
    """The suite makes its tables from the models; here the steps themselves are asked."""
    settings.MIGRATION_MODULES = {}


def steps(*, single: bool) -> set[tuple[str, str]]:
    """The steps on disk: all of them, or without those that stand for several."""
    found = MigrationLoader(None).disk_migrations.items()
    return {key for key, step in found if not (single and step.replaces)}


def taken(known: Schema) -> set[tuple[str, str]]:
    """The steps of our own apps that making the tables of that schema would take."""
    executor = schema.executor_for(connection, known)
    plan = executor.migration_plan(schema.ends(executor, known))
    return {(step.app_label, step.name) for step, _ in plan if step.app_label in APPS}


@pytest.mark.django_db
def test_a_backup_from_before_is_built_by_its_own_steps():
    of_ours = {key for key in steps(single=True) if key[0] in APPS}
    assert taken(Schema(frozenset(steps(single=True)))) == of_ours
    older = steps(single=True) - {("orgs", "0010_search_blocks")}
    assert taken(Schema(frozenset(older))) == of_ours - {("orgs", "0010_search_blocks")}


@pytest.mark.django_db
def test_a_new_installation_takes_the_short_way():
    replaced = {each for step in MigrationLoader(None).disk_migrations.values() for each in step.replaces}
    assert replaced
    of_ours = {key for key in steps(single=False) if key[0] in APPS}
    assert taken(Schema(frozenset(steps(single=False)))) == of_ours - replaced


@contextmanager
def scratch(purpose):
    """An empty database beside that of the test, on the same engine."""
    alias = f"scratch_{purpose}"
    name = f"{connection.settings_dict['NAME']}_{purpose}"
    if connection.vendor == "sqlite":
        name = f"file:{purpose}?mode=memory&cache=shared"
    else:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}"')
    connections.settings[alias] = {**connection.settings_dict, "NAME": name}
    try:
        yield connections[alias]
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]
        if connection.vendor != "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def described(found) -> dict[str, object]:
    """Every table with its columns, their kinds and order aside, its constraints and its indexes."""
    inspected = {}
    with found.cursor() as cursor:
        for table in found.introspection.table_names(cursor):
            columns = found.introspection.get_table_description(cursor, table)
            bounds = found.introspection.get_constraints(cursor, table).values()
            inspected[table] = (
                sorted((each.name, str(each.type_code), each.null_ok, each.display_size) for each in columns),
                sorted(str(sorted(each.items(), key=str)) for each in bounds),
            )
    return inspected


@pytest.mark.long
def test_both_ways_lead_to_the_same_tables(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), scratch("short") as short, scratch("single") as single:
        call_command("migrate", database=short.alias, verbosity=0)
        executor = MigrationExecutor(single)
        executor.loader = MigrationLoader(single, replace_migrations=False)
        known = Schema(frozenset(steps(single=True)))
        executor.migrate(schema.ends(executor, known))
        assert described(short) == described(single)
        # The next upgrade takes the short way for granted.
        call_command("migrate", database=single.alias, verbosity=0)
        assert Schema.of(short) == Schema.of(single)
