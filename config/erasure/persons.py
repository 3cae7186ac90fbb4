"""Who is meant: everything known of one person, found by mobile or user name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from accounts.models import Administratorship, SubmissionRow
from accounts.querysets.administrators import PERSONAL
from orgs.kernel.crypto import blind_index, normalise_mobile
from orgs.kernel.forgetting import Words
from orgs.models import Appointment, Invitation, User
from orgs.querysets.people import MOBILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.querysets.administrators import AdministratorshipQuerySet
    from orgs.querysets.people import AppointmentQuerySet, InvitationQuerySet


@dataclass(frozen=True, slots=True)
class Person:
    """The rows that are the person's own; the words come from them and, at the end, from the forms."""

    mobiles: frozenset[str]
    users: tuple[User, ...]
    indexes: frozenset[str]

    @property
    def appointments(self) -> AppointmentQuerySet:
        return Appointment.objects.filter(user__in=self.users)

    @property
    def terms(self) -> AdministratorshipQuerySet:
        return Administratorship.objects.filter(mobile_index__in=self.indexes)

    @property
    def invitations(self) -> InvitationQuerySet:
        return Invitation.objects.filter(Q(mobile_index__in=self.indexes) | Q(accepted_by__in=self.users))

    def unit_ids(self) -> set[int]:
        """Every unit the person ever had to do with."""
        rows = (self.appointments, self.terms, self.invitations)
        return {pk for each in rows for pk in each.order_by().values_list("unit_id", flat=True)}


def find(text: str) -> Person:
    """The person behind a mobile or a user name; possibly nobody known."""
    text = text.strip()
    typed = normalise_mobile(text)
    index = blind_index(typed or text, MOBILE)
    users = tuple(User.objects.filter(Q(username=text) | Q(mobile_index=index)))
    mobiles = {each for each in (typed, *(normalise_mobile(user.mobile) for user in users)) if each}
    return Person(frozenset(mobiles), users, frozenset(blind_index(each, MOBILE) for each in mobiles))


def words(person: Person) -> Words:
    """What the person is called and reached by, in every row that is theirs."""
    return Words.of([*person.mobiles, *_in_registers(person), *_in_forms(person)])


def _in_registers(person: Person) -> Iterator[str]:
    for user in person.users:
        yield from (user.name, user.email)
    for term in person.terms:
        yield from (str(getattr(term, name) or "") for name in PERSONAL)
    for invitation in person.invitations:
        yield invitation.name


def _in_forms(person: Person) -> Iterator[str]:
    """The other cells of every row in which one of the mobiles stands, those of an earlier attempt too."""
    rows = SubmissionRow.objects.annotate(token=Cast("personal", TextField())).filter(token__gt="")
    for personal in rows.order_by("pk").values_list("personal", flat=True).iterator(chunk_size=500):
        yield from _cells(personal, person)


def _cells(personal: Any, person: Person) -> Iterator[str]:
    if not isinstance(personal, dict):
        return
    texts = [value for value in personal.values() if isinstance(value, str)]
    if any(normalise_mobile(text) in person.mobiles for text in texts):
        yield from texts
    for value in personal.values():
        yield from _cells(value, person)
