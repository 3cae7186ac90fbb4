"""Start of the registry app: its append-only tables."""

from __future__ import annotations

from django.apps import AppConfig

from orgs.kernel import triggers


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "账号登记与收集"

    def ready(self) -> None:
        triggers.append_only("accounts_registryevent")
