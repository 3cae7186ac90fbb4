"""Start of the registry app: its append-only tables."""

from __future__ import annotations

from django.apps import AppConfig

from orgs.kernel import triggers


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "账号登记与收集"

    def ready(self) -> None:
        # Imported here: operations need the models, which exist only now.
        from accounts.operations import tree_changes  # noqa: PLC0415
        from accounts.pages import leaving as leaving_page  # noqa: PLC0415
        from accounts.pages import unit as unit_page  # noqa: PLC0415
        from orgs import leaving, panels  # noqa: PLC0415
        from orgs.operations import upper  # noqa: PLC0415

        triggers.append_only("accounts_registryevent")
        triggers.lock_rows("accounts_incident", locked_column="state", locked_value="closed")
        upper.register(preview=tree_changes.preview, apply=tree_changes.apply, happened=tree_changes.happened)
        leaving.register(leaving_page.sections)
        panels.register(panels=unit_page.panels, tabs=unit_page.tabs)
