"""What the campaigns of a closed week asked of one unit, and how it stood: the rows behind the requirements' figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from reporting import judging
from reporting.models import CampaignVersion, Judgement, Requirement

if TYPE_CHECKING:
    from orgs.kernel.clock import Week

FIGURES = frozenset({"requirements", "requirements_met", "requirements_overdue"})
MET, UNMET = "1", "0"


@dataclass(frozen=True, slots=True)
class AskedOf:
    """One requirement as the unit stood to it at the end of the week."""

    requirement: Requirement
    is_met: bool
    is_overdue: bool

    @property
    def word(self) -> str:
        if self.is_met:
            return _("已达到")
        return _("已逾期") if self.is_overdue else _("未达到")

    @property
    def tone(self) -> str:
        if self.is_met:
            return "ok"
        return "bad" if self.is_overdue else "warn"


def read(week: Week, unit_pk: int, figure: str) -> list[AskedOf]:
    """Two statements; those that the figure counts, by the same conditions as the close."""
    at = week.ends_at
    found = Judgement.objects.as_of(at).filter(
        Q(version__campaign__ended_at__isnull=True) | Q(version__campaign__ended_at__gte=at),
        unit_id=unit_pk,
        version__campaign__launched_at__lt=at,
        version__loaded_at__lt=at,
    )
    newer = CampaignVersion.objects.filter(
        campaign=OuterRef("version__campaign"), number__gt=OuterRef("version__number"), loaded_at__lt=at
    )
    standings = dict(found.filter(~Exists(newer)).values_list("version_id", "standings"))
    asked = Requirement.objects.filter(version__in=standings).select_related("version")
    lines = [
        _asked(each, standings[each.version_id][each.position - 1 : each.position], week)
        for each in asked.order_by("version__campaign_id", "position")
    ]
    return [line for line in lines if line is not None and _counts(line, figure)]


def _asked(requirement: Requirement, character: str, week: Week) -> AskedOf | None:
    if character not in {MET, UNMET}:
        return None
    is_due = requirement.is_hard and judging.is_past(requirement, week.ends_at)
    return AskedOf(requirement, character == MET, character == UNMET and is_due)


def _counts(line: AskedOf, figure: str) -> bool:
    return {"requirements_met": line.is_met, "requirements_overdue": line.is_overdue}.get(figure, True)
