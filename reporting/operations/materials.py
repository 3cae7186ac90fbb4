"""内容供给: a committee provides content that the units below may pass on in their groups; it can be withdrawn (RUR-2.4, RUR-4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import PUBLISH_NOTICE
from reporting.choices import MaterialKind
from reporting.exceptions import ReportingError
from reporting.models import Material

if TYPE_CHECKING:
    from orgs.models import User
    from reporting.operations.passages import Passage


@transaction.atomic
def publish(unit: OrgUnit, kind: str, passage: Passage, *, by: User) -> Material:
    """提供 in the name of the unit, for everybody below it. Raises NotAllowed, ReportingError."""
    if unit.pk not in by.units_in_charge().allowing(PUBLISH_NOTICE).own_unit_ids():
        raise NotAllowed
    if kind not in MaterialKind.values:
        raise ReportingError(_("请选择类别。"))
    facts = passage.checked()
    OrgUnit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)
    same = Material.objects.in_force().filter(unit=unit, title=facts["title"], text=facts["text"])
    if same.exists():
        raise ReportingError(_("同样的内容已经发布，不用重复发布。"))
    made = Material.objects.create(unit=unit, kind=kind, published_at=clock.now(), published_by=by, **facts)
    ledger.record("material.published", made, by=by, kind=kind)
    return made


@transaction.atomic
def withdraw(material_id: int, *, by: User) -> Material:
    """撤回: it is shown to nobody below any more. Raises IllegalMove where that was done already."""
    material = Material.objects.actionable_by(by).select_for_update(of=("self",)).get(pk=material_id)
    if material.withdrawn_at is not None:
        raise IllegalMove(_("这份内容已经撤回。"))
    material.withdrawn_at = clock.now()
    material.save(update_fields=["withdrawn_at"])
    ledger.record("material.withdrawn", material, by=by)
    return material
