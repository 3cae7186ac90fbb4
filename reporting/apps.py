"""Start of the reporting app: closed weeks are immutable in the database."""

from __future__ import annotations

from django.apps import AppConfig

from accounts import links
from orgs import panels
from orgs.kernel import triggers
from reporting.unit_tabs import tabs


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "周报与督导"

    def ready(self) -> None:
        triggers.protect(
            table="reporting_weekunit",
            parent_table="reporting_closedweek",
            parent_fk="week_id",
            parent_pk="id",
            locked_column="state",
            locked_value="closed",
        )
        # Recipients sign for a published bulletin: their rows stay open.
        triggers.protect(
            table="reporting_bulletinnotice",
            parent_table="reporting_bulletin",
            parent_fk="bulletin_id",
            parent_pk="id",
            locked_column="state",
            locked_value="published",
        )
        # What was judged under a version stays readable: a new pack is a new version.
        for table in ("campaignversion", "campaignphase", "requirement"):
            triggers.append_only(f"reporting_{table}")
        panels.register(tabs=tabs)
        # Imported here: the page needs the models, which exist only now.
        from reporting.pages import channel, duties  # noqa: PLC0415

        links.register(duties.links, panels=channel.panels)
