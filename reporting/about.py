"""What a message between units may be about: a name, and for each the rows a person sees and those a unit's people see.

The link is made anew for whoever reads it, through the reader's own scope; nothing of the object is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Group
from orgs.models import OrgUnit
from orgs.querysets.scope import Span, UnitsInCharge
from reporting.choices import CampaignState
from reporting.models import Bulletin, Campaign, Notice, Requirement, SpotCheck, WeeklyReport
from reporting.querysets.pages import of_superiors

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise

    from orgs.models import User


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object: what it is called, who sees which, what a row is called and where it is shown."""

    word: _StrPromise
    seen_by: Callable[[User], QuerySet[Any]]
    known_to: Callable[[OrgUnit], QuerySet[Any]]
    unit_of: Callable[[Any], OrgUnit]
    label: Callable[[Any], str]
    url: Callable[[Any], str]
    related: tuple[str, ...] = ("unit",)


@dataclass(frozen=True, slots=True)
class About:
    """One object as this reader may open it; `unit` is the one it belongs to."""

    type: str
    pk: int
    word: str
    label: str
    url: str
    unit: OrgUnit


def find(type_: str, pk: int, user: User) -> About | None:
    """The object, where the person sees it; None for everything else."""
    kind = KINDS.get(type_)
    if kind is None:
        return None
    row = kind.seen_by(user).select_related(*kind.related).filter(pk=pk).first()
    if row is None:
        return None
    return About(type_, pk, str(kind.word), kind.label(row), kind.url(row), kind.unit_of(row))


def is_known_to(unit: OrgUnit, type_: str, pk: int) -> bool:
    """Whether those of the unit who see the whole of it could open the object too."""
    return KINDS[type_].known_to(unit).filter(pk=pk).exists()


def word_of(type_: str) -> str:
    """What the kind is called."""
    kind = KINDS.get(type_)
    return str(kind.word) if kind else ""


def _campaigns_of(unit: OrgUnit) -> QuerySet[Campaign]:
    span = Span.of(unit)
    found = Campaign.objects.filter(of_superiors(span) | span.condition("unit"))
    return found.exclude(state=CampaignState.DRAFT)


def _issued_or_received(unit: OrgUnit) -> Q:
    return Span.of(unit).condition("unit") | Q(recipients__unit=unit)


def _check_label(check: SpotCheck) -> str:
    words = {"day": check.counted_on.isoformat(), "grade": check.get_grade_display(), "unit": check.unit.name}
    return _("%(unit)s　%(day)s抽查　%(grade)s") % words


def _report_label(report: WeeklyReport) -> str:
    return _("%(unit)s　%(year)d年第%(number)d周") % {
        "unit": report.unit.name,
        "year": report.year,
        "number": report.number,
    }


def _report_url(report: WeeklyReport) -> str:
    return reverse("reporting:show-report", args=[report.unit_id, f"{report.year}-W{report.number:02d}"])


def _own(row: Any) -> OrgUnit:
    found: OrgUnit = row.unit
    return found


KINDS: dict[str, Kind] = {
    "unit": Kind(
        gettext_lazy("团组织"),
        lambda user: OrgUnit.objects.visible_to(user),
        lambda unit: OrgUnit.objects.within(UnitsInCharge.below(unit)),
        lambda row: row,
        lambda row: row.name,
        lambda row: row.get_absolute_url(),
        related=("parent",),
    ),
    "account": Kind(
        gettext_lazy("账号"),
        lambda user: Account.objects.visible_to(user),
        lambda unit: Account.objects.within(UnitsInCharge.below(unit)),
        _own,
        str,
        lambda row: reverse("accounts:show-account", args=[row.pk]),
        related=("unit", "platform"),
    ),
    "group": Kind(
        gettext_lazy("群"),
        lambda user: Group.objects.visible_to(user),
        lambda unit: Group.objects.within(UnitsInCharge.below(unit)),
        _own,
        str,
        lambda row: reverse("accounts:show-group", args=[row.pk]),
    ),
    "check": Kind(
        gettext_lazy("抽查"),
        lambda user: SpotCheck.objects.visible_to(user),
        lambda unit: SpotCheck.objects.within(UnitsInCharge.below(unit)),
        _own,
        _check_label,
        lambda row: reverse("reporting:show-check", args=[row.pk]),
    ),
    "requirement": Kind(
        gettext_lazy("工作要求"),
        lambda user: Requirement.objects.filter(version__campaign__in=Campaign.objects.readable_by(user)),
        lambda unit: Requirement.objects.filter(version__campaign__in=_campaigns_of(unit)),
        lambda row: row.version.campaign.unit,
        lambda row: row.title,
        lambda row: reverse("reporting:show-campaign", args=[row.version.campaign_id]),
        related=("version__campaign__unit",),
    ),
    "notice": Kind(
        gettext_lazy("通知"),
        lambda user: Notice.objects.readable_by(user).sent(),
        lambda unit: Notice.objects.sent().filter(_issued_or_received(unit)),
        _own,
        lambda row: row.title,
        lambda row: reverse("reporting:show-notice", args=[row.pk]),
    ),
    "report": Kind(
        gettext_lazy("周报告"),
        lambda user: WeeklyReport.objects.visible_to(user),
        lambda unit: WeeklyReport.objects.within(UnitsInCharge.below(unit)),
        _own,
        _report_label,
        _report_url,
    ),
    "bulletin": Kind(
        gettext_lazy("通报"),
        lambda user: Bulletin.objects.readable_by(user).published(),
        lambda unit: Bulletin.objects.published().filter(_issued_or_received(unit)),
        _own,
        lambda row: row.title,
        lambda row: reverse("reporting:show-bulletin", args=[row.pk]),
    ),
}
