"""Start of the organisation app: immutability triggers, connection set-up."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from orgs import sign_in_life
from orgs.kernel import triggers


class OrgsConfig(AppConfig):
    name = "orgs"
    verbose_name = "团组织与人员"

    def ready(self) -> None:
        connection_created.connect(triggers.on_connection_created, dispatch_uid="orgs.triggers.connection")
        pre_migrate.connect(triggers.on_pre_migrate, dispatch_uid="orgs.triggers.before_migrate")
        post_migrate.connect(triggers.on_post_migrate, dispatch_uid="orgs.triggers.migrate")
        # Imported here: operations need the models, which exist only now.
        from orgs.operations import office_changes, upper  # noqa: PLC0415

        # Django's own and the tests' ways to sign in meet in this signal only.
        user_logged_in.connect(sign_in_life.begin, dispatch_uid="orgs.sign_in_life")
        triggers.append_only("orgs_auditentry")
        triggers.append_only("orgs_auditlink")
        triggers.only_erased("orgs_auditbody", pk="entry_id", emptied="salt", stamp="erased_at")
        upper.register(
            preview=office_changes.preview, apply=office_changes.apply, happened=office_changes.happened
        )
