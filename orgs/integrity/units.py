"""T7, T8, T10, T12 and the bases: what the numbers of the tree say nothing about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, F, Q, Value, Window
from django.db.models.functions import Lead, Lower, Replace
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.kernel.integrity import Check, Found, check, rows
from orgs.kernel.version_checks import ASK, overlaps
from orgs.models import OrgUnit, UnitBaseVersion, UnitKind, UnitVersion
from orgs.operations import search_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.integrity import Run

SPACES = (" ", "\u3000", "\u00a0")


def place(unit_id: int, name: str) -> str:
    """How a unit is named in a finding."""
    return _("团组织 %(id)s（%(name)s）") % {"id": unit_id, "name": name}


@check(
    "unit-kinds",
    "T7",
    gettext_lazy("下级的类型是上级的类型所允许的"),
    remedy=gettext_lazy("请用“更改类型”或“调整上级”改正，或在类型表中允许这种下级。"),
)
def kinds(run: Run) -> Iterator[Found]:
    """省 < 市/高校 < 院系 < 班级, as the table of kinds says; what has a superior at all may stand below it."""
    allowed = {kind.pk: set(kind.allowed_children) for kind in UnitKind.objects.all()}
    pairs = OrgUnit.objects.filter(parent__isnull=False).order_by()
    present = pairs.values_list("parent__kind_id", "kind_id").distinct()
    wrong = Q(pk__in=[])
    for above, below in present:
        if below not in allowed.get(above, set()):
            wrong |= Q(parent__kind_id=above, kind_id=below)
    found = OrgUnit.objects.filter(wrong, parent__isnull=False).select_related("kind", "parent__kind")
    for unit in found.order_by("pk").iterator():
        words = {"kind": unit.kind.name, "parent": unit.parent.kind.name}
        yield Found(place(unit.pk, unit.name), _("“%(parent)s”下不能设“%(kind)s”") % words, unit.pk)


@check(
    "sibling-names",
    "T8",
    gettext_lazy("同一上级下在册团组织不同名（不计空格和大小写）"),
    remedy=gettext_lazy("请核对是否重复登记：重复的合并，不是重复的改成能区分的全称。"),
)
def sibling_names(run: Run) -> Iterator[Found]:
    """Names of open siblings are unique after folding."""
    folded: Lower | Replace = Lower(F("name"))
    for space in SPACES:
        folded = Replace(folded, Value(space))
    units = OrgUnit.objects.in_operation().filter(parent__isnull=False).order_by().annotate(folded=folded)
    taken = units.values("parent_id", "folded").annotate(n=Count("pk")).filter(n__gt=1)
    for row in taken.order_by("parent_id", "folded").iterator():
        text = _("有 %(n)s 个下级同名：%(name)s") % {"n": row["n"], "name": row["folded"]}
        yield Found(_("团组织 %(id)s") % {"id": row["parent_id"]}, text, row["parent_id"])


@check(
    "closed-above-open",
    "T10",
    gettext_lazy("已撤销的团组织没有在册的下级"),
    remedy=gettext_lazy("请把下级调整到在册的上级，或一并撤销；撤销有误的，恢复上级。"),
)
def closed_above_open(run: Run) -> Iterator[Found]:
    """An open unit stands below open ones."""
    found = OrgUnit.objects.in_operation().filter(parent__is_open=False).order_by("pk")
    for pk, name, parent in found.values_list("pk", "name", "parent_id").iterator():
        yield Found(place(pk, name), _("上级 %(id)s 已撤销") % {"id": parent}, pk)


@check(
    "search-blocks",
    "T6",
    gettext_lazy("检索用的词块与团组织的检索词一致"),
    remedy=gettext_lazy("请运行 manage.py refresh_search_keys，检索词和词块会重新写入。"),
)
def blocks(run: Run) -> Iterator[Found]:
    """A unit whose block lacks its words is not found by them."""
    for tree_id in search_blocks.trees():
        wrong = search_blocks.differing(tree_id)
        if wrong:
            text = _("有 %(n)s 个词块与团组织不一致") % {"n": len(wrong)}
            yield Found(_("树 %(id)s") % {"id": tree_id}, text, tree_id)


@check(
    "mergers",
    "T11",
    gettext_lazy("并入其他团组织的已撤销，且没有并入自己"),
    remedy=gettext_lazy("请核对合并记录（操作记录中的 unit.merged），撤销有误的恢复后重新办理。"),
)
def mergers(run: Run) -> Iterator[Found]:
    """What was merged is closed, and says into which other unit."""
    found = OrgUnit.objects.filter(merged_into__isnull=False).filter(Q(is_open=True) | Q(merged_into=F("pk")))
    for pk, name in found.order_by("pk").values_list("pk", "name").iterator():
        yield Found(place(pk, name), _("标为已并入其他团组织，但仍在册或并入了自己"), pk)


@check("unit-history", "T12", gettext_lazy("团组织的版本前后相接，没有空档"), remedy=ASK)
def history(run: Run) -> Iterator[Found]:
    """From its first version on a unit is somewhere at every moment."""
    following = Window(
        Lead("valid_from"), partition_by=[F("unit_id")], order_by=[F("valid_from").asc(), F("pk").asc()]
    )
    torn = UnitVersion.objects.annotate(following=following).filter(following__gt=F("valid_to"))
    for unit_id, until in torn.order_by("unit_id").values_list("unit_id", "valid_to").iterator():
        text = _("自 %(at)s 起有一段时间没有版本") % {"at": until.isoformat() if until else ""}
        yield Found(_("团组织 %(id)s") % {"id": unit_id}, text, unit_id)


@check(
    "bases-recorded",
    "T9 R6",
    gettext_lazy("每个底数有一条与现状一致的版本"),
    remedy=gettext_lazy("覆盖率按版本计算。请在团组织的“底数”页重新填写该底数。"),
)
def bases(run: Run) -> Iterator[Found]:
    """A base and its current version say the same."""
    statement = (
        "SELECT b.unit_id, b.measure FROM orgs_unitbase b WHERE NOT EXISTS (SELECT 1 FROM orgs_unitbaseversion v"
        " WHERE v.unit_id = b.unit_id AND v.measure = b.measure AND v.valid_to IS NULL"
        " AND v.count = b.count AND v.year = b.year AND v.source = b.source) ORDER BY b.unit_id, b.measure"
    )
    for unit_id, measure in rows(statement):
        text = _("底数“%(measure)s”没有与现状一致的版本") % {"measure": measure}
        yield Found(_("团组织 %(id)s") % {"id": unit_id}, text, unit_id)


unit_overlaps = overlaps("unit-versions-overlap", UnitVersion, UnitBaseVersion)
CHECKS: tuple[Check, ...] = (
    kinds,
    sibling_names,
    closed_above_open,
    blocks,
    mergers,
    history,
    unit_overlaps,
    bases,
)
