"""One round by its phases: how many are expected, handed in, approved and late in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.choices import SubmissionStatus
from accounts.models import Expected, RoundPhase, Submission
from orgs.kernel import clock

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import CollectionRound

HANDED_IN = (SubmissionStatus.SUBMITTED, SubmissionStatus.APPROVED)


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """A phase, or the whole of a round without phases."""

    title: str
    intakes: str
    opens_at: datetime
    deadline_at: datetime
    is_ahead: bool
    expected: int
    handed_in: int
    approved: int
    late: int


def phase_lines(round: CollectionRound) -> list[PhaseLine]:
    """Two statements. Only the phase's own units count in its 应填."""
    forms = Submission.objects.filter(round=round, unit=OuterRef("unit"))
    of_form = {
        "handed_in": Exists(forms.filter(status__in=HANDED_IN)),
        "approved": Exists(forms.filter(status=SubmissionStatus.APPROVED)),
        "late": Exists(forms.filter(is_late=True)),
    }
    counted = (
        Expected.objects.due()
        .filter(round=round)
        .annotate(**{f"is_{name}": found for name, found in of_form.items()})
        .order_by()
        .values("phase_id")
        .annotate(
            expected=Count("pk"), **{name: Count("pk", filter=Q(**{f"is_{name}": True})) for name in of_form}
        )
    )
    figures = {row.pop("phase_id"): row for row in counted.values("phase_id", "expected", *of_form)}
    none = dict.fromkeys(("expected", *of_form), 0)
    phases: list[RoundPhase | None] = list(round.phases.all()) or [None]
    return [_line(round, each, figures.get(each.pk if each else None, none)) for each in phases]


def _line(round: CollectionRound, phase: RoundPhase | None, figures: dict[str, int]) -> PhaseLine:
    period = phase or round
    return PhaseLine(
        title=phase.title if phase else _("不分阶段"),
        intakes=_intakes(period.intake_years, phase.excluded_intake_years if phase else []),
        opens_at=period.opens_at,
        deadline_at=period.deadline_at,
        is_ahead=clock.now() < period.opens_at,
        **figures,
    )


def _intakes(only: list[int], without: list[int]) -> str:
    if only:
        return _("只含%(years)s级") % {"years": "、".join(str(year) for year in only)}
    if without:
        return _("不含%(years)s级") % {"years": "、".join(str(year) for year in without)}
    return _("全部年级")
