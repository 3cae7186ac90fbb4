"""The tree of League organisations: kinds as data, units, their versions and their bases (底数)."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from mptt.models import MPTTModel, TreeForeignKey

from orgs.choices import LONGEST_CODE, LONGEST_NAME, Kind, Line, Measure, OwnGroup
from orgs.kernel.versions import Version, one_current
from orgs.querysets.tree import OrgUnitManager, UnitBaseQuerySet, UnitKindQuerySet


class UnitKind(models.Model):  # type: ignore[django-manager-missing]  # mptt, the base of the units, has no types
    """A kind of unit as data: what may stand below it, what it must say, and how it counts (UNI-1.2, SUP-1.1, SUP-1.2)."""

    code = models.CharField(_("代码"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=40)
    line = models.CharField(_("战线"), max_length=12, choices=Line, blank=True, help_text=_("留空则随上级"))
    position = models.PositiveSmallIntegerField(_("规定排序"), default=0)
    is_league_organisation = models.BooleanField(_("计入团组织数"), default=True)
    holds_members = models.BooleanField(_("直接联系团员"), default=False)
    own_group = models.CharField(_("应建群"), max_length=8, choices=OwnGroup, default=OwnGroup.LINK)
    allowed_children = models.JSONField(_("可设下级类型"), default=list, blank=True)
    required_fields = models.JSONField(_("必填项"), default=list, blank=True)
    naming_rule = models.CharField(
        _("规范名称"), max_length=80, blank=True, help_text=_("可用 {name}、{parent}")
    )

    objects = UnitKindQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "code"]
        verbose_name = _("团组织类型")
        verbose_name_plural = _("团组织类型")

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    def may_contain(self, kind_code: str) -> bool:
        """Whether a unit of that kind may stand directly below a unit of this kind."""
        return kind_code in self.allowed_children


class OrgUnit(MPTTModel):
    """One unit of the League. `tree_id/lft/rght` belong to operations/tree.py and operations/bulk_load.py alone."""

    code = models.CharField(_("代码"), max_length=LONGEST_CODE, unique=True)
    parent = TreeForeignKey(
        "self",
        verbose_name=_("上级"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    kind = models.ForeignKey(
        UnitKind, verbose_name=_("类型"), on_delete=models.PROTECT, related_name="units", db_index=False
    )
    name = models.CharField(_("全称"), max_length=LONGEST_NAME)
    short_name = models.CharField(_("简称"), max_length=60, blank=True)
    line = models.CharField(_("战线"), max_length=12, choices=Line, default=Line.TERRITORY)
    intake_year = models.PositiveSmallIntegerField(
        _("入学年级"), null=True, blank=True, validators=[MinValueValidator(1950), MaxValueValidator(2100)]
    )
    position = models.PositiveIntegerField(_("规定排序"), default=0)
    opened_on = models.DateField(_("成立日期"), null=True, blank=True)
    closed_on = models.DateField(_("撤销日期"), null=True, blank=True)
    is_open = models.BooleanField(_("在册"), default=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from"
    )
    search_key = models.TextField(
        _("检索词"), blank=True, editable=False, help_text=_("全称、简称、曾用名、代码")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OrgUnitManager()

    class MPTTMeta:
        level_attr = "depth"

    class Meta:
        verbose_name = _("团组织")
        verbose_name_plural = _("团组织")
        indexes: ClassVar = [
            models.Index(fields=["tree_id", "lft"], name="orgunit_tree_lft"),
            models.Index(fields=["parent", "position"], name="orgunit_children"),
            # Who leads others: a fifteenth of the units, and most of what people look for.
            models.Index(
                fields=["tree_id", "lft"], condition=Q(rght__gt=F("lft") + 1), name="orgunit_leading"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(lft__lt=F("rght")), name="orgunit_lft_before_rght"),
            models.CheckConstraint(
                condition=Q(is_open=True, closed_on__isnull=True) | Q(is_open=False, closed_on__isnull=False),
                name="orgunit_closed_has_date",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("orgs:show-unit", args=[self.pk])

    @property
    def path_names(self) -> list[str]:
        """Names of the superiors from the province down. Read with `with_path()`, else each step asks the database."""
        names: list[str] = []
        superior = self.parent
        while superior is not None:
            names.insert(0, superior.name)
            superior = superior.parent
        return names

    @property
    def is_national(self) -> bool:
        """The national office stands above the forest: a one-node tree that sees every province."""
        is_national: bool = self.kind_id == Kind.NATIONAL
        return is_national


class SearchBlock(models.Model):
    """Search keys of some neighbouring ids of one tree, line by line, so that a search reads few rows where it finds nothing.

    A line stands in every column whose characters it has: other scripts than ASCII, small letters, digits.
    """

    tree_id = models.PositiveIntegerField()
    number = models.PositiveBigIntegerField(help_text="ids divided by the size of a block")
    names = models.TextField(blank=True)
    letters = models.TextField(blank=True)
    digits = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tree_id", "number"], name="searchblock_place")
        ]

    def __str__(self) -> str:
        return f"{self.tree_id} {self.number}"


class UnitVersion(Version):
    """Placement of a unit as it was: the weekly close and former names read only these."""

    unit = models.ForeignKey(OrgUnit, on_delete=models.CASCADE, related_name="versions", db_constraint=False)
    parent_id = models.BigIntegerField(null=True)
    kind_id = models.CharField(max_length=20)
    code = models.CharField(max_length=LONGEST_CODE)
    name = models.CharField(max_length=LONGEST_NAME)
    line = models.CharField(max_length=12)
    intake_year = models.PositiveSmallIntegerField(null=True)
    position = models.PositiveIntegerField(default=0)
    is_open = models.BooleanField(default=True)

    FACTS: ClassVar[tuple[str, ...]] = (
        "parent_id",
        "kind_id",
        "code",
        "name",
        "line",
        "intake_year",
        "position",
        "is_open",
    )

    class Meta:
        constraints: ClassVar = [one_current("unit", name="unitversion_one_current")]
        indexes: ClassVar = [models.Index(fields=["valid_from", "valid_to"], name="unitversion_as_of")]

    def __str__(self) -> str:
        return f"{self.code} {self.valid_from:%Y-%m-%d}"


class UnitBase(models.Model):
    """底数: a recorded count of one unit, with year, source and author. No rate without a base (SUP-2.1.1b)."""

    unit = models.ForeignKey(
        OrgUnit, verbose_name=_("团组织"), on_delete=models.CASCADE, related_name="bases"
    )
    measure = models.CharField(_("口径"), max_length=20, choices=Measure)
    count = models.PositiveIntegerField(_("人数（个数）"))
    year = models.PositiveSmallIntegerField(_("年份"))
    source = models.CharField(_("来源"), max_length=120)
    recorded_by = models.ForeignKey(
        "orgs.User", verbose_name=_("填写人"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(_("填写时间"))

    objects = UnitBaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("底数")
        verbose_name_plural = _("底数")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "measure"], name="unitbase_one_per_measure")
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.measure} {self.count}"


class UnitBaseVersion(Version):
    """A base as it was; keyed by unit and measure."""

    unit = models.ForeignKey(
        OrgUnit, on_delete=models.CASCADE, related_name="base_versions", db_constraint=False
    )
    measure = models.CharField(max_length=20)
    count = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar = [one_current("unit", "measure", name="unitbaseversion_one_current")]
        indexes: ClassVar = [models.Index(fields=["measure", "valid_from"], name="unitbaseversion_as_of")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.measure} {self.count}"
