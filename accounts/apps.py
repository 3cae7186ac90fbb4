"""Start of the registry app: its append-only tables."""

from __future__ import annotations

from django.apps import AppConfig

from orgs.kernel import triggers

EVENT_FACTS = (
    "unit_id", "kind", "account_id", "group_id", "administratorship_id", "by_id", "submission_id", "changes",
)  # fmt: skip


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

        # The words of the reason can be taken out with a person (B6), nothing else.
        triggers.keep_once_filled("accounts_registryevent", filled="at", kept=EVENT_FACTS)
        triggers.lock_rows("accounts_incident", locked_column="state", locked_value="closed")
        upper.register(preview=tree_changes.preview, apply=tree_changes.apply, happened=tree_changes.happened)
        leaving.register(leaving_page.sections)
        panels.register(panels=unit_page.panels, tabs=unit_page.tabs)
