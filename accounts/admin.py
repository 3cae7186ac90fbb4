"""Reference tables for system administrators; nothing that users need daily."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from import_export import resources
from import_export.admin import ImportExportModelAdmin

from accounts.models import Platform


class PlatformResource(resources.ModelResource):
    """Platforms as a table: the code is the key, so importing twice changes nothing."""

    class Meta:
        model = Platform
        import_id_fields: ClassVar = ["code"]
        fields: ClassVar = ["code", "name", "kind", "is_historic", "position"]
        skip_unchanged = True


@admin.register(Platform)
class PlatformAdmin(ImportExportModelAdmin):
    """Platforms are data (WB-3.1, MS-2.1): a closed one is historic, never deleted."""

    resource_classes: ClassVar = [PlatformResource]
    list_display: ClassVar = ["code", "name", "kind", "is_historic", "position"]
