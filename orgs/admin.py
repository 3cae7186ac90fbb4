"""Reference tables for system administrators: kinds of units, in and out as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import resources
from import_export.admin import ImportExportModelAdmin

from orgs.models import UnitKind
from orgs.operations import reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db import models
    from django.http import HttpRequest


class Keeping:
    """What figures of weeks that are over were computed from can't be edited any more (metrics.md): a late close reads it.

    `kept` are the fields, `is_used` says of a row whether it has been counted by.
    """

    kept: ClassVar[tuple[str, ...]] = ()

    @staticmethod
    def is_used(row: Any, /) -> bool:
        raise NotImplementedError


class KeepingAdmin(Keeping, ImportExportModelAdmin):
    """Shows the kept fields of a row in use, and takes no others for them."""

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Sequence[Any]:
        shown = list(super().get_readonly_fields(request, obj))
        return shown + list(self.kept) if obj is not None and self.is_used(obj) else shown


class KeepingResource(Keeping, resources.ModelResource):
    """Refuses the line of a table that would change a kept field of a row in use."""

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        super().before_save_instance(instance, row, **kwargs)
        known = type(instance)._default_manager.filter(pk=instance.pk).first()
        if known is None or not self.is_used(known):
            return
        for name in self.kept:
            if getattr(known, name) != getattr(instance, name):
                word = instance._meta.get_field(name).verbose_name
                raise ValidationError(
                    {name: _("“%(word)s”已用于以往各周的统计，不能再改。") % {"word": word}}
                )


class KindKeeping(Keeping):
    kept = ("is_league_organisation", "holds_members", "own_group")
    is_used = staticmethod(reference.is_kind_used)


class UnitKindResource(KindKeeping, KeepingResource):
    """Kinds by code; unchanged rows are skipped and reported as such."""

    class Meta:
        model = UnitKind
        import_id_fields = ("code",)
        skip_unchanged = True
        report_skipped = True


@admin.register(UnitKind)
class UnitKindAdmin(KindKeeping, KeepingAdmin):
    resource_classes = (UnitKindResource,)
    list_display = ("code", "name", "line", "position", "is_league_organisation", "holds_members")
    search_fields = ("code", "name")
