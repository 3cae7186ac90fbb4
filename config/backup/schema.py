"""Which migrations a database has had, and how they compare with those of a backup and of this version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps as present_apps
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.apps.registry import Apps
    from django.db.backends.base.base import BaseDatabaseWrapper

Step = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Schema:
    """The migrations a database has had, app by app."""

    steps: frozenset[Step]

    @classmethod
    def of(cls, connection: BaseDatabaseWrapper) -> Schema:
        known = {app.label for app in present_apps.get_app_configs()}
        applied = MigrationRecorder(connection).applied_migrations()
        return cls(frozenset(step for step in applied if step[0] in known))

    @classmethod
    def told(cls, steps: Iterable[Iterable[str]]) -> Schema:
        return cls(frozenset((app, name) for app, name in steps))

    @property
    def as_list(self) -> list[list[str]]:
        return [list(step) for step in sorted(self.steps)]


def unknown(connection: BaseDatabaseWrapper, schema: Schema) -> list[str]:
    """Migrations of the schema that this version doesn't have: the backup is of a newer one."""
    here = set(MigrationExecutor(connection).loader.disk_migrations)
    return sorted(f"{app}.{name}" for app, name in schema.steps - here)


def waiting(connection: BaseDatabaseWrapper) -> bool:
    """Whether the database is older than this version."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def apps_at(connection: BaseDatabaseWrapper, schema: Schema) -> Apps:
    """The models as they were at that schema; the present ones where nothing has come since (or tests skip migrations)."""
    executor = executor_for(connection, schema)
    if not schema.steps or set(executor.loader.disk_migrations) <= schema.steps:
        return present_apps
    apps: Apps = executor.loader.project_state(ends(executor, schema)).apps
    return apps


def build(connection: BaseDatabaseWrapper, schema: Schema) -> None:
    """Make the tables of that schema in an empty database."""
    executor = executor_for(connection, schema)
    executor.migrate(ends(executor, schema))


def executor_for(connection: BaseDatabaseWrapper, schema: Schema) -> MigrationExecutor:
    """One that knows the steps of the schema: those that were made one later stand for themselves in older backups."""
    executor = MigrationExecutor(connection)
    replacing = {key for key, step in executor.loader.disk_migrations.items() if step.replaces}
    if not replacing <= schema.steps:
        executor.loader = MigrationLoader(connection, replace_migrations=False)
    return executor


def ends(executor: MigrationExecutor, schema: Schema) -> list[Step]:
    """The last steps of the schema: those that no other of its steps builds upon."""
    nodes = executor.loader.graph.node_map
    present = [step for step in sorted(schema.steps) if step in nodes]
    return [
        step
        for step in present
        if not any(child.key in schema.steps and child.key[0] == step[0] for child in nodes[step].children)
    ]
