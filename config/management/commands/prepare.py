"""`manage.py prepare`: brings a database to this version; safe to repeat."""

from __future__ import annotations

from django.core.management import call_command
from django.core.management.base import BaseCommand

from orgs.operations.reference import load_reference
from scoring.operations.schemes import load_shipped


class Command(BaseCommand):
    """Tables, cache table and reference data; run once after every installation and upgrade."""

    help = "建立或升级数据库，载入基础数据。可以重复运行。"

    def handle(self, **options: object) -> None:
        call_command("migrate", verbosity=min(int(str(options["verbosity"])), 1), interactive=False)
        call_command("createcachetable", verbosity=0)
        load_reference()
        load_shipped()
        call_command("refresh_search_keys", stdout=self.stdout)
        self.stdout.write("数据库已就绪。/ The database is ready.")
