"""People: users, their appointments (职务) and the invitations by which superiors bring them in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orgs.choices import Department, Role
from orgs.kernel import clock
from orgs.kernel.crypto import EncryptedTextField, mask_name
from orgs.querysets.people import AppointmentQuerySet, InvitationQuerySet, UserManager
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from orgs.models.tree import OrgUnit


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with mobile or user name. Name and mobile are encrypted; the mobile is found by its blind index."""

    username = models.CharField(_("用户名"), max_length=40, unique=True)
    name = EncryptedTextField(_("姓名"), blank=True)
    mobile = EncryptedTextField(_("手机"), blank=True)
    mobile_index = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    email = models.EmailField(_("邮箱"), blank=True)
    is_staff = models.BooleanField(_("可进入后台"), default=False)
    is_active = models.BooleanField(_("启用"), default=True)
    must_change_password = models.BooleanField(_("须修改密码"), default=False)
    # None: before passwords had a date; then the account's own day counts.
    password_set_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    _scope: UnitsInCharge | None = None

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.username

    @property
    def display_name(self) -> str:
        """The name a superior or colleague reads; the user name where none was given."""
        return self.name or self.username

    def password_age(self) -> timedelta:
        """How long the password has been in use."""
        return timezone.now() - (self.password_set_at or self.created_at)

    def units_in_charge(self) -> UnitsInCharge:
        """The units of the appointments in force, as the scope every queryset asks for."""
        return self._scope or UnitsInCharge.of(self)

    def remember_scope(self) -> None:
        """Read the appointments once for the life of this object: only for the person of one request."""
        self._scope = UnitsInCharge.of(self)

    def narrow_scope(self, unit: OrgUnit, verb: str) -> None:
        """For the life of this object: no more than what lies below the unit and where the person has the verb."""
        self._scope = UnitsInCharge.of(self).allowing(verb).narrowed_to(unit)


class Appointment(models.Model):
    """职务: user + unit + role + period. A hand-over ends one and begins the next, so the history stays."""

    user = models.ForeignKey(
        User, verbose_name=_("人员"), on_delete=models.PROTECT, related_name="appointments"
    )
    unit = models.ForeignKey(
        "orgs.OrgUnit", verbose_name=_("团组织"), on_delete=models.PROTECT, related_name="appointments"
    )
    role = models.CharField(_("角色"), max_length=12, choices=Role)
    department = models.CharField(
        _("部门"),
        max_length=16,
        choices=Department,
        blank=True,
        help_text=_("仅团省委工作人员，留空为全部战线"),
    )
    title = models.CharField(_("职务名称"), max_length=40, blank=True)
    is_principal = models.BooleanField(_("第一责任人"), default=False)
    # 临时代理: holds the office for another person until a set day.
    stands_in_for = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="stand_ins"
    )
    # 年度确认: the superior said that the person still holds the office; an unconfirmed one is asked for, then ended.
    confirmed_on = models.DateField(_("确认日期"), null=True, blank=True)
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"), null=True, blank=True, help_text=_("最后一天"))
    succeeded_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="succeeds"
    )

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("职务")
        verbose_name_plural = _("职务")
        indexes: ClassVar = [models.Index(fields=["unit", "role"], name="appointment_unit_role")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="appointment_period"
            ),
            models.CheckConstraint(
                condition=Q(stands_in_for__isnull=True) | Q(ends_on__isnull=False),
                name="appointment_stand_in_has_end",
            ),
            models.UniqueConstraint(
                fields=["user", "unit", "role"],
                condition=Q(ends_on__isnull=True),
                name="appointment_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.unit_id}"

    @property
    def desk_name(self) -> str:
        """Who is to be asked at this desk; of one who stands in, also for whom. Read it of `by_desk()`."""
        if self.stands_in_for is None:
            return self.user.display_name
        names = {"name": self.user.display_name, "principal": self.stands_in_for.user.display_name}
        return gettext("%(name)s（临时代理%(principal)s）") % names


class Invitation(models.Model):
    """邀请码: a one-time link by which a superior appoints a person below. Only the hash of the code is stored."""

    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=12, choices=Role)
    department = models.CharField(max_length=16, choices=Department, blank=True)
    title = models.CharField(max_length=40, blank=True)
    name = EncryptedTextField(blank=True)
    mobile = EncryptedTextField(blank=True)
    mobile_index = models.CharField(max_length=64, blank=True, editable=False)
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    # Those made together, to be printed on one sheet; "" for a single one.
    batch = models.CharField(max_length=32, blank=True, db_index=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    # A hand-over: accepting ends this appointment, so that the history names the successor.
    replaces = models.ForeignKey(
        Appointment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # 临时代理 by link: accepting gives the office of this appointment until the day, and ends nothing.
    stands_in_for = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, null=True, blank=True, related_name="stand_in_invitations"
    )
    stands_in_until = models.DateField(_("代理截止日"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("邀请码")
        verbose_name_plural = _("邀请码")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(stands_in_for__isnull=True, stands_in_until__isnull=True)
                | Q(stands_in_for__isnull=False, stands_in_until__isnull=False),
                name="invitation_stand_in_until",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.role}"

    @property
    def masked_name(self) -> str:
        """The name as strangers with the link may read it: 张**."""
        return mask_name(self.name)

    @property
    def is_outlived(self) -> bool:
        """It asks somebody to act for an office that has ended, or until a day that has passed: nobody can use it."""
        if self.stands_in_for is None or self.stands_in_until is None:
            return False
        last_days = [self.stands_in_until, self.stands_in_for.ends_on]
        return any(day is not None and day < clock.today() for day in last_days)

    @property
    def masked_principal(self) -> str:
        """For whom the person is to act, as strangers with the link may read it; "" for any other invitation."""
        return mask_name(self.stands_in_for.user.name) if self.stands_in_for else ""


class LoginThrottle(models.Model):
    """Failed sign-ins (or public questions) of one key, counted in the database so that Redis may be down."""

    key = models.CharField(max_length=64, primary_key=True, help_text="blind index, never the number itself")
    failures = models.PositiveIntegerField(default=0)
    last_failure_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.key[:8]
