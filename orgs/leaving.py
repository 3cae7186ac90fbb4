"""交接清单: what a person leaves behind with an office. Upper apps add their sections in `AppConfig.ready()`.

A provider is asked once for one appointment and answers with counted sections of what its reader may see. Passwords
are never among them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.choices import DEPARTMENT_LINES
from orgs.models import Invitation, UnitChangeRequest
from orgs.permissions import MANAGE_PEOPLE, roles_with
from orgs.querysets.scope import Span, UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from orgs.models import Appointment, User

MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing to hand over: words, how many, the first of them, and the page where the rest stands."""

    title: str
    count: int
    lines: list[str] = field(default_factory=list)
    url: str = ""
    note: str = ""


class Provider(Protocol):
    def __call__(self, appointment: Appointment, reader: User) -> list[Section]: ...


_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Add an app's sections; registered twice they count once."""
    if provider not in _providers:
        _providers.append(provider)


def sections(appointment: Appointment, reader: User) -> list[Section]:
    """Every app's sections in order of registration, then those about people and units, in the reader's own scope."""
    found = [section for provider in _providers for section in provider(appointment, reader)]
    return [*found, *_own(appointment, reader)]


def _own(appointment: Appointment, reader: User) -> list[Section]:
    requests = UnitChangeRequest.objects.visible_to(reader).waiting()
    own = requests.filter(unit=appointment.unit_id).select_related("unit")
    invitations = Invitation.objects.actionable_by(reader, MANAGE_PEOPLE).usable()
    invitations = invitations.select_related("unit", "stands_in_for__user")
    asked_to_act = invitations.filter(stands_in_for=appointment)
    found = [
        _section(_("本单位提出、还没有办理的变更申请"), own, lambda each: each.get_kind_display()),
        _section(_("还没有接受的临时代理邀请"), asked_to_act, _invited, url=reverse("orgs:list-invitations")),
    ]
    if appointment.role in roles_with(MANAGE_PEOPLE):
        lines = DEPARTMENT_LINES.get(appointment.department, ())
        below = UnitsInCharge((Span.of(appointment.unit, lines=tuple(lines)),))
        asked = requests.within(below).exclude(unit=appointment.unit_id).select_related("unit")
        invited = invitations.within(below).exclude(pk__in=asked_to_act.values("pk")).order_by("unit__lft")
        found += [
            _section(
                _("下级提出、等待办理的变更申请"),
                asked,
                lambda each: f"{each.unit.name}：{each.get_kind_display()}",
            ),
            _section(
                _("还没有使用的邀请码"),
                invited,
                _invited,
                url=reverse("orgs:list-invitations"),
            ),
        ]
    return found


def _invited(invitation: Invitation) -> str:
    who = f"{invitation.unit.name} {invitation.masked_name}"
    if invitation.stands_in_for is None or invitation.stands_in_until is None:
        return who
    facts = {
        "name": invitation.stands_in_for.user.display_name,
        "day": invitation.stands_in_until.isoformat(),
    }
    return who + _("（临时代理%(name)s，到%(day)s）") % facts


def _section(title: str, found: QuerySet[Any], words: Callable[[Any], str], *, url: str = "") -> Section:
    rows = list(found[:MOST_LINES])
    count = len(rows) if len(rows) < MOST_LINES else found.count()
    return Section(title, count, [words(each) for each in rows], url)
