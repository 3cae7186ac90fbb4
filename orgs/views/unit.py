"""The page of one unit, and its changes: create below, rename, move, merge, close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orgs import naming, panels
from orgs.exceptions import NotAllowed
from orgs.forms.unit import (
    ChangeKindForm,
    CloseUnitForm,
    CreateUnitForm,
    MergeUnitForm,
    MoveUnitForm,
    RenameUnitForm,
)
from orgs.http import whole_number
from orgs.models import Appointment, OrgUnit, UnitBase, UnitKind
from orgs.operations import contacts, tree, upper
from orgs.operations.moves import change_of_merger, change_of_move
from orgs.pages import unit_head
from orgs.permissions import EDIT_UNITS, may
from orgs.querysets.scope import UnitsInCharge
from orgs.views.unit_forms import answer, editable, flag_irregular, regular_name, regularised

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from orgs.operations.upper import Effect
    from orgs.pages.unit_head import UnitHead

CHILDREN_PER_PAGE = 100
MOST_PEOPLE = 20


@login_required
@require_safe
def show_unit(request: LeagueRequest, pk: int) -> HttpResponse:
    """Head, way up, children a hundred a page; upper apps add panels, tabs and closed weeks (orgs/panels.py)."""
    head = unit_head.read(request.user, pk, unit_head.CHILDREN)
    asked = request.GET.get("week", "")
    as_of = panels.as_of(request.user, head.unit, asked, request.GET.get("page"))
    context = {"head": head, "unit": head.unit, "as_of": as_of}
    if as_of.panel is None:
        context |= _as_it_stands(request, head)
    return render(request, "orgs/unit/show.html", context)


def _as_it_stands(request: LeagueRequest, head: UnitHead) -> dict[str, object]:
    """What the page tells of today: children, people, contact, bases, panels."""
    user, unit = request.user, head.unit
    text = request.GET.get("q", "").strip()
    children = OrgUnit.objects.visible_to(user).children_of(unit).matching(text)
    paginator = Paginator(
        children.select_related("kind").with_child_counts().in_official_order(), CHILDREN_PER_PAGE
    )
    if not text:
        paginator.count = head.n_children  # counted for the head already
    page = paginator.get_page(request.GET.get("page"))
    people = Appointment.objects.visible_to(user).in_force().filter(unit=unit).select_related("user")
    return {
        "page": page,
        "text": text,
        "bases": UnitBase.objects.visible_to(user).filter(unit=unit).order_by("measure"),
        "people": people.order_by("-is_principal", "pk")[:MOST_PEOPLE],
        "contact": contacts.shown(unit),
        "panels": panels.panels_of(user, unit, list(page)),
    }


@login_required
@require_http_methods(["GET", "POST"])
def create_unit(request: LeagueRequest, pk: int) -> HttpResponse:
    """A new unit below this one; the name the kind proposes is one tap away."""
    parent = editable(request, pk)
    kinds = UnitKind.objects.filter(pk__in=parent.kind.allowed_children)
    next_code = naming.child_code(
        parent.code, OrgUnit.objects.visible_to(request.user).filter(parent=parent).count() + 1
    )
    chosen = next((kind for kind in kinds if kind.pk == request.POST.get("kind")), None)

    def regular(name: str) -> str:
        return regular_name(chosen, name, parent) if chosen else name

    form = CreateUnitForm(regularised(request, regular), kinds=kinds, initial={"code": next_code})

    def work(**facts: object) -> OrgUnit:
        unit = tree.create_unit(parent, by=request.user, **facts)  # type: ignore[arg-type]
        flag_irregular(request, unit)
        return unit

    extra = {
        "rules": [
            (kind.name, kind.naming_rule.replace("{name}", "××"))
            for kind in kinds
            if kind.naming_rule != "{name}"
        ]
    }
    return answer(
        request, form, work, parent, _("新增下级团组织"), _("已新增。"), "orgs/unit/create.html", extra
    )


@login_required
@require_http_methods(["GET", "POST"])
def rename_unit(request: LeagueRequest, pk: int) -> HttpResponse:
    """更名, after a look at what keeps its name; the former one stays findable."""
    unit = editable(request, pk)
    initial = {"name": unit.name, "short_name": unit.short_name, "version": unit.version}
    data = regularised(request, lambda name: regular_name(unit.kind, name, unit.parent))
    form = RenameUnitForm(data, initial=initial)

    def work(**facts: object) -> OrgUnit:
        renamed = tree.rename_unit(unit, by=request.user, **facts)  # type: ignore[arg-type]
        flag_irregular(request, renamed)
        return renamed

    change = upper.Change(upper.Verb.RENAME, (unit.pk,), UnitsInCharge.below(unit), None, request.user)
    extra = {"effects": upper.preview(change), "regular": regular_name(unit.kind, unit.name, unit.parent)}
    done = _("名称已更改，原名称仍可搜索。")
    return answer(request, form, work, unit, _("更名"), done, "orgs/unit/rename.html", extra)


@login_required
@require_http_methods(["GET", "POST"])
def change_kind(request: LeagueRequest, pk: int) -> HttpResponse:
    """改类型 (a county becomes a prefecture), after a look at what it touches; like a move, the matter of the superior."""
    unit = editable(request, pk)
    if unit.parent is None or not may(request.user, EDIT_UNITS, unit.parent):
        raise NotAllowed
    kinds = UnitKind.objects.filter(pk__in=unit.parent.kind.allowed_children)
    initial = {"kind_id": unit.kind_id, "version": unit.version}
    form = ChangeKindForm(request.POST or None, kinds=kinds, initial=initial)

    def work(*, kind_id: str, reason: str, version: int) -> OrgUnit:
        return tree.amend_unit(unit, {"kind_id": kind_id}, reason=reason, by=request.user, version=version)

    change = upper.Change(upper.Verb.KIND, (unit.pk,), UnitsInCharge.below(unit), None, request.user)
    extra = {"effects": upper.preview(change)}
    done = _("类型已更改，已结的周不变。")
    return answer(request, form, work, unit, _("改类型"), done, "orgs/unit/kind.html", extra)


@login_required
@require_http_methods(["GET", "POST"])
def move_unit(request: LeagueRequest, pk: int) -> HttpResponse:
    """调整上级, after a look at what goes along."""
    unit = editable(request, pk)
    candidates = OrgUnit.objects.actionable_by(request.user, EDIT_UNITS)
    form = MoveUnitForm(request.POST or None, candidates=candidates, initial={"version": unit.version})
    extra = _going_along(request, unit, upper.preview(change_of_move(unit, None, by=request.user)))

    def work(*, target: OrgUnit, reason: str, version: int, **_rest: object) -> OrgUnit:
        return tree.move_unit(unit, target, reason=reason, by=request.user, version=version)

    return answer(request, form, work, unit, _("调整上级"), _("上级已调整。"), "orgs/unit/move.html", extra)


@login_required
@require_http_methods(["GET", "POST"])
def merge_unit(request: LeagueRequest, pk: int) -> HttpResponse:
    """合并 into another unit, after a look at what goes along; this one closes."""
    unit = editable(request, pk)
    candidates = OrgUnit.objects.actionable_by(request.user, EDIT_UNITS).exclude(pk=unit.pk)
    form = MergeUnitForm(request.POST or None, candidates=candidates, initial={"version": unit.version})
    # The receiving unit is not chosen yet; what goes along does not depend on it.
    extra = _going_along(request, unit, upper.preview(change_of_merger(unit, unit, by=request.user)))

    def work(*, target: OrgUnit, reason: str, version: int, **_rest: object) -> OrgUnit:
        return tree.merge_units(unit, target, reason=reason, by=request.user, version=version)

    return answer(
        request, form, work, unit, _("合并"), _("已合并，原名称仍可搜索。"), "orgs/unit/merge.html", extra
    )


def _going_along(request: LeagueRequest, unit: OrgUnit, effects: list[Effect]) -> dict[str, object]:
    """The preview, and the unit chosen on the page without script."""
    found = OrgUnit.objects.actionable_by(request.user, EDIT_UNITS)
    picked = found.filter(pk=whole_number(request.GET.get("parent"))).first()
    return {"effects": effects, "picked": picked, "n_below": unit.get_descendant_count()}


@login_required
@require_http_methods(["GET", "POST"])
def close_unit(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤销; refused while something is open below."""
    unit = editable(request, pk)
    form = CloseUnitForm(request.POST or None, initial={"version": unit.version})
    effects = upper.preview(tree.change_of_closing([unit], by=request.user))
    n_open = OrgUnit.objects.visible_to(request.user).children_of(unit).count()
    extra = {"effects": effects, "n_open": n_open}

    def work(*, reason: str, version: int) -> OrgUnit:
        tree.close_units([unit], reason=reason, by=request.user, version=version)
        return unit

    return answer(request, form, work, unit, _("撤销"), _("已撤销。"), "orgs/unit/close.html", extra)
