"""The weekly snapshot: one row per unit and week, computed once, then immutable in the database."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from orgs.choices import LONGEST_CODE, LONGEST_NAME, Measure
from orgs.kernel.clock import Week
from reporting.choices import WeekState
from reporting.querysets.weekly import ClosedWeekQuerySet, WeekUnitQuerySet


class ClosedWeek(models.Model):
    """One edition of one week. Monday to Sunday, Asia/Shanghai; ISO numbering of the local date."""

    year = models.PositiveSmallIntegerField(_("年"))
    number = models.PositiveSmallIntegerField(_("周"))
    edition = models.PositiveSmallIntegerField(_("版次"), default=1)
    starts_on = models.DateField()
    state = models.CharField(max_length=8, choices=WeekState, default=WeekState.CLOSING)
    n_units = models.PositiveIntegerField(default=0)
    content_hash = models.CharField(max_length=64, blank=True)
    # Which columns the digest covers: 1 = those before administrators' persons, cadres and requirements, 2 = all.
    digest_form = models.PositiveSmallIntegerField(default=2)
    reason = models.CharField(_("更正原因"), max_length=200, blank=True)
    job = models.ForeignKey(
        "orgs.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_constraint=False
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    # Of a later edition: records and checks entered until then count, though they came after the week.
    known_until = models.DateTimeField(null=True, blank=True)

    objects = ClosedWeekQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-year", "-number", "-edition"]
        verbose_name = _("周报")
        verbose_name_plural = _("周报")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "number", "edition"], name="closedweek_edition")
        ]

    def __str__(self) -> str:
        return str(self.week)

    @property
    def week(self) -> Week:
        """The calendar week this edition is about."""
        return Week(self.year, self.number)


class WeekUnit(models.Model):
    """A unit as it was at Sunday 24:00 of one closed week: placement, bases, own and subtree figures.

    `own_*` are the unit's own facts, `sub_*` those of the unit and everything below it. Counts; NULL = missing, never 0.
    `db_constraint=False` on the unit: the check of the key alone makes writing three times slower (performance.md 6).
    """

    pk = models.CompositePrimaryKey("week_id", "unit_id")
    week = models.ForeignKey(ClosedWeek, on_delete=models.CASCADE, related_name="units", db_index=False)
    unit = models.ForeignKey(
        "orgs.OrgUnit", on_delete=models.DO_NOTHING, related_name="weeks", db_constraint=False, db_index=False
    )
    parent_id = models.BigIntegerField(null=True)
    depth = models.PositiveSmallIntegerField()
    kind_id = models.CharField(max_length=20)
    line = models.CharField(max_length=12)
    code = models.CharField(max_length=LONGEST_CODE)
    name = models.CharField(max_length=LONGEST_NAME)
    intake_year = models.PositiveSmallIntegerField(null=True)
    position = models.PositiveIntegerField(default=0)
    is_open = models.BooleanField(default=True)
    # Bases: own_ as recorded for the unit (NULL = not recorded), sub_ as resolved over the subtree (metrics.md).
    own_base_members = models.IntegerField(null=True)
    sub_base_members = models.BigIntegerField(null=True)
    own_base_youth = models.IntegerField(null=True)
    sub_base_youth = models.BigIntegerField(null=True)
    base_year = models.PositiveSmallIntegerField(null=True)
    # Assessment bases (考评口径): recorded for direct units, not pushed down.
    base_assessed = models.IntegerField(null=True)
    base_reported = models.IntegerField(null=True)
    base_orgs = models.IntegerField(null=True)
    is_reported = models.BooleanField(
        default=False, help_text="a unit that holds members: something is approved"
    )
    own_covered = models.IntegerField(
        null=True, help_text="declared members of the unit; NULL = not reported"
    )
    poor_streak = models.PositiveSmallIntegerField(default=0)
    poor_streak_max = models.PositiveSmallIntegerField(default=0)
    own_orgs = models.IntegerField(default=0)
    sub_orgs = models.IntegerField(default=0)
    own_orgs_with_account = models.IntegerField(default=0)
    sub_orgs_with_account = models.IntegerField(default=0)
    own_orgs_with_group = models.IntegerField(default=0)
    sub_orgs_with_group = models.IntegerField(default=0)
    own_orgs_with_admin = models.IntegerField(default=0)
    sub_orgs_with_admin = models.IntegerField(default=0)
    own_accounts_personal = models.IntegerField(default=0)
    sub_accounts_personal = models.IntegerField(default=0)
    own_accounts_public = models.IntegerField(default=0)
    sub_accounts_public = models.IntegerField(default=0)
    own_accounts_weibo = models.IntegerField(default=0)
    sub_accounts_weibo = models.IntegerField(default=0)
    own_accounts_other = models.IntegerField(default=0)
    sub_accounts_other = models.IntegerField(default=0)
    own_accounts_dormant = models.IntegerField(default=0)
    sub_accounts_dormant = models.IntegerField(default=0)
    own_groups_member = models.IntegerField(default=0)
    sub_groups_member = models.IntegerField(default=0)
    own_groups_link = models.IntegerField(default=0)
    sub_groups_link = models.IntegerField(default=0)
    own_groups_dedicated = models.IntegerField(default=0)
    sub_groups_dedicated = models.IntegerField(default=0)
    own_groups_other = models.IntegerField(default=0)
    sub_groups_other = models.IntegerField(default=0)
    own_groups_dormant = models.IntegerField(default=0)
    sub_groups_dormant = models.IntegerField(default=0)
    own_admins = models.IntegerField(default=0)
    sub_admins = models.IntegerField(default=0)
    # From here to the requirements: NULL in weeks closed before the figure was there.
    # Persons behind the administratorships, each counted once in the unit and once in each subtree: no sum (R3).
    own_admin_persons = models.IntegerField(null=True)
    sub_admin_persons = models.IntegerField(null=True)
    own_follows_superior = models.IntegerField(null=True)
    sub_follows_superior = models.IntegerField(null=True)
    own_cadres = models.IntegerField(null=True)
    sub_cadres = models.BigIntegerField(null=True)
    own_cadres_with_account = models.IntegerField(null=True)
    sub_cadres_with_account = models.BigIntegerField(null=True)
    own_cadres_min_ok = models.IntegerField(null=True)
    sub_cadres_min_ok = models.BigIntegerField(null=True)
    # Of the requirements of running campaigns that ask the unit.
    own_requirements = models.IntegerField(null=True)
    sub_requirements = models.IntegerField(null=True)
    own_requirements_met = models.IntegerField(null=True)
    sub_requirements_met = models.IntegerField(null=True)
    own_requirements_overdue = models.IntegerField(null=True)
    sub_requirements_overdue = models.IntegerField(null=True)
    own_holders = models.IntegerField(default=0)
    sub_holders = models.IntegerField(default=0)
    own_unreported = models.IntegerField(default=0)
    sub_unreported = models.IntegerField(default=0)
    own_base_missing = models.IntegerField(default=0)
    sub_base_missing = models.IntegerField(default=0)
    own_covered_members = models.BigIntegerField(default=0)
    sub_covered_members = models.BigIntegerField(default=0)
    own_covered_capped = models.BigIntegerField(default=0)
    sub_covered_capped = models.BigIntegerField(default=0)
    own_covered_without_base = models.BigIntegerField(default=0)
    sub_covered_without_base = models.BigIntegerField(default=0)
    own_covered_youth = models.BigIntegerField(null=True)
    sub_covered_youth = models.BigIntegerField(null=True)
    own_groups_min_ok = models.IntegerField(default=0)
    sub_groups_min_ok = models.IntegerField(default=0)
    own_reach = models.BigIntegerField(default=0)
    sub_reach = models.BigIntegerField(default=0)
    own_expected = models.IntegerField(default=0)
    sub_expected = models.IntegerField(default=0)
    own_submitted = models.IntegerField(default=0)
    sub_submitted = models.IntegerField(default=0)
    own_approved = models.IntegerField(default=0)
    sub_approved = models.IntegerField(default=0)
    own_returned = models.IntegerField(default=0)
    sub_returned = models.IntegerField(default=0)
    own_overdue = models.IntegerField(default=0)
    sub_overdue = models.IntegerField(default=0)
    own_opened = models.IntegerField(default=0)
    sub_opened = models.IntegerField(default=0)
    own_closed = models.IntegerField(default=0)
    sub_closed = models.IntegerField(default=0)
    own_changed = models.IntegerField(default=0)
    sub_changed = models.IntegerField(default=0)
    own_admin_changed = models.IntegerField(default=0)
    sub_admin_changed = models.IntegerField(default=0)
    own_posts = models.IntegerField(default=0)
    sub_posts = models.IntegerField(default=0)
    own_active_days = models.IntegerField(default=0)
    sub_active_days = models.IntegerField(default=0)
    own_groups_active = models.IntegerField(default=0)
    sub_groups_active = models.IntegerField(default=0)
    own_channels_recorded = models.IntegerField(default=0)
    sub_channels_recorded = models.IntegerField(default=0)
    own_checks = models.IntegerField(default=0)
    sub_checks = models.IntegerField(default=0)
    own_checks_poor = models.IntegerField(default=0)
    sub_checks_poor = models.IntegerField(default=0)

    objects = WeekUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("周报数据")
        verbose_name_plural = _("周报数据")
        indexes: ClassVar = [
            models.Index(fields=["unit", "week"], name="weekunit_trend"),
            models.Index(fields=["week", "parent_id"], name="weekunit_children"),
        ]

    def __str__(self) -> str:
        return f"{self.week_id} {self.code}"


class BaseCorrection(models.Model):
    """A base that was wrong in a closed week, and what the new edition counts instead (SUP-2.1.1b)."""

    week = models.ForeignKey(ClosedWeek, on_delete=models.CASCADE, related_name="base_corrections")
    unit = models.ForeignKey("orgs.OrgUnit", on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(_("口径"), max_length=20, choices=Measure)
    count = models.PositiveIntegerField(_("人数（个数）"))
    year = models.PositiveSmallIntegerField(_("年份"))
    source = models.CharField(_("来源"), max_length=120)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("底数更正")
        verbose_name_plural = _("底数更正")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["week", "unit", "measure"], name="basecorrection_once")
        ]

    def __str__(self) -> str:
        return f"{self.week_id} {self.unit_id} {self.measure}"
