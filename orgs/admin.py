"""Reference tables for system administrators: kinds of units, in and out as tables."""

from __future__ import annotations

from django.contrib import admin
from import_export import resources
from import_export.admin import ImportExportModelAdmin

from orgs.models import UnitKind


class UnitKindResource(resources.ModelResource):
    """Kinds by code; unchanged rows are skipped and reported as such."""

    class Meta:
        model = UnitKind
        import_id_fields = ("code",)
        skip_unchanged = True
        report_skipped = True


@admin.register(UnitKind)
class UnitKindAdmin(ImportExportModelAdmin):
    resource_classes = (UnitKindResource,)
    list_display = ("code", "name", "line", "position", "is_league_organisation", "holds_members")
    search_fields = ("code", "name")
