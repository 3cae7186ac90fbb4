"""Set-level reads of people, appointments and invitations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import BaseUserManager
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from orgs.kernel import clock
from orgs.kernel.crypto import blind_index
from orgs.naming import search_words
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import date, datetime

    from orgs.models import Appointment, Erasure, Invitation, User

MOBILE = "mobile"


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username, **fields)
        if user.mobile:
            user.mobile_index = blind_index(user.mobile, MOBILE)
        user.set_password(password)
        user.password_set_at = timezone.now()
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)

    def find_by_sign_in(self, text: str) -> User | None:
        """The person with this user name or, through the blind index, this mobile."""
        return self.filter(Q(username=text) | Q(mobile_index=blind_index(text, MOBILE))).first()


class ErasureQuerySet(ScopedQuerySet["Erasure"]):
    def for_list(self) -> Self:
        return self.select_related("asked_by", "unit")


class AppointmentQuerySet(ScopedQuerySet["Appointment"]):
    def in_force(self, on: date | None = None) -> Self:
        """Appointments whose period contains the day (today in Asia/Shanghai)."""
        day = on or clock.today()
        return self.filter(starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))

    def of_units(self, text: str) -> Self:
        """Appointments in units whose name, pinyin or code contains every word of the text; all of them for an empty one."""
        return self.filter(_of_units(text))

    def lasting(self) -> Self:
        """Without those who only stand in for somebody."""
        return self.filter(stands_in_for__isnull=True)

    def by_desk(self) -> Self:
        """Whoever answers for a unit first; one who stands in comes before the person stood in for."""
        return (
            self.select_related("user", "stands_in_for__user")
            .annotate(
                office_id=Coalesce("stands_in_for_id", "pk"),
                leads=Coalesce("stands_in_for__is_principal", "is_principal"),
            )
            .order_by("-leads", "office_id", F("stands_in_for").asc(nulls_last=True), "pk")
        )

    def unconfirmed(self, since: date) -> Self:
        """Offices held since before the day (of this year's confirmation) and not confirmed since (年度确认)."""
        return (
            self.in_force()
            .lasting()
            .filter(starts_on__lt=since)
            .filter(Q(confirmed_on__isnull=True) | Q(confirmed_on__lt=since))
        )

    def for_people_list(self) -> Self:
        """With everything a line of the list shows, in the order of the tree."""
        related = ("user", "unit", "unit__kind", "unit__parent", "stands_in_for__user")
        return self.select_related(*related).order_by("unit__tree_id", "unit__lft", "role", "pk")


class InvitationQuerySet(ScopedQuerySet["Invitation"]):
    def usable(self, at: datetime | None = None) -> Self:
        """Neither accepted nor revoked nor expired."""
        moment = at or clock.now()
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=moment)

    def unused(self) -> Self:
        """Neither accepted nor revoked, expired or not."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def lasting(self) -> Self:
        """Without those that only ask somebody to act for the holder."""
        return self.filter(stands_in_for__isnull=True)

    def of_batch(self, batch: str) -> Self:
        """Those made together; none for a single one."""
        return self.filter(batch=batch) if batch else self.none()

    def of_units(self, text: str) -> Self:
        """Invitations to units whose name, pinyin or code contains every word of the text; all for an empty one."""
        return self.filter(_of_units(text))

    def for_people_list(self) -> Self:
        """With everything a line of the list shows, newest first."""
        related = ("unit", "unit__parent", "created_by", "stands_in_for__user")
        return self.select_related(*related).order_by("-created_at", "unit__lft")

    def for_print(self) -> Self:
        """With everything a sheet of QR codes shows, in the order of the tree, so that a college stands together."""
        related = ("unit", "unit__parent", "stands_in_for__user")
        return self.select_related(*related).order_by("unit__tree_id", "unit__lft", "pk")


def _of_units(text: str) -> Q:
    condition = Q()
    for word in search_words(text):
        condition &= Q(unit__search_key__contains=word)
    return condition
